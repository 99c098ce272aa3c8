/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A proxy opens a tunnel or says plainly that it does not; everything else it
 * may answer is refused before TLS begins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "certificates.h"

#define ESTABLISHED "HTTP/1.1 200 Connection established\r\n\r\n"

/* A proxy that answers with 'reply' and becomes what is behind it. */
struct proxy {
    const char *reply;
    size_t size;
    struct tls_server *behind; /* NULL: nothing */
    char request[1024];
};

static void
serve_proxy(void *ctx, int fd)
{
    struct proxy *p = ctx;
    size_t n = 0;

    memset(p->request, 0, sizeof p->request);
    while (n < sizeof p->request - 1 && strstr(p->request, "\r\n\r\n") == NULL
        && read(fd, p->request + n, 1) == 1)
        n++;
    send(fd, p->reply, p->size, MSG_NOSIGNAL);
    if (p->behind != NULL)
        tls_serve(p->behind, fd);
    else if (p->size > 0)
        shutdown(fd, SHUT_WR);
    loopback_wait_for_end(NULL, fd);
}

/* A client of 'url' behind the proxy. */
static void
open_proxied(struct line *l, const char *url, struct proxy *p)
{
    char text[64];

    loopback_start(&l->server, serve_proxy, p);
    snprintf(text, sizeof text, "http://127.0.0.1:%u",
        (unsigned)l->server.port);
    assert_int_equal(ir_url_parse(text, &l->client.proxy, &l->client.error),
        IR_OK);
    l->client.config.proxy = &l->client.proxy;
    loopback_client_start(&l->client, url, 8443);
}

static const struct {
    const char *label;
    const char *reply;
    enum ir_status status;
    int http_status;
    const char *message;
} replies[] = {
    {"login", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", IR_E_AUTH,
        407, "HTTP status 407, it asks for a login"},
    {"forbidden", "HTTP/1.1 403 Forbidden\r\nX: y\r\n\r\n", IR_E_NETWORK, 403,
        "HTTP status 403, it opens no tunnel"},
    {"bad gateway", "HTTP/1.0 502\r\n\r\n", IR_E_NETWORK, 502, "status 502"},
    {"redirect", "HTTP/1.1 302 Found\r\nLocation: https://evil.test/\r\n\r\n",
        IR_E_NETWORK, 302, "status 302"},
    {"interim", "HTTP/1.1 100 Continue\r\n\r\n" ESTABLISHED, IR_E_NETWORK, 100,
        "status 100"},
    {"other protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n", IR_E_NETWORK, 0,
        "not HTTP/1.1"},
    {"other version", "HTTP/2 200\r\n\r\n", IR_E_NETWORK, 0, "not HTTP/1.1"},
    {"version 1.2", "HTTP/1.2 200 OK\r\n\r\n", IR_E_NETWORK, 0,
        "not HTTP/1.1"},
    {"four digits", "HTTP/1.1 2000 OK\r\n\r\n", IR_E_NETWORK, 0,
        "not HTTP/1.1"},
    {"two digits", "HTTP/1.1 20 OK\r\n\r\n", IR_E_NETWORK, 0, "not HTTP/1.1"},
    {"signed", "HTTP/1.1 +20 OK\r\n\r\n", IR_E_NETWORK, 0, "not HTTP/1.1"},
    {"glued", "HTTP/1.1 200OK\r\n\r\n", IR_E_NETWORK, 0, "not HTTP/1.1"},
    {"empty head", "\r\n\r\n", IR_E_NETWORK, 0, "not HTTP/1.1"},
    {"body", ESTABLISHED "x", IR_E_NETWORK, 0, "bytes follow its reply"},
    {"unfinished", "HTTP/1.1 200 OK\r\n", IR_E_NETWORK, 0,
        "connection closed before its reply"},
};

static void
test_says_why_there_is_no_tunnel(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        struct proxy p = { .reply = replies[i].reply };
        struct line l = { 0 };

        p.size = strlen(p.reply);
        open_proxied(&l, "https://nowhere.test:%", &p);
        if (try_connect(&l.client) != replies[i].status)
            fail_msg("%s: %s", replies[i].label, l.client.error.message);
        assert_error(&l.client, replies[i].status, replies[i].message);
        assert_int_equal(l.client.error.http_status, replies[i].http_status);
        assert_memory_equal(l.client.error.message, "proxy 127.0.0.1:", 16);
        close_line(&l);
    }
}

static void
test_asks_for_the_host_and_port_of_the_service(void **state)
{
    struct proxy p = { .reply = "HTTP/1.1 403 \r\n\r\n", .size = 17 };
    static const struct {
        const char *url;
        const char *request;
    } rows[] = {
        {"https://Nowhere.test:%", "CONNECT nowhere.test:8443 HTTP/1.1\r\n"
            "Host: nowhere.test:8443\r\n\r\n"},
        {"https://[2001:db8::1]:%", "CONNECT [2001:db8::1]:8443 HTTP/1.1\r\n"
            "Host: [2001:db8::1]:8443\r\n\r\n"},
    };
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        struct line l = { 0 };

        open_proxied(&l, rows[i].url, &p);
        assert_int_equal(try_connect(&l.client), IR_E_NETWORK);
        close_line(&l);
        assert_string_equal(p.request, rows[i].request);
    }
}

