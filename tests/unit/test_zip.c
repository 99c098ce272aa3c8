/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * An archive that is taken holds the right bytes: python3's zipfile makes some
 * of the archives, and reads again whatever was taken though a byte of it was
 * changed. */
#define _GNU_SOURCE /* memfd_create */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zip.h>

#include "fake_calls.h"
#include "folder.h"
#include "support.h"
#include "transfer/zip.h"

static struct ir_client *client;

/* ---- Making ------------------------------------------------------------ */

static zip_t *
begin(const char *name)
{
    zip_t *archive = zip_open(name, ZIP_CREATE | ZIP_TRUNCATE, NULL);

    assert_non_null(archive);
    return archive;
}

static zip_uint64_t
add(zip_t *archive, const char *name, const void *data, size_t n, int method)
{
    zip_source_t *source = zip_source_buffer(archive, data, n, 0);
    zip_int64_t i = zip_file_add(archive, name, source, ZIP_FL_ENC_UTF_8);

    assert_true(i >= 0);
    assert_int_equal(zip_set_file_compression(archive, (zip_uint64_t)i,
        method, 0), 0);
    return (zip_uint64_t)i;
}

static void
end(zip_t *archive)
{
    if (zip_close(archive) != 0)
        fail_msg("%s", zip_strerror(archive));
}

static void
make_small(void)
{
    static const char text[] = "the second one, the second one";
    zip_t *archive = begin("small.zip");

    add(archive, "a", "first", 5, ZIP_CM_STORE);
    assert_true(zip_dir_add(archive, "d", ZIP_FL_ENC_UTF_8) >= 0);
    add(archive, "d/b", text, sizeof text, ZIP_CM_DEFLATE);
    end(archive);
}

static void
run_python(const char *what)
{
    char command[600];

    snprintf(command, sizeof command, "%s %s", ARCHIVES, what);
    if (system(command) != 0)
        fail_msg("%s", command);
}

/* ---- Checking ---------------------------------------------------------- */

static size_t
read_file(const char *name, uint8_t *data, size_t size)
{
    FILE *f = fopen(name, "r");
    size_t n;

    assert_non_null(f);
    n = fread(data, 1, size, f);
    fclose(f);
    assert_true(n < size);
    return n;
}

static enum ir_status
check_fd(int fd, uint64_t *n_files)
{
    fake_calls_forget();
    ir_wire_begin(client->wire);
    return ir_zip_check(client, fd, n_files);
}

static enum ir_status
check_bytes(const uint8_t *data, size_t n, uint64_t *n_files)
{
    int fd = memfd_create("zip", MFD_CLOEXEC);
    enum ir_status st;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, n), n);
    st = check_fd(fd, n_files);
    close(fd);
    return st;
}

static void
check_is(const char *name, enum ir_status status, const char *part)
{
    static uint8_t data[1 << 20];
    size_t n = read_file(name, data, sizeof data);
    uint64_t n_files;

    check_bytes(data, n, &n_files);
    check_error(name, ir_client_error(client), status, part);
}

static void
check_sound(const char *name, uint64_t expected)
{
    static uint8_t data[1 << 24];
    size_t n = read_file(name, data, sizeof data);
    uint64_t n_files = 77777;

    check_bytes(data, n, &n_files);
    check_error(name, ir_client_error(client), IR_OK, "");
    assert_int_equal(n_files, expected);
}

/* ---- Sound archives ---------------------------------------------------- */

static void
test_files_are_counted_and_folders_are_not(void **state)
{
    (void)state;
    make_small();

    check_sound("small.zip", 2);
}

static void
test_files_of_every_size_are_sound(void **state)
{
    static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 300000 };
    static uint8_t data[300000];
    zip_t *archive = begin("a.zip");

    (void)state;
    fill_pattern(data, sizeof data);
    for (size_t i = 0; i < COUNT(sizes); i++)
        for (int stored = 0; stored <= 1; stored++) {
            char name[40];

            snprintf(name, sizeof name, "%d/%zu", stored, sizes[i]);
            add(archive, name, data, sizes[i],
                stored ? ZIP_CM_STORE : ZIP_CM_DEFLATE);
        }
    end(archive);

    check_sound("a.zip", 2 * COUNT(sizes));
}

static void
test_hundreds_of_files_are_sound(void **state)
{
    zip_t *archive = begin("a.zip");

    (void)state;
    for (int i = 0; i < 300; i++) {
        char name[40];

        snprintf(name, sizeof name, "d%d/\xC3\xA9%d", i % 7, i);
        add(archive, name, "12", 2, ZIP_CM_DEFAULT);
    }
    end(archive);

    check_sound("a.zip", 300);
}

