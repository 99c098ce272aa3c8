/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_CODEC_BASE64_H
#define IR_CODEC_BASE64_H

#include <stddef.h>
#include <stdint.h>

enum ir_base64_result {
    IR_BASE64_OK,            /* all input taken */
    IR_BASE64_STOPPED,       /* a byte that is no part of base64 text */
    IR_BASE64_BAD_PADDING,   /* '=' where a group of four cannot have one */
    IR_BASE64_TRAILING_BITS, /* bits that the padding cuts off are not zero */
    IR_BASE64_AFTER_PADDING, /* more data after a '=' */
    IR_BASE64_TRUNCATED      /* the text ended inside a group of four */
};

/* The open group of four between two calls, in the caller's storage. */
struct ir_base64_decoder {
    uint32_t bits;    /* of the characters so far, the last one lowest */
    unsigned n_chars; /* in the open group, '=' not counted: 0 to 3 */
    unsigned n_pads;  /* 0 to 2; the text is over when both make four */
    enum ir_base64_result failure;
};

/* Characters that encode 'n' bytes, padding included: exact for 'n' up to
 * SIZE_MAX / 4 * 3, SIZE_MAX above. */
size_t ir_base64_encoded_length(size_t n);

/* Encode 'n' bytes and return the characters written, which is always
 * ir_base64_encoded_length(n); 'out' has room for exactly that many and gets no
 * terminator.  Pads when 'n' is no multiple of three, so whoever encodes in
 * pieces passes multiples of three until the last.  The buffers are apart. */
size_t ir_base64_encode(const uint8_t *in, size_t n, char *out);

void ir_base64_decode_init(struct ir_base64_decoder *d);

/* Decode the next 'n' characters of a text that may be cut anywhere; blanks,
 * tabs, CR and LF are skipped.  'consumed' and 'produced' are set whatever the
 * result; only out[0] to out[produced - 1] are written, and room for
 * (n + 3) / 4 * 3 bytes is enough.  The buffers are apart.
 *
 * OK means consumed == n.  STOPPED means in[consumed] cannot belong to base64
 * text, such as the '<' of an end tag: the caller either ends or goes on after
 * it.  Other results are failures at in[consumed], and final. */
enum ir_base64_result ir_base64_decode(struct ir_base64_decoder *d,
    const char *in, size_t n, size_t *consumed, uint8_t *out, size_t *produced);

/* The text is over: OK if it was complete, TRUNCATED if a group was left open,
 * else the failure that ir_base64_decode reported. */
enum ir_base64_result ir_base64_decode_end(const struct ir_base64_decoder *d);

#endif
