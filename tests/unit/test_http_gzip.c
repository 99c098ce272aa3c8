/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Replies as gzip: handed out as what they were before, whatever blocks they
 * come in, and never more of it than a reply may have; everything that is not
 * exactly one whole stream is refused.  The limit of exchange() is 64 bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"
#include "gzip_by_zlib.h"

#define GZIP "Content-Encoding: gzip\r\n"
#define BODY "<a>xyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyxyx</a>"

/* A reply with the 'n' bytes at 'body' in transfer chunks of 'chunk' bytes, or
 * with their length if that is 0. */
struct reply {
    char text[5000];
    size_t n;
};

static void
add(struct reply *r, const char *data, size_t n)
{
    assert_true(n <= sizeof r->text - r->n);
    memcpy(r->text + r->n, data, n);
    r->n += n;
}

static void
add_text(struct reply *r, const char *text)
{
    add(r, text, strlen(text));
}

static void
make_reply(struct reply *r, const char *headers, const char *body, size_t n,
    size_t chunk)
{
    char line[64];

    r->n = 0;
    add_text(r, OK200 XML);
    add_text(r, headers);
    snprintf(line, sizeof line, "Content-Length: %zu\r\n\r\n", n);
    add_text(r, chunk == 0 ? line : CHUNKED "\r\n");
    if (chunk == 0)
        add(r, body, n);
    for (size_t at = 0; chunk > 0 && at < n; at += chunk) {
        size_t part = n - at < chunk ? n - at : chunk;

        snprintf(line, sizeof line, "%zx\r\n", part);
        add_text(r, line);
        add(r, body + at, part);
        add_text(r, "\r\n");
    }
    if (chunk > 0)
        add_text(r, "0\r\n\r\n");
}

static void
check_good(const struct reply *r, size_t piece, size_t size)
{
    struct seen s;

    exchange_as(r->text, r->n, piece, size, IR_E_TIMEOUT, &s);
    check_error("good", &s.error, IR_OK, "");
    assert_int_equal(s.n, strlen(BODY));
    assert_memory_equal(s.body, BODY, s.n);
    assert_true(fake_transport.is_open);
}

static void
test_a_reply_comes_as_it_was_in_pieces_of_every_size(void **state)
{
    static const size_t sizes[] = { 1, 3, 58, 59, 64 };
    size_t length;
    char *packed = gzip_make(BODY, strlen(BODY), &length);
    struct reply r;
    (void)state;

    for (size_t chunk = 0; chunk <= length; chunk++) {
        make_reply(&r, GZIP, packed, length, chunk);
        for (size_t i = 0; i < COUNT(sizes); i++)
            check_good(&r, 0, sizes[i]);
        if (chunk < 2 || chunk == length)
            for (size_t piece = 1; piece <= r.n; piece++)
                check_good(&r, piece, 64);
    }
    free(packed);
}

static void
test_the_end_of_the_connection_ends_a_reply(void **state)
{
    size_t length;
    char *packed = gzip_make(BODY, strlen(BODY), &length);
    struct reply r = { .n = 0 };
    struct seen s;
    (void)state;

    add_text(&r, OK200 XML GZIP "\r\n");
    add(&r, packed, length);
    exchange_as(r.text, r.n, 0, 64, IR_OK, &s);
    check_error("close", &s.error, IR_OK, "");
    assert_int_equal(s.n, strlen(BODY));
    free(packed);
}

/* However a body is packed that is longer than it may be. */
static void
test_no_more_comes_out_than_a_reply_may_have(void **state)
{
    static char long_body[60000];
    struct reply r;
    struct seen s;
    (void)state;

    memset(long_body, 'x', sizeof long_body);
    memcpy(long_body, "<a>", 3);
    for (size_t n = 1; n < 14000; n = n * 5 / 4 + 1) {
        size_t length;
        char *packed = gzip_make(long_body, n, &length);

        make_reply(&r, GZIP, packed, length, 40);
        exchange_as(r.text, r.n, 0, 64, IR_E_TIMEOUT, &s);
        if (n <= 64)
            check_error("short", &s.error, IR_OK, "");
        else
            check_error("long", &s.error, IR_E_PROTOCOL,
                "longer than the 64 bytes expected");
        assert_in_range(s.n, 0, 64);
        free(packed);
    }
}

static void
check_refused(const char *row, const struct reply *r, const char *why)
{
    struct seen s;

    for (size_t piece = 0; piece < 3; piece++) {
        exchange_as(r->text, r->n, piece, 64, IR_OK, &s);
        check_error(row, &s.error, IR_E_PROTOCOL, why);
        assert_int_equal(s.error.retryable, 0);
        assert_false(fake_transport.is_open);
    }
}

