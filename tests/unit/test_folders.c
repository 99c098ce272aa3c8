/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Folders, versions and the download queue: one operation each, inside a
 * session whose spelling may have to be found out. */
#include <inforouter.h>
#include <stdio.h>
#include <string.h>

#include "fake_calls.h"
#include "fake_lists.h"
#include "fake_uploads.h"
#include "support.h"

static struct ir_client *client;

/* ---- The operations ---------------------------------------------------- */

static enum ir_status
list_folder(void)
{
    struct ir_listing a;
    enum ir_status st = ir_list_folder(client, "/L", &a);

    assert_int_equal(a.n, st == IR_OK ? 2 : 0);
    return st;
}

static enum ir_status
list_libraries(void)
{
    struct ir_listing a;
    enum ir_status st = ir_list_folder(client, "/", &a);

    assert_int_equal(a.n, st == IR_OK ? 2 : 0);
    return st;
}

static int
count(void *ctx, const struct ir_entry *entry)
{
    int *n = ctx;

    assert_non_null(entry->name);
    return ++*n == 3;
}

static enum ir_status
list_each(void)
{
    int n = 0;
    enum ir_status st = ir_list_each(client, "/L", count, &n);

    assert_int_equal(n, st == IR_OK ? 2 : 0);
    return st;
}

static enum ir_status
list_each_library(void)
{
    int n = 0;
    enum ir_status st = ir_list_each(client, "/", count, &n);

    assert_int_equal(n, st == IR_OK ? 2 : 0);
    return st;
}

static enum ir_status
create_folder(void)
{
    return ir_create_folder(client, "/L");
}

static enum ir_status
get_versions(void)
{
    struct ir_versions a;
    enum ir_status st = ir_get_versions(client, "/L", &a);

    assert_int_equal(a.n, st == IR_OK ? 2 : 0);
    return st;
}

static enum ir_status
queue_list(void)
{
    struct ir_listing a;
    enum ir_status st = ir_queue_list(client, &a);

    assert_int_equal(a.n, st == IR_OK ? 2 : 0);
    return st;
}

static enum ir_status
queue_add(void)
{
    return ir_queue_add(client, "/L");
}

static enum ir_status
queue_remove(void)
{
    return ir_queue_remove(client, "/L");
}

static const struct {
    enum ir_status (*call)(void);
    int has_two_names;
    const char *documented; /* how it is called, and in the classic names */
    const char *classic;
    const char *renewed;
} rows[] = {
    { list_folder, 1, "list(t1,D,/L) ", "list(t1,C,/L) ", "list(t2,D,/L) " },
    { list_libraries, 1, "domains(t1,D,-) ", "domains(t1,C,-) ",
        "domains(t2,D,-) " },
    { list_each, 1, "each(t1,D,/L) ", "each(t1,C,/L) ", "each(t2,D,/L) " },
    { list_each_library, 1, "domains(t1,D,-) ", "domains(t1,C,-) ",
        "domains(t2,D,-) " },
    { create_folder, 1, "create(t1,D,/L) ", "create(t1,C,/L) ",
        "create(t2,D,/L) " },
    { get_versions, 0, "versions(t1,D,/L) ", NULL, "versions(t2,D,/L) " },
    { queue_list, 0, "queue(t1,D,-) ", NULL, "queue(t2,D,-) " },
    { queue_add, 0, "add(t1,D,/L) ", NULL, "add(t2,D,/L) " },
    { queue_remove, 0, "remove(t1,D,/L) ", NULL, "remove(t2,D,/L) " },
};

/* ---- Sessions ---------------------------------------------------------- */

static int
set_up(void **state)
{
    (void)state;
    fake_calls_script(NULL, 0);
    fake_lists_reset();
    fake_uploads_reset();
    return ir_client_new("https://h/", NULL, &client, NULL) != IR_OK
        || ir_login(client, "demo", "pwd") != IR_OK;
}

static int
tear_down(void **state)
{
    (void)state;
    ir_client_free(client);
    client = NULL;
    return 0;
}

/* A new client of a new server. */
static void
start_again(void **state)
{
    tear_down(state);
    assert_int_equal(set_up(state), 0);
}

/* The calls were these, the first in the documented names. */
static void
check_calls(const char *first, const char *second)
{
    char expected[100];

    snprintf(expected, sizeof expected, "%s%s", first, second);
    assert_string_equal(fake_lists.trace, expected);
}

static void
test_each_is_one_call(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        start_again(state);
        assert_int_equal(rows[i].call(), IR_OK);
        check_calls(rows[i].documented, "");
        assert_int_equal(ir_client_error(client)->status, IR_OK);
    }
}

