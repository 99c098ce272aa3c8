/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The other spelling is tried only where it can be the cause of a refusal, once
 * for a call, and remembered when it helped. */
#include <stdlib.h>
#include <string.h>

#include "fake_calls.h"
#include "support.h"

static struct ir_client *client;

static void
check_trace(const char *expected)
{
    assert_string_equal(fake_calls.trace, expected);
}

/* A client with the ticket t, proved by a call that has one spelling. */
static void
begin_proved(const struct fake_step *steps, size_t n)
{
    struct ir_document d;

    fake_calls_script(steps, n);
    ir_client_free(client);
    ir_client_new("https://h/", NULL, &client, NULL);
    ir_set_ticket(client, "t");
    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_OK);
    fake_calls_forget();
}

static void
test_a_refusal_is_cured_by_the_other_spelling(void **state)
{
    static const enum ir_status refusals[] = { IR_E_AUTH, IR_E_NOT_FOUND,
        IR_E_SERVER, IR_E_ARGUMENT };

    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct fake_step steps[] = { STEP(FAKE_DELETE, refusals[i]) };

        begin_proved(steps, COUNT(steps));
        assert_int_equal(ir_handler_end(client, "h"), IR_OK);
        check_trace("delete(t,D,h) delete(t,C,h) ");
        assert_int_equal(ir_client_error(client)->status, IR_OK);
    }
}

static void
test_what_helped_is_remembered(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_SERVER),
        STEP(FAKE_DELETE, IR_OK), STEP(FAKE_DELETE, IR_OK),
        STEP(FAKE_DELETE, IR_E_SERVER) };

    (void)state;
    begin_proved(steps, COUNT(steps));
    ir_handler_end(client, "h");
    fake_calls_forget();

    assert_int_equal(ir_handler_end(client, "h"), IR_OK);
    assert_int_equal(ir_handler_end(client, "h"), IR_E_SERVER);

    check_trace("delete(t,C,h) delete(t,C,h) ");
}

static void
test_a_success_settles_the_documented_spelling(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_OK),
        STEP(FAKE_DELETE, IR_E_NOT_FOUND) };

    (void)state;
    begin_proved(steps, COUNT(steps));
    ir_handler_end(client, "h");
    fake_calls_forget();

    assert_int_equal(ir_handler_end(client, "h"), IR_E_NOT_FOUND);

    check_trace("delete(t,D,h) ");
}

static void
test_a_chunk_is_cured_too_and_settles_the_rest(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_CHUNK, IR_E_NOT_FOUND),
    };
    void *data;
    struct ir_result r;

    (void)state;
    begin_proved(steps, COUNT(steps));

    assert_int_equal(ir_download_memory(client, "/a", 100, NULL, &data, &r),
        IR_OK);

    check_trace("handler(t,/a,0,4194304) chunk(t,D,0+4) chunk(t,C,0+4) "
        "chunk(t,C,4+4) chunk(t,C,8+2) delete(t,C,h1) grace(0) ");
    assert_int_equal(r.n_retries, 0);
    free(data);
}

static void
test_other_failures_are_not_the_spelling(void **state)
{
    static const enum ir_status failures[] = { IR_E_DENIED, IR_E_NETWORK,
        IR_E_TIMEOUT, IR_E_TLS, IR_E_PROTOCOL, IR_E_CORRUPT, IR_E_CANCELLED, IR_E_MEMORY,
        IR_E_DENIED,
        IR_E_LIMIT, IR_E_IO };

    (void)state;
    for (size_t i = 0; i < COUNT(failures); i++) {
        const struct fake_step steps[] = { STEP(FAKE_DELETE, failures[i]) };

        begin_proved(steps, COUNT(steps));
        assert_int_equal(ir_handler_end(client, "h"), failures[i]);
        check_trace("delete(t,D,h) ");
    }
}

