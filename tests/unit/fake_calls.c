/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "fake_calls.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/crc32.h"
#include "wire/calls.h"

struct ir_wire {
    struct ir_error *error;
    char spelling;
    int cancelled;
    int grace;
};

struct fake_calls fake_calls;

static const struct fake_step success = { .status = IR_OK };
static int n_tickets;
static int n_handlers;
static char ticket[16];
static char texts[512]; /* of the last answer */
static size_t n_texts;

void
fake_calls_script(const struct fake_step *steps, size_t n)
{
    memset(&fake_calls, 0, sizeof fake_calls);
    fake_calls.steps = steps;
    fake_calls.n_steps = n;
    fake_calls.size_bytes = 10;
    fake_calls.chunk_bytes = 4;
    n_tickets = 0;
    n_handlers = 0;
}

void
fake_calls_forget(void)
{
    fake_calls.trace[0] = '\0';
    fake_calls.wiped[0] = '\0';
}

/* The texts of the answer before are of no use any more. */
static void
forget_texts(void)
{
    memset(texts, 'x', sizeof texts - 1);
    n_texts = 0;
}

const char *
fake_calls_text(const char *string)
{
    size_t size = strlen(string) + 1;
    char *copy = texts + n_texts;

    if (size > sizeof texts - n_texts)
        abort();
    n_texts += size;
    return memcpy(copy, string, size);
}

char
fake_calls_spelling(const struct ir_wire *w)
{
    return w->spelling;
}

struct ir_error *
fake_calls_error(struct ir_wire *w)
{
    forget_texts();
    ir_error_clear(w->error);
    if (w->cancelled && !w->grace)
        ir_error_set(w->error, IR_E_CANCELLED, "cancelled");
    return w->error;
}

uint8_t
fake_calls_byte(uint64_t offset)
{
    if (fake_calls.bytes != NULL)
        return offset < fake_calls.size_bytes ? fake_calls.bytes[offset] : 0;
    return (uint8_t)(offset * 7 + (offset >> 8) * 13 + 1);
}

uint32_t
fake_calls_crc32(void)
{
    uint32_t crc = 0;

    for (uint64_t i = 0; i < fake_calls.size_bytes; i++) {
        uint8_t byte = fake_calls_byte(i);

        crc = ir_crc32(crc, &byte, 1);
    }
    return crc;
}

size_t
fake_calls_count(const char *word)
{
    const char *at = fake_calls.trace;
    size_t n = 0;

    while ((at = strstr(at, word)) != NULL) {
        at += strlen(word);
        n++;
    }
    return n;
}

static void __attribute__((format(printf, 1, 2)))
note(const char *format, ...)
{
    size_t n = strlen(fake_calls.trace);
    va_list args;

    va_start(args, format);
    vsnprintf(fake_calls.trace + n, sizeof fake_calls.trace - n, format, args);
    va_end(args);
}

static const struct fake_step *
take_step(enum fake_operation operation)
{
    size_t *i = &fake_calls.next[operation];

    while (*i < fake_calls.n_steps)
        if (fake_calls.steps[(*i)++].operation == operation)
            return &fake_calls.steps[*i - 1];
    return &success;
}

/* The call begins and ends as its step says, or cancelled. */
static const struct fake_step *
begin(struct ir_wire *w, enum fake_operation operation)
{
    const struct fake_step *s = take_step(operation);

    if (operation != FAKE_WAIT)
        forget_texts();
    ir_error_clear(w->error);
    if (w->cancelled && !w->grace)
        ir_error_set(w->error, IR_E_CANCELLED, "cancelled");
    else if (s->status != IR_OK)
        ir_error_set(w->error, s->status, "refusal %zu",
            (size_t)(s - fake_calls.steps) + 1);
    if (s->permanent)
        w->error->retryable = 0;
    if (s->status == IR_E_AUTH || s->status == IR_E_DENIED
        || s->status == IR_E_NOT_FOUND || s->status == IR_E_SERVER
        || s->status == IR_E_ARGUMENT)
        w->error->http_status = s->http_status == 0 ? 200 : s->http_status;
    return s;
}

/* ---- The wire ---------------------------------------------------------- */

enum ir_status
ir_wire_new(const char *url, const struct ir_options *opts,
    struct ir_error *error, struct ir_wire **wire)
{
    (void)opts;
    *wire = NULL;
    if (strncmp(url, "https://", 8) != 0)
        return ir_error_set(error, IR_E_ARGUMENT, "no URL");
    *wire = calloc(1, sizeof **wire);
    if (*wire == NULL)
        return ir_error_set(error, IR_E_MEMORY, "out of memory");
    (*wire)->error = error;
    (*wire)->spelling = 'D';
    return IR_OK;
}

