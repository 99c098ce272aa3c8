/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The arithmetic of a download: which bytes are asked for next, and what the
 * chunks that came prove about the whole.  No I/O. */
#ifndef IR_TRANSFER_PLAN_H
#define IR_TRANSFER_PLAN_H

#include "wire/error.h"

/* The size of what is told only by its first chunk. */
#define IR_PLAN_UNKNOWN UINT64_MAX

struct ir_plan {
    uint64_t size_bytes; /* or IR_PLAN_UNKNOWN */
    uint64_t chunk_bytes;
    uint64_t offset; /* every byte before it is verified */
    uint32_t crc32;  /* of those bytes */
    uint64_t n_chunks;
};

void ir_plan_init(struct ir_plan *p, uint64_t size_bytes,
    uint64_t chunk_bytes);

/* The next request; 0 if nothing is left to ask for. */
int ir_plan_next(const struct ir_plan *p, uint64_t *offset, uint64_t *length);

/* A verified chunk that begins at p->offset; it may be shorter than asked.
 * IR_E_CHANGED: it belongs to a document of another size. */
enum ir_status ir_plan_accept(struct ir_plan *p, const struct ir_chunk *chunk,
    struct ir_error *e);

/* All chunks are there: does the CRC of the whole agree?  'level' is what is
 * proved. */
enum ir_status ir_plan_finish(const struct ir_plan *p,
    const struct ir_document *document, enum ir_level *level,
    struct ir_error *e);

#endif
