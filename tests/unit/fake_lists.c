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

/* Are there two spellings of the operation's parameters? */
enum names { ONE, TWO };

void
fake_lists_reset(void)
{
    memset(&fake_lists, 0, sizeof fake_lists);
    fake_lists.content_bytes = UINT64_MAX;
}

void
fake_lists_forget(void)
{
    fake_lists.trace[0] = '\0';
}

/* Are the names in which it is called those that the server does not know? */
static int
misses_ticket(char spelling)
{
    return spelling == 'D' ? fake_lists.is_classic : fake_lists.is_documented;
}

/* One call: what it was, and how it ends. */
static enum ir_status
end_as(struct ir_wire *w, const char *operation, const char *ticket,
    enum names names, const char *argument, enum ir_status status)
{
    struct ir_error *e = fake_calls_error(w);
    char spelling = names == ONE ? 'D' : fake_calls_spelling(w);
    size_t n = strlen(fake_lists.trace);

    snprintf(fake_lists.trace + n, sizeof fake_lists.trace - n,
        "%s(%s,%c,%s) ", operation, ticket, spelling,
        argument == NULL ? "-" : argument);
    if (e->status != IR_OK)
        return e->status;
    if (names == TWO && misses_ticket(spelling)) {
        status = IR_E_AUTH;
    } else if (fake_lists.n_expired > 0) {
        fake_lists.n_expired--;
        status = IR_E_AUTH;
    }
    if (status != IR_OK)
        ir_error_set(e, status, "told to fail");
    e->http_status = status == IR_E_NETWORK || status == IR_E_TIMEOUT ? 0
                                                                      : 200;
    return status;
}

/* ---- Lists ------------------------------------------------------------- */

static enum ir_status
list(struct ir_wire *w, const char *operation, const char *ticket,
    enum names names, const char *path, struct ir_listing *a)
{
    enum ir_status st = end_as(w, operation, ticket, names, path,
        fake_lists.list);

    *a = st == IR_OK ? (struct ir_listing){ 2, entries }
                     : (struct ir_listing){ 0, NULL };
    return st;
}

enum ir_status
ir_call_get_folders_and_documents2(struct ir_wire *w, const char *ticket,
    const char *path, struct ir_listing *a)
{
    return list(w, "list", ticket, TWO, path, a);
}

enum ir_status
ir_call_each_entry(struct ir_wire *w, const char *ticket, const char *path,
    ir_entry_fn fn, void *ctx)
{
    struct ir_listing a;
    enum ir_status st = list(w, "each", ticket, TWO, path, &a);

    for (size_t i = 0; i < a.n; i++)
        if (fn(ctx, &a.entries[i]) != 0)
            return ir_error_set(fake_calls_error(w), IR_E_CANCELLED, "ended");
    return st;
}

enum ir_status
ir_call_get_domains(struct ir_wire *w, const char *ticket,
    struct ir_listing *a)
{
    return list(w, "domains", ticket, TWO, NULL, a);
}

enum ir_status
ir_call_get_download_que(struct ir_wire *w, const char *ticket,
    struct ir_listing *a)
{
    return list(w, "queue", ticket, ONE, NULL, a);
}

enum ir_status
ir_call_add_to_download_queue(struct ir_wire *w, const char *ticket,
    const char *path)
{
    return end_as(w, "add", ticket, ONE, path, fake_lists.list);
}

enum ir_status
ir_call_remove_from_download_queue(struct ir_wire *w, const char *ticket,
    const char *path)
{
    return end_as(w, "remove", ticket, ONE, path, fake_lists.list);
}

enum ir_status
ir_call_create_folder(struct ir_wire *w, const char *ticket, const char *path)
{
    fake_uploads.n_folders++;
    if (fake_uploads.folder_appears)
        fake_uploads.no_folder = 0;
    return end_as(w, "create", ticket, TWO, path,
        fake_uploads.folder_appears ? IR_E_SERVER : fake_lists.list);
}

enum ir_status
ir_call_get_document_versions(struct ir_wire *w, const char *ticket,
    const char *path, struct ir_versions *a)
{
    enum ir_status st = end_as(w, "versions", ticket, ONE, path,
        fake_lists.list);

    *a = st == IR_OK ? (struct ir_versions){ 2, versions }
                     : (struct ir_versions){ 0, NULL };
    return st;
}

/* ---- Archives and values ----------------------------------------------- */

enum ir_status
ir_call_download_zip_with_handler(struct ir_wire *w, const char *ticket,
    const char *paths, int partial, struct ir_zip_answer *a)
{
    static struct ir_skipped skipped[4];
    enum ir_status st = end_as(w, "zip", ticket, ONE, paths, fake_lists.zip);
    char item[] = "/Lib/gone0";

    memset(a, 0, sizeof *a);
    fake_lists.n_zips++;
    fake_lists.partial = partial;
    if (st == IR_E_AUTH || st == IR_E_NETWORK || st == IR_E_CANCELLED)
        return st;
    a->n_skipped = fake_lists.n_skipped;
    a->skipped = skipped;
    for (size_t i = 0; i < a->n_skipped; i++) {
        item[sizeof item - 2] = (char)('0' + i);
        skipped[i].item = fake_calls_text(item);
        skipped[i].why = fake_calls_text("not found");
    }
    if (st != IR_OK)
        return st;
    fake_calls.n_open++;
    snprintf(a->id, sizeof a->id, "z%d", fake_lists.n_zips);
    return IR_OK;
}

enum ir_status
ir_call_download_document(struct ir_wire *w, const char *ticket,
    const char *path, int64_t version, uint64_t limit_bytes,
    const struct ir_sink *sink, struct ir_payload_facts *a)
{
    const char *operation = version == 0 ? "download" : "download-version";
    /* It refuses without a word. */
    int is_empty = misses_ticket(fake_calls_spelling(w));
    uint64_t n = limit_bytes < fake_lists.content_bytes
        ? limit_bytes : fake_lists.content_bytes;
    enum ir_status st;

    memset(a, 0, sizeof *a);
    st = end_as(w, operation, ticket, is_empty ? ONE : TWO, path,
        fake_lists.content);
    while (st == IR_OK && !is_empty && a->length < n) {
        uint8_t byte = fake_calls_byte(a->length);

        if (a->length + 1 == n && fake_lists.content_wrong)
            byte ^= 0xFF;
        sink->write(sink->ctx, a->length++, &byte, 1);
        a->crc32 = ir_crc32(a->crc32, &byte, 1);
    }
    return st;
}

static const char *
upload_operation(const struct ir_content *c)
{
    if (c->xml_parameters != NULL)
        return "upload4";
    if (c->comment != NULL && c->checkout)
        return "upload3";
    return c->checkout ? "upload2" : c->comment != NULL ? "upload1" : "upload";
}

enum ir_status
ir_call_upload_document(struct ir_wire *w, const char *ticket,
    const struct ir_content *c, struct ir_uploaded *a)
{
    enum ir_status st = end_as(w, upload_operation(c), ticket, TWO, c->path,
        fake_lists.content);
    size_t got = 0;

    fake_uploads_sent();
    if (st == IR_OK || fake_lists.content_happens) {
        if (c->length > 0)
            c->source->read(c->source->ctx, 0, fake_uploads.stored,
                (size_t)c->length, &got);
        fake_uploads.n_stored = got;
        fake_uploads.exists = 1;
        fake_uploads.n_versions++;
    }
    if (st == IR_OK) {
        a->document_id = fake_calls_text("78");
        a->version_id = fake_calls_text("1000000");
    }
    return st;
}
