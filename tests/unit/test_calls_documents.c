/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What is believed of the answers about documents, folders, check-outs and the
 * server's limit.  The requests are in test_calls_request.c. */
#include <stdio.h>
#include <string.h>

#include "line.h"

static struct line line;

/* ---- Calls that only succeed or not ------------------------------------ */

static enum ir_status
force(struct ir_wire *w, const char *ticket, const char *path)
{
    return ir_call_unlock(w, ticket, path, 1);
}

static enum ir_status
exists(struct ir_wire *w, const char *ticket, const char *path)
{
    struct ir_exists_answer a;

    return ir_call_document_exists(w, ticket, path, &a);
}

static enum ir_status
state_of(struct ir_wire *w, const char *ticket, const char *path)
{
    struct ir_document_state a;

    return ir_call_get_document(w, ticket, path, &a);
}

static const struct {
    const char *operation;
    enum ir_status (*call)(struct ir_wire *w, const char *ticket,
        const char *path);
} calls[] = {
    { "FolderExists", ir_call_folder_exists },
    { "CreateFolder", ir_call_create_folder },
    { "Lock", ir_call_lock },
    { "UnLock", force },
    { "DeleteDocument", ir_call_delete_document },
    { "DocumentExists", exists },
    { "GetDocument", state_of },
};

static void
test_success_is_told_in_any_form(void **state)
{
    static const char *const answers[] = {
        "<response success='true'><document/></response>",
        "<root SUCCESS='True' error=''><document/></root>",
        "<Response Success='TRUE' FolderId='9' x=''><document/></Response>",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(calls); i++)
        for (size_t j = 0; j < COUNT(answers); j++) {
            line_reset(&line);
            line_result(&line, calls[i].operation, answers[j]);
            calls[i].call(line.wire, "t", "/L/a");
            check_error(calls[i].operation, &line.error, IR_OK, "");
        }
}

static void
test_a_refusal_is_typed_by_code_or_bracket(void **state)
{
    static const struct {
        const char *xml;
        enum ir_status status;
        int code;
        int retryable;
    } rows[] = {
        { "<response success='false' errorCode='4041' error='none'/>",
            IR_E_NOT_FOUND, 4041, 0 },
        { "<response error='Folder not found.'/>", IR_E_SERVER, 0, 0 },
        { "<response error='[2285] none'/>", IR_E_NOT_FOUND, 2285, 0 },
        { "<response success='False' errorcode='4230' error='locked'/>",
            IR_E_SERVER, 4230, 1 },
        { "<response success='false' ERRORCODE='4030'/>", IR_E_DENIED, 4030,
            0 },
        { "<response success='false' error='[901]x' errorCode='4041'/>",
            IR_E_AUTH, 901, 0 },
        { "<response success='false' errorCode='5030'/>", IR_E_SERVER, 5030,
            1 },
    };
    int asked;

    (void)state;
    for (size_t i = 0; i < COUNT(calls); i++)
        for (size_t j = 0; j < COUNT(rows); j++) {
            line_reset(&line);
            line_result(&line, calls[i].operation, rows[j].xml);
            calls[i].call(line.wire, "t", "/L/a");
            /* Asked whether something is there, a no without a number. */
            asked = strstr(calls[i].operation, "Exists") != NULL
                && rows[j].code == 0;
            check_error(rows[j].xml, &line.error,
                asked ? IR_E_NOT_FOUND : rows[j].status, calls[i].operation);
            assert_int_equal(line.error.server_code, rows[j].code);
            assert_int_equal(line.error.retryable, rows[j].retryable);
        }
}

static void
test_a_path_that_cannot_be_sent_is_refused_before_sending(void **state)
{
    static const struct {
        const char *path;
        const char *why;
    } rows[] = {
        { NULL, "path is empty" }, { "", "path is empty" },
        { "/L/a\x01", "position 4" }, { "/L/\xFF", "position 3" },
        { "/L/\xC3", "position 3" }, { "/L/\xEF\xBF\xBF", "position 3" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(calls); i++)
        for (size_t j = 0; j < COUNT(rows); j++) {
            line_reset(&line);
            line_result(&line, calls[i].operation, "<root success='true'/>");
            calls[i].call(line.wire, "t", rows[j].path);
            check_error(rows[j].why, &line.error, IR_E_ARGUMENT, rows[j].why);
            assert_int_equal(fake_transport.n_exchanges, 0);
        }
}

static void
test_an_answer_without_its_element_is_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(calls); i++) {
        line_reset(&line);
        line_result(&line, calls[i].operation, "");
        calls[i].call(line.wire, "t", "/L/a");
        check_error(calls[i].operation, &line.error, IR_E_PROTOCOL,
            "no valid answer element");
    }
}

