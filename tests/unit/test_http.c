/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Good replies, whether the connection is kept after them, and the exact head
 * of a request. */
#include "wire/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange.h"

#define A10 "aaaaaaaaaa"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10

/* What becomes of the connection: closed, kept, or its end is the reply's. */
enum { CLOSED, KEPT, ENDED };

/* All replies have the body <a> </a>. */
static const struct {
    const char *text;
    int after;
} good[] = {
    { OK200 XML LENGTH8 "\r\n<a> </a>", KEPT },
    { "HTTP/1.1 200\r\n" XML LENGTH8 "\r\n<a> </a>", KEPT },
    { "HTTP/1.1 200 \r\n" XML LENGTH8 "\r\n<a> </a>", KEPT },
    { "HTTP/1.1 200 OK\n" "Content-Type:text/xml\nContent-Length:8\n\n<a> </a>",
        KEPT },
    { OK200 "CONTENT-TYPE:\t TEXT/XML \t\r\ncontent-length:  008\t\r\n\r\n"
        "<a> </a>", KEPT },
    { OK200 "Content-Type: application/soap+xml;charset=utf-8\r\n" LENGTH8
        "\r\n<a> </a>", KEPT },
    { OK200 "Content-Type: Application/XML ; charset=utf-8\r\n" LENGTH8
        "\r\n<a> </a>", KEPT },
    { OK200 XML LENGTH8 LENGTH8 "\r\n<a> </a>", KEPT },
    { OK200 XML LENGTH8 "Content-Encoding: identity\r\n\r\n<a> </a>", KEPT },
    { OK200 XML LENGTH8 "Connection: Keep-Alive\r\n\r\n<a> </a>", KEPT },
    { OK200 XML LENGTH8 "Connection: closed, not-close\r\n\r\n<a> </a>", KEPT },
    { OK200 XML LENGTH8 "X-Empty:\r\nSet-Cookie: a=b\r\n\r\n<a> </a>", KEPT },
    { OK200 XML LENGTH8 "Location: http://evil.example/\r\n\r\n<a> </a>",
        KEPT },
    { OK200 XML CHUNKED "\r\n8\r\n<a> </a>\r\n0\r\n\r\n", KEPT },
    { OK200 XML CHUNKED "\r\n3\r\n<a>\r\n1\r\n \r\n4\r\n</a>\r\n0\r\n\r\n",
        KEPT },
    { OK200 XML CHUNKED "\n3\n<a>\n00000005\n </a>\n000\n\n", KEPT },
    { OK200 XML CHUNKED "\r\n8;x=y\r\n<a> </a>\r\n0;z\r\n\r\n", KEPT },
    { OK200 XML CHUNKED "\r\n8 ; x\r\n<a> </a>\r\n0\r\nA: b\r\nC: d\r\n\r\n",
        KEPT },
    { OK200 XML "transfer-encoding: CHUNKED\r\n\r\n8\r\n<a> </a>\r\n0\r\n\r\n",
        KEPT },
    { "HTTP/1.1 100 Continue\r\n\r\n" OK200 XML LENGTH8 "\r\n<a> </a>", KEPT },
    { "HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 102 \r\n\r\n"
        "HTTP/1.1 103 Early Hints\r\n\r\n" OK200 XML LENGTH8 "\r\n<a> </a>",
        KEPT },
    { OK200 XML LENGTH8 "Connection: close\r\n\r\n<a> </a>", CLOSED },
    { OK200 XML LENGTH8 "Connection: x, CLOSE ,y\r\n\r\n<a> </a>", CLOSED },
    { "HTTP/1.0 200 OK\r\n" XML LENGTH8 "\r\n<a> </a>", CLOSED },
    { OK200 XML "\r\n<a> </a>", ENDED },
    { "HTTP/1.0 200 OK\r\n" XML "\r\n<a> </a>", ENDED },
};

static struct ir_http http;

static void
check_good(size_t row, const struct seen *s)
{
    if (s->error.status != IR_OK)
        fail_msg("%s: %s", good[row].text, s->error.message);
    if (s->n != 8 || memcmp(s->body, "<a> </a>", 8) != 0)
        fail_msg("%s: body %.*s", good[row].text, (int)s->n, s->body);
    if (fake_transport.is_open != (good[row].after == KEPT))
        fail_msg("%s: %s", good[row].text,
            fake_transport.is_open ? "kept" : "closed");
}

