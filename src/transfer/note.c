/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* locks of open files */
#include "transfer/note.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transfer/journal.h"
#include "wire/error.h"

static const char magic[] = "inforouter-job 1";
static const char *const kinds[] = {
    [IR_JOB_DOWNLOAD] = "download-",
    [IR_JOB_UPLOAD] = "upload-",
    [IR_JOB_RESUMABLE] = "resume-",
};

#define NOTE_TRIES 3
#define BOOT_BYTES 64

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

/* Which boot of the machine this is; empty if that is not told. */
static void
read_boot(char boot[BOOT_BYTES])
{
    FILE *from = fopen("/proc/sys/kernel/random/boot_id", "re");

    boot[0] = '\0';
    if (from == NULL)
        return;
    if (fgets(boot, BOOT_BYTES, from) == NULL)
        boot[0] = '\0';
    boot[strcspn(boot, "\n")] = '\0';
    fclose(from);
}

/* Does another hold it?  If not it is ours if 'is_to_lock'.  -1 and errno: that
 * is not told. */
static int
is_held(int fd, int is_to_lock)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    if (fcntl(fd, is_to_lock ? F_OFD_SETLK : F_OFD_GETLK, &whole) == 0)
        return !is_to_lock && whole.l_type != F_UNLCK;
    return errno == EAGAIN || errno == EACCES ? 1 : -1;
}

void
ir_note_name(enum ir_job_kind kind, const char *id, char *to, size_t size)
{
    snprintf(to, size, "%s%s", kinds[kind], id);
}

/* ---- Written ----------------------------------------------------------- */

int
ir_note_locate(const char *file, char *to, size_t size)
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
    char escaped[IR_NOTE_TEXT_BYTES];

    if (file == NULL)
        return fputs("file -\n", to);
    if (!ir_note_locate(file, path, sizeof path)
        || ir_journal_escape(path, escaped, sizeof escaped) == 0)
        return -1;
    return fprintf(to, "file %s\n", escaped);
}

/* Write the head in 'fd', which it keeps.  0, or -1 and errno. */
static int
write_head(int fd, const struct ir_note_head *head)
{
    char url[IR_NOTE_TEXT_BYTES];
    char path[IR_NOTE_TEXT_BYTES];
    char boot[BOOT_BYTES];
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *to = copy < 0 ? NULL : fdopen(copy, "w");
    int failed;

    if (to == NULL) {
        if (copy >= 0)
            close(copy);
        return -1;
    }
    read_boot(boot);
    errno = ENAMETOOLONG;
    failed = ir_journal_escape(head->url, url, sizeof url) == 0
        || ir_journal_escape(head->path, path, sizeof path) == 0
        || fprintf(to, "%s\nurl %s\npath %s\n", magic, url, path) < 0
        || print_file(to, head->file) < 0
        || fprintf(to, "session %08" PRIX32 "\nboot %s\n", head->session,
               boot) < 0;
    return fclose(to) != 0 || failed ? -1 : 0;
}

