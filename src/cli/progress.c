/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The rate is that of the last five seconds, from samples taken as often as the
 * bar is drawn.  The bar is cut to the terminal's width, because a line that
 * wraps cannot be drawn over. */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "output.h"
#include "printable.h"

#define BAR_MS 100
#define LINE_MS 1000
#define WINDOW_MS 5000

int64_t
ir_progress_now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
ir_progress_init(struct ir_transfer *t, const struct ir_settings *s,
    struct ir_output *out)
{
    enum {
        AUTO,
        ALWAYS,
        NEVER
    };
    int64_t wish = ir_options_get(s, IR_OPTION_PROGRESS, AUTO);
    const char *terminal = getenv("TERM");
    int is_terminal = isatty(STDERR_FILENO) && terminal != NULL
        && strcmp(terminal, "dumb") != 0;

    memset(t, 0, sizeof *t);
    t->out = out;
    if (wish == NEVER || (wish == AUTO && out->quiet && !out->json))
        t->show = IR_SHOW_NOTHING;
    else if (out->json)
        t->show = IR_SHOW_EVENTS;
    else if (is_terminal)
        t->show = IR_SHOW_BAR;
    else
        t->show = wish == ALWAYS ? IR_SHOW_LINES : IR_SHOW_NOTHING;
}

void
ir_progress_begin(struct ir_transfer *t, const char *path, const char *file)
{
    t->path = path;
    t->file = file;
    t->start_ms = ir_progress_now_ms();
    t->shown_ms = 0;
    t->end_shown = 0;
    t->n_samples = 0;
}

double
ir_progress_seconds(const struct ir_transfer *t)
{
    return (double)(ir_progress_now_ms() - t->start_ms) / 1000;
}

/* ---- Figures ----------------------------------------------------------- */

/* Bytes a second, after adding a sample. */
static double
rate(struct ir_transfer *t, int64_t ms, uint64_t bytes)
{
    size_t oldest = t->n_samples >= IR_PROGRESS_SAMPLES
        ? t->n_samples - IR_PROGRESS_SAMPLES + 1
        : 0;
    struct ir_sample first;

    t->samples[t->n_samples % IR_PROGRESS_SAMPLES] =
        (struct ir_sample){ ms, bytes };
    do
        first = t->samples[oldest++ % IR_PROGRESS_SAMPLES];
    while (oldest <= t->n_samples && ms - first.ms > WINDOW_MS);
    t->n_samples++;
    if (ms <= first.ms || bytes <= first.bytes)
        return 0;
    return (double)(bytes - first.bytes) * 1000 / (double)(ms - first.ms);
}

/* A source that does not tell its size has a total of 0. */
static int
has_total(const struct ir_progress *p)
{
    return p->done_bytes <= p->total_bytes;
}

static void
describe(struct ir_transfer *t, const struct ir_progress *p, int64_t ms,
    char *text, size_t size)
{
    double bytes_per_s = rate(t, ms, p->done_bytes);
    char done[24];
    char total[24];
    char speed[24];
    char eta[40] = "-:--";
    char retries[40] = "";

    ir_printable_size(done, sizeof done, p->done_bytes);
    ir_printable_size(total, sizeof total, p->total_bytes);
    ir_printable_size(speed, sizeof speed, (uint64_t)bytes_per_s);
    if (bytes_per_s >= 1 && has_total(p))
        ir_printable_time(eta, sizeof eta,
            (uint64_t)((double)(p->total_bytes - p->done_bytes) / bytes_per_s));
    if (p->n_retries > 0)
        snprintf(retries, sizeof retries, "  %" PRIu64 " %s", p->n_retries,
            p->n_retries == 1 ? "retry" : "retries");
    if (!has_total(p)) {
        snprintf(text, size, "%s  %s/s%s", done, speed, retries);
        return;
    }
    snprintf(text, size, "%3.0f%%  %s of %s  %s/s  ETA %s%s",
        p->total_bytes == 0
            ? 100.0
            : (double)p->done_bytes * 100 / (double)p->total_bytes,
        done, total, speed, eta, retries);
}

/* ---- Shows ------------------------------------------------------------- */

static size_t
terminal_columns(void)
{
    struct winsize w;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0)
        return 80;
    return w.ws_col;
}

