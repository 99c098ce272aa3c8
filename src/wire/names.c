/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "wire/names.h"

#include <string.h>
#include <strings.h>

#include "stdsoap2.h"

/* Every attribute that an answer element may carry, as the WSDL writes it. */
static const char *const answer_attributes[] = {
    "AlterDocumentName", "AnonymousAccessIsOn", "CRC32", "CRC32LASTVERSION",
    "ChunkSize", "Company", "ComplianceModuleIsOn", "ContentType",
    "Coordinated_Universal_Time", "DocumentId", "FolderId", "FolderName",
    "LicenseCount", "ModificationDate", "RenderedContent", "ServerName",
    "Server_date_time", "Size", "SubscriptionEndDate", "UTC_Offset",
    "UploadHandler", "VersionId", "VersionNumber", "WindowsAuthenticationIsOn",
    "WorkflowIsOn", "chunkCRC32", "chunklength", "downloadhandler", "email",
    "error", "errorCode", "expireOn", "filehexcrc", "filelength", "firstName",
    "fullname", "id", "isAuthenticated", "itemcount", "lastName", "lastchunk",
    "name", "success", "ticket", "tryagain", "userid", "username",
};

/* Parameters whose spellings differ: the documented and the classic one. */
static const char *const spellings[][2] = {
    { "tns:authenticationTicket", "tns:AuthenticationTicket" },
    { "tns:path", "tns:Path" },
    { "tns:uploadHandler", "tns:UploadHandler" },
    { "tns:fileChunk", "tns:FileChunk" },
    { "tns:chunkHEXCRC", "tns:ChunkHEXCRC" },
    { "tns:lastChunk", "tns:LastChunk" },
    { "tns:versionComments", "tns:VersionComments" },
    { "tns:versionComment", "tns:VersionComment" },
    { "tns:mpVersionMajor", "tns:MPVersionMajor" },
    { "tns:mpVersionMinor", "tns:MPVersionMinor" },
    { "tns:mpVersionRevision", "tns:MPVersionRevision" },
    { "tns:folderPath", "tns:FolderPath" },
    { "tns:documentName", "tns:DocumentName" },
    { "tns:fileContent", "tns:FileContent" },
    { "tns:checkout", "tns:Checkout" },
};

/* Operations of newer servers only, which never had classic names. */
static const char *const documented_only[] = { "AddToDownloadQueue",
    "DownloadZipWithHandler", "GetGeneralAppSettings",
    "RemoveFromDownloadQueue" };

const char *
ir_names_local(const char *tag)
{
    const char *colon = strchr(tag, ':');

    return colon == NULL ? tag : colon + 1;
}

static void
read_attribute(struct soap_attribute *a)
{
    size_t n = sizeof answer_attributes / sizeof answer_attributes[0];

    for (size_t i = 0; i < n; i++)
        if (strcasecmp(a->name, answer_attributes[i]) == 0) {
            memcpy(a->name, answer_attributes[i], strlen(a->name));
            return;
        }
}

void
ir_names_read(struct soap *soap, int *is_answer)
{
    const char *name = ir_names_local(soap->tag);

    *is_answer = strcasecmp(name, "response") == 0
        || strcasecmp(name, "root") == 0;
    if (!*is_answer)
        return;
    memcpy(soap->tag, "response", sizeof "response");
    for (struct soap_attribute *a = soap->attributes; a != NULL; a = a->next)
        if (a->visible)
            read_attribute(a);
}

int
ir_names_is_result(const char *tag)
{
    static const char suffix[] = "Result";
    size_t n = strlen(tag);

    return n >= sizeof suffix - 1
        && strcmp(tag + n - (sizeof suffix - 1), suffix) == 0;
}

const char *
ir_names_classic(const char *tag)
{
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
        if (strcmp(tag, spellings[i][0]) == 0)
            return spellings[i][1];
    return tag;
}

int
ir_names_is_documented_only(const char *operation)
{
    size_t n = sizeof documented_only / sizeof documented_only[0];

    for (size_t i = 0; i < n; i++)
        if (strcmp(operation, documented_only[i]) == 0)
            return 1;
    return 0;
}