/* ---- DocumentExists ---------------------------------------------------- */

static enum ir_status
look_for(const char *attributes, struct ir_exists_answer *a)
{
    char xml[500];

    snprintf(xml, sizeof xml, "<response success='true' %s/>", attributes);
    line_reset(&line);
    line_result(&line, "DocumentExists", xml);
    memset(a, 0xEE, sizeof *a);
    return ir_call_document_exists(line.wire, "t", "/L/a", a);
}

static void
test_the_checksum_is_that_of_the_last_version(void **state)
{
    static const struct {
        const char *attributes;
        int has;
        uint32_t crc32;
    } rows[] = {
        { "CRC32LASTVERSION='E21E754F' CRC32=''", 1, 0xE21E754F },
        { "CRC32='1' CRC32LASTVERSION='FFFFC8'", 1, 0xFFFFC8 },
        { "crc32lastversion='00ffffc8'", 1, 0xFFFFC8 },
        { "Crc32LastVersion=' 0 '", 1, 0 },
        { "CRC32LASTVERSION='' CRC32='E21E754F'", 0, 0 },
        { "CRC32LASTVERSION=' '", 0, 0 },
        { "CRC32='E21E754F'", 0, 0 }, { "", 0, 0 },
        { "CRC32LASTVERSION='1' CRC32='no'", 1, 1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_exists_answer a;

        look_for(rows[i].attributes, &a);
        check_error(rows[i].attributes, &line.error, IR_OK, "");
        assert_int_equal(a.has_crc32, rows[i].has);
        if (rows[i].has)
            assert_int_equal(a.crc32, rows[i].crc32);
    }
}

static void
test_a_checksum_that_is_none_is_no_answer(void **state)
{
    static const char *const bad[] = { "0E21E754F", "0x1", "-1", "G", "1 1" };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct ir_exists_answer a;
        char attributes[100];

        snprintf(attributes, sizeof attributes, "CRC32LASTVERSION='%s'",
            bad[i]);
        look_for(attributes, &a);
        check_error(bad[i], &line.error, IR_E_PROTOCOL, "CRC32LASTVERSION");
        assert_false(a.has_crc32);
    }
}

/* ---- GetDocument ------------------------------------------------------- */

static enum ir_status
get(const char *content, struct ir_document_state *a)
{
    char xml[1000];

    snprintf(xml, sizeof xml, "<response success='true'>%s</response>",
        content);
    line_reset(&line);
    line_result(&line, "GetDocument", xml);
    return ir_call_get_document(line.wire, "t", "/L/a", a);
}

