/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The program's memory, which fails on order.  Only calls out of libinforouter
 * and out of libzip count: a point is one call of malloc, calloc, realloc,
 * strdup, fopen, fdopen, fdopendir, getaddrinfo or pthread_create whose return
 * address lies in one of them.  What other libraries ask for is always
 * granted. */
#ifndef TORTURE_ALLOCATOR_H
#define TORTURE_ALLOCATOR_H

#include <stddef.h>
#include <stdint.h>

#define ALLOCATOR_DEPTH 24

struct allocator_account {
    unsigned long n_points; /* since it was armed */
    unsigned long n_failed;
    /* Where the first was that failed, innermost first: offsets in
     * libinforouter, 0 elsewhere. */
    uintptr_t stack[ALLOCATOR_DEPTH];
    int depth;
};

/* Once, before anything else. */
void allocator_init(void);

/* From now on count points and fail number 'first' of them (1 is the first, 0
 * none), 'persistent': and all behind it. */
void allocator_arm(unsigned long first, int persistent);

/* Fail nothing and count nothing. */
void allocator_disarm(void);

/* The same for a while, in which a test does something of its own. */
void allocator_pause(void);
void allocator_resume(void);

const struct allocator_account *allocator_account(void);

/* How many objects asked for by the two libraries live; the first 'n' of their
 * callers, as offsets, in 'callers'. */
size_t allocator_live(uintptr_t *callers, size_t n);

#endif
