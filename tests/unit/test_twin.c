/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Several clients in one session: each end of it is noticed by one of them, who
 * renews it for all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_calls.h"
#include "support.h"

static struct ir_client *client;
static struct ir_client *twin;
static char said[512];
static int n_asked;

static void
hear(void *ctx, enum ir_log_level level, const char *line)
{
    (void)level;
    snprintf(said, sizeof said, "%s %s", (const char *)ctx, line);
}

static int
next_ticket(void *ctx, const char *ended, char *ticket, size_t size)
{
    (void)ctx;
    snprintf(ticket, size, "after-%s", ended);
    n_asked++;
    return 0;
}

static void
check_trace(const char *expected)
{
    assert_string_equal(fake_calls.trace, expected);
}

static void
script(const struct fake_step *steps, size_t n)
{
    fake_calls_script(steps, n);
    fake_calls.has_twins = 1;
}

/* Two clients in the session t1, on a server with these steps. */
static void
log_in(const struct fake_step *steps, size_t n)
{
    static char name[] = "twin:";

    script(steps, n);
    assert_int_equal(ir_login(client, "demo", "secret"), IR_OK);
    assert_int_equal(ir_client_twin(client, name, &twin), IR_OK);
    fake_calls_forget();
}

static void
test_a_twin_works_in_the_session_of_the_first(void **state)
{
    struct ir_document d;

    (void)state;
    log_in(NULL, 0);

    assert_int_equal(ir_get_document(twin, "/a", 0, &d), IR_OK);
    assert_int_equal(ir_get_document(client, "/b", 0, &d), IR_OK);

    check_trace("info(t1,/a,0) info(t1,/b,0) ");
    assert_string_equal(ir_ticket(twin), "t1");
}

static void
test_what_a_twin_renews_is_renewed_for_the_first(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_INFO, IR_E_AUTH) };
    struct ir_document d;

    (void)state;
    log_in(steps, COUNT(steps));

    assert_int_equal(ir_get_document(twin, "/a", 0, &d), IR_OK);
    assert_int_equal(ir_get_document(client, "/b", 0, &d), IR_OK);

    check_trace("info(t1,/a,0) renew(demo,secret,en,t1) info(t2,/a,0) "
                "info(t2,/b,0) ");
    assert_string_equal(said, "twin: the session has ended, renewing it");
}

static void
test_what_the_first_renews_is_renewed_for_all(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_INFO, IR_E_AUTH) };
    struct ir_client *third;
    struct ir_document d;

    (void)state;
    log_in(steps, COUNT(steps));
    assert_int_equal(ir_client_twin(twin, NULL, &third), IR_OK);

    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_OK);
    assert_int_equal(ir_get_document(twin, "/b", 0, &d), IR_OK);
    assert_int_equal(ir_get_document(third, "/c", 0, &d), IR_OK);
    ir_client_free(third);

    check_trace("info(t1,/a,0) renew(demo,secret,en,t1) info(t2,/a,0) "
                "info(t2,/b,0) info(t2,/c,0) ");
}

/* A call that began before the renewal is refused after it. */
static void
test_a_call_under_way_goes_on_with_what_another_renewed(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_INFO, IR_E_AUTH),
        STEP(FAKE_CHUNK, IR_E_AUTH) };
    struct ir_download *download;
    struct ir_document d;
    struct ir_chunk chunk;

    (void)state;
    log_in(steps, COUNT(steps));
    assert_int_equal(ir_download_open(client, "/a", NULL, &download), IR_OK);
    assert_int_equal(ir_get_document(twin, "/b", 0, &d), IR_OK);
    fake_calls_forget();

    assert_int_equal(ir_download_next(download, &chunk), 1);

    check_trace("chunk(t1,D,0+4) chunk(t2,D,0+4) ");
    ir_download_close(download);
}

/* What another renewed has ended as well: then it is this client's turn. */
static void
test_a_session_that_ends_again_is_renewed_again(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_INFO, IR_E_AUTH),
        STEP(FAKE_CHUNK, IR_E_AUTH), STEP(FAKE_CHUNK, IR_E_AUTH) };
    struct ir_download *download;
    struct ir_document d;
    struct ir_chunk chunk;

    (void)state;
    log_in(steps, COUNT(steps));
    assert_int_equal(ir_download_open(client, "/a", NULL, &download), IR_OK);
    assert_int_equal(ir_get_document(twin, "/b", 0, &d), IR_OK);
    fake_calls_forget();

    assert_int_equal(ir_download_next(download, &chunk), 1);

    check_trace("chunk(t1,D,0+4) chunk(t2,D,0+4) renew(demo,secret,en,t2) "
                "chunk(t3,D,0+4) ");
    ir_download_close(download);
}

static void
test_a_renewal_that_fails_is_tried_by_the_next(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_INFO, IR_E_AUTH),
        STEP(FAKE_RENEW, IR_E_NETWORK), STEP(FAKE_INFO, IR_E_AUTH) };
    struct ir_document d;

    (void)state;
    log_in(steps, COUNT(steps));

    assert_int_equal(ir_get_document(twin, "/a", 0, &d), IR_E_NETWORK);
    assert_int_equal(ir_get_document(client, "/b", 0, &d), IR_OK);

    check_trace("info(t1,/a,0) renew(demo,secret,en,t1) info(t1,/b,0) "
                "renew(demo,secret,en,t1) info(t2,/b,0) ");
}

