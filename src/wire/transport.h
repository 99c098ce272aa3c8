/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * One connection to one service, kept alive between calls: name lookup, TCP,
 * proxy, TLS, deadlines and cancel.  Bytes only: it knows nothing of HTTP but
 * the CONNECT of a proxy.  OpenSSL's types stay in transport.c and tls.c.
 *
 * A limit of bytes a second holds for what a call sends and receives.  The time
 * that it takes is no idle time, but it counts for the call's deadline.
 *
 * Every failure is recorded in the struct ir_error given at the start.
 * Time is CLOCK_MONOTONIC throughout. */
#ifndef IR_WIRE_TRANSPORT_H
#define IR_WIRE_TRANSPORT_H

#include <stddef.h>

#include "wire/url.h"

struct ir_transport;

/* Everything is copied or loaded by ir_transport_new(). */
struct ir_transport_config {
    const struct ir_url *url;
    const struct ir_url *proxy; /* NULL: direct */
    const char *ca_file;
    const char *ca_path;
    const char *cert_file;
    const char *key_file;
    int connect_timeout_ms;
    int idle_timeout_ms;
    uint64_t limit_bytes_per_s; /* 0: none */
};

/* 'error' must live as long as the transport. */
enum ir_status ir_transport_new(const struct ir_transport_config *config,
    struct ir_error *error, struct ir_transport **transport);

/* Another to the same service, with what the first has loaded, under the same
 * limit of bytes a second, which both share: free it before the first.  Each
 * may be used by a thread of its own. */
enum ir_status ir_transport_twin(const struct ir_transport *t,
    struct ir_error *error, struct ir_transport **twin);
void ir_transport_free(struct ir_transport *t);

/* A call begins: its deadline is 'timeout_ms' from now, 0 for none. */
void ir_transport_begin(struct ir_transport *t, int timeout_ms);

/* Make sure that a connection is open; '*reused' tells whether it served a
 * call before.  One on which bytes or an end are waiting is replaced. */
enum ir_status ir_transport_connect(struct ir_transport *t, int *reused);

/* Send all 'n' bytes. */
enum ir_status ir_transport_send(struct ir_transport *t, const void *data,
    size_t n);

/* Receive at least one byte and at most 'size'; '*n' is 0 at the orderly end
 * of the stream. */
enum ir_status ir_transport_receive(struct ir_transport *t, void *data,
    size_t size, size_t *n);

/* Wait 'ms'; ends early, with the error recorded, when the call's deadline
 * passes or it is cancelled. */
enum ir_status ir_transport_wait(struct ir_transport *t, int ms);

/* Close at once, without waiting for the peer; nothing if closed. */
void ir_transport_close(struct ir_transport *t);

/* Any thread, any signal handler: the running and all later calls end with
 * IR_E_CANCELLED. */
void ir_transport_cancel(struct ir_transport *t);

/* For cleaning up after a failure or a cancel: until the next grace with 0,
 * cancel is ignored and everything ends 'ms' from now. */
void ir_transport_grace(struct ir_transport *t, int ms);

/* From now on a cancel counts only 'ms' after it came: so long a reply is still
 * awaited that tells what the server has kept.  0: at once again. */
void ir_transport_linger(struct ir_transport *t, int ms);

/* Overwrite a secret before its memory is freed. */
void ir_transport_wipe(void *data, size_t n);

#endif
