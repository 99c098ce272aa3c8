/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Zip archives of documents and folders.
 *
 * First a list is made of everything that goes in, with what tells one content
 * from another; the limits are checked on the way.  Then libzip writes the
 * archive and reads one content at a time, which has to be the listed one. */
#include "pack.h"

#include "settings.h"
#include "store.h"
#include "token.h"

#include <zip.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
    LEVEL = 1 /* the archive is for the next minutes only */
};

struct item {
    char *name;  /* in the archive */
    char *place; /* of a document's content; a folder's path */
    bool is_folder;
    bool is_added; /* itself, not as part of a folder */
    struct ir_identity identity;
    int64_t modified_ms;
};

struct ir_pack {
    struct ir_emulator *emulator;
    struct item *items;
    size_t n;
    size_t room;
    size_t n_listed; /* folders before this one have been looked into */
    uint64_t bytes;
};

/* The content of an item, as libzip reads it. */
struct reader {
    struct ir_emulator *emulator;
    const struct item *item;
    int fd;
    zip_error_t error;
};

struct ir_pack *
ir_pack_new(struct ir_emulator *e)
{
    struct ir_pack *p = calloc(1, sizeof *p);

    if (p != NULL)
        p->emulator = e;
    return p;
}

void
ir_pack_free(struct ir_pack *p)
{
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->n; i++) {
        free(p->items[i].name);
        free(p->items[i].place);
    }
    free(p->items);
    free(p);
}

/* Take the strings of 'item' over. */
static enum ir_refusal
append(struct ir_pack *p, const struct item *item)
{
    const struct ir_settings *s = p->emulator->settings;
    struct item *grown = p->items;
    bool ok = item->name != NULL && item->place != NULL;

    if (p->n == p->room) {
        grown = realloc(p->items, (p->room * 2 + 64) * sizeof *grown);
        if (grown != NULL) {
            p->items = grown;
            p->room = p->room * 2 + 64;
        }
    }
    if (!ok || grown == NULL) {
        free(item->name);
        free(item->place);
        return IR_BROKEN;
    }
    p->items[p->n++] = *item;
    p->bytes += item->identity.size;
    return p->n > s->zip_max_count || p->bytes > s->zip_max_bytes
        ? IR_ZIP_TOO_LARGE
        : IR_GRANTED;
}

/* Takes 'name' over. */
static enum ir_refusal
append_document(struct ir_pack *p, struct ir_document *d, char *name,
    bool is_added)
{
    ir_documents_select_default(p->emulator, d);
    return append(p,
        &(struct item){
            .name = name,
            .place = strdup(d->content.place),
            .is_added = is_added,
            .identity = d->content.identity,
            .modified_ms = d->modified_ms,
        });
}

static enum ir_refusal
append_folder(struct ir_pack *p, const char *path, char *name, bool is_added)
{
    return append(p,
        &(struct item){
            .name = name,
            .place = strdup(path),
            .is_folder = true,
            .is_added = is_added,
        });
}

static char *
join(const char *folder, const char *name)
{
    char *joined = NULL;

    return asprintf(&joined, "%s/%s", folder, name) < 0 ? NULL : joined;
}

/* What vanishes in between is left out, and so is what is offline. */
static enum ir_refusal
append_child(struct ir_pack *p, size_t folder, const struct ir_name *child)
{
    char *path = join(p->items[folder].place, child->name);
    char *name = join(p->items[folder].name, child->name);
    struct ir_document d;
    enum ir_refusal refusal = IR_GRANTED;

    if (path == NULL || name == NULL) {
        free(name);
        refusal = IR_BROKEN;
    } else if (child->is_folder) {
        refusal = append_folder(p, path, name, false);
    } else if (ir_documents_find(p->emulator, path, &d)
        && !ir_documents_is_offline(p->emulator, &d)) {
        refusal = append_document(p, &d, name, false);
    } else {
        free(name);
    }
    free(path);
    return refusal;
}

/* Look into the folders that are listed, and into those found there. */
static enum ir_refusal
list_folders(struct ir_pack *p)
{
    enum ir_refusal refusal = IR_GRANTED;

    for (; p->n_listed < p->n && refusal == IR_GRANTED; p->n_listed++) {
        struct ir_name *names;
        size_t n;

        if (!p->items[p->n_listed].is_folder
            || !ir_tree_list(p->emulator->tree, p->items[p->n_listed].place,
                &names, &n))
            continue;
        for (size_t i = 0; i < n && refusal == IR_GRANTED; i++)
            refusal = append_child(p, p->n_listed, &names[i]);
        ir_tree_names_free(names, n);
    }
    return refusal;
}

static const struct item *
find_added(const struct ir_pack *p, const char *name)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->items[i].is_added && strcasecmp(p->items[i].name, name) == 0)
            return &p->items[i];
    }
    return NULL;
}

