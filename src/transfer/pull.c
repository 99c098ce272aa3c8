/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The steps of a download: stage, read chunk after chunk, verify, release.
 *
 * The handler is released on every path, after a failure and after a cancel
 * within a short grace.  The error that ended the transfer is the one reported,
 * whatever becomes of the cleaning up. */
#define _GNU_SOURCE /* sched_getaffinity */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transfer/pull.h"

#include "transfer/options.h"
#include "transfer/retry.h"
#include "transfer/session.h"
#include "transfer/staged.h"
#include "transfer/staging.h"

/* Progress inside a chunk is reported this often. */
#define PROGRESS_BYTES 1048576

/* Versions of the server whose offsets are xs:int read nothing behind this. */
#define OFFSET_MAX INT32_MAX

/* ---- Events ------------------------------------------------------------ */

enum ir_status
ir_pull_report(struct ir_pull *d, enum ir_event event, uint64_t done_bytes,
    const char *message)
{
    struct ir_progress p = {
        .event = event,
        .done_bytes = done_bytes,
        .total_bytes = d->plan.size_bytes == IR_PLAN_UNKNOWN
            ? 0 : d->plan.size_bytes,
        .n_chunks = d->plan.n_chunks,
        .n_retries = d->n_retries,
        .message = message,
    };

    d->reported_bytes = done_bytes;
    if (d->o.progress != NULL && d->o.progress(d->o.progress_ctx, &p) != 0)
        return ir_error_set(&d->c->error, IR_E_CANCELLED,
            "the caller ended the transfer");
    return IR_OK;
}

/* ---- Sinks ------------------------------------------------------------- */

/* The sink that every chunk is read into: passes blocks on and reports. */
static int
pass_on(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct ir_pull *d = ctx;
    uint64_t done = offset + n;

    if (d->chunk != NULL)
        memcpy(d->chunk + (offset - d->plan.offset), data, n);
    else if (d->sink->write(d->sink->ctx, offset, data, n) != 0)
        return -1;
    if (done - d->reported_bytes < PROGRESS_BYTES || done < d->reported_bytes)
        return 0;
    errno = 0;
    return ir_pull_report(d, IR_EVENT_PROGRESS, done, NULL) != IR_OK;
}

static int
discard(void *ctx, uint64_t offset, const void *data, size_t n)
{
    (void)ctx;
    (void)offset;
    (void)data;
    (void)n;
    return 0;
}

/* A whole verified chunk for a sink that cannot take bytes back. */
static enum ir_status
deliver(struct ir_pull *d, const struct ir_chunk *chunk)
{
    errno = 0;
    if (d->sink->write(d->sink->ctx, chunk->offset, d->chunk,
            (size_t)chunk->length) == 0)
        return IR_OK;
    if (errno != 0)
        return ir_error_set_errno(&d->c->error, IR_E_IO, errno,
            "cannot write at offset %" PRIu64, chunk->offset);
    return ir_error_set(&d->c->error, IR_E_CANCELLED,
        "the caller ended the transfer");
}

/* ---- Begin and end ----------------------------------------------------- */

/* After failure number 'n' of a chunk: wait, then the error is gone; or it
 * stands.  A chunk that came corrupt is asked for again at once. */
static enum ir_status
prepare_retry(struct ir_pull *d, int n)
{
    struct ir_error *e = &d->c->error;
    int ms = 0;
    char message[sizeof e->message];

    if (!e->retryable || n >= d->o.n_retries || e->status == IR_E_MEMORY
        || e->status == IR_E_CHANGED)
        return e->status;
    if (e->status != IR_E_CORRUPT)
        ms = ir_retry_delay_ms(d->o.retry_delay_ms, n, ir_retry_random());
    ms = ir_retry_wait_ms(ms, ir_wire_retry_after_s(d->c->wire));
    memcpy(message, e->message, sizeof message);
    ir_error_clear(e);
    d->n_retries++;
    if (ir_pull_report(d, IR_EVENT_RETRY, d->plan.offset, message) != IR_OK)
        return e->status;
    ir_client_log(d->c, IR_LOG_INFO, "retry %d in %d ms: %s", n + 1, ms,
        message);
    return ms > 0 ? ir_wire_wait(d->c->wire, ms) : IR_OK;
}

/* Does the server read as far as this document goes?  Better asked now than
 * found out after two gigabytes. */
