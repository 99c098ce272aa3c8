/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A URL is read once, from left to right, and each part has its own alphabet:
 * a text that two programs could read as two different hosts is refused, not
 * repaired.  Messages never repeat the text, because what stands in the wrong
 * place may be a password.
 *
 * Which proxy the environment asks for is settled here too, by the rules that
 * most programs share: lower case before upper case, an empty variable counts
 * as unset, NO_PROXY is a list of names, addresses and networks. */
#include "wire/url.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* The text that is being parsed, and what to call it in messages. */
struct parser {
    const char *what;
    struct ir_error *error;
};

static enum ir_status
refuse(const struct parser *p, const char *why)
{
    return ir_error_set(p->error, IR_E_ARGUMENT, "%s: %s", p->what, why);
}

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int
is_host_character(char c)
{
    c = lower(c);
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_'
        || c == '.';
}

/* Does 'text' begin with 'word', which is lower case? */
static int
begins_with(const char *text, const char *word)
{
    while (*word != '\0' && lower(*text) == *word) {
        text++;
        word++;
    }
    return *word == '\0';
}

/* ---- Host -------------------------------------------------------------- */

/* Other programs read 127.1, 0x7f000001 and 2130706433 as addresses too, so a
 * name whose last label could be a number must be a dotted quad. */
static int
looks_numeric(const char *host)
{
    const char *dot = strrchr(host, '.');
    const char *label = dot == NULL ? host : dot + 1;

    return (is_digit(*label) && label[strspn(label, "0123456789")] == '\0')
        || (label[0] == '0' && label[1] == 'x');
}

static const char *
problem_of_name(const char *host)
{
    const char *label = host;

    for (;;) {
        size_t n = strcspn(label, ".");

        if (n == 0)
            return "the host has an empty label: no dot may follow another";
        if (n > 63)
            return "a label of the host is longer than 63 characters";
        if (label[0] == '-' || label[n - 1] == '-')
            return "a label of the host begins or ends with a hyphen";
        if (label[n] == '\0')
            return NULL;
        label += n + 1;
    }
}

/* 'n' bytes at 'text' are a name or an IPv4 address. */
static enum ir_status
parse_name(const struct parser *p, const char *text, size_t n,
    struct ir_url *url)
{
    struct in_addr address;
    const char *problem;

    if (n > 0 && text[n - 1] == '.')
        n--;
    if (n == 0)
        return refuse(p, "the host is missing");
    if (n >= sizeof url->host)
        return refuse(p, "the host is longer than 253 characters");
    for (size_t i = 0; i < n; i++) {
        if (!is_host_character(text[i]))
            return refuse(p, "the host has a character other than letters, "
                "digits, '-', '_' and '.'; international names are written "
                "xn--...");
        url->host[i] = lower(text[i]);
    }
    url->host[n] = '\0';
    if (looks_numeric(url->host)) {
        if (inet_pton(AF_INET, url->host, &address) != 1)
            return refuse(p, "the host is no IPv4 address: four numbers from "
                "0 to 255 are expected, without leading zeros");
        url->is_ip = 1;
        url->is_loopback = ntohl(address.s_addr) >> 24 == 127;
        return IR_OK;
    }
    problem = problem_of_name(url->host);
    if (problem != NULL)
        return refuse(p, problem);
    url->is_loopback = strcmp(url->host, "localhost") == 0;
    return IR_OK;
}

/* 'n' bytes at 'text' stood between brackets. */
static enum ir_status
parse_ipv6(const struct parser *p, const char *text, size_t n,
    struct ir_url *url)
{
    static const char wrong[] =
        "no IPv6 address without a zone is between '[' and ']'";
    char copy[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (n >= sizeof copy)
        return refuse(p, wrong);
    memcpy(copy, text, n);
    copy[n] = '\0';
    if (inet_pton(AF_INET6, copy, &address) != 1
        || inet_ntop(AF_INET6, &address, url->host, sizeof url->host) == NULL)
        return refuse(p, wrong);
    url->is_ip = 1;
    url->is_loopback = IN6_IS_ADDR_LOOPBACK(&address);
    return IR_OK;
}

/* ---- Port, path -------------------------------------------------------- */

/* The number from 1 to 65535 in 'n' digits; 0 if they are anything else. */
static uint16_t
parse_number(const char *text, size_t n)
{
    unsigned port = 0;

    if (n == 0 || n > 5 || text[0] == '0')
        return 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(text[i]))
            return 0;
        port = port * 10 + (unsigned)(text[i] - '0');
    }
    return port > UINT16_MAX ? 0 : (uint16_t)port;
}

