/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A block is made in 'out': the head of the request where it is the first, room
 * for a size line, the packed bytes.  It is sent when it is full, and at the
 * end. */
#include "wire/pack.h"

#include <stdio.h>
#include <string.h>

#include "codec/gzip.h"

/* Four digits and CR LF. */
#define LINE_BYTES ((size_t)6)

static const char chunk_end[] = "\r\n";
static const char body_end[] = "0\r\n\r\n";

static void
add(struct ir_pack *p, const char *text)
{
    size_t n = strlen(text);

    memcpy(p->out + p->n, text, n);
    p->n += n;
}

static void
open_chunk(struct ir_pack *p)
{
    p->chunk_at = p->n;
    p->n += LINE_BYTES;
}

enum ir_status
ir_pack_begin(struct ir_pack *p, const char *head, uint64_t length)
{
    if (p->gzip == NULL)
        p->gzip = ir_gzip_new();
    else
        ir_gzip_begin(p->gzip);
    if (p->gzip == NULL)
        return IR_E_MEMORY;
    p->left = length;
    p->n = 0;
    add(p, head);
    open_chunk(p);
    return IR_OK;
}

/* A chunk of no bytes would end the body. */
static enum ir_status
send_block(struct ir_pack *p, struct ir_transport *t, int last)
{
    size_t n = p->n - p->chunk_at - LINE_BYTES;
    char line[LINE_BYTES + 1];
    enum ir_status st;

    if (n > 0) {
        snprintf(line, sizeof line, "%04X\r\n", (unsigned)(n & 0xFFFF));
        memcpy(p->out + p->chunk_at, line, LINE_BYTES);
        add(p, chunk_end);
    } else {
        p->n = p->chunk_at;
    }
    if (last)
        add(p, body_end);
    st = ir_transport_send(t, p->out, p->n);
    p->n = 0;
    open_chunk(p);
    return st;
}

enum ir_status
ir_pack_send(struct ir_pack *p, struct ir_transport *t, const char *data,
    size_t n)
{
    const size_t limit = sizeof p->out - sizeof chunk_end - sizeof body_end;
    enum ir_status st = IR_OK;
    int is_taken = 0;

    p->left -= n;
    while (st == IR_OK && !is_taken) {
        size_t room = limit - p->n;
        size_t got = ir_gzip_pack(p->gzip, &data, &n, p->left == 0,
            p->out + p->n, room);

        p->n += got;
        is_taken = got < room;
        if (!is_taken || p->left == 0)
            st = send_block(p, t, is_taken);
    }
    return st;
}

void
ir_pack_clear(struct ir_pack *p)
{
    ir_gzip_free(p->gzip);
    ir_transport_wipe(p->out, sizeof p->out);
}
