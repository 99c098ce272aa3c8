/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * libinforouter moves documents in and out of an infoRouter server through the
 * chunked-transfer operations of its web service, srv.asmx.
 *
 * The words of the server are kept: a 'ticket' is a session, a 'handler' is a
 * file that the server has staged for one transfer, a 'chunk' is a piece of it.
 *
 * Every struct of options begins with its own size and is set up with its INIT
 * macro; zero or NULL in a field means the default.  Unless a comment says
 * otherwise, a pointer that is handed out belongs to the client (or download)
 * it came from and dies with the next call on it.  No argument is NULL unless
 * its comment says that it may be.
 *
 * Threads: one client, one thread at a time, ir_client_cancel() excepted;
 * different clients are independent.  The library has no mutable globals,
 * installs no signal handlers, prints nothing and never exits. */
#ifndef INFOROUTER_H
#define INFOROUTER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IR_VERSION_MAJOR 0
#define IR_VERSION_MINOR 1
#define IR_VERSION_PATCH 0

#if defined(__GNUC__)
#define IR_API __attribute__((visibility("default")))
#else
#define IR_API
#endif

/* ---- Status and errors ------------------------------------------------- */

/* A code exists where a caller would act differently; struct ir_error says the
 * rest. */
enum ir_status {
    IR_OK = 0,
    IR_E_ARGUMENT,  /* the call itself is wrong: a URL, a path, an option */
    IR_E_MEMORY,    /* out of memory; nothing is lost, nothing half done */
    IR_E_NOT_FOUND, /* no such document, folder or version, or not visible */
    IR_E_AUTH,      /* wrong password, or a ticket that ended: log in again */
    IR_E_DENIED,    /* the server knows you and refuses */
    IR_E_NETWORK,   /* no connection, or it broke */
    IR_E_TIMEOUT,   /* a deadline passed */
    IR_E_TLS,       /* certificate or handshake refused */
    IR_E_CORRUPT,   /* length, base64 or CRC wrong, also after retries */
    IR_E_PROTOCOL,  /* the reply is not what the operation answers */
    IR_E_SERVER,    /* the server failed, or refuses for the time being */
    IR_E_IO,        /* local file: permission, disk full, read error */
    IR_E_LIMIT,     /* too large for the server, the protocol or a limit set */
    IR_E_CHANGED,   /* the document changed while it was transferred */
    IR_E_BUSY,      /* another process is writing the same target */
    IR_E_AMBIGUOUS, /* bytes or a commit were sent, and nothing tells what became
                       of them */
    IR_E_CANCELLED  /* ir_client_cancel() was called or a callback said so */
};

/* What went wrong.  'message' is one line of lower case without secrets and
 * without control characters, at most 511 bytes of UTF-8. */
struct ir_error {
    enum ir_status status;
    int http_status; /* 0: no HTTP reply */
    int server_code; /* the server's errorCode, or its bracketed number; 0 */
    int sys_errno;   /* 0: no system call failed */
    int retryable;   /* 1: the same call may succeed later */
    char message[512];
};

/* A lower-case word such as "not_found", for logs and JSON. */
IR_API const char *ir_status_name(enum ir_status status);

/* ---- Client ------------------------------------------------------------ */

struct ir_client;

enum ir_soap {
    IR_SOAP_DEFAULT = 0, /* 1.1 */
    IR_SOAP_11,
    IR_SOAP_12
};

/* SOAP element names are case-sensitive and servers differ: the documented
 * names (authenticationTicket, uploadHandler) and those of the classic WSDL
 * (AuthenticationTicket, UploadHandler).  AUTO starts with the documented ones
 * and changes over once, when a refusal shows that they were not understood. */
enum ir_spelling {
    IR_SPELLING_AUTO = 0,
    IR_SPELLING_DOCUMENTED,
    IR_SPELLING_CLASSIC
};

enum ir_log_level { IR_LOG_WARNING, IR_LOG_INFO, IR_LOG_DEBUG };

/* 'line' has no newline and no secret, and lives for the call. */
typedef void (*ir_log_fn)(void *ctx, enum ir_log_level level,
    const char *line);

