/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The bytes of documents: opening them, and staging them for a handler.
 *
 * A handler keeps serving the bytes it was opened with.  A copy that shares
 * blocks costs nothing and is always tried; small files are copied for real;
 * a large one is served in place for as long as size, time and inode say that
 * it is the same file. */
#include "content.h"

#include "checksums.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    LARGEST_COPY = 64 * 1024 * 1024,
    BLOCK = 65536
};

static const char in_tree[] = "tree:";

void
ir_content_in_tree(struct ir_content *c, const char *path)
{
    snprintf(c->place, sizeof c->place, "%s%s", in_tree, path);
}

void
ir_content_in_state(struct ir_content *c, const char *folder, const char *name)
{
    snprintf(c->place, sizeof c->place, "%s/%s", folder, name);
}

static int
open_place(struct ir_emulator *e, const char *place)
{
    size_t n = strlen(in_tree);

    if (strncmp(place, in_tree, n) == 0)
        return ir_tree_read(e->tree, place + n);
    return openat(ir_store_folder(e->store), place,
        O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

static bool
is_same(int fd, const struct ir_identity *expected)
{
    struct ir_identity now;

    return ir_tree_identify(fd, &now) && now.size == expected->size
        && now.inode == expected->inode && now.mtime_ns == expected->mtime_ns;
}

bool
ir_content_is_same(int fd, const struct ir_content *c)
{
    return is_same(fd, &c->identity);
}

int
ir_content_open(struct ir_emulator *e, const struct ir_content *c)
{
    int fd = open_place(e, c->place);

    if (fd >= 0 && !is_same(fd, &c->identity)) {
        close(fd);
        return -1;
    }
    return fd;
}

bool
ir_content_write(int fd, const void *data, size_t n)
{
    const char *p = data;

    while (n > 0) {
        ssize_t done = write(fd, p, n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

static bool
copy_bytes(int from, int to)
{
    uint8_t block[BLOCK];

    for (;;) {
        ssize_t n = read(from, block, sizeof block);

        if (n == 0)
            return true;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || !ir_content_write(to, block, (size_t)n))
            return false;
    }
}

/* A new file 'name' with the bytes of 'from', if they can be shared or are at
 * most 'largest_copy'. */
static bool
duplicate(int from, int folder, const char *name, uint64_t largest_copy,
    struct ir_identity *out)
{
    struct ir_identity source;
    bool ok;
    int to = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

    if (to < 0)
        return false;
    ok = ir_tree_identify(from, &source)
        && (ioctl(to, FICLONE, from) == 0
            || (source.size <= largest_copy && copy_bytes(from, to)))
        && is_same(from, &source) && ir_tree_identify(to, out);
    close(to);
    if (!ok)
        unlinkat(folder, name, 0);
    return ok;
}

bool
ir_content_stage(struct ir_emulator *e, const struct ir_content *c,
    const char *name, struct ir_content *out)
{
    bool ok;
    int from = ir_content_open(e, c);

    if (from < 0)
        return false;
    ir_content_in_state(out, "staged", name);
    ok = duplicate(from, ir_store_folder(e->store), out->place, LARGEST_COPY,
        &out->identity);
    if (ok) {
        ir_checksums_inherit(e, c, out);
    } else if (c->identity.size > LARGEST_COPY) {
        *out = *c;
        ok = is_same(from, &c->identity);
    }
    close(from);
    return ok;
}

bool
ir_content_keep(struct ir_emulator *e, int from, const char *folder,
    const char *name)
{
    struct ir_content kept;

    ir_content_in_state(&kept, folder, name);
    return duplicate(from, ir_store_folder(e->store), kept.place, UINT64_MAX,
        &kept.identity);
}

bool
ir_content_link(int from_folder, const char *from, int to_folder,
    const char *to, struct ir_identity *out)
{
    bool ok;
    int fd = openat(from_folder, from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return false;
    unlinkat(to_folder, to, 0);
    if (linkat(from_folder, from, to_folder, to, 0) == 0)
        ok = ir_tree_identify(fd, out);
    else
        ok = duplicate(fd, to_folder, to, UINT64_MAX, out);
    close(fd);
    return ok;
}

bool
ir_content_is_staged(const struct ir_content *c)
{
    return strncmp(c->place, "staged/", strlen("staged/")) == 0;
}

void
ir_content_drop(struct ir_emulator *e, const struct ir_content *c)
{
    if (!ir_content_is_staged(c))
        return;
    unlinkat(ir_store_folder(e->store), c->place, 0);
    ir_checksums_forget(e, c);
}
