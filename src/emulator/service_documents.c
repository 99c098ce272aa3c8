/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Looking at documents, folders and libraries. */
#include "service.h"

#include <stdlib.h>
#include <string.h>

static const char *
name_of(const char *path)
{
    return strrchr(path, '/') + 1;
}

/* The checksum of the published version, "" if there is none; NULL if it cannot
 * be had. */
static char *
published_crc32(struct ir_call *call, const struct ir_document *d)
{
    struct ir_document published = *d;
    uint32_t crc;

    if (d->published == 0)
        return ir_call_text(call, "%s", "");
    if (!ir_documents_select(call->emulator, &published, d->published)
        || !ir_checksums_whole(call->emulator, &published.content, &crc))
        return NULL;
    return ir_service_crc32(call, crc);
}

enum ir_refusal
ir_service_DocumentExists(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__DocumentExists *r = in;
    struct tns__DocumentExistsAnswer *a = out;
    struct ir_session session;
    struct ir_document d;
    uint32_t crc;
    enum ir_refusal refusal = ir_service_document(call, r->authenticationTicket,
        r->Path, &session, &d);

    if (refusal == IR_NO_DOCUMENT && r->Path != NULL && r->Path[0] == '~'
        && (r->Path[1] | 0x20) != 'd')
        return IR_IDENTIFIER_FORMAT;
    if (refusal != IR_GRANTED)
        return refusal;
    if (!ir_checksums_whole(call->emulator, &d.content, &crc))
        return IR_BROKEN;
    a->CRC32LASTVERSION = ir_service_crc32(call, crc);
    a->CRC32 = published_crc32(call, &d);
    return a->CRC32 == NULL ? IR_BROKEN : IR_GRANTED;
}

/* The folder that a client calls 'path', for somebody with this ticket. */
static enum ir_refusal
find_folder(struct ir_call *call, const char *ticket, const char *path,
    char real[IR_PATH_SIZE], int64_t *id)
{
    struct ir_session session;
    enum ir_refusal r = ir_call_session(call, ticket, IR_NO_FOLDER, &session);

    if (r != IR_GRANTED)
        return r;
    if (path == NULL
        || !ir_documents_find_folder(call->emulator, path, real, id))
        return IR_NO_FOLDER;
    return IR_GRANTED;
}

enum ir_refusal
ir_service_FolderExists(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__FolderExists *r = in;
    char real[IR_PATH_SIZE];
    int64_t id;

    (void)out;
    return find_folder(call, r->authenticationTicket, r->Path, real, &id);
}

/* The containing folder, as answers write it. */
static char *
folder_text(struct ir_call *call, const char *path)
{
    char *text =
        ir_call_text(call, "%.*s", (int)(name_of(path) - 1 - path), path);

    for (char *c = text; c != NULL && *c != '\0'; c++) {
        if (*c == '/')
            *c = '\\';
    }
    return text;
}

static int64_t
folder_id_of(struct ir_call *call, const char *path)
{
    char folder[IR_PATH_SIZE];
    size_t n = (size_t)(name_of(path) - 1 - path);

    memcpy(folder, path, n);
    folder[n] = '\0';
    return ir_documents_folder_id(call->emulator, folder);
}

static void
describe_checkout(struct ir_call *call, const struct ir_document *d,
    struct tns__Document *a)
{
    bool is_held = d->holder[0] != '\0';

    a->CheckoutBy = is_held ? ir_service_user_id(call, d->holder)
                            : ir_call_text(call, "%s", "");
    a->CheckoutByUserName = ir_call_text(call, "%s", d->holder);
    a->CheckoutDate = is_held ? ir_service_date(call, IR_DATE_STAMP, d->held_ms)
                              : ir_call_text(call, "%s", "");
}

bool
ir_service_describe(struct ir_call *call, const struct ir_document *d,
    struct tns__Document *a)
{
    struct ir_version *versions;
    size_t n_versions;

