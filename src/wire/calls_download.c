/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Staging a document and reading it.  The checks on hostile input stand here,
 * once: what leaves this file has the right form and agrees with itself. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "codec/crc32.h"
#include "wire/call.h"
#include "wire/calls.h"

/* Servers grant at most this much; a larger grant is cut down to it. */
#define CHUNK_BYTES_MAX 33554432

/* The description of a document that GetDownloadInfo and GetDownloadHandler
 * share; 'answer' is either's answer. */
#define TAKE_DOCUMENT(w, answer, document)                                   \
    take_document((w), (answer)->Size, (answer)->VersionNumber,              \
        (answer)->CRC32, (answer)->RenderedContent, (document))

static enum ir_status
take_document(struct ir_wire *w, const LONG64 *size, const LONG64 *version,
    const char *crc32, const char *rendered, struct ir_document *d)
{
    memset(d, 0, sizeof *d);
    if (size == NULL || *size < 0)
        return ir_call_incomplete(w, "Size");
    switch (ir_crc32_parse(crc32, &d->crc32)) {
    case IR_CRC32_OK:
        d->has_crc32 = 1;
        break;
    case IR_CRC32_NONE:
        break;
    case IR_CRC32_MALFORMED:
        return ir_call_incomplete(w, "CRC32");
    }
    d->size_bytes = (uint64_t)*size;
    d->version = version == NULL || *version < 0 ? -1 : *version;
    d->rendered = ir_call_flag(rendered);
    return IR_OK;
}

enum ir_status
ir_call_get_download_info(struct ir_wire *w, const char *ticket,
    const char *path, int64_t version, struct ir_document *a)
{
    struct _tns__GetDownloadInfo in = {
        .AuthenticationTicket = ir_call_out(ticket),
        .Path = ir_call_out(path),
    };
    struct _tns__GetDownloadInfoByVersion by_version = {
        .AuthenticationTicket = ir_call_out(ticket),
        .Path = ir_call_out(path),
        .VersionNumber = version,
    };
    const struct tns__DownloadInfoAnswer *r;

    if (ir_call_check_text(w, "path", path, 0) != IR_OK)
        return w->error->status;
    if (version == 0)
        IR_CALL(w, GetDownloadInfo, DownloadInfo, IR_CALL_REPEATABLE, NULL,
            &in, r);
    else
        IR_CALL(w, GetDownloadInfoByVersion, DownloadInfo, IR_CALL_REPEATABLE,
            NULL, &by_version, r);
    if (r == NULL || TAKE_DOCUMENT(w, r, a) != IR_OK)
        return w->error->status;
    a->name = r->AlterDocumentName;
    a->content_type = r->ContentType;
    a->modified = r->ModificationDate;
    return IR_OK;
}

enum ir_status
ir_call_get_download_handler(struct ir_wire *w, const char *ticket,
    const char *path, int64_t version, uint64_t chunk_bytes,
    struct ir_handler *a)
{
    struct _tns__GetDownloadHandler in = {
        .AuthenticationTicket = ir_call_out(ticket),
        .Path = ir_call_out(path),
        .PreferedChunkSize = (LONG64)chunk_bytes,
    };
    struct _tns__GetDownloadHandlerByVersion by_version = {
        .AuthenticationTicket = ir_call_out(ticket),
        .Path = ir_call_out(path),
        .PreferedChunkSize = (LONG64)chunk_bytes,
        .VersionNumber = version,
    };
    const struct tns__DownloadHandlerAnswer *r;