/* The session of ir_set_ticket() has ended: write the ticket of another, or of
 * the same one renewed, into the 'size' bytes at 'ticket' (256 characters and a
 * NUL fit) and return 0; anything else gives up, and the call ends with
 * IR_E_AUTH.  'ended' is the ticket that was refused.  Where threads share a
 * source, it keeps the newest ticket under a lock of its own and renews that
 * only if it is 'ended'; else another thread has done so, and it is handed out
 * as it is.  Runs on the caller's thread, once at most for a call to the
 * server, also while a transfer that failed or was cancelled cleans up; it may
 * use other clients, but those of ir_client_twin().  Both strings live for the
 * call and are wiped after it. */
typedef int (*ir_ticket_fn)(void *ctx, const char *ended, char *ticket,
    size_t size);

/* Strings are copied by ir_client_new(). */
struct ir_options {
    size_t size;
    enum ir_soap soap;
    enum ir_spelling spelling;
    const char *language;    /* of the server's messages, such as "en" */
    const char *ca_file;     /* PEM; instead of the system's authorities */
    const char *ca_path;     /* hashed directory; likewise */
    const char *cert_file;   /* client certificate, PEM */
    const char *key_file;    /* its key, PEM; NULL: in 'cert_file' */
    const char *proxy;       /* http://host:port; NULL: from HTTPS_PROXY,
                                HTTP_PROXY, NO_PROXY; "": none */
    int connect_timeout_ms;  /* name lookup, TCP and TLS; 0: 10 s */
    int idle_timeout_ms;     /* with less than 1 KiB moving; 0: 60 s */
    int call_timeout_ms;     /* one call of this library; 0: no limit */
    int allow_http;          /* plain http to other hosts than loopback */
    const char *state_dir;   /* folder, made if missing, in which open handlers
                                are noted for ir_jobs() and ir_gc(), and how
                                far an upload came; NULL: they are not */
    ir_log_fn log;           /* NULL: silence */
    void *log_ctx;
    ir_ticket_fn next_ticket; /* NULL: a ticket that was set is not renewed */
    void *next_ticket_ctx;
    uint64_t limit_bytes_per_s; /* to and from the server, over all connections
                                   of the client together; 0: no limit */
    int compressed;          /* ask for replies as gzip, and send long requests
                                as such until the server refuses one (415) */
};
#define IR_OPTIONS_INIT { .size = sizeof(struct ir_options) }

/* Make a client of the service at 'url', such as
 * https://dms.example/srv.asmx.  Nothing is sent yet.  'opts' and 'why' may be
 * NULL.  On failure '*client' is NULL and 'why' says why.  Free with
 * ir_client_free(). */
IR_API enum ir_status ir_client_new(const char *url,
    const struct ir_options *opts, struct ir_client **client,
    struct ir_error *why);

/* Close the connection and wipe the secrets.  Ends no session: that is
 * ir_logout().  No ir_client_cancel() may still be running.  NULL is fine. */
IR_API void ir_client_free(struct ir_client *c);

/* Make another client in the session of 'c', for another thread: with the
 * options of 'c' and what was loaded for them, but a connection of its own, and
 * with 'log_ctx' for their log.  A session that ended is renewed once for all of
 * them, by the first that notices, on its thread.  Until they are freed, none
 * of them can log in, take a ticket or log out (IR_E_ARGUMENT).  No other call
 * on 'c' is running, which may be such a client itself.  On failure '*twin' is
 * NULL and ir_client_error(c) says why.  Free it, with ir_client_free(), before
 * the client that logged in. */
IR_API enum ir_status ir_client_twin(struct ir_client *c, void *log_ctx,
    struct ir_client **twin);

/* Why the last call on 'c' failed; status IR_OK if it did not. */
IR_API const struct ir_error *ir_client_error(const struct ir_client *c);

/* Make the call that is running on 'c', and every later one, end soon with
 * IR_E_CANCELLED.  The handlers of the transfer are still deleted, for at most
 * two seconds.  May be called from any thread and from a signal handler. */
IR_API void ir_client_cancel(struct ir_client *c);

/* ---- Session ----------------------------------------------------------- */

struct ir_user {
    const char *user_id;
    const char *user_name;
    const char *full_name;
    const char *email;
    const char *expires; /* as the server writes it; NULL: not told */
};

struct ir_server_info {
    const char *version; /* dotted text */
    const char *name;
    const char *company;
    const char *local_time;
    const char *utc_time;
};

