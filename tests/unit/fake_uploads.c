/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "fake_uploads.h"

#include <stdio.h>
#include <string.h>

#include "codec/crc32.h"
#include "fake_calls.h"
#include "wire/calls.h"

struct fake_uploads fake_uploads;

static int sent;

void
fake_uploads_reset(void)
{
    memset(&fake_uploads, 0, sizeof fake_uploads);
    fake_uploads.chunk_bytes = 4;
    fake_uploads.chunk_at = -1;
}

int
ir_wire_request_sent(const struct ir_wire *w)
{
    (void)w;
    return sent;
}

void
fake_uploads_sent(void)
{
    sent = 1;
}

static enum ir_status
end_as(struct ir_error *e, enum ir_status status)
{
    sent = 1;
    if (e->status == IR_OK && status != IR_OK)
        ir_error_set(e, status, "told to fail");
    e->http_status = 200;
    return e->status;
}

enum ir_status
ir_call_create_upload_handler(struct ir_wire *w, const char *ticket,
    uint64_t chunk_bytes, struct ir_upload_handler *a)
{
    struct ir_error *e = fake_calls_error(w);

    (void)ticket;
    a->id[0] = '\0';
    if (e->status != IR_OK)
        return e->status;
    fake_uploads.n_staged = 0;
    a->chunk_bytes = fake_uploads.chunk_bytes == 0 ? chunk_bytes
                                                   : fake_uploads.chunk_bytes;
    snprintf(a->id, sizeof a->id, "u%d", ++fake_uploads.n_created);
    return end_as(e, IR_OK);
}

enum ir_status
ir_call_upload_file_chunk(struct ir_wire *w, const char *ticket,
    const struct ir_upload_request *r, struct ir_upload_answer *a)
{
    struct ir_error *e = fake_calls_error(w);
    uint8_t *end = fake_uploads.staged + fake_uploads.n_staged;
    size_t got = 0;
    int number = fake_uploads.n_chunks++;

    (void)ticket;
    memset(a, 0, sizeof *a);
    if (number == fake_uploads.chunk_at) {
        end_as(e, fake_uploads.chunk);
        sent = fake_uploads.chunk_sent;
        if (fake_uploads.chunk_http != 0)
            e->http_status = fake_uploads.chunk_http;
        return e->status;
    }
    if (fake_uploads.largest_bytes != 0
        && r->length > fake_uploads.largest_bytes) {
        end_as(e, IR_E_LIMIT);
        e->http_status = fake_uploads.large_http;
        return e->status;
    }
    if (r->length > 0
        && r->source->read(r->source->ctx, r->offset, end, (size_t)r->length,
            &got) != 0)
        return end_as(e, IR_E_CANCELLED);
    if (got != r->length || ir_crc32(0, end, got) != r->crc32)
        return end_as(e, IR_E_CORRUPT);
    if (fake_uploads.n_try_again > 0) {
        fake_uploads.n_try_again--;
        a->try_again = 1;
        return end_as(e, IR_OK);
    }
    fake_uploads.n_staged += got;
    a->has_file_crc32 = r->last;
    a->file_crc32 = ir_crc32(0, fake_uploads.staged, fake_uploads.n_staged)
        + (uint32_t)fake_uploads.stages_wrong;
    return end_as(e, IR_OK);
}

enum ir_status
ir_call_delete_upload_handler(struct ir_wire *w, const char *ticket,
    const char *handler)
{
    (void)ticket;
    (void)handler;
    return end_as(fake_calls_error(w),
        fake_uploads.n_deleted++ == 0 ? fake_uploads.first_delete : IR_OK);
}

enum ir_status
ir_call_check_commit(struct ir_wire *w, const struct ir_commit *c)
{
    struct ir_error *e = fake_calls_error(w);

    snprintf(fake_uploads.checked_comment, sizeof fake_uploads.checked_comment,
        "%s", c->comment == NULL ? "" : c->comment);
    snprintf(fake_uploads.checked_xml, sizeof fake_uploads.checked_xml, "%s",
        c->xml_parameters == NULL ? "" : c->xml_parameters);
    if (fake_uploads.commit_unfit)
        return ir_error_set(e, IR_E_ARGUMENT, "told to fail");
    return e->status;
}

