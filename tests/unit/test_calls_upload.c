/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Uploads on the wire: the chunk that goes out, and what is believed of the
 * answers to CreateUploadHandler, UploadFileChunk and the finalizers.  Names
 * and order of all parameters are in test_calls_request.c. */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

static struct line line;

/* ---- The handler ------------------------------------------------------- */

#define GUID "5e0c2c8e-0f3a-4b39-8d3b-7a1de4b9c611"
#define ID64 "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcde-"

static enum ir_status
create(const char *attributes, struct ir_upload_handler *h)
{
    char xml[2000];

    snprintf(xml, sizeof xml, "<response success='true' %s/>", attributes);
    line_reset(&line);
    line_result(&line, "CreateUploadHandler", xml);
    memset(h, 0xEE, sizeof *h);
    return ir_call_create_upload_handler(line.wire, "t", 1048576, h);
}

#define SIZE " ChunkSize='262144'"

static void
test_a_handler_is_a_token(void **state)
{
    static const struct {
        const char *attributes;
        const char *id; /* NULL: refused */
    } rows[] = {
        { "error='' UploadHandler='" GUID "'" SIZE, GUID },
        { "UploadHandler='ir178'" SIZE, "ir178" },
        { "uploadhandler='ir178' chunksize='262144'", "ir178" },
        { "UPLOADHANDLER='ir178' CHUNKSIZE='262144'", "ir178" },
        { "UploadHandler='" ID64 "'" SIZE, ID64 },
        { "UploadHandler='" ID64 "x'" SIZE, NULL },
        { "UploadHandler=''" SIZE, NULL },
        { SIZE, NULL },
        { "UploadHandler='" GUID " '" SIZE, NULL },
        { "UploadHandler='{" GUID "}'" SIZE, NULL },
        { "UploadHandler='a&lt;b'" SIZE, NULL },
        { "UploadHandler='../a'" SIZE, NULL },
        { "UploadHandler='a&#10;b'" SIZE, NULL },
        { "UploadHandler='\xC3\xA9'" SIZE, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_upload_handler h;
        const char *id = rows[i].id;

        create(rows[i].attributes, &h);
        check_error(rows[i].attributes, &line.error,
            id == NULL ? IR_E_PROTOCOL : IR_OK,
            id == NULL ? "UploadHandler" : "");
        assert_string_equal(h.id, id == NULL ? "" : id);
        if (id != NULL)
            assert_int_equal(h.chunk_bytes, 262144);
    }
}

#define REST "UploadHandler='h-1' "

static void
test_a_granted_chunk_is_taken_as_it_is_or_refused(void **state)
{
    static const struct {
        const char *attributes;
        uint64_t granted; /* 0: refused */
    } rows[] = {
        { REST "ChunkSize='1'", 1 }, { REST "ChunkSize='65536'", 65536 },
        { REST "ChunkSize=' 262144 '", 262144 },
        { REST "ChunkSize='33554432'", 33554432 },
        { REST "ChunkSize='2147483647'", 2147483647 },
        { REST "ChunkSize='2147483648'", 0 },
        { REST "ChunkSize='999999999999999999'", 0 },
        { REST "ChunkSize='9999999999999999999'", 0 },
        { REST "ChunkSize='0'", 0 }, { REST "ChunkSize='-1'", 0 },
        { REST "ChunkSize='-262144'", 0 }, { REST "ChunkSize=''", 0 },
        { REST "ChunkSize='256K'", 0 }, { REST "ChunkSize='+5'", 0 },
        { REST, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_upload_handler h;
        int refused = rows[i].granted == 0;

        create(rows[i].attributes, &h);
        check_error(rows[i].attributes, &line.error,
            refused ? IR_E_PROTOCOL : IR_OK, refused ? "ChunkSize" : "");
        /* It is to be deleted in either case. */
        assert_string_equal(h.id, "h-1");
        if (!refused)
            assert_true(h.chunk_bytes == rows[i].granted);
    }
}

static void
test_a_refusal_gives_no_handler(void **state)
{
    static const struct {
        const char *xml;
        enum ir_status status;
        int code;
    } rows[] = {
        { "<response success='false' errorCode='4010' error='no' "
          "UploadHandler='h' ChunkSize='9'/>", IR_E_AUTH, 4010 },
        { "<root success='false' error='[901]Session expired'/>", IR_E_AUTH,
            901 },
        { "<root error='[902] not you' errorcode='4000'/>", IR_E_AUTH, 902 },
        { "<Response Success='FALSE' ErrorCode='4030'/>", IR_E_DENIED, 4030 },
        { "<response UploadHandler='h' ChunkSize='9'/>", IR_E_SERVER, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_upload_handler h;

        line_reset(&line);
        line_result(&line, "CreateUploadHandler", rows[i].xml);
        ir_call_create_upload_handler(line.wire, "t", 0, &h);
        check_error(rows[i].xml, &line.error, rows[i].status, "refused");
        assert_int_equal(line.error.server_code, rows[i].code);
        assert_string_equal(h.id, "");
    }
}

static void
test_deleting_a_handler_tells_of_a_refusal(void **state)
{
    (void)state;
    line_reset(&line);
    line_result(&line, "DeleteUploadHandler",
        "<response success='false' errorCode='4000' error='bad Request'/>");
    ir_call_delete_upload_handler(line.wire, "t", "h-1");

    check_error("4000", &line.error, IR_E_SERVER, "bad Request (code 4000)");
}

/* ---- A chunk out ------------------------------------------------------- */

/* A source of a pattern, which may fail. */
struct store {
    uint64_t fails_at;
    int fail_errno;      /* 0: it gives no reason */
    uint64_t ends_at;    /* 0: far away */
    uint64_t next;       /* the offset that is due */
    uint8_t data[800000];
};

static struct store store;

static int
take(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    struct store *s = ctx;

    assert_true(offset == s->next);
    *got = n;
    if (s->fails_at != 0 && offset + n > s->fails_at) {
        errno = s->fail_errno;
        return -1;
    }
    if (s->ends_at != 0 && offset + n > s->ends_at)
        *got = (size_t)(s->ends_at - offset);
    memcpy(data, s->data + offset, *got);
    s->next += *got;
    return 0;
}

/* Send 'length' bytes of the pattern at 'offset'; 'xml' answers. */
static enum ir_status
send_chunk(uint64_t offset, uint64_t length, const char *xml,
    struct ir_upload_answer *a)
{
    const struct ir_source source = { take, &store, 1, 0 };
    const struct ir_upload_request request = { "h-1", &source, offset, length,
        0xE21E754F, 1 };

    line_reset(&line);
    line_result(&line, "UploadFileChunk", xml);
    memset(a, 0xEE, sizeof *a);
    store.next = offset;
    return ir_call_upload_file_chunk(line.wire, "t", &request, a);
}

#define TAKEN "<response success='true' tryagain='false'/>"
#define TAG "<fileChunk>"

static void
test_a_chunk_of_any_length_is_sent_whole(void **state)
{
    static const size_t lengths[] = { 1, 2, 3, 4, 49150, 49151, 49152, 49153,
        98304, 150001, 199997 };
    static unsigned char encoded[(sizeof store.data + 2) / 3 * 4 + 1];

    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct ir_upload_answer a;
        int n = EVP_EncodeBlock(encoded, store.data + 3, (int)lengths[i]);
        const char *sent;

        send_chunk(3, lengths[i], TAKEN, &a);
        check_error("chunk", &line.error, IR_OK, "");
        assert_true(store.next == 3 + lengths[i]);
        sent = strstr(line_request(), TAG);
        assert_non_null(sent);
        assert_memory_equal(sent + strlen(TAG), encoded, (size_t)n);
        assert_memory_equal(sent + strlen(TAG) + n, "</", 2);
        assert_true(fake_transport.is_open);
    }
}

static void
test_a_checksum_is_upper_case_hex_without_padding(void **state)
{
    static const struct {
        uint32_t crc32;
        const char *sent;
    } rows[] = {
        { 0, ">0<" }, { 1, ">1<" }, { 0xA, ">A<" }, { 0x00FFFFC8, ">FFFFC8<" },
        { 0xE21E754F, ">E21E754F<" }, { 0xFFFFFFFF, ">FFFFFFFF<" },
    };
    const struct ir_source source = { take, &store, 1, 0 };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct ir_upload_request request = { "h-1", &source, 0, 0,
            rows[i].crc32, 0 };
        struct ir_upload_answer a;
        char sent[100];

        line_reset(&line);
        line_result(&line, "UploadFileChunk", TAKEN);
        ir_call_upload_file_chunk(line.wire, "t", &request, &a);
        snprintf(sent, sizeof sent, "<chunkHEXCRC%s/chunkHEXCRC>",
            rows[i].sent);
        if (strstr(line_request(), sent) == NULL)
            fail_msg("%s in %s", sent, line_request());
    }
}

/* Where a source may give up: in its first block, and behind what has gone out
 * already. */
static const uint64_t points[] = { 1, 160000, 240000, 600001 };

static void
test_a_source_that_says_why_is_a_local_failure(void **state)
{
    (void)state;
    store.fail_errno = EIO;
    for (size_t i = 0; i < COUNT(points); i++) {
        struct ir_upload_answer a;

        store.fails_at = points[i];
        send_chunk(0, sizeof store.data, TAKEN, &a);
        check_error("EIO", &line.error, IR_E_IO, "cannot read at offset ");
        assert_int_equal(line.error.sys_errno, EIO);
        assert_int_equal(fake_transport.n_exchanges, 1);
        assert_false(fake_transport.is_open);
        assert_false(a.try_again || a.has_file_crc32);
    }
}

static void
test_a_source_that_does_not_say_why_cancels(void **state)
{
    (void)state;
    store.fail_errno = 0;
    for (size_t i = 0; i < COUNT(points); i++) {
        struct ir_upload_answer a;

        store.fails_at = points[i];
        send_chunk(0, sizeof store.data, TAKEN, &a);
        check_error("cancel", &line.error, IR_E_CANCELLED,
            "the caller ended the transfer");
        assert_int_equal(fake_transport.n_exchanges, 1);
        assert_false(fake_transport.is_open);
    }
}

static void
test_a_source_that_became_shorter_has_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(points); i++) {
        struct ir_upload_answer a;
        char message[100];

        store.ends_at = points[i];
        send_chunk(0, sizeof store.data, TAKEN, &a);
        snprintf(message, sizeof message, "the source ends at %u,",
            (unsigned)points[i]);
        check_error(message, &line.error, IR_E_CHANGED, message);
        assert_int_equal(fake_transport.n_exchanges, 1);
        assert_false(fake_transport.is_open);
    }
}

