/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A reply does not say which offset it answers, so a stale one with a good CRC
 * of its own would pass as the next chunk: only the CRC of the whole, combined
 * from those of the chunks without a second look at the bytes, proves the
 * document. */
#include "transfer/plan.h"

#include <inttypes.h>
#include <string.h>

#include "codec/crc32.h"

void
ir_plan_init(struct ir_plan *p, uint64_t size_bytes, uint64_t chunk_bytes)
{
    memset(p, 0, sizeof *p);
    p->size_bytes = size_bytes;
    p->chunk_bytes = chunk_bytes;
}

int
ir_plan_next(const struct ir_plan *p, uint64_t *offset, uint64_t *length)
{
    uint64_t left = p->size_bytes - p->offset;

    *offset = p->offset;
    *length = left < p->chunk_bytes ? left : p->chunk_bytes;
    return left > 0;
}

enum ir_status
ir_plan_accept(struct ir_plan *p, const struct ir_chunk *chunk,
    struct ir_error *e)
{
    if (p->size_bytes == IR_PLAN_UNKNOWN)
        p->size_bytes = chunk->file_length;
    if (chunk->file_length != p->size_bytes)
        return ir_error_set(e, IR_E_CHANGED, "chunk at %" PRIu64
            " belongs to a file of %" PRIu64 " bytes, %" PRIu64
            " were staged", chunk->offset, chunk->file_length,
            p->size_bytes);
    p->crc32 = ir_crc32_combine(p->crc32, chunk->crc32, chunk->length);
    p->offset += chunk->length;
    p->n_chunks++;
    return IR_OK;
}

enum ir_status
ir_plan_finish(const struct ir_plan *p, const struct ir_document *document,
    enum ir_level *level, struct ir_error *e)
{
    *level = IR_LEVEL_NONE;
    if (document->has_crc32 && document->crc32 != p->crc32)
        return ir_error_set(e, IR_E_CORRUPT, "document of %" PRIu64
            " bytes: CRC %08" PRIX32 ", expected %08" PRIX32, p->size_bytes,
            p->crc32, document->crc32);
    *level = document->has_crc32 ? IR_LEVEL_VERIFIED
                                 : IR_LEVEL_CHUNK_VERIFIED;
    return IR_OK;
}