static enum ir_status
probe_end(struct ir_pull *d)
{
    static const struct ir_sink nowhere = { discard, NULL, 1 };
    struct ir_chunk_request last = { d->handler.id, d->plan.size_bytes - 1, 1,
        &nowhere };
    struct ir_error *e = &d->c->error;
    struct ir_chunk chunk;
    char reason[sizeof e->message];
    int n = 0;

    if (d->plan.size_bytes <= (uint64_t)OFFSET_MAX + 1
        || d->plan.size_bytes == IR_PLAN_UNKNOWN)
        return IR_OK;
    do
        ir_staged_read(d->c, &last, &chunk);
    while (e->status != IR_OK && prepare_retry(d, n++) == IR_OK);
    if (e->retryable)
        return e->status;
    if (e->status != IR_E_SERVER && e->status != IR_E_PROTOCOL
        && e->status != IR_E_NOT_FOUND)
        return e->status;
    memcpy(reason, e->message, sizeof reason);
    e->status = IR_OK;
    ir_error_set(e, IR_E_LIMIT, "document of %" PRIu64
        " bytes: this server reads nothing behind byte %d (%.300s)",
        d->plan.size_bytes, OFFSET_MAX, reason);
    return e->status;
}

static int
is_rewritable(const struct ir_pull *d)
{
    return d->sink != NULL && d->sink->rewritable;
}

/* Memory for whole chunks: no more than the document needs. */
static enum ir_status
hold_chunks(struct ir_pull *d)
{
    uint64_t n = d->plan.chunk_bytes;

    if (n > d->plan.size_bytes)
        n = d->plan.size_bytes;
    d->chunk = malloc(n == 0 ? 1 : (size_t)n);
    if (d->chunk == NULL)
        return ir_error_set(&d->c->error, IR_E_MEMORY, "out of memory");
    return IR_OK;
}

enum ir_status
ir_pull_begin(struct ir_pull *d, const char *path, const struct ir_sink *sink)
{
    d->path = path;
    d->sink = sink;
    d->complete = 0;
    d->is_restaged = 0;
    ir_error_clear(&d->failure);
    if (ir_staging_begin(d) != IR_OK)
        return d->c->error.status;
    if (ir_client_keep_document(d->c, &d->handler.document) != IR_OK
        || probe_end(d) != IR_OK
        || (!is_rewritable(d) && hold_chunks(d) != IR_OK))
        return d->c->error.status;
    return ir_pull_report(d, IR_EVENT_START, d->plan.offset, NULL);
}

static void
end_crew(struct ir_pull *d)
{
    if (d->crew == NULL)
        return;
    d->n_retries += ir_crew_retries(d->crew);
    ir_crew_end(d->crew);
    d->crew = NULL;
}

void
ir_pull_end(struct ir_pull *d)
{
    struct ir_error kept = d->c->error;
    char message[sizeof kept.message + 64];

    end_crew(d);
    free(d->chunk);
    d->chunk = NULL;
    if (d->handler.id[0] == '\0')
        return;
    ir_error_clear(&d->c->error);
    if (kept.status != IR_OK || atomic_load(&d->c->cancelled))
        ir_wire_grace(d->c->wire, IR_CLIENT_GRACE_MS);
    ir_staged_end(d->c, d->handler.id);
    if (kept.status == IR_OK && (d->c->error.retryable
            || d->c->error.status == IR_E_CANCELLED)) {
        ir_error_clear(&d->c->error);
        ir_wire_grace(d->c->wire, IR_CLIENT_GRACE_MS);
        ir_staged_end(d->c, d->handler.id);
    }
    if (d->c->error.status == IR_OK) {
        ir_ledger_forget(d->c);
    } else {
        ir_ledger_leave(d->c);
        snprintf(message, sizeof message,
            "the server may still hold a staged file: %s",
            d->c->error.message);
        ir_client_log(d->c, IR_LOG_WARNING, "%s", message);
        ir_error_clear(&d->c->error);
        ir_pull_report(d, IR_EVENT_WARNING, d->plan.offset, message);
    }
    ir_wire_grace(d->c->wire, 0);
    d->handler.id[0] = '\0';
    if (d->journal != NULL && kept.status != IR_OK)
        ir_journal_handler(d->journal, NULL, &d->c->error);
    d->c->error = kept;
}

enum ir_status
ir_pull_init(struct ir_pull *d, struct ir_client *c,
    const struct ir_download_options *opts)
{
    enum ir_status st;

    memset(d, 0, sizeof *d);
    d->c = c;
    d->stage = ir_staging_document;
    ir_wire_begin(c->wire);
    st = ir_options_copy(&d->o, sizeof d->o, opts,
        opts == NULL ? 0 : opts->size, &c->error);
    if (st == IR_OK && (d->o.n_retries < -1 || d->o.retry_delay_ms < 0
            || d->o.n_connections < IR_CONNECTIONS_AUTO
            || d->o.n_connections > IR_CREW_MAX))
        st = ir_error_set(&c->error, IR_E_ARGUMENT,
            "an option is out of range");
    if (d->o.n_retries == 0)
        d->o.n_retries = IR_RETRY_COUNT;
    if (d->o.retry_delay_ms == 0)
        d->o.retry_delay_ms = IR_RETRY_DELAY_MS;
    return st;
}

