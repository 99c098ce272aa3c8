/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Base64 content on its way out: what the counting pass announces is what the
 * sending pass sends, and it decodes to the source. */
#include <stdlib.h>
#include <string.h>

#include "codec/base64.h"
#include "memory_soap.h"
#include "support.h"

static uint8_t pattern[1000000];

/* A request under way: where its bytes come from and go to. */
struct sent {
    struct memory_soap *m;
    size_t at;           /* of the source */
    int n_reads;
    int failing_read;    /* number of the one that fails, from 1; 0: none */
    uint64_t announced;
    char *data;
    size_t n;
    size_t room;
    int rc;
    enum ir_payload_fault fault;
    uint64_t fault_offset;
};

static struct sent *sent;

static int
read_pattern(void *ctx, uint64_t offset, uint8_t *buf, size_t n)
{
    struct sent *s = ctx;

    assert_true(n > 0 && n <= IR_PAYLOAD_BLOCK);
    assert_int_equal(offset, s->at);
    assert_true(n <= sizeof pattern - s->at);
    if (++s->n_reads == s->failing_read)
        return -1;
    memcpy(buf, pattern + s->at, n);
    s->at += n;
    return 0;
}

static int
on_connect(struct soap *soap, const char *endpoint, const char *host, int port)
{
    (void)soap;
    (void)endpoint;
    (void)host;
    (void)port;
    return SOAP_OK;
}

static int
on_post(struct soap *soap, const char *endpoint, const char *host, int port,
    const char *path, const char *action, ULONG64 length)
{
    (void)soap;
    (void)endpoint;
    (void)host;
    (void)port;
    (void)path;
    (void)action;
    sent->announced = length;
    return SOAP_OK;
}

static int
on_send(struct soap *soap, const char *data, size_t n)
{
    (void)soap;
    assert_true(n <= sent->room - sent->n);
    memcpy(sent->data + sent->n, data, n);
    sent->n += n;
    return SOAP_OK;
}

/* Send UploadFileChunk with 'length' bytes of the pattern; end it with
 * finish(). */
static void
send_chunk(size_t length, struct sent *s)
{
    const struct ir_payload_source source = { read_pattern, s };
    struct ir_payload payload = { .length = length, .source = &source };
    char ticket[] = "t<&>";
    char handler[] = "h-1";
    char crc[] = "1A2B";
    struct _tns__UploadFileChunk in = { ticket, handler, &payload, crc,
        xsd__boolean__true_ };

    sent = s;
    s->room = length * 2 + 4096;
    s->data = malloc(s->room);
    assert_non_null(s->data);
    s->m = memory_soap_new(NULL, 0);
    s->m->soap->fconnect = on_connect;
    s->m->soap->fpost = on_post;
    s->m->soap->fsend = on_send;
    s->rc = soap_send___tns__UploadFileChunk(s->m->soap, "http://h/", NULL,
        &in);
    s->fault = s->m->io.fault;
    s->fault_offset = s->m->io.fault_offset;
}

static void
finish(struct sent *s)
{
    memory_soap_free(s->m);
    free(s->data);
}

/* The content of <fileChunk> is the first 'length' bytes of the pattern. */
static void
check_content(const struct sent *s, size_t length)
{
    static const char open[] = "<fileChunk>";
    static const char close[] = "</fileChunk><chunkHEXCRC>1A2B</chunkHEXCRC>"
        "<lastChunk>true</lastChunk></UploadFileChunk>";
    size_t encoded = ir_base64_encoded_length(length);
    char *expected = malloc(encoded + 1);
    const char *at;

    s->data[s->n] = '\0';
    at = strstr(s->data, open);
    assert_non_null(at);
    assert_non_null(expected);
    at += sizeof open - 1;
    ir_base64_encode(pattern, length, expected);
    assert_memory_equal(at, expected, encoded);
    assert_memory_equal(at + encoded, close, sizeof close - 1);
    free(expected);
}

static void
check_length(size_t length)
{
    struct sent s = { 0 };

    send_chunk(length, &s);

    assert_int_equal(s.rc, SOAP_OK);
    assert_int_equal(s.at, length);
    assert_int_equal(s.announced, s.n);
    check_content(&s, length);
    finish(&s);
}

static void
test_every_length_is_announced_and_sent_exactly(void **state)
{
    (void)state;

    for (size_t length = 0; length <= 200; length++)
        check_length(length);
}

static void
test_lengths_around_the_buffers_are_sent_exactly(void **state)
{
    static const size_t edges[] = { 48700, 49152, 65536, 98304, 131072,
        196300, 196608, 245000, 262144, 393216, 442368, 786432 };

    (void)state;
    for (size_t i = 0; i < COUNT(edges); i++)
        for (size_t length = edges[i] - 4; length <= edges[i] + 4; length++)
            check_length(length);
}

static void
test_counting_reads_nothing_from_the_source(void **state)
{
    struct sent s = { 0 };

    (void)state;
    send_chunk(1000, &s);

    assert_int_equal(s.at, 1000);
    assert_int_equal(s.n_reads, 1);
    finish(&s);
}

static void
test_a_source_that_fails_ends_the_call(void **state)
{
    (void)state;

    for (int failing = 1; failing <= 5; failing++) {
        struct sent s = { .failing_read = failing };

        send_chunk(sizeof pattern, &s);
        assert_int_not_equal(s.rc, SOAP_OK);
        assert_int_equal(s.fault, IR_PAYLOAD_SOURCE);
        assert_int_equal(s.fault_offset, s.at);
        assert_int_equal(s.n_reads, failing);
        assert_true(s.n < s.announced);
        finish(&s);
    }
}

static void
test_the_rest_of_the_request_is_escaped(void **state)
{
    struct sent s = { 0 };

    (void)state;
    send_chunk(3, &s);
    s.data[s.n] = '\0';

    assert_non_null(strstr(s.data, "<UploadFileChunk xmlns="
        "\"http://tempuri.org/\"><authenticationTicket>t&lt;&amp;&gt;"
        "</authenticationTicket><uploadHandler>h-1</uploadHandler>"));
    finish(&s);
}

static int
set_up(void **state)
{
    (void)state;
    fill_pattern(pattern, sizeof pattern);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_length_is_announced_and_sent_exactly),
        cmocka_unit_test(test_lengths_around_the_buffers_are_sent_exactly),
        cmocka_unit_test(test_counting_reads_nothing_from_the_source),
        cmocka_unit_test(test_a_source_that_fails_ends_the_call),
        cmocka_unit_test(test_the_rest_of_the_request_is_escaped),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
