/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The public forms of a download: into a file, a sink, memory, or a chunk at a
 * time. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "transfer/file.h"
#include "transfer/pull.h"

static enum ir_status
download(struct ir_pull *d, const char *path, const struct ir_target *t,
    struct ir_result *result)
{
    enum ir_status st = ir_pull_all(d, path, t);

    if (result != NULL)
        ir_pull_result(d, result);
    return st;
}

/* ---- Into a sink ------------------------------------------------------- */

enum ir_status
ir_download_sink(struct ir_client *c, const char *path,
    const struct ir_sink *sink, const struct ir_download_options *opts,
    struct ir_result *result)
{
    struct ir_target t = { .start = NULL };
    struct ir_pull d;

    if (ir_pull_init(&d, c, opts) != IR_OK)
        return c->error.status;
    if (sink == NULL || sink->write == NULL)
        return ir_error_set(&c->error, IR_E_ARGUMENT, "the sink is missing");
    t.sink = *sink;
    return download(&d, path, &t, result);
}

/* ---- Into a file ------------------------------------------------------- */

/* A file, and with resume the journal beside it. */
struct local {
    struct ir_file file;
    struct ir_journal journal;
    struct ir_journal_state state;
    struct ir_journal_key key;
    const struct ir_pull *pull;
};

static int
write_file(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct local *l = ctx;

    return ir_file_write(&l->file, offset, data, n);
}

/* Behind what an earlier run left, or from the first byte.  What takes one chunk
 * needs no journal. */
static enum ir_status
start_file(void *ctx, uint64_t size, struct ir_error *e)
{
    struct local *l = ctx;

    if (l->pull->resume != NULL)
        return ir_file_reserve(&l->file, ir_journal_end(&l->state), size,
            e);
    if (l->pull->journal == NULL || size <= l->pull->plan.chunk_bytes)
        ir_journal_remove(&l->journal);
    else if (ir_journal_start(&l->journal, &l->key, &l->pull->handler, e)
            != IR_OK)
        return e->status;
    return ir_file_reserve(&l->file, 0, size, e);
}

static enum ir_status
begin_resume(struct local *l, struct ir_pull *d, const char *path)
{
    struct ir_client *c = d->c;

    l->key = (struct ir_journal_key){ c->url, path, d->o.version };
    ir_journal_open(&l->journal, l->file.dir_fd, l->file.part);
    if (!ir_file_is_leftover(&l->file))
        ir_journal_remove(&l->journal); /* it tells of another .part file */
    if (!d->o.resume || path == NULL)
        return IR_OK;
    d->journal = &l->journal;
    if (!ir_file_is_leftover(&l->file)
        || ir_journal_read(&l->journal, c, l->file.fd, &l->key, &l->state)
            != IR_OK)
        return c->error.status;
    if (ir_journal_done(&l->state) > 0) {
        d->resume = &l->state;
        ir_file_adopt(&l->file);
    }
    return IR_OK;
}

/* Is it worth keeping what has arrived?  Not if the bytes, or the disk that
 * holds them, are in doubt. */
static int
is_resumable(const struct local *l, const struct ir_pull *d)
{
    if (l->journal.fd < 0 || (d->plan.offset == 0
            && ir_journal_done(&l->state) == 0))
        return 0;
    switch (d->c->error.status) {
    case IR_E_NETWORK:
    case IR_E_TIMEOUT:
    case IR_E_CANCELLED:
    case IR_E_AUTH:
    case IR_E_MEMORY:
    case IR_E_TLS:
        return 1;
    case IR_E_SERVER:
        return d->c->error.retryable;
    case IR_E_CHANGED:
        return d->o.fail_on_change;
    default:
        return 0;
    }
}

/* Publish what came, or keep what can be gone on with, or leave nothing.  A
 * leftover that was not touched stays as it is. */
