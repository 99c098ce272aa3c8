/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_URLENCODED_H
#define IR_EMULATOR_URLENCODED_H

#include <stdbool.h>
#include <stddef.h>

/* Decode the text in place: '+' is a blank, %XX a byte.  False if an escape is
 * malformed or makes a NUL. */
bool ir_urlencoded_decode(char *text);

/* Take the next name=value off 'rest' and decode both in place; a name without
 * '=' has the value "".  1 if there is one, 0 at the end, -1 if it is
 * malformed. */
int ir_urlencoded_next(char **rest, char **name, char **value);

/* An escape that is cut between two pieces; zeroed before the first. */
struct ir_urlencoded {
    unsigned n_pending; /* characters of it so far */
    int high;
};

/* Decode a piece of 'n' characters to 'out', which has as much room; 'produced'
 * tells how many bytes there are.  False if an escape is malformed. */
bool ir_urlencoded_piece(struct ir_urlencoded *u, const char *in, size_t n,
    char *out, size_t *produced);

#endif
