/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What is a URL of a service and what is not, each with its reason, and which
 * proxy the environment asks for. */
#include "wire/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define L10 "abcdefghij"
#define L60 L10 L10 L10 L10 L10 L10
#define L63 L60 "abc"

static const struct {
    const char *text;
    int tls;
    const char *host;
    unsigned port;
    const char *path;
    int is_ip;
    int is_loopback;
} good[] = {
    {"https://h/srv.asmx", 1, "h", 443, "/srv.asmx", 0, 0},
    {"http://h/srv.asmx", 0, "h", 80, "/srv.asmx", 0, 0},
    {"HTTPS://DMS.Example/Srv.asmx", 1, "dms.example", 443, "/Srv.asmx", 0, 0},
    {"hTtP://h", 0, "h", 80, "/", 0, 0},
    {"https://h/", 1, "h", 443, "/", 0, 0},
    {"https://h:1/", 1, "h", 1, "/", 0, 0},
    {"https://h:65535/", 1, "h", 65535, "/", 0, 0},
    {"https://h:80", 1, "h", 80, "/", 0, 0},
    {"https://h.example./x", 1, "h.example", 443, "/x", 0, 0},
    {"https://xn--bcher-kva.example/", 1, "xn--bcher-kva.example", 443, "/", 0,
        0},
    {"https://my_host.example/", 1, "my_host.example", 443, "/", 0, 0},
    {"https://a-b.c-d/", 1, "a-b.c-d", 443, "/", 0, 0},
    {"https://1a.example/", 1, "1a.example", 443, "/", 0, 0},
    {"https://1.2.3.example/", 1, "1.2.3.example", 443, "/", 0, 0},
    {"https://" L63 ".example/", 1, L63 ".example", 443, "/", 0, 0},
    {"https://10.0.0.1/", 1, "10.0.0.1", 443, "/", 1, 0},
    {"https://255.255.255.255:8443/", 1, "255.255.255.255", 8443, "/", 1, 0},
    {"http://127.0.0.1:8080/a", 0, "127.0.0.1", 8080, "/a", 1, 1},
    {"http://127.255.0.9/", 0, "127.255.0.9", 80, "/", 1, 1},
    {"http://LOCALHOST/", 0, "localhost", 80, "/", 0, 1},
    {"http://localhost./", 0, "localhost", 80, "/", 0, 1},
    {"http://localhost.example/", 0, "localhost.example", 80, "/", 0, 0},
    {"http://notlocalhost/", 0, "notlocalhost", 80, "/", 0, 0},
    {"http://[::1]:81/", 0, "::1", 81, "/", 1, 1},
    {"http://[0:0:0:0:0:0:0:1]/", 0, "::1", 80, "/", 1, 1},
    {"https://[2001:DB8::00ff]/", 1, "2001:db8::ff", 443, "/", 1, 0},
    {"https://[::ffff:127.0.0.1]/", 1, "::ffff:127.0.0.1", 443, "/", 1, 0},
    {"https://h/a/../b//c/", 1, "h", 443, "/a/../b//c/", 0, 0},
    {"https://h/%41%zz;x=1,(y)", 1, "h", 443, "/%41%zz;x=1,(y)", 0, 0},
    {"https://h/~user/a:b", 1, "h", 443, "/~user/a:b", 0, 0},
    {"https://h/http://i/", 1, "h", 443, "/http://i/", 0, 0},
};