/* ---- Chunks ------------------------------------------------------------ */

/* What is to be read next; not of a chunk that a worker may be writing, nor of
 * one that an earlier run has.  So all bytes that count are of one writer, and
 * nobody writes them again. */
static void
next_request(const struct ir_pull *d, struct ir_chunk_request *request)
{
    uint64_t left = UINT64_MAX;

    ir_plan_next(&d->plan, &request->offset, &request->length);
    if (d->crew != NULL)
        left = ir_crew_left(d->crew, request->offset);
    else if (d->ahead != NULL)
        left = ir_journal_gap(d->ahead, request->offset);
    if (request->length > left)
        request->length = left;
}

/* Read the chunk at the plan's offset, as often as it takes. */
static enum ir_status
read_chunk(struct ir_pull *d, struct ir_chunk *chunk)
{
    struct ir_sink sink = { pass_on, d, 1 };
    struct ir_chunk_request request = { .handler = d->handler.id,
        .sink = &sink };
    enum ir_status st;
    int n = 0;

    do {
        next_request(d, &request);
        st = ir_staged_read(d->c, &request, chunk);
        if (st == IR_OK)
            return ir_plan_accept(&d->plan, chunk, &d->c->error);
    } while (prepare_retry(d, n++) == IR_OK || ir_staging_again(d) == IR_OK);
    return d->c->error.status;
}

/* ---- Several connections ----------------------------------------------- */

/* Below this, one connection is done before others are open. */
#define CREW_BYTES 16777216
#define CREW_AUTO 4

/* Several connections fill the waits between a chunk and the next.  To a near
 * server there are none, and each keeps two of our processors busy. */
static int
auto_connections(const struct ir_client *c)
{
    cpu_set_t cpus;
    int n;

    if (!ir_wire_is_near(c->wire)
        || sched_getaffinity(0, sizeof cpus, &cpus) != 0)
        return CREW_AUTO;
    n = CPU_COUNT(&cpus) / 2;
    return n < CREW_AUTO ? n : CREW_AUTO;
}

static int
n_workers(const struct ir_pull *d)
{
    uint64_t left = d->plan.size_bytes - d->plan.offset;
    int n = d->o.n_connections;

    if (!d->may_be_parallel || !is_rewritable(d)
        || !d->handler.document.has_crc32
        || d->plan.size_bytes == IR_PLAN_UNKNOWN
        || left <= d->plan.chunk_bytes)
        return 0;
    if (n == IR_CONNECTIONS_AUTO)
        n = left < CREW_BYTES ? 1 : auto_connections(d->c);
    return n > 1 ? n - 1 : 0;
}

/* A crew reads no chunk that an earlier run has, if that is a whole one of its
 * own; it would write over parts of others, which do not count then. */
static void
drop_parts_ahead(struct ir_pull *d)
{
    uint64_t n = d->ahead == NULL ? 0 : ir_journal_parts(d->ahead,
        d->plan.offset, d->plan.chunk_bytes);

    if (n == 0)
        return;
    d->resumed_bytes -= n;
    d->ahead = NULL;
}

/* Send workers ahead, unless they are at it for this session and handler. */
static enum ir_status
send_crew(struct ir_pull *d)
{
    struct ir_crew_job job = {
        .c = d->c,
        .handler = d->handler.id,
        .offset = d->plan.offset,
        .size_bytes = d->plan.size_bytes,
        .chunk_bytes = d->plan.chunk_bytes,
        .sink = &d->crew_sink,
        .journal = d->journal,
        .n_retries = d->o.n_retries,
        .retry_delay_ms = d->o.retry_delay_ms,
    };
    int n = n_workers(d);

    if (d->crew != NULL && ir_crew_is_current(d->crew, d->handler.id))
        return IR_OK;
    end_crew(d);
    if (n == 0)
        return IR_OK;
    drop_parts_ahead(d);
    job.ahead = d->ahead;
    d->crew_sink = *d->sink;
    d->crew_bytes = d->plan.offset;
    return ir_crew_start(&job, n, &d->crew);
}

/* The chunk at the plan's offset, if an earlier run has it: it counts as fetched
 * by that. */
static int
take_ahead(struct ir_pull *d, struct ir_chunk *chunk)
{
    const struct ir_chunk *ahead = d->ahead == NULL ? NULL
        : ir_journal_ahead(d->ahead, d->plan.offset);

    if (ahead == NULL)
        return 0;
    *chunk = *ahead;
    if (ir_plan_accept(&d->plan, chunk, &d->c->error) == IR_OK)
        d->plan.n_chunks--;
    return 1;
}

