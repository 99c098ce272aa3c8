/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Sessions: an ended one is renewed once with the password of the login or by
 * the source of its ticket, and secrets are overwritten when they are done
 * with. */
#include <stdio.h>
#include <string.h>

#include "fake_calls.h"
#include "support.h"

static struct ir_client *client;

/* A source of tickets, and what it was asked. */
static struct source {
    const char *next; /* NULL: gives up */
    int fills;        /* all of the memory, without a NUL */
    int n_asked;
    char ended[300];
    size_t size;
} source;

static int
next_ticket(void *ctx, const char *ended, char *ticket, size_t size)
{
    struct source *s = ctx;

    s->n_asked++;
    s->size = size;
    snprintf(s->ended, sizeof s->ended, "%s", ended);
    if (s->fills)
        memset(ticket, 'x', size);
    else if (s->next != NULL)
        snprintf(ticket, size, "%s", s->next);
    return s->fills || s->next != NULL ? 0 : -1;
}

static void
check_trace(const char *expected)
{
    assert_string_equal(fake_calls.trace, expected);
}

/* A session of "demo" with the ticket t1, on a server with these steps. */
static void
log_in(const struct fake_step *steps, size_t n)
{
    fake_calls_script(steps, n);
    assert_int_equal(ir_login(client, "demo", "secret"), IR_OK);
    fake_calls_forget();
}

static void
test_a_login_keeps_ticket_and_wipes_its_answer(void **state)
{
    (void)state;
    fake_calls_script(NULL, 0);

    assert_int_equal(ir_login(client, "demo", "secret"), IR_OK);

    check_trace("login(demo,secret,en) ");
    assert_string_equal(ir_ticket(client), "t1");
    assert_string_equal(fake_calls.wiped, "t1 ");
}

static void
test_a_refused_login_leaves_no_session(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_LOGIN, IR_E_AUTH) };
    struct ir_document d;

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(ir_login(client, "demo", "wrong"), IR_E_AUTH);

    assert_null(ir_ticket(client));
    fake_calls_forget();
    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_E_AUTH);
    check_trace("");
}

static void
test_no_call_is_made_without_a_session(void **state)
{
    struct ir_document d;
    struct ir_handler h;
    struct ir_user u;

    (void)state;
    fake_calls_script(NULL, 0);

    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_E_AUTH);
    assert_int_equal(ir_handler_begin(client, "/a", 0, 0, &h), IR_E_AUTH);
    assert_string_equal(h.id, "");
    assert_int_equal(ir_handler_end(client, "h"), IR_E_AUTH);
    assert_int_equal(ir_check_ticket(client, &u), IR_E_AUTH);

    check_trace("");
    check_error("none", ir_client_error(client), IR_E_AUTH, "no session");
}

static void
test_an_ended_session_is_renewed_once(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH) };

    (void)state;
    log_in(steps, COUNT(steps));

    assert_int_equal(ir_handler_end(client, "h"), IR_OK);

    check_trace("delete(t1,D,h) renew(demo,secret,en,t1) delete(t2,D,h) ");
    assert_string_equal(ir_ticket(client), "t2");
    assert_string_equal(fake_calls.wiped, "t1 t2 ");
    assert_int_equal(ir_client_error(client)->status, IR_OK);
}

static void
test_every_operation_with_a_ticket_is_renewed(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_INFO, IR_E_AUTH),
        STEP(FAKE_HANDLER, IR_E_AUTH), STEP(FAKE_CHUNK, IR_E_AUTH) };
    struct ir_document d;
    struct ir_handler h;

    (void)state;
    log_in(steps, COUNT(steps));

    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_OK);
    assert_int_equal(ir_handler_begin(client, "/a", 7, 9, &h), IR_OK);

    check_trace("info(t1,/a,0) renew(demo,secret,en,t1) info(t2,/a,0) "
        "handler(t2,/a,7,9) renew(demo,secret,en,t2) handler(t3,/a,7,9) ");
}

