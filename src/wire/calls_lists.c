/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The operations that answer with a list of any length, or take one: folders,
 * versions, the download queue, archives.  Servers differ in the names of the
 * elements of a listing; each is accepted (docs/protocol.md, "Other
 * operations"). */
#include <stdio.h>
#include <string.h>

#include "codec/crc32.h"
#include "wire/call.h"
#include "wire/calls.h"

/* Memory that lives until the next call. */
static void *
answer_memory(struct ir_wire *w, size_t n, size_t size)
{
    void *memory = soap_malloc(w->soap, n * size + 1);

    if (memory == NULL)
        ir_error_set(w->error, IR_E_MEMORY, "out of memory");
    else
        memset(memory, 0, n * size + 1);
    return memory;
}

static int64_t
number(const LONG64 *n)
{
    return n == NULL || *n < 0 ? -1 : *n;
}

/* "~D40817". */
struct id_path {
    char text[24];
};

/* 0 if the server's id is none. */
static int
print_id(struct id_path *path, enum ir_entry_kind kind, const char *id)
{
    size_t n = id == NULL ? 0 : strspn(id, "0123456789");

    if (n == 0 || n > 20 || id[n] != '\0')
        return 0;
    snprintf(path->text, sizeof path->text, "~%c%.20s",
        kind == IR_ENTRY_FOLDER ? 'F' : 'D', id);
    return 1;
}

/* NULL if it is none, or there is no memory, which is recorded. */
static const char *
keep_id(struct ir_wire *w, enum ir_entry_kind kind, const char *id)
{
    struct id_path path;
    char *copy;

    if (!print_id(&path, kind, id))
        return NULL;
    copy = answer_memory(w, strlen(path.text), 1);
    if (copy != NULL)
        memcpy(copy, path.text, strlen(path.text) + 1);
    return copy;
}

/* ---- Folders ----------------------------------------------------------- */

/* The entries of an answer while they are put together. */
struct entries {
    struct ir_wire *w;
    struct ir_entry *at;
    size_t n;
};

static enum ir_status
begin_entry(struct ir_wire *w, struct ir_entry *entry, enum ir_entry_kind kind,
    const char *name)
{
    if (name == NULL || *name == '\0')
        return ir_call_incomplete(w, "name of an entry");
    memset(entry, 0, sizeof *entry);
    entry->kind = kind;
    entry->name = name;
    entry->version = -1;
    entry->published_version = -1;
    return IR_OK;
}

static struct ir_entry *
add_entry(struct entries *e, enum ir_entry_kind kind, const char *id,
    const char *name)
{
    struct ir_entry *entry = &e->at[e->n];

    if (begin_entry(e->w, entry, kind, name) != IR_OK)
        return NULL;
    entry->id = keep_id(e->w, kind, id);
    e->n++;
    return e->w->error->status == IR_OK ? entry : NULL;
}

static enum ir_status
add_folders(struct entries *e, const struct tns__ListedFolder *f, int n)
{
    for (int i = 0; i < n; i++)
        if (add_entry(e, IR_ENTRY_FOLDER, f[i].id,
                f[i].n != NULL ? f[i].n : f[i].name) == NULL)
            break;
    return e->w->error->status;
}

/* The numbers of a document, as far as they are told: -1 is an empty text. */
static enum ir_status
describe(struct ir_wire *w, struct ir_entry *entry, const LONG64 *size,
    const LONG64 *version, const LONG64 *published)
{
    if (size != NULL && *size != -1) {
        if (*size < 0)
            return ir_call_incomplete(w, "size of a document");
        entry->size_bytes = (uint64_t)*size;
        entry->has_size = 1;
    }
    entry->version = number(version);
    entry->published_version = number(published);
    if (entry->published_version == 0)
        entry->published_version = -1;
    return IR_OK;
}

/* A checksum that is none is left out: it is not what a listing is for. */
static enum ir_status
describe_listed(struct ir_wire *w, struct ir_entry *entry,
    const struct tns__ListedDocument *d)
{
    entry->has_crc32 = ir_crc32_parse(d->chksum, &entry->crc32) == IR_CRC32_OK;
    return describe(w, entry, d->sz, d->lv, d->pv);
}

static enum ir_status
add_documents(struct entries *e, const struct tns__ListedDocument *d, int n)
{
    for (int i = 0; i < n; i++) {
        struct ir_entry *entry = add_entry(e, IR_ENTRY_DOCUMENT, d[i].id,
            d[i].n != NULL ? d[i].n : d[i].name);

        if (entry == NULL || describe_listed(e->w, entry, &d[i]) != IR_OK)
            break;
    }
    return e->w->error->status;
}

enum ir_status
ir_call_get_folders_and_documents2(struct ir_wire *w, const char *ticket,
    const char *path, struct ir_listing *a)
{
    struct _tns__GetFoldersAndDocuments2 in = {
        .authenticationTicket = ir_call_out(ticket),
        .Path = ir_call_out(path),
    };
    const struct tns__ListingAnswer *r;
    struct entries e = { .w = w };

    memset(a, 0, sizeof *a);
    if (ir_call_check_text(w, "path", path, 0) != IR_OK)
        return w->error->status;
    IR_CALL(w, GetFoldersAndDocuments2, Listing, IR_CALL_REPEATABLE_LIST, NULL,
        &in, r);
    if (r == NULL)
        return w->error->status;
    e.at = answer_memory(w, (size_t)r->__sizef + (size_t)r->__sizefolder
        + (size_t)r->__sized + (size_t)r->__sizedocument, sizeof *e.at);
    if (e.at == NULL || add_folders(&e, r->f, r->__sizef) != IR_OK
        || add_folders(&e, r->folder, r->__sizefolder) != IR_OK
        || add_documents(&e, r->d, r->__sized) != IR_OK
        || add_documents(&e, r->document, r->__sizedocument) != IR_OK)
        return w->error->status;
    *a = (struct ir_listing){ e.n, e.at };
    return IR_OK;
}

/* ---- A folder, an entry at a time -------------------------------------- */

struct each {
    struct ir_call_elements elements; /* first: the wire points here */
    ir_entry_fn fn;
    void *ctx;
    int n_told;
};

/* The attribute 'name' of the element just read. */
static char *
text_of(struct ir_wire *w, const char *name)
{
    return ir_call_out(soap_attr_value(w->soap, name, 1, 0));
}

static LONG64 *
number_of(struct ir_wire *w, const char *name, LONG64 *n)
{
    const char *text = soap_attr_value(w->soap, name, 5, 0);

    return text == NULL || soap_s2xsd__long(w->soap, text, n) != SOAP_OK ? NULL
                                                                          : n;
}

static enum ir_status
tell(struct ir_wire *w, enum ir_entry_kind kind)
{
    struct each *each = (struct each *)w->elements;
    LONG64 numbers[3];
    const struct tns__ListedDocument d = {
        .id = text_of(w, "id"),
        .n = text_of(w, "n"),
        .name = text_of(w, "name"),
        .sz = number_of(w, "sz", &numbers[0]),
        .lv = number_of(w, "lv", &numbers[1]),
        .pv = number_of(w, "pv", &numbers[2]),
        .chksum = text_of(w, "chksum"),
    };
    struct ir_entry entry;
    struct id_path id;

    if (begin_entry(w, &entry, kind, d.n != NULL ? d.n : d.name) != IR_OK)
        return w->error->status;
    if (print_id(&id, kind, d.id))
        entry.id = id.text;
    if (kind == IR_ENTRY_DOCUMENT && describe_listed(w, &entry, &d) != IR_OK)
        return w->error->status;
    each->n_told++;
    if (each->fn(each->ctx, &entry) != 0)
        ir_error_set(w->error, IR_E_CANCELLED, "the caller ended the listing");
    return w->error->status;
}

/* Renamed, an element is one that the stub does not know, and is skipped. */
static int
take_entry(struct ir_wire *w)
{
    struct soap *soap = w->soap;
    int is_folder =
        strcmp(soap->tag, "f") == 0 || strcmp(soap->tag, "folder") == 0;
    int is_document =
        strcmp(soap->tag, "d") == 0 || strcmp(soap->tag, "document") == 0;

    if (!is_folder && !is_document)
        return SOAP_OK;
    if (w->elements->is_success
        && tell(w, is_folder ? IR_ENTRY_FOLDER : IR_ENTRY_DOCUMENT) != IR_OK)
        return SOAP_USER_ERROR;
    memcpy(soap->tag, "-", sizeof "-");
    return SOAP_OK;
}

/* What has told entries did not refuse to. */
static enum ir_status
settle_each(struct ir_wire *w, const struct each *each)
{
    struct ir_error *e = w->error;

    if (each->n_told == 0
        || (e->status != IR_E_AUTH && e->status != IR_E_NOT_FOUND
            && e->status != IR_E_SERVER && e->status != IR_E_DENIED
            && e->status != IR_E_ARGUMENT))
        return e->status;
    ir_error_clear(e);
    return ir_error_set(e, IR_E_PROTOCOL,
        "the reply to %s is both an answer and a refusal", w->operation);
}

enum ir_status
ir_call_each_entry(struct ir_wire *w, const char *ticket, const char *path,
    ir_entry_fn fn, void *ctx)
{
    struct _tns__GetFoldersAndDocuments2 in = {
        .authenticationTicket = ir_call_out(ticket),
        .Path = ir_call_out(path),
    };
    struct each each = { { take_entry, 0 }, fn, ctx, 0 };
    const struct tns__ListingAnswer *r;

    if (ir_call_check_text(w, "path", path, 0) != IR_OK)
        return w->error->status;
    w->elements = &each.elements;
    IR_CALL(w, GetFoldersAndDocuments2, Listing, IR_CALL_REPEATABLE_LIST, NULL,
        &in, r);
    w->elements = NULL;
    return r == NULL ? settle_each(w, &each) : IR_OK;
}

enum ir_status
ir_call_get_domains(struct ir_wire *w, const char *ticket,
    struct ir_listing *a)
{
    struct _tns__GetDomains in = {
        .authenticationTicket = ir_call_out(ticket),
    };
    const struct tns__DomainsAnswer *r;
    const struct tns__Domains *d;
    struct entries e = { .w = w };

    memset(a, 0, sizeof *a);
    IR_CALL(w, GetDomains, Domains, IR_CALL_REPEATABLE_LIST, NULL, &in, r);
    if (r == NULL || r->domains == NULL)
        return w->error->status;
    d = r->domains;
    e.at = answer_memory(w, (size_t)d->__sizedomain, sizeof *e.at);
    for (int i = 0; e.at != NULL && i < d->__sizedomain; i++)
        if (add_entry(&e, IR_ENTRY_FOLDER, NULL, d->domain[i].DomainName)
            == NULL)
            break;
    if (w->error->status == IR_OK)
        *a = (struct ir_listing){ e.n, e.at };
    return w->error->status;
}

/* ---- Download queue ---------------------------------------------------- */

enum ir_status
ir_call_get_download_que(struct ir_wire *w, const char *ticket,
    struct ir_listing *a)
{
    struct _tns__GetDownloadQue in = {
        .AuthenticationTicket = ir_call_out(ticket),
        .withrules = xsd__boolean__false_,
        .withpropertysets = xsd__boolean__false_,
        .withsecurity = xsd__boolean__false_,
        .withOwner = xsd__boolean__false_,
        .withVersions = xsd__boolean__false_,
    };
    const struct tns__QueueAnswer *r;
    struct entries e = { .w = w };
    struct ir_entry *entry;

    memset(a, 0, sizeof *a);
    IR_CALL(w, GetDownloadQue, Queue, IR_CALL_REPEATABLE_LIST, NULL, &in, r);
    if (r == NULL)
        return w->error->status;
    e.at = answer_memory(w,
        (size_t)r->__sizefolder + (size_t)r->__sizedocument, sizeof *e.at);
    for (int i = 0; e.at != NULL && i < r->__sizefolder; i++) {
        entry = add_entry(&e, IR_ENTRY_FOLDER, r->folder[i].FolderID,
            r->folder[i].Name);
        if (entry == NULL)
            return w->error->status;
        entry->path = r->folder[i].Path;
    }
    for (int i = 0; e.at != NULL && i < r->__sizedocument; i++) {
        const struct tns__Document *d = &r->document[i];

        entry = add_entry(&e, IR_ENTRY_DOCUMENT, d->DocumentID, d->Name);
        if (entry == NULL || describe(w, entry, d->Size, d->VersionNumber,
                d->PublishedVersionNumber) != IR_OK)
            return w->error->status;
        entry->path = d->Path;
    }
    if (w->error->status == IR_OK)
        *a = (struct ir_listing){ e.n, e.at };
    return w->error->status;
}

enum ir_status
ir_call_add_to_download_queue(struct ir_wire *w, const char *ticket,
    const char *path)
{
    struct _tns__AddToDownloadQueue in = {
        .authenticationTicket = ir_call_out(ticket),
        .itemPath = ir_call_out(path),
    };
    const struct tns__SimpleAnswer *r;

    if (ir_call_check_text(w, "path", path, 0) != IR_OK)
        return w->error->status;
    IR_CALL(w, AddToDownloadQueue, Simple, IR_CALL_ONCE, NULL, &in, r);
    return r == NULL ? w->error->status : IR_OK;
}

enum ir_status
ir_call_remove_from_download_queue(struct ir_wire *w, const char *ticket,
    const char *path)
{
    struct _tns__RemoveFromDownloadQueue in = {
        .authenticationTicket = ir_call_out(ticket),
        .itemPath = ir_call_out(path),
    };
    const struct tns__SimpleAnswer *r;

    if (ir_call_check_text(w, "path", path, 0) != IR_OK)
        return w->error->status;
    IR_CALL(w, RemoveFromDownloadQueue, Simple, IR_CALL_REPEATABLE, NULL, &in,
        r);
    return r == NULL ? w->error->status : IR_OK;
}

/* ---- Versions ---------------------------------------------------------- */

static const char *
told(const char *text)
{
    return text == NULL || *text == '\0' ? NULL : text;
}

/* A checksum that is longer than a CRC32 is another kind of checksum. */
static enum ir_status
take_version(struct ir_wire *w, const struct tns__Version *r,
    struct ir_version *v)
{
    if (r->Number == NULL || *r->Number < 0)
        return ir_call_incomplete(w, "Number of a version");
    if (r->VersionSize == NULL || *r->VersionSize < 0)
        return ir_call_incomplete(w, "VersionSize");
    v->number = *r->Number;
    v->size_bytes = (uint64_t)*r->VersionSize;
    v->has_crc32 = ir_crc32_parse(r->CheckSum, &v->crc32) == IR_CRC32_OK;
    v->author = told(r->VersionAuthor);
    v->created = told(r->DateCreated);
    v->published = told(r->DatePublished);
    v->comment = told(r->Comment);
    return IR_OK;
}

enum ir_status
ir_call_get_document_versions(struct ir_wire *w, const char *ticket,
    const char *path, struct ir_versions *a)
{
    struct _tns__GetDocumentVersions in = {
        .AuthenticationTicket = ir_call_out(ticket),
        .Path = ir_call_out(path),
    };
    const struct tns__VersionsAnswer *r;
    struct ir_version *versions;
    int n;

    memset(a, 0, sizeof *a);
    if (ir_call_check_text(w, "path", path, 0) != IR_OK)
        return w->error->status;
    IR_CALL(w, GetDocumentVersions, Versions, IR_CALL_REPEATABLE_LIST, NULL,
        &in, r);
    if (r == NULL)
        return w->error->status;
    n = r->Versions == NULL ? 0 : r->Versions->__sizeVersion;
    versions = answer_memory(w, (size_t)n, sizeof *versions);
    for (int i = 0; versions != NULL && i < n; i++)
        if (take_version(w, &r->Versions->Version[i], &versions[i]) != IR_OK)
            break;
    if (w->error->status == IR_OK)
        *a = (struct ir_versions){ (size_t)n, versions };
    return w->error->status;
}

/* ---- Archives ---------------------------------------------------------- */

static const char *
log_text(const struct ir_wire *w, char *text)
{
    ir_call_conceal(w, text);
    return text == NULL ? "" : text;
}

/* The log of an answer has been seen in two shapes: items with attributes, and
 * items and errors side by side. */
static size_t
take_log(const struct ir_wire *w, const struct tns__LogEntry *items,
    int n_items, char **errors, int n_errors, struct ir_skipped *to)
{
    int n = n_items > n_errors ? n_items : n_errors;

    for (int i = 0; i < n; i++) {
        char *item = i >= n_items        ? NULL
            : items[i].path != NULL ? items[i].path
                                    : items[i].__item;
        char *why = i < n_items && items[i].error != NULL ? items[i].error
            : i < n_errors                           ? errors[i]
                                                     : NULL;

        to[i] = (struct ir_skipped){ log_text(w, item), log_text(w, why) };
    }
    return (size_t)n;
}

/* Does the text point to a log?  Where none is found in the answer, something
 * is left out all the same. */
static int
tells_of_log(const char *error)
{
    return error != NULL
        && strncmp(error + strspn(error, " \t\r\n"), "[log]", 5) == 0;
}

static enum ir_status
take_skipped(struct ir_wire *w, const struct tns__ZipHandlerAnswer *r,
    struct ir_zip_answer *a)
{
    const struct tns__Log *log = r->log;
    size_t n = (size_t)r->__sizeitem;
    struct ir_skipped *skipped;

    if (log != NULL)
        n += (size_t)log->__sizeitem + (size_t)log->__sizeerror;
    skipped = answer_memory(w, n + 1, sizeof *skipped);
    if (skipped == NULL)
        return w->error->status;
    a->skipped = skipped;
    a->n_skipped = take_log(w, r->item, r->__sizeitem, NULL, 0, skipped);
    if (log != NULL)
        a->n_skipped += take_log(w, log->item, log->__sizeitem, log->error,
            log->__sizeerror, skipped + a->n_skipped);
    if (a->n_skipped == 0 && tells_of_log(r->error))
        skipped[a->n_skipped++] =
            (struct ir_skipped){ "", log_text(w, r->error) };
    return IR_OK;
}

/* Refused, with a log in place of a reason: its first entry is one. */
static void
tell_log(struct ir_wire *w, const struct ir_zip_answer *a)
{
    struct ir_error refused = *w->error;
    const struct ir_skipped *first = a->skipped;

    if (a->n_skipped == 0 || *first->item == '\0')
        return;
    ir_error_clear(w->error);
    ir_error_set(w->error, refused.status, "%s refused: %.200s: %.200s%s",
        w->operation, first->item, first->why,
        a->n_skipped > 1 ? ", and more" : "");
    w->error->http_status = refused.http_status;
    w->error->server_code = refused.server_code;
    w->error->retryable = refused.retryable;
}

enum ir_status
ir_call_download_zip_with_handler(struct ir_wire *w, const char *ticket,
    const char *paths, int partial, struct ir_zip_answer *a)
{
    struct _tns__DownloadZipWithHandler in = {
        .authenticationTicket = ir_call_out(ticket),
        .Paths = ir_call_out(paths),
        .partialResult = partial ? xsd__boolean__true_ : xsd__boolean__false_,
    };
    struct _tns__DownloadZipWithHandlerResponse reply;
    const struct tns__ZipHandlerResult *result;
    const struct tns__ZipHandlerAnswer *r = NULL;
    int rc;

    memset(a, 0, sizeof *a);
    if (ir_call_check_text(w, "path", paths, 0) != IR_OK)
        return w->error->status;
    ir_call_begin(w, "DownloadZipWithHandler", IR_CALL_LIST, NULL);
    do {
        rc = soap_call___tns__DownloadZipWithHandler(w->soap, IR_CALL_ENDPOINT,
            NULL, &in, &reply);
    } while (ir_call_again(w, rc));
    if (w->error->status != IR_OK)
        return w->error->status;
    result = reply.DownloadZipWithHandlerResult;
    if (result != NULL && result->__union_ZipHandlerResult == 1)
        r = result->union_ZipHandlerResult.response;
    if (r == NULL)
        return ir_call_incomplete(w, "answer element");
    if (ir_call_is_handler(r->downloadhandler))
        memcpy(a->id, r->downloadhandler, strlen(r->downloadhandler) + 1);
    if (take_skipped(w, r, a) != IR_OK)
        return w->error->status;
    if (ir_call_outcome(w, r->success, r->error, r->errorCode) != IR_OK) {
        tell_log(w, a);
        return w->error->status;
    }
    return a->id[0] == '\0' ? ir_call_incomplete(w, "downloadhandler") : IR_OK;
}
