/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Each scenario is a use of the library from its first call to its last, and
 * writes what it was given to 'out': sizes, names and bytes, so that one that
 * missed some of it shows. */
#include "scenarios.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocator.h"

#define DOCUMENT "/Library/Folder/document.bin"
#define FOLDER "/Library/Folder"
#define CHUNK_BYTES 4096
#define INTERRUPT_AFTER 2 /* chunks */

static void
give_up(const char *what, const struct ir_error *e)
{
    fprintf(stderr, "torture: %s: %s\n", what,
        e == NULL ? "failed" : e->message);
    _exit(2);
}

/* ---- What all of them need --------------------------------------------- */

static void
hear(void *ctx, enum ir_log_level level, const char *line)
{
    struct run *r = ctx;

    (void)line;
    r->n_warnings += level == IR_LOG_WARNING;
}

static struct ir_options
client_options(struct run *r)
{
    struct ir_options o = IR_OPTIONS_INIT;

    o.proxy = "";
    o.ca_file = r->ca_file;
    o.compressed = r->compressed;
    o.call_timeout_ms = 20000;
    o.state_dir = "state";
    o.log = hear;
    o.log_ctx = r;
    return o;
}

struct ir_client *
scenario_client(struct run *r)
{
    struct ir_options o = client_options(r);
    struct ir_client *c;
    struct ir_error why;

    if (ir_client_new(r->url, &o, &c, &why) != IR_OK)
        give_up("no client", &why);
    if (r->ticket != NULL && ir_set_ticket(c, r->ticket) != IR_OK)
        give_up("no session", ir_client_error(c));
    return c;
}

static struct ir_download_options
download_options(void)
{
    struct ir_download_options o = IR_DOWNLOAD_OPTIONS_INIT;

    o.chunk_bytes = CHUNK_BYTES;
    o.retry_delay_ms = 1;
    return o;
}

static struct ir_upload_options
upload_options(void)
{
    struct ir_upload_options o = IR_UPLOAD_OPTIONS_INIT;

    o.chunk_bytes = CHUNK_BYTES;
    o.retry_delay_ms = 1;
    return o;
}

static const char *
text(const char *s)
{
    return s == NULL ? "-" : s;
}

static void
tell_result(struct run *r, const struct ir_result *result)
{
    fprintf(r->out, "%" PRIu64 " bytes %08" PRIX32 " level %d version %" PRId64
        " %s %s %s\n", result->size_bytes, result->crc32, result->level,
        result->version, text(result->name), text(result->content_type),
        text(result->modified));
}

static void
tell_bytes(struct run *r, const void *data, uint64_t n)
{
    fwrite(data, 1, (size_t)n, r->out);
}

/* ---- Session ----------------------------------------------------------- */

static enum ir_status
log_in_and_out(struct run *r, struct ir_client *c)
{
    struct ir_server_info info;
    struct ir_user user;

    if (ir_login(c, r->user, r->password) != IR_OK
        || ir_check_ticket(c, &user) != IR_OK)
        return ir_client_error(c)->status;
    fprintf(r->out, "%s %s %s\n", text(user.user_name), text(user.full_name),
        text(user.email));
    if (ir_server_info(c, &info) != IR_OK)
        return ir_client_error(c)->status;
    fprintf(r->out, "%s %s %s\n", text(info.version), text(info.name),
        text(info.company));
    if (ir_renew_ticket(c) == IR_OK)
        ir_logout(c);
    return ir_client_error(c)->status;
}

static enum ir_status
work_session(struct run *r)
{
    struct ir_options o = client_options(r);
    struct ir_client *c;
    enum ir_status st;

    o.language = "en";
    st = ir_client_new(r->url, &o, &c, NULL);
    if (st != IR_OK)
        return st;
    st = log_in_and_out(r, c);
    ir_client_free(c);
    return st;
}

static enum ir_status
work_wrong_password(struct run *r)
{
    return ir_login(r->c, r->user, "wrong");
}

/* ---- Downloads --------------------------------------------------------- */

static enum ir_status
download(struct run *r, const struct ir_download_options *o)
{
    struct ir_result result;
    enum ir_status st = ir_download_file(r->c, DOCUMENT, "target", o, &result);

    if (st == IR_OK)
        tell_result(r, &result);
    return st;
}

static enum ir_status
work_file(struct run *r)
{
    struct ir_download_options o = download_options();

    return download(r, &o);
}

static enum ir_status
work_resume(struct run *r)
{
    struct ir_download_options o = download_options();

    o.resume = 1;
    return download(r, &o);
}

static int
interrupt(void *ctx, const struct ir_progress *p)
{
    (void)ctx;
    return p->event == IR_EVENT_PROGRESS && p->n_chunks == INTERRUPT_AFTER;
}

