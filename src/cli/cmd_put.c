/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir put: local files, or standard input, into documents.  A file that fails
 * does not keep the others from being sent. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "names.h"
#include "output.h"
#include "printable.h"
#include "progress.h"
#include "session.h"
#include "signals.h"
#include "tally.h"

/* How soon a signal is noticed that came just before a wait for the writer. */
#define READ_POLL_MS 200

struct item {
    const char *file; /* local, or "-" */
    char *path;       /* remote */
};

struct work {
    const struct ir_settings *s;
    struct ir_output *out;
    struct ir_session session;
    struct ir_transfer transfer;
    struct item *items;
    int n;
    struct ir_tally tally;
};

/* ---- One file ---------------------------------------------------------- */

static int
is_stdin(const char *file)
{
    return strcmp(file, "-") == 0;
}

/* An ir_read_fn; 'ctx' is an int, whether the end was seen: at a terminal it
 * would have to be typed again.  What poll() finds readable does not block, so
 * that a signal finds us out of read(). */
static int
read_stdin(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    struct pollfd input = { STDIN_FILENO, POLLIN, 0 };
    int *ended = ctx;
    char *p = data;

    (void)offset;
    for (*got = 0; *got < n && !*ended;) {
        ssize_t part;

        if (ir_signals_caught() != 0) {
            errno = 0;
            return -1;
        }
        if (poll(&input, 1, READ_POLL_MS) <= 0)
            continue;
        part = read(STDIN_FILENO, p + *got, n - *got);
        if (part >= 0) {
            *got += (size_t)part;
            *ended = part == 0;
        } else if (errno != EAGAIN && errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

static struct ir_upload_options
upload_options(struct work *w)
{
    struct ir_upload_options o = IR_UPLOAD_OPTIONS_INIT;
    int n_retries = (int)ir_options_get(w->s, IR_OPTION_RETRIES, 5);

    o.chunk_bytes = (uint64_t)ir_options_get(w->s, IR_OPTION_CHUNK_SIZE, 0);
    o.n_retries = n_retries == 0 ? -1 : n_retries;
    o.retry_delay_ms = (int)ir_options_get(w->s, IR_OPTION_RETRY_DELAY, 0);
    o.comment = ir_options_text(w->s, IR_OPTION_COMMENT);
    o.new_only = ir_options_get(w->s, IR_OPTION_NEW_ONLY, 0) != 0;
    o.create_folders = ir_options_get(w->s, IR_OPTION_CREATE_FOLDERS, 0) != 0;
    o.lock = ir_options_get(w->s, IR_OPTION_LOCK, 0) != 0;
    o.skip_preflight = ir_options_get(w->s, IR_OPTION_NO_PREFLIGHT, 0) != 0;
    o.progress = ir_progress_hear;
    o.progress_ctx = &w->transfer;
    return o;
}

static void
tell_done(struct work *w, const struct item *item,
    const struct ir_uploaded *uploaded)
{
    const char *level = ir_facts_level(uploaded->level);
    const char *id = uploaded->document_id;
    struct ir_record r;
    char size[24];

    ir_record_init(&r, "done");
    ir_record_text(&r, "path", item->path);
    ir_record_text(&r, "file", item->file);
    ir_facts_uploaded(&r, uploaded);
    ir_record_bytes(&r, "chunks", uploaded->n_chunks);
    ir_record_bytes(&r, "retries", uploaded->n_retries);
    ir_record_seconds(&r, "seconds", ir_progress_seconds(&w->transfer));
    ir_output_event(w->out, &r);
    ir_printable_size(size, sizeof size, uploaded->size_bytes);
    ir_output_result(w->out, "%s -> %s  %s, CRC32 %08lX, %s%s%s", item->file,
        item->path, size, (unsigned long)uploaded->crc32, level,
        id == NULL ? "" : ", document ", id == NULL ? "" : id);
}

static void
put(struct work *w, const struct item *item)
{
    struct ir_client *c = w->session.client;
    struct ir_upload_options o = upload_options(w);
    int ended = 0;
    struct ir_source from_stdin = { read_stdin, &ended, 0, 0 };
    struct ir_uploaded uploaded;
    enum ir_status st;

    ir_progress_begin(&w->transfer, item->path, item->file);
    if (is_stdin(item->file))
        st = ir_upload_source(c, &from_stdin, item->path, &o, &uploaded);
    else
        st = ir_upload_file(c, item->file, item->path, &o, &uploaded);
    if (st != IR_OK) {
        ir_tally_fail(&w->tally, item->path, ir_client_error(c));
        return;
    }
    tell_done(w, item, &uploaded);
    w->tally.n_done++;
}

/* ---- All of them ------------------------------------------------------- */

/* The server would take a backslash in the local name for a slash. */
static enum ir_status
plan(struct item *item, const char *remote, struct ir_error *e)
{
    const char *slash = strrchr(item->file, '/');
    const char *name = slash == NULL ? item->file : slash + 1;
    size_t n = strlen(remote);

    if (n == 0 || remote[n - 1] != '/') {
        item->path = strdup(remote);
    } else if (is_stdin(item->file)) {
        return ir_fault_set(e, IR_E_ARGUMENT,
            "standard input has no name: %s needs one at its end", remote);
    } else if (ir_names_last(name) != name) {
        return ir_fault_set(e, IR_E_ARGUMENT,
            "'%s' does not end in a name for a document", item->file);
    } else {
        item->path = ir_names_join(remote, name);
    }
    if (item->path == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    return IR_OK;
}

static int
by_path(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;

    return strcmp(*x, *y);
}

/* Two files as one document would leave but the last. */
static enum ir_status
check_paths(const struct work *w, struct ir_error *e)
{
    const char **paths = calloc((size_t)w->n, sizeof *paths);

    if (paths == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    for (int i = 0; i < w->n; i++)
        paths[i] = w->items[i].path;
    qsort(paths, (size_t)w->n, sizeof *paths, by_path);
    for (int i = 1; i < w->n; i++) {
        if (strcmp(paths[i - 1], paths[i]) == 0)
            ir_fault_set(e, IR_E_ARGUMENT, "two files would be stored as %s",
                paths[i]);
    }
    free(paths);
    return e->status;
}

/* The last operand is where the others go. */
static enum ir_status
plan_all(struct work *w, struct ir_error *e)
{
    const char *remote = w->s->operands[w->n];
    size_t n = strlen(remote);

    if (w->n > 1 && (n == 0 || remote[n - 1] != '/'))
        return ir_fault_set(e, IR_E_ARGUMENT,
            "%s: %d files need a folder, which ends with '/'", remote, w->n);
    w->items = calloc((size_t)w->n, sizeof *w->items);
    if (w->items == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    for (int i = 0; i < w->n; i++) {
        struct item *item = &w->items[i];

        item->file = w->s->operands[i];
        if (plan(item, remote, e) != IR_OK)
            return e->status;
        if (is_stdin(item->file)
            && ir_options_get(w->s, IR_OPTION_PASSWORD_STDIN, 0))
            return ir_fault_set(e, IR_E_ARGUMENT,
                "--password-stdin: standard input is the document");
    }
    return check_paths(w, e);
}

static enum ir_status
prepare(struct work *w, struct ir_error *e)
{
    if (plan_all(w, e) != IR_OK)
        return e->status;
    if (ir_session_open(&w->session, w->s, w->out) != IR_OK)
        *e = w->session.error;
    return e->status;
}

int
ir_cmd_put(const struct ir_settings *s, struct ir_output *out)
{
    struct work w = { .s = s,
        .out = out,
        .n = s->n_operands - 1,
        .tally = { .out = out } };
    struct ir_error e = { .status = IR_OK };
    int code;

    ir_progress_init(&w.transfer, s, out);
    if (prepare(&w, &e) == IR_OK) {
        for (int i = 0; i < w.n && !ir_tally_must_stop(&w.tally); i++)
            put(&w, &w.items[i]);
        code = ir_tally_exit(&w.tally);
    } else {
        code = ir_output_error(out, NULL, &e);
    }
    ir_session_close(&w.session);
    for (int i = 0; w.items != NULL && i < w.n; i++)
        free(w.items[i].path);
    free(w.items);
    return code;
}
