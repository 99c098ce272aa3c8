/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_URLENCODED_H
#define IR_EMULATOR_URLENCODED_H

#include <stdbool.h>

/* Decode the text in place: '+' is a blank, %XX a byte.  False if an escape is
 * malformed or makes a NUL. */
bool ir_urlencoded_decode(char *text);

/* Take the next name=value off 'rest' and decode both in place; a name without
 * '=' has the value "".  1 if there is one, 0 at the end, -1 if it is
 * malformed. */
int ir_urlencoded_next(char **rest, char **name, char **value);

#endif
