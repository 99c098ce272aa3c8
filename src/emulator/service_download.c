/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Getting documents: whole, or staged and chunk by chunk.
 *
 * A chunk request is stateless but for the staged file: the offset decides, so
 * it may be repeated, and asked for in any order. */
#include "service.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *extension;
    const char *type;
} content_types[] = {
    { ".bmp", "image/bmp" },
    { ".csv", "text/csv" },
    { ".docx",
        "application/vnd.openxmlformats-officedocument."
        "wordprocessingml.document" },
    { ".dwg", "image/vnd.dwg" },
    { ".gif", "image/gif" },
    { ".htm", "text/html" },
    { ".html", "text/html" },
    { ".jpeg", "image/jpeg" },
    { ".jpg", "image/jpeg" },
    { ".json", "application/json" },
    { ".pdf", "application/pdf" },
    { ".png", "image/png" },
    { ".tif", "image/tiff" },
    { ".tiff", "image/tiff" },
    { ".txt", "text/plain" },
    { ".xlsx",
        "application/vnd.openxmlformats-officedocument."
        "spreadsheetml.sheet" },
    { ".xml", "text/xml" },
    { ".zip", "application/zip" },
};

static const char *
content_type(const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t n = sizeof content_types / sizeof content_types[0];

    for (size_t i = 0; dot != NULL && i < n; i++) {
        if (strcasecmp(dot, content_types[i].extension) == 0)
            return content_types[i].type;
    }
    return "application/octet-stream";
}

/* What somebody wants to read.  Version 0 is the one that a reader gets by
 * default. */
struct wanted {
    const char *ticket;
    const char *path;
    int64_t version;
};

static enum ir_refusal
find(struct ir_call *call, const struct wanted *w, struct ir_session *session,
    struct ir_document *out)
{
    enum ir_refusal r =
        ir_service_document(call, w->ticket, w->path, session, out);

    if (r != IR_GRANTED)
        return r;
    if (w->version < 0 || (w->version > 0 && w->version < IR_FIRST_VERSION))
        return IR_VERSION_FORMAT;
    if (w->version == 0 ? !ir_documents_select_default(call->emulator, out)
                        : !ir_documents_select(call->emulator, out, w->version))
        return IR_NO_VERSION;
    return ir_documents_is_offline(call->emulator, out) ? IR_OFFLINE
                                                        : IR_GRANTED;
}

/* What GetDownloadInfo and GetDownloadHandler tell alike.  A modern server
 * echoes the number that was asked for, a classic one says which it is. */
static enum ir_refusal
describe(struct ir_call *call, const struct ir_document *d, int64_t asked,
    struct tns__DownloadInfoAnswer *out)
{
    bool modern = call->emulator->settings->generation == IR_MODERN;
    const char *name = strrchr(d->path, '/') + 1;
    uint32_t crc;

    if (!ir_checksums_whole(call->emulator, &d->content, &crc))
        return IR_BROKEN;
    out->Size = ir_service_number(call, (int64_t)d->content.identity.size);
    out->ContentType = ir_call_text(call, "%s", content_type(name));
    out->ModificationDate = ir_service_date(call, IR_DATE_DAY, d->modified_ms);
    out->VersionNumber = ir_service_number(call, modern ? asked : d->version);
    out->AlterDocumentName = ir_call_text(call, "%s", name);
    out->RenderedContent = ir_call_text(call, "false");
    out->CRC32 = ir_service_crc32(call, crc);
    return IR_GRANTED;
}

static enum ir_refusal
get_info(struct ir_call *call, const struct wanted *w, void *out)
{
    struct ir_session session;
    struct ir_document d;
    enum ir_refusal r = find(call, w, &session, &d);

    return r == IR_GRANTED ? describe(call, &d, w->version, out) : r;
}

enum ir_refusal
ir_service_GetDownloadInfo(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__GetDownloadInfo *r = in;
    struct wanted w = { r->AuthenticationTicket, r->Path, 0 };

    return get_info(call, &w, out);
}

enum ir_refusal
ir_service_GetDownloadInfoByVersion(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__GetDownloadInfoByVersion *r = in;
    struct wanted w = { r->AuthenticationTicket, r->Path, r->VersionNumber };

    return get_info(call, &w, out);
}

static enum ir_refusal
stage(struct ir_call *call, const struct ir_session *session,
    const struct ir_document *d, int64_t wish,
    struct tns__DownloadHandlerAnswer *out)
{
    struct ir_handler h = { .session = session->id,
        .kind = IR_HANDLER_DOWNLOAD,
        .chunk_bytes = ir_service_grant(call, wish),
        .content = d->content };

    memcpy(h.path, d->path, sizeof h.path);
    switch (ir_handlers_begin(call->emulator, &h)) {
    case IR_HANDLERS_OK:
        break;
    case IR_HANDLERS_TOO_MANY:
        return IR_TOO_MANY_HANDLERS;
    case IR_HANDLERS_FAILED:
        return IR_BROKEN;
    }
    ir_report_add(call->emulator->report, IR_COUNT_HANDLERS_BEGUN, 1);
    out->ChunkSize = ir_service_number(call, h.chunk_bytes);
    out->downloadhandler = ir_call_text(call, "%s", h.name);
    return IR_GRANTED;
}

