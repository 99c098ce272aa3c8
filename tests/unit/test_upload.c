/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * An upload stores the right bytes once or nothing, and leaves neither a
 * handler nor a lock behind. */
#include <inforouter.h>
#include <string.h>

#include "fake_calls.h"
#include "fake_uploads.h"
#include "support.h"

static struct ir_client *client;
static struct ir_upload_options options;
static const char text[] = "0123456789abcdefghij";

static int
set_up(void **state)
{
    (void)state;
    fake_calls_script(NULL, 0);
    fake_uploads_reset();
    options = (struct ir_upload_options)IR_UPLOAD_OPTIONS_INIT;
    options.retry_delay_ms = 1;
    ir_client_new("https://h/", NULL, &client, NULL);
    return ir_login(client, "demo", "secret") == IR_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    ir_client_free(client);
    return 0;
}

static enum ir_status
put(size_t n, struct ir_uploaded *u)
{
    return ir_upload_memory(client, text, n, "/Lib/a", &options, u);
}

/* A source that gives at most three bytes at a time, once. */
static int
trickle(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    size_t size = *(size_t *)ctx;
    size_t left = size - (size_t)offset;

    *got = n < left ? n : left;
    if (*got > 3)
        *got = 3;
    memcpy(data, text + offset, *got);
    return 0;
}

struct large {
    const uint8_t *data;
    size_t n;
};

static int
read_large(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    const struct large *l = ctx;
    size_t left = l->n - (size_t)offset;

    *got = n < left ? n : left;
    memcpy(data, l->data + offset, *got);
    return 0;
}

static void
check_stored(size_t n, int n_chunks)
{
    assert_int_equal(fake_uploads.n_stored, n);
    assert_memory_equal(fake_uploads.stored, text, n);
    assert_int_equal(fake_uploads.n_chunks, n_chunks);
    assert_int_equal(fake_uploads.n_commits, 1);
    assert_int_equal(fake_uploads.n_deleted, fake_uploads.n_created);
}

static void
test_every_size_is_cut_into_whole_chunks_and_a_last(void **state)
{
    (void)state;

    for (size_t n = 0; n <= sizeof text - 1; n++) {
        struct ir_uploaded u;

        fake_uploads_reset();
        assert_int_equal(put(n, &u), IR_OK);
        check_stored(n, n == 0 ? 1 : (int)(n + 3) / 4);
        assert_int_equal(u.level, IR_LEVEL_VERIFIED);
        assert_int_equal(u.size_bytes, n);
    }
}

static void
test_a_stream_of_unknown_length_is_cut_the_same_way(void **state)
{
    (void)state;

    for (size_t n = 0; n <= sizeof text - 1; n++) {
        struct ir_source source = { trickle, &n, 0, 0 };

        fake_uploads_reset();
        assert_int_equal(ir_upload_source(client, &source, "/Lib/a", &options,
            NULL), IR_OK);
        check_stored(n, n == 0 ? 1 : (int)(n + 3) / 4);
    }
}

static void
test_a_chunk_that_is_asked_for_again_is_stored_once(void **state)
{
    struct ir_uploaded u;

    (void)state;
    fake_uploads.n_try_again = 3;

    assert_int_equal(put(10, &u), IR_OK);

    check_stored(10, 6);
    assert_int_equal(u.n_retries, 3);
}

static void
test_asking_again_for_ever_ends(void **state)
{
    (void)state;
    fake_uploads.n_try_again = 1000;

    assert_int_equal(put(10, NULL), IR_E_CORRUPT);

    assert_int_equal(fake_uploads.n_chunks, 6);
    assert_int_equal(fake_uploads.n_commits, 0);
    assert_int_equal(fake_uploads.n_deleted, fake_uploads.n_created);
}

