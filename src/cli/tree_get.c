/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The walk goes folder by folder: its documents, then the folders in it.  The
 * names of one listing at most are held for each level, and those of documents
 * until they are on their way.
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

/* One entry of a listing, as it is kept in struct items. */
struct item {
    unsigned flags;
    const char *name;  /* remote */
    const char *local; /* may be 'name' */
    const char *id;    /* a path too; NULL: not told, or not needed */
};

enum {
    IS_FOLDER = 1,
    IS_LARGE = 2,
    HAS_LOCAL = 4, /* another than the remote name */
    HAS_ID = 8,
    RIVAL = 16 /* times the number of the reason, among rivals[] */
};

/* Why there is no room for an item; 0: there is. */
static const char *const rivals[] = { NULL, "the folder has the name twice",
    "a folder has the name under which it would grow",
    "another document grows under this name" };

enum { TWICE = 1, ABOVE_FOLDER, UNDER_DOCUMENT };

/* A folder may have a million documents: of each there are its flags, its name,
 * and where they are needed its local name and its id, one after the other. */
struct items {
    char *text;
    size_t n_bytes;
    size_t room;
    size_t n;
    int by_id; /* all of them are asked for by id */
    int is_starved;
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

/* ---- Listings ---------------------------------------------------------- */

static int
append(struct items *items, const char *text, size_t n)
{
    if (n > items->room - items->n_bytes) {
        size_t room = items->room + items->room / 2 + n + 4096;
        char *fresh = realloc(items->text, room);

        if (fresh == NULL)
            return 0;
        items->text = fresh;
        items->room = room;
    }
    memcpy(items->text + items->n_bytes, text, n);
    items->n_bytes += n;
    return 1;
}

/* The item at 'at', and where the next one is. */
static char *
read_item(char *at, struct item *item)
{
    item->flags = (unsigned char)*at;
    item->name = ++at;
    at += strlen(at) + 1;
    item->local = item->name;
    item->id = NULL;
    if (item->flags & HAS_LOCAL) {
        item->local = at;
        at += strlen(at) + 1;
    }
    if (item->flags & HAS_ID) {
        item->id = at;
        at += strlen(at) + 1;
    }
    return at;
}

static int
append_item(struct items *items, const struct ir_entry *entry,
    const char *local)
{
    const char *id = NULL;
    char flags = 0;

    if (items->by_id || !ir_names_is_segment(entry->name))
        id = entry->id;
    if (entry->kind == IR_ENTRY_FOLDER)
        flags |= IS_FOLDER;
    if (entry->has_size && entry->size_bytes >= IR_POOL_LARGE_BYTES)
        flags |= IS_LARGE;
    if (strcmp(local, entry->name) != 0)
        flags |= HAS_LOCAL;
    if (id != NULL)
        flags |= HAS_ID;
    return append(items, &flags, 1)
        && append(items, entry->name, strlen(entry->name) + 1)
        && (!(flags & HAS_LOCAL) || append(items, local, strlen(local) + 1))
        && (id == NULL || append(items, id, strlen(id) + 1));
}

/* An ir_entry_fn. */
static int
add_item(void *ctx, const struct ir_entry *entry)
{
    struct items *items = ctx;
    char *local = ir_names_local(entry->name);

    items->is_starved = local == NULL || !append_item(items, entry, local);
    items->n++;
    free(local);
    return items->is_starved;
}

static const char *
local_name(char *at)
{
    struct item item;

    read_item(at, &item);
    return item.local;
}

static int
is_folder(const char *at)
{
    return (*at & IS_FOLDER) != 0;
}

/* By local name, folders first: among equals the first may stay. */
static int
by_local_name(const void *a, const void *b)
{
    char *const *x = a;
    char *const *y = b;
    int order = strcmp(local_name(*x), local_name(*y));

    if (order == 0)
        order = is_folder(*y) - is_folder(*x);
    return order == 0 ? (*x > *y) - (*x < *y) : order;
}

static int
compare_local_name(const void *key, const void *item)
{
    char *const *x = item;

    return strcmp(key, local_name(*x));
}

static void
set_rival(char *at, unsigned reason)
{
    unsigned flags = (unsigned char)*at;

    flags = (flags & (RIVAL - 1)) | reason * RIVAL;
    *at = (char)flags;
}

/* What stands where 'document' grows is not to be overwritten: of two documents
 * it is the one that has no room. */
static void
find_part(char *document, const char *suffix, char **sorted, size_t n)
{
    char part[MAX_NAME + 1];
    char **found;

    if ((size_t)snprintf(part, sizeof part, "%s%s", local_name(document),
            suffix)
        >= sizeof part)
        return;
    found = bsearch(part, sorted, n, sizeof *sorted, compare_local_name);
    if (found == NULL)
        return;
    if (is_folder(*found))
        set_rival(document, ABOVE_FOLDER);
    else
        set_rival(*found, UNDER_DOCUMENT);
}

static int
find_rivals(struct items *items)
{
    char **sorted = malloc((items->n + 1) * sizeof *sorted);
    char *at = items->text;
    struct item item;

    if (sorted == NULL)
        return 0;
    for (size_t i = 0; i < items->n; i++) {
        sorted[i] = at;
        at = read_item(at, &item);
    }
    qsort(sorted, items->n, sizeof *sorted, by_local_name);
    for (size_t i = 0; i < items->n; i++) {
        if (i > 0
            && strcmp(local_name(sorted[i - 1]), local_name(sorted[i])) == 0)
            set_rival(sorted[i], TWICE);
        for (size_t j = 0; j < sizeof suffixes / sizeof suffixes[0]; j++) {
            if (!is_folder(sorted[i]))
                find_part(sorted[i], suffixes[j], sorted, items->n);
        }
    }
    free(sorted);
    return 1;
}

static void
clear_items(struct items *items)
{
    free(items->text);
    memset(items, 0, sizeof *items);
}

/* Once the documents are on their way only the folders are needed. */
static void
keep_folders(struct items *items)
{
    char *from = items->text;
    char *to = items->text;
    size_t n = items->n;
    struct item item;
    char *fresh;

    items->n = 0;
    for (; n > 0; n--) {
        char *next = read_item(from, &item);
        size_t size = (size_t)(next - from);

        if (item.flags & IS_FOLDER) {
            memmove(to, from, size);
            to += size;
            items->n++;
        }
        from = next;
    }
    items->n_bytes = to == NULL ? 0 : (size_t)(to - items->text);
    fresh = realloc(items->text, items->n_bytes + 1);
    if (fresh != NULL)
        items->text = fresh;
}

/* Entries that cannot be kept end the listing. */
static enum ir_status
list(struct ir_work *w, const char *address, int by_id, struct items *items,
    struct ir_error *e)
{
    struct ir_client *c = w->session.client;