/* A .part file and its journal, of which the handler is gone. */
static void
prepare_interrupted(struct run *r)
{
    struct ir_download_options o = download_options();
    struct ir_client *c = scenario_client(r);

    o.resume = 1;
    o.progress = interrupt;
    if (ir_download_file(c, DOCUMENT, "target", &o, NULL) != IR_E_CANCELLED)
        give_up("not interrupted", ir_client_error(c));
    ir_client_free(c);
}

static int
die(void *ctx, const struct ir_progress *p)
{
    if (interrupt(ctx, p))
        _exit(0);
    return 0;
}

/* The same of a process that died: its handler lives. */
static void
prepare_dead(struct run *r)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        struct ir_download_options o = download_options();

        o.resume = 1;
        o.progress = die;
        ir_download_file(scenario_client(r), DOCUMENT, "target", &o, NULL);
        _exit(1);
    }
    if (waitpid(child, &status, 0) != child || status != 0)
        give_up("nothing was left behind", NULL);
}

static enum ir_status
work_memory(struct run *r)
{
    struct ir_download_options o = download_options();
    struct ir_result result;
    void *data;
    enum ir_status st = ir_download_memory(r->c, DOCUMENT, 1 << 20, &o, &data,
        &result);

    if (st != IR_OK)
        return st;
    tell_result(r, &result);
    tell_bytes(r, data, result.size_bytes);
    free(data);
    return st;
}

static int
take(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct run *r = ctx;

    (void)offset;
    tell_bytes(r, data, n);
    return 0;
}

static enum ir_status
work_sink(struct run *r)
{
    struct ir_download_options o = download_options();
    struct ir_sink sink = { take, r, 0 };
    struct ir_result result;
    enum ir_status st = ir_download_sink(r->c, DOCUMENT, &sink, &o, &result);

    if (st == IR_OK)
        tell_result(r, &result);
    return st;
}

static enum ir_status
work_chunks(struct run *r)
{
    struct ir_download_options o = download_options();
    struct ir_download *d;
    struct ir_chunk chunk;
    int more;

    if (ir_download_open(r->c, DOCUMENT, &o, &d) != IR_OK)
        return ir_client_error(r->c)->status;
    fprintf(r->out, "%s\n", text(ir_download_document(d)->name));
    while ((more = ir_download_next(d, &chunk)) > 0)
        tell_bytes(r, chunk.data, chunk.length);
    ir_download_close(d);
    return more == 0 ? IR_OK : ir_client_error(r->c)->status;
}

static enum ir_status
work_handler(struct run *r)
{
    struct ir_sink sink = { take, r, 1 };
    struct ir_handler handler;
    struct ir_chunk chunk;
    struct ir_error first;
    enum ir_status st = ir_handler_begin(r->c, DOCUMENT, 0, 0, &handler);

    if (st != IR_OK)
        return st;
    ir_handler_read(r->c, handler.id, 100, 5000, &sink, &chunk);
    first = *ir_client_error(r->c);
    if (ir_handler_end(r->c, handler.id) != IR_OK) {
        r->n_warnings++;
        if (first.status == IR_OK)
            first = *ir_client_error(r->c);
    }
    return first.status;
}

static enum ir_status
work_content(struct run *r)
{
    struct ir_result result;
    void *data;
    enum ir_status st = ir_get_content(r->c, DOCUMENT, 0, 1 << 20, &data,
        &result);

    if (st != IR_OK)
        return st;
    tell_result(r, &result);
    tell_bytes(r, data, result.size_bytes);
    free(data);
    return st;
}

/* ---- Downloads that something happens to ------------------------------- */

static enum ir_status
work_cancelled(struct run *r)
{
    struct ir_download_options o = download_options();

    o.resume = 1;
    o.progress = interrupt;
    return download(r, &o);
}

static int
end_handler(void *ctx, const struct ir_job *job)
{
    struct run *r = ctx;

    return job->handler != NULL
        && ir_handler_end(r->other, job->handler) != IR_OK;
}

/* Once, when the first chunk has arrived: the server forgets the handler. */
static int
lose_handler(void *ctx, const struct ir_progress *p)
{
    struct run *r = ctx;

    if (p->event != IR_EVENT_PROGRESS || r->is_disturbed)
        return 0;
    r->is_disturbed = 1;
    allocator_pause();
    if (ir_jobs("state", end_handler, r, NULL) != IR_OK)
        give_up("the handler cannot be ended", NULL);
    allocator_resume();
    return 0;
}

static enum ir_status
work_lost_handler(struct run *r)
{
    struct ir_download_options o = download_options();

    o.progress = lose_handler;
    o.progress_ctx = r;
    return download(r, &o);
}

