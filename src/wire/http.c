/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The head of a reply is read whole into a fixed buffer and then understood
 * line by line against a short list of names, each compared exactly; all other
 * headers are skipped.  A connection is kept only when the reply was complete,
 * exactly as long as announced, and nothing follows it. */
#include "wire/http.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "codec/gzip.h"

/* Interim replies (100 Continue) before the real one. */
#define MAX_INTERIM 3
#define MAX_HEADERS 100
/* Longest line between transfer chunks, its end included. */
#define MAX_CHUNK_LINE ((size_t)1024)

struct head {
    int has_length;
    int has_chunked;
    int has_type;
    int is_xml;
    int is_packed;
    int close;
    int http10;
    uint64_t length;
};

int
ir_http_format_head(const struct ir_http *h, const char *action, int soap12,
    uint64_t length, char *head, size_t size)
{
    const struct ir_url *url = h->url;
    char authority[sizeof url->host + 16];
    char framing[80];
    int standard = url->port == (url->tls ? 443 : 80);
    int is_ipv6 = strchr(url->host, ':') != NULL;
    int n;

    snprintf(authority, sizeof authority, standard ? "%s%s%s" : "%s%s%s:%u",
        is_ipv6 ? "[" : "", url->host, is_ipv6 ? "]" : "",
        (unsigned)url->port);
    if (h->is_packed_request)
        snprintf(framing, sizeof framing,
            "Content-Encoding: gzip\r\nTransfer-Encoding: chunked");
    else
        snprintf(framing, sizeof framing, "Content-Length: %" PRIu64, length);
    n = snprintf(head, size,
        "POST %s%s%s HTTP/1.1\r\n"
        "Host: %s\r\n"
        "User-Agent: inforouter-client/%d.%d.%d\r\n"
        "Accept-Encoding: %s\r\n"
        "%s\r\n",
        h->absolute_uri ? "http://" : "", h->absolute_uri ? authority : "",
        url->path, authority, IR_VERSION_MAJOR, IR_VERSION_MINOR,
        IR_VERSION_PATCH, h->takes_gzip ? "gzip" : "identity", framing);
    if (n < 0 || (size_t)n >= size)
        return -1;
    head += n;
    size -= (size_t)n;
    if (soap12)
        n = snprintf(head, size,
            "Content-Type: application/soap+xml; charset=utf-8; "
            "action=\"%s\"\r\n\r\n", action);
    else
        n = snprintf(head, size,
            "Content-Type: text/xml; charset=utf-8\r\n"
            "SOAPAction: \"%s\"\r\n\r\n", action);
    return n < 0 || (size_t)n >= size ? -1 : 0;
}

void
ir_http_begin(struct ir_http *h, uint64_t max_body_bytes, uint64_t max_tags)
{
    h->max_body_bytes = max_body_bytes;
    h->status = 0;
    h->keep = 0;
    h->reply_begun = 0;
    h->retry_after_s = 0;
    h->body_over = 0;
    h->framing = IR_HTTP_CLOSE;
    h->left = 0;
    h->body_bytes = 0;
    h->begin = 0;
    h->end = 0;
    h->is_packed = 0;
    h->is_unpacked = 0;
    h->unpacked_bytes = 0;
    h->packed_begin = 0;
    h->packed_end = 0;
    ir_guard_init(&h->guard, max_tags);
}

static enum ir_status
malformed(struct ir_http *h, const char *what)
{
    return ir_error_set(h->error, IR_E_PROTOCOL, "malformed HTTP reply: %s",
        what);
}

static enum ir_status
cut(struct ir_http *h, const char *where)
{
    return ir_error_set(h->error, IR_E_NETWORK,
        "connection closed %s", where);
}

/* Receive more into the free end of the buffer; IR_E_NETWORK at the end of the
 * stream. */
static enum ir_status
fill(struct ir_http *h, const char *where)
{
    size_t n;
    enum ir_status st;

    if (h->begin == h->end) {
        h->begin = 0;
        h->end = 0;
    }
    st = ir_transport_receive(h->transport, h->buffer + h->end,
        sizeof h->buffer - h->end, &n);
    if (st != IR_OK)
        return st;
    if (n == 0)
        return cut(h, where);
    h->reply_begun = 1;
    h->end += n;
    return IR_OK;
}