/* A secret stands wherever a user might put one: no message may repeat it. */
static const struct {
    const char *text;
    const char *why;
} bad[] = {
    {"", "http:// or https:// is expected"},
    {"secret", "http:// or https:// is expected"},
    {"secret.example/srv.asmx", "http:// or https:// is expected"},
    {"://h/", "http:// or https:// is expected"},
    {"ftp://h/", "http:// or https:// is expected"},
    {"httpss://h/", "http:// or https:// is expected"},
    {"http:/h/", "http:// or https:// is expected"},
    {"https:h", "http:// or https:// is expected"},
    {" https://h/", "http:// or https:// is expected"},
    {"file:///etc/secret", "http:// or https:// is expected"},
    {"javascript://h/", "http:// or https:// is expected"},
    {"https://", "the host is missing"},
    {"https:///", "the host is missing"},
    {"https:///srv.asmx", "the host is missing"},
    {"https://:443/", "the host is missing"},
    {"https://./", "the host is missing"},
    {"https://h/srv.asmx?Path=/a@secret.example", "query"},
    {"https://h?secret", "query"},
    {"https://h?@i/", "query"},
    {"https://h/#secret", "fragment"},
    {"https://h#@i/", "fragment"},
    {"https://a http://b", "blank"},
    {"https://h/a b", "blank"},
    {"https://h/ ", "blank"},
    {"https://h /", "blank"},
    {"https://h/a\r\nX-Secret: 1", "control character"},
    {"https://h/a\n", "control character"},
    {"https://h\r/", "control character"},
    {"https://h/\t", "control character"},
    {"https://h/\x01", "control character"},
    {"https://h/\x7F", "control character"},
    {"https://b\xC3\xBC" "cher.example/", "outside ASCII"},
    {"https://h/b\xC3\xBC" "cher", "outside ASCII"},
    {"https://h\xE3\x80\x82" "example/", "outside ASCII"},
    {"https://h\\i/", "backslash"},
    {"https://h/a\\b", "backslash"},
    {"https:\\\\h\\", "http:// or https:// is expected"},
    {"https://secret@h/", "it has an '@'"},
    {"https://user:secret@h/", "it has an '@'"},
    {"https://user:secret@h:443/", "it has an '@'"},
    {"https://@h/", "it has an '@'"},
    {"https://h@", "it has an '@'"},
    {"https://user@[::1]/", "it has an '@'"},
    {"https://user:secret/word@h/", "it has an '@'"},
    {"https://h/~user/secret@h", "it has an '@'"},
    {"https://h:0/", "port is no number from 1 to 65535"},
    {"https://h:/", "port is no number"},
    {"https://h:65536/", "port is no number"},
    {"https://h:65979/", "port is no number"},
    {"https://h:4294967739/", "port is no number"},
    {"https://h:-1/", "port is no number"},
    {"https://h:+1/", "port is no number"},
    {"https://h:0443/", "port is no number"},
    {"https://h:443x/", "port is no number"},
    {"https://h:0x50/", "port is no number"},
    {"https://h:443:443/", "port is no number"},
    {"https://h:%34/", "port is no number"},
    {"https://h%2eexample/", "character other than letters"},
    {"https://h%00/", "character other than letters"},
    {"https://%68/", "character other than letters"},
    {"https://h;x/", "character other than letters"},
    {"https://h,i/", "character other than letters"},
    {"https://h*/", "character other than letters"},
    {"https://<h>/", "character other than letters"},
    {"https://h]/", "character other than letters"},
    {"https://fe80::1/", "port is no number"},
    {"https://h..example/", "empty label"},
    {"https://.h/", "empty label"},
    {"https://h../", "empty label"},
    {"https://-h/", "hyphen"},
    {"https://h-/", "hyphen"},
    {"https://a.-b.c/", "hyphen"},
    {"https://" L63 "d/", "longer than 63"},
    {"https://" L60 "." L60 "." L60 "." L60 ".1234567890.a/",
        "longer than 253"},
    {"https://127.1/", "no IPv4 address"},
    {"https://2130706433/", "no IPv4 address"},
    {"https://0x7f000001/", "no IPv4 address"},
    {"https://0X7F.0.0.1/", "no IPv4 address"},
    {"https://1.2.3.0x4/", "no IPv4 address"},
    {"https://0177.0.0.1/", "no IPv4 address"},
    {"https://1.2.3.04/", "no IPv4 address"},
    {"https://1.2.3.256/", "no IPv4 address"},
    {"https://1.2.3/", "no IPv4 address"},
    {"https://1.2.3.4.5/", "no IPv4 address"},
    {"https://1..3.4/", "no IPv4 address"},
    {"https://h.example.1/", "no IPv4 address"},
    {"https://[::1/", "']' is missing"},
    {"https://[", "']' is missing"},
    {"https://[]/", "no IPv6 address"},
    {"https://[h]/", "no IPv6 address"},
    {"https://[127.0.0.1]/", "no IPv6 address"},
    {"https://[fe80::1%25eth0]/", "no IPv6 address"},
    {"https://[fe80::1%eth0]/", "no IPv6 address"},
    {"https://[1:2:3:4:5:6:7:8:9]/", "no IPv6 address"},
    {"https://[::1::]/", "no IPv6 address"},
    {"https://[:::1]/", "no IPv6 address"},
    {"https://[0000000000000000000000000000000000000000000000001]/",
        "no IPv6 address"},
    {"https://[::1]x/", "may follow ']'"},
    {"https://[::1]8080/", "may follow ']'"},
    {"https://[::1]:/", "port is no number"},
    {"https://[::1]:0/", "port is no number"},
};