static void
test_more_files_than_two_bytes_count_are_sound(void **state)
{
    zip_t *archive = begin("a.zip");

    (void)state;
    for (int i = 0; i < 65537; i++) {
        char name[40];

        snprintf(name, sizeof name, "%d", i);
        add(archive, name, "", 0, ZIP_CM_STORE);
    }
    end(archive);

    check_sound("a.zip", 65537);
}

static void
test_archives_of_another_maker_are_sound(void **state)
{
    (void)state;
    run_python("make");

    check_sound("stream.zip", 2);
    check_sound("zip64.zip", 2);
}

/* Nothing but its end. */
static void
test_an_archive_without_files_is_sound(void **state)
{
    static const uint8_t empty[22] = "PK\5\6";
    uint64_t n_files = 7;

    (void)state;
    assert_int_equal(check_bytes(empty, sizeof empty, &n_files), IR_OK);

    assert_int_equal(n_files, 0);
}

/* ---- Damaged archives -------------------------------------------------- */

/* Is it worth a check: one bit, all of them, or the byte becomes 0? */
static int
is_telling(int twist, uint8_t byte)
{
    return (twist & (twist - 1)) == 0 || twist == 255 || twist == byte;
}

/* Every byte of 'name' changed, in 'every' way or in the telling ones: it is
 * refused, or another reader finds the same bytes in it. */
static void
change_every_byte(const char *name, size_t n_files, int every)
{
    int fd = memfd_create("zip", MFD_CLOEXEC);
    uint8_t data[1000];
    size_t n = read_file(name, data, sizeof data);
    FILE *taken = fopen("taken", "w");

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, n), n);
    assert_non_null(taken);
    assert_int_equal(rename(name, "good.zip"), 0);
    for (size_t i = 0; i < n; i++)
        for (int twist = 1; twist < 256; twist++) {
            uint64_t found = 0;
            enum ir_status st;

            if (!every && !is_telling(twist, data[i]))
                continue;
            data[i] ^= (uint8_t)twist;
            assert_int_equal(pwrite(fd, &data[i], 1, (off_t)i), 1);
            st = check_fd(fd, &found);
            if (st == IR_OK)
                assert_int_equal(fwrite(data, 1, n, taken), n);
            if (st == IR_OK ? found != n_files
                            : st != IR_E_CORRUPT && st != IR_E_PROTOCOL)
                fail_msg("byte %zu ^ %d: %s, %d files", i, twist,
                    ir_client_error(client)->message, (int)found);
            data[i] ^= (uint8_t)twist;
            assert_int_equal(pwrite(fd, &data[i], 1, (off_t)i), 1);
        }
    close(fd);
    assert_int_equal(fclose(taken), 0);
    run_python("compare < taken");
}

static void
test_no_changed_byte_of_an_archive_goes_unseen(void **state)
{
    (void)state;
    make_small();

    change_every_byte("small.zip", 2, 1);
}

static void
test_no_changed_byte_of_a_streamed_archive_goes_unseen(void **state)
{
    (void)state;
    run_python("make");

    change_every_byte("stream.zip", 2, 0);
}

static void
test_no_changed_byte_of_a_zip64_archive_goes_unseen(void **state)
{
    (void)state;
    run_python("make");

    change_every_byte("zip64.zip", 2, 0);
}

static void
test_an_archive_is_refused_at_every_length_but_its_own(void **state)
{
    static const char *const names[] = { "small.zip", "stream.zip",
        "zip64.zip" };

    (void)state;
    make_small();
    run_python("make");
    for (size_t i = 0; i < COUNT(names); i++) {
        uint8_t data[1000];
        size_t n = read_file(names[i], data, sizeof data);

        for (size_t length = 0; length < n; length++) {
            uint64_t n_files;

            check_bytes(data, length, &n_files);
            check_error(names[i], ir_client_error(client), IR_E_CORRUPT,
                "archive");
        }
    }
}

static void
test_what_is_damaged_is_named(void **state)
{
    uint8_t data[1000];
    uint64_t n_files;
    size_t n;
    uint8_t *found;

    (void)state;
    make_small();
    n = read_file("small.zip", data, sizeof data);
    found = memmem(data, n, "first", 5);
    assert_non_null(found);
    *found ^= 1;

    check_bytes(data, n, &n_files);

    check_error("a", ir_client_error(client), IR_E_CORRUPT,
        "the archive's a is damaged");
    assert_true(ir_client_error(client)->retryable);
}

static void
test_an_empty_file_is_no_archive(void **state)
{
    uint64_t n_files;

    (void)state;
    check_bytes((const uint8_t *)"", 0, &n_files);

    check_error("empty", ir_client_error(client), IR_E_CORRUPT, "no bytes");
}

