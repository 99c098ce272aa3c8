/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Base64 content through the generated code: received from a buffer that is
 * refilled anywhere, sent by a counting and a sending pass. */
#include "wire/payload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/base64.h"
#include "codec/crc32.h"
#include "memory_soap.h"
#include "support.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"utf-8\"?>" \
    "<DownloadFileChunkResponse xmlns=\"http://tempuri.org/\">" \
    "<DownloadFileChunkResult>" \
    "<response xmlns=\"\" success=\"true\" filelength=\"9\" " \
    "chunklength=\"9\" lastchunk=\"true\" chunkCRC32=\"E21E754F\">"
#define TAIL "</response></DownloadFileChunkResult></DownloadFileChunkResponse>"

/* The bytes of the contract's sample. */
#define TEXT "teal-fox\n"
#define BASE64 "dGVhbC1mb3gK"

/* ---- Receiving --------------------------------------------------------- */

/* What a sink got, and what came of the message. */
struct got {
    uint8_t *data;
    size_t n;
    size_t room;
    size_t largest;
    int n_writes;
    int failing_write; /* number of the one that fails, from 1; 0: none */
    int ends_of_pages; /* all but the first and the last must be there */
    uint64_t limit_bytes;
    int rc;
    enum ir_payload_fault fault;
    uint64_t fault_offset;
    uint64_t length;
    uint32_t crc32;
    char crc_text[16];
};

static int
keep(void *ctx, const uint8_t *data, size_t n)
{
    struct got *g = ctx;

    if (++g->n_writes == g->failing_write)
        return -1;
    assert_true(n > 0 && n <= g->room - g->n);
    if (g->ends_of_pages && g->n_writes > 2)
        assert_int_equal(g->n % 4096, 0);
    memcpy(g->data + g->n, data, n);
    g->n += n;
    if (n > g->largest)
        g->largest = n;
    return 0;
}

static void
parse(struct memory_soap *m, struct got *g)
{
    struct _tns__DownloadFileChunkResponse r;
    const struct tns__ChunkAnswer *a;

    g->rc = memory_soap_read(m, &r);
    if (g->rc != SOAP_OK)
        return;
    assert_non_null(r.DownloadFileChunkResult);
    a = r.DownloadFileChunkResult->union_ChunkResult.response;
    assert_non_null(a);
    g->length = a->__item.length;
    g->crc32 = a->__item.crc32;
    snprintf(g->crc_text, sizeof g->crc_text, "%s", a->chunkCRC32);
}

/* Parse 'xml' of 'n' bytes that comes in pieces; 'g' says what the sink does.
 * Free g->data. */
static void
receive(const char *xml, size_t n, size_t first, size_t piece, struct got *g)
{
    struct memory_soap *m = memory_soap_new(xml, n);

    g->room = n;
    g->data = malloc(n);
    assert_non_null(g->data);
    m->first_bytes = first;
    m->piece_bytes = piece;
    m->io.sink = (struct ir_payload_sink){ keep, g,
        g->limit_bytes == 0 ? n : g->limit_bytes };
    parse(m, g);
    g->fault = m->io.fault;
    g->fault_offset = m->io.fault_offset;
    memory_soap_free(m);
}

static void
receive_content(const char *content, struct got *g)
{
    char xml[2048];

    snprintf(xml, sizeof xml, HEAD "%s" TAIL, content);
    receive(xml, strlen(xml), 0, 0, g);
}

static void
check_sample(const char *row, struct got *g)
{
    if (g->rc != SOAP_OK || g->n != 9 || memcmp(g->data, TEXT, 9) != 0
        || g->length != 9 || g->crc32 != 0xE21E754F
        || strcmp(g->crc_text, "E21E754F") != 0)
        fail_msg("%s: rc %d, fault %d, %zu bytes", row, g->rc, (int)g->fault,
            g->n);
    free(g->data);
}

