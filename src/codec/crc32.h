/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_CODEC_CRC32_H
#define IR_CODEC_CRC32_H

#include <stddef.h>
#include <stdint.h>

enum ir_crc32_text {
    IR_CRC32_OK,
    IR_CRC32_NONE,     /* no text: the server gives no checksum */
    IR_CRC32_MALFORMED /* anything but one to eight hex digits */
};

/* The PKZIP CRC-32 of the bytes behind 'crc' followed by 'n' more; 0 is the CRC
 * of no bytes.  'p' may be NULL if 'n' is 0. */
uint32_t ir_crc32(uint32_t crc, const void *p, size_t n);

/* The CRC of two adjoining parts, 'a' and 'b' being theirs.  'length_b' is at
 * most INT64_MAX bytes. */
uint32_t ir_crc32_combine(uint32_t a, uint32_t b, uint64_t length_b);

/* Read a checksum as the server writes it: one to eight hex digits of either
 * case, white space around them.  NULL counts as no text.  'out' is set only
 * on IR_CRC32_OK. */
enum ir_crc32_text ir_crc32_parse(const char *text, uint32_t *out);

/* Write a checksum as the server reads it: upper case, no leading zeros. */
void ir_crc32_format(uint32_t crc, char out[9]);

#endif
