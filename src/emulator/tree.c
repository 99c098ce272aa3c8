/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The documents: a folder of the local disk, seen as the server's libraries.
 *
 * A path is walked one name at a time, each opened relative to the folder
 * before it and never through a symbolic link.  A single name that is neither
 * "." nor ".." and holds no slash cannot leave its folder, so whatever a client
 * sends stays beneath the root. */
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

struct ir_tree {
    int root;
    struct {
        pthread_rwlock_t lock;
    } shared;
};

/* The next character of 's', in lower case; 0 at its end, WEOF if the text is
 * not valid UTF-8. */
static wint_t
next_folded(const char **s, mbstate_t *state)
{
    wchar_t c;
    size_t n = mbrtowc(&c, *s, MB_LEN_MAX, state);

    if (n == 0)
        return 0;
    if (n > MB_LEN_MAX)
        return WEOF;
    *s += n;
    return towlower((wint_t)c);
}

static bool
same_name(const char *a, const char *b)
{
    mbstate_t state_a = { 0 };
    mbstate_t state_b = { 0 };

    for (;;) {
        wint_t ca = next_folded(&a, &state_a);
        wint_t cb = next_folded(&b, &state_b);

        if (ca != cb || ca == WEOF)
            return false;
        if (ca == 0)
            return true;
    }
}

/* Names that an answer cannot carry stay invisible: control characters, the
 * other slash, and what is not UTF-8; and so do files that are being made. */
static bool
can_be_served(const char *name)
{
    mbstate_t state = { 0 };
    const char *s = name;

    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0
        || strncmp(name, IR_TREE_PART, strlen(IR_TREE_PART)) == 0)
        return false;
    for (const char *c = name; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7F || *c == '\\' || *c == '/')
            return false;
    }
    for (;;) {
        wint_t c = next_folded(&s, &state);

        if (c == 0)
            return s != name;
        if (c == WEOF)
            return false;
    }
}

/* Open a folder or a regular file; anything else counts as absent.  Not
 * blocking, so that nobody can hang the server on a pipe. */
static int
open_name(int folder, const char *name, struct stat *st)
{
    int fd = openat(folder, name,
        O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    if (fstat(fd, st) == 0 && (S_ISDIR(st->st_mode) || S_ISREG(st->st_mode)))
        return fd;
    close(fd);
    errno = ENOENT;
    return -1;
}

static DIR *
open_names(int folder)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *names = fd < 0 ? NULL : fdopendir(fd);

    if (names == NULL && fd >= 0)
        close(fd);
    return names;
}

/* Replace 'name' by the spelling that the folder has for it. */
static bool
respell(int folder, char name[NAME_MAX + 1])
{
    DIR *names = open_names(folder);
    bool found = false;

    if (names == NULL)
        return false;
    while (!found) {
        struct dirent *e = readdir(names);

        if (e == NULL)
            break;
        if (can_be_served(e->d_name) && same_name(e->d_name, name)) {
            snprintf(name, NAME_MAX + 1, "%s", e->d_name);
            found = true;
        }
    }
    closedir(names);
    return found;
}

/* Take the next name off 'path'; 1 if there is one, 0 at the end, -1 if it is
 * too long to exist. */
static int
next_name(const char **path, char name[NAME_MAX + 1])
{
    size_t n;

    *path += strspn(*path, "/\\");
    n = strcspn(*path, "/\\");
    if (n > NAME_MAX)
        return -1;
    memcpy(name, *path, n);
    name[n] = '\0';
    *path += n;
    return n > 0;
}

/* Open what 'path' names and write its real spelling to 'real'. */
static int
walk(const struct ir_tree *t, const char *path, char real[IR_PATH_SIZE],
    struct stat *st)
{
    char name[NAME_MAX + 1];
    size_t length = 0;
    int more;
    int fd = open_name(t->root, ".", st);

    snprintf(real, IR_PATH_SIZE, "/");
    while (fd >= 0) {
        int folder = fd;

        more = next_name(&path, name);
        if (more == 0)
            return fd;
        fd = -1;
        if (more > 0 && S_ISDIR(st->st_mode) && can_be_served(name)) {
            fd = open_name(folder, name, st);
            if (fd < 0 && respell(folder, name))
                fd = open_name(folder, name, st);
        }
        close(folder);
        if (length + strlen(name) + 2 > IR_PATH_SIZE && fd >= 0) {
            close(fd);
            fd = -1;
        }
        if (fd >= 0)
            length += (size_t)snprintf(real + length, IR_PATH_SIZE - length,
                "/%s", name);
    }
    return -1;
}

