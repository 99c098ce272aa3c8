/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Base64 and CRC-32 from their definitions, a character or a byte at a time:
 * slow, and with nothing of src/codec in them but the names of results. */
#ifndef IR_TESTS_ORACLE_H
#define IR_TESTS_ORACLE_H

#include "codec/base64.h"

/* Longest text that an answer has room for. */
#define ORACLE_TEXT ((size_t)16384)

/* All that can be seen of decoding a text. */
struct answer {
    enum ir_base64_result result; /* of the last call; see 'n_stops' */
    enum ir_base64_result end;
    size_t consumed;
    size_t n_stops; /* stepped over, where the reader goes on after one */
    size_t n_bytes;
    uint8_t bytes[ORACLE_TEXT / 4 * 3 + 1];
};

/* Decode 'n' characters, at most ORACLE_TEXT.  If 'goes_on', what is no base64
 * is counted and stepped over, as an XML reader does with markup. */
void oracle_decode(const char *text, size_t n, int goes_on, struct answer *a);

/* Encode 'n' bytes; returns the characters written. */
size_t oracle_encode(const uint8_t *bytes, size_t n, char *text);

/* The CRC-32 of what 'crc' is of, followed by 'n' bytes. */
uint32_t oracle_crc32(uint32_t crc, const uint8_t *bytes, size_t n);

#endif
