/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The public forms of a download: into a file, a sink, memory, or a chunk at a
 * time. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "transfer/file.h"
#include "transfer/pull.h"

static enum ir_status
download(struct ir_pull *d, const char *path, const struct ir_target *t,
    struct ir_result *result)
{
    enum ir_status st = ir_pull_all(d, path, t);

    if (result != NULL)
        ir_pull_result(d, result);
    return st;
}

/* ---- Into a sink ------------------------------------------------------- */

enum ir_status
ir_download_sink(struct ir_client *c, const char *path,
    const struct ir_sink *sink, const struct ir_download_options *opts,
    struct ir_result *result)
{
    struct ir_target t = { .start = NULL };
    struct ir_pull d;

    if (ir_pull_init(&d, c, opts) != IR_OK)
        return c->error.status;
    if (sink == NULL || sink->write == NULL)
        return ir_error_set(&c->error, IR_E_ARGUMENT, "the sink is missing");
    t.sink = *sink;
    return download(&d, path, &t, result);
}

/* ---- Into a file ------------------------------------------------------- */

static enum ir_status
start_file(void *ctx, uint64_t size, struct ir_error *e)
{
    return ir_file_reserve(ctx, size, e);
}

enum ir_status
ir_download_file(struct ir_client *c, const char *path, const char *file,
    const struct ir_download_options *opts, struct ir_result *result)
{
    struct ir_file f;
    struct ir_target t = { { ir_file_write, &f, 1 }, start_file, NULL };
    struct ir_pull d;

    if (ir_pull_init(&d, c, opts) != IR_OK)
        return c->error.status;
    if (file == NULL)
        return ir_error_set(&c->error, IR_E_ARGUMENT, "no file is named");
    if (ir_file_open(&f, file, d.o.keep_existing, &c->error) != IR_OK)
        return c->error.status;
    if (download(&d, path, &t, result) == IR_OK)
        ir_file_publish(&f, &c->error);
    ir_file_close(&f);
    return c->error.status;
}

/* ---- Into memory ------------------------------------------------------- */

struct memory {
    uint8_t *data;
    uint64_t limit_bytes;
};

static enum ir_status
start_memory(void *ctx, uint64_t size, struct ir_error *e)
{
    struct memory *m = ctx;

    if (size > m->limit_bytes || size > SIZE_MAX - 1)
        return ir_error_set(e, IR_E_LIMIT, "document of %" PRIu64
            " bytes, at most %" PRIu64 " are wanted", size, m->limit_bytes);
    free(m->data);
    m->data = malloc((size_t)size + 1);
    if (m->data == NULL)
        return ir_error_set(e, IR_E_MEMORY, "out of memory");
    return IR_OK;
}

static int
write_memory(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct memory *m = ctx;

    memcpy(m->data + offset, data, n);
    return 0;
}

enum ir_status
ir_download_memory(struct ir_client *c, const char *path,
    uint64_t limit_bytes, const struct ir_download_options *opts,
    void **data, struct ir_result *result)
{
    struct memory m = { NULL, limit_bytes };
    struct ir_target t = { { write_memory, &m, 1 }, start_memory, NULL };
    struct ir_pull d;

    *data = NULL;
    if (ir_pull_init(&d, c, opts) != IR_OK)
        return c->error.status;
    if (download(&d, path, &t, result) == IR_OK)
        *data = m.data;
    else
        free(m.data);
    return c->error.status;
}

/* ---- A chunk at a time ------------------------------------------------- */

struct ir_download {
    struct ir_pull pull;
};

enum ir_status
ir_download_open(struct ir_client *c, const char *path,
    const struct ir_download_options *opts, struct ir_download **download)
{
    struct ir_download *d = calloc(1, sizeof *d);

    *download = NULL;
    if (d == NULL) {
        ir_wire_begin(c->wire);
        return ir_error_set(&c->error, IR_E_MEMORY, "out of memory");
    }
    if (ir_pull_init(&d->pull, c, opts) != IR_OK
        || ir_pull_begin(&d->pull, path, NULL) != IR_OK) {
        ir_download_close(d);
        return c->error.status;
    }
    *download = d;
    return IR_OK;
}

const struct ir_document *
ir_download_document(const struct ir_download *download)
{
    return &download->pull.handler.document;
}

int
ir_download_next(struct ir_download *download, struct ir_chunk *chunk)
{
    ir_wire_begin(download->pull.c->wire);
    return ir_pull_next(&download->pull, chunk);
}

void
ir_download_close(struct ir_download *download)
{
    struct ir_client *c;
    struct ir_error kept;

    if (download == NULL)
        return;
    c = download->pull.c;
    kept = c->error;
    ir_wire_begin(c->wire);
    c->error = kept;
    ir_pull_end(&download->pull);
    free(download);
}