    if (!ir_documents_versions(call->emulator, d, &versions, &n_versions))
        return false;
    free(versions);
    soap_default_tns__Document(call->soap, a);
    a->DocumentID = ir_call_text(call, "%lld", (long long)d->id);
    a->Name = ir_call_text(call, "%s", name_of(d->path));
    a->Path = folder_text(call, d->path);
    a->Size = ir_service_number(call, (int64_t)d->content.identity.size);
    a->VersionNumber = ir_service_number(call, d->top);
    a->PublishedVersionNumber = ir_service_number(call, d->published);
    a->VersionCount = ir_service_number(call, (int64_t)n_versions);
    a->ModificationDate = ir_service_date(call, IR_DATE_STAMP, d->modified_ms);
    a->CreationDate = ir_service_date(call, IR_DATE_STAMP, d->created_ms);
    describe_checkout(call, d, a);
    a->IsShortcut = ir_call_text(call, "FALSE");
    a->TargetDocumentId = ir_call_text(call, "0");
    a->FolderId =
        ir_call_text(call, "%lld", (long long)folder_id_of(call, d->path));
    a->Type = ir_call_text(call, "%s", "");
    a->OwnerName =
        ir_call_text(call, "%s", call->emulator->settings->users[0].name);
    return true;
}

enum ir_refusal
ir_service_GetDocument(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__GetDocument *r = in;
    struct tns__DocumentAnswer *a = out;
    struct ir_session session;
    struct ir_document d;
    enum ir_refusal refusal = ir_service_document(call, r->AuthenticationTicket,
        r->Path, &session, &d);

    if (refusal != IR_GRANTED)
        return refusal;
    a->document = soap_malloc(call->soap, sizeof *a->document);
    return a->document != NULL && ir_service_describe(call, &d, a->document)
        ? IR_GRANTED
        : IR_BROKEN;
}

bool
ir_service_describe_folder(struct ir_call *call, const char *path,
    struct tns__Folder *out)
{
    char real[IR_PATH_SIZE];
    int64_t id;
    int64_t parent = 0;

    if (!ir_documents_find_folder(call->emulator, path, real, &id))
        return false;
    if (strrchr(real, '/') != real)
        parent = folder_id_of(call, real);
    soap_default_tns__Folder(call->soap, out);
    out->FolderID = ir_call_text(call, "%lld", (long long)id);
    out->ParentID = ir_call_text(call, "%lld", (long long)parent);
    out->Name = ir_call_text(call, "%s", name_of(real));
    out->Path = folder_text(call, real);
    return true;
}

static void
describe_version(struct ir_call *call, const struct ir_version *v,
    struct tns__Version *out)
{
    uint32_t crc;

    soap_default_tns__Version(call->soap, out);
    out->Number = ir_service_number(call, v->number);
    out->VersionAuthor = ir_call_text(call, "%s", v->author);
    out->VersionAuthorId = ir_service_user_id(call, v->author);
    out->VersionSize =
        ir_service_number(call, (int64_t)v->content.identity.size);
    if (ir_checksums_whole(call->emulator, &v->content, &crc))
        out->CheckSum = ir_service_crc32(call, crc);
    else
        out->CheckSumError = ir_call_text(call, "The content is missing.");
    out->DateCreated = ir_service_date(call, IR_DATE_STAMP, v->created_ms);
    out->DatePublished = ir_call_text(call, "%s", "");
    out->Comment = ir_call_text(call, "%s", v->comment);
    out->ApprovalStatus = ir_call_text(call, "Approved");
    out->ApprovalDate = ir_call_text(call, "%s", "");
}

enum ir_refusal
ir_service_GetDocumentVersions(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__GetDocumentVersions *r = in;
    struct tns__VersionsAnswer *a = out;
    struct ir_session session;
    struct ir_document d;
    struct ir_version *versions;
    struct tns__Version *list;
    size_t n;
    enum ir_refusal refusal = ir_service_document(call, r->AuthenticationTicket,
        r->Path, &session, &d);

    if (refusal != IR_GRANTED)
        return refusal;
    if (!ir_documents_versions(call->emulator, &d, &versions, &n))
        return IR_BROKEN;
    list = soap_malloc(call->soap, n * sizeof *list);
    a->Versions = soap_malloc(call->soap, sizeof *a->Versions);
    if (list == NULL || a->Versions == NULL) {
        free(versions);
        return IR_BROKEN;
    }
    for (size_t i = 0; i < n; i++)
        describe_version(call, &versions[i], &list[i]);
    free(versions);
    a->Versions->Version = list;
    a->Versions->__sizeVersion = (int)n;
    return IR_GRANTED;
}

/* A document that vanished since the folder was read is left out. */
static bool
list_document(struct ir_call *call, const char *path,
    struct tns__ListedDocument *out)
{
    struct ir_document d;
    char *crc;

