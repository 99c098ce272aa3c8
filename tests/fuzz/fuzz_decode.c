/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * All kernels decode a text alike, and as its definition says.  An input is two
 * alignments, two sizes of pieces, whether to go on after a stop; the text. */
#include "codec.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct answer want;
    struct codec_input in = {
        .in_align = fuzz_take(&data, &size) % CODEC_ALIGNS,
        .out_align = fuzz_take(&data, &size) % CODEC_ALIGNS,
        .first = fuzz_take(&data, &size),
        .then = fuzz_take(&data, &size) + 1,
        .goes_on = fuzz_take(&data, &size) % 2 == 1,
    };

    if (size > ORACLE_TEXT)
        return 0;
    in.bytes = data;
    in.n = size;
    oracle_decode(in.bytes, size, in.goes_on, &want);
    HOLDS(codec_decode(&in, &want));
    return 0;
}
