/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * An archive is complete and sound under its name, or there is none; what the
 * server left out is told; no handler stays behind. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <zip.h>

#include "fake_calls.h"
#include "fake_lists.h"
#include "fake_uploads.h"
#include "folder.h"
#include "support.h"

#define ONE_CHUNK 33554432

static struct ir_client *client;
static struct ir_zip_options options;
static const char *const paths[] = { "/Lib/a", "/Lib/F", "~D7" };


/* A sound archive of two files and a folder, and its bytes. */
static uint8_t sound[4096];
static size_t sound_bytes;

static void
add(zip_t *archive, const char *name, const char *text)
{
    zip_source_t *source = zip_source_buffer(archive, text, strlen(text), 0);

    assert_true(zip_file_add(archive, name, source, ZIP_FL_ENC_UTF_8) >= 0);
}

static int
pack(void **state)
{
    zip_t *archive;
    FILE *f;

    if (folder_set_up(state) != 0)
        return -1;
    archive = zip_open("sound", ZIP_CREATE | ZIP_EXCL, NULL);
    assert_non_null(archive);
    add(archive, "a.txt", "the first one");
    assert_true(zip_dir_add(archive, "F", ZIP_FL_ENC_UTF_8) >= 0);
    add(archive, "F/b.txt", "the second one");
    assert_int_equal(zip_close(archive), 0);
    f = fopen("sound", "r");
    assert_non_null(f);
    sound_bytes = fread(sound, 1, sizeof sound, f);
    fclose(f);
    return folder_tear_down(state);
}

/* ---- What is told ------------------------------------------------------ */

struct told {
    char skipped[500];
    char events[500]; /* event:done/total of each */
    int ends;         /* 1: the caller ends it at the first bytes */
};

static struct told told;

static void
hear_skipped(void *ctx, const char *item, const char *why)
{
    struct told *t = ctx;
    size_t n = strlen(t->skipped);

    snprintf(t->skipped + n, sizeof t->skipped - n, "%s: %s. ", item, why);
}

static int
hear(void *ctx, const struct ir_progress *p)
{
    struct told *t = ctx;
    size_t n = strlen(t->events);

    snprintf(t->events + n, sizeof t->events - n, "%c:%d/%d ",
        "SPRWV"[p->event], (int)p->done_bytes, (int)p->total_bytes);
    return t->ends && p->event == IR_EVENT_PROGRESS;
}

/* ---- Where it goes ----------------------------------------------------- */

struct got {
    uint8_t bytes[64];
    uint64_t n;
    size_t n_writes;
    size_t largest;
};

static struct got got;

static int
take(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct got *g = ctx;

    assert_true(offset == g->n && n <= sizeof g->bytes - g->n);
    memcpy(g->bytes + offset, data, n);
    g->n += n;
    g->n_writes++;
    if (n > g->largest)
        g->largest = n;
    return 0;
}

static const struct ir_sink once = { take, &got, 0 };

static int
drop(void *ctx, uint64_t offset, const void *data, size_t n)
{
    (void)ctx;
    (void)offset;
    (void)data;
    (void)n;
    return 0;
}

static const struct ir_sink nowhere = { drop, NULL, 1 };

static enum ir_status
to_sink(struct ir_archive *a)
{
    return ir_zip_sink(client, paths, COUNT(paths), &once, &options, a);
}

static enum ir_status
to_file(struct ir_archive *a)
{
    return ir_zip_file(client, paths, COUNT(paths), "a.zip", &options, a);
}

/* The server has this archive to give. */
static void
serve(const uint8_t *bytes, size_t n)
{
    fake_calls.bytes = bytes;
    fake_calls.size_bytes = n;
}

static void
script(const struct fake_step *steps, size_t n)
{
    fake_calls_script(steps, n);
    serve(sound, sound_bytes);
}

static void
check_nothing_is_left(const char *names)
{
    assert_int_equal(fake_calls.n_open, 0);
    folder_check_names(names);
}

/* ---- Paths ------------------------------------------------------------- */

static void
test_paths_are_joined_by_bars(void **state)
{
    (void)state;

    assert_int_equal(to_file(NULL), IR_OK);

    assert_string_equal(fake_lists.trace, "zip(t,D,/Lib/a|/Lib/F|~D7) ");
    assert_false(fake_lists.partial);
}

