/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * From a staged file to a document: all or nothing, also if the process is
 * killed in between.  In this order:
 *
 *   1. A row of 'commits' is made.
 *   2. The staged file gets a name in the folder of the document that no client
 *      can see and that is known from the row; it is synced.
 *   3. Nobody else may use the tree.  The content that is about to be replaced
 *      gets a name among the older versions.
 *   4. The row learns what the new file is, and everything that the database
 *      will say of it.
 *   5. The new file is renamed to the document.  This decides.
 *   6. One statement makes the row into what it says and ends the handler.
 *
 * A row that is found at the start is of a process that died.  If the document
 * is the file that the row describes, step 5 was done, and 6 is done now; else
 * the hidden name is removed with the row, and the handler is still good. */
#include "commit.h"

#include "checksums.h"
#include "clock.h"
#include "settings.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A commit under way. */
struct job {
    const struct ir_commit *commit;
    int64_t row;
    int folder;
    char part[48];
    struct ir_identity identity;
    char path[IR_PATH_SIZE];
    struct ir_document old; /* unless 'is_new' */
    bool is_new;
    int64_t number;
    int64_t now_ms;
};

static void
name_part(int64_t row, char part[48])
{
    snprintf(part, 48, "%s%lld", IR_TREE_PART, (long long)row);
}

static int64_t
insert_row(struct ir_emulator *e, const char *folder)
{
    sqlite3_stmt *q =
        ir_store_begin(e->store, "INSERT INTO commits (folder) VALUES (?)");

    ir_store_text(q, 1, folder);
    return ir_store_insert(e->store, q);
}

static void
delete_row(struct ir_emulator *e, int64_t row)
{
    sqlite3_stmt *q =
        ir_store_begin(e->store, "DELETE FROM commits WHERE id = ?");

    sqlite3_bind_int64(q, 1, row);
    ir_store_run(e->store, q);
}

static bool
settle(struct ir_emulator *e, int64_t row)
{
    sqlite3_stmt *q =
        ir_store_begin(e->store, "UPDATE commits SET is_done = 1 WHERE id = ?");

    sqlite3_bind_int64(q, 1, row);
    return ir_store_run(e->store, q) >= 0;
}

/* Step 2.  The date is set before it is taken down. */
static bool
bring(struct ir_emulator *e, struct job *j)
{
    const struct ir_commit *c = j->commit;
    int64_t ms =
        c->wishes->modified_ms >= 0 ? c->wishes->modified_ms : j->now_ms;
    struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
        { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 } };
    bool ok;
    int fd;

    if (!ir_content_link(ir_store_folder(e->store), c->staged->place, j->folder,
            j->part, &j->identity))
        return false;
    fd = openat(j->folder, j->part, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    ok = ftruncate(fd, (off_t)c->staged->identity.size) == 0
        && futimens(fd, times) == 0 && fsync(fd) == 0
        && ir_tree_identify(fd, &j->identity);
    close(fd);
    return ok;
}

/* Whether the caller may replace the document.  A modern server wants it
 * checked out by him, or checks it out for him if he wishes; to a classic one
 * it only must not be somebody else's. */
static enum ir_refusal
check_holder(const struct ir_emulator *e, const struct job *j)
{
    const struct ir_commit *c = j->commit;
    bool is_free = j->old.holder[0] == '\0';
    bool is_his = strcmp(j->old.holder, c->user) == 0;

    if (e->settings->generation == IR_CLASSIC)
        return is_free || is_his ? IR_GRANTED : IR_CHECKED_OUT;
    return is_his || (is_free && c->wishes->checkout) ? IR_GRANTED
                                                      : IR_NOT_CHECKED_OUT;
}

static enum ir_refusal
check(struct ir_emulator *e, struct job *j)
{
    const struct ir_commit *c = j->commit;
    struct ir_entry entry;
    enum ir_refusal refusal;

    j->number = c->wishes->version;
    j->is_new = !ir_tree_find(e->tree, j->path, &entry);
    if (j->is_new) {
        if (j->number == 0)
            j->number = IR_FIRST_VERSION;
        return IR_GRANTED;
    }
    if (entry.is_folder || c->must_be_new)
        return IR_NAME_TAKEN;
    snprintf(j->path, sizeof j->path, "%s", entry.path);
    if (!ir_documents_find_owned(e, j->path, &j->old))
        return IR_BROKEN;
    refusal = check_holder(e, j);
    if (refusal != IR_GRANTED)
        return refusal;
    if (j->number == 0)
        j->number = j->old.top + 1;
    return j->number > j->old.top ? IR_GRANTED : IR_VERSION_ORDER;
}