/* 700 000 bytes, of which requests with more than 300 000 do not pass. */
static enum ir_status
put_large(int is_stream)
{
    static uint8_t data[700000];
    struct large large = { data, sizeof data };
    struct ir_source source = { read_large, &large, !is_stream, sizeof data };

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7 + i / 251);
    fake_uploads_reset();
    fake_uploads.chunk_bytes = 0;
    fake_uploads.largest_bytes = 300000;
    fake_uploads.large_http = 413;
    return ir_upload_source(client, &source, "/Lib/a", &options, NULL);
}

static void
test_chunks_shrink_until_the_requests_pass(void **state)
{
    (void)state;

    for (int is_stream = 0; is_stream < 2; is_stream++) {
        options.chunk_bytes = 800000;
        assert_int_equal(put_large(is_stream), IR_OK);

        assert_int_equal(fake_uploads.n_stored, 700000);
        assert_int_equal(fake_uploads.stored[699999],
            (uint8_t)(699999u * 7 + 699999u / 251));
        assert_int_equal(fake_uploads.n_created, 3); /* 700, 350, 262 KB */
        assert_int_equal(fake_uploads.n_deleted, 3);
        assert_int_equal(fake_uploads.n_commits, 1);
    }
}

static void
test_chunks_shrink_to_256_kib_and_no_further(void **state)
{
    (void)state;
    options.chunk_bytes = 262144;

    assert_int_equal(put_large(0), IR_OK);
    assert_int_equal(fake_uploads.n_created, 1);

    fake_uploads_reset();
    fake_uploads.chunk_bytes = 262144;
    fake_uploads.largest_bytes = 10;
    fake_uploads.large_http = 404;
    assert_int_equal(put(20, NULL), IR_E_LIMIT);
    assert_int_equal(fake_uploads.n_created, 1);
    assert_int_equal(fake_uploads.n_deleted, 1);
}

static void
test_a_server_that_agrees_to_no_smaller_chunk_is_left_alone(void **state)
{
    static uint8_t data[500000];

    (void)state;
    fake_uploads.chunk_bytes = 400000;
    fake_uploads.largest_bytes = 300000;
    fake_uploads.large_http = 413;

    assert_int_equal(ir_upload_memory(client, data, sizeof data, "/Lib/a",
        &options, NULL), IR_E_LIMIT);

    assert_int_equal(fake_uploads.n_created, 2);
    assert_int_equal(fake_uploads.n_deleted, 2);
    assert_int_equal(fake_uploads.n_commits, 0);
}

static void
test_a_stream_ends_at_the_limit_of_the_server(void **state)
{
    size_t n = 9;
    struct ir_source source = { trickle, &n, 0, 0 };

    (void)state;
    fake_uploads.limit_bytes = 9;
    assert_int_equal(ir_upload_source(client, &source, "/Lib/a", &options,
        NULL), IR_OK);

    n = 10;
    assert_int_equal(ir_upload_source(client, &source, "/Lib/a", &options,
        NULL), IR_E_LIMIT);
    assert_int_equal(fake_uploads.n_commits, 1);
    assert_int_equal(fake_uploads.n_deleted, 2);
}

static void
test_a_chunk_of_unknown_fate_is_never_sent_again(void **state)
{
    (void)state;
    fake_uploads.chunk_at = 1;
    fake_uploads.chunk = IR_E_NETWORK;
    fake_uploads.chunk_sent = 1;

    assert_int_equal(put(10, NULL), IR_OK);

    check_stored(10, 5); /* two of the first handler, three of the second */
    assert_int_equal(fake_uploads.n_created, 2);
}

static void
test_a_chunk_that_never_left_is_sent_again(void **state)
{
    (void)state;
    fake_uploads.chunk_at = 1;
    fake_uploads.chunk = IR_E_NETWORK;

    assert_int_equal(put(10, NULL), IR_OK);

    check_stored(10, 4);
    assert_int_equal(fake_uploads.n_created, 1);
}

