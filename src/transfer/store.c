/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Around the bytes of an upload: ask before sending whether the commit can
 * succeed, commit, compare what the server stored with what was sent. */
#include "transfer/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "transfer/resume.h"
#include "transfer/session.h"

/* ---- Before ------------------------------------------------------------ */

static enum ir_status
split_path(struct ir_store *u)
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
settle_folder(struct ir_store *u)
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
check_folder(struct ir_store *u)
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
check_document(struct ir_store *u)
{
    struct ir_client *c = u->push.c;
    struct ir_error *e = &c->error;
    struct ir_exists_answer exists;

    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_document_exists(c->wire, c->ticket, u->path, &exists));
    if (e->status == IR_E_NOT_FOUND) {
        ir_error_clear(e);
        u->is_known = 1;
        return IR_OK;
    }
    if (e->status != IR_OK)
        return e->status;
    u->is_known = 1;
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
check_out(struct ir_store *u)
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
    u->n_versions_before = state.n_versions;
    if (state.checked_out_by != NULL && c->owner != NULL
        && strcasecmp(state.checked_out_by, c->owner) != 0) {
        ir_error_set(e, IR_E_SERVER, "%.200s is checked out by %.100s",
            u->path, state.checked_out_by);
        e->server_code = 4230;
        return e->status;
    }
    u->was_locked = state.checked_out_by != NULL;
    if (u->was_locked || !u->push.o.lock)
        return IR_OK;
    IR_IN_SESSION(c, IR_NAMES_ONE, ir_call_lock(c->wire, c->ticket, u->path));
    /* Nobody had it before, so it is ours to release if anybody's. */
    u->is_lock_in_doubt = ir_push_is_in_doubt(&u->push);
    u->is_locked = e->status == IR_OK || u->is_lock_in_doubt;
    return e->status;
}

/* Servers that do not tell their limit, or not to us, are left to refuse. */
static enum ir_status
check_size(struct ir_store *u)
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
describe_commit(const struct ir_store *u)
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
    }
    return what;
}

/* CreateUploadHandler succeeds also when the ticket's name is not understood,
 * and must not be the first to show which names are.  Any answer will do. */
static enum ir_status
learn_names(struct ir_store *u)
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