static void
transfer(struct local *l, struct ir_pull *d, const char *path,
    const struct ir_target *t, struct ir_result *result)
{
    struct ir_client *c = d->c;
    int is_done = download(d, path, t, result) == IR_OK
        && ir_file_publish(&l->file, d->plan.size_bytes, &c->error) == IR_OK;
    int is_kept = !is_done && is_resumable(l, d);

    if (is_kept)
        ir_file_keep(&l->file);
    else if (is_done || l->file.is_ours)
        ir_journal_remove(&l->journal);
    if (d->o.resume && (is_kept || is_done || l->file.is_ours)
        && (is_kept || ir_journal_done(&l->state) > 0
            || l->file.was_leftover))
        ir_ledger_resumable(c, path, d->file, is_kept);
}

enum ir_status
ir_download_file(struct ir_client *c, const char *path, const char *file,
    const struct ir_download_options *opts, struct ir_result *result)
{
    struct local l = { .journal.fd = -1 };
    struct ir_target t = { { write_file, &l, 1 }, start_file, NULL };
    struct ir_pull d;

    if (ir_pull_init(&d, c, opts) != IR_OK)
        return c->error.status;
    if (file == NULL)
        return ir_error_set(&c->error, IR_E_ARGUMENT, "no file is named");
    if (ir_file_open(&l.file, file, d.o.keep_existing, &c->error) != IR_OK)
        return c->error.status;
    l.pull = &d;
    d.may_be_parallel = 1;
    d.file = file;
    if (begin_resume(&l, &d, path) == IR_OK)
        transfer(&l, &d, path, &t, result);
    ir_journal_close(&l.journal);
    ir_file_close(&l.file);
    return c->error.status;
}

/* ---- Into memory ------------------------------------------------------- */

struct memory {
    uint8_t *data;
    uint64_t limit_bytes;
};

static enum ir_status
start_memory(void *ctx, uint64_t size, struct ir_error *e)
{
    struct memory *m = ctx;

    if (size > m->limit_bytes || size > SIZE_MAX - 1)
        return ir_error_set(e, IR_E_LIMIT, "document of %" PRIu64
            " bytes, at most %" PRIu64 " are wanted", size, m->limit_bytes);
    free(m->data);
    m->data = malloc((size_t)size + 1);
    if (m->data == NULL)
        return ir_error_set(e, IR_E_MEMORY, "out of memory");
    return IR_OK;
}

static int
write_memory(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct memory *m = ctx;

    memcpy(m->data + offset, data, n);
    return 0;
}

enum ir_status
ir_download_memory(struct ir_client *c, const char *path,
    uint64_t limit_bytes, const struct ir_download_options *opts,
    void **data, struct ir_result *result)
{
    struct memory m = { NULL, limit_bytes };
    struct ir_target t = { { write_memory, &m, 1 }, start_memory, NULL };
    struct ir_pull d;

    *data = NULL;
    if (ir_pull_init(&d, c, opts) != IR_OK)
        return c->error.status;
    d.may_be_parallel = 1;
    if (download(&d, path, &t, result) == IR_OK)
        *data = m.data;
    else
        free(m.data);
    return c->error.status;
}

/* ---- A chunk at a time ------------------------------------------------- */

struct ir_download {
    struct ir_pull pull;
};

enum ir_status
ir_download_open(struct ir_client *c, const char *path,
    const struct ir_download_options *opts, struct ir_download **download)
{
    struct ir_download *d = calloc(1, sizeof *d);

    *download = NULL;
    if (d == NULL) {
        ir_wire_begin(c->wire);
        return ir_error_set(&c->error, IR_E_MEMORY, "out of memory");
    }
    if (ir_pull_init(&d->pull, c, opts) != IR_OK
        || ir_pull_begin(&d->pull, path, NULL) != IR_OK) {
        ir_download_close(d);
        return c->error.status;
    }
    *download = d;
    return IR_OK;
}

const struct ir_document *
ir_download_document(const struct ir_download *download)
{
    return &download->pull.handler.document;
}

int
ir_download_next(struct ir_download *download, struct ir_chunk *chunk)
{
    ir_wire_begin(download->pull.c->wire);
    return ir_pull_next(&download->pull, chunk);
}

void
ir_download_close(struct ir_download *download)
{
    struct ir_client *c;
    struct ir_error kept;

    if (download == NULL)
        return;
    c = download->pull.c;
    kept = c->error;
    ir_wire_begin(c->wire);
    c->error = kept;
    ir_pull_end(&download->pull);
    free(download);
}
