/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Names are resolved once, to a descriptor of the directory: what happens to
 * the path afterwards cannot redirect a write.  The .part file is created anew,
 * or it is the leftover of a crash: ours alone, as the lock, its owner and a bit
 * of its mode tell, which means nothing for a file.  Nobody else may read the
 * bytes while they are unproved.
 *
 * A file has its last permissions before it has its name, so that readers of the
 * one that it replaces miss nothing. */
#define _GNU_SOURCE /* fallocate, renameat2 */
#include "transfer/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static const char suffix[] = ".part";

#define MARK S_ISVTX
#define PART_MODE (MARK | S_IRUSR | S_IWUSR)

static enum ir_status
io_error(struct ir_error *e, int code, const char *what, const char *name)
{
    return ir_error_set_errno(e, IR_E_IO, code, "cannot %s %s", what, name);
}

/* Split 'path' into its directory, opened, and the name in it. */
static enum ir_status
open_directory(struct ir_file *f, const char *path, struct ir_error *e)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    char directory[4096];

    if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return ir_error_set(e, IR_E_ARGUMENT, "%s names no file", path);
    if (strlen(name) + sizeof suffix > sizeof f->part
        || strlen(path) >= sizeof directory)
        return io_error(e, ENAMETOOLONG, "create", path);
    snprintf(f->name, sizeof f->name, "%s", name);
    snprintf(f->part, sizeof f->part, "%s%s", name, suffix);
    if (slash == NULL)
        snprintf(directory, sizeof directory, ".");
    else
        snprintf(directory, sizeof directory, "%.*s",
            slash == path ? 1 : (int)(slash - path), path);
    f->dir_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->dir_fd < 0)
        return io_error(e, errno, "open the directory", directory);
    return IR_OK;
}

/* What stands under the name may be replaced if it is a regular file. */
static enum ir_status
check_target(const struct ir_file *f, struct ir_error *e)
{
    struct stat st;

    if (fstatat(f->dir_fd, f->name, &st,
            f->keep_existing ? AT_SYMLINK_NOFOLLOW : 0) != 0)
        return errno == ENOENT ? IR_OK
                               : io_error(e, errno, "look at", f->name);
    if (S_ISDIR(st.st_mode))
        return io_error(e, EISDIR, "replace", f->name);
    if (f->keep_existing)
        return io_error(e, EEXIST, "create", f->name);
    if (!S_ISREG(st.st_mode))
        return ir_error_set(e, IR_E_IO,
            "cannot replace %s: it is not a regular file", f->name);
    return IR_OK;
}

static int
is_left_by_us(const struct stat *st)
{
    return S_ISREG(st->st_mode) && st->st_uid == geteuid() && st->st_nlink <= 1
        && (st->st_mode & MARK) != 0;
}

/* Marked, where the file system can. */
static enum ir_status
set_mode(const struct ir_file *f, mode_t mode, struct ir_error *e)
{
    if (fchmod(f->fd, mode | MARK) != 0 && fchmod(f->fd, mode & 0777) != 0)
        return io_error(e, errno, "set the permissions of", f->part);
    return IR_OK;
}

/* Is the open .part file the one that has the name? */
static int
is_named(const struct ir_file *f)
{
    struct stat ours;
    struct stat named;

    return fstat(f->fd, &ours) == 0
        && fstatat(f->dir_fd, f->part, &named, AT_SYMLINK_NOFOLLOW) == 0
        && named.st_ino == ours.st_ino && named.st_dev == ours.st_dev;
}

/* Take the lock; 0 if the file went away meanwhile (another process published
 * or removed it), so that a fresh one is due. */