static void
test_a_cut_stream_is_refused(void **state)
{
    size_t length;
    char *packed = gzip_make(BODY, strlen(BODY), &length);
    struct reply r;
    (void)state;

    for (size_t n = 0; n < length; n++) {
        make_reply(&r, GZIP, packed, n, 0);
        check_refused("length", &r, "gzip is unfit: it ends too early");
        make_reply(&r, GZIP, packed, n, 9);
        check_refused("chunks", &r, "gzip is unfit: it ends too early");
    }
    free(packed);
}

static void
test_what_follows_a_stream_is_refused(void **state)
{
    size_t length;
    char *packed = gzip_make(BODY, strlen(BODY), &length);
    char *empty = gzip_make("", 0, &(size_t){ 0 });
    const struct {
        const char *what;
        const char *bytes;
        size_t n;
    } rows[] = {
        { "a zero", "", 1 },
        { "a blank", " ", 1 },
        { "a member", empty, 20 },
        { "half a member", empty, 4 },
    };
    char body[200];
    struct reply r;
    (void)state;

    memcpy(body, packed, length);
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t n = length + rows[i].n;

        memcpy(body + length, rows[i].bytes, rows[i].n);
        make_reply(&r, GZIP, body, n, 0);
        check_refused(rows[i].what, &r, "gzip is unfit: bytes follow its end");
        for (size_t chunk = 1; chunk <= n; chunk++) {
            make_reply(&r, GZIP, body, n, chunk);
            check_refused(rows[i].what, &r, "bytes follow its end");
        }
    }
    free(empty);
    free(packed);
}

static void
test_a_damaged_stream_is_refused(void **state)
{
    static const struct {
        size_t from_end; /* of the byte that is damaged; 0: the first */
        const char *why;
    } rows[] = {
        { 0, "incorrect header check" },
        { 8, "incorrect data check" },
        { 5, "incorrect data check" },
        { 4, "incorrect length check" },
        { 1, "incorrect length check" },
    };
    size_t length;
    char *packed = gzip_make(BODY, strlen(BODY), &length);
    struct reply r;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t at = rows[i].from_end == 0 ? 0 : length - rows[i].from_end;

        packed[at] ^= 0x55;
        make_reply(&r, GZIP, packed, length, 0);
        check_refused(rows[i].why, &r, rows[i].why);
        packed[at] ^= 0x55;
    }
    make_reply(&r, GZIP, BODY, strlen(BODY), 0);
    check_refused("not packed", &r, "incorrect header check");
    free(packed);
}

static void
test_the_coding_is_gzip_or_none(void **state)
{
    static const struct {
        const char *headers;
        const char *why;
    } rows[] = {
        { "Content-Encoding: deflate\r\n", "other than gzip" },
        { "Content-Encoding: br\r\n", "other than gzip" },
        { "Content-Encoding: x-gzip\r\n", "other than gzip" },
        { "Content-Encoding: gzip, gzip\r\n", "other than gzip" },
        { "Content-Encoding: gzip,\r\n", "other than gzip" },
        { "Content-Encoding:\r\n", "other than gzip" },
        { "Content-Encoding: gzipx\r\n", "other than gzip" },
        { GZIP GZIP, "two Content-Encoding" },
        { GZIP "Content-Encoding: br\r\n", "other than gzip" },
        { "Content-Encoding: br\r\n" GZIP, "other than gzip" },
    };
    size_t length;
    char *packed = gzip_make(BODY, strlen(BODY), &length);
    struct reply r;
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        make_reply(&r, rows[i].headers, packed, length, 0);
        check_refused(rows[i].headers, &r, rows[i].why);
    }
    make_reply(&r, "Content-Encoding: GZIP\r\n", packed, length, 0);
    check_good(&r, 0, 64);
    make_reply(&r, "", BODY, strlen(BODY), 0);
    check_good(&r, 0, 64);
    exchange_takes_gzip = 0;
    make_reply(&r, GZIP, packed, length, 0);
    check_refused("not asked for", &r, "was not asked for");
    exchange_takes_gzip = 1;
    free(packed);
}

/* The guard that looks at XML sees what was packed. */
static void
test_what_was_packed_has_to_be_xml(void **state)
{
    static const char page[] = "<!DOCTYPE html><html></html>";
    size_t length;
    char *packed = gzip_make(page, sizeof page - 1, &length);
    struct reply r;
    (void)state;

    make_reply(&r, GZIP, packed, length, 0);
    check_refused("page", &r, "a document type declaration");
    free(packed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reply_comes_as_it_was_in_pieces_of_every_size),
        cmocka_unit_test(test_the_end_of_the_connection_ends_a_reply),
        cmocka_unit_test(test_no_more_comes_out_than_a_reply_may_have),
        cmocka_unit_test(test_a_cut_stream_is_refused),
        cmocka_unit_test(test_what_follows_a_stream_is_refused),
        cmocka_unit_test(test_a_damaged_stream_is_refused),
        cmocka_unit_test(test_the_coding_is_gzip_or_none),
        cmocka_unit_test(test_what_was_packed_has_to_be_xml),
    };

    exchange_takes_gzip = 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