    a->id[0] = '\0';
    if (ir_call_check_text(w, "path", path, 0) != IR_OK)
        return w->error->status;
    if (version == 0)
        IR_CALL(w, GetDownloadHandler, DownloadHandler, IR_CALL_ONCE, NULL,
            &in, r);
    else
        IR_CALL(w, GetDownloadHandlerByVersion, DownloadHandler, IR_CALL_ONCE,
            NULL, &by_version, r);
    if (r == NULL)
        return w->error->status;
    if (!ir_call_is_handler(r->downloadhandler))
        return ir_call_incomplete(w, "downloadhandler");
    memcpy(a->id, r->downloadhandler, strlen(r->downloadhandler) + 1);
    if (TAKE_DOCUMENT(w, r, &a->document) != IR_OK)
        return w->error->status;
    if (r->ChunkSize == NULL || *r->ChunkSize <= 0)
        return ir_call_incomplete(w, "ChunkSize");
    a->chunk_bytes = *r->ChunkSize > CHUNK_BYTES_MAX
        ? CHUNK_BYTES_MAX : (uint64_t)*r->ChunkSize;
    a->document.name = r->AlterDocumentName;
    a->document.content_type = r->ContentType;
    a->document.modified = r->ModificationDate;
    return IR_OK;
}

static enum ir_status
check_handler(struct ir_wire *w, const char *id)
{
    if (ir_call_is_handler(id))
        return IR_OK;
    ir_error_clear(w->error);
    return ir_error_set(w->error, IR_E_ARGUMENT,
        "a handler has 1 to 64 letters, digits and hyphens");
}

/* ---- A chunk ----------------------------------------------------------- */

/* Carries decoded blocks to the caller's sink at their offsets. */
struct placer {
    struct ir_error *error;
    const struct ir_sink *sink;
    uint64_t offset;
};

static int
place(void *ctx, const uint8_t *data, size_t n)
{
    struct placer *p = ctx;

    errno = 0;
    if (p->sink->write(p->sink->ctx, p->offset, data, n) != 0) {
        if (errno != 0)
            ir_error_set_errno(p->error, IR_E_IO, errno,
                "cannot write at offset %" PRIu64, p->offset);
        else
            ir_error_set(p->error, IR_E_CANCELLED,
                "the caller ended the transfer");
        return -1;
    }
    p->offset += n;
    return 0;
}

static enum ir_status
corrupt_length(struct ir_wire *w, uint64_t offset, const char *what,
    uint64_t says, uint64_t expected)
{
    return ir_error_set(w->error, IR_E_CORRUPT, "chunk at %" PRIu64
        ": %s is %" PRIu64 ", expected %" PRIu64, offset, what, says,
        expected);
}

static enum ir_status
check_crc(struct ir_wire *w, const struct tns__ChunkAnswer *r,
    const struct ir_chunk *a)
{
    uint32_t told;

    switch (ir_crc32_parse(r->chunkCRC32, &told)) {
    case IR_CRC32_NONE:
        return ir_error_set(w->error, IR_E_CORRUPT, "chunk at %" PRIu64
            ": no chunkCRC32", a->offset);
    case IR_CRC32_MALFORMED:
        return ir_error_set(w->error, IR_E_CORRUPT, "chunk at %" PRIu64
            ": chunkCRC32 is malformed", a->offset);
    case IR_CRC32_OK:
        break;
    }
    if (told != a->crc32)
        return ir_error_set(w->error, IR_E_CORRUPT, "chunk at %" PRIu64
            ": CRC %08" PRIX32 ", expected %08" PRIX32, a->offset, a->crc32,
            told);
    return IR_OK;
}

static enum ir_status
check_chunk(struct ir_wire *w, const struct tns__ChunkAnswer *r,
    const struct ir_chunk *a)
{
    if (r->filelength == NULL || *r->filelength < 0)
        return ir_call_incomplete(w, "filelength");
    if (r->chunklength == NULL || *r->chunklength < 0)
        return ir_call_incomplete(w, "chunklength");
    if ((uint64_t)*r->chunklength != a->length)
        return corrupt_length(w, a->offset, "chunklength",
            (uint64_t)*r->chunklength, a->length);
    if (check_crc(w, r, a) != IR_OK)
        return w->error->status;
    if (a->offset + a->length > a->file_length)
        return corrupt_length(w, a->offset, "filelength", a->file_length,
            a->offset + a->length);
    if (a->length == 0 && a->offset < a->file_length)
        return ir_error_set(w->error, IR_E_CORRUPT, "chunk at %" PRIu64
            ": empty before the end of %" PRIu64 " bytes", a->offset,
            a->file_length);
    if (a->last != (a->offset + a->length == a->file_length))
        return ir_error_set(w->error, IR_E_CORRUPT, "chunk at %" PRIu64
            ": lastchunk is %s at %" PRIu64 " of %" PRIu64 " bytes",
            a->offset, a->last ? "true" : "false", a->offset + a->length,
            a->file_length);
    return IR_OK;
}

