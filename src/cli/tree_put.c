/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The walk goes directory by directory: its files, then the directories in it.
 * Each is opened by its name in the one before, never through a symbolic link,
 * and a file is sent from the descriptor that was opened: what somebody moves
 * meanwhile cannot make us send what is outside the tree.
 *
 * The server changes names that it does not like and takes those that differ in
 * case for one.  Such a file is refused: it could not be found again, or would
 * become a version of another. */
#include "tree_put.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "names.h"
#include "pool.h"
#include "send.h"

enum kind {
    A_FILE,
    A_DIRECTORY,
    A_LINK,
    OTHER
};

struct item {
    char *name;
    wchar_t *key; /* as the server compares names */
    enum kind kind;
    int sys_errno; /* why the kind is not known; 0 */
    int has_rival; /* the server takes another's name for this one */
};

struct items {
    struct item *of;
    size_t n;
    size_t room;
};

/* A directory on the way. */
struct level {
    const char *path; /* remote */
    const char *file; /* local, as it is told */
    locale_t locale;
    int fd;
};

/* ---- Directories ------------------------------------------------------- */

static void
clear_item(struct item *item)
{
    free(item->name);
    free(item->key);
    memset(item, 0, sizeof *item);
}

static void
clear_items(struct items *items)
{
    for (size_t i = 0; i < items->n; i++)
        clear_item(&items->of[i]);
    free(items->of);
    memset(items, 0, sizeof *items);
}

