/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The socket never blocks: what cannot be done at once waits in ir_watch_wait()
 * for the socket, the clock and the cancel together.  Sending and receiving try
 * first and wait only if they must; a peer that never makes them wait is
 * interrupted every few attempts, so that a deadline and a cancel reach a fast
 * stream too. */
#include "wire/transport.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/rate.h"
#include "wire/resolve.h"
#include "wire/tls.h"
#include "wire/watch.h"

/* Attempts that succeed at once before cancel and clock are looked at. */
#define MAX_UNWATCHED 16
/* Idle is who moves fewer bytes than this in the idle time: a peer that drips
 * byte after byte is not alive. */
#define MIN_BYTES ((size_t)1024)
/* Largest head of a proxy's reply to CONNECT. */
#define PROXY_HEAD_BYTES ((size_t)8192)

struct ir_transport {
    struct ir_error *error;
    struct ir_watch watch;
    struct ir_url url;
    struct ir_url proxy;
    int has_proxy;
    int connect_timeout_ms;
    int idle_timeout_ms;
    struct ir_tls *tls; /* NULL: plain http */
    struct ir_rate *rate; /* 'own_rate', or the first's of twins; or NULL */
    struct ir_rate own_rate;

    int64_t connect_end_ms;
    int socket;        /* -1: none */
    const char *stage; /* of connecting that is under way; NULL: connected */
    int is_secured;    /* bytes go through 'tls' */
    int is_broken;     /* not to be used for another call */
    int is_receiving;
    int64_t idle_left_ms; /* to wait, until MIN_BYTES are due */
    size_t idle_bytes;    /* that moved so far */
    int n_unwatched;
    pid_t owner; /* a child of fork() must not speak on its parent's line */
};

/* host:port for messages and for CONNECT. */
struct name {
    char text[sizeof((struct ir_url *)0)->host + 10];
};

static struct name
name_of(const struct ir_url *url)
{
    struct name name;
    int is_ipv6 = strchr(url->host, ':') != NULL;

    snprintf(name.text, sizeof name.text, is_ipv6 ? "[%s]:%u" : "%s:%u",
        url->host, (unsigned)url->port);
    return name;
}

/* Neither cancelled nor overdue. */
static int
may_go_on(struct ir_transport *t)
{
    t->n_unwatched = 0;
    return ir_watch_wait(&t->watch, -1, 0, 0) == IR_WAKE_LATE;
}

/* ---- Opening: lookup and TCP ------------------------------------------- */

static enum ir_status
fail_lookup(struct ir_transport *t, const char *host, int code, int sys_errno)
{
    if (code == EAI_MEMORY)
        return ir_error_set(t->error, IR_E_MEMORY, "out of memory");
    if (code == EAI_SYSTEM)
        return ir_error_set_errno(t->error, IR_E_NETWORK, sys_errno,
            "lookup of %s", host);
    return ir_error_set(t->error, IR_E_NETWORK, "lookup of %s: %s", host,
        gai_strerror(code));
}

/* Connect to one address.  0: t->socket is connected; or the errno of the
 * failure, EINPROGRESS if there is none until 'end'; or -1: it is recorded. */
