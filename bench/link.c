/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A link of a given round trip and rate, as a TCP proxy on loopback:
 *
 *     link RTT-MS MBIT/S TARGET-PORT      prints "port N" when it is ready
 *
 * Each direction is one line that all connections share.  A block that is read
 * from a socket leaves when the line has sent what is before it, and arrives
 * half a round trip later.  Nothing is read for a line on which more than
 * QUEUE_NS waits to leave, so that connections share it in turn and no queue
 * grows; nor for a connection of which WINDOW_BYTES are under way, as its
 * peer's receive window would have it.  A new connection is silent for the
 * round trip that its handshake takes.  There is no loss and no slow start. */
#define _GNU_SOURCE /* ppoll, accept4 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    MAX_CONNECTIONS = 64,
    BLOCK_BYTES = 16384,
    WINDOW_BYTES = 6 * 1024 * 1024,
    QUEUE_NS = 5000000,
    BACKLOG = 64
};

#define NEVER INT64_MAX

struct block {
    struct block *next;
    int64_t arrives_ns;
    size_t length;
    size_t sent;
    char bytes[BLOCK_BYTES];
};

/* One direction of the link. */
struct line {
    int64_t free_ns; /* when all that was read has left */
};

/* One direction of a connection. */
struct stream {
    struct line *line;
    int from;
    int to;
    struct block *first;
    struct block **last;
    size_t under_way;
    int is_ended; /* nothing more to be read */
    int is_shut;  /* and the receiver knows */
};

struct connection {
    int client;
    int server;
    int64_t starts_ns;
    struct stream up;
    struct stream down;
};

static int64_t half_trip_ns;
static double ns_per_byte;
static struct line up_line;
static struct line down_line;
static struct connection *connections[MAX_CONNECTIONS];
static int n_connections;

static void
die(const char *what)
{
    fprintf(stderr, "link: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t
now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct sockaddr_in
loopback(int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port) };

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

static int
listen_anywhere(int *port)
{
    struct sockaddr_in a = loopback(0);
    socklen_t size = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0
        || listen(fd, BACKLOG) != 0
        || getsockname(fd, (struct sockaddr *)&a, &size) != 0)
        die("listen");
    *port = ntohs(a.sin_port);
    return fd;
}

static int
connect_to(int port)
{
    struct sockaddr_in a = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
        die("connect");
    return fd;
}

static void
begin_stream(struct stream *s, struct line *line, int from, int to)
{
    s->line = line;
    s->from = from;
    s->to = to;
    s->last = &s->first;
}

