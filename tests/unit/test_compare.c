/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What size and CRC32 tell: of a local file, and of a document that comes or
 * goes as one value. */
#define _DEFAULT_SOURCE /* seteuid */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <inforouter.h>

#include "fake_calls.h"
#include "fake_lists.h"
#include "fake_uploads.h"
#include "folder.h"
#include "support.h"

static struct ir_client *client;
static struct ir_result result;

static const uint8_t text[] = "0123456789";
#define TEXT_BYTES 10
#define TEXT_CRC 0xA684C7C6 /* as python3's zlib.crc32() has it */

/* ---- Verify ------------------------------------------------------------ */

static enum ir_status
verify(const char *file)
{
    memset(&result, 0xEE, sizeof result);
    return ir_verify_file(client, "/L/a", 0, file, &result);
}

static void
test_a_file_with_the_same_bytes_is_verified(void **state)
{
    (void)state;
    folder_write("a", "0123456789");

    assert_int_equal(verify("a"), IR_OK);

    assert_int_equal(result.level, IR_LEVEL_VERIFIED);
    assert_true(result.size_bytes == TEXT_BYTES);
    assert_int_equal(result.crc32, TEXT_CRC);
    assert_true(result.version == 1000001);
    assert_string_equal(result.name, "pump.dwg");
    assert_string_equal(fake_calls.trace,
        "info(t,/L/a,0) wait wait ");
}

static void
test_a_version_is_asked_for_by_its_number(void **state)
{
    (void)state;
    folder_write("a", "0123456789");

    assert_int_equal(ir_verify_file(client, "/L/a", 1000000, "a", NULL),
        IR_OK);

    assert_non_null(strstr(fake_calls.trace, "info(t,/L/a,1000000)"));
}

static void
test_a_difference_is_told_and_no_retry_helps(void **state)
{
    static const struct {
        const char *local;
        const char *why;
    } rows[] = {
        { "", "the file has 0 bytes, the document 10" },
        { "012345678", "the file has 9 bytes, the document 10" },
        { "01234567890", "the file has 11 bytes, the document 10" },
        { "1123456789", "the file has CRC 4946ACF8, the document A684C7C6" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        folder_write("a", rows[i].local);
        verify("a");
        check_error(rows[i].local, ir_client_error(client), IR_E_CORRUPT,
            rows[i].why);
        assert_false(ir_client_error(client)->retryable);
        assert_int_equal(result.level, IR_LEVEL_NONE);
        assert_true(result.size_bytes == strlen(rows[i].local));
    }
}

static void
test_an_empty_file_is_the_same_as_an_empty_document(void **state)
{
    (void)state;
    fake_calls.size_bytes = 0;
    folder_write("a", "");

    assert_int_equal(verify("a"), IR_OK);

    assert_int_equal(result.crc32, 0);
}

static void
test_a_large_file_is_read_to_its_end(void **state)
{
    static char large[200001];

    (void)state;
    memset(large, 'x', sizeof large - 1);
    folder_write("a", large);
    fake_calls.bytes = (const uint8_t *)large;
    fake_calls.size_bytes = sizeof large - 1;

    assert_int_equal(verify("a"), IR_OK);

    large[sizeof large - 2] = 'y';
    assert_int_equal(verify("a"), IR_E_CORRUPT);
}

static void
test_without_a_checksum_there_is_nothing_to_compare(void **state)
{
    (void)state;
    fake_calls.no_crc = 1;
    folder_write("a", "0123456789");

    assert_int_equal(verify("a"), IR_E_SERVER);

    check_error("none", ir_client_error(client), IR_E_SERVER, "no checksum");
    assert_false(ir_client_error(client)->retryable);
}

static void
test_what_is_no_file_to_read_is_a_local_failure(void **state)
{
    static const struct {
        const char *file;
        const char *why;
    } rows[] = {
        { "none", "cannot open none" }, { "none/a", "cannot open none/a" },
        { "folder", "folder is not a regular file" },
        { "fifo", "fifo is not a regular file" },
        { "/dev/null", "/dev/null is not a regular file" },
        { "loop", "cannot open loop" }, { "", "cannot open" },
    };

    (void)state;
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        verify(rows[i].file);
        check_error(rows[i].file, ir_client_error(client), IR_E_IO,
            rows[i].why);
        assert_int_equal(result.level, IR_LEVEL_NONE);
    }
}

