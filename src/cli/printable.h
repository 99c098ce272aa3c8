/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Text that others wrote, made fit for a terminal, and figures for people. */
#ifndef IR_CLI_PRINTABLE_H
#define IR_CLI_PRINTABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* How many bytes the character at 'text' has, and its code: 0 if they are no
 * UTF-8. */
size_t ir_printable_decode(const char *text, uint32_t *code);

/* How many bytes the character at 's' has: 0 if it is no UTF-8, a control
 * character, or a mark that reorders or hides text.  'columns', unless NULL, is
 * set to the room it takes on a terminal. */
size_t ir_printable_length(const char *s, int *columns);

/* Replace in place by '?' whatever is not printable. */
void ir_printable_clean(char *text);

/* Write 'text' as ir_printable_clean() would leave it. */
void ir_printable_put(FILE *to, const char *text);

/* 67108864 is "64.0 MiB". */
void ir_printable_size(char *to, size_t size, uint64_t bytes);

/* 3725 is "1:02:05", 65 is "1:05". */
void ir_printable_time(char *to, size_t size, uint64_t seconds);

#endif
