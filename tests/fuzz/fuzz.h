/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What the fuzz targets share: libFuzzer's entry, and how an input tells beside
 * its text what to do with it. */
#ifndef IR_TESTS_FUZZ_H
#define IR_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold whatever the input is: else the run ends as by a crash. */
#define HOLDS(property) ((property) ? (void)0 : abort())

/* The next byte of the input, 0 after its end. */
static inline size_t
fuzz_take(const uint8_t **data, size_t *size)
{
    if (*size == 0)
        return 0;
    --*size;
    return *(*data)++;
}

#endif
