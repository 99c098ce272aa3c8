/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Where a request meets the rules of --faults.  A call shows one fault at most:
 * the first rule in the file that fits at the earliest moment at which one
 * does.  Every function but the first two is for an emulator that has rules. */
#ifndef IR_EMULATOR_FAULTS_H
#define IR_EMULATOR_FAULTS_H

#include "faultrules.h"

#include <stdbool.h>
#include <stdint.h>

struct ir_call;
struct ir_faults;

/* Where in a transfer a call is. */
struct ir_fault_place {
    uint64_t handler; /* from 1 in the order of their beginning, 0 unknown */
    bool has_offset;  /* and so all that follows */
    uint64_t offset;
    uint64_t chunk;
    bool is_last;
};

/* What the rules have made of a call. */
struct ir_fault_state {
    uint64_t nth; /* call of its operation, from 1 */
    uint64_t nth_of_all;
    struct ir_fault_place place;
    const struct ir_fault_rule *rule; /* that fired, NULL if none did */
    uint32_t grant_bytes;             /* chunk size to grant, 0 as ever */
};

/* The rules of 'file'; NULL if they cannot be read, which stderr explains. */
struct ir_faults *ir_faults_open(const char *file);
void ir_faults_close(struct ir_faults *f);

/* The head of a request is known, and 'rest' is what follows the path of the
 * service.  True if there is nothing more to do. */
bool ir_faults_on_head(struct ir_call *call, const char *rest);

/* The request structure 'in' is known.  True if the operation is not to be
 * performed: call->refusal and the answer structure are set instead. */
bool ir_faults_on_call(struct ir_call *call, const void *in, void *answer);

/* The answer is complete. */
void ir_faults_on_answer(struct ir_call *call, void *answer);

/* Send what replaces the answer; false if nothing does. */
bool ir_faults_reply(struct ir_call *call);

/* The rule could not show in this answer after all: it did not fire. */
void ir_faults_give_back(struct ir_call *call, const struct ir_fault_rule *r);

/* Call 'each' for every rule, in the order of the file. */
void ir_faults_visit(struct ir_faults *f,
    void (*each)(void *ctx, const struct ir_fault_rule *r), void *ctx);

#endif
