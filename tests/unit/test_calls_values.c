/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Documents as one value: DownloadDocument, DownloadDocumentVersion and
 * UploadDocument to UploadDocument4.  The requests are in
 * test_calls_request.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/base64.h"
#include "line.h"

static struct line line;

/* Collects what a value writes. */
static struct {
    size_t n;
    int fail_errno; /* -1: fail without saying why */
    uint8_t data[300000];
} store;

static int
put(void *ctx, uint64_t offset, const void *data, size_t n)
{
    (void)ctx;
    if (store.fail_errno != 0) {
        errno = store.fail_errno < 0 ? 0 : store.fail_errno;
        return -1;
    }
    assert_true(offset == store.n || offset == 0);
    assert_true(n <= sizeof store.data - offset);
    memcpy(store.data + offset, data, n);
    store.n = (size_t)offset + n;
    return 0;
}

static const struct ir_sink sink = { put, NULL, 1 };

static enum ir_status
download(int64_t version, uint64_t limit, struct ir_payload_facts *a)
{
    store.n = 0;
    memset(a, 0xEE, sizeof *a);
    return ir_call_download_document(line.wire, "t", "/L/a", version, limit,
        &sink, a);
}

/* ---- Down -------------------------------------------------------------- */

#define SAMPLE "dGVhbC1mb3gK" /* 9 bytes, CRC E21E754F */

static void
test_a_value_is_its_bytes(void **state)
{
    static const char *const values[] = { SAMPLE, "\r\n" SAMPLE "\r\n",
        "dGVh\nbC1m\nb3gK", "<![CDATA[" SAMPLE "]]>",
        "dGVh<!-- -->bC1mb3gK", "&#100;GVhbC1mb3gK" };

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++)
        for (int64_t version = 0; version <= 1000001; version += 1000001) {
            struct ir_payload_facts a;

            line_reset(&line);
            line_result(&line, version == 0 ? "DownloadDocument"
                                            : "DownloadDocumentVersion",
                values[i]);
            download(version, 9, &a);
            check_error(values[i], &line.error, IR_OK, "");
            assert_int_equal(a.length, 9);
            assert_int_equal(a.crc32, 0xE21E754F);
            assert_int_equal(store.n, 9);
            assert_memory_equal(store.data, "teal-fox\n", 9);
        }
}

static void
test_no_value_is_no_bytes(void **state)
{
    static const char *const bodies[] = {
        "<DownloadDocumentResponse xmlns=\"http://tempuri.org/\"/>",
        "<DownloadDocumentResponse xmlns=\"http://tempuri.org/\">"
        "</DownloadDocumentResponse>",
        "<DownloadDocumentResponse xmlns=\"http://tempuri.org/\">"
        "<DownloadDocumentResult/></DownloadDocumentResponse>",
        "<DownloadDocumentResponse xmlns=\"http://tempuri.org/\">"
        "<DownloadDocumentResult></DownloadDocumentResult>"
        "</DownloadDocumentResponse>",
        "<DownloadDocumentResponse xmlns=\"http://tempuri.org/\">"
        "<DownloadDocumentResult> \n </DownloadDocumentResult>"
        "</DownloadDocumentResponse>",
        "<DownloadDocumentResponse xmlns=\"http://tempuri.org/\">"
        "<DownloadDocumentResult xmlns:xsi="
        "\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"/>"
        "</DownloadDocumentResponse>",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct ir_payload_facts a;

        line_reset(&line);
        line_body(&line, bodies[i]);
        download(0, 9, &a);
        check_error(bodies[i], &line.error, IR_OK, "");
        assert_int_equal(a.length, 0);
        assert_int_equal(a.crc32, 0);
        assert_int_equal(store.n, 0);
    }
}

static void
test_a_value_that_is_no_base64_is_corrupt(void **state)
{
    static const char *const values[] = { "dGVhbC1mb3g", "dGVhbC1mb3gK=",
        "dGVh*C1mb3gK", "dGVhbC1mb3gK====", "QQ==QQ==", "QR==",
        "&#0;", "\xC3\xA9", "<b/>", "dGVh<response/>bC1m",
        "{\"error\":1}" };

    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        struct ir_payload_facts a;

        line_reset(&line);
        line_result(&line, "DownloadDocument", values[i]);
        download(0, 100, &a);
        if (line.error.status != IR_E_CORRUPT
            && line.error.status != IR_E_PROTOCOL)
            fail_msg("%s: %s", values[i], line.error.message);
        assert_int_equal(a.length, 0);
    }
}

