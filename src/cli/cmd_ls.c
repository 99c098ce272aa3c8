/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir ls: what is in folders.  Those that -r goes into are kept in a list of
 * their own, because a listing ends with the next call. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "names.h"
#include "output.h"
#include "printable.h"
#include "session.h"
#include "tally.h"

/* A server may tell of a folder within itself. */
#define MAX_DEPTH 128

struct folder {
    char *path;
    int depth;
};

struct work {
    const struct ir_settings *s;
    struct ir_output *out;
    struct ir_session session;
    struct ir_tally tally;
    struct folder *pending; /* yet to be listed, the next one last */
    size_t n_pending;
    size_t room;
    int n_blocks;  /* of lines, an empty line between them */
    int in_folder; /* the last block is one, not lines for documents */
};

/* ---- Entries ----------------------------------------------------------- */

static void
show(struct work *w, const struct ir_entry *entry, const char *path,
    const char *label)
{
    struct ir_record r;
    char size[24] = "-";
    char crc[9] = "-";
    char version[24] = "-";

    ir_record_init(&r, "entry");
    ir_record_text(&r, "path", path);
    ir_facts_entry(&r, entry);
    ir_output_event(w->out, &r);
    if (entry->has_size)
        ir_printable_size(size, sizeof size, entry->size_bytes);
    if (entry->has_crc32)
        snprintf(crc, sizeof crc, "%08" PRIX32, entry->crc32);
    if (entry->version >= 0)
        snprintf(version, sizeof version, "%" PRId64, entry->version);
    ir_output_line(w->out, "%10s  %8s  %10s  %s%s", size, crc, version, label,
        entry->kind == IR_ENTRY_FOLDER ? "/" : "");
}

/* The path of an entry in fresh memory.  Its id serves where names lead
 * nowhere: below a folder that was given by id, or if the name is no segment.
 */
static char *
path_of(const struct ir_entry *entry, const char *folder)
{
    int is_segment = ir_names_last(entry->name) == entry->name;

    if (entry->id != NULL && (!is_segment || folder[0] == '~'))
        return strdup(entry->id);
    return ir_names_join(folder, entry->name);
}

/* ---- Folders ----------------------------------------------------------- */

/* Takes 'path' over. */
static enum ir_status
push(struct work *w, char *path, int depth, struct ir_error *e)
{
    struct folder *grown = w->pending;

    if (w->n_pending == w->room) {
        grown = realloc(w->pending, (2 * w->room + 16) * sizeof *grown);
        if (grown != NULL) {
            w->pending = grown;
            w->room = 2 * w->room + 16;
        }
    }
    if (path == NULL || grown == NULL) {
        free(path);
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    }
    w->pending[w->n_pending++] = (struct folder){ path, depth };
    return IR_OK;
}

static enum ir_status
push_folders(struct work *w, const struct ir_listing *listing,
    const struct folder *in, struct ir_error *e)
{
    for (size_t i = listing->n; i-- > 0 && e->status == IR_OK;) {
        const struct ir_entry *entry = &listing->entries[i];

        if (entry->kind != IR_ENTRY_FOLDER)
            continue;
        if (in->depth >= MAX_DEPTH)
            return ir_fault_set(e, IR_E_LIMIT,
                "more than %d folders within each other", MAX_DEPTH);
        push(w, path_of(entry, in->path), in->depth + 1, e);
    }
    return e->status;
}

/* The lines that follow are a folder's, or one more document's. */
static void
begin_block(struct work *w, int is_folder)
{
    if (w->n_blocks > 0 && !is_folder && !w->in_folder)
        return;
    if (w->n_blocks++ > 0)
        ir_output_line(w->out, "%s", "");
    w->in_folder = is_folder;
}

static void
show_head(struct work *w, const char *path)
{
    int is_alone =
        w->s->n_operands == 1 && !ir_options_get(w->s, IR_OPTION_RECURSIVE, 0);

    begin_block(w, 1);
    if (!is_alone)
        ir_output_line(w->out, "%s:", path);
}

static enum ir_status
show_folder(struct work *w, const struct ir_listing *listing,
    const struct folder *folder, struct ir_error *e)
{
    show_head(w, folder->path);
    for (size_t i = 0; i < listing->n && !ir_tally_must_stop(&w->tally); i++) {
        const struct ir_entry *entry = &listing->entries[i];
        char *path = path_of(entry, folder->path);

        if (path == NULL)
            return ir_fault_set(e, IR_E_MEMORY, "out of memory");
        show(w, entry, path, entry->name);
        free(path);
    }
    if (!ir_options_get(w->s, IR_OPTION_RECURSIVE, 0))
        return IR_OK;
    return push_folders(w, listing, folder, e);
}

/* ---- Operands ---------------------------------------------------------- */

/* Is it what a server says of a folder that is none?  Some refusals of a
 * listing have no code. */
static int
may_be_document(const struct ir_error *e)
{
    return e->status == IR_E_NOT_FOUND
        || (e->status == IR_E_SERVER && e->server_code == 0);
}

static enum ir_status
show_document(struct work *w, const char *path)
{
    struct ir_document document;
    struct ir_entry entry = { .kind = IR_ENTRY_DOCUMENT,
        .published_version = -1 };

    if (ir_get_document(w->session.client, path, 0, &document) != IR_OK)
        return ir_client_error(w->session.client)->status;
    entry.name = ir_names_is_id(path) ? document.name : ir_names_last(path);
    entry.size_bytes = document.size_bytes;
    entry.has_size = 1;
    entry.crc32 = document.crc32;
    entry.has_crc32 = document.has_crc32;
    entry.version = document.version > 0 ? document.version : -1;
    begin_block(w, 0);
    show(w, &entry, path, path);
    return IR_OK;
}

static void
list(struct work *w, const struct folder *folder)
{
    struct ir_client *c = w->session.client;
    struct ir_error e = { .status = IR_OK };
    struct ir_listing listing;

    if (ir_list_folder(c, folder->path, &listing) == IR_OK) {
        show_folder(w, &listing, folder, &e);
    } else {
        e = *ir_client_error(c);
        if (folder->depth == 0 && may_be_document(&e)
            && show_document(w, folder->path) == IR_OK)
            e.status = IR_OK;
    }
    if (e.status == IR_OK)
        w->tally.n_done++;
    else
        ir_tally_fail(&w->tally, folder->path, &e);
}

static void
list_operand(struct work *w, const char *path)
{
    struct ir_error e = { .status = IR_OK };

    if (push(w, strdup(path), 0, &e) != IR_OK)
        ir_tally_fail(&w->tally, path, &e);
    while (w->n_pending > 0 && !ir_tally_must_stop(&w->tally)) {
        struct folder folder = w->pending[--w->n_pending];

        list(w, &folder);
        free(folder.path);
    }
}

int
ir_cmd_ls(const struct ir_settings *s, struct ir_output *out)
{
    struct work w = { .s = s, .out = out, .tally = { .out = out } };

    if (ir_session_open(&w.session, s, out) != IR_OK)
        ir_tally_fail(&w.tally, NULL, &w.session.error);
    else
        for (int i = 0; i < s->n_operands && !ir_tally_must_stop(&w.tally); i++)
            list_operand(&w, s->operands[i]);
    ir_session_close(&w.session);
    while (w.n_pending > 0)
        free(w.pending[--w.n_pending].path);
    free(w.pending);
    return ir_tally_exit(&w.tally);
}