/* Open a session (AuthenticateUser, or AuthenticateUser1 if a language is
 * set).  'user' and 'password' are kept until ir_logout() or
 * ir_client_free(), so that an ended session is renewed once by itself.
 * IR_E_AUTH: not accepted. */
IR_API enum ir_status ir_login(struct ir_client *c, const char *user,
    const char *password);

/* Go on with a session that somebody else opened, and when it has ended with
 * what the next_ticket of the options gives.  The ticket is copied. */
IR_API enum ir_status ir_set_ticket(struct ir_client *c, const char *ticket);

/* The ticket in use; NULL if there is none.  It is a secret. */
IR_API const char *ir_ticket(const struct ir_client *c);

/* Renew the session of ir_login() (RenewTicket); the ticket may change. */
IR_API enum ir_status ir_renew_ticket(struct ir_client *c);

/* Whose ticket it is (isValidTicket).  Does not extend the session.
 * IR_E_AUTH: it has ended. */
IR_API enum ir_status ir_check_ticket(struct ir_client *c,
    struct ir_user *user);

/* End the session (LogOut) and forget ticket and password.  A session that had
 * ended already is no failure. */
IR_API enum ir_status ir_logout(struct ir_client *c);

/* Version and clock of the server (ServerInfo); needs no session. */
IR_API enum ir_status ir_server_info(struct ir_client *c,
    struct ir_server_info *info);

/* ---- Documents and handlers: one operation each ------------------------ */

/* A document's path is /Library/Folder/Name, or ~D and its id, with or without
 * an extension: ~D40817.pdf.  A version is the server's packed number, such as
 * 1000001, or 0 for the default version. */
struct ir_document {
    uint64_t size_bytes;
    uint32_t crc32;
    int has_crc32;        /* 0: the server gives none for rendered content */
    int rendered;         /* the bytes are made by the server */
    int64_t version;      /* as the server tells it; 0: default, -1: unset */
    const char *name;     /* the server's suggestion: check before use */
    const char *content_type;
    const char *modified; /* as the server writes it */
};

/* A staged file.  'id' is an opaque token of 1 to 64 letters, digits and
 * hyphens. */
struct ir_handler {
    struct ir_document document;
    uint64_t chunk_bytes; /* granted */
    char id[65];
};

/* One chunk that was read and verified: base64, length and CRC. */
struct ir_chunk {
    uint64_t offset;
    uint64_t length;
    uint64_t file_length;
    uint32_t crc32;
    int last;
    const uint8_t *data; /* ir_download_next() only, else NULL */
};

/* Takes the bytes of a document.  'n' bytes at 'data' belong at 'offset' and
 * live for the call.  0 goes on, anything else ends the transfer with
 * IR_E_CANCELLED, or with IR_E_IO if errno was set to say why. */
typedef int (*ir_write_fn)(void *ctx, uint64_t offset, const void *data,
    size_t n);

struct ir_sink {
    ir_write_fn write;
    void *ctx;
    /* 0: bytes come once, in order, in whole verified chunks.  1: blocks come
     * as they arrive, before their chunk is verified; a chunk that fails is
     * written again at the same offsets.  Needs no memory for a chunk. */
    int rewritable;
};

/* Size, checksum and version; stages nothing (GetDownloadInfo, or
 * GetDownloadInfoByVersion unless 'version' is 0). */
IR_API enum ir_status ir_get_document(struct ir_client *c, const char *path,
    int64_t version, struct ir_document *document);

/* Stage a document (GetDownloadHandler, or ...ByVersion).  'chunk_bytes' is a
 * wish: 0 is 4 MiB.  End it with ir_handler_end(), also after failures. */
IR_API enum ir_status ir_handler_begin(struct ir_client *c, const char *path,
    int64_t version, uint64_t chunk_bytes, struct ir_handler *handler);

/* Read at most 'length' bytes at 'offset' of a staged file into 'sink', which
 * is treated as rewritable (DownloadFileChunk).  IR_E_CORRUPT: what was
 * written is not to be trusted; the same call may be repeated. */
IR_API enum ir_status ir_handler_read(struct ir_client *c, const char *id,
    uint64_t offset, uint64_t length, const struct ir_sink *sink,
    struct ir_chunk *chunk);

/* Release a staged file (DeleteDownloadHandler); repeating it succeeds. */
IR_API enum ir_status ir_handler_end(struct ir_client *c, const char *id);