static void
test_a_value_is_no_longer_than_allowed(void **state)
{
    static const struct {
        uint64_t limit;
        enum ir_status status;
    } rows[] = { { 0, IR_E_CORRUPT }, { 8, IR_E_CORRUPT }, { 9, IR_OK },
        { 10, IR_OK } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_payload_facts a;

        line_reset(&line);
        line_result(&line, "DownloadDocument", SAMPLE);
        download(0, rows[i].limit, &a);
        check_error("limit", &line.error, rows[i].status,
            rows[i].status == IR_OK ? "" : "bytes asked for");
        assert_true(store.n <= rows[i].limit);
    }
}

static void
test_a_reply_that_is_far_too_long_is_not_read(void **state)
{
    const size_t n = 200000;
    char *value = malloc(n + 1);
    struct ir_payload_facts a;

    (void)state;
    assert_non_null(value);
    memset(value, ' ', n);
    value[n] = '\0';
    line_result(&line, "DownloadDocument", value);
    free(value);

    download(0, 9, &a);

    if (line.error.status == IR_OK)
        fail_msg("200000 bytes for 9");
}

static void
test_a_value_of_many_blocks_comes_whole(void **state)
{
    static uint8_t bytes[150001];
    size_t n = ir_base64_encoded_length(sizeof bytes);
    char *value = malloc(n + 1);
    struct ir_payload_facts a;

    (void)state;
    assert_non_null(value);
    fill_pattern(bytes, sizeof bytes);
    ir_base64_encode(bytes, sizeof bytes, value);
    value[n] = '\0';
    line_result(&line, "DownloadDocument", value);
    free(value);

    download(0, sizeof bytes, &a);

    check_error("many", &line.error, IR_OK, "");
    assert_int_equal(store.n, sizeof bytes);
    assert_memory_equal(store.data, bytes, sizeof bytes);
}

static void
test_a_sink_that_fails_ends_the_call(void **state)
{
    struct ir_payload_facts a;

    (void)state;
    line_result(&line, "DownloadDocument", SAMPLE);
    store.fail_errno = ENOSPC;
    download(0, 9, &a);
    check_error("ENOSPC", &line.error, IR_E_IO, "cannot write at offset 0");
    assert_int_equal(line.error.sys_errno, ENOSPC);

    line_reset(&line);
    line_result(&line, "DownloadDocument", SAMPLE);
    store.fail_errno = -1;
    download(0, 9, &a);
    check_error("-1", &line.error, IR_E_CANCELLED, "the caller ended");
}

static void
test_a_fault_is_told(void **state)
{
    struct ir_payload_facts a;

    (void)state;
    line_reply(&line, "500 Internal Server Error", "<s:Envelope xmlns:s="
        "\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault>"
        "<faultcode>s:Server</faultcode><faultstring>boom</faultstring>"
        "</s:Fault></s:Body></s:Envelope>");

    download(0, 9, &a);

    check_error("fault", &line.error, IR_E_SERVER, "boom");
    assert_int_equal(line.error.http_status, 500);
    assert_int_equal(a.length, 0);
}

/* The kept connection goes before a byte of the reply came. */
static void
test_a_value_may_be_asked_for_twice(void **state)
{
    struct ir_payload_facts a;

    (void)state;
    line_result(&line, "DownloadDocument", SAMPLE);
    line_end(&line, "", 0, IR_OK);
    line_result(&line, "DownloadDocument", SAMPLE);
    download(0, 9, &a);
    check_error("first", &line.error, IR_OK, "");

    download(0, 9, &a);

    check_error("second", &line.error, IR_OK, "");
    assert_int_equal(fake_transport.n_exchanges, 3);
    assert_int_equal(a.crc32, 0xE21E754F);
}

/* ---- Up ---------------------------------------------------------------- */

struct bytes {
    const char *data;
    int fail_errno; /* -1: fail without saying why */
    int is_short;
};

static int
fetch(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    const struct bytes *b = ctx;

    if (b->fail_errno != 0) {
        errno = b->fail_errno < 0 ? 0 : b->fail_errno;
        return -1;
    }
    *got = b->is_short ? n - 1 : n;
    memcpy(data, b->data + offset, *got);
    return 0;
}

static enum ir_status
upload(struct bytes *b, struct ir_uploaded *a)
{
    const struct ir_source source = { fetch, b, 1, 9 };
    const struct ir_content c = { .path = "/L/a", .source = &source,
        .length = 9 };

    memset(a, 0, sizeof *a);
    return ir_call_upload_document(line.wire, "t", &c, a);
}

