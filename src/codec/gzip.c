/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Compression is Huffman coding alone.  Base64 of bytes that are compressed
 * already, as documents mostly are, becomes no smaller by anything else, and
 * nothing is found twice: what stands beside a ticket in a message does not
 * show in the message's length whether the two are alike. */
#include "codec/gzip.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

/* zlib's: gzip in place of its own format. */
#define GZIP_WINDOW (15 + 16)
#define MEMORY_LEVEL 9

struct ir_gzip {
    z_stream z;
};

struct ir_gunzip {
    z_stream z;
};

static unsigned
at_most(size_t n)
{
    return n > UINT_MAX ? UINT_MAX : (unsigned)n;
}

/* zlib reads through a pointer that is not const. */
static Bytef *
input(const char *text)
{
    union {
        const char *in;
        Bytef *out;
    } u = { text };

    return u.out;
}

struct ir_gzip *
ir_gzip_new(void)
{
    struct ir_gzip *g = calloc(1, sizeof *g);

    if (g != NULL
        && deflateInit2(&g->z, 1, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL,
               Z_HUFFMAN_ONLY)
            != Z_OK) {
        free(g);
        return NULL;
    }
    return g;
}

void
ir_gzip_free(struct ir_gzip *g)
{
    if (g != NULL)
        deflateEnd(&g->z);
    free(g);
}

void
ir_gzip_begin(struct ir_gzip *g)
{
    deflateReset(&g->z);
}

size_t
ir_gzip_pack(struct ir_gzip *g, const char **in, size_t *n, int last, char *out,
    size_t size)
{
    unsigned n_in = at_most(*n);
    unsigned n_out = at_most(size);

    g->z.next_in = input(*in);
    g->z.avail_in = n_in;
    g->z.next_out = (Bytef *)out;
    g->z.avail_out = n_out;
    deflate(&g->z, last && n_in == *n ? Z_FINISH : Z_NO_FLUSH);
    n_in -= g->z.avail_in;
    *in += n_in;
    *n -= n_in;
    return n_out - g->z.avail_out;
}

struct ir_gunzip *
ir_gunzip_new(void)
{
    struct ir_gunzip *g = calloc(1, sizeof *g);

    if (g != NULL && inflateInit2(&g->z, GZIP_WINDOW) != Z_OK) {
        free(g);
        return NULL;
    }
    return g;
}

void
ir_gunzip_free(struct ir_gunzip *g)
{
    if (g != NULL)
        inflateEnd(&g->z);
    free(g);
}

void
ir_gunzip_begin(struct ir_gunzip *g)
{
    inflateReset(&g->z);
}

enum ir_gunzip_result
ir_gunzip_unpack(struct ir_gunzip *g, const char **in, size_t *n, char *out,
    size_t size, size_t *got)
{
    unsigned n_in = at_most(*n);
    unsigned n_out = at_most(size);
    int rc;

    g->z.next_in = input(*in);
    g->z.avail_in = n_in;
    g->z.next_out = (Bytef *)out;
    g->z.avail_out = n_out;
    rc = inflate(&g->z, Z_NO_FLUSH);
    n_in -= g->z.avail_in;
    *in += n_in;
    *n -= n_in;
    *got = n_out - g->z.avail_out;
    switch (rc) {
    case Z_OK:
    case Z_BUF_ERROR:
        return IR_GUNZIP_MORE;
    case Z_STREAM_END:
        return IR_GUNZIP_END;
    case Z_MEM_ERROR:
        return IR_GUNZIP_MEMORY;
    default:
        return IR_GUNZIP_DAMAGED;
    }
}

const char *
ir_gunzip_problem(const struct ir_gunzip *g)
{
    return g->z.msg == NULL ? "not gzip" : g->z.msg;
}
