/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Connections: one thread each, a bounded number of them.  Each thread owns
 * its connection; the list here only serves to end them. */
#include "server.h"

#include "call.h"
#include "clock.h"
#include "http.h"
#include "log.h"
#include "operations.h"
#include "route.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    BACKLOG = 512,
    STACK_BYTES = 1024 * 1024,
    HANDSHAKE_MS = 10 * 1000,
    GRACE_MS = 2 * 1000,
    FULL_PAUSE_MS = 50
};

struct connection {
    struct ir_server *server;
    struct connection *next;
    struct connection **link; /* what points here */
    int fd;
    char peer[64];
};

struct ir_server {
    struct ir_emulator *emulator;
    struct ssl_ctx_st *tls;
    int listener;
    int stop[2]; /* a pipe: closing its end tells all threads */
    struct {
        pthread_mutex_t lock;
        pthread_cond_t less;
        struct connection *first;
        size_t n;
    } shared;
};

static void
enlist(struct connection *c)
{
    struct ir_server *s = c->server;

    pthread_mutex_lock(&s->shared.lock);
    c->next = s->shared.first;
    c->link = &s->shared.first;
    if (c->next != NULL)
        c->next->link = &c->next;
    s->shared.first = c;
    s->shared.n++;
    pthread_mutex_unlock(&s->shared.lock);
}

/* After this the server may be gone. */
static void
delist(struct connection *c)
{
    struct ir_server *s = c->server;

    pthread_mutex_lock(&s->shared.lock);
    *c->link = c->next;
    if (c->next != NULL)
        c->next->link = c->link;
    s->shared.n--;
    pthread_cond_signal(&s->shared.less);
    pthread_mutex_unlock(&s->shared.lock);
}

static void
note_request(const struct connection *c, const struct ir_call *call,
    uint64_t received, uint64_t sent, int64_t began_ms)
{
    const struct ir_http *h = call->http;
    struct ir_emulator *e = c->server->emulator;

    ir_report_status(e->report, h->status);
    ir_report_add(e->report, IR_COUNT_RECEIVED, h->received - received);
    ir_report_add(e->report, IR_COUNT_SENT, h->sent - sent);
    ir_report_add(e->report, IR_COUNT_PACKED_REQUESTS, h->packed.is_request);
    ir_report_add(e->report, IR_COUNT_PACKED_ANSWERS, h->packed.is_answer);
    if (!e->settings->verbose)
        return;
    ir_log_request(&(struct ir_log_request){
        .peer = c->peer,
        .method = h->request.method,
        .path = h->request.path,
        .operation = call->operation == NULL ? NULL : call->operation->name,
        .status = h->status,
        .refusal = call->refusal == IR_GRANTED
            ? 0
            : ir_refusal_text(call->refusal)->code,
        .received = h->received - received,
        .sent = h->sent - sent,
        .ms = ir_clock_monotonic_ms() - began_ms,
    });
}

static void
serve_requests(const struct connection *c, struct ir_call *call)
{
    struct ir_http *h = call->http;

    for (;;) {
        uint64_t received = h->received - (h->end - h->at);
        uint64_t sent = h->sent;
        enum ir_http_result result = ir_http_read_request(h);
        int64_t began_ms = ir_clock_monotonic_ms();
        bool go_on;

        if (result == IR_HTTP_CLOSED)
            break;
        if (result == IR_HTTP_REQUEST)
            ir_route(call);
        else
            ir_route_refuse(call, (int)result);
        go_on = ir_http_may_go_on(h);
        note_request(c, call, received, sent, began_ms);
        if (!go_on)
            break;
    }
}

static void
serve_connection(const struct connection *c)
{
    struct ir_server *s = c->server;
    struct ir_report *report = s->emulator->report;
    struct ir_http *h = calloc(1, sizeof *h);
    struct ir_call *call = h == NULL ? NULL : ir_call_new(s->emulator, h);

    if (h != NULL)
        h->packed.is_allowed = !s->emulator->settings->no_compression;
    if (call == NULL) {
        close(c->fd);
    } else if (!ir_stream_open(&h->stream, c->fd, s->stop[0], s->tls,
                   ir_clock_monotonic_ms() + HANDSHAKE_MS)) {
        ir_report_add(report, IR_COUNT_HANDSHAKES_FAILED, 1);
        ir_stream_close(&h->stream, false);
    } else {
        if (s->tls != NULL)
            ir_report_add(report, IR_COUNT_HANDSHAKES, 1);
        if (ir_stream_resumed(&h->stream))
            ir_report_add(report, IR_COUNT_HANDSHAKES_RESUMED, 1);
        serve_requests(c, call);
        ir_stream_close(&h->stream, h->status >= 400 && !h->body.ended);
    }
    ir_call_free(call);
    if (h != NULL)
        ir_packed_clear(h);
    free(h);
}

static void *
run_connection(void *ctx)
{
    struct connection *c = ctx;

    serve_connection(c);
    delist(c);
    free(c);
    return NULL;
}