static void
test_limits_the_head_of_the_reply(void **state)
{
    static char reply[20000];
    struct proxy p = { .reply = reply, .size = sizeof reply };
    struct line l = { 0 };
    (void)state;

    memset(reply, 'a', sizeof reply);
    memcpy(reply, "HTTP/1.1 200 OK\r\nX: ", 20);
    open_proxied(&l, "https://nowhere.test:%", &p);
    assert_int_equal(try_connect(&l.client), IR_E_NETWORK);
    assert_error(&l.client, IR_E_NETWORK, "longer than 8192 bytes");
    close_line(&l);
}

static void
test_a_silent_proxy_ends_at_the_connect_timeout(void **state)
{
    struct proxy p = { .reply = "" };
    struct line l = { .client.config.connect_timeout_ms = LIMIT_MS };
    long long start;
    (void)state;

    open_proxied(&l, "https://nowhere.test:%", &p);
    start = now_ms();
    assert_int_equal(try_connect(&l.client), IR_E_TIMEOUT);
    assert_error(&l.client, IR_E_TIMEOUT,
        "opening a tunnel through the proxy not finished after 150 ms");
    assert_in_time(start);
    close_line(&l);
}

static void
test_a_proxy_that_hangs_up_after_its_reply_is_noticed(void **state)
{
    static const char head[] = "HTTP/1.0 200 OK\r\nVia: 1.1 p\r\n\r\n";
    struct proxy p = { .reply = head, .size = sizeof head - 1 };
    struct line l = { 0 };
    (void)state;

    open_proxied(&l, "https://nowhere.test:%", &p);
    assert_int_not_equal(try_connect(&l.client), IR_OK);
    assert_error(&l.client, IR_E_NETWORK, "connection cut by nowhere.test");
    close_line(&l);
}

static void
check_tunnel(const char *names, enum ir_status expected)
{
    struct identity root;
    struct identity leaf;
    struct tls_server s;
    struct proxy p = { ESTABLISHED, strlen(ESTABLISHED), &s, "" };
    struct line l = { .client.config.ca_file = "root.pem" };

    identity_make(&root, &(struct certificate){ .is_authority = 1 }, NULL);
    identity_make(&leaf, &(struct certificate){ .cn = "leaf",
        .names = names }, &root);
    identity_save(&root, "root.pem", CERTIFICATE, NULL);
    tls_server_init(&s, &leaf, tls_echo);
    open_proxied(&l, "https://nowhere.test:%", &p);
    assert_int_equal(try_connect(&l.client), expected);
    close_line(&l);
    assert_string_equal(s.server_name, "nowhere.test");
    tls_server_clear(&s);
    identity_clear(&leaf);
    identity_clear(&root);
}

/* The name of the service is looked up by the proxy: here it has no address. */
static void
test_speaks_tls_with_the_service_and_not_the_proxy(void **state)
{
    (void)state;

    check_tunnel("DNS:nowhere.test", IR_OK);
    check_tunnel("IP:127.0.0.1", IR_E_TLS);
}

static void
test_plain_http_needs_no_tunnel(void **state)
{
    struct proxy p = { .reply = "reply", .size = 5 };
    struct line l = { 0 };
    size_t n;
    (void)state;

    open_proxied(&l, "http://nowhere.test:%", &p);
    connect_new(&l.client);
    assert_int_equal(ir_transport_send(l.client.transport, "x\r\n\r\n", 5),
        IR_OK);
    assert_int_equal(receive_all(&l.client, &n), IR_OK);
    close_line(&l);
    assert_string_equal(p.request, "x\r\n\r\n");
}

static void
test_the_proxy_itself_is_at_http(void **state)
{
    static const char *const urls[] = { "https://p:1", "http://p:1/path" };
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        struct loopback_client c = { 0 };

        assert_int_equal(ir_url_parse("http://h/", &c.url, &c.error), IR_OK);
        assert_int_equal(ir_url_parse(urls[i], &c.proxy, &c.error), IR_OK);
        c.config.url = &c.url;
        c.config.proxy = &c.proxy;
        ir_transport_new(&c.config, &c.error, &c.transport);
        assert_error(&c, IR_E_ARGUMENT, "proxy: http://host:port is expected");
        assert_null(c.transport);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_why_there_is_no_tunnel),
        cmocka_unit_test(test_asks_for_the_host_and_port_of_the_service),
        cmocka_unit_test(test_limits_the_head_of_the_reply),
        cmocka_unit_test(test_a_silent_proxy_ends_at_the_connect_timeout),
        cmocka_unit_test(test_a_proxy_that_hangs_up_after_its_reply_is_noticed),
        cmocka_unit_test(test_speaks_tls_with_the_service_and_not_the_proxy),
        cmocka_unit_test(test_plain_http_needs_no_tunnel),
        cmocka_unit_test(test_the_proxy_itself_is_at_http),
    };

    return cmocka_run_group_tests(tests, directory_begin, directory_end);
}