enum ir_status
ir_wire_twin(const struct ir_wire *w, struct ir_error *error,
    struct ir_wire **twin)
{
    *twin = fake_calls.has_twins ? calloc(1, sizeof **twin) : NULL;
    if (*twin == NULL)
        return ir_error_set(error, IR_E_MEMORY, "there is one fake only");
    (*twin)->error = error;
    (*twin)->spelling = w->spelling;
    return IR_OK;
}

void
ir_wire_free(struct ir_wire *w)
{
    free(w);
}

void
ir_wire_begin(struct ir_wire *w)
{
    ir_error_clear(w->error);
    fake_calls.n_begins++;
}

enum ir_status
ir_wire_wait(struct ir_wire *w, int ms)
{
    begin(w, FAKE_WAIT);
    if (fake_calls.n_waits < sizeof fake_calls.waits_ms / sizeof(int))
        fake_calls.waits_ms[fake_calls.n_waits++] = ms;
    note("wait ");
    return w->error->status;
}

void
ir_wire_spell(struct ir_wire *w, enum ir_spelling spelling)
{
    w->spelling = spelling == IR_SPELLING_CLASSIC ? 'C' : 'D';
}

enum ir_spelling
ir_wire_spelling(const struct ir_wire *w)
{
    return w->spelling == 'C' ? IR_SPELLING_CLASSIC : IR_SPELLING_DOCUMENTED;
}

/* Enough for those of the tests. */
int
ir_call_is_handler(const char *id)
{
    return strpbrk(id, "/\"<> ") == NULL;
}

void
ir_wire_conceal(struct ir_wire *w, const char *given, const char *password)
{
    (void)w;
    (void)given;
    (void)password;
}

int
ir_wire_retry_after_s(const struct ir_wire *w)
{
    (void)w;
    return fake_calls.retry_after_s;
}

int
ir_wire_is_near(const struct ir_wire *w)
{
    (void)w;
    return 0;
}

void
ir_wire_cancel(struct ir_wire *w)
{
    w->cancelled = 1;
}

void
ir_wire_grace(struct ir_wire *w, int ms)
{
    w->grace = ms;
    note("grace(%d) ", ms);
}

void
ir_wire_wipe(void *data, size_t n)
{
    size_t at = strlen(fake_calls.wiped);

    snprintf(fake_calls.wiped + at, sizeof fake_calls.wiped - at, "%.*s ",
        (int)n, (const char *)data);
    memset(data, 0, n);
}

/* ---- Session ----------------------------------------------------------- */

static enum ir_status
answer_login(struct ir_wire *w, struct ir_login_answer *a)
{
    if (w->error->status != IR_OK)
        return w->error->status;
    snprintf(ticket, sizeof ticket, "t%d", ++n_tickets);
    memset(a, 0, sizeof *a);
    a->ticket = ticket;
    a->user.user_name = "demo";
    return IR_OK;
}

static const char *
or_dash(const char *s)
{
    return s == NULL ? "-" : s;
}

enum ir_status
ir_call_authenticate_user(struct ir_wire *w, const char *user,
    const char *password, const char *language, struct ir_login_answer *a)
{
    begin(w, FAKE_LOGIN);
    note("login(%s,%s,%s) ", user, password, or_dash(language));
    return answer_login(w, a);
}

enum ir_status
ir_call_renew_ticket(struct ir_wire *w, const char *user,
    const char *password, const char *language, const char *old_ticket,
    struct ir_login_answer *a)
{
    begin(w, FAKE_RENEW);
    note("renew(%s,%s,%s,%s) ", user, password, or_dash(language),
        or_dash(old_ticket));
    return answer_login(w, a);
}

enum ir_status
ir_call_is_valid_ticket(struct ir_wire *w, const char *old_ticket,
    struct ir_login_answer *a)
{
    begin(w, FAKE_CHECK);
    note("check(%s) ", old_ticket);
    memset(a, 0, sizeof *a);
    a->user.user_name = "demo";
    return w->error->status;
}

enum ir_status
ir_call_log_out(struct ir_wire *w, const char *old_ticket)
{
    begin(w, FAKE_LOGOUT);
    note("logout(%s) ", old_ticket);
    return w->error->status;
}