static void
test_a_stream_cannot_start_again(void **state)
{
    size_t n = 10;
    struct ir_source source = { trickle, &n, 0, 0 };

    (void)state;
    fake_uploads.chunk_at = 1;
    fake_uploads.chunk = IR_E_NETWORK;
    fake_uploads.chunk_sent = 1;

    assert_int_equal(ir_upload_source(client, &source, "/Lib/a", &options,
        NULL), IR_E_NETWORK);

    assert_int_equal(fake_uploads.n_commits, 0);
    assert_int_equal(fake_uploads.n_deleted, 1);
}

static void
test_wrong_bytes_are_not_committed(void **state)
{
    (void)state;
    fake_uploads.stages_wrong = 1;

    assert_int_equal(put(10, NULL), IR_E_CORRUPT);

    assert_int_equal(fake_uploads.n_commits, 0);
    assert_int_equal(fake_uploads.n_created, 2);
    assert_int_equal(fake_uploads.n_deleted, 2);
}

static void
test_what_is_stored_with_other_bytes_is_not_to_be_stored_again(void **state)
{
    (void)state;
    fake_uploads.stores_wrong = 1;

    assert_int_equal(put(10, NULL), IR_E_CORRUPT);

    assert_int_equal(fake_uploads.n_commits, 1);
    assert_false(ir_client_error(client)->retryable);
}

static void
test_a_lost_reply_to_the_commit_is_settled_by_the_checksum(void **state)
{
    (void)state;
    fake_uploads.commit = IR_E_NETWORK;
    fake_uploads.commit_happens = 1;

    assert_int_equal(put(10, NULL), IR_OK);

    assert_int_equal(fake_uploads.n_commits, 1);
}

static void
test_a_commit_that_cannot_be_settled_is_ambiguous(void **state)
{
    (void)state;
    fake_uploads.commit = IR_E_TIMEOUT;

    assert_int_equal(put(10, NULL), IR_E_AMBIGUOUS);

    assert_int_equal(fake_uploads.n_commits, 2);
}

static void
test_a_commit_that_was_not_served_is_sent_again(void **state)
{
    struct ir_uploaded u;

    (void)state;
    fake_uploads.commit = IR_E_NETWORK;
    fake_uploads.commit_fails_once = 1;

    assert_int_equal(put(10, &u), IR_OK);

    assert_int_equal(fake_uploads.n_commits, 2);
    assert_int_equal(fake_uploads.n_versions, 1);
    assert_int_equal(u.level, IR_LEVEL_VERIFIED);
    assert_string_equal(u.document_id, "77");
}

static void
test_in_doubt_an_upload_ends_if_that_is_asked_for(void **state)
{
    (void)state;
    options.fail_in_doubt = 1;
    fake_uploads.commit = IR_E_NETWORK;

    assert_int_equal(put(10, NULL), IR_E_AMBIGUOUS);
    assert_int_equal(fake_uploads.n_commits, 1);

    fake_uploads_reset();
    fake_uploads.chunk_at = 1;
    fake_uploads.chunk = IR_E_NETWORK;
    fake_uploads.chunk_sent = 1;
    assert_int_equal(put(10, NULL), IR_E_AMBIGUOUS);
    assert_int_equal(fake_uploads.n_created, 1);
    assert_int_equal(fake_uploads.n_deleted, 1);
    assert_int_equal(fake_uploads.n_commits, 0);
}

