/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A limit of bytes a second: by the clock of the test, what it lets move in any
 * time; over real sockets, that waiting for it is no idle time and ends with a
 * call's limit and with a cancel. */
#include "wire/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "loopback.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define START_MS INT64_C(1000000)
#define RUN_MS 20000
#define MAX_CONNECTIONS 16

static const uint64_t rates[] = { 1, 127, 128, 1000, 16384, 1000000,
    UINT64_C(1) << 40 };

/* ---- By the clock of the test ------------------------------------------ */

static void
test_nothing_is_owed_at_first(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(rates); i++) {
        struct ir_rate r;

        ir_rate_init(&r, rates[i]);
        assert_int_equal(ir_rate_wait_ms(&r, 0), 0);
        assert_int_equal(ir_rate_wait_ms(&r, START_MS), 0);
        ir_rate_clear(&r);
    }
}

static void
test_a_part_is_a_128th_of_a_second_and_never_nothing(void **state)
{
    struct ir_rate r;
    (void)state;

    ir_rate_init(&r, 12800);
    assert_int_equal(ir_rate_part(&r, 0), 0);
    assert_int_equal(ir_rate_part(&r, 99), 99);
    assert_int_equal(ir_rate_part(&r, 100), 100);
    assert_int_equal(ir_rate_part(&r, 101), 100);
    ir_rate_clear(&r);
    ir_rate_init(&r, 127);
    assert_int_equal(ir_rate_part(&r, 0), 0);
    assert_int_equal(ir_rate_part(&r, 5), 1);
    ir_rate_clear(&r);
}

/* What 'n' connections moved in each millisecond, if each always has something
 * to move and wakes 'late_ms' too late from every wait. */
static void
move(uint64_t rate, int n, int late_ms, double moved[RUN_MS])
{
    int64_t awake_ms[MAX_CONNECTIONS] = { 0 };
    struct ir_rate r;

    ir_rate_init(&r, rate);
    memset(moved, 0, RUN_MS * sizeof *moved);
    for (int ms = 0; ms < RUN_MS; ms++) {
        int may_move[MAX_CONNECTIONS];

        for (int i = 0; i < n; i++) {
            int wait_ms = ms < awake_ms[i]
                ? 0 : ir_rate_wait_ms(&r, START_MS + ms);

            if (wait_ms > 0)
                awake_ms[i] = ms + wait_ms + late_ms;
            may_move[i] = ms >= awake_ms[i];
        }
        for (int i = 0; i < n; i++) {
            size_t part = ir_rate_part(&r, 65536);

            if (!may_move[i])
                continue;
            ir_rate_charge(&r, part, START_MS + ms);
            moved[ms] += (double)part;
        }
    }
    ir_rate_clear(&r);
}

/* In any time: the rate's bytes, and a quarter of a second's beside them, also
 * with as many connections as there can be.  A byte each is always possible. */
static void
test_no_time_sees_more_than_the_rate_and_a_short_burst(void **state)
{
    static double moved[RUN_MS];
    (void)state;

    for (size_t i = 0; i < COUNT(rates); i++) {
        for (int n = 1; n <= MAX_CONNECTIONS; n *= 4) {
            double rate = (double)rates[i];
            double burst = rate / 4 + n;
            double over = 0; /* the most of any time that ends here */

            move(rates[i], n, 0, moved);
            for (int ms = 0; ms < RUN_MS; ms++) {
                over = (over > 0 ? over : 0) + moved[ms] - rate / 1000;
                if (over > burst)
                    fail_msg("%d connections, %g bytes/s: %g too many", n,
                        rate, over);
            }
        }
    }
}

static void
test_late_wakers_move_as_much_as_the_rate_allows(void **state)
{
    static double moved[RUN_MS];
    (void)state;

    for (int late_ms = 0; late_ms <= 30; late_ms += 10) {
        double sum = 0;

        move(1000000, 1, late_ms, moved);
        for (int ms = 0; ms < RUN_MS; ms++)
            sum += moved[ms];
        assert_in_range((uintmax_t)sum, 1000 * RUN_MS / 100 * 99,
            1000 * RUN_MS / 100 * 101);
    }
}

static void *
charge_often(void *ctx)
{
    for (int i = 0; i < 10000; i++)
        ir_rate_charge(ctx, 1, START_MS);
    return NULL;
}

static void
test_what_threads_move_is_owed_together(void **state)
{
    pthread_t threads[4];
    struct ir_rate r;
    (void)state;

    ir_rate_init(&r, 1000);
    for (size_t i = 0; i < COUNT(threads); i++)
        assert_int_equal(pthread_create(threads + i, NULL, charge_often, &r),
            0);
    for (size_t i = 0; i < COUNT(threads); i++)
        pthread_join(threads[i], NULL);

    assert_in_range(ir_rate_wait_ms(&r, START_MS), 40000 - 63, 40000);
    ir_rate_clear(&r);
}

/* ---- Over a connection ------------------------------------------------- */

/* '*ctx' bytes at once. */
static void
send_and_close(void *ctx, int fd)
{
    char *block = calloc(1, *(size_t *)ctx);

    if (block != NULL)
        send(fd, block, *(size_t *)ctx, MSG_NOSIGNAL);
    free(block);
    shutdown(fd, SHUT_WR);
    loopback_wait_for_end(NULL, fd);
}

