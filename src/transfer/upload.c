/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * An upload: ask before sending whether the commit can succeed, stage, commit,
 * compare what the server stored with what was sent.
 *
 * A commit whose reply was lost is not sent again: whether the document now has
 * our checksum tells what became of it. */
#define _DEFAULT_SOURCE /* st_mtim */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/crc32.h"
#include "transfer/options.h"
#include "transfer/push.h"
#include "transfer/session.h"

struct upload {
    struct ir_push push;
    const char *path;
    char folder[4096]; /* empty: the path is an id */
    const char *name;
    int existed;
    uint32_t crc32_before; /* of the newest version, if it existed */
    int has_crc32_before;
    int is_locked; /* by us, or it may be */
    int is_renewed; /* the session, when the commit was due */
    struct ir_uploaded uploaded;
};

/* May the call have been served, though no answer says so?  An error of the
 * server, or of a gateway that waited for it, leaves that open; what a web
 * server refuses has not reached the service. */
static int
is_in_doubt(const struct upload *u)
{
    const struct ir_error *e = &u->push.c->error;

    if (e->status == IR_OK || !ir_wire_request_sent(u->push.c->wire))
        return 0;
    if (e->http_status != 0 && e->http_status != 200)
        return e->http_status >= 500;
    return e->status == IR_E_NETWORK || e->status == IR_E_TIMEOUT
        || e->status == IR_E_PROTOCOL;
}

/* ---- Before ------------------------------------------------------------ */

static enum ir_status
split_path(struct upload *u)
{
    struct ir_error *e = &u->push.c->error;
    const char *slash = NULL;

    if (u->path == NULL || *u->path == '\0')
        return ir_error_set(e, IR_E_ARGUMENT, "path is empty");
    if (*u->path == '~')
        return IR_OK;
    for (const char *s = u->path; *s != '\0'; s++)
        if (*s == '/' || *s == '\\')
            slash = s;
    if (slash == NULL || slash == u->path || slash[1] == '\0'
        || (size_t)(slash - u->path) >= sizeof u->folder)
        return ir_error_set(e, IR_E_ARGUMENT,
            "a document's path is /Library/Folder/Name");
    snprintf(u->folder, sizeof u->folder, "%.*s", (int)(slash - u->path),
        u->path);
    u->name = slash + 1;
    return IR_OK;
}

/* It could not be made: all the same if somebody else just made it. */
static void
settle_folder(struct upload *u)
{
    struct ir_client *c = u->push.c;
    struct ir_error taken = c->error;

    ir_error_clear(&c->error);
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_folder_exists(c->wire, c->ticket, u->folder));
    if (c->error.status != IR_OK)
        c->error = taken;
}

static enum ir_status
check_folder(struct upload *u)
{
    struct ir_client *c = u->push.c;
    struct ir_error *e = &c->error;

    if (u->folder[0] == '\0')
        return IR_OK;
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_folder_exists(c->wire, c->ticket, u->folder));
    if (e->status != IR_E_NOT_FOUND)
        return e->status;
    if (!u->push.o.create_folders) {
        e->status = IR_OK;
        return ir_error_set(e, IR_E_NOT_FOUND,
            "the folder %.200s does not exist", u->folder);
    }
    ir_error_clear(e);
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_create_folder(c->wire, c->ticket, u->folder));
    if (e->status == IR_E_SERVER && e->http_status == 200)
        settle_folder(u);
    return e->status;
}

static enum ir_status
check_document(struct upload *u)
{
    struct ir_client *c = u->push.c;
    struct ir_error *e = &c->error;
    struct ir_exists_answer exists;

    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_document_exists(c->wire, c->ticket, u->path, &exists));
    if (e->status == IR_E_NOT_FOUND) {
        ir_error_clear(e);
        return IR_OK;
    }
    if (e->status != IR_OK)
        return e->status;
    u->existed = 1;
    u->has_crc32_before = exists.has_crc32;
    u->crc32_before = exists.crc32;
    if (u->push.o.new_only) {
        ir_error_set(e, IR_E_SERVER, "%.200s exists already", u->path);
        e->server_code = 4090;
        e->retryable = 0;
    }
    return e->status;
}