static void
test_one_path_has_no_bar(void **state)
{
    (void)state;

    assert_int_equal(ir_zip_file(client, paths, 1, "a.zip", NULL, NULL),
        IR_OK);

    assert_string_equal(fake_lists.trace, "zip(t,D,/Lib/a) ");
}

static void
test_many_paths_are_all_joined(void **state)
{
    const char *many[200];

    (void)state;
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = "~D40817";

    assert_int_equal(ir_zip_sink(client, many, COUNT(many), &nowhere, &options,
        NULL), IR_OK);

    assert_int_equal(strlen(fake_lists.trace),
        strlen("zip(t,D,) ") + COUNT(many) * strlen("~D40817|") - 1);
}

static void
test_a_path_that_cannot_be_asked_for_is_refused_before_any_call(void **state)
{
    static const struct {
        const char *paths[3];
        size_t n;
        const char *why;
    } rows[] = {
        { { "/Lib/a|b" }, 1, "no vertical bar" },
        { { "/Lib/a", "|" }, 2, "no vertical bar" },
        { { "" }, 1, "path is empty" },
        { { "/Lib/a", "/Lib/b", "" }, 3, "path is empty" },
        { { "/Lib/a", NULL, "/Lib/b" }, 3, "path is empty" },
        { { NULL }, 0, "no path is named" },
    };

    (void)state;
    folder_write("a.zip", "old");
    for (size_t i = 0; i < COUNT(rows); i++) {
        ir_zip_sink(client, rows[i].paths, rows[i].n, &once, &options, NULL);
        check_error("sink", ir_client_error(client), IR_E_ARGUMENT,
            rows[i].why);
        ir_zip_file(client, rows[i].paths, rows[i].n, "a.zip", &options, NULL);
        check_error("file", ir_client_error(client), IR_E_ARGUMENT,
            rows[i].why);
    }
    assert_string_equal(fake_lists.trace, "");
    assert_string_equal(fake_calls.trace, "");
    assert_int_equal(fake_uploads.n_looks, 0);
    folder_check("a.zip", "old", 3);
}

/* ---- What is not there ------------------------------------------------- */

static void
test_a_path_that_is_missing_is_found_before_it_is_packed(void **state)
{
    (void)state;
    fake_uploads.missing = "/Lib/F";

    assert_int_equal(to_file(NULL), IR_E_NOT_FOUND);

    check_error("missing", ir_client_error(client), IR_E_NOT_FOUND, "/Lib/F");
    assert_string_equal(fake_lists.trace, "");
    check_nothing_is_left("");
}

static void
test_a_folder_is_as_good_as_a_document(void **state)
{
    (void)state;
    fake_uploads.exists = 0;

    assert_int_equal(to_file(NULL), IR_OK);

    assert_int_equal(fake_uploads.n_looks, 2);
}

static void
test_an_id_is_left_to_the_server(void **state)
{
    static const char *const ids[] = { "~D7", "~F3" };

    (void)state;
    fake_uploads.exists = 0;
    fake_uploads.no_folder = 1;

    assert_int_equal(ir_zip_file(client, ids, 2, "a.zip", &options, NULL),
        IR_OK);

    assert_int_equal(fake_uploads.n_looks, 0);
}

static void
test_a_partial_archive_is_asked_for_without_looking(void **state)
{
    struct ir_archive a;

    (void)state;
    fake_uploads.missing = "/Lib/F";
    fake_lists.n_skipped = 2;
    options.partial = 1;

    assert_int_equal(to_file(&a), IR_OK);

    assert_int_equal(fake_uploads.n_looks, 0);
    assert_true(fake_lists.partial);
    assert_int_equal(a.n_skipped, 2);
    assert_string_equal(told.skipped,
        "/Lib/gone0: not found. /Lib/gone1: not found. ");
    check_nothing_is_left("a.zip ");
}

static void
test_nobody_has_to_hear_what_is_left_out(void **state)
{
    struct ir_archive a;

    (void)state;
    fake_lists.n_skipped = 3;
    options.partial = 1;
    options.skipped = NULL;

    assert_int_equal(to_file(&a), IR_OK);

    assert_int_equal(a.n_skipped, 3);
}