/* The last name of 'path', with a number if another item has it. */
static char *
top_name(const struct ir_pack *p, const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    const char *dot = strrchr(name, '.');
    char *unique = strdup(name);

    if (dot == NULL)
        dot = name + strlen(name);
    for (int i = 2; unique != NULL && find_added(p, unique) != NULL; i++) {
        free(unique);
        if (asprintf(&unique, "%.*s (%d)%s", (int)(dot - name), name, i, dot)
            < 0)
            unique = NULL;
    }
    return unique;
}

enum ir_refusal
ir_pack_add(struct ir_pack *p, const char *path)
{
    char folder[IR_PATH_SIZE];
    struct ir_document d;
    enum ir_refusal refusal;
    int64_t id;

    if (ir_documents_find(p->emulator, path, &d))
        return ir_documents_is_offline(p->emulator, &d)
            ? IR_OFFLINE
            : append_document(p, &d, top_name(p, d.path), true);
    if (!ir_documents_find_folder(p->emulator, path, folder, &id))
        return IR_NO_DOCUMENT;
    refusal = append_folder(p, folder, top_name(p, folder), true);
    return refusal == IR_GRANTED ? list_folders(p) : refusal;
}

static void
get_content(const struct item *item, struct ir_content *out)
{
    snprintf(out->place, sizeof out->place, "%s", item->place);
    out->identity = item->identity;
}

static bool
open_reader(struct reader *r)
{
    struct ir_content content;

    get_content(r->item, &content);
    r->fd = ir_content_open(r->emulator, &content);
    if (r->fd < 0)
        zip_error_set(&r->error, ZIP_ER_CHANGED, 0);
    return r->fd >= 0;
}

/* At the end it must still be the content that was listed. */
static zip_int64_t
read_reader(struct reader *r, void *data, zip_uint64_t n)
{
    struct ir_content content;
    ssize_t got;

    do
        got = read(r->fd, data, n);
    while (got < 0 && errno == EINTR);
    get_content(r->item, &content);
    if (got > 0 || (got == 0 && ir_content_is_same(r->fd, &content)))
        return got;
    zip_error_set(&r->error, got < 0 ? ZIP_ER_READ : ZIP_ER_CHANGED, 0);
    return -1;
}

static void
close_reader(struct reader *r)
{
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
}

static zip_int64_t
tell(const struct reader *r, struct zip_stat *out, zip_uint64_t n)
{
    if (n < sizeof *out)
        return -1;
    zip_stat_init(out);
    out->size = r->item->identity.size;
    out->mtime = (time_t)(r->item->modified_ms / 1000);
    out->valid = ZIP_STAT_SIZE | ZIP_STAT_MTIME;
    return sizeof *out;
}

static zip_int64_t
serve_reader(void *ctx, void *data, zip_uint64_t n, zip_source_cmd_t command)
{
    struct reader *r = ctx;

    switch (command) {
    case ZIP_SOURCE_OPEN:
        return open_reader(r) ? 0 : -1;
    case ZIP_SOURCE_READ:
        return read_reader(r, data, n);
    case ZIP_SOURCE_CLOSE:
        close_reader(r);
        return 0;
    case ZIP_SOURCE_STAT:
        return tell(r, data, n);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&r->error, data, n);
    case ZIP_SOURCE_FREE:
        close_reader(r);
        free(r);
        return 0;
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ,
            ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
            ZIP_SOURCE_FREE, -1);
    default:
        zip_error_set(&r->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

static bool
add_document(zip_t *zip, struct ir_emulator *e, const struct item *item)
{
    struct reader *r = calloc(1, sizeof *r);
    zip_source_t *source;
    zip_int64_t index;

    if (r == NULL)
        return false;
    r->emulator = e;
    r->item = item;
    r->fd = -1;
    zip_error_init(&r->error);
    source = zip_source_function(zip, serve_reader, r);
    if (source == NULL) {
        free(r);
        return false;
    }
    index = zip_file_add(zip, item->name, source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
        return false;
    }
    return zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_DEFLATE,
               LEVEL)
        == 0;
}

static bool
add_all(zip_t *zip, const struct ir_pack *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const struct item *item = &p->items[i];

        if (item->is_folder ? zip_dir_add(zip, item->name, ZIP_FL_ENC_UTF_8) < 0
                            : !add_document(zip, p->emulator, item))
            return false;
    }
    return true;
}

bool
ir_pack_write(struct ir_pack *p, struct ir_content *out)
{
    int state = ir_store_folder(p->emulator->store);
    char name[IR_GUID_LENGTH + 1];
    char path[128];
    zip_t *zip;
    bool ok;
    int fd;

    if (!ir_token_new(name))
        return false;
    ir_content_in_state(out, "staged", name);
    snprintf(path, sizeof path, "/proc/self/fd/%d/staged/%s", state, name);
    zip = zip_open(path, ZIP_CREATE | ZIP_EXCL, NULL);
    if (zip == NULL)
        return false;
    ok = add_all(zip, p) && zip_close(zip) == 0;
    if (!ok) {
        zip_discard(zip);
        return false;
    }
    fd = openat(state, out->place, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ok = ir_tree_identify(fd, &out->identity);
    close(fd);
    return ok;
}
