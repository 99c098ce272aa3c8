/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A file appears under its name only when it is complete; until then, and after
 * giving up, what was there stays. */
#include "transfer/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "support.h"

/* Of a file that grows. */
#define PART_MODE 01600

static struct ir_file file;
static struct ir_error error;

static enum ir_status
open_file(const char *path, int keep_existing)
{
    ir_error_clear(&error);
    return ir_file_open(&file, path, keep_existing, &error);
}

/* ---- Publishing -------------------------------------------------------- */

static void
test_a_new_file_appears_when_it_is_published(void **state)
{
    (void)state;
    assert_int_equal(open_file("a", 0), IR_OK);
    assert_int_equal(ir_file_reserve(&file, 0, 6, &error), IR_OK);
    assert_int_equal(ir_file_write(&file, 3, "def", 3), 0);
    assert_int_equal(ir_file_write(&file, 0, "abc", 3), 0);
    folder_check_names("a.part ");

    assert_int_equal(ir_file_publish(&file, 6, &error), IR_OK);
    ir_file_close(&file);

    folder_check_names("a ");
    folder_check("a", "abcdef", 6);
}

static void
test_an_old_file_stays_until_it_is_replaced(void **state)
{
    (void)state;
    folder_write("a", "old");
    open_file("a", 0);
    ir_file_reserve(&file, 0, 3, &error);
    ir_file_write(&file, 0, "new", 3);
    folder_check("a", "old", 3);

    assert_int_equal(ir_file_publish(&file, 3, &error), IR_OK);
    ir_file_close(&file);

    folder_check("a", "new", 3);
    folder_check_names("a ");
}

static void
test_giving_up_leaves_everything_as_it_was(void **state)
{
    (void)state;
    folder_write("a", "old");
    open_file("a", 0);
    ir_file_reserve(&file, 0, 3, &error);
    ir_file_write(&file, 0, "new", 3);

    ir_file_close(&file);

    folder_check("a", "old", 3);
    folder_check_names("a ");
}

static void
test_closing_twice_is_fine(void **state)
{
    (void)state;
    open_file("a", 0);

    ir_file_close(&file);
    ir_file_close(&file);

    folder_check_names("");
}

static void
test_an_empty_file_is_a_file(void **state)
{
    (void)state;
    open_file("a", 0);
    assert_int_equal(ir_file_reserve(&file, 0, 0, &error), IR_OK);

    assert_int_equal(ir_file_publish(&file, 0, &error), IR_OK);
    ir_file_close(&file);

    folder_check("a", "", 0);
}

static void
test_reserving_again_drops_what_was_written(void **state)
{
    (void)state;
    open_file("a", 0);
    ir_file_reserve(&file, 0, 9, &error);
    ir_file_write(&file, 0, "first try", 9);

    assert_int_equal(ir_file_reserve(&file, 0, 3, &error), IR_OK);
    ir_file_write(&file, 0, "new", 3);
    ir_file_publish(&file, 3, &error);
    ir_file_close(&file);

    folder_check("a", "new", 3);
}

static void
test_reserving_does_not_make_the_file_longer(void **state)
{
    (void)state;
    open_file("a", 0);
    assert_int_equal(ir_file_reserve(&file, 0, 100000, &error), IR_OK);
    ir_file_write(&file, 0, "x", 1);

    ir_file_publish(&file, 1, &error);
    ir_file_close(&file);

    folder_check("a", "x", 1);
}

static void
test_reserving_behind_what_is_kept_drops_the_rest(void **state)
{
    (void)state;
    open_file("a", 0);
    ir_file_reserve(&file, 0, 9, &error);
    ir_file_write(&file, 0, "first try", 9);

    assert_int_equal(ir_file_reserve(&file, 6, 8, &error), IR_OK);
    ir_file_write(&file, 6, "go", 2);
    assert_int_equal(ir_file_publish(&file, 8, &error), IR_OK);
    ir_file_close(&file);

    folder_check("a", "first go", 8);
}

static void
test_a_file_of_another_length_is_not_published(void **state)
{
    static const uint64_t sizes[] = { 0, 2, 4, UINT64_MAX };

    (void)state;
    folder_write("a", "old");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        open_file("a", 0);
        ir_file_reserve(&file, 0, 3, &error);
        ir_file_write(&file, 0, "new", 3);

        assert_int_equal(ir_file_publish(&file, sizes[i], &error), IR_E_IO);
        ir_file_close(&file);

        folder_check("a", "old", 3);
        folder_check_names("a ");
    }
}

static void
test_a_file_in_another_folder_is_published_there(void **state)
{
    char path[200] = "";

    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    assert_non_null(getcwd(path, 150));
    strcat(path, "/d/a");
    open_file(path, 0);

    ir_file_publish(&file, 0, &error);
    ir_file_close(&file);

    folder_check("d/a", "", 0);
    folder_check_names("d ");
}

