/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Forms in bodies.  A modern server takes bytes as base64 in a form field, of
 * which every third character may be an escape; they are decoded as they come
 * and never held as text. */
#include "formbody.h"

#include "call.h"
#include "urlencoded.h"

#include "codec/crc32.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_TEXT = 1024 * 1024
};

void
ir_formbody_begin(struct ir_formbody *b, struct ir_call *call,
    const char *bytes)
{
    b->call = call;
    b->bytes = bytes;
    b->status = 400;
    b->at = 0;
    b->end = 0;
    b->text = NULL;
    b->n_text = 0;
    b->room = 0;
    b->field = 0;
    b->n_total = 0;
}

void
ir_formbody_end(struct ir_formbody *b)
{
    free(b->text);
}

/* 1 if there is something to read, 0 at the end, -1 if it is cut off. */
static int
fill(struct ir_formbody *b)
{
    ssize_t got;

    if (b->at < b->end)
        return 1;
    if (b->call->http->body.ended)
        return 0;
    got = ir_http_read_body(b->call->http, b->in, sizeof b->in);
    if (got < 0)
        return -1;
    b->at = 0;
    b->end = (size_t)got;
    return got > 0;
}

static bool
add(struct ir_formbody *b, char c)
{
    if (++b->n_total > MAX_TEXT) {
        b->status = 413;
        return false;
    }
    if (b->n_text + 1 >= b->room) {
        size_t room = b->room * 2 + 1024;
        char *grown = realloc(b->text, room);

        if (grown == NULL) {
            b->status = 503;
            return false;
        }
        b->text = grown;
        b->room = room;
    }
    b->text[b->n_text++] = c;
    b->text[b->n_text] = '\0';
    return c != '\0';
}

/* Whether the pair that begins is the long one. */
static bool
is_long(const struct ir_formbody *b)
{
    return b->bytes != NULL && strcasecmp(b->text + b->field, b->bytes) == 0;
}

int
ir_formbody_text(struct ir_formbody *b, char **out)
{
    int more = fill(b);
    bool is_found = false;

    b->n_text = 0;
    b->field = 0;
    for (; more > 0 && !is_found; more = fill(b)) {
        while (b->at < b->end && !is_found) {
            char c = b->in[b->at++];

            is_found = c == '=' && b->n_text > b->field && is_long(b);
            if (!add(b, c))
                return -1;
            if (c == '&')
                b->field = b->n_text;
        }
    }
    if (more < 0)
        return -1;
    *out = ir_call_text(b->call, "%s", b->n_text == 0 ? "" : b->text);
    b->status = *out == NULL ? 503 : b->status;
    return *out == NULL ? -1 : is_found;
}

/* Undo the escapes of the next piece of the long value.  1 if there was one, 0
 * when the value is over, -1 if it cannot be read. */
static int
next_piece(struct ir_formbody *b, struct ir_urlencoded *u, char *out, size_t *n)
{
    const char *end;
    size_t length;
    int more = fill(b);

    if (more <= 0)
        return more;
    end = memchr(b->in + b->at, '&', b->end - b->at);
    length = end == NULL ? b->end - b->at : (size_t)(end - b->in) - b->at;
    if (length == 0)
        return 0;
    if (!ir_urlencoded_piece(u, b->in + b->at, length, out, n))
        return -1;
    b->at += length;
    return 1;
}

static bool
deliver(struct ir_formbody *b, struct ir_payload *out, size_t n)
{
    struct ir_payload_io *io = &b->call->io;

    if (n > io->sink.limit_bytes - out->length) {
        b->status = 413;
        return false;
    }
    out->crc32 = ir_crc32(out->crc32, io->block, n);
    out->length += n;
    return n == 0 || io->sink.write(io->sink.ctx, io->block, n) == 0;
}

bool
ir_formbody_bytes(struct ir_formbody *b, struct ir_payload *out)
{
    struct ir_payload_io *io = &b->call->io;
    struct ir_base64_decoder decoder;
    struct ir_urlencoded unescape = { 0 };
    char plain[sizeof b->in];
    int more;

    b->bytes = NULL; /* a second one is a text like any other */
    out->length = 0;
    out->crc32 = 0;
    ir_base64_decode_init(&decoder);
    for (;;) {
        size_t n;
        size_t consumed;
        size_t produced;

        more = next_piece(b, &unescape, plain, &n);
        if (more <= 0)
            break;
        if (ir_base64_decode(&decoder, plain, n, &consumed, io->block,
                &produced)
                != IR_BASE64_OK
            || !deliver(b, out, produced))
            return false;
    }
    return more == 0 && unescape.n_pending == 0
        && ir_base64_decode_end(&decoder) == IR_BASE64_OK;
}
