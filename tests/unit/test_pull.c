/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Downloads step by step: the handler is released on every path, and a sink
 * that cannot take bytes back sees only verified ones. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_calls.h"
#include "support.h"

static struct ir_client *client;

/* A sink's view of a download. */
struct store {
    uint8_t data[64];
    uint64_t end;       /* of the highest byte written */
    int n_writes;
    int failing_write;  /* number of the one that fails, from 1; 0: none */
    int fail_errno;
    int in_order;
};

static struct store store;

static int
put(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct store *s = ctx;

    errno = s->fail_errno;
    if (++s->n_writes == s->failing_write)
        return -1;
    s->in_order &= offset == s->end;
    assert_true(offset + n <= sizeof s->data);
    memcpy(s->data + offset, data, n);
    if (offset + n > s->end)
        s->end = offset + n;
    return 0;
}

static enum ir_status
download(int rewritable, const struct ir_download_options *o,
    struct ir_result *r)
{
    const struct ir_sink sink = { put, &store, rewritable };
    int failing = store.failing_write;
    int fail_errno = store.fail_errno;

    memset(&store, 0, sizeof store);
    store.failing_write = failing;
    store.fail_errno = fail_errno;
    store.in_order = 1;
    return ir_download_sink(client, "/a", &sink, o, r);
}

/* The sink holds the document, and the server no handler. */
static void
check_complete(void)
{
    assert_int_equal(ir_client_error(client)->status, IR_OK);
    assert_true(store.end == fake_calls.size_bytes);
    for (uint64_t i = 0; i < store.end; i++)
        assert_int_equal(store.data[i], fake_calls_byte(i));
    assert_int_equal(fake_calls.n_open, 0);
}

static void
test_a_document_is_read_chunk_by_chunk_and_released(void **state)
{
    struct ir_result r;

    (void)state;
    fake_calls_script(NULL, 0);

    assert_int_equal(download(1, NULL, &r), IR_OK);

    assert_string_equal(fake_calls.trace, "handler(t,/a,0,4194304) "
        "chunk(t,D,0+4) chunk(t,D,4+4) chunk(t,D,8+2) delete(t,D,h1) "
        "grace(0) ");
    check_complete();
}

static void
test_the_result_tells_what_arrived(void **state)
{
    struct ir_result r;

    (void)state;
    fake_calls_script(NULL, 0);

    download(0, NULL, &r);

    assert_int_equal(r.size_bytes, 10);
    assert_int_equal(r.crc32, fake_calls_crc32());
    assert_int_equal(r.level, IR_LEVEL_VERIFIED);
    assert_int_equal(r.n_chunks, 3);
    assert_int_equal(r.n_retries, 0);
    assert_int_equal(r.version, 1000001);
    assert_string_equal(r.name, "pump.dwg");
    assert_string_equal(r.content_type, "pump.dwg");
    assert_string_equal(r.modified, "pump.dwg");
}

static void
test_every_size_arrives_whole_in_either_kind_of_sink(void **state)
{
    (void)state;

    for (uint64_t size = 0; size <= 20; size++)
        for (uint64_t chunk = 1; chunk <= 21; chunk++)
            for (int rewritable = 0; rewritable <= 1; rewritable++) {
                fake_calls_script(NULL, 0);
                fake_calls.size_bytes = size;
                fake_calls.chunk_bytes = chunk;
                download(rewritable, NULL, NULL);
                check_complete();
                assert_true(store.in_order);
                assert_int_equal(fake_calls_count("chunk("),
                    (size + chunk - 1) / chunk);
            }
}

static void
test_an_empty_document_needs_no_chunk_call(void **state)
{
    struct ir_result r;

    (void)state;
    fake_calls_script(NULL, 0);
    fake_calls.size_bytes = 0;

    assert_int_equal(download(0, NULL, &r), IR_OK);

    assert_int_equal(fake_calls_count("chunk("), 0);
    assert_int_equal(fake_calls_count("delete("), 1);
    assert_int_equal(store.n_writes, 0);
    assert_int_equal(r.level, IR_LEVEL_VERIFIED);
}