static void
test_a_reply_takes_the_time_of_its_bytes(void **state)
{
    struct line l = { .client.config.limit_bytes_per_s = 20000 };
    size_t size = 10000;
    long long start;
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", send_and_close, &size);
    connect_new(&l.client);
    start = now_ms();
    assert_int_equal(receive_all(&l.client, &n), IR_OK);
    assert_int_equal(n, size);
    assert_in_range(now_ms() - start, 500 - 1000 / 4, LATEST_MS);
    close_line(&l);
}

static void
test_a_request_takes_the_time_of_its_bytes(void **state)
{
    struct line l = { .client.config.limit_bytes_per_s = 20000 };
    char request[10000] = "";
    long long start;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", loopback_wait_for_end, NULL);
    connect_new(&l.client);
    start = now_ms();
    assert_int_equal(ir_transport_send(l.client.transport, request,
        sizeof request), IR_OK);
    assert_in_range(now_ms() - start, 500 - 1000 / 4, LATEST_MS);
    close_line(&l);
}

/* All of the reply is less than what has to move in the idle time. */
static void
test_waiting_for_the_limit_is_not_idle(void **state)
{
    struct line l = {
        .client.config.limit_bytes_per_s = 1000,
        .client.config.idle_timeout_ms = 4 * LIMIT_MS,
    };
    size_t size = 1000;
    long long start;
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", send_and_close, &size);
    connect_new(&l.client);
    start = now_ms();
    assert_int_equal(receive_all(&l.client, &n), IR_OK);
    assert_int_equal(n, size);
    assert_in_range(now_ms() - start, 4 * LIMIT_MS, 2 * LATEST_MS);
    close_line(&l);
}

static void
test_the_idle_timeout_holds_under_a_limit(void **state)
{
    struct line l = {
        .client.config.limit_bytes_per_s = 1000,
        .client.config.idle_timeout_ms = LIMIT_MS,
    };
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
test_a_call_limit_ends_the_wait_for_the_limit(void **state)
{
    struct line l = { .client.config.limit_bytes_per_s = 1 };
    long long start;
    size_t n;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", send_for_ever, NULL);
    connect_new(&l.client);
    start = now_ms();
    ir_transport_begin(l.client.transport, LIMIT_MS);
    assert_int_equal(receive_all(&l.client, &n), IR_E_TIMEOUT);
    assert_error(&l.client, IR_E_TIMEOUT, "call not finished after 150 ms");
    assert_in_time(start);
    assert_in_range(n, 1, LATEST_MS / 1000);
    close_line(&l);
}

static void
cancel_at_first_byte(void *ctx, int fd)
{
    struct loopback_client *c = ctx;
    char byte;

    if (read(fd, &byte, 1) == 1)
        ir_transport_cancel(c->transport);
    loopback_wait_for_end(NULL, fd);
}

static void
test_cancel_ends_the_wait_for_the_limit(void **state)
{
    struct line l = { .client.config.limit_bytes_per_s = 1 };
    long long start = now_ms();
    (void)state;

    open_line(&l, "http://127.0.0.1:%", cancel_at_first_byte, &l.client);
    connect_new(&l.client);
    assert_int_equal(send_many(&l.client), IR_E_CANCELLED);
    assert_in_range(now_ms() - start, 0, LATEST_MS);
    close_line(&l);
}

static void
test_cleaning_up_is_not_slowed(void **state)
{
    struct line l = { .client.config.limit_bytes_per_s = 1 };
    char request[1000] = "";
    (void)state;

    open_line(&l, "http://127.0.0.1:%", reply_and_close, NULL);
    connect_new(&l.client);
    ir_transport_grace(l.client.transport, LATEST_MS);
    assert_int_equal(ir_transport_send(l.client.transport, request,
        sizeof request), IR_OK);
    close_line(&l);
}

static void
test_twins_share_the_limit(void **state)
{
    struct line l = { .client.config.limit_bytes_per_s = 1 };
    struct ir_transport *twin;
    int reused;
    (void)state;

    open_line(&l, "http://127.0.0.1:%", reply_and_close, NULL);
    connect_new(&l.client);
    assert_int_equal(ir_transport_twin(l.client.transport, &l.client.error,
        &twin), IR_OK);
    assert_int_equal(ir_transport_connect(twin, &reused), IR_OK);
    assert_int_equal(ir_transport_send(l.client.transport, "x", 1), IR_OK);
    ir_transport_begin(twin, LIMIT_MS);
    assert_int_equal(ir_transport_send(twin, "x", 1), IR_E_TIMEOUT);
    ir_transport_free(twin);
    close_line(&l);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_owed_at_first),
        cmocka_unit_test(
            test_a_part_is_a_128th_of_a_second_and_never_nothing),
        cmocka_unit_test(
            test_no_time_sees_more_than_the_rate_and_a_short_burst),
        cmocka_unit_test(test_late_wakers_move_as_much_as_the_rate_allows),
        cmocka_unit_test(test_what_threads_move_is_owed_together),
        cmocka_unit_test(test_a_reply_takes_the_time_of_its_bytes),
        cmocka_unit_test(test_a_request_takes_the_time_of_its_bytes),
        cmocka_unit_test(test_waiting_for_the_limit_is_not_idle),
        cmocka_unit_test(test_the_idle_timeout_holds_under_a_limit),
        cmocka_unit_test(test_a_call_limit_ends_the_wait_for_the_limit),
        cmocka_unit_test(test_cancel_ends_the_wait_for_the_limit),
        cmocka_unit_test(test_cleaning_up_is_not_slowed),
        cmocka_unit_test(test_twins_share_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