/* What no part of a URL may hold. */
static const char *
problem_of_text(const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == ' ')
            return "it has a blank";
        if (c < 0x20 || c == 0x7F)
            return "it has a control character";
        if (c > 0x7F)
            return "it has a character outside ASCII";
        if (c == '\\')
            return "it has a backslash; '/' is expected";
        if (c == '@')
            return "it has an '@'; user names and passwords go elsewhere";
        if (c == '?')
            return "it has a query; the address of the service ends before "
                "'?'";
        if (c == '#')
            return "it has a fragment; the address of the service ends before "
                "'#'";
    }
    return NULL;
}

static enum ir_status
parse_authority(const struct parser *p, const char *text, size_t n,
    struct ir_url *url)
{
    const char *end = text + n;
    const char *host_end;
    enum ir_status st;

    if (n > 0 && *text == '[') {
        host_end = memchr(text, ']', n);
        if (host_end == NULL)
            return refuse(p, "']' is missing after the IPv6 address");
        st = parse_ipv6(p, text + 1, (size_t)(host_end - text) - 1, url);
        host_end++;
    } else {
        host_end = memchr(text, ':', n);
        if (host_end == NULL)
            host_end = end;
        st = parse_name(p, text, (size_t)(host_end - text), url);
    }
    if (st != IR_OK || host_end == end)
        return st;
    if (*host_end != ':')
        return refuse(p, "only ':' and a port may follow ']'");
    url->port = parse_number(host_end + 1, (size_t)(end - host_end) - 1);
    if (url->port == 0)
        return refuse(p, "the port is no number from 1 to 65535");
    return IR_OK;
}

/* 'text' follows the scheme. */
static enum ir_status
parse_rest(const struct parser *p, const char *text, struct ir_url *url)
{
    size_t n = strcspn(text, "/");
    const char *path = text[n] == '\0' ? "/" : text + n;
    const char *problem = problem_of_text(text);
    enum ir_status st;

    if (problem != NULL)
        return refuse(p, problem);
    st = parse_authority(p, text, n, url);
    if (st != IR_OK)
        return st;
    if (strlen(path) >= sizeof url->path)
        return refuse(p, "the path is longer than 1023 characters");
    memcpy(url->path, path, strlen(path) + 1);
    return IR_OK;
}

static enum ir_status
parse(const struct parser *p, const char *text, struct ir_url *url)
{
    memset(url, 0, sizeof *url);
    if (begins_with(text, "https://")) {
        url->tls = 1;
        url->port = 443;
        return parse_rest(p, text + 8, url);
    }
    if (begins_with(text, "http://")) {
        url->port = 80;
        return parse_rest(p, text + 7, url);
    }
    return refuse(p, "http:// or https:// is expected at its beginning");
}

enum ir_status
ir_url_parse(const char *text, struct ir_url *url, struct ir_error *e)
{
    return parse(&(struct parser){ "URL", e }, text, url);
}

/* ---- Proxies ----------------------------------------------------------- */

/* http://host:port, or host:port alone. */
static enum ir_status
parse_proxy(const struct parser *p, const char *text, struct ir_url *url)
{
    enum ir_status st;

    if (strstr(text, "://") != NULL) {
        if (!begins_with(text, "http://"))
            return refuse(p, "only proxies at http:// are supported");
        text += 7;
    }
    memset(url, 0, sizeof *url);
    url->port = 80;
    if (strchr(text, '@') != NULL)
        return refuse(p, "proxies that need a user name or password are not "
            "supported; host and port are expected");
    st = parse_rest(p, text, url);
    if (st == IR_OK && strcmp(url->path, "/") != 0)
        return refuse(p, "a proxy has no path");
    return st;
}

enum ir_status
ir_url_parse_proxy(const char *text, struct ir_url *url, struct ir_error *e)
{
    return parse_proxy(&(struct parser){ "proxy", e }, text, url);
}

/* The first of the variables that is set and not empty, or NULL. */
static const char *
first_set(const char *const *names, size_t n, const char **name)
{
    for (size_t i = 0; i < n; i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && *value != '\0') {
            *name = names[i];
            return value;
        }
    }
    return NULL;
}

