/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir logout: end the session of a ticket file, and remove the file. */
#include <errno.h>
#include <unistd.h>

#include "output.h"
#include "session.h"

static enum ir_status
logout(struct ir_session *session, const struct ir_settings *s,
    struct ir_output *out)
{
    const char *file = ir_options_text(s, IR_OPTION_TICKET_FILE);

    if (ir_session_client(session, s, NULL, out) != IR_OK
        || ir_session_ticket(session) != IR_OK)
        return session->error.status;
    if (ir_logout(session->client) != IR_OK)
        return ir_session_result(session);
    if (unlink(file) != 0)
        return ir_fault_set_errno(&session->error, errno,
            "logged out, but cannot remove %s", file);
    return IR_OK;
}

int
ir_cmd_logout(const struct ir_settings *s, struct ir_output *out)
{
    const char *file = ir_options_text(s, IR_OPTION_TICKET_FILE);
    struct ir_session session;
    struct ir_record r;
    int code = IR_EXIT_OK;

    if (logout(&session, s, out) != IR_OK) {
        code = ir_output_error(out, NULL, &session.error);
    } else {
        ir_record_init(&r, "done");
        ir_record_text(&r, "ticket_file", file);
        ir_output_event(out, &r);
        ir_output_result(out, "logged out, %s removed", file);
    }
    ir_session_close(&session);
    return code;
}
