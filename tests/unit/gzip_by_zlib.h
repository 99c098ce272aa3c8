/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * gzip made and undone in one go by zlib itself, to judge ours by. */
#ifndef IR_TESTS_GZIP_BY_ZLIB_H
#define IR_TESTS_GZIP_BY_ZLIB_H

#include <stddef.h>

/* One member with the 'n' bytes at 'data', in fresh memory. */
char *gzip_make(const char *data, size_t n, size_t *length);

/* What the one member at 'data', 'length' bytes with nothing behind it, holds,
 * in fresh memory and terminated; the test fails if it is none. */
char *gzip_undo(const char *data, size_t length, size_t *n);

/* The body of the request that the fake transport has, its transfer chunks
 * joined, in fresh memory; the test fails if there is no last one at its end. */
char *gzip_request(size_t *length);

#endif
