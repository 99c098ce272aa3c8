/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Answers of operations: which are understood, however they are written, and
 * which are refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

static struct line line;

/* What a reply to DeleteDownloadHandler leads to. */
static enum ir_status
simple(void)
{
    return ir_call_delete_download_handler(line.wire, "t", "h");
}

static void
check_result(const char *content, enum ir_status status, const char *why)
{
    line_reset(&line);
    line_result(&line, "DeleteDownloadHandler", content);
    simple();
    check_error(content, &line.error, status, why);
}

static void
check_body(const char *body, enum ir_status status, const char *why)
{
    line_reset(&line);
    line_body(&line, body);
    simple();
    check_error(body, &line.error, status, why);
}

static void
check_reply(const char *status, const char *xml, enum ir_status st,
    const char *why)
{
    line_reset(&line);
    line_reply(&line, status, xml);
    simple();
    check_error(xml, &line.error, st, why);
}

/* ---- The answer element ------------------------------------------------ */

static void
test_the_answer_is_found_under_every_name_and_namespace(void **state)
{
    static const char *const names[] = { "response", "root", "Response",
        "RESPONSE", "Root", "ROOT", "rEsPoNsE" };
    static const char *const forms[] = {
        "<%s success=\"true\"/>",
        "<%s xmlns=\"\" success=\"true\" error=\"\"/>",
        "<t:%s xmlns:t=\"http://tempuri.org/\" success='true' />",
        "<x:%s xmlns:x=\"urn:x\" SUCCESS=\" True \" unknown=\"1\"/>",
        "\r\n  <%s Success=\"TRUE\"/>\r\n",
        "<!-- comment --> <%s success=\"true\"/> text",
    };
    char content[200];

    (void)state;
    for (size_t n = 0; n < COUNT(names); n++)
        for (size_t f = 0; f < COUNT(forms); f++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(content, sizeof content, forms[f], names[n]);
#pragma GCC diagnostic pop
            check_result(content, IR_OK, "");
        }
}

/* Results are mixed content in the servers' own WSDL. */
static void
test_text_around_the_answer_does_not_disturb(void **state)
{
    (void)state;

    check_result("<root success=\"true\"/>text", IR_OK, "");
    check_result("text <root success=\"true\"/>", IR_OK, "");
    check_result("<![CDATA[text]]><root success=\"true\"/>", IR_OK, "");
}

static void
test_children_of_an_answer_do_not_disturb(void **state)
{
    (void)state;

    check_result("<response success=\"true\"><log><item>a</item>"
        "<error>b</error></log>text</response>", IR_OK, "");
    check_result("<root success=\"\" error=\"[log]\"><log/><x>y</x></root>",
        IR_E_SERVER, "DeleteDownloadHandler refused: [log]");
}

static void
test_a_reply_without_answer_is_refused(void **state)
{
    (void)state;

    check_result("", IR_E_PROTOCOL, "has no valid answer element");
    check_result("no <!-- answer -->", IR_E_PROTOCOL, "");
    check_result("<other success=\"true\"/>", IR_E_PROTOCOL, "");
    check_body("<DeleteDownloadHandlerResponse "
        "xmlns=\"http://tempuri.org/\"/>", IR_E_PROTOCOL, "");
    check_body("<DeleteDownloadHandlerResponse xmlns=\"http://tempuri.org/\">"
        "<Result><response success=\"true\"/></Result>"
        "</DeleteDownloadHandlerResponse>", IR_E_PROTOCOL, "");
    check_body("<LogOutResponse xmlns=\"http://tempuri.org/\"><LogOutResult>"
        "<response success=\"true\"/></LogOutResult></LogOutResponse>",
        IR_E_PROTOCOL, "");
    check_body("", IR_E_PROTOCOL, "");
    check_body("<response success=\"true\"/>", IR_E_PROTOCOL, "");
}

static void
test_a_reply_with_two_answers_is_refused(void **state)
{
    (void)state;

    check_result("<response success=\"true\"/><response success=\"true\"/>",
        IR_E_PROTOCOL, "");
    check_result("<response success=\"true\"/><root success=\"false\"/>",
        IR_E_PROTOCOL, "");
    check_result("<root success=\"true\"><response success=\"false\"/></root>",
        IR_E_PROTOCOL, "");
    check_result("<root success=\"true\"/></DeleteDownloadHandlerResult>"
        "<DeleteDownloadHandlerResult><root success=\"true\"/>", IR_E_PROTOCOL,
        "");
}

