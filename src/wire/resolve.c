/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * getaddrinfo() has no time limit, so a name is looked up by a thread of its
 * own, which nobody joins: who asked may leave at any time.  Both hold the
 * request; the last one to let go frees it.  An address needs no thread, and
 * "localhost" is answered here, so that it never means another machine. */
#include "wire/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for getaddrinfo() and the modules it loads. */
#define STACK_BYTES ((size_t)262144)

struct ir_resolve {
    /* Written by the lookup before 'done' is, read after it. */
    struct addrinfo *list;
    int code;
    int sys_errno;

    int done; /* eventfd */
    char host[256];
    char port[8];
    struct {
        atomic_int n_holders;
    } shared;
};

static void
look_up(struct ir_resolve *r, const char *host, int flags)
{
    const struct addrinfo hints = {
        .ai_flags = flags | AI_NUMERICSERV,
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
    };

    errno = 0;
    r->code = getaddrinfo(host, r->port, &hints, &r->list);
    r->sys_errno = errno;
    if (r->code != 0)
        r->list = NULL;
}

static void
announce(struct ir_resolve *r)
{
    uint64_t one = 1;

    while (write(r->done, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

static void *
look_up_in_thread(void *arg)
{
    struct ir_resolve *r = arg;

    look_up(r, r->host, 0);
    announce(r);
    ir_resolve_end(r);
    return NULL;
}

/* Start the thread, with all signals blocked: they belong to the program. */
static int
start_thread(struct ir_resolve *r)
{
    pthread_attr_t attributes;
    sigset_t all;
    sigset_t before;
    pthread_t thread;
    int error = pthread_attr_init(&attributes);

    if (error != 0)
        return error;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    atomic_store(&r->shared.n_holders, 2);
    error = pthread_attr_setstacksize(&attributes, STACK_BYTES);
    if (error == 0)
        error = pthread_attr_setdetachstate(&attributes,
            PTHREAD_CREATE_DETACHED);
    if (error == 0)
        error = pthread_create(&thread, &attributes, look_up_in_thread, r);
    if (error != 0)
        atomic_store(&r->shared.n_holders, 1);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

struct ir_resolve *
ir_resolve_begin(const char *host, uint16_t port)
{
    struct ir_resolve *r = calloc(1, sizeof *r);
    int error = 0;

    if (r == NULL)
        return NULL;
    atomic_init(&r->shared.n_holders, 1);
    r->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (r->done < 0) {
        error = errno;
        goto out;
    }
    snprintf(r->host, sizeof r->host, "%s", host);
    snprintf(r->port, sizeof r->port, "%u", (unsigned)port);
    if (strcmp(host, "localhost") == 0)
        look_up(r, NULL, 0);
    else
        look_up(r, host, AI_NUMERICHOST);
    if (r->code == EAI_NONAME)
        error = start_thread(r);
    else
        announce(r);
out:
    if (error != 0) {
        ir_resolve_end(r);
        errno = error;
        return NULL;
    }
    return r;
}

int
ir_resolve_descriptor(const struct ir_resolve *r)
{
    return r->done;
}

int
ir_resolve_answer(struct ir_resolve *r, struct addrinfo **list, int *sys_errno)
{
    uint64_t count;

    while (read(r->done, &count, sizeof count) < 0 && errno == EINTR)
        continue;
    *list = r->list;
    *sys_errno = r->sys_errno;
    return r->code;
}

void
ir_resolve_end(struct ir_resolve *r)
{
    if (r == NULL || atomic_fetch_sub(&r->shared.n_holders, 1) > 1)
        return;
    if (r->list != NULL)
        freeaddrinfo(r->list);
    if (r->done >= 0)
        close(r->done);
    free(r);
}