/* Who has it checked out?  Somebody else: the commit would be refused.  Nobody:
 * check it out if that is wanted. */
static enum ir_status
check_out(struct upload *u)
{
    struct ir_client *c = u->push.c;
    struct ir_error *e = &c->error;
    struct ir_document_state state;

    if (!u->existed)
        return IR_OK;
    IR_IN_SESSION(c, IR_NAMES_ONE,
        ir_call_get_document(c->wire, c->ticket, u->path, &state));
    if (e->status != IR_OK)
        return e->status;
    if (state.checked_out_by != NULL && c->user != NULL
        && strcasecmp(state.checked_out_by, c->user) != 0) {
        ir_error_set(e, IR_E_SERVER, "%.200s is checked out by %.100s",
            u->path, state.checked_out_by);
        e->server_code = 4230;
        return e->status;
    }
    if (state.checked_out_by != NULL || !u->push.o.lock)
        return IR_OK;
    IR_IN_SESSION(c, IR_NAMES_ONE, ir_call_lock(c->wire, c->ticket, u->path));
    /* Nobody had it before, so it is ours to release if anybody's. */
    u->is_locked = e->status == IR_OK || is_in_doubt(u);
    return e->status;
}

/* Servers that do not tell their limit, or not to us, are left to refuse. */
static enum ir_status
check_size(struct upload *u)
{
    struct ir_client *c = u->push.c;
    const struct ir_source *source = u->push.feed.source;
    uint64_t limit = 0;

    IR_IN_SESSION(c, IR_NAMES_ONE,
        ir_call_upload_limit(c->wire, c->ticket, &limit));
    if (c->error.status == IR_E_CANCELLED || c->error.status == IR_E_NETWORK
        || c->error.status == IR_E_TIMEOUT || c->error.status == IR_E_TLS)
        return c->error.status;
    ir_error_clear(&c->error);
    u->push.limit_bytes = limit;
    if (source->rereadable && limit != 0 && source->size_bytes > limit)
        return ir_error_set(&c->error, IR_E_LIMIT, "document of %" PRIu64
            " bytes, this server takes at most %" PRIu64, source->size_bytes,
            limit);
    return IR_OK;
}

static struct ir_commit
describe_commit(const struct upload *u)
{
    const struct ir_upload_options *o = &u->push.o;
    struct ir_commit what = {
        .path = u->path,
        .comment = o->comment,
        .xml_parameters = o->xml_parameters,
        .version = o->version,
    };

    if (o->new_only) {
        what.folder = u->folder;
        what.name = u->name;
        if (what.xml_parameters == NULL)
            what.xml_parameters = "<xmlparameters/>";
    }
    return what;
}

/* CreateUploadHandler succeeds also when the ticket's name is not understood,
 * and must not be the first to show which names are.  Any answer will do. */
static enum ir_status
learn_names(struct upload *u)
{
    struct ir_client *c = u->push.c;
    struct ir_exists_answer a;

    if (c->spelling != IR_SPELLING_AUTO)
        return IR_OK;
    IR_IN_SESSION(c, IR_NAMES_TWO, u->folder[0] == '\0'
            ? ir_call_document_exists(c->wire, c->ticket, u->path, &a)
            : ir_call_folder_exists(c->wire, c->ticket, u->folder));
    if (c->error.http_status == 200 && c->error.status != IR_E_AUTH)
        ir_error_clear(&c->error);
    return c->error.status;
}

static enum ir_status
prepare(struct upload *u)
{
    struct ir_client *c = u->push.c;
    struct ir_error *e = &c->error;
    struct ir_commit what;

    if (ir_session_check(c) != IR_OK || split_path(u) != IR_OK)
        return e->status;
    what = describe_commit(u);
    if (ir_call_check_commit(c->wire, &what) != IR_OK
        || ir_session_prove(c) != IR_OK)
        return e->status;
    if (u->push.o.new_only && u->folder[0] == '\0')
        return ir_error_set(e, IR_E_ARGUMENT,
            "a new document has a path, not an id");
    if (u->push.o.skip_preflight && !u->push.o.lock
        && !u->push.o.create_folders)
        return learn_names(u);
    if (check_size(u) == IR_OK && check_folder(u) == IR_OK
        && check_document(u) == IR_OK)
        check_out(u);
    return e->status;
}

