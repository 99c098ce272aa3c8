/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Whatever XML a server answers, a call ends with checked values or a typed
 * error of one line; and with one of the two however the reply is cut.  An input is the number of an
 * operation, the size of the pieces, the version of SOAP; the XML. */
#include <stdio.h>
#include <string.h>

#include "fake_transport.h"
#include "fuzz.h"
#include "oracle.h"
#include "support.h"
#include "wire/calls.h"

#define HANDLER "c4d6a0f2-8d1b-4f6e-b0a7-2f5c93d81e44"
#define ASKED 4096u
#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n" \
    "Content-Length: %zu\r\n\r\n"

static struct ir_error error;
static uint8_t stored[ASKED];
static size_t n_stored;

static int
put(void *ctx, uint64_t offset, const void *data, size_t n)
{
    (void)ctx;
    HOLDS(offset == n_stored && n <= sizeof stored - n_stored);
    memcpy(stored + n_stored, data, n);
    n_stored += n;
    return 0;
}

static int
get(void *ctx, uint64_t offset, void *data, size_t size, size_t *n)
{
    (void)ctx;
    (void)offset;
    memset(data, 'x', size);
    *n = size;
    return 0;
}

static const struct ir_sink sink = { put, NULL, 1 };

static int
is_token(const char *id)
{
    size_t n = strlen(id);

    return n >= 1 && n <= 64 && strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

/* ---- The calls: each checks what it was told --------------------------- */

static void
download_chunk(struct ir_wire *w)
{
    const struct ir_chunk_request request = { HANDLER, 0, ASKED, &sink };
    struct ir_chunk a;

    if (ir_call_download_file_chunk(w, "t", &request, &a) != IR_OK)
        return;
    HOLDS(a.length == n_stored && a.length <= a.file_length);
    HOLDS(a.last == (a.length == a.file_length));
    HOLDS(a.crc32 == oracle_crc32(0, stored, n_stored));
}

static void
download_document(struct ir_wire *w)
{
    struct ir_payload_facts a;

    if (ir_call_download_document(w, "t", "/a", 0, ASKED, &sink, &a) == IR_OK)
        HOLDS(a.length == n_stored
            && a.crc32 == oracle_crc32(0, stored, n_stored));
}

static void
download_handler(struct ir_wire *w)
{
    struct ir_handler a;

    if (ir_call_get_download_handler(w, "t", "/a", 0, ASKED, &a) == IR_OK)
        HOLDS(is_token(a.id) && a.chunk_bytes > 0);
}

static void
upload_handler(struct ir_wire *w)
{
    struct ir_upload_handler a;

    if (ir_call_create_upload_handler(w, "t", ASKED, &a) == IR_OK)
        HOLDS(is_token(a.id) && a.chunk_bytes > 0);
}

static void
upload_chunk(struct ir_wire *w)
{
    const struct ir_source source = { get, NULL, 1, 64 };
    const struct ir_upload_request request =
        { HANDLER, &source, 0, 64, 0x1A2B3C4D, 1 };
    struct ir_upload_answer a;

    ir_call_upload_file_chunk(w, "t", &request, &a);
}

static void
commit(struct ir_wire *w)
{
    const struct ir_commit c = { .path = "/a", .comment = "b" };
    struct ir_uploaded a;

    ir_call_commit(w, "t", HANDLER, &c, &a);
}

static void
download_info(struct ir_wire *w)
{
    struct ir_document a;

    ir_call_get_download_info(w, "t", "/a", 0, &a);
}

static void
login(struct ir_wire *w)
{
    struct ir_login_answer a;

    if (ir_call_authenticate_user(w, "u", "p", NULL, &a) == IR_OK)
        HOLDS(a.ticket != NULL);
}

static void
zip(struct ir_wire *w)
{
    struct ir_zip_answer a;

    if (ir_call_download_zip_with_handler(w, "t", "/a|/b", 1, &a) == IR_OK)
        HOLDS(is_token(a.id));
    for (size_t i = 0; i < a.n_skipped; i++)
        HOLDS(a.skipped[i].item != NULL && a.skipped[i].why != NULL);
}

static void
list(struct ir_wire *w)
{
    struct ir_listing a;

    if (ir_call_get_folders_and_documents2(w, "t", "/a", &a) != IR_OK)
        return;
    for (size_t i = 0; i < a.n; i++)
        HOLDS(a.entries[i].name != NULL);
}

static void
versions(struct ir_wire *w)
{
    struct ir_versions a;

    if (ir_call_get_document_versions(w, "t", "/a", &a) == IR_OK)
        HOLDS(a.n == 0 || a.versions != NULL);
}

static void
document(struct ir_wire *w)
{
    struct ir_document_state a;

    ir_call_get_document(w, "t", "/a", &a);
}

static void
exists(struct ir_wire *w)
{
    struct ir_exists_answer a;

    ir_call_document_exists(w, "t", "/a", &a);
}

static void
server(struct ir_wire *w)
{
    struct ir_server_info a;

    ir_call_server_info(w, &a);
}

static void (*const calls[])(struct ir_wire *w) = { download_chunk,
    download_document, download_handler, upload_handler, upload_chunk, commit,
    download_info, login, zip, list, versions, document, exists, server };

/* ---- One input --------------------------------------------------------- */

static struct ir_wire *
open_wire(enum ir_soap version)
{
    static struct ir_wire *wires[2];
    struct ir_options o = IR_OPTIONS_INIT;
    struct ir_wire **w = &wires[version == IR_SOAP_12];

    o.soap = version;
    o.proxy = "";
    if (*w == NULL)
        HOLDS(ir_wire_new("http://127.0.0.1/srv.asmx", &o, &error, w)
            == IR_OK);
    return *w;
}

/* The same wire goes on, as after any failure. */
static int
is_accepted(size_t operation, enum ir_soap version, const char *reply, size_t n,
    size_t piece)
{
    const struct fake_reply script = { reply, n, IR_E_TIMEOUT, IR_OK };

    n_stored = 0;
    fake_transport_script(&script, 1, piece);
    calls[operation](open_wire(version));
    HOLDS(error.status == IR_OK || error.message[0] != '\0');
    HOLDS(strpbrk(error.message, "\r\n") == NULL);
    return error.status == IR_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t operation = fuzz_take(&data, &size) % COUNT(calls);
    size_t piece = fuzz_take(&data, &size) + 1;
    enum ir_soap version =
        fuzz_take(&data, &size) % 2 == 1 ? IR_SOAP_12 : IR_SOAP_11;
    char *reply = malloc(size + sizeof HEAD + 20);
    size_t n;

    HOLDS(reply != NULL);
    n = (size_t)snprintf(reply, sizeof HEAD + 20, HEAD, size);
    if (size > 0)
        memcpy(reply + n, data, size);
    n += size;
    HOLDS(is_accepted(operation, version, reply, n, 0)
        == is_accepted(operation, version, reply, n, piece));
    free(reply);
    return 0;
}