static enum ir_refusal
get_handler(struct ir_call *call, const struct wanted *w, int64_t wish,
    struct tns__DownloadHandlerAnswer *out)
{
    struct tns__DownloadInfoAnswer info;
    struct ir_session session;
    struct ir_document d;
    enum ir_refusal r = find(call, w, &session, &d);

    if (r == IR_GRANTED)
        r = describe(call, &d, w->version, &info);
    if (r != IR_GRANTED)
        return r;
    out->Size = info.Size;
    out->ContentType = info.ContentType;
    out->ModificationDate = info.ModificationDate;
    out->VersionNumber = info.VersionNumber;
    out->AlterDocumentName = info.AlterDocumentName;
    out->RenderedContent = info.RenderedContent;
    out->CRC32 = info.CRC32;
    return stage(call, &session, &d, wish, out);
}

enum ir_refusal
ir_service_GetDownloadHandler(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__GetDownloadHandler *r = in;
    struct wanted w = { r->AuthenticationTicket, r->Path, 0 };

    return get_handler(call, &w, r->PreferedChunkSize, out);
}

enum ir_refusal
ir_service_GetDownloadHandlerByVersion(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__GetDownloadHandlerByVersion *r = in;
    struct wanted w = { r->AuthenticationTicket, r->Path, r->VersionNumber };

    return get_handler(call, &w, r->PreferedChunkSize, out);
}

static enum ir_refusal
send_chunk(struct ir_call *call, const struct ir_content *content,
    uint64_t offset, uint64_t wish, struct tns__ChunkAnswer *out)
{
    uint64_t rest = content->identity.size - offset;
    uint64_t length = wish < rest ? wish : rest;
    int fd = ir_content_open(call->emulator, content);
    uint32_t crc;

    if (fd < 0)
        return IR_NO_HANDLER;
    ir_call_send_file(call, fd, offset, length, &out->__item);
    if (!ir_checksums_range(call->emulator, content, offset, length, &crc))
        return IR_NO_HANDLER;
    out->filelength = ir_service_number(call, (int64_t)content->identity.size);
    out->chunklength = ir_service_number(call, (int64_t)length);
    out->lastchunk = ir_call_text(call, "%s", wish >= rest ? "true" : "false");
    out->chunkCRC32 = ir_service_crc32(call, crc);
    return IR_GRANTED;
}

enum ir_refusal
ir_service_DownloadFileChunk(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__DownloadFileChunk *r = in;
    struct ir_session session;
    struct ir_handler h;
    uint64_t wish;
    enum ir_refusal refusal;

    if (!ir_service_is_handler(call, r->DownloadHandler)) {
        call->detail =
            ir_call_echo(call, r->DownloadHandler, IR_HANDLER_LENGTH);
        return IR_HANDLER_FORMAT;
    }
    refusal =
        ir_call_session(call, r->authenticationTicket, IR_NO_TICKET, &session);
    if (refusal != IR_GRANTED)
        return refusal;
    if (!ir_handlers_find(call->emulator, session.id, IR_HANDLER_DOWNLOAD,
            r->DownloadHandler, &h))
        return IR_NO_HANDLER;
    if (r->StartOffset < 0
        || (uint64_t)r->StartOffset > h.content.identity.size)
        return IR_OFFSET;
    if (r->ChunkSize < 1)
        return IR_CHUNK_SIZE;
    wish = (uint64_t)r->ChunkSize;
    if (wish > IR_LARGEST_CHUNK)
        wish = IR_LARGEST_CHUNK;
    return send_chunk(call, &h.content, (uint64_t)r->StartOffset, wish, out);
}

/* Whatever the handler is or was, it is gone afterwards: that is success. */
enum ir_refusal
ir_service_DeleteDownloadHandler(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__DeleteDownloadHandler *r = in;
    struct ir_session session;
    enum ir_refusal refusal;

    (void)out;
    if (!ir_service_is_handler(call, r->DownloadHandler))
        return IR_DELETED_HANDLER_FORMAT;
    refusal =
        ir_call_session(call, r->authenticationTicket, IR_NO_TICKET, &session);
    if (refusal == IR_GRANTED)
        ir_handlers_end(call->emulator, session.id, IR_HANDLER_DOWNLOAD,
            r->DownloadHandler);
    return refusal;
}

static enum ir_refusal
send_document(struct ir_call *call, const struct wanted *w,
    struct ir_payload *out)
{
    struct ir_session session;
    struct ir_document d;
    enum ir_refusal r = find(call, w, &session, &d);
    int fd;

    if (r != IR_GRANTED)
        return r;
    fd = ir_content_open(call->emulator, &d.content);
    if (fd < 0)
        return IR_BROKEN;
    ir_call_send_file(call, fd, 0, d.content.identity.size, out);
    return IR_GRANTED;
}

enum ir_refusal
ir_service_DownloadDocument(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__DownloadDocument *r = in;
    struct wanted w = { r->authenticationTicket, r->Path, 0 };

    return send_document(call, &w, out);
}

/* Here alone, a small number counts major versions. */
enum ir_refusal
ir_service_DownloadDocumentVersion(struct ir_call *call, const void *in,
    void *out)
{
    const struct _tns__DownloadDocumentVersion *r = in;
    struct wanted w = { r->authenticationTicket, r->Path, r->VersionNumber };

    if (w.version > 0 && w.version < IR_FIRST_VERSION)
        w.version *= IR_FIRST_VERSION;
    return send_document(call, &w, out);
}