static void
name_peer(struct connection *c, const struct sockaddr *address, socklen_t n)
{
    char host[46] = "?";
    char port[6] = "?";

    getnameinfo(address, n, host, sizeof host, port, sizeof port,
        NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(c->peer, sizeof c->peer, "%s %s", host, port);
}

static bool
start_thread(struct connection *c)
{
    pthread_attr_t attributes;
    pthread_t thread;
    bool ok;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    ok = pthread_create(&thread, &attributes, run_connection, c) == 0;
    pthread_attr_destroy(&attributes);
    return ok;
}

/* Tell a connection that is one too many.  Over TLS nothing can be said before
 * a handshake, which is what there is no room for. */
static void
turn_away(struct ir_server *s, int fd)
{
    static const char busy[] = "HTTP/1.1 503 Service Unavailable\r\n"
                               "Retry-After: 1\r\nContent-Length: 0\r\n"
                               "Connection: close\r\n\r\n";

    ir_report_add(s->emulator->report, IR_COUNT_CONNECTIONS_REFUSED, 1);
    if (s->tls == NULL)
        send(fd, busy, sizeof busy - 1, MSG_NOSIGNAL);
    shutdown(fd, SHUT_WR);
    close(fd);
}

static bool
is_full(struct ir_server *s)
{
    bool full;

    pthread_mutex_lock(&s->shared.lock);
    full = s->shared.n >= s->emulator->settings->max_connections;
    pthread_mutex_unlock(&s->shared.lock);
    return full;
}

static void
take_connection(struct ir_server *s)
{
    struct sockaddr_storage address;
    socklen_t n = sizeof address;
    struct connection *c;
    int on = 1;
    int fd = accept4(s->listener, (struct sockaddr *)&address, &n,
        SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0) {
        /* Out of descriptors: some will come back. */
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
            poll(NULL, 0, FULL_PAUSE_MS);
        return;
    }
    c = is_full(s) ? NULL : calloc(1, sizeof *c);
    if (c == NULL) {
        turn_away(s, fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->server = s;
    c->fd = fd;
    name_peer(c, (struct sockaddr *)&address, n);
    ir_report_add(s->emulator->report, IR_COUNT_CONNECTIONS, 1);
    enlist(c);
    if (start_thread(c))
        return;
    delist(c);
    free(c);
    turn_away(s, fd);
}

/* Wait until no connection is left, or the time is up. */
static void
wait_for_end(struct ir_server *s, int64_t ms)
{
    struct timespec until;
    int64_t at;

    clock_gettime(CLOCK_REALTIME, &until);
    at = (int64_t)until.tv_nsec + ms * 1000000;
    until.tv_sec += at / 1000000000;
    until.tv_nsec = at % 1000000000;
    pthread_mutex_lock(&s->shared.lock);
    while (s->shared.n > 0
        && pthread_cond_timedwait(&s->shared.less, &s->shared.lock, &until)
            == 0)
        ;
    pthread_mutex_unlock(&s->shared.lock);
}

/* Idle connections see the pipe and end; calls get a moment to finish; then
 * their sockets are shut, which ends every wait. */
static void
end_connections(struct ir_server *s)
{
    close(s->stop[1]);
    s->stop[1] = -1;
    wait_for_end(s, GRACE_MS);
    pthread_mutex_lock(&s->shared.lock);
    for (struct connection *c = s->shared.first; c != NULL; c = c->next)
        shutdown(c->fd, SHUT_RDWR);
    while (s->shared.n > 0)
        pthread_cond_wait(&s->shared.less, &s->shared.lock);
    pthread_mutex_unlock(&s->shared.lock);
}

void
ir_server_run(struct ir_server *s, int signals)
{
    struct pollfd fds[2] = { { .fd = s->listener, .events = POLLIN },
        { .fd = signals, .events = POLLIN } };

    for (;;) {
        int n = poll(fds, 2, -1);

        if (n < 0 && errno != EINTR)
            break;
        if (n > 0 && fds[1].revents != 0)
            break;
        if (n > 0 && fds[0].revents != 0)
            take_connection(s);
    }
    close(s->listener);
    s->listener = -1;
    end_connections(s);
}

static int
listen_at(const struct ir_settings *settings)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
    struct addrinfo *list = NULL;
    int on = 1;
    int fd = -1;
    int why = getaddrinfo(settings->host, settings->port, &hints, &list);

    if (why != 0) {
        fprintf(stderr, "ir-emulator: '%s': %s\n", settings->host,
            gai_strerror(why));
        return -1;
    }
    for (struct addrinfo *a = list; a != NULL && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
            a->ai_protocol);
        if (fd < 0)
            continue;
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (bind(fd, a->ai_addr, a->ai_addrlen) != 0
            || listen(fd, BACKLOG) != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(list);
    if (fd < 0)
        fprintf(stderr, "ir-emulator: cannot listen on %s:%s: %s\n",
            settings->host, settings->port, strerror(errno));
    return fd;
}

struct ir_server *
ir_server_open(struct ir_emulator *e, struct ssl_ctx_st *tls)
{
    struct ir_server *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->emulator = e;
    s->tls = tls;
    s->stop[0] = -1;
    s->stop[1] = -1;
    pthread_mutex_init(&s->shared.lock, NULL);
    pthread_cond_init(&s->shared.less, NULL);
    s->listener = listen_at(e->settings);
    if (s->listener >= 0 && pipe2(s->stop, O_CLOEXEC) == 0)
        return s;
    ir_server_close(s);
    return NULL;
}

void
ir_server_close(struct ir_server *s)
{
    if (s == NULL)
        return;
    if (s->listener >= 0)
        close(s->listener);
    for (int i = 0; i < 2; i++) {
        if (s->stop[i] >= 0)
            close(s->stop[i]);
    }
    pthread_cond_destroy(&s->shared.less);
    pthread_mutex_destroy(&s->shared.lock);
    free(s);
}

unsigned
ir_server_port(const struct ir_server *s)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_storage room;
    } address = { .room = { 0 } };
    socklen_t n = sizeof address;

    if (getsockname(s->listener, &address.any, &n) != 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port
                                                   : address.v4.sin_port);
}