static void
test_only_the_word_true_is_success(void **state)
{
    (void)state;

    check_result("<response success=\"maybe\"/>", IR_E_SERVER, "refused");
    check_result("<response/>", IR_E_SERVER, "refused");
    check_result("<response success=\"false\" errorCode=\"4041\"/>",
        IR_E_NOT_FOUND, "refused");
    check_result("<response error=\"[901] a &lt;b&gt; &#27;[0m\"/>", IR_E_AUTH,
        "");
}

static void
test_an_attribute_given_twice_is_refused(void **state)
{
    (void)state;

    check_result("<response success=\"false\" success=\"true\"/>",
        IR_E_PROTOCOL, "");
}

/* ---- Faults ------------------------------------------------------------ */

#define FAULT11(code) \
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">" \
    "<s:Body><s:Fault><faultcode>s:" code "</faultcode>" \
    "<faultstring>disk &amp; \x1B tape</faultstring><detail/></s:Fault>" \
    "</s:Body></s:Envelope>"
#define FAULT12(code) \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\">" \
    "<s:Body><s:Fault><s:Code><s:Value>s:" code "</s:Value></s:Code>" \
    "<s:Reason><s:Text xml:lang=\"en\">disk &amp; tape</s:Text></s:Reason>" \
    "</s:Fault></s:Body></s:Envelope>"

static void
test_a_fault_of_soap_11_is_the_servers_refusal(void **state)
{
    (void)state;

    check_reply("500 Error", FAULT11("Server"), IR_E_SERVER,
        "DeleteDownloadHandler ended in a SOAP fault: disk & ? tape");
    assert_int_equal(line.error.http_status, 500);
    assert_true(line.error.retryable);

    check_reply("500 Error", FAULT11("Client"), IR_E_SERVER, "disk & ? tape");
    assert_false(line.error.retryable);
}

static void
test_a_fault_of_soap_12_is_the_servers_refusal(void **state)
{
    (void)state;
    line_close(&line);
    line_open(&line, IR_SOAP_12);

    check_reply("500 Error", FAULT12("Receiver"), IR_E_SERVER,
        "ended in a SOAP fault: disk & tape");
    assert_true(line.error.retryable);
    check_reply("500 Error", FAULT12("Sender"), IR_E_SERVER, "disk & tape");
    assert_false(line.error.retryable);
}

static void
test_an_answer_with_status_500_is_refused(void **state)
{
    (void)state;

    check_reply("500 Error",
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\">"
        "<s:Body><DeleteDownloadHandlerResponse xmlns=\"http://tempuri.org/\">"
        "<DeleteDownloadHandlerResult><response success=\"true\"/>"
        "</DeleteDownloadHandlerResult></DeleteDownloadHandlerResponse>"
        "</s:Body></s:Envelope>", IR_E_PROTOCOL,
        "an answer came with HTTP status 500");
}

/* ---- Hostile replies --------------------------------------------------- */

static void
test_a_secret_is_not_repeated(void **state)
{
    (void)state;
    ir_wire_conceal(line.wire, "t-1", "tape");

    check_result("<root error=\"[900] tape is wrong, t-1 too\"/>", IR_E_AUTH,
        "refused: [900] **** is wrong, *** too (code 900)");
    check_reply("500 Error", FAULT11("Server"), IR_E_SERVER, "disk & ? ****");
}

static void
test_end_tags_that_do_not_match_are_refused(void **state)
{
    (void)state;

    check_result("<root success=\"true\"></response>", IR_E_PROTOCOL, "");
    check_result("<root success=\"true\"></Root>", IR_E_PROTOCOL, "");
    check_result("<root success=\"true\"><a></b></root>", IR_E_PROTOCOL, "");
    check_result("<root success=\"true\"><a><b></a></b></root>", IR_E_PROTOCOL,
        "");
    check_result("<root success=\"true\"/></root>", IR_E_PROTOCOL, "");
    check_result("<root success=\"true\"><a><b/></a></root>", IR_OK, "");
}