enum ir_status
ir_call_server_info(struct ir_wire *w, struct ir_server_info *a)
{
    ir_error_clear(w->error);
    note("server ");
    *a = (struct ir_server_info){ .version = "9" };
    return IR_OK;
}

/* ---- Documents --------------------------------------------------------- */

static void
describe(struct ir_document *d)
{
    const char *text = fake_calls_text("pump.dwg");

    *d = (struct ir_document){
        .size_bytes = fake_calls.size_bytes,
        .has_crc32 = !fake_calls.no_crc,
        .version = 1000001,
        .name = text,
        .content_type = text,
        .modified = text,
    };
    if (d->has_crc32 && d->size_bytes < 1000000)
        d->crc32 = fake_calls_crc32();
}

enum ir_status
ir_call_get_download_info(struct ir_wire *w, const char *t, const char *path,
    int64_t version, struct ir_document *a)
{
    begin(w, FAKE_INFO);
    note("info(%s,%s,%" PRId64 ") ", t, path, version);
    if (w->error->status == IR_OK)
        describe(a);
    return w->error->status;
}

enum ir_status
ir_call_get_download_handler(struct ir_wire *w, const char *t,
    const char *path, int64_t version, uint64_t chunk_bytes,
    struct ir_handler *a)
{
    const struct fake_step *s = begin(w, FAKE_HANDLER);

    note("handler(%s,%s,%" PRId64 ",%" PRIu64 ") ", t, path, version,
        chunk_bytes);
    a->id[0] = '\0';
    if (w->error->status != IR_OK && !s->keeps_id)
        return w->error->status;
    fake_calls.n_open++;
    snprintf(a->id, sizeof a->id, "h%d", ++n_handlers);
    a->chunk_bytes = fake_calls.chunk_bytes;
    describe(&a->document);
    return w->error->status;
}

/* Write 'n' bytes of a chunk, two at a time, as the real one does in blocks. */
static enum ir_status
write_bytes(struct ir_wire *w, const struct ir_chunk_request *r, uint64_t n,
    uint8_t twist, uint32_t *crc)
{
    for (uint64_t i = 0; i < n; i += 2) {
        uint64_t offset = r->offset + i;
        uint8_t bytes[2] = {
            (uint8_t)(fake_calls_byte(offset) ^ twist),
            (uint8_t)(fake_calls_byte(offset + 1) ^ twist),
        };
        size_t length = n - i < 2 ? 1 : 2;

        *crc = ir_crc32(*crc, bytes, length);
        errno = 0;
        if (r->sink->write(r->sink->ctx, offset, bytes, length) != 0)
            return errno != 0
                ? ir_error_set_errno(w->error, IR_E_IO, errno, "sink")
                : ir_error_set(w->error, IR_E_CANCELLED, "sink");
    }
    return IR_OK;
}

enum ir_status
ir_call_download_file_chunk(struct ir_wire *w, const char *t,
    const struct ir_chunk_request *r, struct ir_chunk *a)
{
    const struct fake_step *s = begin(w, FAKE_CHUNK);
    struct ir_error failure = *w->error;
    uint64_t left = fake_calls.size_bytes - r->offset;
    uint64_t n = left < r->length ? left : r->length;

    note("chunk(%s,%c,%" PRIu64 "+%" PRIu64 ") ", t, w->spelling, r->offset,
        r->length);
    memset(a, 0, sizeof *a);
    if (failure.status != IR_OK && s->chunk != FAKE_TORN)
        return failure.status;
    ir_error_clear(w->error);
    if (s->chunk == FAKE_SHORT)
        n = 1;
    else if (s->chunk == FAKE_TORN)
        n = n / 2;
    if (write_bytes(w, r, n, s->chunk == FAKE_STALE || s->chunk == FAKE_TORN
            ? 0xFF : 0, &a->crc32) != IR_OK)
        return w->error->status;
    *w->error = failure;
    a->offset = r->offset;
    a->length = n;
    a->file_length = fake_calls.size_bytes + (s->chunk == FAKE_OTHER);
    a->last = r->offset + n == a->file_length;
    return w->error->status;
}

enum ir_status
ir_call_delete_download_handler(struct ir_wire *w, const char *t,
    const char *handler)
{
    begin(w, FAKE_DELETE);
    note("delete(%s,%c,%s) ", t, w->spelling, handler);
    if (w->error->status == IR_OK)
        fake_calls.n_open--;
    return w->error->status;
}
