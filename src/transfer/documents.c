/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The operations on documents and handlers, one call each. */
#include <inttypes.h>
#include <string.h>

#include "transfer/session.h"
#include "transfer/staged.h"

static enum ir_status
check_version(struct ir_client *c, int64_t version)
{
    if (version < 0)
        return ir_error_set(&c->error, IR_E_ARGUMENT,
            "a version number is 0 or the server's, such as 1000001");
    return IR_OK;
}

enum ir_status
ir_get_document(struct ir_client *c, const char *path, int64_t version,
    struct ir_document *document)
{
    struct ir_cure cure = { 0 };
    enum ir_status st;

    ir_wire_begin(c->wire);
    if (ir_session_check(c) != IR_OK || check_version(c, version) != IR_OK)
        return c->error.status;
    do
        st = ir_call_get_download_info(c->wire, c->ticket, path, version,
            document);
    while (ir_session_again(c, &cure, IR_NAMES_ONE, st));
    return c->error.status;
}

enum ir_status
ir_staged_begin(struct ir_client *c, const char *path, int64_t version,
    uint64_t chunk_bytes, struct ir_handler *handler)
{
    struct ir_cure cure = { 0 };
    enum ir_status st;

    handler->id[0] = '\0';
    if (ir_session_check(c) != IR_OK)
        return c->error.status;
    if (chunk_bytes == 0)
        chunk_bytes = IR_STAGED_CHUNK_BYTES;
    if (chunk_bytes > INT32_MAX)
        return ir_error_set(&c->error, IR_E_ARGUMENT,
            "a chunk has at most %d bytes", INT32_MAX);
    if (check_version(c, version) != IR_OK)
        return c->error.status;
    do
        st = ir_call_get_download_handler(c->wire, c->ticket, path, version,
            chunk_bytes, handler);
    while (ir_session_again(c, &cure, IR_NAMES_ONE, st));
    if (atomic_load(&c->cancelled))
        ir_error_set(&c->error, IR_E_CANCELLED, "cancelled");
    return c->error.status;
}

enum ir_status
ir_staged_read(struct ir_client *c, const struct ir_chunk_request *request,
    struct ir_chunk *chunk)
{
    struct ir_cure cure = { 0 };
    enum ir_status st;

    do
        st = ir_call_download_file_chunk(c->wire, c->ticket, request, chunk);
    while (ir_session_again(c, &cure, IR_NAMES_TWO, st));
    return c->error.status;
}

enum ir_status
ir_staged_end(struct ir_client *c, const char *id)
{
    struct ir_cure cure = { 0 };
    enum ir_status st;

    do
        st = ir_call_delete_download_handler(c->wire, c->ticket, id);
    while (ir_session_again(c, &cure, IR_NAMES_TWO, st));
    return c->error.status;
}

/* ---- Public ------------------------------------------------------------ */

enum ir_status
ir_handler_begin(struct ir_client *c, const char *path, int64_t version,
    uint64_t chunk_bytes, struct ir_handler *handler)
{
    ir_wire_begin(c->wire);
    return ir_staged_begin(c, path, version, chunk_bytes, handler);
}

enum ir_status
ir_handler_read(struct ir_client *c, const char *id, uint64_t offset,
    uint64_t length, const struct ir_sink *sink, struct ir_chunk *chunk)
{
    struct ir_chunk_request request = { id, offset, length, sink };

    ir_wire_begin(c->wire);
    if (ir_session_check(c) != IR_OK)
        return c->error.status;
    if (sink == NULL || sink->write == NULL)
        return ir_error_set(&c->error, IR_E_ARGUMENT, "the sink is missing");
    if (length == 0 || length > INT32_MAX || offset > INT64_MAX - length)
        return ir_error_set(&c->error, IR_E_ARGUMENT,
            "a chunk has 1 to %d bytes, and an offset below 2^63", INT32_MAX);
    return ir_staged_read(c, &request, chunk);
}

enum ir_status
ir_handler_end(struct ir_client *c, const char *id)
{
    ir_wire_begin(c->wire);
    if (ir_session_check(c) != IR_OK)
        return c->error.status;
    if (!atomic_load(&c->cancelled))
        return ir_staged_end(c, id);
    ir_wire_grace(c->wire, IR_CLIENT_GRACE_MS);
    ir_staged_end(c, id);
    ir_wire_grace(c->wire, 0);
    return c->error.status;
}
