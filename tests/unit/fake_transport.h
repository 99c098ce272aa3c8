/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A transport without a network, linked in place of transport.c: it delivers
 * scripted replies in pieces and keeps what was sent. */
#ifndef IR_TESTS_FAKE_TRANSPORT_H
#define IR_TESTS_FAKE_TRANSPORT_H

#include "wire/transport.h"

/* What one exchange meets. */
struct fake_reply {
    const char *bytes;
    size_t n;
    enum ir_status end; /* after the bytes: IR_OK an orderly end, else how the
                           receiving fails; IR_E_TIMEOUT: nothing comes */
    enum ir_status send; /* not IR_OK: how the sending fails */
};

struct fake_transport {
    const struct fake_reply *replies;
    size_t n_replies;
    size_t piece_bytes; /* delivered at a time; 0: as many as are asked for */

    struct ir_transport_config config;
    char proxy[300]; /* its host; empty: none */
    int timeout_ms;
    int grace_ms;
    int has_lingered; /* a cancel would have waited for the reply */
    int n_cancels;
    int n_secrets; /* blocks with FAKE_SECRET that were wiped */
    size_t n_exchanges;
    size_t n_connections;
    size_t position; /* in the reply */
    int is_open;
    size_t request_bytes;
    char request[1310720]; /* of the last exchange, terminated; stays last */
};

#define FAKE_SECRET "ticket-that-is-secret"

extern struct fake_transport fake_transport;

/* Script the next exchanges; nothing is connected. */
void fake_transport_script(const struct fake_reply *replies, size_t n,
    size_t piece_bytes);

#endif
