/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Download queues: lists that the server keeps for each user. */
#include "queue.h"

#include "store.h"

#include <stdlib.h>

bool
ir_queue_add(struct ir_emulator *e, const char *user,
    const struct ir_queued *item)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "INSERT OR IGNORE INTO queue (user, is_folder, item)"
        " VALUES (?, ?, ?)");

    ir_store_text(q, 1, user);
    sqlite3_bind_int(q, 2, item->is_folder);
    sqlite3_bind_int64(q, 3, item->id);
    return ir_store_run(e->store, q) == 1;
}

bool
ir_queue_remove(struct ir_emulator *e, const char *user,
    const struct ir_queued *item)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "DELETE FROM queue WHERE user = ? AND is_folder = ? AND item = ?");

    ir_store_text(q, 1, user);
    sqlite3_bind_int(q, 2, item->is_folder);
    sqlite3_bind_int64(q, 3, item->id);
    return ir_store_run(e->store, q) >= 0;
}

bool
ir_queue_list(struct ir_emulator *e, const char *user, struct ir_queued **out,
    size_t *n)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT item, is_folder, count(*) OVER () FROM queue WHERE user = ?"
        " ORDER BY is_folder DESC, id");
    size_t room = 0;

    *out = NULL;
    *n = 0;
    if (q == NULL)
        return false;
    ir_store_text(q, 1, user);
    while (sqlite3_step(q) == SQLITE_ROW) {
        if (*out == NULL) {
            room = (size_t)sqlite3_column_int64(q, 2);
            *out = calloc(room, sizeof **out);
        }
        if (*out == NULL || *n == room)
            break;
        (*out)[*n].id = sqlite3_column_int64(q, 0);
        (*out)[(*n)++].is_folder = sqlite3_column_int(q, 1) != 0;
    }
    ir_store_end(e->store, q);
    return room == *n;
}
