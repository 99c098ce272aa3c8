/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Nothing here sleeps: a server waits for its client, and a client for the
 * deadline under test. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "loopback.h"

#include <dlfcn.h>
#include <netdb.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- Servers ----------------------------------------------------------- */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static socklen_t
loopback_address(union address *address, int family, uint16_t port)
{
    memset(address, 0, sizeof *address);
    if (family == AF_INET6) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(port);
        address->v6.sin6_addr = in6addr_loopback;
        return sizeof address->v6;
    }
    address->v4.sin_family = AF_INET;
    address->v4.sin_port = htons(port);
    address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof address->v4;
}

int
loopback_listen(int family, uint16_t port, int backlog)
{
    union address address;
    socklen_t size = loopback_address(&address, family, port);
    int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (listener >= 0 && bind(listener, &address.any, size) == 0
        && listen(listener, backlog) == 0)
        return listener;
    if (listener >= 0)
        close(listener);
    return -1;
}

uint16_t
loopback_port(int listener)
{
    union address address;
    socklen_t size = sizeof address;

    assert_int_equal(getsockname(listener, &address.any, &size), 0);
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port
                                                   : address.v4.sin_port);
}

/* A server that writes to a client that has gone raises no SIGPIPE; clients
 * must see to that themselves. */
static void *
serve(void *arg)
{
    struct loopback *s = arg;
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    for (;;) {
        int fd = accept(s->listener, NULL, NULL);

        if (fd < 0)
            return NULL;
        s->n_connections++;
        s->serve(s->ctx, fd);
        close(fd);
    }
}

void
loopback_start(struct loopback *s, loopback_serve_fn serve_one, void *ctx)
{
    memset(s, 0, sizeof *s);
    s->listener = loopback_listen(AF_INET, 0, 16);
    assert_true(s->listener >= 0);
    s->port = loopback_port(s->listener);
    s->serve = serve_one;
    s->ctx = ctx;
    if (serve_one != NULL)
        assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

void
loopback_stop(struct loopback *s)
{
    shutdown(s->listener, SHUT_RDWR);
    if (s->serve != NULL)
        pthread_join(s->thread, NULL);
    close(s->listener);
}

void
loopback_wait_for_end(void *ctx, int fd)
{
    char buffer[4096];

    (void)ctx;
    while (read(fd, buffer, sizeof buffer) > 0)
        continue;
}

void
loopback_crowd_start(struct loopback_crowd *crowd, int family, uint16_t port)
{
    union address address;
    socklen_t size = loopback_address(&address, family, port);

    for (size_t i = 0; i < 16; i++) {
        crowd->fds[i] = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(crowd->fds[i], &address.any, size);
    }
}

void
loopback_crowd_stop(struct loopback_crowd *crowd)
{
    for (size_t i = 0; i < 16; i++)
        close(crowd->fds[i]);
}

/* ---- Lookup ------------------------------------------------------------ */

static struct {
    pthread_once_t once;
    sem_t has_begun;
    sem_t may_answer;
} lookup = { .once = PTHREAD_ONCE_INIT };

static void
make_semaphores(void)
{
    sem_init(&lookup.has_begun, 0, 0);
    sem_init(&lookup.may_answer, 0, 0);
}

void
loopback_lookup_wait(void)
{
    pthread_once(&lookup.once, make_semaphores);
    sem_wait(&lookup.has_begun);
}

void
loopback_lookup_release(void)
{
    pthread_once(&lookup.once, make_semaphores);
    sem_post(&lookup.may_answer);
}

static int
ends_with(const char *text, const char *end)
{
    size_t n = strlen(text);

    return n >= strlen(end) && strcmp(text + n - strlen(end), end) == 0;
}

int
getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **list)
{
    int (*real)(const char *, const char *, const struct addrinfo *,
        struct addrinfo **);
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");

    memcpy(&real, &symbol, sizeof real);
    if (host == NULL || (hints->ai_flags & AI_NUMERICHOST) != 0)
        return real(host, port, hints, list);
    if (strcmp(host, "hang.test") == 0) {
        pthread_once(&lookup.once, make_semaphores);
        sem_post(&lookup.has_begun);
        sem_wait(&lookup.may_answer);
        return EAI_AGAIN;
    }
    if (ends_with(host, ".example.com") || ends_with(host, "-example.com"))
        return real("127.0.0.1", port, hints, list);
    return EAI_NONAME;
}

