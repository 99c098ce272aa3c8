/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Documents, folders and versions: what the database knows about the tree.
 *
 * An id belongs to a path and is given when the path is first seen.  The file
 * below the root is always the top version; the contents of older ones lie in
 * the state folder. */
#include "documents.h"

#include "clock.h"
#include "settings.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The id in "~D40817" or "~D40817.pdf", 'letter' being the D; 0 if the text is
 * something else. */
static int64_t
parse_id(const char *text, char letter)
{
    int64_t id = 0;
    int n_digits = 0;

    if (text[0] != '~' || (text[1] | 0x20) != letter)
        return 0;
    for (text += 2; *text >= '0' && *text <= '9'; text++) {
        if (++n_digits > 15)
            return 0;
        id = id * 10 + (*text - '0');
    }
    return *text == '\0' || *text == '.' ? id : 0;
}

/* The path that 'sql' gives for an id. */
static bool
path_of(struct ir_emulator *e, const char *sql, int64_t id,
    char path[IR_PATH_SIZE])
{
    sqlite3_stmt *q = ir_store_begin(e->store, sql);
    bool found;

    if (q == NULL)
        return false;
    sqlite3_bind_int64(q, 1, id);
    found = sqlite3_step(q) == SQLITE_ROW;
    if (found)
        snprintf(path, IR_PATH_SIZE, "%s",
            (const char *)sqlite3_column_text(q, 0));
    ir_store_end(e->store, q);
    return found;
}

/* What the database knows of the document at 'path'. */
static bool
look_up(struct ir_emulator *e, const char *path, struct ir_document *out)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT id, top, coalesce(published, top), coalesce(created_ms, -1),"
        " coalesce(holder, ''), coalesce(held_ms, 0)"
        " FROM documents WHERE path = ?");
    bool found;

    if (q == NULL)
        return false;
    ir_store_text(q, 1, path);
    found = sqlite3_step(q) == SQLITE_ROW;
    if (found) {
        out->id = sqlite3_column_int64(q, 0);
        out->top = sqlite3_column_int64(q, 1);
        out->published = sqlite3_column_int64(q, 2);
        out->created_ms = sqlite3_column_int64(q, 3);
        snprintf(out->holder, sizeof out->holder, "%s",
            (const char *)sqlite3_column_text(q, 4));
        out->held_ms = sqlite3_column_int64(q, 5);
    }
    ir_store_end(e->store, q);
    return found;
}

static bool
enter(struct ir_emulator *e, const char *path, struct ir_document *out)
{
    sqlite3_stmt *q;

    if (look_up(e, path, out))
        return true;
    q = ir_store_begin(e->store,
        "INSERT OR IGNORE INTO documents (path) VALUES (?)");
    ir_store_text(q, 1, path);
    return ir_store_run(e->store, q) >= 0 && look_up(e, path, out);
}

/* The folders at the top are the libraries; a file beside them is nothing. */
static bool
is_in_library(const char *real)
{
    return strrchr(real, '/') != real;
}

bool
ir_documents_find_owned(struct ir_emulator *e, const char *path,
    struct ir_document *out)
{
    struct ir_entry entry;

    if (!ir_tree_find(e->tree, path, &entry) || entry.is_folder
        || !is_in_library(entry.path) || !enter(e, entry.path, out))
        return false;
    snprintf(out->path, sizeof out->path, "%s", entry.path);
    out->version = out->top;
    out->modified_ms = entry.modified_ms;
    if (out->created_ms < 0)
        out->created_ms = entry.modified_ms;
    ir_content_in_tree(&out->content, entry.path);
    out->content.identity = entry.identity;
    return true;
}

bool
ir_documents_find(struct ir_emulator *e, const char *path,
    struct ir_document *out)
{
    char by_id[IR_PATH_SIZE];
    int64_t id = parse_id(path, 'd');
    bool found;

    if (id != 0) {
        if (!path_of(e, "SELECT path FROM documents WHERE id = ?", id, by_id))
            return false;
        path = by_id;
    }
    ir_tree_share(e->tree);
    found = ir_documents_find_owned(e, path, out);
    ir_tree_release(e->tree);
    return found;
}

