/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_FAULTEDIT_H
#define IR_EMULATOR_FAULTEDIT_H

#include "faultwire.h"

/* Set w->edit to what the rule changes in a body that begins with the 'n' bytes
 * at 'body', and leave it alone if that is nothing.  False if what is to be
 * changed is not there. */
bool ir_faultedit_find(struct ir_faultwire *w, const char *body, size_t n);

#endif
