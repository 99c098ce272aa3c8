/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Cancel reaches every phase of a call and stays; the grace that cleaning up
 * needs is the only exception, and it ends.  The other thread touches nothing
 * but ir_transport_cancel(). */
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"

static void
cancel_at_first_byte(void *ctx, int fd)
{
    struct loopback_client *c = ctx;
    char byte;

    if (read(fd, &byte, 1) == 1)
        ir_transport_cancel(c->transport);
    loopback_wait_for_end(NULL, fd);
}

static void *
cancel(void *ctx)
{
    ir_transport_cancel(((struct loopback_client *)ctx)->transport);
    return NULL;
}

static void *
cancel_in_lookup(void *ctx)
{
    loopback_lookup_wait();
    return cancel(ctx);
}

static void
test_cancel_stays_until_the_end(void **state)
{
    struct line l = { 0 };
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", NULL, NULL);
    connect_new(&l.client);
    cancel(&l.client);
    assert_int_equal(try_connect(&l.client), IR_E_CANCELLED);
    assert_error(&l.client, IR_E_CANCELLED, "cancelled");
    ir_error_clear(&l.client.error);
    assert_int_equal(receive_all(&l.client, &n), IR_E_CANCELLED);
    ir_error_clear(&l.client.error);
    ir_transport_begin(l.client.transport, 0);
    assert_int_equal(try_connect(&l.client), IR_E_CANCELLED);
    close_line(&l);
}

static void
test_cancel_ends_a_lookup(void **state)
{
    struct loopback_client c = { 0 };
    pthread_t thread;
    (void)state;

    loopback_client_start(&c, "http://hang.test:%", 80);
    assert_int_equal(pthread_create(&thread, NULL, cancel_in_lookup, &c), 0);
    assert_int_equal(try_connect(&c), IR_E_CANCELLED);
    pthread_join(thread, NULL);
    loopback_client_stop(&c);
    loopback_lookup_release();
}

static void
test_cancel_ends_a_connect(void **state)
{
    struct loopback_client c = { 0 };
    struct loopback_crowd crowd;
    int listener = loopback_listen(AF_INET, 0, 0);
    pthread_t thread;
    (void)state;

    loopback_crowd_start(&crowd, AF_INET, loopback_port(listener));
    loopback_client_start(&c, "http://127.0.0.1:%", loopback_port(listener));
    assert_int_equal(pthread_create(&thread, NULL, cancel, &c), 0);
    assert_int_equal(try_connect(&c), IR_E_CANCELLED);
    pthread_join(thread, NULL);
    loopback_client_stop(&c);
    loopback_crowd_stop(&crowd);
    close(listener);
}

static void
test_cancel_ends_a_handshake(void **state)
{
    struct line l = { 0 };
    (void)state;

    open_line(&l, "https://127.0.0.1:%", cancel_at_first_byte, &l.client);
    assert_int_equal(try_connect(&l.client), IR_E_CANCELLED);
    close_line(&l);
}

static void
test_cancel_ends_a_send(void **state)
{
    struct line l = { 0 };
    (void)state;

    open_line(&l, "http://127.0.0.1:%", cancel_at_first_byte, &l.client);
    connect_new(&l.client);
    assert_int_equal(send_many(&l.client), IR_E_CANCELLED);
    close_line(&l);
}

static void
test_cancel_ends_a_receive(void **state)
{
    struct line l = { 0 };
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", cancel_at_first_byte, &l.client);
    connect_new(&l.client);
    assert_int_equal(ir_transport_send(l.client.transport, "x", 1), IR_OK);
    assert_int_equal(receive_all(&l.client, &n), IR_E_CANCELLED);
    close_line(&l);
}

static void
test_cancel_reaches_a_reply_that_never_pauses(void **state)
{
    struct line l = { 0 };
    pthread_t thread;
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", send_for_ever, NULL);
    connect_new(&l.client);
    assert_int_equal(pthread_create(&thread, NULL, cancel, &l.client), 0);
    assert_int_equal(receive_all(&l.client, &n), IR_E_CANCELLED);
    pthread_join(thread, NULL);
    close_line(&l);
}

static void
test_grace_ignores_cancel_until_it_ends(void **state)
{
    struct line l = { 0 };
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", reply_and_close, NULL);
    cancel(&l.client);
    ir_transport_grace(l.client.transport, LATEST_MS);
    connect_new(&l.client);
    assert_int_equal(ir_transport_send(l.client.transport, "x", 1), IR_OK);
    assert_int_equal(receive_all(&l.client, &n), IR_OK);
    ir_transport_grace(l.client.transport, 0);
    assert_int_equal(try_connect(&l.client), IR_E_CANCELLED);
    close_line(&l);
}

static void
test_grace_has_an_end_of_its_own(void **state)
{
    struct line l = { 0 };
    long long start;
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", loopback_wait_for_end, NULL);
    connect_new(&l.client);
    start = now_ms();
    ir_transport_begin(l.client.transport, 1);
    ir_transport_grace(l.client.transport, LIMIT_MS);
    assert_int_equal(receive_all(&l.client, &n), IR_E_TIMEOUT);
    assert_error(&l.client, IR_E_TIMEOUT,
        "cleaning up not finished after 150 ms");
    assert_in_time(start);
    close_line(&l);
}

static void
test_the_limit_of_the_call_counts_again_after_grace(void **state)
{
    struct line l = { 0 };
    long long start;
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", loopback_wait_for_end, NULL);
    connect_new(&l.client);
    start = now_ms();
    ir_transport_begin(l.client.transport, LIMIT_MS);
    ir_transport_grace(l.client.transport, LATEST_MS);
    ir_transport_grace(l.client.transport, 0);
    assert_int_equal(receive_all(&l.client, &n), IR_E_TIMEOUT);
    assert_error(&l.client, IR_E_TIMEOUT, "call not finished after 150 ms");
    assert_in_time(start);
    close_line(&l);
}

static void
test_a_lingering_cancel_waits_for_the_reply(void **state)
{
    struct line l = { 0 };
    long long start;
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", loopback_wait_for_end, NULL);
    connect_new(&l.client);
    start = now_ms();
    ir_transport_linger(l.client.transport, LIMIT_MS);
    cancel(&l.client);
    assert_int_equal(receive_all(&l.client, &n), IR_E_CANCELLED);
    assert_in_time(start);
    close_line(&l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cancel_stays_until_the_end),
        cmocka_unit_test(test_cancel_ends_a_lookup),
        cmocka_unit_test(test_cancel_ends_a_connect),
        cmocka_unit_test(test_cancel_ends_a_handshake),
        cmocka_unit_test(test_cancel_ends_a_send),
        cmocka_unit_test(test_cancel_ends_a_receive),
        cmocka_unit_test(test_cancel_reaches_a_reply_that_never_pauses),
        cmocka_unit_test(test_grace_ignores_cancel_until_it_ends),
        cmocka_unit_test(test_grace_has_an_end_of_its_own),
        cmocka_unit_test(test_the_limit_of_the_call_counts_again_after_grace),
        cmocka_unit_test(test_a_lingering_cancel_waits_for_the_reply),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
