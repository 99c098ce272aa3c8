/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir ticket: whose session it is, and on request the secret itself. */
#include "facts.h"
#include "output.h"
#include "session.h"

static enum ir_status
ask(struct ir_session *session, const struct ir_settings *s,
    struct ir_output *out, struct ir_user *user)
{
    if (ir_session_client(session, s, NULL, out) != IR_OK
        || ir_session_ticket(session) != IR_OK)
        return session->error.status;
    ir_check_ticket(session->client, user);
    return ir_session_result(session);
}

int
ir_cmd_ticket(const struct ir_settings *s, struct ir_output *out)
{
    struct ir_session session;
    struct ir_user user = { NULL, NULL, NULL, NULL, NULL };
    struct ir_record r;
    int code = IR_EXIT_OK;

    if (ask(&session, s, out, &user) != IR_OK) {
        code = ir_output_error(out, NULL, &session.error);
    } else {
        ir_record_init(&r, "done");
        ir_facts_user(&r, &user);
        if (ir_options_get(s, IR_OPTION_SHOW, 0))
            ir_record_text(&r, "ticket", ir_ticket(session.client));
        ir_output_data(out, &r);
    }
    ir_session_close(&session);
    return code;
}
