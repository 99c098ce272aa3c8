/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A journal is read back as it was written, or as it was earlier, or not at
 * all: whatever was cut off, changed or put in its place, it never claims bytes
 * that are not there, and what is somebody else's is not touched. */
#define _DEFAULT_SOURCE /* O_DIRECTORY */
#include "transfer/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/crc32.h"
#include "fake_calls.h"
#include "folder.h"
#include "support.h"

#define URL "https://dms.example/srv.asmx"
#define NAME "a.part.journal"

/* What a.part holds, in chunks of 4. */
#define BYTES "abcdefghij"

#define ID "inforouter-journal 1\nurl " URL "\npath /L/a\n"
#define HEAD ID "version 0\nsize 10\ncrc32 3981703A\nchunk 4\nhandler h1\n"
#define DONE_1 "done 0 4 ED82CD11\n"
#define DONE_2 "done 4 4 8337BB5\n"
#define DONE_3 "done 8 2 58814A57\n"
#define WHOLE HEAD DONE_1 DONE_2 "handler h2\n" DONE_3

static const struct ir_journal_key key = { URL, "/L/a", 0 };
static const struct ir_handler handler = {
    .document = { .size_bytes = 10, .has_crc32 = 1, .crc32 = 0x3981703A },
    .chunk_bytes = 4,
    .id = "h1",
};
static const struct ir_chunk chunks[] = {
    { .offset = 0, .length = 4, .crc32 = 0xED82CD11 },
    { .offset = 4, .length = 4, .crc32 = 0x08337BB5 },
    { .offset = 8, .length = 2, .crc32 = 0x58814A57 },
};

static struct ir_client *client;
static struct ir_error error;
static struct ir_journal journal;
static struct ir_journal_state found;
static int dir;
static int part;

/* ---- Surroundings ------------------------------------------------------ */

static int
set_up(void **state)
{
    if (folder_set_up(state) != 0)
        return 1;
    fake_calls_script(NULL, 0);
    ir_error_clear(&error);
    folder_write("a.part", BYTES);
    dir = open(".", O_RDONLY | O_DIRECTORY);
    part = open("a.part", O_RDWR);
    return dir < 0 || part < 0
        || ir_client_new(URL, NULL, &client, NULL) != IR_OK;
}

static int
tear_down(void **state)
{
    ir_client_free(client);
    close(part);
    close(dir);
    return folder_tear_down(state);
}

/* The journal is these bytes, and nothing keeps it open. */
static void
put(const void *data, size_t n)
{
    int fd;

    unlink(NAME);
    fd = open(NAME, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, n), n);
    close(fd);
}

static void
put_text(const char *text)
{
    put(text, strlen(text));
}

/* Read what there is under 'name' for the document 'wanted'. */
static enum ir_status
read_as(const struct ir_journal_key *wanted)
{
    enum ir_status st;

    ir_journal_open(&journal, dir, "a.part");
    st = ir_journal_read(&journal, client, part, wanted, &found);
    ir_journal_close(&journal);
    return st;
}

/* How many bytes does this journal prove? */
static uint64_t
claim(const char *text)
{
    put_text(text);
    assert_int_equal(read_as(&key), IR_OK);
    return found.offset;
}

/* Whatever is claimed is at the begin of a.part, and ends with a chunk. */
static void
check_claim(uint64_t most)
{
    assert_true(found.offset <= most);
    assert_true(found.offset % 4 == 0 || found.offset == 10);
    assert_int_equal(found.n_chunks, (found.offset + 3) / 4);
    assert_int_equal(found.crc32, ir_crc32(0, BYTES, (size_t)found.offset));
}

static void
write_whole(void)
{
    ir_journal_open(&journal, dir, "a.part");
    assert_int_equal(ir_journal_start(&journal, &key, &handler, &error),
        IR_OK);
    for (size_t i = 0; i < COUNT(chunks); i++) {
        if (i == 2)
            ir_journal_handler(&journal, "h2", &error);
        assert_int_equal(ir_journal_add(&journal, &chunks[i], &error), IR_OK);
    }
    ir_journal_close(&journal);
}

/* ---- What was written is read back ------------------------------------- */

