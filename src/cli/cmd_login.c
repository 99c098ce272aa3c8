/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir login: open a session that other verbs go on with. */
#include "output.h"
#include "session.h"

static enum ir_status
login(struct ir_session *session, const struct ir_settings *s,
    struct ir_output *out)
{
    if (ir_options_text(s, IR_OPTION_TICKET_FILE) == NULL)
        return ir_fault_set(&session->error, IR_E_ARGUMENT,
            "where the ticket goes is not given: --ticket-file");
    if (ir_session_client(session, s, ir_options_text(s, IR_OPTION_LANGUAGE),
            out)
            != IR_OK
        || ir_session_login(session, ir_options_text(s, IR_OPTION_USER))
            != IR_OK)
        return session->error.status;
    return ir_session_save_ticket(session);
}

int
ir_cmd_login(const struct ir_settings *s, struct ir_output *out)
{
    const char *user = ir_options_text(s, IR_OPTION_USER);
    const char *file = ir_options_text(s, IR_OPTION_TICKET_FILE);
    struct ir_session session = { .settings = s };
    struct ir_record r;
    int code = IR_EXIT_OK;

    if (login(&session, s, out) != IR_OK) {
        code = ir_output_error(out, NULL, &session.error);
    } else {
        ir_record_init(&r, "done");
        ir_record_text(&r, "user", user);
        ir_record_text(&r, "ticket_file", file);
        ir_output_event(out, &r);
        ir_output_result(out, "logged in as %s, ticket in %s", user, file);
    }
    ir_session_close(&session);
    return code;
}
