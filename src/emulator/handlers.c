/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Handlers: rows that name a staged file and the session it belongs to.  They
 * end when they are deleted, when their session ends, or when nobody has used
 * them for a while. */
#include "handlers.h"

#include "clock.h"
#include "settings.h"
#include "store.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    MAX_PER_SESSION = 1000,
    MAX_IN_ALL = 20000,
    SLIDE_STEPS = 64
};

#define COLUMNS \
    "handler, session, kind, path, chunk_bytes, place, size, inode, mtime_ns," \
    " crc, is_complete"

static int64_t
lifetime_ms(const struct ir_emulator *e)
{
    return (int64_t)e->settings->handler_lifetime_s * 1000;
}

static void
read_row(sqlite3_stmt *q, struct ir_handler *out)
{
    snprintf(out->name, sizeof out->name, "%s",
        (const char *)sqlite3_column_text(q, 0));
    out->session = sqlite3_column_int64(q, 1);
    out->kind = (enum ir_handler_kind)sqlite3_column_int(q, 2);
    snprintf(out->path, sizeof out->path, "%s",
        (const char *)sqlite3_column_text(q, 3));
    out->chunk_bytes = (uint32_t)sqlite3_column_int64(q, 4);
    snprintf(out->content.place, sizeof out->content.place, "%s",
        (const char *)sqlite3_column_text(q, 5));
    out->content.identity.size = (uint64_t)sqlite3_column_int64(q, 6);
    out->content.identity.inode = (uint64_t)sqlite3_column_int64(q, 7);
    out->content.identity.mtime_ns = sqlite3_column_int64(q, 8);
    out->crc = (uint32_t)sqlite3_column_int64(q, 9);
    out->is_complete = sqlite3_column_int(q, 10) != 0;
}

static bool
is_full(struct ir_emulator *e, int64_t session)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT count(*), coalesce(sum(session = ?), 0) FROM handlers");
    bool full = true;

    if (q == NULL)
        return true;
    sqlite3_bind_int64(q, 1, session);
    if (sqlite3_step(q) == SQLITE_ROW)
        full = sqlite3_column_int64(q, 0) >= MAX_IN_ALL
            || sqlite3_column_int64(q, 1) >= MAX_PER_SESSION;
    ir_store_end(e->store, q);
    return full;
}

/* An empty staged file that an upload will fill. */
static bool
stage_nothing(struct ir_emulator *e, const char *name, struct ir_content *out)
{
    bool ok;
    int fd;

    ir_content_in_state(out, "staged", name);
    fd = openat(ir_store_folder(e->store), out->place,
        O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return false;
    ok = ir_tree_identify(fd, &out->identity);
    close(fd);
    return ok;
}

static int64_t
insert(struct ir_emulator *e, const struct ir_handler *h)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "INSERT INTO handlers (" COLUMNS ", expires_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?)");

    ir_store_text(q, 1, h->name);
    sqlite3_bind_int64(q, 2, h->session);
    sqlite3_bind_int(q, 3, (int)h->kind);
    ir_store_text(q, 4, h->path);
    sqlite3_bind_int64(q, 5, h->chunk_bytes);
    ir_store_text(q, 6, h->content.place);
    sqlite3_bind_int64(q, 7, (int64_t)h->content.identity.size);
    sqlite3_bind_int64(q, 8, (int64_t)h->content.identity.inode);
    sqlite3_bind_int64(q, 9, h->content.identity.mtime_ns);
    sqlite3_bind_int64(q, 10, ir_clock_wall_ms() + lifetime_ms(e));
    return ir_store_insert(e->store, q);
}

/* Classic servers count: ir178. */
static bool
rename_classic(struct ir_emulator *e, int64_t id, struct ir_handler *h)
{
    sqlite3_stmt *q;

    snprintf(h->name, sizeof h->name, "ir%lld", (long long)id);
    q = ir_store_begin(e->store,
        "UPDATE handlers SET handler = ? WHERE id = ?");
    ir_store_text(q, 1, h->name);
    sqlite3_bind_int64(q, 2, id);
    return ir_store_run(e->store, q) == 1;
}

enum ir_handlers_result
ir_handlers_begin(struct ir_emulator *e, struct ir_handler *h)
{
    struct ir_content source = h->content;
    int64_t id;

    ir_handlers_sweep(e);
    if (is_full(e, h->session))
        return IR_HANDLERS_TOO_MANY;
    if (!ir_token_new(h->name))
        return IR_HANDLERS_FAILED;
    if (h->kind == IR_HANDLER_UPLOAD ? !stage_nothing(e, h->name, &h->content)
                                     : !ir_content_is_staged(&source)
                && !ir_content_stage(e, &source, h->name, &h->content))
        return IR_HANDLERS_FAILED;
    id = insert(e, h);
    if (id != 0
        && (e->settings->generation == IR_MODERN || rename_classic(e, id, h)))
        return IR_HANDLERS_OK;
    ir_content_drop(e, &h->content);
    return IR_HANDLERS_FAILED;
}