static void
test_it_is_written_as_it_is_described_and_for_us_alone(void **state)
{
    struct stat st;

    (void)state;
    write_whole();

    folder_check(NAME, WHOLE, strlen(WHOLE));
    assert_int_equal(stat(NAME, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(read_as(&key), IR_OK);
    assert_int_equal(found.offset, 10);
    check_claim(10);
    assert_string_equal(found.handler.id, "h2");
}

static void
check_round_trip(const struct ir_journal_key *k, const struct ir_handler *h)
{
    const struct ir_document *d = &found.handler.document;

    ir_journal_open(&journal, dir, "a.part");
    ir_journal_start(&journal, k, h, &error);
    ir_journal_add(&journal, &chunks[0], &error);
    ir_journal_close(&journal);

    assert_int_equal(read_as(k), IR_OK);
    assert_int_equal(found.offset, 4);
    assert_int_equal(found.crc32, 0xED82CD11);
    assert_int_equal(found.n_chunks, 1);
    assert_string_equal(found.handler.id, h->id);
    assert_true(found.handler.chunk_bytes == h->chunk_bytes);
    assert_true(d->size_bytes == h->document.size_bytes);
    assert_int_equal(d->has_crc32, h->document.has_crc32);
    if (d->has_crc32)
        assert_int_equal(d->crc32, h->document.crc32);
}

static void
test_every_number_is_read_back(void **state)
{
    static const uint64_t sizes[] = { 4, 5, UINT32_MAX, 999999999999999999 };
    static const uint64_t lengths[] = { 1, 4, 4194304, INT32_MAX };
    static const int64_t versions[] = { 0, 1, 1000001, 999999999999999999 };
    static const uint32_t crcs[] = { 0, 1, 0xABCDEF, UINT32_MAX };

    (void)state;
    for (size_t i = 0; i < 4 * 4 * 4 * 5; i++) {
        struct ir_journal_key k = { URL, "/L/a", versions[i % 4] };
        struct ir_handler h = { .chunk_bytes = lengths[i / 4 % 4] };

        h.document.size_bytes = sizes[i / 16 % 4];
        h.document.has_crc32 = i / 64 < 4;
        h.document.crc32 = crcs[i / 64 % 4];
        check_round_trip(&k, &h);
    }
}

static void
test_a_handler_of_every_length_is_read_back(void **state)
{
    struct ir_handler h = handler;

    (void)state;
    for (size_t n = 0; n < sizeof h.id; n++) {
        memset(h.id, 'f', n);
        h.id[n] = '\0';
        check_round_trip(&key, &h);
    }
}

static void
test_every_byte_of_a_text_is_read_back(void **state)
{
    (void)state;
    for (int c = 1; c < 256; c++) {
        char path[] = { '/', (char)c, 'x', (char)c, '\0' };
        char url[] = { (char)c, 'y', (char)c, '\0' };
        struct ir_journal_key k = { url, path, 0 };

        check_round_trip(&k, &handler);
    }
}

/* 'n' times 'c'; it lives until the next call. */
static const char *
repeat(char c, size_t n)
{
    static char text[20000];

    assert_true(n < sizeof text);
    memset(text, c, n);
    text[n] = '\0';
    return text;
}

/* Longer than a path can be, and escaped or not. */
static void
test_a_text_is_read_back_whole_or_no_journal_is_kept(void **state)
{
    (void)state;
    for (size_t n = 4050; n <= 12300; n += n == 4100 ? 8150 : 1) {
        for (int is_url = 0; is_url < 2; is_url++) {
            for (int is_blank = 0; is_blank < 2; is_blank++) {
                const char *text = repeat(is_blank ? ' ' : 'x', n);
                struct ir_journal_key k = {
                    is_url ? text : URL, is_url ? "/" : text, 0
                };

                ir_journal_open(&journal, dir, "a.part");
                ir_journal_start(&journal, &k, &handler, &error);
                assert_true(journal.fd >= 0 || access(NAME, F_OK) != 0);
                assert_true(journal.fd >= 0 || is_url || is_blank || n > 8192);
                if (journal.fd >= 0)
                    check_round_trip(&k, &handler);
                ir_journal_remove(&journal);
            }
        }
    }
}

static void
test_another_document_is_not_gone_on_with(void **state)
{
    static const struct ir_journal_key others[] = {
        { URL "x", "/L/a", 0 }, { "https://dms.example/srv.asm", "/L/a", 0 },
        { "", "/L/a", 0 }, { URL, "/L/b", 0 }, { URL, "/L/", 0 },
        { URL, "/L/a ", 0 }, { URL, "/L/a%20", 0 }, { URL, "", 0 },
        { URL, "/l/a", 0 }, { URL, "/L/a", 1 }, { URL, "/L/a", -1 },
    };

    (void)state;
    put_text(WHOLE);

    for (size_t i = 0; i < COUNT(others); i++) {
        assert_int_equal(read_as(&others[i]), IR_OK);
        assert_int_equal(found.offset, 0);
    }

    folder_check(NAME, WHOLE, strlen(WHOLE));
}

static void
test_a_number_without_room_for_it_is_not_gone_on_with(void **state)
{
    static const int64_t versions[] = { -1, INT64_MIN, INT64_MAX };

    (void)state;
    for (size_t i = 0; i < COUNT(versions) + 1; i++) {
        struct ir_journal_key k = { URL, "/L/a", 0 };
        struct ir_handler h = handler;

        if (i < COUNT(versions))
            k.version = versions[i];
        else
            h.document.size_bytes = UINT64_MAX;
        ir_journal_open(&journal, dir, "a.part");
        ir_journal_start(&journal, &k, &h, &error);
        ir_journal_add(&journal, &chunks[0], &error);
        ir_journal_close(&journal);

        assert_int_equal(read_as(&k), IR_OK);
        assert_int_equal(found.offset, 0);
    }
}

/* ---- Cut short --------------------------------------------------------- */

/* What WHOLE says up to byte number 'n', line for line. */
static uint64_t
recorded(size_t n)
{
    const size_t head = strlen(HEAD);
    const size_t ends[] = {
        head + strlen(DONE_1), head + strlen(DONE_1 DONE_2), strlen(WHOLE)
    };

    return n >= ends[2] ? 10 : n >= ends[1] ? 8 : n >= ends[0] ? 4 : 0;
}

static void
test_cut_anywhere_it_is_an_earlier_state(void **state)
{
    const size_t second = strlen(HEAD DONE_1 DONE_2 "handler h2\n");

    (void)state;
    for (size_t cut = 0; cut <= strlen(WHOLE); cut++) {
        put(WHOLE, cut);

        assert_int_equal(read_as(&key), IR_OK);

        assert_int_equal(found.offset, recorded(cut));
        check_claim(10);
        if (found.offset > 0)
            assert_string_equal(found.handler.id,
                cut >= second ? "h2" : "h1");
    }
}

static void
test_what_is_added_behind_a_cut_counts(void **state)
{
    (void)state;
    for (size_t cut = strlen(HEAD DONE_1); cut < strlen(WHOLE); cut++) {
        put(WHOLE, cut);
        ir_journal_open(&journal, dir, "a.part");
        ir_journal_read(&journal, client, part, &key, &found);

        for (uint64_t i = found.n_chunks; i < COUNT(chunks); i++)
            ir_journal_add(&journal, &chunks[i], &error);
        ir_journal_close(&journal);

        assert_int_equal(read_as(&key), IR_OK);
        assert_int_equal(found.offset, 10);
        check_claim(10);
    }
}

static void
test_zeros_behind_a_cut_change_nothing(void **state)
{
    char text[sizeof WHOLE];

    (void)state;
    for (size_t cut = 0; cut <= strlen(WHOLE); cut++) {
        memset(text, 0, sizeof text);
        memcpy(text, WHOLE, cut);
        put(text, sizeof text);

        assert_int_equal(read_as(&key), IR_OK);

        assert_int_equal(found.offset, recorded(cut));
        check_claim(10);
    }
}

/* A disk that is full at any byte. */
static void
test_a_write_that_fails_is_told_and_leaves_an_earlier_state(void **state)
{
    struct rlimit all;
    uint64_t before = 0;

    (void)state;
    getrlimit(RLIMIT_FSIZE, &all);
    signal(SIGXFSZ, SIG_IGN);
    for (size_t room = 0; room < strlen(HEAD DONE_1 DONE_2 DONE_3); room++) {
        struct rlimit few = { room, all.rlim_max };
        enum ir_status st;

        ir_journal_open(&journal, dir, "a.part");
        ir_error_clear(&error);
        setrlimit(RLIMIT_FSIZE, &few);
        st = ir_journal_start(&journal, &key, &handler, &error);
        for (size_t i = 0; i < COUNT(chunks) && st == IR_OK; i++)
            st = ir_journal_add(&journal, &chunks[i], &error);
        setrlimit(RLIMIT_FSIZE, &all);
        ir_journal_close(&journal);

        check_error("full", &error, IR_E_IO, "cannot write " NAME);
        assert_int_equal(error.sys_errno, EFBIG);
        assert_int_equal(read_as(&key), IR_OK);
        check_claim(8);
        assert_true(found.offset >= before);
        before = found.offset;
    }
    assert_int_equal(before, 8);
}

static void
test_the_gap_before_a_chunk_ahead_is_told(void **state)
{
    (void)state;
    assert_int_equal(claim(HEAD DONE_2 DONE_3), 0);

    assert_int_equal(ir_journal_gap(&found, 0), 4);
    assert_int_equal(ir_journal_gap(&found, 3), 1);
    assert_int_equal(ir_journal_gap(&found, 4), 4);
    assert_true(ir_journal_gap(&found, 8) == UINT64_MAX);
}

static void
test_chunks_ahead_count_if_all_are_whole_ones_of_a_row(void **state)
{
    (void)state;
    assert_int_equal(claim(HEAD DONE_2 DONE_3), 0);

    assert_int_equal(ir_journal_parts(&found, 0, 4), 0);
    assert_int_equal(ir_journal_parts(&found, 4, 4), 0);
    assert_int_equal(ir_journal_parts(&found, 9, 4), 0);
    assert_int_equal(ir_journal_parts(&found, 1, 4), 6);
    assert_int_equal(ir_journal_parts(&found, 5, 4), 2);
    assert_int_equal(ir_journal_parts(&found, 0, 2), 6);
    assert_int_equal(ir_journal_parts(&found, 0, 8), 6);
    assert_int_equal(ir_journal_parts(&found, 6, 2), 0);
}

/* ---- Changed ----------------------------------------------------------- */

/* The first four lines say of which download it is. */
static void
test_with_any_byte_changed_it_claims_no_more_than_was_recorded(void **state)
{
    const size_t said = strlen(ID "version 0\n");

    (void)state;
    for (size_t at = 0; at < strlen(WHOLE); at++) {
        for (int mask = 1; mask < 256; mask++) {
            char text[] = WHOLE;

            text[at] = (char)(text[at] ^ mask);
            put(text, strlen(WHOLE));
            assert_int_equal(read_as(&key), IR_OK);

            check_claim(at < said ? 0 : 10);
            if (at >= strlen(HEAD))
                assert_true(found.offset >= recorded(at));
        }
    }
}

static void
test_a_chunk_whose_bytes_changed_does_not_count(void **state)
{
    (void)state;
    for (off_t at = 0; at < 10; at++) {
        char byte = (char)(BYTES[at] ^ 1);

        assert_int_equal(pwrite(part, &byte, 1, at), 1);

        assert_int_equal(claim(WHOLE), at / 4 * 4);
        check_claim(8);
        assert_int_equal(pwrite(part, &BYTES[at], 1, at), 1);
    }
}

static void
test_bytes_that_are_missing_do_not_count(void **state)
{
    (void)state;
    for (off_t n = 9; n >= 0; n--) {
        assert_int_equal(ftruncate(part, n), 0);

        assert_int_equal(claim(WHOLE), n / 4 * 4);
        check_claim(8);
    }
}

static void
test_a_line_that_is_none_of_a_chunk_ends_what_counts(void **state)
{
    static const char *const lines[] = {
        "done 5 4 0\n", "done 8 4 0\n", "done 11 1 0\n",
        "done 4 0 0\n", "done 4 7 0\n", "done 8 18446744073709551608 0\n",
        "done 4 4 8337BB6\n", "done 4 4\n", "done 4 4 \n", "done 4 4 -\n",
        "done 4 4 08337BB50\n", "done 4 4 8337BB5 x\n", "done 4\n", "done\n",
        "done  4 4 8337BB5\n", " done 4 4 8337BB5\n", "DONE 4 4 8337BB5\n",
        "\n", "handler \n", "handler\n", "url " URL "\n", "x\n",
    };
    char text[1000];

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        snprintf(text, sizeof text, HEAD DONE_1 "%s" DONE_2 DONE_3, lines[i]);

        if (claim(text) != 4)
            fail_msg("%s: %" PRIu64, lines[i], found.offset);
        check_claim(4);
    }
}

/* Several connections bring them as it comes; one may be fetched again. */
static void
test_chunks_count_in_any_order_and_once(void **state)
{
    static const char *const done[] = { DONE_1, DONE_2, DONE_3 };
    char text[1000];

    (void)state;
    for (int order = 0; order < 3 * 3 * 3 * 3; order++) {
        int is_there[3] = { 0 };
        uint64_t prefix = 0;

        strcpy(text, HEAD);
        for (int n = order, k = 0; k < 4; k++, n /= 3) {
            strcat(text, done[n % 3]);
            is_there[n % 3] = 1;
        }
        for (int k = 0; k < 3 && is_there[k]; k++)
            prefix = k == 2 ? 10 : prefix + 4;

        if (claim(text) != prefix)
            fail_msg("%d: %" PRIu64, order, found.offset);

        check_claim(10);
        for (int k = 0; k < 3; k++)
            assert_int_equal(ir_journal_ahead(&found, 4 * (uint64_t)k) != NULL,
                is_there[k] && 4 * (uint64_t)k >= prefix);
        assert_true(ir_journal_done(&found) == 4 * (uint64_t)is_there[0]
            + 4 * (uint64_t)is_there[1] + 2 * (uint64_t)is_there[2]);
        assert_true(ir_journal_end(&found)
            == (is_there[2] ? 10u : is_there[1] ? 8u : 4u));
    }
}

static void
test_a_chunk_ahead_counts_by_its_own_bytes(void **state)
{
    (void)state;
    for (off_t at = 0; at < 10; at++) {
        char byte = (char)(BYTES[at] ^ 1);
        const struct ir_chunk *ahead;

        assert_int_equal(pwrite(part, &byte, 1, at), 1);
        assert_int_equal(claim(HEAD DONE_2 DONE_3), 0);
        ahead = ir_journal_ahead(&found, 4);
        assert_int_equal(ahead != NULL, at < 4 || at >= 8);
        if (ahead != NULL)
            assert_true(ahead->length == 4 && ahead->file_length == 10
                && ahead->crc32 == ir_crc32(0, &BYTES[4], 4));
        assert_int_equal(ir_journal_ahead(&found, 8) != NULL, at < 4);
        assert_int_equal(pwrite(part, &BYTES[at], 1, at), 1);
    }
}

static void
test_so_many_chunks_ahead_are_kept_and_no_more(void **state)
{
    char text[8000] = ID "version 0\nsize 300\n"
        "crc32 -\nchunk 1\nhandler h\n";

    (void)state;
    assert_int_equal(ftruncate(part, 0), 0);
    assert_int_equal(ftruncate(part, 300), 0);
    for (int i = 1; i < 200; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text),
            "done %d 1 D202EF8D\n", i);

    assert_int_equal(claim(text), 0);

    assert_int_equal(found.n_ahead, IR_JOURNAL_AHEAD);
    assert_int_equal(ir_journal_end(&found), IR_JOURNAL_AHEAD + 1);
}