static void
test_reads_a_good_reply_in_pieces_of_every_size(void **state)
{
    struct seen s;

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        for (size_t piece = 1; piece <= strlen(good[i].text); piece++) {
            exchange_as(good[i].text, strlen(good[i].text), piece, 64,
                good[i].after == ENDED ? IR_OK : IR_E_TIMEOUT, &s);
            check_good(i, &s);
        }
}

static void
test_reads_a_good_reply_by_reads_of_every_size(void **state)
{
    struct seen s;

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++)
        for (size_t size = 1; size <= 9; size++) {
            exchange_as(good[i].text, strlen(good[i].text), 0, size,
                good[i].after == ENDED ? IR_OK : IR_E_TIMEOUT, &s);
            check_good(i, &s);
        }
}

static void
test_closes_when_more_came_than_was_announced(void **state)
{
    struct seen s;

    (void)state;
    exchange(OK200 XML LENGTH8 "\r\n<a> </a>HTTP/1.1 200 OK\r\n", 0, &s);
    assert_int_equal(s.error.status, IR_OK);
    assert_false(fake_transport.is_open);

    exchange(OK200 XML CHUNKED "\r\n8\r\n<a> </a>\r\n0\r\n\r\nx", 0, &s);
    assert_int_equal(s.error.status, IR_OK);
    assert_false(fake_transport.is_open);
}

/* Take only the first 'n' bytes of the body, as a parser does that has seen
 * enough, and end; 'rest' are those that it did not use. */
static void
receive_some(const char *text, size_t n, const char *rest, struct seen *s)
{
    const struct fake_reply reply = { text, strlen(text), IR_E_TIMEOUT, IR_OK };
    const struct ir_transport_config config = { 0 };
    int reused;

    memset(s, 0, sizeof *s);
    fake_transport_script(&reply, 1, 0);
    ir_transport_new(&config, &s->error, &http.transport);
    http.error = &s->error;
    ir_transport_connect(http.transport, &reused);
    ir_http_begin(&http, 2000, 8);
    ir_http_receive(&http, s->body, n, &s->n);
    ir_http_end(&http, rest, strlen(rest));
    ir_transport_free(http.transport);
}

static void
test_reads_blanks_after_the_answer_and_keeps_the_connection(void **state)
{
    struct seen s;

    (void)state;
    receive_some(OK200 XML "Content-Length: 12\r\n\r\n<a> </a> \t\r\n", 8, "",
        &s);
    assert_int_equal(s.error.status, IR_OK);
    assert_true(fake_transport.is_open);

    receive_some(OK200 XML CHUNKED
        "\r\n8\r\n<a> </a>\r\n2\r\n\r\n\r\n0\r\n\r\n", 8, " \t\r\n", &s);
    assert_int_equal(s.error.status, IR_OK);
    assert_true(fake_transport.is_open);
}

static void
test_closes_when_something_follows_the_answer(void **state)
{
    static const char text[] = OK200 XML "Content-Length: 110\r\n\r\n<a> </a>"
        "  " A100;
    struct seen s;

    (void)state;
    receive_some(text, 8, "", &s);
    assert_int_equal(s.error.status, IR_OK);
    assert_false(fake_transport.is_open);

    receive_some(OK200 XML LENGTH8 "\r\n<a> </a>", 8, " <b/>", &s);
    assert_int_equal(s.error.status, IR_OK);
    assert_false(fake_transport.is_open);
}

static void
test_a_fault_comes_with_status_500_and_xml(void **state)
{
    struct seen s;

    (void)state;
    exchange("HTTP/1.1 500 Internal\r\n" XML LENGTH8 "\r\n<a> </a>", 0, &s);

    assert_int_equal(s.error.status, IR_OK);
    assert_int_equal(s.http_status, 500);
    assert_int_equal(s.n, 8);
}

static void
test_an_empty_body_is_no_failure_here(void **state)
{
    struct seen s;

    (void)state;
    exchange_as(OK200 XML "Content-Length: 0\r\n\r\n",
        strlen(OK200 XML "Content-Length: 0\r\n\r\n"), 0, 64, IR_E_TIMEOUT, &s);

    assert_int_equal(s.error.status, IR_OK);
    assert_int_equal(s.n, 0);
}

/* ---- The request ------------------------------------------------------- */