static int
connect_address(struct ir_transport *t, const struct addrinfo *address,
    int64_t end)
{
    int one = 1;
    int error = 0;
    socklen_t size = sizeof error;

    t->socket = socket(address->ai_family,
        SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (t->socket < 0)
        return errno;
    setsockopt(t->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(t->socket, address->ai_addr, address->ai_addrlen) != 0)
        error = errno;
    if (error != EINPROGRESS && error != EINTR)
        return error;
    error = 0;
    switch (ir_watch_wait(&t->watch, t->socket, POLLOUT, end)) {
    case IR_WAKE_READY:
        if (getsockopt(t->socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
            error = errno;
        return error;
    case IR_WAKE_LATE:
        return EINPROGRESS;
    default:
        return -1;
    }
}

static void
close_socket(struct ir_transport *t)
{
    if (t->socket >= 0)
        close(t->socket);
    t->socket = -1;
}

/* Try all addresses.  Each has an equal part of the time that is left, so that
 * a dead one leaves time for the others; the first refusal is what is told. */
static enum ir_status
connect_any(struct ir_transport *t, const struct ir_url *peer,
    const struct addrinfo *list)
{
    int64_t n_left = 0;
    int refusal = 0;

    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next)
        n_left++;
    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        int64_t end = t->connect_end_ms;
        int64_t now = ir_watch_now();
        int error;

        if (end != IR_WATCH_NEVER)
            end = now + (end - now) / n_left--;
        error = connect_address(t, a, end);
        if (error == 0)
            return IR_OK;
        close_socket(t);
        if (error < 0)
            return t->error->status;
        if (refusal == 0 && error != EINPROGRESS)
            refusal = error;
    }
    if (refusal == 0)
        return ir_error_set(t->error, IR_E_TIMEOUT,
            "connect to %s: no answer for %s", name_of(peer).text,
            ir_watch_span(t->connect_timeout_ms).text);
    return ir_error_set_errno(t->error, IR_E_NETWORK, refusal,
        "connect to %s", name_of(peer).text);
}

/* Look 'peer' up and connect to it. */
static enum ir_status
open_tcp(struct ir_transport *t, const struct ir_url *peer)
{
    struct ir_resolve *lookup = ir_resolve_begin(peer->host, peer->port);
    struct addrinfo *list = NULL;
    enum ir_status st;
    int sys_errno;
    int code;

    if (lookup == NULL)
        return ir_error_set_errno(t->error,
            errno == EMFILE || errno == ENFILE ? IR_E_NETWORK : IR_E_MEMORY,
            errno, "lookup of %s", peer->host);
    switch (ir_watch_wait(&t->watch, ir_resolve_descriptor(lookup), POLLIN,
        t->connect_end_ms)) {
    case IR_WAKE_READY:
        code = ir_resolve_answer(lookup, &list, &sys_errno);
        st = code == 0 ? connect_any(t, peer, list)
                       : fail_lookup(t, peer->host, code, sys_errno);
        break;
    case IR_WAKE_LATE:
        st = ir_error_set(t->error, IR_E_TIMEOUT,
            "lookup of %s: no answer for %s", peer->host,
            ir_watch_span(t->connect_timeout_ms).text);
        break;
    default:
        st = t->error->status;
        break;
    }
    ir_resolve_end(lookup);
    return st;
}

/* ---- Moving bytes: plain or TLS ---------------------------------------- */

static enum ir_tls_io
fail_io(struct ir_transport *t, const char *what)
{
    ir_error_set_errno(t->error, IR_E_NETWORK, errno, "%s %s", what,
        name_of(t->has_proxy ? &t->proxy : &t->url).text);
    return IR_TLS_FAILED;
}

static enum ir_tls_io
try_receive(struct ir_transport *t, void *data, size_t size, size_t *n)
{
    ssize_t got;

    if (t->is_secured)
        return ir_tls_read(t->tls, data, size, n);
    got = recv(t->socket, data, size, 0);
    *n = got < 0 ? 0 : (size_t)got;
    if (got > 0)
        return IR_TLS_DONE;
    if (got == 0)
        return IR_TLS_END;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return IR_TLS_WANT_READ;
    return fail_io(t, "receive from");
}

static enum ir_tls_io
try_send(struct ir_transport *t, const void *data, size_t size, size_t *n)
{
    ssize_t sent;

    if (t->is_secured)
        return ir_tls_write(t->tls, data, size, n);
    sent = send(t->socket, data, size, MSG_NOSIGNAL);
    *n = sent < 0 ? 0 : (size_t)sent;
    if (sent >= 0)
        return IR_TLS_DONE;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return IR_TLS_WANT_WRITE;
    return fail_io(t, "send to");
}

static void
restart_idle_time(struct ir_transport *t)
{
    t->idle_left_ms = t->idle_timeout_ms;
    t->idle_bytes = 0;
}

/* A request or its reply begins. */
static void
turn(struct ir_transport *t, int is_receiving)
{
    if (t->is_receiving != is_receiving)
        restart_idle_time(t);
    t->is_receiving = is_receiving;
}

static void
count_moved(struct ir_transport *t, size_t n)
{
    if (t->rate != NULL && n > 0)
        ir_rate_charge(t->rate, n, ir_watch_now());
    t->idle_bytes += n;
    if (t->idle_bytes >= MIN_BYTES)
        restart_idle_time(t);
}

/* Only time spent here is idle time: what the caller does between two calls is
 * not the peer's fault. */
static int
wait_io(struct ir_transport *t, short events)
{
    int64_t start = ir_watch_now();
    int64_t end = t->connect_end_ms;

    if (t->stage == NULL)
        end = t->idle_timeout_ms <= 0 ? IR_WATCH_NEVER
                                      : start + t->idle_left_ms;
    t->n_unwatched = 0;
    switch (ir_watch_wait(&t->watch, t->socket, events, end)) {
    case IR_WAKE_READY:
        t->idle_left_ms -= ir_watch_now() - start;
        return 1;
    case IR_WAKE_FAILED:
        return 0;
    case IR_WAKE_LATE:
        break;
    }
    if (t->stage != NULL)
        ir_error_set(t->error, IR_E_TIMEOUT, "%s not finished after %s",
            t->stage, ir_watch_span(t->connect_timeout_ms).text);
    else
        ir_error_set(t->error, IR_E_TIMEOUT, "%s %s for %s",
            t->idle_bytes == 0 ? "no" : "hardly a",
            events == POLLIN ? "reply" : "byte accepted",
            ir_watch_span(t->idle_timeout_ms).text);
    return 0;
}

/* Wait until the limit of bytes a second lets some move.  What opens a
 * connection and what cleans up has little time, and is not slowed. */
static int
await_rate(struct ir_transport *t)
{
    int ms;

    if (t->rate == NULL || t->stage != NULL || t->watch.grace_ms != 0)
        return 1;
    while ((ms = ir_rate_wait_ms(t->rate, ir_watch_now())) > 0)
        if (ir_transport_wait(t, ms) != IR_OK)
            return 0;
    return 1;
}

static size_t
part_of(const struct ir_transport *t, size_t n)
{
    return t->rate == NULL ? n : ir_rate_part(t->rate, n);
}

/* After an attempt that came to 'io': 1 to make the next, 0 if it failed, as
 * recorded. */
static int
go_on(struct ir_transport *t, enum ir_tls_io io)
{
    switch (io) {
    case IR_TLS_DONE:
        return t->n_unwatched++ < MAX_UNWATCHED || may_go_on(t);
    case IR_TLS_WANT_READ:
        return wait_io(t, POLLIN);
    case IR_TLS_WANT_WRITE:
        return wait_io(t, POLLOUT);
    case IR_TLS_END:
        ir_error_set(t->error, IR_E_NETWORK, "connection closed by %s",
            t->url.host);
        return 0;
    default:
        return 0;
    }
}

static enum ir_status
give_up(struct ir_transport *t)
{
    t->is_broken = 1;
    return t->error->status;
}

enum ir_status
ir_transport_send(struct ir_transport *t, const void *data, size_t n)
{
    const char *next = data;

    turn(t, 0);
    while (n > 0) {
        enum ir_tls_io io;
        size_t part;

        if (!await_rate(t))
            return give_up(t);
        io = try_send(t, next, part_of(t, n), &part);
        next += part;
        n -= part;
        count_moved(t, part);
        if (!go_on(t, io))
            return give_up(t);
    }
    return IR_OK;
}

enum ir_status
ir_transport_receive(struct ir_transport *t, void *data, size_t size,
    size_t *n)
{
    enum ir_tls_io io = IR_TLS_DONE;

    *n = 0;
    turn(t, 1);
    if (t->is_secured) /* the attempt before may have been long work */
        t->n_unwatched = MAX_UNWATCHED;
    while (go_on(t, io) && await_rate(t)) {
        io = try_receive(t, data, part_of(t, size), n);
        count_moved(t, *n);
        if (io == IR_TLS_DONE || io == IR_TLS_END)
            return IR_OK;
    }
    return give_up(t);
}

/* ---- Opening: proxy and TLS -------------------------------------------- */

/* The status in "HTTP/1.x NNN", or 0. */
static int
status_of(const char *head)
{
    const char *s = head + 9;

    if (strncmp(head, "HTTP/1.", 7) != 0 || (head[7] != '0' && head[7] != '1')
        || head[8] != ' ' || strspn(s, "0123456789") != 3
        || (s[3] != ' ' && s[3] != '\r'))
        return 0;
    return (s[0] - '0') * 100 + (s[1] - '0') * 10 + (s[2] - '0');
}

static enum ir_status
refuse_proxy(struct ir_transport *t, const char *why)
{
    return ir_error_set(t->error, IR_E_NETWORK, "proxy %s: %s",
        name_of(&t->proxy).text, why);
}

static enum ir_status
take_proxy_reply(struct ir_transport *t, const char *head)
{
    int status = status_of(head);

    if (status >= 200 && status <= 299)
        return IR_OK;
    if (status == 0)
        return refuse_proxy(t, "its reply to CONNECT is not HTTP/1.1");
    if (t->error->status == IR_OK)
        t->error->http_status = status;
    return ir_error_set(t->error, status == 407 ? IR_E_AUTH : IR_E_NETWORK,
        "proxy %s: HTTP status %d, %s", name_of(&t->proxy).text, status,
        status == 407 ? "it asks for a login" : "it opens no tunnel");
}

/* Ask the proxy for a tunnel to the service.  In TLS we speak first, so that
 * nothing may follow the head of the proxy's reply. */
static enum ir_status
open_tunnel(struct ir_transport *t)
{
    struct name name = name_of(&t->url);
    char head[PROXY_HEAD_BYTES + 1];
    const char *end = NULL;
    size_t n = 0;
    enum ir_status st;

    t->stage = "opening a tunnel through the proxy";
    snprintf(head, sizeof head, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n",
        name.text, name.text);
    st = ir_transport_send(t, head, strlen(head));
    while (st == IR_OK && end == NULL) {
        size_t part;

        if (n == PROXY_HEAD_BYTES)
            return refuse_proxy(t, "the head of its reply to CONNECT is "
                "longer than 8192 bytes");
        st = ir_transport_receive(t, head + n, PROXY_HEAD_BYTES - n, &part);
        if (st == IR_OK && part == 0)
            return refuse_proxy(t, "connection closed before its reply");
        n += part;
        head[n] = '\0';
        end = strstr(head, "\r\n\r\n");
    }
    if (st == IR_OK)
        st = take_proxy_reply(t, head);
    if (st == IR_OK && end + 4 != head + n)
        st = refuse_proxy(t, "bytes follow its reply to CONNECT");
    return st;
}

static enum ir_status
secure(struct ir_transport *t)
{
    enum ir_status st = ir_tls_begin(t->tls, t->socket);
    enum ir_tls_io io;

    if (st != IR_OK)
        return st;
    t->stage = "TLS handshake";
    t->is_secured = 1;
    do
        io = ir_tls_handshake(t->tls);
    while (io != IR_TLS_DONE && go_on(t, io));
    return io == IR_TLS_DONE ? IR_OK : t->error->status;
}

static int
is_reusable(struct ir_transport *t)
{
    char byte;

    if (t->socket < 0 || t->is_broken || t->owner != getpid())
        return 0;
    if (t->is_secured)
        return ir_tls_is_idle(t->tls);
    return recv(t->socket, &byte, 1, MSG_PEEK) < 0
        && (errno == EAGAIN || errno == EWOULDBLOCK);
}

enum ir_status
ir_transport_connect(struct ir_transport *t, int *reused)
{
    enum ir_status st;

    *reused = 0;
    if (!may_go_on(t))
        return t->error->status;
    *reused = is_reusable(t);
    restart_idle_time(t);
    if (*reused)
        return IR_OK;
    ir_transport_close(t);
    t->owner = getpid();
    t->is_broken = 0;
    t->stage = "connecting";
    t->connect_end_ms = ir_watch_end(t->connect_timeout_ms);
    st = open_tcp(t, t->has_proxy ? &t->proxy : &t->url);
    if (st == IR_OK && t->has_proxy && t->tls != NULL)
        st = open_tunnel(t);
    if (st == IR_OK && t->tls != NULL)
        st = secure(t);
    restart_idle_time(t);
    if (st == IR_OK)
        t->stage = NULL;
    else
        ir_transport_close(t);
    return st;
}

void
ir_transport_close(struct ir_transport *t)
{
    if (t->is_secured)
        ir_tls_end(t->tls,
            !t->is_broken && t->stage == NULL && t->owner == getpid());
    t->is_secured = 0;
    close_socket(t);
}

/* ---- The rest of its life ---------------------------------------------- */

/* Nothing is loaded yet. */
static struct ir_transport *
make(const struct ir_url *url, const struct ir_url *proxy,
    struct ir_error *error)
{
    struct ir_transport *t = calloc(1, sizeof *t);

    if (t == NULL) {
        ir_error_set(error, IR_E_MEMORY, "out of memory");
        return NULL;
    }
    t->error = error;
    t->url = *url;
    t->has_proxy = proxy != NULL;
    if (t->has_proxy)
        t->proxy = *proxy;
    t->watch.error = error;
    t->socket = -1;
    ir_watch_begin(&t->watch, 0);
    ir_watch_linger(&t->watch, 0);
    t->watch.cancel = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (t->watch.cancel >= 0)
        return t;
    ir_error_set_errno(error, IR_E_NETWORK, errno, "eventfd");
    free(t);
    return NULL;
}

enum ir_status
ir_transport_new(const struct ir_transport_config *config,
    struct ir_error *error, struct ir_transport **transport)
{
    const struct ir_url *proxy = config->proxy;
    struct ir_transport *t;

    *transport = NULL;
    if (proxy != NULL && (proxy->tls || strcmp(proxy->path, "/") != 0))
        return ir_error_set(error, IR_E_ARGUMENT,
            "proxy: http://host:port is expected");
    t = make(config->url, proxy, error);
    if (t == NULL)
        return error->status;
    t->connect_timeout_ms = config->connect_timeout_ms;
    t->idle_timeout_ms = config->idle_timeout_ms;
    if (config->limit_bytes_per_s != 0) {
        t->rate = &t->own_rate;
        ir_rate_init(t->rate, config->limit_bytes_per_s);
    }
    if (t->url.tls && ir_tls_new(config, error, &t->tls) != IR_OK) {
        ir_transport_free(t);
        return error->status;
    }
    *transport = t;
    return IR_OK;
}

enum ir_status
ir_transport_twin(const struct ir_transport *t, struct ir_error *error,
    struct ir_transport **twin)
{
    struct ir_transport *new = make(&t->url, t->has_proxy ? &t->proxy : NULL,
        error);

    *twin = NULL;
    if (new == NULL)
        return error->status;
    new->connect_timeout_ms = t->connect_timeout_ms;
    new->idle_timeout_ms = t->idle_timeout_ms;
    new->rate = t->rate;
    if (t->tls != NULL && ir_tls_twin(t->tls, error, &new->tls) != IR_OK) {
        ir_transport_free(new);
        return error->status;
    }
    *twin = new;
    return IR_OK;
}

void
ir_transport_free(struct ir_transport *t)
{
    if (t == NULL)
        return;
    ir_transport_close(t);
    ir_tls_free(t->tls);
    if (t->rate == &t->own_rate)
        ir_rate_clear(t->rate);
    if (t->watch.cancel >= 0)
        close(t->watch.cancel);
    free(t);
}

void
ir_transport_begin(struct ir_transport *t, int timeout_ms)
{
    ir_watch_begin(&t->watch, timeout_ms);
}

void
ir_transport_cancel(struct ir_transport *t)
{
    ir_watch_cancel(&t->watch);
}

void
ir_transport_grace(struct ir_transport *t, int ms)
{
    ir_watch_grace(&t->watch, ms);
}

void
ir_transport_linger(struct ir_transport *t, int ms)
{
    ir_watch_linger(&t->watch, ms);
}

void
ir_transport_wipe(void *data, size_t n)
{
    OPENSSL_cleanse(data, n);
}

enum ir_status
ir_transport_wait(struct ir_transport *t, int ms)
{
    int64_t end = ms > 0 ? ir_watch_end(ms) : ir_watch_now();

    return ir_watch_wait(&t->watch, -1, 0, end) == IR_WAKE_FAILED
        ? t->error->status : IR_OK;
}