/* Handlers that serve the document in place go on with its older version. */
static void
redirect_handlers(struct ir_emulator *e, const struct ir_content *from,
    const struct ir_content *to)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "UPDATE handlers SET place = ?, inode = ?, mtime_ns = ?"
        " WHERE place = ? AND inode = ? AND mtime_ns = ?");

    ir_store_text(q, 1, to->place);
    sqlite3_bind_int64(q, 2, (int64_t)to->identity.inode);
    sqlite3_bind_int64(q, 3, to->identity.mtime_ns);
    ir_store_text(q, 4, from->place);
    sqlite3_bind_int64(q, 5, (int64_t)from->identity.inode);
    sqlite3_bind_int64(q, 6, from->identity.mtime_ns);
    ir_store_run(e->store, q);
}

/* Step 3. */
static bool
keep_old(struct ir_emulator *e, const struct job *j)
{
    const char *name = strrchr(j->path, '/') + 1;
    int64_t row = ir_documents_top_row(e, &j->old);
    struct ir_content kept;
    char file[24];

    snprintf(file, sizeof file, "%lld", (long long)row);
    ir_content_in_state(&kept, "versions", file);
    if (row == 0
        || !ir_content_link(j->folder, name, ir_store_folder(e->store),
            kept.place, &kept.identity))
        return false;
    ir_checksums_inherit(e, &j->old.content, &kept);
    redirect_handlers(e, &j->old.content, &kept);
    return true;
}

/* Who has the document afterwards.  Asking for a checkout means to a modern
 * server that it is checked in at the end, to a classic one that it stays. */
static const char *
next_holder(const struct ir_emulator *e, const struct job *j)
{
    const struct ir_commit *c = j->commit;
    bool was_held = !j->is_new && j->old.holder[0] != '\0';

    if (c->wishes->checkout)
        return e->settings->generation == IR_CLASSIC ? c->user : NULL;
    return was_held ? c->user : NULL;
}

/* Step 4. */
static bool
describe(struct ir_emulator *e, const struct job *j)
{
    const struct ir_commit *c = j->commit;
    int64_t created_ms = j->is_new ? j->now_ms : j->old.created_ms;
    sqlite3_stmt *q;

    if (c->wishes->created_ms >= 0)
        created_ms = c->wishes->created_ms;
    q = ir_store_begin(e->store,
        "UPDATE commits SET path = ?, size = ?, inode = ?, mtime_ns = ?,"
        " number = ?, author = ?, comment = ?, made_ms = ?, published = ?,"
        " created_ms = ?, holder = ?, handler = ? WHERE id = ?");

    ir_store_text(q, 1, j->path);
    sqlite3_bind_int64(q, 2, (int64_t)j->identity.size);
    sqlite3_bind_int64(q, 3, (int64_t)j->identity.inode);
    sqlite3_bind_int64(q, 4, j->identity.mtime_ns);
    sqlite3_bind_int64(q, 5, j->number);
    ir_store_text(q, 6, c->user);
    ir_store_text(q, 7, c->wishes->comment);
    sqlite3_bind_int64(q, 8, j->now_ms);
    if (c->wishes->unpublished)
        sqlite3_bind_int64(q, 9, j->is_new ? 0 : j->old.published);
    sqlite3_bind_int64(q, 10, created_ms);
    ir_store_text(q, 11, next_holder(e, j));
    ir_store_text(q, 12, c->handler);
    sqlite3_bind_int64(q, 13, j->row);
    return ir_store_run(e->store, q) == 1;
}

/* Step 5.  What is new must not replace a file that clients cannot see, such as
 * a symbolic link. */
