/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "printable.h"
#include "signals.h"

static enum ir_status record(struct ir_error *e, enum ir_status status,
    int sys_errno, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

static enum ir_status
record(struct ir_error *e, enum ir_status status, int sys_errno,
    const char *format, va_list args)
{
    size_t n;

    if (e->status != IR_OK)
        return e->status;
    memset(e, 0, sizeof *e);
    e->status = status;
    e->sys_errno = sys_errno;
    vsnprintf(e->message, sizeof e->message, format, args);
    n = strlen(e->message);
    if (sys_errno != 0)
        snprintf(e->message + n, sizeof e->message - n, ": %s",
            strerror(sys_errno));
    ir_printable_clean(e->message);
    return status;
}

enum ir_status
ir_fault_set(struct ir_error *e, enum ir_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    status = record(e, status, 0, format, args);
    va_end(args);
    return status;
}

enum ir_status
ir_fault_set_errno(struct ir_error *e, int sys_errno, const char *format, ...)
{
    enum ir_status status;
    va_list args;

    va_start(args, format);
    status = record(e, IR_E_IO, sys_errno, format, args);
    va_end(args);
    return status;
}

void
ir_fault_reword(struct ir_error *e, const char *from, const char *to)
{
    char *found = strstr(e->message, from);
    char rest[sizeof e->message];
    size_t room;

    if (found == NULL)
        return;
    room = sizeof e->message - (size_t)(found - e->message);
    snprintf(rest, sizeof rest, "%s", found + strlen(from));
    snprintf(found, room, "%s%s", to, rest);
    ir_printable_clean(e->message);
}

int
ir_fault_exit(enum ir_status status)
{
    switch (status) {
    case IR_OK:
        return IR_EXIT_OK;
    case IR_E_ARGUMENT:
        return 2;
    case IR_E_NOT_FOUND:
        return 3;
    case IR_E_AUTH:
        return 4;
    case IR_E_DENIED:
        return 5;
    case IR_E_NETWORK:
    case IR_E_TIMEOUT:
        return 6;
    case IR_E_TLS:
        return 7;
    case IR_E_CORRUPT:
        return 8;
    case IR_E_PROTOCOL:
    case IR_E_SERVER:
        return 9;
    case IR_E_IO:
    case IR_E_BUSY:
        return 10;
    case IR_E_LIMIT:
        return 11;
    case IR_E_AMBIGUOUS:
        return 12;
    case IR_E_CHANGED:
        return 14;
    case IR_E_CANCELLED:
        return ir_signals_caught() == 0 ? IR_EXIT_FAILED
                                        : 128 + ir_signals_caught();
    case IR_E_MEMORY:
        break;
    }
    return IR_EXIT_FAILED;
}
