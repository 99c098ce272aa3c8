/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A server of one test, on a port of its own, and the lookup of names that
 * every client in the test program uses in place of the system's. */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include <netinet/in.h>
#include <pthread.h>

#include "wire/transport.h"

/* Serves one connection; 'fd' is closed afterwards. */
typedef void (*loopback_serve_fn)(void *ctx, int fd);

struct loopback {
    int listener;
    uint16_t port;
    loopback_serve_fn serve;
    void *ctx;
    pthread_t thread;
    int n_connections; /* read it after loopback_stop() */
};

/* Listen on 127.0.0.1; serve one connection after the other, if 'serve' is not
 * NULL. */
void loopback_start(struct loopback *s, loopback_serve_fn serve, void *ctx);
void loopback_stop(struct loopback *s);

/* A socket that listens on loopback, on any port if 'port' is 0; -1 if there is
 * no such family or the port is taken. */
int loopback_listen(int family, uint16_t port, int backlog);
uint16_t loopback_port(int listener);

/* Read until the client has gone. */
void loopback_wait_for_end(void *ctx, int fd);

/* So many connections to a socket with a backlog of 0 that no other one is
 * answered. */
struct loopback_crowd {
    int fds[16];
};
void loopback_crowd_start(struct loopback_crowd *crowd, int family,
    uint16_t port);
void loopback_crowd_stop(struct loopback_crowd *crowd);

/* Names that end in example.com are 127.0.0.1.  That of hang.test is not
 * answered before loopback_lookup_release(); loopback_lookup_wait() returns
 * when its lookup has begun. */
void loopback_lookup_wait(void);
void loopback_lookup_release(void);

/* A client of the service at 'url', in which '%' stands for 'port' at the end.
 * Set up 'config' before: without it no time limit is near. */
struct loopback_client {
    struct ir_error error;
    struct ir_url url;
    struct ir_url proxy;
    struct ir_transport_config config;
    struct ir_transport *transport;
};
void loopback_client_start(struct loopback_client *c, const char *url,
    uint16_t port);
void loopback_client_stop(struct loopback_client *c);

/* ---- What most tests do ------------------------------------------------ */

/* A limit under test, and what it may take on a busy machine. */
#define LIMIT_MS 150
#define LATEST_MS 5000

/* A server and its client. */
struct line {
    struct loopback server;
    struct loopback_client client;
};
void open_line(struct line *l, const char *url, loopback_serve_fn serve,
    void *ctx);
void close_line(struct line *l);

enum ir_status try_connect(struct loopback_client *c);
enum ir_status receive_all(struct loopback_client *c, size_t *total);

/* More than the buffers between client and server hold. */
enum ir_status send_many(struct loopback_client *c);

/* Connect, and not on a connection that was open before. */
void connect_new(struct loopback_client *c);
void assert_error(const struct loopback_client *c, enum ir_status status,
    const char *message);

/* Since 'start', LIMIT_MS have passed and not much more. */
long long now_ms(void);
void assert_in_time(long long start);

/* Servers: take a byte, reply with five, end; and send without end. */
void reply_and_close(void *ctx, int fd);
void send_for_ever(void *ctx, int fd);

#endif