/* Where an older version lies, and what it is. */
static bool
locate(struct ir_emulator *e, int64_t row, struct ir_content *out)
{
    char name[24];
    bool ok;
    int fd;

    snprintf(name, sizeof name, "%lld", (long long)row);
    ir_content_in_state(out, "versions", name);
    fd = openat(ir_store_folder(e->store), out->place, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ok = ir_tree_identify(fd, &out->identity);
    close(fd);
    return ok;
}

static bool
find_version(struct ir_emulator *e, int64_t document, int64_t number,
    int64_t *row, int64_t *created_ms)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT id, created_ms FROM versions"
        " WHERE document = ? AND number = ?");
    bool found;

    if (q == NULL)
        return false;
    sqlite3_bind_int64(q, 1, document);
    sqlite3_bind_int64(q, 2, number);
    found = sqlite3_step(q) == SQLITE_ROW;
    if (found) {
        *row = sqlite3_column_int64(q, 0);
        *created_ms = sqlite3_column_int64(q, 1);
    }
    ir_store_end(e->store, q);
    return found;
}

bool
ir_documents_select(struct ir_emulator *e, struct ir_document *d,
    int64_t number)
{
    int64_t row;

    if (number == d->top)
        return true;
    if (!find_version(e, d->id, number, &row, &d->modified_ms)
        || !locate(e, row, &d->content))
        return false;
    d->version = number;
    return true;
}

bool
ir_documents_select_default(struct ir_emulator *e, struct ir_document *d)
{
    return d->published == 0 || ir_documents_select(e, d, d->published);
}

/* The rows up to the top version into 'versions', which has room for 'room';
 * the place of each holds only its row until the lock is released. */
static size_t
read_history(struct ir_emulator *e, const struct ir_document *d,
    struct ir_version *versions, size_t room)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT number, created_ms, author, comment, id FROM versions"
        " WHERE document = ? AND number <= ? ORDER BY number DESC");
    size_t n = 0;

    if (q == NULL)
        return 0;
    sqlite3_bind_int64(q, 1, d->id);
    sqlite3_bind_int64(q, 2, d->top);
    while (n < room && sqlite3_step(q) == SQLITE_ROW) {
        struct ir_version *v = &versions[n++];

        v->number = sqlite3_column_int64(q, 0);
        v->created_ms = sqlite3_column_int64(q, 1);
        snprintf(v->author, sizeof v->author, "%s",
            (const char *)sqlite3_column_text(q, 2));
        snprintf(v->comment, sizeof v->comment, "%s",
            (const char *)sqlite3_column_text(q, 3));
        ir_content_in_state(&v->content, "versions",
            (const char *)sqlite3_column_text(q, 4));
    }
    ir_store_end(e->store, q);
    return n;
}

static size_t
count_history(struct ir_emulator *e, int64_t document)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "SELECT count(*) FROM versions WHERE document = ?");
    size_t n = 0;

    if (q == NULL)
        return 0;
    sqlite3_bind_int64(q, 1, document);
    if (sqlite3_step(q) == SQLITE_ROW)
        n = (size_t)sqlite3_column_int64(q, 0);
    ir_store_end(e->store, q);
    return n;
}

/* A document that nobody has uploaded has no row for its top version. */
bool
ir_documents_versions(struct ir_emulator *e, const struct ir_document *d,
    struct ir_version **out, size_t *n)
{
    size_t room = count_history(e, d->id);
    struct ir_version *versions = calloc(room + 1, sizeof *versions);

    *out = versions;
    *n = 0;
    if (versions == NULL)
        return false;
    *n = read_history(e, d, versions, room);
    if (*n == 0 || versions[0].number != d->top) {
        memmove(versions + 1, versions, *n * sizeof *versions);
        memset(versions, 0, sizeof *versions);
        versions[0].number = d->top;
        versions[0].created_ms = d->modified_ms;
        snprintf(versions[0].author, sizeof versions[0].author, "%s",
            e->settings->users[0].name);
        ++*n;
    }
    versions[0].content = d->content;
    for (size_t i = 1; i < *n; i++) {
        const char *row = strchr(versions[i].content.place, '/') + 1;

        locate(e, strtoll(row, NULL, 10), &versions[i].content);
    }
    return true;
}

int64_t
ir_documents_folder_id(struct ir_emulator *e, const char *real)
{
    static const char select[] = "SELECT id FROM folders WHERE path = ?";
    int64_t id = 0;

    for (int attempt = 0; attempt < 2 && id == 0; attempt++) {
        sqlite3_stmt *q = ir_store_begin(e->store, select);

        if (q == NULL)
            return 0;
        ir_store_text(q, 1, real);
        if (sqlite3_step(q) == SQLITE_ROW)
            id = sqlite3_column_int64(q, 0);
        ir_store_end(e->store, q);
        if (id != 0)
            break;
        q = ir_store_begin(e->store,
            "INSERT OR IGNORE INTO folders (path) VALUES (?)");
        ir_store_text(q, 1, real);
        ir_store_run(e->store, q);
    }
    return id;
}

