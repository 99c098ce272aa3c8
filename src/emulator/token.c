/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Tickets and handlers: texts that are only worth something because they
 * cannot be guessed. */
#include "token.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

bool
ir_token_new(char out[IR_GUID_LENGTH + 1])
{
    uint8_t b[16];

    if (RAND_bytes(b, sizeof b) != 1)
        return false;
    b[6] = (uint8_t)((b[6] & 0x0F) | 0x40);
    b[8] = (uint8_t)((b[8] & 0x3F) | 0x80);
    snprintf(out, IR_GUID_LENGTH + 1,
        "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
        b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
        b[11], b[12], b[13], b[14], b[15]);
    return true;
}

bool
ir_token_is_guid(const char *text)
{
    if (strlen(text) != IR_GUID_LENGTH)
        return false;
    for (int i = 0; i < IR_GUID_LENGTH; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-')
                return false;
        } else if (!isxdigit((unsigned char)text[i])) {
            return false;
        }
    }
    return true;
}

bool
ir_token_is_name(const char *text)
{
    size_t n = strlen(text);

    if (n == 0 || n > IR_HANDLER_LENGTH)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!isalnum((unsigned char)text[i]) && text[i] != '-')
            return false;
    }
    return true;
}

bool
ir_token_equal(const char *a, const char *b)
{
    uint8_t digest_a[SHA256_DIGEST_LENGTH];
    uint8_t digest_b[SHA256_DIGEST_LENGTH];

    SHA256((const uint8_t *)a, strlen(a), digest_a);
    SHA256((const uint8_t *)b, strlen(b), digest_b);
    return CRYPTO_memcmp(digest_a, digest_b, sizeof digest_a) == 0;
}