static void
test_a_web_server_that_refuses_is_not_the_spelling(void **state)
{
    static const struct fake_step refusals[] = {
        { FAKE_DELETE, IR_E_AUTH, FAKE_GOOD, 0, 0, 401 },
        { FAKE_DELETE, IR_E_DENIED, FAKE_GOOD, 0, 0, 403 },
        { FAKE_DELETE, IR_E_SERVER, FAKE_GOOD, 0, 0, 429 },
        { FAKE_DELETE, IR_E_SERVER, FAKE_GOOD, 0, 0, 502 },
        { FAKE_DELETE, IR_E_SERVER, FAKE_GOOD, 0, 0, 503 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        begin_proved(&refusals[i], 1);
        assert_int_equal(ir_handler_end(client, "h"), refusals[i].status);
        check_trace("delete(t,D,h) ");
    }
}

static void
test_a_request_that_a_web_server_finds_bad_may_be_the_spelling(void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_DELETE, IR_E_SERVER, FAKE_GOOD, 0, 0, 400 },
    };

    (void)state;
    begin_proved(steps, COUNT(steps));

    assert_int_equal(ir_handler_end(client, "h"), IR_OK);

    check_trace("delete(t,D,h) delete(t,C,h) ");
}

static void
test_a_ticket_that_is_not_proved_may_be_the_cause(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH),
        STEP(FAKE_DELETE, IR_E_AUTH) };

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    ir_set_ticket(client, "t");
    assert_int_equal(ir_handler_end(client, "h"), IR_E_AUTH);
    check_trace("delete(t,D,h) ");

    begin_proved(steps, COUNT(steps));
    ir_set_ticket(client, "u");
    assert_int_equal(ir_handler_end(client, "h"), IR_E_AUTH);
    check_trace("delete(u,D,h) ");
}

static void
test_a_check_of_the_ticket_proves_it(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH) };
    struct ir_user u;

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    ir_set_ticket(client, "t");
    ir_check_ticket(client, &u);

    assert_int_equal(ir_handler_end(client, "h"), IR_OK);

    check_trace("check(t) delete(t,D,h) delete(t,C,h) ");
}

static void
test_calls_with_one_spelling_are_not_repeated(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_INFO, IR_OK),
        STEP(FAKE_INFO, IR_E_NOT_FOUND) };
    struct ir_document d;

    (void)state;
    begin_proved(steps, COUNT(steps));

    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_E_NOT_FOUND);

    check_trace("info(t,/a,0) ");
}

static void
test_a_forced_spelling_is_never_left(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_SERVER),
        STEP(FAKE_DELETE, IR_E_SERVER) };
    struct ir_options o = IR_OPTIONS_INIT;
    struct ir_document d;

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    for (int classic = 0; classic <= 1; classic++) {
        ir_client_free(client);
        o.spelling = classic ? IR_SPELLING_CLASSIC : IR_SPELLING_DOCUMENTED;
        ir_client_new("https://h/", &o, &client, NULL);
        ir_set_ticket(client, "t");
        ir_get_document(client, "/a", 0, &d);
        fake_calls_forget();
        assert_int_equal(ir_handler_end(client, "h"), IR_E_SERVER);
        check_trace(classic ? "delete(t,C,h) " : "delete(t,D,h) ");
    }
}

static void
test_the_first_of_two_refusals_is_the_one_reported(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_SERVER),
        STEP(FAKE_DELETE, IR_E_NOT_FOUND) };

    (void)state;
    begin_proved(steps, COUNT(steps));

    assert_int_equal(ir_handler_end(client, "h"), IR_E_SERVER);

    check_trace("delete(t,D,h) delete(t,C,h) ");
    check_error("first", ir_client_error(client), IR_E_SERVER, "refusal 1");
}

static void
test_what_ends_the_second_try_is_reported_unless_it_is_a_refusal(void **state)
{
    static const enum ir_status failures[] = { IR_E_CANCELLED, IR_E_NETWORK,
        IR_E_TIMEOUT, IR_E_CORRUPT, IR_E_IO };

    (void)state;
    for (size_t i = 0; i < COUNT(failures); i++) {
        const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_SERVER),
            STEP(FAKE_DELETE, failures[i]) };

        begin_proved(steps, COUNT(steps));
        ir_handler_end(client, "h");
        check_error("second", ir_client_error(client), failures[i],
            "refusal 2");
    }
}

