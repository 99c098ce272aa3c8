/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The server appends what it gets, takes no offset and does not tell how much
 * it has.  So a chunk is sent again only where the server says that it was not
 * appended, or where not a byte of the request can have reached it; after any
 * other doubt the handler is abandoned (docs/protocol.md, "Retry"). */
#include "transfer/push.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/crc32.h"
#include "transfer/options.h"
#include "transfer/retry.h"
#include "transfer/session.h"

/* Progress inside a chunk is reported this often. */
#define PROGRESS_BYTES 1048576
#define CHUNK_BYTES 1048576
/* Servers grant no less (docs/protocol.md, "Limits"). */
#define CHUNK_BYTES_MIN 262144

enum ir_status
ir_push_init(struct ir_push *p, struct ir_client *c,
    const struct ir_source *source, const struct ir_upload_options *opts)
{
    memset(p, 0, sizeof *p);
    p->c = c;
    ir_wire_begin(c->wire);
    if (ir_options_copy(&p->o, sizeof p->o, opts,
            opts == NULL ? 0 : opts->size, &c->error) != IR_OK)
        return c->error.status;
    if (p->o.n_retries < -1 || p->o.retry_delay_ms < 0 || p->o.version < 0
        || p->o.chunk_bytes > INT32_MAX)
        return ir_error_set(&c->error, IR_E_ARGUMENT,
            "an option is out of range");
    if (p->o.n_retries == 0)
        p->o.n_retries = IR_RETRY_COUNT;
    if (p->o.retry_delay_ms == 0)
        p->o.retry_delay_ms = IR_RETRY_DELAY_MS;
    if (p->o.chunk_bytes == 0)
        p->o.chunk_bytes = CHUNK_BYTES;
    ir_feed_init(&p->feed, source);
    return IR_OK;
}

enum ir_status
ir_push_report(struct ir_push *p, enum ir_event event, uint64_t done_bytes,
    const char *message)
{
    const struct ir_source *source = p->feed.source;
    struct ir_progress progress = {
        .event = event,
        .done_bytes = done_bytes,
        .total_bytes = source->rereadable ? source->size_bytes : 0,
        .n_chunks = p->n_chunks,
        .n_retries = p->n_retries,
        .message = message,
    };

    p->reported_bytes = done_bytes;
    if (p->o.progress != NULL
        && p->o.progress(p->o.progress_ctx, &progress) != 0)
        return ir_error_set(&p->c->error, IR_E_CANCELLED,
            "the caller ended the transfer");
    return IR_OK;
}

int
ir_push_is_in_doubt(const struct ir_push *p)
{
    const struct ir_error *e = &p->c->error;

    if (e->status == IR_OK || !ir_wire_request_sent(p->c->wire))
        return 0;
    if (e->http_status != 0 && e->http_status != 200)
        return 1;
    if (e->status == IR_E_SERVER)
        return e->server_code == 0 || e->server_code >= 5000;
    return e->status == IR_E_CANCELLED || e->status == IR_E_NETWORK
        || e->status == IR_E_TIMEOUT || e->status == IR_E_PROTOCOL
        || e->status == IR_E_MEMORY;
}

int
ir_push_is_refusal(const struct ir_error *e)
{
    if (e->http_status == 200)
        return e->status == IR_E_SERVER;
    return e->http_status != 0 && e->http_status < 500;
}

/* ---- The handler ------------------------------------------------------- */

/* Go on with what an earlier run staged; it is tried once. */
static enum ir_status
adopt_handler(struct ir_push *p)
{
    const struct ir_ledger_upload *left = &p->left;

    memcpy(p->handler.id, left->handler, sizeof p->handler.id);
    p->handler.chunk_bytes = left->chunk_bytes;
    p->sent_bytes = left->offset;
    p->resumed_bytes = left->offset;
    p->crc32 = left->crc32;
    p->left.handler[0] = '\0';
    if (ir_feed_start(&p->feed, p->handler.chunk_bytes, &p->c->error)
        == IR_OK)
        p->feed.offset = p->sent_bytes;
    return p->c->error.status;
}