static void
test_an_upload_tells_the_document(void **state)
{
    static const char *const answers[] = {
        "<root success='true' DocumentId='78' VersionId='1000001'/>",
        "<response SUCCESS='True' DocumentID='78' versionid='1000001'/>",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct bytes b = { "teal-fox\n", 0, 0 };
        struct ir_uploaded a;

        line_reset(&line);
        line_result(&line, "UploadDocument", answers[i]);
        upload(&b, &a);
        check_error(answers[i], &line.error, IR_OK, "");
        assert_string_equal(a.document_id, "78");
        assert_string_equal(a.version_id, "1000001");
        assert_non_null(strstr(line_request(), ">" SAMPLE "<"));
    }
}

static void
test_a_refused_upload_is_typed(void **state)
{
    static const struct {
        const char *xml;
        enum ir_status status;
        int code;
    } rows[] = {
        { "<root success='false' errorCode='4000' error='checked in'/>",
            IR_E_SERVER, 4000 },
        { "<root success='false' errorCode='4041'/>", IR_E_NOT_FOUND, 4041 },
        { "<root error='[901] ended'/>", IR_E_AUTH, 901 },
        { "<root success='false' errorCode='4030' DocumentId='7'/>",
            IR_E_DENIED, 4030 },
        { "", IR_E_PROTOCOL, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bytes b = { "teal-fox\n", 0, 0 };
        struct ir_uploaded a;

        line_reset(&line);
        line_result(&line, "UploadDocument", rows[i].xml);
        upload(&b, &a);
        check_error(rows[i].xml, &line.error, rows[i].status,
            "UploadDocument");
        assert_int_equal(line.error.server_code, rows[i].code);
        assert_null(a.document_id);
    }
}

static void
test_a_source_that_fails_ends_the_upload(void **state)
{
    static const struct {
        struct bytes b;
        enum ir_status status;
    } rows[] = {
        { { "teal-fox\n", EIO, 0 }, IR_E_IO },
        { { "teal-fox\n", -1, 0 }, IR_E_CANCELLED },
        { { "teal-fox\n", 0, 1 }, IR_E_CHANGED },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct bytes b = rows[i].b;
        struct ir_uploaded a;

        line_reset(&line);
        line_result(&line, "UploadDocument", "<root success='true'/>");
        assert_int_equal(upload(&b, &a), rows[i].status);
    }
}

/* The server keeps something of it. */
static void
test_an_upload_is_never_sent_twice(void **state)
{
    struct bytes b = { "teal-fox\n", 0, 0 };
    struct ir_uploaded a;

    (void)state;
    line_result(&line, "UploadDocument", "<root success='true'/>");
    line_end(&line, "", 0, IR_OK);
    line_result(&line, "UploadDocument", "<root success='true'/>");
    assert_int_equal(upload(&b, &a), IR_OK);

    assert_int_equal(upload(&b, &a), IR_E_NETWORK);

    assert_int_equal(fake_transport.n_exchanges, 2);
}

static void
test_a_path_that_cannot_be_sent_is_refused_before_sending(void **state)
{
    static const char *const paths[] = { NULL, "", "/L/\x01", "/L/\xFF" };
    struct bytes b = { "teal-fox\n", 0, 0 };
    const struct ir_source source = { fetch, &b, 1, 9 };

    (void)state;
    for (size_t i = 0; i < COUNT(paths); i++) {
        const struct ir_content c = { .path = paths[i], .source = &source,
            .length = 9 };
        struct ir_payload_facts down;
        struct ir_uploaded up;

        assert_int_equal(ir_call_download_document(line.wire, "t", paths[i], 0,
            9, &sink, &down), IR_E_ARGUMENT);
        assert_int_equal(ir_call_upload_document(line.wire, "t", &c, &up),
            IR_E_ARGUMENT);
    }
    assert_int_equal(fake_transport.n_exchanges, 0);
}

static int
set_up(void **state)
{
    (void)state;
    store.n = 0;
    store.fail_errno = 0;
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
        TEST(test_a_value_is_its_bytes),
        TEST(test_no_value_is_no_bytes),
        TEST(test_a_value_that_is_no_base64_is_corrupt),
        TEST(test_a_value_is_no_longer_than_allowed),
        TEST(test_a_reply_that_is_far_too_long_is_not_read),
        TEST(test_a_value_of_many_blocks_comes_whole),
        TEST(test_a_sink_that_fails_ends_the_call),
        TEST(test_a_fault_is_told),
        TEST(test_a_value_may_be_asked_for_twice),
        TEST(test_an_upload_tells_the_document),
        TEST(test_a_refused_upload_is_typed),
        TEST(test_a_source_that_fails_ends_the_upload),
        TEST(test_an_upload_is_never_sent_twice),
        TEST(test_a_path_that_cannot_be_sent_is_refused_before_sending),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
