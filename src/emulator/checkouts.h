/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_CHECKOUTS_H
#define IR_EMULATOR_CHECKOUTS_H

#include "documents.h"
#include "refusal.h"

#include <stdbool.h>

/* Check a document out, or in again; 'force' takes it from whoever has it. */
enum ir_refusal ir_checkouts_take(struct ir_emulator *e,
    const struct ir_document *d, const char *user);
enum ir_refusal ir_checkouts_release(struct ir_emulator *e,
    const struct ir_document *d, const char *user, bool force);

/* Call 'each' for every document that is checked out, by path. */
void ir_checkouts_visit(struct ir_emulator *e,
    void (*each)(void *ctx, const char *path, const char *user), void *ctx);

#endif
