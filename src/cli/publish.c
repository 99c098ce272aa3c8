/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A new file with a name that nobody can guess, in the same directory, renamed
 * when it is complete and on disk. */
#define _DEFAULT_SOURCE /* getentropy */
#include "publish.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ir_status
check_target(const char *path, struct ir_error *e)
{
    struct stat st;

    if (lstat(path, &st) != 0)
        return errno == ENOENT
            ? IR_OK
            : ir_fault_set_errno(e, errno, "cannot write %s", path);
    if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
        return ir_fault_set(e, IR_E_IO,
            "cannot replace %s: it is not a regular file", path);
    return IR_OK;
}

/* The name in fresh memory. */
static char *
name_beside(const char *path)
{
    uint64_t random[2];
    size_t size = strlen(path) + sizeof "." + 2 * sizeof random;
    char *name = malloc(size);

    if (name == NULL || getentropy(random, sizeof random) != 0) {
        free(name);
        return NULL;
    }
    snprintf(name, size, "%s.%016" PRIx64 "%016" PRIx64, path, random[0],
        random[1]);
    return name;
}

static int
write_all(int fd, const char *data, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, data, n);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -1;
        data += written;
        n -= (size_t)written;
    }
    return fsync(fd);
}

/* 0, or -1 and errno. */
static int
write_new(const char *name, const void *data, size_t n, enum ir_privacy privacy)
{
    int is_private = privacy == IR_PUBLISH_PRIVATE;
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
        is_private ? 0600 : 0666);
    int failure = 0;

    if (fd < 0)
        return -1;
    /* A umask may have taken away even the owner's bits. */
    if ((is_private && fchmod(fd, 0600) != 0) || write_all(fd, data, n) != 0)
        failure = errno;
    if (close(fd) != 0 && failure == 0)
        failure = errno;
    errno = failure;
    return failure == 0 ? 0 : -1;
}

enum ir_status
ir_publish(const char *path, const void *data, size_t n,
    enum ir_privacy privacy, struct ir_error *e)
{
    char *name;

    if (check_target(path, e) != IR_OK)
        return e->status;
    name = name_beside(path);
    if (name == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    if (write_new(name, data, n, privacy) != 0 || rename(name, path) != 0) {
        ir_fault_set_errno(e, errno, "cannot write %s", path);
        unlink(name);
    }
    free(name);
    return e->status;
}
