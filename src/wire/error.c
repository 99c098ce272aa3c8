/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "wire/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [IR_OK] = "ok",
    [IR_E_ARGUMENT] = "argument",
    [IR_E_MEMORY] = "memory",
    [IR_E_NOT_FOUND] = "not_found",
    [IR_E_AUTH] = "auth",
    [IR_E_DENIED] = "denied",
    [IR_E_NETWORK] = "network",
    [IR_E_TIMEOUT] = "timeout",
    [IR_E_TLS] = "tls",
    [IR_E_CORRUPT] = "corrupt",
    [IR_E_PROTOCOL] = "protocol",
    [IR_E_SERVER] = "server",
    [IR_E_IO] = "io",
    [IR_E_LIMIT] = "limit",
    [IR_E_CHANGED] = "changed",
    [IR_E_BUSY] = "busy",
    [IR_E_AMBIGUOUS] = "ambiguous",
    [IR_E_CANCELLED] = "cancelled",
};

const char *
ir_status_name(enum ir_status status)
{
    if ((size_t)status >= sizeof names / sizeof names[0])
        return "unknown";
    return names[status];
}

void
ir_error_clear(struct ir_error *e)
{
    memset(e, 0, sizeof *e);
}

static int
is_retryable(enum ir_status status)
{
    switch (status) {
    case IR_E_MEMORY:
    case IR_E_NETWORK:
    case IR_E_TIMEOUT:
    case IR_E_CORRUPT:
    case IR_E_SERVER:
    case IR_E_CHANGED:
    case IR_E_BUSY:
        return 1;
    default:
        return 0;
    }
}

/* Length of the well-formed UTF-8 sequence at 's' that is fit for a terminal:
 * 0 for control characters (C0, DEL, C1), for the marks that reorder or hide
 * text, and for bytes that are not UTF-8. */
static size_t
printable_length(const unsigned char *s)
{
    unsigned code;
    size_t length;

    if (s[0] < 0x80)
        return s[0] >= 0x20 && s[0] != 0x7F;
    if (s[0] >= 0xC2 && s[0] <= 0xDF) {
        code = s[0] & 0x1F;
        length = 2;
    } else if (s[0] >= 0xE0 && s[0] <= 0xEF) {
        code = s[0] & 0x0F;
        length = 3;
    } else if (s[0] >= 0xF0 && s[0] <= 0xF4) {
        code = s[0] & 0x07;
        length = 4;
    } else {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (s[i] & 0x3F);
    }
    if ((length == 3 && code < 0x800) || (length == 4 && code < 0x10000)
        || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return 0;
    if (code < 0xA0 || code == 0x061C || (code >= 0x200B && code <= 0x200F)
        || (code >= 0x2028 && code <= 0x202E)
        || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF)
        return 0;
    return length;
}

/* Replace in place what is not printable by '?', a sequence that was cut at the
 * end of the buffer included. */
static void
make_printable(char *text)
{
    unsigned char *in = (unsigned char *)text;
    unsigned char *out = in;

    while (*in != '\0') {
        size_t n = printable_length(in);

        if (n == 0) {
            *out++ = '?';
            in++;
            continue;
        }
        while (n-- > 0)
            *out++ = *in++;
    }
    *out = '\0';
}

static enum ir_status __attribute__((format(printf, 4, 0)))
record(struct ir_error *e, enum ir_status status, int sys_errno,
    const char *format, va_list args)
{
    int n;

    if (e->status != IR_OK)
        return e->status;
    e->status = status;
    e->sys_errno = sys_errno;
    e->retryable = is_retryable(status);
    n = vsnprintf(e->message, sizeof e->message, format, args);
    if (sys_errno != 0 && n >= 0 && (size_t)n < sizeof e->message) {
        char reason[128];

        if (strerror_r(sys_errno, reason, sizeof reason) == 0)
            snprintf(e->message + n, sizeof e->message - (size_t)n, ": %s",
                reason);
    }
    make_printable(e->message);
    return status;
}

enum ir_status
ir_error_set(struct ir_error *e, enum ir_status status, const char *format,
    ...)
{
    va_list args;

    va_start(args, format);
    status = record(e, status, 0, format, args);
    va_end(args);
    return status;
}

enum ir_status
ir_error_set_errno(struct ir_error *e, enum ir_status status, int sys_errno,
    const char *format, ...)
{
    va_list args;

    if (sys_errno == ENOMEM)
        status = IR_E_MEMORY;
    va_start(args, format);
    status = record(e, status, sys_errno, format, args);
    va_end(args);
    return status;
}
