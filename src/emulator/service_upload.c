/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Putting documents.  Handlers can be created and deleted; what fills and
 * commits them is refused. */
#include "service.h"

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

IR_SERVICE_NOT_OFFERED(UploadFileChunk)
IR_SERVICE_NOT_OFFERED(UploadDocumentWithHandler)
IR_SERVICE_NOT_OFFERED(UploadDocumentWithHandler1)
IR_SERVICE_NOT_OFFERED(UploadDocumentWithHandler2)
IR_SERVICE_NOT_OFFERED(UploadDocumentWithHandler3)
IR_SERVICE_NOT_OFFERED(UploadNewDocumentWidthHandler)
IR_SERVICE_NOT_OFFERED(UploadDocument)
IR_SERVICE_NOT_OFFERED(UploadDocument1)
IR_SERVICE_NOT_OFFERED(UploadDocument2)
IR_SERVICE_NOT_OFFERED(UploadDocument3)
IR_SERVICE_NOT_OFFERED(UploadDocument4)