static void
test_a_file_that_may_not_be_read_is_a_local_failure(void **state)
{
    int was_root = geteuid() == 0;

    (void)state;
    folder_write("a", "0123456789");
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(chmod("a", 0), 0);
    /* Root may read everything. */
    if (was_root)
        assert_int_equal(seteuid(65534), 0);

    verify("a");

    if (was_root)
        assert_int_equal(seteuid(0), 0);

    check_error("mode 0", ir_client_error(client), IR_E_IO, "cannot open a");
    assert_int_equal(ir_client_error(client)->sys_errno, EACCES);
}

static void
test_a_file_must_be_named(void **state)
{
    (void)state;

    assert_int_equal(ir_verify_file(client, "/L/a", 0, NULL, NULL),
        IR_E_ARGUMENT);

    assert_string_equal(fake_calls.trace, "");
}

static void
test_a_cancel_ends_the_reading(void **state)
{
    static const struct fake_step steps[] = {
        STEP(FAKE_WAIT, IR_E_CANCELLED),
    };

    (void)state;
    fake_calls_script(steps, COUNT(steps));
    folder_write("a", "0123456789");

    assert_int_equal(verify("a"), IR_E_CANCELLED);
}

/* ---- A document as one value ------------------------------------------- */

static void *data;

static enum ir_status
get(uint64_t limit)
{
    data = &client;
    memset(&result, 0xEE, sizeof result);
    return ir_get_content(client, "/L/a", 0, limit, &data, &result);
}

static void
test_a_document_comes_as_one_value(void **state)
{
    (void)state;

    assert_int_equal(get(10), IR_OK);

    assert_memory_equal(data, text, TEXT_BYTES);
    free(data);
    assert_int_equal(result.level, IR_LEVEL_VERIFIED);
    assert_int_equal(result.crc32, TEXT_CRC);
    assert_true(result.size_bytes == TEXT_BYTES);
    assert_string_equal(result.name, "pump.dwg");
    assert_string_equal(fake_lists.trace, "download(t,D,/L/a) ");
}

static void
test_a_version_comes_by_its_own_operation(void **state)
{
    (void)state;

    assert_int_equal(ir_get_content(client, "/L/a", 1000000, 10, &data, NULL),
        IR_OK);

    free(data);
    assert_string_equal(fake_lists.trace, "download-version(t,D,/L/a) ");
    assert_string_equal(fake_calls.trace, "info(t,/L/a,1000000) ");
}

static void
test_more_than_the_limit_is_refused_before_it_is_fetched(void **state)
{
    (void)state;

    assert_int_equal(get(9), IR_E_LIMIT);
    assert_null(data);
    fake_calls.size_bytes = (uint64_t)INT32_MAX + 1;
    assert_int_equal(get(UINT64_MAX), IR_E_LIMIT);
    assert_null(data);

    assert_string_equal(fake_lists.trace, "");
}

static void
test_an_empty_document_needs_no_second_call(void **state)
{
    (void)state;
    fake_calls.size_bytes = 0;

    assert_int_equal(get(0), IR_OK);

    assert_non_null(data);
    free(data);
    assert_int_equal(result.crc32, 0);
    assert_string_equal(fake_lists.trace, "");
}

