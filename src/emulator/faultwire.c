/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Faults in the bytes of an answer.  The head is written anew; the body goes
 * through with one edit at most, which Content-Length takes into account; and
 * at one place of what is sent the connection may wait, slow down or break. */
#include "faultwire.h"

#include "call.h"
#include "faultedit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NOWHERE UINT64_MAX

void
ir_faultwire_arm(struct ir_call *call, const struct ir_fault_rule *r)
{
    struct ir_http *h = call->http;

    call->wire = (struct ir_faultwire){
        .call = call,
        .rule = r,
        .edit = { .at = NOWHERE },
        .trouble_at = NOWHERE,
    };
    h->fault = &call->wire;
    if (r->kind->action == IR_FAULT_STALL
        && ir_faultrules_is(r, IR_KEY_AT, "end"))
        h->close_after = true; /* it is announced, and then does not happen */
}

/* Break off; bytes that are still to come are dropped. */
static bool
end(struct ir_faultwire *w, enum ir_stream_end how)
{
    struct ir_http *h = w->call->http;

    w->is_over = true;
    h->close_after = true;
    h->stream.end = how;
    return false;
}

/* What happens at the place of the trouble; false if that is the end. */
static bool
act(struct ir_faultwire *w)
{
    const struct ir_http *h = w->call->http;

    w->trouble_at = NOWHERE;
    switch (w->rule->kind->action) {
    case IR_FAULT_STALL:
        return ir_stream_pause(&h->stream, w->rule->with[IR_KEY_MS].number)
            || end(w, IR_STREAM_DROP);
    case IR_FAULT_DRIP:
        w->is_dripping = true;
        return true;
    case IR_FAULT_RESET:
        return end(w, IR_STREAM_RESET);
    default:
        return end(w, IR_STREAM_DROP);
    }
}

/* Send at once, or a little at a time. */
static bool
put_part(struct ir_faultwire *w, const char *data, size_t n)
{
    const struct ir_fault_value *with = w->rule->with;
    struct ir_http *h = w->call->http;
    size_t step = w->is_dripping ? (size_t)with[IR_KEY_STEP].number : n;

    for (size_t done = 0; done < n; done += step) {
        if (step > n - done)
            step = n - done;
        if (w->is_dripping
            && !ir_stream_pause(&h->stream, with[IR_KEY_MS].number))
            return end(w, IR_STREAM_DROP);
        if (!ir_http_send_plain(h, data + done, step))
            return end(w, IR_STREAM_DROP);
    }
    if (n > 0 && n <= w->n_room - w->n_copied) {
        memcpy(w->copy + w->n_copied, data, n);
        w->n_copied += n;
    }
    w->sent += n;
    return true;
}

/* Send, with the trouble at its place. */
static bool
put(struct ir_faultwire *w, const char *data, size_t n)
{
    size_t before;

    if (w->is_over)
        return false;
    before = n;
    if (w->trouble_at != NOWHERE && w->trouble_at - w->sent < n)
        before = (size_t)(w->trouble_at - w->sent);
    if (!put_part(w, data, before))
        return false;
    if (w->sent == w->trouble_at && !act(w))
        return false;
    return put_part(w, data + before, n - before);
}

/* A part of the body as a chunk of HTTP's. */
static bool
put_chunk(struct ir_faultwire *w, const char *data, size_t n)
{
    const struct ir_fault_rule *r = w->rule;
    char size[32];
    int n_size = snprintf(size, sizeof size, "%zx\r\n", n);

    if (n == 0)
        return true;
    if (ir_faultrules_is(r, IR_KEY_AS, "bad-size"))
        n_size = snprintf(size, sizeof size, "0x-%zx\r\n", n);
    else if (ir_faultrules_is(r, IR_KEY_AS, "huge-size"))
        n_size = snprintf(size, sizeof size, "fffffffffffffffff\r\n");
    return put(w, size, (size_t)n_size) && put(w, data, n)
        && (ir_faultrules_is(r, IR_KEY_AS, "no-crlf") || put(w, "\r\n", 2));
}

static bool
put_body(struct ir_faultwire *w, const char *data, size_t n)
{
    return w->rule->kind->action == IR_FAULT_CHUNKED ? put_chunk(w, data, n)
                                                     : put(w, data, n);
}