static void
test_what_is_left_out_makes_a_complete_archive_fail(void **state)
{
    struct ir_archive a;

    (void)state;
    for (size_t n = 1; n <= 2; n++) {
        fake_lists.n_skipped = n;
        told = (struct told){ .ends = 0 };
        assert_int_equal(to_file(&a), IR_E_NOT_FOUND);

        check_error("skipped", ir_client_error(client), IR_E_NOT_FOUND,
            n == 1 ? "left out /Lib/gone0: not found"
                   : "left out /Lib/gone0: not found, and more");
        assert_int_equal(fake_calls_count("chunk("), 0);
        assert_int_equal(fake_calls_count("delete("), n);
        assert_int_equal(a.n_skipped, n);
        assert_int_equal(a.level, IR_LEVEL_NONE);
        assert_non_null(strstr(told.skipped, "/Lib/gone0: not found. "));
        check_nothing_is_left("");
    }
}

static void
test_what_is_left_out_is_told_also_before_a_refusal(void **state)
{
    (void)state;
    fake_lists.n_skipped = 1;
    fake_lists.zip = IR_E_SERVER;

    assert_int_equal(to_file(NULL), IR_E_SERVER);

    assert_string_equal(told.skipped, "/Lib/gone0: not found. ");
    check_nothing_is_left("");
}

/* ---- Transfer ---------------------------------------------------------- */

static void
test_a_file_is_complete_and_verified(void **state)
{
    struct ir_archive a;

    (void)state;
    folder_write("a.zip", "old");

    assert_int_equal(to_file(&a), IR_OK);

    folder_check("a.zip", sound, sound_bytes);
    assert_int_equal(a.level, IR_LEVEL_VERIFIED);
    assert_int_equal(a.n_files, 2);
    assert_int_equal(a.size_bytes, sound_bytes);
    assert_int_equal(a.crc32, fake_calls_crc32());
    assert_int_equal(a.n_chunks, (sound_bytes + 63) / 64);
    assert_int_equal(a.n_retries, 0);
    assert_int_equal(a.n_skipped, 0);
    check_nothing_is_left("a.zip ");
}

static void
test_a_sink_gets_verified_chunks(void **state)
{
    struct ir_archive a;

    (void)state;
    serve(NULL, 10);
    options.chunk_bytes = 4;

    assert_int_equal(to_sink(&a), IR_OK);

    assert_int_equal(a.level, IR_LEVEL_CHUNK_VERIFIED);
    assert_int_equal(a.size_bytes, 10);
    assert_int_equal(a.crc32, fake_calls_crc32());
    assert_int_equal(a.n_chunks, 3);
    assert_int_equal(got.n, 10);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(got.bytes[i], fake_calls_byte(i));
    assert_int_equal(fake_calls.n_open, 0);
}

static void
test_the_size_is_learnt_from_the_first_chunk(void **state)
{
    (void)state;
    serve(NULL, 10);
    options.chunk_bytes = 4;

    assert_int_equal(to_sink(NULL), IR_OK);

    assert_string_equal(told.events,
        "S:0/0 P:4/10 P:8/10 P:10/10 V:10/10 ");
    assert_string_equal(fake_calls.trace, "chunk(t,D,0+4) chunk(t,D,4+4) "
        "chunk(t,D,8+2) delete(t,D,z1) grace(0) ");
}

static void
test_an_archive_of_no_bytes_ends_with_the_first_chunk(void **state)
{
    struct ir_archive a;

    (void)state;
    serve(NULL, 0);

    assert_int_equal(to_sink(&a), IR_OK);

    assert_int_equal(a.size_bytes, 0);
    assert_int_equal(a.n_chunks, 1);
    assert_int_equal(got.n, 0);
    assert_int_equal(fake_calls.n_open, 0);
}