static void
test_a_session_that_ends_again_at_once_is_not_renewed_for_ever(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_INFO, IR_E_AUTH),
        STEP(FAKE_INFO, IR_E_AUTH), STEP(FAKE_INFO, IR_E_AUTH) };
    struct ir_document d;

    (void)state;
    log_in(steps, COUNT(steps));

    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_E_AUTH);

    check_trace("info(t1,/a,0) renew(demo,secret,en,t1) info(t2,/a,0) ");
    check_error("again", ir_client_error(client), IR_E_AUTH, "refusal 2");
}

static void
test_a_web_server_that_asks_for_a_login_is_not_an_ended_session(void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_INFO, IR_E_AUTH, FAKE_GOOD, 0, 0, 401 },
    };
    struct ir_document d;

    (void)state;
    log_in(steps, COUNT(steps));

    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_E_AUTH);

    check_trace("info(t1,/a,0) ");
}

static void
test_the_next_call_may_renew_again(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_INFO, IR_E_AUTH),
        STEP(FAKE_INFO, IR_OK), STEP(FAKE_INFO, IR_E_AUTH) };
    struct ir_document d;

    (void)state;
    log_in(steps, COUNT(steps));

    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_OK);
    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_OK);

    assert_int_equal(fake_calls_count("renew"), 2);
}

/* Servers lock the account of a user whose password is wrong too often. */
static void
test_a_password_that_is_refused_is_not_tried_again_before_a_login(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_INFO, IR_E_AUTH),
        STEP(FAKE_RENEW, IR_E_AUTH), STEP(FAKE_INFO, IR_E_AUTH),
        STEP(FAKE_INFO, IR_E_AUTH) };
    static const struct fake_step again[] = { STEP(FAKE_INFO, IR_E_AUTH) };
    struct ir_document d;

    (void)state;
    log_in(steps, COUNT(steps));
    for (int i = 0; i < 3; i++)
        assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_E_AUTH);
    assert_int_equal(fake_calls_count("renew"), 1);
    assert_int_equal(fake_calls_count("login"), 0);

    log_in(again, COUNT(again));
    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_OK);
}

static void
test_where_a_ticket_cannot_be_renewed_a_new_one_is_asked_for(void **state)
{
    static const enum ir_status refusals[] = { IR_E_SERVER, IR_E_PROTOCOL,
        IR_E_NOT_FOUND };

    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH),
            STEP(FAKE_RENEW, refusals[i]) };

        log_in(steps, COUNT(steps));
        assert_int_equal(ir_handler_end(client, "h"), IR_OK);
        check_trace("delete(t1,D,h) renew(demo,secret,en,t1) "
            "login(demo,secret,en) delete(t2,D,h) ");
    }
}

static void
test_a_renewal_that_fails_otherwise_ends_the_call(void **state)
{
    static const enum ir_status failures[] = { IR_E_AUTH, IR_E_DENIED,
        IR_E_NETWORK, IR_E_TIMEOUT, IR_E_TLS, IR_E_CANCELLED };

    (void)state;
    for (size_t i = 0; i < COUNT(failures); i++) {
        const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH),
            STEP(FAKE_RENEW, failures[i]) };

        log_in(steps, COUNT(steps));
        assert_int_equal(ir_handler_end(client, "h"), failures[i]);
        check_trace("delete(t1,D,h) renew(demo,secret,en,t1) ");
        check_error("renew", ir_client_error(client), failures[i],
            "refusal 2");
    }
}

static void
test_a_given_ticket_is_not_renewed(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH) };

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    assert_int_equal(ir_set_ticket(client, "given"), IR_OK);

    assert_int_equal(ir_handler_end(client, "h"), IR_E_AUTH);

    check_trace("delete(given,D,h) ");
    assert_int_equal(ir_renew_ticket(client), IR_E_ARGUMENT);
}

static void
test_a_given_ticket_is_not_renewed_with_an_earlier_login(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH) };

    (void)state;
    log_in(steps, COUNT(steps));
    assert_int_equal(ir_set_ticket(client, "of-somebody-else"), IR_OK);

    assert_int_equal(ir_handler_end(client, "h"), IR_E_AUTH);

    check_trace("delete(of-somebody-else,D,h) ");
}