/* Whatever stands in place of the answer. */
static void
test_of_a_chunk_only_a_refusal_leaves_no_doubt(void **state)
{
    static const struct {
        enum ir_status chunk;
        int http, sent;
        enum ir_status ends;
    } rows[] = {
        { IR_E_NETWORK, 0, 1, IR_E_AMBIGUOUS },
        { IR_E_TIMEOUT, 0, 1, IR_E_AMBIGUOUS },
        { IR_E_PROTOCOL, 0, 1, IR_E_AMBIGUOUS },
        { IR_E_SERVER, 500, 1, IR_E_AMBIGUOUS },
        { IR_E_NETWORK, 502, 1, IR_E_AMBIGUOUS },
        { IR_E_NETWORK, 504, 1, IR_E_AMBIGUOUS },
        { IR_E_SERVER, 200, 1, IR_OK }, /* by another handler */
        { IR_E_SERVER, 403, 1, IR_OK },
        { IR_E_MEMORY, 0, 1, IR_E_MEMORY },
        { IR_E_NETWORK, 0, 0, IR_OK },
    };

    (void)state;
    options.fail_in_doubt = 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fake_uploads_reset();
        fake_uploads.chunk_at = 1;
        fake_uploads.chunk = rows[i].chunk;
        fake_uploads.chunk_http = rows[i].http;
        fake_uploads.chunk_sent = rows[i].sent;

        if (put(10, NULL) != rows[i].ends)
            fail_msg("row %zu: %d", i, ir_client_error(client)->status);
    }
}

static void
test_the_same_bytes_as_before_are_settled_by_the_version(void **state)
{
    (void)state;
    put(10, NULL);
    fake_uploads.commit = IR_E_TIMEOUT;
    fake_uploads.commit_happens = 1;

    assert_int_equal(put(10, NULL), IR_OK);

    assert_int_equal(fake_uploads.n_commits, 2);
    assert_int_equal(fake_uploads.n_versions, 2);
}