static void
test_a_chunk_is_no_larger_than_servers_grant(void **state)
{
    static const struct {
        uint64_t wish;
        const char *asked;
    } rows[] = {
        { 0, "chunk(t,D,0+4194304)" }, { 1, "chunk(t,D,0+1)" },
        { ONE_CHUNK, "chunk(t,D,0+33554432)" },
        { ONE_CHUNK + 1, "chunk(t,D,0+33554432)" },
        { UINT64_MAX, "chunk(t,D,0+33554432)" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        script(NULL, 0);
        options.chunk_bytes = rows[i].wish;
        assert_int_equal(ir_zip_sink(client, paths, 1, &nowhere, &options,
            NULL), IR_OK);
        assert_non_null(strstr(fake_calls.trace, rows[i].asked));
    }
}

static void
test_a_sink_that_cannot_take_bytes_back_gets_them_a_chunk_at_a_time(
    void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_CHUNK, IR_OK, FAKE_GOOD, 0, 0, 0 },
        { FAKE_CHUNK, IR_E_CORRUPT, FAKE_TORN, 0, 0, 0 },
    };

    (void)state;
    script(steps, COUNT(steps));
    serve(NULL, 60);
    options.chunk_bytes = 8;

    assert_int_equal(to_sink(NULL), IR_OK);

    /* The fake gives two bytes at a time: what comes is held for a chunk. */
    assert_int_equal(got.largest, 8);
    assert_int_equal(got.n_writes, 8);
    for (size_t i = 0; i < 60; i++)
        assert_int_equal(got.bytes[i], fake_calls_byte(i));
}

static void
test_a_chunk_that_is_corrupt_is_asked_for_again_at_once(void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_CHUNK, IR_E_CORRUPT, FAKE_TORN, 0, 0, 0 },
        { FAKE_CHUNK, IR_OK, FAKE_GOOD, 0, 0, 0 },
        { FAKE_CHUNK, IR_E_CORRUPT, FAKE_TORN, 0, 0, 0 },
    };
    struct ir_archive a;

    (void)state;
    script(steps, COUNT(steps));

    assert_int_equal(to_file(&a), IR_OK);

    assert_int_equal(a.n_retries, 2);
    assert_int_equal(a.level, IR_LEVEL_VERIFIED);
    assert_int_equal(fake_calls_count("chunk(t,D,0+64)"), 2);
    assert_int_equal(fake_calls_count("chunk(t,D,64+64)"), 2);
    assert_int_equal(fake_lists.n_zips, 1);
    folder_check("a.zip", sound, sound_bytes);
}

static void
test_a_chunk_that_was_lost_is_asked_for_again_after_a_while(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_CHUNK, IR_E_NETWORK), STEP(FAKE_CHUNK, IR_E_TIMEOUT),
    };
    struct ir_archive a;

    (void)state;
    script(steps, COUNT(steps));
    options.retry_delay_ms = 1000;

    assert_int_equal(to_file(&a), IR_OK);

    assert_int_equal(a.n_retries, 2);
    assert_in_range(fake_calls.waits_ms[0], 500, 1000);
    assert_in_range(fake_calls.waits_ms[1], 1000, 2000);
}

static void
test_retries_are_as_many_as_wished(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_CHUNK, IR_E_NETWORK), STEP(FAKE_CHUNK, IR_E_NETWORK),
        STEP(FAKE_CHUNK, IR_E_NETWORK), STEP(FAKE_CHUNK, IR_E_NETWORK),
        STEP(FAKE_CHUNK, IR_E_NETWORK), STEP(FAKE_CHUNK, IR_E_NETWORK),
    };
    static const struct {
        int wish;
        size_t n_asked;
    } rows[] = { { -1, 1 }, { 1, 2 }, { 3, 4 }, { 0, 6 } };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        script(steps, COUNT(steps));
        options.n_retries = rows[i].wish;
        assert_int_equal(to_file(NULL), IR_E_NETWORK);
        assert_int_equal(fake_calls_count("chunk("), rows[i].n_asked);
        check_nothing_is_left("");
    }
}

static void
test_options_out_of_range_are_refused_before_any_call(void **state)
{
    struct {
        struct ir_zip_options o;
        int unknown;
    } newer = { IR_ZIP_OPTIONS_INIT, 1 };

    (void)state;
    options.n_retries = -2;
    assert_int_equal(to_file(NULL), IR_E_ARGUMENT);
    options.n_retries = 0;
    options.retry_delay_ms = -1;
    assert_int_equal(to_sink(NULL), IR_E_ARGUMENT);
    newer.o.size = sizeof newer;
    assert_int_equal(ir_zip_sink(client, paths, 1, &once, &newer.o, NULL),
        IR_E_ARGUMENT);

    assert_string_equal(fake_lists.trace, "");
    check_nothing_is_left("");
}

