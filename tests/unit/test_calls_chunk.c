/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * DownloadFileChunk: a chunk is taken only when base64, lengths, CRC and the
 * mark of the last one agree. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/base64.h"
#include "codec/crc32.h"
#include "line.h"

static struct line line;

/* Collects what a chunk writes. */
struct store {
    uint64_t begin; /* the first offset that is expected */
    size_t n;
    int fail_errno; /* -1: fail without saying why */
    uint8_t data[300000];
};

static struct store store;

static int
put(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct store *s = ctx;

    if (s->fail_errno != 0) {
        errno = s->fail_errno < 0 ? 0 : s->fail_errno;
        return -1;
    }
    assert_true(offset == s->begin + s->n);
    assert_true(n <= sizeof s->data - s->n);
    memcpy(s->data + s->n, data, n);
    s->n += n;
    return 0;
}

/* Ask for 'length' bytes at 'offset'. */
static enum ir_status
read_chunk(uint64_t offset, uint64_t length, struct ir_chunk *a)
{
    const struct ir_sink sink = { put, &store, 1 };
    const struct ir_chunk_request request = { "h", offset, length, &sink };

    store.begin = offset;
    store.n = 0;
    return ir_call_download_file_chunk(line.wire, "t", &request, a);
}

/* The same, of an answer with these attributes and content. */
static enum ir_status
answer_chunk(const char *attributes, const char *content, uint64_t offset,
    uint64_t length, struct ir_chunk *a)
{
    char xml[2000];

    snprintf(xml, sizeof xml, "<response success=\"true\" %s>%s</response>",
        attributes, content);
    line_reset(&line);
    line_result(&line, "DownloadFileChunk", xml);
    return read_chunk(offset, length, a);
}

#define SAMPLE "dGVhbC1mb3gK" /* 9 bytes, CRC E21E754F */
#define CRC " chunkCRC32=\"E21E754F\""
#define LENGTHS "filelength=\"9\" chunklength=\"9\""
#define LAST " lastchunk=\"true\""

static const struct {
    const char *attributes;
    uint64_t offset;
    uint64_t length;
    uint64_t file_length;
    int last;
} good[] = {
    { LENGTHS LAST CRC, 0, 9, 9, 1 },
    { LENGTHS LAST CRC " error=\"\" extra=\"1\"", 0, 262144, 9, 1 },
    { "FILELENGTH='9' ChunkLength=' 9 ' LastChunk='True' chunkcrc32='e21e754f'",
        0, 9, 9, 1 },
    { "filelength='009' chunklength='9' lastchunk='TRUE' "
      "chunkCRC32=' E21e754F '", 0, 9, 9, 1 },
    { "filelength='10' chunklength='9' lastchunk='false'" CRC, 0, 9, 10, 0 },
    { "filelength='10' chunklength='9' lastchunk='False'" CRC, 0, 9, 10, 0 },
    { "filelength='10' chunklength='9'" CRC, 0, 9, 10, 0 },
    { "filelength='10' chunklength='9'" CRC LAST, 1, 9, 10, 1 },
    { "filelength='524297' chunklength='9'" CRC LAST, 524288, 262144, 524297,
        1 },
    { "filelength='4294967305' chunklength='9'" CRC LAST, 4294967296, 9,
        4294967305, 1 },
};

static void
test_takes_a_chunk_that_agrees_with_itself(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++) {
        struct ir_chunk a;

        answer_chunk(good[i].attributes, "\r\n" SAMPLE "\r\n", good[i].offset,
            good[i].length, &a);
        check_error(good[i].attributes, &line.error, IR_OK, "");
        assert_true(a.offset == good[i].offset);
        assert_int_equal(a.length, 9);
        assert_true(a.file_length == good[i].file_length);
        assert_int_equal(a.crc32, 0xE21E754F);
        assert_int_equal(a.last, good[i].last);
        assert_null(a.data);
        assert_int_equal(store.n, 9);
        assert_memory_equal(store.data, "teal-fox\n", 9);
    }
}