/* The chunk at the plan's offset, by whom it may be, noted in the journal. */
static enum ir_status
get_chunk(struct ir_pull *d, struct ir_chunk *chunk)
{
    struct ir_error *e = &d->c->error;

    if (take_ahead(d, chunk))
        return e->status;
    while (d->crew != NULL) {
        if (ir_crew_take(d->crew, d->plan.offset, chunk))
            return ir_plan_accept(&d->plan, chunk, e);
        if (ir_crew_is_idle(d->crew, d->plan.offset))
            break;
        if (ir_crew_help(d->crew) != IR_OK
            || ir_pull_report(d, IR_EVENT_PROGRESS,
                   d->crew_bytes + ir_crew_arrived(d->crew), NULL) != IR_OK)
            return e->status;
    }
    if (read_chunk(d, chunk) != IR_OK
        || (d->journal != NULL && ir_journal_add(d->journal, chunk, e) != IR_OK))
        return e->status;
    return d->crew == NULL ? IR_OK : send_crew(d);
}

static int
next(struct ir_pull *d, struct ir_chunk *chunk)
{
    int was_unknown = d->plan.size_bytes == IR_PLAN_UNKNOWN;
    uint64_t offset;
    uint64_t length;
    enum ir_level level;

    if (!ir_plan_next(&d->plan, &offset, &length)) {
        if (!d->complete && (ir_plan_finish(&d->plan, &d->handler.document,
                &level, &d->c->error) != IR_OK
            || ir_pull_report(d, IR_EVENT_VERIFY, d->plan.offset, NULL) != IR_OK))
            return -1;
        d->complete = 1;
        return 0;
    }
    if (get_chunk(d, chunk) != IR_OK
        || (was_unknown && probe_end(d) != IR_OK)
        || (d->chunk != NULL && d->sink != NULL && deliver(d, chunk) != IR_OK)
        || ir_pull_report(d, IR_EVENT_PROGRESS, d->plan.offset, NULL) != IR_OK)
        return -1;
    chunk->data = d->chunk;
    return 1;
}

int
ir_pull_next(struct ir_pull *d, struct ir_chunk *chunk)
{
    int more;

    if (d->failure.status != IR_OK) {
        d->c->error = d->failure;
        return -1;
    }
    more = next(d, chunk);
    if (more < 0)
        d->failure = d->c->error;
    return more;
}

/* ---- All of it --------------------------------------------------------- */

static enum ir_status
pull_once(struct ir_pull *d, const char *path, const struct ir_target *t)
{
    uint64_t size;
    struct ir_chunk chunk;
    int more = -1;

    if (ir_pull_begin(d, path, &t->sink) == IR_OK) {
        size = d->plan.size_bytes == IR_PLAN_UNKNOWN ? 0 : d->plan.size_bytes;
        if ((t->start == NULL
                || t->start(t->sink.ctx, size, &d->c->error) == IR_OK)
            && send_crew(d) == IR_OK)
            do
                more = ir_pull_next(d, &chunk);
            while (more > 0);
    }
    if (more == 0 && t->check != NULL)
        t->check(t->sink.ctx, d->c);
    ir_pull_end(d);
    return d->c->error.status;
}

/* What changed while it was staged, or whose chunks are all good while the
 * whole is not, is worth one fresh start; also a rest that there is no more. */
static int
is_worth_restart(const struct ir_pull *d, const struct ir_target *t)
{
    const struct ir_error *e = &d->c->error;

    if (d->resume != NULL && e->status == IR_E_SERVER && !e->retryable)
        return 1;
    return t->sink.rewritable && d->o.n_retries > 0
        && ((e->status == IR_E_CHANGED && !d->o.fail_on_change)
            || (e->status == IR_E_CORRUPT
                && d->plan.offset == d->plan.size_bytes));
}

enum ir_status
ir_pull_all(struct ir_pull *d, const char *path, const struct ir_target *t)
{
    struct ir_error *e = &d->c->error;
    struct ir_error first;

    if (pull_once(d, path, t) == IR_OK || !is_worth_restart(d, t))
        return e->status;
    first = *e;
    ir_error_clear(e);
    d->n_retries++;
    d->resume = NULL;
    if (ir_pull_report(d, IR_EVENT_RETRY, 0, first.message) == IR_OK)
        pull_once(d, path, t);
    return e->status;
}

void
ir_pull_result(const struct ir_pull *d, struct ir_result *r)
{
    const struct ir_document *document = &d->handler.document;

    *r = (struct ir_result){
        .size_bytes = d->plan.size_bytes,
        .crc32 = d->plan.crc32,
        .level = !d->complete         ? IR_LEVEL_NONE
            : document->has_crc32 ? IR_LEVEL_VERIFIED
                                  : IR_LEVEL_CHUNK_VERIFIED,
        .resumed_bytes = d->resumed_bytes,
        .n_chunks = d->plan.n_chunks,
        .n_retries = d->n_retries,
        .version = document->version,
        .name = document->name,
        .content_type = document->content_type,
        .modified = document->modified,
    };
}
