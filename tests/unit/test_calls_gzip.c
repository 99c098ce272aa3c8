/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Operations with gzip: long requests are packed until the server refuses one,
 * which is repeated as it is, because it was not looked into; short ones never
 * are.  Every reply may be packed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gzip_by_zlib.h"
#include "line.h"

#define TAKEN "<response success='true' tryagain='false'/>"
#define N_DATA 100000

static struct line line;
static uint8_t data[N_DATA];
static uint64_t n_read;

static int
take(void *ctx, uint64_t offset, void *to, size_t n, size_t *got)
{
    (void)ctx;
    memcpy(to, data + offset, n);
    *got = n;
    n_read += n;
    return 0;
}

static enum ir_status
send_chunk(uint64_t length)
{
    const struct ir_source source = { take, NULL, 1, 0 };
    const struct ir_upload_request request = { "h-1", &source, 3, length, 1,
        1 };
    struct ir_upload_answer a;

    n_read = 0;
    return ir_call_upload_file_chunk(line.wire, "t", &request, &a);
}

static int
is_packed(void)
{
    return strstr(fake_transport.request, "Content-Encoding: gzip\r\n") != NULL;
}

/* What the last request said, packed or not. */
static char *
said(void)
{
    size_t length;
    size_t n;
    char *packed;
    char *text;

    if (!is_packed())
        return strdup(line_request());
    assert_null(strstr(fake_transport.request, "Content-Length"));
    packed = gzip_request(&length);
    text = gzip_undo(packed, length, &n);
    free(packed);
    return text;
}

static void
refuse(int status, const char *more)
{
    char text[200];

    snprintf(text, sizeof text, "HTTP/1.1 %d No\r\nContent-Length: 0\r\n%s\r\n",
        status, more);
    line_end(&line, text, strlen(text), IR_E_TIMEOUT);
}

static void
test_a_packed_chunk_says_what_a_plain_one_says(void **state)
{
    struct line plain;
    char *expected;
    char *text;
    (void)state;

    line_result(&line, "UploadFileChunk", TAKEN);
    assert_int_equal(send_chunk(50000), IR_OK);
    assert_true(is_packed());
    assert_in_range(fake_transport.request_bytes, 50000, 52500);
    text = said();
    plain = line;
    line_open(&line, IR_SOAP_11);
    line_result(&line, "UploadFileChunk", TAKEN);
    assert_int_equal(send_chunk(50000), IR_OK);
    assert_false(is_packed());
    expected = said();
    assert_string_equal(text, expected);
    line_close(&line);
    line = plain;
    free(text);
    free(expected);
}

static void
test_a_request_is_packed_from_4096_bytes_on(void **state)
{
    size_t n_packed = 0;
    (void)state;

    for (uint64_t n = 2000; n < 4000; n += 100) {
        char *text;

        line_reset(&line);
        line_result(&line, "UploadFileChunk", TAKEN);
        assert_int_equal(send_chunk(n), IR_OK);
        text = said();
        assert_int_equal(is_packed(), strlen(text) >= 4096);
        n_packed += (size_t)is_packed();
        free(text);
    }
    assert_in_range(n_packed, 1, 19);
}

static void
test_what_logs_in_is_not_packed(void **state)
{
    struct ir_login_answer a;
    (void)state;

    line_result(&line, "AuthenticateUser",
        "<root success='true' ticket='t'/>");
    assert_int_equal(ir_call_authenticate_user(line.wire, "u", "p", NULL, &a),
        IR_OK);
    assert_false(is_packed());
    assert_non_null(strstr(fake_transport.request,
        "Accept-Encoding: gzip\r\n"));
}

static void
test_a_server_that_takes_no_gzip_gets_the_chunk_plain(void **state)
{
    (void)state;

    for (int closes = 0; closes < 2; closes++) {
        char *text;

        line_close(&line);
        line_open_gzip(&line);
        refuse(415, closes ? "Connection: close\r\n" : "");
        line_result(&line, "UploadFileChunk", TAKEN);
        line_result(&line, "UploadFileChunk", TAKEN);
        assert_int_equal(send_chunk(N_DATA - 3), IR_OK);
        assert_int_equal(fake_transport.n_exchanges, 2);
        assert_int_equal(n_read, 2 * (N_DATA - 3));
        assert_false(is_packed());
        text = said();
        assert_non_null(strstr(text, "<fileChunk>"));
        free(text);

        assert_int_equal(send_chunk(N_DATA - 3), IR_OK);
        assert_int_equal(fake_transport.n_exchanges, 3);
        assert_int_equal(n_read, N_DATA - 3);
        assert_false(is_packed());
    }
}

