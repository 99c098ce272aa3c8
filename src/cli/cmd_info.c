/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir info: what the server tells about documents and their versions; stages
 * nothing. */
#include "facts.h"
#include "output.h"
#include "session.h"
#include "tally.h"

/* Has the server answered, though not as it was asked to? */
static int
is_refusal(enum ir_status status)
{
    return status == IR_E_NOT_FOUND || status == IR_E_DENIED
        || status == IR_E_SERVER || status == IR_E_PROTOCOL;
}

/* Put the versions into the record.  A document that is known without them is
 * better than none. */
static enum ir_status
add_versions(struct ir_record *r, struct ir_session *session, const char *path)
{
    struct ir_versions versions;
    enum ir_status st = ir_get_versions(session->client, path, &versions);

    if (is_refusal(st)) {
        ir_output_warning(session->out, path,
            ir_client_error(session->client)->message);
        return IR_OK;
    }
    if (st == IR_OK)
        ir_facts_versions(r, &versions);
    return st;
}

static enum ir_status
show(struct ir_session *session, const char *path)
{
    int64_t version =
        ir_options_get(session->settings, IR_OPTION_DOC_VERSION, 0);
    struct ir_document document;
    struct ir_record r;
    enum ir_status st =
        ir_get_document(session->client, path, version, &document);

    if (st != IR_OK)
        return st;
    ir_record_init(&r, "done");
    ir_record_text(&r, "path", path);
    ir_facts_document(&r, &document);
    st = add_versions(&r, session, path);
    if (st == IR_OK)
        ir_output_data(session->out, &r);
    ir_record_clear(&r);
    return st;
}

int
ir_cmd_info(const struct ir_settings *s, struct ir_output *out)
{
    struct ir_tally tally = { .out = out };
    struct ir_session session;

    if (ir_session_open(&session, s, out) != IR_OK)
        ir_tally_fail(&tally, NULL, &session.error);
    for (int i = 0; session.error.status == IR_OK && i < s->n_operands
         && !ir_tally_must_stop(&tally);
         i++) {
        if (show(&session, s->operands[i]) == IR_OK)
            tally.n_done++;
        else
            ir_tally_fail(&tally, s->operands[i],
                ir_client_error(session.client));
    }
    ir_session_close(&session);
    return ir_tally_exit(&tally);
}
