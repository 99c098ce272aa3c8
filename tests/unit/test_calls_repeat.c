/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A server may end a kept connection at any moment.  A call that meets this
 * before the reply began is sent once more, unless the server keeps something
 * of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requests.h"

static struct line line;

/* The first exchange is fine and leaves a kept connection. */
static void
begin_kept(void)
{
    line_reset(&line);
    line_result(&line, "LogOut", "<root success='true'/>");
    assert_int_equal(ir_call_log_out(line.wire, "t"), IR_OK);
    assert_true(fake_transport.is_open);
}

static void
test_a_repeatable_call_is_sent_again_on_a_new_connection(void **state)
{
    (void)state;

    for (size_t i = 0; i < N_REQUESTS; i++) {
        if (!requests[i].repeatable)
            continue;
        begin_kept();
        line_end(&line, "", 0, IR_OK);
        line_result(&line, requests[i].operation, requests[i].answer);
        requests[i].call(line.wire);
        check_error(requests[i].operation, &line.error, IR_OK, "");
        assert_int_equal(fake_transport.n_exchanges, 3);
        assert_int_equal(fake_transport.n_connections, 2);
        assert_non_null(strstr(line_request(), requests[i].documented));
    }
}

static void
test_a_call_that_stages_something_is_never_sent_again(void **state)
{
    (void)state;

    for (size_t i = 0; i < N_REQUESTS; i++) {
        if (requests[i].repeatable)
            continue;
        begin_kept();
        line_end(&line, "", 0, IR_OK);
        line_result(&line, requests[i].operation, requests[i].answer);
        requests[i].call(line.wire);
        check_error(requests[i].operation, &line.error, IR_E_NETWORK, "closed");
        assert_int_equal(fake_transport.n_exchanges, 2);
    }
}

/* What was staged or opened is to be released, for which it must be known. */
static void
test_a_cancel_waits_for_what_the_server_keeps(void **state)
{
    static const char *const logins[] = { "AuthenticateUser",
        "AuthenticateUser1", "RenewTicket" };

    (void)state;
    for (size_t i = 0; i < N_REQUESTS; i++) {
        int keeps = !requests[i].repeatable;

        for (size_t k = 0; k < sizeof logins / sizeof logins[0]; k++)
            keeps |= strcmp(requests[i].operation, logins[k]) == 0;
        line_reset(&line);
        fake_transport.has_lingered = 0;
        line_result(&line, requests[i].operation, requests[i].answer);
        requests[i].call(line.wire);
        if (fake_transport.has_lingered != keeps)
            fail_msg("%s", requests[i].operation);
    }
}

static void
test_a_call_is_sent_again_only_once(void **state)
{
    (void)state;
    begin_kept();
    line_end(&line, "", 0, IR_OK);
    line_end(&line, "", 0, IR_OK);
    line_result(&line, "LogOut", "<root success='true'/>");

    ir_call_log_out(line.wire, "t");

    check_error("LogOut", &line.error, IR_E_NETWORK, "closed");
    assert_int_equal(fake_transport.n_exchanges, 3);
}

static void
test_a_reset_while_sending_is_met_in_the_same_way(void **state)
{
    (void)state;
    begin_kept();
    line_end(&line, "", 0, IR_E_NETWORK);
    line.replies[1].send = IR_E_NETWORK;
    line_result(&line, "LogOut", "<root success='true'/>");

    ir_call_log_out(line.wire, "t");

    check_error("LogOut", &line.error, IR_OK, "");
    assert_int_equal(fake_transport.n_exchanges, 3);
}

static void
test_a_new_connection_that_ends_is_no_reason(void **state)
{
    (void)state;
    line_reset(&line);
    line_end(&line, "", 0, IR_OK);
    line_result(&line, "LogOut", "<root success='true'/>");

    ir_call_log_out(line.wire, "t");

    check_error("LogOut", &line.error, IR_E_NETWORK, "closed");
    assert_int_equal(fake_transport.n_exchanges, 1);
}

static void
test_a_reply_that_began_is_not_asked_for_again(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
        "Content-Length: 500\r\n\r\n<s:Envelope ";

    (void)state;
    for (size_t n = 1; n < sizeof head; n++) {
        begin_kept();
        line_end(&line, head, n, IR_OK);
        line_result(&line, "LogOut", "<root success='true'/>");
        ir_call_log_out(line.wire, "t");
        check_error("LogOut", &line.error, IR_E_NETWORK, "closed");
        assert_int_equal(fake_transport.n_exchanges, 2);
    }
}

static void
test_other_failures_are_no_reason(void **state)
{
    static const enum ir_status ends[] = { IR_E_TIMEOUT, IR_E_CANCELLED,
        IR_E_TLS };

    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++) {
        begin_kept();
        line_end(&line, "", 0, ends[i]);
        line_result(&line, "LogOut", "<root success='true'/>");
        ir_call_log_out(line.wire, "t");
        check_error("LogOut", &line.error, ends[i], "receiving failed");
        assert_int_equal(fake_transport.n_exchanges, 2);
    }
}

static void
test_every_call_may_be_sent_again_anew(void **state)
{
    (void)state;

    for (int i = 0; i < 3; i++) {
        begin_kept();
        line_end(&line, "", 0, IR_OK);
        line_result(&line, "LogOut", "<root success='true'/>");
        ir_call_log_out(line.wire, "t");
        check_error("LogOut", &line.error, IR_OK, "");
    }
}

static void
test_the_second_reply_is_held_to_the_same_limits(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
        "Content-Length: 65537\r\n\r\n";

    (void)state;
    begin_kept();
    line_end(&line, "", 0, IR_OK);
    line_end(&line, head, sizeof head - 1, IR_E_TIMEOUT);

    ir_call_log_out(line.wire, "t");

    check_error("LogOut", &line.error, IR_E_PROTOCOL, "at most 65536");
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
        TEST(test_a_repeatable_call_is_sent_again_on_a_new_connection),
        TEST(test_a_call_that_stages_something_is_never_sent_again),
        TEST(test_a_cancel_waits_for_what_the_server_keeps),
        TEST(test_a_call_is_sent_again_only_once),
        TEST(test_a_reset_while_sending_is_met_in_the_same_way),
        TEST(test_a_new_connection_that_ends_is_no_reason),
        TEST(test_a_reply_that_began_is_not_asked_for_again),
        TEST(test_other_failures_are_no_reason),
        TEST(test_every_call_may_be_sent_again_anew),
        TEST(test_the_second_reply_is_held_to_the_same_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