static enum ir_status
open_handler(struct ir_push *p)
{
    struct ir_cure cure = { 0 };
    struct ir_client *c = p->c;
    enum ir_status st;

    do
        st = ir_call_create_upload_handler(c->wire, c->ticket,
            p->o.chunk_bytes, &p->handler);
    while (ir_session_again(c, &cure, IR_NAMES_TWO, st));
    if (p->handler.id[0] != '\0')
        ir_ledger_note(c, IR_JOB_UPLOAD, p->handler.id, p->path, p->file);
    if (c->error.status != IR_OK)
        return c->error.status;
    if (p->is_locked)
        ir_ledger_mark(c, "lock\n");
    ir_ledger_mark(c, "size %" PRIu64 "\nchunk %" PRIu64 "\n",
        p->feed.source->rereadable ? p->feed.source->size_bytes : 0,
        p->handler.chunk_bytes);
    p->sent_bytes = 0;
    p->resumed_bytes = 0;
    p->crc32 = 0;
    p->n_chunks = 0;
    if (p->refused_bytes != 0 && p->handler.chunk_bytes >= p->refused_bytes)
        return ir_error_set(&c->error, IR_E_LIMIT, "requests with %" PRIu64
            " bytes are refused, and the server agrees to no smaller chunks",
            p->refused_bytes);
    return ir_feed_start(&p->feed, p->handler.chunk_bytes, &c->error);
}

static void
delete_handler(struct ir_push *p)
{
    struct ir_cure cure = { 0 };
    struct ir_client *c = p->c;
    enum ir_status st;

    ir_error_clear(&c->error);
    do
        st = ir_call_delete_upload_handler(c->wire, c->ticket, p->handler.id);
    while (ir_session_again(c, &cure, IR_NAMES_TWO, st));
}

void
ir_push_end(struct ir_push *p)
{
    struct ir_client *c = p->c;
    struct ir_error kept = c->error;
    char message[sizeof kept.message + 64];

    if (p->handler.id[0] == '\0')
        return;
    if (kept.status != IR_OK || atomic_load(&c->cancelled))
        ir_wire_grace(c->wire, IR_CLIENT_GRACE_MS);
    delete_handler(p);
    if (kept.status == IR_OK && (c->error.status == IR_E_TIMEOUT
            || c->error.status == IR_E_CANCELLED)) {
        ir_wire_grace(c->wire, IR_CLIENT_GRACE_MS);
        delete_handler(p);
    }
    if (c->error.status == IR_OK) {
        if (!p->is_note_kept)
            ir_ledger_forget(c);
        ir_ledger_leave(c);
    } else {
        ir_ledger_leave(c);
        snprintf(message, sizeof message,
            "the server may still hold a staged file: %s", c->error.message);
        ir_client_log(c, IR_LOG_WARNING, "%s", message);
        ir_error_clear(&c->error);
        ir_push_report(p, IR_EVENT_WARNING, p->sent_bytes, message);
    }
    ir_wire_grace(c->wire, 0);
    p->handler.id[0] = '\0';
    c->error = kept;
}

/* ---- Chunks ------------------------------------------------------------ */

/* ir_read_fn between the feed and the wire: passes on and reports. */
static int
read_and_report(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    struct ir_push *p = ctx;
    const struct ir_source *s = &p->feed.chunk_source;
    uint64_t done = offset + n;

    if (s->read(s->ctx, offset, data, n, got) != 0)
        return -1;
    if (done - p->reported_bytes < PROGRESS_BYTES || done < p->reported_bytes)
        return 0;
    errno = 0;
    return ir_push_report(p, IR_EVENT_PROGRESS, done, NULL) != IR_OK;
}

