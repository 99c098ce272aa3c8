/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_SPELLING_H
#define IR_EMULATOR_SPELLING_H

#include "operations.h"
#include "settings.h"

#define IR_PARAMETER_NAME_SIZE 64

/* The classic spelling of a documented parameter name. */
void ir_spelling_classic(const struct ir_operation *o, const char *documented,
    char out[IR_PARAMETER_NAME_SIZE]);

/* Whether the server describes itself in the classic spelling. */
bool ir_spelling_prefers_classic(const struct ir_settings *s);

/* The documented name of the parameter that an element called 'name' is meant
 * for, or NULL if it is none in this spelling. */
const char *ir_spelling_match(const struct ir_operation *o,
    enum ir_spelling spelling, const char *name);

#endif