static void
test_a_request_that_broke_off_counts_as_sent_once_a_byte_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(points); i++) {
        struct ir_upload_answer a;

        store.fails_at = points[i];
        send_chunk(0, sizeof store.data, TAKEN, &a);
        assert_int_equal(ir_wire_request_sent(line.wire),
            fake_transport.request_bytes > 0);
    }
    assert_true(ir_wire_request_sent(line.wire));
}

/* gSOAP's buffer, and the text that a payload is sent in. */
static void
test_the_ticket_is_wiped_wherever_it_stood(void **state)
{
    const struct ir_source source = { take, &store, 1, 0 };
    const struct ir_upload_request request = { "h-1", &source, 0, 100000, 1,
        1 };
    struct ir_upload_answer a;
    struct line own;

    (void)state;
    line_open(&own, IR_SOAP_11);
    line_result(&own, "UploadFileChunk", TAKEN);
    store.next = 0;
    ir_call_upload_file_chunk(own.wire, FAKE_SECRET, &request, &a);
    fake_transport.n_secrets = 0;
    line_close(&own);

    assert_int_equal(fake_transport.n_secrets, 2);
}

static void
test_a_cancel_of_the_transport_in_mid_chunk_ends_the_call(void **state)
{
    const struct ir_source source = { take, &store, 1, 0 };
    const struct ir_upload_request request = { "h-1", &source, 0,
        sizeof store.data, 1, 1 };
    struct ir_upload_answer a;

    (void)state;
    line_reset(&line);
    line_result(&line, "UploadFileChunk", TAKEN);
    line.replies[0].send = IR_E_CANCELLED;
    store.next = 0;
    ir_call_upload_file_chunk(line.wire, "t", &request, &a);

    check_error("cancel", &line.error, IR_E_CANCELLED, "sending failed");
    assert_true(store.next < sizeof store.data);
    assert_int_equal(fake_transport.n_exchanges, 1);
    assert_false(fake_transport.is_open);
}

