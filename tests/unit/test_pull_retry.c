/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What a download tries again, how often and after which pause, and what it
 * tells while it does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_calls.h"
#include "support.h"

static struct ir_client *client;

/* The events of a download, a letter each: S P R W V. */
struct events {
    char letters[200];
    struct ir_progress last;
    enum ir_event cancel_at;
    int cancels;
    char message[600];
};

static struct events events;

static int
on_event(void *ctx, const struct ir_progress *p)
{
    static const char letters[] = "SPRWV";
    struct events *e = ctx;
    size_t n = strlen(e->letters);

    assert_true(n < sizeof e->letters - 1);
    e->letters[n] = letters[p->event];
    e->last = *p;
    if (p->message != NULL)
        snprintf(e->message, sizeof e->message, "%s", p->message);
    return e->cancels && p->event == e->cancel_at;
}

static int
drop(void *ctx, uint64_t offset, const void *data, size_t n)
{
    (void)ctx;
    (void)offset;
    (void)data;
    (void)n;
    return 0;
}

static enum ir_status
download(int rewritable, int n_retries, struct ir_result *r)
{
    const struct ir_sink sink = { drop, NULL, rewritable };
    struct ir_download_options o = IR_DOWNLOAD_OPTIONS_INIT;

    memset(&events.letters, 0, sizeof events.letters);
    o.n_retries = n_retries;
    o.progress = on_event;
    o.progress_ctx = &events;
    return ir_download_sink(client, "/a", &sink, &o, r);
}

/* 'n' steps of the same kind. */
static struct fake_step many[64];

static void
script_many(size_t n, enum ir_status status, enum fake_chunk chunk)
{
    assert_true(n <= COUNT(many));
    for (size_t i = 0; i < n; i++)
        many[i] = (struct fake_step){ FAKE_CHUNK, status, chunk, 0, 0, 0 };
    fake_calls_script(many, n);
}

/* ---- Retries ----------------------------------------------------------- */

static void
test_a_failure_that_may_pass_is_tried_five_times_again(void **state)
{
    static const enum ir_status passing[] = { IR_E_NETWORK, IR_E_TIMEOUT,
        IR_E_SERVER, IR_E_CORRUPT };
    struct ir_result r;

    (void)state;
    for (size_t i = 0; i < COUNT(passing); i++) {
        script_many(5, passing[i], FAKE_GOOD);
        assert_int_equal(download(1, 0, &r), IR_OK);
        assert_int_equal(r.n_retries, 5);
        assert_int_equal(fake_calls_count("chunk(t,D,0+4)"), 6);

        script_many(6, passing[i], FAKE_GOOD);
        assert_int_equal(download(1, 0, &r), passing[i]);
        assert_int_equal(fake_calls_count("chunk("), 6);
        assert_int_equal(fake_calls.n_open, 0);
    }
}

static void
test_the_number_of_retries_can_be_chosen(void **state)
{
    (void)state;

    for (int n = -1; n <= 9; n++) {
        size_t expected = n < 0 ? 1 : n == 0 ? 6 : (size_t)n + 1;

        script_many(60, IR_E_NETWORK, FAKE_GOOD);
        assert_int_equal(download(1, n, NULL), IR_E_NETWORK);
        assert_int_equal(fake_calls_count("chunk("), expected);
    }
}

static void
test_every_chunk_has_its_own_retries(void **state)
{
    struct fake_step steps[15];
    struct ir_result r;

    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++)
        steps[i] = (struct fake_step)STEP(FAKE_CHUNK,
            i % 5 == 4 ? IR_OK : IR_E_NETWORK);
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(download(1, 4, &r), IR_OK);

    assert_int_equal(r.n_retries, 12);
}

static void
test_other_failures_are_not_tried_again(void **state)
{
    static const enum ir_status lasting[] = { IR_E_ARGUMENT, IR_E_MEMORY,
        IR_E_NOT_FOUND, IR_E_AUTH, IR_E_DENIED, IR_E_TLS, IR_E_PROTOCOL,
        IR_E_IO, IR_E_LIMIT, IR_E_CANCELLED };

    (void)state;
    for (size_t i = 0; i < COUNT(lasting); i++) {
        script_many(1, lasting[i], FAKE_GOOD);
        assert_int_equal(download(1, 0, NULL), lasting[i]);
        assert_int_equal(fake_calls_count("chunk("), 1);
        assert_int_equal(fake_calls.n_waits, 0);
    }
}

static void
test_pauses_double_and_are_spread(void **state)
{
    (void)state;
    script_many(5, IR_E_NETWORK, FAKE_GOOD);

    download(1, 0, NULL);

    assert_int_equal(fake_calls.n_waits, 5);
    for (size_t i = 0; i < 5; i++)
        assert_in_range(fake_calls.waits_ms[i], 250 << i, 500 << i);
}

