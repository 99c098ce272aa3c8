/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What went wrong on this side of the library, in the library's own form. */
#ifndef IR_CLI_FAULT_H
#define IR_CLI_FAULT_H

#include <inforouter.h>

/* Exit codes that come from no single status. */
enum ir_exit {
    IR_EXIT_OK = 0,
    IR_EXIT_FAILED = 1,
    IR_EXIT_PARTIAL = 13
};

/* Fill 'e' in, unless it says something already: the first error stands.
 * Returns its status. */
enum ir_status ir_fault_set(struct ir_error *e, enum ir_status status,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* IR_E_IO, with the text of 'sys_errno' at the end. */
enum ir_status ir_fault_set_errno(struct ir_error *e, int sys_errno,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Write 'to' for the first 'from' in the message. */
void ir_fault_reword(struct ir_error *e, const char *from, const char *to);

/* The exit code of the program. */
int ir_fault_exit(enum ir_status status);

#endif
