/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * One input for every kernel that this CPU can run, at a given place in memory
 * and in given pieces, against what the oracle says.  What lies behind the
 * input is out of reach under the address sanitizer; what lies around the
 * output must stay as it was. */
#ifndef IR_TESTS_CODEC_H
#define IR_TESTS_CODEC_H

#include "oracle.h"

#define CODEC_ALIGNS 64

struct codec_input {
    const void *bytes; /* or text */
    size_t n;          /* at most ORACLE_TEXT; of bytes three quarters */
    size_t in_align;   /* 0 to 63, beyond a multiple of 64 */
    size_t out_align;
    size_t first; /* bytes in the first piece; 0: all in one */
    size_t then;  /* in each one after it, at least 1 */
    int goes_on;  /* after what is no base64 */
};

/* 1 if all agree with 'want', else 0 and a line on stderr. */
int codec_decode(const struct codec_input *in, const struct answer *want);

/* The same of encoding to the 'n' characters of 'want'.  Pieces are rounded to
 * whole groups of three. */
int codec_encode(const struct codec_input *in, const char *want, size_t n);

/* The same of the checksum, in pieces and combined of two; by the library that
 * was chosen and by zlib. */
int codec_crc32(const struct codec_input *in, uint32_t want);

#endif