static enum ir_refusal
switch_over(const struct job *j)
{
    const char *name = strrchr(j->path, '/') + 1;
    int failed = -1;

    if (j->is_new)
        failed =
            renameat2(j->folder, j->part, j->folder, name, RENAME_NOREPLACE);
    if (failed != 0 && j->is_new && errno == EEXIST)
        return IR_NAME_TAKEN;
    if (failed != 0) /* not new, or a file system that cannot */
        failed = renameat(j->folder, j->part, j->folder, name);
    return failed == 0 ? IR_GRANTED : IR_BROKEN;
}

/* Steps 3 to 6. */
static enum ir_refusal
apply(struct ir_emulator *e, struct job *j)
{
    enum ir_refusal refusal = check(e, j);

    if (refusal != IR_GRANTED)
        return refusal;
    /* A document that was taken away by hand left an id and a history. */
    if (j->is_new ? !ir_documents_retire(e, j->path) : !keep_old(e, j))
        return IR_BROKEN;
    if (!describe(e, j))
        return IR_BROKEN;
    refusal = switch_over(j);
    if (refusal != IR_GRANTED)
        return refusal;
    if (settle(e, j->row))
        return IR_GRANTED;
    j->row = 0; /* it stays, for the next start */
    return IR_BROKEN;
}

enum ir_refusal
ir_commit(struct ir_emulator *e, const struct ir_commit *c,
    struct ir_committed *out)
{
    struct job j = { .commit = c, .now_ms = ir_clock_wall_ms() };
    struct ir_document made;
    enum ir_refusal refusal = IR_BROKEN;

    if (snprintf(j.path, sizeof j.path, "%s/%s", c->folder, c->name)
        >= (int)sizeof j.path)
        return IR_PATH_FORMAT;
    j.folder = ir_tree_folder(e->tree, c->folder);
    if (j.folder < 0)
        return IR_NO_FOLDER;
    j.row = insert_row(e, c->folder);
    name_part(j.row, j.part);
    if (j.row != 0 && bring(e, &j)) {
        ir_tree_own(e->tree);
        refusal = apply(e, &j);
        if (refusal == IR_GRANTED && ir_documents_find_owned(e, j.path, &made))
            out->document = made.id;
        ir_tree_release(e->tree);
    }
    if (refusal == IR_GRANTED) {
        fsync(j.folder);
    } else {
        unlinkat(j.folder, j.part, 0);
        delete_row(e, j.row);
    }
    close(j.folder);
    out->version = j.number;
    out->is_new = j.is_new;
    return refusal;
}

/* The oldest commit that was left behind; 0 if there is none. */
static int64_t
find_left(struct ir_emulator *e, char folder[IR_PATH_SIZE],
    char path[IR_PATH_SIZE], struct ir_identity *identity)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT id, folder, coalesce(path, ''), size, inode, mtime_ns"
        " FROM commits ORDER BY id LIMIT 1");
    int64_t row = 0;

    if (q == NULL)
        return 0;
    if (sqlite3_step(q) == SQLITE_ROW) {
        row = sqlite3_column_int64(q, 0);
        snprintf(folder, IR_PATH_SIZE, "%s",
            (const char *)sqlite3_column_text(q, 1));
        snprintf(path, IR_PATH_SIZE, "%s",
            (const char *)sqlite3_column_text(q, 2));
        identity->size = (uint64_t)sqlite3_column_int64(q, 3);
        identity->inode = (uint64_t)sqlite3_column_int64(q, 4);
        identity->mtime_ns = sqlite3_column_int64(q, 5);
    }
    ir_store_end(e->store, q);
    return row;
}

void
ir_commit_recover(struct ir_emulator *e)
{
    char folder[IR_PATH_SIZE];
    char path[IR_PATH_SIZE];
    struct ir_identity expected;
    struct ir_entry entry;

    for (;;) {
        int64_t row = find_left(e, folder, path, &expected);
        char part[48];
        int fd;

        if (row == 0)
            return;
        if (path[0] != '\0' && ir_tree_find(e->tree, path, &entry)
            && entry.identity.inode == expected.inode
            && entry.identity.size == expected.size
            && entry.identity.mtime_ns == expected.mtime_ns) {
            if (!settle(e, row))
                return;
            continue;
        }
        name_part(row, part);
        fd = ir_tree_folder(e->tree, folder);
        if (fd >= 0) {
            unlinkat(fd, part, 0);
            close(fd);
        }
        delete_row(e, row);
    }
}