/* ---- Another archive than at first ------------------------------------- */

static void
test_an_archive_that_changes_its_size_is_packed_once_more(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_CHUNK, IR_OK), { FAKE_CHUNK, IR_OK, FAKE_OTHER, 0, 0, 0 },
    };
    struct ir_archive a;

    (void)state;
    script(steps, COUNT(steps));

    assert_int_equal(to_file(&a), IR_OK);

    assert_int_equal(fake_lists.n_zips, 2);
    assert_int_equal(a.n_retries, 1);
    assert_non_null(strstr(fake_calls.trace, "delete(t,D,z1)"));
    assert_non_null(strstr(fake_calls.trace, "delete(t,D,z2)"));
    folder_check("a.zip", sound, sound_bytes);
    check_nothing_is_left("a.zip ");
}

static void
test_an_archive_that_changes_twice_is_given_up(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_CHUNK, IR_OK), { FAKE_CHUNK, IR_OK, FAKE_OTHER, 0, 0, 0 },
        STEP(FAKE_CHUNK, IR_OK), { FAKE_CHUNK, IR_OK, FAKE_OTHER, 0, 0, 0 },
    };

    (void)state;
    script(steps, COUNT(steps));

    assert_int_equal(to_file(NULL), IR_E_CHANGED);

    assert_int_equal(fake_lists.n_zips, 2);
    check_nothing_is_left("");
}

static void
test_a_sink_that_cannot_take_bytes_back_is_not_started_again(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_CHUNK, IR_OK), { FAKE_CHUNK, IR_OK, FAKE_OTHER, 0, 0, 0 },
    };

    (void)state;
    script(steps, COUNT(steps));
    serve(NULL, 20);
    options.chunk_bytes = 4;

    assert_int_equal(to_sink(NULL), IR_E_CHANGED);

    assert_int_equal(fake_lists.n_zips, 1);
    assert_int_equal(got.n, 4);
    assert_int_equal(fake_calls.n_open, 0);
}

/* ---- What is no archive ------------------------------------------------ */

static void
test_what_is_no_archive_is_asked_for_twice_and_not_kept(void **state)
{
    static const size_t sizes[] = { 0, 1, 21, 22, 100, 5000 };

    (void)state;
    folder_write("a.zip", "old");
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct ir_archive a;

        script(NULL, 0);
        fake_lists.n_zips = 0;
        serve(NULL, sizes[i]);
        assert_int_equal(to_file(&a), IR_E_CORRUPT);
        check_error("no archive", ir_client_error(client), IR_E_CORRUPT,
            "archive");
        assert_int_equal(fake_lists.n_zips, 2);
        assert_int_equal(a.level, IR_LEVEL_NONE);
        folder_check("a.zip", "old", 3);
        check_nothing_is_left("a.zip ");
    }
}

static void
test_a_damaged_archive_is_taken_when_it_comes_whole_the_second_time(
    void **state)
{
    static const struct fake_step steps[] = {
        { FAKE_CHUNK, IR_OK, FAKE_STALE, 0, 0, 0 },
    };

    (void)state;
    script(steps, COUNT(steps));

    assert_int_equal(to_file(NULL), IR_OK);

    assert_int_equal(fake_lists.n_zips, 2);
    folder_check("a.zip", sound, sound_bytes);
}

/* ---- The end of what servers can read ---------------------------------- */

static void
test_an_archive_behind_2_31_is_refused_after_its_first_chunk(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_CHUNK, IR_OK),
        { FAKE_CHUNK, IR_E_SERVER, FAKE_GOOD, 1, 0, 0 },
    };

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    fake_calls.size_bytes = 2147483649;
    options.chunk_bytes = 64;

    assert_int_equal(to_sink(NULL), IR_E_LIMIT);

    assert_string_equal(fake_calls.trace, "chunk(t,D,0+64) "
        "chunk(t,D,2147483648+1) grace(750) delete(t,D,z1) grace(0) ");
    assert_int_equal(got.n, 0);
}