static void
test_a_number_is_digits_and_not_too_many(void **state)
{
    static const char *const numbers[] = {
        "", "-", "-1", "-0", "+0", "+4", " 4", "\t4", "0x4", "4x", "4.0",
        "4e0", "1000000000000000000", "9223372036854775808",
        "18446744073709551616", "18446744073709551620",
    };
    static const char *const around[][2] = {
        { ID "version ", "\nsize 10\ncrc32 -\nchunk 4\nhandler h1\n" DONE_1 },
        { ID "version 0\nsize ", "\ncrc32 -\nchunk 4\nhandler h1\n" DONE_1 },
        { ID "version 0\nsize 10\ncrc32 -\nchunk ", "\nhandler h1\n" DONE_1 },
        { HEAD "done ", " 4 ED82CD11\n" },
        { HEAD "done 0 ", " ED82CD11\n" },
    };
    char text[1000];

    (void)state;
    for (size_t i = 0; i < COUNT(around); i++) {
        for (size_t k = 0; k < COUNT(numbers); k++) {
            snprintf(text, sizeof text, "%s%s%s", around[i][0], numbers[k],
                around[i][1]);

            if (claim(text) != 0)
                fail_msg("%s", text);
        }
    }
}

static void
test_a_chunk_size_that_cannot_be_is_refused(void **state)
{
    static const char *const sizes[] = { "0", "2147483648", "99999999999" };
    char text[1000];

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        snprintf(text, sizeof text, ID "version 0\nsize 10\ncrc32 -\n"
            "chunk %s\nhandler h1\n" DONE_1, sizes[i]);
        assert_int_equal(claim(text), 0);
    }
}

