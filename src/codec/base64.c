/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */

/* Strict base64 (RFC 4648, section 4) in a stream.  A kernel takes the plain
 * groups of four; whatever is not plain (white space, padding, a group cut
 * between two calls, the end of the text) goes byte by byte through
 * take_char(), which knows all the rules, until a group is complete and the
 * kernel can go on.  Kernels therefore differ in speed and in nothing else. */

#include "codec/base64_kernels.h"

#include <string.h>

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* What a character means: its six bits, or one of these. */
enum { NO = 0x80, WS = 0x81, EQ = 0x82 };

/* clang-format off */
static const uint8_t meaning[256] = {
    NO, NO, NO, NO, NO, NO, NO, NO, NO, WS, WS, NO, NO, WS, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    WS, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, NO, NO, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, EQ, NO, NO,
    NO,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, NO,
    NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
};
/* clang-format on */

static uint32_t
mean(char c)
{
    return meaning[(uint8_t)c];
}

size_t
ir_base64_encode_portable(const uint8_t *in, size_t n, char *out)
{
    size_t done = n - n % 3;

    for (size_t i = 0; i < done; i += 3) {
        uint32_t bits =
            (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];

        *out++ = letters[bits >> 18];
        *out++ = letters[bits >> 12 & 63];
        *out++ = letters[bits >> 6 & 63];
        *out++ = letters[bits & 63];
    }
    return done;
}

size_t
ir_base64_decode_portable(const char *in, size_t n, uint8_t *out)
{
    size_t whole = n - n % 4;

    for (size_t i = 0; i < whole; i += 4) {
        uint32_t a = mean(in[i]), b = mean(in[i + 1]);
        uint32_t c = mean(in[i + 2]), d = mean(in[i + 3]);
        uint32_t bits = a << 18 | b << 12 | c << 6 | d;

        if (((a | b | c | d) & NO) != 0)
            return i;
        *out++ = (uint8_t)(bits >> 16);
        *out++ = (uint8_t)(bits >> 8);
        *out++ = (uint8_t)bits;
    }
    return whole;
}

/* Each entry runs wherever the one before it does, so that what a CPU can run
 * is always the end of this list. */
static const struct ir_base64_kernel kernels[] = {
#if defined(__x86_64__)
    {"avx2", ir_base64_encode_avx2, ir_base64_decode_avx2},
    {"ssse3", ir_base64_encode_ssse3, ir_base64_decode_ssse3},
#elif defined(__aarch64__)
    {"neon", ir_base64_encode_neon, ir_base64_decode_neon},
#endif
    {"portable", ir_base64_encode_portable, ir_base64_decode_portable},
};

const struct ir_base64_kernel *
ir_base64_kernels(size_t *n)
{
    size_t first = 0;

#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx2"))
        first = __builtin_cpu_supports("ssse3") ? 1 : 2;
#endif
    *n = sizeof kernels / sizeof kernels[0] - first;
    return &kernels[first];
}

static const struct ir_base64_kernel *
fastest(void)
{
    size_t n = 0;

    return ir_base64_kernels(&n);
}

size_t
ir_base64_encoded_length(size_t n)
{
    if (n > SIZE_MAX / 4 * 3)
        return SIZE_MAX;
    return n / 3 * 4 + (n % 3 != 0 ? 4 : 0);
}

size_t
ir_base64_encode_with(
    const struct ir_base64_kernel *k, const uint8_t *in, size_t n, char *out)
{
    size_t done = k->encode(in, n, out);
    size_t rest = n - done;
    char *group = &out[done / 3 * 4];
    uint8_t last[3] = {0};

    if (rest != 0) {
        memcpy(last, &in[done], rest);
        ir_base64_encode_portable(last, sizeof last, group);
        memset(&group[rest + 1], '=', 3 - rest);
    }
    return ir_base64_encoded_length(n);
}

size_t
ir_base64_encode(const uint8_t *in, size_t n, char *out)
{
    return ir_base64_encode_with(fastest(), in, n, out);
}

void
ir_base64_decode_init(struct ir_base64_decoder *d)
{
    *d = (struct ir_base64_decoder){0};
}

static enum ir_base64_result
take_letter(struct ir_base64_decoder *d, uint32_t six_bits, uint8_t *out,
    size_t *produced)
{
    if (d->n_pads != 0)
        return IR_BASE64_AFTER_PADDING;
    d->bits = d->bits << 6 | six_bits;
    if (++d->n_chars < 4)
        return IR_BASE64_OK;
    out[(*produced)++] = (uint8_t)(d->bits >> 16);
    out[(*produced)++] = (uint8_t)(d->bits >> 8);
    out[(*produced)++] = (uint8_t)d->bits;
    d->n_chars = 0;
    return IR_BASE64_OK;
}

/* Two letters carry one byte and four bits too many, three letters two bytes
 * and two bits.  Were these not required to be zero, one document would have
 * many encodings.  A padded group stays open, so that nothing can follow it. */
static enum ir_base64_result
take_padding(struct ir_base64_decoder *d, uint8_t *out, size_t *produced)
{
    uint32_t unused = d->n_chars == 2 ? 15 : 3;

    if (d->n_chars < 2 || d->n_chars + d->n_pads == 4)
        return IR_BASE64_BAD_PADDING;
    if ((d->bits & unused) != 0)
        return IR_BASE64_TRAILING_BITS;
    d->n_pads++;
    if (d->n_chars + d->n_pads < 4)
        return IR_BASE64_OK;
    if (d->n_chars == 3)
        out[(*produced)++] = (uint8_t)(d->bits >> 10);
    out[(*produced)++] = (uint8_t)(d->bits >> (d->n_chars == 3 ? 2 : 4));
    return IR_BASE64_OK;
}

static enum ir_base64_result
take_char(struct ir_base64_decoder *d, char c, uint8_t *out, size_t *produced)
{
    switch (mean(c)) {
    case WS:
        return IR_BASE64_OK;
    case NO:
        return IR_BASE64_STOPPED;
    case EQ:
        return take_padding(d, out, produced);
    default:
        return take_letter(d, mean(c), out, produced);
    }
}

enum ir_base64_result
ir_base64_decode_with(const struct ir_base64_kernel *k,
    struct ir_base64_decoder *d, const char *in, size_t n, size_t *consumed,
    uint8_t *out, size_t *produced)
{
    enum ir_base64_result result = d->failure;
    size_t i = 0, length = 0;

    while (result == IR_BASE64_OK && i < n) {
        size_t plain = 0;

        if (d->n_chars == 0 && mean(in[i]) < NO)
            plain = k->decode(&in[i], n - i, &out[length]);
        i += plain;
        length += plain / 4 * 3;
        if (i == n)
            break;
        result = take_char(d, in[i], out, &length);
        if (result == IR_BASE64_OK)
            i++;
    }
    if (result != IR_BASE64_STOPPED)
        d->failure = result;
    *consumed = i;
    *produced = length;
    return result;
}

enum ir_base64_result
ir_base64_decode(struct ir_base64_decoder *d, const char *in, size_t n,
    size_t *consumed, uint8_t *out, size_t *produced)
{
    return ir_base64_decode_with(fastest(), d, in, n, consumed, out, produced);
}

enum ir_base64_result
ir_base64_decode_end(const struct ir_base64_decoder *d)
{
    if (d->failure != IR_BASE64_OK)
        return d->failure;
    if (d->n_chars != 0 && d->n_chars + d->n_pads != 4)
        return IR_BASE64_TRUNCATED;
    return IR_BASE64_OK;
}