static void
test_an_archive_that_ends_at_2_31_is_read_without_a_probe(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_CHUNK, IR_OK), STEP(FAKE_CHUNK, IR_E_DENIED),
    };

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    fake_calls.size_bytes = 2147483648;
    options.chunk_bytes = 32;

    assert_int_equal(to_sink(NULL), IR_E_DENIED);

    assert_non_null(strstr(fake_calls.trace,
        "chunk(t,D,0+32) chunk(t,D,32+32) "));
}

/* ---- Ends -------------------------------------------------------------- */

static void
test_a_cancel_by_the_caller_gives_the_archive_back(void **state)
{
    (void)state;
    told.ends = 1;

    assert_int_equal(to_file(NULL), IR_E_CANCELLED);

    assert_int_equal(fake_calls_count("chunk("), 1);
    assert_int_equal(fake_calls_count("delete(t,D,z1)"), 1);
    check_nothing_is_left("");
}

static void
cancel(void *ctx, const char *item, const char *why)
{
    (void)item;
    (void)why;
    ir_client_cancel(ctx);
}

static void
test_a_cancel_while_it_is_packed_gives_the_archive_back(void **state)
{
    (void)state;
    fake_lists.n_skipped = 1;
    options.partial = 1;
    options.skipped = cancel;
    options.skipped_ctx = client;

    assert_int_equal(to_file(NULL), IR_E_CANCELLED);

    assert_int_equal(fake_calls_count("chunk("), 0);
    assert_int_equal(fake_calls_count("delete(t,D,z1)"), 1);
    check_nothing_is_left("");
}

static void
test_a_cancel_while_it_is_checked_leaves_no_file(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_WAIT, IR_E_CANCELLED),
    };

    (void)state;
    script(steps, COUNT(steps));

    assert_int_equal(to_file(NULL), IR_E_CANCELLED);

    check_nothing_is_left("");
}

static void
test_an_existing_file_is_kept_when_asked(void **state)
{
    (void)state;
    folder_write("a.zip", "old");
    options.keep_existing = 1;

    assert_int_equal(to_file(NULL), IR_E_IO);

    assert_string_equal(fake_lists.trace, "");
    folder_check("a.zip", "old", 3);
    check_nothing_is_left("a.zip ");
}

static void
test_a_target_that_cannot_be_is_found_before_any_call(void **state)
{
    (void)state;

    assert_int_equal(ir_zip_file(client, paths, 1, NULL, NULL, NULL),
        IR_E_ARGUMENT);
    assert_int_equal(ir_zip_file(client, paths, 1, "d/", NULL, NULL),
        IR_E_ARGUMENT);
    assert_int_equal(ir_zip_file(client, paths, 1, "none/a", NULL, NULL),
        IR_E_IO);
    assert_int_equal(ir_zip_sink(client, paths, 1, NULL, NULL, NULL),
        IR_E_ARGUMENT);
    assert_int_equal(ir_zip_sink(client, paths, 1, &(struct ir_sink){ 0 },
        NULL, NULL), IR_E_ARGUMENT);

    assert_string_equal(fake_lists.trace, "");
    assert_string_equal(fake_calls.trace, "");
}

/* Nor is anything closed that is not ours. */
static void
test_a_call_that_fails_early_leaves_every_descriptor_open(void **state)
{
    int copy = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    int is_open;

    (void)state;
    if (fcntl(STDIN_FILENO, F_GETFD) < 0)
        assert_int_equal(open("/dev/null", O_RDONLY), STDIN_FILENO);
    ir_zip_file(client, paths, 1, NULL, NULL, NULL);
    ir_zip_file(client, paths, 1, "none/a", NULL, NULL);
    ir_zip_file(client, paths, 0, "a", NULL, NULL);
    is_open = fcntl(STDIN_FILENO, F_GETFD) >= 0;

    if (copy >= 0) {
        dup2(copy, STDIN_FILENO);
        close(copy);
    }
    assert_true(is_open);
}