/* Line number 'which' of HEAD is there 'n' times. */
static void
put_head(size_t which, int n, char *to)
{
    const char *from = HEAD;

    for (size_t line = 0; *from != '\0'; line++) {
        size_t length = strcspn(from, "\n") + 1;

        for (int i = 0; i < (line == which ? n : 1); i++, to += length)
            memcpy(to, from, length);
        from += length;
    }
    strcpy(to, DONE_1 DONE_2);
}

static void
test_a_head_with_a_line_too_few_or_too_many_is_refused(void **state)
{
    char text[1000];

    (void)state;
    for (size_t line = 0; line < 8; line++) {
        put_head(line, 0, text);
        assert_int_equal(claim(text), 0);
        put_head(line, 2, text);
        assert_int_equal(claim(text), line < 7 ? 0 : 8);
    }
}

/* Whatever the room for a line is, the rest of a longer one is none. */
static void
test_the_end_of_a_long_line_is_no_line(void **state)
{
    static char text[70000];

    (void)state;
    for (size_t n = 1; n < 66000; n += n < 300 || n % 1024 > 1000 ? 1 : 97) {
        char *end = stpcpy(text, HEAD DONE_1);

        memset(end, 'x', n);
        strcpy(end + n, DONE_2);

        assert_int_equal(claim(text), 4);
    }
}

