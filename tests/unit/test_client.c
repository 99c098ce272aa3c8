/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A client's life: which options make one, what it logs, that errors are told
 * without one. */
#include "transfer/client.h"

#include <stdlib.h>
#include <string.h>

#include "fake_calls.h"
#include "support.h"

static void
test_a_client_begins_without_error_and_session(void **state)
{
    struct ir_client *c;
    struct ir_error why;

    (void)state;
    memset(&why, 0xEE, sizeof why);

    assert_int_equal(ir_client_new("https://h/", NULL, &c, &why), IR_OK);

    assert_int_equal(why.status, IR_OK);
    assert_int_equal(ir_client_error(c)->status, IR_OK);
    assert_null(ir_ticket(c));
    ir_client_free(c);
}

static void
test_a_client_that_cannot_be_made_is_null_and_says_why(void **state)
{
    struct ir_client *c = NULL;
    struct ir_error why;

    (void)state;
    assert_int_equal(ir_client_new(NULL, NULL, &c, &why), IR_E_ARGUMENT);
    assert_null(c);
    check_error("NULL", &why, IR_E_ARGUMENT, "the URL is missing");

    assert_int_equal(ir_client_new("nonsense", NULL, &c, &why), IR_E_ARGUMENT);
    assert_null(c);
    check_error("nonsense", &why, IR_E_ARGUMENT, "no URL");

    assert_int_equal(ir_client_new("nonsense", NULL, &c, NULL), IR_E_ARGUMENT);
    assert_null(c);
}

static void
check_refused(const struct ir_options *o)
{
    struct ir_client *c;
    struct ir_error why;

    assert_int_equal(ir_client_new("https://h/", o, &c, &why), IR_E_ARGUMENT);
    assert_null(c);
    assert_string_not_equal(why.message, "");
}

static void
test_options_out_of_range_are_refused(void **state)
{
    const struct ir_options o = IR_OPTIONS_INIT;
    struct ir_options bad;

    (void)state;
    bad = o;
    bad.size = 0;
    check_refused(&bad);
    bad = o;
    bad.soap = (enum ir_soap)3;
    check_refused(&bad);
    bad = o;
    bad.spelling = (enum ir_spelling)3;
    check_refused(&bad);
    bad = o;
    bad.connect_timeout_ms = -1;
    check_refused(&bad);
    bad = o;
    bad.idle_timeout_ms = -1;
    check_refused(&bad);
    bad = o;
    bad.call_timeout_ms = -1;
    check_refused(&bad);
}

static void
test_freeing_nothing_is_fine(void **state)
{
    (void)state;

    ir_client_free(NULL);
}

static void
test_the_language_is_copied(void **state)
{
    char language[] = "de";
    struct ir_options o = IR_OPTIONS_INIT;
    struct ir_client *c;

    (void)state;
    fake_calls_script(NULL, 0);
    o.language = language;
    ir_client_new("https://h/", &o, &c, NULL);
    memset(language, 'x', 2);

    ir_login(c, "u", "p");

    assert_string_equal(fake_calls.trace, "login(u,p,de) ");
    ir_client_free(c);
}

static void
test_user_and_password_are_copied(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH) };
    char user[] = "demo";
    char password[] = "secret";
    struct ir_client *c;

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    ir_client_new("https://h/", NULL, &c, NULL);
    ir_login(c, user, password);
    memset(user, 'x', 4);
    memset(password, 'x', 6);

    ir_handler_end(c, "h");

    assert_non_null(strstr(fake_calls.trace, "renew(demo,secret,-,t1)"));
    ir_client_free(c);
}

/* ---- Log --------------------------------------------------------------- */

struct lines {
    int n;
    enum ir_log_level level;
    char text[1000];
};

static void
keep_line(void *ctx, enum ir_log_level level, const char *line)
{
    struct lines *l = ctx;

    l->n++;
    l->level = level;
    strncpy(l->text, line, sizeof l->text - 1);
}

static void
test_the_log_gets_lines_and_their_level(void **state)
{
    struct lines lines = { 0 };
    struct ir_client c = { .log = keep_line, .log_ctx = &lines };

    (void)state;
    ir_client_log(&c, IR_LOG_INFO, "%d of %s", 3, "four");

    assert_int_equal(lines.n, 1);
    assert_int_equal(lines.level, IR_LOG_INFO);
    assert_string_equal(lines.text, "3 of four");
}

static void
test_a_long_line_is_cut(void **state)
{
    struct lines lines = { 0 };
    struct ir_client c = { .log = keep_line, .log_ctx = &lines };
    static char text[5000];

    (void)state;
    memset(text, 'x', sizeof text - 1);

    ir_client_log(&c, IR_LOG_DEBUG, "%s", text);

    assert_in_range(strlen(lines.text), 500, 900);
}

static void
test_without_a_log_there_is_silence(void **state)
{
    struct ir_client c = { .log = NULL };

    (void)state;

    ir_client_log(&c, IR_LOG_WARNING, "%s", "nobody hears this");
}

static void
test_no_secret_is_logged_by_a_renewal(void **state)
{
    static const struct fake_step steps[] = { STEP(FAKE_DELETE, IR_E_AUTH) };
    struct lines lines = { 0 };
    struct ir_options o = IR_OPTIONS_INIT;
    struct ir_client *c;

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    o.log = keep_line;
    o.log_ctx = &lines;
    ir_client_new("https://h/", &o, &c, NULL);
    ir_login(c, "demo", "secret");

    ir_handler_end(c, "h");

    assert_int_equal(lines.n, 1);
    assert_null(strstr(lines.text, "secret"));
    assert_null(strstr(lines.text, "t1"));
    ir_client_free(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_client_begins_without_error_and_session),
        cmocka_unit_test(
            test_a_client_that_cannot_be_made_is_null_and_says_why),
        cmocka_unit_test(test_options_out_of_range_are_refused),
        cmocka_unit_test(test_freeing_nothing_is_fine),
        cmocka_unit_test(test_the_language_is_copied),
        cmocka_unit_test(test_user_and_password_are_copied),
        cmocka_unit_test(test_the_log_gets_lines_and_their_level),
        cmocka_unit_test(test_a_long_line_is_cut),
        cmocka_unit_test(test_without_a_log_there_is_silence),
        cmocka_unit_test(test_no_secret_is_logged_by_a_renewal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