static void
test_understands_each_part(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++) {
        struct ir_error e = { 0 };
        struct ir_url url;

        if (ir_url_parse(good[i].text, &url, &e) != IR_OK)
            fail_msg("%s: %s", good[i].text, e.message);
        assert_int_equal(url.tls, good[i].tls);
        assert_string_equal(url.host, good[i].host);
        assert_int_equal(url.port, good[i].port);
        assert_string_equal(url.path, good[i].path);
        assert_int_equal(url.is_ip, good[i].is_ip);
        assert_int_equal(url.is_loopback, good[i].is_loopback);
    }
}

static void
test_refuses_what_leaves_doubt(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        struct ir_error e = { 0 };
        struct ir_url url;

        if (ir_url_parse(bad[i].text, &url, &e) != IR_E_ARGUMENT)
            fail_msg("accepted: %s", bad[i].text);
        if (strstr(e.message, bad[i].why) == NULL)
            fail_msg("%s: %s", bad[i].text, e.message);
        if (strstr(e.message, "secret") != NULL)
            fail_msg("%s: repeated in %s", bad[i].text, e.message);
    }
}

static enum ir_status
parse_path_of(size_t n)
{
    char text[2048] = "https://h/";
    struct ir_error e = { 0 };
    struct ir_url url;

    memset(text + strlen("https://h/"), 'a', n - 1);
    text[strlen("https://h") + n] = '\0';
    return ir_url_parse(text, &url, &e);
}

static void
test_limits_the_path_to_1023_characters(void **state)
{
    (void)state;

    assert_int_equal(parse_path_of(1023), IR_OK);
    assert_int_equal(parse_path_of(1024), IR_E_ARGUMENT);
    assert_int_equal(parse_path_of(2000), IR_E_ARGUMENT);
}

static void
test_accepts_a_host_of_253_characters(void **state)
{
    struct ir_error e = { 0 };
    struct ir_url url;
    (void)state;

    assert_int_equal(ir_url_parse("https://" L60 "." L60 "." L60 "." L60
        ".1234567.a", &url, &e), IR_OK);
    assert_int_equal(strlen(url.host), 253);
}

/* No byte but '/' and those of its alphabet may stand in a host. */
static void
test_refuses_every_other_byte_in_a_host(void **state)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
    (void)state;

    for (int c = 1; c < 256; c++) {
        char text[] = "https://a?a";
        struct ir_error e = { 0 };
        struct ir_url url;

        text[9] = (char)c;
        assert_int_equal(ir_url_parse(text, &url, &e),
            strchr(allowed, c) != NULL ? IR_OK : IR_E_ARGUMENT);
    }
}

/* ---- Proxy ------------------------------------------------------------- */

static const char *const variables[] = {
    "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy",
    "ALL_PROXY", "no_proxy", "NO_PROXY", "REQUEST_METHOD",
};

static int
clear_environment(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(variables); i++)
        unsetenv(variables[i]);
    return 0;
}

/* The proxy for 'target' as "host:port", "" for none, or the message. */
static const char *
proxy_for(const char *target, char text[600])
{
    struct ir_error e = { 0 };
    struct ir_url url;
    struct ir_url proxy;

    assert_int_equal(ir_url_parse(target, &url, &e), IR_OK);
    switch (ir_url_proxy_from_environment(&url, &proxy, &e)) {
    case 0:
        return "";
    case 1:
        snprintf(text, 600, "%s:%u", proxy.host, (unsigned)proxy.port);
        return text;
    default:
        assert_int_equal(e.status, IR_E_ARGUMENT);
        snprintf(text, 600, "%s", e.message);
        return text;
    }
}

