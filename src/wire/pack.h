/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The body of a request as gzip, in transfer chunks because its length shows
 * last. */
#ifndef IR_WIRE_PACK_H
#define IR_WIRE_PACK_H

#include "wire/transport.h"

struct ir_gzip;

/* Filled with zeros it is ready. */
struct ir_pack {
    struct ir_gzip *gzip; /* NULL until it is needed */
    uint64_t left;        /* of the body, before it is packed; 0: none is due */
    size_t chunk_at;      /* where the open chunk's size line stands */
    size_t n;             /* filled of 'out' */
    char out[16384];
};

/* A request begins: its head, shorter than half of 'out', and then a body that
 * has 'length' bytes, more than 0, before it is packed.  It fails with
 * IR_E_MEMORY only, which is not recorded. */
enum ir_status ir_pack_begin(struct ir_pack *p, const char *head,
    uint64_t length);

/* Send the next 'n' bytes of the body. */
enum ir_status ir_pack_send(struct ir_pack *p, struct ir_transport *t,
    const char *data, size_t n);

void ir_pack_clear(struct ir_pack *p);

#endif
