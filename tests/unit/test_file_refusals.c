/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Places where no file can be put, and disks that take no more: what was there
 * stays. */
#define _GNU_SOURCE /* unshare */
#include "transfer/file.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "support.h"

static struct ir_file file;
static struct ir_error error;

static enum ir_status
open_file(const char *path, int keep_existing)
{
    ir_error_clear(&error);
    return ir_file_open(&file, path, keep_existing, &error);
}

static void
check_refused(const char *path, enum ir_status status, int code)
{
    open_file(path, 0);
    check_error(path, &error, status, "");
    assert_int_equal(error.sys_errno, code);
    ir_file_close(&file);
}

/* ---- Targets ----------------------------------------------------------- */

static void
test_names_that_are_no_file_are_refused(void **state)
{
    (void)state;

    check_refused("", IR_E_ARGUMENT, 0);
    check_refused("/", IR_E_ARGUMENT, 0);
    check_refused(".", IR_E_ARGUMENT, 0);
    check_refused("..", IR_E_ARGUMENT, 0);
    check_refused("d/", IR_E_ARGUMENT, 0);
    check_refused("./..", IR_E_ARGUMENT, 0);
    folder_check_names("");
}

static void
test_a_folder_that_is_not_there_is_refused(void **state)
{
    (void)state;
    folder_write("f", "");

    check_refused("none/a", IR_E_IO, ENOENT);
    check_refused("f/a", IR_E_IO, ENOTDIR);
}

static void
test_a_folder_that_is_removed_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(chdir("d"), 0);
    assert_int_equal(rmdir("../d"), 0);

    assert_int_equal(open_file("a", 0), IR_E_IO);

    assert_int_equal(error.sys_errno, ENOENT);
}

/* Another may have removed it and begun anew. */
static void
test_only_the_part_that_was_written_is_published_or_removed(void **state)
{
    (void)state;
    folder_write("a", "old");
    open_file("a", 0);
    ir_file_reserve(&file, 0, 3, &error);
    ir_file_write(&file, 0, "new", 3);
    assert_int_equal(unlink("a.part"), 0);
    folder_write("a.part", "foreign");

    assert_int_equal(ir_file_publish(&file, 3, &error), IR_E_IO);
    assert_non_null(strstr(error.message, "a.part was removed or replaced"));
    ir_file_close(&file);

    folder_check("a", "old", 3);
    folder_check("a.part", "foreign", 7);
}

static void
test_a_name_that_is_too_long_is_refused(void **state)
{
    char name[5000];

    (void)state;
    memset(name, 'x', sizeof name);
    name[250] = '\0';
    assert_int_equal(open_file(name, 0), IR_OK);
    ir_file_close(&file);
    folder_check_names("");

    name[250] = 'x';
    name[251] = '\0';
    check_refused(name, IR_E_IO, ENAMETOOLONG);
    for (size_t i = 0; i < sizeof name; i++)
        name[i] = i % 2 == 0 ? '.' : '/';
    strcpy(name + sizeof name - 2, "a");
    check_refused(name, IR_E_IO, ENAMETOOLONG);
}

static void
test_only_a_regular_file_is_replaced(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(mkfifo("p", 0600), 0);

    check_refused("d", IR_E_IO, EISDIR);
    check_refused("p", IR_E_IO, 0);
    check_refused("/dev/null", IR_E_IO, 0);

    folder_check_names("d p ");
}

static void
test_a_link_is_replaced_and_its_file_left_alone(void **state)
{
    (void)state;
    folder_write("other", "other");
    assert_int_equal(symlink("other", "a"), 0);
    open_file("a", 0);
    ir_file_reserve(&file, 0, 3, &error);
    ir_file_write(&file, 0, "new", 3);

    assert_int_equal(ir_file_publish(&file, 3, &error), IR_OK);
    ir_file_close(&file);

    folder_check("other", "other", 5);
    folder_check("a", "new", 3);
    folder_check_names("a other ");
}

static void
test_a_link_to_a_folder_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(symlink("d", "a"), 0);

    check_refused("a", IR_E_IO, EISDIR);

    folder_check_names("a d ");
}

static void
test_a_folder_that_may_not_be_written_is_refused(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip();
    assert_int_equal(mkdir("d", 0500), 0);

    check_refused("d/a", IR_E_IO, EACCES);
}

static void
test_a_part_that_is_a_link_is_not_followed(void **state)
{
    (void)state;
    folder_write("precious", "precious");
    assert_int_equal(symlink("precious", "a.part"), 0);

    check_refused("a", IR_E_IO, ELOOP);

    folder_check("precious", "precious", 8);
    folder_check_names("a.part precious ");
}