/* After the last byte of the body. */
static bool
finish(struct ir_faultwire *w)
{
    const struct ir_fault_rule *r = w->rule;
    const struct ir_fault_value *value = &r->with[IR_KEY_VALUE];

    switch (r->kind->action) {
    case IR_FAULT_CHUNKED:
        if (ir_faultrules_is(r, IR_KEY_AS, "valid")
            || ir_faultrules_is(r, IR_KEY_AS, "with-length")
            || ir_faultrules_is(r, IR_KEY_AS, "underscore"))
            return put(w, "0\r\n\r\n", 5);
        return end(w, IR_STREAM_DROP);
    case IR_FAULT_AFTER:
        if (value->text == NULL)
            return put(w, w->copy, w->n_copied);
        return put(w, value->text, value->n_text);
    case IR_FAULT_CONTENT_LENGTH:
        /* Where a reader waits for more, or for the end, it gets an end. */
        return ir_faultrules_is(r, IR_KEY_AS, "short")
            || ir_faultrules_is(r, IR_KEY_AS, "signed")
            || ir_faultrules_is(r, IR_KEY_AS, "twice")
            || end(w, IR_STREAM_ORDERLY);
    case IR_FAULT_HEADLESS:
        return end(w, IR_STREAM_ORDERLY);
    default:
        return true;
    }
}

/* Send bytes of the body that no edit touches. */
static bool
pass(struct ir_faultwire *w, const char *data, size_t n)
{
    w->seen += n;
    return put_body(w, data, n);
}

static bool
send_body(struct ir_faultwire *w, const char *data, size_t n)
{
    uint64_t before = w->edit.at - w->seen;
    uint64_t removed;

    if (w->edit.is_done || w->edit.at == NOWHERE || before > n)
        return pass(w, data, n);
    if (!pass(w, data, (size_t)before))
        return false;
    data += before;
    n -= (size_t)before;
    if (w->edit.n_text > 0 && !put_body(w, w->edit.text, w->edit.n_text))
        return false;
    w->edit.n_text = 0;
    removed = w->edit.n_removed < n ? w->edit.n_removed : n;
    w->seen += removed;
    w->edit.at += removed;
    w->edit.n_removed -= removed;
    w->edit.is_done = w->edit.n_removed == 0;
    return pass(w, data + removed, n - (size_t)removed);
}

static void
write_length(const struct ir_faultwire *w, uint64_t length, FILE *out)
{
    const struct ir_fault_rule *r = w->rule;
    static const char name[] = "Content-Length: ";
    unsigned long long n = length;

    if (r->kind->action == IR_FAULT_CHUNKED) {
        if (ir_faultrules_is(r, IR_KEY_AS, "with-length"))
            fprintf(out, "%s%llu\r\n", name, n);
        fprintf(out, "Transfer%cEncoding: chunked\r\n",
            ir_faultrules_is(r, IR_KEY_AS, "underscore") ? '_' : '-');
    } else if (r->kind->action != IR_FAULT_CONTENT_LENGTH) {
        fprintf(out, "%s%llu\r\n", name, n);
    } else if (ir_faultrules_is(r, IR_KEY_AS, "short")) {
        fprintf(out, "%s%llu\r\n", name, n / 2);
    } else if (ir_faultrules_is(r, IR_KEY_AS, "long")) {
        fprintf(out, "%s%llu\r\n", name, n + 100);
    } else if (ir_faultrules_is(r, IR_KEY_AS, "huge")) {
        fprintf(out, "%s4000000000\r\n", name);
    } else if (ir_faultrules_is(r, IR_KEY_AS, "negative")) {
        fprintf(out, "%s-1\r\n", name);
    } else if (ir_faultrules_is(r, IR_KEY_AS, "signed")) {
        fprintf(out, "%s+%llu\r\n", name, n);
    } else if (ir_faultrules_is(r, IR_KEY_AS, "text")) {
        fprintf(out, "%s%llux\r\n", name, n);
    } else if (ir_faultrules_is(r, IR_KEY_AS, "twice")) {
        fprintf(out, "%s%llu\r\n%s%llu\r\n", name, n, name, n);
    } else if (ir_faultrules_is(r, IR_KEY_AS, "differ")) {
        fprintf(out, "%s%llu\r\n%s%llu\r\n", name, n, name, n + 1);
    }
}

/* A line that may hold any byte. */
static void
write_value(const struct ir_fault_value *value, FILE *out)
{
    fwrite(value->text, 1, value->n_text, out);
    fputs("\r\n", out);
}

static void
write_headers(const struct ir_fault_rule *r, FILE *out)
{
    const struct ir_fault_value *value = &r->with[IR_KEY_VALUE];

    if (r->kind->action == IR_FAULT_HEADER && value->text == NULL)
        fprintf(out, "%s\r\n", r->kind->detail);
    else if (r->kind->action == IR_FAULT_HEADER)
        write_value(value, out);
    if (r->kind->action != IR_FAULT_HEADERS)
        return;
    for (int64_t i = 0; i < r->with[IR_KEY_N].number; i++)
        fprintf(out, "X-Filler-%lld: %0*d\r\n", (long long)i,
            (int)(r->with[IR_KEY_BYTES].number % INT32_MAX), 0);
}