/* One try of the current chunk. */
static enum ir_status
send_once(struct ir_push *p, struct ir_upload_answer *a)
{
    struct ir_source source = { read_and_report, p, 1, 0 };
    struct ir_upload_request request = {
        .handler = p->handler.id,
        .source = &source,
        .offset = p->feed.offset,
        .length = p->feed.length,
        .crc32 = p->feed.crc32,
        .last = p->feed.last,
    };
    struct ir_cure cure = { 0 };
    struct ir_client *c = p->c;
    enum ir_status st;

    do
        st = ir_call_upload_file_chunk(c->wire, c->ticket, &request, a);
    while (ir_session_again(c, &cure, IR_NAMES_TWO, st));
    return c->error.status;
}

enum ir_status
ir_push_wait(struct ir_push *p, int n, const char *reason)
{
    struct ir_client *c = p->c;
    int ms = ir_retry_delay_ms(p->o.retry_delay_ms, n, ir_retry_random());
    char message[sizeof c->error.message];

    ms = ir_retry_wait_ms(ms, ir_wire_retry_after_s(c->wire));
    snprintf(message, sizeof message, "%s", reason);
    ir_error_clear(&c->error);
    p->n_retries++;
    if (ir_push_report(p, IR_EVENT_RETRY, p->sent_bytes, message) != IR_OK)
        return c->error.status;
    return ir_wire_wait(c->wire, ms);
}

/* Not a byte of the request left: the same chunk may be sent again. */
static int
is_unsent(const struct ir_push *p)
{
    const struct ir_error *e = &p->c->error;

    return e->retryable && (e->status == IR_E_NETWORK
            || e->status == IR_E_TIMEOUT) && !ir_wire_request_sent(p->c->wire);
}

static enum ir_status
send_chunk(struct ir_push *p, struct ir_upload_answer *a)
{
    struct ir_error *e = &p->c->error;

    for (int n = 0;; n++) {
        const char *reason = e->message;

        if (send_once(p, a) == IR_OK) {
            if (!a->try_again)
                return IR_OK;
            reason = "the server asks for the chunk again";
            if (n >= p->o.n_retries)
                return ir_error_set(e, IR_E_CORRUPT, "chunk at %" PRIu64
                    ": the server still asks for it after %d tries",
                    p->feed.offset, n + 1);
        } else if (!is_unsent(p) || n >= p->o.n_retries) {
            return e->status;
        }
        if (ir_push_wait(p, n, reason) != IR_OK
            || ir_feed_again(&p->feed, e) != IR_OK)
            return e->status;
    }
}

/* So much is staged, and no more. */
static void
note_staged(struct ir_push *p)
{
    ir_ledger_mark(p->c, "have %" PRIu64 " %" PRIX32 "\n", p->sent_bytes,
        p->crc32);
}

/* A stream shows its size late. */
static enum ir_status
check_limit(const struct ir_push *p)
{
    if (p->limit_bytes == 0
        || p->feed.offset + p->feed.length <= p->limit_bytes)
        return IR_OK;
    return ir_error_set(&p->c->error, IR_E_LIMIT,
        "the document has more than the %" PRIu64
        " bytes that this server takes at most", p->limit_bytes);
}

static enum ir_status
stage_once(struct ir_push *p)
{
    struct ir_error *e = &p->c->error;
    struct ir_upload_answer a;

    p->is_proved = 0;
    if (p->left.handler[0] != '\0')
        adopt_handler(p);
    else
        open_handler(p);
    if (e->status != IR_OK
        || ir_push_report(p, IR_EVENT_START, p->sent_bytes, NULL) != IR_OK)
        return e->status;
    if (p->resumed_bytes > 0 && p->resumed_bytes == p->feed.source->size_bytes)
        return IR_OK;
    do {
        if (ir_feed_next(&p->feed, e) != IR_OK || check_limit(p) != IR_OK)
            return e->status;
        ir_ledger_mark(p->c, "send %" PRIu64 "\n", p->feed.offset);
        if (send_chunk(p, &a) != IR_OK) {
            if (p->sent_bytes > 0 && is_unsent(p))
                note_staged(p);
            return e->status;
        }
        p->crc32 = ir_crc32_combine(p->crc32, p->feed.crc32, p->feed.length);
        p->sent_bytes += p->feed.length;
        p->n_chunks++;
        note_staged(p);
        if (ir_push_report(p, IR_EVENT_PROGRESS, p->sent_bytes, NULL) != IR_OK)
            return e->status;
    } while (!p->feed.last);
    if (a.has_file_crc32 && a.file_crc32 != p->crc32)
        return ir_error_set(e, IR_E_CORRUPT, "the server staged %" PRIu64
            " bytes with CRC %08" PRIX32 ", expected %08" PRIX32,
            p->sent_bytes, a.file_crc32, p->crc32);
    p->is_proved = a.has_file_crc32;
    return IR_OK;
}

