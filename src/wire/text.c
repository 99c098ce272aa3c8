/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Texts on their way out.  XML 1.0 cannot carry most control characters, not
 * even as references, and a server must not be sent broken UTF-8: better to
 * refuse than to store a document under another name. */
#include "wire/call.h"

/* Bytes of the character at 's' if XML can carry it, else 0. */
static size_t
character_length(const unsigned char *s)
{
    static const unsigned lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned code;
    size_t n;

    if (s[0] < 0x80)
        return s[0] >= 0x20 || s[0] == '\t' || s[0] == '\n' || s[0] == '\r';
    n = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : s[0] >= 0xC0 ? 2 : 0;
    if (n == 0)
        return 0;
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

enum ir_status
ir_call_check_text(struct ir_wire *w, const char *name, const char *text,
    int may_be_empty)
{
    const unsigned char *s = (const unsigned char *)text;

    if (s == NULL || (*s == '\0' && !may_be_empty)) {
        ir_error_clear(w->error);
        return ir_error_set(w->error, IR_E_ARGUMENT, "%s is empty", name);
    }
    while (*s != '\0') {
        size_t n = character_length(s);

        if (n == 0) {
            ir_error_clear(w->error);
            return ir_error_set(w->error, IR_E_ARGUMENT,
                "%s has a byte at position %zu that is no UTF-8 text", name,
                (size_t)(s - (const unsigned char *)text));
        }
        s += n;
    }
    return IR_OK;
}