static void
test_without_a_session_nothing_is_called(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        start_again(state);
        ir_logout(client);
        fake_calls_forget();
        assert_int_equal(rows[i].call(), IR_E_AUTH);
        check_calls("", "");
        assert_string_equal(fake_calls.trace, "");
    }
}

static void
test_a_ticket_is_proved_before_names_are_doubted(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        start_again(state);
        fake_lists.is_classic = 1;

        assert_int_equal(rows[i].call(), IR_OK);

        check_calls(rows[i].documented,
            rows[i].has_two_names ? rows[i].classic : "");
        assert_int_equal(fake_calls_count("check("), 1);
    }
}

static void
test_names_that_were_found_out_stay(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        start_again(state);
        fake_lists.is_classic = 1;
        list_folder();
        fake_lists_forget();
        fake_calls_forget();

        assert_int_equal(rows[i].call(), IR_OK);

        check_calls(rows[i].has_two_names ? rows[i].classic
                                          : rows[i].documented, "");
        assert_string_equal(fake_calls.trace, "");
    }
}

static void
test_a_session_that_ended_is_renewed_once(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        start_again(state);
        list_folder();
        fake_lists_forget();
        fake_lists.n_expired = 1;

        assert_int_equal(rows[i].call(), IR_OK);

        check_calls(rows[i].documented, rows[i].renewed);
        assert_int_equal(fake_calls_count("renew("), 1);
    }
}

static void
test_a_session_that_stays_ended_is_given_up(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        start_again(state);
        list_folder();
        fake_lists_forget();
        fake_lists.n_expired = 9;

        assert_int_equal(rows[i].call(), IR_E_AUTH);

        check_calls(rows[i].documented, rows[i].renewed);
    }
}

static void
test_a_refusal_is_told_and_not_repeated(void **state)
{
    static const enum ir_status refusals[] = { IR_E_NOT_FOUND, IR_E_DENIED,
        IR_E_SERVER, IR_E_NETWORK, IR_E_TIMEOUT, IR_E_PROTOCOL };

    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t j = 0; j < COUNT(refusals); j++) {
            start_again(state);
            list_folder();
            fake_lists_forget();
            fake_lists.list = refusals[j];

            assert_int_equal(rows[i].call(), refusals[j]);

            check_calls(rows[i].documented, "");
            check_error(rows[i].documented, ir_client_error(client),
                refusals[j], "told to fail");
        }
}

static void
test_a_cancelled_client_calls_nothing_more(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        start_again(state);
        ir_client_cancel(client);
        assert_int_equal(rows[i].call(), IR_E_CANCELLED);
    }
}

static void
test_each_has_a_deadline_of_its_own(void **state)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t n = fake_calls.n_begins;

        (void)state;
        rows[i].call();
        assert_int_equal(fake_calls.n_begins, n + 1);
    }
}

/* ---- What comes -------------------------------------------------------- */

static void
test_only_the_root_has_the_libraries(void **state)
{
    static const char *const folders[] = { "/L", "//", "/ ", "~F3" };
    struct ir_listing a;

    (void)state;
    for (size_t i = 0; i < COUNT(folders); i++) {
        fake_lists_forget();
        ir_list_folder(client, folders[i], &a);
        assert_non_null(strstr(fake_lists.trace, "list("));
    }
    fake_lists_forget();
    ir_list_folder(client, "/", &a);
    assert_non_null(strstr(fake_lists.trace, "domains("));
}

static void
test_entries_and_versions_are_those_of_the_answer(void **state)
{
    struct ir_listing a;
    struct ir_versions v;

    (void)state;
    ir_list_folder(client, "/L", &a);
    assert_string_equal(a.entries[0].id, "~F3");
    assert_string_equal(a.entries[1].name, "a.txt");

    ir_get_versions(client, "/L", &v);
    assert_true(v.versions[1].number == 1000001);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_is_one_call),
        TEST(test_without_a_session_nothing_is_called),
        TEST(test_a_ticket_is_proved_before_names_are_doubted),
        TEST(test_names_that_were_found_out_stay),
        TEST(test_a_session_that_ended_is_renewed_once),
        TEST(test_a_session_that_stays_ended_is_given_up),
        TEST(test_a_refusal_is_told_and_not_repeated),
        TEST(test_a_cancelled_client_calls_nothing_more),
        TEST(test_each_has_a_deadline_of_its_own),
        TEST(test_only_the_root_has_the_libraries),
        TEST(test_entries_and_versions_are_those_of_the_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