static void
test_garbage_claims_nothing_and_costs_nothing(void **state)
{
    static uint8_t garbage[1 << 20];

    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        memset(garbage, 0, sizeof garbage);
        if (kind > 0)
            fill_pattern(garbage, sizeof garbage);
        if (kind == 2)
            memcpy(garbage, "inforouter-journal 1\n", 21);
        put(garbage, sizeof garbage);

        assert_int_equal(read_as(&key), IR_OK);

        assert_int_equal(found.offset, 0);
    }
    assert_int_equal(claim(""), 0);
}

static void
test_reading_that_is_cancelled_changes_nothing(void **state)
{
    (void)state;
    for (size_t n = 0; n < 3; n++) {
        struct fake_step steps[] = {
            STEP(FAKE_WAIT, IR_OK), STEP(FAKE_WAIT, IR_OK),
            STEP(FAKE_WAIT, IR_OK),
        };

        steps[n].status = IR_E_CANCELLED;
        fake_calls_script(steps, COUNT(steps));
        put_text(WHOLE "done 1");

        assert_int_equal(read_as(&key), IR_E_CANCELLED);

        folder_check(NAME, WHOLE "done 1", strlen(WHOLE "done 1"));
    }
}

/* ---- What is not ours -------------------------------------------------- */

static void
make_foreign(const char *text)
{
    folder_write(NAME, text);
    chmod(NAME, 0600);
}

