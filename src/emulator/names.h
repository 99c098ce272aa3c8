/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_NAMES_H
#define IR_EMULATOR_NAMES_H

#include "documents.h"

#include <stdbool.h>

/* The name that a document or folder gets when a client calls it 'text'.  False
 * if nothing is left of it, or it is no UTF-8. */
bool ir_names_clean(const char *text, char out[IR_NAME_SIZE]);

/* Text for people, such as a comment, made fit to be told back: what no XML can
 * carry becomes a question mark, and it is cut to 'size' between characters. */
void ir_names_clean_text(const char *text, char *out, size_t size);

#endif