static void
test_no_session_is_no_call(void **state)
{
    struct ir_client *other;

    (void)state;
    ir_client_new("https://h/", NULL, &other, NULL);

    assert_int_equal(ir_zip_sink(other, paths, 1, &once, NULL, NULL),
        IR_E_AUTH);

    assert_string_equal(fake_lists.trace, "");
    assert_string_equal(fake_calls.trace, "");
    ir_client_free(other);
}

static void
test_a_session_that_ended_is_renewed(void **state)
{
    (void)state;
    assert_int_equal(ir_login(client, "demo", "pwd"), IR_OK);
    fake_lists.n_expired = 1;

    assert_int_equal(to_file(NULL), IR_OK);

    assert_string_equal(fake_lists.trace,
        "zip(t1,D,/Lib/a|/Lib/F|~D7) zip(t2,D,/Lib/a|/Lib/F|~D7) ");
    assert_int_equal(fake_calls.n_open, 0);
}

static int
set_up(void **state)
{
    struct ir_options o = IR_OPTIONS_INIT;

    script(NULL, 0);
    fake_lists_reset();
    fake_uploads_reset();
    fake_uploads.exists = 1;
    memset(&told, 0, sizeof told);
    memset(&got, 0, sizeof got);
    options = (struct ir_zip_options)IR_ZIP_OPTIONS_INIT;
    options.chunk_bytes = 64;
    options.skipped = hear_skipped;
    options.skipped_ctx = &told;
    options.progress = hear;
    options.progress_ctx = &told;
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
        TEST(test_paths_are_joined_by_bars),
        TEST(test_one_path_has_no_bar),
        TEST(test_many_paths_are_all_joined),
        TEST(test_a_path_that_cannot_be_asked_for_is_refused_before_any_call),
        TEST(test_a_path_that_is_missing_is_found_before_it_is_packed),
        TEST(test_a_folder_is_as_good_as_a_document),
        TEST(test_an_id_is_left_to_the_server),
        TEST(test_a_partial_archive_is_asked_for_without_looking),
        TEST(test_nobody_has_to_hear_what_is_left_out),
        TEST(test_what_is_left_out_makes_a_complete_archive_fail),
        TEST(test_what_is_left_out_is_told_also_before_a_refusal),
        TEST(test_a_file_is_complete_and_verified),
        TEST(test_a_sink_gets_verified_chunks),
        TEST(test_the_size_is_learnt_from_the_first_chunk),
        TEST(test_an_archive_of_no_bytes_ends_with_the_first_chunk),
        TEST(test_a_chunk_is_no_larger_than_servers_grant),
        TEST(test_a_sink_that_cannot_take_bytes_back_gets_them_a_chunk_at_a_time),
        TEST(test_a_chunk_that_is_corrupt_is_asked_for_again_at_once),
        TEST(test_a_chunk_that_was_lost_is_asked_for_again_after_a_while),
        TEST(test_retries_are_as_many_as_wished),
        TEST(test_options_out_of_range_are_refused_before_any_call),
        TEST(test_an_archive_that_changes_its_size_is_packed_once_more),
        TEST(test_an_archive_that_changes_twice_is_given_up),
        TEST(test_a_sink_that_cannot_take_bytes_back_is_not_started_again),
        TEST(test_what_is_no_archive_is_asked_for_twice_and_not_kept),
        TEST(test_a_damaged_archive_is_taken_when_it_comes_whole_the_second_time),
        TEST(test_an_archive_behind_2_31_is_refused_after_its_first_chunk),
        TEST(test_an_archive_that_ends_at_2_31_is_read_without_a_probe),
        TEST(test_a_cancel_by_the_caller_gives_the_archive_back),
        TEST(test_a_cancel_while_it_is_packed_gives_the_archive_back),
        TEST(test_a_cancel_while_it_is_checked_leaves_no_file),
        TEST(test_an_existing_file_is_kept_when_asked),
        TEST(test_a_target_that_cannot_be_is_found_before_any_call),
        TEST(test_a_call_that_fails_early_leaves_every_descriptor_open),
        TEST(test_no_session_is_no_call),
        TEST(test_a_session_that_ended_is_renewed),
    };

    return cmocka_run_group_tests(tests, pack, NULL);
}
