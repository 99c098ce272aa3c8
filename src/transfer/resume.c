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

/* Ask for what was not asked for before. */
static enum ir_status
look(struct ir_store *u)
{
    struct ir_client *c = u->push.c;
    struct ir_exists_answer now;

    if (u->is_known)
        return IR_OK;
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_document_exists(c->wire, c->ticket, u->path, &now));
    u->existed = c->error.status == IR_OK;
    if (u->existed) {
        u->has_crc32_before = now.has_crc32;
        u->crc32_before = now.crc32;
    } else if (c->error.status == IR_E_NOT_FOUND) {
        ir_error_clear(&c->error);
    }
    u->is_known = c->error.status == IR_OK;
    return c->error.status;
}

/* The commit was on its way: does what the server has now tell whether it was
 * served?  1 yes, 0 no, -1 it does not.  It is of no matter for other bytes. */
static int
was_committed(struct ir_store *u, const struct ir_ledger_upload *left)
{
    if (!is_same(u, u->push.feed.source->size_bytes, left->crc32)
        || look(u) != IR_OK || !u->existed
        || (u->has_crc32_before && u->crc32_before != left->crc32))
        return 0;
    if (!u->has_crc32_before || left->n_versions < 0)
        return -1;
    if (u->n_versions_before < 0)
        return left->n_versions == 0 ? 1 : -1;
    return u->n_versions_before > left->n_versions;
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

static void
take_as_done(struct ir_store *u, const struct ir_ledger_upload *left)
{
    u->is_done = 1;
    u->push.crc32 = left->crc32;
    u->push.sent_bytes = u->push.feed.source->size_bytes;
    u->uploaded.level = IR_LEVEL_VERIFIED;
}

static void
go_on(struct ir_store *u, const struct ir_ledger_upload *left)
{
    u->push.left = *left;
    if (left->step == IR_LEDGER_COMMIT) {
        u->push.left.offset = u->push.feed.source->size_bytes;
        u->push.left.chunk_bytes = BLOCK_BYTES; /* none is to be sent */
        u->is_commit_repeated = 1;
    }
}

enum ir_status
ir_resume_upload(struct ir_store *u)
{
    struct ir_client *c = u->push.c;
    struct ir_ledger_upload left;
    int committed = 0;

    if (!u->push.feed.source->rereadable
        || !ir_ledger_take(c, u->path, u->push.file, &left))
        return IR_OK;
    if (left.is_locked && u->was_locked)
        u->is_locked = 1;
    if (left.step == IR_LEDGER_COMMIT)
        committed = was_committed(u, &left);
    if (c->error.status != IR_OK)
        return c->error.status;
    if (committed < 0 || can_go_on(u, &left)) {
        go_on(u, &left);
        return c->error.status;
    }
    if (committed)
        take_as_done(u, &left);
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_delete_upload_handler(c->wire, c->ticket, left.handler));
    if (c->error.status == IR_E_CANCELLED)
        return c->error.status;
    if (c->error.status == IR_OK)
        ir_ledger_forget(c);
    ir_error_clear(&c->error);
    return IR_OK;
}