enum ir_status
ir_store_prepare(struct ir_store *u)
{
    struct ir_client *c = u->push.c;
    struct ir_error *e = &c->error;
    struct ir_commit what;

    u->n_versions_before = -1;
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
compare(struct ir_store *u)
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

/* It is stored.  That it cannot be looked at, by a user who may not read where he
 * may write, is no reason to store it again; nor is a cancel, which comes too
 * late. */
static enum ir_status
compare_stored(struct ir_store *u)
{
    struct ir_client *c = u->push.c;
    struct ir_error *e = &c->error;
    char message[sizeof e->message];

    u->uploaded.level = IR_LEVEL_CHUNK_VERIFIED;
    if (compare(u) == IR_E_CANCELLED) {
        ir_error_clear(e);
        ir_wire_grace(c->wire, IR_CLIENT_GRACE_MS);
        compare(u);
        ir_wire_grace(c->wire, 0);
    }
    if (e->status == IR_E_CORRUPT)
        e->retryable = 0; /* that would store it again */
    if (e->status == IR_OK || e->status == IR_E_CORRUPT)
        return e->status;
    snprintf(message, sizeof message, "stored, but not compared: %.400s",
        e->message);
    ir_client_log(u->push.c, IR_LOG_WARNING, "%s", message);
    ir_error_clear(e);
    return ir_push_report(&u->push, IR_EVENT_WARNING, u->push.sent_bytes,
        message);
}

/* Has the call that stores, whose reply was lost, been served?  1 yes, 0 no, -1
 * it cannot be asked: the error says why, if there is one.  A version with the
 * bytes of the one before shows by its number only, so that what was not known
 * before proves nothing now. */
static int
is_stored(struct ir_store *u)
{
    struct ir_client *c = u->push.c;
    struct ir_error *e = &c->error;
    struct ir_document_state now;
    int was_same = u->existed && u->has_crc32_before
        && u->crc32_before == u->push.crc32;

    ir_error_clear(e);
    if (was_same) {
        IR_IN_SESSION(c, IR_NAMES_ONE,
            ir_call_get_document(c->wire, c->ticket, u->path, &now));
        if (e->status != IR_OK)
            return -1;
        u->uploaded.level = IR_LEVEL_VERIFIED;
        return u->n_versions_before < 0 || now.n_versions < 0 ? -1
            : now.n_versions > u->n_versions_before;
    }
    if (compare(u) == IR_OK)
        return u->is_known && u->uploaded.level == IR_LEVEL_VERIFIED ? 1 : -1;
    return e->status == IR_E_CORRUPT || e->status == IR_E_NOT_FOUND ? 0 : -1;
}

/* The same, asked again while the server cannot be reached. */
static int
ask_if_stored(struct ir_store *u)
{
    struct ir_error *e = &u->push.c->error;
    int answer;

    for (int n = 0;; n++) {
        answer = is_stored(u);
        if (answer >= 0 || !e->retryable || n >= u->push.o.n_retries
            || ir_push_wait(&u->push, n, e->message) != IR_OK)
            return answer;
    }
}

/* What the answer told outlives it, as far as there is memory for it: the
 * document is stored. */
static enum ir_status
keep_ids(struct ir_store *u)
{
    struct ir_client *c = u->push.c;
    struct ir_uploaded *told = &u->uploaded;

    told->document_id = ir_client_keep(c, &c->name, told->document_id) == IR_OK
        ? c->name : NULL;
    told->version_id = ir_client_keep(c, &c->content_type, told->version_id)
            == IR_OK ? c->content_type : NULL;
    ir_error_clear(&c->error);
    return compare_stored(u);
}

static void
call_commit(struct ir_store *u)
{
    struct ir_client *c = u->push.c;
    struct ir_commit what = describe_commit(u);
    struct ir_cure cure = { 0 };
    enum ir_status st;

    ir_ledger_mark_commit(c, u->push.crc32,
        u->existed || !u->is_known ? u->n_versions_before : 0);
    do
        st = ir_call_commit(c->wire, c->ticket, u->push.handler.id, &what,
            &u->uploaded);
    while (ir_session_again(c, &cure, IR_NAMES_TWO, st));
    u->is_renewed = cure.renewed;
}

/* A handler is committed once: where the first commit was not served the second
 * is, and where it was the second is refused.  What has our checksum then is of
 * the first. */
static enum ir_status
commit_again(struct ir_store *u)
{
    struct ir_error *e = &u->push.c->error;

    ir_error_clear(e);
    call_commit(u);
    if (e->status == IR_OK)
        return keep_ids(u);
    if (!ir_push_is_in_doubt(&u->push) && e->status == IR_E_SERVER)
        u->is_known = 1;
    if (ask_if_stored(u) != 1)
        return IR_E_AMBIGUOUS;
    ir_error_clear(e);
    return IR_OK;
}

static enum ir_status
tell_ambiguous(struct ir_error *e, const char *what)
{
    struct ir_error why = *e;

    e->status = IR_OK;
    e->sys_errno = 0;
    return ir_error_set(e, IR_E_AMBIGUOUS,
        "%s (%.300s); look at the document's versions before sending it again",
        what, why.message);
}

/* The reply is lost, or is a refusal that may stand in place of another reply:
 * only what is known to have changed contradicts that.  A server that refuses,
 * or says 500, is done with the call: what it has now is what it will have. */
static enum ir_status
settle(struct ir_store *u)
{
    struct ir_error *e = &u->push.c->error;
    struct ir_error lost = *e;
    int stored;

    if (ir_push_is_refusal(&lost) && !u->is_known)
        return e->status;
    if (lost.status == IR_E_CANCELLED)
        ir_wire_grace(u->push.c->wire, IR_CLIENT_GRACE_MS);
    stored = ask_if_stored(u);
    ir_wire_grace(u->push.c->wire, 0);
    if (stored == 1) {
        ir_error_clear(e);
        return IR_OK;
    }
    if (lost.status == IR_E_CANCELLED) {
        ir_error_clear(e);
        u->push.is_note_kept = 1;
        return ir_error_set(e, IR_E_CANCELLED, stored == 0
            ? "cancelled; the commit was sent, and the document was not stored "
              "when that was last asked"
            : "cancelled; the commit was sent, and whether the document is "
              "stored is not known");
    }
    if (e->status == IR_E_CANCELLED)
        return e->status;
    if (ir_push_is_refusal(&lost) || (lost.http_status == 500 && stored == 0)) {
        *e = lost;
        return e->status;
    }
    if (u->push.handler.id[0] != '\0' && !u->push.o.fail_in_doubt
        && commit_again(u) != IR_E_AMBIGUOUS)
        return e->status;
    *e = lost;
    return tell_ambiguous(e, "the commit was sent, its reply was lost");
}

/* Newer servers take a version only of a document that is checked out. */
static enum ir_status
add_hint(struct ir_store *u)
{
    struct ir_error *e = &u->push.c->error;
    size_t n = strlen(e->message);

    if (u->existed && !u->was_locked && !u->is_locked
        && e->status == IR_E_SERVER && e->http_status == 200)
        snprintf(e->message + n, sizeof e->message - n,
            " (nobody had it checked out: lock does that first)");
    return e->status;
}

/* The call that stores has ended: is what is stored what was sent? */
static enum ir_status
conclude(struct ir_store *u)
{
    if (ir_push_is_in_doubt(&u->push))
        return settle(u);
    if (u->push.c->error.status != IR_OK)
        return add_hint(u);
    return keep_ids(u);
}

static enum ir_status
commit(struct ir_store *u)
{
    call_commit(u);
    return conclude(u);
}

/* A reply that is lost leaves open whether the document was checked out, or
 * released, and releasing it does no harm: that is then refused. */
static void
release(struct ir_store *u)
{
    struct ir_client *c = u->push.c;
    struct ir_error *e = &c->error;
    int may_be_free = u->is_lock_in_doubt;

    for (int n = 0;; n++) {
        IR_IN_SESSION(c, IR_NAMES_TWO,
            ir_call_unlock(c->wire, c->ticket, u->path, 0));
        if (may_be_free && e->status == IR_E_SERVER && e->http_status == 200
            && e->server_code < 5000)
            ir_error_clear(e);
        may_be_free = may_be_free || ir_push_is_in_doubt(&u->push);
        if (e->status == IR_OK || !e->retryable || n >= u->push.o.n_retries
            || ir_push_wait(&u->push, n, e->message) != IR_OK)
            return;
    }
}

/* Check it in again if we checked it out, or if it was checked out before and is
 * committed now, without touching the error that stands. */
static void
check_in(struct ir_store *u)
{
    struct ir_client *c = u->push.c;
    struct ir_error kept = c->error;

    if (!u->is_locked
        && !(u->was_locked && u->push.o.lock && kept.status == IR_OK))
        return;
    ir_error_clear(&c->error);
    if (kept.status != IR_OK || atomic_load(&c->cancelled))
        ir_wire_grace(c->wire, IR_CLIENT_GRACE_MS);
    release(u);
    if (c->error.status != IR_OK)
        ir_client_log(c, IR_LOG_WARNING,
            "the document is still checked out: %s", c->error.message);
    ir_wire_grace(c->wire, 0);
    c->error = kept;
}

/* A handler belongs to a session, and may have ended with it; or it is one that
 * an earlier run left behind, of which the server tells no checksum. */
static int
is_worth_staging_again(const struct ir_store *u)
{
    const struct ir_error *e = &u->push.c->error;

    return e->status == IR_E_SERVER && e->http_status == 200
        && (u->is_renewed
            || (u->push.resumed_bytes > 0 && !u->push.is_proved))
        && u->push.feed.source->rereadable && u->push.o.n_retries >= 0
        && u->push.n_restarts == 0;
}

/* 'unchanged' is asked before the commit, unless NULL. */
static enum ir_status
stage_and_commit(struct ir_store *u,
    enum ir_status (*unchanged)(void *ctx, struct ir_error *e))
{
    struct ir_error *e = &u->push.c->error;

    if (ir_push_stage(&u->push) != IR_OK
        || (unchanged != NULL
            && unchanged(u->push.feed.source->ctx, e) != IR_OK))
        return e->status;
    return commit(u);
}

enum ir_status
ir_store_chunks(struct ir_store *u,
    enum ir_status (*unchanged)(void *ctx, struct ir_error *e))
{
    struct ir_error *e = &u->push.c->error;
    char message[sizeof e->message];

    if (ir_resume_upload(u) != IR_OK || u->is_done)
        return e->status;
    u->push.is_locked = u->is_locked;
    if (stage_and_commit(u, unchanged) == IR_OK)
        return IR_OK;
    if (u->is_commit_repeated && ir_push_is_refusal(e))
        return tell_ambiguous(e,
            "an earlier run sent the commit, which is refused now");
    if (!is_worth_staging_again(u))
        return e->status;
    snprintf(message, sizeof message, "%s", e->message);
    ir_error_clear(e);
    ir_push_end(&u->push);
    u->push.n_restarts++;
    u->push.n_retries++;
    if (ir_push_report(&u->push, IR_EVENT_RETRY, 0, message) != IR_OK)
        return e->status;
    return stage_and_commit(u, unchanged);
}

/* ---- In one call, and the end ------------------------------------------ */

enum ir_status
ir_store_content(struct ir_store *u, const struct ir_content *content)
{
    struct ir_client *c = u->push.c;

    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_upload_document(c->wire, c->ticket, content, &u->uploaded));
    return conclude(u);
}

void
ir_store_end(struct ir_store *u)
{
    check_in(u);
    ir_push_end(&u->push);
    ir_feed_clear(&u->push.feed);
    if (u->push.c->error.status != IR_OK)
        u->uploaded.level = IR_LEVEL_NONE;
    u->uploaded.size_bytes = u->push.sent_bytes;
    u->uploaded.crc32 = u->push.crc32;
    u->uploaded.resumed_bytes = u->push.resumed_bytes;
    u->uploaded.n_chunks = u->push.n_chunks;
    u->uploaded.n_retries = u->push.n_retries;
}