#define C IR_E_CORRUPT
#define P IR_E_PROTOCOL

static const struct {
    const char *attributes;
    const char *content;
    uint64_t length;
    enum ir_status status;
    const char *why;
} bad[] = {
    /* chunklength (S19). */
    { "filelength='9' chunklength='8'" LAST CRC, SAMPLE, 9, C,
        "chunk at 0: chunklength is 8, expected 9" },
    { "filelength='9' chunklength='10'" LAST CRC, SAMPLE, 9, C,
        "chunklength is 10, expected 9" },
    { "filelength='9' chunklength='2147483657'" LAST CRC, SAMPLE, 9, C,
        "chunklength is 2147483657" },
    { "filelength='9' chunklength='4294967305'" LAST CRC, SAMPLE, 9, C,
        "chunklength is 4294967305" },
    { "filelength='9' chunklength='-9'" LAST CRC, SAMPLE, 9, P,
        "no valid chunklength" },
    { "filelength='9' chunklength=''" LAST CRC, SAMPLE, 9, P,
        "no valid chunklength" },
    { "filelength='9'" LAST CRC, SAMPLE, 9, P, "no valid chunklength" },
    { "filelength='9' chunklength='9e0'" LAST CRC, SAMPLE, 9, P,
        "no valid chunklength" },
    { "filelength='9' chunklength=' +9'" LAST CRC, SAMPLE, 9, P,
        "no valid chunklength" },
    { "filelength='9' chunklength='9 9'" LAST CRC, SAMPLE, 9, P,
        "no valid chunklength" },
    { "filelength='9' chunklength='18446744073709551625'" LAST CRC, SAMPLE, 9,
        P, "no valid chunklength" },
    /* Nothing before the end (S20). */
    { "filelength='9' chunklength='0' lastchunk='false' chunkCRC32='0'", "", 9,
        C, "chunk at 0: empty before the end of 9 bytes" },
    { "filelength='9' chunklength='0' lastchunk='true' chunkCRC32='0'", "", 9,
        C, "empty before the end" },
    { "filelength='9' chunklength='9'" LAST CRC, "", 9, C,
        "chunklength is 9, expected 0" },
    /* The mark of the last chunk (S21). */
    { LENGTHS " lastchunk='false'" CRC, SAMPLE, 9, C,
        "lastchunk is false at 9 of 9 bytes" },
    { LENGTHS CRC, SAMPLE, 9, C, "lastchunk is false at 9 of 9" },
    { LENGTHS " lastchunk='maybe'" CRC, SAMPLE, 9, C, "lastchunk is false" },
    { "filelength='10' chunklength='9'" LAST CRC, SAMPLE, 9, C,
        "lastchunk is true at 9 of 10 bytes" },
    /* filelength (S22, S23). */
    { "filelength='8' chunklength='9'" LAST CRC, SAMPLE, 9, C,
        "filelength is 8, expected 9" },
    { "filelength='-1' chunklength='9'" LAST CRC, SAMPLE, 9, P,
        "no valid filelength" },
    { "filelength='' chunklength='9'" LAST CRC, SAMPLE, 9, P,
        "no valid filelength" },
    { "chunklength='9'" LAST CRC, SAMPLE, 9, P, "no valid filelength" },
    { "filelength='nine' chunklength='9'" LAST CRC, SAMPLE, 9, P,
        "no valid filelength" },
    /* chunkCRC32 (S24). */
    { LENGTHS LAST " chunkCRC32='E21E754E'", SAMPLE, 9, C,
        "chunk at 0: CRC E21E754F, expected E21E754E" },
    { LENGTHS LAST, SAMPLE, 9, C, "no chunkCRC32" },
    { LENGTHS LAST " chunkCRC32=''", SAMPLE, 9, C, "no chunkCRC32" },
    { LENGTHS LAST " chunkCRC32=' '", SAMPLE, 9, C, "no chunkCRC32" },
    { LENGTHS LAST " chunkCRC32='0E21E754F'", SAMPLE, 9, C,
        "chunkCRC32 is malformed" },
    { LENGTHS LAST " chunkCRC32='0xE21E754F'", SAMPLE, 9, C, "malformed" },
    { LENGTHS LAST " chunkCRC32='-1'", SAMPLE, 9, C, "malformed" },
    { LENGTHS LAST " chunkCRC32='E21E 754F'", SAMPLE, 9, C, "malformed" },
    { LENGTHS LAST CRC, "dGVhbC1mb3gL", 9, C, "expected E21E754F" },
    /* base64 (S27). */
    { LENGTHS LAST CRC, SAMPLE "Q", 10, C, "base64 malformed after 9 bytes" },
    { LENGTHS LAST CRC, "dGVhbC1mb3g", 9, C, "base64 malformed" },
    { LENGTHS LAST CRC, "QQ==" SAMPLE, 10, C, "base64 malformed" },
    { LENGTHS LAST CRC, "dGVh!C1mb3gK", 9, C, "base64 malformed" },
    { LENGTHS LAST CRC, "dGVh<b/>bC1mb3gK", 9, C, "base64 malformed" },
    { LENGTHS LAST CRC, "dGVh&amp;bC1mb3gK", 9, C, "base64 malformed" },
    /* More than was asked for (S5). */
    { LENGTHS LAST CRC, SAMPLE, 8, C, "more than the 8 bytes asked for" },
};

