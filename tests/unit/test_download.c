/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The public forms of a download: into memory, into a file, a chunk at a
 * time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_calls.h"
#include "folder.h"
#include "support.h"

static struct ir_client *client;

static void
check_bytes(const uint8_t *data, uint64_t offset, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        assert_int_equal(data[i], fake_calls_byte(offset + i));
}

/* ---- Memory ------------------------------------------------------------ */

static void
test_a_document_comes_into_memory(void **state)
{
    void *data;
    struct ir_result r;

    (void)state;
    fake_calls_script(NULL, 0);

    assert_int_equal(ir_download_memory(client, "/a", 10, NULL, &data, &r),
        IR_OK);

    assert_int_equal(r.size_bytes, 10);
    check_bytes(data, 0, 10);
    free(data);
}

static void
test_more_than_the_limit_is_refused_before_it_is_fetched(void **state)
{
    void *data = &client;

    (void)state;
    fake_calls_script(NULL, 0);

    assert_int_equal(ir_download_memory(client, "/a", 9, NULL, &data, NULL),
        IR_E_LIMIT);

    assert_null(data);
    assert_int_equal(fake_calls_count("chunk("), 0);
    assert_int_equal(fake_calls.n_open, 0);
    check_error("limit", ir_client_error(client), IR_E_LIMIT,
        "document of 10 bytes, at most 9 are wanted");
}

static void
test_an_empty_document_is_memory_all_the_same(void **state)
{
    void *data = NULL;

    (void)state;
    fake_calls_script(NULL, 0);
    fake_calls.size_bytes = 0;

    assert_int_equal(ir_download_memory(client, "/a", 0, NULL, &data, NULL),
        IR_OK);

    assert_non_null(data);
    free(data);
}

static void
test_a_failure_leaves_no_memory(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_CHUNK, IR_OK),
        STEP(FAKE_CHUNK, IR_E_DENIED) };
    void *data = &client;

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(ir_download_memory(client, "/a", 99, NULL, &data, NULL),
        IR_E_DENIED);

    assert_null(data);
}

static void
test_memory_is_fetched_anew_when_the_whole_is_wrong(void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_CHUNK, IR_OK, FAKE_STALE, 0, 0, 0 },
    };
    void *data;

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(ir_download_memory(client, "/a", 99, NULL, &data, NULL),
        IR_OK);

    check_bytes(data, 0, 10);
    free(data);
}

/* ---- File -------------------------------------------------------------- */

static void
test_a_document_replaces_a_file(void **state)
{
    uint8_t expected[10];

    (void)state;
    fake_calls_script(NULL, 0);
    folder_write("a", "something longer than that");
    for (uint64_t i = 0; i < 10; i++)
        expected[i] = fake_calls_byte(i);

    assert_int_equal(ir_download_file(client, "/a", "a", NULL, NULL), IR_OK);

    folder_check("a", expected, 10);
    folder_check_names("a ");
}

static void
test_a_failure_leaves_the_file_as_it_was(void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_CHUNK, IR_OK, FAKE_STALE, 0, 0, 0 },
        STEP(FAKE_HANDLER, IR_OK), STEP(FAKE_HANDLER, IR_E_NETWORK),
    };

    (void)state;
    for (size_t n = 0; n <= 1; n++) {
        fake_calls_script(steps + n, COUNT(steps) - n);
        if (n == 1)
            fake_calls_script(steps + 2, 1);
        folder_write("a", "old");
        assert_int_equal(ir_download_file(client, "/a", "a", NULL, NULL),
            IR_E_NETWORK);
        folder_check("a", "old", 3);
        folder_check_names("a ");
        assert_int_equal(fake_calls.n_open, 0);
    }
}

static void
test_a_target_that_cannot_be_is_found_before_any_call(void **state)
{
    (void)state;
    fake_calls_script(NULL, 0);

    assert_int_equal(ir_download_file(client, "/a", NULL, NULL, NULL),
        IR_E_ARGUMENT);
    assert_int_equal(ir_download_file(client, "/a", "d/", NULL, NULL),
        IR_E_ARGUMENT);
    assert_int_equal(ir_download_file(client, "/a", "none/a", NULL, NULL),
        IR_E_IO);

    assert_string_equal(fake_calls.trace, "");
}