static void
test_what_is_no_envelope_is_refused(void **state)
{
    (void)state;

    check_reply("200 OK", "<html><body>Log in</body></html>", IR_E_PROTOCOL,
        "cannot be read");
    check_reply("200 OK", "", IR_E_PROTOCOL, "cannot be read");
    check_reply("200 OK", "<response success=\"true\"/>", IR_E_PROTOCOL, "");
    check_reply("200 OK", "{\"success\": true}", IR_E_PROTOCOL, "not XML");
}

static void
test_an_answer_without_its_envelope_is_refused(void **state)
{
    (void)state;

    check_reply("200 OK",
        "<DeleteDownloadHandlerResponse xmlns=\"http://tempuri.org/\">"
        "<DeleteDownloadHandlerResult><response success=\"true\"/>"
        "</DeleteDownloadHandlerResult></DeleteDownloadHandlerResponse>",
        IR_E_PROTOCOL, "it is no SOAP envelope");
}

static void
test_a_document_type_is_refused(void **state)
{
    (void)state;

    check_reply("200 OK", "<!DOCTYPE a [<!ENTITY e \"x\">]>"
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"/>",
        IR_E_PROTOCOL, "a document type declaration");
}

static void
test_deep_nesting_is_refused(void **state)
{
    char content[2000] = "<response success=\"true\">";

    (void)state;
    for (int i = 0; i < 28; i++)
        strcat(content, "<x>");
    for (int i = 0; i < 28; i++)
        strcat(content, "</x>");
    strcat(content, "</response>");

    check_result(content, IR_E_PROTOCOL, "");
}

static void
test_many_elements_are_refused(void **state)
{
    char content[2000] = "<response success=\"true\">";

    (void)state;
    for (int i = 0; i < 60; i++)
        strcat(content, "<x/>");
    strcat(content, "</response>");

    check_result(content, IR_E_PROTOCOL, "more elements");
}

/* A start tag of more than 8 KiB, behind something. */
static void
check_long_tag_behind(const char *before, const char *after)
{
    char *content = calloc(1, 10000);

    assert_non_null(content);
    strcpy(content, before);
    strcat(content, "<response success=\"true\" x=\"");
    memset(content + strlen(content), 'x', 9000);
    strcat(content, "\"/>");
    strcat(content, after);
    line_reset(&line);
    line_result(&line, "DeleteDownloadHandler", content);
    simple();
    check_error(before, &line.error, IR_E_PROTOCOL, "unfit reply");
    free(content);
}

static void
test_a_long_tag_is_refused_wherever_it_hides(void **state)
{
    (void)state;

    check_long_tag_behind("", "");
    check_long_tag_behind("<![CDATA[<!--]]>", "");
    check_long_tag_behind("<!-- <![CDATA[ -->", "");
    check_long_tag_behind("<!-x>", "<!-- -->");
    check_long_tag_behind("<!-- --x>", "<!-- -->");
    check_long_tag_behind("<![]]><!--[]]>", "<!-- -->");
}

