/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The table, and how each operation is called.  Parameters have the names and
 * the order of the contract, so that what is documented for the server can be
 * typed as it stands.  Only operations for which the library has one call are
 * here; the switches that it never sets are left out. */
#include "operations.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "facts.h"

/* Of a document in one call: what a server can count with an xs:int. */
#define MAX_BYTES INT32_MAX

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

/* 0; -1 and errno. */
static int
put_bytes(struct ir_call *call, size_t begin, const void *data, size_t n)
{
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

/* An ir_write_fn: keeps the bytes until they are known to be good. */
static int
keep(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct ir_call *call = ctx;

    return put_bytes(call, (size_t)(offset - (uint64_t)call->number[2]), data,
        n);
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

static enum ir_status
get_document_versions(struct ir_call *call)
{
    struct ir_versions versions;
    enum ir_status st =
        ir_get_versions(call->session->client, call->text[1], &versions);

    if (st == IR_OK)
        ir_facts_versions(&call->record, &versions);
    return st;
}

/* ---- Documents in one call --------------------------------------------- */

static enum ir_status
get_content(struct ir_call *call, int64_t version)
{
    struct ir_result result;
    void *data;
    enum ir_status st = ir_get_content(call->session->client, call->text[1],
        version, MAX_BYTES, &data, &result);

    if (st != IR_OK)
        return st;
    call->bytes = data;
    call->n_bytes = (size_t)result.size_bytes;
    ir_record_bytes(&call->record, "size_bytes", result.size_bytes);
    ir_record_crc(&call->record, "crc32", result.crc32);
    ir_record_text(&call->record, "level", ir_facts_level(result.level));
    return IR_OK;
}

static enum ir_status
download_document(struct ir_call *call)
{
    return get_content(call, 0);
}

static enum ir_status
download_document_version(struct ir_call *call)
{
    return get_content(call, call->number[2]);
}

enum ir_status
ir_operations_load(struct ir_call *call, const char *file, struct ir_error *e)
{
    FILE *from = fopen(file, "rbe");
    char block[65536];
    size_t n;

    if (from == NULL)
        return ir_fault_set_errno(e, errno, "cannot read %s", file);
    while ((n = fread(block, 1, sizeof block, from)) > 0) {
        if (call->n_bytes > MAX_BYTES - n)
            ir_fault_set(e, IR_E_LIMIT, "%s: too large for one call", file);
        else if (put_bytes(call, call->n_bytes, block, n) != 0)
            ir_fault_set(e, IR_E_MEMORY, "out of memory");
        if (e->status != IR_OK)
            break;
        call->n_bytes += n;
    }
    if (ferror(from))
        ir_fault_set_errno(e, errno, "cannot read %s", file);
    fclose(from);
    return e->status;
}

/* Which operation it becomes is told by the options that are set. */
static enum ir_status
put_content(struct ir_call *call, const struct ir_content_options *o)
{
    struct ir_uploaded uploaded;
    const void *data = call->bytes == NULL ? "" : call->bytes;
    enum ir_status st = ir_put_content(call->session->client, data,
        call->n_bytes, call->text[1], o, &uploaded);

    if (st == IR_OK)
        ir_facts_uploaded(&call->record, &uploaded);
    return st;
}

static enum ir_status
upload_document(struct ir_call *call)
{
    struct ir_content_options o = IR_CONTENT_OPTIONS_INIT;

    return put_content(call, &o);
}

static enum ir_status
upload_document1(struct ir_call *call)
{
    struct ir_content_options o = IR_CONTENT_OPTIONS_INIT;

    o.comment = call->text[3];
    return put_content(call, &o);
}

static enum ir_status
upload_document2(struct ir_call *call)
{
    struct ir_content_options o = IR_CONTENT_OPTIONS_INIT;

    o.checkout = 1;
    return put_content(call, &o);
}

static enum ir_status
upload_document3(struct ir_call *call)
{
    struct ir_content_options o = IR_CONTENT_OPTIONS_INIT;

    o.comment = call->text[3];
    o.checkout = 1;
    return put_content(call, &o);
}

static enum ir_status
upload_document4(struct ir_call *call)
{
    struct ir_content_options o = IR_CONTENT_OPTIONS_INIT;

    o.xml_parameters = call->text[3];
    return put_content(call, &o);
}

/* ---- Folders and the queue --------------------------------------------- */

static enum ir_status
create_folder(struct ir_call *call)
{
    return ir_create_folder(call->session->client, call->text[1]);
}

static enum ir_status
list_folder(struct ir_call *call, const char *path)
{
    struct ir_listing listing;
    enum ir_status st = ir_list_folder(call->session->client, path, &listing);

    if (st == IR_OK)
        ir_facts_listing(&call->record, &listing);
    return st;
}

static enum ir_status
get_folders_and_documents(struct ir_call *call)
{
    return list_folder(call, call->text[1]);
}

static enum ir_status
get_domains(struct ir_call *call)
{
    return list_folder(call, "/");
}

static enum ir_status
get_download_queue(struct ir_call *call)
{
    struct ir_listing listing;
    enum ir_status st = ir_queue_list(call->session->client, &listing);

    if (st == IR_OK)
        ir_facts_listing(&call->record, &listing);
    return st;
}

static enum ir_status
add_to_download_queue(struct ir_call *call)
{
    return ir_queue_add(call->session->client, call->text[1]);
}

static enum ir_status
remove_from_download_queue(struct ir_call *call)
{
    return ir_queue_remove(call->session->client, call->text[1]);
}

/* ---- Table ------------------------------------------------------------- */

#define TEXT(name) name, IR_PARAMETER_TEXT, 0, 0, 0
#define TRUE(name) name, IR_PARAMETER_TRUE, 0, 0, 0
#define CONTENT "FileContent", IR_PARAMETER_FILE, 0, 0, 0
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
    { .name = "DownloadDocument",
        .need = IR_NEED_SESSION,
        .gives_bytes = 1,
        .parameters = { { TICKET }, { TEXT("Path") } },
        .run = download_document },
    { .name = "DownloadDocumentVersion",
        .need = IR_NEED_SESSION,
        .gives_bytes = 1,
        .parameters = { { TICKET }, { TEXT("Path") },
            { NUMBER("VersionNumber", 1) } },
        .run = download_document_version },
    { .name = "UploadDocument",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET }, { TEXT("Path") }, { CONTENT } },
        .run = upload_document },
    { .name = "UploadDocument1",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET }, { TEXT("Path") }, { CONTENT },
            { TEXT("VersionComment") } },
        .run = upload_document1 },
    { .name = "UploadDocument2",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET }, { TEXT("Path") }, { CONTENT },
            { TRUE("Checkout") } },
        .run = upload_document2 },
    { .name = "UploadDocument3",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET }, { TEXT("Path") }, { CONTENT },
            { TEXT("VersionComment") }, { TRUE("Checkout") } },
        .run = upload_document3 },
    { .name = "UploadDocument4",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET }, { TEXT("Path") }, { CONTENT },
            { TEXT("xmlParameters") } },
        .run = upload_document4 },
    { .name = "GetDocumentVersions",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET }, { TEXT("Path") } },
        .run = get_document_versions },
    { .name = "GetFoldersAndDocuments2",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET }, { TEXT("Path") } },
        .run = get_folders_and_documents },
    { .name = "GetDomains",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET } },
        .run = get_domains },
    { .name = "CreateFolder",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET }, { TEXT("Path") } },
        .run = create_folder },
    { .name = "GetDownloadQue",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET } },
        .run = get_download_queue },
    { .name = "AddToDownloadQueue",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET }, { TEXT("itemPath") } },
        .run = add_to_download_queue },
    { .name = "RemoveFromDownloadQueue",
        .need = IR_NEED_SESSION,
        .parameters = { { TICKET }, { TEXT("itemPath") } },
        .run = remove_from_download_queue },
    { .name = NULL },
};

const char *
ir_operations_value(const struct ir_parameter *p)
{
    switch (p->kind) {
    case IR_PARAMETER_NUMBER:
        return "NUMBER";
    case IR_PARAMETER_TRUE:
        return "true";
    case IR_PARAMETER_FILE:
        return "@FILE";
    case IR_PARAMETER_TEXT:
    case IR_PARAMETER_SECRET:
        break;
    }
    return "TEXT";
}

const struct ir_operation *
ir_operations_find(const char *name)
{
    for (const struct ir_operation *o = ir_operations; o->name != NULL; o++) {
        if (strcasecmp(o->name, name) == 0)
            return o;
    }
    return NULL;
}