static void
test_a_source_of_tickets_is_asked_once_for_all(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_INFO, IR_E_AUTH) };
    struct ir_document d;

    (void)state;
    script(steps, COUNT(steps));
    assert_int_equal(ir_set_ticket(client, "given"), IR_OK);
    assert_int_equal(ir_client_twin(client, NULL, &twin), IR_OK);

    assert_int_equal(ir_get_document(twin, "/a", 0, &d), IR_OK);
    assert_int_equal(ir_get_document(client, "/b", 0, &d), IR_OK);

    check_trace("info(given,/a,0) info(after-given,/a,0) "
                "info(after-given,/b,0) ");
    assert_int_equal(n_asked, 1);
}

static void
test_a_session_is_neither_begun_nor_ended_while_it_is_shared(void **state)
{
    struct ir_client *both[2];

    (void)state;
    log_in(NULL, 0);
    both[0] = client;
    both[1] = twin;

    for (int i = 0; i < 2; i++) {
        assert_int_equal(ir_login(both[i], "demo", "x"), IR_E_ARGUMENT);
        assert_int_equal(ir_set_ticket(both[i], "x"), IR_E_ARGUMENT);
        assert_int_equal(ir_logout(both[i]), IR_E_ARGUMENT);
        assert_string_equal(ir_ticket(both[i]), "t1");
    }
    check_trace("");
}

static void
test_the_renewed_session_is_ended_when_the_twins_are_gone(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_INFO, IR_E_AUTH) };
    struct ir_document d;

    (void)state;
    log_in(steps, COUNT(steps));
    assert_int_equal(ir_get_document(twin, "/a", 0, &d), IR_OK);
    ir_client_free(twin);
    twin = NULL;
    fake_calls_forget();

    assert_int_equal(ir_logout(client), IR_OK);
    assert_int_equal(ir_login(client, "demo", "secret"), IR_OK);
    assert_int_equal(ir_get_document(client, "/b", 0, &d), IR_OK);

    check_trace("logout(t2) grace(0) login(demo,secret,en) info(t3,/b,0) ");
}

static void
test_a_renewal_on_request_is_for_all(void **state)
{
    struct ir_document d;

    (void)state;
    log_in(NULL, 0);

    assert_int_equal(ir_renew_ticket(twin), IR_OK);
    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_OK);

    check_trace("renew(demo,secret,en,t1) info(t2,/a,0) ");
}

static void
test_a_twin_is_cancelled_alone(void **state)
{
    struct ir_document d;

    (void)state;
    log_in(NULL, 0);

    ir_client_cancel(twin);

    assert_int_equal(ir_get_document(twin, "/a", 0, &d), IR_E_CANCELLED);
    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_OK);
}

static void
test_secrets_of_all_are_wiped(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_INFO, IR_E_AUTH) };
    struct ir_document d;

    (void)state;
    log_in(steps, COUNT(steps));
    assert_int_equal(ir_get_document(twin, "/a", 0, &d), IR_OK);
    ir_client_free(twin);
    twin = NULL;
    fake_calls_forget();

    ir_client_free(client);
    client = NULL;

    assert_string_equal(fake_calls.wiped, "t2 t1 secret ");
}

static void
test_no_memory_for_a_twin_leaves_the_first_as_it_was(void **state)
{
    struct ir_document d;

    (void)state;
    fake_calls_script(NULL, 0);
    assert_int_equal(ir_login(client, "demo", "secret"), IR_OK);

    assert_int_equal(ir_client_twin(client, NULL, &twin), IR_E_MEMORY);

    assert_null(twin);
    check_error("twin", ir_client_error(client), IR_E_MEMORY, "one fake only");
    assert_int_equal(ir_get_document(client, "/a", 0, &d), IR_OK);
    assert_int_equal(ir_logout(client), IR_OK);
}

static int
set_up(void **state)
{
    static char name[] = "first:";
    struct ir_options o = IR_OPTIONS_INIT;

    (void)state;
    o.language = "en";
    o.spelling = IR_SPELLING_DOCUMENTED;
    o.log = hear;
    o.log_ctx = name;
    o.next_ticket = next_ticket;
    n_asked = 0;
    said[0] = '\0';
    twin = NULL;
    return ir_client_new("https://dms/srv.asmx", &o, &client, NULL) != IR_OK;
}

static int
tear_down(void **state)
{
    (void)state;
    ir_client_free(twin);
    ir_client_free(client);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_twin_works_in_the_session_of_the_first),
        TEST(test_what_a_twin_renews_is_renewed_for_the_first),
        TEST(test_what_the_first_renews_is_renewed_for_all),
        TEST(test_a_call_under_way_goes_on_with_what_another_renewed),
        TEST(test_a_session_that_ends_again_is_renewed_again),
        TEST(test_a_renewal_that_fails_is_tried_by_the_next),
        TEST(test_a_source_of_tickets_is_asked_once_for_all),
        TEST(test_a_session_is_neither_begun_nor_ended_while_it_is_shared),
        TEST(test_the_renewed_session_is_ended_when_the_twins_are_gone),
        TEST(test_a_renewal_on_request_is_for_all),
        TEST(test_a_twin_is_cancelled_alone),
        TEST(test_secrets_of_all_are_wiped),
        TEST(test_no_memory_for_a_twin_leaves_the_first_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
