/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Staging the bytes of a document and committing them. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/crc32.h"
#include "wire/call.h"
#include "wire/calls.h"

/* Packed: major 1 to 2400, minor and revision 0 to 999. */
#define VERSION_MIN 1000000
#define VERSION_MAX INT64_C(2400999999)

enum ir_status
ir_call_create_upload_handler(struct ir_wire *w, const char *ticket,
    uint64_t chunk_bytes, struct ir_upload_handler *a)
{
    struct _tns__CreateUploadHandler in = {
        .authenticationTicket = ir_call_out(ticket),
        .PreferedChunkSize = (LONG64)chunk_bytes,
    };
    const struct tns__UploadHandlerAnswer *r;

    a->id[0] = '\0';
    IR_CALL(w, CreateUploadHandler, UploadHandler, IR_CALL_ONCE, NULL, &in, r);
    if (r == NULL)
        return w->error->status;
    if (!ir_call_is_handler(r->UploadHandler))
        return ir_call_incomplete(w, "UploadHandler");
    memcpy(a->id, r->UploadHandler, strlen(r->UploadHandler) + 1);
    if (r->ChunkSize == NULL || *r->ChunkSize <= 0
        || *r->ChunkSize > INT32_MAX)
        return ir_call_incomplete(w, "ChunkSize");
    a->chunk_bytes = (uint64_t)*r->ChunkSize;
    return IR_OK;
}

/* ---- A chunk ----------------------------------------------------------- */

/* Fetches the blocks of one chunk from the caller's source. */
struct fetcher {
    struct ir_error *error;
    const struct ir_source *source;
    uint64_t begin; /* of the chunk */
};

static int
fetch(void *ctx, uint64_t offset, uint8_t *buf, size_t n)
{
    struct fetcher *f = ctx;
    size_t got = 0;

    offset += f->begin;
    errno = 0;
    if (f->source->read(f->source->ctx, offset, buf, n, &got) != 0) {
        if (errno != 0)
            ir_error_set_errno(f->error, IR_E_IO, errno,
                "cannot read at offset %" PRIu64, offset);
        else
            ir_error_set(f->error, IR_E_CANCELLED,
                "the caller ended the transfer");
        return -1;
    }
    if (got != n) {
        ir_error_set(f->error, IR_E_CHANGED,
            "the source ends at %" PRIu64 ", it was longer before",
            offset + got);
        return -1;
    }
    return 0;
}

enum ir_status
ir_call_upload_file_chunk(struct ir_wire *w, const char *ticket,
    const struct ir_upload_request *request, struct ir_upload_answer *a)
{
    struct fetcher fetcher = { w->error, request->source, request->offset };
    struct ir_payload_source source = { fetch, &fetcher };
    struct ir_payload payload = { .length = request->length,
        .source = &source };
    char crc32[9];
    struct _tns__UploadFileChunk in = {
        .authenticationTicket = ir_call_out(ticket),
        .uploadHandler = ir_call_out(request->handler),
        .fileChunk = &payload,
        .chunkHEXCRC = crc32,
        .lastChunk = request->last ? xsd__boolean__true_
                                   : xsd__boolean__false_,
    };
    struct _tns__UploadFileChunkResponse reply;
    const struct tns__UploadChunkAnswer *r = NULL;
    int rc;

    memset(a, 0, sizeof *a);
    ir_crc32_format(request->crc32, crc32);
    ir_call_begin(w, "UploadFileChunk", IR_CALL_ONCE, NULL);
    do {
        rc = soap_call___tns__UploadFileChunk(w->soap, IR_CALL_ENDPOINT, NULL,
            &in, &reply);
    } while (ir_call_again(w, rc));
    if (w->error->status != IR_OK)
        return w->error->status;
    if (reply.UploadFileChunkResult != NULL
        && reply.UploadFileChunkResult->__union_UploadChunkResult == 1)
        r = reply.UploadFileChunkResult->union_UploadChunkResult.response;
    if (r == NULL)
        return ir_call_incomplete(w, "answer element");
    /* Before success: servers disagree on what it is when they want a chunk
     * again (docs/protocol.md, "Retry"). */
    a->try_again = ir_call_flag(r->tryagain);
    if (a->try_again)
        return IR_OK;
    if (ir_call_outcome(w, r->success, r->error, r->errorCode) != IR_OK)
        return w->error->status;
    switch (ir_crc32_parse(r->filehexcrc, &a->file_crc32)) {
    case IR_CRC32_OK:
        a->has_file_crc32 = 1;
        break;
    case IR_CRC32_NONE:
        break;
    case IR_CRC32_MALFORMED:
        return ir_call_incomplete(w, "filehexcrc");
    }
    return IR_OK;
}

