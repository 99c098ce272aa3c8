/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Checksums by the oracle, where "agree" is built for a machine whose zlib is
 * not at hand and base64 alone is of interest. */
#include <zlib.h>

#include "codec/crc32.h"
#include "oracle.h"

uint32_t
ir_crc32(uint32_t crc, const void *data, size_t n)
{
    return oracle_crc32(crc, data, n);
}

uint32_t
ir_crc32_combine(uint32_t crc1, uint32_t crc2, uint64_t n2)
{
    static const uint8_t zeros[ORACLE_TEXT];

    return oracle_crc32(crc1, zeros, (size_t)n2)
        ^ oracle_crc32(0, zeros, (size_t)n2) ^ crc2;
}

uLong
crc32_z(uLong crc, const Bytef *data, z_size_t n)
{
    return oracle_crc32((uint32_t)crc, data, n);
}