static void
identify(const struct stat *st, struct ir_identity *out)
{
    out->size = (uint64_t)st->st_size;
    out->inode = (uint64_t)st->st_ino;
    out->mtime_ns =
        (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

/* Changes are rare and brief, so whoever waits to make one goes first. */
static void
make_lock(struct ir_tree *t)
{
    pthread_rwlockattr_t attributes;

    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes,
        PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&t->shared.lock, &attributes);
    pthread_rwlockattr_destroy(&attributes);
}

struct ir_tree *
ir_tree_open(const char *root)
{
    struct ir_tree *t = malloc(sizeof *t);

    if (t == NULL)
        return NULL;
    t->root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (t->root >= 0) {
        make_lock(t);
        return t;
    }
    free(t);
    return NULL;
}

void
ir_tree_close(struct ir_tree *t)
{
    if (t == NULL)
        return;
    pthread_rwlock_destroy(&t->shared.lock);
    close(t->root);
    free(t);
}

void
ir_tree_share(struct ir_tree *t)
{
    pthread_rwlock_rdlock(&t->shared.lock);
}

void
ir_tree_own(struct ir_tree *t)
{
    pthread_rwlock_wrlock(&t->shared.lock);
}

void
ir_tree_release(struct ir_tree *t)
{
    pthread_rwlock_unlock(&t->shared.lock);
}

bool
ir_tree_find(const struct ir_tree *t, const char *path, struct ir_entry *out)
{
    struct stat st;
    int fd = walk(t, path, out->path, &st);

    if (fd < 0)
        return false;
    close(fd);
    out->is_folder = S_ISDIR(st.st_mode);
    identify(&st, &out->identity);
    out->modified_ms = out->identity.mtime_ns / 1000000;
    return true;
}

int
ir_tree_read(const struct ir_tree *t, const char *path)
{
    char real[IR_PATH_SIZE];
    struct stat st;
    int fd = walk(t, path, real, &st);

    if (fd >= 0 && !S_ISREG(st.st_mode)) {
        close(fd);
        return -1;
    }
    return fd;
}

int
ir_tree_folder(const struct ir_tree *t, const char *path)
{
    char real[IR_PATH_SIZE];
    struct stat st;
    int fd = walk(t, path, real, &st);

    if (fd >= 0 && !S_ISDIR(st.st_mode)) {
        close(fd);
        return -1;
    }
    return fd;
}

static int
compare_names(const void *a, const void *b)
{
    const struct ir_name *x = a;
    const struct ir_name *y = b;

    if (x->is_folder != y->is_folder)
        return x->is_folder ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Add 'name' if it is something to serve; false if memory ran out. */
static bool
add_name(int folder, const char *name, struct ir_name **names, size_t *n,
    size_t *room)
{
    struct stat st;
    struct ir_name *grown;

    if (!can_be_served(name)
        || fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0
        || (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)))
        return true;
    if (*n == *room) {
        *room = *room * 2 + 64;
        grown = realloc(*names, *room * sizeof *grown);
        if (grown == NULL)
            return false;
        *names = grown;
    }
    (*names)[*n].name = strdup(name);
    (*names)[*n].is_folder = S_ISDIR(st.st_mode);
    return (*names)[(*n)++].name != NULL;
}

bool
ir_tree_list(const struct ir_tree *t, const char *path, struct ir_name **out,
    size_t *n)
{
    char real[IR_PATH_SIZE];
    struct stat st;
    size_t room = 0;
    bool ok = true;
    DIR *names = NULL;
    int fd = walk(t, path, real, &st);

    *out = NULL;
    *n = 0;
    if (fd < 0)
        return false;
    if (S_ISDIR(st.st_mode))
        names = open_names(fd);
    close(fd);
    if (names == NULL)
        return false;
    while (ok) {
        struct dirent *e = readdir(names);

        if (e == NULL)
            break;
        ok = add_name(dirfd(names), e->d_name, out, n, &room);
    }
    closedir(names);
    if (!ok) {
        ir_tree_names_free(*out, *n);
        return false;
    }
    if (*n > 0)
        qsort(*out, *n, sizeof **out, compare_names);
    return true;
}

void
ir_tree_names_free(struct ir_name *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(names[i].name);
    free(names);
}

bool
ir_tree_same(const char *a, const char *b)
{
    char name_a[NAME_MAX + 1];
    char name_b[NAME_MAX + 1];

    for (;;) {
        int more_a = next_name(&a, name_a);
        int more_b = next_name(&b, name_b);

        if (more_a != more_b || more_a < 0)
            return false;
        if (more_a == 0)
            return true;
        if (!same_name(name_a, name_b))
            return false;
    }
}

bool
ir_tree_identify(int fd, struct ir_identity *out)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    identify(&st, out);
    return true;
}