/* ---- What is said of a chunk ------------------------------------------- */

static void
test_a_chunk_to_send_again_is_known_whatever_success_says(void **state)
{
    static const char *const again[] = {
        "<response success='false' tryagain='true'/>",
        "<response success='true' tryagain='true'/>",
        "<root tryagain='true' success='true' error=''/>",
        "<Response TryAgain='True'/>",
        "<ROOT SUCCESS='FALSE' TRYAGAIN='TRUE' ErrorCode='5000' error='x'/>",
        "<response success='true' tryagain='true' filehexcrc='no CRC'/>",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(again); i++) {
        struct ir_upload_answer a;

        send_chunk(0, 9, again[i], &a);
        check_error(again[i], &line.error, IR_OK, "");
        assert_int_equal(a.try_again, 1);
        assert_false(a.has_file_crc32);
    }
}

static void
test_a_chunk_that_was_taken_may_come_with_a_checksum(void **state)
{
    static const struct {
        const char *attributes;
        int has;
        uint32_t crc32;
    } rows[] = {
        { "tryagain='false'", 0, 0 }, { "", 0, 0 },
        { "tryagain='false' filehexcrc='E21E754F'", 1, 0xE21E754F },
        { "filehexcrc='e21e754f'", 1, 0xE21E754F },
        { "FileHexCRC='FFFFC8'", 1, 0xFFFFC8 },
        { "FILEHEXCRC='00ffffc8' TRYAGAIN='False'", 1, 0xFFFFC8 },
        { "filehexcrc=' E21E754F '", 1, 0xE21E754F },
        { "filehexcrc='0'", 1, 0 }, { "filehexcrc=''", 0, 0 },
        { "filehexcrc='  '", 0, 0 },
        { "tryagain='' filehexcrc='1'", 1, 1 },
        { "tryagain='maybe' error='' extra='1'", 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_upload_answer a;
        char xml[300];

        snprintf(xml, sizeof xml, "<root success='True' %s/>",
            rows[i].attributes);
        send_chunk(0, 9, xml, &a);
        check_error(xml, &line.error, IR_OK, "");
        assert_false(a.try_again);
        assert_int_equal(a.has_file_crc32, rows[i].has);
        if (rows[i].has)
            assert_int_equal(a.file_crc32, rows[i].crc32);
    }
}

static void
test_a_checksum_that_is_none_is_no_answer(void **state)
{
    static const char *const bad[] = { "0E21E754F", "0xE21E754F", "-1", "G",
        "E21E 754F", "E21E754F E21E754F" };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct ir_upload_answer a;
        char xml[300];

        snprintf(xml, sizeof xml, "<response success='true' filehexcrc='%s'/>",
            bad[i]);
        send_chunk(0, 9, xml, &a);
        check_error(xml, &line.error, IR_E_PROTOCOL, "filehexcrc");
        assert_false(a.has_file_crc32);
    }
}

