/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The walk goes folder by folder: its documents, then the folders in it.  The
 * names of one listing at most are held for each level, and those of documents
 * go as soon as they have been fetched.
 *
 * Whatever the server calls its things, and whatever stands locally already,
 * nothing is written outside the target: names are made safe, directories are
 * opened one below the other and never through a symbolic link, and a file is
 * written by way of the descriptor of its directory. */
#include "tree_get.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch.h"
#include "names.h"
#include "pool.h"

/* A server can name folders without end; a local path has one. */
#define MAX_DEPTH 100
#define MAX_NAME 255

/* What stands beside a document that is being fetched, as ir_download_file()
 * says. */
static const char *const suffixes[] = { ".part", ".part.journal" };

/* One entry of a listing, copied from the client. */
struct item {
    enum ir_entry_kind kind;
    char *name;        /* remote */
    char *id;          /* a path too; NULL: not told */
    char *local;       /* NULL: as 'name' */
    const char *rival; /* why there is no room for it; NULL: there is */
    int is_large;
};

struct items {
    struct item *of; /* folders before documents */
    size_t n;
    size_t n_folders;
};

/* A folder on the way. */
struct level {
    const char *path; /* remote, as it is told */
    const char *file; /* local, as it is told */
    int by_id;        /* 'path' is none that the server understands */
    int depth;
    int fd;
};

/* Names of an item outside its folder. */
struct place {
    char *path;
    char *address; /* what the server is asked for */
    char *file;
    int by_id;
};

static const char *
local_name(const struct item *item)
{
    return item->local == NULL ? item->name : item->local;
}

/* ---- Listings ---------------------------------------------------------- */

