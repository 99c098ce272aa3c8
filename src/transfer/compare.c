/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What size and CRC32 tell without a chunk: is a local file the same as a
 * document, and did a document arrive whole that came as one value? */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/crc32.h"
#include "transfer/session.h"

#define BLOCK 65536

static enum ir_status
tell_difference(struct ir_error *e, const char *what,
    const struct ir_document *document, uint64_t size, uint32_t crc32)
{
    if (size != document->size_bytes)
        return ir_error_set(e, IR_E_CORRUPT, "%s has %" PRIu64
            " bytes, the document %" PRIu64, what, size,
            document->size_bytes);
    if (document->has_crc32 && crc32 != document->crc32)
        return ir_error_set(e, IR_E_CORRUPT, "%s has CRC %08" PRIX32
            ", the document %08" PRIX32, what, crc32, document->crc32);
    return IR_OK;
}

/* Of bytes that were compared, or that there was no way to: 'st' says so. */
static void
fill_result(struct ir_result *result, const struct ir_document *document,
    uint64_t size, uint32_t crc32, enum ir_status st)
{
    if (result == NULL)
        return;
    *result = (struct ir_result){
        .size_bytes = size,
        .crc32 = crc32,
        .level = st == IR_OK && document->has_crc32 ? IR_LEVEL_VERIFIED
                                                    : IR_LEVEL_NONE,
        .version = document->version,
        .name = document->name,
        .content_type = document->content_type,
        .modified = document->modified,
    };
}

/* ---- A local file ------------------------------------------------------ */

static enum ir_status
read_all(struct ir_client *c, int fd, uint64_t *size, uint32_t *crc32)
{
    char block[BLOCK];
    ssize_t n;

    *size = 0;
    *crc32 = 0;
    do {
        n = read(fd, block, sizeof block);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ir_error_set_errno(&c->error, IR_E_IO, errno,
                "cannot read the file");
        *crc32 = ir_crc32(*crc32, block, (size_t)n);
        *size += (uint64_t)n;
        if (ir_wire_wait(c->wire, 0) != IR_OK)
            break;
    } while (n != 0);
    return c->error.status;
}

static enum ir_status
read_file(struct ir_client *c, const char *file, uint64_t *size,
    uint32_t *crc32)
{
    struct ir_error *e = &c->error;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;

    if (fd < 0)
        return ir_error_set_errno(e, IR_E_IO, errno, "cannot open %.300s",
            file);
    if (fstat(fd, &st) != 0)
        ir_error_set_errno(e, IR_E_IO, errno, "cannot look at %.300s", file);
    else if (!S_ISREG(st.st_mode))
        ir_error_set(e, IR_E_IO, "%.300s is not a regular file", file);
    else
        read_all(c, fd, size, crc32);
    close(fd);
    return e->status;
}

enum ir_status
ir_verify_file(struct ir_client *c, const char *path, int64_t version,
    const char *file, struct ir_result *result)
{
    struct ir_error *e = &c->error;
    struct ir_document document;
    uint64_t size = 0;
    uint32_t crc32 = 0;

    ir_error_clear(e);
    if (file == NULL)
        return ir_error_set(e, IR_E_ARGUMENT, "no file is named");
    if (ir_get_document(c, path, version, &document) != IR_OK)
        return e->status;
    if (!document.has_crc32) {
        ir_error_set(e, IR_E_SERVER,
            "the server gives no checksum of this document to compare with");
        e->retryable = 0;
        return e->status;
    }
    if (read_file(c, file, &size, &crc32) == IR_OK
        && tell_difference(e, "the file", &document, size, crc32) != IR_OK)
        e->retryable = 0;
    fill_result(result, &document, size, crc32, e->status);
    return e->status;
}

/* ---- A document as one value ------------------------------------------- */

struct memory {
    uint8_t *data;
    uint64_t room;
};

static int
write_memory(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct memory *m = ctx;

    memcpy(m->data + offset, data, n);
    return 0;
}

/* The server says nothing to what it refuses, be it for a name that it does not
 * know. */
static enum ir_status
call_download(struct ir_client *c, const char *path, int64_t version,
    struct memory *m, struct ir_payload_facts *got)
{
    struct ir_sink sink = { write_memory, m, 1 };

    ir_call_download_document(c->wire, c->ticket, path, version, m->room,
        &sink, got);
    if (c->error.status == IR_OK && got->length == 0)
        ir_error_set(&c->error, IR_E_SERVER,
            "the server refused the document and gave no reason");
    return c->error.status;
}

static enum ir_status
download(struct ir_client *c, const char *path, int64_t version,
    const struct ir_document *document, struct memory *m,
    struct ir_payload_facts *got)
{
    memset(got, 0, sizeof *got);
    if (document->size_bytes == 0)
        return IR_OK;
    IR_IN_SESSION(c, IR_NAMES_TWO, call_download(c, path, version, m, got));
    if (c->error.status != IR_OK)
        return c->error.status;
    return tell_difference(&c->error, "what was sent", document, got->length,
        got->crc32);
}

enum ir_status
ir_get_content(struct ir_client *c, const char *path, int64_t version,
    uint64_t limit_bytes, void **data, struct ir_result *result)
{
    struct ir_payload_facts got = { 0, 0 };
    struct ir_document document;
    struct ir_error *e = &c->error;
    struct memory m;

    *data = NULL;
    if (ir_get_document(c, path, version, &document) != IR_OK
        || ir_client_keep_document(c, &document) != IR_OK)
        return e->status;
    m.room = document.size_bytes;
    if (m.room > limit_bytes || m.room > INT32_MAX)
        return ir_error_set(e, IR_E_LIMIT, "document of %" PRIu64
            " bytes, at most %" PRIu64 " are wanted", m.room,
            limit_bytes < INT32_MAX ? limit_bytes : INT32_MAX);
    m.data = malloc((size_t)m.room + 1);
    if (m.data == NULL)
        return ir_error_set(e, IR_E_MEMORY, "out of memory");
    if (ir_session_prove(c) == IR_OK)
        download(c, path, version, &document, &m, &got);
    fill_result(result, &document, got.length, got.crc32, e->status);
    if (e->status == IR_OK)
        *data = m.data;
    else
        free(m.data);
    return e->status;
}
