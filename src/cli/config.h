/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Settings from the environment and from a profile. */
#ifndef IR_CLI_CONFIG_H
#define IR_CLI_CONFIG_H

#include "options.h"

/* IR_URL, IR_CHUNK_SIZE and so on; an empty variable counts as unset. */
enum ir_status ir_config_environment(struct ir_settings *s, struct ir_error *e);

/* The profile of $XDG_CONFIG_HOME/inforouter/config.  No file is no error,
 * unless a profile was asked for. */
enum ir_status ir_config_file(struct ir_settings *s, struct ir_error *e);

#endif