bool
ir_documents_find_folder(struct ir_emulator *e, const char *path,
    char real[IR_PATH_SIZE], int64_t *id)
{
    struct ir_entry entry;
    char by_id[IR_PATH_SIZE];
    int64_t given = parse_id(path, 'f');

    if (given != 0) {
        if (!path_of(e, "SELECT path FROM folders WHERE id = ?", given, by_id))
            return false;
        path = by_id;
    }
    if (!ir_tree_find(e->tree, path, &entry) || !entry.is_folder
        || strcmp(entry.path, "/") == 0)
        return false;
    snprintf(real, IR_PATH_SIZE, "%s", entry.path);
    *id = ir_documents_folder_id(e, real);
    return *id != 0;
}

static int64_t
insert_version(struct ir_emulator *e, int64_t document, int64_t number,
    int64_t created_ms)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "INSERT INTO versions (document, number, author, comment, created_ms)"
        " VALUES (?, ?, ?, '', ?)");

    sqlite3_bind_int64(q, 1, document);
    sqlite3_bind_int64(q, 2, number);
    ir_store_text(q, 3, e->settings->users[0].name);
    sqlite3_bind_int64(q, 4, created_ms);
    return ir_store_insert(e->store, q);
}

int64_t
ir_documents_top_row(struct ir_emulator *e, const struct ir_document *d)
{
    int64_t row;
    int64_t created_ms;

    if (find_version(e, d->id, d->top, &row, &created_ms))
        return row;
    return insert_version(e, d->id, d->top, d->modified_ms);
}

/* The path leads out of the root, so it is nobody's. */
bool
ir_documents_retire(struct ir_emulator *e, const char *path)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "UPDATE documents SET path = '../recycled/' || id, holder = NULL"
        " WHERE path = ?");

    ir_store_text(q, 1, path);
    return ir_store_run(e->store, q) >= 0;
}

static void
delete_version(struct ir_emulator *e, int64_t row)
{
    sqlite3_stmt *q =
        ir_store_begin(e->store, "DELETE FROM versions WHERE id = ?");

    sqlite3_bind_int64(q, 1, row);
    ir_store_run(e->store, q);
}

static bool
raise_top(struct ir_emulator *e, int64_t document, int64_t top)
{
    sqlite3_stmt *q = ir_store_begin(e->store,
        "UPDATE documents SET top = max(top, ?) WHERE id = ?");

    sqlite3_bind_int64(q, 1, top);
    sqlite3_bind_int64(q, 2, document);
    return ir_store_run(e->store, q) == 1;
}

bool
ir_documents_add_older(struct ir_emulator *e, const char *path, size_t ordinal,
    const char *file)
{
    struct ir_document d;
    int64_t number = IR_FIRST_VERSION + (int64_t)ordinal;
    int64_t row;
    int64_t created_ms;
    char name[24];
    struct stat st;
    int fd;

    if (!ir_documents_find(e, path, &d)) {
        fprintf(stderr, "ir-emulator: --older-version: no document '%s'\n",
            path);
        return false;
    }
    if (find_version(e, d.id, number, &row, &created_ms))
        return true;
    fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        fprintf(stderr, "ir-emulator: --older-version: cannot read '%s'\n",
            file);
        if (fd >= 0)
            close(fd);
        return false;
    }
    row = insert_version(e, d.id, number, (int64_t)st.st_mtim.tv_sec * 1000);
    snprintf(name, sizeof name, "%lld", (long long)row);
    if (row == 0 || !ir_content_keep(e, fd, "versions", name)
        || !raise_top(e, d.id, number + 1)) {
        fprintf(stderr, "ir-emulator: cannot keep '%s': %s\n", file,
            strerror(errno));
        delete_version(e, row);
        row = 0;
    }
    close(fd);
    return row != 0;
}

bool
ir_documents_is_offline(const struct ir_emulator *e,
    const struct ir_document *d)
{
    for (size_t i = 0; i < e->settings->n_offline; i++) {
        if (ir_tree_same(e->settings->offline[i], d->path))
            return true;
    }
    return false;
}
