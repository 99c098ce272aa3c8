/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "transfer/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codec/crc32.h"
#include "transfer/note.h"
#include "transfer/session.h"

static void
warn(const struct ir_client *c)
{
    ir_client_log(c, IR_LOG_WARNING,
        "the open handler cannot be noted in %s: %s", c->ledger.folder,
        strerror(errno));
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
    l->fd = ir_note_make(l->folder, l->name, c->url, path, file);
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
}

void
ir_ledger_mark(struct ir_client *c, const char *format, ...)
{
    va_list args;

    if (c->ledger.fd < 0)
        return;
    va_start(args, format);
    if (vdprintf(c->ledger.fd, format, args) < 0) {
        warn(c);
        ir_ledger_forget(c);
    }
    va_end(args);
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
    fd = ir_note_make(c->ledger.folder, name, c->url, path, file);
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

/* Its lock, which the reader holds, becomes that of the open note. */
static int
match(void *ctx, struct ir_note *n)
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
        || !ir_note_locate(file, s.file, sizeof s.file))
        return 0;
    ir_ledger_leave(c);
    ir_note_for_each(c->ledger.folder, match, &s, &unread);
    return s.is_found;
}
