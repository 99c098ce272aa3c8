/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "send.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "facts.h"
#include "printable.h"
#include "signals.h"

/* How soon a signal is noticed that came just before a wait for the writer. */
#define READ_POLL_MS 200

int
ir_send_is_stdin(const char *file)
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
options(struct ir_work *w)
{
    const struct ir_settings *s = w->settings;
    struct ir_upload_options o = IR_UPLOAD_OPTIONS_INIT;
    int n_retries = (int)ir_options_get(s, IR_OPTION_RETRIES, 5);

    o.chunk_bytes = (uint64_t)ir_options_get(s, IR_OPTION_CHUNK_SIZE, 0);
    o.n_retries = n_retries == 0 ? -1 : n_retries;
    o.retry_delay_ms = (int)ir_options_get(s, IR_OPTION_RETRY_DELAY, 0);
    o.comment = ir_options_text(s, IR_OPTION_COMMENT);
    o.new_only = ir_options_get(s, IR_OPTION_NEW_ONLY, 0) != 0;
    o.create_folders = ir_options_get(s, IR_OPTION_CREATE_FOLDERS, 0) != 0;
    o.lock = ir_options_get(s, IR_OPTION_LOCK, 0) != 0;
    o.skip_preflight = ir_options_get(s, IR_OPTION_NO_PREFLIGHT, 0) != 0;
    o.fail_in_doubt = ir_options_get(s, IR_OPTION_ON_AMBIGUOUS, 0) != 0;
    o.progress = ir_progress_hear;
    o.progress_ctx = &w->transfer;
    return o;
}

static void
tell_done(struct ir_work *w, const struct ir_send *s,
    const struct ir_uploaded *uploaded)
{
    const char *level = ir_facts_level(uploaded->level);
    const char *id = uploaded->document_id;
    struct ir_record r;
    char size[24];

    ir_record_init(&r, "done");
    ir_record_text(&r, "path", s->path);
    ir_record_text(&r, "file", s->file);
    ir_facts_uploaded(&r, uploaded);
    ir_record_bytes(&r, "chunks", uploaded->n_chunks);
    ir_record_bytes(&r, "retries", uploaded->n_retries);
    ir_record_bytes(&r, "resumed_bytes", uploaded->resumed_bytes);
    ir_record_seconds(&r, "seconds", ir_progress_seconds(&w->transfer));
    ir_output_event(w->out, &r);
    ir_printable_size(size, sizeof size, uploaded->size_bytes);
    ir_output_result(w->out, "%s -> %s  %s, CRC32 %08lX, %s%s%s", s->file,
        s->path, size, (unsigned long)uploaded->crc32, level,
        id == NULL ? "" : ", document ", id == NULL ? "" : id);
}

void
ir_send_document(struct ir_work *w, const struct ir_send *s)
{
    struct ir_client *c = w->session.client;
    struct ir_upload_options o = options(w);
    int ended = 0;
    struct ir_source from_stdin = { read_stdin, &ended, 0, 0 };
    struct ir_uploaded uploaded;
    enum ir_status st;

    ir_progress_begin(&w->transfer, s->path, s->file);
    if (ir_send_is_stdin(s->file))
        st = ir_upload_source(c, &from_stdin, s->path, &o, &uploaded);
    else
        st = ir_upload_file(c, s->opened, s->path, &o, &uploaded);
    if (st != IR_OK) {
        struct ir_error e = *ir_client_error(c);

        ir_fault_reword(&e, s->opened, s->file);
        ir_tally_fail(&w->tally, s->path, &e);
        return;
    }
    tell_done(w, s, &uploaded);
    w->tally.n_done++;
    w->n_bytes += uploaded.size_bytes;
}
