/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "oracle.h"

#include <string.h>

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The place of every character in the alphabet, or -1. */
static const int8_t *
values(void)
{
    static int8_t table[256];
    static int is_made;

    for (int c = 0; !is_made && c < 256; c++) {
        const char *at = c == 0 ? NULL : strchr(alphabet, c);

        table[c] = (int8_t)(at == NULL ? -1 : at - alphabet);
    }
    is_made = 1;
    return table;
}

/* Letter 'i' of a text is its bits from 6 * i, byte 'i' those from 8 * i. */
static void
put_letter(uint8_t *bytes, size_t i, unsigned value)
{
    size_t used = 6 * i % 8;
    uint8_t *at = &bytes[6 * i / 8];
    unsigned two = value << (10 - used);

    at[0] = (uint8_t)((used == 0 ? 0u : at[0]) | two >> 8);
    at[1] = (uint8_t)two;
}

/* May a '=' follow 'n_letters', the last of which means 'last', and 'n_pads' of
 * its kind?  RFC 4648, sections 3.5 and 4. */
static enum ir_base64_result
judge_padding(size_t n_letters, unsigned last, size_t n_pads)
{
    size_t n_open = n_letters % 4;

    if (n_open < 2 || n_open + n_pads == 4)
        return IR_BASE64_BAD_PADDING;
    if (last % (n_open == 2 ? 16 : 4) != 0)
        return IR_BASE64_TRAILING_BITS;
    return IR_BASE64_OK;
}

void
oracle_decode(const char *text, size_t n, int goes_on, struct answer *a)
{
    const int8_t *value = values();
    size_t n_letters = 0, n_pads = 0, i;
    unsigned last = 0;

    a->result = IR_BASE64_OK;
    a->n_stops = 0;
    for (i = 0; i < n && a->result == IR_BASE64_OK; i++) {
        uint8_t c = (uint8_t)text[i];

        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            continue;
        if (c == '=') {
            a->result = judge_padding(n_letters, last, n_pads);
            n_pads += a->result == IR_BASE64_OK;
        } else if (value[c] < 0) {
            a->result = goes_on ? IR_BASE64_OK : IR_BASE64_STOPPED;
            a->n_stops++;
        } else if (n_pads > 0) {
            a->result = IR_BASE64_AFTER_PADDING;
        } else {
            last = (unsigned)value[c];
            put_letter(a->bytes, n_letters++, last);
        }
    }
    a->consumed = a->result == IR_BASE64_OK ? i : i - 1;
    a->end = n_letters % 4 == 0 || n_letters % 4 + n_pads == 4
        ? IR_BASE64_OK : IR_BASE64_TRUNCATED;
    if (a->result != IR_BASE64_OK && a->result != IR_BASE64_STOPPED)
        a->end = a->result;
    a->n_bytes = n_letters / 4 * 3;
    if (n_pads > 0 && n_letters % 4 + n_pads == 4)
        a->n_bytes += n_letters % 4 - 1;
}

size_t
oracle_encode(const uint8_t *bytes, size_t n, char *text)
{
    size_t length = 0;

    for (size_t bit = 0; bit < 8 * n; bit += 6) {
        unsigned two = (unsigned)bytes[bit / 8] << 8;

        if (bit / 8 + 1 < n)
            two |= bytes[bit / 8 + 1];
        text[length++] = alphabet[two >> (10 - bit % 8) & 63];
    }
    while (length % 4 != 0)
        text[length++] = '=';
    return length;
}

uint32_t
oracle_crc32(uint32_t crc, const uint8_t *bytes, size_t n)
{
    static uint32_t of_byte[256];

    for (uint32_t c = 0; of_byte[255] == 0 && c < 256; c++) {
        of_byte[c] = c;
        for (int bit = 0; bit < 8; bit++)
            of_byte[c] = of_byte[c] >> 1
                ^ ((of_byte[c] & 1) != 0 ? 0xEDB88320 : 0);
    }
    crc = ~crc;
    for (size_t i = 0; i < n; i++)
        crc = crc >> 8 ^ of_byte[(crc ^ bytes[i]) & 0xFF];
    return ~crc;
}
