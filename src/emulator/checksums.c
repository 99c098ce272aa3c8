/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Checksums of contents.
 *
 * A chunk's checksum stands before its bytes, so the bytes would have to be
 * read twice.  Instead the whole content, whose checksum is asked for when its
 * handler is opened, is summed up in pieces; those of a chunk are combined. */
#include "checksums.h"

#include "codec/crc32.h"
#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PIECE = 262144,
    BLOCK = 65536
};

/* Sum up by reading. */
static bool
read_range(int fd, uint64_t offset, uint64_t length, uint32_t *out)
{
    uint8_t block[BLOCK];
    uint32_t crc = 0;

    while (length > 0) {
        size_t n = length < sizeof block ? (size_t)length : sizeof block;
        ssize_t got = pread(fd, block, n, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        crc = ir_crc32(crc, block, (size_t)got);
        offset += (uint64_t)got;
        length -= (uint64_t)got;
    }
    *out = crc;
    return true;
}

static uint64_t
piece_bytes(uint64_t size, uint64_t piece)
{
    uint64_t rest = size - piece * PIECE;

    return rest < PIECE ? rest : PIECE;
}

/* The checksum of adjoining pieces, 'first' being the number of the first. */
static uint32_t
combine(const uint32_t *pieces, uint64_t first, size_t n, uint64_t size)
{
    uint32_t crc = 0;

    for (size_t i = 0; i < n; i++)
        crc = ir_crc32_combine(crc, pieces[i], piece_bytes(size, first + i));
    return crc;
}

static void
bind_identity(sqlite3_stmt *q, int index, const struct ir_content *c)
{
    ir_store_text(q, index, c->place);
    sqlite3_bind_int64(q, index + 1, (int64_t)c->identity.size);
    sqlite3_bind_int64(q, index + 2, (int64_t)c->identity.inode);
    sqlite3_bind_int64(q, index + 3, c->identity.mtime_ns);
}

static bool
remembered_whole(struct ir_emulator *e, const struct ir_content *c,
    uint32_t *out)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT crc FROM checksums WHERE place = ? AND size = ?"
        " AND inode = ? AND mtime_ns = ?");
    bool found;

    if (q == NULL)
        return false;
    bind_identity(q, 1, c);
    found = sqlite3_step(q) == SQLITE_ROW;
    if (found)
        *out = (uint32_t)sqlite3_column_int64(q, 0);
    ir_store_end(e->store, q);
    return found;
}

static bool
remembered_range(struct ir_emulator *e, const struct ir_content *c,
    uint64_t first, size_t n, uint32_t *out)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT substr(pieces, ?, ?) FROM checksums WHERE place = ?"
        " AND size = ? AND inode = ? AND mtime_ns = ?");
    bool found;

    if (q == NULL)
        return false;
    sqlite3_bind_int64(q, 1, (int64_t)(first * sizeof(uint32_t) + 1));
    sqlite3_bind_int64(q, 2, (int64_t)(n * sizeof(uint32_t)));
    bind_identity(q, 3, c);
    found = sqlite3_step(q) == SQLITE_ROW
        && (size_t)sqlite3_column_bytes(q, 0) == n * sizeof(uint32_t);
    if (found)
        *out = combine(sqlite3_column_blob(q, 0), first, n, c->identity.size);
    ir_store_end(e->store, q);
    return found;
}

static void
remember(struct ir_emulator *e, const struct ir_content *c, uint32_t crc,
    const uint32_t *pieces, size_t n)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "INSERT OR REPLACE INTO checksums"
        " (place, size, inode, mtime_ns, crc, pieces)"
        " VALUES (?, ?, ?, ?, ?, ?)");

    bind_identity(q, 1, c);
    sqlite3_bind_int64(q, 5, crc);
    sqlite3_bind_blob64(q, 6, pieces, n * sizeof *pieces, SQLITE_STATIC);
    ir_store_run(e->store, q);
}

bool
ir_checksums_whole(struct ir_emulator *e, const struct ir_content *c,
    uint32_t *out)
{
    uint64_t size = c->identity.size;
    size_t n = (size_t)((size + PIECE - 1) / PIECE);
    uint32_t *pieces;
    bool ok = true;
    int fd;

    if (remembered_whole(e, c, out))
        return true;
    fd = ir_content_open(e, c);
    if (fd < 0)
        return false;
    pieces = malloc((n + 1) * sizeof *pieces);
    for (size_t i = 0; i < n && pieces != NULL && ok; i++)
        ok = read_range(fd, i * PIECE, piece_bytes(size, i), &pieces[i]);
    if (pieces == NULL || !ok || !ir_content_is_same(fd, c)) {
        free(pieces);
        close(fd);
        return false;
    }
    *out = combine(pieces, 0, n, size);
    remember(e, c, *out, pieces, n);
    free(pieces);
    close(fd);
    return true;
}

bool
ir_checksums_range(struct ir_emulator *e, const struct ir_content *c,
    uint64_t offset, uint64_t length, uint32_t *out)
{
    uint64_t end = offset + length;
    bool whole_pieces =
        offset % PIECE == 0 && (end % PIECE == 0 || end == c->identity.size);
    bool ok;
    int fd;

    if (whole_pieces && length > 0
        && remembered_range(e, c, offset / PIECE,
            (size_t)((length + PIECE - 1) / PIECE), out))
        return true;
    fd = ir_content_open(e, c);
    if (fd < 0)
        return false;
    ok = read_range(fd, offset, length, out);
    close(fd);
    return ok;
}

void
ir_checksums_inherit(struct ir_emulator *e, const struct ir_content *from,
    const struct ir_content *to)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "INSERT OR REPLACE INTO checksums"
        " (place, size, inode, mtime_ns, crc, pieces)"
        " SELECT ?, ?, ?, ?, crc, pieces FROM checksums WHERE place = ?"
        " AND size = ? AND inode = ? AND mtime_ns = ?");

    bind_identity(q, 1, to);
    bind_identity(q, 5, from);
    ir_store_run(e->store, q);
}

void
ir_checksums_forget(struct ir_emulator *e, const struct ir_content *c)
{
    sqlite3_stmt *q =
        ir_store_begin(e->store, "DELETE FROM checksums WHERE place = ?");

    ir_store_text(q, 1, c->place);
    ir_store_run(e->store, q);
}