static void
make_version_2(void)
{
    make_foreign("inforouter-journal 2\nurl " URL "\n");
}

static void
make_version_10(void)
{
    make_foreign("inforouter-journal 10\nurl " URL "\n");
}

static void
make_precious(void)
{
    make_foreign("precious\n");
}

static void
make_almost(void)
{
    make_foreign("inforouter-journey");
}

static void
make_readable(void)
{
    make_foreign(WHOLE);
    chmod(NAME, 0644);
}

static void
make_linked(void)
{
    make_foreign(WHOLE);
    assert_int_equal(link(NAME, "other"), 0);
}

static void
make_symlink(void)
{
    make_foreign(WHOLE);
    assert_int_equal(rename(NAME, "other"), 0);
    assert_int_equal(symlink("other", NAME), 0);
}

static void
make_dangling(void)
{
    assert_int_equal(symlink("nowhere", NAME), 0);
}

static void
make_fifo(void)
{
    assert_int_equal(mkfifo(NAME, 0600), 0);
}

static void
make_folder(void)
{
    assert_int_equal(mkdir(NAME, 0700), 0);
}

/* Where we may give a file away; else just another mode. */
static void
make_somebodys(void)
{
    make_foreign(WHOLE);
    if (chown(NAME, geteuid() + 1, (gid_t)-1) != 0)
        chmod(NAME, 0640);
}

static void (*const foreign[])(void) = {
    make_version_2, make_version_10, make_precious, make_almost, make_readable,
    make_linked, make_symlink, make_dangling, make_fifo, make_folder,
    make_somebodys,
};

/* Name, kind, mode and content are as they were. */
static void
check_untouched(const struct stat *was)
{
    struct stat is;

    assert_int_equal(lstat(NAME, &is), 0);
    assert_int_equal(is.st_ino, was->st_ino);
    assert_int_equal(is.st_mode, was->st_mode);
    assert_int_equal(is.st_size, was->st_size);
    assert_int_equal(is.st_uid, was->st_uid);
    assert_int_equal(is.st_nlink, was->st_nlink);
    assert_memory_equal(&is.st_mtim, &was->st_mtim, sizeof is.st_mtim);
    assert_memory_equal(&is.st_ctim, &was->st_ctim, sizeof is.st_ctim);
}

static void
test_what_is_not_ours_is_neither_read_nor_touched(void **state)
{
    struct stat was;

    (void)state;
    for (size_t i = 0; i < COUNT(foreign); i++) {
        foreign[i]();
        assert_int_equal(lstat(NAME, &was), 0);

        assert_int_equal(read_as(&key), IR_OK);
        assert_int_equal(found.offset, 0);
        ir_journal_open(&journal, dir, "a.part");
        ir_journal_start(&journal, &key, &handler, &error);
        ir_journal_handler(&journal, "h2", &error);
        ir_journal_add(&journal, &chunks[0], &error);
        ir_journal_remove(&journal);

        assert_int_equal(error.status, IR_OK);
        check_untouched(&was);
        assert_int_equal(remove(NAME), 0);
        unlink("other");
    }
}

static void
test_what_is_not_ours_is_not_shown(void **state)
{
    uint64_t done;
    uint64_t total;

    (void)state;
    for (size_t i = 0; i < COUNT(foreign); i++) {
        foreign[i]();

        assert_int_equal(ir_journal_peek("a", &done, &total), 0);

        assert_int_equal(done, 0);
        assert_int_equal(total, 0);
        assert_int_equal(remove(NAME), 0);
        unlink("other");
    }
}