static void
test_an_existing_file_is_kept_when_asked(void **state)
{
    struct ir_download_options o = IR_DOWNLOAD_OPTIONS_INIT;

    (void)state;
    fake_calls_script(NULL, 0);
    folder_write("a", "old");
    o.keep_existing = 1;

    assert_int_equal(ir_download_file(client, "/a", "a", &o, NULL), IR_E_IO);

    assert_string_equal(fake_calls.trace, "");
    folder_check("a", "old", 3);
}

/* ---- A chunk at a time ------------------------------------------------- */

static void
test_chunks_come_one_by_one_as_they_would_at_once(void **state)
{
    struct ir_download *d;
    struct ir_chunk chunk;
    uint64_t done = 0;

    (void)state;
    fake_calls_script(NULL, 0);
    assert_int_equal(ir_download_open(client, "/a", NULL, &d), IR_OK);
    assert_int_equal(ir_download_document(d)->size_bytes, 10);
    assert_string_equal(ir_download_document(d)->name, "pump.dwg");

    while (ir_download_next(d, &chunk) == 1) {
        assert_true(chunk.offset == done);
        check_bytes(chunk.data, done, chunk.length);
        done += chunk.length;
    }
    assert_int_equal(ir_client_error(client)->status, IR_OK);
    ir_download_close(d);

    assert_int_equal(done, 10);
    assert_string_equal(fake_calls.trace, "handler(t,/a,0,4194304) "
        "chunk(t,D,0+4) chunk(t,D,4+4) chunk(t,D,8+2) delete(t,D,h1) "
        "grace(0) ");
}

static void
test_a_complete_download_stays_complete(void **state)
{
    struct ir_download *d;
    struct ir_chunk chunk;

    (void)state;
    fake_calls_script(NULL, 0);
    fake_calls.size_bytes = 0;
    assert_int_equal(ir_download_open(client, "/a", NULL, &d), IR_OK);

    for (int i = 0; i < 3; i++)
        assert_int_equal(ir_download_next(d, &chunk), 0);

    ir_download_close(d);
    assert_int_equal(fake_calls.n_open, 0);
}

static void
test_a_download_may_be_closed_at_any_time(void **state)
{
    (void)state;

    for (int n = 0; n <= 4; n++) {
        struct ir_download *d;
        struct ir_chunk chunk;

        fake_calls_script(NULL, 0);
        assert_int_equal(ir_download_open(client, "/a", NULL, &d), IR_OK);
        for (int i = 0; i < n; i++)
            ir_download_next(d, &chunk);
        ir_download_close(d);
        assert_int_equal(fake_calls.n_open, 0);
    }
    ir_download_close(NULL);
}

static void
test_a_wrong_whole_is_found_at_the_end(void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_CHUNK, IR_OK, FAKE_STALE, 0, 0, 0 },
    };
    struct ir_download *d;
    struct ir_chunk chunk;

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    ir_download_open(client, "/a", NULL, &d);
    for (int i = 0; i < 3; i++)
        assert_int_equal(ir_download_next(d, &chunk), 1);

    assert_int_equal(ir_download_next(d, &chunk), -1);

    check_error("whole", ir_client_error(client), IR_E_CORRUPT, "CRC");
    ir_download_close(d);
    assert_int_equal(ir_client_error(client)->status, IR_E_CORRUPT);
}

static void
test_a_download_that_does_not_open_is_null_and_released(void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_HANDLER, IR_E_PROTOCOL, FAKE_GOOD, 0, 1, 0 },
    };
    struct ir_download *d = (struct ir_download *)&client;

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(ir_download_open(client, "/a", NULL, &d), IR_E_PROTOCOL);

    assert_null(d);
    assert_int_equal(fake_calls.n_open, 0);
}