/* ---- After ------------------------------------------------------------- */

/* What the newest version is now: IR_OK if it has our checksum. */
static enum ir_status
compare(struct upload *u)
{
    struct ir_client *c = u->push.c;
    struct ir_exists_answer now;

    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_document_exists(c->wire, c->ticket, u->path, &now));
    if (c->error.status != IR_OK)
        return c->error.status;
    if (!now.has_crc32)
        return IR_OK;
    if (now.crc32 != u->push.crc32)
        return ir_error_set(&c->error, IR_E_CORRUPT,
            "the stored document has CRC %08" PRIX32 ", expected %08" PRIX32,
            now.crc32, u->push.crc32);
    u->uploaded.level = IR_LEVEL_VERIFIED;
    return IR_OK;
}

/* The server itself says 500, and is done with the commit: what it has now is
 * what it will have. */
static enum ir_status
settle(struct upload *u)
{
    struct ir_error *e = &u->push.c->error;
    struct ir_error lost = *e;
    int was_same = u->existed && u->has_crc32_before
        && u->crc32_before == u->push.crc32;

    ir_error_clear(e);
    if (!was_same && compare(u) == IR_OK
        && u->uploaded.level == IR_LEVEL_VERIFIED)
        return IR_OK;
    *e = lost;
    if (lost.http_status == 500)
        return e->status;
    e->status = IR_OK;
    e->sys_errno = 0;
    return ir_error_set(e, IR_E_AMBIGUOUS,
        "the commit was sent, its reply was lost (%.300s); look at the "
        "document's versions before sending it again", lost.message);
}

/* It is stored.  That it cannot be looked at is no reason to store it again. */
static enum ir_status
compare_stored(struct upload *u)
{
    struct ir_error *e = &u->push.c->error;
    char message[sizeof e->message];

    u->uploaded.level = IR_LEVEL_CHUNK_VERIFIED;
    switch (compare(u)) {
    case IR_OK:
    case IR_E_CORRUPT:
    case IR_E_CANCELLED:
    case IR_E_MEMORY:
        return e->status;
    default:
        break;
    }
    snprintf(message, sizeof message, "stored, but not compared: %.400s",
        e->message);
    ir_client_log(u->push.c, IR_LOG_WARNING, "%s", message);
    ir_error_clear(e);
    return ir_push_report(&u->push, IR_EVENT_WARNING, u->push.sent_bytes,
        message);
}

/* The call that stores has ended: is what is stored what was sent? */
static enum ir_status
conclude(struct upload *u)
{
    struct ir_client *c = u->push.c;
    struct ir_cure cure = { 0 };
    enum ir_status st;

    do
        st = ir_call_commit(c->wire, c->ticket, u->push.handler.id, &what,
            &u->uploaded);
    while (ir_session_again(c, &cure, IR_NAMES_TWO, st));
    u->is_renewed = cure.renewed;
    if (is_in_doubt(u))
        return settle(u);
    if (c->error.status != IR_OK)
        return c->error.status;
    if (ir_client_keep(c, &c->name, u->uploaded.document_id) != IR_OK
        || ir_client_keep(c, &c->content_type, u->uploaded.version_id)
            != IR_OK)
        return c->error.status;
    u->uploaded.document_id = c->name;
    u->uploaded.version_id = c->content_type;
    return compare_stored(u);
}

static enum ir_status
commit(struct upload *u)
{
    struct ir_client *c = u->push.c;
    struct ir_commit what = describe_commit(u);

    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_commit(c->wire, c->ticket, u->push.handler.id, &what,
            &u->uploaded));
    return conclude(u);
}

/* Check it in again if we checked it out, without touching the error that
 * stands. */