static void
test_without_a_crc_of_the_whole_the_chunks_are_what_is_proved(void **state)
{
    struct ir_result r;

    (void)state;
    fake_calls_script(NULL, 0);
    fake_calls.no_crc = 1;

    assert_int_equal(download(0, NULL, &r), IR_OK);

    assert_int_equal(r.level, IR_LEVEL_CHUNK_VERIFIED);
}

static void
test_wishes_are_passed_on(void **state)
{
    struct ir_download_options o = IR_DOWNLOAD_OPTIONS_INIT;

    (void)state;
    fake_calls_script(NULL, 0);
    o.version = 1000002;
    o.chunk_bytes = 262144;

    download(1, &o, NULL);

    assert_int_equal(fake_calls_count("handler(t,/a,1000002,262144)"), 1);
}

static void
test_options_out_of_range_are_refused_before_any_call(void **state)
{
    const struct ir_download_options o = IR_DOWNLOAD_OPTIONS_INIT;
    struct ir_download_options bad[5] = { o, o, o, o, o };

    (void)state;
    bad[0].n_retries = -2;
    bad[1].retry_delay_ms = -1;
    bad[2].version = -1;
    bad[3].chunk_bytes = (uint64_t)INT32_MAX + 1;
    bad[4].size = 0;
    fake_calls_script(NULL, 0);

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(download(1, &bad[i], NULL), IR_E_ARGUMENT);

    assert_string_equal(fake_calls.trace, "");
}

/* ---- Sinks ------------------------------------------------------------- */

static void
test_a_sink_that_cannot_rewrite_sees_verified_chunks_in_order(void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_CHUNK, IR_E_CORRUPT, FAKE_TORN, 0, 0, 0 },
        { FAKE_CHUNK, IR_OK, FAKE_SHORT, 0, 0, 0 },
        { FAKE_CHUNK, IR_E_NETWORK, FAKE_TORN, 0, 0, 0 },
        { FAKE_CHUNK, IR_E_CORRUPT, FAKE_TORN, 0, 0, 0 },
    };

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(download(0, NULL, NULL), IR_OK);

    check_complete();
    assert_true(store.in_order);
    assert_int_equal(store.n_writes, 4); /* of 1, 4, 4 and 1 bytes */
}

static void
test_a_sink_that_can_rewrite_gets_blocks_as_they_come(void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_CHUNK, IR_E_CORRUPT, FAKE_TORN, 0, 0, 0 },
    };

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(download(1, NULL, NULL), IR_OK);

    check_complete();
    assert_false(store.in_order);
    assert_int_equal(store.n_writes, 6); /* blocks of 2 bytes, one twice */
}

static void
test_a_sink_that_says_why_is_a_local_failure(void **state)
{
    (void)state;

    for (int rewritable = 0; rewritable <= 1; rewritable++) {
        fake_calls_script(NULL, 0);
        store.failing_write = 2;
        store.fail_errno = ENOSPC;
        assert_int_equal(download(rewritable, NULL, NULL), IR_E_IO);
        assert_int_equal(ir_client_error(client)->sys_errno, ENOSPC);
        assert_int_equal(fake_calls.n_open, 0);
        assert_int_equal(store.n_writes, 2);
    }
}

static void
test_a_sink_that_does_not_say_why_cancels(void **state)
{
    (void)state;

    for (int rewritable = 0; rewritable <= 1; rewritable++) {
        fake_calls_script(NULL, 0);
        store.failing_write = 2;
        store.fail_errno = 0;
        assert_int_equal(download(rewritable, NULL, NULL), IR_E_CANCELLED);
        assert_int_equal(fake_calls.n_open, 0);
        assert_int_equal(store.n_writes, 2);
    }
}

