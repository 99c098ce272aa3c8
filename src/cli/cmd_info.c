/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir info: what the server tells about documents; stages nothing. */
#include "facts.h"
#include "output.h"
#include "session.h"
#include "signals.h"

static void
show(struct ir_output *out, const char *path,
    const struct ir_document *document)
{
    struct ir_record r;

    ir_record_init(&r, "done");
    ir_record_text(&r, "path", path);
    ir_facts_document(&r, document);
    ir_output_data(out, &r);
}

int
ir_cmd_info(const struct ir_settings *s, struct ir_output *out)
{
    int64_t version = ir_options_get(s, IR_OPTION_DOC_VERSION, 0);
    struct ir_session session;
    struct ir_document document;
    int n_done = 0;
    int code = IR_EXIT_OK;

    if (ir_session_open(&session, s, out) != IR_OK) {
        code = ir_output_error(out, NULL, &session.error);
        ir_session_close(&session);
        return code;
    }
    for (int i = 0; i < s->n_operands && ir_signals_caught() == 0; i++) {
        const char *path = s->operands[i];

        if (ir_get_document(session.client, path, version, &document)
            == IR_OK) {
            show(out, path, &document);
            n_done++;
        } else {
            int failure =
                ir_output_error(out, path, ir_client_error(session.client));

            if (code == IR_EXIT_OK)
                code = failure;
        }
    }
    ir_session_close(&session);
    if (ir_signals_caught() != 0)
        return ir_fault_exit(IR_E_CANCELLED);
    return code != IR_EXIT_OK && n_done > 0 ? IR_EXIT_PARTIAL : code;
}
