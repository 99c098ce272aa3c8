/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "fake_lists.h"

#include <stdio.h>
#include <string.h>

#include "codec/crc32.h"
#include "fake_calls.h"
#include "fake_uploads.h"
#include "wire/calls.h"

struct fake_lists fake_lists;

static const struct ir_entry entries[] = {
    { .kind = IR_ENTRY_FOLDER, .id = "~F3", .name = "Sub" },
    { .kind = IR_ENTRY_DOCUMENT, .id = "~D7", .name = "a.txt" },
};
static const struct ir_version versions[] = {
    { .number = 1000000, .size_bytes = 3 },
    { .number = 1000001, .size_bytes = 4 },
};
static const struct ir_skipped skipped[] = {
    { "/Lib/gone", "not found" },
    { "/Lib/other", "not found" },
};

void
fake_lists_reset(void)
{
    memset(&fake_lists, 0, sizeof fake_lists);
    fake_lists.content_bytes = UINT64_MAX;
}

/* One call: what it was, and how it ends. */
static enum ir_status
end_as(struct ir_wire *w, const char *operation, const char *path,
    enum ir_status status)
{
    struct ir_error *e = fake_calls_error(w);

    ir_error_clear(e);
    snprintf(fake_lists.operation, sizeof fake_lists.operation, "%s",
        operation);
    snprintf(fake_lists.path, sizeof fake_lists.path, "%s",
        path == NULL ? "" : path);
    if (status != IR_OK)
        ir_error_set(e, status, "told to fail");
    e->http_status = 200;
    return e->status;
}

static enum ir_status
list(struct ir_wire *w, const char *operation, const char *path,
    struct ir_listing *a)
{
    *a = (struct ir_listing){ 2, entries };
    return end_as(w, operation, path, fake_lists.list);
}

enum ir_status
ir_call_get_folders_and_documents2(struct ir_wire *w, const char *ticket,
    const char *path, struct ir_listing *a)
{
    (void)ticket;
    return list(w, "list", path, a);
}

enum ir_status
ir_call_get_domains(struct ir_wire *w, const char *ticket,
    struct ir_listing *a)
{
    (void)ticket;
    return list(w, "domains", NULL, a);
}

enum ir_status
ir_call_get_download_que(struct ir_wire *w, const char *ticket,
    struct ir_listing *a)
{
    (void)ticket;
    return list(w, "queue", NULL, a);
}

enum ir_status
ir_call_add_to_download_queue(struct ir_wire *w, const char *ticket,
    const char *path)
{
    (void)ticket;
    return end_as(w, "add", path, fake_lists.list);
}

enum ir_status
ir_call_remove_from_download_queue(struct ir_wire *w, const char *ticket,
    const char *path)
{
    (void)ticket;
    return end_as(w, "remove", path, fake_lists.list);
}

enum ir_status
ir_call_get_document_versions(struct ir_wire *w, const char *ticket,
    const char *path, struct ir_versions *a)
{
    (void)ticket;
    *a = (struct ir_versions){ 2, versions };
    return end_as(w, "versions", path, fake_lists.list);
}

enum ir_status
ir_call_download_zip_with_handler(struct ir_wire *w, const char *ticket,
    const char *paths, int partial, struct ir_zip_answer *a)
{
    (void)ticket;
    memset(a, 0, sizeof *a);
    fake_lists.n_zips++;
    fake_lists.partial = partial;
    snprintf(fake_lists.paths, sizeof fake_lists.paths, "%s", paths);
    a->n_skipped = fake_lists.n_skipped;
    a->skipped = skipped;
    if (end_as(w, "zip", paths, fake_lists.zip) != IR_OK)
        return fake_lists.zip;
    fake_calls.n_open++;
    snprintf(a->id, sizeof a->id, "z%d", fake_lists.n_zips);
    return IR_OK;
}

enum ir_status
ir_call_download_document(struct ir_wire *w, const char *ticket,
    const char *path, int64_t version, uint64_t limit_bytes,
    const struct ir_sink *sink, struct ir_payload_facts *a)
{
    (void)ticket;
    (void)version;
    memset(a, 0, sizeof *a);
    if (end_as(w, "download", path, fake_lists.content) != IR_OK)
        return fake_lists.content;
    while (a->length < limit_bytes && a->length < fake_lists.content_bytes) {
        uint8_t byte = fake_calls_byte(a->length);

        sink->write(sink->ctx, a->length++, &byte, 1);
        a->crc32 = ir_crc32(a->crc32, &byte, 1);
    }
    return IR_OK;
}

enum ir_status
ir_call_upload_document(struct ir_wire *w, const char *ticket,
    const struct ir_content *c, struct ir_uploaded *a)
{
    size_t got = 0;

    (void)ticket;
    memset(a, 0, sizeof *a);
    end_as(w, c->xml_parameters != NULL            ? "upload4"
            : c->comment != NULL && c->checkout ? "upload3"
            : c->checkout                       ? "upload2"
            : c->comment != NULL                ? "upload1"
                                                : "upload",
        c->path, fake_lists.content);
    if (fake_lists.content == IR_OK || fake_lists.content_happens) {
        c->source->read(c->source->ctx, 0, fake_uploads.stored,
            (size_t)c->length, &got);
        fake_uploads.n_stored = got;
        fake_uploads.exists = 1;
    }
    a->document_id = "78";
    return fake_lists.content;
}