static void
test_no_bytes_are_a_refusal_without_a_reason(void **state)
{
    (void)state;
    fake_lists.content_bytes = 0;

    assert_int_equal(get(10), IR_E_SERVER);

    check_error("empty", ir_client_error(client), IR_E_SERVER,
        "gave no reason");
    assert_null(data);
    assert_int_equal(result.level, IR_LEVEL_NONE);
}

static void
test_other_bytes_than_announced_are_not_believed(void **state)
{
    (void)state;
    fake_lists.content_bytes = 9;
    assert_int_equal(get(10), IR_E_CORRUPT);
    check_error("short", ir_client_error(client), IR_E_CORRUPT,
        "what was sent has 9 bytes, the document 10");
    assert_null(data);

    fake_lists.content_bytes = 10;
    fake_lists.content_wrong = 1;
    assert_int_equal(get(10), IR_E_CORRUPT);
    check_error("wrong", ir_client_error(client), IR_E_CORRUPT,
        "the document A684C7C6");
    assert_null(data);
    assert_int_equal(result.level, IR_LEVEL_NONE);
}

static void
test_rendered_content_has_the_checksum_that_arrived(void **state)
{
    (void)state;
    fake_calls.no_crc = 1;

    assert_int_equal(get(10), IR_OK);

    free(data);
    assert_int_equal(result.crc32, TEXT_CRC);
    assert_int_equal(result.level, IR_LEVEL_NONE);
}

static void
test_a_failure_leaves_no_memory(void **state)
{
    static const enum ir_status failures[] = { IR_E_NETWORK, IR_E_CORRUPT,
        IR_E_PROTOCOL, IR_E_CANCELLED };

    (void)state;
    for (size_t i = 0; i < COUNT(failures); i++) {
        fake_lists.content = failures[i];
        assert_int_equal(get(10), failures[i]);
        assert_null(data);
    }
}

static struct ir_client *
new_client(void)
{
    struct ir_client *c;

    assert_int_equal(ir_client_new("https://h/", NULL, &c, NULL), IR_OK);
    assert_int_equal(ir_set_ticket(c, "t"), IR_OK);
    return c;
}

/* It refuses without a word whatever is wrong. */
static void
test_no_bytes_do_not_show_that_the_names_are_known(void **state)
{
    struct ir_client *c = new_client();
    struct ir_listing listing;

    (void)state;
    fake_lists.is_classic = 1;

    assert_int_equal(ir_get_content(c, "/L/a", 0, 10, &data, NULL), IR_OK);

    assert_memory_equal(data, text, TEXT_BYTES);
    free(data);
    assert_int_equal(ir_list_folder(c, "/L", &listing), IR_OK);
    assert_string_equal(fake_lists.trace, "download(t,D,/L/a) "
        "download(t,C,/L/a) list(t,C,/L) ");
    ir_client_free(c);
}

static void
test_no_bytes_in_either_spelling_leave_the_names_open(void **state)
{
    struct ir_client *c = new_client();
    struct ir_listing listing;

    (void)state;
    fake_lists.content_bytes = 0;

    assert_int_equal(ir_get_content(c, "/L/a", 0, 10, &data, NULL),
        IR_E_SERVER);

    assert_string_equal(fake_lists.trace,
        "download(t,D,/L/a) download(t,C,/L/a) ");
    assert_int_equal(ir_list_folder(c, "/L", &listing), IR_OK);
    ir_client_free(c);
}

/* ---- Storing one ------------------------------------------------------- */

static struct ir_content_options options;
static struct ir_uploaded uploaded;

static enum ir_status
put(size_t n)
{
    return ir_put_content(client, text, n, "/L/a", &options, &uploaded);
}

