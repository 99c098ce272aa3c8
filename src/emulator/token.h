/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_TOKEN_H
#define IR_EMULATOR_TOKEN_H

#include <stdbool.h>

#define IR_GUID_LENGTH 36

/* Longest handler that anybody may name. */
#define IR_HANDLER_LENGTH 64

/* A new random GUID: 122 bits that nobody can guess.  False if the system has
 * no randomness to give. */
bool ir_token_new(char out[IR_GUID_LENGTH + 1]);

/* Whether the text is a GUID: 8-4-4-4-12 hexadecimal digits. */
bool ir_token_is_guid(const char *text);

/* Whether the text could be a handler of a classic server: 1 to 64 letters,
 * digits and hyphens. */
bool ir_token_is_name(const char *text);

/* Whether two secrets are equal, in a time that does not tell where they
 * differ. */
bool ir_token_equal(const char *a, const char *b);

#endif
