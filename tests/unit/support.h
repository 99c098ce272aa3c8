/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What every unit test needs: cmocka, and checks that name the row of a table
 * that failed. */
#ifndef IR_TESTS_SUPPORT_H
#define IR_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/error.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* 'e' is 'status', and its message holds 'part'. */
void check_error(const char *row, const struct ir_error *e,
    enum ir_status status, const char *part);

/* 'n' bytes of a pattern that repeats nowhere near. */
void fill_pattern(uint8_t *data, size_t n);

#endif