/* The same nine bytes, as XML may write them. */
static const char *const spellings[] = {
    BASE64,
    " \r\n\t" BASE64 "\n ",
    "d G\tV\rh\nb C1mb3gK",
    "dGVh\r\nbC1m\r\nb3gK\r\n",
    "<![CDATA[" BASE64 "]]>",
    "dGV<![CDATA[hbC1mb]]>3gK",
    "<![CDATA[dGVhb]]><![CDATA[]]><![CDATA[C1mb3gK]]>",
    "<![CDATA[ dGVh bC1m\nb3gK ]]> ",
    "<!-- no bytes -->" BASE64 "<!-- > < -->",
    "dGVh<!---->bC1mb<!-- x -->3gK",
    "&#100;GVhbC1mb3gK",
    "dGVh&#x62;C1mb3g&#75;",
    "dGVhbC1mb3gK&#32;&#10;&#x0D;&#9;",
    "&#x64;&#x47;&#x56;&#x68;&#x62;&#x43;&#x31;&#x6D;&#x62;&#x33;&#x67;&#x4B;",
};

static void
test_white_space_cdata_comments_and_references_change_nothing(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(spellings); i++) {
        struct got g = { 0 };

        receive_content(spellings[i], &g);
        check_sample(spellings[i], &g);
    }
}

static void
test_a_message_may_be_cut_anywhere(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(spellings); i++) {
        char xml[1024];
        size_t n;

        snprintf(xml, sizeof xml, HEAD "%s" TAIL, spellings[i]);
        n = strlen(xml);
        for (size_t cut = 1; cut < n; cut++) {
            struct got g = { 0 };

            receive(xml, n, cut, 0, &g);
            check_sample(spellings[i], &g);
        }
    }
}

static void
test_a_message_may_come_in_pieces_of_every_size(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(spellings); i++) {
        char xml[1024];
        size_t n;

        snprintf(xml, sizeof xml, HEAD "%s" TAIL, spellings[i]);
        n = strlen(xml);
        for (size_t piece = 1; piece <= 70; piece++) {
            struct got g = { 0 };

            receive(xml, n, 0, piece, &g);
            check_sample(spellings[i], &g);
        }
    }
}

static const struct {
    const char *content;
    uint64_t offset; /* of the fault */
} bad[] = {
    { "Q", 0 }, { "QQ", 0 }, { "QQQ", 0 }, { "QQ=", 0 },   /* cut */
    { BASE64 "Q", 9 }, { BASE64 "QQ", 9 }, { BASE64 "QQ=", 9 },
    { "=", 0 }, { "=QQQ", 0 }, { "Q===", 0 }, { "QQ=Q", 0 }, /* padding */
    { BASE64 "=", 9 }, { "QQ==Q", 0 }, { "QQ==QQ==", 0 }, { "QQQ=QQQQ", 0 },
    { "QQ===", 0 }, { "QR==", 0 }, { "QQJ=", 0 },          /* stray bits */
    { "QQ-_", 0 }, { "QQ.Q", 0 }, { "Q!QQ", 0 }, { "QQQQ*", 3 },
    { "\xC3\xA9QQQ", 0 }, { "QQ\xC2\xA0QQ", 0 },
    { "&amp;QQQ", 0 }, { "&lt;QQQ", 0 }, { "&#xE9;QQQ", 0 }, { "&#0;QQQ", 0 },
    { "&#x141;QQQ", 0 }, { "&#x10041;QQQ", 0 }, { "&#65601;QQQ", 0 },
    { "QQ<b/>QQ", 0 }, { "<b>QQQQ</b>", 0 },               /* elements */
    { "<![CDATA[QQ]]>", 0 }, { "<![CDATA[<b/>]]>QQQQ", 0 },
    { "<![CDATA[QQQ]]>&#61;Q", 0 },
};

static void
test_anything_but_strict_base64_is_refused(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        struct got g = { 0 };

        receive_content(bad[i].content, &g);
        if (g.rc == SOAP_OK || g.fault != IR_PAYLOAD_BASE64)
            fail_msg("%s: rc %d, fault %d", bad[i].content, g.rc, (int)g.fault);
        if (g.n > 0 && (g.n > 9 || memcmp(g.data, TEXT, g.n) != 0))
            assert_true(g.n <= 6);
        free(g.data);
    }
}

static void
test_a_fault_tells_how_many_bytes_came_before_it(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        struct got g = { 0 };

        receive_content(bad[i].content, &g);
        if (g.fault_offset != g.n || g.fault_offset < bad[i].offset)
            fail_msg("%s: offset %d of %zu bytes", bad[i].content,
                (int)g.fault_offset, g.n);
        free(g.data);
    }
}