/* Append as much of 'text' as fits into 'columns'. */
static void
append(char *line, size_t size, const char *text, size_t columns)
{
    size_t used = strlen(line);

    while (*text != '\0') {
        int width = 1;
        size_t n = ir_printable_length(text, &width);

        if ((size_t)width > columns || used + n + 2 > size)
            break;
        columns -= (size_t)width;
        if (n == 0) {
            line[used++] = '?';
            text++;
        }
        while (n-- > 0)
            line[used++] = *text++;
        line[used] = '\0';
    }
}

/* The name of the document goes first, as far as there is room for it. */
static void
show_bar(struct ir_transfer *t, const char *figures)
{
    size_t columns = terminal_columns() - 1;
    size_t needed = strlen(figures) + 2;
    const char *name = t->path == NULL ? t->file : t->path;
    const char *slash = strrchr(name, '/');
    char line[1024] = "";

    if (columns > needed + 8) {
        append(line, sizeof line, slash == NULL ? name : slash + 1,
            columns - needed);
        append(line, sizeof line, "  ", 2);
    }
    append(line, sizeof line, figures, columns);
    ir_output_status(t->out, line);
}

static void
show_line(const struct ir_transfer *t, const char *figures)
{
    fputs("ir: ", stderr);
    ir_printable_put(stderr, t->path == NULL ? t->file : t->path);
    fprintf(stderr, ": %s\n", figures);
}

static void
show_event(struct ir_transfer *t, const char *event,
    const struct ir_progress *p)
{
    struct ir_record r;

    ir_record_init(&r, event);
    ir_record_text(&r, "path", t->path);
    ir_record_text(&r, "file", t->file);
    ir_record_bytes(&r, "done_bytes", p->done_bytes);
    ir_record_bytes(&r, "total_bytes", p->total_bytes);
    ir_record_bytes(&r, "chunks", p->n_chunks);
    ir_record_bytes(&r, "retries", p->n_retries);
    ir_record_text(&r, "message", p->message);
    ir_output_event(t->out, &r);
}

static void
show_progress(struct ir_transfer *t, const struct ir_progress *p)
{
    int64_t ms = ir_progress_now_ms();
    int64_t due_ms =
        t->shown_ms + (t->show == IR_SHOW_LINES ? LINE_MS : BAR_MS);
    int is_end = p->done_bytes == p->total_bytes && t->show != IR_SHOW_BAR;
    char figures[192];

    if (t->show == IR_SHOW_NOTHING || (t->end_shown && has_total(p))
        || (ms < due_ms && !is_end)
        || (!is_end && t->out->page != NULL && !ir_page_is_read(t->out->page)))
        return;
    t->shown_ms = ms;
    t->end_shown = is_end;
    if (t->show == IR_SHOW_EVENTS) {
        show_event(t, "progress", p);
        return;
    }
    describe(t, p, ms, figures, sizeof figures);
    if (t->show == IR_SHOW_BAR)
        show_bar(t, figures);
    else
        show_line(t, figures);
}

void
ir_progress_many(struct ir_transfer *t, int n_documents, uint64_t bytes)
{
    int64_t ms = ir_progress_now_ms();
    int is_bar = t->show == IR_SHOW_BAR;
    char figures[96];
    char done[24];
    char speed[24];

    if ((!is_bar && t->show != IR_SHOW_LINES)
        || ms < t->shown_ms + (is_bar ? BAR_MS : LINE_MS))
        return;
    t->shown_ms = ms;
    ir_printable_size(done, sizeof done, bytes);
    ir_printable_size(speed, sizeof speed, (uint64_t)rate(t, ms, bytes));
    snprintf(figures, sizeof figures, "%d documents  %s  %s/s", n_documents,
        done, speed);
    if (is_bar)
        ir_output_status(t->out, figures);
    else
        fprintf(stderr, "ir: %s\n", figures);
}

int
ir_progress_hear(void *ctx, const struct ir_progress *p)
{
    struct ir_transfer *t = ctx;

    if (t->done_bytes != NULL)
        atomic_store(t->done_bytes, p->done_bytes);
    switch (p->event) {
    case IR_EVENT_START:
        show_event(t, "start", p);
        break;
    case IR_EVENT_PROGRESS:
        show_progress(t, p);
        break;
    case IR_EVENT_RETRY:
        show_event(t, "retry", p);
        break;
    case IR_EVENT_WARNING:
        if (p->message != NULL)
            ir_output_warning(t->out, t->path, p->message);
        break;
    case IR_EVENT_VERIFY:
        show_event(t, "verify", p);
        break;
    }
    return ir_output_failed(t->out);
}
