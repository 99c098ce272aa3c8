/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Answers are packed as they are written and go out in transfer chunks, because
 * their length shows last.  Requests are unpacked as they are read, never
 * beyond what a message may have. */
#include "packed.h"

#include "http.h"

#include "codec/gzip.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    LEAST_BYTES = 512, /* a shorter body goes as it is */
    BLOCK_BYTES = 16384,
    LINE_BYTES = 6 /* four digits and CR LF */
};

static const char chunk_end[] = "\r\n";
static const char body_end[] = "0\r\n\r\n";

void
ir_packed_reset(struct ir_http *h)
{
    h->packed.is_request = false;
    h->packed.is_answer = false;
    h->packed.refused = 0;
}

void
ir_packed_clear(struct ir_http *h)
{
    ir_gunzip_free(h->packed.gunzip);
    ir_gzip_free(h->packed.gzip);
}

/* ---- Requests ---------------------------------------------------------- */

void
ir_packed_take(struct ir_http *h, uint64_t limit)
{
    struct ir_packed *p = &h->packed;

    if (p->gunzip == NULL)
        p->gunzip = ir_gunzip_new();
    else
        ir_gunzip_begin(p->gunzip);
    p->is_request = true;
    p->is_whole = false;
    p->refused = p->gunzip == NULL ? 503 : 0;
    p->room = limit;
    p->at = 0;
    p->end = 0;
}

static ssize_t
refuse(struct ir_packed *p, int status)
{
    p->refused = status;
    return -1;
}

/* Nothing may stand behind the stream. */
static ssize_t
read_end(struct ir_http *h, ssize_t got)
{
    struct ir_packed *p = &h->packed;
    char more;

    if (p->at < p->end || ir_http_read_plain(h, &more, 1) != 0)
        return refuse(p, 400);
    p->is_whole = true;
    return got;
}

/* 1 if there is something to unpack, else what ir_packed_read is to return. */
static ssize_t
fill(struct ir_http *h)
{
    struct ir_packed *p = &h->packed;
    ssize_t n = ir_http_read_plain(h, p->in, sizeof p->in);

    if (n == 0)
        return refuse(p, 400);
    p->at = 0;
    p->end = n < 0 ? 0 : (size_t)n;
    return n < 0 ? -1 : 1;
}

ssize_t
ir_packed_read(struct ir_http *h, void *buf, size_t n)
{
    struct ir_packed *p = &h->packed;
    enum ir_gunzip_result result = IR_GUNZIP_MORE;
    size_t got = 0;

    if (p->refused != 0)
        return -1;
    while (!p->is_whole && result == IR_GUNZIP_MORE && got == 0) {
        const char *in = p->in + p->at;
        size_t n_in = p->end - p->at;

        result = ir_gunzip_unpack(p->gunzip, &in, &n_in, buf, n, &got);
        p->at = p->end - n_in;
        if (got == 0 && result == IR_GUNZIP_MORE && n_in == 0 && fill(h) < 0)
            return -1;
    }
    if (result == IR_GUNZIP_DAMAGED || result == IR_GUNZIP_MEMORY)
        return refuse(p, result == IR_GUNZIP_DAMAGED ? 400 : 503);
    if (got > p->room)
        return refuse(p, 413);
    p->room -= got;
    return result == IR_GUNZIP_END ? read_end(h, (ssize_t)got) : (ssize_t)got;
}

bool
ir_packed_finish(struct ir_http *h)
{
    char scrap[4096];
    ssize_t n = 1;

    while (h->packed.is_request && n > 0)
        n = ir_packed_read(h, scrap, sizeof scrap);
    return n >= 0;
}

/* ---- Answers ----------------------------------------------------------- */

/* Is gzip among the codings of a list, and not with a weight of 0? */
static bool
accepts_gzip(const char *list)
{
    while (list != NULL) {
        size_t n;

        list += strspn(list, " \t,");
        n = strcspn(list, " \t,;");
        if (n == 4 && strncasecmp(list, "gzip", n) == 0) {
            const char *weight = list + n + strspn(list + n, " \t;");

            if (strncasecmp(weight, "q=0", 3) != 0)
                return true;
            weight += 3 + strspn(weight + 3, ".0 \t");
            return *weight != ',' && *weight != '\0';
        }
        list = strchr(list, ',');
    }
    return false;
}

static bool
is_worth_packing(const struct ir_http *h, int status, uint64_t length)
{
    const struct ir_http_request *r = &h->request;

    return h->packed.is_allowed && h->fault == NULL
        && (status == 200 || status == 500) && length >= LEAST_BYTES
        && r->method != NULL && strcmp(r->method, "HEAD") != 0 && r->is_http11
        && accepts_gzip(r->accept_encoding);
}

bool
ir_packed_begin(struct ir_http *h, int status, uint64_t length)
{
    struct ir_packed *p = &h->packed;

    if (!is_worth_packing(h, status, length))
        return false;
    if (p->gzip == NULL)
        p->gzip = ir_gzip_new();
    else
        ir_gzip_begin(p->gzip);
    p->is_answer = p->gzip != NULL;
    p->left = length;
    return p->is_answer;
}

/* The 'n' bytes behind the place for a size line at 'block' go out, and if it
 * is the last the end of the body. */
static bool
send_block(struct ir_http *h, char *block, size_t n, bool is_last)
{
    char line[LINE_BYTES + 1];
    char *end = block + LINE_BYTES + n;

    if (n > 0) {
        snprintf(line, sizeof line, "%04X\r\n", (unsigned)(n & 0xFFFF));
        memcpy(block, line, LINE_BYTES);
        memcpy(end, chunk_end, sizeof chunk_end - 1);
        end += sizeof chunk_end - 1;
    } else {
        end = block; /* a chunk of no bytes would end the body */
    }
    if (is_last) {
        memcpy(end, body_end, sizeof body_end - 1);
        end += sizeof body_end - 1;
    }
    return ir_http_send_plain(h, block, (size_t)(end - block));
}

bool
ir_packed_send(struct ir_http *h, const void *data, size_t n)
{
    char block[LINE_BYTES + BLOCK_BYTES + sizeof chunk_end + sizeof body_end];
    struct ir_packed *p = &h->packed;
    size_t n_head = n < p->head_left ? n : p->head_left;
    const char *bytes = data;
    bool is_sent = n_head == 0 || ir_http_send_plain(h, data, n_head);
    bool is_taken = n == n_head;

    p->head_left -= n_head;
    bytes += n_head;
    n -= n_head;
    p->left -= n;
    while (is_sent && !is_taken) {
        size_t got = ir_gzip_pack(p->gzip, &bytes, &n, p->left == 0,
            block + LINE_BYTES, BLOCK_BYTES);

        is_taken = got < BLOCK_BYTES;
        is_sent = (got == 0 && p->left > 0)
            || send_block(h, block, got, is_taken && p->left == 0);
    }
    return is_sent;
}