/* ---- The head ---------------------------------------------------------- */

static int
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int
is_token_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c)
        || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* 1 to 18 digits and nothing else. */
static int
parse_decimal(const char *text, uint64_t *value)
{
    size_t n = strspn(text, "0123456789");

    *value = 0;
    if (n == 0 || n > 18 || text[n] != '\0')
        return -1;
    for (; *text != '\0'; text++)
        *value = *value * 10 + (uint64_t)(*text - '0');
    return 0;
}

/* Does the comma-separated list hold 'word'? */
static int
has_word(const char *list, const char *word)
{
    size_t length = strlen(word);

    while (*list != '\0') {
        size_t n;

        list += strspn(list, " \t,");
        n = strcspn(list, " \t,");
        if (n == length && strncasecmp(list, word, n) == 0)
            return 1;
        list += n;
    }
    return 0;
}

static int
is_xml_type(const char *type)
{
    static const char *const types[] = {
        "text/xml", "application/soap+xml", "application/xml",
    };
    size_t n = strcspn(type, "; \t");

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strlen(types[i]) == n && strncasecmp(type, types[i], n) == 0)
            return 1;
    return 0;
}

static enum ir_status
take_encoding(struct ir_http *h, struct head *head, const char *value)
{
    if (strcasecmp(value, "identity") == 0)
        return IR_OK;
    if (!h->takes_gzip)
        return malformed(h, "Content-Encoding was not asked for");
    if (strcasecmp(value, "gzip") != 0)
        return malformed(h, "Content-Encoding other than gzip");
    if (head->is_packed)
        return malformed(h, "two Content-Encoding");
    head->is_packed = 1;
    return IR_OK;
}

static enum ir_status
take_header(struct ir_http *h, struct head *head, const char *name,
    const char *value)
{
    uint64_t number;

    if (strcasecmp(name, "Content-Length") == 0) {
        if (parse_decimal(value, &number) != 0)
            return malformed(h, "Content-Length is not a number");
        if (head->has_length && head->length != number)
            return malformed(h, "two different Content-Length");
        head->has_length = 1;
        head->length = number;
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        if (strcasecmp(value, "chunked") != 0 || head->has_chunked)
            return malformed(h, "Transfer-Encoding other than chunked");
        head->has_chunked = 1;
    } else if (strcasecmp(name, "Content-Encoding") == 0) {
        return take_encoding(h, head, value);
    } else if (strcasecmp(name, "Content-Type") == 0) {
        if (head->has_type)
            return malformed(h, "two Content-Type");
        head->has_type = 1;
        head->is_xml = is_xml_type(value);
    } else if (strcasecmp(name, "Connection") == 0) {
        if (has_word(value, "close"))
            head->close = 1;
    } else if (strcasecmp(name, "Retry-After") == 0) {
        if (parse_decimal(value, &number) == 0)
            h->retry_after_s = number > 3600 ? 3600 : (int)number;
    }
    return IR_OK;
}

/* "HTTP/1.x NNN", a blank and a reason or nothing. */
static enum ir_status
take_status_line(struct ir_http *h, struct head *head, const char *line)
{
    const char *s = line + 9;

    if (strncmp(line, "HTTP/1.", 7) != 0 || (line[7] != '0' && line[7] != '1')
        || line[8] != ' ')
        return malformed(h, "no HTTP/1.1 status line");
    if (!is_digit(s[0]) || !is_digit(s[1]) || !is_digit(s[2])
        || (s[3] != ' ' && s[3] != '\0') || s[0] < '1' || s[0] > '5')
        return malformed(h, "the status is no number from 100 to 599");
    head->http10 = line[7] == '0';
    h->status = (s[0] - '0') * 100 + (s[1] - '0') * 10 + (s[2] - '0');
    return IR_OK;
}

