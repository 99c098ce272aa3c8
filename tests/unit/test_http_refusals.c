/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Replies that are refused, each with its reason, and floods that are stopped
 * before they cost anything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"

#define A10 "aaaaaaaaaa"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10

static const struct {
    const char *text;
    enum ir_status status;
    const char *why;
} bad[] = {
    /* No HTTP at all (S7). */
    { "", IR_E_NETWORK, "connection closed before the reply" },
    { "HTTP/1.1 200 OK", IR_E_NETWORK, "before the reply" },
    { OK200 XML, IR_E_NETWORK, "before the reply" },
    { "<a> </a>\n", IR_E_PROTOCOL, "no HTTP/1.1 status line" },
    { "\x1F\x8B\x08\n", IR_E_PROTOCOL, "no HTTP/1.1 status line" },
    { "\r\n" OK200 XML LENGTH8 "\r\n<a> </a>", IR_E_PROTOCOL,
        "no HTTP/1.1 status line" },
    { "ICY 200 OK\r\n\r\n", IR_E_PROTOCOL, "no HTTP/1.1 status line" },
    { "http/1.1 200 OK\r\n\r\n", IR_E_PROTOCOL, "no HTTP/1.1 status line" },
    { "HTTP/2 200\r\n\r\n", IR_E_PROTOCOL, "no HTTP/1.1 status line" },
    { "HTTP/1.2 200 OK\r\n\r\n", IR_E_PROTOCOL, "no HTTP/1.1 status line" },
    { "HTTP/1.1\r\n\r\n", IR_E_PROTOCOL, "no HTTP/1.1 status line" },
    { "HTTP/1.1\t200 OK\r\n\r\n", IR_E_PROTOCOL, "no HTTP/1.1 status line" },
    /* The status (S8). */
    { "HTTP/1.1 65736 OK\r\n\r\n", IR_E_PROTOCOL, "no number from 100" },
    { "HTTP/1.1 099 OK\r\n\r\n", IR_E_PROTOCOL, "no number from 100" },
    { "HTTP/1.1 600 OK\r\n\r\n", IR_E_PROTOCOL, "no number from 100" },
    { "HTTP/1.1 20\r\n\r\n", IR_E_PROTOCOL, "no number from 100" },
    { "HTTP/1.1 \r\n\r\n", IR_E_PROTOCOL, "no number from 100" },
    { "HTTP/1.1 -20 OK\r\n\r\n", IR_E_PROTOCOL, "no number from 100" },
    { "HTTP/1.1 2e2 OK\r\n\r\n", IR_E_PROTOCOL, "no number from 100" },
    { "HTTP/1.1  200 OK\r\n\r\n", IR_E_PROTOCOL, "no number from 100" },
    { "HTTP/1.1 200OK\r\n\r\n", IR_E_PROTOCOL, "no number from 100" },
    { "HTTP/1.1 201 Created\r\n" XML LENGTH8 "\r\n<a> </a>", IR_E_PROTOCOL,
        "HTTP status 201" },
    { "HTTP/1.1 204 No Content\r\n\r\n", IR_E_PROTOCOL, "HTTP status 204" },
    { "HTTP/1.1 206 Partial\r\n" XML LENGTH8 "\r\n<a> </a>", IR_E_PROTOCOL,
        "HTTP status 206" },
    { "HTTP/1.1 101 Upgrade\r\n\r\n", IR_E_PROTOCOL, "HTTP status 101" },
    { "HTTP/1.1 400 Bad\r\n" XML LENGTH8 "\r\n<a> </a>", IR_E_PROTOCOL,
        "HTTP status 400" },
    /* Redirects (S15). */
    { "HTTP/1.1 301 Moved\r\nLocation: http://e/\r\n\r\n", IR_E_PROTOCOL,
        "301: redirects are not followed" },
    { "HTTP/1.1 302 Found\r\n\r\n", IR_E_PROTOCOL, "redirects" },
    { "HTTP/1.1 303 See\r\n\r\n", IR_E_PROTOCOL, "redirects" },
    { "HTTP/1.1 307 Temporary\r\n\r\n", IR_E_PROTOCOL, "redirects" },
    { "HTTP/1.1 308 Permanent\r\n\r\n", IR_E_PROTOCOL, "redirects" },
    /* Refusals of the web server. */
    { "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\n",
        IR_E_AUTH, "login of its own" },
    { "HTTP/1.1 403 Forbidden\r\n\r\n", IR_E_DENIED, "refuses" },
    { "HTTP/1.1 404 Not Found\r\n\r\n", IR_E_PROTOCOL, "no service" },
    { "HTTP/1.1 407 Proxy\r\n\r\n", IR_E_AUTH, "the proxy" },
    { "HTTP/1.1 408 Timeout\r\n\r\n", IR_E_SERVER, "try again later" },
    { "HTTP/1.1 413 Large\r\n\r\n", IR_E_LIMIT, "too large" },
    { "HTTP/1.1 415 Type\r\n\r\n", IR_E_PROTOCOL, "HTTP status 415" },
    { "HTTP/1.1 425 Early\r\n\r\n", IR_E_SERVER, "try again later" },
    { "HTTP/1.1 429 Many\r\n\r\n", IR_E_SERVER, "try again later" },
    { "HTTP/1.1 500 Error\r\nContent-Type: text/html\r\n" LENGTH8
        "\r\n<a> </a>", IR_E_SERVER, "the web server failed" },
    { "HTTP/1.1 500 Error\r\n\r\n", IR_E_SERVER, "the web server failed" },
    { "HTTP/1.1 502 Bad\r\n" XML LENGTH8 "\r\n<a> </a>", IR_E_SERVER,
        "HTTP status 502" },
    { "HTTP/1.1 503 No\r\nContent-Length: 4000000000\r\n\r\n", IR_E_SERVER,
        "HTTP status 503" },
    /* Interim replies without end (S12). */
    { "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 100 C\r\n\r\nHTTP/1.1 100 C\r\n\r\n"
        "HTTP/1.1 100 C\r\n\r\n" OK200 XML LENGTH8 "\r\n<a> </a>",
        IR_E_PROTOCOL, "too many interim replies" },
    { "HTTP/1.1 100 Continue\r\n\r\n", IR_E_NETWORK, "before the reply" },
    /* Content types (S34) and codings (S6). */
    { OK200 LENGTH8 "\r\n<a> </a>", IR_E_PROTOCOL, "Content-Type is missing" },
    { OK200 "Content-Type: text/html\r\n" LENGTH8 "\r\n<a> </a>",
        IR_E_PROTOCOL, "Content-Type is another" },
    { OK200 "Content-Type: text/xmlish\r\n" LENGTH8 "\r\n<a> </a>",
        IR_E_PROTOCOL, "Content-Type is another" },
    { OK200 "Content-Type: \r\n" LENGTH8 "\r\n<a> </a>", IR_E_PROTOCOL,
        "Content-Type is another" },
    { OK200 XML XML LENGTH8 "\r\n<a> </a>", IR_E_PROTOCOL,
        "two Content-Type" },
    { OK200 XML LENGTH8 "Content-Encoding: gzip\r\n\r\n<a> </a>",
        IR_E_PROTOCOL, "Content-Encoding was not asked for" },
    /* Lengths (S9, S10). */
    { OK200 XML LENGTH8 "Content-Length: 9\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "two different Content-Length" },
    { OK200 XML "Content-Length: 8, 8\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "Content-Length is not a number" },
    { OK200 XML "Content-Length: -8\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "Content-Length is not a number" },
    { OK200 XML "Content-Length: +8\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "Content-Length is not a number" },
    { OK200 XML "Content-Length: 0x8\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "Content-Length is not a number" },
    { OK200 XML "Content-Length: 8 8\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "Content-Length is not a number" },
    { OK200 XML "Content-Length:\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "Content-Length is not a number" },
    { OK200 XML "Content-Length: 18446744073709551624\r\n\r\n<a> </a>",
        IR_E_PROTOCOL, "Content-Length is not a number" },
    { OK200 XML "Content-Length: 65\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "announces 65 bytes, at most 64" },
    { OK200 XML "Content-Length: 4000000000\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "announces 4000000000 bytes" },
    { OK200 XML "Content-Length: 9\r\n\r\n<a> </a>", IR_E_NETWORK,
        "closed after 8 bytes of the reply, 1 more" },
    { OK200 XML "Content-Length: 8\r\n\r\n", IR_E_NETWORK,
        "closed after 0 bytes of the reply, 8 more" },
    /* Transfer codings (S13). */
    { OK200 XML LENGTH8 CHUNKED "\r\n8\r\n<a> </a>\r\n0\r\n\r\n",
        IR_E_PROTOCOL, "Content-Length beside Transfer-Encoding" },
    { OK200 XML CHUNKED CHUNKED "\r\n8\r\n<a> </a>\r\n0\r\n\r\n",
        IR_E_PROTOCOL, "Transfer-Encoding other than chunked" },
    { OK200 XML "Transfer-Encoding: gzip, chunked\r\n\r\n", IR_E_PROTOCOL,
        "Transfer-Encoding other than chunked" },
    { OK200 XML "Transfer-Encoding: identity\r\n\r\n", IR_E_PROTOCOL,
        "Transfer-Encoding other than chunked" },
    { OK200 XML "Transfer-Encoding: xchunked\r\n\r\n", IR_E_PROTOCOL,
        "Transfer-Encoding other than chunked" },
    { OK200 XML "Transfer_Encoding: chunked\r\n\r\n8\r\n<a> </a>\r\n0\r\n\r\n",
        IR_E_PROTOCOL, "unfit reply: not XML" },
    /* Lines of the head. */
    { OK200 XML " Content-Length: 8\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "a header line has no name" },
    { OK200 XML "\tfolded\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "a header line has no name" },
    { OK200 XML "Content-Length : 8\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "a header line has no name" },
    { OK200 XML ": 8\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "a header line has no name" },
    { OK200 XML "nonsense\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "a header line has no name" },
    { OK200 XML "X: a\rContent-Length: 8\r\n\r\n<a> </a>", IR_E_PROTOCOL,
        "a control character in the head" },
    /* Transfer chunks. */
    { OK200 XML CHUNKED "\r\n\r\n", IR_E_PROTOCOL, "has no size" },
    { OK200 XML CHUNKED "\r\nx\r\n<a> </a>", IR_E_PROTOCOL, "has no size" },
    { OK200 XML CHUNKED "\r\n-8\r\n<a> </a>", IR_E_PROTOCOL, "has no size" },
    { OK200 XML CHUNKED "\r\n0x8\r\n<a> </a>", IR_E_PROTOCOL, "has no size" },
    { OK200 XML CHUNKED "\r\n 8\r\n<a> </a>", IR_E_PROTOCOL, "has no size" },
    { OK200 XML CHUNKED "\r\n000000008\r\n<a> </a>", IR_E_PROTOCOL,
        "has no size" },
    { OK200 XML CHUNKED "\r\n7\r\n<a> </a>\r\n0\r\n\r\n", IR_E_PROTOCOL,
        "longer than announced" },
    { OK200 XML CHUNKED "\r\n8\r\n<a> </a>0\r\n\r\n", IR_E_PROTOCOL,
        "longer than announced" },
    { OK200 XML CHUNKED "\r\n9\r\n<a> </a>", IR_E_NETWORK,
        "closed after 8 bytes" },
    { OK200 XML CHUNKED "\r\n8\r\n<a> </a>\r\n", IR_E_NETWORK,
        "inside the reply" },
    { OK200 XML CHUNKED "\r\n8\r\n<a> </a>\r\n0\r\n", IR_E_NETWORK,
        "inside the reply" },
    { OK200 XML CHUNKED "\r\n8\r\n<a> </a>\r\n0\r\nA: b\r\n", IR_E_NETWORK,
        "inside the reply" },
    { OK200 XML CHUNKED "\r\n41\r\n<a>" A100, IR_E_PROTOCOL,
        "longer than the 64 bytes expected" },
    { OK200 XML CHUNKED "\r\nFFFFFFFF\r\n<a>" A100, IR_E_PROTOCOL,
        "longer than the 64 bytes expected" },
    { OK200 XML "\r\n<a>" A100, IR_E_PROTOCOL,
        "longer than the 64 bytes expected" },
};

static void
test_refuses_bad_replies_each_with_its_reason(void **state)
{
    struct seen s;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        exchange(bad[i].text, 0, &s);
        check_error(bad[i].text, &s.error, bad[i].status, bad[i].why);
    }
}

static void
test_refuses_bad_replies_byte_by_byte_all_the_same(void **state)
{
    struct seen s;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        exchange(bad[i].text, 1, &s);
        check_error(bad[i].text, &s.error, bad[i].status, bad[i].why);
    }
}

static void
test_closes_the_connection_after_every_bad_reply(void **state)
{
    struct seen s;

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        exchange(bad[i].text, 0, &s);
        if (fake_transport.is_open)
            fail_msg("%s: kept", bad[i].text);
    }
}

static void
test_refuses_nul_in_the_head(void **state)
{
    static const char text[] = OK200 XML "X: a\0b\r\n" LENGTH8 "\r\n<a> </a>";
    struct seen s;

    (void)state;
    exchange_as(text, sizeof text - 1, 0, 64, IR_OK, &s);

    check_error("NUL", &s.error, IR_E_PROTOCOL, "a control character");
}

/* A reply that begins with 'first' and goes on with 'again' for ever. */
static void
receive_flood(const char *first, const char *again, size_t n, struct seen *s)
{
    size_t length = strlen(first);
    size_t step = strlen(again);
    char *text = malloc(length + n * step + 1);

    assert_non_null(text);
    memcpy(text, first, length);
    for (size_t i = 0; i < n; i++)
        memcpy(text + length + i * step, again, step);
    exchange_as(text, length + n * step, 0, 64, IR_E_TIMEOUT, s);
    free(text);
}

static void
test_stops_reading_a_head_at_16384_bytes(void **state)
{
    struct seen s;

    (void)state;
    receive_flood(OK200 "Content-Type: text/xml; x=", "y", 1000000, &s);

    check_error("one long line", &s.error, IR_E_PROTOCOL,
        "its head is longer than 16384 bytes");
    assert_int_equal(fake_transport.position, 16384);
}

static void
test_stops_a_long_blank_header(void **state)
{
    struct seen s;

    (void)state;
    receive_flood("HTTP/1.1 401 No\r\nWWW-Authenticate:", " ", 8169, &s);
    check_error("S14", &s.error, IR_E_TIMEOUT, "receiving failed");

    receive_flood("HTTP/1.1 401 No\r\nWWW-Authenticate:", " ", 17000, &s);
    check_error("S14", &s.error, IR_E_PROTOCOL, "longer than 16384");
}

static void
test_allows_99_header_lines_and_no_more(void **state)
{
    struct seen s;

    (void)state;
    receive_flood(OK200, "X: y\r\n", 99, &s);
    check_error("99", &s.error, IR_E_TIMEOUT, "receiving failed");

    receive_flood(OK200, "X: y\r\n", 100, &s);
    check_error("100", &s.error, IR_E_PROTOCOL, "more than 100 header lines");
}

static void
test_stops_endless_interim_replies(void **state)
{
    struct seen s;

    (void)state;
    receive_flood("", "HTTP/1.1 100 Continue\r\n\r\n", 100000, &s);

    check_error("S12", &s.error, IR_E_PROTOCOL, "too many interim replies");
}

static void
test_stops_endless_chunk_size_lines_and_trailers(void **state)
{
    struct seen s;

    (void)state;
    receive_flood(OK200 XML CHUNKED "\r\n8;", "x", 100000, &s);
    check_error("size line", &s.error, IR_E_PROTOCOL, "size line is too long");

    receive_flood(OK200 XML CHUNKED "\r\n8\r\n<a> </a>\r\n0\r\n", "X: y\r\n",
        100000, &s);
    check_error("trailers", &s.error, IR_E_PROTOCOL, "too many trailer lines");
}

/* What comes of a chunk whose size line has 'n' bytes, in pieces. */
static void
receive_size_line(size_t n, size_t piece, struct seen *s)
{
    static const char before[] = OK200 XML CHUNKED "\r\n";
    static const char after[] = "<a> </a>\r\n0\r\n\r\n";
    char text[2000];
    size_t begin = sizeof before - 1;

    memcpy(text, before, begin);
    memset(text + begin, 'x', n);
    memcpy(text + begin, "8;", 2);
    memcpy(text + begin + n - 2, "\r\n", 2);
    memcpy(text + begin + n, after, sizeof after);
    exchange(text, piece, s);
}

static void
test_allows_a_size_line_of_1024_bytes_however_it_is_cut(void **state)
{
    static const size_t pieces[] = { 0, 1, 3, 64, 1000, 1024, 1025 };
    struct seen s;

    (void)state;
    for (size_t i = 0; i < COUNT(pieces); i++) {
        receive_size_line(1024, pieces[i], &s);
        check_error("1024", &s.error, IR_OK, "");

        receive_size_line(1025, pieces[i], &s);
        check_error("1025", &s.error, IR_E_PROTOCOL, "size line is too long");
    }
}

static void
test_stops_reading_a_body_without_length_at_its_limit(void **state)
{
    struct seen s;

    (void)state;
    receive_flood(OK200 XML "\r\n<a>", "x", 1000000, &s);

    check_error("S5", &s.error, IR_E_PROTOCOL, "longer than the 64 bytes");
    assert_true(fake_transport.position <= 16384 + 64);
}

static void
test_passes_on_how_receiving_failed(void **state)
{
    static const enum ir_status ends[] = { IR_E_TIMEOUT, IR_E_CANCELLED,
        IR_E_NETWORK, IR_E_TLS };
    static const char text[] = OK200 XML LENGTH8 "\r\n<a> </a>";
    struct seen s;

    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++)
        for (size_t n = 0; n < sizeof text - 1; n++) {
            exchange_as(text, n, 0, 64, ends[i], &s);
            check_error(text, &s.error, ends[i], "receiving failed");
            assert_false(fake_transport.is_open);
        }
}

static void
test_records_the_status_of_a_refusal(void **state)
{
    struct seen s;

    (void)state;
    exchange("HTTP/1.1 503 Unavailable\r\n\r\n", 0, &s);

    assert_int_equal(s.error.http_status, 503);
    assert_true(s.error.retryable);
}

static void
test_retry_after_is_taken_in_seconds_and_capped(void **state)
{
    static const struct {
        const char *value;
        int seconds;
    } rows[] = {
        { "0", 0 }, { "1", 1 }, { " 120 ", 120 }, { "3600", 3600 },
        { "3601", 3600 }, { "999999999999999999", 3600 },
        { "9999999999999999999", 0 }, { "-5", 0 }, { "", 0 }, { "1.5", 0 },
        { "Fri, 31 Dec 1999 23:59:59 GMT", 0 },
    };
    struct seen s;
    char text[200];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(text, sizeof text,
            "HTTP/1.1 503 No\r\nretry-after: %s\r\n\r\n", rows[i].value);
        exchange(text, 0, &s);
        if (s.retry_after_s != rows[i].seconds)
            fail_msg("%s: %d", rows[i].value, s.retry_after_s);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refuses_bad_replies_each_with_its_reason),
        cmocka_unit_test(test_refuses_bad_replies_byte_by_byte_all_the_same),
        cmocka_unit_test(test_closes_the_connection_after_every_bad_reply),
        cmocka_unit_test(test_refuses_nul_in_the_head),
        cmocka_unit_test(test_stops_reading_a_head_at_16384_bytes),
        cmocka_unit_test(test_stops_a_long_blank_header),
        cmocka_unit_test(test_allows_99_header_lines_and_no_more),
        cmocka_unit_test(test_stops_endless_interim_replies),
        cmocka_unit_test(test_stops_endless_chunk_size_lines_and_trailers),
        cmocka_unit_test(
            test_allows_a_size_line_of_1024_bytes_however_it_is_cut),
        cmocka_unit_test(test_stops_reading_a_body_without_length_at_its_limit),
        cmocka_unit_test(test_passes_on_how_receiving_failed),
        cmocka_unit_test(test_records_the_status_of_a_refusal),
        cmocka_unit_test(test_retry_after_is_taken_in_seconds_and_capped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
