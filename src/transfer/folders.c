/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Folders, versions and the download queue: one operation each. */
#include <string.h>

#include "transfer/session.h"

/* A call of the library begins.  Most of its operations have two spellings. */
static enum ir_status
begin(struct ir_client *c)
{
    ir_wire_begin(c->wire);
    return ir_session_check(c) == IR_OK ? ir_session_prove(c)
                                        : c->error.status;
}

enum ir_status
ir_list_folder(struct ir_client *c, const char *path,
    struct ir_listing *listing)
{
    memset(listing, 0, sizeof *listing);
    if (begin(c) != IR_OK)
        return c->error.status;
    if (path != NULL && strcmp(path, "/") == 0)
        IR_IN_SESSION(c, IR_NAMES_TWO,
            ir_call_get_domains(c->wire, c->ticket, listing));
    else
        IR_IN_SESSION(c, IR_NAMES_TWO,
            ir_call_get_folders_and_documents2(c->wire, c->ticket, path,
                listing));
    return c->error.status;
}

/* Libraries are few. */
static enum ir_status
tell_libraries(struct ir_client *c, ir_entry_fn fn, void *ctx)
{
    struct ir_listing a;

    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_get_domains(c->wire, c->ticket, &a));
    for (size_t i = 0; c->error.status == IR_OK && i < a.n; i++)
        if (fn(ctx, &a.entries[i]) != 0)
            ir_error_set(&c->error, IR_E_CANCELLED,
                "the caller ended the listing");
    return c->error.status;
}

enum ir_status
ir_list_each(struct ir_client *c, const char *path, ir_entry_fn fn, void *ctx)
{
    if (begin(c) != IR_OK)
        return c->error.status;
    if (path != NULL && strcmp(path, "/") == 0)
        return tell_libraries(c, fn, ctx);
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_each_entry(c->wire, c->ticket, path, fn, ctx));
    return c->error.status;
}

enum ir_status
ir_create_folder(struct ir_client *c, const char *path)
{
    if (begin(c) == IR_OK)
        IR_IN_SESSION(c, IR_NAMES_TWO,
            ir_call_create_folder(c->wire, c->ticket, path));
    return c->error.status;
}

enum ir_status
ir_get_versions(struct ir_client *c, const char *path,
    struct ir_versions *versions)
{
    memset(versions, 0, sizeof *versions);
    if (begin(c) == IR_OK)
        IR_IN_SESSION(c, IR_NAMES_ONE,
            ir_call_get_document_versions(c->wire, c->ticket, path, versions));
    return c->error.status;
}

enum ir_status
ir_queue_list(struct ir_client *c, struct ir_listing *listing)
{
    memset(listing, 0, sizeof *listing);
    if (begin(c) == IR_OK)
        IR_IN_SESSION(c, IR_NAMES_ONE,
            ir_call_get_download_que(c->wire, c->ticket, listing));
    return c->error.status;
}

enum ir_status
ir_queue_add(struct ir_client *c, const char *path)
{
    if (begin(c) == IR_OK)
        IR_IN_SESSION(c, IR_NAMES_ONE,
            ir_call_add_to_download_queue(c->wire, c->ticket, path));
    return c->error.status;
}

enum ir_status
ir_queue_remove(struct ir_client *c, const char *path)
{
    if (begin(c) == IR_OK)
        IR_IN_SESSION(c, IR_NAMES_ONE,
            ir_call_remove_from_download_queue(c->wire, c->ticket, path));
    return c->error.status;
}
