/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The first error wins, and no message can carry control characters, marks that
 * reorder text, or broken UTF-8 into a terminal or a log. */
#include "wire/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support.h"

/* What becomes of a text from outside. */
static const struct {
    const char *text;
    const char *printable;
} rows[] = {
    { "plain ASCII ~!@", "plain ASCII ~!@" },
    { "d\xC3\xA9j\xC3\xA0 \xE2\x82\xAC \xF0\x9F\x98\x80",
        "d\xC3\xA9j\xC3\xA0 \xE2\x82\xAC \xF0\x9F\x98\x80" },
    { "a\nb\rc\td", "a?b?c?d" },
    { "\x1B[31mred\x07", "?[31mred?" },
    { "\x01\x1F\x7F", "???" },
    { "\xC2\x80\xC2\x9B\xC2\x9F", "??????" },         /* C1 */
    { "\xC2\xA0", "\xC2\xA0" },
    { "\xD8\x9C", "??" },                             /* U+061C */
    { "\xE2\x80\x8B\xE2\x80\x8E\xE2\x80\x8F", "?????????" },
    { "\xE2\x80\xA8\xE2\x80\xA9", "??????" },         /* separators */
    { "\xE2\x80\xAA\xE2\x80\xAE", "??????" },         /* U+202A, U+202E */
    { "\xE2\x81\xA6\xE2\x81\xA9\xE2\x81\xA0", "?????????" },
    { "\xEF\xBB\xBF" "x", "???x" },                   /* U+FEFF */
    { "\xE2\x80\x90\xE2\x80\xA7", "\xE2\x80\x90\xE2\x80\xA7" },
    { "\x80\xBF", "??" },                             /* no lead byte */
    { "\xC3", "?" },                                  /* cut */
    { "\xC3(", "?(" },
    { "\xE2\x82", "??" },
    { "\xE2\x82(", "?\?(" },
    { "\xF0\x9F\x98", "???" },
    { "\xF0\x9F\x98(", "??\?(" },
    { "\xC0\xAF\xC1\xBF", "????" },                   /* overlong */
    { "\xE0\x80\xAF\xE0\x9F\xBF", "??????" },
    { "\xF0\x80\x80\xAF\xF0\x8F\xBF\xBF", "????????" },
    { "\xED\xA0\x80\xED\xBF\xBF", "??????" },         /* surrogates */
    { "\xF4\x90\x80\x80", "????" },                   /* past U+10FFFF */
    { "\xF5\x80\x80\x80\xF8\x88\x80\x80\x80\xFE\xFF", "???????????" },
};

static void
test_outside_text_becomes_printable(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_error e = { 0 };

        ir_error_set(&e, IR_E_SERVER, "[%s]", rows[i].text);
        e.message[strlen(e.message) - 1] = '\0';
        if (strcmp(e.message + 1, rows[i].printable) != 0)
            fail_msg("row %zu: %s", i, e.message);
    }
}

/* Well-formed UTF-8 without a sequence cut short? */
static int
is_whole(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;

    while (*s != '\0') {
        size_t n = *s < 0x80 ? 1 : *s < 0xE0 ? 2 : *s < 0xF0 ? 3 : 4;

        for (size_t i = 1; i < n; i++)
            if ((s[i] & 0xC0) != 0x80)
                return 0;
        if (n == 1 || *s >= 0xC2)
            s += n;
        else
            return 0;
    }
    return 1;
}

static void
test_the_end_of_the_buffer_cuts_no_character_in_half(void **state)
{
    static const char *const characters[] = { "x", "\xC3\xA9",
        "\xE2\x82\xAC", "\xF0\x9F\x98\x80" };

    (void)state;
    for (size_t k = 0; k < COUNT(characters); k++)
        for (int lead = 0; lead < 8; lead++) {
            struct ir_error e = { 0 };
            char text[2048] = "";

            while (strlen(text) < 2000)
                strncat(text, characters[k], 8);
            ir_error_set(&e, IR_E_SERVER, "%.*s%s", lead, "12345678", text);

            assert_in_range(strlen(e.message), 505, 511);
            assert_true(is_whole(e.message));
        }
}

static void
test_the_first_error_wins(void **state)
{
    struct ir_error e = { 0 };

    (void)state;
    assert_int_equal(ir_error_set(&e, IR_E_TLS, "first"), IR_E_TLS);

    assert_int_equal(ir_error_set(&e, IR_E_IO, "second"), IR_E_TLS);
    assert_int_equal(ir_error_set_errno(&e, IR_E_IO, EIO, "third"), IR_E_TLS);

    assert_string_equal(e.message, "first");
    assert_int_equal(e.sys_errno, 0);
}

static void
test_a_cleared_error_is_all_zeros(void **state)
{
    static const struct ir_error zeros;
    struct ir_error e;

    (void)state;
    memset(&e, 0xEE, sizeof e);

    ir_error_clear(&e);

    assert_memory_equal(&e, &zeros, sizeof e);
}

static void
test_a_system_error_says_what_it_means(void **state)
{
    struct ir_error e = { 0 };

    (void)state;
    ir_error_set_errno(&e, IR_E_IO, ENOSPC, "cannot write %s", "a.part");

    assert_string_equal(e.message,
        "cannot write a.part: No space left on device");
    assert_int_equal(e.sys_errno, ENOSPC);
}

static void
test_a_long_system_error_stays_in_the_buffer(void **state)
{
    char name[600];

    (void)state;
    memset(name, 'x', sizeof name);
    for (int n = 480; n < 600; n++) {
        struct ir_error e = { 0 };

        ir_error_set_errno(&e, IR_E_IO, EIO, "%.*s", n, name);
        assert_in_range(strlen(e.message), 480, 511);
    }
}

static void
test_says_which_errors_may_pass(void **state)
{
    static const int passing[] = { IR_E_MEMORY, IR_E_NETWORK, IR_E_TIMEOUT,
        IR_E_CORRUPT, IR_E_SERVER, IR_E_CHANGED, IR_E_BUSY };

    (void)state;
    for (int st = IR_E_ARGUMENT; st <= IR_E_CANCELLED; st++) {
        struct ir_error e = { 0 };
        int expected = 0;

        for (size_t i = 0; i < COUNT(passing); i++)
            expected |= passing[i] == st;
        ir_error_set(&e, (enum ir_status)st, "x");
        assert_int_equal(e.retryable, expected);
    }
}

static void
test_every_status_has_a_word_of_its_own(void **state)
{
    (void)state;

    for (int a = IR_OK; a <= IR_E_CANCELLED; a++) {
        const char *word = ir_status_name((enum ir_status)a);

        assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz_"),
            strlen(word));
        for (int b = IR_OK; b < a; b++)
            assert_string_not_equal(word, ir_status_name((enum ir_status)b));
    }
    assert_string_equal(ir_status_name((enum ir_status)999), "unknown");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outside_text_becomes_printable),
        cmocka_unit_test(test_the_end_of_the_buffer_cuts_no_character_in_half),
        cmocka_unit_test(test_the_first_error_wins),
        cmocka_unit_test(test_a_cleared_error_is_all_zeros),
        cmocka_unit_test(test_a_system_error_says_what_it_means),
        cmocka_unit_test(test_a_long_system_error_stays_in_the_buffer),
        cmocka_unit_test(test_says_which_errors_may_pass),
        cmocka_unit_test(test_every_status_has_a_word_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
