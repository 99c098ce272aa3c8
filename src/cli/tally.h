/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * How the operands of one verb went: one that fails does not keep the others
 * from being worked on. */
#ifndef IR_CLI_TALLY_H
#define IR_CLI_TALLY_H

#include <inforouter.h>

struct ir_output;

struct ir_tally {
    struct ir_output *out;
    int n_done;
    int n_failed;
    int first_code; /* of the failures */
    int is_stopped; /* something was left undone */
};

/* Tell the failure of 'subject', and count it. */
void ir_tally_fail(struct ir_tally *t, const char *subject,
    const struct ir_error *e);

/* Something is to be done next: has it become pointless to go on? */
int ir_tally_must_stop(struct ir_tally *t);

/* The exit code of the program.  A signal that came when all was done changes
 * nothing about it. */
int ir_tally_exit(const struct ir_tally *t);

#endif
