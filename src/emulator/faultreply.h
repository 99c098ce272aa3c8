/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_FAULTREPLY_H
#define IR_EMULATOR_FAULTREPLY_H

#include "faultrules.h"

struct ir_call;

/* Do what a rule wants while the request is unread.  True if it has been dealt
 * with. */
bool ir_faultreply_early(struct ir_call *call, const struct ir_fault_rule *r);

/* Send the reply that stands in place of an answer. */
void ir_faultreply_send(struct ir_call *call, const struct ir_fault_rule *r);

#endif
