/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * One line to one service: a struct soap whose input and output are our own
 * HTTP and transport.  calls.h has the operations that go over it. */
#ifndef IR_WIRE_WIRE_H
#define IR_WIRE_WIRE_H

#include "wire/error.h"

struct ir_wire;

/* 'error' must live as long as the wire: every failure is recorded there. */
enum ir_status ir_wire_new(const char *url, const struct ir_options *opts,
    struct ir_error *error, struct ir_wire **wire);

/* Another line to the same service, with the settings of 'w' and what it has
 * loaded.  Each may be used by a thread of its own. */
enum ir_status ir_wire_twin(const struct ir_wire *w, struct ir_error *error,
    struct ir_wire **twin);
void ir_wire_free(struct ir_wire *w);

/* A call of the library begins: no error, and its deadline starts. */
void ir_wire_begin(struct ir_wire *w);

/* Wait before a retry; ends early, with the error recorded, when the deadline
 * passes or the client is cancelled. */
enum ir_status ir_wire_wait(struct ir_wire *w, int ms);

/* Secrets that no message may repeat, even if the server does; either may be
 * NULL.  They must live until they are replaced. */
void ir_wire_conceal(struct ir_wire *w, const char *ticket,
    const char *password);

/* How parameters are spelled from now on: never AUTO. */
void ir_wire_spell(struct ir_wire *w, enum ir_spelling spelling);
enum ir_spelling ir_wire_spelling(const struct ir_wire *w);

/* Seconds that the server asked to wait in its last refusal; 0: it did not. */
int ir_wire_retry_after_s(const struct ir_wire *w);

/* Did any byte of the last request leave? */
int ir_wire_request_sent(const struct ir_wire *w);

/* Is it a server of this machine, and did a call take it less than a
 * millisecond?  One there that answers later is perhaps a tunnel. */
int ir_wire_is_near(const struct ir_wire *w);

/* As in transport.h. */
void ir_wire_cancel(struct ir_wire *w);
void ir_wire_grace(struct ir_wire *w, int ms);
void ir_wire_wipe(void *data, size_t n);

#endif
