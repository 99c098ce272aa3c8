/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The body of a request as gzip: what the transfer chunks hold is the body, and
 * nothing else is sent, however it was handed over. */
#include "wire/pack.h"

#include <stdlib.h>
#include <string.h>

#include "fake_transport.h"
#include "gzip_by_zlib.h"
#include "support.h"

#define HEAD "POST /s HTTP/1.1\r\nContent-Encoding: gzip\r\n\r\n"
#define N_BODY 150000

static char body[N_BODY];
static struct ir_pack pack;

/* Send 'n' bytes of the body in parts of 'part'. */
static void
send_body(size_t n, size_t part)
{
    const struct fake_reply none = { "", 0, IR_OK, IR_OK };
    const struct ir_transport_config config = { 0 };
    struct ir_transport *t;
    struct ir_error e;
    int reused;

    fake_transport_script(&none, 1, 0);
    assert_int_equal(ir_transport_new(&config, &e, &t), IR_OK);
    assert_int_equal(ir_transport_connect(t, &reused), IR_OK);
    assert_int_equal(ir_pack_begin(&pack, HEAD, n), IR_OK);
    for (size_t at = 0; at < n; at += part)
        assert_int_equal(ir_pack_send(&pack, t, body + at,
            n - at < part ? n - at : part), IR_OK);
    assert_int_equal(pack.left, 0);
    ir_transport_free(t);
}

static void
check_body(size_t n, size_t part)
{
    size_t length;
    size_t n_undone;
    char *packed;
    char *undone;

    send_body(n, part);
    assert_memory_equal(fake_transport.request, HEAD, strlen(HEAD));
    packed = gzip_request(&length);
    undone = gzip_undo(packed, length, &n_undone);
    assert_int_equal(n_undone, n);
    assert_memory_equal(undone, body, n);
    free(undone);
    free(packed);
}

static void
test_the_body_arrives_however_it_is_handed_over(void **state)
{
    static const size_t parts[] = { 1000, 4096, 16384, 65536, N_BODY };
    (void)state;

    for (size_t i = 0; i < COUNT(parts); i++)
        check_body(N_BODY, parts[i]);
    check_body(3000, 1);
}

/* Among them those that fill a block to its last byte. */
static void
test_bodies_of_many_lengths_arrive(void **state)
{
    (void)state;

    for (size_t n = 1; n < 300; n++)
        check_body(n, 64);
    for (size_t n = 16000; n < 16500; n++)
        check_body(n, 65536);
}

static void
test_a_body_that_was_left_unfinished_leaves_no_trace(void **state)
{
    (void)state;

    assert_int_equal(ir_pack_begin(&pack, HEAD, N_BODY), IR_OK);
    assert_int_equal(ir_pack_send(&pack, NULL, body, 1000), IR_OK);
    check_body(5000, 5000);
}

static void
test_it_passes_on_how_sending_failed(void **state)
{
    const struct fake_reply fails = { "", 0, IR_OK, IR_E_TIMEOUT };
    const struct ir_transport_config config = { 0 };
    struct ir_transport *t;
    struct ir_error e;
    int reused;
    (void)state;

    fake_transport_script(&fails, 1, 0);
    ir_error_clear(&e);
    assert_int_equal(ir_transport_new(&config, &e, &t), IR_OK);
    assert_int_equal(ir_transport_connect(t, &reused), IR_OK);
    assert_int_equal(ir_pack_begin(&pack, HEAD, N_BODY), IR_OK);
    assert_int_equal(ir_pack_send(&pack, t, body, N_BODY), IR_E_TIMEOUT);
    check_error("send", &e, IR_E_TIMEOUT, "sending failed");
    ir_transport_free(t);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_body_arrives_however_it_is_handed_over),
        cmocka_unit_test(test_bodies_of_many_lengths_arrive),
        cmocka_unit_test(test_a_body_that_was_left_unfinished_leaves_no_trace),
        cmocka_unit_test(test_it_passes_on_how_sending_failed),
    };
    int n_failed;

    fill_pattern((uint8_t *)body, sizeof body);
    n_failed = cmocka_run_group_tests(tests, NULL, NULL);
    ir_pack_clear(&pack);
    return n_failed;
}
