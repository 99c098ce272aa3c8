/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "transfer/resume.h"

#include <errno.h>

#include "codec/crc32.h"
#include "transfer/session.h"

#define BLOCK_BYTES 65536

/* 1 if the first 'n' bytes of the source have this CRC. */
static int
is_same(struct ir_store *u, uint64_t n, uint32_t crc32)
{
    const struct ir_source *s = u->push.feed.source;
    uint8_t block[BLOCK_BYTES];
    uint32_t found = 0;

    for (uint64_t done = 0; done < n;) {
        size_t wanted = n - done < sizeof block ? (size_t)(n - done)
                                                : sizeof block;
        size_t got = 0;

        if (s->read(s->ctx, done, block, wanted, &got) != 0 || got == 0
            || ir_wire_wait(u->push.c->wire, 0) != IR_OK)
            return 0;
        found = ir_crc32(found, block, got);
        done += got;
    }
    return found == crc32;
}

/* The commit was on its way: what the server has now tells whether it was
 * served. */
static int
was_committed(struct ir_store *u, const struct ir_ledger_upload *left)
{
    const struct ir_source *s = u->push.feed.source;

    return u->existed && u->has_crc32_before && u->crc32_before == left->crc32
        && left->n_versions >= 0 && u->n_versions_before > left->n_versions
        && is_same(u, s->size_bytes, left->crc32);
}

static int
can_go_on(struct ir_store *u, const struct ir_ledger_upload *left)
{
    const struct ir_source *s = u->push.feed.source;

    return left->step == IR_LEDGER_HAVE && left->chunk_bytes > 0
        && left->chunk_bytes <= INT32_MAX && left->size_bytes == s->size_bytes
        && (left->offset == s->size_bytes
            || (left->offset < s->size_bytes
                && left->offset % left->chunk_bytes == 0))
        && is_same(u, left->offset, left->crc32);
}

enum ir_status
ir_resume_upload(struct ir_store *u)
{
    struct ir_client *c = u->push.c;
    struct ir_ledger_upload left;

    if (!u->push.feed.source->rereadable
        || !ir_ledger_take(c, u->path, u->push.file, &left))
        return IR_OK;
    if (left.is_locked && u->was_locked)
        u->is_locked = 1;
    if (can_go_on(u, &left)) {
        u->push.left = left;
        return c->error.status;
    }
    if (left.step == IR_LEDGER_COMMIT && was_committed(u, &left)) {
        u->is_done = 1;
        u->push.crc32 = left.crc32;
        u->push.sent_bytes = u->push.feed.source->size_bytes;
        u->uploaded.level = IR_LEVEL_VERIFIED;
    }
    if (c->error.status != IR_OK)
        return c->error.status;
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_delete_upload_handler(c->wire, c->ticket, left.handler));
    if (c->error.status == IR_E_CANCELLED)
        return c->error.status;
    if (c->error.status == IR_OK)
        ir_ledger_forget(c);
    ir_error_clear(&c->error);
    return IR_OK;
}
