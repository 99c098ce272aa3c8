/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * application/x-www-form-urlencoded, in a query or in a body. */
#include "urlencoded.h"

#include <string.h>

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

bool
ir_urlencoded_decode(char *text)
{
    char *out = text;

    for (; *text != '\0'; text++) {
        if (*text == '%') {
            int high = hex_digit(text[1]);
            int low = high < 0 ? -1 : hex_digit(text[2]);

            if (low < 0 || (high == 0 && low == 0))
                return false;
            *out++ = (char)(high * 16 + low);
            text += 2;
        } else {
            *out++ = *text == '+' ? ' ' : *text;
        }
    }
    *out = '\0';
    return true;
}

/* The next character of an escape that has begun. */
static bool
go_on(struct ir_urlencoded *u, char c, char **out)
{
    int digit = hex_digit(c);

    if (digit < 0)
        return false;
    if (u->n_pending++ == 1) {
        u->high = digit;
        return true;
    }
    *(*out)++ = (char)(u->high * 16 + digit);
    u->n_pending = 0;
    return true;
}

bool
ir_urlencoded_piece(struct ir_urlencoded *u, const char *in, size_t n,
    char *out, size_t *produced)
{
    char *to = out;

    for (size_t i = 0; i < n; i++) {
        if (u->n_pending > 0) {
            if (!go_on(u, in[i], &to))
                return false;
        } else if (in[i] == '%') {
            u->n_pending = 1;
        } else {
            *to++ = in[i] == '+' ? ' ' : in[i];
        }
    }
    *produced = (size_t)(to - out);
    return true;
}

int
ir_urlencoded_next(char **rest, char **name, char **value)
{
    char *end;
    char *sign;

    *rest += strspn(*rest, "&");
    if (**rest == '\0')
        return 0;
    *name = *rest;
    end = *rest + strcspn(*rest, "&");
    *rest = end;
    if (*end != '\0')
        *(*rest)++ = '\0';
    sign = strchr(*name, '=');
    *value = end;
    if (sign != NULL) {
        *sign = '\0';
        *value = sign + 1;
    }
    return ir_urlencoded_decode(*name) && ir_urlencoded_decode(*value) ? 1 : -1;
}
