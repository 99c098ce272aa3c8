/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * All kernels encode bytes alike and as the definition says, and get them back
 * from the text.  An input is two alignments and two sizes of pieces; the
 * bytes. */
#include <string.h>

#include "codec.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct answer back;
    static char text[ORACLE_TEXT];
    struct codec_input in = {
        .in_align = fuzz_take(&data, &size) % CODEC_ALIGNS,
        .out_align = fuzz_take(&data, &size) % CODEC_ALIGNS,
        .first = fuzz_take(&data, &size),
        .then = fuzz_take(&data, &size) + 1,
    };
    size_t n;

    if (size > ORACLE_TEXT / 4 * 3)
        return 0;
    in.bytes = data;
    in.n = size;
    n = oracle_encode(data, size, text);
    HOLDS(n == ir_base64_encoded_length(size));
    HOLDS(codec_encode(&in, text, n));

    back = (struct answer){ .consumed = n, .n_bytes = size };
    if (size > 0)
        memcpy(back.bytes, data, size);
    in.bytes = text;
    in.n = n;
    HOLDS(codec_decode(&in, &back));
    return 0;
}
