/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Requests, byte for byte where it matters: the names and order of parameters
 * in both spellings, the escaping, the envelope of both versions of SOAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requests.h"

static struct line line;

/* The request of 'r' holds exactly these parameters. */
static void
check_parameters(const struct request *r, const char *parameters)
{
    char expected[1000];
    const char *body;

    line_reset(&line);
    line_result(&line, r->operation, r->answer);
    if (r->call(line.wire) != IR_OK)
        fail_msg("%s: %s", r->operation, line.error.message);
    snprintf(expected, sizeof expected,
        "Body><%s xmlns=\"http://tempuri.org/\">%s</%s></", r->operation,
        parameters, r->operation);
    body = strstr(line_request(), "Body>");
    assert_non_null(body);
    if (strncmp(body, expected, strlen(expected)) != 0)
        fail_msg("%s, not %s", body, expected);
}

/* Is the envelope that of this version of SOAP, and of no other? */
static void
check_envelope(const char *is, const char *is_not)
{
    assert_non_null(strstr(line_request(), is));
    assert_null(strstr(line_request(), is_not));
    assert_memory_equal(line_request(), "<?xml version=\"1.0\" "
        "encoding=\"UTF-8\"?>", 38);
}

#define ENVELOPE11 "http://schemas.xmlsoap.org/soap/envelope/"
#define ENVELOPE12 "http://www.w3.org/2003/05/soap-envelope"

static void
test_parameters_have_the_documented_names_and_order(void **state)
{
    (void)state;

    for (size_t i = 0; i < N_REQUESTS; i++)
        check_parameters(&requests[i], requests[i].documented);
}

static void
test_parameters_have_the_classic_names_when_asked(void **state)
{
    (void)state;
    ir_wire_spell(line.wire, IR_SPELLING_CLASSIC);

    for (size_t i = 0; i < N_REQUESTS; i++)
        check_parameters(&requests[i], requests[i].classic == NULL
            ? requests[i].documented : requests[i].classic);
}

static void
test_an_empty_text_is_an_empty_element_in_both_spellings(void **state)
{
    (void)state;

    for (int classic = 0; classic <= 1; classic++) {
        struct ir_login_answer a;

        ir_wire_spell(line.wire, classic ? IR_SPELLING_CLASSIC
                                         : IR_SPELLING_DOCUMENTED);
        line_reset(&line);
        line_result(&line, "AuthenticateUser", "<root success='true' "
            "ticket='t'/>");
        ir_call_authenticate_user(line.wire, "demo", "", NULL, &a);
        if (strstr(line_request(), "<PWD/></AuthenticateUser>") == NULL
            && strstr(line_request(), "<PWD></PWD></AuthenticateUser>") == NULL)
            fail_msg("%s", line_request());
    }
}

static void
test_the_spelling_can_change_between_calls(void **state)
{
    const struct request *r = &requests[N_REQUESTS - 1];

    (void)state;
    check_parameters(r, r->documented);
    ir_wire_spell(line.wire, IR_SPELLING_CLASSIC);
    check_parameters(r, r->classic);

    ir_wire_spell(line.wire, IR_SPELLING_DOCUMENTED);
    check_parameters(r, r->documented);
}

static void
test_the_announced_length_is_that_of_the_body(void **state)
{
    (void)state;

    for (size_t i = 0; i < N_REQUESTS; i++)
        for (int classic = 0; classic <= 1; classic++) {
            const char *length;

            ir_wire_spell(line.wire, classic ? IR_SPELLING_CLASSIC
                                             : IR_SPELLING_DOCUMENTED);
            line_reset(&line);
            line_result(&line, requests[i].operation, requests[i].answer);
            requests[i].call(line.wire);
            length = strstr(fake_transport.request, "\r\nContent-Length: ");
            assert_non_null(length);
            assert_int_equal(strtoul(length + 18, NULL, 10),
                strlen(line_request()));
        }
}

static void
test_the_action_names_the_operation(void **state)
{
    (void)state;

    for (size_t i = 0; i < N_REQUESTS; i++) {
        char action[200];

        snprintf(action, sizeof action,
            "\r\nSOAPAction: \"http://tempuri.org/%s\"\r\n",
            requests[i].operation);
        line_reset(&line);
        line_result(&line, requests[i].operation, requests[i].answer);
        requests[i].call(line.wire);
        assert_non_null(strstr(fake_transport.request, action));
    }
}

static void
test_the_envelope_is_that_of_soap_11(void **state)
{
    (void)state;

    for (int i = 0; i < 2; i++) {
        check_parameters(&requests[0], requests[0].documented);
        check_envelope(ENVELOPE11, ENVELOPE12);
        assert_non_null(strstr(fake_transport.request,
            "\r\nContent-Type: text/xml; charset=utf-8\r\n"));
    }
}

static void
test_the_default_is_soap_11(void **state)
{
    struct line line0;

    (void)state;
    line_open(&line0, IR_SOAP_DEFAULT);
    line_result(&line0, "LogOut", "<root success=\"true\"/>");
    ir_call_log_out(line0.wire, "t");

    check_envelope(ENVELOPE11, ENVELOPE12);
    line_close(&line0);
}

static void
test_the_envelope_is_that_of_soap_12_when_asked(void **state)
{
    static const char answer[] = "<e:Envelope xmlns:e=\"" ENVELOPE12 "\">"
        "<e:Body><LogOutResponse xmlns=\"http://tempuri.org/\"><LogOutResult>"
        "<root success=\"true\"/></LogOutResult></LogOutResponse></e:Body>"
        "</e:Envelope>";
    struct line line12;

    (void)state;
    line_open(&line12, IR_SOAP_12);
    for (int i = 0; i < 2; i++) {
        line_reset(&line12);
        line_reply(&line12, "200 OK", answer);
        ir_call_log_out(line12.wire, "t");
        check_error("LogOut", &line12.error, IR_OK, "");
        check_envelope(ENVELOPE12, ENVELOPE11);
        assert_non_null(strstr(fake_transport.request, "\r\nContent-Type: "
            "application/soap+xml; charset=utf-8; "
            "action=\"http://tempuri.org/LogOut\"\r\n"));
        assert_null(strstr(fake_transport.request, "SOAPAction"));
    }
    line_close(&line12);
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
        TEST(test_parameters_have_the_documented_names_and_order),
        TEST(test_parameters_have_the_classic_names_when_asked),
        TEST(test_an_empty_text_is_an_empty_element_in_both_spellings),
        TEST(test_the_spelling_can_change_between_calls),
        TEST(test_the_announced_length_is_that_of_the_body),
        TEST(test_the_action_names_the_operation),
        TEST(test_the_envelope_is_that_of_soap_11),
        TEST(test_the_default_is_soap_11),
        TEST(test_the_envelope_is_that_of_soap_12_when_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