static void
test_a_check_out_has_a_user(void **state)
{
    static const struct {
        const char *content;
        const char *by; /* NULL: nobody */
        int64_t version;
        int64_t n_versions;
    } rows[] = {
        { "<document DocumentID='7' Name='a' CheckoutBy='317' "
          "CheckoutByUserName='demo' VersionNumber='1000002' "
          "VersionCount='3'/>", "demo", 1000002, 3 },
        { "<document CheckoutByUserName='SYSTEMLOCK' VersionNumber='0'/>",
            "SYSTEMLOCK", 0, -1 },
        { "<document CheckoutByUserName='\xC3\xA9 &amp; b'/>",
            "\xC3\xA9 & b", -1, -1 },
        { "<document CheckoutByUserName='' VersionNumber='' "
          "VersionCount=''/>", NULL, -1, -1 },
        { "<document/>", NULL, -1, -1 },
        { "<document VersionNumber='-5' VersionCount='many'/>", NULL, -1, -1 },
        { "<document VersionNumber='99999999999999999999' "
          "VersionCount='1'><Propertysets/></document>", NULL, -1, 1 },
        { "<other/><document CheckoutByUserName='x' fifty='more'/>", "x", -1,
            -1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_document_state a = { "unset", -2, -2 };

        get(rows[i].content, &a);
        check_error(rows[i].content, &line.error, IR_OK, "");
        if (rows[i].by == NULL)
            assert_null(a.checked_out_by);
        else
            assert_string_equal(a.checked_out_by, rows[i].by);
        assert_true(a.version == rows[i].version);
        assert_true(a.n_versions == rows[i].n_versions);
    }
}

static void
test_an_answer_without_a_document_is_none(void **state)
{
    struct ir_document_state a;

    (void)state;
    get("", &a);
    check_error("none", &line.error, IR_E_PROTOCOL, "no valid document");
    get("<folder CheckoutByUserName='x'/>", &a);
    check_error("folder", &line.error, IR_E_PROTOCOL, "no valid document");
}

/* ---- GetGeneralAppSettings --------------------------------------------- */

static enum ir_status
limit_of(const char *content, uint64_t *limit)
{
    char xml[1000];

    snprintf(xml, sizeof xml, "<response success='true'>%s</response>",
        content);
    line_reset(&line);
    line_result(&line, "GetGeneralAppSettings", xml);
    *limit = 7;
    return ir_call_upload_limit(line.wire, "t", limit);
}

#define LIMIT(text) "<GeneralSettings><UploadSettings><DocumentMaxSize>" text  \
    "</DocumentMaxSize></UploadSettings></GeneralSettings>"

static void
test_a_limit_is_a_number_or_not_told(void **state)
{
    static const struct {
        const char *content;
        uint64_t limit; /* 0: none, or not told */
    } rows[] = {
        { LIMIT("78643200"), 78643200 }, { LIMIT("1"), 1 },
        { LIMIT("0"), 0 }, { LIMIT("00078643200"), 78643200 },
        { LIMIT("\n  78643200 "), 78643200 },
        { LIMIT("2147483648"), 2147483648 },
        { LIMIT("999999999999999999"), 999999999999999999 },
        { LIMIT("99999999999999999999"), 0 },
        { LIMIT(""), 0 }, { LIMIT("  "), 0 }, { LIMIT("-1"), 0 },
        { LIMIT("+5"), 0 }, { LIMIT("none"), 0 },
        /* The first digits of these say nothing. */
        { LIMIT("78,643,200"), 0 }, { LIMIT("78.643.200"), 0 },
        { LIMIT("75 MB"), 0 }, { LIMIT("75MB"), 0 }, { LIMIT("1e9"), 0 },
        { LIMIT("78643200.0"), 0 }, { LIMIT("0x4B00000"), 0 },
        { "<GeneralSettings><UploadSettings/></GeneralSettings>", 0 },
        { "<GeneralSettings><ZipDownloadSetting><MaxTotalSize>5"
          "</MaxTotalSize></ZipDownloadSetting></GeneralSettings>", 0 },
        { "<GeneralSettings/>", 0 }, { "", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint64_t limit;

        limit_of(rows[i].content, &limit);
        check_error(rows[i].content, &line.error, IR_OK, "");
        if (limit != rows[i].limit)
            fail_msg("%s: %llu", rows[i].content, (unsigned long long)limit);
    }
}

static void
test_a_limit_that_is_refused_is_not_told(void **state)
{
    uint64_t limit = 7;

    (void)state;
    line_reset(&line);
    line_result(&line, "GetGeneralAppSettings",
        "<response success='false' errorCode='4030'>"
        LIMIT("5") "</response>");
    ir_call_upload_limit(line.wire, "t", &limit);

    check_error("4030", &line.error, IR_E_DENIED, "GetGeneralAppSettings");
    assert_true(limit == 0);
}

static int
set_up(void **state)
{
    (void)state;
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
        TEST(test_success_is_told_in_any_form),
        TEST(test_a_refusal_is_typed_by_code_or_bracket),
        TEST(test_a_path_that_cannot_be_sent_is_refused_before_sending),
        TEST(test_an_answer_without_its_element_is_none),
        TEST(test_the_checksum_is_that_of_the_last_version),
        TEST(test_a_checksum_that_is_none_is_no_answer),
        TEST(test_a_check_out_has_a_user),
        TEST(test_an_answer_without_a_document_is_none),
        TEST(test_a_limit_is_a_number_or_not_told),
        TEST(test_a_limit_that_is_refused_is_not_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