/* ---- Download ---------------------------------------------------------- */

enum ir_event {
    IR_EVENT_START,    /* the document is staged; total_bytes is known */
    IR_EVENT_PROGRESS, /* bytes arrived */
    IR_EVENT_RETRY,    /* a chunk is fetched again; message says why */
    IR_EVENT_WARNING,  /* something to tell the user that is no failure */
    IR_EVENT_VERIFY    /* all bytes are there and checked */
};

struct ir_progress {
    enum ir_event event;
    uint64_t done_bytes; /* may fall back on a retry */
    uint64_t total_bytes;
    uint64_t n_chunks; /* verified so far */
    uint64_t n_retries;
    const char *message; /* NULL or one line */
};

/* Called on the caller's thread; 0 goes on, anything else cancels. */
typedef int (*ir_progress_fn)(void *ctx, const struct ir_progress *p);

struct ir_download_options {
    size_t size;
    int64_t version;      /* 0: default version */
    uint64_t chunk_bytes; /* wish for a chunk; 0: 4 MiB */
    int n_retries;        /* for each chunk; 0: 5, -1: none */
    int retry_delay_ms;   /* before the first; doubles; 0: 500, at most 30 s */
    int keep_existing;    /* ir_download_file(): fail if 'file' exists */
    int resume;           /* ir_download_file(): go on where an interrupted
                             download of the same document ended, and keep what
                             is verified if this one is interrupted */
    int fail_on_change;   /* the document is not what was begun: 1 fails with
                             IR_E_CHANGED, 0 starts again */
    int n_connections;    /* ir_download_file(), ir_download_memory(): read so
                             many chunks at a time, 0: one, at most 16, or
                             IR_CONNECTIONS_AUTO; one, if the server gives no
                             CRC of the document or refuses more */
    ir_progress_fn progress;
    void *progress_ctx;
};
/* Four for large documents, one for others; to a server of this machine that
 * answers within a millisecond at most one for each two processors. */
#define IR_CONNECTIONS_AUTO (-1)
#define IR_DOWNLOAD_OPTIONS_INIT { .size = sizeof(struct ir_download_options) }

/* How far the bytes were proved. */
enum ir_level {
    IR_LEVEL_NONE = 0,
    IR_LEVEL_CHUNK_VERIFIED, /* every chunk's CRC, and the size */
    IR_LEVEL_VERIFIED        /* and the CRC of the whole document, or of every
                                file in an archive */
};

struct ir_result {
    uint64_t size_bytes;
    uint32_t crc32; /* of the bytes that arrived */
    enum ir_level level;
    uint64_t resumed_bytes; /* that an earlier run had fetched */
    uint64_t n_chunks;
    uint64_t n_retries;
    int64_t version;
    const char *name; /* as in struct ir_document */
    const char *content_type;
    const char *modified;
};

/* Store the document 'path' in the local file 'file', replacing it only once
 * every byte has been verified and is on disk.  Until then the bytes are in
 * 'file'.part, which is gone after a failure.  A symbolic link is replaced, not
 * followed.  'opts' and 'result' may be NULL.  On failure 'file' is as it was.
 * The server's handler is deleted in every case in which it is known.
 *
 * With opts->resume, 'file'.part stays after an interruption (a lost
 * connection, a cancel, a kill), beside 'file'.part.journal, which says what is
 * verified in it.  The next such call checks those bytes again and fetches the
 * rest, if size and CRC32, or the same live handler, prove that the document
 * is the same. */
IR_API enum ir_status ir_download_file(struct ir_client *c, const char *path,
    const char *file, const struct ir_download_options *opts,
    struct ir_result *result);

/* Hand the document to 'sink'.  A sink that is not rewritable needs memory for
 * one chunk. */
IR_API enum ir_status ir_download_sink(struct ir_client *c, const char *path,
    const struct ir_sink *sink, const struct ir_download_options *opts,
    struct ir_result *result);

/* Read a whole document of at most 'limit_bytes' into memory: '*data' of
 * result->size_bytes bytes, never NULL on success; free() it.  IR_E_LIMIT: it
 * is larger. */
IR_API enum ir_status ir_download_memory(struct ir_client *c,
    const char *path, uint64_t limit_bytes,
    const struct ir_download_options *opts, void **data,
    struct ir_result *result);