static void
test_what_a_crash_left_is_begun_again(void **state)
{
    static const char zeros[4096];

    (void)state;
    for (size_t n = 0; n <= strlen(WHOLE) + 1; n++) {
        put(n > strlen(WHOLE) ? zeros : WHOLE,
            n > strlen(WHOLE) ? sizeof zeros : n);

        write_whole();

        folder_check(NAME, WHOLE, strlen(WHOLE));
    }
}

static void
test_beginning_again_leaves_alone_who_still_has_the_one_before(void **state)
{
    char text[sizeof WHOLE] = "";
    int fd;

    (void)state;
    put_text(WHOLE);
    fd = open(NAME, O_RDONLY);

    write_whole();

    assert_int_equal(read(fd, text, sizeof text), strlen(WHOLE));
    assert_string_equal(text, WHOLE);
    close(fd);
}

static void
test_only_the_one_that_is_open_is_removed(void **state)
{
    (void)state;
    put_text(WHOLE);
    ir_journal_open(&journal, dir, "a.part");
    folder_write("new", "another process's");
    assert_int_equal(rename("new", NAME), 0);

    ir_journal_remove(&journal);

    folder_check(NAME, "another process's", 17);
    put_text(WHOLE);
    ir_journal_open(&journal, dir, "a.part");
    ir_journal_remove(&journal);
    folder_check_names("a.part ");
}

static void
test_a_name_without_room_for_the_suffix_has_no_journal(void **state)
{
    char name[300];

    (void)state;
    for (size_t n = 230; n < sizeof name; n++) {
        memset(name, 'n', n);
        name[n] = '\0';
        ir_journal_open(&journal, dir, name);

        assert_int_equal(ir_journal_start(&journal, &key, &handler, &error),
            IR_OK);

        assert_int_equal(journal.fd >= 0, n + strlen(".journal") <= 255);
        ir_journal_remove(&journal);
    }
    folder_check_names("a.part ");
}

/* ---- A look from outside ----------------------------------------------- */

static void
test_a_look_at_a_cut_one_tells_an_earlier_state(void **state)
{
    const char *end = strstr(WHOLE, "size 10\n") + strlen("size 10\n");
    size_t size = (size_t)(end - WHOLE);
    uint64_t done;
    uint64_t total;

    (void)state;
    for (size_t cut = 0; cut <= strlen(WHOLE); cut++) {
        put(WHOLE, cut);

        assert_int_equal(ir_journal_peek("a", &done, &total), cut >= size);

        assert_int_equal(done, recorded(cut));
        assert_int_equal(total, cut >= size ? 10 : 0);
    }
}

static void
test_a_look_tells_no_chunk_that_a_run_would_not_go_on_with(void **state)
{
    static const char *const texts[] = { HEAD DONE_1 "done\n" DONE_2,
        HEAD DONE_1 DONE_1 "done 4 4 \n" DONE_2,
        HEAD DONE_1 "done 4 4\n" };
    uint64_t done;
    uint64_t total;

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        put_text(texts[i]);

        assert_int_equal(ir_journal_peek("a", &done, &total), 1);

        assert_int_equal(done, 4);
        assert_int_equal(total, 10);
    }
}

static void
test_a_look_needs_the_part_as_well(void **state)
{
    uint64_t done;
    uint64_t total;

    (void)state;
    assert_int_equal(ir_journal_peek("a", &done, &total), 0);
    put_text(WHOLE);
    assert_int_equal(ir_journal_peek("a", &done, &total), 1);
    unlink("a.part");

    assert_int_equal(ir_journal_peek("a", &done, &total), 0);
    assert_int_equal(ir_journal_peek(repeat('n', 4097), &done, &total), 0);
}

/* ---- Texts ------------------------------------------------------------- */

/* Memory of just 'size' bytes, so that a byte too many is seen. */
static char *
room(size_t size)
{
    char *to = malloc(size == 0 ? 1 : size);

    assert_non_null(to);
    if (size == 0)
        *to = 'x';
    return to;
}

/* 'text' into every room from none up: too little is refused, and nothing is
 * written behind it. */
static void
check_rooms(const char *text)
{
    char escaped[256];
    size_t n = ir_journal_escape(text, escaped, sizeof escaped);

    for (size_t size = 0; size < n + 8; size++) {
        char *to = room(size);
        size_t got = ir_journal_escape(text, to, size);

        assert_true(got == 0 || (got == n && size > n));
        assert_true(got == n || size < n + 4);
        if (got > 0)
            assert_string_equal(to, escaped);
        assert_true(size > 0 || *to == 'x');
        free(to);
    }
    for (size_t size = 0; size < strlen(text) + 8; size++) {
        char *to = room(size);

        assert_int_equal(ir_journal_unescape(escaped, to, size),
            size > strlen(text));
        if (size > strlen(text))
            assert_string_equal(to, text);
        assert_true(size > 0 || *to == 'x');
        free(to);
    }
}

