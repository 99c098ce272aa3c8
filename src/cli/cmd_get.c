/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir get: documents into files, one document to standard output, or folders
 * into directories.  A document that fails does not keep the others from being
 * fetched. */
#include <string.h>

#include "fetch.h"
#include "names.h"
#include "targets.h"
#include "tree_get.h"

struct get {
    struct ir_work work;
    struct ir_targets targets;
};

/* ---- One operand ------------------------------------------------------- */

static void
get_document(struct get *g, const struct ir_target *target)
{
    struct ir_fetch f = { target->path, target->path, target->file,
        target->file };

    if (strcmp(target->file, "-") == 0 && g->targets.output != NULL)
        f.opened = NULL;
    ir_fetch_document(&g->work, &f);
}

/* What the server cannot list is a document, or is not there. */
static void
get_either(struct get *g, const struct ir_target *target)
{
    struct ir_client *c = g->work.session.client;
    struct ir_tree_get tree = { target->path, g->targets.directory,
        target->file };
    struct ir_error e = { .status = IR_OK };
    struct ir_document document;

    if (ir_tree_get(&g->work, &tree, &e) == IR_OK)
        return;
    if (e.status != IR_E_NOT_FOUND && e.status != IR_E_SERVER)
        ir_tally_fail(&g->work.tally, target->path, &e);
    else if (ir_get_document(c, target->path, 0, &document) == IR_OK)
        get_document(g, target);
    else
        ir_tally_fail(&g->work.tally, target->path,
            e.status == IR_E_SERVER ? &e : ir_client_error(c));
}

static void
get(struct get *g, const struct ir_target *target)
{
    if (g->targets.recursive && !ir_names_is_id(target->path))
        get_either(g, target);
    else
        get_document(g, target);
}

/* ---- All of them ------------------------------------------------------- */

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
        != IR_OK)
        return e->status;
    return ir_targets_create(&g->targets, e);
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
