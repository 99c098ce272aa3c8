/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Documents and folders beside their bytes. */
#include <string.h>

#include "codec/crc32.h"
#include "wire/call.h"
#include "wire/calls.h"

/* An operation that says no more than whether it succeeded; 'field' is the
 * request's name of the path. */
#define CALL_SIMPLE(w, operation, kind, ticket_field, path_field)            \
    struct _tns__##operation in = {                                           \
        .ticket_field = ir_call_out(ticket),                                  \
        .path_field = ir_call_out(path),                                      \
    };                                                                        \
    const struct tns__SimpleAnswer *r;                                        \
                                                                              \
    if (ir_call_check_text(w, "path", path, 0) != IR_OK)                      \
        return w->error->status;                                              \
    IR_CALL(w, operation, Simple, kind, NULL, &in, r);                        \
    return r == NULL ? w->error->status : IR_OK

/* Asked whether something is there, older servers say no without a number; only
 * their exceptions begin with a fixed word (docs/protocol.md, "Errors"). */
static enum ir_status
take_no(struct ir_wire *w)
{
    struct ir_error *e = w->error;

    if (e->status != IR_E_SERVER || e->http_status != 200
        || e->server_code != 0 || strstr(e->message, "SystemError") != NULL)
        return e->status;
    e->retryable = 0;
    return e->status = IR_E_NOT_FOUND;
}

enum ir_status
ir_call_folder_exists(struct ir_wire *w, const char *ticket, const char *path)
{
    struct _tns__FolderExists in = {
        .authenticationTicket = ir_call_out(ticket),
        .Path = ir_call_out(path),
    };
    const struct tns__SimpleAnswer *r;

    if (ir_call_check_text(w, "path", path, 0) != IR_OK)
        return w->error->status;
    IR_CALL(w, FolderExists, Simple, IR_CALL_REPEATABLE, NULL, &in, r);
    return r == NULL ? take_no(w) : IR_OK;
}

enum ir_status
ir_call_lock(struct ir_wire *w, const char *ticket, const char *path)
{
    CALL_SIMPLE(w, Lock, IR_CALL_ONCE, AuthenticationTicket, Path);
}

enum ir_status
ir_call_delete_document(struct ir_wire *w, const char *ticket,
    const char *path)
{
    CALL_SIMPLE(w, DeleteDocument, IR_CALL_ONCE, authenticationTicket, Path);
}

enum ir_status
ir_call_unlock(struct ir_wire *w, const char *ticket, const char *path,
    int force)
{
    struct _tns__UnLock in = {
        .authenticationTicket = ir_call_out(ticket),
        .path = ir_call_out(path),
        .force = force ? xsd__boolean__true_ : xsd__boolean__false_,
    };
    const struct tns__SimpleAnswer *r;

    if (ir_call_check_text(w, "path", path, 0) != IR_OK)
        return w->error->status;
    IR_CALL(w, UnLock, Simple, IR_CALL_ONCE, NULL, &in, r);
    return r == NULL ? w->error->status : IR_OK;
}

enum ir_status
ir_call_create_folder(struct ir_wire *w, const char *ticket, const char *path)
{
    struct _tns__CreateFolder in = {
        .authenticationTicket = ir_call_out(ticket),
        .Path = ir_call_out(path),
    };
    const struct tns__CreatedFolderAnswer *r;

    if (ir_call_check_text(w, "path", path, 0) != IR_OK)
        return w->error->status;
    IR_CALL(w, CreateFolder, CreatedFolder, IR_CALL_ONCE, NULL, &in, r);
    return r == NULL ? w->error->status : IR_OK;
}

enum ir_status
ir_call_document_exists(struct ir_wire *w, const char *ticket,
    const char *path, struct ir_exists_answer *a)
{
    struct _tns__DocumentExists in = {
        .authenticationTicket = ir_call_out(ticket),
        .Path = ir_call_out(path),
    };
    const struct tns__DocumentExistsAnswer *r;

    memset(a, 0, sizeof *a);
    if (ir_call_check_text(w, "path", path, 0) != IR_OK)
        return w->error->status;
    IR_CALL(w, DocumentExists, DocumentExists, IR_CALL_REPEATABLE, NULL, &in,
        r);
    if (r == NULL)
        return take_no(w);
    switch (ir_crc32_parse(r->CRC32LASTVERSION, &a->crc32)) {
    case IR_CRC32_OK:
        a->has_crc32 = 1;
        return IR_OK;
    case IR_CRC32_NONE:
        return IR_OK;
    case IR_CRC32_MALFORMED:
        break;
    }
    return ir_call_incomplete(w, "CRC32LASTVERSION");
}

static int64_t
number(const LONG64 *n)
{
    return n == NULL || *n < 0 ? -1 : *n;
}

enum ir_status
ir_call_get_document(struct ir_wire *w, const char *ticket, const char *path,
    struct ir_document_state *a)
{
    struct _tns__GetDocument in = {
        .AuthenticationTicket = ir_call_out(ticket),
        .Path = ir_call_out(path),
    };
    const struct tns__DocumentAnswer *r;
    const char *by;

    if (ir_call_check_text(w, "path", path, 0) != IR_OK)
        return w->error->status;
    IR_CALL(w, GetDocument, Document, IR_CALL_REPEATABLE, NULL, &in, r);
    if (r == NULL)
        return w->error->status;
    if (r->document == NULL)
        return ir_call_incomplete(w, "document");
    by = r->document->CheckoutByUserName;
    a->checked_out_by = by == NULL || *by == '\0' ? NULL : by;
    a->version = number(r->document->VersionNumber);
    a->n_versions = number(r->document->VersionCount);
    return IR_OK;
}

enum ir_status
ir_call_upload_limit(struct ir_wire *w, const char *ticket,
    uint64_t *limit_bytes)
{
    struct _tns__GetGeneralAppSettings in = {
        .authenticationTicket = ir_call_out(ticket),
    };
    const struct tns__GeneralAppSettingsAnswer *r;
    LONG64 limit;

    *limit_bytes = 0;
    IR_CALL(w, GetGeneralAppSettings, GeneralAppSettings, IR_CALL_REPEATABLE,
        NULL, &in, r);
    if (r == NULL)
        return w->error->status;
    if (r->GeneralSettings == NULL
        || r->GeneralSettings->UploadSettings == NULL)
        return IR_OK;
    /* A text that is no number may be one with a unit or with separators. */
    if (soap_s2xsd__long(w->soap,
            r->GeneralSettings->UploadSettings->DocumentMaxSize, &limit)
            == SOAP_OK
        && limit > 0)
        *limit_bytes = (uint64_t)limit;
    return IR_OK;
}