/* The same a chunk at a time.  ir_download_open() stages the document;
 * ir_download_next() reads and verifies the next chunk into memory of the
 * download, where it stays until the next call: 1 there is one, 0 the document
 * is complete and verified, -1 ir_client_error() says why not.
 * ir_download_close() deletes the handler and is due in every case; NULL is
 * fine.  At most one download is open on a client, and no other call runs on
 * it in between but ir_client_cancel(). */
struct ir_download;

IR_API enum ir_status ir_download_open(struct ir_client *c, const char *path,
    const struct ir_download_options *opts, struct ir_download **download);
IR_API const struct ir_document *ir_download_document(
    const struct ir_download *download);
IR_API int ir_download_next(struct ir_download *download,
    struct ir_chunk *chunk);
IR_API void ir_download_close(struct ir_download *download);

/* ---- Upload ------------------------------------------------------------ */

/* Gives the bytes of a document: at most 'n' bytes at 'offset' into 'data',
 * their number in '*got', less than 'n' only at the end.  0 goes on, anything
 * else ends the transfer with IR_E_CANCELLED, or with IR_E_IO if errno was set
 * to say why. */
typedef int (*ir_read_fn)(void *ctx, uint64_t offset, void *data, size_t n,
    size_t *got);

struct ir_source {
    ir_read_fn read;
    void *ctx;
    /* 0: bytes are asked for once, in order, until the end shows; 'size_bytes'
     * is ignored and one chunk is held in memory.  1: there are 'size_bytes',
     * any of them may be asked for more than once, and no chunk is held. */
    int rereadable;
    uint64_t size_bytes;
};

struct ir_upload_options {
    size_t size;
    uint64_t chunk_bytes;       /* wish for a chunk; 0: 1 MiB */
    int n_retries;              /* as in struct ir_download_options */
    int retry_delay_ms;
    const char *comment;        /* of the version */
    const char *xml_parameters; /* of the commit, as the server documents them;
                                   goes without 'comment' and 'version' */
    int64_t version;            /* packed number wanted; 0: the next */
    int new_only;               /* refuse to make a version of a document */
    int create_folders;         /* make the folder if it is missing */
    int lock;                   /* check an existing document out before, and
                                   in afterwards */
    int fail_in_doubt;          /* a reply was lost after which nobody knows
                                   what the server did: 1 ends the upload with
                                   IR_E_AMBIGUOUS, 0 settles it by another
                                   handler or a second commit of the same */
    int skip_preflight;         /* send bytes before asking whether the commit
                                   can succeed */
    ir_progress_fn progress;
    void *progress_ctx;
};
#define IR_UPLOAD_OPTIONS_INIT { .size = sizeof(struct ir_upload_options) }

struct ir_uploaded {
    const char *document_id; /* with ~D before it a path; NULL: not told */
    const char *version_id;  /* for information; NULL: not told */
    uint64_t size_bytes;
    uint32_t crc32;
    enum ir_level level; /* VERIFIED: the stored version has this CRC;
                            CHUNK_VERIFIED: it could not be compared */
    uint64_t resumed_bytes; /* that an earlier run had staged */
    uint64_t n_chunks;
    uint64_t n_retries;
};

/* Store the bytes of 'source' as the document 'path': a new one, or a new
 * version if it exists.  The bytes are staged in verified chunks and committed
 * at the end; until then the server's document is as it was.  The handler is
 * deleted and the lock released in every case; if the server does neither, that
 * is a warning to the log and no failure.  IR_E_AMBIGUOUS: the reply to the
 * commit was lost and the server does not tell, or with fail_in_doubt that to a
 * chunk. */
IR_API enum ir_status ir_upload_source(struct ir_client *c,
    const struct ir_source *source, const char *path,
    const struct ir_upload_options *opts, struct ir_uploaded *uploaded);

/* The same from a local file.  IR_E_CHANGED: it was written to meanwhile.  With
 * a state_dir, an upload of the same file to the same path that a process left
 * behind is gone on with where its last acknowledged chunk ends, if nothing is
 * in doubt; if its commit was served, nothing is sent again. */
IR_API enum ir_status ir_upload_file(struct ir_client *c, const char *file,
    const char *path, const struct ir_upload_options *opts,
    struct ir_uploaded *uploaded);

