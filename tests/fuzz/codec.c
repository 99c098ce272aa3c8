/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "codec.h"

#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "codec/base64_kernels.h"
#include "codec/crc32.h"

#define GUARD 64
#define UNTOUCHED 0xEE

/* Aligned to 64; longer by an alignment and a guard on either side. */
#define ROOM (ORACLE_TEXT + 2 * GUARD + CODEC_ALIGNS)

static _Alignas(64) uint8_t in_buffer[ROOM];
static _Alignas(64) uint8_t out_buffer[ROOM];

static int
differ(const char *who, const char *what, const struct codec_input *in)
{
    const uint8_t *bytes = in->bytes;

    fprintf(stderr, "%s: %s differs: %zu at %zu to %zu, in pieces of %zu and "
        "%zu%s:", who, what, in->n, in->in_align, in->out_align, in->first,
        in->then, in->goes_on ? ", going on" : "");
    for (size_t i = 0; i < in->n && i < 256; i++)
        fprintf(stderr, " %02X", bytes[i]);
    fprintf(stderr, "\n");
    return 0;
}

/* The input in its place. */
static uint8_t *
put_input(const struct codec_input *in)
{
    uint8_t *p = in_buffer + GUARD + in->in_align;

    ASAN_UNPOISON_MEMORY_REGION(in_buffer, sizeof in_buffer);
    if (in->n > 0)
        memcpy(p, in->bytes, in->n);
    ASAN_POISON_MEMORY_REGION(p + in->n,
        sizeof in_buffer - GUARD - in->in_align - in->n);
    return p;
}

/* Where 'room' bytes may be written. */
static uint8_t *
clear_output(const struct codec_input *in, size_t room)
{
    memset(out_buffer, UNTOUCHED, GUARD + in->out_align + room + GUARD);
    return out_buffer + GUARD + in->out_align;
}

/* Is everything as it was, from 'p' to the end of what was cleared? */
static int
is_untouched(const uint8_t *p, const uint8_t *end)
{
    return p == end
        || (*p == UNTOUCHED && memcmp(p, p + 1, (size_t)(end - p) - 1) == 0);
}

/* Are the guards, and what lies behind the 'n' bytes that were written? */
static int
is_guarded(const uint8_t *out, size_t n, size_t room)
{
    return is_untouched(out_buffer, out)
        && is_untouched(out + n, out + room + GUARD);
}

/* How long the piece at 'i' is. */
static size_t
piece_at(const struct codec_input *in, size_t i)
{
    size_t piece = i == 0 && in->first > 0 ? in->first : in->then;

    return in->first == 0 || piece > in->n - i ? in->n - i : piece;
}

/* Decode one piece to 'got', beyond what it has; 0 if more was written or
 * reported than may be. */
static int
take_piece(const struct ir_base64_kernel *k, struct ir_base64_decoder *d,
    const char *text, size_t n, uint8_t *out, struct answer *got)
{
    size_t consumed = n + 1, produced = n + 1;

    got->result =
        ir_base64_decode_with(k, d, text, n, &consumed, out, &produced);
    if (consumed > n || produced > (n + 3) / 4 * 3
        || !is_untouched(out + produced, out + produced + GUARD))
        return 0;
    got->consumed += consumed;
    got->n_bytes += produced;
    return 1;
}

static int
decode_by(const struct ir_base64_kernel *k, const struct codec_input *in,
    const char *text, uint8_t *out, struct answer *got)
{
    struct ir_base64_decoder d;
    size_t end = 0;

    ir_base64_decode_init(&d);
    got->result = IR_BASE64_OK;
    got->consumed = got->n_stops = got->n_bytes = 0;
    while (got->result == IR_BASE64_OK && got->consumed < in->n) {
        if (got->consumed == end)
            end += piece_at(in, end);
        if (!take_piece(k, &d, text + got->consumed, end - got->consumed,
                out + got->n_bytes, got))
            return 0;
        if (got->result != IR_BASE64_STOPPED)
            continue;
        got->n_stops++;
        if (in->goes_on) {
            got->consumed++;
            got->result = IR_BASE64_OK;
        }
    }
    got->end = ir_base64_decode_end(&d);
    return 1;
}

int
codec_decode(const struct codec_input *in, const struct answer *want)
{
    size_t n_kernels, room = (in->n + 3) / 4 * 3;
    const struct ir_base64_kernel *k = ir_base64_kernels(&n_kernels);
    const char *text = (const char *)put_input(in);
    static struct answer got;
    int same = 1;

    for (; n_kernels-- > 0; k++) {
        uint8_t *out = clear_output(in, room);

        if (!decode_by(k, in, text, out, &got)
            || !is_guarded(out, got.n_bytes, room))
            same = differ(k->name, "the end of what was decoded", in);
        else if (got.result != want->result || got.end != want->end
            || got.consumed != want->consumed || got.n_stops != want->n_stops)
            same = differ(k->name, "the result of decoding", in);
        else if (got.n_bytes != want->n_bytes
            || memcmp(out, want->bytes, got.n_bytes) != 0)
            same = differ(k->name, "what was decoded", in);
    }
    return same;
}

static size_t
encode_by(const struct ir_base64_kernel *k, const struct codec_input *in,
    const uint8_t *bytes, char *out)
{
    size_t length = 0;

    for (size_t i = 0; i < in->n;) {
        size_t n = piece_at(in, i);

        if (i + n < in->n)
            n = n - n % 3 + 3;
        if (n > in->n - i)
            n = in->n - i;
        length += ir_base64_encode_with(k, bytes + i, n, out + length);
        i += n;
    }
    return length;
}

int
codec_encode(const struct codec_input *in, const char *want, size_t n)
{
    size_t n_kernels;
    const struct ir_base64_kernel *k = ir_base64_kernels(&n_kernels);
    const uint8_t *bytes = put_input(in);
    int same = 1;

    for (; n_kernels-- > 0; k++) {
        uint8_t *out = clear_output(in, n);

        if (encode_by(k, in, bytes, (char *)out) != n
            || memcmp(out, want, n) != 0)
            same = differ(k->name, "what was encoded", in);
        if (!is_guarded(out, n, n))
            same = differ(k->name, "the end of what was encoded", in);
    }
    return same;
}

int
codec_crc32(const struct codec_input *in, uint32_t want)
{
    const uint8_t *bytes = put_input(in);
    size_t first = piece_at(in, 0);
    uint32_t a = ir_crc32(0, bytes, first);
    uint32_t b = ir_crc32(0, bytes + first, in->n - first);
    uint32_t crc = 0;

    for (size_t i = 0; i < in->n; i += piece_at(in, i))
        crc = ir_crc32(crc, bytes + i, piece_at(in, i));
    if (crc != want || ir_crc32(0, bytes, in->n) != want)
        return differ("ir_crc32", "the checksum", in);
    if (ir_crc32_combine(a, b, in->n - first) != want)
        return differ("ir_crc32_combine", "the checksum", in);
    if (crc32_z(0, bytes, in->n) != want)
        return differ("zlib", "the checksum", in);
    return 1;
}
