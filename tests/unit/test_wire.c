/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A line to a service: where it may go, by which proxy, and how it is cut
 * short. */
#include "wire/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

static struct ir_error error;
static struct ir_wire *wire;

static enum ir_status
open_to(const char *url, const struct ir_options *o)
{
    ir_wire_free(wire);
    ir_error_clear(&error);
    fake_transport_script(NULL, 0, 0);
    return ir_wire_new(url, o, &error, &wire);
}

static void
test_plain_http_goes_to_this_machine_only(void **state)
{
    struct ir_options o = IR_OPTIONS_INIT;

    (void)state;
    assert_int_equal(open_to("http://127.0.0.1/s", &o), IR_OK);
    assert_int_equal(open_to("http://[::1]/s", &o), IR_OK);
    assert_int_equal(open_to("http://localhost/s", &o), IR_OK);
    assert_int_equal(open_to("https://dms.example/s", &o), IR_OK);

    open_to("http://dms.example/s", &o);
    check_error("http", &error, IR_E_ARGUMENT,
        "plain http to dms.example would send secrets in the clear");
    assert_null(wire);

    o.allow_http = 1;
    assert_int_equal(open_to("http://dms.example/s", &o), IR_OK);
}

static void
test_what_is_no_url_makes_no_line(void **state)
{
    const struct ir_options o = IR_OPTIONS_INIT;

    (void)state;

    assert_int_equal(open_to("dms.example", &o), IR_E_ARGUMENT);
    assert_null(wire);
    assert_int_equal(open_to("https://h/?a=b", &o), IR_E_ARGUMENT);
    assert_null(wire);
}

static void
test_the_proxy_is_that_of_the_options(void **state)
{
    struct ir_options o = IR_OPTIONS_INIT;

    (void)state;
    setenv("https_proxy", "http://other:3128", 1);
    o.proxy = "http://proxy.example:8080";
    assert_int_equal(open_to("https://dms.example/s", &o), IR_OK);
    assert_string_equal(fake_transport.proxy, "proxy.example");

    o.proxy = "";
    assert_int_equal(open_to("https://dms.example/s", &o), IR_OK);
    assert_string_equal(fake_transport.proxy, "");

    o.proxy = "gopher://proxy.example";
    assert_int_equal(open_to("https://dms.example/s", &o), IR_E_ARGUMENT);
    assert_null(wire);
    unsetenv("https_proxy");
}

static void
test_the_proxy_is_that_of_the_environment_otherwise(void **state)
{
    const struct ir_options o = IR_OPTIONS_INIT;

    (void)state;
    setenv("https_proxy", "http://other:3128", 1);
    assert_int_equal(open_to("https://dms.example/s", &o), IR_OK);
    assert_string_equal(fake_transport.proxy, "other");

    setenv("https_proxy", "gopher://other", 1);
    assert_int_equal(open_to("https://dms.example/s", &o), IR_E_ARGUMENT);
    unsetenv("https_proxy");
}

static void
test_limits_of_time_have_defaults(void **state)
{
    struct ir_options o = IR_OPTIONS_INIT;

    (void)state;
    open_to("https://h/", &o);
    assert_int_equal(fake_transport.config.connect_timeout_ms, 10000);
    assert_int_equal(fake_transport.config.idle_timeout_ms, 60000);
    ir_wire_begin(wire);
    assert_int_equal(fake_transport.timeout_ms, 0);

    o.connect_timeout_ms = 1;
    o.idle_timeout_ms = 2;
    o.call_timeout_ms = 3;
    open_to("https://h/", &o);
    assert_int_equal(fake_transport.config.connect_timeout_ms, 1);
    assert_int_equal(fake_transport.config.idle_timeout_ms, 2);
    ir_wire_begin(wire);
    assert_int_equal(fake_transport.timeout_ms, 3);
}

static void
test_files_for_tls_are_passed_on(void **state)
{
    struct ir_options o = IR_OPTIONS_INIT;

    (void)state;
    o.ca_file = "ca";
    o.ca_path = "path";
    o.cert_file = "cert";
    o.key_file = "key";

    open_to("https://h/", &o);

    assert_string_equal(fake_transport.config.ca_file, "ca");
    assert_string_equal(fake_transport.config.ca_path, "path");
    assert_string_equal(fake_transport.config.cert_file, "cert");
    assert_string_equal(fake_transport.config.key_file, "key");
}

static void
test_a_call_begins_without_error(void **state)
{
    const struct ir_options o = IR_OPTIONS_INIT;

    (void)state;
    open_to("https://h/", &o);
    ir_error_set(&error, IR_E_IO, "of the call before");

    ir_wire_begin(wire);

    assert_int_equal(error.status, IR_OK);
}

static void
test_cancel_grace_and_wait_are_those_of_the_transport(void **state)
{
    const struct ir_options o = IR_OPTIONS_INIT;

    (void)state;
    open_to("https://h/", &o);

    ir_wire_cancel(wire);
    ir_wire_grace(wire, 1500);

    assert_int_equal(fake_transport.n_cancels, 1);
    assert_int_equal(fake_transport.grace_ms, 1500);
    assert_int_equal(ir_wire_wait(wire, 1), IR_OK);
    assert_int_equal(ir_wire_wait(wire, -1), IR_E_CANCELLED);
}

static void
test_a_request_for_patience_is_that_of_the_last_reply(void **state)
{
    static const char busy[] = "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\n";
    struct line line;

    (void)state;
    line_open(&line, IR_SOAP_11);
    line_end(&line, busy, sizeof busy - 1, IR_OK);
    line_result(&line, "LogOut", "<root success='true'/>");
    ir_call_log_out(line.wire, "t");
    assert_int_equal(ir_wire_retry_after_s(line.wire), 7);

    ir_call_log_out(line.wire, "t");

    assert_int_equal(ir_wire_retry_after_s(line.wire), 0);
    line_close(&line);
}

static void
test_wiping_overwrites(void **state)
{
    char secret[] = "secret";
    static const char zeros[sizeof secret];

    (void)state;
    ir_wire_wipe(secret, sizeof secret);

    assert_memory_equal(secret, zeros, sizeof secret);
}

static int
tear_down(void **state)
{
    (void)state;
    ir_wire_free(wire);
    wire = NULL;
    return 0;
}

#define TEST(f) cmocka_unit_test_teardown(f, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_plain_http_goes_to_this_machine_only),
        TEST(test_what_is_no_url_makes_no_line),
        TEST(test_the_proxy_is_that_of_the_options),
        TEST(test_the_proxy_is_that_of_the_environment_otherwise),
        TEST(test_limits_of_time_have_defaults),
        TEST(test_files_for_tls_are_passed_on),
        TEST(test_a_call_begins_without_error),
        TEST(test_cancel_grace_and_wait_are_those_of_the_transport),
        TEST(test_a_request_for_patience_is_that_of_the_last_reply),
        TEST(test_wiping_overwrites),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
