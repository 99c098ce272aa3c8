/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Cuts what is to be uploaded into chunks.  A source that can be read again is
 * read twice, for the CRC and for sending, and needs no memory; one that cannot
 * is held a chunk at a time. */
#ifndef IR_TRANSFER_FEED_H
#define IR_TRANSFER_FEED_H

#include "wire/error.h"

struct ir_feed {
    const struct ir_source *source;
    struct ir_source chunk_source; /* gives the bytes of the current chunk */
    uint64_t chunk_bytes;          /* every chunk but the last has so many */

    /* The current chunk. */
    uint64_t offset;
    uint64_t length;
    uint32_t crc32;
    int last;

    /* The chunk, and what was read of the next: a byte that shows whether more
     * follows, or more where chunks have become smaller. */
    uint8_t *held;
    uint64_t held_bytes; /* there is room for */
    size_t n_held;
    int is_ended; /* nothing is behind what is held */
};

/* Nothing is read yet. */
void ir_feed_init(struct ir_feed *f, const struct ir_source *source);

/* From the first byte again, in chunks of 'chunk_bytes'.  A source that cannot
 * be read again can be started anew while the first chunk is the current one. */
enum ir_status ir_feed_start(struct ir_feed *f, uint64_t chunk_bytes,
    struct ir_error *e);

/* Go on to the next chunk; after the last there is none.  The first may be
 * empty, and is the last then. */
enum ir_status ir_feed_next(struct ir_feed *f, struct ir_error *e);

/* The CRC of the current chunk once more, from the source. */
enum ir_status ir_feed_again(struct ir_feed *f, struct ir_error *e);

void ir_feed_clear(struct ir_feed *f);

#endif
