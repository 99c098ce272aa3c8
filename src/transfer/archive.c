/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Archives: the server packs, and what it packed comes down as a document does.
 * Its size shows with the first chunk.
 *
 * Older servers leave out what they cannot find without a word, so that a
 * complete archive is asked for only after each path was seen to exist. */
#include <stdlib.h>
#include <string.h>

#include "transfer/file.h"
#include "transfer/options.h"
#include "transfer/pull.h"
#include "transfer/session.h"
#include "transfer/zip.h"

#define CHUNK_BYTES 4194304
#define CHUNK_BYTES_MAX 33554432 /* what servers grant at most */

struct archive {
    struct ir_pull pull; /* first: its stage() is given this */
    struct ir_zip_options o;
    struct ir_file file; /* fd -1: it goes to a sink */
    struct ir_archive result;
    char *paths; /* joined by bars */
    int n_staged;
};

/* ---- Paths ------------------------------------------------------------- */

static enum ir_status
check_paths(struct ir_client *c, const char *const *paths, size_t n)
{
    if (n == 0)
        return ir_error_set(&c->error, IR_E_ARGUMENT, "no path is named");
    for (size_t i = 0; i < n; i++) {
        if (paths[i] == NULL || *paths[i] == '\0')
            return ir_error_set(&c->error, IR_E_ARGUMENT, "path is empty");
        if (strchr(paths[i], '|') != NULL)
            return ir_error_set(&c->error, IR_E_ARGUMENT,
                "%.200s: a path has no vertical bar", paths[i]);
    }
    return IR_OK;
}

static enum ir_status
join_paths(struct archive *z, const char *const *paths, size_t n)
{
    size_t size = 1;
    char *end;

    for (size_t i = 0; i < n; i++)
        size += strlen(paths[i]) + 1;
    z->paths = malloc(size);
    if (z->paths == NULL)
        return ir_error_set(&z->pull.c->error, IR_E_MEMORY, "out of memory");
    end = z->paths;
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(paths[i]);

        if (i > 0)
            *end++ = '|';
        memcpy(end, paths[i], length);
        end += length;
    }
    *end = '\0';
    return IR_OK;
}

/* Is there a document or a folder of that name?  An id is left to the server. */
static enum ir_status
look_for(struct ir_client *c, const char *path)
{
    struct ir_error *e = &c->error;
    struct ir_exists_answer exists;

    if (*path == '~')
        return IR_OK;
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_document_exists(c->wire, c->ticket, path, &exists));
    if (e->status != IR_E_NOT_FOUND)
        return e->status;
    ir_error_clear(e);
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_folder_exists(c->wire, c->ticket, path));
    if (e->status != IR_E_NOT_FOUND)
        return e->status;
    e->status = IR_OK;
    return ir_error_set(e, IR_E_NOT_FOUND,
        "there is no document or folder %.300s", path);
}

/* ---- Staging ----------------------------------------------------------- */

static enum ir_status
tell_skipped(struct archive *z, const struct ir_zip_answer *a)
{
    const struct ir_skipped *items = a->skipped;
    struct ir_client *c = z->pull.c;

    z->result.n_skipped = a->n_skipped;
    for (size_t i = 0; i < a->n_skipped && z->n_staged == 0
         && z->o.skipped != NULL; i++)
        z->o.skipped(z->o.skipped_ctx, items[i].item, items[i].why);
    if (c->error.status != IR_OK || a->n_skipped == 0 || z->o.partial)
        return c->error.status;
    return ir_error_set(&c->error, IR_E_NOT_FOUND,
        "the server left out %.200s: %.200s%s",
        *items[0].item == '\0' ? "something" : items[0].item, items[0].why,
        a->n_skipped > 1 ? ", and more" : "");
}

/* The texts of an answer die with the call that renews the session. */
static enum ir_status
stage_archive(struct ir_pull *d, struct ir_handler *handler)
{
    struct archive *z = (struct archive *)(void *)d;
    struct ir_client *c = d->c;
    struct ir_cure cure = { 0 };
    struct ir_zip_answer a;
    enum ir_status st;

    memset(handler, 0, sizeof *handler);
    do {
        st = ir_call_download_zip_with_handler(c->wire, c->ticket, z->paths,
            z->o.partial, &a);
        memcpy(handler->id, a.id, sizeof a.id);
        if (st != IR_E_AUTH)
            st = tell_skipped(z, &a);
    } while (ir_session_again(c, &cure, IR_NAMES_ONE, st));
    handler->chunk_bytes = d->o.chunk_bytes;
    handler->document.size_bytes = IR_PLAN_UNKNOWN;
    handler->document.version = -1;
    z->n_staged++;
    if (c->error.status == IR_OK && atomic_load(&c->cancelled))
        ir_error_set(&c->error, IR_E_CANCELLED, "cancelled");
    return c->error.status;
}

