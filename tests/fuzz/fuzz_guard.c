/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The guard says the same of a text in one and in pieces, and has counted no
 * more tags than it lets through.  An input is two sizes of pieces; the
 * text. */
#include <string.h>

#include "fuzz.h"
#include "wire/guard.h"

#define TAGS 8

/* Each piece is a block of its own, so that reading past it is seen. */
static const char *
check(const uint8_t *data, size_t size, size_t first, size_t then)
{
    struct ir_guard g;
    const char *why = NULL;

    ir_guard_init(&g, TAGS);
    for (size_t at = 0; at < size && why == NULL;) {
        size_t n = at == 0 ? first : then;
        char *block;

        if (n > size - at)
            n = size - at;
        block = malloc(n);
        HOLDS(block != NULL);
        memcpy(block, data + at, n);
        why = ir_guard_check(&g, block, n);
        free(block);
        at += n;
    }
    HOLDS(why != NULL || g.n_tags <= TAGS);
    return why;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t first = fuzz_take(&data, &size) + 1;
    size_t then = fuzz_take(&data, &size) + 1;
    const char *whole = check(data, size, size, 1);
    const char *cut = check(data, size, first, then);

    HOLDS((whole == NULL) == (cut == NULL));
    HOLDS(whole == NULL || strcmp(whole, cut) == 0);
    return 0;
}