#undef C
#undef P

static void
test_refuses_a_chunk_that_does_not(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        struct ir_chunk a;

        answer_chunk(bad[i].attributes, bad[i].content, 0, bad[i].length, &a);
        check_error(bad[i].attributes, &line.error, bad[i].status, bad[i].why);
        assert_true(store.n <= bad[i].length);
    }
}

static void
test_a_checksum_without_padding_is_a_number(void **state)
{
    static const char *const texts[] = { "FFFFC8", "00FFFFC8", "ffffc8" };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        char attributes[100];
        struct ir_chunk a;

        snprintf(attributes, sizeof attributes,
            LENGTHS LAST " chunkCRC32='%s'", texts[i]);
        answer_chunk(attributes, "c2FtcGxlLTI5", 0, 9, &a);
        check_error(texts[i], &line.error, IR_OK, "");
    }
}

static void
test_an_empty_file_has_one_empty_last_chunk(void **state)
{
    struct ir_chunk a;

    (void)state;
    answer_chunk("filelength='0' chunklength='0' lastchunk='true' "
        "chunkCRC32='0'", "", 0, 9, &a);

    check_error("empty", &line.error, IR_OK, "");
    assert_int_equal(a.length, 0);
    assert_true(a.last);
}

static void
test_a_refusal_says_why_and_writes_nothing(void **state)
{
    struct ir_chunk a;

    (void)state;
    line_reset(&line);
    line_result(&line, "DownloadFileChunk", "<response success=\"false\" "
        "errorCode=\"4000\" error=\"no handler\"/>");
    read_chunk(0, 9, &a);

    check_error("refusal", &line.error, IR_E_SERVER,
        "DownloadFileChunk refused: no handler (code 4000)");
    assert_int_equal(line.error.server_code, 4000);
    assert_int_equal(store.n, 0);
}

static void
test_a_sink_that_says_why_is_a_local_failure(void **state)
{
    struct ir_chunk a;

    (void)state;
    store.fail_errno = ENOSPC;
    answer_chunk(LENGTHS LAST CRC, SAMPLE, 0, 9, &a);
    store.fail_errno = 0;

    check_error("ENOSPC", &line.error, IR_E_IO, "cannot write at offset 0: ");
    assert_int_equal(line.error.sys_errno, ENOSPC);
    assert_false(fake_transport.is_open);
}

static void
test_a_sink_that_does_not_say_why_cancels(void **state)
{
    struct ir_chunk a;

    (void)state;
    store.fail_errno = -1;
    answer_chunk(LENGTHS LAST CRC, SAMPLE, 0, 9, &a);
    store.fail_errno = 0;

    check_error("cancel", &line.error, IR_E_CANCELLED, "the caller ended");
    assert_false(fake_transport.is_open);
}

