/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_PERFORM_H
#define IR_EMULATOR_PERFORM_H

#include "answer.h"

#include <stdbool.h>
#include <stdint.h>

struct ir_call;
struct ir_parameter;

/* Do what call->operation says with the request structure 'in'.  Returns the
 * answer structure, complete with its outcome, which call->refusal tells too;
 * NULL if memory ran out. */
void *ir_perform(struct ir_call *call, const void *in);

/* Whether an integer is one that the real servers' 32 bits can hold, where the
 * types here have 64; and whether all in a request structure are. */
bool ir_perform_fits(const struct ir_call *call, const struct ir_parameter *p,
    int64_t value);
bool ir_perform_all_fit(const struct ir_call *call, const void *in);

bool ir_perform_is_classic(const struct ir_call *call);

/* The name of the answer's element. */
enum ir_root ir_perform_root(const struct ir_call *call);

#endif