/* ---- The handler ------------------------------------------------------- */

static const struct fake_step failures[] = {
    { FAKE_HANDLER, IR_E_PROTOCOL, FAKE_GOOD, 0, 1, 0 },
    { FAKE_CHUNK, IR_E_NOT_FOUND, FAKE_GOOD, 0, 0, 0 },
    { FAKE_CHUNK, IR_E_DENIED, FAKE_GOOD, 0, 0, 0 },
    { FAKE_CHUNK, IR_E_AUTH, FAKE_GOOD, 0, 0, 0 },
    { FAKE_CHUNK, IR_E_PROTOCOL, FAKE_GOOD, 0, 0, 0 },
    { FAKE_CHUNK, IR_E_LIMIT, FAKE_GOOD, 0, 0, 0 },
    { FAKE_CHUNK, IR_E_TLS, FAKE_GOOD, 0, 0, 0 },
    { FAKE_CHUNK, IR_E_CANCELLED, FAKE_GOOD, 0, 0, 0 },
    { FAKE_CHUNK, IR_E_MEMORY, FAKE_GOOD, 0, 0, 0 },
    { FAKE_CHUNK, IR_E_SERVER, FAKE_GOOD, 0, 0, 0 },
    { FAKE_CHUNK, IR_E_NETWORK, FAKE_TORN, 0, 0, 0 },
    { FAKE_CHUNK, IR_E_TIMEOUT, FAKE_TORN, 0, 0, 0 },
    { FAKE_CHUNK, IR_OK, FAKE_OTHER, 0, 0, 0 },
};

static void
test_the_handler_is_released_after_every_failure(void **state)
{
    struct ir_download_options o = IR_DOWNLOAD_OPTIONS_INIT;

    (void)state;
    o.n_retries = -1;
    for (size_t i = 0; i < COUNT(failures); i++)
        for (int rewritable = 0; rewritable <= 1; rewritable++) {
            enum ir_status st = failures[i].status == IR_OK
                ? IR_E_CHANGED : failures[i].status;

            fake_calls_script(&failures[i], 1);
            assert_int_equal(download(rewritable, &o, NULL), st);
            assert_int_equal(fake_calls.n_open, 0);
            assert_int_equal(fake_calls_count("handler("), 1);
            assert_non_null(strstr(fake_calls.trace,
                "grace(750) delete(t,D,h1) grace(0) "));
        }
}

static void
test_a_refused_handler_is_not_released(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_HANDLER, IR_E_NOT_FOUND),
    };

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(download(1, NULL, NULL), IR_E_NOT_FOUND);

    assert_string_equal(fake_calls.trace, "handler(t,/a,0,4194304) ");
}

static void
test_a_release_that_fails_is_a_warning(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_DELETE, IR_E_NETWORK), STEP(FAKE_DELETE, IR_E_NETWORK),
    };
    struct ir_result r;

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(download(1, NULL, &r), IR_OK);

    assert_int_equal(ir_client_error(client)->status, IR_OK);
    assert_int_equal(r.level, IR_LEVEL_VERIFIED);
}

static void
test_a_release_that_breaks_off_is_asked_for_once_more(void **state)
{
    static const enum ir_status ends[] = { IR_E_NETWORK, IR_E_TIMEOUT,
        IR_E_CANCELLED };

    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++) {
        const struct fake_step steps[] = { STEP(FAKE_DELETE, ends[i]) };

        fake_calls_script(steps, COUNT(steps));

        assert_int_equal(download(1, NULL, NULL), IR_OK);

        assert_int_equal(fake_calls_count("delete("), 2);
        assert_int_equal(fake_calls.n_open, 0);
    }
}

static void
test_the_error_that_ended_it_is_reported_though_the_release_fails(
    void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_CHUNK, IR_E_DENIED), STEP(FAKE_DELETE, IR_E_NETWORK),
    };

    (void)state;
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(download(1, NULL, NULL), IR_E_DENIED);

    check_error("first", ir_client_error(client), IR_E_DENIED, "refusal 1");
}