enum ir_status
ir_call_commit(struct ir_wire *w, const char *ticket, const char *handler,
    const struct ir_commit *c, struct ir_uploaded *a)
{
    struct ir_error *e = fake_calls_error(w);

    (void)ticket;
    (void)handler;
    fake_uploads.n_commits++;
    if (fake_uploads.consumed == fake_uploads.n_created) {
        end_as(e, IR_E_SERVER);
        e->server_code = 4000;
        return e->status;
    }
    snprintf(fake_uploads.finalizer, sizeof fake_uploads.finalizer, "%s",
        c->folder != NULL             ? "new"
            : c->xml_parameters != NULL ? "parameters"
            : c->version != 0           ? "version"
            : c->comment != NULL        ? "comment"
                                        : "plain");
    if (fake_uploads.commit_fails_once && fake_uploads.n_commits > 1)
        fake_uploads.commit = IR_OK;
    if (fake_uploads.commit == IR_OK || fake_uploads.commit_happens) {
        fake_uploads.n_versions++;
        fake_uploads.consumed = fake_uploads.n_created;
        memcpy(fake_uploads.stored, fake_uploads.staged,
            fake_uploads.n_staged);
        fake_uploads.n_stored = fake_uploads.n_staged;
        fake_uploads.exists = 1;
    }
    a->document_id = "77";
    a->version_id = "1000000";
    end_as(e, fake_uploads.commit);
    if (fake_uploads.commit_http != 0)
        e->http_status = fake_uploads.commit_http;
    e->server_code = fake_uploads.commit_code;
    return e->status;
}

static int
is_there(const char *path)
{
    fake_uploads.n_looks++;
    return fake_uploads.missing == NULL
        || strcmp(fake_uploads.missing, path) != 0;
}

enum ir_status
ir_call_document_exists(struct ir_wire *w, const char *ticket,
    const char *path, struct ir_exists_answer *a)
{
    (void)ticket;
    a->has_crc32 = !fake_uploads.no_crc32;
    a->crc32 = ir_crc32(0, fake_uploads.stored, fake_uploads.n_stored)
        + (uint32_t)fake_uploads.stores_wrong;
    return end_as(fake_calls_error(w),
        fake_uploads.exists && is_there(path) ? IR_OK : IR_E_NOT_FOUND);
}

enum ir_status
ir_call_folder_exists(struct ir_wire *w, const char *ticket, const char *path)
{
    (void)ticket;
    return end_as(fake_calls_error(w), fake_uploads.no_folder
            || !is_there(path) ? IR_E_NOT_FOUND : IR_OK);
}

enum ir_status
ir_call_lock(struct ir_wire *w, const char *ticket, const char *path)
{
    struct ir_error *e = fake_calls_error(w);

    (void)ticket;
    (void)path;
    if (fake_uploads.lock == IR_OK || fake_uploads.lock_happens)
        fake_uploads.n_locked++;
    end_as(e, fake_uploads.lock);
    if (fake_uploads.lock_http != 0)
        e->http_status = fake_uploads.lock_http;
    return e->status;
}

enum ir_status
ir_call_unlock(struct ir_wire *w, const char *ticket, const char *path,
    int force)
{
    (void)ticket;
    (void)path;
    (void)force;
    fake_uploads.n_unlocks++;
    if (fake_uploads.unlock_refused) {
        struct ir_error *e = fake_calls_error(w);

        end_as(e, IR_E_SERVER);
        e->server_code = 4230;
        return e->status;
    }
    if (fake_uploads.n_locked == 0)
        return end_as(fake_calls_error(w), IR_E_SERVER);
    if (fake_uploads.n_unlocks_lost == 0 || fake_uploads.unlock_happens)
        fake_uploads.n_locked--;
    if (fake_uploads.n_unlocks_lost == 0)
        return end_as(fake_calls_error(w), IR_OK);
    fake_uploads.n_unlocks_lost--;
    return end_as(fake_calls_error(w), IR_E_NETWORK);
}

enum ir_status
ir_call_get_document(struct ir_wire *w, const char *ticket, const char *path,
    struct ir_document_state *a)
{
    (void)ticket;
    (void)path;
    a->checked_out_by = fake_uploads.checked_out_by;
    a->version = 1000000;
    a->n_versions = fake_uploads.n_versions;
    return end_as(fake_calls_error(w), IR_OK);
}

enum ir_status
ir_call_upload_limit(struct ir_wire *w, const char *ticket,
    uint64_t *limit_bytes)
{
    (void)ticket;
    *limit_bytes = fake_uploads.limit_bytes;
    return end_as(fake_calls_error(w), IR_OK);
}
