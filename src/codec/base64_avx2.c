/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */

/* Base64 by AVX2: 32 characters or 24 bytes to a register, four registers to a
 * round.  The byte shuffle serves as a table of 16 entries, after the method of
 * Wojciech Mula and Alfred Klomp.  A round is checked as a whole before any of
 * it is stored, so nothing past the bytes reported is ever written; a round
 * that fails is narrowed down by single registers, then by the portable twin.
 */

#include "codec/base64_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i
table(__m128i entries)
{
    return _mm256_broadcastsi128_si256(entries);
}

/* 32 characters to their six bits.  The alphabet has four kinds of rows (by
 * high nibble): 2 has '+' and '/', 3 the digits, 4 and 6 begin at nibble 1, 5
 * and 7 end at nibble 10.  One table gives the kind of a row as a bit, another
 * the kinds that have a given low nibble: a character that no bit agrees on is
 * none, and makes its byte of 'plain' zero.  Bytes above 127 index as zero.
 * The distance to the value depends on the row alone, but for '/'. */
AVX2 static inline __m256i
to_values(__m256i text, __m256i *plain)
{
    const __m256i kinds_by_low = table(_mm_setr_epi8(
        10, 14, 14, 14, 14, 14, 14, 14, 14, 14, 12, 5, 4, 4, 4, 5));
    const __m256i kind_by_high =
        table(_mm_setr_epi8(0, 0, 1, 2, 4, 8, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i distances = table(_mm_setr_epi8(
        0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0));
    __m256i high =
        _mm256_and_si256(_mm256_srli_epi32(text, 4), _mm256_set1_epi8(15));
    __m256i slash = _mm256_cmpeq_epi8(text, _mm256_set1_epi8('/'));
    __m256i kind = _mm256_and_si256(_mm256_shuffle_epi8(kinds_by_low, text),
        _mm256_shuffle_epi8(kind_by_high, high));

    *plain = _mm256_min_epu8(*plain, kind);
    return _mm256_add_epi8(
        text, _mm256_shuffle_epi8(distances, _mm256_add_epi8(high, slash)));
}

/* 32 times six bits to twice 12 bytes, one run at the start of each half: pairs
 * to 12 bits, pairs of pairs to 24, then into network order. */
AVX2 static inline __m256i
to_bytes(__m256i values)
{
    const __m256i order = table(
        _mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
    __m256i twelves =
        _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
    __m256i words = _mm256_madd_epi16(twelves, _mm256_set1_epi32(0x00011000));

    return _mm256_shuffle_epi8(words, order);
}

AVX2 static inline __m256i
load(const char *in)
{
    return _mm256_loadu_si256((const __m256i *)in);
}

/* 24 bytes, and four more that the next store overwrites. */
AVX2 static inline void
store(uint8_t *out, __m256i bytes)
{
    _mm_storeu_si128((__m128i *)out, _mm256_castsi256_si128(bytes));
    _mm_storeu_si128((__m128i *)(out + 12), _mm256_extracti128_si256(bytes, 1));
}

AVX2 static inline void
store_exactly(uint8_t *out, __m256i bytes)
{
    __m128i high = _mm256_extracti128_si256(bytes, 1);
    int last = _mm_extract_epi32(high, 2);

    _mm_storeu_si128((__m128i *)out, _mm256_castsi256_si128(bytes));
    _mm_storel_epi64((__m128i *)(out + 12), high);
    memcpy(out + 20, &last, sizeof last);
}

AVX2 static inline int
has_zero_byte(__m256i v)
{
    __m256i zeros = _mm256_cmpeq_epi8(v, _mm256_setzero_si256());

    return _mm256_movemask_epi8(zeros) != 0;
}

AVX2 size_t
ir_base64_decode_avx2(const char *in, size_t n, uint8_t *out)
{
    size_t left = n;

    for (; left >= 128; in += 128, out += 96, left -= 128) {
        __m256i plain = _mm256_set1_epi8(-1);
        __m256i a = to_values(load(in), &plain);
        __m256i b = to_values(load(in + 32), &plain);
        __m256i c = to_values(load(in + 64), &plain);
        __m256i d = to_values(load(in + 96), &plain);

        if (has_zero_byte(plain))
            break;
        store(out, to_bytes(a));
        store(out + 24, to_bytes(b));
        store(out + 48, to_bytes(c));
        store_exactly(out + 72, to_bytes(d));
    }
    for (; left >= 32; in += 32, out += 24, left -= 32) {
        __m256i plain = _mm256_set1_epi8(-1);
        __m256i a = to_values(load(in), &plain);

        if (has_zero_byte(plain))
            break;
        store_exactly(out, to_bytes(a));
    }
    return n - left + ir_base64_decode_portable(in, left, out);
}

/* 24 bytes to 32 characters; reads 28 bytes.  The shuffle puts each three bytes
 * as 1 0 2 1, where two multiplications bring the four times six bits down.
 * The letter's distance from its value is looked up by range: 0 for A-Z, 1 for
 * a-z, 2 to 11 for the digits, 12 for '+', 13 for '/'. */
AVX2 static inline __m256i
to_text(const uint8_t *in)
{
    const __m256i order =
        table(_mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
    const __m256i distances = table(_mm_setr_epi8(
        65, 71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 0, 0));
    __m256i bytes = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)in)),
        _mm_loadu_si128((const __m128i *)(in + 12)), 1);
    __m256i spread = _mm256_shuffle_epi8(bytes, order);
    __m256i even = _mm256_mulhi_epu16(
        _mm256_and_si256(spread, _mm256_set1_epi32(0x0fc0fc00)),
        _mm256_set1_epi32(0x04000040));
    __m256i odd = _mm256_mullo_epi16(
        _mm256_and_si256(spread, _mm256_set1_epi32(0x003f03f0)),
        _mm256_set1_epi32(0x01000010));
    __m256i values = _mm256_or_si256(even, odd);
    __m256i range =
        _mm256_sub_epi8(_mm256_subs_epu8(values, _mm256_set1_epi8(51)),
            _mm256_cmpgt_epi8(values, _mm256_set1_epi8(25)));

    return _mm256_add_epi8(values, _mm256_shuffle_epi8(distances, range));
}

AVX2 size_t
ir_base64_encode_avx2(const uint8_t *in, size_t n, char *out)
{
    size_t left = n;

    for (; left >= 100; in += 96, out += 128, left -= 96) {
        _mm256_storeu_si256((__m256i *)out, to_text(in));
        _mm256_storeu_si256((__m256i *)(out + 32), to_text(in + 24));
        _mm256_storeu_si256((__m256i *)(out + 64), to_text(in + 48));
        _mm256_storeu_si256((__m256i *)(out + 96), to_text(in + 72));
    }
    for (; left >= 28; in += 24, out += 32, left -= 24)
        _mm256_storeu_si256((__m256i *)out, to_text(in));
    return n - left + ir_base64_encode_portable(in, left, out);
}

#endif