/* The same from memory. */
IR_API enum ir_status ir_upload_memory(struct ir_client *c, const void *data,
    size_t n, const char *path, const struct ir_upload_options *opts,
    struct ir_uploaded *uploaded);

/* ---- Archive ----------------------------------------------------------- */

/* 'item' is not in the archive; 'why' is the server's word on it.  Either may
 * be empty; both live for the call. */
typedef void (*ir_skipped_fn)(void *ctx, const char *item, const char *why);

struct ir_zip_options {
    size_t size;
    uint64_t chunk_bytes; /* of a chunk; 0: 4 MiB */
    int n_retries;        /* as in struct ir_download_options */
    int retry_delay_ms;
    int keep_existing;    /* ir_zip_file(): fail if 'file' exists */
    int partial;          /* 1: what cannot be packed is left out and told to
                             'skipped'; 0: it is a failure */
    ir_skipped_fn skipped; /* also before a failure; NULL: not told */
    void *skipped_ctx;
    ir_progress_fn progress; /* total_bytes is 0 until the first chunk */
    void *progress_ctx;
};
#define IR_ZIP_OPTIONS_INIT { .size = sizeof(struct ir_zip_options) }

struct ir_archive {
    uint64_t size_bytes;
    uint32_t crc32; /* of the archive itself, as it arrived */
    enum ir_level level;
    uint64_t n_files;   /* in the archive; ir_zip_file() only */
    uint64_t n_skipped; /* told by the server not to be in it */
    uint64_t n_chunks;
    uint64_t n_retries;
};

/* Have the server pack 'n_paths' documents and folders with all that is in
 * them, and store the zip archive in the local file 'file' as
 * ir_download_file() does, once every file in it has been read and its CRC
 * checked.  A path is as for a document, or a folder's, also ~F and its id; it
 * holds no vertical bar. */
IR_API enum ir_status ir_zip_file(struct ir_client *c,
    const char *const *paths, size_t n_paths, const char *file,
    const struct ir_zip_options *opts, struct ir_archive *archive);

/* Hand the archive to 'sink'; its chunks are verified, the files in it are
 * not. */
IR_API enum ir_status ir_zip_sink(struct ir_client *c,
    const char *const *paths, size_t n_paths, const struct ir_sink *sink,
    const struct ir_zip_options *opts, struct ir_archive *archive);

/* ---- Folders and versions ---------------------------------------------- */

enum ir_entry_kind { IR_ENTRY_FOLDER, IR_ENTRY_DOCUMENT };

/* A folder or document in a listing.  Of a folder, only kind, id, name and
 * path may be told. */
struct ir_entry {
    enum ir_entry_kind kind;
    const char *id;   /* a path by itself, as ~F902 or ~D40817; NULL: not
                         told */
    const char *name; /* of the server: check before use as a local name */
    const char *path; /* of the folder that it is in; NULL: not told */
    uint64_t size_bytes;
    int has_size;
    uint32_t crc32; /* of the published version */
    int has_crc32;
    int64_t version;           /* newest; -1: not told */
    int64_t published_version; /* -1: none, or not told */
};

struct ir_listing {
    size_t n;
    const struct ir_entry *entries; /* folders before documents */
};

/* What is directly in the folder 'path' (GetFoldersAndDocuments2).  "/" has
 * the libraries (GetDomains). */
IR_API enum ir_status ir_list_folder(struct ir_client *c, const char *path,
    struct ir_listing *listing);

/* An entry of a folder, which lives for the call.  0 goes on, anything else ends
 * the listing with IR_E_CANCELLED. */
typedef int (*ir_entry_fn)(void *ctx, const struct ir_entry *entry);

/* The same an entry at a time, in the server's order, as they arrive: a folder
 * of any size takes no memory.  'fn' runs on the caller's thread and makes no
 * call on 'c'.  After a failure the entries that were told are void. */
IR_API enum ir_status ir_list_each(struct ir_client *c, const char *path,
    ir_entry_fn fn, void *ctx);

/* Make a folder and those above it, up to the library (CreateFolder).  One
 * that exists is a failure: IR_E_SERVER with server_code 4090. */
IR_API enum ir_status ir_create_folder(struct ir_client *c, const char *path);