static int
end_session(void *ctx, const struct ir_progress *p)
{
    struct run *r = ctx;

    if (p->event != IR_EVENT_PROGRESS || r->is_disturbed)
        return 0;
    r->is_disturbed = 1;
    allocator_pause();
    if (ir_set_ticket(r->other, ir_ticket(r->c)) != IR_OK
        || ir_logout(r->other) != IR_OK)
        give_up("the session cannot be ended", ir_client_error(r->other));
    allocator_resume();
    return 0;
}

static void
prepare_login(struct run *r)
{
    if (ir_login(r->c, r->user, r->password) != IR_OK)
        give_up("no session", ir_client_error(r->c));
}

static enum ir_status
work_ended_session(struct run *r)
{
    struct ir_download_options o = download_options();

    o.progress = end_session;
    o.progress_ctx = r;
    return download(r, &o);
}

static enum ir_status
work_not_found(struct run *r)
{
    struct ir_download_options o = download_options();

    return ir_download_file(r->c, "/Library/Folder/none", "target", &o, NULL);
}

static enum ir_status
work_too_large(struct run *r)
{
    struct ir_download_options o = download_options();
    void *data;

    return ir_download_memory(r->c, DOCUMENT, 10, &o, &data, NULL);
}

static enum ir_status
work_verify(struct run *r)
{
    struct ir_result result;
    enum ir_status st = ir_verify_file(r->c, DOCUMENT, 0, "source", &result);

    if (st == IR_OK)
        tell_result(r, &result);
    return st;
}

/* ---- Uploads ----------------------------------------------------------- */

static void
tell_uploaded(struct run *r, const struct ir_uploaded *u)
{
    fprintf(r->out, "%" PRIu64 " bytes level %d %s\n", u->size_bytes, u->level,
        u->document_id == NULL ? "no id" : "id");
}

static enum ir_status
upload_file(struct run *r, const struct ir_upload_options *o)
{
    struct ir_uploaded u;
    enum ir_status st = ir_upload_file(r->c, "source", r->path, o, &u);

    if (st == IR_OK)
        tell_uploaded(r, &u);
    return st;
}

static enum ir_status
work_put(struct run *r)
{
    struct ir_upload_options o = upload_options();

    return upload_file(r, &o);
}

static enum ir_status
work_put_locked(struct run *r)
{
    struct ir_upload_options o = upload_options();

    o.lock = 1;
    o.comment = "with a comment";
    return upload_file(r, &o);
}

/* All of 'source', to be freed. */
static char *
read_source(size_t *n)
{
    FILE *f = fopen("source", "r");
    char *data = malloc(1 << 20);

    if (f == NULL || data == NULL)
        give_up("no source", NULL);
    *n = fread(data, 1, 1 << 20, f);
    fclose(f);
    return data;
}

static enum ir_status
work_put_memory(struct run *r)
{
    struct ir_upload_options o = upload_options();
    struct ir_uploaded u;
    size_t n;
    char *data = read_source(&n);
    enum ir_status st;

    o.create_folders = 1;
    o.new_only = 1;
    st = ir_upload_memory(r->c, data, n, r->path, &o, &u);
    if (st == IR_OK)
        tell_uploaded(r, &u);
    free(data);
    return st;
}

static int
read_stream(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    (void)offset;
    *got = fread(data, 1, n, ctx);
    return 0;
}

static enum ir_status
work_put_stream(struct run *r)
{
    struct ir_upload_options o = upload_options();
    struct ir_uploaded u;
    struct ir_source source = { read_stream, fopen("source", "r"), 0, 0 };
    enum ir_status st;

    if (source.ctx == NULL)
        give_up("no source", NULL);
    st = ir_upload_source(r->c, &source, r->path, &o, &u);
    if (st == IR_OK)
        tell_uploaded(r, &u);
    fclose(source.ctx);
    return st;
}

static enum ir_status
work_put_content(struct run *r)
{
    struct ir_content_options o = IR_CONTENT_OPTIONS_INIT;
    struct ir_uploaded u;
    size_t n;
    char *data = read_source(&n);
    enum ir_status st;

    o.comment = "in one call";
    st = ir_put_content(r->c, data, n, r->path, &o, &u);
    if (st == IR_OK)
        tell_uploaded(r, &u);
    free(data);
    return st;
}

/* ---- Archives and lists ------------------------------------------------ */

static struct ir_zip_options
zip_options(void)
{
    struct ir_zip_options o = IR_ZIP_OPTIONS_INIT;

    o.chunk_bytes = CHUNK_BYTES;
    o.retry_delay_ms = 1;
    return o;
}

static const char *const packed[] = { DOCUMENT, "/Library/Folder/sub" };

static void
tell_archive(struct run *r, const struct ir_archive *a)
{
    fprintf(r->out, "%" PRIu64 " files, %" PRIu64 " skipped, level %d\n",
        a->n_files, a->n_skipped, a->level);
}

