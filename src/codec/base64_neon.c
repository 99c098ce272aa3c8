/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */

/* Base64 by NEON, which every aarch64 has: 64 characters or 48 bytes to a
 * round.  Loads and stores that deal bytes to three or four registers in turn
 * put the groups in order, and look-ups in 64 entries cover the alphabet. */

#include "codec/base64_kernels.h"

#if defined(__aarch64__)

#include <arm_neon.h>

/* The six bits of characters 0 to 63 and 64 to 127, plus 64; 0 for none. */
/* clang-format off */
static const uint8_t values_low[64] = {
      0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
      0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
      0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0, 126,   0,
      0,   0, 127, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125,   0,   0,
      0,   0,   0,   0,
};

static const uint8_t values_high[64] = {
      0,  64,  65,  66,  67,  68,  69,  70,  71,  72,  73,  74,  75,  76,  77,
     78,  79,  80,  81,  82,  83,  84,  85,  86,  87,  88,  89,   0,   0,   0,
      0,   0,   0,  90,  91,  92,  93,  94,  95,  96,  97,  98,  99, 100, 101,
    102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115,   0,
      0,   0,   0,   0,
};
/* clang-format on */

static const uint8_t letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static inline uint8x16x4_t
table(const uint8_t entries[64])
{
    uint8x16x4_t t = {{vld1q_u8(entries), vld1q_u8(entries + 16),
        vld1q_u8(entries + 32), vld1q_u8(entries + 48)}};

    return t;
}

/* A look-up past the end of a table gives zero, so that at most one of the two
 * counts, and neither for bytes above 127. */
static inline uint8x16_t
look_up(uint8x16x4_t low, uint8x16x4_t high, uint8x16_t text)
{
    return vorrq_u8(vqtbl4q_u8(low, text),
        vqtbl4q_u8(high, veorq_u8(text, vdupq_n_u8(64))));
}

size_t
ir_base64_decode_neon(const char *in, size_t n, uint8_t *out)
{
    const uint8x16x4_t low = table(values_low), high = table(values_high);
    size_t left = n;

    for (; left >= 64; in += 64, out += 48, left -= 64) {
        uint8x16x4_t text = vld4q_u8((const uint8_t *)in);
        uint8x16_t a = look_up(low, high, text.val[0]);
        uint8x16_t b = look_up(low, high, text.val[1]);
        uint8x16_t c = look_up(low, high, text.val[2]);
        uint8x16_t d = look_up(low, high, text.val[3]);
        uint8x16x3_t bytes;

        if (vminvq_u8(vminq_u8(vminq_u8(a, b), vminq_u8(c, d))) == 0)
            break;
        b = vandq_u8(b, vdupq_n_u8(63));
        c = vandq_u8(c, vdupq_n_u8(63));
        d = vandq_u8(d, vdupq_n_u8(63));
        bytes.val[0] = vorrq_u8(vshlq_n_u8(a, 2), vshrq_n_u8(b, 4));
        bytes.val[1] = vorrq_u8(vshlq_n_u8(b, 4), vshrq_n_u8(c, 2));
        bytes.val[2] = vorrq_u8(vshlq_n_u8(c, 6), d);
        vst3q_u8(out, bytes);
    }
    return n - left + ir_base64_decode_portable(in, left, out);
}

size_t
ir_base64_encode_neon(const uint8_t *in, size_t n, char *out)
{
    const uint8x16x4_t alphabet = table(letters);
    const uint8x16_t six_bits = vdupq_n_u8(63);
    size_t left = n;

    for (; left >= 48; in += 48, out += 64, left -= 48) {
        uint8x16x3_t bytes = vld3q_u8(in);
        uint8x16_t a = bytes.val[0], b = bytes.val[1], c = bytes.val[2];
        uint8x16_t ab = vorrq_u8(vshlq_n_u8(a, 4), vshrq_n_u8(b, 4));
        uint8x16_t bc = vorrq_u8(vshlq_n_u8(b, 2), vshrq_n_u8(c, 6));
        uint8x16x4_t text;

        text.val[0] = vqtbl4q_u8(alphabet, vshrq_n_u8(a, 2));
        text.val[1] = vqtbl4q_u8(alphabet, vandq_u8(ab, six_bits));
        text.val[2] = vqtbl4q_u8(alphabet, vandq_u8(bc, six_bits));
        text.val[3] = vqtbl4q_u8(alphabet, vandq_u8(c, six_bits));
        vst4q_u8((uint8_t *)out, text);
    }
    return n - left + ir_base64_encode_portable(in, left, out);
}

#endif
