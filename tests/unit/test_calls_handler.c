/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What the answers about documents, handlers, sessions and the server must
 * hold, and in which form. */
#include <stdio.h>
#include <string.h>

#include "line.h"

static struct line line;

#define GUID "c4d6a0f2-8d1b-4f6e-b0a7-2f5c93d81e44"
#define ID64 "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcde-"

static enum ir_status
get_handler(const char *attributes, struct ir_handler *h)
{
    char xml[2000];

    snprintf(xml, sizeof xml, "<response success='true' %s/>", attributes);
    line_reset(&line);
    line_result(&line, "GetDownloadHandler", xml);
    memset(h, 0xEE, sizeof *h);
    return ir_call_get_download_handler(line.wire, "t", "/a", 0, 1048576, h);
}

static void
test_a_handler_is_read_with_its_document(void **state)
{
    struct ir_handler h;

    (void)state;
    get_handler("error='' Size='524297' ContentType='image/vnd.dwg' "
        "ModificationDate='2030-11-02' VersionNumber='0' "
        "AlterDocumentName='pump &amp; 7.dwg' RenderedContent='False' "
        "CRC32='5D1C07AA' ChunkSize='1048576' downloadhandler='" GUID "'", &h);

    check_error("handler", &line.error, IR_OK, "");
    assert_string_equal(h.id, GUID);
    assert_int_equal(h.chunk_bytes, 1048576);
    assert_int_equal(h.document.size_bytes, 524297);
    assert_int_equal(h.document.crc32, 0x5D1C07AA);
    assert_true(h.document.has_crc32);
    assert_false(h.document.rendered);
    assert_int_equal(h.document.version, 0);
    assert_string_equal(h.document.name, "pump & 7.dwg");
    assert_string_equal(h.document.content_type, "image/vnd.dwg");
    assert_string_equal(h.document.modified, "2030-11-02");
}

static void
test_what_older_servers_do_not_tell_is_unset(void **state)
{
    struct ir_handler h;

    (void)state;
    get_handler("Size='0' ChunkSize='65536' downloadhandler='ir178' "
        "RenderedContent='true' CRC32=''", &h);

    check_error("handler", &line.error, IR_OK, "");
    assert_string_equal(h.id, "ir178");
    assert_int_equal(h.document.size_bytes, 0);
    assert_false(h.document.has_crc32);
    assert_true(h.document.rendered);
    assert_true(h.document.version == -1);
    assert_null(h.document.name);
    assert_null(h.document.content_type);
    assert_null(h.document.modified);
}

#define REST "Size='9' ChunkSize='65536' downloadhandler='"

static void
test_a_handler_is_a_token(void **state)
{
    static const char *const good[] = { REST "a'", REST "7'", REST "-'",
        REST "ir178'", REST GUID "'", REST ID64 "'" };
    static const char *const bad[] = { "Size='9' ChunkSize='65536'",
        REST "'", REST " " GUID "'", REST GUID " '", REST "{" GUID "}'",
        REST "../../x'", REST "a&lt;b'", REST "a&quot;b'", REST "a_b'",
        REST "a.b'", REST "a&#10;b'", REST "\xC3\xA9'", REST "a&#xE9;'",
        REST ID64 "x'" };
    struct ir_handler h;

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        get_handler(good[i], &h);
        check_error(good[i], &line.error, IR_OK, "");
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        get_handler(bad[i], &h);
        check_error(bad[i], &line.error, IR_E_PROTOCOL, "downloadhandler");
        assert_string_equal(h.id, "");
    }
}

#undef REST
#define REST "Size='9' downloadhandler='h' ChunkSize="