static void
check_in(struct upload *u)
{
    struct ir_client *c = u->push.c;
    struct ir_error kept = c->error;

    if (!u->is_locked)
        return;
    ir_error_clear(&c->error);
    if (kept.status != IR_OK || atomic_load(&c->cancelled))
        ir_wire_grace(c->wire, IR_CLIENT_GRACE_MS);
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_unlock(c->wire, c->ticket, u->path, 0));
    if (c->error.status != IR_OK)
        ir_client_log(c, IR_LOG_WARNING,
            "the document is still checked out: %s", c->error.message);
    ir_wire_grace(c->wire, 0);
    c->error = kept;
}

/* ---- Public ------------------------------------------------------------ */

/* A handler belongs to a session, and may have ended with it. */
static int
is_worth_staging_again(const struct upload *u)
{
    const struct ir_error *e = &u->push.c->error;

    return e->status == IR_E_SERVER && e->http_status == 200 && u->is_renewed
        && u->push.feed.source->rereadable && u->push.o.n_retries >= 0
        && !u->push.is_restarted;
}

/* 'unchanged' is asked before the commit, unless NULL. */
static enum ir_status
stage_and_commit(struct upload *u,
    enum ir_status (*unchanged)(void *ctx, struct ir_error *e))
{
    struct ir_error *e = &u->push.c->error;

    if (ir_push_stage(&u->push) != IR_OK
        || (unchanged != NULL
            && unchanged(u->push.feed.source->ctx, e) != IR_OK))
        return e->status;
    return commit(u);
}

static enum ir_status
store(struct upload *u,
    enum ir_status (*unchanged)(void *ctx, struct ir_error *e))
{
    struct ir_error *e = &u->push.c->error;
    char message[sizeof e->message];

    if (stage_and_commit(u, unchanged) == IR_OK || !is_worth_staging_again(u))
        return e->status;
    snprintf(message, sizeof message, "%s", e->message);
    ir_error_clear(e);
    ir_push_end(&u->push);
    u->push.is_restarted = 1;
    u->push.n_retries++;
    if (ir_push_report(&u->push, IR_EVENT_RETRY, 0, message) != IR_OK)
        return e->status;
    return stage_and_commit(u, unchanged);
}

static enum ir_status
upload(struct ir_client *c, const struct ir_source *source, const char *path,
    const struct ir_upload_options *opts,
    enum ir_status (*unchanged)(void *ctx, struct ir_error *e),
    struct ir_uploaded *uploaded)
{
    struct upload u;

    memset(&u, 0, sizeof u);
    u.path = path;
    if (ir_push_init(&u.push, c, source, opts) != IR_OK)
        return c->error.status;
    if (prepare(&u) == IR_OK && store(&u, unchanged) == IR_OK)
        ir_push_report(&u.push, IR_EVENT_VERIFY, u.push.sent_bytes, NULL);
    ir_push_end(&u.push);
    check_in(&u);
    ir_feed_clear(&u.push.feed);
    u.uploaded.size_bytes = u.push.sent_bytes;
    u.uploaded.crc32 = u.push.crc32;
    u.uploaded.n_chunks = u.push.n_chunks;
    u.uploaded.n_retries = u.push.n_retries;
    if (uploaded != NULL)
        *uploaded = u.uploaded;
    return c->error.status;
}

enum ir_status
ir_upload_source(struct ir_client *c, const struct ir_source *source,
    const char *path, const struct ir_upload_options *opts,
    struct ir_uploaded *uploaded)
{
    return upload(c, source, path, opts, NULL, uploaded);
}

struct memory {
    const uint8_t *data;
    size_t n;
};

static int
read_memory(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    const struct memory *m = ctx;

    *got = m->n - (size_t)offset < n ? m->n - (size_t)offset : n;
    memcpy(data, m->data + offset, *got);
    return 0;
}

enum ir_status
ir_upload_memory(struct ir_client *c, const void *data, size_t n,
    const char *path, const struct ir_upload_options *opts,
    struct ir_uploaded *uploaded)
{
    struct memory m = { data, n };
    struct ir_source source = { read_memory, &m, 1, n };