static int
lock_part(struct ir_file *f, struct ir_error *e)
{
    struct stat ours;

    if (flock(f->fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            ir_error_set(e, IR_E_BUSY,
                "another process is writing %s", f->part);
        else
            io_error(e, errno, "lock", f->part);
        return -1;
    }
    if (fstat(f->fd, &ours) != 0) {
        io_error(e, errno, "look at", f->part);
        return -1;
    }
    if (!is_named(f))
        return 0;
    if (!f->is_ours && !is_left_by_us(&ours)) {
        ir_error_set(e, IR_E_IO, "%s exists and is not marked as left over "
            "from a download: move it away", f->part);
        return -1;
    }
    if ((ours.st_mode & 07777) != PART_MODE
        && set_mode(f, PART_MODE, e) != IR_OK)
        return -1;
    return 1;
}

/* What already had its last permissions may be closed to its owner too. */
static int
make_writable(const struct ir_file *f)
{
    struct stat st;

    return fstatat(f->dir_fd, f->part, &st, AT_SYMLINK_NOFOLLOW) == 0
        && is_left_by_us(&st)
        && fchmodat(f->dir_fd, f->part, (st.st_mode & 07777) | PART_MODE,
               AT_SYMLINK_NOFOLLOW) == 0;
}

static int
open_leftover(const struct ir_file *f)
{
    const int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int fd = openat(f->dir_fd, f->part, flags);

    if (fd < 0 && errno == EACCES && make_writable(f))
        fd = openat(f->dir_fd, f->part, flags);
    return fd;
}

static enum ir_status
open_part(struct ir_file *f, struct ir_error *e)
{
    int locked = 0;

    while (!locked) {
        if (f->fd >= 0)
            close(f->fd);
        f->fd = openat(f->dir_fd, f->part,
            O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, PART_MODE);
        f->is_ours = f->fd >= 0;
        if (f->fd < 0 && errno == EEXIST) {
            f->fd = open_leftover(f);
            if (f->fd < 0 && errno == ENOENT)
                continue;
        }
        if (f->fd < 0)
            return io_error(e, errno, "create", f->part);
        f->was_leftover = !f->is_ours;
        locked = lock_part(f, e);
        if (locked < 0) {
            if (f->is_ours && e->status != IR_E_BUSY)
                unlinkat(f->dir_fd, f->part, 0);
            close(f->fd);
            f->fd = -1;
            return e->status;
        }
    }
    return IR_OK;
}

enum ir_status
ir_file_open(struct ir_file *f, const char *path, int keep_existing,
    struct ir_error *e)
{
    memset(f, 0, sizeof *f);
    f->dir_fd = -1;
    f->fd = -1;
    f->keep_existing = keep_existing;
    if (open_directory(f, path, e) != IR_OK || check_target(f, e) != IR_OK
        || open_part(f, e) != IR_OK)
        ir_file_close(f);
    return e->status;
}

/* A tmpfs reserves by making every page, which takes as long as the bytes will:
 * there it is enough that the room is free. */
static int
reserve(const struct ir_file *f, uint64_t size)
{
    struct statfs fs;
    struct stat st;
    uint64_t room;

    if (fstatfs(f->fd, &fs) != 0 || fs.f_type != TMPFS_MAGIC
        || fs.f_blocks == 0 || fstat(f->fd, &st) != 0)
        return fallocate(f->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)size);
    room = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize
        + (uint64_t)st.st_blocks * 512;
    if (size <= room)
        return 0;
    errno = ENOSPC;
    return -1;
}

enum ir_status
ir_file_reserve(struct ir_file *f, uint64_t kept, uint64_t size,
    struct ir_error *e)
{
    if (size > INT64_MAX)
        return io_error(e, EFBIG, "write", f->part);
    if (ftruncate(f->fd, (off_t)kept) != 0)
        return io_error(e, errno, "cut", f->part);
    f->is_ours = 1;
    if (size == 0)
        return IR_OK;
    if (reserve(f, size) != 0
        && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
        return io_error(e, errno, "reserve room for", f->part);
    return IR_OK;
}

int
ir_file_write(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct ir_file *f = ctx;
    const char *p = data;

    while (n > 0) {
        ssize_t written = pwrite(f->fd, p, n, (off_t)offset);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            if (written == 0)
                errno = EIO;
            return -1;
        }
        p += written;
        offset += (uint64_t)written;
        n -= (size_t)written;
    }
    return 0;
}