/* Was the chunk no fit request for what stands before the service?  Web servers
 * say so with 413, one of them with 404 (its 404.13); that the service is there
 * is known from the handler it gave.  All of a stream must still be there. */
static int
may_shrink(const struct ir_push *p)
{
    const struct ir_error *e = &p->c->error;

    return (e->http_status == 413 || e->http_status == 404)
        && p->handler.id[0] != '\0' && p->feed.length > CHUNK_BYTES_MIN
        && (p->feed.source->rereadable || p->feed.offset == 0);
}

/* Stage in smaller and smaller chunks until they pass. */
static enum ir_status
stage_fitting(struct ir_push *p)
{
    struct ir_error *e = &p->c->error;

    while (stage_once(p) != IR_OK && may_shrink(p)) {
        char message[sizeof e->message];

        snprintf(message, sizeof message, "%s", e->message);
        p->refused_bytes = p->feed.length;
        p->o.chunk_bytes = p->feed.length / 2;
        if (p->o.chunk_bytes < CHUNK_BYTES_MIN)
            p->o.chunk_bytes = CHUNK_BYTES_MIN;
        ir_push_end(p);
        ir_error_clear(e);
        p->n_retries++;
        if (ir_push_report(p, IR_EVENT_RETRY, 0, message) != IR_OK)
            return e->status;
    }
    return e->status;
}

/* The fate of a chunk that left is unknown, and that is where it should end. */
static int
ends_in_doubt(const struct ir_push *p)
{
    const struct ir_error *e = &p->c->error;

    return p->o.fail_in_doubt && p->handler.id[0] != '\0'
        && e->status != IR_E_CANCELLED && e->status != IR_E_MEMORY
        && ir_push_is_in_doubt(p)
        && !ir_push_is_refusal(e);
}

/* Is another handler worth a try?  As often as a chunk is, where the line is to
 * blame; once, where the server refuses or staged other bytes, which may happen
 * again.  All of a stream must still be there. */
static int
is_worth_restart(const struct ir_push *p)
{
    const struct ir_error *e = &p->c->error;

    if ((!p->feed.source->rereadable && p->feed.offset > 0)
        || ends_in_doubt(p))
        return 0;
    switch (e->status) {
    case IR_E_NETWORK:
    case IR_E_TIMEOUT:
        return p->n_restarts < p->o.n_retries;
    case IR_E_SERVER:
        return p->n_refusals < 1 && p->n_restarts < p->o.n_retries;
    case IR_E_CORRUPT:
        return p->feed.last && p->n_refusals < 1
            && p->n_restarts < p->o.n_retries;
    default:
        return 0;
    }
}

static enum ir_status
tell_doubt(struct ir_push *p)
{
    struct ir_error *e = &p->c->error;
    struct ir_error lost = *e;

    e->status = IR_OK;
    e->sys_errno = 0;
    return ir_error_set(e, IR_E_AMBIGUOUS,
        "the chunk at %" PRIu64 " was sent, its reply was lost (%.300s)",
        p->feed.offset, lost.message);
}

enum ir_status
ir_push_stage(struct ir_push *p)
{
    struct ir_error *e = &p->c->error;

    while (stage_fitting(p) != IR_OK && is_worth_restart(p)) {
        p->n_refusals += e->status == IR_E_SERVER || e->status == IR_E_CORRUPT;
        ir_push_end(p);
        if (ir_push_wait(p, p->n_restarts++, e->message) != IR_OK)
            return e->status;
    }
    return ends_in_doubt(p) ? tell_doubt(p) : e->status;
}