static void
test_uses_the_first_variable_that_is_set(void **state)
{
    static const struct {
        const char *name;
        const char *https;
        const char *http;
    } steps[] = {
        {"ALL_PROXY", "ALL_PROXY:1", "ALL_PROXY:1"},
        {"all_proxy", "all_proxy:1", "all_proxy:1"},
        {"HTTP_PROXY", "all_proxy:1", "HTTP_PROXY:1"},
        {"http_proxy", "all_proxy:1", "http_proxy:1"},
        {"HTTPS_PROXY", "HTTPS_PROXY:1", "http_proxy:1"},
        {"https_proxy", "https_proxy:1", "http_proxy:1"},
    };
    char text[600];
    (void)state;

    assert_string_equal(proxy_for("https://h", text), "");
    for (size_t i = 0; i < COUNT(steps); i++) {
        char value[64];

        snprintf(value, sizeof value, "http://%s:1", steps[i].name);
        setenv(steps[i].name, value, 1);
        assert_int_equal(strcasecmp(proxy_for("https://h", text),
            steps[i].https), 0);
        assert_int_equal(strcasecmp(proxy_for("http://h", text),
            steps[i].http), 0);
    }
}

static void
test_an_empty_variable_counts_as_unset(void **state)
{
    char text[600];
    (void)state;

    setenv("https_proxy", "", 1);
    setenv("HTTPS_PROXY", "p:1", 1);
    setenv("no_proxy", "", 1);
    assert_string_equal(proxy_for("https://h", text), "p:1");
}

static void
test_ignores_http_proxy_of_a_cgi_request(void **state)
{
    char text[600];
    (void)state;

    setenv("HTTP_PROXY", "http://evil:1", 1);
    setenv("REQUEST_METHOD", "GET", 1);
    assert_string_equal(proxy_for("http://h", text), "");
    setenv("http_proxy", "http://p:1", 1);
    assert_string_equal(proxy_for("http://h", text), "p:1");
}

static void
test_loopback_never_uses_the_environment(void **state)
{
    char text[600];
    (void)state;

    setenv("all_proxy", "http://p:1", 1);
    assert_string_equal(proxy_for("http://127.0.0.1:8080", text), "");
    assert_string_equal(proxy_for("https://localhost", text), "");
    assert_string_equal(proxy_for("https://[::1]", text), "");
    assert_string_equal(proxy_for("https://h", text), "p:1");
}

static void
test_reads_a_proxy_with_or_without_scheme(void **state)
{
    static const struct {
        const char *value;
        const char *proxy;
    } rows[] = {
        {"http://p:3128", "p:3128"},
        {"http://P.Example:3128/", "p.example:3128"},
        {"p:3128", "p:3128"},
        {"HTTP://p", "p:80"},
        {"p", "p:80"},
        {"[2001:db8::1]:3128", "2001:db8::1:3128"},
        {"10.0.0.1:3128", "10.0.0.1:3128"},
    };
    char text[600];
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        setenv("https_proxy", rows[i].value, 1);
        assert_string_equal(proxy_for("https://h", text), rows[i].proxy);
    }
}

static void
test_says_what_is_wrong_with_a_proxy(void **state)
{
    static const struct {
        const char *value;
        const char *why;
    } rows[] = {
        {"https://p:1", "only proxies at http://"},
        {"socks5://p:1", "only proxies at http://"},
        {"http://user:secret@p:1", "user name or password"},
        {"user:secret@p:1", "user name or password"},
        {"http://user:se/cret@p:1", "user name or password"},
        {"http://p:1/secret", "no path"},
        {"http://p:99999", "port"},
        {"http://", "host is missing"},
        {"http://p q", "blank"},
        {"http://p?secret", "query"},
    };
    char text[600];
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        setenv("HTTPS_PROXY", rows[i].value, 1);
        assert_non_null(strstr(proxy_for("https://h", text), rows[i].why));
        assert_non_null(strstr(text, "HTTPS_PROXY: "));
        assert_null(strstr(text, "secret"));
    }
}