/* Locked; under a name that no reader looks at until it is complete. */
static int
try_note(const char *folder, const char *name, const struct ir_note_head *head)
{
    char fresh[IR_NOTE_NAME_BYTES + 1];
    int dir = open_folder(folder);
    int fd;

    snprintf(fresh, sizeof fresh, ".%s", name);
    if (dir < 0 && errno == ENOENT && make_folder(folder) == 0)
        dir = open_folder(folder);
    if (dir < 0)
        return -1;
    fd = openat(dir, fresh, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW
        | O_NONBLOCK | O_CLOEXEC, 0600);
    if (fd >= 0 && (is_held(fd, 1) != 0 || write_head(fd, head) != 0
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
int
ir_note_make(const char *folder, const char *name,
    const struct ir_note_head *head)
{
    int fd = -1;

    for (int i = 0; i < NOTE_TRIES && fd < 0; i++)
        fd = try_note(folder, name, head);
    return fd;
}

int
ir_note_sync(const char *folder, int fd)
{
    int dir = open_folder(folder);
    int failed;

    if (dir < 0)
        return -1;
    failed = fdatasync(fd) != 0 || fsync(dir) != 0;
    close(dir);
    return failed ? -1 : 0;
}

void
ir_note_remove(const char *folder, const char *name)
{
    int dir = open_folder(folder);

    if (dir < 0)
        return;
    unlinkat(dir, name, 0);
    close(dir);
}

void
ir_note_remove_read(const struct ir_note *n)
{
    struct stat ours;
    struct stat named;

    if (fstat(n->fd, &ours) == 0
        && fstatat(n->dir, n->name, &named, AT_SYMLINK_NOFOLLOW) == 0
        && ours.st_dev == named.st_dev && ours.st_ino == named.st_ino)
        unlinkat(n->dir, n->name, 0);
}

/* ---- Read -------------------------------------------------------------- */

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
    char line[IR_NOTE_LINE_BYTES];
    size_t n = strlen(word);

    return fgets(line, sizeof line, from) != NULL
        && strncmp(line, word, n) == 0 && take_end(line)
        && ir_journal_unescape(line + n, to, size);
}

/* 1 if it is a step after which something is known, to the letter: not two
 * lines that ran into one, and no number out of range. */
static int
read_known(const char *line, struct ir_ledger_upload *left)
{
    char same[128] = "";

    if (sscanf(line, "have %" SCNu64 " %" SCNx32, &left->offset,
            &left->crc32) == 2) {
        left->step = IR_LEDGER_HAVE;
        snprintf(same, sizeof same, "have %" PRIu64 " %" PRIX32, left->offset,
            left->crc32);
    } else if (sscanf(line, "commit %" SCNx32 " %" SCNd64, &left->crc32,
            &left->n_versions) == 2) {
        left->step = IR_LEDGER_COMMIT;
        snprintf(same, sizeof same, "commit %" PRIX32 " %" PRId64,
            left->crc32, left->n_versions);
    }
    return *line != '\0' && strcmp(line, same) == 0;
}

/* The steps of an upload, the last of which counts.  A line that was being
 * written stands for its step, and is the last.  Those that may lack their last,
 * which the disk of another boot did not get, tell nothing. */
static void
read_steps(FILE *from, struct ir_note *n, int is_same_boot)
{
    struct ir_ledger_upload *left = &n->left;
    char line[128];
    int is_whole = 1;
    off_t at;

    while (is_whole) {
        at = ftello(from);
        if (fgets(line, sizeof line, from) == NULL)
            break;
        is_whole = take_end(line);
        if (is_whole && read_known(line, left))
            n->have_at = at;
        else if (strncmp(line, "lock", 4) == 0)
            left->is_locked = 1;
        else if (!is_whole
            || (sscanf(line, "size %" SCNu64, &left->size_bytes) != 1
                && sscanf(line, "chunk %" SCNu64, &left->chunk_bytes) != 1))
            left->step = IR_LEDGER_SEND;
    }
    if (left->step == IR_LEDGER_HAVE && !is_same_boot)
        left->step = IR_LEDGER_SEND;
    if (left->step != IR_LEDGER_HAVE)
        n->have_at = -1;
}

static int
is_this_boot(const char *noted)
{
    char boot[BOOT_BYTES];

    read_boot(boot);
    return boot[0] != '\0' && strcmp(boot, noted) == 0;
}

/* 1 if it is the head of a note, 0 if that is torn, -1 if it is another's. */
static int
read_head(FILE *from)
{
    char line[sizeof magic + 1];
    size_t n;

    if (fgets(line, sizeof line, from) == NULL)
        return 0;
    n = strlen(line);
    if (take_end(line))
        return strcmp(line, magic) == 0 ? 1 : -1;
    return strncmp(line, magic, n) == 0 ? 0 : -1;
}

/* As read_head(), of all of it. */
static int
read_texts(struct ir_note *n)
{
    int copy = fcntl(n->fd, F_DUPFD_CLOEXEC, 0);
    FILE *from = copy < 0 ? NULL : fdopen(copy, "r");
    char boot[BOOT_BYTES];
    char session[16];
    int is_good;

    if (from == NULL) {
        n->unread = errno;
        if (copy >= 0)
            close(copy);
        return 0;
    }
    is_good = read_head(from);
    if (is_good > 0) {
        is_good = read_line(from, "url ", n->url, sizeof n->url)
            && read_line(from, "path ", n->path, sizeof n->path)
            && read_line(from, "file ", n->file, sizeof n->file)
            && read_line(from, "session ", session, sizeof session)
            && sscanf(session, "%8" SCNx32, &n->session) == 1
            && read_line(from, "boot ", boot, sizeof boot);
    }
    if (is_good > 0)
        read_steps(from, n, is_this_boot(boot));
    if (ferror(from))
        n->unread = errno;
    fclose(from);
    return is_good;
}

/* The kind and the handler are in the name. */
static int
read_name(struct ir_note *n, const char *name)
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

/* What is in the file, and whether its process lives. */
static int
read_note(struct ir_note *n, int is_to_lock)
{
    struct stat st;
    int is_good;

    if (fstat(n->fd, &st) != 0) {
        n->unread = errno;
        return 0;
    }
    if (!S_ISREG(st.st_mode) || st.st_uid != geteuid())
        return 0;
    n->job.is_running = is_held(n->fd, is_to_lock);
    if (n->job.is_running < 0) {
        n->unread = errno;
        return 0;
    }
    is_good = read_texts(n);
    n->is_torn = is_good == 0 || *n->name == '.';
    n->job.url = n->url;
    n->job.path = n->path;
    n->job.file = strcmp(n->file, "-") == 0 ? NULL : n->file;
    n->job.handler = n->job.kind == IR_JOB_RESUMABLE ? NULL : n->handler;
    return is_good >= 0 && n->unread == 0;
}

/* How far a download came that somebody may take up. */
static int
read_progress(struct ir_note *n)
{
    int peeked;

    if (n->is_torn || n->job.file == NULL || n->job.kind == IR_JOB_UPLOAD)
        return 1;
    peeked = ir_journal_peek(n->job.file, &n->job.done_bytes,
        &n->job.total_bytes);
    n->job.is_resumable = peeked > 0;
    n->unread = peeked < 0 ? ENOMEM : 0;
    return n->unread == 0;
}

/* Does it tell that there is nothing of ours by that name? */
static int
is_no_note(int why)
{
    return why == ENOENT || why == ELOOP || why == EISDIR || why == ENXIO
        || why == EACCES || why == EPERM;
}

/* 1 if it is a note that can be read; a process that lives may just be writing
 * its. */
static int
open_note(struct ir_note *n, int dir, const char *name, int is_to_lock)
{
    memset(n, 0, sizeof *n);
    n->dir = dir;
    if (strlen(name) >= sizeof n->name)
        return 0;
    snprintf(n->name, sizeof n->name, "%s", name);
    if (!read_name(n, name + (*name == '.')))
        return 0;
    n->fd = openat(dir, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (n->fd < 0) {
        n->unread = is_no_note(errno) ? 0 : errno;
        return 0;
    }
    if (read_note(n, is_to_lock) && read_progress(n))
        return 1;
    close(n->fd);
    return 0;
}

/* It is not said which notes are not seen: the first will do. */
static void
tell_unread(const struct ir_note *n, struct ir_error *e)
{
    if (n->unread == ENOMEM)
        ir_error_set(e, IR_E_MEMORY, "out of memory");
    else if (n->unread != 0)
        ir_error_set_errno(e, IR_E_IO, n->unread, "cannot read the note %s",
            n->name);
}

/* All notes of the folder, which is open as 'fd' too. */
static void
walk(DIR *dir, int fd, int is_to_lock, ir_note_fn fn, void *ctx,
    struct ir_error *e)
{
    struct ir_note *n = malloc(sizeof *n);
    struct dirent *entry;
    int more = 1;

    if (n == NULL) {
        ir_error_set(e, IR_E_MEMORY, "out of memory");
        return;
    }
    for (errno = 0; more && (entry = readdir(dir)) != NULL; errno = 0) {
        if (open_note(n, fd, entry->d_name, is_to_lock)) {
            more = fn(ctx, n) == 0;
            close(n->fd);
        } else {
            tell_unread(n, e);
        }
    }
    if (more && errno != 0)
        ir_error_set_errno(e, IR_E_IO, errno, "cannot list the notes");
    free(n);
}

enum ir_status
ir_note_for_each(const char *folder, int is_locked, ir_note_fn fn, void *ctx,
    struct ir_error *e)
{
    int fd = open_folder(folder);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);

    if (dir != NULL) {
        walk(dir, fd, is_locked, fn, ctx, e);
        closedir(dir);
        return e->status;
    }
    if (errno != ENOENT)
        ir_error_set_errno(e, IR_E_IO, errno, "cannot read the folder %s",
            folder);
    if (fd >= 0)
        close(fd);
    return e->status;
}