static void
test_what_a_gateway_or_an_exception_says_of_a_commit_is_settled(void **state)
{
    static const struct {
        int http;
        enum ir_status commit;
        int happens;
        enum ir_status expected;
        int code;
    } cases[] = {
        { 504, IR_E_SERVER, 1, IR_OK, 0 },
        { 504, IR_E_SERVER, 0, IR_E_AMBIGUOUS, 0 },
        { 502, IR_E_SERVER, 0, IR_E_AMBIGUOUS, 0 },
        { 500, IR_E_SERVER, 1, IR_OK, 0 },
        { 500, IR_E_SERVER, 0, IR_E_SERVER, 0 },
        { 400, IR_E_PROTOCOL, 0, IR_E_PROTOCOL, 0 },
        { 404, IR_E_PROTOCOL, 0, IR_E_PROTOCOL, 0 },
        { 400, IR_E_PROTOCOL, 1, IR_OK, 0 },
        { 403, IR_E_DENIED, 1, IR_OK, 0 },
        { 413, IR_E_LIMIT, 1, IR_OK, 0 },
        { 302, IR_E_PROTOCOL, 1, IR_OK, 0 },
        { 204, IR_E_PROTOCOL, 1, IR_OK, 0 },
        { 408, IR_E_SERVER, 1, IR_OK, 0 },
        { 408, IR_E_SERVER, 0, IR_E_SERVER, 0 },
        { 200, IR_E_SERVER, 1, IR_OK, 5000 },
        { 200, IR_E_SERVER, 0, IR_E_SERVER, 5000 },
        { 200, IR_E_SERVER, 1, IR_OK, 0 },
        { 200, IR_E_SERVER, 0, IR_E_SERVER, 4230 },
        { 200, IR_E_PROTOCOL, 0, IR_E_AMBIGUOUS, 0 },
        { 200, IR_E_SERVER, 0, IR_E_SERVER, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fake_uploads_reset();
        fake_uploads.commit = cases[i].commit;
        fake_uploads.commit_http = cases[i].http;
        fake_uploads.commit_code = cases[i].code;
        fake_uploads.commit_happens = cases[i].happens;
        assert_int_equal(put(10, NULL), cases[i].expected);
        assert_int_equal(fake_uploads.n_commits,
            cases[i].expected == IR_E_AMBIGUOUS ? 2 : 1);
    }
}

static void
test_the_same_bytes_as_before_settle_nothing(void **state)
{
    (void)state;
    put(10, NULL);
    fake_uploads.commit = IR_E_TIMEOUT;

    assert_int_equal(put(10, NULL), IR_E_AMBIGUOUS);
}

/* Its checksum may have been that of before. */
static void
test_without_preflight_only_a_second_commit_settles(void **state)
{
    (void)state;
    put(10, NULL);
    options.skip_preflight = 1;
    fake_uploads.commit = IR_E_NETWORK;
    fake_uploads.commit_fails_once = 1;
    fake_uploads.n_commits = 0;
    assert_int_equal(put(10, NULL), IR_OK);
    assert_int_equal(fake_uploads.n_versions, 2);

    fake_uploads.commit = IR_E_NETWORK;
    fake_uploads.commit_fails_once = 0;
    fake_uploads.commit_happens = 1;
    assert_int_equal(put(10, NULL), IR_OK);
    assert_int_equal(fake_uploads.n_versions, 3);

    options.fail_in_doubt = 1;
    assert_int_equal(put(10, NULL), IR_E_AMBIGUOUS);
}

static void
test_what_cannot_be_committed_is_not_sent(void **state)
{
    (void)state;
    fake_uploads.no_folder = 1;
    assert_int_equal(put(10, NULL), IR_E_NOT_FOUND);
    fake_uploads_reset();
    fake_uploads.limit_bytes = 9;
    assert_int_equal(put(10, NULL), IR_E_LIMIT);
    fake_uploads_reset();
    fake_uploads.exists = 1;
    fake_uploads.checked_out_by = "other";
    assert_int_equal(put(10, NULL), IR_E_SERVER);
    fake_uploads.checked_out_by = NULL;
    options.new_only = 1;
    assert_int_equal(put(10, NULL), IR_E_SERVER);
    options.skip_preflight = 1;
    fake_uploads.commit_unfit = 1;
    assert_int_equal(put(10, NULL), IR_E_ARGUMENT);

    assert_int_equal(fake_uploads.n_created, 0);
}

static void
test_a_missing_folder_is_made_if_that_is_wanted(void **state)
{
    (void)state;
    fake_uploads.no_folder = 1;
    options.create_folders = 1;

    assert_int_equal(put(10, NULL), IR_OK);

    assert_int_equal(fake_uploads.n_folders, 1);
}

static void
test_a_folder_that_somebody_else_made_meanwhile_will_do(void **state)
{
    (void)state;
    fake_uploads.no_folder = 1;
    fake_uploads.folder_appears = 1;
    options.create_folders = 1;

    assert_int_equal(put(10, NULL), IR_OK);
}

static void
test_a_lock_is_released_whatever_happens(void **state)
{
    (void)state;
    options.lock = 1;
    fake_uploads.exists = 1;
    assert_int_equal(put(10, NULL), IR_OK);
    assert_int_equal(fake_uploads.n_locked, 0);

    fake_uploads.commit = IR_E_DENIED;
    assert_int_equal(put(10, NULL), IR_E_DENIED);
    assert_int_equal(fake_uploads.n_locked, 0);
}

static void
test_a_cancel_while_the_handler_is_deleted_does_not_leave_it(void **state)
{
    static const enum ir_status ends[] = { IR_E_CANCELLED, IR_E_TIMEOUT };

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        fake_uploads_reset();
        fake_uploads.first_delete = ends[i];

        assert_int_equal(put(10, NULL), IR_OK);

        assert_int_equal(fake_uploads.n_deleted, 2);
    }
}

/* By a run that was killed, for example. */
static void
test_a_lock_that_was_ours_before_is_released_by_a_commit(void **state)
{
    (void)state;
    options.lock = 1;
    fake_uploads.exists = 1;
    fake_uploads.checked_out_by = "demo";
    fake_uploads.n_locked = 1;
    fake_uploads.commit = IR_E_DENIED;
    assert_int_equal(put(10, NULL), IR_E_DENIED);
    assert_int_equal(fake_uploads.n_locked, 1);

    fake_uploads.commit = IR_OK;
    assert_int_equal(put(10, NULL), IR_OK);
    assert_int_equal(fake_uploads.n_locked, 0);
}

