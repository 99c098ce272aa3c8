/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What survives a restart: one SQLite database in the state folder, and files
 * beside it.  One connection under one lock; statements are prepared once.
 *
 * Nothing is synced to the disk: the state is safe against the death of the
 * process, not against that of the machine. */
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAX_STATEMENTS = 128
};

/* Documents and folders get an id when one is first asked for.  'published' is
 * NULL while that is the top version, 0 if none is.  A document in the recycle
 * bin has a path that no client can name, and its file is recycled/ID.
 *
 * A row of 'versions' is what is known of a version; the content of one below
 * the top is the file versions/ID.
 *
 * A row of 'commits' is an upload on its way into the tree; see commit.c.  A
 * trigger turns it into what it means, so that one statement does all. */
static const char schema[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = OFF;"
    "PRAGMA temp_store = MEMORY;"
    "CREATE TABLE IF NOT EXISTS documents ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE,"
    " top INTEGER NOT NULL DEFAULT 1000000, published INTEGER,"
    " created_ms INTEGER, holder TEXT, held_ms INTEGER);"
    "CREATE TABLE IF NOT EXISTS folders ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE);"
    "CREATE TABLE IF NOT EXISTS versions ("
    " id INTEGER PRIMARY KEY, document INTEGER NOT NULL,"
    " number INTEGER NOT NULL, author TEXT NOT NULL, comment TEXT NOT NULL,"
    " created_ms INTEGER NOT NULL, UNIQUE (document, number));"
    "CREATE TABLE IF NOT EXISTS checksums ("
    " place TEXT PRIMARY KEY, size INTEGER NOT NULL, inode INTEGER NOT NULL,"
    " mtime_ns INTEGER NOT NULL, crc INTEGER NOT NULL, pieces BLOB NOT NULL);"
    "CREATE TABLE IF NOT EXISTS sessions ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, ticket TEXT NOT NULL UNIQUE,"
    " user TEXT NOT NULL, expires_ms INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS handlers ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, handler TEXT NOT NULL UNIQUE,"
    " session INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " expires_ms INTEGER NOT NULL, path TEXT NOT NULL, place TEXT NOT NULL,"
    " size INTEGER NOT NULL, inode INTEGER NOT NULL,"
    " mtime_ns INTEGER NOT NULL, chunk_bytes INTEGER NOT NULL,"
    " crc INTEGER NOT NULL DEFAULT 0, is_complete INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE IF NOT EXISTS queue ("
    " id INTEGER PRIMARY KEY, user TEXT NOT NULL, is_folder INTEGER NOT NULL,"
    " item INTEGER NOT NULL, UNIQUE (user, is_folder, item));"
    "CREATE TABLE IF NOT EXISTS commits ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, folder TEXT NOT NULL,"
    " path TEXT, size INTEGER, inode INTEGER, mtime_ns INTEGER,"
    " number INTEGER, author TEXT, comment TEXT, made_ms INTEGER,"
    " published INTEGER, created_ms INTEGER, holder TEXT, handler TEXT,"
    " is_done INTEGER NOT NULL DEFAULT 0);"
    "CREATE TRIGGER IF NOT EXISTS settle AFTER UPDATE OF is_done ON commits"
    " BEGIN"
    " INSERT OR IGNORE INTO documents (path) VALUES (NEW.path);"
    " UPDATE documents SET top = NEW.number, published = NEW.published,"
    "  created_ms = NEW.created_ms, holder = NEW.holder,"
    "  held_ms = NEW.made_ms WHERE path = NEW.path;"
    " INSERT OR REPLACE INTO versions"
    "  (document, number, author, comment, created_ms)"
    "  SELECT id, NEW.number, NEW.author, NEW.comment, NEW.made_ms"
    "  FROM documents WHERE path = NEW.path;"
    " DELETE FROM handlers WHERE handler = NEW.handler;"
    " DELETE FROM commits WHERE id = NEW.id;"
    " END;"
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'documents', 40000"
    " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence"
    "  WHERE name = 'documents');"
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'folders', 900"
    " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence"
    "  WHERE name = 'folders');"
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'handlers', 177"
    " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence"
    "  WHERE name = 'handlers');";

/* Where files lie beside the database. */
static const char *const folders[] = { "staged", "versions", "recycled" };

enum {
    N_FOLDERS = sizeof folders / sizeof folders[0]
};

struct ir_store {
    char *path;
    bool is_private;
    int folder;
    int claim;
    sqlite3 *db;
    struct {
        pthread_mutex_t lock;
        const char *sql[MAX_STATEMENTS];
        sqlite3_stmt *statements[MAX_STATEMENTS];
        size_t n;
    } shared;
};

static char *
make_private_folder(void)
{
    const char *parent = getenv("TMPDIR");
    char *path = NULL;

    if (parent == NULL || parent[0] == '\0')
        parent = "/tmp";
    if (asprintf(&path, "%s/ir-emulator.XXXXXX", parent) < 0)
        return NULL;
    if (mkdtemp(path) != NULL)
        return path;
    free(path);
    return NULL;
}

static bool
make_folders(struct ir_store *s, const char *path)
{
    s->path = path == NULL ? make_private_folder() : strdup(path);
    s->is_private = path == NULL;
    if (s->path == NULL)
        return false;
    if (mkdir(s->path, 0700) != 0 && errno != EEXIST)
        return false;
    s->folder = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->folder < 0)
        return false;
    for (int i = 0; i < N_FOLDERS; i++) {
        if (mkdirat(s->folder, folders[i], 0700) != 0 && errno != EEXIST)
            return false;
    }
    return true;
}

