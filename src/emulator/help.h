/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_HELP_H
#define IR_EMULATOR_HELP_H

struct ir_settings;

/* The page that lists all operations, or the one called 'operation' with an
 * example for each binding; to be freed with free(), NULL if memory ran out or
 * there is no such operation.  'address' is the service's, checked to need no
 * escapes. */
char *ir_help_page(const struct ir_settings *s, const char *address,
    const char *operation);

#endif