static void
test_the_folder_is_the_one_that_was_named_at_the_start(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    open_file("d/a", 0);
    assert_int_equal(rename("d", "e"), 0);
    assert_int_equal(mkdir("d", 0700), 0);

    assert_int_equal(ir_file_publish(&file, 0, &error), IR_OK);
    ir_file_close(&file);

    folder_check("e/a", "", 0);
    assert_int_not_equal(access("d/a", F_OK), 0);
}

/* ---- keep_existing ----------------------------------------------------- */

static void
test_an_existing_file_is_kept_when_asked(void **state)
{
    (void)state;
    folder_write("a", "old");

    open_file("a", 1);

    check_error("a", &error, IR_E_IO, "cannot create a");
    assert_int_equal(error.sys_errno, EEXIST);
    ir_file_close(&file);
    folder_check("a", "old", 3);
    folder_check_names("a ");
}

static void
test_a_file_that_appeared_meanwhile_is_kept_when_asked(void **state)
{
    (void)state;
    assert_int_equal(open_file("a", 1), IR_OK);
    ir_file_reserve(&file, 0, 3, &error);
    ir_file_write(&file, 0, "new", 3);
    folder_write("a", "other");

    assert_int_equal(ir_file_publish(&file, 3, &error), IR_E_IO);
    ir_file_close(&file);

    assert_int_equal(error.sys_errno, EEXIST);
    folder_check("a", "other", 5);
    folder_check_names("a ");
}

static void
test_without_an_existing_file_there_is_nothing_to_keep(void **state)
{
    (void)state;
    assert_int_equal(open_file("a", 1), IR_OK);

    assert_int_equal(ir_file_publish(&file, 0, &error), IR_OK);
    ir_file_close(&file);

    folder_check_names("a ");
}

/* ---- The .part file ---------------------------------------------------- */

static void
test_a_file_that_is_no_leftover_is_not_touched(void **state)
{
    static const mode_t modes[] = { 0644, 0600, 0700, 0400 };

    (void)state;
    folder_write("a.part", "somebody's");
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct stat st;

        chmod("a.part", modes[i]);

        assert_int_equal(open_file("a", 0), IR_E_IO);

        folder_check("a.part", "somebody's", 10);
        assert_int_equal(stat("a.part", &st), 0);
        assert_int_equal(st.st_mode & 07777, modes[i]);
    }
}

static void
test_a_linked_leftover_is_not_touched(void **state)
{
    (void)state;
    folder_write("other", "precious");
    chmod("other", PART_MODE);
    assert_int_equal(link("other", "a.part"), 0);

    assert_int_equal(open_file("a", 0), IR_E_IO);

    folder_check("other", "precious", 8);
}

static void
test_a_leftover_stays_where_nothing_was_fetched(void **state)
{
    (void)state;
    folder_write("a.part", "leftover");
    chmod("a.part", PART_MODE);
    assert_int_equal(open_file("a", 0), IR_OK);

    ir_file_close(&file);

    folder_check("a.part", "leftover", 8);
}

/* The end of a process at a moment that depends on the kernel: publishing went
 * as far as the permissions, and not to the rename. */
static void
test_a_leftover_that_was_being_published_is_taken_over(void **state)
{
    struct stat st;

    (void)state;
    open_file("a", 0);
    ir_file_reserve(&file, 0, 3, &error);
    ir_file_write(&file, 0, "old", 3);
    assert_int_equal(mkdir("a", 0700), 0); /* which no file replaces */
    assert_int_equal(ir_file_publish(&file, 3, &error), IR_E_IO);
    ir_file_keep(&file);
    ir_file_close(&file);
    rmdir("a");
    ir_error_clear(&error);
    folder_check_names("a.part ");

    assert_int_equal(open_file("a", 0), IR_OK);

    assert_int_equal(stat("a.part", &st), 0);
    assert_int_equal(st.st_mode & 07777, PART_MODE);
    ir_file_close(&file);
}

#define NOBODY 65534

/* In another process, to which permissions apply. */
static int
take_over_what_had_its_last(mode_t mode)
{
    if (geteuid() == 0
        && (chown(".", NOBODY, (gid_t)-1) != 0 || setuid(NOBODY) != 0))
        return 1;
    if (open_file("a", 0) != IR_OK || mkdir("a", mode) != 0)
        return 2;
    if (ir_file_publish(&file, 0, &error) != IR_E_IO)
        return 3;
    ir_file_keep(&file);
    ir_file_close(&file);
    rmdir("a");
    return open_file("a", 0) == IR_OK && file.was_leftover ? 0 : 4;
}

static void
test_a_leftover_that_was_to_be_read_only_is_taken_over(void **state)
{
    static const mode_t modes[] = { 0444, 0400, 0200, 0 };

    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        pid_t pid = fork();
        int how;

        assert_true(pid >= 0);
        if (pid == 0)
            _exit(take_over_what_had_its_last(modes[i]));

        assert_true(waitpid(pid, &how, 0) == pid);

        assert_true(WIFEXITED(how));
        assert_int_equal(WEXITSTATUS(how), 0);
        unlink("a.part");
    }
}