static void
test_a_granted_chunk_is_clamped_or_refused(void **state)
{
    static const struct {
        const char *attributes;
        uint64_t granted; /* 0: refused */
    } rows[] = {
        { REST "'1'", 1 }, { REST "'262144'", 262144 },
        { REST "'33554432'", 33554432 }, { REST "'33554433'", 33554432 },
        { REST "'2147483647'", 33554432 }, { REST "'2147483648'", 33554432 },
        { REST "'999999999999999999'", 33554432 },
        { REST "'0'", 0 }, { REST "'-1'", 0 }, { REST "''", 0 },
        { REST "'1e6'", 0 }, { REST "'+5'", 0 },
        { REST "'9999999999999999999'", 0 },
        { "Size='9' downloadhandler='h'", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_handler h;
        enum ir_status st = get_handler(rows[i].attributes, &h);

        if (st != (rows[i].granted == 0 ? IR_E_PROTOCOL : IR_OK)
            || (st == IR_OK && h.chunk_bytes != rows[i].granted))
            fail_msg("%s: %s", rows[i].attributes, line.error.message);
    }
}

#undef REST
#define REST "ChunkSize='65536' downloadhandler='h' "

static void
test_a_size_is_a_number_that_is_not_negative(void **state)
{
    static const struct {
        const char *attributes;
        int64_t size; /* -1: refused */
    } rows[] = {
        { REST "Size='0'", 0 }, { REST "size='2147483647'", 2147483647 },
        { REST "Size='2147483648'", 2147483648 },
        { REST "Size='999999999999999999'", 999999999999999999 },
        { REST "Size='-1'", -1 }, { REST "Size='-2147483648'", -1 },
        { REST "Size=''", -1 }, { REST, -1 }, { REST "Size='9.0'", -1 },
        { REST "Size='9223372036854775808'", -1 },
        { REST "Size='9' CRC32='123456789'", -1 },
        { REST "Size='9' CRC32='no'", -1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_handler h;
        enum ir_status st = get_handler(rows[i].attributes, &h);

        if (st != (rows[i].size < 0 ? IR_E_PROTOCOL : IR_OK)
            || (st == IR_OK
                && h.document.size_bytes != (uint64_t)rows[i].size))
            fail_msg("%s: %s", rows[i].attributes, line.error.message);
    }
}

static void
test_a_handler_to_end_is_known_though_the_rest_is_refused(
    void **state)
{
    struct ir_handler h;

    (void)state;
    get_handler("Size='-1' ChunkSize='65536' downloadhandler='h-1'", &h);
    check_error("Size", &line.error, IR_E_PROTOCOL, "Size");
    assert_string_equal(h.id, "h-1");

    get_handler("Size='9' ChunkSize='0' downloadhandler='h-2'", &h);
    check_error("ChunkSize", &line.error, IR_E_PROTOCOL, "ChunkSize");
    assert_string_equal(h.id, "h-2");
}

static void
test_a_refused_document_has_no_handler(void **state)
{
    struct ir_handler h;

    (void)state;
    line_reset(&line);
    line_result(&line, "GetDownloadHandler", "<response success='false' "
        "errorCode='4041' error='none' downloadhandler='h' Size='9'/>");
    memset(&h, 0xEE, sizeof h);
    ir_call_get_download_handler(line.wire, "t", "/a", 0, 0, &h);

    check_error("4041", &line.error, IR_E_NOT_FOUND, "none (code 4041)");
    assert_string_equal(h.id, "");
}

static void
test_document_info_stages_nothing(void **state)
{
    struct ir_document d;

    (void)state;
    line_reset(&line);
    line_result(&line, "GetDownloadInfo", "<root success='true' Size='7' "
        "VersionNumber='1000001' CRC32='ffffc8' AlterDocumentName='a'/>");
    ir_call_get_download_info(line.wire, "t", "/a", 0, &d);

    check_error("info", &line.error, IR_OK, "");
    assert_int_equal(d.size_bytes, 7);
    assert_int_equal(d.version, 1000001);
    assert_int_equal(d.crc32, 0xFFFFC8);
    assert_string_equal(d.name, "a");
}

static void
test_a_path_that_cannot_be_sent_is_refused_before_sending(void **state)
{
    struct ir_document d;
    struct ir_handler h;

    (void)state;
    line_reset(&line);

    ir_call_get_download_info(line.wire, "t", "", 0, &d);
    check_error("empty", &line.error, IR_E_ARGUMENT, "path is empty");
    ir_call_get_download_handler(line.wire, "t", "a\x01", 0, 0, &h);
    check_error("control", &line.error, IR_E_ARGUMENT, "position 1");
    assert_string_equal(h.id, "");

    assert_int_equal(fake_transport.n_exchanges, 0);
}

static void
test_a_handler_that_is_no_token_is_refused_before_sending(void **state)
{
    static const char *const ids[] = { NULL, "", "a\x01", "\xFF" };

    (void)state;
    for (size_t i = 0; i < COUNT(ids); i++) {
        line_reset(&line);
        line_result(&line, "DeleteDownloadHandler", "<root success='true'/>");
        ir_call_delete_download_handler(line.wire, "t", ids[i]);
        check_error("handler", &line.error, IR_E_ARGUMENT, "handler");
        assert_int_equal(fake_transport.n_exchanges, 0);
    }
}

/* ---- Session and server ------------------------------------------------ */

static enum ir_status
log_in(const char *attributes, struct ir_login_answer *a)
{
    char xml[2000];

    snprintf(xml, sizeof xml, "<root success='true' %s/>", attributes);
    line_reset(&line);
    line_result(&line, "AuthenticateUser", xml);
    return ir_call_authenticate_user(line.wire, "demo", "secret", NULL, a);
}

static void
test_a_login_answers_ticket_and_profile(void **state)
{
    struct ir_login_answer a;

    (void)state;
    log_in("ticket='" GUID "' userid='317' username='demo' "
        "fullname='Demo User' email='demo@example.org' "
        "expireOn='2031-02-09T16:20:00Z'", &a);

    check_error("login", &line.error, IR_OK, "");
    assert_string_equal(a.ticket, GUID);
    assert_string_equal(a.user.user_id, "317");
    assert_string_equal(a.user.user_name, "demo");
    assert_string_equal(a.user.full_name, "Demo User");
    assert_string_equal(a.user.email, "demo@example.org");
    assert_string_equal(a.user.expires, "2031-02-09T16:20:00Z");
}

static void
test_only_the_ticket_is_required_of_a_login(void **state)
{
    struct ir_login_answer a;

    (void)state;
    log_in("Ticket='t'", &a);
    check_error("ticket", &line.error, IR_OK, "");
    assert_null(a.user.user_name);

    log_in("username='demo'", &a);
    check_error("none", &line.error, IR_E_PROTOCOL, "no valid ticket");
}

static void
test_a_ticket_is_a_token_of_at_most_256_characters(void **state)
{
    static const char *const bad[] = { "ticket=''", "ticket=' '",
        "ticket='a b'", "ticket='a&#10;b'", "ticket='\xC3\xA9'",
        "ticket='a&#127;'" };
    struct ir_login_answer a;
    char attributes[400] = "ticket='";

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        log_in(bad[i], &a);
        check_error(bad[i], &line.error, IR_E_PROTOCOL, "no valid ticket");
    }
    memset(attributes + 8, 'x', 256);
    strcpy(attributes + 8 + 256, "'");
    log_in(attributes, &a);
    check_error("256", &line.error, IR_OK, "");
    strcpy(attributes + 8 + 256, "x'");
    log_in(attributes, &a);
    check_error("257", &line.error, IR_E_PROTOCOL, "no valid ticket");
}

static void
test_a_check_of_a_ticket_answers_no_ticket(void **state)
{
    struct ir_login_answer a;

    (void)state;
    line_reset(&line);
    line_result(&line, "isValidTicket", "<root success='true' userid='317'/>");
    ir_call_is_valid_ticket(line.wire, "t", &a);

    check_error("isValidTicket", &line.error, IR_OK, "");
    assert_null(a.ticket);
    assert_string_equal(a.user.user_id, "317");
}

static void
test_the_server_tells_version_and_clock(void **state)
{
    struct ir_server_info info;

    (void)state;
    line_reset(&line);
    line_result(&line, "ServerInfo", "<response success='true' "
        "VersionNumber='9.0.3.118' Server_date_time='2031-01-10T18:20:11' "
        "Coordinated_Universal_Time='2031-01-10T17:20:11Z' Company='N' "
        "ServerName='DMS-02' LicenseCount='40' WorkflowIsOn='true'/>");
    ir_call_server_info(line.wire, &info);

    check_error("ServerInfo", &line.error, IR_OK, "");
    assert_string_equal(info.version, "9.0.3.118");
    assert_string_equal(info.local_time, "2031-01-10T18:20:11");
    assert_string_equal(info.utc_time, "2031-01-10T17:20:11Z");
    assert_string_equal(info.company, "N");
    assert_string_equal(info.name, "DMS-02");
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
        TEST(test_a_handler_is_read_with_its_document),
        TEST(test_what_older_servers_do_not_tell_is_unset),
        TEST(test_a_handler_is_a_token),
        TEST(test_a_granted_chunk_is_clamped_or_refused),
        TEST(test_a_size_is_a_number_that_is_not_negative),
        TEST(test_a_handler_to_end_is_known_though_the_rest_is_refused),
        TEST(test_a_refused_document_has_no_handler),
        TEST(test_document_info_stages_nothing),
        TEST(test_a_path_that_cannot_be_sent_is_refused_before_sending),
        TEST(test_a_handler_that_is_no_token_is_refused_before_sending),
        TEST(test_a_login_answers_ticket_and_profile),
        TEST(test_only_the_ticket_is_required_of_a_login),
        TEST(test_a_ticket_is_a_token_of_at_most_256_characters),
        TEST(test_a_check_of_a_ticket_answers_no_ticket),
        TEST(test_the_server_tells_version_and_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
