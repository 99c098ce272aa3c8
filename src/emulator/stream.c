/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Bytes of a connection.  The socket never blocks; every wait is a poll with a
 * deadline on the monotonic clock, for TCP and TLS alike. */
#include "stream.h"

#include "clock.h"
#include "settings.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LINGER_MS = 1000,
    LINGER_BYTES = 4 * 1024 * 1024
};

static bool
trust_clients(SSL_CTX *tls, const char *ca)
{
    static const unsigned char context[] = "ir-emulator";

    if (SSL_CTX_load_verify_file(tls, ca) != 1)
        return false;
    SSL_CTX_set_client_CA_list(tls, SSL_load_client_CA_file(ca));
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
        NULL);
    return SSL_CTX_set_session_id_context(tls, context, sizeof context - 1)
        == 1;
}

struct ssl_ctx_st *
ir_stream_tls(const struct ir_settings *s)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    const char *file = s->tls_cert;
    bool ok = tls != NULL;

    if (ok) {
        SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
        SSL_CTX_set_options(tls,
            SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE
                | SSL_OP_NO_COMPRESSION);
        SSL_CTX_set_mode(tls,
            SSL_MODE_ENABLE_PARTIAL_WRITE
                | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        ok = SSL_CTX_use_certificate_chain_file(tls, file) == 1;
    }
    if (ok) {
        file = s->tls_key;
        ok = SSL_CTX_use_PrivateKey_file(tls, file, SSL_FILETYPE_PEM) == 1
            && SSL_CTX_check_private_key(tls) == 1;
    }
    if (ok && s->client_ca != NULL) {
        file = s->client_ca;
        ok = trust_clients(tls, file);
    }
    if (ok)
        return tls;
    fprintf(stderr, "ir-emulator: TLS: '%s': %s\n", file,
        ERR_reason_error_string(ERR_peek_error()));
    SSL_CTX_free(tls);
    return NULL;
}

void
ir_stream_tls_free(struct ssl_ctx_st *tls)
{
    SSL_CTX_free(tls);
}

/* Wait until the socket is ready for 'events'. */
static bool
wait_for(const struct ir_stream *s, short events, int64_t deadline_ms,
    bool idle)
{
    struct pollfd fds[2] = { { .fd = s->fd, .events = events },
        { .fd = s->stop, .events = POLLIN } };

    for (;;) {
        int64_t left = deadline_ms - ir_clock_monotonic_ms();
        int n;

        if (left <= 0)
            return false;
        n = poll(fds, idle ? 2 : 1, left > INT_MAX ? INT_MAX : (int)left);
        if (n < 0 && errno != EINTR)
            return false;
        if (idle && fds[1].revents != 0)
            return false;
        if (n > 0)
            return true;
    }
}

