/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The words of a fault rule that are values. */
#include "faultvalue.h"

#include <stdlib.h>
#include <string.h>

bool
ir_faultvalue_number(const char *text, size_t n, uint64_t *out)
{
    uint64_t value = 0;

    if (n == 0 || n > 19)
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned digit = (unsigned)(text[i] - '0');

        if (digit > 9 || value > ((uint64_t)INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

bool
ir_faultvalue_range(const char *text, size_t n, struct ir_fault_range *out)
{
    const char *dash = memchr(text, '-', n);
    size_t n_first = dash == NULL ? n : (size_t)(dash - text);

    out->is_set = true;
    if (!ir_faultvalue_number(text, n_first, &out->first))
        return false;
    out->last = out->first;
    if (dash == NULL)
        return true;
    out->last = UINT64_MAX;
    return n_first + 1 == n
        || (ir_faultvalue_number(dash + 1, n - n_first - 1, &out->last)
            && out->last >= out->first);
}

bool
ir_faultvalue_fraction(const char *text, size_t n, double *out)
{
    char copy[32];
    char *end = NULL;

    if (n == 0 || n >= sizeof copy || strspn(text, "0123456789.") < n)
        return false;
    memcpy(copy, text, n);
    copy[n] = '\0';
    *out = strtod(copy, &end);
    return *end == '\0' && *out > 0 && *out <= 1;
}

static int
hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c | ('a' - 'A'));

    return at == NULL ? -1 : (int)(at - digits);
}

/* What stands after a backslash: the number of its characters, 0 if it means
 * nothing. */
static size_t
unescape(const char *text, size_t n, char *out)
{
    int high = n > 2 && text[0] == 'x' ? hex_digit(text[1]) : -1;
    int low = high < 0 ? -1 : hex_digit(text[2]);

    *out = text[0];
    if (low >= 0) {
        *out = (char)(high * 16 + low);
        return 3;
    }
    if (n > 0 && text[0] == 'n')
        *out = '\n';
    else if (n > 0 && text[0] == 'r')
        *out = '\r';
    else if (n == 0 || (text[0] != '\\' && text[0] != '"'))
        return 0;
    return 1;
}

bool
ir_faultvalue_text(const char *text, size_t n, struct ir_fault_value *out)
{
    bool quoted = false;

    out->text = malloc(n + 1);
    out->n_text = 0;
    if (out->text == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t escape = 0;

        if (text[i] == '"') {
            quoted = !quoted;
            continue;
        }
        out->text[out->n_text] = text[i];
        if (text[i] == '\\') {
            escape = unescape(text + i + 1, n - i - 1, &out->text[out->n_text]);
            if (escape == 0)
                return false;
        }
        out->n_text++;
        i += escape;
    }
    out->text[out->n_text] = '\0';
    return !quoted;
}
