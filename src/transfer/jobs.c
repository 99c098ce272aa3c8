/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include <inforouter.h>

#include <string.h>
#include <unistd.h>

#include "transfer/note.h"
#include "transfer/session.h"
#include "transfer/staged.h"

struct listing {
    ir_job_fn fn;
    void *ctx;
};

static int
show(void *ctx, struct ir_note *n)
{
    struct listing *l = ctx;

    return n->is_torn ? 0 : l->fn(l->ctx, &n->job);
}

enum ir_status
ir_jobs(const char *state_dir, ir_job_fn fn, void *ctx, struct ir_error *why)
{
    struct listing l = { fn, ctx };
    struct ir_error unread;

    if (why == NULL)
        why = &unread;
    ir_error_clear(why);
    if (state_dir == NULL)
        return ir_error_set(why, IR_E_ARGUMENT, "no folder is named");
    return ir_note_for_each(state_dir, show, &l, why);
}

struct collection {
    struct ir_client *c;
    uint64_t n_deleted;
    struct ir_error first; /* of the failures */
};

/* A handler that the server does not let go keeps no other from being deleted;
 * that nothing can be asked of it does. */
static int
fail(struct collection *all)
{
    struct ir_error *e = &all->c->error;
    enum ir_status st = e->status;

    if (all->first.status == IR_OK)
        all->first = *e;
    ir_error_clear(e);
    return st == IR_E_NETWORK || st == IR_E_TIMEOUT || st == IR_E_CANCELLED
        || st == IR_E_AUTH || st == IR_E_TLS || st == IR_E_MEMORY;
}

static enum ir_status
delete_handler(struct ir_client *c, const struct ir_job *job)
{
    if (job->kind == IR_JOB_DOWNLOAD)
        return ir_staged_end(c, job->handler);
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_delete_upload_handler(c->wire, c->ticket, job->handler));
    return c->error.status;
}

static int
collect(void *ctx, struct ir_note *n)
{
    struct collection *all = ctx;
    struct ir_client *c = all->c;
    const struct ir_job *job = &n->job;

    if (job->is_running)
        return 0;
    if (n->is_torn) { /* it does not even tell the server */
        unlinkat(n->dir, n->name, 0);
        return 0;
    }
    if (strcmp(job->url, c->url) != 0)
        return 0;
    if (job->kind != IR_JOB_RESUMABLE) {
        if (delete_handler(c, job) != IR_OK)
            return fail(all);
        all->n_deleted++;
        if (job->is_resumable)
            ir_ledger_resumable(c, job->path, job->file, 1);
    }
    if (job->kind != IR_JOB_RESUMABLE || !job->is_resumable)
        unlinkat(n->dir, n->name, 0);
    return 0;
}

enum ir_status
ir_gc(struct ir_client *c, uint64_t *n_deleted)
{
    struct collection all = { .c = c };

    ir_wire_begin(c->wire);
    if (c->ledger.folder == NULL)
        ir_error_set(&c->error, IR_E_ARGUMENT,
            "the client has no folder for its state");
    else if (ir_session_check(c) == IR_OK && ir_session_prove(c) == IR_OK)
        ir_note_for_each(c->ledger.folder, collect, &all, &c->error);
    if (c->error.status == IR_OK)
        c->error = all.first;
    if (n_deleted != NULL)
        *n_deleted = all.n_deleted;
    return c->error.status;
}
