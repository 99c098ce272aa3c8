/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The recycle bin: files in the state folder named by their documents' ids.
 *
 * Deleting gives the file a name in the bin, takes away the one in the tree,
 * and lets the database follow.  The second decides: at the start, a document
 * that has a file in the bin and none in the tree is retired. */
#include "recycle.h"

#include "store.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum ir_refusal
move(struct ir_emulator *e, const struct ir_document *d)
{
    const char *name = strrchr(d->path, '/') + 1;
    char folder_path[IR_PATH_SIZE];
    char id[24];
    struct ir_content kept;
    bool ok;
    int folder;

    snprintf(folder_path, sizeof folder_path, "%.*s", (int)(name - 1 - d->path),
        d->path);
    folder = ir_tree_folder(e->tree, folder_path);
    if (folder < 0)
        return IR_NO_DOCUMENT;
    snprintf(id, sizeof id, "%lld", (long long)d->id);
    ir_content_in_state(&kept, "recycled", id);
    ok = ir_content_link(folder, name, ir_store_folder(e->store), kept.place,
             &kept.identity)
        && unlinkat(folder, name, 0) == 0 && ir_documents_retire(e, d->path);
    if (ok)
        fsync(folder);
    close(folder);
    return ok ? IR_GRANTED : IR_BROKEN;
}

enum ir_refusal
ir_recycle(struct ir_emulator *e, const char *path)
{
    struct ir_document d;
    enum ir_refusal refusal;

    ir_tree_own(e->tree);
    if (!ir_documents_find_owned(e, path, &d))
        refusal = IR_NO_DOCUMENT;
    else if (d.holder[0] != '\0')
        refusal = IR_CHECKED_OUT;
    else
        refusal = move(e, &d);
    ir_tree_release(e->tree);
    return refusal;
}

/* The path of a document that the database has not retired; "" if it has. */
static void
find_path(struct ir_emulator *e, int64_t id, char path[IR_PATH_SIZE])
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT path FROM documents WHERE id = ? AND path LIKE '/%'");

    path[0] = '\0';
    if (q == NULL)
        return;
    sqlite3_bind_int64(q, 1, id);
    if (sqlite3_step(q) == SQLITE_ROW)
        snprintf(path, IR_PATH_SIZE, "%s",
            (const char *)sqlite3_column_text(q, 0));
    ir_store_end(e->store, q);
}

void
ir_recycle_recover(struct ir_emulator *e)
{
    int fd = openat(ir_store_folder(e->store), "recycled",
        O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = fd < 0 ? NULL : fdopendir(fd);

    if (names == NULL)
        return;
    for (;;) {
        struct dirent *file = readdir(names);
        char path[IR_PATH_SIZE];
        struct ir_entry entry;

        if (file == NULL)
            break;
        find_path(e, strtoll(file->d_name, NULL, 10), path);
        if (path[0] != '\0' && !ir_tree_find(e->tree, path, &entry))
            ir_documents_retire(e, path);
    }
    closedir(names);
}