/* What TLS waits for after an unfinished call; false if the call failed. */
static bool
wait_for_tls(const struct ir_stream *s, int result, int64_t deadline_ms,
    bool idle)
{
    switch (SSL_get_error(s->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return wait_for(s, POLLIN, deadline_ms, idle);
    case SSL_ERROR_WANT_WRITE:
        return wait_for(s, POLLOUT, deadline_ms, idle);
    default:
        return false;
    }
}

bool
ir_stream_open(struct ir_stream *s, int fd, int stop, struct ssl_ctx_st *tls,
    int64_t deadline_ms)
{
    *s = (struct ir_stream){ .fd = fd, .stop = stop };
    if (tls == NULL)
        return true;
    s->ssl = SSL_new(tls);
    if (s->ssl == NULL || SSL_set_fd(s->ssl, fd) != 1)
        return false;
    for (;;) {
        int result;

        ERR_clear_error();
        result = SSL_accept(s->ssl);
        if (result == 1)
            return true;
        if (!wait_for_tls(s, result, deadline_ms, true))
            return false;
    }
}

static ssize_t
read_tls(struct ir_stream *s, void *buf, size_t n, int64_t deadline_ms,
    bool idle)
{
    for (;;) {
        size_t got;
        int result;

        ERR_clear_error();
        result = SSL_read_ex(s->ssl, buf, n, &got);
        if (result == 1)
            return (ssize_t)got;
        if (SSL_get_error(s->ssl, result) == SSL_ERROR_ZERO_RETURN)
            return 0;
        if (!wait_for_tls(s, result, deadline_ms, idle))
            return -1;
    }
}

ssize_t
ir_stream_read(struct ir_stream *s, void *buf, size_t n, int64_t deadline_ms,
    bool idle)
{
    if (s->ssl != NULL)
        return read_tls(s, buf, n, deadline_ms, idle);
    for (;;) {
        ssize_t got = recv(s->fd, buf, n, 0);

        if (got >= 0)
            return got;
        if (errno == EINTR)
            continue;
        if ((errno != EAGAIN && errno != EWOULDBLOCK)
            || !wait_for(s, POLLIN, deadline_ms, idle))
            return -1;
    }
}

/* Write a part: the count, 0 if it has to wait, -1 if the connection broke. */
static ssize_t
write_some(struct ir_stream *s, const char *data, size_t n, int64_t deadline_ms)
{
    ssize_t done;

    if (s->ssl != NULL) {
        size_t written;
        int result;

        ERR_clear_error();
        result = SSL_write_ex(s->ssl, data, n, &written);
        if (result == 1)
            return (ssize_t)written;
        return wait_for_tls(s, result, deadline_ms, false) ? 0 : -1;
    }
    done = send(s->fd, data, n, MSG_NOSIGNAL);
    if (done >= 0)
        return done;
    if (errno == EINTR)
        return 0;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
        return -1;
    return wait_for(s, POLLOUT, deadline_ms, false) ? 0 : -1;
}

bool
ir_stream_write(struct ir_stream *s, const void *buf, size_t n, int64_t idle_ms)
{
    const char *data = buf;

    while (n > 0) {
        ssize_t done =
            write_some(s, data, n, ir_clock_monotonic_ms() + idle_ms);

        if (done < 0)
            return false;
        data += done;
        n -= (size_t)done;
    }
    return true;
}

bool
ir_stream_pause(const struct ir_stream *s, int64_t ms)
{
    struct pollfd fds[2] = { { .fd = s->fd, .events = POLLRDHUP },
        { .fd = s->stop, .events = POLLIN } };
    int64_t deadline_ms = ir_clock_monotonic_ms() + ms;

    for (;;) {
        int64_t left = deadline_ms - ir_clock_monotonic_ms();
        int n;

        if (left <= 0)
            return true;
        n = poll(fds, 2, left > INT_MAX ? INT_MAX : (int)left);
        if (n > 0 || (n < 0 && errno != EINTR))
            return false;
    }
}

bool
ir_stream_resumed(const struct ir_stream *s)
{
    return s->ssl != NULL && SSL_session_reused(s->ssl) == 1;
}

/* Closing a socket with unread bytes resets the connection, and the reset
 * overtakes the answer.  So stop sending and take in what still comes. */
static void
drain(const struct ir_stream *s)
{
    char scrap[4096];
    int64_t deadline_ms = ir_clock_monotonic_ms() + LINGER_MS;
    size_t total = 0;

    shutdown(s->fd, SHUT_WR);
    while (total < LINGER_BYTES && wait_for(s, POLLIN, deadline_ms, true)) {
        ssize_t n = recv(s->fd, scrap, sizeof scrap, 0);

        if (n <= 0)
            break;
        total += (size_t)n;
    }
}

void
ir_stream_close(struct ir_stream *s, bool linger)
{
    static const struct linger at_once = { .l_onoff = 1 };

    if (s->ssl != NULL) {
        ERR_clear_error();
        if (s->end == IR_STREAM_ORDERLY && SSL_is_init_finished(s->ssl))
            SSL_shutdown(s->ssl);
        SSL_free(s->ssl);
    }
    if (s->end == IR_STREAM_RESET)
        setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    else if (linger || s->end == IR_STREAM_DROP)
        drain(s);
    close(s->fd);
}
