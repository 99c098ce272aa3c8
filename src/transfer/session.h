/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Calls inside a session: what may cure a refusal is tried once.  Every
 * operation with a ticket is called in this loop:
 *
 *     struct ir_cure cure = { 0 };
 *     do
 *         st = ir_call_...(c->wire, c->ticket, ...);
 *     while (ir_session_again(c, &cure, IR_NAMES_TWO, st)); */
#ifndef IR_TRANSFER_SESSION_H
#define IR_TRANSFER_SESSION_H

#include "transfer/client.h"

/* Do the two spellings of the operation's parameters differ? */
enum ir_names { IR_NAMES_ONE, IR_NAMES_TWO };

/* What was tried already for one call. */
struct ir_cure {
    int respelled;
    int renewed;
    struct ir_error first; /* the refusal that led to another spelling */
};

/* The call ended as 'st'.  1: call it again, the ticket or the spelling is
 * another.  0: c->error stands. */
int ir_session_again(struct ir_client *c, struct ir_cure *cure,
    enum ir_names names, enum ir_status st);

/* IR_E_AUTH unless there is a ticket. */
enum ir_status ir_session_check(struct ir_client *c);

#endif