static void
test_a_corrupt_chunk_is_asked_for_again_at_once(void **state)
{
    (void)state;
    script_many(5, IR_E_CORRUPT, FAKE_TORN);

    assert_int_equal(download(1, 0, NULL), IR_OK);

    assert_int_equal(fake_calls.n_waits, 0);
}

static void
test_a_server_that_asks_for_patience_gets_it(void **state)
{
    (void)state;
    script_many(1, IR_E_SERVER, FAKE_GOOD);
    fake_calls.retry_after_s = 7;

    download(1, 0, NULL);

    assert_int_equal(fake_calls.n_waits, 1);
    assert_int_equal(fake_calls.waits_ms[0], 7000);
}

static void
test_a_pause_that_is_cut_short_ends_the_download(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_CHUNK, IR_E_NETWORK), STEP(FAKE_WAIT, IR_E_TIMEOUT),
    };

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(download(1, 0, NULL), IR_E_TIMEOUT);

    assert_int_equal(fake_calls_count("chunk("), 1);
    assert_int_equal(fake_calls.n_open, 0);
}

/* ---- The whole --------------------------------------------------------- */

static void
test_good_chunks_of_a_wrong_whole_are_fetched_anew_once(void **state)
{
    struct ir_result r;

    (void)state;
    script_many(1, IR_OK, FAKE_STALE);
    assert_int_equal(download(1, 0, &r), IR_OK);
    assert_int_equal(fake_calls_count("handler("), 2);
    assert_int_equal(r.n_retries, 1);
    assert_int_equal(r.level, IR_LEVEL_VERIFIED);

    script_many(9, IR_OK, FAKE_STALE);
    assert_int_equal(download(1, 0, &r), IR_E_CORRUPT);
    assert_int_equal(fake_calls_count("handler("), 2);
    assert_int_equal(fake_calls.n_open, 0);
}

static void
test_what_a_sink_cannot_take_back_is_not_fetched_anew(void **state)
{
    (void)state;
    script_many(1, IR_OK, FAKE_STALE);

    assert_int_equal(download(0, 0, NULL), IR_E_CORRUPT);

    assert_int_equal(fake_calls_count("handler("), 1);
}

static void
test_a_document_that_changed_is_fetched_anew_once(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_CHUNK, IR_OK),
        { FAKE_CHUNK, IR_OK, FAKE_OTHER, 0, 0, 0 },
        STEP(FAKE_CHUNK, IR_OK),
        { FAKE_CHUNK, IR_OK, FAKE_OTHER, 0, 0, 0 },
    };

    (void)state;
    fake_calls_script(steps, 2);
    assert_int_equal(download(1, 0, NULL), IR_OK);
    assert_int_equal(fake_calls_count("handler("), 2);

    fake_calls_script(steps, 4);
    assert_int_equal(download(1, 0, NULL), IR_E_CHANGED);
    assert_int_equal(fake_calls_count("handler("), 2);

    fake_calls_script(steps, 2);
    assert_int_equal(download(0, 0, NULL), IR_E_CHANGED);
    assert_int_equal(fake_calls_count("handler("), 1);
}

static void
test_nothing_is_fetched_anew_without_retries(void **state)
{
    (void)state;
    script_many(1, IR_OK, FAKE_STALE);
    assert_int_equal(download(1, -1, NULL), IR_E_CORRUPT);
    assert_int_equal(fake_calls_count("handler("), 1);

    script_many(1, IR_OK, FAKE_OTHER);
    assert_int_equal(download(1, -1, NULL), IR_E_CHANGED);
    assert_int_equal(fake_calls_count("handler("), 1);
}

/* ---- Lost handlers ----------------------------------------------------- */

static void
test_a_lost_handler_is_replaced_once_where_a_crc_proves_the_rest(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_CHUNK, IR_OK),
        { FAKE_CHUNK, IR_E_SERVER, FAKE_GOOD, 1, 0, 0 },
        STEP(FAKE_CHUNK, IR_OK),
        { FAKE_CHUNK, IR_E_SERVER, FAKE_GOOD, 1, 0, 0 },
    };

    (void)state;
    fake_calls_script(steps, 2);
    assert_int_equal(download(0, 0, NULL), IR_OK);
    assert_int_equal(fake_calls_count("handler("), 2);
    assert_int_equal(fake_calls_count("chunk(t,D,0+4)"), 1);
    assert_int_equal(fake_calls_count("delete(t,D,h2)"), 1);

    fake_calls_script(steps, 4);
    assert_int_equal(download(0, 0, NULL), IR_E_SERVER);
    assert_int_equal(fake_calls_count("handler("), 2);
}

static void
test_a_handler_that_is_given_up_is_released_too(void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_CHUNK, IR_E_SERVER, FAKE_GOOD, 1, 0, 0 },
    };

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(download(1, 0, NULL), IR_OK);

    assert_int_equal(fake_calls.n_open, 0);
}

