/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What may be sent as a text: well-formed UTF-8 that XML 1.0 can carry. */
#include <stdio.h>
#include <string.h>

#include "support.h"
#include "wire/call.h"

static struct ir_error error;
static struct ir_wire wire = { .error = &error };

static const char *const fit[] = {
    "a", "/Library/Folder/pump-7.dwg", "~D40817.pdf", "tab\t lf\n cr\r",
    "<&>\"'", "\x7F", "\xC2\x80",             /* U+0080 */
    "\xDF\xBF",                               /* U+07FF */
    "\xE0\xA0\x80",                           /* U+0800 */
    "\xED\x9F\xBF", "\xEE\x80\x80",           /* around the surrogates */
    "\xEF\xBF\xBD",                           /* U+FFFD */
    "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF",   /* U+10000, U+10FFFF */
    "\xF0\x9F\x98\x80 and \xC3\xA9",
};

static const struct {
    const char *text;
    size_t position;
} unfit[] = {
    { "\x01", 0 }, { "ab\x08", 2 }, { "a\x0B", 1 }, { "a\x0C", 1 },
    { "a\x1B[0m", 1 }, { "\x1F", 0 },
    { "\x80", 0 }, { "ab\xBF", 2 },           /* no lead byte */
    { "\xC3", 0 }, { "\xE2\x82", 0 }, { "\xF0\x9F\x98", 0 }, /* cut */
    { "\xC3(", 0 }, { "a\xE2\x82(", 1 }, { "\xF0\x9F(\x80", 0 },
    { "\xC3\xC3\xA9", 0 },
    { "\xC0\x80", 0 }, { "\xC1\xBF", 0 },     /* overlong */
    { "\xE0\x9F\xBF", 0 }, { "\xF0\x8F\xBF\xBF", 0 },
    { "\xED\xA0\x80", 0 }, { "\xED\xBF\xBF", 0 }, /* surrogates */
    { "\xEF\xBF\xBE", 0 }, { "\xEF\xBF\xBF", 0 }, /* U+FFFE, U+FFFF */
    { "\xF4\x90\x80\x80", 0 },                /* past U+10FFFF */
    { "\xF5\x80\x80\x80", 0 },
    { "\xF8\x90\x80\x80", 0 },                /* no lead byte of UTF-8 */
    { "\xF9\x90\x80\x80", 0 }, { "\xFC\x90\x80\x80", 0 },
    { "\xF8\x88\x80\x80\x80", 0 }, { "\xFE\x90\x80\x80", 0 },
    { "caf\xE9", 3 },                         /* Latin-1 */
};

static void
test_takes_what_xml_can_carry(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(fit); i++) {
        ir_error_clear(&error);
        if (ir_call_check_text(&wire, "path", fit[i], 0) != IR_OK)
            fail_msg("%s: %s", fit[i], error.message);
    }
}

static void
test_refuses_everything_else_and_says_where(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(unfit); i++) {
        char expected[80];
        char row[20];

        ir_error_clear(&error);
        snprintf(row, sizeof row, "row %zu", i);
        snprintf(expected, sizeof expected, "path has a byte at position %zu",
            unfit[i].position);
        ir_call_check_text(&wire, "path", unfit[i].text, 0);
        check_error(row, &error, IR_E_ARGUMENT, expected);
    }
}

static void
test_an_empty_text_is_fit_only_where_allowed(void **state)
{
    (void)state;
    ir_error_clear(&error);
    assert_int_equal(ir_call_check_text(&wire, "password", "", 1), IR_OK);

    assert_int_equal(ir_call_check_text(&wire, "user", "", 0), IR_E_ARGUMENT);

    assert_string_equal(error.message, "user is empty");
}

static void
test_null_is_never_a_text(void **state)
{
    (void)state;

    for (int may_be_empty = 0; may_be_empty <= 1; may_be_empty++) {
        ir_error_clear(&error);
        ir_call_check_text(&wire, "password", NULL, may_be_empty);
        check_error("NULL", &error, IR_E_ARGUMENT, "password is empty");
    }
}

static void
test_a_refused_text_is_not_repeated_in_the_message(void **state)
{
    (void)state;
    ir_error_clear(&error);

    ir_call_check_text(&wire, "password", "secret\x01", 1);

    assert_null(strstr(error.message, "secret"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_takes_what_xml_can_carry),
        cmocka_unit_test(test_refuses_everything_else_and_says_where),
        cmocka_unit_test(test_an_empty_text_is_fit_only_where_allowed),
        cmocka_unit_test(test_null_is_never_a_text),
        cmocka_unit_test(test_a_refused_text_is_not_repeated_in_the_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
