/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A connection serves one call after the other as long as nothing about it is
 * odd, in the process that opened it and nowhere else. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"

static void
exchange(struct loopback_client *c)
{
    char byte;
    size_t n;

    assert_int_equal(ir_transport_send(c->transport, "x", 1), IR_OK);
    assert_int_equal(ir_transport_receive(c->transport, &byte, 1, &n), IR_OK);
    assert_int_equal(n, 1);
}

static void
echo(void *ctx, int fd)
{
    char byte;

    (void)ctx;
    while (read(fd, &byte, 1) == 1 && write(fd, &byte, 1) == 1)
        continue;
}

static void
test_a_connection_is_kept(void **state)
{
    struct line l = { 0 };
    int reused;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", echo, NULL);
    connect_new(&l.client);
    for (int i = 0; i < 40; i++) {
        exchange(&l.client);
        assert_int_equal(ir_transport_connect(l.client.transport, &reused),
            IR_OK);
        assert_int_equal(reused, 1);
    }
    close_line(&l);
    assert_int_equal(l.server.n_connections, 1);
}

/* Its second byte is there before the first is read: both came at once. */
static void
answer_twice(void *ctx, int fd)
{
    char byte;

    (void)ctx;
    if (read(fd, &byte, 1) == 1 && write(fd, "xx", 2) == 2)
        loopback_wait_for_end(NULL, fd);
}

static void
test_a_connection_with_bytes_left_over_is_replaced(void **state)
{
    struct line l = { 0 };
    (void)state;

    open_line(&l, "http://127.0.0.1:%", answer_twice, NULL);
    connect_new(&l.client);
    exchange(&l.client);
    connect_new(&l.client);
    exchange(&l.client);
    close_line(&l);
    assert_int_equal(l.server.n_connections, 2);
}

static void
test_a_connection_that_ended_is_replaced(void **state)
{
    struct line l = { 0 };
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", reply_and_close, NULL);
    for (int i = 0; i < 3; i++) {
        connect_new(&l.client);
        assert_int_equal(ir_transport_send(l.client.transport, "x", 1), IR_OK);
        assert_int_equal(receive_all(&l.client, &n), IR_OK);
    }
    close_line(&l);
    assert_int_equal(l.server.n_connections, 3);
}

static void
test_a_connection_that_failed_is_replaced(void **state)
{
    struct line l = { .client.config.idle_timeout_ms = LIMIT_MS };
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", loopback_wait_for_end, NULL);
    connect_new(&l.client);
    assert_int_equal(receive_all(&l.client, &n), IR_E_TIMEOUT);
    ir_error_clear(&l.client.error);
    connect_new(&l.client);
    close_line(&l);
}

static void
test_a_child_process_opens_its_own(void **state)
{
    struct line l = { 0 };
    int reused = 1;
    int status;
    pid_t child;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", NULL, NULL);
    connect_new(&l.client);
    child = fork();
    if (child == 0)
        _exit(ir_transport_connect(l.client.transport, &reused) != IR_OK
            || reused);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(ir_transport_connect(l.client.transport, &reused), IR_OK);
    assert_int_equal(reused, 1);
    close_line(&l);
}

/* ---- Descriptors ------------------------------------------------------- */

/* Descriptors that exist, and how many of them an exec would pass on. */
static int
count_descriptors(int *n_inherited)
{
    int n = 0;

    *n_inherited = 0;
    for (int fd = 0; fd < 256; fd++) {
        int flags = fcntl(fd, F_GETFD);

        n += flags >= 0;
        *n_inherited += flags >= 0 && (flags & FD_CLOEXEC) == 0;
    }
    return n;
}

static void
test_no_descriptor_leaks(void **state)
{
    struct line l = { .client.config.connect_timeout_ms = LIMIT_MS };
    int n_inherited[3];
    int n[3];
    (void)state;

    n[0] = count_descriptors(&n_inherited[0]);
    open_line(&l, "http://127.0.0.1:%", NULL, NULL);
    connect_new(&l.client);
    n[1] = count_descriptors(&n_inherited[1]);
    ir_transport_close(l.client.transport);
    loopback_stop(&l.server);
    assert_int_equal(try_connect(&l.client), IR_E_NETWORK);
    loopback_client_stop(&l.client);
    n[2] = count_descriptors(&n_inherited[2]);

    assert_int_equal(n[1], n[0] + 3);
    assert_int_equal(n_inherited[1], n_inherited[0]);
    assert_int_equal(n[2], n[0]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_connection_is_kept),
        cmocka_unit_test(test_a_connection_with_bytes_left_over_is_replaced),
        cmocka_unit_test(test_a_connection_that_ended_is_replaced),
        cmocka_unit_test(test_a_connection_that_failed_is_replaced),
        cmocka_unit_test(test_a_child_process_opens_its_own),
        cmocka_unit_test(test_no_descriptor_leaks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
