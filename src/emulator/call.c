/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What the services share: texts, tickets, and answering with a file. */
#include "call.h"

#include "soap.h"
#include "stdsoap2.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct ir_call *
ir_call_new(struct ir_emulator *e, struct ir_http *http)
{
    struct ir_call *call = calloc(1, sizeof *call);

    if (call == NULL)
        return NULL;
    call->emulator = e;
    call->http = http;
    call->source.fd = -1;
    call->incoming.upload.fd = -1;
    if (ir_soap_attach(call))
        return call;
    free(call);
    return NULL;
}

void
ir_call_free(struct ir_call *call)
{
    if (call == NULL)
        return;
    ir_soap_detach(call);
    free(call);
}

void *
ir_call_memory(struct ir_call *call, size_t n)
{
    return soap_malloc(call->soap, n);
}

char *
ir_call_text(struct ir_call *call, const char *format, ...)
{
    va_list args;
    char *text = NULL;
    int n;

    va_start(args, format);
    n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n >= 0)
        text = soap_malloc(call->soap, (size_t)n + 1);
    if (text == NULL)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return text;
}

char *
ir_call_echo(struct ir_call *call, const char *text, int n)
{
    char *echo = ir_call_text(call, "%.*s", n, text == NULL ? "" : text);

    for (char *c = echo; c != NULL && *c != '\0'; c++) {
        if (*c < 0x20 || *c > 0x7E)
            *c = '?';
    }
    return echo;
}

const char *
ir_call_ticket(struct ir_call *call, const char *given)
{
    static const char name[] = "ticket=";
    const char *cookie = call->http->request.cookie;

    if (given != NULL && given[0] != '\0')
        return given;
    while (cookie != NULL) {
        cookie += strspn(cookie, "; ");
        if (strncmp(cookie, name, sizeof name - 1) == 0) {
            cookie += sizeof name - 1;
            return ir_call_text(call, "%.*s", (int)strcspn(cookie, "; "),
                cookie);
        }
        cookie = strchr(cookie, ';');
    }
    return NULL;
}

enum ir_refusal
ir_call_session(struct ir_call *call, const char *ticket,
    enum ir_refusal unseen, struct ir_session *out)
{
    struct ir_emulator *e = call->emulator;

    if (ticket == NULL || ticket[0] == '\0')
        return e->settings->generation == IR_CLASSIC ? IR_NO_TICKET : unseen;
    return ir_tickets_find(e, ticket, true, out) ? IR_GRANTED : IR_WRONG_TICKET;
}

static int
read_source(void *ctx, uint64_t offset, uint8_t *buf, size_t n)
{
    const struct ir_call *call = ctx;

    offset += call->source.offset;
    while (n > 0) {
        ssize_t got = pread(call->source.fd, buf, n, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        buf += got;
        n -= (size_t)got;
        offset += (uint64_t)got;
    }
    return 0;
}

void
ir_call_send_file(struct ir_call *call, int fd, uint64_t offset,
    uint64_t length, struct ir_payload *out)
{
    call->source.fd = fd;
    call->source.offset = offset;
    call->source.as_payload.read = read_source;
    call->source.as_payload.ctx = call;
    out->length = length;
    out->source = &call->source.as_payload;
}

void
ir_call_end(struct ir_call *call)
{
    ir_incoming_end(call);
    if (call->source.fd >= 0)
        close(call->source.fd);
    call->source.fd = -1;
}