/* A client with the ticket "given" and a source, on a server with these
 * steps. */
static void
give_ticket(const struct fake_step *steps, size_t n, const char *next)
{
    struct ir_options o = IR_OPTIONS_INIT;

    ir_client_free(client);
    source = (struct source){ .next = next };
    o.next_ticket = next_ticket;
    o.next_ticket_ctx = &source;
    assert_int_equal(ir_client_new("https://h/", &o, &client, NULL), IR_OK);
    fake_calls_script(steps, n);
    assert_int_equal(ir_set_ticket(client, "given"), IR_OK);
    fake_calls_forget();
}

static void
test_the_source_of_a_given_ticket_is_asked_for_the_next(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH) };

    (void)state;
    give_ticket(steps, COUNT(steps), "next");

    assert_int_equal(ir_handler_end(client, "h"), IR_OK);

    check_trace("delete(given,D,h) delete(next,D,h) ");
    assert_string_equal(source.ended, "given");
    assert_int_equal(source.size, 257);
    assert_string_equal(ir_ticket(client), "next");
    assert_int_equal(ir_client_error(client)->status, IR_OK);
    assert_string_equal(fake_calls.wiped, "given next ");
}

static void
test_the_source_is_asked_once_for_a_call_and_again_for_the_next(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH),
        STEP(FAKE_DELETE, IR_E_AUTH), STEP(FAKE_DELETE, IR_E_AUTH) };

    (void)state;
    give_ticket(steps, COUNT(steps), "next");

    assert_int_equal(ir_handler_end(client, "h"), IR_E_AUTH);
    assert_int_equal(source.n_asked, 1);
    check_error("again", ir_client_error(client), IR_E_AUTH, "refusal 2");

    source.next = "third";
    assert_int_equal(ir_handler_end(client, "h"), IR_OK);
    assert_int_equal(source.n_asked, 2);
    assert_string_equal(source.ended, "next");
    assert_string_equal(ir_ticket(client), "third");
}

static void
test_a_source_that_gives_up_or_has_no_other_leaves_the_refusal(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH) };
    static const char *const nothing[] = { NULL, "given" };

    (void)state;
    for (size_t i = 0; i < COUNT(nothing); i++) {
        give_ticket(steps, COUNT(steps), nothing[i]);

        assert_int_equal(ir_handler_end(client, "h"), IR_E_AUTH);

        check_trace("delete(given,D,h) ");
        check_error("no other", ir_client_error(client), IR_E_AUTH,
            "refusal 1");
        assert_string_equal(ir_ticket(client), "given");
    }
}

static void
test_a_source_gives_tokens(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH) };
    static const char *const bad[] = { "", "a b", "a\n", "caf\xC3\xA9" };

    (void)state;
    for (size_t i = 0; i <= COUNT(bad); i++) {
        give_ticket(steps, COUNT(steps), i < COUNT(bad) ? bad[i] : NULL);
        source.fills = i == COUNT(bad);

        assert_int_equal(ir_handler_end(client, "h"), IR_E_ARGUMENT);

        check_trace("delete(given,D,h) ");
        assert_string_equal(ir_ticket(client), "given");
    }
}

static void
test_the_source_is_not_asked_for_other_sessions(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH) };
    struct ir_document d;

    (void)state;
    give_ticket(steps, COUNT(steps), "next");

    assert_int_equal(ir_logout(client), IR_OK);
    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_E_AUTH);
    assert_int_equal(ir_login(client, "demo", "secret"), IR_OK);
    assert_int_equal(ir_handler_end(client, "h"), IR_OK);

    assert_int_equal(source.n_asked, 0);
    assert_int_equal(fake_calls_count("renew"), 1);
}

