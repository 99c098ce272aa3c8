/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */

/* CRC-32 as the server computes it, of the raw bytes.  The arithmetic is that
 * of libdeflate, several times faster, where it is present, else of zlib.  The
 * text form is compared as a number, since servers differ in case and padding.
 */

#include "codec/crc32.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#if defined(IR_HAVE_LIBDEFLATE)
#include <libdeflate.h>
#endif

/* Both libraries take NULL as a question for the start value, whatever 'crc'
 * is, so that an empty run must not reach them. */
uint32_t
ir_crc32(uint32_t crc, const void *p, size_t n)
{
    if (n == 0)
        return crc;
#if defined(IR_HAVE_LIBDEFLATE)
    return libdeflate_crc32(crc, p, n);
#else
    return (uint32_t)crc32_z(crc, p, n);
#endif
}

uint32_t
ir_crc32_combine(uint32_t a, uint32_t b, uint64_t length_b)
{
    return (uint32_t)crc32_combine64(a, b, (z_off64_t)length_b);
}

enum ir_crc32_text
ir_crc32_parse(const char *text, uint32_t *out)
{
    static const char space[] = " \t\r\n";
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *first = text == NULL ? "" : text + strspn(text, space);
    size_t n_digits = strspn(first, digits);
    const char *rest = first + n_digits;

    if (*first == '\0')
        return IR_CRC32_NONE;
    if (n_digits < 1 || n_digits > 8 || rest[strspn(rest, space)] != '\0')
        return IR_CRC32_MALFORMED;
    *out = (uint32_t)strtoul(first, NULL, 16);
    return IR_CRC32_OK;
}

void
ir_crc32_format(uint32_t crc, char out[9])
{
    snprintf(out, 9, "%" PRIX32, crc);
}
