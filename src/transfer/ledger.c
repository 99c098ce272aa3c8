/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "transfer/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codec/crc32.h"
#include "transfer/file.h"
#include "transfer/note.h"
#include "transfer/session.h"

static void
warn(const struct ir_client *c)
{
    ir_client_log(c, IR_LOG_WARNING,
        "the open handler cannot be noted in %s: %s", c->ledger.folder,
        strerror(errno));
}

static int
make_note(const struct ir_client *c, const char *name, const char *path,
    const char *file)
{
    struct ir_note_head head = { c->url, path, file,
        ir_ledger_session(c->ticket) };

    return ir_note_make(c->ledger.folder, name, &head);
}

uint32_t
ir_ledger_session(const char *ticket)
{
    return ticket == NULL ? 0 : ir_crc32(0, ticket, strlen(ticket));
}

void
ir_ledger_note(struct ir_client *c, enum ir_job_kind kind, const char *id,
    const char *path, const char *file)
{
    struct ir_ledger *l = &c->ledger;

    if (l->folder == NULL || path == NULL)
        return;
    ir_ledger_leave(c);
    ir_note_name(kind, id, l->name, sizeof l->name);
    l->fd = make_note(c, l->name, path, file);
    l->have_at = -1;
    if (l->fd < 0)
        warn(c);
}

void
ir_ledger_forget(struct ir_client *c)
{
    if (c->ledger.fd < 0)
        return;
    ir_note_remove(c->ledger.folder, c->ledger.name);
    ir_ledger_leave(c);
}

void
ir_ledger_leave(struct ir_client *c)
{
    if (c->ledger.fd >= 0)
        close(c->ledger.fd);
    c->ledger.fd = -1;
    c->ledger.is_short = 0;
}

void
ir_ledger_mark(struct ir_client *c, const char *format, ...)
{
    struct ir_ledger *l = &c->ledger;
    char line[128];
    va_list args;
    off_t at;
    int n;

    if (l->fd < 0 || l->is_short)
        return;
    va_start(args, format);
    n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    at = lseek(l->fd, 0, SEEK_END);
    if (ir_file_append(l->fd, line, (size_t)n) == 0) {
        l->have_at = strncmp(line, "have ", 5) == 0 ? at : -1;
        return;
    }
    warn(c);
    l->is_short = 1;
    if (ftruncate(l->fd, l->have_at < 0 ? at : l->have_at) != 0)
        ir_ledger_forget(c);
}

/* That much is tried again where there was no room before. */
void
ir_ledger_mark_commit(struct ir_client *c, uint32_t crc32, int64_t n_versions)
{
    struct ir_ledger *l = &c->ledger;

    l->is_short = 0;
    ir_ledger_mark(c, "commit %" PRIX32 " %" PRId64 "\n", crc32, n_versions);
    if (l->fd >= 0 && ir_note_sync(l->folder, l->fd) != 0)
        warn(c);
}

/* One note for each local file. */
static void
name_resumable(const char *file, char *name, size_t size)
{
    char path[PATH_MAX + NAME_MAX];
    char number[16];

    if (!ir_note_locate(file, path, sizeof path))
        path[0] = '\0';
    snprintf(number, sizeof number, "%08lx",
        (unsigned long)ir_crc32(0, path, strlen(path)));
    ir_note_name(IR_JOB_RESUMABLE, number, name, size);
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
        ir_note_remove(c->ledger.folder, name);
        return;
    }
    fd = make_note(c, name, path, file);
    if (fd < 0)
        warn(c);
    else
        close(fd);
}

/* ---- Uploads that were left behind ------------------------------------- */

struct search {
    struct ir_client *c;
    const char *path;
    char file[PATH_MAX + NAME_MAX];
    struct ir_ledger_upload *left;
    int is_found;
};

static int
is_wanted(const struct search *s, const struct ir_note *n)
{
    return n->job.kind == IR_JOB_UPLOAD && !n->job.is_running && !n->is_torn
        && n->job.file != NULL && strcmp(n->job.url, s->c->url) == 0
        && strcmp(n->job.path, s->path) == 0
        && strcmp(n->job.file, s->file) == 0
        && (!s->is_found || n->left.step > s->left->step);
}

/* Its lock, which the reader holds, becomes that of the open note. */
static int
match(void *ctx, struct ir_note *n)
{
    struct search *s = ctx;
    struct ir_ledger *l = &s->c->ledger;
    int fd = is_wanted(s, n) ? fcntl(n->fd, F_DUPFD_CLOEXEC, 0) : -1;

    if (fd < 0)
        return 0;
    ir_ledger_leave(s->c);
    l->fd = fd;
    l->have_at = n->have_at;
    memcpy(l->name, n->name, sizeof l->name);
    *s->left = n->left;
    snprintf(s->left->handler, sizeof s->left->handler, "%s", n->handler);
    s->is_found = 1;
    return 0;
}

int
ir_ledger_take(struct ir_client *c, const char *path, const char *file,
    struct ir_ledger_upload *left)
{
    struct search s = { .c = c, .path = path, .left = left };
    struct ir_error unread = { .status = IR_OK };

    if (c->ledger.folder == NULL || file == NULL
        || !ir_note_locate(file, s.file, sizeof s.file))
        return 0;
    ir_ledger_leave(c);
    ir_note_for_each(c->ledger.folder, 1, match, &s, &unread);
    return s.is_found;
}