static void
test_a_refused_chunk_is_no_chunk_to_send_again(void **state)
{
    static const struct {
        const char *xml;
        enum ir_status status;
        int code;
    } rows[] = {
        { "<response success='false' errorCode='4000' error='no handler'/>",
            IR_E_SERVER, 4000 },
        { "<response success='false' tryagain='false' "
          "error='Invalid upload handler.'/>", IR_E_SERVER, 0 },
        { "<root success='false' errorcode='4010' filehexcrc='1'/>", IR_E_AUTH,
            4010 },
        { "<root error='[901] ended' errorCode='4000'/>", IR_E_AUTH, 901 },
        { "<response success='false' error='SystemError:x' "
          "errorCode='5000'/>", IR_E_SERVER, 5000 },
        { "<response/>", IR_E_SERVER, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_upload_answer a;

        send_chunk(0, 9, rows[i].xml, &a);
        check_error(rows[i].xml, &line.error, rows[i].status,
            "UploadFileChunk refused");
        assert_int_equal(line.error.server_code, rows[i].code);
        assert_false(a.try_again || a.has_file_crc32);
    }
}

static void
test_an_answer_without_its_element_is_none(void **state)
{
    static const char *const contents[] = { "", " \r\n ", "<other/>",
        "<other success='true' tryagain='false'/>" };

    (void)state;
    for (size_t i = 0; i < COUNT(contents); i++) {
        struct ir_upload_answer a;

        send_chunk(0, 9, contents[i], &a);
        check_error(contents[i], &line.error, IR_E_PROTOCOL, "");
        assert_false(a.try_again);
    }
}

/* ---- The commit -------------------------------------------------------- */

static enum ir_status
commit(const char *xml, struct ir_uploaded *a)
{
    const struct ir_commit what = { .path = "/L/a" };

    line_reset(&line);
    line_result(&line, "UploadDocumentWithHandler", xml);
    memset(a, 0, sizeof *a);
    return ir_call_commit(line.wire, "t", "h-1", &what, a);
}

static void
test_a_commit_tells_the_document_in_any_case(void **state)
{
    static const struct {
        const char *xml;
        const char *document_id;
        const char *version_id;
    } rows[] = {
        { "<response success='true' DocumentId='40817' VersionId='1000001'/>",
            "40817", "1000001" },
        { "<root success='True' DocumentID='40817' VersionID='7'/>", "40817",
            "7" },
        { "<Response SUCCESS='TRUE' documentid='40817'/>", "40817", NULL },
        { "<root success='true'/>", NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_uploaded a;

        commit(rows[i].xml, &a);
        check_error(rows[i].xml, &line.error, IR_OK, "");
        if (rows[i].document_id == NULL)
            assert_null(a.document_id);
        else
            assert_string_equal(a.document_id, rows[i].document_id);
        if (rows[i].version_id == NULL)
            assert_null(a.version_id);
        else
            assert_string_equal(a.version_id, rows[i].version_id);
    }
}

static void
test_a_refused_commit_tells_no_document(void **state)
{
    static const struct {
        const char *xml;
        enum ir_status status;
        int code;
    } rows[] = {
        { "<root success='false' errorCode='4000' error='not checked out' "
          "DocumentId='7'/>", IR_E_SERVER, 4000 },
        { "<root success='false' errorCode='4041'/>", IR_E_NOT_FOUND, 4041 },
        { "<root success='false' error='[921] no right'/>", IR_E_DENIED, 921 },
        { "<root success='false' errorCode='4090'/>", IR_E_SERVER, 4090 },
        { "<root DocumentId='7'/>", IR_E_SERVER, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_uploaded a;

        commit(rows[i].xml, &a);
        check_error(rows[i].xml, &line.error, rows[i].status,
            "UploadDocumentWithHandler refused");
        assert_int_equal(line.error.server_code, rows[i].code);
        assert_null(a.document_id);
    }
}

static void
test_a_new_document_comes_before_parameters_version_and_comment(void **state)
{
    static const struct {
        struct ir_commit what;
        const char *operation;
    } rows[] = {
        { { "/L/a", "/L", "a", NULL, "<x/>", 0 },
            "UploadNewDocumentWidthHandler" },
        { { "/L/a", "/L", "a", "c", NULL, 1000001 },
            "UploadNewDocumentWidthHandler" },
        { { "/L/a", NULL, NULL, NULL, "<x/>", 0 },
            "UploadDocumentWithHandler3" },
        { { "/L/a", NULL, NULL, "c", NULL, 1000001 },
            "UploadDocumentWithHandler2" },
        { { "/L/a", NULL, NULL, "c", NULL, 0 }, "UploadDocumentWithHandler1" },
        { { "/L/a", NULL, NULL, "", NULL, 0 }, "UploadDocumentWithHandler1" },
        { { "/L/a", NULL, NULL, NULL, NULL, 0 }, "UploadDocumentWithHandler" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_uploaded a;
        char element[100];

        line_reset(&line);
        line_result(&line, rows[i].operation, "<root success='true'/>");
        ir_call_commit(line.wire, "t", "h-1", &rows[i].what, &a);
        check_error(rows[i].operation, &line.error, IR_OK, "");
        snprintf(element, sizeof element, "<%s xmlns=", rows[i].operation);
        assert_non_null(strstr(line_request(), element));
    }
}

static void
test_comment_and_version_of_a_new_document_go_as_parameters(void **state)
{
    const struct ir_commit what = { "/L/a", "/L", "a", "<\"a\" & 'b'>\n", NULL,
        2003004 };
    struct ir_uploaded a;

    (void)state;
    line_result(&line, "UploadNewDocumentWidthHandler",
        "<root success='true'/>");
    ir_call_commit(line.wire, "t", "h-1", &what, &a);
    check_error("new", &line.error, IR_OK, "");
    assert_non_null(strstr(line_request(), "<xmlParameters>&lt;xmlparameters&gt;"
        "&lt;item NAME=\"VERSIONCOMMENT\" VALUE=\"&amp;#60;&amp;#34;a&amp;#34; "
        "&amp;#38; &amp;#39;b&amp;#39;&amp;#62;&amp;#10;\"/&gt;"
        "&lt;item NAME=\"MPVERSIONMAJOR\" VALUE=\"2\"/&gt;"
        "&lt;item NAME=\"MPVERSIONMINOR\" VALUE=\"3\"/&gt;"
        "&lt;item NAME=\"MPVERSIONREVISION\" VALUE=\"4\"/&gt;"
        "&lt;/xmlparameters&gt;</xmlParameters>"));
}

static void
test_a_commit_that_cannot_be_sent_is_refused_before_sending(void **state)
{
    static const struct {
        struct ir_commit what;
        const char *why;
    } rows[] = {
        { { .path = NULL }, "path is empty" },
        { { .path = "" }, "path is empty" },
        { { .path = "/L/a\x01" }, "path has a byte at position 4" },
        { { .path = "/L/a", .comment = "a\x01" }, "comment" },
        { { .path = "/L/a", .comment = "\xFF" }, "comment" },
        { { .path = "/L/a", .comment = "c", .xml_parameters = "<a/>" },
            "comment and version" },
        { { .path = "/L/a", .xml_parameters = "<a/>", .version = 1000000 },
            "comment and version" },
        { { .path = "/L/a", .xml_parameters = "<a>\xED\xA0\x80</a>" },
            "xml_parameters" },
        { { .path = "/L/a", .version = -1 }, "version" },
        { { .path = "/L/a", .version = 1 }, "version" },
        { { .path = "/L/a", .version = 999999 }, "version" },
        { { .path = "/L/a", .version = 2401000000 }, "version" },
        { { .path = "/L/a", .version = 70000000000 }, "version" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_uploaded a;

        line_reset(&line);
        ir_call_check_commit(line.wire, &rows[i].what);
        check_error(rows[i].why, &line.error, IR_E_ARGUMENT, rows[i].why);
        ir_call_commit(line.wire, "t", "h-1", &rows[i].what, &a);
        check_error(rows[i].why, &line.error, IR_E_ARGUMENT, rows[i].why);
        assert_int_equal(fake_transport.n_exchanges, 0);
    }
}

static void
test_a_commit_of_the_least_and_the_highest_version_can_be_sent(void **state)
{
    static const int64_t versions[] = { 0, 1000000, 2400999999 };

    (void)state;
    for (size_t i = 0; i < COUNT(versions); i++) {
        const struct ir_commit what = { .path = "/L/a", .comment = "",
            .version = versions[i] };

        ir_error_clear(&line.error);
        ir_call_check_commit(line.wire, &what);
        check_error("version", &line.error, IR_OK, "");
    }
}

static int
set_up(void **state)
{
    (void)state;
    memset(&store, 0, sizeof store);
    fill_pattern(store.data, sizeof store.data);
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
        TEST(test_a_handler_is_a_token),
        TEST(test_a_granted_chunk_is_taken_as_it_is_or_refused),
        TEST(test_a_refusal_gives_no_handler),
        TEST(test_deleting_a_handler_tells_of_a_refusal),
        TEST(test_a_chunk_of_any_length_is_sent_whole),
        TEST(test_a_checksum_is_upper_case_hex_without_padding),
        TEST(test_a_source_that_says_why_is_a_local_failure),
        TEST(test_a_source_that_does_not_say_why_cancels),
        TEST(test_a_source_that_became_shorter_has_changed),
        TEST(test_a_request_that_broke_off_counts_as_sent_once_a_byte_left),
        TEST(test_the_ticket_is_wiped_wherever_it_stood),
        TEST(test_a_cancel_of_the_transport_in_mid_chunk_ends_the_call),
        TEST(test_a_chunk_to_send_again_is_known_whatever_success_says),
        TEST(test_a_chunk_that_was_taken_may_come_with_a_checksum),
        TEST(test_a_checksum_that_is_none_is_no_answer),
        TEST(test_a_refused_chunk_is_no_chunk_to_send_again),
        TEST(test_an_answer_without_its_element_is_none),
        TEST(test_a_commit_tells_the_document_in_any_case),
        TEST(test_a_refused_commit_tells_no_document),
        TEST(test_a_new_document_comes_before_parameters_version_and_comment),
        TEST(test_comment_and_version_of_a_new_document_go_as_parameters),
        TEST(test_a_commit_that_cannot_be_sent_is_refused_before_sending),
        TEST(test_a_commit_of_the_least_and_the_highest_version_can_be_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