static void
test_each_wish_has_its_operation(void **state)
{
    static const struct {
        const char *comment;
        int checkout;
        const char *xml_parameters;
        const char *trace;
    } rows[] = {
        { NULL, 0, NULL, "upload(t,D,/L/a) " },
        { "c", 0, NULL, "upload1(t,D,/L/a) " },
        { "", 0, NULL, "upload1(t,D,/L/a) " },
        { NULL, 1, NULL, "upload2(t,D,/L/a) " },
        { "c", 1, NULL, "upload3(t,D,/L/a) " },
        { NULL, 0, "<x/>", "upload4(t,D,/L/a) " },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        fake_lists_forget();
        options.comment = rows[i].comment;
        options.checkout = rows[i].checkout;
        options.xml_parameters = rows[i].xml_parameters;
        assert_int_equal(put(TEXT_BYTES), IR_OK);
        assert_string_equal(fake_lists.trace, rows[i].trace);
        assert_memory_equal(fake_uploads.stored, text, TEXT_BYTES);
        assert_int_equal(uploaded.level, IR_LEVEL_VERIFIED);
        assert_int_equal(uploaded.crc32, TEXT_CRC);
        assert_true(uploaded.size_bytes == TEXT_BYTES);
        assert_string_equal(uploaded.document_id, "78");
        assert_string_equal(uploaded.version_id, "1000000");
    }
}

static void
test_nothing_can_be_stored_too(void **state)
{
    (void)state;

    assert_int_equal(ir_put_content(client, NULL, 0, "/L/a", NULL, &uploaded),
        IR_OK);

    assert_int_equal(fake_uploads.n_stored, 0);
    assert_int_equal(uploaded.crc32, 0);
    assert_int_equal(uploaded.level, IR_LEVEL_VERIFIED);
}

static void
test_what_cannot_be_stored_is_found_before_it_is_sent(void **state)
{
    struct {
        struct ir_content_options o;
        uint64_t unknown;
    } newer = { IR_CONTENT_OPTIONS_INIT, 1 };

    (void)state;
    fake_uploads.limit_bytes = 9;
    assert_int_equal(put(TEXT_BYTES), IR_E_LIMIT);
    fake_uploads.limit_bytes = 0;
    fake_uploads.no_folder = 1;
    assert_int_equal(put(TEXT_BYTES), IR_E_NOT_FOUND);
    fake_uploads.no_folder = 0;
    fake_uploads.commit_unfit = 1;
    assert_int_equal(put(TEXT_BYTES), IR_E_ARGUMENT);
    assert_int_equal(ir_put_content(client, text, 1, "a", NULL, NULL),
        IR_E_ARGUMENT);
    newer.o.size = sizeof newer;
    assert_int_equal(ir_put_content(client, text, 1, "/L/a", &newer.o, NULL),
        IR_E_ARGUMENT);

    assert_string_equal(fake_lists.trace, "");
}

static void
test_options_that_cannot_be_sent_are_found_before_any_call(void **state)
{
    (void)state;
    options.comment = "a comment";
    options.xml_parameters = "<x/>";

    put(TEXT_BYTES);

    assert_string_equal(fake_uploads.checked_comment, "a comment");
    assert_string_equal(fake_uploads.checked_xml, "<x/>");
}

static void
test_other_bytes_than_sent_are_not_believed(void **state)
{
    (void)state;
    fake_uploads.stores_wrong = 1;

    assert_int_equal(put(TEXT_BYTES), IR_E_CORRUPT);

    check_error("stored", ir_client_error(client), IR_E_CORRUPT,
        "expected A684C7C6");
}

static void
test_what_is_stored_and_cannot_be_compared_is_a_lower_level(void **state)
{
    (void)state;
    fake_uploads.no_crc32 = 1;

    assert_int_equal(put(TEXT_BYTES), IR_OK);

    assert_int_equal(uploaded.level, IR_LEVEL_CHUNK_VERIFIED);
}

static void
test_a_lost_reply_is_settled_by_the_checksum(void **state)
{
    (void)state;
    fake_lists.content = IR_E_NETWORK;
    fake_lists.content_happens = 1;

    assert_int_equal(put(TEXT_BYTES), IR_OK);

    assert_int_equal(uploaded.level, IR_LEVEL_VERIFIED);
    assert_string_equal(fake_lists.trace, "upload(t,D,/L/a) ");
}

