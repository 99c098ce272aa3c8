/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir zip: an archive that the server packs, into a file or to standard
 * output. */
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "output.h"
#include "printable.h"
#include "progress.h"
#include "session.h"
#include "signals.h"

struct work {
    const struct ir_settings *s;
    struct ir_output *out;
    struct ir_session session;
    struct ir_transfer transfer;
    const char *file; /* or "-" */
    char **paths;
    size_t n;
};

/* ---- What goes in ------------------------------------------------------ */

/* Takes 'path' over. */
static enum ir_status
add(struct work *w, char *path, struct ir_error *e)
{
    if (path == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    w->paths[w->n++] = path;
    return IR_OK;
}

static enum ir_status
make_room(struct work *w, size_t n, struct ir_error *e)
{
    char **grown = realloc(w->paths, (w->n + n) * sizeof *grown);

    if (grown == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    w->paths = grown;
    return IR_OK;
}

static enum ir_status
add_operands(struct work *w, struct ir_error *e)
{
    size_t n = (size_t)w->s->n_operands;

    if (n == 0 || make_room(w, n, e) != IR_OK)
        return e->status;
    for (size_t i = 0; i < n && e->status == IR_OK; i++)
        add(w, strdup(w->s->operands[i]), e);
    return e->status;
}

/* The ids serve as paths, because they stay when something is moved. */
static enum ir_status
add_queue(struct work *w, struct ir_error *e)
{
    struct ir_listing queue;

    if (ir_queue_list(w->session.client, &queue) != IR_OK) {
        *e = *ir_client_error(w->session.client);
        return e->status;
    }
    if (queue.n == 0 && w->n == 0)
        return ir_fault_set(e, IR_E_NOT_FOUND,
            "there is nothing in the download queue");
    if (queue.n == 0 || make_room(w, queue.n, e) != IR_OK)
        return e->status;
    for (size_t i = 0; i < queue.n && e->status == IR_OK; i++) {
        const struct ir_entry *entry = &queue.entries[i];

        if (entry->id == NULL)
            return ir_fault_set(e, IR_E_PROTOCOL,
                "an item of the download queue has no id: %.200s", entry->name);
        add(w, strdup(entry->id), e);
    }
    return e->status;
}

/* ---- Archive ----------------------------------------------------------- */

/* An ir_skipped_fn. */
static void
hear_skipped(void *ctx, const char *item, const char *why)
{
    ir_output_skipped(ctx, item, why);
}

static struct ir_zip_options
zip_options(struct work *w)
{
    struct ir_zip_options o = IR_ZIP_OPTIONS_INIT;
    int n_retries = (int)ir_options_get(w->s, IR_OPTION_RETRIES, 5);

    o.chunk_bytes = (uint64_t)ir_options_get(w->s, IR_OPTION_CHUNK_SIZE, 0);
    o.n_retries = n_retries == 0 ? -1 : n_retries;
    o.retry_delay_ms = (int)ir_options_get(w->s, IR_OPTION_RETRY_DELAY, 0);
    o.keep_existing = ir_options_get(w->s, IR_OPTION_NO_OVERWRITE, 0) != 0;
    o.partial = ir_options_get(w->s, IR_OPTION_PARTIAL, 0) != 0;
    o.skipped = hear_skipped;
    o.skipped_ctx = w->out;
    o.progress = ir_progress_hear;
    o.progress_ctx = &w->transfer;
    return o;
}

static void
tell_done(struct work *w, const struct ir_archive *archive)
{
    const char *level = ir_facts_level(archive->level);
    struct ir_record r;
    char size[24];

    ir_record_init(&r, "done");
    ir_record_text(&r, "file", w->file);
    ir_record_bytes(&r, "size_bytes", archive->size_bytes);
    ir_record_crc(&r, "crc32", archive->crc32);
    ir_record_text(&r, "level", level);
    if (archive->level == IR_LEVEL_VERIFIED)
        ir_record_bytes(&r, "files", archive->n_files);
    ir_record_bytes(&r, "skipped", archive->n_skipped);
    ir_record_bytes(&r, "chunks", archive->n_chunks);
    ir_record_bytes(&r, "retries", archive->n_retries);
    ir_record_seconds(&r, "seconds", ir_progress_seconds(&w->transfer));
    ir_output_event(w->out, &r);
    ir_printable_size(size, sizeof size, archive->size_bytes);
    ir_output_result(w->out, "%s  %s, CRC32 %08lX, %s", w->file, size,
        (unsigned long)archive->crc32, level);
}

static int
zip(struct work *w)
{
    static const struct ir_sink to_stdout = { ir_output_bytes, NULL, 0 };
    const char *const *paths = (const char *const *)w->paths;
    struct ir_client *c = w->session.client;
    struct ir_zip_options o = zip_options(w);
    struct ir_archive archive;
    enum ir_status st;

    ir_progress_begin(&w->transfer, NULL, w->file);
    if (strcmp(w->file, "-") == 0)
        st = ir_zip_sink(c, paths, w->n, &to_stdout, &o, &archive);
    else
        st = ir_zip_file(c, paths, w->n, w->file, &o, &archive);
    if (st != IR_OK)
        return ir_output_error(w->out, NULL, ir_client_error(c));
    tell_done(w, &archive);
    return archive.n_skipped > 0 ? IR_EXIT_PARTIAL : IR_EXIT_OK;
}

static enum ir_status
prepare(struct work *w, struct ir_error *e)
{
    int wants_queue = ir_options_get(w->s, IR_OPTION_QUEUE, 0) != 0;

    if (w->s->n_operands == 0 && !wants_queue)
        return ir_fault_set(e, IR_E_ARGUMENT,
            "what goes into the archive is missing: REMOTE..., or --queue");
    if (w->file == NULL)
        return ir_fault_set(e, IR_E_ARGUMENT,
            "where the archive goes is missing: -o FILE, or -o - for standard "
            "output");
    if (add_operands(w, e) != IR_OK)
        return e->status;
    if (ir_session_open(&w->session, w->s, w->out) != IR_OK) {
        *e = w->session.error;
        return e->status;
    }
    return wants_queue ? add_queue(w, e) : IR_OK;
}

int
ir_cmd_zip(const struct ir_settings *s, struct ir_output *out)
{
    struct work w = { .s = s,
        .out = out,
        .file = ir_options_text(s, IR_OPTION_OUTPUT) };
    struct ir_error e = { .status = IR_OK };
    int code;

    ir_progress_init(&w.transfer, s, out);
    if (prepare(&w, &e) == IR_OK)
        code = zip(&w);
    else
        code = ir_output_error(out, NULL, &e);
    if (ir_signals_caught() != 0 && code != IR_EXIT_OK)
        code = ir_fault_exit(IR_E_CANCELLED);
    ir_session_close(&w.session);
    for (size_t i = 0; i < w.n; i++)
        free(w.paths[i]);
    free(w.paths);
    return code;
}