static void
test_a_failed_download_proves_nothing(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_CHUNK, IR_E_DENIED) };
    struct ir_result r;

    (void)state;
    memset(&r, 0xEE, sizeof r);
    fake_calls_script(steps, COUNT(steps));

    assert_int_equal(download(1, NULL, &r), IR_E_DENIED);

    assert_int_equal(r.level, IR_LEVEL_NONE);
}

/* ---- Far offsets ------------------------------------------------------- */

static int
stop(void *ctx, const struct ir_progress *p)
{
    (void)ctx;
    return p->event == IR_EVENT_START;
}

static void
test_the_end_of_a_large_document_is_tried_first(void **state)
{
    struct ir_download_options o = IR_DOWNLOAD_OPTIONS_INIT;

    (void)state;
    o.progress = stop;
    fake_calls_script(NULL, 0);
    fake_calls.size_bytes = 2147483649;
    assert_int_equal(download(1, &o, NULL), IR_E_CANCELLED);
    assert_int_equal(fake_calls_count("chunk(t,D,2147483648+1)"), 1);

    fake_calls_script(NULL, 0);
    fake_calls.size_bytes = 2147483648;
    assert_int_equal(download(1, &o, NULL), IR_E_CANCELLED);
    assert_int_equal(fake_calls_count("chunk("), 0);
    assert_int_equal(store.n_writes, 0);
}

static void
test_a_server_that_reads_no_further_is_a_limit(void **state)
{
    static const enum ir_status refusals[] = { IR_E_SERVER, IR_E_PROTOCOL,
        IR_E_NOT_FOUND };

    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const struct fake_step steps[] = {
            { FAKE_CHUNK, refusals[i], FAKE_GOOD, 1, 0, 0 },
        };

        fake_calls_script(steps, COUNT(steps));
        fake_calls.size_bytes = 4294967296;
        assert_int_equal(download(1, NULL, NULL), IR_E_LIMIT);
        check_error("limit", ir_client_error(client), IR_E_LIMIT,
            "document of 4294967296 bytes: this server reads nothing behind "
            "byte 2147483647 (refusal 1)");
        assert_false(ir_client_error(client)->retryable);
        assert_int_equal(fake_calls.n_open, 0);
    }
}

static int
set_up(void **state)
{
    struct ir_options o = IR_OPTIONS_INIT;

    (void)state;
    o.spelling = IR_SPELLING_DOCUMENTED;
    memset(&store, 0, sizeof store);
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
        TEST(test_a_document_is_read_chunk_by_chunk_and_released),
        TEST(test_the_result_tells_what_arrived),
        TEST(test_every_size_arrives_whole_in_either_kind_of_sink),
        TEST(test_an_empty_document_needs_no_chunk_call),
        TEST(test_without_a_crc_of_the_whole_the_chunks_are_what_is_proved),
        TEST(test_wishes_are_passed_on),
        TEST(test_options_out_of_range_are_refused_before_any_call),
        TEST(test_a_sink_that_cannot_rewrite_sees_verified_chunks_in_order),
        TEST(test_a_sink_that_can_rewrite_gets_blocks_as_they_come),
        TEST(test_a_sink_that_says_why_is_a_local_failure),
        TEST(test_a_sink_that_does_not_say_why_cancels),
        TEST(test_the_handler_is_released_after_every_failure),
        TEST(test_a_refused_handler_is_not_released),
        TEST(test_a_release_that_fails_is_a_warning),
        TEST(test_a_release_that_breaks_off_is_asked_for_once_more),
        TEST(test_the_error_that_ended_it_is_reported_though_the_release_fails),
        TEST(test_a_failed_download_proves_nothing),
        TEST(test_the_end_of_a_large_document_is_tried_first),
        TEST(test_a_server_that_reads_no_further_is_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