static void
test_a_lost_reply_that_nothing_settles_is_ambiguous(void **state)
{
    static const enum ir_status lost[] = { IR_E_NETWORK, IR_E_TIMEOUT };

    (void)state;
    for (size_t i = 0; i < COUNT(lost); i++) {
        fake_lists_forget();
        fake_uploads.exists = 0;
        fake_lists.content = lost[i];
        assert_int_equal(put(TEXT_BYTES), IR_E_AMBIGUOUS);
        assert_string_equal(fake_lists.trace, "upload(t,D,/L/a) ");
    }
    fake_lists.content_happens = 1;
    fake_uploads.no_crc32 = 1;
    assert_int_equal(put(TEXT_BYTES), IR_E_AMBIGUOUS);
}

static void
test_a_refusal_is_the_end_of_it(void **state)
{
    static const enum ir_status refusals[] = { IR_E_SERVER, IR_E_DENIED,
        IR_E_NOT_FOUND, IR_E_AUTH };

    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        fake_lists_forget();
        fake_lists.content = refusals[i];
        assert_int_equal(put(TEXT_BYTES), refusals[i]);
        assert_string_equal(fake_lists.trace, "upload(t,D,/L/a) ");
        assert_int_equal(fake_uploads.n_stored, 0);
    }
}

static int
set_up(void **state)
{
    struct ir_options o = IR_OPTIONS_INIT;

    fake_calls_script(NULL, 0);
    fake_calls.bytes = text;
    fake_lists_reset();
    fake_uploads_reset();
    options = (struct ir_content_options)IR_CONTENT_OPTIONS_INIT;
    o.spelling = IR_SPELLING_DOCUMENTED;
    return folder_set_up(state)
        || ir_client_new("https://h/", &o, &client, NULL) != IR_OK
        || ir_set_ticket(client, "t") != IR_OK;
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
        TEST(test_a_file_with_the_same_bytes_is_verified),
        TEST(test_a_version_is_asked_for_by_its_number),
        TEST(test_a_difference_is_told_and_no_retry_helps),
        TEST(test_an_empty_file_is_the_same_as_an_empty_document),
        TEST(test_a_large_file_is_read_to_its_end),
        TEST(test_without_a_checksum_there_is_nothing_to_compare),
        TEST(test_what_is_no_file_to_read_is_a_local_failure),
        TEST(test_a_file_that_may_not_be_read_is_a_local_failure),
        TEST(test_a_file_must_be_named),
        TEST(test_a_cancel_ends_the_reading),
        TEST(test_a_document_comes_as_one_value),
        TEST(test_a_version_comes_by_its_own_operation),
        TEST(test_more_than_the_limit_is_refused_before_it_is_fetched),
        TEST(test_an_empty_document_needs_no_second_call),
        TEST(test_no_bytes_are_a_refusal_without_a_reason),
        TEST(test_other_bytes_than_announced_are_not_believed),
        TEST(test_rendered_content_has_the_checksum_that_arrived),
        TEST(test_a_failure_leaves_no_memory),
        TEST(test_no_bytes_do_not_show_that_the_names_are_known),
        TEST(test_no_bytes_in_either_spelling_leave_the_names_open),
        TEST(test_each_wish_has_its_operation),
        TEST(test_nothing_can_be_stored_too),
        TEST(test_what_cannot_be_stored_is_found_before_it_is_sent),
        TEST(test_options_that_cannot_be_sent_are_found_before_any_call),
        TEST(test_other_bytes_than_sent_are_not_believed),
        TEST(test_what_is_stored_and_cannot_be_compared_is_a_lower_level),
        TEST(test_a_lost_reply_is_settled_by_the_checksum),
        TEST(test_a_lost_reply_that_nothing_settles_is_ambiguous),
        TEST(test_a_refusal_is_the_end_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