static void
test_a_refusal_that_finds_the_ticket_good_settles_the_other_spelling(
    void **state)
{
    static const enum ir_status refusals[] = { IR_E_NOT_FOUND, IR_E_SERVER,
        IR_E_ARGUMENT };

    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH),
            STEP(FAKE_DELETE, refusals[i]) };

        begin_proved(steps, COUNT(steps));
        ir_handler_end(client, "h");
        check_error("second", ir_client_error(client), refusals[i],
            "refusal 2");
        ir_handler_end(client, "h");
        check_trace("delete(t,D,h) delete(t,C,h) check(t) delete(t,C,h) ");
    }
}

static void
test_a_session_that_ended_is_not_taken_for_the_other_spelling(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH),
        STEP(FAKE_DELETE, IR_E_NOT_FOUND), STEP(FAKE_CHECK, IR_E_AUTH) };
    struct ir_document d;

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    ir_login(client, "demo", "secret");
    ir_get_document(client, "/a", 0, &d);
    fake_calls_forget();

    assert_int_equal(ir_handler_end(client, "h"), IR_OK);

    check_trace("delete(t1,D,h) delete(t1,C,h) check(t1) "
        "renew(demo,secret,-,t1) delete(t2,D,h) ");
}

static void
test_after_two_refusals_the_documented_spelling_comes_first_again(
    void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_SERVER),
        STEP(FAKE_DELETE, IR_E_SERVER) };

    (void)state;
    begin_proved(steps, COUNT(steps));
    ir_handler_end(client, "h");
    fake_calls_forget();

    assert_int_equal(ir_handler_end(client, "h"), IR_OK);

    check_trace("delete(t,D,h) ");
}

static void
test_a_session_that_ended_is_renewed_after_both_spellings(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH),
        STEP(FAKE_DELETE, IR_E_AUTH) };
    struct ir_document d;

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    ir_login(client, "demo", "secret");
    ir_get_document(client, "/a", 0, &d);
    fake_calls_forget();

    assert_int_equal(ir_handler_end(client, "h"), IR_OK);

    check_trace("delete(t1,D,h) delete(t1,C,h) renew(demo,secret,-,t1) "
        "delete(t2,D,h) ");
}

static void
test_both_cures_together_end(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH),
        STEP(FAKE_DELETE, IR_E_AUTH), STEP(FAKE_DELETE, IR_E_AUTH),
        STEP(FAKE_DELETE, IR_E_AUTH), STEP(FAKE_DELETE, IR_E_AUTH),
        STEP(FAKE_DELETE, IR_E_AUTH) };
    struct ir_document d;

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    ir_login(client, "demo", "secret");
    ir_get_document(client, "/a", 0, &d);
    fake_calls_forget();

    assert_int_equal(ir_handler_end(client, "h"), IR_E_AUTH);

    assert_true(fake_calls_count("delete") <= 4);
    assert_int_equal(fake_calls_count("renew"), 1);
}

static int
set_up(void **state)
{
    (void)state;
    return ir_client_new("https://h/", NULL, &client, NULL) != IR_OK;
}

static int
tear_down(void **state)
{
    (void)state;
    ir_client_free(client);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_refusal_is_cured_by_the_other_spelling),
        TEST(test_what_helped_is_remembered),
        TEST(test_a_success_settles_the_documented_spelling),
        TEST(test_a_chunk_is_cured_too_and_settles_the_rest),
        TEST(test_other_failures_are_not_the_spelling),
        TEST(test_a_web_server_that_refuses_is_not_the_spelling),
        TEST(test_a_request_that_a_web_server_finds_bad_may_be_the_spelling),
        TEST(test_a_ticket_that_is_not_proved_may_be_the_cause),
        TEST(test_a_check_of_the_ticket_proves_it),
        TEST(test_calls_with_one_spelling_are_not_repeated),
        TEST(test_a_forced_spelling_is_never_left),
        TEST(test_the_first_of_two_refusals_is_the_one_reported),
        TEST(test_what_ends_the_second_try_is_reported_unless_it_is_a_refusal),
        TEST(test_a_refusal_that_finds_the_ticket_good_settles_the_other_spelling),
        TEST(test_a_session_that_ended_is_not_taken_for_the_other_spelling),
        TEST(test_after_two_refusals_the_documented_spelling_comes_first_again),
        TEST(test_a_session_that_ended_is_renewed_after_both_spellings),
        TEST(test_both_cures_together_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