struct ir_version {
    int64_t number; /* packed, such as 1000001 */
    uint64_t size_bytes;
    uint32_t crc32;
    int has_crc32;
    const char *author; /* NULL: not told, as the rest */
    const char *created;
    const char *published;
    const char *comment;
};

struct ir_versions {
    size_t n;
    const struct ir_version *versions; /* in the server's order */
};

/* All versions of a document (GetDocumentVersions). */
IR_API enum ir_status ir_get_versions(struct ir_client *c, const char *path,
    struct ir_versions *versions);

/* Compare the local file 'file' with a document by size and CRC32; nothing is
 * transferred.  IR_E_CORRUPT: they differ.  'result' (may be NULL) tells of the
 * local file.  Rendered content has no checksum to compare: IR_E_SERVER. */
IR_API enum ir_status ir_verify_file(struct ir_client *c, const char *path,
    int64_t version, const char *file, struct ir_result *result);

/* The user's download queue (GetDownloadQue, AddToDownloadQueue,
 * RemoveFromDownloadQueue): a list of paths kept by the server.  Adding what is
 * there fails, removing what is not succeeds. */
IR_API enum ir_status ir_queue_list(struct ir_client *c,
    struct ir_listing *listing);
IR_API enum ir_status ir_queue_add(struct ir_client *c, const char *path);
IR_API enum ir_status ir_queue_remove(struct ir_client *c, const char *path);

/* ---- What was left behind ---------------------------------------------- */

enum ir_job_kind {
    IR_JOB_DOWNLOAD, /* of a document or an archive */
    IR_JOB_UPLOAD,
    IR_JOB_RESUMABLE /* an interrupted download; no handler is open */
};

/* A transfer that is under way, or ended without deleting its handler, or can
 * be resumed. */
struct ir_job {
    enum ir_job_kind kind;
    const char *handler; /* NULL: none is open */
    const char *url;
    const char *path;
    const char *file; /* local, absolute; NULL: none */
    int is_running;   /* its process lives */
    int is_resumable; /* its journal stands beside the file */
    uint64_t done_bytes;  /* as the journal claims */
    uint64_t total_bytes;
};

/* 'job' lives for the call; 0 goes on, anything else ends the listing. */
typedef int (*ir_job_fn)(void *ctx, const struct ir_job *job);

/* What is noted in 'state_dir', in no order.  'why' may be NULL. */
IR_API enum ir_status ir_jobs(const char *state_dir, ir_job_fn fn, void *ctx,
    struct ir_error *why);

/* Delete the handlers that processes which are gone left open on this server,
 * and check in what they had checked out.  '*n_deleted' (may be NULL) is the
 * number of handlers of this session; those of another, which the server lets go
 * when that ends, are told to the log.  An upload whose commit may have been
 * served stays noted while its file is there: the same upload settles it.  After
 * a failure with one note it goes on with the others, and returns the first. */
IR_API enum ir_status ir_gc(struct ir_client *c, uint64_t *n_deleted);

/* ---- Small documents in one call --------------------------------------- */

/* Read a document of at most 'limit_bytes' as one value (DownloadDocument, or
 * DownloadDocumentVersion unless 'version' is 0) into '*data', to be freed.
 * The operation tells no reason when it fails and no checksum, so that
 * GetDownloadInfo is asked first and the bytes are compared with it.  For
 * documents well below the server's limits; else ir_download_memory(). */
IR_API enum ir_status ir_get_content(struct ir_client *c, const char *path,
    int64_t version, uint64_t limit_bytes, void **data,
    struct ir_result *result);

struct ir_content_options {
    size_t size;
    const char *comment; /* of the version */
    int checkout;        /* as the server's parameter of that name */
    const char *xml_parameters; /* goes without the others */
};
#define IR_CONTENT_OPTIONS_INIT { .size = sizeof(struct ir_content_options) }

/* Store a document in one call: UploadDocument, ...1 with a comment, ...2 with
 * a checkout, ...3 with both, ...4 with xml_parameters.  Afterwards the stored
 * CRC is compared.  IR_E_AMBIGUOUS: the reply was lost and the server does not
 * tell. */
IR_API enum ir_status ir_put_content(struct ir_client *c, const void *data,
    size_t n, const char *path, const struct ir_content_options *opts,
    struct ir_uploaded *uploaded);

#ifdef __cplusplus
}
#endif

#endif