static void
slide(struct ir_emulator *e, const char *name, int64_t expires_ms)
{
    int64_t slid = ir_clock_wall_ms() + lifetime_ms(e);
    sqlite3_stmt *q;

    if (slid - expires_ms <= lifetime_ms(e) / SLIDE_STEPS)
        return;
    q = ir_store_begin(e->store,
        "UPDATE handlers SET expires_ms = ? WHERE handler = ?");
    sqlite3_bind_int64(q, 1, slid);
    ir_store_text(q, 2, name);
    ir_store_run(e->store, q);
}

bool
ir_handlers_find(struct ir_emulator *e, int64_t session,
    enum ir_handler_kind kind, const char *name, struct ir_handler *out)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT " COLUMNS ", expires_ms FROM handlers WHERE handler = ?"
        " AND session = ? AND kind = ? AND expires_ms > ?");
    int64_t expires_ms = 0;
    bool found;

    if (q == NULL)
        return false;
    ir_store_text(q, 1, name);
    sqlite3_bind_int64(q, 2, session);
    sqlite3_bind_int(q, 3, (int)kind);
    sqlite3_bind_int64(q, 4, ir_clock_wall_ms());
    found = sqlite3_step(q) == SQLITE_ROW;
    if (found) {
        read_row(q, out);
        expires_ms = sqlite3_column_int64(q, 11);
    }
    ir_store_end(e->store, q);
    if (found)
        slide(e, name, expires_ms);
    return found;
}

/* Take one row that 'q' selects out of the table, with its file; 'q' returns
 * the place.  False when there is none. */
static bool
take_out(struct ir_emulator *e, sqlite3_stmt *q)
{
    struct ir_content content;
    bool found;

    if (q == NULL)
        return false;
    found = sqlite3_step(q) == SQLITE_ROW;
    if (found)
        snprintf(content.place, sizeof content.place, "%s",
            (const char *)sqlite3_column_text(q, 0));
    ir_store_end(e->store, q);
    if (found)
        ir_content_drop(e, &content);
    return found;
}

void
ir_handlers_end(struct ir_emulator *e, int64_t session,
    enum ir_handler_kind kind, const char *name)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "DELETE FROM handlers WHERE handler = ? AND session = ? AND kind = ?"
        " RETURNING place");

    ir_store_text(q, 1, name);
    sqlite3_bind_int64(q, 2, session);
    sqlite3_bind_int(q, 3, (int)kind);
    take_out(e, q);
}

void
ir_handlers_end_all(struct ir_emulator *e, int64_t session)
{
    sqlite3_stmt *q;

    do {
        q = ir_store_begin(e->store,
            "DELETE FROM handlers WHERE id ="
            " (SELECT id FROM handlers WHERE session = ? LIMIT 1)"
            " RETURNING place");
        sqlite3_bind_int64(q, 1, session);
    } while (take_out(e, q));
}

void
ir_handlers_sweep(struct ir_emulator *e)
{
    sqlite3_stmt *q;

    do {
        q = ir_store_begin(e->store,
            "DELETE FROM handlers WHERE id ="
            " (SELECT id FROM handlers WHERE expires_ms <= ? LIMIT 1)"
            " RETURNING place");
        sqlite3_bind_int64(q, 1, ir_clock_wall_ms());
    } while (take_out(e, q));
}

static bool
is_in_use(struct ir_emulator *e, const char *place)
{
    sqlite3_stmt *q =
        ir_store_begin(e->store, "SELECT 1 FROM handlers WHERE place = ?");
    bool found = true;

    if (q == NULL)
        return true;
    ir_store_text(q, 1, place);
    found = sqlite3_step(q) == SQLITE_ROW;
    ir_store_end(e->store, q);
    return found;
}

void
ir_handlers_clean(struct ir_emulator *e)
{
    int fd = openat(ir_store_folder(e->store), "staged",
        O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = fd < 0 ? NULL : fdopendir(fd);

    if (names == NULL)
        return;
    for (;;) {
        struct dirent *file = readdir(names);
        struct ir_content content;

        if (file == NULL)
            break;
        ir_content_in_state(&content, "staged", file->d_name);
        if (file->d_name[0] != '.' && !is_in_use(e, content.place))
            ir_content_drop(e, &content);
    }
    closedir(names);
}

void
ir_handlers_visit(struct ir_emulator *e,
    void (*each)(void *ctx, const struct ir_handler *h), void *ctx)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT " COLUMNS " FROM handlers WHERE expires_ms > ? ORDER BY id");
    struct ir_handler h;

    if (q == NULL)
        return;
    sqlite3_bind_int64(q, 1, ir_clock_wall_ms());
    while (sqlite3_step(q) == SQLITE_ROW) {
        read_row(q, &h);
        each(ctx, &h);
    }
    ir_store_end(e->store, q);
}