    memset(items, 0, sizeof *items);
    items->by_id = by_id;
    if (ir_list_each(c, address, add_item, items) != IR_OK)
        *e = *ir_client_error(c);
    else
        items->is_starved = !find_rivals(items);
    if (items->is_starved) {
        e->status = IR_OK; /* cancelled, because of it */
        ir_fault_set(e, IR_E_MEMORY, "out of memory");
    }
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
    p->file = ir_names_join(in->file, item->local);
    p->by_id = in->by_id || !ir_names_is_segment(item->name);
    if (p->by_id && item->id == NULL)
        return ir_fault_set(e, IR_E_PROTOCOL,
            "the server gives it a name that is no path, and tells no id");
    p->address =
        p->by_id ? strdup(item->id) : ir_names_join(in->path, item->name);
    if (p->path == NULL || p->file == NULL || p->address == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    if (item->flags >= RIVAL)
        return ir_fault_set(e, IR_E_IO, "cannot create %.300s: %s", p->file,
            rivals[item->flags / RIVAL]);
    if (strlen(item->local) > MAX_NAME)
        return ir_fault_set_errno(e, ENAMETOOLONG, "cannot create %.300s",
            p->file);
    return IR_OK;
}

static void
warn(struct ir_work *w, const struct item *item, const struct place *p)
{
    char text[640];

    if (item->local == item->name)
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
        errand->fd, item->local);
    errand->place = *p;
    memset(p, 0, sizeof *p);
    if (item->flags & IS_LARGE)
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
    if (list(w, p->address, p->by_id, &items, e) != IR_OK)
        return e->status;
    level.fd = open_directory(in->fd, item->local, p->file, e);
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
        if (item->flags & IS_FOLDER)
            get_folder(w, in, item, &p, &e);
        else
            get_document(w, in, item, &p, &e);
    }
    if (e.status != IR_OK)
        ir_pool_fail(w, p.path, &e);
    clear_place(&p);
}

/* The documents, or the folders. */
static void
get_some(struct ir_work *w, const struct level *in, const struct items *items,
    int folders)
{
    char *at = items->text;
    struct item item;

    for (size_t i = 0; i < items->n && !ir_tally_must_stop(&w->tally); i++) {
        at = read_item(at, &item);
        if (((item.flags & IS_FOLDER) != 0) == folders)
            get_item(w, in, &item);
    }
}

static void
get_items(struct ir_work *w, const struct level *in, struct items *items)
{
    w->n_folders++;
    get_some(w, in, items, 0);
    keep_folders(items);
    get_some(w, in, items, 1);
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

    if (list(w, tree->path, level.by_id, &items, e) != IR_OK)
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