    return upload(c, &source, path, opts, NULL, uploaded);
}

struct file {
    int fd;
    struct stat before;
};

static int
read_file(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    const struct file *f = ctx;
    ssize_t part;

    do
        part = pread(f->fd, data, n, (off_t)offset);
    while (part < 0 && errno == EINTR);
    *got = part < 0 ? 0 : (size_t)part;
    return part < 0 ? -1 : 0;
}

static enum ir_status
file_unchanged(void *ctx, struct ir_error *e)
{
    const struct file *f = ctx;
    struct stat now;
    size_t n_more = 0;
    char more;

    if (fstat(f->fd, &now) != 0)
        return ir_error_set_errno(e, IR_E_IO, errno, "cannot look at the file");
    /* Not every file system tells sizes and dates at once, or at all. */
    if (read_file(ctx, (uint64_t)f->before.st_size, &more, 1, &n_more) != 0)
        return ir_error_set_errno(e, IR_E_IO, errno, "cannot read the file");
    if (n_more > 0)
        return ir_error_set(e, IR_E_CHANGED,
            "the file has more than the %" PRIu64 " bytes it had at first",
            (uint64_t)f->before.st_size);
    if (now.st_size != f->before.st_size
        || now.st_mtim.tv_sec != f->before.st_mtim.tv_sec
        || now.st_mtim.tv_nsec != f->before.st_mtim.tv_nsec)
        return ir_error_set(e, IR_E_CHANGED,
            "the file was written to while it was sent");
    return IR_OK;
}

enum ir_status
ir_upload_file(struct ir_client *c, const char *file, const char *path,
    const struct ir_upload_options *opts, struct ir_uploaded *uploaded)
{
    struct file f = { .fd = -1 };
    struct ir_source source = { read_file, &f, 1, 0 };
    struct ir_error *e = &c->error;
    enum ir_status st;

    ir_error_clear(e);
    if (file == NULL)
        return ir_error_set(e, IR_E_ARGUMENT, "no file is named");
    f.fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (f.fd < 0)
        return ir_error_set_errno(e, IR_E_IO, errno, "cannot open %.300s",
            file);
    if (fstat(f.fd, &f.before) != 0)
        st = ir_error_set_errno(e, IR_E_IO, errno, "cannot look at %.300s",
            file);
    else if (!S_ISREG(f.before.st_mode))
        st = ir_error_set(e, IR_E_IO, "%.300s is not a regular file", file);
    else {
        source.size_bytes = (uint64_t)f.before.st_size;
        st = upload(c, &source, path, opts, file_unchanged, uploaded);
    }
    close(f.fd);
    return st;
}

/* ---- In one call ------------------------------------------------------- */

static enum ir_status
store_content(struct upload *u, const struct ir_content *content)
{
    struct ir_client *c = u->push.c;

    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_upload_document(c->wire, c->ticket, content, &u->uploaded));
    return conclude(u);
}

enum ir_status
ir_put_content(struct ir_client *c, const void *data, size_t n,
    const char *path, const struct ir_content_options *opts,
    struct ir_uploaded *uploaded)
{
    struct ir_content_options o;
    struct memory m = { data, n };
    struct ir_source source = { read_memory, &m, 1, n };
    struct upload u;

    memset(&u, 0, sizeof u);
    u.path = path;
    if (ir_push_init(&u.push, c, &source, NULL) != IR_OK
        || ir_options_copy(&o, sizeof o, opts, opts == NULL ? 0 : opts->size,
               &c->error) != IR_OK)
        return c->error.status;
    u.push.crc32 = ir_crc32(0, data, n);
    if (prepare(&u) == IR_OK)
        store_content(&u, &(struct ir_content){ path, &source, n, o.comment,
            o.checkout, o.xml_parameters });
    u.uploaded.size_bytes = n;
    u.uploaded.crc32 = u.push.crc32;
    if (uploaded != NULL)
        *uploaded = u.uploaded;
    return c->error.status;
}
