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

/* Bytes as they arrived. */
struct ir_payload_facts {
    uint64_t length;
    uint32_t crc32;
};

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

/* Is 'id' a handler: 1 to 64 letters, digits and hyphens? */
int ir_call_is_handler(const char *id);

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

/* A whole document as one value of at most 'limit_bytes' into 'sink'; the
 * server gives no checksum of it, and nothing at all where it refuses. */
enum ir_status ir_call_download_document(struct ir_wire *w,
    const char *ticket, const char *path, int64_t version,
    uint64_t limit_bytes, const struct ir_sink *sink,
    struct ir_payload_facts *a);

/* What is not in an archive, and why; neither is NULL. */
struct ir_skipped {
    const char *item;
    const char *why;
};

/* 'skipped' is told also where the call is refused. */
struct ir_zip_answer {
    size_t n_skipped;
    const struct ir_skipped *skipped;
    char id[65];
};

/* 'paths' are divided by vertical bars. */
enum ir_status ir_call_download_zip_with_handler(struct ir_wire *w,
    const char *ticket, const char *paths, int partial,
    struct ir_zip_answer *a);

/* ---- Upload ------------------------------------------------------------ */

/* A staged upload: the chunk size granted is to be used exactly. */
struct ir_upload_handler {
    uint64_t chunk_bytes;
    char id[65];
};

enum ir_status ir_call_create_upload_handler(struct ir_wire *w,
    const char *ticket, uint64_t chunk_bytes, struct ir_upload_handler *a);

/* 'length' bytes of 'source' at 'offset'; 'crc32' is theirs. */
struct ir_upload_request {
    const char *handler;
    const struct ir_source *source;
    uint64_t offset;
    uint64_t length;
    uint32_t crc32;
    int last;
};

struct ir_upload_answer {
    int try_again; /* the chunk was not appended: send it again */
    int has_file_crc32;
    uint32_t file_crc32; /* of all that is staged */
};

/* Never repeated by itself: the server appends what it gets and takes no
 * offset. */
enum ir_status ir_call_upload_file_chunk(struct ir_wire *w,
    const char *ticket, const struct ir_upload_request *request,
    struct ir_upload_answer *a);
enum ir_status ir_call_delete_upload_handler(struct ir_wire *w,
    const char *ticket, const char *handler);

/* What a staged upload becomes.  'folder' and 'name': a new document and never
 * a version (UploadNewDocumentWidthHandler).  Else 'path': by 'xml_parameters'
 * (...WithHandler3), a packed 'version' number (...2), a 'comment' (...1) or
 * neither. */
struct ir_commit {
    const char *path;
    const char *folder;
    const char *name;
    const char *comment;
    const char *xml_parameters;
    int64_t version;
};

/* Can it be sent?  Asked before the bytes are, as nothing of them would remain
 * of a commit that fails.  IR_E_ARGUMENT says why not. */
enum ir_status ir_call_check_commit(struct ir_wire *w,
    const struct ir_commit *c);
enum ir_status ir_call_commit(struct ir_wire *w, const char *ticket,
    const char *handler, const struct ir_commit *c, struct ir_uploaded *a);

/* A whole document of 'length' bytes as one value: UploadDocument, ...1 with a
 * comment, ...2 with a checkout, ...3 with both, ...4 with xml_parameters. */
struct ir_content {
    const char *path;
    const struct ir_source *source;
    uint64_t length;
    const char *comment;
    int checkout;
    const char *xml_parameters;
};

enum ir_status ir_call_upload_document(struct ir_wire *w, const char *ticket,
    const struct ir_content *c, struct ir_uploaded *a);

/* ---- Documents and folders --------------------------------------------- */

struct ir_exists_answer {
    int has_crc32;
    uint32_t crc32; /* of the latest version */
};

enum ir_status ir_call_document_exists(struct ir_wire *w, const char *ticket,
    const char *path, struct ir_exists_answer *a);
enum ir_status ir_call_folder_exists(struct ir_wire *w, const char *ticket,
    const char *path);
enum ir_status ir_call_create_folder(struct ir_wire *w, const char *ticket,
    const char *path);
enum ir_status ir_call_lock(struct ir_wire *w, const char *ticket,
    const char *path);
enum ir_status ir_call_unlock(struct ir_wire *w, const char *ticket,
    const char *path, int force);
enum ir_status ir_call_delete_document(struct ir_wire *w, const char *ticket,
    const char *path);

/* The checkout and the newest version of a document (GetDocument). */
struct ir_document_state {
    const char *checked_out_by; /* user name; NULL: nobody */
    int64_t version;            /* -1: not told */
    int64_t n_versions;         /* -1: not told */
};

enum ir_status ir_call_get_document(struct ir_wire *w, const char *ticket,
    const char *path, struct ir_document_state *a);
enum ir_status ir_call_get_document_versions(struct ir_wire *w,
    const char *ticket, const char *path, struct ir_versions *a);

enum ir_status ir_call_get_folders_and_documents2(struct ir_wire *w,
    const char *ticket, const char *path, struct ir_listing *a);
/* The same, an entry at a time: each lives for its call of 'fn'.  The answer said
 * of itself that it is good; if it ends otherwise all the same, the error is no
 * refusal of the server's. */
enum ir_status ir_call_each_entry(struct ir_wire *w, const char *ticket,
    const char *path, ir_entry_fn fn, void *ctx);
enum ir_status ir_call_get_domains(struct ir_wire *w, const char *ticket,
    struct ir_listing *a);

enum ir_status ir_call_get_download_que(struct ir_wire *w, const char *ticket,
    struct ir_listing *a);
enum ir_status ir_call_add_to_download_queue(struct ir_wire *w,
    const char *ticket, const char *path);
enum ir_status ir_call_remove_from_download_queue(struct ir_wire *w,
    const char *ticket, const char *path);

/* Largest document that the server takes, in bytes; 0: no limit or not told
 * (GetGeneralAppSettings). */
enum ir_status ir_call_upload_limit(struct ir_wire *w, const char *ticket,
    uint64_t *limit_bytes);

#endif
