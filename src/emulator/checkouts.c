/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Who has which document checked out.  It belongs to the user, not to the
 * session, and outlives both. */
#include "checkouts.h"

#include "clock.h"
#include "store.h"

enum ir_refusal
ir_checkouts_take(struct ir_emulator *e, const struct ir_document *d,
    const char *user)
{
    sqlite3_stmt *q;
    int changed;

    ir_tree_own(e->tree);
    q = ir_store_begin(e->store,
        "UPDATE documents SET holder = ?, held_ms = ?"
        " WHERE id = ? AND holder IS NULL");
    ir_store_text(q, 1, user);
    sqlite3_bind_int64(q, 2, ir_clock_wall_ms());
    sqlite3_bind_int64(q, 3, d->id);
    changed = ir_store_run(e->store, q);
    ir_tree_release(e->tree);
    return changed == 1 ? IR_GRANTED : IR_CHECKED_OUT;
}

enum ir_refusal
ir_checkouts_release(struct ir_emulator *e, const struct ir_document *d,
    const char *user, bool force)
{
    sqlite3_stmt *q;
    int changed;

    if (d->holder[0] == '\0')
        return IR_NOT_HELD;
    ir_tree_own(e->tree);
    q = ir_store_begin(e->store,
        "UPDATE documents SET holder = NULL"
        " WHERE id = ? AND (holder = ? OR (? AND holder IS NOT NULL))");
    sqlite3_bind_int64(q, 1, d->id);
    ir_store_text(q, 2, user);
    sqlite3_bind_int(q, 3, force);
    changed = ir_store_run(e->store, q);
    ir_tree_release(e->tree);
    return changed == 1 ? IR_GRANTED : IR_HELD_BY_OTHER;
}

void
ir_checkouts_visit(struct ir_emulator *e,
    void (*each)(void *ctx, const char *path, const char *user), void *ctx)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT path, holder FROM documents WHERE holder IS NOT NULL"
        " ORDER BY path");

    if (q == NULL)
        return;
    while (sqlite3_step(q) == SQLITE_ROW)
        each(ctx, (const char *)sqlite3_column_text(q, 0),
            (const char *)sqlite3_column_text(q, 1));
    ir_store_end(e->store, q);
}
