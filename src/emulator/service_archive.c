/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Several documents at once: zips and the download queue. */
#include "service.h"

#include "pack.h"
#include "queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ATTEMPTS = 8
};

/* Collect what 'paths' names, divided by bars.  What cannot be found is listed
 * in the log; that nothing was found refuses the call. */
static enum ir_refusal
collect(struct ir_call *call, const char *paths, struct ir_pack *pack,
    struct ir_service_log *log)
{
    enum ir_refusal result = IR_ZIP_EMPTY;

    while (paths != NULL && *paths != '\0') {
        size_t n = strcspn(paths, "|");
        char *path = ir_call_text(call, "%.*s", (int)n, paths);
        enum ir_refusal refusal;

        paths += n + (paths[n] == '|');
        if (path == NULL)
            return IR_BROKEN;
        if (path[0] == '\0')
            continue;
        refusal = ir_pack_add(pack, path);
        if (refusal == IR_ZIP_TOO_LARGE || refusal == IR_BROKEN)
            return refusal;
        if (refusal == IR_GRANTED)
            result = IR_GRANTED;
        else
            ir_service_log_add(log, ir_call_echo(call, path, IR_NAME_SIZE),
                refusal);
    }
    return result;
}

/* Make an archive of what 'paths' names; of all of it, unless 'is_partial'.  A
 * document that changes while it is packed spoils it: then once more. */
static enum ir_refusal
make_zip(struct ir_call *call, const char *paths, bool is_partial,
    struct ir_service_log *log, struct ir_content *out)
{
    enum ir_refusal refusal = IR_BROKEN;

    for (int i = 0; i < ATTEMPTS && refusal == IR_BROKEN; i++) {
        struct ir_pack *pack = ir_pack_new(call->emulator);

        *log = (struct ir_service_log){ .call = call };
        if (pack != NULL)
            refusal = collect(call, paths, pack, log);
        if (refusal == IR_GRANTED && log->list != NULL && !is_partial)
            refusal = IR_TOLD;
        if (refusal == IR_GRANTED && !ir_pack_write(pack, out))
            refusal = IR_BROKEN;
        ir_pack_free(pack);
    }
    return refusal;
}

/* Put the archive under a handler, which takes it over. */
static enum ir_refusal
stage(struct ir_call *call, const struct ir_session *session,
    const struct ir_content *zip, struct tns__ZipHandlerAnswer *out)
{
    struct ir_emulator *e = call->emulator;
    struct ir_handler h = { .session = session->id,
        .kind = IR_HANDLER_DOWNLOAD,
        .chunk_bytes = ir_service_grant(call, 0),
        .content = *zip };
    enum ir_handlers_result result = ir_handlers_begin(e, &h);

    if (result != IR_HANDLERS_OK) {
        ir_content_drop(e, &h.content);
        return result == IR_HANDLERS_TOO_MANY ? IR_TOO_MANY_HANDLERS
                                              : IR_BROKEN;
    }
    ir_report_add(e->report, IR_COUNT_HANDLERS_BEGUN, 1);
    out->downloadhandler = ir_call_text(call, "%s", h.name);
    return IR_GRANTED;
}

/* Alone among the operations, it tells a bad ticket in the text only. */
static enum ir_refusal
find_session(struct ir_call *call, const char *ticket, struct ir_session *out)
{
    enum ir_refusal r = ir_call_session(call, ticket, IR_NO_TICKET, out);

    if (r == IR_GRANTED)
        return r;
    return r == IR_NO_TICKET ? IR_ZIP_NO_TICKET : IR_ZIP_WRONG_TICKET;
}

enum ir_refusal
ir_service_DownloadZipWithHandler(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__DownloadZipWithHandler *r = in;
    struct tns__ZipHandlerAnswer *a = out;
    struct ir_service_log log;
    struct ir_session session;
    struct ir_content zip;
    enum ir_refusal refusal =
        find_session(call, r->authenticationTicket, &session);

    if (refusal != IR_GRANTED)
        return refusal;
    refusal = make_zip(call, r->Paths, r->partialResult == xsd__boolean__true_,
        &log, &zip);
    if (log.list != NULL) {
        a->log = log.list;
        a->error = ir_call_text(call, "[log]");
        a->downloadhandler = ir_call_text(call, "%s", "");
    }
    return refusal == IR_GRANTED ? stage(call, &session, &zip, a) : refusal;
}

