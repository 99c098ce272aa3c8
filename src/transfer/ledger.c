/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* realpath */
#include "transfer/ledger.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/crc32.h"
#include "transfer/journal.h"
#include "transfer/session.h"
#include "transfer/staged.h"

static const char magic[] = "inforouter-job 1";
static const char *const kinds[] = {
    [IR_JOB_DOWNLOAD] = "download-",
    [IR_JOB_UPLOAD] = "upload-",
    [IR_JOB_RESUMABLE] = "resume-",
};

/* Room for the longest line of a note. */
#define LINE_BYTES 16384
#define NOTE_TRIES 3

/* ---- The folder -------------------------------------------------------- */

/* Make it and those above it; only we may look into what is made. */
static int
make_folder(const char *folder)
{
    char path[4096];
    size_t n = strlen(folder);

    if (n == 0 || n >= sizeof path)
        return -1;
    for (size_t i = 1; i <= n; i++) {
        if (folder[i] != '/' && folder[i] != '\0')
            continue;
        memcpy(path, folder, i);
        path[i] = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return -1;
    }
    return 0;
}

static int
open_folder(const char *folder)
{
    return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void
warn(const struct ir_client *c)
{
    ir_client_log(c, IR_LOG_WARNING,
        "the open handler cannot be noted in %s: %s", c->ledger.folder,
        strerror(errno));
}

/* ---- A note ------------------------------------------------------------ */

/* Where 'file' is for another process: an absolute path without links. */
static int
locate(const char *file, char *to, size_t size)
{
    const char *slash = strrchr(file, '/');
    char folder[PATH_MAX];
    char real[PATH_MAX];
    int n = slash == NULL ? 1 : slash == file ? 1 : (int)(slash - file);

    if (snprintf(folder, sizeof folder, "%.*s", n,
            slash == NULL ? "." : file) >= (int)sizeof folder
        || realpath(folder, real) == NULL)
        return 0;
    return snprintf(to, size, "%s/%s", strcmp(real, "/") == 0 ? "" : real,
        slash == NULL ? file : slash + 1) < (int)size;
}

static int
print_file(FILE *to, const char *file)
{
    char path[PATH_MAX + NAME_MAX];
    char escaped[LINE_BYTES];

    if (file == NULL)
        return fputs("file -\n", to);
    if (!locate(file, path, sizeof path)
        || ir_journal_escape(path, escaped, sizeof escaped) == 0)
        return -1;
    return fprintf(to, "file %s\n", escaped);
}

/* Write the note in 'fd', which it keeps.  0, or -1 and errno. */
static int
write_note(int fd, const char *url, const char *path, const char *file)
{
    char escaped_url[LINE_BYTES];
    char escaped_path[LINE_BYTES];
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *to = copy < 0 ? NULL : fdopen(copy, "w");
    int failed;

    if (to == NULL) {
        if (copy >= 0)
            close(copy);
        return -1;
    }
    failed = ir_journal_escape(url, escaped_url, sizeof escaped_url) == 0
        || ir_journal_escape(path, escaped_path, sizeof escaped_path) == 0
        || fprintf(to, "%s\nurl %s\npath %s\n", magic, escaped_url,
               escaped_path) < 0
        || print_file(to, file) < 0;
    return fclose(to) != 0 || failed ? -1 : 0;
}

/* Make the note 'name' for us alone, locked; under a name that no reader looks
 * at until it is complete.  The descriptor, or -1 and errno. */
static int
try_note(const struct ir_client *c, const char *name, const char *path,
    const char *file)
{
    const char *folder = c->ledger.folder;
    char fresh[sizeof c->ledger.name + 1];
    int dir = open_folder(folder);
    int fd;

    snprintf(fresh, sizeof fresh, ".%s", name);
    if (dir < 0 && errno == ENOENT && make_folder(folder) == 0)
        dir = open_folder(folder);
    if (dir < 0)
        return -1;
    fd = openat(dir, fresh, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW
        | O_NONBLOCK | O_CLOEXEC, 0600);
    if (fd >= 0 && (flock(fd, LOCK_EX | LOCK_NB) != 0
            || write_note(fd, c->url, path, file) != 0
            || renameat(dir, fresh, dir, name) != 0)) {
        unlinkat(dir, fresh, 0);
        close(fd);
        fd = -1;
    }
    close(dir);
    return fd;
}

/* ir_gc() of another process may take an unfinished note for one that its
 * process did not live to finish. */
static int
make_note(const struct ir_client *c, const char *name, const char *path,
    const char *file)
{
    int fd = -1;

    for (int i = 0; i < NOTE_TRIES && fd < 0; i++)
        fd = try_note(c, name, path, file);
    return fd;
}

static void
remove_note(const char *folder, const char *name)
{
    int dir = open_folder(folder);

    if (dir < 0)
        return;
    unlinkat(dir, name, 0);
    close(dir);
}

void
ir_ledger_note(struct ir_client *c, enum ir_job_kind kind, const char *id,
    const char *path, const char *file)
{
    struct ir_ledger *l = &c->ledger;

    if (l->folder == NULL || path == NULL)
        return;
    ir_ledger_leave(c);
    snprintf(l->name, sizeof l->name, "%s%s", kinds[kind], id);
    l->fd = make_note(c, l->name, path, file);
    if (l->fd < 0)
        warn(c);
}

void
ir_ledger_forget(struct ir_client *c)
{
    if (c->ledger.fd < 0)
        return;
    remove_note(c->ledger.folder, c->ledger.name);
    ir_ledger_leave(c);
}

void
ir_ledger_leave(struct ir_client *c)
{
    if (c->ledger.fd >= 0)
        close(c->ledger.fd);
    c->ledger.fd = -1;
}

/* One note for each local file. */
static void
name_resumable(const char *file, char *name, size_t size)
{
    char path[PATH_MAX + NAME_MAX];

    if (!locate(file, path, sizeof path))
        path[0] = '\0';
    snprintf(name, size, "%s%08lx", kinds[IR_JOB_RESUMABLE],
        (unsigned long)ir_crc32(0, path, strlen(path)));
}

void
ir_ledger_resumable(struct ir_client *c, const char *path, const char *file,
    int yes)
{
    char name[32];
    int fd;

    if (c->ledger.folder == NULL)
        return;
    name_resumable(file, name, sizeof name);
    if (!yes) {
        remove_note(c->ledger.folder, name);
        return;
    }
    fd = make_note(c, name, path, file);
    if (fd < 0)
        warn(c);
    else
        close(fd);
}

/* ---- Reading ----------------------------------------------------------- */

/* A note, read. */
struct note {
    int dir;
    struct ir_ledger_upload left;
    int fd; /* locked unless its process lives */
    int is_starved; /* there was no memory for reading it */
    struct ir_job job;
    int is_torn; /* its process was killed while it was made */
    char name[sizeof ((struct ir_ledger *)0)->name];
    char url[LINE_BYTES];
    char path[LINE_BYTES];
    char file[LINE_BYTES];
    char handler[65];
};

/* 1 if the line is complete; its end is taken away. */
static int
take_end(char *line)
{
    size_t n = strlen(line);

    if (n == 0 || line[n - 1] != '\n')
        return 0;
    line[n - 1] = '\0';
    return 1;
}

static int
read_line(FILE *from, const char *word, char *to, size_t size)
{
    char line[LINE_BYTES];
    size_t n = strlen(word);

    return fgets(line, sizeof line, from) != NULL
        && strncmp(line, word, n) == 0 && take_end(line)
        && ir_journal_unescape(line + n, to, size);
}

/* The steps of an upload, the last of which counts.  A line that was being
 * written stands for its step. */
static void
read_steps(FILE *from, struct ir_ledger_upload *left)
{
    char line[128];
    uint64_t offset;

    memset(left, 0, sizeof *left);
    while (fgets(line, sizeof line, from) != NULL) {
        int is_whole = take_end(line);

        if (is_whole && sscanf(line, "have %" SCNu64 " %" SCNx32, &offset,
                &left->crc32) == 2) {
            left->step = IR_LEDGER_HAVE;
            left->offset = offset;
        } else if (is_whole && sscanf(line, "commit %" SCNx32 " %" SCNd64,
                &left->crc32, &left->n_versions) == 2) {
            left->step = IR_LEDGER_COMMIT;
        } else if (strncmp(line, "lock", 4) == 0) {
            left->is_locked = 1;
        } else if (sscanf(line, "size %" SCNu64, &left->size_bytes) != 1
            && sscanf(line, "chunk %" SCNu64, &left->chunk_bytes) != 1) {
            left->step = IR_LEDGER_SEND;
        }
    }
}

static int
read_texts(struct note *n)
{
    int copy = fcntl(n->fd, F_DUPFD_CLOEXEC, 0);
    FILE *from = copy < 0 ? NULL : fdopen(copy, "r");
    char head[64];
    int is_good;

    if (from == NULL) {
        n->is_starved = errno == ENOMEM;
        if (copy >= 0)
            close(copy);
        return 0;
    }
    is_good = read_line(from, "", head, sizeof head)
        && read_line(from, "url ", n->url, sizeof n->url)
        && read_line(from, "path ", n->path, sizeof n->path)
        && read_line(from, "file ", n->file, sizeof n->file);
    if (is_good)
        read_steps(from, &n->left);
    fclose(from);
    return is_good;
}

/* The kind and the handler are in the name. */
static int
read_name(struct note *n, const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t length = strlen(kinds[i]);
        const char *rest = name + length;

        if (strncmp(name, kinds[i], length) != 0)
            continue;
        if (*rest == '\0' || strlen(rest) >= sizeof n->handler)
            return 0;
        n->job.kind = (enum ir_job_kind)i;
        snprintf(n->handler, sizeof n->handler, "%s", rest);
        return 1;
    }
    return 0;
}

