/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_FAULTVALUE_H
#define IR_EMULATOR_FAULTVALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A parameter as it is written and, if it is a number, as that. */
struct ir_fault_value {
    char *text; /* NULL if it is not given; may hold any byte */
    size_t n_text;
    int64_t number;
};

/* Numbers from 'first' to 'last'; all of them while 'is_set' is false. */
struct ir_fault_range {
    bool is_set;
    uint64_t first;
    uint64_t last;
};

/* Each reads 'n' characters, and is false if they are not of that kind. */

/* Decimal digits, and nothing else. */
bool ir_faultvalue_number(const char *text, size_t n, uint64_t *out);

/* N, N-M, or N- */
bool ir_faultvalue_range(const char *text, size_t n,
    struct ir_fault_range *out);

/* A decimal fraction above 0 and up to 1. */
bool ir_faultvalue_fraction(const char *text, size_t n, double *out);

/* A text without its quotes and escapes; out->text is to be freed whatever the
 * result. */
bool ir_faultvalue_text(const char *text, size_t n, struct ir_fault_value *out);

#endif
