/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Names of the server for local files, and local names for the server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/names.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

struct pair {
    const char *name;
    const char *local;
};

static const struct pair pairs[] = {
    { "a.txt", "a.txt" },
    { "\xC3\xBC \xE6\x97\xA5.txt", "\xC3\xBC \xE6\x97\xA5.txt" },
    { "a-b", "a-b" },
    { "~D1", "~D1" },
    { "CONSOLE", "CONSOLE" },
    { "", "" },
    /* would hide, climb, or pose as an option */
    { ".bashrc", "%2Ebashrc" },
    { ".", "%2E" },
    { "..", "%2E%2E" },
    { "../x", "%2E.%2Fx" },
    { "a/b", "a%2Fb" },
    { "a\\b", "a%5Cb" },
    { "-rf", "%2Drf" },
    /* look like another name, or drive a terminal */
    { "x\n", "x%0A" },
    { "\x1B[2J", "%1B[2J" },
    { "\x7F", "%7F" },
    { "a\xE2\x80\xAE" "b", "a%E2%80%AE" "b" },
    { "\xC2\x9B", "%C2%9B" },
    { "\xFF\xC3", "%FF%C3" },
    { "a.", "a%2E" },
    { "a ", "a%20" },
    { " a", " a" },
    /* are devices elsewhere */
    { "CON", "%43ON" },
    { "nul.txt", "%6Eul.txt" },
    { "LPT1", "%4CPT1" },
    /* read as if they had been written here */
    { "100%", "100%" },
    { "100% sure", "100% sure" },
    { "a%0A", "a%250A" },
    { "a%2e", "a%252e" },
    { "%2", "%2" },
    { "%%41", "%%2541" },
};

static void
test_unsafe_bytes_become_escapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        char *local = ir_names_local(pairs[i].name);

        assert_string_equal(local, pairs[i].local);
        free(local);
    }
}

static int
hex(char c)
{
    const char *found = c == '\0' ? NULL : strchr("0123456789ABCDEF", c);

    return found == NULL ? -1 : (int)(found - "0123456789ABCDEF");
}

/* %XX is the byte; any other percent sign is itself. */
static void
read_back(const char *local, char *name)
{
    while (*local != '\0') {
        int high = *local == '%' ? hex(local[1]) : -1;
        int low = high < 0 ? -1 : hex(local[2]);

        *name++ = (char)(low < 0 ? *local : high * 16 + low);
        local += low < 0 ? 1 : 3;
    }
    *name = '\0';
}

static void
check_round_trip(const char *name)
{
    char *local = ir_names_local(name);
    char back[16];

    assert_non_null(local);
    read_back(local, back);
    assert_string_equal(back, name);
    if (*name != '\0')
        assert_true(ir_names_is_safe(local));
    assert_null(strpbrk(local, "/\\"));
    free(local);
}

static void
test_every_name_is_safe_and_can_be_read_back(void **state)
{
    static const char bytes[] = "%2Ea.- /\n\xC3\xBC";
    const size_t n = sizeof bytes - 1;
    char name[5] = "";

    (void)state;
    for (unsigned a = 1; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            name[0] = (char)a;
            name[1] = (char)b;
            name[2] = '\0';
            check_round_trip(name);
        }
    }
    for (size_t i = 0; i < n * n * n * n; i++) {
        name[0] = bytes[i % n];
        name[1] = bytes[i / n % n];
        name[2] = bytes[i / n / n % n];
        name[3] = bytes[i / n / n / n];
        check_round_trip(name);
    }
}

static void
test_names_that_the_server_keeps_are_accepted(void **state)
{
    static const char *const names[] = { "a", "a.txt", "a b.c-d_e",
        "\xC3\xBC\xE6\x97\xA5", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80",
        "~$a", "a'b", "a;b", "(1)", "-rf", "CON" };
    char longest[128 * 2 + 1] = "";
    struct ir_error e = { .status = IR_OK };

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        if (ir_names_check_remote(names[i], &e) != IR_OK)
            fail_msg("%s: %s", names[i], e.message);
    }
    for (size_t i = 0; i < 128; i++)
        memcpy(longest + 2 * i, "\xC3\xBC", 2);
    assert_int_equal(ir_names_check_remote(longest, &e), IR_OK);
}

static void
test_names_that_the_server_would_change_are_refused(void **state)
{
    static const struct {
        const char *name;
        const char *part;
    } rows[] = { { "a/b", "holds /" }, { "a\\b", "holds \\" },
        { "a:b", "holds :" }, { "a*", "holds *" }, { "a?", "holds ?" },
        { "a\"b", "holds \"" }, { "<a", "holds <" }, { "a>", "holds >" },
        { "a|b", "holds |" }, { "a#b", "holds #" }, { "a\tb", "TAB" },
        { "100%", "holds %" }, { "a&b", "holds &" }, { "a+b", "holds +" },
        { "a..b", "holds .." }, { "a  b", "two blanks" },
        { ".a", "begins with ." }, { " a", "begins with a blank" },
        { "a.", "ends with ." }, { "a ", "ends with a blank" },
        { "a\nb", "U+000A" }, { "a\x7F", "U+007F" }, { "\xFF", "UTF-8" },
        { "\xEF\xBF\xBE", "U+FFFE" }, { "", "empty" } };
    struct ir_error too_long = { .status = IR_OK };
    char longer[130] = "";

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_error e = { .status = IR_OK };

        ir_names_check_remote(rows[i].name, &e);
        if (e.status != IR_E_ARGUMENT
            || strstr(e.message, rows[i].part) == NULL)
            fail_msg("row %zu: %s", i, e.message);
    }
    memset(longer, 'a', 129);
    assert_int_equal(ir_names_check_remote(longer, &too_long), IR_E_ARGUMENT);
    assert_non_null(strstr(too_long.message, "129 characters"));
}

static int
same(const char *a, const char *b, locale_t locale)
{
    wchar_t *x = ir_names_fold(a, locale);
    wchar_t *y = ir_names_fold(b, locale);
    int is_same = wcscmp(x, y) == 0;

    free(x);
    free(y);
    return is_same;
}

static void
test_case_is_folded_and_nothing_else(void **state)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);

    (void)state;
    assert_true(locale != (locale_t)0);
    assert_true(same("a.TXT", "A.txt", locale));
    assert_true(same("\xC3\x9C", "\xC3\xBC", locale));
    assert_false(same("u", "\xC3\xBC", locale));
    assert_false(same("a", "ab", locale));
    assert_false(same("a\xFF", "a\xFE", locale));
    freelocale(locale);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unsafe_bytes_become_escapes),
        cmocka_unit_test(test_every_name_is_safe_and_can_be_read_back),
        cmocka_unit_test(test_names_that_the_server_keeps_are_accepted),
        cmocka_unit_test(test_names_that_the_server_would_change_are_refused),
        cmocka_unit_test(test_case_is_folded_and_nothing_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