enum ir_status
ir_call_download_file_chunk(struct ir_wire *w, const char *ticket,
    const struct ir_chunk_request *request, struct ir_chunk *a)
{
    struct placer placer = { w->error, request->sink, request->offset };
    struct ir_payload_sink sink = { place, &placer, request->length };
    struct _tns__DownloadFileChunk in = {
        .authenticationTicket = ir_call_out(ticket),
        .DownloadHandler = ir_call_out(request->handler),
        .StartOffset = (LONG64)request->offset,
        .ChunkSize = (LONG64)request->length,
    };
    const struct tns__ChunkAnswer *r;

    memset(a, 0, sizeof *a);
    if (check_handler(w, request->handler) != IR_OK)
        return w->error->status;
    IR_CALL(w, DownloadFileChunk, Chunk, IR_CALL_REPEATABLE, &sink, &in, r);
    if (r == NULL)
        return w->error->status;
    a->offset = request->offset;
    a->length = r->__item.length;
    a->crc32 = r->__item.crc32;
    a->file_length = r->filelength == NULL ? 0 : (uint64_t)*r->filelength;
    a->last = ir_call_flag(r->lastchunk);
    return check_chunk(w, r, a);
}

enum ir_status
ir_call_delete_download_handler(struct ir_wire *w, const char *ticket,
    const char *handler)
{
    struct _tns__DeleteDownloadHandler in = {
        .authenticationTicket = ir_call_out(ticket),
        .DownloadHandler = ir_call_out(handler),
    };
    const struct tns__SimpleAnswer *r;

    if (check_handler(w, handler) != IR_OK)
        return w->error->status;
    IR_CALL(w, DeleteDownloadHandler, Simple, IR_CALL_REPEATABLE, NULL, &in,
        r);
    return r == NULL ? w->error->status : IR_OK;
}

/* ---- Whole documents --------------------------------------------------- */

enum ir_status
ir_call_download_document(struct ir_wire *w, const char *ticket,
    const char *path, int64_t version, uint64_t limit_bytes,
    const struct ir_sink *sink, struct ir_payload_facts *a)
{
    struct placer placer = { w->error, sink, 0 };
    struct ir_payload_sink into = { place, &placer, limit_bytes };
    struct _tns__DownloadDocument in = {
        .authenticationTicket = ir_call_out(ticket),
        .Path = ir_call_out(path),
    };
    struct _tns__DownloadDocumentVersion in_version = {
        .authenticationTicket = ir_call_out(ticket),
        .Path = ir_call_out(path),
        .VersionNumber = version,
    };
    struct _tns__DownloadDocumentResponse reply;
    struct _tns__DownloadDocumentVersionResponse reply_version;
    const struct ir_payload *value;
    int rc;

    memset(a, 0, sizeof *a);
    if (ir_call_check_text(w, "path", path, 0) != IR_OK)
        return w->error->status;
    ir_call_begin(w, version == 0 ? "DownloadDocument"
        : "DownloadDocumentVersion", IR_CALL_REPEATABLE_VALUE, &into);
    do {
        placer.offset = 0;
        if (version == 0)
            rc = soap_call___tns__DownloadDocument(w->soap, IR_CALL_ENDPOINT,
                NULL, &in, &reply);
        else
            rc = soap_call___tns__DownloadDocumentVersion(w->soap,
                IR_CALL_ENDPOINT, NULL, &in_version, &reply_version);
    } while (ir_call_again(w, rc));
    if (w->error->status != IR_OK)
        return w->error->status;
    value = version == 0 ? reply.DownloadDocumentResult
                         : reply_version.DownloadDocumentVersionResult;
    if (value != NULL) {
        a->length = value->length;
        a->crc32 = value->crc32;
    }
    return IR_OK;
}
