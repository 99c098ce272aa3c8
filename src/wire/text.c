/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Texts on their way out, and tokens in both directions.  XML 1.0 cannot carry
 * most control characters, not even as references, and a server must not be sent
 * broken UTF-8: better to refuse than to store a document under another name. */
#include <string.h>

#include "wire/call.h"
#include "wire/calls.h"

/* Bytes of the character at 's' if XML can carry it, else 0. */
static size_t
character_length(const unsigned char *s)
{
    static const unsigned lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned code;
    size_t n;

    if (s[0] < 0x80)
        return s[0] >= 0x20 || s[0] == '\t' || s[0] == '\n' || s[0] == '\r';
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 0;
    n = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    code = s[0] & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3F);
    }
    if (code < lowest[n] || code > 0x10FFFF
        || (code >= 0xD800 && code <= 0xDFFF) || code == 0xFFFE
        || code == 0xFFFF)
        return 0;
    return n;
}

int
ir_call_is_handler(const char *id)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    size_t n = id == NULL ? 0 : strspn(id, letters);

    return n >= 1 && n <= 64 && id[n] == '\0';
}

size_t
ir_call_text_length(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t n;

    for (n = character_length(s); *s != '\0' && n > 0;
         n = character_length(s))
        s += n;
    return (size_t)(s - (const unsigned char *)text);
}

enum ir_status
ir_call_check_text(struct ir_wire *w, const char *name, const char *text,
    int may_be_empty)
{
    size_t n;

    if (text == NULL || (*text == '\0' && !may_be_empty)) {
        ir_error_clear(w->error);
        return ir_error_set(w->error, IR_E_ARGUMENT, "%s is empty", name);
    }
    n = ir_call_text_length(text);
    if (text[n] == '\0')
        return IR_OK;
    ir_error_clear(w->error);
    return ir_error_set(w->error, IR_E_ARGUMENT,
        "%s has a byte at position %zu that is no UTF-8 text", name, n);
}