static void
test_nul_is_no_base64(void **state)
{
    static const char xml[] = HEAD "QQ\0QQ" TAIL;
    struct got g = { 0 };

    (void)state;
    receive(xml, sizeof xml - 1, 0, 0, &g);

    assert_int_equal(g.fault, IR_PAYLOAD_BASE64);
    free(g.data);
}

static void
test_a_message_that_ends_too_early_is_never_taken(void **state)
{
    static const char xml[] = HEAD BASE64 TAIL;

    (void)state;
    for (size_t n = 0; n < sizeof xml - 1; n++) {
        struct got g = { .limit_bytes = 100 };

        receive(xml, n, 0, 0, &g);
        if (g.rc == SOAP_OK)
            fail_msg("taken after %zu bytes", n);
        free(g.data);
    }
}

static void
test_an_empty_element_has_no_bytes(void **state)
{
    static const char *const contents[] = { "", " \n", "<!-- -->",
        "<![CDATA[]]>" };

    (void)state;
    for (size_t i = 0; i < COUNT(contents); i++) {
        struct got g = { 0 };

        receive_content(contents[i], &g);
        assert_int_equal(g.rc, SOAP_OK);
        assert_int_equal(g.length, 0);
        assert_int_equal(g.crc32, 0);
        assert_int_equal(g.n_writes, 0);
        free(g.data);
    }
}

/* ---- Lengths, limits, sinks -------------------------------------------- */

static uint8_t pattern[1000000];

/* A message with 'length' bytes of the pattern; free it. */
static char *
message_of(size_t length, size_t *n)
{
    size_t encoded = ir_base64_encoded_length(length);
    char *xml = malloc(sizeof HEAD + encoded + sizeof TAIL);

    assert_non_null(xml);
    memcpy(xml, HEAD, sizeof HEAD - 1);
    ir_base64_encode(pattern, length, xml + sizeof HEAD - 1);
    memcpy(xml + sizeof HEAD - 1 + encoded, TAIL, sizeof TAIL);
    *n = sizeof HEAD - 1 + encoded + sizeof TAIL - 1;
    return xml;
}

static void
receive_length(size_t length, size_t piece, struct got *g)
{
    size_t n;
    char *xml = message_of(length, &n);

    receive(xml, n, 0, piece, g);
    free(xml);
}

static void
check_length(size_t length, size_t piece)
{
    struct got g = { .limit_bytes = length };

    receive_length(length, piece, &g);
    assert_int_equal(g.rc, SOAP_OK);
    assert_int_equal(g.length, length);
    assert_int_equal(g.n, length);
    assert_int_equal(g.crc32, ir_crc32(0, pattern, length));
    assert_memory_equal(g.data, pattern, length);
    assert_true(g.largest <= IR_PAYLOAD_BLOCK);
    free(g.data);
}

static void
test_every_length_arrives_whole(void **state)
{
    (void)state;

    for (size_t length = 1; length <= 200; length++) {
        check_length(length, 0);
        check_length(length, 7);
    }
}

static void
test_lengths_around_the_buffers_arrive_whole(void **state)
{
    static const size_t edges[] = { 48500, 49152, 65536, 98304, 131072,
        196608, 245000, 245760, 262144, 393216, 458752 };

    (void)state;
    for (size_t i = 0; i < COUNT(edges); i++)
        for (size_t length = edges[i] - 4; length <= edges[i] + 4; length++) {
            check_length(length, 0);
            check_length(length, 65535);
            check_length(length, 1461);
        }
}

/* Of a text that comes as fast as it is asked for. */
static void
test_all_writes_but_first_and_last_end_where_a_page_does(void **state)
{
    (void)state;

    for (size_t first = 1000; first < 1016; first++) {
        struct got g = { .ends_of_pages = 1 };
        size_t n;
        char *xml = message_of(sizeof pattern, &n);

        receive(xml, n, first, 0, &g);
        assert_int_equal(g.rc, SOAP_OK);
        assert_int_equal(g.n, sizeof pattern);
        assert_true(g.n_writes <= 8);
        free(g.data);
        free(xml);
    }
}