static void
test_only_utf8_is_read(void **state)
{
    static const char answer[] = "<s:Envelope "
        "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
        "<DeleteDownloadHandlerResponse xmlns=\"http://tempuri.org/\">"
        "<DeleteDownloadHandlerResult><response success=\"true\"/>"
        "</DeleteDownloadHandlerResult></DeleteDownloadHandlerResponse>"
        "</s:Body></s:Envelope>";
    char xml[1000];

    (void)state;
    snprintf(xml, sizeof xml, "\xEF\xBB\xBF<?xml version=\"1.0\"?>%s", answer);
    check_reply("200 OK", xml, IR_OK, "");

    snprintf(xml, sizeof xml,
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>%s", answer);
    check_reply("200 OK", xml, IR_E_PROTOCOL, "");
}

static void
test_an_announced_flood_is_not_read(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
        "Content-Length: 65537\r\n\r\n";

    (void)state;
    line_reset(&line);
    line_end(&line, head, sizeof head - 1, IR_E_TIMEOUT);

    simple();

    check_error("flood", &line.error, IR_E_PROTOCOL,
        "announces 65537 bytes, at most 65536");
}

static void
test_the_connection_is_kept_after_a_good_answer(void **state)
{
    (void)state;

    check_result("<response success=\"true\"/>", IR_OK, "");
    assert_true(fake_transport.is_open);
    check_result("<response success=\"false\"/>", IR_E_SERVER, "");
    assert_true(fake_transport.is_open);
}

static void
test_bytes_behind_the_envelope_close_the_connection(void **state)
{
    static const char xml[] = "<s:Envelope "
        "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
        "<DeleteDownloadHandlerResponse xmlns=\"http://tempuri.org/\">"
        "<DeleteDownloadHandlerResult><response success=\"true\"/>"
        "</DeleteDownloadHandlerResult></DeleteDownloadHandlerResponse>"
        "</s:Body></s:Envelope>";
    char longer[1000];

    (void)state;
    snprintf(longer, sizeof longer, "%s \r\n", xml);
    check_reply("200 OK", longer, IR_OK, "");
    assert_true(fake_transport.is_open);

    snprintf(longer, sizeof longer, "%s%s", xml, xml);
    line_reset(&line);
    line_reply(&line, "200 OK", longer);
    simple();
    assert_false(fake_transport.is_open);
}

static void
test_xml_that_ends_too_early_is_refused(void **state)
{
    static const char xml[] = "<s:Envelope "
        "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
        "<DeleteDownloadHandlerResponse xmlns=\"http://tempuri.org/\">"
        "<DeleteDownloadHandlerResult><response success=\"true\"/>"
        "</DeleteDownloadHandlerResult></DeleteDownloadHandlerResponse>"
        "</s:Body></s:Envelope>";

    (void)state;
    for (size_t n = 0; n < sizeof xml - 1; n++) {
        char part[sizeof xml];

        snprintf(part, sizeof part, "%.*s", (int)n, xml);
        check_reply("200 OK", part, IR_E_PROTOCOL, "");
        assert_false(fake_transport.is_open);
    }
}

/* gSOAP asks for more after an end or a failure that it was told. */
static void
test_nothing_is_received_after_what_is_refused(void **state)
{
    static const char xml[] = "<s:Envelope "
        "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
        "<DeleteDownloadHandlerResponse xmlns=\"http://tempuri.org/\">"
        "<DeleteDownloadHandlerResult><response success=\"true\">a<!-";
    char flood[sizeof xml + 3000];

    (void)state;
    memset(flood, '-', sizeof flood);
    memcpy(flood, xml, sizeof xml - 1);
    flood[sizeof xml - 1] = 'u';
    flood[sizeof flood - 1] = '\0';
    for (size_t piece = 1; piece < 64; piece++) {
        size_t begin;

        line_reset(&line);
        line_reply(&line, "200 OK", flood);
        fake_transport.piece_bytes = piece;
        begin = line.replies[0].n - (sizeof flood - 1);
        simple();

        check_error("<!-u", &line.error, IR_E_PROTOCOL,
            "only comments and CDATA");
        assert_true(fake_transport.position < begin + sizeof xml + piece);
    }
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
        TEST(test_the_answer_is_found_under_every_name_and_namespace),
        TEST(test_text_around_the_answer_does_not_disturb),
        TEST(test_children_of_an_answer_do_not_disturb),
        TEST(test_a_reply_without_answer_is_refused),
        TEST(test_a_reply_with_two_answers_is_refused),
        TEST(test_only_the_word_true_is_success),
        TEST(test_an_attribute_given_twice_is_refused),
        TEST(test_a_fault_of_soap_11_is_the_servers_refusal),
        TEST(test_a_fault_of_soap_12_is_the_servers_refusal),
        TEST(test_an_answer_with_status_500_is_refused),
        TEST(test_a_secret_is_not_repeated),
        TEST(test_end_tags_that_do_not_match_are_refused),
        TEST(test_what_is_no_envelope_is_refused),
        TEST(test_an_answer_without_its_envelope_is_refused),
        TEST(test_a_document_type_is_refused),
        TEST(test_deep_nesting_is_refused),
        TEST(test_many_elements_are_refused),
        TEST(test_a_long_tag_is_refused_wherever_it_hides),
        TEST(test_only_utf8_is_read),
        TEST(test_an_announced_flood_is_not_read),
        TEST(test_the_connection_is_kept_after_a_good_answer),
        TEST(test_bytes_behind_the_envelope_close_the_connection),
        TEST(test_nothing_is_received_after_what_is_refused),
        TEST(test_xml_that_ends_too_early_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