static void
test_a_part_that_is_no_file_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("a.part", 0600), 0);
    assert_int_equal(mkdir("b.part", 0700), 0);

    check_refused("a", IR_E_IO, 0);
    check_refused("b", IR_E_IO, EISDIR);

    folder_check_names("a.part b.part ");
}

/* ---- Failing writes ---------------------------------------------------- */

static void
test_more_than_a_file_can_hold_is_refused(void **state)
{
    (void)state;
    open_file("a", 0);

    assert_int_equal(ir_file_reserve(&file, 0, UINT64_MAX, &error), IR_E_IO);

    assert_int_equal(error.sys_errno, EFBIG);
    ir_file_close(&file);
}

/* In another process, whose files have at most 'n' bytes: 'step' is 0 if all
 * went as expected. */
static void
run_limited(rlim_t n, int (*step)(void))
{
    const struct rlimit limit = { n, n };
    pid_t pid = fork();
    int how;

    assert_true(pid >= 0);
    if (pid == 0) {
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
            _exit(99);
        _exit(step());
    }
    assert_true(waitpid(pid, &how, 0) == pid);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
}

static int
write_past_the_limit(void)
{
    static const char data[3000];

    if (open_file("a", 0) != IR_OK)
        return 1;
    if (ir_file_write(&file, 0, data, 1000) != 0)
        return 2;
    errno = 0;
    if (ir_file_write(&file, 500, data, 3000) == 0 || errno != EFBIG)
        return 3;
    ir_file_close(&file);
    return 0;
}

static void
test_a_short_write_is_completed_or_fails(void **state)
{
    (void)state;
    folder_write("a", "old");

    run_limited(1024, write_past_the_limit);

    folder_check("a", "old", 3);
    folder_check_names("a ");
}

/* Exit code of a process that may not do what a test needs. */
#define CANNOT 77

/* In another process: put "d/a" on a disk of 64 KiB. */
static int
fill_a_small_disk(void)
{
    int rc = 0;

    if (unshare(CLONE_NEWNS) != 0
        || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0
        || mount("none", "d", "tmpfs", 0, "size=65536") != 0)
        return CANNOT;
    folder_write("d/a", "old");
    if (open_file("d/a", 0) != IR_OK)
        return 1;
    if (ir_file_reserve(&file, 0, 131072, &error) != IR_E_IO
        || error.sys_errno != ENOSPC)
        rc = 2;
    ir_file_close(&file);
    folder_check("d/a", "old", 3);
    return access("d/a.part", F_OK) == 0 ? 3 : rc;
}

static void
test_a_full_disk_is_found_before_anything_is_fetched(void **state)
{
    pid_t pid;
    int how;

    (void)state;
    assert_int_equal(mkdir("d", 0700), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(fill_a_small_disk());

    assert_true(waitpid(pid, &how, 0) == pid);

    assert_true(WIFEXITED(how));
    if (WEXITSTATUS(how) == CANNOT)
        skip();
    assert_int_equal(WEXITSTATUS(how), 0);
}

static void
test_a_write_to_a_closed_descriptor_says_why(void **state)
{
    struct ir_file closed = { .dir_fd = -1, .fd = -1 };

    (void)state;
    errno = 0;

    assert_int_not_equal(ir_file_write(&closed, 0, "x", 1), 0);

    assert_int_equal(errno, EBADF);
}

#define TEST(f) \
    cmocka_unit_test_setup_teardown(f, folder_set_up, folder_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_names_that_are_no_file_are_refused),
        TEST(test_a_folder_that_is_not_there_is_refused),
        TEST(test_a_folder_that_is_removed_is_refused),
        TEST(test_only_the_part_that_was_written_is_published_or_removed),
        TEST(test_a_name_that_is_too_long_is_refused),
        TEST(test_only_a_regular_file_is_replaced),
        TEST(test_a_link_is_replaced_and_its_file_left_alone),
        TEST(test_a_link_to_a_folder_is_refused),
        TEST(test_a_folder_that_may_not_be_written_is_refused),
        TEST(test_a_part_that_is_a_link_is_not_followed),
        TEST(test_a_part_that_is_no_file_is_refused),
        TEST(test_more_than_a_file_can_hold_is_refused),
        TEST(test_a_short_write_is_completed_or_fails),
        TEST(test_a_full_disk_is_found_before_anything_is_fetched),
        TEST(test_a_write_to_a_closed_descriptor_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
