/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A client made from the settings, and the session it works in. */
#ifndef IR_CLI_SESSION_H
#define IR_CLI_SESSION_H

#include "options.h"
#include "secrets.h"

struct ir_output;

struct ir_session {
    const struct ir_settings *settings;
    struct ir_output *out;
    struct ir_client *client;
    int is_ours; /* opened here, to be ended here */
    struct ir_error error;
};

/* Make the client; nothing is sent.  'language' is that of its logins, NULL if
 * they name none.  ir_session_close() is due, also after failures, which are in
 * 'error'. */
enum ir_status ir_session_client(struct ir_session *session,
    const struct ir_settings *s, const char *language, struct ir_output *out);

/* ir_session_client(), then take the ticket of --ticket-file or log in,
 * whichever was asked for nearer. */
enum ir_status ir_session_open(struct ir_session *session,
    const struct ir_settings *s, struct ir_output *out);

/* Log in.  'user' NULL: none is given. */
enum ir_status ir_session_login(struct ir_session *session, const char *user);

/* Take the ticket of --ticket-file. */
enum ir_status ir_session_ticket(struct ir_session *session);

/* Write the ticket of a login to --ticket-file; the session then outlives the
 * program. */
enum ir_status ir_session_save_ticket(struct ir_session *session);

/* Is a ticket to be used rather than a login? */
int ir_session_has_ticket(const struct ir_settings *s);

/* Copy the client's error, and return its status. */
enum ir_status ir_session_result(struct ir_session *session);

/* End a session that is ours, and free the client. */
void ir_session_close(struct ir_session *session);

#endif
