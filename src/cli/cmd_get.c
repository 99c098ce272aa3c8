/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir get: documents into files, one document to standard output, or folders
 * into directories.  A document that fails does not keep the others from being
 * fetched. */
#include "fetch.h"
#include "names.h"
#include "pool.h"
#include "targets.h"
#include "tree_get.h"

struct get {
    struct ir_work work;
    struct ir_targets targets;
};

/* ---- One operand ------------------------------------------------------- */

static void
fetch(struct ir_work *w, void *ctx)
{
    const struct ir_target *target = ctx;
    struct ir_fetch f = { target->path, target->path, target->file,
        target->is_stdout ? NULL : target->file };

    ir_fetch_document(w, &f);
}

static void
get_document(struct get *g, struct ir_target *target, int is_large)
{
    struct ir_task task = { fetch, NULL, target };

    if (is_large)
        ir_pool_alone(&g->work, &task);
    else
        ir_pool_add(&g->work, &task);
}

/* What the server cannot list is a document, or is not there. */
static void
get_either(struct get *g, struct ir_target *target)
{
    struct ir_client *c = g->work.session.client;
    struct ir_tree_get tree = { target->path, g->targets.directory,
        target->file };
    struct ir_error e = { .status = IR_OK };
    struct ir_document document;

    if (ir_tree_get(&g->work, &tree, &e) == IR_OK)
        return;
    if (e.status != IR_E_NOT_FOUND && e.status != IR_E_SERVER)
        ir_pool_fail(&g->work, target->path, &e);
    else if (ir_get_document(c, target->path, 0, &document) == IR_OK)
        get_document(g, target,
            document.size_bytes >= IR_POOL_LARGE_BYTES);
    else
        ir_pool_fail(&g->work, target->path,
            e.status == IR_E_SERVER ? &e : ir_client_error(c));
}

static void
get(struct get *g, struct ir_target *target)
{
    if (g->targets.recursive && !ir_names_is_id(target->path))
        get_either(g, target);
    else
        get_document(g, target, 0);
}

/* ---- All of them ------------------------------------------------------- */

/* Connections go to documents first: to several at a time if there are, of
 * which each then has its share. */
static enum ir_status
share_connections(struct get *g, struct ir_error *e)
{
    int n = ir_pool_wish(g->work.settings);
    int n_tasks = g->targets.recursive || g->targets.n > n ? n : g->targets.n;

    g->work.n_connections = n_tasks == 1
        ? (int)ir_options_get(g->work.settings, IR_OPTION_PARALLEL,
            IR_CONNECTIONS_AUTO)
        : n / n_tasks;
    return ir_pool_open(&g->work, n_tasks, e);
}

static enum ir_status
prepare(struct get *g, struct ir_error *e)
{
    const struct ir_settings *s = g->work.settings;

    g->targets.output = ir_options_text(s, IR_OPTION_OUTPUT);
    g->targets.recursive = ir_options_get(s, IR_OPTION_RECURSIVE, 0) != 0;
    g->targets.n = s->n_operands;
    if (g->targets.recursive && ir_options_get(s, IR_OPTION_DOC_VERSION, 0))
        return ir_fault_set(e, IR_E_ARGUMENT,
            "--doc-version is of one document: it does not go with -r");
    if (ir_targets_init(&g->targets, s->operands, e) != IR_OK
        || ir_targets_check(&g->targets, e) != IR_OK)
        return e->status;
    if (ir_session_open(&g->work.session, s, g->work.out) != IR_OK) {
        *e = g->work.session.error;
        return e->status;
    }
    if (ir_targets_ask(&g->targets, &g->work.session, &g->work.tally, e)
        != IR_OK
        || ir_targets_create(&g->targets, e) != IR_OK)
        return e->status;
    return share_connections(g, e);
}

int
ir_cmd_get(const struct ir_settings *s, struct ir_output *out)
{
    struct get g = { .targets = { .n = 0 } };
    struct ir_error e = { .status = IR_OK };
    int code;

    ir_work_init(&g.work, s, out);
    if (prepare(&g, &e) == IR_OK) {
        for (int i = 0; i < g.targets.n; i++) {
            if (!g.targets.of[i].failed && !ir_tally_must_stop(&g.work.tally))
                get(&g, &g.targets.of[i]);
        }
        ir_pool_close(&g.work);
        if (g.targets.recursive)
            ir_work_summary(&g.work);
        code = ir_tally_exit(&g.work.tally);
    } else {
        code = ir_output_error(out, NULL, &e);
    }
    ir_session_close(&g.work.session);
    ir_targets_clear(&g.targets);
    return code;
}