/* ---- A large chunk ----------------------------------------------------- */

static uint8_t pattern[262144];

/* A reply with a chunk of the whole pattern; free it. */
static char *
large_answer(void)
{
    size_t encoded = ir_base64_encoded_length(sizeof pattern);
    char *xml = malloc(encoded + 300);
    int n;

    assert_non_null(xml);
    n = sprintf(xml, "<response success='true' filelength='262144' "
        "chunklength='262144' lastchunk='true' chunkCRC32='%X'>",
        (unsigned)ir_crc32(0, pattern, sizeof pattern));
    ir_base64_encode(pattern, sizeof pattern, xml + n);
    strcpy(xml + n + encoded, "</response>");
    return xml;
}

static void
test_a_large_chunk_arrives_whole_in_pieces_of_any_size(void **state)
{
    static const size_t pieces[] = { 0, 511, 1460, 16384, 65535, 65536, 65537 };
    char *xml = large_answer();

    (void)state;
    for (size_t i = 0; i < COUNT(pieces); i++) {
        struct ir_chunk a;

        line_reset(&line);
        line_result(&line, "DownloadFileChunk", xml);
        fake_transport.piece_bytes = pieces[i];
        read_chunk(0, sizeof pattern, &a);
        check_error("large", &line.error, IR_OK, "");
        assert_int_equal(store.n, sizeof pattern);
        assert_memory_equal(store.data, pattern, sizeof pattern);
        assert_true(fake_transport.is_open);
    }
    free(xml);
}

static void
test_a_stall_inside_a_chunk_is_no_chunk(void **state)
{
    char *xml = large_answer();
    struct ir_chunk a;

    (void)state;
    line_reset(&line);
    line_result(&line, "DownloadFileChunk", xml);
    line.replies[0].n -= 5;
    read_chunk(0, sizeof pattern, &a);

    check_error("stall", &line.error, IR_E_TIMEOUT, "receiving failed");
    free(xml);
}

static void
test_a_reply_that_ends_inside_a_chunk_is_refused(void **state)
{
    static const char head[] = "<s:Envelope "
        "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
        "<DownloadFileChunkResponse xmlns=\"http://tempuri.org/\">"
        "<DownloadFileChunkResult><response success=\"true\" " LENGTHS LAST CRC
        ">";
    static const char *const ends[] = { "", "\n", "<", "<\n", "</", "</\n",
        "<!", "<!--", "<!-- \n", "<![CDATA[", "<![CDATA[Z", "&", "&#", "&#65",
        "</response", "</response\n", "</response><\n" };
    char xml[sizeof head + 40];

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(ends); i++) {
        struct ir_chunk a;

        snprintf(xml, sizeof xml, "%s%s%s", head, i % 2 == 0 ? "" : SAMPLE,
            ends[i / 2]);
        line_reset(&line);
        line_reply(&line, "200 OK", xml);
        assert_int_not_equal(read_chunk(0, 9, &a), IR_OK);
        assert_false(fake_transport.is_open);
    }
}

static int
set_up(void **state)
{
    (void)state;
    fill_pattern(pattern, sizeof pattern);
    line_open(&line, IR_SOAP_11);
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
        TEST(test_takes_a_chunk_that_agrees_with_itself),
        TEST(test_refuses_a_chunk_that_does_not),
        TEST(test_a_checksum_without_padding_is_a_number),
        TEST(test_an_empty_file_has_one_empty_last_chunk),
        TEST(test_a_refusal_says_why_and_writes_nothing),
        TEST(test_a_sink_that_says_why_is_a_local_failure),
        TEST(test_a_sink_that_does_not_say_why_cancels),
        TEST(test_a_large_chunk_arrives_whole_in_pieces_of_any_size),
        TEST(test_a_stall_inside_a_chunk_is_no_chunk),
        TEST(test_a_reply_that_ends_inside_a_chunk_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
