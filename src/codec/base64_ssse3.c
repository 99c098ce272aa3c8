/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */

/* Base64 by SSSE3: base64_avx2.c at half the width, where the method is told.
 * 16 characters or 12 bytes to a register, four registers to a round. */

#include "codec/base64_kernels.h"

#if defined(__x86_64__)

#include <string.h>
#include <tmmintrin.h>

#define SSSE3 __attribute__((target("ssse3")))

SSSE3 static inline __m128i
to_values(__m128i text, __m128i *plain)
{
    const __m128i kinds_by_low = _mm_setr_epi8(
        10, 14, 14, 14, 14, 14, 14, 14, 14, 14, 12, 5, 4, 4, 4, 5);
    const __m128i kind_by_high =
        _mm_setr_epi8(0, 0, 1, 2, 4, 8, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m128i distances =
        _mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    __m128i high = _mm_and_si128(_mm_srli_epi32(text, 4), _mm_set1_epi8(15));
    __m128i slash = _mm_cmpeq_epi8(text, _mm_set1_epi8('/'));
    __m128i kind = _mm_and_si128(_mm_shuffle_epi8(kinds_by_low, text),
        _mm_shuffle_epi8(kind_by_high, high));

    *plain = _mm_min_epu8(*plain, kind);
    return _mm_add_epi8(
        text, _mm_shuffle_epi8(distances, _mm_add_epi8(high, slash)));
}

SSSE3 static inline __m128i
to_bytes(__m128i values)
{
    const __m128i order =
        _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    __m128i twelves = _mm_maddubs_epi16(values, _mm_set1_epi32(0x01400140));
    __m128i words = _mm_madd_epi16(twelves, _mm_set1_epi32(0x00011000));

    return _mm_shuffle_epi8(words, order);
}

SSSE3 static inline __m128i
load(const char *in)
{
    return _mm_loadu_si128((const __m128i *)in);
}

/* 12 bytes, and four more that the next store overwrites. */
SSSE3 static inline void
store(uint8_t *out, __m128i bytes)
{
    _mm_storeu_si128((__m128i *)out, bytes);
}

SSSE3 static inline void
store_exactly(uint8_t *out, __m128i bytes)
{
    int last = _mm_cvtsi128_si32(_mm_srli_si128(bytes, 8));

    _mm_storel_epi64((__m128i *)out, bytes);
    memcpy(out + 8, &last, sizeof last);
}

SSSE3 static inline int
has_zero_byte(__m128i v)
{
    return _mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_setzero_si128())) != 0;
}

SSSE3 size_t
ir_base64_decode_ssse3(const char *in, size_t n, uint8_t *out)
{
    size_t left = n;

    for (; left >= 64; in += 64, out += 48, left -= 64) {
        __m128i plain = _mm_set1_epi8(-1);
        __m128i a = to_values(load(in), &plain);
        __m128i b = to_values(load(in + 16), &plain);
        __m128i c = to_values(load(in + 32), &plain);
        __m128i d = to_values(load(in + 48), &plain);

        if (has_zero_byte(plain))
            break;
        store(out, to_bytes(a));
        store(out + 12, to_bytes(b));
        store(out + 24, to_bytes(c));
        store_exactly(out + 36, to_bytes(d));
    }
    for (; left >= 16; in += 16, out += 12, left -= 16) {
        __m128i plain = _mm_set1_epi8(-1);
        __m128i a = to_values(load(in), &plain);

        if (has_zero_byte(plain))
            break;
        store_exactly(out, to_bytes(a));
    }
    return n - left + ir_base64_decode_portable(in, left, out);
}

/* 12 bytes to 16 characters; reads 16 bytes. */
SSSE3 static inline __m128i
to_text(const uint8_t *in)
{
    const __m128i order =
        _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
    const __m128i distances = _mm_setr_epi8(
        65, 71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 0, 0);
    __m128i bytes = _mm_loadu_si128((const __m128i *)in);
    __m128i spread = _mm_shuffle_epi8(bytes, order);
    __m128i even =
        _mm_mulhi_epu16(_mm_and_si128(spread, _mm_set1_epi32(0x0fc0fc00)),
            _mm_set1_epi32(0x04000040));
    __m128i odd =
        _mm_mullo_epi16(_mm_and_si128(spread, _mm_set1_epi32(0x003f03f0)),
            _mm_set1_epi32(0x01000010));
    __m128i values = _mm_or_si128(even, odd);
    __m128i range = _mm_sub_epi8(_mm_subs_epu8(values, _mm_set1_epi8(51)),
        _mm_cmpgt_epi8(values, _mm_set1_epi8(25)));

    return _mm_add_epi8(values, _mm_shuffle_epi8(distances, range));
}

SSSE3 size_t
ir_base64_encode_ssse3(const uint8_t *in, size_t n, char *out)
{
    size_t left = n;

    for (; left >= 52; in += 48, out += 64, left -= 48) {
        _mm_storeu_si128((__m128i *)out, to_text(in));
        _mm_storeu_si128((__m128i *)(out + 16), to_text(in + 12));
        _mm_storeu_si128((__m128i *)(out + 32), to_text(in + 24));
        _mm_storeu_si128((__m128i *)(out + 48), to_text(in + 36));
    }
    for (; left >= 16; in += 12, out += 16, left -= 12)
        _mm_storeu_si128((__m128i *)out, to_text(in));
    return n - left + ir_base64_encode_portable(in, left, out);
}

#endif
