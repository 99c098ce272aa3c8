/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Streams of gzip (RFC 1952) of one member, block by block. */
#ifndef IR_CODEC_GZIP_H
#define IR_CODEC_GZIP_H

#include <stddef.h>

struct ir_gzip;
struct ir_gunzip;

/* NULL: out of memory.  A stream has begun. */
struct ir_gzip *ir_gzip_new(void);
void ir_gzip_free(struct ir_gzip *g);

/* Another stream begins; what is left of the last is forgotten. */
void ir_gzip_begin(struct ir_gzip *g);

/* Compress of the '*n' bytes at '*in' what there is room for, and advance both.
 * Returns how many of the 'size' bytes at 'out' were filled: less than all once
 * everything was taken and, with 'last', the stream has ended behind it. */
size_t ir_gzip_pack(struct ir_gzip *g, const char **in, size_t *n, int last,
    char *out, size_t size);

enum ir_gunzip_result {
    IR_GUNZIP_MORE, /* the stream goes on */
    IR_GUNZIP_END,  /* it ended, and its CRC and length are right */
    IR_GUNZIP_DAMAGED,
    IR_GUNZIP_MEMORY
};

/* NULL: out of memory.  A stream has begun. */
struct ir_gunzip *ir_gunzip_new(void);
void ir_gunzip_free(struct ir_gunzip *g);
void ir_gunzip_begin(struct ir_gunzip *g);

/* Undo what there is room for of the '*n' bytes at '*in', and advance both;
 * '*got' of the 'size' bytes at 'out' were filled.  MORE without any means that
 * more input is needed. */
enum ir_gunzip_result ir_gunzip_unpack(struct ir_gunzip *g, const char **in,
    size_t *n, char *out, size_t size, size_t *got);

/* What is damaged, such as "incorrect data check". */
const char *ir_gunzip_problem(const struct ir_gunzip *g);

#endif