enum ir_status
ir_call_delete_upload_handler(struct ir_wire *w, const char *ticket,
    const char *handler)
{
    struct _tns__DeleteUploadHandler in = {
        .authenticationTicket = ir_call_out(ticket),
        .UploadHandler = ir_call_out(handler),
    };
    const struct tns__SimpleAnswer *r;

    IR_CALL(w, DeleteUploadHandler, Simple, IR_CALL_REPEATABLE, NULL, &in, r);
    return r == NULL ? w->error->status : IR_OK;
}

/* ---- The commit -------------------------------------------------------- */

enum ir_status
ir_call_check_commit(struct ir_wire *w, const struct ir_commit *c)
{
    enum ir_status st = ir_call_check_text(w, "path", c->path, 0);

    if (st == IR_OK && c->xml_parameters != NULL
        && (c->comment != NULL || c->version != 0)) {
        ir_error_clear(w->error);
        return ir_error_set(w->error, IR_E_ARGUMENT,
            "xml_parameters hold comment and version: no others beside them");
    }
    if (st == IR_OK && c->comment != NULL)
        st = ir_call_check_text(w, "comment", c->comment, 1);
    if (st == IR_OK && c->xml_parameters != NULL)
        st = ir_call_check_text(w, "xml_parameters", c->xml_parameters, 1);
    if (st != IR_OK || c->version == 0
        || (c->version >= VERSION_MIN && c->version <= VERSION_MAX))
        return st;
    ir_error_clear(w->error);
    return ir_error_set(w->error, IR_E_ARGUMENT,
        "version %" PRId64 " is not from %d to %" PRId64, c->version,
        VERSION_MIN, VERSION_MAX);
}

static enum ir_status
take_uploaded(struct ir_wire *w, const struct tns__UploadedAnswer *r,
    struct ir_uploaded *a)
{
    if (r == NULL)
        return w->error->status;
    a->document_id = r->DocumentId;
    a->version_id = r->VersionId;
    return IR_OK;
}

static enum ir_status
commit_plain(struct ir_wire *w, const char *ticket, const char *handler,
    const struct ir_commit *c, struct ir_uploaded *a)
{
    struct _tns__UploadDocumentWithHandler in = {
        .authenticationTicket = ir_call_out(ticket),
        .path = ir_call_out(c->path),
        .uploadHandler = ir_call_out(handler),
    };
    struct _tns__UploadDocumentWithHandler1 in1 = {
        .authenticationTicket = ir_call_out(ticket),
        .path = ir_call_out(c->path),
        .uploadHandler = ir_call_out(handler),
        .versionComments = ir_call_out(c->comment),
    };
    const struct tns__UploadedAnswer *r;

    if (c->comment == NULL)
        IR_CALL(w, UploadDocumentWithHandler, Uploaded, IR_CALL_ONCE, NULL,
            &in, r);
    else
        IR_CALL(w, UploadDocumentWithHandler1, Uploaded, IR_CALL_ONCE, NULL,
            &in1, r);
    return take_uploaded(w, r, a);
}

static enum ir_status
commit_version(struct ir_wire *w, const char *ticket, const char *handler,
    const struct ir_commit *c, struct ir_uploaded *a)
{
    struct _tns__UploadDocumentWithHandler2 in = {
        .authenticationTicket = ir_call_out(ticket),
        .path = ir_call_out(c->path),
        .uploadHandler = ir_call_out(handler),
        .versionComments = ir_call_out(c->comment == NULL ? "" : c->comment),
        .mpVersionMajor = (short)(c->version / 1000000),
        .mpVersionMinor = (short)(c->version / 1000 % 1000),
        .mpVersionRevision = (short)(c->version % 1000),
    };
    const struct tns__UploadedAnswer *r;

    IR_CALL(w, UploadDocumentWithHandler2, Uploaded, IR_CALL_ONCE, NULL, &in,
        r);
    return take_uploaded(w, r, a);
}

static enum ir_status
commit_parameters(struct ir_wire *w, const char *ticket, const char *handler,
    const struct ir_commit *c, struct ir_uploaded *a)
{
    struct _tns__UploadDocumentWithHandler3 in = {
        .authenticationTicket = ir_call_out(ticket),
        .path = ir_call_out(c->path),
        .uploadHandler = ir_call_out(handler),
        .xmlParameters = ir_call_out(c->xml_parameters),
    };
    const struct tns__UploadedAnswer *r;

    IR_CALL(w, UploadDocumentWithHandler3, Uploaded, IR_CALL_ONCE, NULL, &in,
        r);
    return take_uploaded(w, r, a);
}

/* A value in 'xml_parameters', where it is an attribute. */
static size_t
quote(const char *text, char *to)
{
    size_t n = 0;

    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < ' ' || strchr("&<>\"'", c) != NULL)
            n += (size_t)sprintf(to + n, "&#%d;", c);
        else
            to[n++] = (char)c;
    }
    to[n] = '\0';
    return n;
}

/* The operation for new documents takes comment and version this way only.  In
 * fresh memory. */
