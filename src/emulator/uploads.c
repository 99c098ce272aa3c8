/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Filling the staged file of an upload, chunk behind chunk.
 *
 * A chunk is written while it arrives, behind the bytes that count, and counts
 * itself only when the database says so.  Whatever ends a chunk before that, be
 * it a checksum or the death of the process, leaves what was there.
 *
 * The lock on the file puts two chunks of one handler in order.  Whoever gets
 * it looks the handler up again: it may have ended or grown meanwhile. */
#include "uploads.h"

#include "codec/crc32.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

bool
ir_uploads_open(struct ir_emulator *e, int64_t session, const char *name,
    struct ir_upload *out)
{
    struct ir_handler *h = &out->handler;
    int failed;

    out->fd = -1;
    if (!ir_handlers_find(e, session, IR_HANDLER_UPLOAD, name, h))
        return false;
    out->fd = openat(ir_store_folder(e->store), h->content.place,
        O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (out->fd < 0)
        return false;
    do
        failed = flock(out->fd, LOCK_EX);
    while (failed != 0 && errno == EINTR);
    if (failed == 0 && ir_handlers_find(e, session, IR_HANDLER_UPLOAD, name, h))
        return true;
    close(out->fd);
    out->fd = -1;
    return false;
}

bool
ir_uploads_append(struct ir_emulator *e, struct ir_upload *u, uint64_t length,
    uint32_t crc, bool is_last)
{
    struct ir_handler *h = &u->handler;
    uint64_t size = h->content.identity.size + length;
    uint32_t whole = ir_crc32_combine(h->crc, crc, length);
    sqlite3_stmt *q = ir_store_begin(e->store,
        "UPDATE handlers SET size = ?, crc = ?, is_complete = ?"
        " WHERE handler = ? AND session = ?");

    sqlite3_bind_int64(q, 1, (int64_t)size);
    sqlite3_bind_int64(q, 2, whole);
    sqlite3_bind_int(q, 3, is_last);
    ir_store_text(q, 4, h->name);
    sqlite3_bind_int64(q, 5, h->session);
    if (ir_store_run(e->store, q) != 1)
        return false;
    h->content.identity.size = size;
    h->crc = whole;
    h->is_complete = is_last;
    return true;
}

void
ir_uploads_close(struct ir_upload *u)
{
    struct ir_identity now;

    if (u->fd < 0)
        return;
    /* What is left too long is written over or cut off later. */
    if (ir_tree_identify(u->fd, &now)
        && now.size > u->handler.content.identity.size)
        (void)!ftruncate(u->fd, (off_t)u->handler.content.identity.size);
    close(u->fd);
    u->fd = -1;
}
