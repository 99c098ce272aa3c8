/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "printable.h"
#include "signals.h"

/* How soon a signal is noticed that came just before a wait for the reader. */
#define WRITE_POLL_MS 200

void
ir_output_init(struct ir_output *out, const struct ir_settings *s)
{
    const char *target = ir_options_text(s, IR_OPTION_OUTPUT);

    memset(out, 0, sizeof *out);
    out->data = stdout;
    out->json = ir_options_get(s, IR_OPTION_JSON, 0) != 0;
    out->quiet = ir_options_get(s, IR_OPTION_QUIET, 0) != 0;
    out->verbose = ir_options_get(s, IR_OPTION_VERBOSE, 0) != 0;
    if (target != NULL && strcmp(target, "-") == 0)
        ir_output_yield_stdout(out);
}

void
ir_output_yield_stdout(struct ir_output *out)
{
    out->data = stderr;
}

/* The stream for lines that are for 'to', until end(); NULL if there is none. */
static FILE *
begin(struct ir_output *out, FILE *to)
{
    FILE *stream;

    if (out->page == NULL) {
        flockfile(to);
        ir_output_status(out, NULL);
        return to;
    }
    stream = ir_page_begin(out->page, to);
    if (stream == NULL)
        out->out_of_memory = 1;
    return stream;
}

static void
end(struct ir_output *out, FILE *stream)
{
    if (out->page != NULL) {
        ir_page_end(out->page);
        return;
    }
    fflush(stream);
    funlockfile(stream);
}

/* ---- Talk -------------------------------------------------------------- */

static void
talk(struct ir_output *out, const char *kind, const char *subject,
    const char *text)
{
    FILE *to;

    if (out->json && out->data == stderr)
        return; /* nothing but objects there */
    to = begin(out, stderr);
    if (to == NULL)
        return;
    fprintf(to, "ir: %s", kind);
    if (subject != NULL) {
        ir_printable_put(to, subject);
        fputs(": ", to);
    }
    ir_printable_put(to, text);
    putc('\n', to);
    end(out, to);
}

int
ir_output_error(struct ir_output *out, const char *subject,
    const struct ir_error *e)
{
    int code = ir_fault_exit(e->status);
    struct ir_record r;

    talk(out, "", subject, e->message);
    ir_record_init(&r, "error");
    ir_record_text(&r, "path", subject);
    ir_record_text(&r, "status", ir_status_name(e->status));
    ir_record_number(&r, "exit", code);
    ir_record_number(&r, "server_code", e->server_code);
    ir_record_number(&r, "http_status", e->http_status);
    ir_record_flag(&r, "retryable", e->retryable);
    ir_record_text(&r, "message", e->message);
    ir_output_event(out, &r);
    return code;
}

/* Tell an event whose only content is its text. */
static void
tell(struct ir_output *out, const char *event, const char *subject,
    const char *text)
{
    struct ir_record r;

    ir_record_init(&r, event);
    ir_record_text(&r, "path", subject);
    ir_record_text(&r, "message", text);
    ir_output_event(out, &r);
}

void
ir_output_warning(struct ir_output *out, const char *subject, const char *text)
{
    int is_other =
        subject != NULL && out->warned_of != NULL && subject != out->warned_of;
    int is_again = strcmp(text, out->last_warning) == 0 && !is_other;

    if (subject != NULL || !is_again)
        out->warned_of = subject;
    if (is_again)
        return;
    snprintf(out->last_warning, sizeof out->last_warning, "%s", text);
    if (out->json)
        tell(out, "warning", subject, text);
    else if (!out->quiet)
        talk(out, "warning: ", subject, text);
}

void
ir_output_skipped(struct ir_output *out, const char *item, const char *why)
{
    struct ir_record r;

    if (!out->json && !out->quiet)
        talk(out, "warning: ", *item == '\0' ? NULL : item,
            *why == '\0' ? "not in the archive" : why);
    ir_record_init(&r, "skipped");
    ir_record_text(&r, "item", item);
    ir_record_text(&r, "message", why);
    ir_output_event(out, &r);
}

void
ir_output_note(struct ir_output *out, const char *subject, const char *text)
{
    if (out->verbose)
        talk(out, "", subject, text);
}

/* ---- Data -------------------------------------------------------------- */

static void
print(struct ir_output *out, struct ir_record *r,
    int (*form)(const struct ir_record *, FILE *))
{
    FILE *to = begin(out, out->data);

    if (to != NULL) {
        if (form(r, to) != 0)
            out->out_of_memory = 1;
        end(out, to);
    }
    ir_record_clear(r);
}

void
ir_output_data(struct ir_output *out, struct ir_record *r)
{
    if (!out->json && out->n_blocks++ > 0)
        putc('\n', out->data);
    print(out, r, out->json ? ir_record_print_json : ir_record_print_lines);
}

void
ir_output_event(struct ir_output *out, struct ir_record *r)
{
    if (out->json)
        print(out, r, ir_record_print_json);
    else
        ir_record_clear(r);
}

static void put_line(struct ir_output *out, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void
put_line(struct ir_output *out, const char *format, va_list args)
{
    va_list again;
    char *line;
    FILE *to;
    int n;

    va_copy(again, args);
    n = vsnprintf(NULL, 0, format, args);
    line = n < 0 ? NULL : malloc((size_t)n + 1);
    to = line == NULL ? NULL : begin(out, out->data);
    if (to != NULL) {
        vsnprintf(line, (size_t)n + 1, format, again);
        ir_printable_put(to, line);
        putc('\n', to);
        end(out, to);
    } else {
        out->out_of_memory = 1;
    }
    free(line);
    va_end(again);
}

void
ir_output_line(struct ir_output *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (!out->json)
        put_line(out, format, args);
    va_end(args);
}

void
ir_output_result(struct ir_output *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (!out->quiet && !out->json)
        put_line(out, format, args);
    va_end(args);
}

/* After poll() a pipe takes PIPE_BUF bytes without blocking, so that a signal
 * finds us out of write(). */
int
ir_output_bytes(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct pollfd room = { STDOUT_FILENO, POLLOUT, 0 };
    const char *p = data;

    (void)ctx;
    (void)offset;
    while (n > 0) {
        ssize_t written;

        if (ir_signals_caught() != 0) {
            errno = 0;
            return -1;
        }
        if (poll(&room, 1, WRITE_POLL_MS) <= 0)
            continue;
        written = write(STDOUT_FILENO, p, n < PIPE_BUF ? n : PIPE_BUF);
        if (written >= 0) {
            p += written;
            n -= (size_t)written;
        } else if (errno != EAGAIN && errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

/* ---- Status line and end ----------------------------------------------- */

void
ir_output_status(struct ir_output *out, const char *text)
{
    if (text == NULL && !out->status_shown)
        return;
    fprintf(stderr, "\r%s\033[K", text == NULL ? "" : text);
    fflush(stderr);
    out->status_shown = text != NULL;
}

int
ir_output_failed(const struct ir_output *out)
{
    return ferror(out->data);
}

int
ir_output_close(struct ir_output *out, int code)
{
    int failed = ferror(stdout);
    const char *problem = NULL;

    if (fclose(stdout) != 0 || failed)
        problem = "cannot write to standard output";
    else if (out->out_of_memory)
        problem = "out of memory";
    ir_output_status(out, NULL);
    if (problem == NULL)
        return code;
    talk(out, "", NULL, problem);
    if (code != IR_EXIT_OK && code != IR_EXIT_FAILED)
        return code;
    return ir_fault_exit(out->out_of_memory ? IR_E_MEMORY : IR_E_IO);
}