    if (!ir_documents_find(call->emulator, path, &d))
        return false;
    crc = published_crc32(call, &d);
    if (crc == NULL)
        return false;
    soap_default_tns__ListedDocument(call->soap, out);
    out->id = ir_call_text(call, "%lld", (long long)d.id);
    out->n = ir_call_text(call, "%s", name_of(d.path));
    out->sz = ir_service_number(call, (int64_t)d.content.identity.size);
    out->pv = ir_service_number(call, d.published);
    out->lv = ir_service_number(call, d.top);
    out->chksum = crc;
    out->tid = ir_call_text(call, "0");
    return true;
}

static void
list_folder(struct ir_call *call, const char *path,
    struct tns__ListedFolder *out)
{
    soap_default_tns__ListedFolder(call->soap, out);
    out->id = ir_call_text(call, "%lld",
        (long long)ir_documents_folder_id(call->emulator, path));
    out->n = ir_call_text(call, "%s", name_of(path));
}

static bool
list(struct ir_call *call, const char *folder, const struct ir_name *names,
    size_t n, struct tns__ListingAnswer *a)
{
    a->f = soap_malloc(call->soap, (n + 1) * sizeof *a->f);
    a->d = soap_malloc(call->soap, (n + 1) * sizeof *a->d);
    if (a->f == NULL || a->d == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        char *path = ir_call_text(call, "%s/%s", folder, names[i].name);

        if (path == NULL)
            return false;
        if (names[i].is_folder)
            list_folder(call, path, &a->f[a->__sizef++]);
        else if (list_document(call, path, &a->d[a->__sized]))
            a->__sized++;
    }
    return true;
}

enum ir_refusal
ir_service_GetFoldersAndDocuments2(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__GetFoldersAndDocuments2 *r = in;
    struct tns__ListingAnswer *a = out;
    char folder[IR_PATH_SIZE];
    struct ir_name *names;
    int64_t id;
    size_t n;
    bool ok;
    enum ir_refusal refusal =
        find_folder(call, r->authenticationTicket, r->Path, folder, &id);

    if (refusal != IR_GRANTED)
        return refusal;
    if (!ir_tree_list(call->emulator->tree, folder, &names, &n))
        return IR_NO_FOLDER;
    ok = list(call, folder, names, n, a);
    ir_tree_names_free(names, n);
    if (!ok)
        return IR_BROKEN;
    a->id = ir_call_text(call, "%lld", (long long)id);
    a->name = ir_call_text(call, "%s", name_of(folder));
    a->itemcount = ir_service_number(call, a->__sizef + a->__sized);
    return IR_GRANTED;
}

static void
list_library(struct ir_call *call, const char *name, struct tns__Domain *out)
{
    char *path = ir_call_text(call, "/%s", name);
    int64_t id =
        path == NULL ? 0 : ir_documents_folder_id(call->emulator, path);

    soap_default_tns__Domain(call->soap, out);
    out->DomainID = ir_call_text(call, "%lld", (long long)id);
    out->DomainName = ir_call_text(call, "%s", name);
    out->AnonymousDomain = ir_call_text(call, "FALSE");
    out->IsArchive = ir_call_text(call, "FALSE");
    out->IsHidden = ir_call_text(call, "FALSE");
    out->WelcomeMessage = ir_call_text(call, "%s", "");
}

/* The anonymous user gets a list with nothing in it. */
enum ir_refusal
ir_service_GetDomains(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__GetDomains *r = in;
    struct tns__DomainsAnswer *a = out;
    struct tns__Domains *domains;
    struct ir_session session;
    struct ir_name *names = NULL;
    size_t n = 0;
    enum ir_refusal refusal =
        ir_call_session(call, r->authenticationTicket, IR_NO_LIBRARY, &session);

    if (refusal != IR_GRANTED && refusal != IR_NO_LIBRARY)
        return refusal;
    if (refusal == IR_GRANTED
        && !ir_tree_list(call->emulator->tree, "/", &names, &n))
        return IR_BROKEN;
    domains = soap_malloc(call->soap, sizeof *domains);
    if (domains != NULL)
        domains->domain =
            soap_malloc(call->soap, (n + 1) * sizeof *domains->domain);
    if (domains == NULL || domains->domain == NULL) {
        ir_tree_names_free(names, n);
        return IR_BROKEN;
    }
    domains->__sizedomain = 0;
    for (size_t i = 0; i < n; i++) {
        if (names[i].is_folder)
            list_library(call, names[i].name,
                &domains->domain[domains->__sizedomain++]);
    }
    ir_tree_names_free(names, n);
    a->domains = domains;
    return IR_GRANTED;
}
