/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Putting documents, the second part: what makes uploaded bytes a document or a
 * version of one, whether they came in chunks or with the call itself.
 *
 * A handler ends with the call that commits it, also if that is refused.  But
 * xmlParameters that cannot be read refuse the call before it has begun. */
#include "service.h"

#include <string.h>
#include <strings.h>

/* Where a document is to go. */
struct target {
    char folder[IR_PATH_SIZE]; /* a real path */
    char name[IR_NAME_SIZE];   /* in it, clean */
    bool must_be_new;
};

/* The folder and name in a path that names no document yet. */
static enum ir_refusal
split(struct ir_call *call, const char *path, struct target *out)
{
    char *folder = ir_call_text(call, "%s", path);
    char *name;
    size_t n = strlen(path);
    int64_t id;

    if (folder == NULL)
        return IR_BROKEN;
    while (n > 0 && strchr("/\\", folder[n - 1]) != NULL)
        folder[--n] = '\0';
    while (n > 0 && strchr("/\\", folder[n - 1]) == NULL)
        n--;
    if (n == 0)
        return IR_NO_FOLDER;
    folder[n - 1] = '\0';
    name = folder + n;
    if (!ir_documents_find_folder(call->emulator, folder, out->folder, &id))
        return IR_NO_FOLDER;
    return ir_names_clean(name, out->name) ? IR_GRANTED : IR_NAME_FORMAT;
}

/* A document that exists keeps its name; for others the name is made. */
static enum ir_refusal
aim(struct ir_call *call, const char *path, struct target *out)
{
    struct ir_document d;
    const char *name;

    out->must_be_new = false;
    if (path == NULL || path[0] == '\0')
        return IR_PATH_FORMAT;
    if (!ir_documents_find(call->emulator, path, &d))
        return split(call, path, out);
    name = strrchr(d.path, '/') + 1;
    snprintf(out->folder, sizeof out->folder, "%.*s", (int)(name - 1 - d.path),
        d.path);
    snprintf(out->name, sizeof out->name, "%s", name);
    return IR_GRANTED;
}

static bool
is_forbidden(const struct ir_settings *s, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i < s->n_forbidden; i++) {
        size_t n_type = strlen(s->forbidden[i]);

        if (n >= n_type && strcasecmp(name + n - n_type, s->forbidden[i]) == 0)
            return true;
    }
    return false;
}

static enum ir_refusal
commit(struct ir_call *call, const struct ir_commit *c,
    struct tns__UploadedAnswer *out)
{
    struct ir_emulator *e = call->emulator;
    uint64_t max = e->settings->max_document_bytes;
    struct ir_committed made = { 0 };
    enum ir_refusal refusal;

    if (is_forbidden(e->settings, c->name))
        return IR_FILE_TYPE;
    if (max != 0 && c->staged->identity.size > max)
        return IR_DOCUMENT_TOO_LARGE;
    refusal = ir_commit(e, c, &made);
    if (refusal != IR_GRANTED)
        return refusal;
    ir_report_add(e->report,
        made.is_new ? IR_COUNT_DOCUMENTS_CREATED : IR_COUNT_VERSIONS_ADDED, 1);
    out->DocumentId = ir_call_text(call, "%lld", (long long)made.document);
    out->VersionId = ir_call_text(call, "%lld", (long long)made.version);
    return IR_GRANTED;
}

/* Where and how a staged file is to be committed.  The target is a path, or a
 * folder and a name for what must be new. */
struct order {
    const char *ticket;
    const char *handler;
    const char *path;
    const char *folder;
    const char *name;
    struct ir_wishes wishes;
};

static enum ir_refusal
find_target(struct ir_call *call, const struct order *o, struct target *out)
{
    int64_t id;

    if (o->folder == NULL)
        return aim(call, o->path, out);
    out->must_be_new = true;
    if (!ir_documents_find_folder(call->emulator, o->folder, out->folder, &id))
        return IR_NO_FOLDER;
    return o->name != NULL && ir_names_clean(o->name, out->name)
        ? IR_GRANTED
        : IR_NAME_FORMAT;
}

static enum ir_refusal
commit_staged(struct ir_call *call, const struct order *o,
    const struct ir_session *session, const struct ir_content *staged,
    struct tns__UploadedAnswer *out)
{
    struct target target;
    struct ir_commit c = {
        .staged = staged,
        .handler = o->handler,
        .user = session->user,
        .folder = target.folder,
        .name = target.name,
        .wishes = &o->wishes,
    };
    enum ir_refusal refusal = ir_service_may_write(call, session);

    if (refusal == IR_GRANTED)
        refusal = find_target(call, o, &target);
    if (refusal != IR_GRANTED)
        return refusal;
    c.must_be_new = target.must_be_new;
    return commit(call, &c, out);
}

static enum ir_refusal
commit_handler(struct ir_call *call, const struct order *o,
    struct tns__UploadedAnswer *out)
{
    struct ir_emulator *e = call->emulator;
    struct ir_session session;
    struct ir_upload u;
    struct ir_content staged;
    enum ir_refusal refusal =
        ir_call_session(call, o->ticket, IR_NO_TICKET, &session);