static void
test_no_proxy_exempts_what_it_lists(void **state)
{
    static const struct {
        const char *list;
        const char *target;
        int exempt;
    } rows[] = {
        {"*", "https://h", 1},
        {"h", "https://h", 1},
        {"H.Example", "https://h.example", 1},
        {"h", "https://hh", 0},
        {"a, b\tc", "https://c", 1},
        {"a,,b , ", "https://b", 1},
        {"example", "https://a.b.example", 1},
        {".example", "https://a.example", 1},
        {"*.example", "https://a.example", 1},
        {"example.", "https://a.example", 1},
        {"example", "https://anexample", 0},
        {".example", "https://anexample", 0},
        {".example", "https://example.org", 0},
        {"h:443", "https://h", 1},
        {"h:8443", "https://h", 0},
        {"h:8443", "https://h:8443", 1},
        {"h:", "https://h", 0},
        {"10.0.0.1", "https://10.0.0.1", 1},
        {"10.0.0.1", "https://10.0.0.11", 0},
        {"0.0.1", "https://10.0.0.1", 0},
        {"10.0.0.1:443", "https://10.0.0.1", 1},
        {"10.0.0.1:80", "https://10.0.0.1", 0},
        {"10.0.0.0/8", "https://10.255.0.1", 1},
        {"10.0.0.0/8", "https://11.0.0.1", 0},
        {"10.0.0.0/31", "https://10.0.0.1", 1},
        {"10.0.0.0/31", "https://10.0.0.2", 0},
        {"10.0.0.0/32", "https://10.0.0.1", 0},
        {"0.0.0.0/0", "https://10.0.0.1", 1},
        {"10.0.0.0/33", "https://10.0.0.0", 0},
        {"10.0.0.0/", "https://10.0.0.0", 0},
        {"10.0.0.0/x", "https://10.0.0.0", 0},
        {"10.0.0.0/8", "https://h", 0},
        {"2001:db8::1", "https://[2001:DB8:0::1]", 1},
        {"[2001:db8::1]", "https://[2001:db8::1]", 1},
        {"[2001:db8::1]:443", "https://[2001:db8::1]", 1},
        {"[2001:db8::1]:80", "https://[2001:db8::1]", 0},
        {"2001:db8::/32", "https://[2001:db8:ff::1]", 1},
        {"2001:db8::/32", "https://[2001:db9::1]", 0},
        {"2001:db8::/32", "https://10.0.0.1", 0},
        {"[", "https://h", 0},
        {":", "https://h", 0},
        {".", "https://h", 0},
        {"/", "https://h", 0},
        {":443", "https://h", 0},
        {"[]:443", "https://h", 0},
    };
    char text[600];
    (void)state;

    setenv("https_proxy", "p:1", 1);
    for (size_t i = 0; i < COUNT(rows); i++) {
        setenv("no_proxy", rows[i].list, 1);
        if ((*proxy_for(rows[i].target, text) == '\0') != rows[i].exempt)
            fail_msg("%s and %s", rows[i].list, rows[i].target);
    }
}

#define PROXY_TEST(f) cmocka_unit_test_setup(f, clear_environment)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_understands_each_part),
        cmocka_unit_test(test_refuses_what_leaves_doubt),
        cmocka_unit_test(test_limits_the_path_to_1023_characters),
        cmocka_unit_test(test_accepts_a_host_of_253_characters),
        cmocka_unit_test(test_refuses_every_other_byte_in_a_host),
        PROXY_TEST(test_uses_the_first_variable_that_is_set),
        PROXY_TEST(test_an_empty_variable_counts_as_unset),
        PROXY_TEST(test_ignores_http_proxy_of_a_cgi_request),
        PROXY_TEST(test_loopback_never_uses_the_environment),
        PROXY_TEST(test_reads_a_proxy_with_or_without_scheme),
        PROXY_TEST(test_says_what_is_wrong_with_a_proxy),
        PROXY_TEST(test_no_proxy_exempts_what_it_lists),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