static void
test_what_is_stored_anyway_makes_no_success_of_a_refusal(void **state)
{
    (void)state;
    put(10, NULL);
    options.skip_preflight = 1;
    fake_uploads.commit = IR_E_DENIED;
    fake_uploads.commit_http = 403;

    assert_int_equal(put(10, NULL), IR_E_DENIED);
}

static void
note_warnings(void *ctx, enum ir_log_level level, const char *line)
{
    (void)line;
    *(int *)ctx += level == IR_LOG_WARNING;
}

static void
test_a_release_whose_reply_is_lost_is_asked_for_again(void **state)
{
    struct ir_options o = IR_OPTIONS_INIT;
    int n_warnings = 0;

    (void)state;
    ir_client_free(client);
    o.log = note_warnings;
    o.log_ctx = &n_warnings;
    ir_client_new("https://h/", &o, &client, NULL);
    ir_login(client, "demo", "secret");
    options.lock = 1;
    for (int happens = 0; happens <= 1; happens++) {
        fake_uploads_reset();
        fake_uploads.exists = 1;
        fake_uploads.n_unlocks_lost = 1;
        fake_uploads.unlock_happens = happens;

        assert_int_equal(put(10, NULL), IR_OK);

        assert_int_equal(fake_uploads.n_unlocks, 2);
        assert_int_equal(fake_uploads.n_locked, 0);
        assert_int_equal(n_warnings, 0);
    }
}

static void
test_a_lock_of_unknown_fate_is_released_without_a_word(void **state)
{
    static const int http[] = { 0, 200, 204, 302, 403, 404, 500, 503 };
    struct ir_options o = IR_OPTIONS_INIT;
    int n_warnings = 0;

    (void)state;
    ir_client_free(client);
    o.log = note_warnings;
    o.log_ctx = &n_warnings;
    ir_client_new("https://h/", &o, &client, NULL);
    ir_login(client, "demo", "secret");
    options.lock = 1;
    for (size_t i = 0; i < 2 * sizeof http / sizeof http[0]; i++) {
        fake_uploads_reset();
        fake_uploads.exists = 1;
        fake_uploads.lock = http[i / 2] == 0 ? IR_E_NETWORK : IR_E_SERVER;
        fake_uploads.lock_http = http[i / 2];
        fake_uploads.lock_happens = i % 2 == 1;

        assert_int_equal(put(10, NULL), fake_uploads.lock);

        assert_int_equal(fake_uploads.n_locked, 0);
        assert_int_equal(fake_uploads.n_unlocks, 1);
        assert_int_equal(n_warnings, 0);
    }
}

static void
test_a_release_that_is_refused_again_and_again_is_told(void **state)
{
    struct ir_options o = IR_OPTIONS_INIT;
    int n_warnings = 0;

    (void)state;
    ir_client_free(client);
    o.log = note_warnings;
    o.log_ctx = &n_warnings;
    ir_client_new("https://h/", &o, &client, NULL);
    ir_login(client, "demo", "secret");
    options.lock = 1;
    fake_uploads.exists = 1;
    fake_uploads.unlock_refused = 1;

    assert_int_equal(put(10, NULL), IR_OK);

    assert_int_equal(n_warnings, 1);
}

static void
test_a_release_is_not_asked_for_without_end(void **state)
{
    (void)state;
    options.lock = 1;
    options.n_retries = 3;
    fake_uploads.exists = 1;
    fake_uploads.n_unlocks_lost = 100;

    assert_int_equal(put(10, NULL), IR_OK);

    assert_int_equal(fake_uploads.n_unlocks, 4);
}

