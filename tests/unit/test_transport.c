/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * One connection over real sockets on loopback: every phase can stall, drip,
 * break or be cancelled, and ends in time with the error that says so.  SIGPIPE
 * keeps its deadly default throughout. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"

#define N_BLOCKS 4

/* ---- What servers do --------------------------------------------------- */

/* What begins like a TLS record, one byte every 20 ms, '*ctx' bytes or until
 * the client has gone. */
static void
drip(void *ctx, int fd)
{
    static const char record[1024] = "\x16\x03\x03\x40";
    struct pollfd gone = { .fd = fd, .events = 0 };

    for (int i = 0; i < *(int *)ctx && poll(&gone, 1, 20) == 0; i++)
        if (send(fd, record + i, 1, MSG_NOSIGNAL) != 1)
            return;
}

static void
ignore_signal(int number)
{
    (void)number;
}

static void
reset(void *ctx, int fd)
{
    struct linger linger = { .l_onoff = 1 };
    char byte;

    (void)ctx;
    (void)!read(fd, &byte, 1);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

/* ---- Connecting -------------------------------------------------------- */

static void
test_a_refused_connection_names_the_address(void **state)
{
    struct loopback_client c = { 0 };
    struct loopback s;
    char message[100];
    (void)state;

    loopback_start(&s, NULL, NULL);
    loopback_stop(&s);
    loopback_client_start(&c, "http://127.0.0.1:%", s.port);
    assert_int_equal(try_connect(&c), IR_E_NETWORK);
    snprintf(message, sizeof message,
        "connect to 127.0.0.1:%u: Connection refused", (unsigned)s.port);
    assert_error(&c, IR_E_NETWORK, message);
    assert_int_equal(c.error.sys_errno, ECONNREFUSED);
    assert_int_equal(c.error.retryable, 1);
    loopback_client_stop(&c);
}

static void
test_an_unanswered_connect_ends_at_its_timeout(void **state)
{
    struct loopback_client c = { .config.connect_timeout_ms = LIMIT_MS };
    struct loopback_crowd crowd;
    int listener = loopback_listen(AF_INET, 0, 0);
    long long start;
    (void)state;

    loopback_crowd_start(&crowd, AF_INET, loopback_port(listener));
    loopback_client_start(&c, "http://127.0.0.1:%", loopback_port(listener));
    start = now_ms();
    assert_int_equal(try_connect(&c), IR_E_TIMEOUT);
    assert_error(&c, IR_E_TIMEOUT, ": no answer for 150 ms");
    assert_in_time(start);
    loopback_client_stop(&c);
    loopback_crowd_stop(&crowd);
    close(listener);
}

/* localhost is ::1, where nobody answers, and 127.0.0.1. */
static void
test_a_dead_address_leaves_time_for_the_next(void **state)
{
    struct line l = { .client.config.connect_timeout_ms = 2 * LIMIT_MS };
    struct loopback_crowd crowd;
    int dead;
    (void)state;

    open_line(&l, "http://localhost:%", NULL, NULL);
    dead = loopback_listen(AF_INET6, l.server.port, 0);
    if (dead >= 0) {
        loopback_crowd_start(&crowd, AF_INET6, l.server.port);
        connect_new(&l.client);
        loopback_crowd_stop(&crowd);
        close(dead);
    }
    close_line(&l);
    if (dead < 0)
        skip();
}

static void
test_a_name_is_looked_up(void **state)
{
    struct line l = { 0 };
    (void)state;

    open_line(&l, "http://files.example.com:%", NULL, NULL);
    connect_new(&l.client);
    close_line(&l);
}

static void
test_localhost_is_this_machine(void **state)
{
    struct line l = { 0 };
    (void)state;

    open_line(&l, "http://localhost:%", NULL, NULL);
    connect_new(&l.client);
    close_line(&l);
}

static void
test_an_unknown_name_is_a_network_error(void **state)
{
    struct loopback_client c = { 0 };
    (void)state;

    loopback_client_start(&c, "http://nowhere.test:%", 80);
    assert_int_equal(try_connect(&c), IR_E_NETWORK);
    assert_error(&c, IR_E_NETWORK, "lookup of nowhere.test: ");
    loopback_client_stop(&c);
}

static void
test_a_hanging_lookup_ends_at_the_connect_timeout(void **state)
{
    struct loopback_client c = { .config.connect_timeout_ms = LIMIT_MS };
    long long start = now_ms();
    (void)state;

    loopback_client_start(&c, "http://hang.test:%", 80);
    assert_int_equal(try_connect(&c), IR_E_TIMEOUT);
    assert_error(&c, IR_E_TIMEOUT, "lookup of hang.test: no answer for 150 ms");
    assert_in_time(start);
    loopback_client_stop(&c);
    loopback_lookup_release();
}

static void
test_a_stalled_handshake_ends_at_the_connect_timeout(void **state)
{
    struct line l = { .client.config.connect_timeout_ms = LIMIT_MS };
    long long start;
    (void)state;

    open_line(&l, "https://127.0.0.1:%", loopback_wait_for_end, NULL);
    start = now_ms();
    assert_int_equal(try_connect(&l.client), IR_E_TIMEOUT);
    assert_error(&l.client, IR_E_TIMEOUT,
        "TLS handshake not finished after 150 ms");
    assert_in_time(start);
    close_line(&l);
}

static void
test_a_dripping_handshake_ends_at_the_connect_timeout(void **state)
{
    struct line l = { .client.config.connect_timeout_ms = LIMIT_MS };
    int n_bytes = 1000;
    long long start;
    (void)state;

    open_line(&l, "https://127.0.0.1:%", drip, &n_bytes);
    start = now_ms();
    assert_int_equal(try_connect(&l.client), IR_E_TIMEOUT);
    assert_error(&l.client, IR_E_TIMEOUT,
        "TLS handshake not finished after 150 ms");
    assert_in_time(start);
    close_line(&l);
}

static void
test_a_server_without_tls_is_refused(void **state)
{
    struct line l = { 0 };
    (void)state;

    open_line(&l, "https://127.0.0.1:%", reply_and_close, NULL);
    assert_int_equal(try_connect(&l.client), IR_E_TLS);
    assert_error(&l.client, IR_E_TLS, "TLS with 127.0.0.1: wrong version");
    close_line(&l);
}

static void
test_a_call_limit_holds_while_connecting(void **state)
{
    struct line l = { 0 };
    long long start;
    (void)state;

    open_line(&l, "https://127.0.0.1:%", loopback_wait_for_end, NULL);
    start = now_ms();
    ir_transport_begin(l.client.transport, LIMIT_MS);
    assert_int_equal(try_connect(&l.client), IR_E_TIMEOUT);
    assert_error(&l.client, IR_E_TIMEOUT, "call not finished after 150 ms");
    assert_in_time(start);
    close_line(&l);
}

/* ---- Receiving and sending --------------------------------------------- */

static void
test_an_orderly_end_is_no_error(void **state)
{
    struct line l = { 0 };
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", reply_and_close, NULL);
    connect_new(&l.client);
    assert_int_equal(ir_transport_send(l.client.transport, "x", 1), IR_OK);
    assert_int_equal(receive_all(&l.client, &n), IR_OK);
    assert_int_equal(n, 5);
    close_line(&l);
}

static void
test_a_reset_is_a_network_error(void **state)
{
    struct line l = { 0 };
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", reset, NULL);
    connect_new(&l.client);
    assert_int_equal(ir_transport_send(l.client.transport, "x", 1), IR_OK);
    assert_int_equal(receive_all(&l.client, &n), IR_E_NETWORK);
    assert_error(&l.client, IR_E_NETWORK, "Connection reset by peer");
    close_line(&l);
}

static void
test_a_silent_server_ends_at_the_idle_timeout(void **state)
{
    struct line l = { .client.config.idle_timeout_ms = LIMIT_MS };
    long long start;
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", loopback_wait_for_end, NULL);
    connect_new(&l.client);
    start = now_ms();
    assert_int_equal(receive_all(&l.client, &n), IR_E_TIMEOUT);
    assert_error(&l.client, IR_E_TIMEOUT, "no reply for 150 ms");
    assert_in_time(start);
    close_line(&l);
}

static void
test_a_dripping_reply_ends_at_the_idle_timeout(void **state)
{
    struct line l = { .client.config.idle_timeout_ms = LIMIT_MS };
    int n_bytes = 1000;
    long long start;
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", drip, &n_bytes);
    connect_new(&l.client);
    start = now_ms();
    assert_int_equal(receive_all(&l.client, &n), IR_E_TIMEOUT);
    assert_error(&l.client, IR_E_TIMEOUT, "hardly a reply for 150 ms");
    assert_in_time(start);
    close_line(&l);
}

/* Blocks, each '*ctx' ms after the one before. */
static void
send_blocks(void *ctx, int fd)
{
    static const char block[1024];
    struct pollfd gone = { .fd = fd, .events = 0 };

    for (int i = 0; i < N_BLOCKS && poll(&gone, 1, *(int *)ctx) == 0; i++)
        send(fd, block, sizeof block, MSG_NOSIGNAL);
}

static void
test_every_kilobyte_begins_a_new_idle_time(void **state)
{
    struct line l = { .client.config.idle_timeout_ms = 4 * LIMIT_MS };
    int pause_ms = LIMIT_MS;
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", send_blocks, &pause_ms);
    connect_new(&l.client);
    assert_int_equal(receive_all(&l.client, &n), IR_OK);
    assert_int_equal(n, N_BLOCKS * 1024);
    close_line(&l);
}

/* The caller is busy for longer than the idle time, and then has to wait. */
static void
test_the_time_of_the_caller_is_not_idle(void **state)
{
    struct line l = { .client.config.idle_timeout_ms = 4 * LIMIT_MS };
    int pause_ms = 6 * LIMIT_MS;
    char block[1024];
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", send_blocks, &pause_ms);
    connect_new(&l.client);
    poll(NULL, 0, 5 * LIMIT_MS);
    assert_int_equal(ir_transport_receive(l.client.transport, block,
        sizeof block, &n), IR_OK);
    poll(NULL, 0, 5 * LIMIT_MS);
    assert_int_equal(ir_transport_receive(l.client.transport, block,
        sizeof block, &n), IR_OK);
    close_line(&l);
}

static void
test_the_idle_timeout_survives_interrupting_signals(void **state)
{
    struct line l = { .client.config.idle_timeout_ms = LIMIT_MS };
    const struct itimerval often = { { 0, 5000 }, { 0, 5000 } };
    const struct itimerval never = { { 0, 0 }, { 0, 0 } };
    struct sigaction action = { .sa_handler = ignore_signal };
    long long start;
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", loopback_wait_for_end, NULL);
    connect_new(&l.client);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    start = now_ms();
    assert_int_equal(receive_all(&l.client, &n), IR_E_TIMEOUT);
    assert_in_time(start);
    setitimer(ITIMER_REAL, &never, NULL);
    close_line(&l);
}

static void
test_a_call_limit_ends_a_dripping_reply(void **state)
{
    struct line l = { 0 };
    int n_bytes = 1000;
    long long start;
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", drip, &n_bytes);
    connect_new(&l.client);
    start = now_ms();
    ir_transport_begin(l.client.transport, LIMIT_MS);
    assert_int_equal(receive_all(&l.client, &n), IR_E_TIMEOUT);
    assert_error(&l.client, IR_E_TIMEOUT, "call not finished after 150 ms");
    assert_in_time(start);
    close_line(&l);
}

static void
test_a_call_limit_reaches_a_reply_that_never_pauses(void **state)
{
    struct line l = { 0 };
    long long start;
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", send_for_ever, NULL);
    connect_new(&l.client);
    start = now_ms();
    ir_transport_begin(l.client.transport, LIMIT_MS);
    assert_int_equal(receive_all(&l.client, &n), IR_E_TIMEOUT);
    assert_in_time(start);
    close_line(&l);
}

static void
test_a_send_that_nobody_takes_ends(void **state)
{
    struct line l = { .client.config.idle_timeout_ms = LIMIT_MS };
    long long start = now_ms();
    (void)state;

    open_line(&l, "http://127.0.0.1:%", NULL, NULL);
    connect_new(&l.client);
    assert_int_equal(send_many(&l.client), IR_E_TIMEOUT);
    assert_error(&l.client, IR_E_TIMEOUT, "no byte accepted for 150 ms");
    assert_in_time(start);
    close_line(&l);
}

static void
test_a_server_that_leaves_raises_no_sigpipe(void **state)
{
    struct line l = { 0 };
    (void)state;

    open_line(&l, "http://127.0.0.1:%", reset, NULL);
    connect_new(&l.client);
    assert_int_equal(send_many(&l.client), IR_E_NETWORK);
    assert_error(&l.client, IR_E_NETWORK, "send to 127.0.0.1:");
    assert_int_equal(ir_transport_send(l.client.transport, "x", 1),
        IR_E_NETWORK);
    close_line(&l);
}

static void
test_a_closed_transport_moves_no_bytes(void **state)
{
    struct line l = { 0 };
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", NULL, NULL);
    assert_int_equal(receive_all(&l.client, &n), IR_E_NETWORK);
    assert_int_equal(ir_transport_send(l.client.transport, "x", 1),
        IR_E_NETWORK);
    ir_transport_close(l.client.transport);
    close_line(&l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_refused_connection_names_the_address),
        cmocka_unit_test(test_an_unanswered_connect_ends_at_its_timeout),
        cmocka_unit_test(test_a_dead_address_leaves_time_for_the_next),
        cmocka_unit_test(test_a_name_is_looked_up),
        cmocka_unit_test(test_localhost_is_this_machine),
        cmocka_unit_test(test_an_unknown_name_is_a_network_error),
        cmocka_unit_test(test_a_hanging_lookup_ends_at_the_connect_timeout),
        cmocka_unit_test(test_a_stalled_handshake_ends_at_the_connect_timeout),
        cmocka_unit_test(test_a_dripping_handshake_ends_at_the_connect_timeout),
        cmocka_unit_test(test_a_server_without_tls_is_refused),
        cmocka_unit_test(test_a_call_limit_holds_while_connecting),
        cmocka_unit_test(test_an_orderly_end_is_no_error),
        cmocka_unit_test(test_a_reset_is_a_network_error),
        cmocka_unit_test(test_a_silent_server_ends_at_the_idle_timeout),
        cmocka_unit_test(test_a_dripping_reply_ends_at_the_idle_timeout),
        cmocka_unit_test(test_every_kilobyte_begins_a_new_idle_time),
        cmocka_unit_test(test_the_time_of_the_caller_is_not_idle),
        cmocka_unit_test(test_the_idle_timeout_survives_interrupting_signals),
        cmocka_unit_test(test_a_call_limit_ends_a_dripping_reply),
        cmocka_unit_test(test_a_call_limit_reaches_a_reply_that_never_pauses),
        cmocka_unit_test(test_a_send_that_nobody_takes_ends),
        cmocka_unit_test(test_a_server_that_leaves_raises_no_sigpipe),
        cmocka_unit_test(test_a_closed_transport_moves_no_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
