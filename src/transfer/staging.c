/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "transfer/staging.h"

#include <string.h>

#include "transfer/session.h"
#include "transfer/staged.h"

enum ir_status
ir_staging_document(struct ir_pull *d, struct ir_handler *handler)
{
    return ir_staged_begin(d->c, d->path, d->o.version, d->o.chunk_bytes,
        handler);
}

/* Stage, and note that there is something to delete. */
static enum ir_status
stage(struct ir_pull *d, struct ir_handler *handler)
{
    d->stage(d, handler);
    if (handler->id[0] != '\0')
        ir_ledger_note(d->c, IR_JOB_DOWNLOAD, handler->id, d->path, d->file);
    return d->c->error.status;
}

static int
is_same(const struct ir_document *a, const struct ir_document *b)
{
    return a->size_bytes == b->size_bytes && a->has_crc32 && b->has_crc32
        && a->crc32 == b->crc32;
}

/* What an earlier run began is still what the server has: under its handler, of
 * which the first chunk shows whether it lives, or else staged again. */
static enum ir_status
stage_same(struct ir_pull *d)
{
    struct ir_error *e = &d->c->error;
    const struct ir_handler *was = &d->resume->handler;
    struct ir_document now;

    if (was->id[0] == '\0') {
        if (stage(d, &d->handler) != IR_OK)
            return e->status;
        now = d->handler.document;
    } else {
        d->handler = *was;
        ir_ledger_note(d->c, IR_JOB_DOWNLOAD, was->id, d->path, d->file);
        if (!was->document.has_crc32)
            return IR_OK;
        IR_IN_SESSION(d->c, IR_NAMES_ONE,
            ir_call_get_download_info(d->c->wire, d->c->ticket, d->path,
                d->o.version, &now));
        if (e->status != IR_OK)
            return e->status;
        d->handler.document = now;
    }
    if (!is_same(&now, &was->document))
        ir_error_set(e, IR_E_CHANGED,
            "the document is not the one whose download was interrupted");
    return e->status;
}

/* Go on where an earlier run ended; from the first byte, if what it fetched is
 * of no use any more. */
static enum ir_status
stage_rest(struct ir_pull *d)
{
    struct ir_error *e = &d->c->error;
    struct ir_error changed;

    if (stage_same(d) != IR_OK) {
        if (e->status != IR_E_CHANGED || d->o.fail_on_change)
            return e->status;
        changed = *e;
        ir_error_clear(e);
        if (ir_staged_end(d->c, d->handler.id[0] == '\0'
                ? d->resume->handler.id : d->handler.id) == IR_OK)
            ir_ledger_forget(d->c);
        else
            ir_ledger_leave(d->c);
        ir_error_clear(e);
        d->resume = NULL;
        d->handler.id[0] = '\0';
        if (ir_pull_report(d, IR_EVENT_WARNING, 0, changed.message) != IR_OK)
            return e->status;
        return stage(d, &d->handler);
    }
    ir_plan_init(&d->plan, d->handler.document.size_bytes,
        d->handler.chunk_bytes);
    d->plan.offset = d->resume->offset;
    d->plan.crc32 = d->resume->crc32;
    d->ahead = d->plan.chunk_bytes == d->resume->handler.chunk_bytes
        ? d->resume : NULL;
    d->resumed_bytes = d->ahead == NULL ? d->resume->offset
                                        : ir_journal_done(d->resume);
    return ir_journal_handler(d->journal, d->handler.id, e);
}

/* Stage from the first byte. */
static enum ir_status
stage_all(struct ir_pull *d)
{
    if (d->handler.id[0] == '\0' && stage(d, &d->handler) != IR_OK)
        return d->c->error.status;
    ir_plan_init(&d->plan, d->handler.document.size_bytes,
        d->handler.chunk_bytes);
    d->ahead = NULL;
    d->resumed_bytes = 0;
    return IR_OK;
}

enum ir_status
ir_staging_begin(struct ir_pull *d)
{
    d->handler.id[0] = '\0';
    if (d->resume != NULL && stage_rest(d) != IR_OK)
        return d->c->error.status;
    return d->resume == NULL ? stage_all(d) : IR_OK;
}

/* The server no longer knows the handler: stage the document again, once, and
 * go on where we are if size and checksum prove that it is the same. */
enum ir_status
ir_staging_again(struct ir_pull *d)
{
    struct ir_error *e = &d->c->error;
    struct ir_document *was = &d->handler.document;
    struct ir_error lost = *e;
    struct ir_handler fresh;
    int is_smaller;

    if (e->status != IR_E_SERVER || e->retryable || d->is_restaged
        || d->o.n_retries < 0 || !was->has_crc32)
        return e->status;
    d->is_restaged = 1;
    d->n_retries++;
    ir_error_clear(e);
    if (ir_pull_report(d, IR_EVENT_RETRY, d->plan.offset, lost.message)
        != IR_OK)
        return e->status;
    if (ir_staged_end(d->c, d->handler.id) == IR_OK)
        ir_ledger_forget(d->c);
    else
        ir_ledger_leave(d->c);
    ir_error_clear(e);
    stage(d, &fresh);
    memcpy(d->handler.id, fresh.id, sizeof fresh.id);
    if (e->status != IR_OK) {
        if (!e->retryable && e->status != IR_E_CANCELLED)
            *e = lost;
        return e->status;
    }
    is_smaller = fresh.chunk_bytes < d->plan.chunk_bytes;
    if (is_smaller)
        d->plan.chunk_bytes = fresh.chunk_bytes;
    if (!is_same(&fresh.document, was))
        return ir_error_set(e, IR_E_CHANGED,
            "the document changed while it was read");
    if (d->journal == NULL)
        return IR_OK;
    /* The journal tells the chunks of the first: the next run stages again. */
    return ir_journal_handler(d->journal, is_smaller ? NULL : fresh.id, e);
}
