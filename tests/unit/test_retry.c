/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The pause before a retry doubles, is capped, and is spread over its upper
 * half. */
#include "transfer/retry.h"

#include <limits.h>

#include "support.h"

static void
test_the_pause_doubles_until_it_is_capped(void **state)
{
    static const int expected[] = { 500, 1000, 2000, 4000, 8000, 16000, 30000,
        30000, 30000 };

    (void)state;
    for (int n = 0; n < (int)COUNT(expected); n++)
        assert_int_equal(ir_retry_delay_ms(500, n, 0), expected[n]);
}

static void
test_the_pause_is_never_longer_than_the_cap(void **state)
{
    static const int firsts[] = { 1, 29999, 30000, 30001, INT_MAX };

    (void)state;
    for (size_t i = 0; i < COUNT(firsts); i++)
        for (int n = 0; n < 100; n += 7)
            assert_in_range(ir_retry_delay_ms(firsts[i], n, 0), 1,
                IR_RETRY_DELAY_MAX_MS);
    assert_int_equal(ir_retry_delay_ms(1, INT_MAX, 0), IR_RETRY_DELAY_MAX_MS);
}

static void
test_chance_takes_away_up_to_a_half(void **state)
{
    (void)state;

    for (uint32_t random = 0; random < 5000; random++)
        for (int n = 0; n < 9; n++) {
            int whole = ir_retry_delay_ms(500, n, 0);
            int ms = ir_retry_delay_ms(500, n, random);

            assert_in_range(ms, whole / 2, whole);
        }
    assert_in_range(ir_retry_delay_ms(500, 0, UINT32_MAX), 250, 500);
}

static void
test_chance_spreads_over_the_whole_half(void **state)
{
    int least = 30000;

    (void)state;
    for (uint32_t random = 0; random < 1024; random++) {
        int ms = ir_retry_delay_ms(30000, 0, random);

        if (ms < least)
            least = ms;
    }

    assert_in_range(least, 15000, 15100);
}

static void
test_a_server_is_obeyed_up_to_the_cap(void **state)
{
    (void)state;

    assert_int_equal(ir_retry_wait_ms(500, 0), 500);
    assert_int_equal(ir_retry_wait_ms(500, 2), 2000);
    assert_int_equal(ir_retry_wait_ms(5000, 2), 5000);
    assert_int_equal(ir_retry_wait_ms(500, 3600), 30000);
    assert_int_equal(ir_retry_wait_ms(500, INT32_MAX), 30000);
}

static void
test_chance_differs(void **state)
{
    uint32_t first = ir_retry_random();
    int n_same = 0;

    (void)state;
    for (int i = 0; i < 16; i++)
        n_same += ir_retry_random() == first;

    assert_true(n_same < 16);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_pause_doubles_until_it_is_capped),
        cmocka_unit_test(test_the_pause_is_never_longer_than_the_cap),
        cmocka_unit_test(test_chance_takes_away_up_to_a_half),
        cmocka_unit_test(test_chance_spreads_over_the_whole_half),
        cmocka_unit_test(test_a_server_is_obeyed_up_to_the_cap),
        cmocka_unit_test(test_chance_differs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
