/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* memmem */
#include "fake_transport.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ir_transport {
    struct ir_error *error;
};

struct fake_transport fake_transport;

void
fake_transport_script(const struct fake_reply *replies, size_t n,
    size_t piece_bytes)
{
    memset(&fake_transport, 0, offsetof(struct fake_transport, request));
    fake_transport.request[0] = '\0';
    fake_transport.replies = replies;
    fake_transport.n_replies = n;
    fake_transport.piece_bytes = piece_bytes;
}

enum ir_status
ir_transport_new(const struct ir_transport_config *config,
    struct ir_error *error, struct ir_transport **transport)
{
    fake_transport.config = *config;
    fake_transport.proxy[0] = '\0';
    if (config->proxy != NULL)
        snprintf(fake_transport.proxy, sizeof fake_transport.proxy, "%s",
            config->proxy->host);
    *transport = calloc(1, sizeof **transport);
    if (*transport == NULL)
        return ir_error_set(error, IR_E_MEMORY, "out of memory");
    (*transport)->error = error;
    return IR_OK;
}

enum ir_status
ir_transport_twin(const struct ir_transport *t, struct ir_error *error,
    struct ir_transport **twin)
{
    (void)t;
    *twin = NULL;
    return ir_error_set(error, IR_E_MEMORY, "there is one fake only");
}

void
ir_transport_free(struct ir_transport *t)
{
    free(t);
}

void
ir_transport_begin(struct ir_transport *t, int timeout_ms)
{
    (void)t;
    fake_transport.timeout_ms = timeout_ms;
}

enum ir_status
ir_transport_connect(struct ir_transport *t, int *reused)
{
    *reused = fake_transport.is_open;
    fake_transport.n_connections += !fake_transport.is_open;
    fake_transport.is_open = 1;
    fake_transport.n_exchanges++;
    fake_transport.position = 0;
    fake_transport.request_bytes = 0;
    if (fake_transport.n_exchanges > fake_transport.n_replies)
        return ir_error_set(t->error, IR_E_NETWORK, "the script is over");
    return IR_OK;
}

static const struct fake_reply *
current(void)
{
    return &fake_transport.replies[fake_transport.n_exchanges - 1];
}

enum ir_status
ir_transport_send(struct ir_transport *t, const void *data, size_t n)
{
    struct fake_transport *f = &fake_transport;

    if (current()->send != IR_OK)
        return ir_error_set(t->error, current()->send, "sending failed");
    if (n >= sizeof f->request - f->request_bytes)
        return ir_error_set(t->error, IR_E_LIMIT, "request too long to keep");
    memcpy(f->request + f->request_bytes, data, n);
    f->request_bytes += n;
    f->request[f->request_bytes] = '\0';
    return IR_OK;
}

enum ir_status
ir_transport_receive(struct ir_transport *t, void *data, size_t size,
    size_t *n)
{
    struct fake_transport *f = &fake_transport;
    const struct fake_reply *reply = current();

    *n = reply->n - f->position;
    if (*n == 0 && reply->end != IR_OK)
        return ir_error_set(t->error, reply->end, "receiving failed");
    if (*n > size)
        *n = size;
    if (f->piece_bytes != 0 && *n > f->piece_bytes)
        *n = f->piece_bytes;
    if (*n > 0)
        memcpy(data, reply->bytes + f->position, *n);
    f->position += *n;
    return IR_OK;
}

enum ir_status
ir_transport_wait(struct ir_transport *t, int ms)
{
    if (ms < 0)
        return ir_error_set(t->error, IR_E_CANCELLED, "cancelled");
    return IR_OK;
}

void
ir_transport_close(struct ir_transport *t)
{
    (void)t;
    fake_transport.is_open = 0;
}

void
ir_transport_cancel(struct ir_transport *t)
{
    (void)t;
    fake_transport.n_cancels++;
}

void
ir_transport_grace(struct ir_transport *t, int ms)
{
    (void)t;
    fake_transport.grace_ms = ms;
}

void
ir_transport_wipe(void *data, size_t n)
{
    if (memmem(data, n, FAKE_SECRET, sizeof FAKE_SECRET - 1) != NULL)
        fake_transport.n_secrets++;
    memset(data, 0, n);
}

void
ir_transport_linger(struct ir_transport *t, int ms)
{
    (void)t;
    fake_transport.has_lingered |= ms > 0;
}
