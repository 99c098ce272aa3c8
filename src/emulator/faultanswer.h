/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_FAULTANSWER_H
#define IR_EMULATOR_FAULTANSWER_H

#include "faultrules.h"

struct ir_call;

/* The value of the text parameter whose name ends like this, in any case; NULL
 * if the operation has none. */
const char *ir_faultanswer_text(const struct ir_call *call, const void *in,
    const char *name);

/* The handler that an answer tells of, NULL if it is not of that kind. */
const char *ir_faultanswer_handler(const struct ir_call *call,
    const void *answer);

/* Do what a rule wants done before the operation.  True if the operation is not
 * to be performed. */
bool ir_faultanswer_begin(struct ir_call *call, const struct ir_fault_rule *r,
    const void *in, void *answer);

/* Change the answer as a rule wants it.  False if this one cannot be. */
bool ir_faultanswer_alter(struct ir_call *call, const struct ir_fault_rule *r,
    void *answer);

#endif