static void
look(int fd, struct item *item)
{
    struct stat st;

    if (fstatat(fd, item->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        item->sys_errno = errno;
    else if (S_ISREG(st.st_mode))
        item->kind = A_FILE;
    else if (S_ISDIR(st.st_mode))
        item->kind = A_DIRECTORY;
    else
        item->kind = S_ISLNK(st.st_mode) ? A_LINK : OTHER;
}

static int
add(const struct level *in, struct items *items, const char *name)
{
    struct item *item;

    if (items->n == items->room) {
        size_t room = items->room * 2 + 32;
        struct item *of = realloc(items->of, room * sizeof *of);

        if (of == NULL)
            return 0;
        items->of = of;
        items->room = room;
    }
    item = &items->of[items->n++];
    memset(item, 0, sizeof *item);
    item->name = strdup(name);
    item->key = ir_names_fold(name, in->locale);
    if (item->name == NULL || item->key == NULL)
        return 0;
    look(in->fd, item);
    return 1;
}

static int
is_sendable(const struct item *item)
{
    return item->sys_errno == 0
        && (item->kind == A_FILE || item->kind == A_DIRECTORY);
}

/* What can be sent first, so that its rivals stand together. */
static int
by_key(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;
    int order = is_sendable(y) - is_sendable(x);

    if (order == 0)
        order = wcscmp(x->key, y->key);
    return order == 0 ? strcmp(x->name, y->name) : order;
}

static void
find_rivals(struct items *items)
{
    if (items->n > 0)
        qsort(items->of, items->n, sizeof *items->of, by_key);
    for (size_t i = 1; i < items->n; i++) {
        struct item *item = &items->of[i];

        item->has_rival =
            is_sendable(item) && wcscmp(item[-1].key, item->key) == 0;
    }
}

static enum ir_status
read_names(const struct level *in, DIR *names, struct items *items,
    struct ir_error *e)
{
    for (;;) {
        const struct dirent *entry;

        errno = 0;
        entry = readdir(names);
        if (entry == NULL)
            break;
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0
            && !add(in, items, entry->d_name))
            return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    }
    if (errno != 0)
        return ir_fault_set_errno(e, errno, "cannot read the directory %.300s",
            in->file);
    return IR_OK;
}

static enum ir_status
list(const struct level *in, struct items *items, struct ir_error *e)
{
    int fd = openat(in->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = fd < 0 ? NULL : fdopendir(fd);

    memset(items, 0, sizeof *items);
    if (names == NULL) {
        ir_fault_set_errno(e, errno, "cannot read the directory %.300s",
            in->file);
        if (fd >= 0)
            close(fd);
        return e->status;
    }
    read_names(in, names, items, e);
    closedir(names);
    find_rivals(items);
    return e->status;
}

/* ---- Remote folders ---------------------------------------------------- */

/* Libraries are not made here, and CreateFolder refuses their paths. */
static int
is_library(const char *path)
{
    path += strspn(path, "/\\");
    path += strcspn(path, "/\\");
    return path[strspn(path, "/\\")] == '\0';
}

/* Make the folder unless it is there.  A refusal may also say that a document
 * has the name, and not every server says why it refuses. */
static enum ir_status
make_folder(struct ir_client *c, const char *path, struct ir_error *e)
{
    struct ir_listing listing;

    if (is_library(path)) {
        if (ir_list_folder(c, path, &listing) != IR_OK)
            *e = *ir_client_error(c);
        return e->status;
    }
    if (ir_create_folder(c, path) == IR_OK)
        return IR_OK;
    *e = *ir_client_error(c);
    if (e->status == IR_E_SERVER && ir_list_folder(c, path, &listing) == IR_OK)
        e->status = IR_OK;
    return e->status;
}

/* ---- Walk -------------------------------------------------------------- */

/* A file on its way, when the walk has gone on. */
struct errand {
    char *path;
    char *file;
    int fd;
    char opened[40];
};

static void
drop_errand(void *ctx)
{
    struct errand *errand = ctx;

    free(errand->path);
    free(errand->file);
    if (errand->fd >= 0)
        close(errand->fd);
    free(errand);
}

static void
run_errand(struct ir_work *w, void *ctx)
{
    const struct errand *errand = ctx;
    struct ir_send s = { errand->path, errand->file, errand->opened };

    ir_send_document(w, &s);
}

static enum ir_status
put_file(struct ir_work *w, const struct level *in, const struct item *item,
    const struct ir_send *where, struct ir_error *e)
{
    struct errand *errand = calloc(1, sizeof *errand);
    struct ir_task task = { run_errand, drop_errand, errand };

    if (errand == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    errand->path = strdup(where->path);
    errand->file = strdup(where->file);
    errand->fd = openat(in->fd, item->name,
        O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (errand->fd < 0)
        ir_fault_set_errno(e, errno, "cannot open %.300s", where->file);
    else if (errand->path == NULL || errand->file == NULL)
        ir_fault_set(e, IR_E_MEMORY, "out of memory");
    if (e->status != IR_OK) {
        drop_errand(errand);
        return e->status;
    }
    snprintf(errand->opened, sizeof errand->opened, "/proc/self/fd/%d",
        errand->fd);
    ir_pool_add(w, &task);
    return IR_OK;
}

static enum ir_status put_items(struct ir_work *w, const struct level *in,
    struct ir_error *e);

static enum ir_status
put_directory(struct ir_work *w, const struct level *in,
    const struct item *item, const struct ir_send *where, struct ir_error *e)
{
    struct level level = { where->path, where->file, in->locale,
        openat(in->fd, item->name,
            O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) };

    if (level.fd < 0)
        return ir_fault_set_errno(e, errno, "cannot open the directory %.300s",
            where->file);
    put_items(w, &level, e);
    close(level.fd);
    return e->status;
}

static void
skip(struct ir_work *w, const struct item *item, const struct ir_send *where)
{
    char text[640];

    w->n_skipped++;
    snprintf(text, sizeof text, "%.500s is not sent: it is %s", where->file,
        item->kind == A_LINK ? "a symbolic link"
                             : "neither a file nor a directory");
    ir_pool_warn(w, where->path, text);
}

static enum ir_status
check(const struct item *item, const struct ir_send *where, struct ir_error *e)
{
    if (where->path == NULL || where->file == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    if (item->sys_errno != 0)
        return ir_fault_set_errno(e, item->sys_errno, "cannot look at %.300s",
            where->file);
    if (item->has_rival)
        return ir_fault_set(e, IR_E_ARGUMENT,
            "%.300s differs from another name only in case, which the server "
            "does not tell apart",
            where->file);
    return ir_names_check_remote(item->name, e);
}

static void
put_item(struct ir_work *w, const struct level *in, const struct item *item)
{
    char *path = ir_names_join(in->path, item->name);
    char *file = ir_names_join(in->file, item->name);
    struct ir_send where = { path, file, NULL };
    struct ir_error e = { .status = IR_OK };

    if (path != NULL && file != NULL && item->sys_errno == 0
        && !is_sendable(item))
        skip(w, item, &where);
    else if (check(item, &where, &e) == IR_OK) {
        if (item->kind == A_FILE)
            put_file(w, in, item, &where, &e);
        else
            put_directory(w, in, item, &where, &e);
    }
    if (e.status != IR_OK)
        ir_pool_fail(w, path, &e);
    free(path);
    free(file);
}

static void
put_some(struct ir_work *w, const struct level *in, const struct items *items,
    int directories)
{
    for (size_t i = 0; i < items->n && !ir_tally_must_stop(&w->tally); i++) {
        if ((items->of[i].kind == A_DIRECTORY) == directories)
            put_item(w, in, &items->of[i]);
    }
}

/* Only the names of directories are needed once the files have been sent. */
static void
keep_directories(struct items *items)
{
    size_t n = 0;

    for (size_t i = 0; i < items->n; i++) {
        if (items->of[i].kind == A_DIRECTORY)
            items->of[n++] = items->of[i];
        else
            clear_item(&items->of[i]);
    }
    items->n = n;
}

static enum ir_status
put_items(struct ir_work *w, const struct level *in, struct ir_error *e)
{
    struct items items;

    if (list(in, &items, e) == IR_OK
        && make_folder(w->session.client, in->path, e) == IR_OK) {
        w->n_folders++;
        put_some(w, in, &items, 0);
        keep_directories(&items);
        put_some(w, in, &items, 1);
    }
    clear_items(&items);
    return e->status;
}

/* ---- The directory that was named -------------------------------------- */

/* Names compare as on the server, whatever the user's locale. */
static locale_t
open_locale(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);

    return locale != (locale_t)0 ? locale
                                 : newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
}

void
ir_tree_put(struct ir_work *w, const char *directory, const char *path)
{
    struct level level = { path, directory, open_locale(),
        open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
    struct ir_error e = { .status = IR_OK };

    if (level.fd < 0)
        ir_fault_set_errno(&e, errno, "cannot open the directory %.300s",
            directory);
    else if (level.locale == (locale_t)0)
        ir_fault_set(&e, IR_E_MEMORY, "out of memory");
    else
        put_items(w, &level, &e);
    if (e.status != IR_OK)
        ir_pool_fail(w, path, &e);
    if (level.locale != (locale_t)0)
        freelocale(level.locale);
    if (level.fd >= 0)
        close(level.fd);
}