static enum ir_status
take_header_line(struct ir_http *h, struct head *head, char *line)
{
    char *colon = line;
    char *value;
    size_t n;

    while (is_token_character(*colon))
        colon++;
    if (colon == line || *colon != ':')
        return malformed(h, "a header line has no name");
    *colon = '\0';
    value = colon + 1 + strspn(colon + 1, " \t");
    n = strlen(value);
    while (n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'))
        value[--n] = '\0';
    return take_header(h, head, line, value);
}

/* Cut the next line off the buffer: '*line' is NULL until it is complete. */
static enum ir_status
next_line(struct ir_http *h, char **line)
{
    char *start = h->buffer + h->begin;
    char *newline = memchr(start, '\n', h->end - h->begin);

    *line = NULL;
    if (newline == NULL)
        return IR_OK;
    h->begin += (size_t)(newline - start) + 1;
    if (newline > start && newline[-1] == '\r')
        newline--;
    *newline = '\0';
    if (strlen(start) != (size_t)(newline - start)
        || strchr(start, '\r') != NULL)
        return malformed(h, "a control character in the head");
    *line = start;
    return IR_OK;
}

/* Read one head, of the real reply or an interim one. */
static enum ir_status
read_head(struct ir_http *h, struct head *head)
{
    int n_lines = 0;

    memset(head, 0, sizeof *head);
    h->status = 0;
    for (;;) {
        char *line;
        enum ir_status st = next_line(h, &line);

        if (st != IR_OK)
            return st;
        if (line == NULL) {
            if (h->end == sizeof h->buffer)
                return malformed(h, "its head is longer than 16384 bytes");
            st = fill(h, "before the reply");
        } else if (n_lines++ == 0) {
            st = take_status_line(h, head, line);
        } else if (*line == '\0') {
            return IR_OK;
        } else if (n_lines > MAX_HEADERS) {
            st = malformed(h, "more than 100 header lines");
        } else {
            st = take_header_line(h, head, line);
        }
        if (st != IR_OK)
            return st;
    }
}

static enum ir_status
refuse_status(struct ir_http *h)
{
    enum ir_status st = IR_E_PROTOCOL;
    const char *meaning = "not an answer of this service";

    switch (h->status) {
    case 301: case 302: case 303: case 307: case 308:
        meaning = "redirects are not followed";
        break;
    case 401:
        st = IR_E_AUTH;
        meaning = "the web server asks for a login of its own";
        break;
    case 403:
        st = IR_E_DENIED;
        meaning = "the web server refuses";
        break;
    case 404:
        meaning = "no service at this URL";
        break;
    case 407:
        st = IR_E_AUTH;
        meaning = "the proxy asks for a login";
        break;
    case 413:
        st = IR_E_LIMIT;
        meaning = "request too large for the web server";
        break;
    case 408: case 425: case 429:
        st = IR_E_SERVER;
        meaning = "try again later";
        break;
    default:
        if (h->status >= 500) {
            st = IR_E_SERVER;
            meaning = "the web server failed";
        }
        break;
    }
    return ir_error_set(h->error, st, "HTTP status %d: %s", h->status,
        meaning);
}

/* What the head says of the body, and whether a SOAP message can follow. */
static enum ir_status
accept_head(struct ir_http *h, const struct head *head)
{
    h->error->http_status = h->status;
    if (head->has_length && head->has_chunked)
        return malformed(h, "Content-Length beside Transfer-Encoding");
    if (h->status != 200 && !(h->status == 500 && head->is_xml))
        return refuse_status(h);
    if (!head->is_xml)
        return ir_error_set(h->error, IR_E_PROTOCOL,
            "the reply is not XML: its Content-Type is %s",
            head->has_type ? "another" : "missing");
    if (head->has_length && head->length > h->max_body_bytes)
        return ir_error_set(h->error, IR_E_PROTOCOL,
            "the reply announces %" PRIu64 " bytes, at most %" PRIu64
            " are expected", head->length, h->max_body_bytes);
    h->framing = head->has_chunked ? IR_HTTP_CHUNKED
        : head->has_length         ? IR_HTTP_LENGTH
                                   : IR_HTTP_CLOSE;
    h->left = head->has_length ? head->length : 0;
    h->body_over = head->has_length && head->length == 0;
    h->is_packed = head->is_packed;
    h->keep = !head->close && !head->http10 && h->framing != IR_HTTP_CLOSE;
    return IR_OK;
}

static enum ir_status
receive_head(struct ir_http *h)
{
    struct head head;
    int n_interim = 0;
    enum ir_status st;

    do {
        if (n_interim++ > MAX_INTERIM)
            return malformed(h, "too many interim replies");
        st = read_head(h, &head);
    } while (st == IR_OK && h->status < 200 && h->status != 101);
    return st == IR_OK ? accept_head(h, &head) : st;
}

/* ---- The body ---------------------------------------------------------- */

/* The line before a transfer chunk, or the lines after the last.  What is too
 * long is so whether or not its end has come. */
static enum ir_status
read_chunk_line(struct ir_http *h, char **line)
{
    for (;;) {
        size_t begin = h->begin;
        enum ir_status st = next_line(h, line);
        size_t end = *line == NULL ? h->end : h->begin;

        if (st != IR_OK)
            return st;
        if (end - begin >= MAX_CHUNK_LINE + (*line != NULL))
            return malformed(h, "a transfer chunk's size line is too long");
        if (*line != NULL)
            return IR_OK;
        if (h->begin > 0) {
            memmove(h->buffer, h->buffer + h->begin, h->end - h->begin);
            h->end -= h->begin;
            h->begin = 0;
        }
        st = fill(h, "inside the reply");
        if (st != IR_OK)
            return st;
    }
}

static enum ir_status
next_chunk(struct ir_http *h)
{
    char *line;
    size_t n;
    enum ir_status st;

    if (h->body_bytes > 0) {
        st = read_chunk_line(h, &line);
        if (st != IR_OK)
            return st;
        if (*line != '\0')
            return malformed(h, "a transfer chunk is longer than announced");
    }
    st = read_chunk_line(h, &line);
    if (st != IR_OK)
        return st;
    n = strspn(line, "0123456789abcdefABCDEF");
    if (n == 0 || n > 8 || (line[n] != '\0' && strchr("; \t", line[n]) == NULL))
        return malformed(h, "a transfer chunk has no size");
    for (h->left = 0; n > 0; n--, line++)
        h->left = h->left * 16
            + (uint64_t)(is_digit(*line) ? *line - '0'
                                         : (*line | 0x20) - 'a' + 10);
    if (h->left > 0)
        return IR_OK;
    for (int n_lines = 0; n_lines < MAX_HEADERS; n_lines++) {
        st = read_chunk_line(h, &line);
        if (st != IR_OK)
            return st;
        if (*line == '\0') {
            h->body_over = 1;
            return IR_OK;
        }
    }
    return malformed(h, "too many trailer lines");
}

/* Some bytes of the body as it is sent: from the buffer, else straight from the
 * transport. */
static enum ir_status
take_body(struct ir_http *h, char *data, size_t size, size_t *n)
{
    enum ir_status st;

    if (h->framing != IR_HTTP_CLOSE && size > h->left)
        size = (size_t)h->left;
    if (h->begin < h->end) {
        *n = h->end - h->begin < size ? h->end - h->begin : size;
        memcpy(data, h->buffer + h->begin, *n);
        h->begin += *n;
    } else {
        st = ir_transport_receive(h->transport, data, size, n);
        if (st != IR_OK)
            return st;
        h->reply_begun = 1;
        if (*n == 0 && h->framing != IR_HTTP_CLOSE)
            return ir_error_set(h->error, IR_E_NETWORK,
                "connection closed after %" PRIu64 " bytes of the reply, %"
                PRIu64 " more were announced", h->body_bytes, h->left);
    }
    if (h->framing == IR_HTTP_CLOSE)
        h->body_over = *n == 0;
    else
        h->left -= *n;
    h->body_bytes += *n;
    if (h->framing == IR_HTTP_LENGTH && h->left == 0)
        h->body_over = 1;
    return IR_OK;
}

static enum ir_status
check_length(struct ir_http *h, uint64_t n)
{
    if (n <= h->max_body_bytes)
        return IR_OK;
    return ir_error_set(h->error, IR_E_PROTOCOL,
        "the reply is longer than the %" PRIu64 " bytes expected",
        h->max_body_bytes);
}

/* The body as it is sent; '*n' is 0 at its end. */
static enum ir_status
receive_body(struct ir_http *h, char *data, size_t size, size_t *n)
{
    enum ir_status st = IR_OK;

    if (h->framing == IR_HTTP_CHUNKED && h->left == 0 && !h->body_over)
        st = next_chunk(h);
    if (st == IR_OK && !h->body_over)
        st = take_body(h, data, size, n);
    return st == IR_OK ? check_length(h, h->body_bytes) : st;
}

static enum ir_status
fail_packed(struct ir_http *h, const char *what)
{
    return ir_error_set(h->error, IR_E_PROTOCOL,
        "the reply's gzip is unfit: %s", what);
}

/* More of a packed body; IR_OK also at its end. */
static enum ir_status
fill_packed(struct ir_http *h)
{
    size_t n = 0;
    enum ir_status st = receive_body(h, h->packed, sizeof h->packed, &n);

    h->packed_begin = 0;
    h->packed_end = n;
    return st;
}

/* Behind a stream stands nothing: neither another nor anything else. */
static enum ir_status
end_packed(struct ir_http *h)
{
    enum ir_status st = IR_OK;

    h->is_unpacked = 1;
    while (st == IR_OK && h->packed_begin == h->packed_end && !h->body_over)
        st = fill_packed(h);
    if (st == IR_OK && h->packed_begin < h->packed_end)
        return fail_packed(h, "bytes follow its end");
    return st;
}

/* The body before it was packed.  What zlib has is handed out before more is
 * awaited, and never more than 'size' comes of any input. */
static enum ir_status
receive_packed(struct ir_http *h, char *data, size_t size, size_t *n)
{
    enum ir_gunzip_result result = IR_GUNZIP_MORE;
    enum ir_status st = IR_OK;

    if (h->gunzip == NULL)
        h->gunzip = ir_gunzip_new();
    else if (h->body_bytes == 0)
        ir_gunzip_begin(h->gunzip);
    if (h->gunzip == NULL)
        result = IR_GUNZIP_MEMORY;
    while (st == IR_OK && result == IR_GUNZIP_MORE && *n == 0) {
        const char *in = h->packed + h->packed_begin;
        size_t n_in = h->packed_end - h->packed_begin;

        result = ir_gunzip_unpack(h->gunzip, &in, &n_in, data, size, n);
        h->packed_begin = h->packed_end - n_in;
        if (*n > 0 || result != IR_GUNZIP_MORE || n_in > 0)
            continue;
        if (h->body_over)
            return fail_packed(h, "it ends too early");
        st = fill_packed(h);
    }
    if (result == IR_GUNZIP_MEMORY)
        return ir_error_set(h->error, IR_E_MEMORY, "out of memory");
    if (result == IR_GUNZIP_DAMAGED)
        return fail_packed(h, ir_gunzip_problem(h->gunzip));
    if (st == IR_OK && result == IR_GUNZIP_END)
        st = end_packed(h);
    h->unpacked_bytes += *n;
    return st == IR_OK ? check_length(h, h->unpacked_bytes) : st;
}

static int
is_over(const struct ir_http *h)
{
    return h->is_packed ? h->is_unpacked : h->body_over;
}

enum ir_status
ir_http_receive(struct ir_http *h, char *data, size_t size, size_t *n)
{
    const char *problem;
    enum ir_status st = h->error->status;

    *n = 0;
    if (st == IR_OK && h->status == 0)
        st = receive_head(h);
    if (st != IR_OK || is_over(h))
        return st;
    st = h->is_packed ? receive_packed(h, data, size, n)
                      : receive_body(h, data, size, n);
    if (st != IR_OK)
        return st;
    problem = ir_guard_check(&h->guard, data, *n);
    if (problem != NULL)
        return ir_error_set(h->error, IR_E_PROTOCOL, "unfit reply: %s",
            problem);
    return IR_OK;
}

static int
is_blank(const char *data, size_t n)
{
    while (n > 0 && strchr(" \t\r\n", *data) != NULL && *data != '\0') {
        data++;
        n--;
    }
    return n == 0;
}

enum ir_status
ir_http_end(struct ir_http *h, const char *rest, size_t n)
{
    char more[512];
    enum ir_status st = h->error->status;

    if (!is_blank(rest, n))
        h->keep = 0;
    while (st == IR_OK && !is_over(h)) {
        st = ir_http_receive(h, more, sizeof more, &n);
        if (!is_blank(more, n))
            h->keep = 0;
    }
    if (st != IR_OK || !h->keep || h->begin != h->end)
        ir_transport_close(h->transport);
    return st;
}

void
ir_http_clear(struct ir_http *h)
{
    ir_gunzip_free(h->gunzip);
}
