/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Putting documents, the first part: handlers and their chunks.
 *
 * Chunks are appended in the order of their arrival, since nothing in a request
 * says where it belongs.  One whose checksum does not agree is not appended and
 * may be sent again. */
#include "service.h"

#include "codec/crc32.h"

/* A ticket is not asked for, as on the server that this was learnt from; but a
 * handler has to belong to a session, so without one it is of no use. */
enum ir_refusal
ir_service_CreateUploadHandler(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__CreateUploadHandler *r = in;
    struct tns__UploadHandlerAnswer *a = out;
    struct ir_session session = { 0 };
    struct ir_handler h = { .kind = IR_HANDLER_UPLOAD };

    if (ir_call_session(call, r->authenticationTicket, IR_NO_TICKET, &session)
        != IR_GRANTED)
        session.id = 0;
    h.session = session.id;
    h.chunk_bytes = ir_service_grant(call, r->PreferedChunkSize);
    switch (ir_handlers_begin(call->emulator, &h)) {
    case IR_HANDLERS_OK:
        break;
    case IR_HANDLERS_TOO_MANY:
        return IR_TOO_MANY_HANDLERS;
    case IR_HANDLERS_FAILED:
        return IR_BROKEN;
    }
    ir_report_add(call->emulator->report, IR_COUNT_HANDLERS_BEGUN, 1);
    a->UploadHandler = ir_call_text(call, "%s", h.name);
    a->ChunkSize = ir_service_number(call, h.chunk_bytes);
    return IR_GRANTED;
}

enum ir_refusal
ir_service_DeleteUploadHandler(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__DeleteUploadHandler *r = in;
    struct ir_session session;
    enum ir_refusal refusal;

    (void)out;
    if (!ir_service_is_handler(call, r->UploadHandler))
        return IR_DELETED_HANDLER_FORMAT;
    refusal =
        ir_call_session(call, r->authenticationTicket, IR_NO_TICKET, &session);
    if (refusal == IR_GRANTED)
        ir_handlers_end(call->emulator, session.id, IR_HANDLER_UPLOAD,
            r->UploadHandler);
    return refusal;
}

/* The handler's file, held for this call. */
static enum ir_refusal
open_upload(struct ir_call *call, const char *ticket, const char *handler)
{
    struct ir_upload *u = &call->incoming.upload;
    struct ir_session session;
    enum ir_refusal refusal =
        ir_call_session(call, ticket, IR_NO_TICKET, &session);

    if (refusal != IR_GRANTED)
        return refusal;
    if (!ir_service_is_handler(call, handler))
        return IR_UPLOAD_HANDLER_FORMAT;
    if (u->fd < 0 && !ir_uploads_open(call->emulator, session.id, handler, u))
        return IR_NO_UPLOAD_HANDLER;
    return IR_GRANTED;
}

/* The ticket of the request that is being read; NULL if it has not come yet. */
static const char *
early_ticket(const struct ir_call *call)
{
    const struct ir_parameter *p = call->operation->parameters;

    return *(char *const *)((const char *)call->request + p->offset);
}

void
ir_service_receive(struct ir_call *call)
{
    const struct _tns__UploadFileChunk *chunk = call->request;
    const char *ticket = early_ticket(call);
    bool is_chunk = call->operation->serve == ir_service_UploadFileChunk;
    uint64_t max = call->emulator->settings->max_document_bytes;
    struct ir_session session;

    if (is_chunk && ticket != NULL && chunk->uploadHandler != NULL) {
        if (open_upload(call, ticket, chunk->uploadHandler) == IR_GRANTED)
            ir_incoming_to_upload(call);
        return;
    }
    if (ticket != NULL
        && ir_call_session(call, ticket, IR_NO_TICKET, &session) != IR_GRANTED)
        return;
    if (is_chunk)
        ir_incoming_to_spool(call, IR_LARGEST_CHUNK);
    else
        ir_incoming_to_spool(call, max == 0 ? UINT64_MAX : max);
}

/* Whether the chunk's length is what was agreed: exactly the chunk size, or
 * less if it is the last. */
static bool
is_length_right(const struct ir_upload *u, uint64_t length, bool is_last)
{
    return length <= u->handler.chunk_bytes
        && (is_last || length == u->handler.chunk_bytes);
}

static bool
is_checksum_right(const char *text, uint32_t crc)
{
    uint32_t expected;

    return ir_crc32_parse(text, &expected) == IR_CRC32_OK && expected == crc;
}

/* Make the chunk count; its bytes are behind the others already, unless they
 * came before the name of the handler. */
static enum ir_refusal
append(struct ir_call *call, const struct ir_payload *chunk, bool is_last)
{
    struct ir_incoming *incoming = &call->incoming;
    struct ir_upload *u = &incoming->upload;

    if (incoming->is_broken || incoming->length != chunk->length
        || (incoming->spool.place[0] != '\0' && !ir_incoming_move(call, u)))
        return IR_BROKEN;
    return ir_uploads_append(call->emulator, u, chunk->length, chunk->crc32,
               is_last)
        ? IR_GRANTED
        : IR_NO_UPLOAD_HANDLER;
}

static enum ir_refusal
ask_again(struct ir_call *call, struct tns__UploadChunkAnswer *a)
{
    ir_report_add(call->emulator->report, IR_COUNT_TRYAGAIN, 1);
    a->tryagain = ir_call_text(call, "true");
    return call->emulator->settings->tryagain_succeeds ? IR_GRANTED : IR_TOLD;
}

enum ir_refusal
ir_service_UploadFileChunk(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__UploadFileChunk *r = in;
    struct tns__UploadChunkAnswer *a = out;
    struct ir_upload *u = &call->incoming.upload;
    bool is_last = r->lastChunk == xsd__boolean__true_;
    enum ir_refusal refusal =
        open_upload(call, r->authenticationTicket, r->uploadHandler);

    if (refusal != IR_GRANTED)
        return refusal;
    if (r->fileChunk == NULL)
        return IR_NO_BYTES;
    if (u->handler.is_complete)
        return IR_UPLOAD_COMPLETE;
    if (!is_length_right(u, r->fileChunk->length, is_last))
        return IR_CHUNK_LENGTH;
    if (!is_checksum_right(r->chunkHEXCRC, r->fileChunk->crc32))
        return ask_again(call, a);
    refusal = append(call, r->fileChunk, is_last);
    if (refusal != IR_GRANTED)
        return refusal;
    a->tryagain = ir_call_text(call, "false");
    if (is_last && !call->emulator->settings->no_filehexcrc)
        a->filehexcrc = ir_service_crc32(call, u->handler.crc);
    return IR_GRANTED;
}
