/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Options of callers that were built with an older or a newer header. */
#include "transfer/options.h"

#include <stdlib.h>
#include <string.h>

#include "support.h"

/* The options as this version knows them. */
struct known {
    size_t size;
    int a;
    int b;
};

static struct ir_error error;

/* Copy options of exactly 'n' bytes, which begin with their size and are
 * 'fill' beyond it. */
static enum ir_status
copy(size_t n, size_t says, unsigned char fill, struct known *to)
{
    unsigned char *from = malloc(n);
    enum ir_status st;

    assert_non_null(from);
    memset(from, fill, n);
    memcpy(from, &says, n < sizeof says ? n : sizeof says);
    memset(to, 0xEE, sizeof *to);
    ir_error_clear(&error);
    st = ir_options_copy(to, sizeof *to, from, says, &error);
    free(from);
    return st;
}

static void
test_no_options_are_all_defaults(void **state)
{
    static const struct known zeros;
    struct known to;

    (void)state;
    memset(&to, 0xEE, sizeof to);

    assert_int_equal(ir_options_copy(&to, sizeof to, NULL, 0, &error), IR_OK);

    assert_memory_equal(&to, &zeros, sizeof to);
}

static void
test_options_of_the_same_size_are_copied(void **state)
{
    struct known to;

    (void)state;
    assert_int_equal(copy(sizeof to, sizeof to, 1, &to), IR_OK);

    assert_int_equal(to.a, 0x01010101);
    assert_int_equal(to.b, 0x01010101);
}

static void
test_what_an_older_caller_does_not_know_is_default(void **state)
{
    struct known to;

    (void)state;
    assert_int_equal(copy(sizeof(size_t) + 4, sizeof(size_t) + 4, 1, &to),
        IR_OK);
    assert_int_equal(to.a, 0x01010101);
    assert_int_equal(to.b, 0);

    assert_int_equal(copy(sizeof(size_t), sizeof(size_t), 1, &to), IR_OK);
    assert_int_equal(to.a, 0);
}

static void
test_a_newer_caller_is_fine_while_the_rest_is_zero(void **state)
{
    struct known to;

    (void)state;

    assert_int_equal(copy(sizeof to + 40, sizeof to + 40, 0, &to), IR_OK);

    assert_int_equal(to.a, 0);
}

static void
test_an_option_that_is_not_known_is_refused_when_set(void **state)
{
    (void)state;

    for (size_t i = 0; i < 40; i++) {
        unsigned char from[sizeof(struct known) + 40] = { 0 };
        struct known to;

        from[sizeof to + i] = 1;
        ir_error_clear(&error);
        assert_int_equal(ir_options_copy(&to, sizeof to, from, sizeof from,
            &error), IR_E_ARGUMENT);
        check_error("newer", &error, IR_E_ARGUMENT, "does not know");
    }
}

static void
test_a_size_that_cannot_be_is_refused(void **state)
{
    static const size_t sizes[] = { 0, 1, sizeof(size_t) - 1, 65537, SIZE_MAX };
    struct known to;

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        assert_int_equal(copy(sizeof to, sizes[i], 0, &to), IR_E_ARGUMENT);
        check_error("size", &error, IR_E_ARGUMENT, "INIT");
    }
}

static void
test_init_is_zero_plus_the_size(void **state)
{
    static const struct ir_options client = IR_OPTIONS_INIT;
    static const struct ir_download_options download =
        IR_DOWNLOAD_OPTIONS_INIT;
    struct ir_options zero_client;
    struct ir_download_options zero_download;

    (void)state;
    memset(&zero_client, 0, sizeof zero_client);
    memset(&zero_download, 0, sizeof zero_download);
    zero_client.size = sizeof zero_client;
    zero_download.size = sizeof zero_download;

    assert_memory_equal(&client, &zero_client, sizeof client);
    assert_memory_equal(&download, &zero_download, sizeof download);
}

static void
test_the_size_comes_first(void **state)
{
    (void)state;

    assert_int_equal(offsetof(struct ir_options, size), 0);
    assert_int_equal(offsetof(struct ir_download_options, size), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_options_are_all_defaults),
        cmocka_unit_test(test_options_of_the_same_size_are_copied),
        cmocka_unit_test(test_what_an_older_caller_does_not_know_is_default),
        cmocka_unit_test(test_a_newer_caller_is_fine_while_the_rest_is_zero),
        cmocka_unit_test(test_an_option_that_is_not_known_is_refused_when_set),
        cmocka_unit_test(test_a_size_that_cannot_be_is_refused),
        cmocka_unit_test(test_init_is_zero_plus_the_size),
        cmocka_unit_test(test_the_size_comes_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
