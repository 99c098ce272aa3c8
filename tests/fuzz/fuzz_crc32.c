/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A checksum is the same in one and in pieces, combined, and by the definition;
 * what is read as one is written so that it reads the same.  An input is an
 * alignment and two sizes of pieces; the bytes. */
#include <string.h>

#include "codec.h"
#include "codec/crc32.h"
#include "fuzz.h"

static void
read_back(const uint8_t *data, size_t size)
{
    char text[32], written[9];
    size_t n = size < sizeof text ? size : sizeof text - 1;
    uint32_t crc = 0, again = 0;

    if (n > 0)
        memcpy(text, data, n);
    text[n] = '\0';
    if (ir_crc32_parse(text, &crc) != IR_CRC32_OK)
        return;
    ir_crc32_format(crc, written);
    HOLDS(strspn(written, "0123456789ABCDEF") == strlen(written));
    HOLDS(ir_crc32_parse(written, &again) == IR_CRC32_OK && again == crc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct codec_input in = {
        .in_align = fuzz_take(&data, &size) % CODEC_ALIGNS,
        .first = fuzz_take(&data, &size),
        .then = fuzz_take(&data, &size) + 1,
    };

    if (size > ORACLE_TEXT)
        return 0;
    in.bytes = data;
    in.n = size;
    HOLDS(codec_crc32(&in, oracle_crc32(0, data, size)));
    read_back(data, size);
    return 0;
}
