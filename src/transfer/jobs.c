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
    return ir_note_for_each(state_dir, 0, show, &l, why);
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
delete_handler(struct ir_client *c, const struct ir_note *n)
{
    if (n->job.kind == IR_JOB_DOWNLOAD)
        return ir_staged_end(c, n->handler);
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_delete_upload_handler(c->wire, c->ticket, n->handler));
    return c->error.status;
}

/* No server says that it does not know a handler: one of another session it lets
 * go when that ends. */
static void
count(struct collection *all, const struct ir_note *n)
{
    if (n->session == ir_ledger_session(all->c->ticket))
        all->n_deleted++;
    else
        ir_client_log(all->c, IR_LOG_WARNING, "the handler for %s is of "
            "another session: the server deletes it when that ends", n->path);
}

/* What that process checked out, unless it is checked in already. */
static enum ir_status
check_in(struct ir_client *c, const struct ir_note *n)
{
    struct ir_error *e = &c->error;
    struct ir_document_state now;

    if (n->job.kind != IR_JOB_UPLOAD || !n->left.is_locked)
        return IR_OK;
    IR_IN_SESSION(c, IR_NAMES_ONE,
        ir_call_get_document(c->wire, c->ticket, n->path, &now));
    if (e->status == IR_OK && now.checked_out_by != NULL)
        IR_IN_SESSION(c, IR_NAMES_TWO,
            ir_call_unlock(c->wire, c->ticket, n->path, 0));
    if (e->status == IR_E_SERVER || e->status == IR_E_NOT_FOUND) {
        ir_client_log(c, IR_LOG_WARNING, "%s may still be checked out: %s",
            n->path, e->message);
        ir_error_clear(e);
    }
    return e->status;
}

/* May the commit of that process have been served?  The same upload will see,
 * as long as there is the file for it. */
static int
is_wanted(struct ir_client *c, const struct ir_note *n)
{
    const struct ir_ledger_upload *left = &n->left;
    struct ir_document_state now;
    struct ir_exists_answer a;

    if (n->job.kind != IR_JOB_UPLOAD || left->step != IR_LEDGER_COMMIT
        || n->job.file == NULL || access(n->job.file, F_OK) != 0)
        return 0;
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_document_exists(c->wire, c->ticket, n->path, &a));
    if (c->error.status == IR_E_NOT_FOUND) {
        ir_error_clear(&c->error);
        return 0;
    }
    if (c->error.status != IR_OK || (a.has_crc32 && a.crc32 != left->crc32))
        return 0;
    IR_IN_SESSION(c, IR_NAMES_ONE,
        ir_call_get_document(c->wire, c->ticket, n->path, &now));
    return left->n_versions < 0 || now.n_versions < 0
        || now.n_versions > left->n_versions;
}

static int
collect(void *ctx, struct ir_note *n)
{
    struct collection *all = ctx;
    struct ir_client *c = all->c;
    const struct ir_job *job = &n->job;
    int stays = job->kind == IR_JOB_RESUMABLE && job->is_resumable;

    if (job->is_running)
        return 0;
    if (n->is_torn) { /* it does not even tell the server */
        ir_note_remove_read(n);
        return 0;
    }
    if (strcmp(job->url, c->url) != 0)
        return 0;
    if (job->kind != IR_JOB_RESUMABLE) {
        if (delete_handler(c, n) == IR_OK && check_in(c, n) == IR_OK)
            stays = is_wanted(c, n);
        if (c->error.status != IR_OK)
            return fail(all);
        if (!stays)
            count(all, n);
        if (job->is_resumable)
            ir_ledger_resumable(c, job->path, job->file, 1);
    }
    if (!stays)
        ir_note_remove_read(n);
    return 0;
}

enum ir_status
ir_gc(struct ir_client *c, uint64_t *n_deleted)
{
    struct collection all = { .c = c };
    struct ir_error unread = { .status = IR_OK };

    ir_wire_begin(c->wire);
    if (c->ledger.folder == NULL)
        ir_error_set(&c->error, IR_E_ARGUMENT,
            "the client has no folder for its state");
    else if (ir_session_check(c) == IR_OK && ir_session_prove(c) == IR_OK)
        ir_note_for_each(c->ledger.folder, 1, collect, &all, &unread);
    if (c->error.status == IR_OK)
        c->error = all.first.status != IR_OK ? all.first : unread;
    if (n_deleted != NULL)
        *n_deleted = all.n_deleted;
    return c->error.status;
}