static char *
make_parameters(struct ir_wire *w, const struct ir_commit *c)
{
    const char *comment = c->comment == NULL ? "" : c->comment;
    char *text = malloc(6 * strlen(comment) + 512);
    size_t n;

    if (text == NULL) {
        ir_error_set(w->error, IR_E_MEMORY, "out of memory");
        return NULL;
    }
    if (c->comment == NULL && c->version == 0) {
        strcpy(text, "<xmlparameters/>");
        return text;
    }
    n = (size_t)sprintf(text, "<xmlparameters>");
    if (c->comment != NULL) {
        n += (size_t)sprintf(text + n,
            "<item NAME=\"VERSIONCOMMENT\" VALUE=\"");
        n += quote(comment, text + n);
        n += (size_t)sprintf(text + n, "\"/>");
    }
    if (c->version != 0)
        n += (size_t)sprintf(text + n,
            "<item NAME=\"MPVERSIONMAJOR\" VALUE=\"%" PRId64 "\"/>"
            "<item NAME=\"MPVERSIONMINOR\" VALUE=\"%" PRId64 "\"/>"
            "<item NAME=\"MPVERSIONREVISION\" VALUE=\"%" PRId64 "\"/>",
            c->version / 1000000, c->version / 1000 % 1000, c->version % 1000);
    sprintf(text + n, "</xmlparameters>");
    return text;
}

static enum ir_status
commit_new(struct ir_wire *w, const char *ticket, const char *handler,
    const struct ir_commit *c, struct ir_uploaded *a)
{
    struct _tns__UploadNewDocumentWidthHandler in = {
        .authenticationTicket = ir_call_out(ticket),
        .folderPath = ir_call_out(c->folder),
        .documentName = ir_call_out(c->name),
        .uploadHandler = ir_call_out(handler),
    };
    const struct tns__UploadedAnswer *r;
    char *made = NULL;

    if (c->xml_parameters == NULL) {
        made = make_parameters(w, c);
        if (made == NULL) {
            w->sent = 0; /* that was the call before */
            return w->error->status;
        }
    }
    in.xmlParameters = made != NULL ? made : ir_call_out(c->xml_parameters);
    IR_CALL(w, UploadNewDocumentWidthHandler, Uploaded, IR_CALL_ONCE, NULL,
        &in, r);
    free(made);
    return take_uploaded(w, r, a);
}

enum ir_status
ir_call_commit(struct ir_wire *w, const char *ticket, const char *handler,
    const struct ir_commit *c, struct ir_uploaded *a)
{
    if (ir_call_check_commit(w, c) != IR_OK)
        return w->error->status;
    if (c->folder != NULL)
        return commit_new(w, ticket, handler, c, a);
    if (c->xml_parameters != NULL)
        return commit_parameters(w, ticket, handler, c, a);
    if (c->version != 0)
        return commit_version(w, ticket, handler, c, a);
    return commit_plain(w, ticket, handler, c, a);
}

/* ---- Whole documents --------------------------------------------------- */

/* Send one of the operations with the fields of its request. */
#define UPLOAD_DOCUMENT(w, operation, r, ...)                                 \
    do {                                                                      \
        struct _tns__##operation in_ = {                                      \
            .authenticationTicket = ir_call_out(ticket),                      \
            .path = ir_call_out(c->path),                                     \
            __VA_ARGS__                                                       \
        };                                                                    \
        IR_CALL(w, operation, Uploaded, IR_CALL_ONCE, NULL, &in_, r);         \
    } while (0)

enum ir_status
ir_call_upload_document(struct ir_wire *w, const char *ticket,
    const struct ir_content *c, struct ir_uploaded *a)
{
    struct fetcher fetcher = { w->error, c->source, 0 };
    struct ir_payload_source source = { fetch, &fetcher };
    struct ir_payload payload = { .length = c->length, .source = &source };
    const struct tns__UploadedAnswer *r;

    if (ir_call_check_text(w, "path", c->path, 0) != IR_OK)
        return w->error->status;
    if (c->xml_parameters != NULL)
        UPLOAD_DOCUMENT(w, UploadDocument4, r, .fileContent = &payload,
            .xmlParameters = ir_call_out(c->xml_parameters));
    else if (c->comment != NULL && c->checkout)
        UPLOAD_DOCUMENT(w, UploadDocument3, r, .fileContent = &payload,
            .versionComment = ir_call_out(c->comment),
            .checkout = xsd__boolean__true_);
    else if (c->checkout)
        UPLOAD_DOCUMENT(w, UploadDocument2, r, .fileContent = &payload,
            .checkout = xsd__boolean__true_);
    else if (c->comment != NULL)
        UPLOAD_DOCUMENT(w, UploadDocument1, r, .fileContent = &payload,
            .versionComment = ir_call_out(c->comment));
    else
        UPLOAD_DOCUMENT(w, UploadDocument, r, .fileContent = &payload);
    return take_uploaded(w, r, a);
}