/* More of them than gSOAP's buffer holds. */
static void
test_markup_inside_a_long_text_changes_nothing(void **state)
{
    static const char *const markup[] = { "<!-- no bytes -->",
        "<![CDATA[]]>", "&#32;", "<!--x--> <!--y-->" };

    (void)state;
    for (size_t i = 0; i < COUNT(markup); i++)
        for (size_t at = 60000; at < 600000; at += 67001) {
            size_t length = strlen(markup[i]);
            struct got g = { 0 };
            size_t n;
            char *xml = message_of(sizeof pattern, &n);
            char *more = malloc(n + length);

            assert_non_null(more);
            memcpy(more, xml, at);
            memcpy(more + at, markup[i], length);
            memcpy(more + at + length, xml + at, n - at);
            receive(more, n + length, 0, 0, &g);
            assert_int_equal(g.rc, SOAP_OK);
            assert_int_equal(g.n, sizeof pattern);
            assert_memory_equal(g.data, pattern, sizeof pattern);
            free(g.data);
            free(more);
            free(xml);
        }
}

static void
test_a_limit_of_just_the_length_is_kept(void **state)
{
    (void)state;

    for (size_t length = 1; length < 100; length++) {
        struct got g = { .limit_bytes = length };

        receive_content("", &g);
        free(g.data);
        check_length(length, 1);
    }
}

static void
test_more_than_the_limit_ends_the_call(void **state)
{
    (void)state;

    for (size_t length = 2; length < 60000; length = length * 3 / 2 + 1) {
        struct got g = { .limit_bytes = length - 1 };

        receive_length(length, 997, &g);
        assert_int_not_equal(g.rc, SOAP_OK);
        assert_int_equal(g.fault, IR_PAYLOAD_LARGE);
        assert_true(g.n <= length - 1);
        free(g.data);
    }
}

static void
test_a_sink_that_fails_ends_the_call(void **state)
{
    (void)state;

    for (int failing = 1; failing <= 4; failing++) {
        struct got g = { .failing_write = failing };

        receive_length(sizeof pattern, 0, &g);
        assert_int_not_equal(g.rc, SOAP_OK);
        assert_int_equal(g.fault, IR_PAYLOAD_SINK);
        assert_int_equal(g.fault_offset, g.n);
        assert_int_equal(g.n_writes, failing);
        free(g.data);
    }
}

static void
test_without_a_sink_bytes_are_counted_and_checksummed(void **state)
{
    struct memory_soap *m = memory_soap_new(HEAD BASE64 TAIL,
        sizeof HEAD BASE64 TAIL - 1);
    struct got g = { 0 };

    (void)state;
    m->io.sink.limit_bytes = 9;
    parse(m, &g);

    assert_int_equal(g.rc, SOAP_OK);
    assert_int_equal(g.length, 9);
    assert_int_equal(g.crc32, 0xE21E754F);
    memory_soap_free(m);
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
        cmocka_unit_test(
            test_white_space_cdata_comments_and_references_change_nothing),
        cmocka_unit_test(test_a_message_may_be_cut_anywhere),
        cmocka_unit_test(test_a_message_may_come_in_pieces_of_every_size),
        cmocka_unit_test(test_anything_but_strict_base64_is_refused),
        cmocka_unit_test(test_a_fault_tells_how_many_bytes_came_before_it),
        cmocka_unit_test(test_nul_is_no_base64),
        cmocka_unit_test(test_a_message_that_ends_too_early_is_never_taken),
        cmocka_unit_test(test_an_empty_element_has_no_bytes),
        cmocka_unit_test(test_every_length_arrives_whole),
        cmocka_unit_test(test_lengths_around_the_buffers_arrive_whole),
        cmocka_unit_test(
            test_all_writes_but_first_and_last_end_where_a_page_does),
        cmocka_unit_test(test_markup_inside_a_long_text_changes_nothing),
        cmocka_unit_test(test_a_limit_of_just_the_length_is_kept),
        cmocka_unit_test(test_more_than_the_limit_ends_the_call),
        cmocka_unit_test(test_a_sink_that_fails_ends_the_call),
        cmocka_unit_test(test_without_a_sink_bytes_are_counted_and_checksummed),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
