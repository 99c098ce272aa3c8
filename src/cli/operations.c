/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The table, and how each operation is called.  Parameters have the names and
 * the order of the contract, so that what is documented for the server can be
 * typed as it stands. */
#include "operations.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "facts.h"

/* ---- Sessions ---------------------------------------------------------- */

/* The login itself is made while the session is opened. */
static enum ir_status
authenticate(struct ir_call *call)
{
    ir_record_text(&call->record, "user", call->text[0]);
    return IR_OK;
}

static enum ir_status
renew_ticket(struct ir_call *call)
{
    ir_record_text(&call->record, "user", call->text[0]);
    return ir_renew_ticket(call->session->client);
}

static enum ir_status
is_valid_ticket(struct ir_call *call)
{
    struct ir_user user;
    enum ir_status st = ir_check_ticket(call->session->client, &user);

    if (st == IR_OK)
        ir_facts_user(&call->record, &user);
    return st;
}

static enum ir_status
log_out(struct ir_call *call)
{
    call->session->is_ours = 0;
    return ir_logout(call->session->client);
}

static enum ir_status
server_info(struct ir_call *call)
{
    struct ir_server_info info;
    enum ir_status st = ir_server_info(call->session->client, &info);

    if (st == IR_OK)
        ir_facts_server(&call->record, &info);
    return st;
}

/* ---- Documents --------------------------------------------------------- */

static enum ir_status
get_document(struct ir_call *call, int64_t version)
{
    struct ir_document document;
    enum ir_status st = ir_get_document(call->session->client, call->text[1],
        version, &document);

    if (st == IR_OK)
        ir_facts_document(&call->record, &document);
    return st;
}

static enum ir_status
get_download_info(struct ir_call *call)
{
    return get_document(call, 0);
}

static enum ir_status
get_download_info_by_version(struct ir_call *call)
{
    return get_document(call, call->number[2]);
}

static enum ir_status
begin_handler(struct ir_call *call, int64_t version)
{
    struct ir_handler handler;
    enum ir_status st = ir_handler_begin(call->session->client, call->text[1],
        version, (uint64_t)call->number[2], &handler);

    if (st == IR_OK)
        ir_facts_handler(&call->record, &handler);
    return st;
}

static enum ir_status
get_download_handler(struct ir_call *call)
{
    return begin_handler(call, 0);
}

static enum ir_status
get_download_handler_by_version(struct ir_call *call)
{
    return begin_handler(call, call->number[3]);
}

/* An ir_write_fn: keeps the bytes until they are known to be good. */
static int
keep(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct ir_call *call = ctx;
    size_t begin = (size_t)(offset - (uint64_t)call->number[2]);
    size_t end = begin + n;

    if (end > call->room) {
        size_t room = end > 2 * call->room ? end : 2 * call->room;
        char *bytes = realloc(call->bytes, room);

        if (bytes == NULL) {
            errno = ENOMEM;
            return -1;
        }
        call->bytes = bytes;
        call->room = room;
    }
    memcpy(call->bytes + begin, data, n);
    return 0;
}

static enum ir_status
download_file_chunk(struct ir_call *call)
{
    struct ir_sink sink = { keep, call, 1 };
    struct ir_chunk chunk;
    enum ir_status st = ir_handler_read(call->session->client, call->text[1],
        (uint64_t)call->number[2], (uint64_t)call->number[3], &sink, &chunk);

    if (st != IR_OK)
        return st;
    call->n_bytes = (size_t)chunk.length;
    ir_facts_chunk(&call->record, &chunk);
    return IR_OK;
}

static enum ir_status
delete_download_handler(struct ir_call *call)
{
    return ir_handler_end(call->session->client, call->text[1]);
}

/* ---- Table ------------------------------------------------------------- */

#define TEXT(name) name, IR_PARAMETER_TEXT, 0, 0, 0
#define OPTIONAL_TEXT(name) name, IR_PARAMETER_TEXT, 1, 0, 0
#define NUMBER(name, min) name, IR_PARAMETER_NUMBER, 0, min, INT32_MAX
#define SECRET(name) name, IR_PARAMETER_SECRET, 1, 0, 0
#define TICKET SECRET("AuthenticationTicket")

const struct ir_operation ir_operations[] = {
    { .name = "AuthenticateUser",
        .need = IR_NEED_PASSWORD,
        .parameters = { { TEXT("UID") }, { SECRET("PWD") } },
        .run = authenticate },
    { .name = "AuthenticateUser1",
        .need = IR_NEED_PASSWORD,
        .parameters = { { TEXT("UID") }, { SECRET("PWD") }, { TEXT("Lang") } },
        .run = authenticate },
    { .name = "RenewTicket",
        .need = IR_NEED_PASSWORD,
        .parameters = { { TEXT("UID") }, { SECRET("PWD") },
            { OPTIONAL_TEXT("Lang") }, { SECRET("OldTicket") } },
        .run = renew_ticket },
    { .name = "isValidTicket",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET } },
        .run = is_valid_ticket },
    { .name = "LogOut",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET } },
        .run = log_out },
    { .name = "ServerInfo", .need = IR_NEED_NOTHING, .run = server_info },
    { .name = "GetDownloadInfo",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET }, { TEXT("Path") } },
        .run = get_download_info },
    { .name = "GetDownloadInfoByVersion",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET }, { TEXT("Path") },
            { NUMBER("VersionNumber", 1) } },
        .run = get_download_info_by_version },
    { .name = "GetDownloadHandler",
        .need = IR_NEED_TICKET_FILE,
        .parameters = { { TICKET }, { TEXT("Path") },
            { NUMBER("PreferedChunkSize", 1) } },
        .run = get_download_handler },
    { .name = "GetDownloadHandlerByVersion",
        .need = IR_NEED_TICKET_FILE,
        .parameters = { { TICKET }, { TEXT("Path") },
            { NUMBER("PreferedChunkSize", 1) },
            { NUMBER("VersionNumber", 1) } },
        .run = get_download_handler_by_version },
    { .name = "DownloadFileChunk",
        .need = IR_NEED_SESSION,
        .gives_bytes = 1,
        .parameters = { { TICKET }, { TEXT("DownloadHandler") },
            { NUMBER("StartOffset", 0) }, { NUMBER("ChunkSize", 1) } },
        .run = download_file_chunk },
    { .name = "DeleteDownloadHandler",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET }, { TEXT("DownloadHandler") } },
        .run = delete_download_handler },
    { .name = NULL },
};

const struct ir_operation *
ir_operations_find(const char *name)
{
    for (const struct ir_operation *o = ir_operations; o->name != NULL; o++) {
        if (strcasecmp(o->name, name) == 0)
            return o;
    }
    return NULL;
}