static void
test_any_umask_will_do(void **state)
{
    static const mode_t masks[] = { 0, 077, 0277, 0777 };

    (void)state;
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        mode_t was = umask(masks[i]);
        enum ir_status st = open_file("a", 0);
        struct stat part;

        umask(was);
        assert_int_equal(st, IR_OK);
        assert_int_equal(stat("a.part", &part), 0);
        assert_int_equal(part.st_mode & 07777, PART_MODE);
        ir_file_close(&file);
    }
}

static void
test_a_leftover_of_a_crash_is_taken_over(void **state)
{
    (void)state;
    folder_write("a.part", "a longer leftover");
    chmod("a.part", PART_MODE);
    assert_int_equal(open_file("a", 0), IR_OK);
    ir_file_reserve(&file, 0, 3, &error);
    ir_file_write(&file, 0, "new", 3);

    ir_file_publish(&file, 3, &error);
    ir_file_close(&file);

    folder_check("a", "new", 3);
    folder_check_names("a ");
}

/* In another process: does opening "a" end as 'status'?  Exits. */
static void
open_elsewhere(enum ir_status status)
{
    pid_t pid = fork();
    int how;

    assert_true(pid >= 0);
    if (pid == 0) {
        struct ir_file other;
        struct ir_error e = { 0 };
        enum ir_status st = ir_file_open(&other, "a", 0, &e);

        ir_file_close(&other);
        _exit(st == status ? 0 : 1);
    }
    assert_true(waitpid(pid, &how, 0) == pid);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

static void
test_a_second_process_is_told_that_the_target_is_busy(void **state)
{
    (void)state;
    open_file("a", 0);
    ir_file_reserve(&file, 0, 3, &error);
    ir_file_write(&file, 0, "new", 3);

    open_elsewhere(IR_E_BUSY);

    folder_check_names("a.part ");
    assert_int_equal(ir_file_publish(&file, 3, &error), IR_OK);
    ir_file_close(&file);
    folder_check("a", "new", 3);
    open_elsewhere(IR_OK);
}

static void
test_nobody_else_reads_the_part(void **state)
{
    struct stat st;

    (void)state;
    open_file("a", 0);

    assert_int_equal(stat("a.part", &st), 0);

    assert_int_equal(st.st_mode & 0077, 0);
    ir_file_close(&file);
}

static void
test_a_new_file_has_the_permissions_of_any_new_file(void **state)
{
    struct stat expected;
    struct stat st;

    (void)state;
    folder_write("b", "");
    open_file("a", 0);
    ir_file_publish(&file, 0, &error);
    ir_file_close(&file);

    assert_int_equal(stat("b", &expected), 0);
    assert_int_equal(stat("a", &st), 0);

    assert_int_equal(st.st_mode, expected.st_mode);
}

static void
test_a_replaced_file_keeps_its_permissions(void **state)
{
    struct stat st;

    (void)state;
    folder_write("a", "old");
    assert_int_equal(chmod("a", 0640), 0);
    open_file("a", 0);
    ir_file_publish(&file, 0, &error);
    ir_file_close(&file);

    assert_int_equal(stat("a", &st), 0);

    assert_int_equal(st.st_mode & 07777, 0640);
}

#define TEST(f) \
    cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_new_file_appears_when_it_is_published),
        TEST(test_an_old_file_stays_until_it_is_replaced),
        TEST(test_giving_up_leaves_everything_as_it_was),
        TEST(test_closing_twice_is_fine),
        TEST(test_an_empty_file_is_a_file),
        TEST(test_reserving_again_drops_what_was_written),
        TEST(test_reserving_does_not_make_the_file_longer),
        TEST(test_reserving_behind_what_is_kept_drops_the_rest),
        TEST(test_a_file_of_another_length_is_not_published),
        TEST(test_a_file_in_another_folder_is_published_there),
        TEST(test_the_folder_is_the_one_that_was_named_at_the_start),
        TEST(test_an_existing_file_is_kept_when_asked),
        TEST(test_a_file_that_appeared_meanwhile_is_kept_when_asked),
        TEST(test_without_an_existing_file_there_is_nothing_to_keep),
        TEST(test_a_file_that_is_no_leftover_is_not_touched),
        TEST(test_a_linked_leftover_is_not_touched),
        TEST(test_a_leftover_stays_where_nothing_was_fetched),
        TEST(test_a_leftover_of_a_crash_is_taken_over),
        TEST(test_a_leftover_that_was_being_published_is_taken_over),
        TEST(test_a_leftover_that_was_to_be_read_only_is_taken_over),
        TEST(test_any_umask_will_do),
        TEST(test_a_second_process_is_told_that_the_target_is_busy),
        TEST(test_nobody_else_reads_the_part),
        TEST(test_a_new_file_has_the_permissions_of_any_new_file),
        TEST(test_a_replaced_file_keeps_its_permissions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