    if (refusal != IR_GRANTED)
        return refusal;
    if (!ir_service_is_handler(call, o->handler))
        return IR_UPLOAD_HANDLER_FORMAT;
    if (!ir_uploads_open(e, session.id, o->handler, &u))
        return IR_NO_UPLOAD_HANDLER;
    staged = u.handler.content;
    refusal = u.handler.is_complete
        ? commit_staged(call, o, &session, &staged, out)
        : IR_UPLOAD_INCOMPLETE;
    ir_uploads_close(&u);
    ir_handlers_end(e, session.id, IR_HANDLER_UPLOAD, o->handler);
    ir_content_drop(e, &staged);
    if (refusal != IR_GRANTED)
        ir_report_add(e->report, IR_COUNT_COMMITS_REFUSED, 1);
    return refusal;
}

enum ir_refusal
ir_service_UploadDocumentWithHandler(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__UploadDocumentWithHandler *r = in;
    struct order o = { .ticket = r->authenticationTicket,
        .handler = r->uploadHandler,
        .path = r->path };

    ir_wishes_init(&o.wishes, NULL);
    return commit_handler(call, &o, out);
}

enum ir_refusal
ir_service_UploadDocumentWithHandler1(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__UploadDocumentWithHandler1 *r = in;
    struct order o = { .ticket = r->authenticationTicket,
        .handler = r->uploadHandler,
        .path = r->path };

    ir_wishes_init(&o.wishes, r->versionComments);
    return commit_handler(call, &o, out);
}

enum ir_refusal
ir_service_UploadDocumentWithHandler2(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__UploadDocumentWithHandler2 *r = in;
    struct order o = { .ticket = r->authenticationTicket,
        .handler = r->uploadHandler,
        .path = r->path };

    ir_wishes_init(&o.wishes, r->versionComments);
    if (!ir_wishes_version(&o.wishes, r->mpVersionMajor, r->mpVersionMinor,
            r->mpVersionRevision))
        return IR_VERSION_FORMAT;
    return commit_handler(call, &o, out);
}

enum ir_refusal
ir_service_UploadDocumentWithHandler3(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__UploadDocumentWithHandler3 *r = in;
    struct order o = { .ticket = r->authenticationTicket,
        .handler = r->uploadHandler,
        .path = r->path };
    enum ir_refusal refusal;

    ir_wishes_init(&o.wishes, NULL);
    refusal = ir_wishes_read(&o.wishes, r->xmlParameters);
    return refusal == IR_GRANTED ? commit_handler(call, &o, out) : refusal;
}

enum ir_refusal
ir_service_UploadNewDocumentWidthHandler(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__UploadNewDocumentWidthHandler *r = in;
    struct order o = { .ticket = r->authenticationTicket,
        .handler = r->uploadHandler,
        .folder = r->folderPath == NULL ? "" : r->folderPath,
        .name = r->documentName };
    enum ir_refusal refusal;

    ir_wishes_init(&o.wishes, NULL);
    refusal = ir_wishes_read(&o.wishes, r->xmlParameters);
    return refusal == IR_GRANTED ? commit_handler(call, &o, out) : refusal;
}

/* The bytes that came with the call. */
static enum ir_refusal
commit_bytes(struct ir_call *call, const struct order *o,
    const struct ir_payload *bytes, void *out)
{
    struct ir_incoming *incoming = &call->incoming;
    uint64_t max = call->emulator->settings->max_document_bytes;
    struct ir_session session;
    enum ir_refusal refusal =
        ir_call_session(call, o->ticket, IR_NO_TICKET, &session);

    if (refusal != IR_GRANTED)
        return refusal;
    if (bytes == NULL)
        return IR_NO_BYTES;
    if (max != 0 && bytes->length > max)
        return IR_DOCUMENT_TOO_LARGE;
    if (bytes->length == 0)
        ir_incoming_to_spool(call, 0);
    if (incoming->is_broken || incoming->length != bytes->length)
        return IR_BROKEN;
    incoming->spool.identity.size = bytes->length;
    return commit_staged(call, o, &session, &incoming->spool, out);
}

enum ir_refusal
ir_service_UploadDocument(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__UploadDocument *r = in;
    struct order o = { .ticket = r->authenticationTicket, .path = r->path };

    ir_wishes_init(&o.wishes, NULL);
    return commit_bytes(call, &o, r->fileContent, out);
}

enum ir_refusal
ir_service_UploadDocument1(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__UploadDocument1 *r = in;
    struct order o = { .ticket = r->authenticationTicket, .path = r->path };

    ir_wishes_init(&o.wishes, r->versionComment);
    return commit_bytes(call, &o, r->fileContent, out);
}

enum ir_refusal
ir_service_UploadDocument2(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__UploadDocument2 *r = in;
    struct order o = { .ticket = r->authenticationTicket, .path = r->path };

    ir_wishes_init(&o.wishes, NULL);
    o.wishes.checkout = r->checkout == xsd__boolean__true_;
    return commit_bytes(call, &o, r->fileContent, out);
}

enum ir_refusal
ir_service_UploadDocument3(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__UploadDocument3 *r = in;
    struct order o = { .ticket = r->authenticationTicket, .path = r->path };

    ir_wishes_init(&o.wishes, r->versionComment);
    o.wishes.checkout = r->checkout == xsd__boolean__true_;
    return commit_bytes(call, &o, r->fileContent, out);
}

enum ir_refusal
ir_service_UploadDocument4(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__UploadDocument4 *r = in;
    struct order o = { .ticket = r->authenticationTicket, .path = r->path };
    enum ir_refusal refusal;

    ir_wishes_init(&o.wishes, NULL);
    refusal = ir_wishes_read(&o.wishes, r->xmlParameters);
    return refusal == IR_GRANTED ? commit_bytes(call, &o, r->fileContent, out)
                                 : refusal;
}