static void
take_connection(int listener, int target)
{
    struct connection *c;
    int one = 1;
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0)
        return;
    c = calloc(1, sizeof *c);
    if (c == NULL)
        die("connection");
    c->client = fd;
    c->server = connect_to(target);
    c->starts_ns = now_ns() + 2 * half_trip_ns;
    setsockopt(c->client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(c->server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    begin_stream(&c->up, &up_line, c->client, c->server);
    begin_stream(&c->down, &down_line, c->server, c->client);
    connections[n_connections++] = c;
}

/* A connection that broke ends both ways at once. */
static void
break_stream(struct stream *s)
{
    s->is_ended = 1;
    while (s->first != NULL) {
        struct block *b = s->first;

        s->first = b->next;
        free(b);
    }
    s->last = &s->first;
    s->under_way = 0;
}

/* Take a block off the sender and work out when it arrives. */
static void
read_block(struct stream *s, int64_t now)
{
    struct block *b = malloc(sizeof *b);
    ssize_t n;

    if (b == NULL)
        die("block");
    n = recv(s->from, b->bytes, sizeof b->bytes, MSG_DONTWAIT);
    if (n <= 0) {
        free(b);
        if (n == 0)
            s->is_ended = 1;
        else if (errno != EAGAIN && errno != EINTR)
            break_stream(s);
        return;
    }
    if (s->line->free_ns < now)
        s->line->free_ns = now;
    s->line->free_ns += (int64_t)((double)n * ns_per_byte);
    b->arrives_ns = s->line->free_ns + half_trip_ns;
    b->length = (size_t)n;
    b->sent = 0;
    b->next = NULL;
    *s->last = b;
    s->last = &b->next;
    s->under_way += b->length;
}

/* Hand over what has arrived, as far as the receiver takes it. */
static void
write_blocks(struct stream *s, int64_t now)
{
    while (s->first != NULL && s->first->arrives_ns <= now) {
        struct block *b = s->first;
        ssize_t n = send(s->to, b->bytes + b->sent, b->length - b->sent,
            MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n < 0) {
            break_stream(s);
            return;
        }
        b->sent += (size_t)n;
        s->under_way -= (size_t)n;
        if (b->sent < b->length)
            return;
        s->first = b->next;
        if (s->first == NULL)
            s->last = &s->first;
        free(b);
    }
    if (s->first == NULL && s->is_ended && !s->is_shut) {
        shutdown(s->to, SHUT_WR);
        s->is_shut = 1;
    }
}

static void
end_connection(int i)
{
    struct connection *c = connections[i];

    close(c->client);
    close(c->server);
    free(c);
    connections[i] = connections[--n_connections];
}

/* What the stream waits for: events of its sockets, and a moment. */
static void
look(const struct stream *s, int64_t now, struct pollfd *from,
    struct pollfd *to, int64_t *wake_ns)
{
    int64_t room_ns = s->line->free_ns - QUEUE_NS;

    if (s->first != NULL && s->first->arrives_ns <= now)
        to->events |= POLLOUT;
    else if (s->first != NULL && s->first->arrives_ns < *wake_ns)
        *wake_ns = s->first->arrives_ns;
    if (s->is_ended || s->under_way >= WINDOW_BYTES)
        return;
    if (room_ns <= now)
        from->events |= POLLIN;
    else if (room_ns < *wake_ns)
        *wake_ns = room_ns;
}

static void
wait_for_events(struct pollfd *fds, nfds_t n, int64_t now, int64_t wake_ns)
{
    struct timespec left = { 0 };

    if (wake_ns > now) {
        left.tv_sec = (wake_ns - now) / 1000000000;
        left.tv_nsec = (wake_ns - now) % 1000000000;
    }
    if (ppoll(fds, n, wake_ns == NEVER ? NULL : &left, NULL) < 0
        && errno != EINTR)
        die("poll");
}

/* One read each, beginning with another connection each time: nobody is
 * favoured when the line is full. */
static void
move_bytes(const struct pollfd *fds, int n, unsigned turn)
{
    int64_t now = now_ns();

    for (int k = 0; k < n; k++) {
        int i = (int)((turn + (unsigned)k) % (unsigned)n);
        struct connection *c = connections[i];

        if (fds[2 * i].revents & (POLLIN | POLLHUP | POLLERR)
            && fds[2 * i].events & POLLIN
            && up_line.free_ns - QUEUE_NS <= now)
            read_block(&c->up, now);
        if (fds[2 * i + 1].revents & (POLLIN | POLLHUP | POLLERR)
            && fds[2 * i + 1].events & POLLIN
            && down_line.free_ns - QUEUE_NS <= now)
            read_block(&c->down, now);
        write_blocks(&c->up, now);
        write_blocks(&c->down, now);
    }
}

static void
serve(int listener, int target)
{
    struct pollfd fds[2 * MAX_CONNECTIONS + 1];

    for (unsigned turn = 0;; turn++) {
        int64_t now = now_ns();
        int64_t wake_ns = NEVER;
        int n = n_connections;

        for (int i = 0; i < n; i++) {
            struct connection *c = connections[i];
            struct pollfd *fd = fds + 2 * i;

            fd[0] = (struct pollfd){ .fd = c->client };
            fd[1] = (struct pollfd){ .fd = c->server };
            if (c->starts_ns > now) {
                if (c->starts_ns < wake_ns)
                    wake_ns = c->starts_ns;
                fd[0].fd = fd[1].fd = -1;
                continue;
            }
            look(&c->up, now, &fd[0], &fd[1], &wake_ns);
            look(&c->down, now, &fd[1], &fd[0], &wake_ns);
            for (int k = 0; k < 2; k++)
                if (fd[k].events == 0)
                    fd[k].fd = -1; /* its hang-up is no news */
        }
        fds[2 * n] = (struct pollfd){ .fd = n < MAX_CONNECTIONS ? listener : -1,
            .events = POLLIN };
        wait_for_events(fds, (nfds_t)(2 * n + 1), now, wake_ns);
        if (n > 0)
            move_bytes(fds, n, turn);
        for (int i = n_connections - 1; i >= 0; i--)
            if (connections[i]->up.is_shut && connections[i]->down.is_shut)
                end_connection(i);
        if (fds[2 * n].revents & POLLIN)
            take_connection(listener, target);
    }
}

int
main(int argc, char **argv)
{
    double rtt_ms = argc == 4 ? strtod(argv[1], NULL) : -1;
    double mbit_per_s = argc == 4 ? strtod(argv[2], NULL) : 0;
    long target = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
    int listener;
    int port;

    if (rtt_ms < 0 || mbit_per_s <= 0 || target < 1 || target > 65535) {
        fprintf(stderr, "usage: link RTT-MS MBIT/S TARGET-PORT\n");
        return 2;
    }
    half_trip_ns = (int64_t)(rtt_ms * 1e6 / 2);
    ns_per_byte = 8e3 / mbit_per_s;
    listener = listen_anywhere(&port);
    printf("port %d\n", port);
    fflush(stdout);
    serve(listener, (int)target);
}