static void
test_a_failure_of_a_step_is_final(void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_CHUNK, IR_E_DENIED, FAKE_GOOD, 1, 0, 0 },
    };
    struct ir_download *d;
    struct ir_chunk chunk;

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    ir_download_open(client, "/a", NULL, &d);
    assert_int_equal(ir_download_next(d, &chunk), -1);

    assert_int_equal(ir_download_next(d, &chunk), -1);

    assert_int_equal(ir_client_error(client)->status, IR_E_DENIED);
    ir_download_close(d);
}

static void
test_a_sink_is_needed(void **state)
{
    struct ir_sink nothing = { 0 };

    (void)state;
    fake_calls_script(NULL, 0);
    assert_int_equal(ir_download_sink(client, "/a", NULL, NULL, NULL),
        IR_E_ARGUMENT);
    assert_int_equal(ir_download_sink(client, "/a", &nothing, NULL, NULL),
        IR_E_ARGUMENT);
}

static void
test_every_step_has_a_deadline_of_its_own(void **state)
{
    struct ir_download *d;
    struct ir_chunk chunk;
    size_t n;

    (void)state;
    fake_calls_script(NULL, 0);
    ir_download_open(client, "/a", NULL, &d);
    n = fake_calls.n_begins;
    ir_download_next(d, &chunk);
    assert_int_equal(fake_calls.n_begins, n + 1);

    ir_download_close(d);

    assert_int_equal(fake_calls.n_begins, n + 2);
}

/* ---- One operation each ------------------------------------------------ */

static void
test_a_handler_is_read_by_hand(void **state)
{
    const struct ir_sink sink = { NULL, NULL, 1 };
    struct ir_handler h;
    struct ir_chunk chunk;

    (void)state;
    fake_calls_script(NULL, 0);
    assert_int_equal(ir_handler_begin(client, "/a", 0, 4, &h), IR_OK);
    assert_string_equal(h.id, "h1");

    assert_int_equal(ir_handler_read(client, h.id, 0, 0, &sink, &chunk),
        IR_E_ARGUMENT);
    assert_int_equal(ir_handler_read(client, h.id, 0,
        (uint64_t)INT32_MAX + 1, &sink, &chunk), IR_E_ARGUMENT);
    assert_int_equal(ir_handler_read(client, h.id, UINT64_MAX, 1, &sink,
        &chunk), IR_E_ARGUMENT);
    assert_int_equal(ir_handler_read(client, h.id, INT64_MAX, 1, &sink,
        &chunk), IR_E_ARGUMENT);

    assert_int_equal(ir_handler_end(client, h.id), IR_OK);
    assert_int_equal(fake_calls_count("chunk("), 0);
}

static int
set_up(void **state)
{
    struct ir_options o = IR_OPTIONS_INIT;

    o.spelling = IR_SPELLING_DOCUMENTED;
    return folder_set_up(state)
        || ir_client_new("https://h/", &o, &client, NULL) != IR_OK
        || ir_set_ticket(client, "t") != IR_OK;
}

static int
tear_down(void **state)
{
    ir_client_free(client);
    return folder_tear_down(state);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_document_comes_into_memory),
        TEST(test_more_than_the_limit_is_refused_before_it_is_fetched),
        TEST(test_an_empty_document_is_memory_all_the_same),
        TEST(test_a_failure_leaves_no_memory),
        TEST(test_memory_is_fetched_anew_when_the_whole_is_wrong),
        TEST(test_a_document_replaces_a_file),
        TEST(test_a_failure_leaves_the_file_as_it_was),
        TEST(test_a_target_that_cannot_be_is_found_before_any_call),
        TEST(test_an_existing_file_is_kept_when_asked),
        TEST(test_chunks_come_one_by_one_as_they_would_at_once),
        TEST(test_a_complete_download_stays_complete),
        TEST(test_a_download_may_be_closed_at_any_time),
        TEST(test_a_wrong_whole_is_found_at_the_end),
        TEST(test_a_download_that_does_not_open_is_null_and_released),
        TEST(test_every_step_has_a_deadline_of_its_own),
        TEST(test_a_failure_of_a_step_is_final),
        TEST(test_a_sink_is_needed),
        TEST(test_a_handler_is_read_by_hand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