/* 1 if it is a note that can be read; a process that lives may just be writing
 * its. */
static int
open_for_reading(struct note *n, int dir, const char *name)
{
    struct stat st;
    int is_good;
    int peeked;

    memset(&n->job, 0, sizeof n->job);
    n->is_starved = 0;
    n->dir = dir;
    if (strlen(name) >= sizeof n->name)
        return 0;
    snprintf(n->name, sizeof n->name, "%s", name);
    if (!read_name(n, name + (*name == '.')))
        return 0;
    n->fd = openat(dir, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (n->fd < 0)
        return 0;
    n->url[0] = '\0';
    n->path[0] = '\0';
    n->file[0] = '\0';
    is_good = fstat(n->fd, &st) == 0 && S_ISREG(st.st_mode)
        && st.st_uid == geteuid();
    n->job.is_running = flock(n->fd, LOCK_EX | LOCK_NB) != 0;
    n->is_torn = is_good && (!read_texts(n) || *name == '.')
        && !n->is_starved;
    is_good = is_good && !n->is_starved;
    n->job.url = n->url;
    n->job.path = n->path;
    n->job.file = strcmp(n->file, "-") == 0 ? NULL : n->file;
    n->job.handler = n->job.kind == IR_JOB_RESUMABLE ? NULL : n->handler;
    if (is_good && !n->is_torn && n->job.file != NULL
        && n->job.kind != IR_JOB_UPLOAD) {
        peeked = ir_journal_peek(n->job.file, &n->job.done_bytes,
            &n->job.total_bytes);
        n->job.is_resumable = peeked > 0;
        n->is_starved = peeked < 0;
        is_good = !n->is_starved;
    }
    if (!is_good)
        close(n->fd);
    return is_good;
}

/* Call 'fn' for each note of 'folder', until it returns other than 0. */
static enum ir_status
for_each(const char *folder, int (*fn)(void *ctx, struct note *n), void *ctx,
    struct ir_error *e)
{
    int fd = open_folder(folder);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct note *n = malloc(sizeof *n);
    struct dirent *entry;
    int more = 1;

    if (dir == NULL && errno != ENOENT)
        ir_error_set_errno(e, IR_E_IO, errno, "cannot read the folder %s",
            folder);
    if (n == NULL)
        ir_error_set(e, IR_E_MEMORY, "out of memory");
    while (dir != NULL && n != NULL && more
        && (entry = readdir(dir)) != NULL) {
        if (!open_for_reading(n, fd, entry->d_name)) {
            if (n->is_starved)
                ir_error_set(e, IR_E_MEMORY, "out of memory");
            more = !n->is_starved;
            continue;
        }
        more = fn(ctx, n) == 0;
        close(n->fd);
    }
    free(n);
    if (dir != NULL)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
    return e->status;
}

/* ---- Uploads that were left behind ------------------------------------- */

void
ir_ledger_mark(struct ir_client *c, const char *format, ...)
{
    va_list args;

    if (c->ledger.fd < 0)
        return;
    va_start(args, format);
    if (vdprintf(c->ledger.fd, format, args) < 0)
        warn(c);
    va_end(args);
}

struct search {
    struct ir_client *c;
    const char *path;
    char file[PATH_MAX + NAME_MAX];
    struct ir_ledger_upload *left;
    int is_found;
};

/* Its lock, which the reader holds, becomes that of the open note. */
static int
match(void *ctx, struct note *n)
{
    struct search *s = ctx;
    struct ir_ledger *l = &s->c->ledger;

    if (n->job.kind != IR_JOB_UPLOAD || n->job.is_running
        || n->job.file == NULL || strcmp(n->job.url, s->c->url) != 0
        || strcmp(n->job.path, s->path) != 0
        || strcmp(n->job.file, s->file) != 0)
        return 0;
    l->fd = fcntl(n->fd, F_DUPFD_CLOEXEC, 0);
    if (l->fd < 0)
        return 0;
    lseek(l->fd, 0, SEEK_END);
    memcpy(l->name, n->name, sizeof l->name);
    *s->left = n->left;
    snprintf(s->left->handler, sizeof s->left->handler, "%s", n->handler);
    s->is_found = 1;
    return 1;
}

int
ir_ledger_take(struct ir_client *c, const char *path, const char *file,
    struct ir_ledger_upload *left)
{
    struct search s = { .c = c, .path = path, .left = left };
    struct ir_error unread = { .status = IR_OK };

    if (c->ledger.folder == NULL || file == NULL
        || !locate(file, s.file, sizeof s.file))
        return 0;
    ir_ledger_leave(c);
    for_each(c->ledger.folder, match, &s, &unread);
    return s.is_found;
}

/* ---- Public ------------------------------------------------------------ */

struct listing {
    ir_job_fn fn;
    void *ctx;
};

static int
show(void *ctx, struct note *n)
{
    struct listing *l = ctx;

    return n->is_torn ? 0 : l->fn(l->ctx, &n->job);
}

enum ir_status
ir_jobs(const char *state_dir, ir_job_fn fn, void *ctx, struct ir_error *why)
{
    struct listing l = { fn, ctx };
    struct ir_error unread;

    if (why == NULL)
        why = &unread;
    ir_error_clear(why);
    if (state_dir == NULL)
        return ir_error_set(why, IR_E_ARGUMENT, "no folder is named");
    return for_each(state_dir, show, &l, why);
}

struct collection {
    struct ir_client *c;
    uint64_t n_deleted;
    struct ir_error first; /* of the failures */
};

/* A handler that the server does not let go keeps no other from being deleted;
 * that nothing can be asked of it does. */
static int
fail(struct collection *all)
{
    struct ir_error *e = &all->c->error;
    enum ir_status st = e->status;

    if (all->first.status == IR_OK)
        all->first = *e;
    ir_error_clear(e);
    return st == IR_E_NETWORK || st == IR_E_TIMEOUT || st == IR_E_CANCELLED
        || st == IR_E_AUTH || st == IR_E_TLS || st == IR_E_MEMORY;
}

static enum ir_status
delete_handler(struct ir_client *c, const struct ir_job *job)
{
    if (job->kind == IR_JOB_DOWNLOAD)
        return ir_staged_end(c, job->handler);
    IR_IN_SESSION(c, IR_NAMES_TWO,
        ir_call_delete_upload_handler(c->wire, c->ticket, job->handler));
    return c->error.status;
}

static int
collect(void *ctx, struct note *n)
{
    struct collection *all = ctx;
    struct ir_client *c = all->c;
    const struct ir_job *job = &n->job;

    if (job->is_running)
        return 0;
    if (n->is_torn) { /* it does not even tell the server */
        unlinkat(n->dir, n->name, 0);
        return 0;
    }
    if (strcmp(job->url, c->url) != 0)
        return 0;
    if (job->kind != IR_JOB_RESUMABLE) {
        if (delete_handler(c, job) != IR_OK)
            return fail(all);
        all->n_deleted++;
        if (job->is_resumable)
            ir_ledger_resumable(c, job->path, job->file, 1);
    }
    if (job->kind != IR_JOB_RESUMABLE || !job->is_resumable)
        unlinkat(n->dir, n->name, 0);
    return 0;
}

enum ir_status
ir_gc(struct ir_client *c, uint64_t *n_deleted)
{
    struct collection all = { .c = c };

    ir_wire_begin(c->wire);
    if (c->ledger.folder == NULL)
        ir_error_set(&c->error, IR_E_ARGUMENT,
            "the client has no folder for its state");
    else if (ir_session_check(c) == IR_OK && ir_session_prove(c) == IR_OK)
        for_each(c->ledger.folder, collect, &all, &c->error);
    if (c->error.status == IR_OK)
        c->error = all.first;
    if (n_deleted != NULL)
        *n_deleted = all.n_deleted;
    return c->error.status;
}
