/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_TICKETS_H
#define IR_EMULATOR_TICKETS_H

#include "emulator.h"
#include "token.h"

#include <stdbool.h>
#include <stdint.h>

#define IR_USER_SIZE 128

/* Somebody who has logged in. */
struct ir_session {
    int64_t id;
    int64_t expires_ms;
    char user[IR_USER_SIZE];
    char ticket[IR_GUID_LENGTH + 1];
};

/* Begin a session of 'user'.  False if that fails. */
bool ir_tickets_begin(struct ir_emulator *e, const char *user,
    struct ir_session *out);

/* Give the session of 'old' a new ticket, if it is one of 'user' and has not
 * logged out: its handlers stay.  False if there is no such session. */
bool ir_tickets_renew(struct ir_emulator *e, const char *old, const char *user,
    struct ir_session *out);

/* The session of a live ticket.  'slide' restarts its lifetime. */
bool ir_tickets_find(struct ir_emulator *e, const char *ticket, bool slide,
    struct ir_session *out);

/* End a session and forget its handlers. */
void ir_tickets_end(struct ir_emulator *e, const struct ir_session *session);

/* Let a ticket run out now; its session and handlers stay, for a renewal. */
void ir_tickets_expire(struct ir_emulator *e, const struct ir_session *session);

/* How many tickets are live. */
int64_t ir_tickets_count(struct ir_emulator *e);

#endif
