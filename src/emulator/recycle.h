/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_RECYCLE_H
#define IR_EMULATOR_RECYCLE_H

#include "documents.h"
#include "refusal.h"

/* Move a document to the recycle bin, unless somebody has it checked out. */
enum ir_refusal ir_recycle(struct ir_emulator *e, const char *path);

/* Before the first connection: end what a process was killed in. */
void ir_recycle_recover(struct ir_emulator *e);

#endif