/* ---- What cannot be checked -------------------------------------------- */

static void
test_an_encrypted_file_cannot_be_checked(void **state)
{
    static const zip_uint16_t methods[] = { ZIP_EM_AES_128, ZIP_EM_AES_256,
        ZIP_EM_TRAD_PKWARE };

    (void)state;
    for (size_t i = 0; i < COUNT(methods); i++) {
        zip_t *archive = begin("a.zip");

        add(archive, "open", "1", 1, ZIP_CM_STORE);
        zip_file_set_encryption(archive,
            add(archive, "sealed", "12", 2, ZIP_CM_STORE), methods[i], "pwd");
        end(archive);
        check_is("a.zip", IR_E_PROTOCOL, "the archive's sealed cannot");
        assert_false(ir_client_error(client)->retryable);
    }
}

/* The method of the only file becomes another, in both places. */
static void
test_an_unknown_method_cannot_be_checked(void **state)
{
    uint8_t data[1000];
    uint64_t n_files;
    size_t n;
    uint8_t *central;
    zip_t *archive = begin("a.zip");

    (void)state;
    add(archive, "packed", "12", 2, ZIP_CM_STORE);
    end(archive);
    n = read_file("a.zip", data, sizeof data);
    central = memmem(data, n, "PK\1\2", 4);
    assert_non_null(central);
    data[8] = central[10] = 97;

    check_bytes(data, n, &n_files);

    check_error("97", ir_client_error(client), IR_E_PROTOCOL,
        "the archive's packed cannot be checked");
}

/* ---- Ends -------------------------------------------------------------- */

static void
test_a_cancel_ends_the_check_of_a_large_file(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_WAIT, IR_OK), STEP(FAKE_WAIT, IR_E_CANCELLED),
    };
    static uint8_t data[400000];
    zip_t *archive = begin("a.zip");

    (void)state;
    add(archive, "large", data, sizeof data, ZIP_CM_DEFLATE);
    end(archive);
    fake_calls_script(steps, COUNT(steps));

    check_is("a.zip", IR_E_CANCELLED, "");

    assert_int_equal(fake_calls_count("wait"), 2);
}

static int
count_descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    assert_non_null(d);
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n;
}

static void
test_a_check_leaves_descriptors_as_they_were(void **state)
{
    int before = count_descriptors();
    uint8_t data[1000];
    uint64_t n_files;
    size_t n;

    (void)state;
    make_small();
    n = read_file("small.zip", data, sizeof data);
    check_bytes(data, n, &n_files);
    check_bytes(data, n - 1, &n_files);
    check_bytes(data, 0, &n_files);
    data[45] ^= 1;
    check_bytes(data, n, &n_files);

    assert_int_equal(count_descriptors(), before);
}

static void
test_a_file_that_cannot_be_read_is_no_damage(void **state)
{
    int fd = open("a", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    uint64_t n_files;

    (void)state;
    assert_int_equal(write(fd, "PK", 2), 2);

    check_fd(fd, &n_files);
    check_error("write only", ir_client_error(client), IR_E_IO,
        "cannot read the archive back");
    close(fd);
    check_fd(fd, &n_files);
    check_error("closed", ir_client_error(client), IR_E_IO,
        "cannot read the archive back");
}

static int
set_up(void **state)
{
    fake_calls_script(NULL, 0);
    return folder_set_up(state)
        || ir_client_new("https://h/", NULL, &client, NULL) != IR_OK;
}

static int
tear_down(void **state)
{
    ir_client_free(client);
    return folder_tear_down(state);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_files_are_counted_and_folders_are_not),
        TEST(test_files_of_every_size_are_sound),
        TEST(test_hundreds_of_files_are_sound),
        TEST(test_more_files_than_two_bytes_count_are_sound),
        TEST(test_archives_of_another_maker_are_sound),
        TEST(test_an_archive_without_files_is_sound),
        TEST(test_no_changed_byte_of_an_archive_goes_unseen),
        TEST(test_no_changed_byte_of_a_streamed_archive_goes_unseen),
        TEST(test_no_changed_byte_of_a_zip64_archive_goes_unseen),
        TEST(test_an_archive_is_refused_at_every_length_but_its_own),
        TEST(test_what_is_damaged_is_named),
        TEST(test_an_empty_file_is_no_archive),
        TEST(test_an_encrypted_file_cannot_be_checked),
        TEST(test_an_unknown_method_cannot_be_checked),
        TEST(test_a_cancel_ends_the_check_of_a_large_file),
        TEST(test_a_check_leaves_descriptors_as_they_were),
        TEST(test_a_file_that_cannot_be_read_is_no_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
