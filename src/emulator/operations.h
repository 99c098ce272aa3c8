/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_OPERATIONS_H
#define IR_EMULATOR_OPERATIONS_H

#include "answer.h"
#include "refusal.h"

#include <stdbool.h>
#include <stddef.h>

struct ir_call;
struct soap;

enum ir_parameter_kind {
    IR_PARAMETER_TICKET,
    IR_PARAMETER_TEXT, /* a modern form must have it, and not empty */
    IR_PARAMETER_OPTIONAL_TEXT,
    IR_PARAMETER_INT,
    IR_PARAMETER_OFFSET, /* an int that --large-offsets widens */
    IR_PARAMETER_SHORT,
    IR_PARAMETER_FLAG,
    IR_PARAMETER_BYTES
};

/* One parameter: its documented name and its place in the generated request
 * structure. */
struct ir_parameter {
    const char *name;
    enum ir_parameter_kind kind;
    size_t offset;
};

/* Do what an operation does: read the generated request structure 'in', fill
 * the generated answer structure 'out', which is zeroed.  The attributes of the
 * outcome are set by the caller, from what is returned. */
typedef enum ir_refusal (
    *ir_service_fn)(struct ir_call *call, const void *in, void *out);

struct ir_operation {
    const char *name;
    const struct ir_parameter *parameters; /* the last has no name */
    size_t request_size;
    const struct ir_answer *answer;
    enum ir_root modern_root;
    unsigned traits;

    /* Read the request structure from a SOAP message, write the response
     * structure to one.  They return gSOAP error codes. */
    int (*read)(struct soap *soap, void *in);
    int (*put)(struct soap *soap, const void *response);
    ir_service_fn serve;
};

/* Traits of operations. */
enum {
    IR_EMPTY_ERROR = 1, /* success comes with error="" */
    IR_BRACKETED = 2,   /* modern servers, too, put the number in the text */
    IR_MODERN_ONLY = 4  /* known in one spelling */
};

size_t ir_operations_count(void);
const struct ir_operation *ir_operations_at(size_t i);
const char *ir_operations_name(size_t i);

/* The operation of this name, NULL if there is none; URLs may use any case. */
const struct ir_operation *ir_operations_find(const char *name, bool any_case);

/* Whether a parameter is bytes, which GET cannot carry. */
bool ir_operations_takes_bytes(const struct ir_operation *o);

/* Every operation of the contract, with the type of its answer, the element
 * that a modern server answers with, and its traits. */
#define IR_OPERATIONS(X) \
    X(AuthenticateUser, Login, ROOT, IR_BRACKETED) \
    X(AuthenticateUser1, Login, ROOT, IR_BRACKETED) \
    X(RenewTicket, Login, ROOT, IR_BRACKETED) \
    X(isValidTicket, Login, ROOT, IR_BRACKETED) \
    X(LogOut, Simple, ROOT, IR_BRACKETED) \
    X(ServerInfo, ServerInfo, ROOT, 0) \
    X(GetDownloadHandler, DownloadHandler, RESPONSE, IR_EMPTY_ERROR) \
    X(GetDownloadHandlerByVersion, DownloadHandler, RESPONSE, IR_EMPTY_ERROR) \
    X(DownloadFileChunk, Chunk, RESPONSE, 0) \
    X(DeleteDownloadHandler, Simple, RESPONSE, IR_EMPTY_ERROR) \
    X(DownloadZipWithHandler, ZipHandler, CAPITAL_RESPONSE, \
        IR_EMPTY_ERROR | IR_BRACKETED | IR_MODERN_ONLY) \
    X(GetDownloadInfo, DownloadInfo, RESPONSE, IR_EMPTY_ERROR) \
    X(GetDownloadInfoByVersion, DownloadInfo, RESPONSE, IR_EMPTY_ERROR) \
    X(DownloadDocument, Bytes, RESPONSE, 0) \
    X(DownloadDocumentVersion, Bytes, RESPONSE, 0) \
    X(DownloadZip, Bytes, RESPONSE, 0) \
    X(GetDownloadQue, Queue, ROOT, 0) \
    X(AddToDownloadQueue, Simple, ROOT, IR_MODERN_ONLY) \
    X(RemoveFromDownloadQueue, Simple, ROOT, IR_MODERN_ONLY) \
    X(CreateUploadHandler, UploadHandler, RESPONSE, IR_EMPTY_ERROR) \
    X(UploadFileChunk, UploadChunk, RESPONSE, 0) \
    X(DeleteUploadHandler, Simple, RESPONSE, IR_EMPTY_ERROR) \
    X(UploadDocumentWithHandler, Uploaded, RESPONSE, 0) \
    X(UploadDocumentWithHandler1, Uploaded, ROOT, 0) \
    X(UploadDocumentWithHandler2, Uploaded, ROOT, 0) \
    X(UploadDocumentWithHandler3, Uploaded, ROOT, 0) \
    X(UploadNewDocumentWidthHandler, Uploaded, RESPONSE, 0) \
    X(UploadDocument, Uploaded, RESPONSE, 0) \
    X(UploadDocument1, Uploaded, RESPONSE, 0) \
    X(UploadDocument2, Uploaded, RESPONSE, 0) \
    X(UploadDocument3, Uploaded, ROOT, 0) \
    X(UploadDocument4, Uploaded, RESPONSE, 0) \
    X(DocumentExists, DocumentExists, RESPONSE, 0) \
    X(FolderExists, Simple, RESPONSE, 0) \
    X(CreateFolder, CreatedFolder, RESPONSE, 0) \
    X(GetDocument, Document, RESPONSE, 0) \
    X(GetDocumentVersions, Versions, RESPONSE, 0) \
    X(GetFoldersAndDocuments2, Listing, RESPONSE, 0) \
    X(GetDomains, Domains, RESPONSE, 0) \
    X(Lock, Simple, RESPONSE, IR_EMPTY_ERROR) \
    X(UnLock, Simple, RESPONSE, IR_EMPTY_ERROR) \
    X(DeleteDocument, Simple, RESPONSE, 0) \
    X(getApplicationParameters, ApplicationParameters, RESPONSE, 0) \
    X(GetGeneralAppSettings, GeneralAppSettings, RESPONSE, IR_MODERN_ONLY)

#define IR_OPERATION_DECLARE(name, answer, root, traits) \
    enum ir_refusal ir_service_##name(struct ir_call *call, const void *in, \
        void *out);
IR_OPERATIONS(IR_OPERATION_DECLARE)

#endif
