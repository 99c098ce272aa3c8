/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Changing documents and folders in place: locks, deletion, new folders. */
#include "service.h"

#include "checkouts.h"
#include "folders.h"
#include "recycle.h"

#include <string.h>

/* The session of a ticket whose user may change something. */
static enum ir_refusal
admit(struct ir_call *call, const char *ticket, enum ir_refusal unseen,
    struct ir_session *out)
{
    enum ir_refusal r = ir_call_session(call, ticket, unseen, out);

    return r == IR_GRANTED ? ir_service_may_write(call, out) : r;
}

/* What is to be done to one document, or to each directly in a folder. */
struct change {
    const struct ir_session *session;
    bool is_release;
    bool force;
};

static enum ir_refusal
change_one(struct ir_call *call, const struct change *c,
    const struct ir_document *d)
{
    return c->is_release
        ? ir_checkouts_release(call->emulator, d, c->session->user, c->force)
        : ir_checkouts_take(call->emulator, d, c->session->user);
}

/* A folder is done as far as it can be; what cannot be done is listed.  That a
 * document was not checked out is no problem then. */
static enum ir_refusal
change_folder(struct ir_call *call, const struct change *c, const char *folder,
    struct tns__SimpleAnswer *out)
{
    struct ir_service_log log = { .call = call };
    struct ir_name *names;
    size_t n;

    if (!ir_tree_list(call->emulator->tree, folder, &names, &n))
        return IR_NO_FOLDER;
    for (size_t i = 0; i < n; i++) {
        char *path = ir_call_text(call, "%s/%s", folder, names[i].name);
        struct ir_document d;
        enum ir_refusal refusal;

        if (names[i].is_folder || path == NULL
            || !ir_documents_find(call->emulator, path, &d)
            || (c->is_release && d.holder[0] == '\0'))
            continue;
        refusal = change_one(call, c, &d);
        if (refusal != IR_GRANTED)
            ir_service_log_add(&log, names[i].name, refusal);
    }
    ir_tree_names_free(names, n);
    out->log = log.list;
    if (out->log == NULL)
        return IR_GRANTED;
    out->error = ir_call_text(call, "[log]");
    return IR_TOLD;
}

static enum ir_refusal
change(struct ir_call *call, const struct change *c, const char *path,
    struct tns__SimpleAnswer *out)
{
    char folder[IR_PATH_SIZE];
    struct ir_document d;
    int64_t id;

    if (path == NULL)
        return IR_NO_DOCUMENT;
    if (ir_documents_find(call->emulator, path, &d))
        return change_one(call, c, &d);
    if (ir_documents_find_folder(call->emulator, path, folder, &id))
        return change_folder(call, c, folder, out);
    return IR_NO_DOCUMENT;
}

enum ir_refusal
ir_service_Lock(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__Lock *r = in;
    struct ir_session session;
    struct change c = { .session = &session };
    enum ir_refusal refusal =
        admit(call, r->AuthenticationTicket, IR_NO_TICKET, &session);

    return refusal == IR_GRANTED ? change(call, &c, r->Path, out) : refusal;
}

/* Only an administrator may take a document from somebody else. */
enum ir_refusal
ir_service_UnLock(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__UnLock *r = in;
    const struct ir_settings *s = call->emulator->settings;
    struct ir_session session;
    struct change c = { .session = &session, .is_release = true };
    enum ir_refusal refusal =
        admit(call, r->authenticationTicket, IR_NO_TICKET, &session);

    if (refusal != IR_GRANTED)
        return refusal;
    c.force = r->force == xsd__boolean__true_
        && ir_settings_user(s, session.user)->right == IR_RIGHT_ADMIN;
    return change(call, &c, r->path, out);
}

enum ir_refusal
ir_service_DeleteDocument(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__DeleteDocument *r = in;
    struct ir_session session;
    struct ir_document d;
    enum ir_refusal refusal =
        admit(call, r->authenticationTicket, IR_NO_USER, &session);

    (void)out;
    if (refusal != IR_GRANTED)
        return refusal;
    if (r->Path == NULL || !ir_documents_find(call->emulator, r->Path, &d))
        return IR_NO_DOCUMENT;
    return ir_recycle(call->emulator, d.path);
}

enum ir_refusal
ir_service_CreateFolder(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__CreateFolder *r = in;
    struct tns__CreatedFolderAnswer *a = out;
    char real[IR_PATH_SIZE];
    struct ir_session session;
    enum ir_refusal refusal =
        admit(call, r->authenticationTicket, IR_NO_TICKET, &session);

    if (refusal == IR_GRANTED)
        refusal = ir_folders_make(call->emulator,
            r->Path == NULL ? "" : r->Path, real);
    if (refusal != IR_GRANTED)
        return refusal;
    a->FolderId = ir_call_text(call, "%lld",
        (long long)ir_documents_folder_id(call->emulator, real));
    a->FolderName = ir_call_text(call, "%s", strrchr(real, '/') + 1);
    return IR_GRANTED;
}