/* ---- Public ------------------------------------------------------------ */

/* The transfer is that of a document with these options. */
static enum ir_status
begin(struct archive *z, struct ir_client *c,
    const struct ir_zip_options *opts, const char *const *paths, size_t n)
{
    struct ir_download_options o = IR_DOWNLOAD_OPTIONS_INIT;
    struct ir_error *e = &c->error;

    memset(z, 0, sizeof *z);
    z->file.fd = -1;
    z->file.dir_fd = -1;
    ir_wire_begin(c->wire);
    if (ir_options_copy(&z->o, sizeof z->o, opts,
            opts == NULL ? 0 : opts->size, e) != IR_OK)
        return e->status;
    o.chunk_bytes = z->o.chunk_bytes == 0 ? CHUNK_BYTES : z->o.chunk_bytes;
    if (o.chunk_bytes > CHUNK_BYTES_MAX)
        o.chunk_bytes = CHUNK_BYTES_MAX;
    o.n_retries = z->o.n_retries;
    o.retry_delay_ms = z->o.retry_delay_ms;
    o.progress = z->o.progress;
    o.progress_ctx = z->o.progress_ctx;
    if (ir_pull_init(&z->pull, c, &o) != IR_OK
        || check_paths(c, paths, n) != IR_OK || ir_session_check(c) != IR_OK)
        return e->status;
    z->pull.stage = stage_archive;
    return join_paths(z, paths, n);
}

static enum ir_status
run(struct archive *z, const struct ir_target *t, const char *const *paths,
    size_t n)
{
    struct ir_client *c = z->pull.c;

    if (ir_session_prove(c) != IR_OK)
        return c->error.status;
    for (size_t i = 0; !z->o.partial && i < n; i++)
        if (look_for(c, paths[i]) != IR_OK)
            return c->error.status;
    return ir_pull_all(&z->pull, z->paths, t);
}

static enum ir_status
end(struct archive *z, struct ir_archive *archive)
{
    struct ir_result result;

    free(z->paths);
    ir_pull_result(&z->pull, &result);
    z->result.size_bytes = z->pull.plan.offset;
    z->result.crc32 = result.crc32;
    z->result.n_chunks = result.n_chunks;
    z->result.n_retries = result.n_retries;
    if (z->pull.c->error.status != IR_OK)
        z->result.level = IR_LEVEL_NONE;
    else if (z->result.level == IR_LEVEL_NONE)
        z->result.level = result.level;
    if (archive != NULL)
        *archive = z->result;
    return z->pull.c->error.status;
}

enum ir_status
ir_zip_sink(struct ir_client *c, const char *const *paths, size_t n_paths,
    const struct ir_sink *sink, const struct ir_zip_options *opts,
    struct ir_archive *archive)
{
    struct ir_target t = { .start = NULL };
    struct archive z;

    if (begin(&z, c, opts, paths, n_paths) != IR_OK)
        return c->error.status;
    if (sink == NULL || sink->write == NULL) {
        ir_error_set(&c->error, IR_E_ARGUMENT, "the sink is missing");
    } else {
        t.sink = *sink;
        run(&z, &t, paths, n_paths);
    }
    return end(&z, archive);
}

static int
write_file(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct archive *z = ctx;

    return ir_file_write(&z->file, offset, data, n);
}

static enum ir_status
start_file(void *ctx, uint64_t size, struct ir_error *e)
{
    struct archive *z = ctx;
    struct ir_journal journal;

    /* What is left of an interrupted download under this name is overwritten. */
    ir_journal_open(&journal, z->file.dir_fd, z->file.part);
    ir_journal_remove(&journal);
    return ir_file_reserve(&z->file, 0, size, e);
}

static enum ir_status
check_file(void *ctx, struct ir_client *c)
{
    struct archive *z = ctx;

    if (ir_zip_check(c, z->file.fd, &z->result.n_files) == IR_OK)
        z->result.level = IR_LEVEL_VERIFIED;
    return c->error.status;
}

enum ir_status
ir_zip_file(struct ir_client *c, const char *const *paths, size_t n_paths,
    const char *file, const struct ir_zip_options *opts,
    struct ir_archive *archive)
{
    struct archive z;
    struct ir_target t = { { write_file, &z, 1 }, start_file, check_file };
    struct ir_error *e = &c->error;

    if (begin(&z, c, opts, paths, n_paths) != IR_OK)
        return e->status;
    if (file == NULL)
        ir_error_set(e, IR_E_ARGUMENT, "no file is named");
    z.pull.file = file;
    if (e->status == IR_OK
        && ir_file_open(&z.file, file, z.o.keep_existing, e) == IR_OK
        && run(&z, &t, paths, n_paths) == IR_OK)
        ir_file_publish(&z.file, z.pull.plan.size_bytes, e);
    ir_file_close(&z.file);
    return end(&z, archive);
}
