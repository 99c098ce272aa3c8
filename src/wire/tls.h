/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * TLS to one host, over a non-blocking socket that belongs to the caller.  No
 * function here waits: it says what to wait for before it is called again. */
#ifndef IR_WIRE_TLS_H
#define IR_WIRE_TLS_H

#include "wire/transport.h"

struct ir_tls;

/* What became of an attempt to move bytes. */
enum ir_tls_io {
    IR_TLS_DONE,
    IR_TLS_END, /* the peer ended the stream in an orderly way */
    IR_TLS_WANT_READ,
    IR_TLS_WANT_WRITE,
    IR_TLS_FAILED /* recorded in the error given at the start */
};

/* Load authorities, certificate and key as 'config' asks.  'error' must live
 * as long as '*tls'. */
enum ir_status ir_tls_new(const struct ir_transport_config *config,
    struct ir_error *error, struct ir_tls **tls);

/* Another like 'tls', with its authorities, identity and session.  Each may be
 * used by a thread of its own. */
enum ir_status ir_tls_twin(const struct ir_tls *tls, struct ir_error *error,
    struct ir_tls **twin);
void ir_tls_free(struct ir_tls *tls);

/* A connection begins on 'socket': call ir_tls_handshake() until it is DONE or
 * has FAILED. */
enum ir_status ir_tls_begin(struct ir_tls *tls, int socket);
enum ir_tls_io ir_tls_handshake(struct ir_tls *tls);

/* At least one byte and as many of 'size' as have come. */
enum ir_tls_io ir_tls_read(struct ir_tls *tls, void *data, size_t size,
    size_t *n);

/* After WANT_READ or WANT_WRITE call it with the same bytes again.  After a
 * failure, what the peer had sent can still be read. */
enum ir_tls_io ir_tls_write(struct ir_tls *tls, const void *data, size_t size,
    size_t *n);

/* 1 if nothing has come that is meant for us: neither bytes nor an end. */
int ir_tls_is_idle(struct ir_tls *tls);

/* The connection ends; the peer is told if 'orderly', but not waited for.
 * Nothing if none has begun. */
void ir_tls_end(struct ir_tls *tls, int orderly);

#endif