/* The refusal may come before all of the request has left. */
static void
test_an_early_refusal_is_heard(void **state)
{
    (void)state;

    refuse(415, "Connection: close\r\n");
    line.replies[0].send = IR_E_NETWORK;
    line_result(&line, "UploadFileChunk", TAKEN);
    assert_int_equal(send_chunk(50000), IR_OK);
    assert_int_equal(fake_transport.n_exchanges, 2);
    assert_false(is_packed());
}

static void
test_a_plain_request_is_not_repeated_for_415(void **state)
{
    (void)state;

    refuse(415, "");
    line_result(&line, "UploadFileChunk", TAKEN);
    assert_int_equal(send_chunk(1000), IR_E_PROTOCOL);
    check_error("short", &line.error, IR_E_PROTOCOL, "HTTP status 415");
    assert_int_equal(fake_transport.n_exchanges, 1);

    line_reset(&line);
    refuse(415, "");
    refuse(415, "");
    line_result(&line, "UploadFileChunk", TAKEN);
    assert_int_equal(send_chunk(50000), IR_E_PROTOCOL);
    check_error("twice", &line.error, IR_E_PROTOCOL, "HTTP status 415");
    assert_int_equal(fake_transport.n_exchanges, 2);
}

/* Nobody knows what became of them. */
static void
test_other_refusals_are_no_reason_to_repeat(void **state)
{
    static const int statuses[] = { 400, 404, 413, 500, 501, 503 };
    (void)state;

    for (size_t i = 0; i < COUNT(statuses); i++) {
        line_reset(&line);
        refuse(statuses[i], "");
        line_result(&line, "UploadFileChunk", TAKEN);
        assert_int_not_equal(send_chunk(50000), IR_OK);
        assert_int_equal(line.error.http_status, statuses[i]);
        assert_int_equal(fake_transport.n_exchanges, 1);
    }
}

/* The repeated request has not left where its connection cannot be opened. */
static void
test_what_was_refused_counts_as_unsent(void **state)
{
    (void)state;

    refuse(415, "Connection: close\r\n");
    assert_int_equal(send_chunk(50000), IR_E_NETWORK);
    check_error("gone", &line.error, IR_E_NETWORK, "the script is over");
    assert_false(ir_wire_request_sent(line.wire));
}

static void
test_a_reply_may_be_packed(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
        "Content-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n";
    char plain[2000] = "";
    char text[2000];
    const char *xml;
    size_t length;
    char *packed;
    int n;
    (void)state;

    line_result(&line, "LogOut", "<root success='true'/>");
    assert_true(line.replies[0].n < sizeof plain);
    memcpy(plain, line.texts[0], line.replies[0].n);
    xml = strstr(plain, "<?xml");
    assert_non_null(xml);
    for (int cut = 0; cut < 2; cut++) {
        packed = gzip_make(xml, strlen(xml), &length);
        length -= (size_t)cut;
        n = snprintf(text, sizeof text, head, length);
        memcpy(text + n, packed, length);
        line_end(&line, text, (size_t)n + length, IR_E_TIMEOUT);
        free(packed);
    }

    assert_int_equal(ir_call_log_out(line.wire, "t"), IR_OK);
    assert_int_equal(ir_call_log_out(line.wire, "t"), IR_OK);
    assert_int_equal(ir_call_log_out(line.wire, "t"), IR_E_PROTOCOL);
    check_error("cut", &line.error, IR_E_PROTOCOL,
        "the reply's gzip is unfit: it ends too early");
}

static int
set_up(void **state)
{
    (void)state;
    line_open_gzip(&line);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    line_close(&line);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_packed_chunk_says_what_a_plain_one_says),
        TEST(test_a_request_is_packed_from_4096_bytes_on),
        TEST(test_what_logs_in_is_not_packed),
        TEST(test_a_server_that_takes_no_gzip_gets_the_chunk_plain),
        TEST(test_an_early_refusal_is_heard),
        TEST(test_a_plain_request_is_not_repeated_for_415),
        TEST(test_other_refusals_are_no_reason_to_repeat),
        TEST(test_what_was_refused_counts_as_unsent),
        TEST(test_a_reply_may_be_packed),
    };

    fill_pattern(data, sizeof data);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