static void
check_head(const char *url_text, int absolute_uri, int soap12,
    const char *expected)
{
    struct ir_error e = { 0 };
    struct ir_url url;
    char head[1024];
    char agent[64];
    char *at;

    assert_int_equal(ir_url_parse(url_text, &url, &e), IR_OK);
    http.url = &url;
    http.absolute_uri = absolute_uri;
    assert_int_equal(ir_http_format_head(&http, "http://tempuri.org/X", soap12,
        12, head, sizeof head), 0);
    snprintf(agent, sizeof agent, "User-Agent: inforouter-client/%d.%d.%d\r\n",
        IR_VERSION_MAJOR, IR_VERSION_MINOR, IR_VERSION_PATCH);
    at = strstr(head, agent);
    assert_non_null(at);
    memmove(at, at + strlen(agent), strlen(at + strlen(agent)) + 1);

    assert_string_equal(head, expected);
}

#define REST11 "Accept-Encoding: identity\r\nContent-Length: 12\r\n" \
    "Content-Type: text/xml; charset=utf-8\r\n" \
    "SOAPAction: \"http://tempuri.org/X\"\r\n\r\n"
#define REST12 "Accept-Encoding: identity\r\nContent-Length: 12\r\n" \
    "Content-Type: application/soap+xml; charset=utf-8; " \
    "action=\"http://tempuri.org/X\"\r\n\r\n"

static void
test_the_head_of_a_request_is_exactly_this(void **state)
{
    (void)state;

    check_head("https://dms.example/srv.asmx", 0, 0,
        "POST /srv.asmx HTTP/1.1\r\nHost: dms.example\r\n" REST11);
    check_head("https://dms.example/srv.asmx", 0, 1,
        "POST /srv.asmx HTTP/1.1\r\nHost: dms.example\r\n" REST12);
}

static void
test_the_host_names_a_port_that_is_not_the_standard_one(void **state)
{
    (void)state;

    check_head("http://h:80/s", 0, 0, "POST /s HTTP/1.1\r\nHost: h\r\n" REST11);
    check_head("https://h:80/s", 0, 0,
        "POST /s HTTP/1.1\r\nHost: h:80\r\n" REST11);
    check_head("http://h:65535/s", 0, 0,
        "POST /s HTTP/1.1\r\nHost: h:65535\r\n" REST11);
}

static void
test_an_ipv6_host_stands_in_brackets(void **state)
{
    (void)state;

    check_head("http://[::1]/s", 0, 0,
        "POST /s HTTP/1.1\r\nHost: [::1]\r\n" REST11);
    check_head("http://[::1]:8080/s", 0, 0,
        "POST /s HTTP/1.1\r\nHost: [::1]:8080\r\n" REST11);
}

static void
test_a_proxy_gets_an_absolute_uri(void **state)
{
    (void)state;

    check_head("http://h/s", 1, 0,
        "POST http://h/s HTTP/1.1\r\nHost: h\r\n" REST11);
    check_head("http://[::1]:81/s", 1, 0,
        "POST http://[::1]:81/s HTTP/1.1\r\nHost: [::1]:81\r\n" REST11);
}

static void
test_a_head_that_does_not_fit_is_not_written_past_its_end(void **state)
{
    struct ir_error e = { 0 };
    struct ir_url url;
    char *head;
    size_t size = 1;

    (void)state;
    assert_int_equal(ir_url_parse("http://h/s", &url, &e), IR_OK);
    http.url = &url;
    http.absolute_uri = 0;
    for (int rc = -1; rc != 0; size++) {
        head = malloc(size);
        assert_non_null(head);
        rc = ir_http_format_head(&http, "X", 0, UINT64_MAX, head, size);
        assert_true(rc == 0 ? strlen(head) == size - 1 : rc == -1);
        free(head);
    }

    assert_in_range(size, 100, 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_a_good_reply_in_pieces_of_every_size),
        cmocka_unit_test(test_reads_a_good_reply_by_reads_of_every_size),
        cmocka_unit_test(test_closes_when_more_came_than_was_announced),
        cmocka_unit_test(
            test_reads_blanks_after_the_answer_and_keeps_the_connection),
        cmocka_unit_test(test_closes_when_something_follows_the_answer),
        cmocka_unit_test(test_a_fault_comes_with_status_500_and_xml),
        cmocka_unit_test(test_an_empty_body_is_no_failure_here),
        cmocka_unit_test(test_the_head_of_a_request_is_exactly_this),
        cmocka_unit_test(
            test_the_host_names_a_port_that_is_not_the_standard_one),
        cmocka_unit_test(test_an_ipv6_host_stands_in_brackets),
        cmocka_unit_test(test_a_proxy_gets_an_absolute_uri),
        cmocka_unit_test(
            test_a_head_that_does_not_fit_is_not_written_past_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
