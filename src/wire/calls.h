/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The operations of the service, one C function each.  Texts in an answer live
 * until the next call on the wire.  Whatever the server answers has been
 * checked for form: numbers are in range, handlers are tokens, a missing answer
 * is an error.  Names and order are those of docs/protocol.md. */
#ifndef IR_WIRE_CALLS_H
#define IR_WIRE_CALLS_H

#include "wire/wire.h"

struct ir_login_answer {
    char *ticket; /* not NULL after a login; wipe it once it is copied */
    struct ir_user user;
};

/* 'language' NULL: AuthenticateUser, else AuthenticateUser1. */
enum ir_status ir_call_authenticate_user(struct ir_wire *w, const char *user,
    const char *password, const char *language, struct ir_login_answer *a);
enum ir_status ir_call_renew_ticket(struct ir_wire *w, const char *user,
    const char *password, const char *language, const char *old_ticket,
    struct ir_login_answer *a);
enum ir_status ir_call_is_valid_ticket(struct ir_wire *w, const char *ticket,
    struct ir_login_answer *a);
enum ir_status ir_call_log_out(struct ir_wire *w, const char *ticket);
enum ir_status ir_call_server_info(struct ir_wire *w,
    struct ir_server_info *a);

/* 'version' 0: the plain operation, else its ...ByVersion twin. */
enum ir_status ir_call_get_download_info(struct ir_wire *w,
    const char *ticket, const char *path, int64_t version,
    struct ir_document *a);
enum ir_status ir_call_get_download_handler(struct ir_wire *w,
    const char *ticket, const char *path, int64_t version,
    uint64_t chunk_bytes, struct ir_handler *a);

/* What to read, and where it goes.  'length' is at most INT32_MAX. */
struct ir_chunk_request {
    const char *handler;
    uint64_t offset;
    uint64_t length;
    const struct ir_sink *sink;
};

/* IR_OK only if base64, chunklength and chunkCRC32 agree with the bytes that
 * went to the sink, and offset, filelength and lastchunk with one another. */
enum ir_status ir_call_download_file_chunk(struct ir_wire *w,
    const char *ticket, const struct ir_chunk_request *request,
    struct ir_chunk *a);
enum ir_status ir_call_delete_download_handler(struct ir_wire *w,
    const char *ticket, const char *handler);

#endif