/* One line of the head, with its end. */
static void
write_line(const struct ir_faultwire *w, const char *line, size_t n,
    uint64_t length, FILE *out)
{
    static const char content_length[] = "Content-Length:";
    static const char content_type[] = "Content-Type:";
    enum ir_fault_action action = w->rule->kind->action;
    const struct ir_fault_value *value = &w->rule->with[IR_KEY_VALUE];

    if (strncasecmp(line, content_length, sizeof content_length - 1) == 0) {
        write_length(w, length, out);
    } else if (action == IR_FAULT_CONTENT_TYPE
        && strncasecmp(line, content_type, sizeof content_type - 1) == 0) {
        if (value->n_text > 0)
            fprintf(out, "Content-Type: %s\r\n", value->text);
    } else if (n == 2) {
        write_headers(w->rule, out);
        fputs("\r\n", out);
    } else {
        fwrite(line, 1, n, out);
    }
}

/* What is sent for the head: 'head' has 'n' bytes and ends with an empty line.
 * To be freed. */
static char *
write_head(const struct ir_faultwire *w, const char *head, size_t n,
    uint64_t length, size_t *n_out)
{
    enum ir_fault_action action = w->rule->kind->action;
    const struct ir_fault_value *value = &w->rule->with[IR_KEY_VALUE];
    const char *stop = head + n;
    char *text = NULL;
    FILE *out = open_memstream(&text, n_out);
    bool is_first = true;

    if (out == NULL)
        return NULL;
    if (action == IR_FAULT_BEFORE)
        fwrite(value->text, 1, value->n_text, out);
    for (int64_t i = 0;
         action == IR_FAULT_CONTINUE && i < w->rule->with[IR_KEY_N].number; i++)
        fputs("HTTP/1.1 100 Continue\r\n\r\n", out);
    while (head < stop && action != IR_FAULT_HEADLESS) {
        const char *next =
            (const char *)memchr(head, '\n', (size_t)(stop - head)) + 1;

        if (is_first && action == IR_FAULT_STATUS_LINE)
            write_value(value, out);
        else
            write_line(w, head, (size_t)(next - head), length, out);
        is_first = false;
        head = next;
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static uint64_t
find_trouble(const struct ir_fault_rule *r, uint64_t head, uint64_t body)
{
    const struct ir_fault_value *bytes = &r->with[IR_KEY_BYTES];
    uint64_t all = head + body;

    if (r->kind->action < IR_FAULT_STALL)
        return NOWHERE;
    if (bytes->text != NULL)
        return (uint64_t)bytes->number < all ? (uint64_t)bytes->number : all;
    if (ir_faultrules_is(r, IR_KEY_AT, "start"))
        return 0;
    if (ir_faultrules_is(r, IR_KEY_AT, "head"))
        return head / 2;
    if (ir_faultrules_is(r, IR_KEY_AT, "head-end"))
        return head;
    if (ir_faultrules_is(r, IR_KEY_AT, "last"))
        return all - 1;
    if (ir_faultrules_is(r, IR_KEY_AT, "end"))
        return all;
    return head + body / 2;
}

static uint64_t
announced_length(const char *head, size_t n)
{
    static const char name[] = "Content-Length: ";
    const char *at = memmem(head, n, name, sizeof name - 1);

    return at == NULL ? 0 : strtoull(at + sizeof name - 1, NULL, 10);
}

/* Send the head; 'n' bytes of the body are known. */
static bool
begin(struct ir_faultwire *w, const char *head, size_t n_head, size_t n)
{
    uint64_t length = announced_length(head, n_head);
    size_t n_out = 0;
    char *out;
    bool ok;

    w->is_begun = true;
    w->length = length;
    if (!ir_faultedit_find(w, head + n_head, n))
        ir_faults_give_back(w->call, w->rule);
    if (w->edit.at != NOWHERE)
        length += w->edit.n_text - w->edit.n_removed;
    out = write_head(w, head, n_head, length, &n_out);
    if (out == NULL)
        return end(w, IR_STREAM_DROP);
    if (w->rule->kind->action == IR_FAULT_AFTER
        && w->rule->with[IR_KEY_VALUE].text == NULL) {
        w->copy = ir_call_memory(w->call, n_out + length);
        w->n_room = w->copy == NULL ? 0 : n_out + length;
    }
    w->trouble_at = find_trouble(w->rule, n_out, length);
    ok = put(w, out, n_out);
    free(out);
    return ok && (w->length > 0 || finish(w));
}

bool
ir_faultwire_send(struct ir_http *h, const void *data, size_t n)
{
    struct ir_faultwire *w = h->fault;
    const char *bytes = data;
    bool ok;

    if (w->is_over)
        return false;
    if (!w->is_begun) {
        const char *stop = memmem(bytes, n, "\r\n\r\n", 4);
        size_t n_head = stop == NULL ? n : (size_t)(stop - bytes) + 4;

        if (!begin(w, bytes, n_head, n - n_head))
            return false;
        bytes += n_head;
        n -= n_head;
        if (n == 0)
            return true;
    }
    ok = send_body(w, bytes, n);
    return ok && (w->seen < w->length || finish(w));
}