/* The state belongs to one emulator at a time; the claim ends with the
 * process, however it ends. */
static bool
claim(struct ir_store *s)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    s->claim = openat(s->folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return s->claim >= 0 && fcntl(s->claim, F_SETLK, &whole) == 0;
}

static bool
open_database(struct ir_store *s)
{
    char *file = NULL;
    char *why = NULL;
    bool ok;

    if (asprintf(&file, "%s/emulator.sqlite", s->path) < 0)
        return false;
    ok = sqlite3_open_v2(file, &s->db,
             SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
             NULL)
            == SQLITE_OK
        && sqlite3_exec(s->db, schema, NULL, NULL, &why) == SQLITE_OK;
    if (!ok)
        fprintf(stderr, "ir-emulator: database '%s': %s\n", file,
            why != NULL ? why : sqlite3_errmsg(s->db));
    sqlite3_free(why);
    free(file);
    return ok;
}

struct ir_store *
ir_store_open(const char *path)
{
    struct ir_store *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->folder = -1;
    s->claim = -1;
    pthread_mutex_init(&s->shared.lock, NULL);
    if (!make_folders(s, path)) {
        fprintf(stderr, "ir-emulator: state folder '%s': %s\n",
            path == NULL ? "(temporary)" : path, strerror(errno));
    } else if (!claim(s)) {
        fprintf(stderr,
            "ir-emulator: state folder '%s' is in use by another emulator\n",
            s->path);
    } else if (open_database(s)) {
        return s;
    }
    ir_store_close(s);
    return NULL;
}

static void
remove_files(int folder, const char *name)
{
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = fd < 0 ? NULL : fdopendir(fd);

    if (names == NULL)
        return;
    for (;;) {
        struct dirent *e = readdir(names);

        if (e == NULL)
            break;
        unlinkat(dirfd(names), e->d_name, 0);
    }
    closedir(names);
}

void
ir_store_close(struct ir_store *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->shared.n; i++)
        sqlite3_finalize(s->shared.statements[i]);
    sqlite3_close(s->db);
    pthread_mutex_destroy(&s->shared.lock);
    if (s->is_private && s->folder >= 0) {
        for (int i = 0; i < N_FOLDERS; i++) {
            remove_files(s->folder, folders[i]);
            unlinkat(s->folder, folders[i], AT_REMOVEDIR);
        }
        remove_files(s->folder, ".");
        rmdir(s->path);
    }
    if (s->claim >= 0)
        close(s->claim);
    if (s->folder >= 0)
        close(s->folder);
    free(s->path);
    free(s);
}

int
ir_store_folder(const struct ir_store *s)
{
    return s->folder;
}

static sqlite3_stmt *
find_statement(struct ir_store *s, const char *sql)
{
    size_t i = 0;

    while (i < s->shared.n && s->shared.sql[i] != sql)
        i++;
    if (i < s->shared.n)
        return s->shared.statements[i];
    if (i == MAX_STATEMENTS
        || sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
               &s->shared.statements[i], NULL)
            != SQLITE_OK)
        return NULL;
    s->shared.sql[i] = sql;
    s->shared.n++;
    return s->shared.statements[i];
}

sqlite3_stmt *
ir_store_begin(struct ir_store *s, const char *sql)
{
    sqlite3_stmt *q;

    pthread_mutex_lock(&s->shared.lock);
    q = find_statement(s, sql);
    if (q == NULL)
        pthread_mutex_unlock(&s->shared.lock);
    return q;
}

void
ir_store_end(struct ir_store *s, sqlite3_stmt *q)
{
    sqlite3_reset(q);
    sqlite3_clear_bindings(q);
    pthread_mutex_unlock(&s->shared.lock);
}

int
ir_store_run(struct ir_store *s, sqlite3_stmt *q)
{
    int changed = -1;

    if (q == NULL)
        return -1;
    if (sqlite3_step(q) == SQLITE_DONE)
        changed = sqlite3_changes(s->db);
    ir_store_end(s, q);
    return changed;
}

int64_t
ir_store_insert(struct ir_store *s, sqlite3_stmt *q)
{
    int64_t id = 0;

    if (q == NULL)
        return 0;
    if (sqlite3_step(q) == SQLITE_DONE)
        id = sqlite3_last_insert_rowid(s->db);
    ir_store_end(s, q);
    return id;
}

void
ir_store_text(sqlite3_stmt *q, int index, const char *text)
{
    sqlite3_bind_text(q, index, text, -1, SQLITE_STATIC);
}
