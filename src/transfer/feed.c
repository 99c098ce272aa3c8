/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Whether a chunk is the last shows when the source has come to its end: where
 * its size is known by comparing offsets, else by reading a byte ahead. */
#include "transfer/feed.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "codec/crc32.h"

#define BLOCK_BYTES ((size_t)65536)
/* Servers grant no more. */
#define CHUNK_BYTES_MAX 33554432

static enum ir_status
read_failed(struct ir_error *e, uint64_t offset)
{
    if (errno != 0)
        return ir_error_set_errno(e, IR_E_IO, errno,
            "cannot read at offset %" PRIu64, offset);
    return ir_error_set(e, IR_E_CANCELLED, "the caller ended the transfer");
}

/* Read until 'n' bytes are there or the source ends. */
static enum ir_status
read_full(const struct ir_source *s, uint64_t offset, uint8_t *data, size_t n,
    size_t *got, struct ir_error *e)
{
    size_t part = 1;

    for (*got = 0; *got < n && part > 0; *got += part) {
        errno = 0;
        part = 0;
        if (s->read(s->ctx, offset + *got, data + *got, n - *got, &part) != 0)
            return read_failed(e, offset + *got);
        if (part > n - *got)
            return ir_error_set(e, IR_E_ARGUMENT,
                "the source gave more bytes than were asked for");
    }
    return IR_OK;
}

/* ir_read_fn of a chunk that is held. */
static int
read_held(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    const struct ir_feed *f = ctx;

    memcpy(data, f->held + (offset - f->offset), n);
    *got = n;
    return 0;
}

/* ir_read_fn that reads the source until 'n' bytes are there. */
static int
read_source(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    const struct ir_feed *f = ctx;
    struct ir_error e;

    ir_error_clear(&e);
    if (read_full(f->source, offset, data, n, got, &e) == IR_OK)
        return 0;
    errno = e.sys_errno;
    return -1;
}

void
ir_feed_init(struct ir_feed *f, const struct ir_source *source)
{
    memset(f, 0, sizeof *f);
    f->source = source;
    f->chunk_source.ctx = f;
    f->chunk_source.read = source->rereadable ? read_source : read_held;
    f->chunk_source.rereadable = 1;
}

enum ir_status
ir_feed_start(struct ir_feed *f, uint64_t chunk_bytes, struct ir_error *e)
{
    uint8_t *held;

    f->chunk_bytes = chunk_bytes;
    f->offset = 0;
    f->length = 0;
    f->last = 0;
    if (f->source->rereadable || chunk_bytes < f->held_bytes)
        return IR_OK;
    if (chunk_bytes > CHUNK_BYTES_MAX)
        return ir_error_set(e, IR_E_LIMIT, "the server wants chunks of %" PRIu64
            " bytes, of a stream at most %d are held", chunk_bytes,
            CHUNK_BYTES_MAX);
    held = realloc(f->held, (size_t)chunk_bytes + 1);
    if (held == NULL)
        return ir_error_set(e, IR_E_MEMORY, "out of memory");
    f->held = held;
    f->held_bytes = chunk_bytes + 1;
    return IR_OK;
}

enum ir_status
ir_feed_again(struct ir_feed *f, struct ir_error *e)
{
    uint8_t block[BLOCK_BYTES];
    uint64_t done = 0;

    if (!f->source->rereadable) {
        f->crc32 = ir_crc32(0, f->held, (size_t)f->length);
        return IR_OK;
    }
    f->crc32 = 0;
    while (done < f->length) {
        uint64_t left = f->length - done;
        size_t n = left < sizeof block ? (size_t)left : sizeof block;
        size_t got;
        enum ir_status st = read_full(f->source, f->offset + done, block, n,
            &got, e);

        if (st != IR_OK)
            return st;
        if (got < n)
            return ir_error_set(e, IR_E_CHANGED,
                "the source ends at %" PRIu64 " of %" PRIu64 " bytes",
                f->offset + done + got, f->source->size_bytes);
        f->crc32 = ir_crc32(f->crc32, block, n);
        done += n;
    }
    return IR_OK;
}

/* Hold a chunk and the byte behind it.  More is there already where the chunks
 * have become smaller. */
static enum ir_status
hold_next(struct ir_feed *f, struct ir_error *e)
{
    size_t wanted = (size_t)f->chunk_bytes + 1;
    size_t got;

    f->n_held -= (size_t)f->length;
    memmove(f->held, f->held + f->length, f->n_held);
    if (f->n_held < wanted && !f->is_ended) {
        enum ir_status st = read_full(f->source, f->offset + f->n_held,
            f->held + f->n_held, wanted - f->n_held, &got, e);

        if (st != IR_OK)
            return st;
        f->is_ended = got < wanted - f->n_held;
        f->n_held += got;
    }
    f->last = f->n_held <= f->chunk_bytes;
    f->length = f->last ? f->n_held : f->chunk_bytes;
    return IR_OK;
}

enum ir_status
ir_feed_next(struct ir_feed *f, struct ir_error *e)
{
    uint64_t left;

    f->offset += f->length;
    if (!f->source->rereadable) {
        enum ir_status st = hold_next(f, e);

        return st == IR_OK ? ir_feed_again(f, e) : st;
    }
    left = f->source->size_bytes - f->offset;
    f->length = left < f->chunk_bytes ? left : f->chunk_bytes;
    f->last = f->length == left;
    return ir_feed_again(f, e);
}

void
ir_feed_clear(struct ir_feed *f)
{
    free(f->held);
    f->held = NULL;
}