static void
test_the_source_is_asked_for_ended_sessions_only(void **state)
{
    (void)state;

    for (int st = IR_E_ARGUMENT; st <= IR_E_CANCELLED; st++) {
        const struct fake_step steps[] = {
            { FAKE_INFO, (enum ir_status)st, FAKE_GOOD, 0, 0,
                st == IR_E_AUTH ? 401 : 0 },
            STEP(FAKE_CHECK, IR_E_AUTH),
        };
        struct ir_document d;
        struct ir_user u;

        give_ticket(steps, COUNT(steps), "next");
        assert_int_equal(ir_get_document(client, "/a", 0, &d), st);
        assert_int_equal(ir_check_ticket(client, &u), IR_E_AUTH);
        assert_int_equal(source.n_asked, 0);
    }
}

static void
test_other_refusals_are_not_cured(void **state)
{
    (void)state;

    for (int st = IR_E_ARGUMENT; st <= IR_E_CANCELLED; st++) {
        const struct fake_step steps[] = {
            STEP(FAKE_INFO, (enum ir_status)st),
        };
        struct ir_document d;

        if (st == IR_E_AUTH)
            continue;
        log_in(steps, COUNT(steps));
        assert_int_equal(ir_get_document(client, "/a", 0, &d), st);
        check_trace("info(t1,/a,0) ");
    }
}

static void
test_a_check_renews_nothing(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_CHECK, IR_E_AUTH) };
    struct ir_user u;

    (void)state;
    log_in(steps, COUNT(steps));

    assert_int_equal(ir_check_ticket(client, &u), IR_E_AUTH);
    check_trace("check(t1) ");

    assert_int_equal(ir_check_ticket(client, &u), IR_OK);
    assert_string_equal(u.user_name, "demo");
}

static void
test_a_session_is_renewed_on_request(void **state)
{
    (void)state;
    log_in(NULL, 0);

    assert_int_equal(ir_renew_ticket(client), IR_OK);

    check_trace("renew(demo,secret,en,t1) ");
    assert_string_equal(ir_ticket(client), "t2");
    assert_string_equal(fake_calls.wiped, "t1 t2 ");
}

static void
test_a_ticket_is_a_token(void **state)
{
    static const char *const bad[] = { NULL, "", " ", "a b", "a\n", "\x7F",
        "caf\xC3\xA9" };
    char text[258];

    (void)state;
    fake_calls_script(NULL, 0);
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(ir_set_ticket(client, bad[i]), IR_E_ARGUMENT);
    memset(text, 'x', 257);
    text[257] = '\0';
    assert_int_equal(ir_set_ticket(client, text), IR_E_ARGUMENT);
    assert_null(ir_ticket(client));

    text[256] = '\0';
    assert_int_equal(ir_set_ticket(client, text), IR_OK);
    assert_string_equal(ir_ticket(client), text);
}

static void
test_another_ticket_wipes_the_one_before(void **state)
{
    (void)state;
    fake_calls_script(NULL, 0);
    ir_set_ticket(client, "first");
    fake_calls_forget();

    ir_set_ticket(client, "second");

    assert_string_equal(fake_calls.wiped, "first ");
}

static void
test_a_logout_ends_and_forgets_the_session(void **state)
{
    (void)state;
    log_in(NULL, 0);

    assert_int_equal(ir_logout(client), IR_OK);

    assert_non_null(strstr(fake_calls.trace, "logout(t1) "));
    assert_null(ir_ticket(client));
    assert_non_null(strstr(fake_calls.wiped, "t1 "));
    assert_non_null(strstr(fake_calls.wiped, "secret "));
    assert_int_equal(ir_renew_ticket(client), IR_E_ARGUMENT);
}

static void
test_a_session_that_had_ended_is_no_failure_of_a_logout(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_LOGOUT, IR_E_AUTH) };

    (void)state;
    log_in(steps, COUNT(steps));

    assert_int_equal(ir_logout(client), IR_OK);

    assert_int_equal(ir_client_error(client)->status, IR_OK);
    assert_null(ir_ticket(client));
}