static void
clear_item(struct item *item)
{
    free(item->name);
    free(item->id);
    free(item->local);
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

static int
copy_item(struct item *item, const struct ir_entry *entry)
{
    item->kind = entry->kind;
    item->is_large =
        entry->has_size && entry->size_bytes >= IR_POOL_LARGE_BYTES;
    item->name = strdup(entry->name);
    item->local = ir_names_local(entry->name);
    if (entry->id != NULL)
        item->id = strdup(entry->id);
    if (item->name == NULL || item->local == NULL
        || (item->id == NULL && entry->id != NULL))
        return 0;
    if (strcmp(item->local, item->name) == 0) {
        free(item->local);
        item->local = NULL;
    }
    return 1;
}

/* By local name, folders first: among equals the first may stay. */
static int
by_local_name(const void *a, const void *b)
{
    const struct item *const *x = a;
    const struct item *const *y = b;
    int order = strcmp(local_name(*x), local_name(*y));

    if (order == 0)
        order = ((*x)->kind > (*y)->kind) - ((*x)->kind < (*y)->kind);
    return order == 0 ? (*x > *y) - (*x < *y) : order;
}

static int
compare_local_name(const void *key, const void *item)
{
    const struct item *const *x = item;

    return strcmp(key, local_name(*x));
}

/* What stands where 'document' grows is not to be overwritten: of two documents
 * it is the one that has no room. */
static void
find_part(struct item *document, const char *suffix, struct item **sorted,
    size_t n)
{
    char part[MAX_NAME + 1];
    struct item **found;

    if ((size_t)snprintf(part, sizeof part, "%s%s", local_name(document),
            suffix)
        >= sizeof part)
        return;
    found = bsearch(part, sorted, n, sizeof *sorted, compare_local_name);
    if (found == NULL)
        return;
    if ((*found)->kind == IR_ENTRY_FOLDER)
        document->rival = "a folder has the name under which it would grow";
    else
        (*found)->rival = "another document grows under this name";
}

static int
find_rivals(struct items *items)
{
    struct item **sorted = malloc((items->n + 1) * sizeof *sorted);

    if (sorted == NULL)
        return 0;
    for (size_t i = 0; i < items->n; i++)
        sorted[i] = &items->of[i];
    qsort(sorted, items->n, sizeof *sorted, by_local_name);
    for (size_t i = 0; i < items->n; i++) {
        if (i > 0
            && strcmp(local_name(sorted[i - 1]), local_name(sorted[i])) == 0)
            sorted[i]->rival = "the folder has the name twice";
        for (size_t j = 0; j < sizeof suffixes / sizeof suffixes[0]; j++) {
            if (sorted[i]->kind == IR_ENTRY_DOCUMENT)
                find_part(sorted[i], suffixes[j], sorted, items->n);
        }
    }
    free(sorted);
    return 1;
}

/* Copy a listing, which the next call ends. */
static enum ir_status
copy_items(struct items *items, const struct ir_listing *listing,
    struct ir_error *e)
{
    items->of = calloc(listing->n + 1, sizeof *items->of);
    if (items->of == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    for (size_t i = 0; i < listing->n; i++) {
        items->n++;
        items->n_folders += listing->entries[i].kind == IR_ENTRY_FOLDER;
        if (!copy_item(&items->of[i], &listing->entries[i]))
            return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    }
    if (!find_rivals(items))
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    return IR_OK;
}

static enum ir_status
list(struct ir_work *w, const char *address, struct items *items,
    struct ir_error *e)
{
    struct ir_listing listing;

    memset(items, 0, sizeof *items);
    if (ir_list_folder(w->session.client, address, &listing) != IR_OK)
        *e = *ir_client_error(w->session.client);
    else
        copy_items(items, &listing, e);
    if (e->status != IR_OK)
        clear_items(items);
    return e->status;
}

/* ---- Places ------------------------------------------------------------ */

static void
clear_place(struct place *p)
{
    free(p->path);
    free(p->address);
    free(p->file);
}

static enum ir_status
find_place(const struct level *in, const struct item *item, struct place *p,
    struct ir_error *e)
{
    memset(p, 0, sizeof *p);
    p->path = ir_names_join(in->path, item->name);
    p->file = ir_names_join(in->file, local_name(item));
    p->by_id = in->by_id || !ir_names_is_segment(item->name);
    if (p->by_id && item->id == NULL)
        return ir_fault_set(e, IR_E_PROTOCOL,
            "the server gives it a name that is no path, and tells no id");
    p->address =
        p->by_id ? strdup(item->id) : ir_names_join(in->path, item->name);
    if (p->path == NULL || p->file == NULL || p->address == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    if (item->rival != NULL)
        return ir_fault_set(e, IR_E_IO, "cannot create %.300s: %s", p->file,
            item->rival);
    if (strlen(local_name(item)) > MAX_NAME)
        return ir_fault_set_errno(e, ENAMETOOLONG, "cannot create %.300s",
            p->file);
    return IR_OK;
}

static void
warn(struct ir_work *w, const struct item *item, const struct place *p)
{
    char text[640];

    if (item->local == NULL)
        return;
    snprintf(text, sizeof text, "its name is not safe here: stored as %s",
        p->file);
    ir_pool_warn(w, p->path, text);
}

/* ---- Walk -------------------------------------------------------------- */

/* The directory 'name' in 'parent', made if it is missing; -1. */
static int
open_directory(int parent, const char *name, const char *file,
    struct ir_error *e)
{
    struct stat st;
    int code;
    int fd;

    if (mkdirat(parent, name, 0777) != 0 && errno != EEXIST) {
        ir_fault_set_errno(e, errno, "cannot create the directory %.300s",
            file);
        return -1;
    }
    fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        return fd;
    code = errno;
    if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0
        && S_ISLNK(st.st_mode))
        ir_fault_set(e, IR_E_IO,
            "%.300s is a symbolic link, which is not followed", file);
    else
        ir_fault_set_errno(e, code, "cannot open the directory %.300s", file);
    return -1;
}

/* A document on its way, when the walk has gone on. */
struct errand {
    struct place place;
    int fd; /* of its directory */
    char opened[64 + MAX_NAME];
};

static void
drop_errand(void *ctx)
{
    struct errand *errand = ctx;

    clear_place(&errand->place);
    close(errand->fd);
    free(errand);
}

static void
run_errand(struct ir_work *w, void *ctx)
{
    const struct errand *errand = ctx;
    const struct place *p = &errand->place;
    struct ir_fetch f = { p->path, p->address, p->file, errand->opened };

    ir_fetch_document(w, &f);
}

/* Takes the place over, unless it fails. */
static enum ir_status
get_document(struct ir_work *w, const struct level *in, const struct item *item,
    struct place *p, struct ir_error *e)
{
    struct errand *errand = malloc(sizeof *errand);
    struct ir_task task = { run_errand, drop_errand, errand };

    if (errand == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    errand->fd = fcntl(in->fd, F_DUPFD_CLOEXEC, 0);
    if (errand->fd < 0) {
        free(errand);
        return ir_fault_set_errno(e, errno, "cannot open the directory %.300s",
            in->file);
    }
    snprintf(errand->opened, sizeof errand->opened, "/proc/self/fd/%d/%s",
        errand->fd, local_name(item));
    errand->place = *p;
    memset(p, 0, sizeof *p);
    if (item->is_large)
        ir_pool_alone(w, &task);
    else
        ir_pool_add(w, &task);
    return IR_OK;
}

static void get_items(struct ir_work *w, const struct level *in,
    struct items *items);

static enum ir_status
get_folder(struct ir_work *w, const struct level *in, const struct item *item,
    const struct place *p, struct ir_error *e)
{
    struct level level = { p->path, p->file, p->by_id, in->depth + 1, -1 };
    struct items items;

    if (level.depth > MAX_DEPTH)
        return ir_fault_set(e, IR_E_LIMIT,
            "the folder is more than %d levels deep", MAX_DEPTH);
    if (list(w, p->address, &items, e) != IR_OK)
        return e->status;
    level.fd = open_directory(in->fd, local_name(item), p->file, e);
    if (level.fd >= 0) {
        get_items(w, &level, &items);
        close(level.fd);
    }
    clear_items(&items);
    return e->status;
}

static void
get_item(struct ir_work *w, const struct level *in, const struct item *item)
{
    struct ir_error e = { .status = IR_OK };
    struct place p;

    if (find_place(in, item, &p, &e) == IR_OK) {
        warn(w, item, &p);
        if (item->kind == IR_ENTRY_DOCUMENT)
            get_document(w, in, item, &p, &e);
        else
            get_folder(w, in, item, &p, &e);
    }
    if (e.status != IR_OK)
        ir_pool_fail(w, p.path, &e);
    clear_place(&p);
}

/* The items from 'from' up to 'to', which go. */
static void
get_some(struct ir_work *w, const struct level *in, struct items *items,
    size_t from, size_t to)
{
    for (size_t i = from; i < to && !ir_tally_must_stop(&w->tally); i++) {
        get_item(w, in, &items->of[i]);
        clear_item(&items->of[i]);
    }
}

static void
get_items(struct ir_work *w, const struct level *in, struct items *items)
{
    w->n_folders++;
    get_some(w, in, items, items->n_folders, items->n);
    get_some(w, in, items, 0, items->n_folders);
}

/* ---- The folder that was asked for ------------------------------------- */

static enum ir_status
begin(const struct ir_tree_get *tree, struct level *level, struct ir_error *e)
{
    int fd = open(tree->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return ir_fault_set_errno(e, errno, "cannot open the directory %.300s",
            tree->directory);
    if (strcmp(tree->file, tree->directory) == 0) {
        level->fd = fd;
        return IR_OK;
    }
    level->fd = open_directory(fd, ir_names_last(tree->file), tree->file, e);
    close(fd);
    return e->status;
}

enum ir_status
ir_tree_get(struct ir_work *w, const struct ir_tree_get *tree,
    struct ir_error *e)
{
    struct level level = { tree->path, tree->file, tree->path[0] == '~', 0,
        -1 };
    struct ir_error problem = { .status = IR_OK };
    struct items items;

    if (list(w, tree->path, &items, e) != IR_OK)
        return e->status;
    if (begin(tree, &level, &problem) == IR_OK) {
        get_items(w, &level, &items);
        close(level.fd);
    } else {
        ir_pool_fail(w, tree->path, &problem);
    }
    clear_items(&items);
    return IR_OK;
}