/* What cannot be found is left out without a word. */
enum ir_refusal
ir_service_DownloadZip(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__DownloadZip *r = in;
    struct ir_emulator *e = call->emulator;
    struct ir_service_log log;
    struct ir_session session;
    struct ir_content zip;
    int fd;
    enum ir_refusal refusal = ir_call_session(call, r->authenticationTicket,
        IR_NO_DOCUMENT, &session);

    if (refusal == IR_GRANTED)
        refusal = make_zip(call, r->Paths, true, &log, &zip);
    if (refusal != IR_GRANTED)
        return refusal;
    fd = ir_content_open(e, &zip);
    ir_content_drop(e, &zip);
    if (fd < 0)
        return IR_BROKEN;
    ir_call_send_file(call, fd, 0, zip.identity.size, out);
    return IR_GRANTED;
}

/* What a client calls 'path': a document, else a folder. */
static enum ir_refusal
find_item(struct ir_call *call, const char *ticket, const char *path,
    struct ir_session *session, struct ir_queued *out)
{
    char real[IR_PATH_SIZE];
    struct ir_document d;
    enum ir_refusal refusal =
        ir_call_session(call, ticket, IR_NO_TICKET, session);

    if (refusal != IR_GRANTED)
        return refusal;
    if (path == NULL)
        return IR_NO_DOCUMENT;
    out->is_folder = !ir_documents_find(call->emulator, path, &d);
    if (!out->is_folder)
        out->id = d.id;
    else if (!ir_documents_find_folder(call->emulator, path, real, &out->id))
        return IR_NO_DOCUMENT;
    return IR_GRANTED;
}

enum ir_refusal
ir_service_AddToDownloadQueue(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__AddToDownloadQueue *r = in;
    struct ir_session session;
    struct ir_queued item;
    enum ir_refusal refusal =
        find_item(call, r->authenticationTicket, r->itemPath, &session, &item);

    (void)out;
    if (refusal != IR_GRANTED)
        return refusal;
    return ir_queue_add(call->emulator, session.user, &item) ? IR_GRANTED
                                                             : IR_QUEUED;
}

enum ir_refusal
ir_service_RemoveFromDownloadQueue(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__RemoveFromDownloadQueue *r = in;
    struct ir_session session;
    struct ir_queued item;
    enum ir_refusal refusal =
        find_item(call, r->authenticationTicket, r->itemPath, &session, &item);

    (void)out;
    if (refusal != IR_GRANTED)
        return refusal;
    return ir_queue_remove(call->emulator, session.user, &item) ? IR_GRANTED
                                                                : IR_BROKEN;
}

/* An item that is no longer there is left out. */
static void
describe_item(struct ir_call *call, const struct ir_queued *item,
    struct tns__QueueAnswer *out)
{
    char path[32];
    struct ir_document d;

    snprintf(path, sizeof path, "~%c%lld", item->is_folder ? 'F' : 'D',
        (long long)item->id);
    if (item->is_folder) {
        if (ir_service_describe_folder(call, path,
                &out->folder[out->__sizefolder]))
            out->__sizefolder++;
    } else if (ir_documents_find(call->emulator, path, &d)
        && ir_service_describe(call, &d, &out->document[out->__sizedocument])) {
        out->__sizedocument++;
    }
}

enum ir_refusal
ir_service_GetDownloadQue(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__GetDownloadQue *r = in;
    struct tns__QueueAnswer *a = out;
    struct ir_session session;
    struct ir_queued *items;
    size_t n;
    enum ir_refusal refusal =
        ir_call_session(call, r->AuthenticationTicket, IR_NO_TICKET, &session);

    if (refusal != IR_GRANTED)
        return refusal;
    if (!ir_queue_list(call->emulator, session.user, &items, &n)) {
        free(items);
        return IR_BROKEN;
    }
    a->folder = soap_malloc(call->soap, (n + 1) * sizeof *a->folder);
    a->document = soap_malloc(call->soap, (n + 1) * sizeof *a->document);
    for (size_t i = 0; i < n && a->folder != NULL && a->document != NULL; i++)
        describe_item(call, &items[i], a);
    free(items);
    return a->folder != NULL && a->document != NULL ? IR_GRANTED : IR_BROKEN;
}
