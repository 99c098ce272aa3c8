/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Preloaded into a program: one of its calls on a file moves fewer bytes than it
 * was asked to, as the kernel may at any time.  The environment says which:
 *
 *     SHORT_CALL   write, pwrite or pread
 *     SHORT_WHEN   the how manieth of those that ask for more; 0: each
 *     SHORT_BYTES  so many at most
 *     SHORT_MARK   a file that gets a byte for each that asks for more */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

union next {
    void *symbol; /* ISO C converts no object pointer to a function pointer */
    ssize_t (*write)(int, const void *, size_t);
    ssize_t (*pwrite)(int, const void *, size_t, off_t);
    ssize_t (*pread)(int, void *, size_t, off_t);
};

static void
mark(void)
{
    int fd = open(getenv("SHORT_MARK"),
        O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    if (fd < 0 || dprintf(fd, "x") != 1) /* not through our write() */
        abort();
    close(fd);
}

/* How many of 'n' bytes the call that is about to be made may move. */
static size_t
shorten(const char *call, int fd, size_t n)
{
    static unsigned long n_calls;
    struct stat st;
    const char *wanted = getenv("SHORT_CALL");
    unsigned long when;
    size_t most;

    if (wanted == NULL || strcmp(wanted, call) != 0 || fstat(fd, &st) != 0
        || !S_ISREG(st.st_mode))
        return n;
    when = strtoul(getenv("SHORT_WHEN"), NULL, 10);
    most = strtoul(getenv("SHORT_BYTES"), NULL, 10);
    if (n <= most)
        return n;
    n_calls++;
    mark();
    return when == 0 || when == n_calls ? most : n;
}

EXPORT ssize_t
write(int fd, const void *data, size_t n)
{
    union next next = { dlsym(RTLD_NEXT, "write") };

    return next.write(fd, data, shorten("write", fd, n));
}

EXPORT ssize_t
pwrite(int fd, const void *data, size_t n, off_t offset)
{
    union next next = { dlsym(RTLD_NEXT, "pwrite") };

    return next.pwrite(fd, data, shorten("pwrite", fd, n), offset);
}

EXPORT ssize_t
pread(int fd, void *data, size_t n, off_t offset)
{
    union next next = { dlsym(RTLD_NEXT, "pread") };

    return next.pread(fd, data, shorten("pread", fd, n), offset);
}
