/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The table of operations.  SOAP requests are parsed by generated code, GET and
 * POST requests by this table, into the same structures. */
#include "operations.h"

#include "soapH.h"

#include <string.h>
#include <strings.h>

#define P(of_kind, operation, of_name) \
    { \
        .name = #of_name, .kind = IR_PARAMETER_##of_kind, \
        .offset = offsetof(struct _tns__##operation, of_name), \
    }

#define END \
    { \
        .name = NULL, \
    }

static const struct ir_parameter of_AuthenticateUser[] = {
    P(TEXT, AuthenticateUser, UID),
    P(TEXT, AuthenticateUser, PWD),
    END,
};

static const struct ir_parameter of_AuthenticateUser1[] = {
    P(TEXT, AuthenticateUser1, UID),
    P(TEXT, AuthenticateUser1, PWD),
    P(OPTIONAL_TEXT, AuthenticateUser1, Lang),
    END,
};

static const struct ir_parameter of_RenewTicket[] = {
    P(TEXT, RenewTicket, UID),
    P(TEXT, RenewTicket, PWD),
    P(OPTIONAL_TEXT, RenewTicket, Lang),
    P(OPTIONAL_TEXT, RenewTicket, OldTicket),
    END,
};

static const struct ir_parameter of_isValidTicket[] = {
    P(TICKET, isValidTicket, AuthenticationTicket),
    END,
};

static const struct ir_parameter of_LogOut[] = {
    P(TICKET, LogOut, AuthenticationTicket),
    END,
};

static const struct ir_parameter of_ServerInfo[] = {
    END,
};

static const struct ir_parameter of_GetDownloadHandler[] = {
    P(TICKET, GetDownloadHandler, AuthenticationTicket),
    P(TEXT, GetDownloadHandler, Path),
    P(INT, GetDownloadHandler, PreferedChunkSize),
    END,
};

static const struct ir_parameter of_GetDownloadHandlerByVersion[] = {
    P(TICKET, GetDownloadHandlerByVersion, AuthenticationTicket),
    P(TEXT, GetDownloadHandlerByVersion, Path),
    P(INT, GetDownloadHandlerByVersion, PreferedChunkSize),
    P(INT, GetDownloadHandlerByVersion, VersionNumber),
    END,
};

static const struct ir_parameter of_DownloadFileChunk[] = {
    P(TICKET, DownloadFileChunk, authenticationTicket),
    P(TEXT, DownloadFileChunk, DownloadHandler),
    P(OFFSET, DownloadFileChunk, StartOffset),
    P(INT, DownloadFileChunk, ChunkSize),
    END,
};

static const struct ir_parameter of_DeleteDownloadHandler[] = {
    P(TICKET, DeleteDownloadHandler, authenticationTicket),
    P(TEXT, DeleteDownloadHandler, DownloadHandler),
    END,
};

static const struct ir_parameter of_DownloadZipWithHandler[] = {
    P(TICKET, DownloadZipWithHandler, authenticationTicket),
    P(TEXT, DownloadZipWithHandler, Paths),
    P(FLAG, DownloadZipWithHandler, partialResult),
    END,
};

static const struct ir_parameter of_GetDownloadInfo[] = {
    P(TICKET, GetDownloadInfo, AuthenticationTicket),
    P(TEXT, GetDownloadInfo, Path),
    END,
};

static const struct ir_parameter of_GetDownloadInfoByVersion[] = {
    P(TICKET, GetDownloadInfoByVersion, AuthenticationTicket),
    P(TEXT, GetDownloadInfoByVersion, Path),
    P(INT, GetDownloadInfoByVersion, VersionNumber),
    END,
};

static const struct ir_parameter of_DownloadDocument[] = {
    P(TICKET, DownloadDocument, authenticationTicket),
    P(TEXT, DownloadDocument, Path),
    END,
};

static const struct ir_parameter of_DownloadDocumentVersion[] = {
    P(TICKET, DownloadDocumentVersion, authenticationTicket),
    P(TEXT, DownloadDocumentVersion, Path),
    P(INT, DownloadDocumentVersion, VersionNumber),
    END,
};

static const struct ir_parameter of_DownloadZip[] = {
    P(TICKET, DownloadZip, authenticationTicket),
    P(TEXT, DownloadZip, Paths),
    END,
};

static const struct ir_parameter of_GetDownloadQue[] = {
    P(TICKET, GetDownloadQue, AuthenticationTicket),
    P(FLAG, GetDownloadQue, withrules),
    P(FLAG, GetDownloadQue, withpropertysets),
    P(FLAG, GetDownloadQue, withsecurity),
    P(FLAG, GetDownloadQue, withOwner),
    P(FLAG, GetDownloadQue, withVersions),
    END,
};

static const struct ir_parameter of_AddToDownloadQueue[] = {
    P(TICKET, AddToDownloadQueue, authenticationTicket),
    P(TEXT, AddToDownloadQueue, itemPath),
    END,
};

static const struct ir_parameter of_RemoveFromDownloadQueue[] = {
    P(TICKET, RemoveFromDownloadQueue, authenticationTicket),
    P(TEXT, RemoveFromDownloadQueue, itemPath),
    END,
};

static const struct ir_parameter of_CreateUploadHandler[] = {
    P(TICKET, CreateUploadHandler, authenticationTicket),
    P(INT, CreateUploadHandler, PreferedChunkSize),
    END,
};

static const struct ir_parameter of_UploadFileChunk[] = {
    P(TICKET, UploadFileChunk, authenticationTicket),
    P(TEXT, UploadFileChunk, uploadHandler),
    P(BYTES, UploadFileChunk, fileChunk),
    P(TEXT, UploadFileChunk, chunkHEXCRC),
    P(FLAG, UploadFileChunk, lastChunk),
    END,
};

static const struct ir_parameter of_DeleteUploadHandler[] = {
    P(TICKET, DeleteUploadHandler, authenticationTicket),
    P(TEXT, DeleteUploadHandler, UploadHandler),
    END,
};

static const struct ir_parameter of_UploadDocumentWithHandler[] = {
    P(TICKET, UploadDocumentWithHandler, authenticationTicket),
    P(TEXT, UploadDocumentWithHandler, path),
    P(TEXT, UploadDocumentWithHandler, uploadHandler),
    END,
};

static const struct ir_parameter of_UploadDocumentWithHandler1[] = {
    P(TICKET, UploadDocumentWithHandler1, authenticationTicket),
    P(TEXT, UploadDocumentWithHandler1, path),
    P(TEXT, UploadDocumentWithHandler1, uploadHandler),
    P(OPTIONAL_TEXT, UploadDocumentWithHandler1, versionComments),
    END,
};

static const struct ir_parameter of_UploadDocumentWithHandler2[] = {
    P(TICKET, UploadDocumentWithHandler2, authenticationTicket),
    P(TEXT, UploadDocumentWithHandler2, path),
    P(TEXT, UploadDocumentWithHandler2, uploadHandler),
    P(OPTIONAL_TEXT, UploadDocumentWithHandler2, versionComments),
    P(SHORT, UploadDocumentWithHandler2, mpVersionMajor),
    P(SHORT, UploadDocumentWithHandler2, mpVersionMinor),
    P(SHORT, UploadDocumentWithHandler2, mpVersionRevision),
    END,
};

static const struct ir_parameter of_UploadDocumentWithHandler3[] = {
    P(TICKET, UploadDocumentWithHandler3, authenticationTicket),
    P(TEXT, UploadDocumentWithHandler3, path),
    P(TEXT, UploadDocumentWithHandler3, uploadHandler),
    P(TEXT, UploadDocumentWithHandler3, xmlParameters),
    END,
};

static const struct ir_parameter of_UploadNewDocumentWidthHandler[] = {
    P(TICKET, UploadNewDocumentWidthHandler, authenticationTicket),
    P(TEXT, UploadNewDocumentWidthHandler, folderPath),
    P(TEXT, UploadNewDocumentWidthHandler, documentName),
    P(TEXT, UploadNewDocumentWidthHandler, uploadHandler),
    P(TEXT, UploadNewDocumentWidthHandler, xmlParameters),
    END,
};

static const struct ir_parameter of_UploadDocument[] = {
    P(TICKET, UploadDocument, authenticationTicket),
    P(TEXT, UploadDocument, path),
    P(BYTES, UploadDocument, fileContent),
    END,
};

static const struct ir_parameter of_UploadDocument1[] = {
    P(TICKET, UploadDocument1, authenticationTicket),
    P(TEXT, UploadDocument1, path),
    P(BYTES, UploadDocument1, fileContent),
    P(OPTIONAL_TEXT, UploadDocument1, versionComment),
    END,
};

static const struct ir_parameter of_UploadDocument2[] = {
    P(TICKET, UploadDocument2, authenticationTicket),
    P(TEXT, UploadDocument2, path),
    P(BYTES, UploadDocument2, fileContent),
    P(FLAG, UploadDocument2, checkout),
    END,
};

static const struct ir_parameter of_UploadDocument3[] = {
    P(TICKET, UploadDocument3, authenticationTicket),
    P(TEXT, UploadDocument3, path),
    P(BYTES, UploadDocument3, fileContent),
    P(OPTIONAL_TEXT, UploadDocument3, versionComment),
    P(FLAG, UploadDocument3, checkout),
    END,
};

static const struct ir_parameter of_UploadDocument4[] = {
    P(TICKET, UploadDocument4, authenticationTicket),
    P(TEXT, UploadDocument4, path),
    P(BYTES, UploadDocument4, fileContent),
    P(TEXT, UploadDocument4, xmlParameters),
    END,
};

static const struct ir_parameter of_DocumentExists[] = {
    P(TICKET, DocumentExists, authenticationTicket),
    P(TEXT, DocumentExists, Path),
    END,
};

static const struct ir_parameter of_FolderExists[] = {
    P(TICKET, FolderExists, authenticationTicket),
    P(TEXT, FolderExists, Path),
    END,
};

static const struct ir_parameter of_CreateFolder[] = {
    P(TICKET, CreateFolder, authenticationTicket),
    P(TEXT, CreateFolder, Path),
    END,
};

static const struct ir_parameter of_GetDocument[] = {
    P(TICKET, GetDocument, AuthenticationTicket),
    P(TEXT, GetDocument, Path),
    P(FLAG, GetDocument, withPropertySets),
    P(FLAG, GetDocument, withSecurity),
    P(FLAG, GetDocument, withOwner),
    P(FLAG, GetDocument, withVersions),
    END,
};

static const struct ir_parameter of_GetDocumentVersions[] = {
    P(TICKET, GetDocumentVersions, AuthenticationTicket),
    P(TEXT, GetDocumentVersions, Path),
    END,
};

static const struct ir_parameter of_GetFoldersAndDocuments2[] = {
    P(TICKET, GetFoldersAndDocuments2, authenticationTicket),
    P(TEXT, GetFoldersAndDocuments2, Path),
    END,
};

static const struct ir_parameter of_GetDomains[] = {
    P(TICKET, GetDomains, authenticationTicket),
    END,
};

static const struct ir_parameter of_Lock[] = {
    P(TICKET, Lock, AuthenticationTicket),
    P(TEXT, Lock, Path),
    END,
};

static const struct ir_parameter of_UnLock[] = {
    P(TICKET, UnLock, authenticationTicket),
    P(TEXT, UnLock, path),
    P(FLAG, UnLock, force),
    END,
};

static const struct ir_parameter of_DeleteDocument[] = {
    P(TICKET, DeleteDocument, authenticationTicket),
    P(TEXT, DeleteDocument, Path),
    END,
};

static const struct ir_parameter of_getApplicationParameters[] = {
    P(TICKET, getApplicationParameters, AuthenticationTicket),
    END,
};

static const struct ir_parameter of_GetGeneralAppSettings[] = {
    P(TICKET, GetGeneralAppSettings, authenticationTicket),
    END,
};

/* The generated functions of an operation, for messages of any. */
#define MESSAGES(of_name, type, root, of_traits) \
    static int read_##of_name(struct soap *soap, void *in) \
    { \
        if (soap_in__tns__##of_name(soap, "tns:" #of_name, in, NULL) != NULL) \
            return SOAP_OK; \
        return soap->error; \
    } \
\
    static int put_##of_name(struct soap *soap, const void *response) \
    { \
        return soap_put__tns__##of_name##Response(soap, response, \
            "tns:" #of_name "Response", ""); \
    }

IR_OPERATIONS(MESSAGES)

#define ROW(of_name, type, root, of_traits) \
    { \
        .name = #of_name, \
        .parameters = of_##of_name, \
        .request_size = sizeof(struct _tns__##of_name), \
        .answer = &ir_answer_##type, \
        .modern_root = IR_ROOT_##root, \
        .traits = (of_traits), \
        .read = read_##of_name, \
        .put = put_##of_name, \
        .serve = ir_service_##of_name, \
    },

static const struct ir_operation operations[] = { IR_OPERATIONS(ROW) };

size_t
ir_operations_count(void)
{
    return sizeof operations / sizeof operations[0];
}

const struct ir_operation *
ir_operations_at(size_t i)
{
    return &operations[i];
}

const char *
ir_operations_name(size_t i)
{
    return operations[i].name;
}

const struct ir_operation *
ir_operations_find(const char *name, bool any_case)
{
    for (size_t i = 0; i < ir_operations_count(); i++) {
        if ((any_case ? strcasecmp : strcmp)(operations[i].name, name) == 0)
            return &operations[i];
    }
    return NULL;
}

bool
ir_operations_takes_bytes(const struct ir_operation *o)
{
    for (const struct ir_parameter *p = o->parameters; p->name != NULL; p++) {
        if (p->kind == IR_PARAMETER_BYTES)
            return true;
    }
    return false;
}
