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

/* The same, for an operation that is not looked at before the end: the result
 * is the client's error. */
#define IR_IN_SESSION(c, names, call)                                         \
    do {                                                                      \
        struct ir_cure cure_ = { 0 };                                         \
        enum ir_status st_;                                                   \
                                                                              \
        do                                                                    \
            st_ = (call);                                                     \
        while (ir_session_again((c), &cure_, (names), st_));                  \
    } while (0)

/* Do the two spellings of the operation's parameters differ? */
enum ir_names { IR_NAMES_ONE, IR_NAMES_TWO };

/* What was tried already for one call. */
struct ir_cure {
    int respelled;
    int renewed; /* the ticket is another, or may be */
    int tried;   /* by this call itself */
    struct ir_error first; /* the refusal that led to another spelling */
};

/* The call ended as 'st'.  1: call it again, the ticket or the spelling is
 * another.  0: c->error stands. */
int ir_session_again(struct ir_client *c, struct ir_cure *cure,
    enum ir_names names, enum ir_status st);

/* IR_E_AUTH unless there is a ticket. */
enum ir_status ir_session_check(struct ir_client *c);

/* Show that the ticket is good, unless a call did or no spelling is in doubt:
 * due before operations whose names have two spellings, because a server that
 * drops the ticket's name refuses as if there were none. */
enum ir_status ir_session_prove(struct ir_client *c);

#endif