static void
test_the_options_choose_the_finalizer(void **state)
{
    (void)state;
    put(1, NULL);
    assert_string_equal(fake_uploads.finalizer, "plain");
    options.comment = "night sync";
    put(2, NULL);
    assert_string_equal(fake_uploads.finalizer, "comment");
    options.version = 2001003;
    put(3, NULL);
    assert_string_equal(fake_uploads.finalizer, "version");
    options.xml_parameters = "<xmlparameters/>";
    put(4, NULL);
    assert_string_equal(fake_uploads.finalizer, "parameters");
    fake_uploads_reset();
    options.new_only = 1;
    put(5, NULL);
    assert_string_equal(fake_uploads.finalizer, "new");
}

static void
test_the_ticket_is_proved_once_before_names_are_doubted(void **state)
{
    (void)state;

    put(10, NULL);
    put(11, NULL);

    assert_int_equal(fake_calls_count("check(t1)"), 1);
}

static int
stop(void *ctx, const struct ir_progress *p)
{
    (void)ctx;
    return p->event == IR_EVENT_PROGRESS;
}

static void
test_a_cancel_abandons_what_is_staged(void **state)
{
    (void)state;
    options.progress = stop;

    assert_int_equal(put(10, NULL), IR_E_CANCELLED);

    assert_int_equal(fake_uploads.n_commits, 0);
    assert_int_equal(fake_uploads.n_deleted, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_size_is_cut_into_whole_chunks_and_a_last),
        TEST(test_a_stream_of_unknown_length_is_cut_the_same_way),
        TEST(test_a_chunk_that_is_asked_for_again_is_stored_once),
        TEST(test_asking_again_for_ever_ends),
        TEST(test_chunks_shrink_until_the_requests_pass),
        TEST(test_chunks_shrink_to_256_kib_and_no_further),
        TEST(test_a_server_that_agrees_to_no_smaller_chunk_is_left_alone),
        TEST(test_a_stream_ends_at_the_limit_of_the_server),
        TEST(test_a_chunk_of_unknown_fate_is_never_sent_again),
        TEST(test_a_chunk_that_never_left_is_sent_again),
        TEST(test_a_stream_cannot_start_again),
        TEST(test_wrong_bytes_are_not_committed),
        TEST(test_what_is_stored_with_other_bytes_is_not_to_be_stored_again),
        TEST(test_a_lost_reply_to_the_commit_is_settled_by_the_checksum),
        TEST(test_a_commit_that_cannot_be_settled_is_ambiguous),
        TEST(test_a_commit_that_was_not_served_is_sent_again),
        TEST(test_in_doubt_an_upload_ends_if_that_is_asked_for),
        TEST(test_of_a_chunk_only_a_refusal_leaves_no_doubt),
        TEST(test_the_same_bytes_as_before_are_settled_by_the_version),
        TEST(test_what_a_gateway_or_an_exception_says_of_a_commit_is_settled),
        TEST(test_the_same_bytes_as_before_settle_nothing),
        TEST(test_without_preflight_only_a_second_commit_settles),
        TEST(test_what_cannot_be_committed_is_not_sent),
        TEST(test_a_missing_folder_is_made_if_that_is_wanted),
        TEST(test_a_folder_that_somebody_else_made_meanwhile_will_do),
        TEST(test_a_lock_is_released_whatever_happens),
        TEST(test_what_is_stored_anyway_makes_no_success_of_a_refusal),
        TEST(test_a_lock_of_unknown_fate_is_released_without_a_word),
        TEST(test_a_release_whose_reply_is_lost_is_asked_for_again),
        TEST(test_a_release_that_is_refused_again_and_again_is_told),
        TEST(test_a_release_is_not_asked_for_without_end),
        TEST(test_a_cancel_while_the_handler_is_deleted_does_not_leave_it),
        TEST(test_a_lock_that_was_ours_before_is_released_by_a_commit),
        TEST(test_the_options_choose_the_finalizer),
        TEST(test_the_ticket_is_proved_once_before_names_are_doubted),
        TEST(test_a_cancel_abandons_what_is_staged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
