/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_CODEC_BASE64_KERNELS_H
#define IR_CODEC_BASE64_KERNELS_H

#include "codec/base64.h"

/* The inner loops of base64, one set per instruction set; for base64.c and its
 * tests.  All kernels return the same count and write the same bytes. */
struct ir_base64_kernel {
    const char *name;

    /* Encode the whole groups of three among 'n' bytes; returns n - n % 3. */
    size_t (*encode)(const uint8_t *in, size_t n, char *out);

    /* Decode groups of four up to the first that is cut or holds anything but
     * the 64 letters; returns the characters taken, a multiple of four. */
    size_t (*decode)(const char *in, size_t n, uint8_t *out);
};

/* The 'n' kernels that this CPU can run, fastest first, portable last. */
const struct ir_base64_kernel *ir_base64_kernels(size_t *n);

/* The functions of base64.h, each by the given kernel. */
size_t ir_base64_encode_with(
    const struct ir_base64_kernel *k, const uint8_t *in, size_t n, char *out);
enum ir_base64_result ir_base64_decode_with(const struct ir_base64_kernel *k,
    struct ir_base64_decoder *d, const char *in, size_t n, size_t *consumed,
    uint8_t *out, size_t *produced);

size_t ir_base64_encode_portable(const uint8_t *in, size_t n, char *out);
size_t ir_base64_decode_portable(const char *in, size_t n, uint8_t *out);

#if defined(__x86_64__)
size_t ir_base64_encode_avx2(const uint8_t *in, size_t n, char *out);
size_t ir_base64_decode_avx2(const char *in, size_t n, uint8_t *out);
size_t ir_base64_encode_ssse3(const uint8_t *in, size_t n, char *out);
size_t ir_base64_decode_ssse3(const char *in, size_t n, uint8_t *out);
#elif defined(__aarch64__)
size_t ir_base64_encode_neon(const uint8_t *in, size_t n, char *out);
size_t ir_base64_decode_neon(const char *in, size_t n, uint8_t *out);
#endif

#endif