int
ir_file_append(int fd, const void *data, size_t n)
{
    const char *p = data;

    while (n > 0) {
        ssize_t written = write(fd, p, n);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            if (written == 0)
                errno = EIO;
            return -1;
        }
        p += written;
        n -= (size_t)written;
    }
    return 0;
}

/* The process's umask.  umask() would change it under other threads; the kernel
 * tells it to those who only ask. */
static mode_t
current_umask(void)
{
    FILE *status = fopen("/proc/self/status", "re");
    unsigned mask = 077;
    char line[256];

    if (status == NULL)
        return mask;
    while (fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "Umask: %o", &mask) == 1)
            break;
    fclose(status);
    return mask;
}

/* Who may read the file: as the one that it replaces, else as a new one. */
static mode_t
final_mode(const struct ir_file *f)
{
    struct stat st;

    if (fstatat(f->dir_fd, f->name, &st, 0) == 0)
        return st.st_mode & 0777;
    return 0666 & ~current_umask();
}

/* Give the file its name; without replacing another if that is wanted, also
 * where the file system knows no such rename. */
static int
move(const struct ir_file *f)
{
    if (!f->keep_existing)
        return renameat(f->dir_fd, f->part, f->dir_fd, f->name);
    if (renameat2(f->dir_fd, f->part, f->dir_fd, f->name, RENAME_NOREPLACE)
        == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (linkat(f->dir_fd, f->part, f->dir_fd, f->name, 0) != 0)
        return -1;
    return unlinkat(f->dir_fd, f->part, 0);
}

/* The CRCs are of the bytes that were written: what else there is, they do not
 * tell. */
static enum ir_status
check_size(const struct ir_file *f, uint64_t size, struct ir_error *e)
{
    struct stat st;

    if (fstat(f->fd, &st) != 0)
        return io_error(e, errno, "look at", f->part);
    if ((uint64_t)st.st_size != size)
        return ir_error_set(e, IR_E_IO, "%s has %" PRIu64
            " bytes, the document %" PRIu64, f->part, (uint64_t)st.st_size,
            size);
    return IR_OK;
}

enum ir_status
ir_file_publish(struct ir_file *f, uint64_t size, struct ir_error *e)
{
    mode_t mode = final_mode(f);

    if (check_size(f, size, e) != IR_OK)
        return e->status;
    if (set_mode(f, mode, e) != IR_OK)
        return e->status;
    if (fsync(f->fd) != 0)
        return io_error(e, errno, "write to disk", f->part);
    if (!is_named(f))
        return ir_error_set(e, IR_E_IO,
            "%s was removed or replaced while it was written", f->part);
    if (move(f) != 0)
        return io_error(e, errno, "create", f->name);
    f->part[0] = '\0';
    fchmod(f->fd, mode);
    if (fsync(f->dir_fd) != 0 && errno != EINVAL)
        return io_error(e, errno, "write to disk the directory of", f->name);
    return IR_OK;
}

int
ir_file_is_leftover(const struct ir_file *f)
{
    return !f->is_ours;
}

void
ir_file_adopt(struct ir_file *f)
{
    f->is_ours = 1;
}

void
ir_file_keep(struct ir_file *f)
{
    f->is_ours = 0;
}

void
ir_file_close(struct ir_file *f)
{
    if (f->fd >= 0) {
        if (f->is_ours && f->part[0] != '\0' && is_named(f))
            unlinkat(f->dir_fd, f->part, 0);
        close(f->fd);
    }
    if (f->dir_fd >= 0)
        close(f->dir_fd);
    f->fd = -1;
    f->dir_fd = -1;
}