/* ---- Clients ----------------------------------------------------------- */

void
loopback_client_start(struct loopback_client *c, const char *url,
    uint16_t port)
{
    char text[300];
    int n = (int)strcspn(url, "%");

    snprintf(text, sizeof text, "%.*s%u/srv.asmx", n, url, (unsigned)port);
    assert_int_equal(ir_url_parse(text, &c->url, &c->error), IR_OK);
    c->config.url = &c->url;
    if (c->config.connect_timeout_ms == 0)
        c->config.connect_timeout_ms = 20000;
    if (c->config.idle_timeout_ms == 0)
        c->config.idle_timeout_ms = 20000;
    if (ir_transport_new(&c->config, &c->error, &c->transport) != IR_OK)
        fail_msg("%s", c->error.message);
}

void
loopback_client_stop(struct loopback_client *c)
{
    ir_transport_free(c->transport);
}

/* ---- What most tests do ------------------------------------------------ */

void
open_line(struct line *l, const char *url, loopback_serve_fn serve_one,
    void *ctx)
{
    loopback_start(&l->server, serve_one, ctx);
    loopback_client_start(&l->client, url, l->server.port);
}

/* A server may hold on to its client until its connection ends. */
void
close_line(struct line *l)
{
    ir_transport_close(l->client.transport);
    loopback_stop(&l->server);
    loopback_client_stop(&l->client);
}

enum ir_status
try_connect(struct loopback_client *c)
{
    int reused;

    return ir_transport_connect(c->transport, &reused);
}

void
connect_new(struct loopback_client *c)
{
    int reused = 1;

    if (ir_transport_connect(c->transport, &reused) != IR_OK)
        fail_msg("%s", c->error.message);
    assert_int_equal(reused, 0);
}

enum ir_status
receive_all(struct loopback_client *c, size_t *total)
{
    char buffer[65536];
    enum ir_status st;
    size_t n;

    *total = 0;
    do {
        st = ir_transport_receive(c->transport, buffer, sizeof buffer, &n);
        *total += n;
    } while (st == IR_OK && n > 0);
    return st;
}

enum ir_status
send_many(struct loopback_client *c)
{
    static const char block[65536];
    enum ir_status st = IR_OK;

    for (int n = 0; st == IR_OK && n < 1024; n++)
        st = ir_transport_send(c->transport, block, sizeof block);
    return st;
}

void
assert_error(const struct loopback_client *c, enum ir_status status,
    const char *message)
{
    if (c->error.status != status)
        fail_msg("%s instead of %s: %s", ir_status_name(c->error.status),
            ir_status_name(status), c->error.message);
    if (strstr(c->error.message, message) == NULL)
        fail_msg("\"%s\" is not in: %s", message, c->error.message);
}

long long
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

void
assert_in_time(long long start)
{
    assert_in_range(now_ms() - start, LIMIT_MS, LATEST_MS);
}

void
reply_and_close(void *ctx, int fd)
{
    char byte;

    (void)ctx;
    if (read(fd, &byte, 1) == 1 && write(fd, "reply", 5) == 5)
        shutdown(fd, SHUT_WR);
    loopback_wait_for_end(NULL, fd);
}

void
send_for_ever(void *ctx, int fd)
{
    static const char block[65536];

    (void)ctx;
    while (send(fd, block, sizeof block, MSG_NOSIGNAL) > 0)
        continue;
}