/* Where a web server runs us as a CGI program, HTTP_PROXY is a header of the
 * request and not the administrator's word. */
static const char *
proxy_variable(int tls, const char **name)
{
    static const char *const for_https[] = {
        "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
    };
    static const char *const for_http[] = {
        "http_proxy", "all_proxy", "ALL_PROXY",
    };
    static const char *const for_http_without_cgi[] = {
        "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY",
    };

    if (tls)
        return first_set(for_https, 4, name);
    if (getenv("REQUEST_METHOD") != NULL)
        return first_set(for_http, 3, name);
    return first_set(for_http_without_cgi, 4, name);
}

/* The bytes of an address: 4, 16, or 0 if 'text' is none. */
static size_t
address_bytes(const char *text, unsigned char bytes[16])
{
    if (inet_pton(AF_INET, text, bytes) == 1)
        return 4;
    return inet_pton(AF_INET6, text, bytes) == 1 ? 16 : 0;
}

/* Is the address 'host' the address 'entry', or in the network entry/bits? */
static int
network_has(const char *entry, const char *bits, const char *host)
{
    unsigned char network[16];
    unsigned char address[16];
    size_t n = address_bytes(entry, network);
    unsigned left = (unsigned)n * 8;

    if (n == 0 || address_bytes(host, address) != n)
        return 0;
    if (bits != NULL) {
        size_t n_digits = strlen(bits);
        unsigned asked = n_digits == 1 && *bits == '0'
            ? 0 : parse_number(bits, n_digits);

        if ((asked == 0 && *bits != '0') || asked > left)
            return 0;
        left = asked;
    }
    for (size_t i = 0; i < n && left > 0; i++) {
        unsigned width = left < 8 ? left : 8;
        unsigned mask = 0xFF00u >> width & 0xFF;

        if (((network[i] ^ address[i]) & mask) != 0)
            return 0;
        left -= width;
    }
    return 1;
}

/* Is 'host' the name 'entry' or below it? */
static int
domain_has(const char *entry, const char *host)
{
    size_t n = strlen(entry);
    size_t n_host = strlen(host);

    if (n > 0 && entry[n - 1] == '.')
        n--;
    if (n == 0 || n_host < n)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (lower(entry[i]) != host[n_host - n + i])
            return 0;
    return n_host == n || host[n_host - n - 1] == '.';
}

/* One entry of NO_PROXY, which is modified. */
static int
entry_has(char *entry, const struct ir_url *target)
{
    char *colon = strrchr(entry, ':');
    char *slash = strchr(entry, '/');

    if (strcmp(entry, "*") == 0)
        return 1;
    if (colon != NULL && (*entry == '[' ? colon[-1] == ']'
                                        : strchr(entry, ':') == colon)) {
        if (parse_number(colon + 1, strlen(colon + 1)) != target->port)
            return 0;
        *colon = '\0';
    }
    if (*entry == '[') {
        entry++;
        entry[strcspn(entry, "]")] = '\0';
    }
    if (slash != NULL)
        *slash++ = '\0';
    if (target->is_ip)
        return network_has(entry, slash, target->host);
    if (slash != NULL)
        return 0;
    if (*entry == '*')
        entry++;
    if (*entry == '.')
        entry++;
    return domain_has(entry, target->host);
}

/* An entry that is longer than any name cannot match. */
static int
is_exempt(const char *list, const struct ir_url *target)
{
    static const char separators[] = ", \t";

    for (list += strspn(list, separators); *list != '\0';
         list += strspn(list, separators)) {
        char entry[300];
        size_t n = strcspn(list, separators);

        if (n < sizeof entry) {
            memcpy(entry, list, n);
            entry[n] = '\0';
            if (entry_has(entry, target))
                return 1;
        }
        list += n;
    }
    return 0;
}

int
ir_url_proxy_from_environment(const struct ir_url *target,
    struct ir_url *proxy, struct ir_error *e)
{
    static const char *const exempt[] = { "no_proxy", "NO_PROXY" };
    struct parser p = { NULL, e };
    const char *name;
    const char *text = proxy_variable(target->tls, &p.what);
    const char *list = first_set(exempt, 2, &name);

    if (text == NULL || target->is_loopback
        || (list != NULL && is_exempt(list, target)))
        return 0;
    return parse_proxy(&p, text, proxy) == IR_OK ? 1 : -1;
}