static enum ir_status
work_zip(struct run *r)
{
    struct ir_zip_options o = zip_options();
    struct ir_archive a;
    enum ir_status st = ir_zip_file(r->c, packed, 2, "target", &o, &a);

    if (st == IR_OK)
        tell_archive(r, &a);
    return st;
}

static int
ignore(void *ctx, uint64_t offset, const void *data, size_t n)
{
    (void)ctx;
    (void)offset;
    (void)data;
    (void)n;
    return 0;
}

static enum ir_status
work_zip_sink(struct run *r)
{
    struct ir_zip_options o = zip_options();
    struct ir_sink sink = { ignore, NULL, 0 };
    struct ir_archive a;
    enum ir_status st = ir_zip_sink(r->c, packed, 2, &sink, &o, &a);

    if (st == IR_OK)
        tell_archive(r, &a);
    return st;
}

static void
tell_listing(struct run *r, const struct ir_listing *l)
{
    for (size_t i = 0; i < l->n; i++)
        fprintf(r->out, "%d %s %s %s %" PRIu64 " %08" PRIX32 " %" PRId64 "\n",
            l->entries[i].kind, text(l->entries[i].id),
            text(l->entries[i].name), text(l->entries[i].path),
            l->entries[i].size_bytes, l->entries[i].crc32,
            l->entries[i].version);
}

static enum ir_status
work_list(struct run *r)
{
    struct ir_listing l;
    struct ir_versions v;

    if (ir_list_folder(r->c, "/", &l) != IR_OK)
        return ir_client_error(r->c)->status;
    tell_listing(r, &l);
    if (ir_list_folder(r->c, FOLDER "/sub", &l) != IR_OK)
        return ir_client_error(r->c)->status;
    tell_listing(r, &l);
    if (ir_get_versions(r->c, DOCUMENT, &v) != IR_OK)
        return ir_client_error(r->c)->status;
    for (size_t i = 0; i < v.n; i++)
        fprintf(r->out, "%" PRId64 " %" PRIu64 " %s %s\n",
            v.versions[i].number, v.versions[i].size_bytes,
            text(v.versions[i].author), text(v.versions[i].comment));
    return IR_OK;
}

/* In the queue at the start: what the run before left there. */
static void
prepare_queue(struct run *r)
{
    ir_queue_remove(r->c, DOCUMENT);
}

static enum ir_status
work_queue(struct run *r)
{
    struct ir_listing l;

    if (ir_queue_add(r->c, DOCUMENT) != IR_OK
        && ir_client_error(r->c)->status != IR_E_SERVER)
        return ir_client_error(r->c)->status;
    if (ir_queue_list(r->c, &l) != IR_OK)
        return ir_client_error(r->c)->status;
    tell_listing(r, &l);
    return ir_queue_remove(r->c, DOCUMENT);
}

static enum ir_status
work_create_folder(struct run *r)
{
    return ir_create_folder(r->c, r->path);
}

/* ---- What was left behind ---------------------------------------------- */

static int
tell_job(void *ctx, const struct ir_job *job)
{
    struct run *r = ctx;

    fprintf(r->out, "%d %s %" PRIu64 " of %" PRIu64 "\n", job->kind,
        text(job->path), job->done_bytes, job->total_bytes);
    return 0;
}

static enum ir_status
work_gc(struct run *r)
{
    struct ir_error why;
    uint64_t n;

    if (ir_jobs("state", tell_job, r, &why) != IR_OK)
        return why.status;
    return ir_gc(r->c, &n);
}

const struct scenario scenarios[] = {
    { "session", NULL, work_session },
    { "wrong-password", NULL, work_wrong_password },
    { "file", NULL, work_file },
    { "resume", prepare_interrupted, work_resume },
    { "resume-live", prepare_dead, work_resume },
    { "cancelled", NULL, work_cancelled },
    { "lost-handler", NULL, work_lost_handler },
    { "ended-session", prepare_login, work_ended_session },
    { "memory", NULL, work_memory },
    { "sink", NULL, work_sink },
    { "chunks", NULL, work_chunks },
    { "handler", NULL, work_handler },
    { "content", NULL, work_content },
    { "not-found", NULL, work_not_found },
    { "too-large", NULL, work_too_large },
    { "verify", NULL, work_verify },
    { "put", NULL, work_put },
    { "put-locked", NULL, work_put_locked },
    { "put-memory", NULL, work_put_memory },
    { "put-stream", NULL, work_put_stream },
    { "put-content", NULL, work_put_content },
    { "zip", NULL, work_zip },
    { "zip-sink", NULL, work_zip_sink },
    { "list", NULL, work_list },
    { "queue", prepare_queue, work_queue },
    { "create-folder", NULL, work_create_folder },
    { "gc", prepare_dead, work_gc },
    { NULL, NULL, NULL },
};
