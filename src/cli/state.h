/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Where ir notes what must not be forgotten. */
#ifndef IR_CLI_STATE_H
#define IR_CLI_STATE_H

struct ir_settings;

/* The folder in fresh memory; NULL if there is no home, or memory. */
char *ir_state_folder(const struct ir_settings *s);

#endif