static void
test_a_new_handler_is_released_though_the_rest_is_refused(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_HANDLER, IR_OK),
        { FAKE_CHUNK, IR_E_SERVER, FAKE_GOOD, 1, 0, 0 },
        { FAKE_HANDLER, IR_E_PROTOCOL, FAKE_GOOD, 0, 1, 0 },
    };

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(download(1, 0, NULL), IR_E_SERVER);

    assert_int_equal(fake_calls_count("delete(t,D,h2)"), 1);
}

static void
test_a_lost_handler_is_final_without_a_crc(void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_CHUNK, IR_E_SERVER, FAKE_GOOD, 1, 0, 0 },
    };

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    fake_calls.no_crc = 1;

    assert_int_equal(download(1, 0, NULL), IR_E_SERVER);

    assert_int_equal(fake_calls_count("handler("), 1);
}

static void
test_a_lost_handler_is_final_without_retries(void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_CHUNK, IR_E_SERVER, FAKE_GOOD, 1, 0, 0 },
    };

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(download(1, -1, NULL), IR_E_SERVER);

    assert_int_equal(fake_calls_count("handler("), 1);
}

/* ---- Events ------------------------------------------------------------ */

static void
test_events_tell_the_story(void **state)
{
    (void)state;
    script_many(1, IR_E_NETWORK, FAKE_GOOD);

    assert_int_equal(download(1, 0, NULL), IR_OK);

    assert_string_equal(events.letters, "SRPPPV");
    assert_string_equal(events.message, "refusal 1");
    assert_int_equal(events.last.done_bytes, 10);
    assert_int_equal(events.last.total_bytes, 10);
    assert_int_equal(events.last.n_chunks, 3);
    assert_int_equal(events.last.n_retries, 1);
}

static void
test_a_handler_that_stays_is_told(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_DELETE, IR_E_NETWORK), STEP(FAKE_DELETE, IR_E_NETWORK),
    };

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    download(1, 0, NULL);

    assert_string_equal(events.letters, "SPPPVW");
    assert_string_equal(events.message,
        "the server may still hold a staged file: refusal 2");
}

static void
test_every_event_can_cancel(void **state)
{
    static const enum ir_event at[] = { IR_EVENT_START, IR_EVENT_PROGRESS,
        IR_EVENT_RETRY, IR_EVENT_VERIFY };

    (void)state;
    events.cancels = 1;
    for (size_t i = 0; i < COUNT(at); i++)
        for (int rewritable = 0; rewritable <= 1; rewritable++) {
            events.cancel_at = at[i];
            script_many(1, IR_E_NETWORK, FAKE_GOOD);
            assert_int_equal(download(rewritable, 0, NULL), IR_E_CANCELLED);
            assert_int_equal(fake_calls.n_open, 0);
            assert_non_null(strstr(fake_calls.trace,
                "grace(750) delete(t,D,h1) grace(0) "));
        }
}

static void
test_a_cancelled_client_still_releases_its_handler(void **state)
{
    (void)state;
    fake_calls_script(NULL, 0);
    ir_client_cancel(client);

    assert_int_equal(download(1, 0, NULL), IR_E_CANCELLED);

    assert_int_equal(fake_calls.n_open, 0);
}

static int
set_up(void **state)
{
    struct ir_options o = IR_OPTIONS_INIT;

    (void)state;
    o.spelling = IR_SPELLING_DOCUMENTED;
    memset(&events, 0, sizeof events);
    return ir_client_new("https://h/", &o, &client, NULL) != IR_OK
        || ir_set_ticket(client, "t") != IR_OK;
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
        TEST(test_a_failure_that_may_pass_is_tried_five_times_again),
        TEST(test_the_number_of_retries_can_be_chosen),
        TEST(test_every_chunk_has_its_own_retries),
        TEST(test_other_failures_are_not_tried_again),
        TEST(test_pauses_double_and_are_spread),
        TEST(test_a_corrupt_chunk_is_asked_for_again_at_once),
        TEST(test_a_server_that_asks_for_patience_gets_it),
        TEST(test_a_pause_that_is_cut_short_ends_the_download),
        TEST(test_good_chunks_of_a_wrong_whole_are_fetched_anew_once),
        TEST(test_what_a_sink_cannot_take_back_is_not_fetched_anew),
        TEST(test_a_document_that_changed_is_fetched_anew_once),
        TEST(test_nothing_is_fetched_anew_without_retries),
        TEST(test_a_lost_handler_is_replaced_once_where_a_crc_proves_the_rest),
        TEST(test_a_handler_that_is_given_up_is_released_too),
        TEST(test_a_new_handler_is_released_though_the_rest_is_refused),
        TEST(test_a_lost_handler_is_final_without_a_crc),
        TEST(test_a_lost_handler_is_final_without_retries),
        TEST(test_events_tell_the_story),
        TEST(test_a_handler_that_stays_is_told),
        TEST(test_every_event_can_cancel),
        TEST(test_a_cancelled_client_still_releases_its_handler),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
