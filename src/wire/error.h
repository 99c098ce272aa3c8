/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Filling in struct ir_error: the lowest layer that knows writes it, the first
 * error of a call wins, and a text that came from outside cannot carry control
 * characters into a terminal or a log. */
#ifndef IR_WIRE_ERROR_H
#define IR_WIRE_ERROR_H

#include "inforouter.h"

/* Before a call: no error. */
void ir_error_clear(struct ir_error *e);

/* Record 'status' with a printf-like message, unless an error stands already.
 * Returns the status that stands, so that callers can return it. */
enum ir_status ir_error_set(struct ir_error *e, enum ir_status status,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: appends what 'sys_errno' means, and is
 * IR_E_MEMORY if it means that. */
enum ir_status ir_error_set_errno(struct ir_error *e, enum ir_status status,
    int sys_errno, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