static void
test_a_logout_that_fails_forgets_all_the_same(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_LOGOUT, IR_E_NETWORK) };

    (void)state;
    log_in(steps, COUNT(steps));

    assert_int_equal(ir_logout(client), IR_E_NETWORK);

    assert_null(ir_ticket(client));
    assert_non_null(strstr(fake_calls.wiped, "secret "));
}

static void
test_a_cancelled_client_still_logs_out(void **state)
{
    (void)state;
    log_in(NULL, 0);
    ir_client_cancel(client);

    assert_int_equal(ir_logout(client), IR_OK);

    check_trace("grace(400) logout(t1) grace(0) ");
}

static void
test_freeing_a_client_wipes_its_secrets(void **state)
{
    (void)state;
    log_in(NULL, 0);

    ir_client_free(client);
    client = NULL;

    assert_non_null(strstr(fake_calls.wiped, "t1 "));
    assert_non_null(strstr(fake_calls.wiped, "secret "));
}

static void
test_the_server_tells_about_itself_without_a_session(void **state)
{
    struct ir_server_info info;

    (void)state;
    fake_calls_script(NULL, 0);

    assert_int_equal(ir_server_info(client, &info), IR_OK);

    assert_string_equal(info.version, "9");
    check_trace("server ");
}

static int
set_up(void **state)
{
    struct ir_options o = IR_OPTIONS_INIT;

    (void)state;
    o.language = "en";
    return ir_client_new("https://h/", &o, &client, NULL) != IR_OK;
}

static int
tear_down(void **state)
{
    (void)state;
    ir_client_free(client);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

static void
test_the_own_ticket_can_be_set_again(void **state)
{
    (void)state;
    fake_calls_script(NULL, 0);
    ir_login(client, "demo", "secret");

    assert_int_equal(ir_set_ticket(client, ir_ticket(client)), IR_OK);

    assert_string_equal(ir_ticket(client), "t1");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_login_keeps_ticket_and_wipes_its_answer),
        TEST(test_the_own_ticket_can_be_set_again),
        TEST(test_a_refused_login_leaves_no_session),
        TEST(test_no_call_is_made_without_a_session),
        TEST(test_an_ended_session_is_renewed_once),
        TEST(test_every_operation_with_a_ticket_is_renewed),
        TEST(test_a_session_that_ends_again_at_once_is_not_renewed_for_ever),
        TEST(test_a_web_server_that_asks_for_a_login_is_not_an_ended_session),
        TEST(test_the_next_call_may_renew_again),
        TEST(test_where_a_ticket_cannot_be_renewed_a_new_one_is_asked_for),
        TEST(test_a_renewal_that_fails_otherwise_ends_the_call),
        TEST(test_a_password_that_is_refused_is_not_tried_again_before_a_login),
        TEST(test_a_given_ticket_is_not_renewed),
        TEST(test_a_given_ticket_is_not_renewed_with_an_earlier_login),
        TEST(test_the_source_of_a_given_ticket_is_asked_for_the_next),
        TEST(test_the_source_is_asked_once_for_a_call_and_again_for_the_next),
        TEST(test_a_source_that_gives_up_or_has_no_other_leaves_the_refusal),
        TEST(test_a_source_gives_tokens),
        TEST(test_the_source_is_not_asked_for_other_sessions),
        TEST(test_the_source_is_asked_for_ended_sessions_only),
        TEST(test_other_refusals_are_not_cured),
        TEST(test_a_check_renews_nothing),
        TEST(test_a_session_is_renewed_on_request),
        TEST(test_a_ticket_is_a_token),
        TEST(test_another_ticket_wipes_the_one_before),
        TEST(test_a_logout_ends_and_forgets_the_session),
        TEST(test_a_session_that_had_ended_is_no_failure_of_a_logout),
        TEST(test_a_logout_that_fails_forgets_all_the_same),
        TEST(test_a_cancelled_client_still_logs_out),
        TEST(test_freeing_a_client_wipes_its_secrets),
        TEST(test_the_server_tells_about_itself_without_a_session),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
