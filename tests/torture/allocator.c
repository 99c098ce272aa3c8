/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A program's own malloc() is everybody's: the dynamic linker finds it first,
 * and libc forwards to it as well.  Live objects are kept in a table, since a
 * header in front of them would not be there for those of other callers.  All
 * of it is for one thread. */
#define _GNU_SOURCE /* dl_iterate_phdr, RTLD_NEXT */
#include "allocator.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LIVE 65536

/* Under these names libc's own stay reachable. */
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);
extern void __libc_free(void *p);

struct range {
    uintptr_t from;
    uintptr_t to;
    uintptr_t base;
};

struct object {
    const void *address;
    uintptr_t caller;
};

static struct range ours; /* libinforouter */
static struct range zip;
static struct object live[MAX_LIVE];
static size_t n_live;

static struct allocator_account account;
static unsigned long first;
static int is_persistent;
static int is_armed;
static int is_paused;

/* ---- Whose call is it? ------------------------------------------------- */

static int
note_library(struct dl_phdr_info *info, size_t size, void *ctx)
{
    struct range *r = strstr(info->dlpi_name, "/libinforouter.so") != NULL
        ? &ours : strstr(info->dlpi_name, "/libzip.so") != NULL ? &zip : NULL;

    (void)size;
    (void)ctx;
    for (int i = 0; r != NULL && i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];

        if (p->p_type != PT_LOAD || !(p->p_flags & PF_X))
            continue;
        r->base = info->dlpi_addr;
        r->from = info->dlpi_addr + p->p_vaddr;
        r->to = r->from + p->p_memsz;
    }
    return 0;
}

static int
lies_in(const struct range *r, uintptr_t address)
{
    return address >= r->from && address < r->to;
}

static int
is_counted(const void *caller)
{
    return lies_in(&ours, (uintptr_t)caller)
        || lies_in(&zip, (uintptr_t)caller);
}

static uintptr_t
offset_of(const void *address)
{
    return lies_in(&ours, (uintptr_t)address)
        ? (uintptr_t)address - ours.base : 0;
}

void
allocator_init(void)
{
    void *frame;

    dl_iterate_phdr(note_library, NULL);
    backtrace(&frame, 1); /* loads what it needs */
    if (ours.to == 0 || zip.to == 0)
        abort();
}

/* ---- To fail or not ---------------------------------------------------- */

static void
note_stack(void)
{
    void *frames[ALLOCATOR_DEPTH];
    int n;

    is_paused = 1;
    n = backtrace(frames, ALLOCATOR_DEPTH);
    is_paused = 0;
    for (int i = 0; i < n; i++)
        account.stack[i] = offset_of(frames[i]);
    account.depth = n;
}

/* Is this a point, and one that fails? */
static int
must_fail(const void *caller)
{
    int fails;

    if (!is_armed || is_paused || !is_counted(caller))
        return 0;
    account.n_points++;
    fails = first != 0 && (account.n_points == first
            || (is_persistent && account.n_points > first));
    if (!fails)
        return 0;
    if (account.n_failed++ == 0)
        note_stack();
    errno = ENOMEM;
    return 1;
}

void
allocator_arm(unsigned long n, int persistent)
{
    memset(&account, 0, sizeof account);
    first = n;
    is_persistent = persistent;
    is_armed = 1;
}

void
allocator_disarm(void)
{
    is_armed = 0;
    first = 0;
}

void
allocator_pause(void)
{
    is_paused = 1;
}

void
allocator_resume(void)
{
    is_paused = 0;
}

const struct allocator_account *
allocator_account(void)
{
    return &account;
}

/* ---- What lives -------------------------------------------------------- */

static void *
born(void *p, const void *caller)
{
    if (p == NULL || !is_counted(caller))
        return p;
    if (n_live == MAX_LIVE)
        abort();
    live[n_live++] = (struct object){ p, (uintptr_t)caller };
    return p;
}

static void
died(const void *p)
{
    for (size_t i = n_live; p != NULL && i-- > 0;)
        if (live[i].address == p) {
            live[i] = live[--n_live];
            return;
        }
}

size_t
allocator_live(uintptr_t *callers, size_t n)
{
    for (size_t i = 0; i < n && i < n_live; i++)
        callers[i] = lies_in(&ours, live[i].caller)
            ? live[i].caller - ours.base : 0;
    return n_live;
}

/* ---- In place of libc's ------------------------------------------------ */

#define CALLER __builtin_extract_return_addr(__builtin_return_address(0))

void *
malloc(size_t n)
{
    return must_fail(CALLER) ? NULL : born(__libc_malloc(n), CALLER);
}

void *
calloc(size_t n, size_t size)
{
    return must_fail(CALLER) ? NULL : born(__libc_calloc(n, size), CALLER);
}

void *
realloc(void *old, size_t n)
{
    void *p;

    if (must_fail(CALLER))
        return NULL;
    p = __libc_realloc(old, n);
    if (p != NULL || n == 0)
        died(old);
    return born(p, CALLER);
}

void
free(void *p)
{
    died(p);
    __libc_free(p);
}

char *
strdup(const char *text)
{
    size_t n = strlen(text) + 1;
    char *copy = must_fail(CALLER) ? NULL : born(__libc_malloc(n), CALLER);

    return copy == NULL ? NULL : memcpy(copy, text, n);
}

/* The next definition of the function that 'f' points to. */
static void
find(const char *name, void *f)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    if (symbol == NULL)
        abort();
    memcpy(f, &symbol, sizeof symbol);
}

FILE *
fopen(const char *path, const char *mode)
{
    static FILE *(*next)(const char *, const char *);

    if (next == NULL)
        find("fopen", &next);
    return must_fail(CALLER) ? NULL : born(next(path, mode), CALLER);
}

FILE *
fdopen(int fd, const char *mode)
{
    static FILE *(*next)(int, const char *);

    if (next == NULL)
        find("fdopen", &next);
    return must_fail(CALLER) ? NULL : born(next(fd, mode), CALLER);
}

int
fclose(FILE *file)
{
    static int (*next)(FILE *);

    if (next == NULL)
        find("fclose", &next);
    died(file);
    return next(file);
}

DIR *
fdopendir(int fd)
{
    static DIR *(*next)(int);

    if (next == NULL)
        find("fdopendir", &next);
    return must_fail(CALLER) ? NULL : born(next(fd), CALLER);
}

int
closedir(DIR *dir)
{
    static int (*next)(DIR *);

    if (next == NULL)
        find("closedir", &next);
    died(dir);
    return next(dir);
}

int
getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **list)
{
    static int (*next)(const char *, const char *, const struct addrinfo *,
        struct addrinfo **);
    int code;

    if (next == NULL)
        find("getaddrinfo", &next);
    if (must_fail(CALLER))
        return EAI_MEMORY;
    code = next(host, port, hints, list);
    if (code == 0)
        born(*list, CALLER);
    return code;
}

void
freeaddrinfo(struct addrinfo *list)
{
    static void (*next)(struct addrinfo *);

    if (next == NULL)
        find("freeaddrinfo", &next);
    died(list);
    next(list);
}

int
pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
    void *(*start)(void *), void *arg)
{
    static int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
        void *);

    if (next == NULL)
        find("pthread_create", &next);
    return must_fail(CALLER) ? EAGAIN : next(thread, attributes, start, arg);
}