static void
test_every_byte_goes_and_comes_back_in_every_room(void **state)
{
    (void)state;
    check_rooms("");
    for (int c = 1; c < 256; c++)
        for (size_t n = 1; n < 20; n++)
            check_rooms(repeat((char)c, n));
}

static void
test_every_pair_of_bytes_goes_and_comes_back(void **state)
{
    char escaped[16];
    char back[16];

    (void)state;
    for (int i = 1; i < 65536; i++) {
        char text[] = { (char)(i / 256), (char)(i % 256), '\0' };
        size_t n = ir_journal_escape(text, escaped, sizeof escaped);

        if (text[0] == '\0')
            continue;
        assert_int_equal(n, strlen(escaped));
        for (const char *s = escaped; *s != '\0'; s++)
            assert_true((unsigned char)*s > ' ' && *s != 0x7F);
        assert_true(ir_journal_unescape(escaped, back, sizeof back));
        assert_string_equal(back, text);
    }
}

static int
is_hex(int c)
{
    return c != '\0' && strchr("0123456789ABCDEF", c) != NULL;
}

/* And leaves no half of it behind. */
static void
test_only_two_digits_stand_behind_a_percent_sign(void **state)
{
    (void)state;
    for (int i = 0; i < 65536; i++) {
        char text[] = { 'x', '%', (char)(i / 256), (char)(i % 256), '\0' };
        char back[] = "before";
        int is_good = is_hex(text[2]) && is_hex(text[3])
            && strcmp(text, "x%00") != 0;

        assert_int_equal(ir_journal_unescape(text, back, sizeof back),
            is_good);

        if (is_good)
            assert_int_equal((unsigned char)back[1],
                strtoul(text + 2, NULL, 16));
        assert_int_equal(strlen(back), is_good ? 2 : 0);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_it_is_written_as_it_is_described_and_for_us_alone),
        TEST(test_every_number_is_read_back),
        TEST(test_a_handler_of_every_length_is_read_back),
        TEST(test_every_byte_of_a_text_is_read_back),
        TEST(test_a_text_is_read_back_whole_or_no_journal_is_kept),
        TEST(test_another_document_is_not_gone_on_with),
        TEST(test_a_number_without_room_for_it_is_not_gone_on_with),
        TEST(test_cut_anywhere_it_is_an_earlier_state),
        TEST(test_what_is_added_behind_a_cut_counts),
        TEST(test_zeros_behind_a_cut_change_nothing),
        TEST(test_a_write_that_fails_is_told_and_leaves_an_earlier_state),
        TEST(test_the_gap_before_a_chunk_ahead_is_told),
        TEST(test_chunks_ahead_count_if_all_are_whole_ones_of_a_row),
        TEST(test_with_any_byte_changed_it_claims_no_more_than_was_recorded),
        TEST(test_a_chunk_whose_bytes_changed_does_not_count),
        TEST(test_bytes_that_are_missing_do_not_count),
        TEST(test_a_line_that_is_none_of_a_chunk_ends_what_counts),
        TEST(test_chunks_count_in_any_order_and_once),
        TEST(test_a_chunk_ahead_counts_by_its_own_bytes),
        TEST(test_so_many_chunks_ahead_are_kept_and_no_more),
        TEST(test_a_number_is_digits_and_not_too_many),
        TEST(test_a_chunk_size_that_cannot_be_is_refused),
        TEST(test_a_head_with_a_line_too_few_or_too_many_is_refused),
        TEST(test_the_end_of_a_long_line_is_no_line),
        TEST(test_garbage_claims_nothing_and_costs_nothing),
        TEST(test_reading_that_is_cancelled_changes_nothing),
        TEST(test_what_is_not_ours_is_neither_read_nor_touched),
        TEST(test_what_is_not_ours_is_not_shown),
        TEST(test_what_a_crash_left_is_begun_again),
        TEST(test_beginning_again_leaves_alone_who_still_has_the_one_before),
        TEST(test_only_the_one_that_is_open_is_removed),
        TEST(test_a_name_without_room_for_the_suffix_has_no_journal),
        TEST(test_a_look_at_a_cut_one_tells_an_earlier_state),
        TEST(test_a_look_tells_no_chunk_that_a_run_would_not_go_on_with),
        TEST(test_a_look_needs_the_part_as_well),
        TEST(test_every_byte_goes_and_comes_back_in_every_room),
        TEST(test_every_pair_of_bytes_goes_and_comes_back),
        TEST(test_only_two_digits_stand_behind_a_percent_sign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
