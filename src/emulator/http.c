/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * HTTP/1.1 as far as this service needs it, and no further: whatever two
 * readers could understand differently is refused.  A request has one body
 * length, header names are exact, lines end with CR LF and do not continue. */
#include "http.h"

#include "clock.h"
#include "faultwire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_HEADERS = 64,
    IDLE_MS = 75 * 1000,
    HEAD_MS = 15 * 1000,
    BODY_IDLE_MS = 60 * 1000,
    SEND_IDLE_MS = 60 * 1000,
    BODY_BYTES_PER_MS = 16, /* a body may not be slower in all */
    SMALL_REST = 65536      /* of a body that is read just to go on */
};

static int64_t
sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Get more input; the buffer must have room. */
static ssize_t
fill(struct ir_http *h, int64_t deadline_ms, bool idle)
{
    ssize_t n = ir_stream_read(&h->stream, h->in + h->end,
        sizeof h->in - h->end, deadline_ms, idle);

    if (n > 0) {
        h->end += (size_t)n;
        h->received += (uint64_t)n;
    }
    return n;
}

static void
make_room(struct ir_http *h)
{
    memmove(h->in, h->in + h->at, h->end - h->at);
    h->end -= h->at;
    h->at = 0;
}

/* Move the head of the next request to h->head, without its empty line. */
static enum ir_http_result
take_head(struct ir_http *h)
{
    int64_t deadline_ms = ir_clock_monotonic_ms() + IDLE_MS;
    bool begun = false;

    make_room(h);
    for (;;) {
        char *stop = memmem(h->in, h->end, "\r\n\r\n", 4);
        ssize_t n;

        if (stop != NULL) {
            size_t length = (size_t)(stop - h->in) + 2;

            memcpy(h->head, h->in, length);
            h->head[length] = '\0';
            h->at = length + 2;
            return strlen(h->head) == length ? IR_HTTP_REQUEST : IR_HTTP_BAD;
        }
        if (h->end == sizeof h->in)
            return IR_HTTP_HEAD_TOO_LARGE;
        if (h->end > 0 && !begun) {
            begun = true;
            deadline_ms = ir_clock_monotonic_ms() + HEAD_MS;
        }
        n = fill(h, deadline_ms, !begun);
        if (n <= 0)
            return begun && n < 0 ? IR_HTTP_TIMEOUT : IR_HTTP_CLOSED;
    }
}

static bool
is_token(const char *text)
{
    static const char allowed[] = "!#$%&'*+-.^_`|~0123456789"
                                  "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    return text[0] != '\0' && text[strspn(text, allowed)] == '\0';
}

/* METHOD SP /path[?query] SP HTTP/1.x */
static enum ir_http_result
parse_request_line(struct ir_http_request *r, char *line)
{
    char *target = strchr(line, ' ');
    char *version = target == NULL ? NULL : strchr(target + 1, ' ');
    char *query;

    if (version == NULL)
        return IR_HTTP_BAD;
    *target++ = '\0';
    *version++ = '\0';
    for (const char *c = target; *c != '\0'; c++) {
        if (*c <= ' ' || *c > 0x7E || *c == '#')
            return IR_HTTP_BAD;
    }
    if (!is_token(line) || target[0] != '/')
        return IR_HTTP_BAD;
    r->is_http11 = strcmp(version, "HTTP/1.1") == 0;
    r->keep_alive = r->is_http11;
    if (!r->is_http11 && strcmp(version, "HTTP/1.0") != 0)
        return IR_HTTP_BAD;
    query = strchr(target, '?');
    if (query != NULL)
        *query++ = '\0';
    r->method = line;
    r->path = target;
    r->query = query;
    return IR_HTTP_REQUEST;
}

static bool
set_length(struct ir_http_request *r, const char *value)
{
    uint64_t length = 0;
    int n_digits = 0;

    for (; *value >= '0' && *value <= '9' && n_digits < 18; value++, n_digits++)
        length = length * 10 + (uint64_t)(*value - '0');
    if (n_digits == 0 || *value != '\0' || r->has_length)
        return false;
    r->has_length = true;
    r->length = length;
    return true;
}

/* Remember a header that may come once. */
static bool
set_once(const char **field, const char *value)
{
    if (*field != NULL)
        return false;
    *field = value;
    return true;
}

static bool
set_connection(struct ir_http_request *r, const char *value)
{
    if (strcasestr(value, "close") != NULL)
        r->keep_alive = false;
    return true;
}

static bool
set_header(struct ir_http_request *r, const char *name, const char *value)
{
    if (strcasecmp(name, "Host") == 0)
        return set_once(&r->host, value);
    if (strcasecmp(name, "Content-Length") == 0)
        return set_length(r, value);
    if (strcasecmp(name, "Transfer-Encoding") == 0) {
        if (strcasecmp(value, "chunked") != 0 || r->is_chunked)
            return false;
        r->is_chunked = true;
        return true;
    }
    if (strcasecmp(name, "Connection") == 0)
        return set_connection(r, value);
    if (strcasecmp(name, "Content-Type") == 0)
        return set_once(&r->content_type, value);
    if (strcasecmp(name, "Content-Encoding") == 0)
        return set_once(&r->content_encoding, value);
    if (strcasecmp(name, "Accept-Encoding") == 0 && r->accept_encoding == NULL)
        r->accept_encoding = value;
    if (strcasecmp(name, "SOAPAction") == 0)
        return set_once(&r->soap_action, value);
    if (strcasecmp(name, "Expect") == 0)
        return set_once(&r->expect, value);
    if (strcasecmp(name, "Origin") == 0)
        return set_once(&r->origin, value);
    if (strcasecmp(name, "Cookie") == 0)
        return set_once(&r->cookie, value);
    return true;
}

/* name ":" OWS value OWS */
static bool
parse_header(struct ir_http_request *r, char *line)
{
    char *colon = strchr(line, ':');
    char *value;
    char *end;

    if (colon == NULL)
        return false;
    *colon = '\0';
    if (!is_token(line))
        return false;
    value = colon + 1 + strspn(colon + 1, " \t");
    end = value + strlen(value);
    while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    for (const char *c = value; *c != '\0'; c++) {
        if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7F)
            return false;
    }
    return set_header(r, line, value);
}

static enum ir_http_result
parse_head(struct ir_http *h)
{
    struct ir_http_request *r = &h->request;
    char *line = h->head;
    int n_headers = 0;

    for (;;) {
        char *end = strstr(line, "\r\n");
        enum ir_http_result result = IR_HTTP_REQUEST;

        if (end == NULL)
            break;
        *end = '\0';
        if (line == h->head)
            result = parse_request_line(r, line);
        else if (++n_headers > MAX_HEADERS)
            result = IR_HTTP_HEAD_TOO_LARGE;
        else if (!parse_header(r, line))
            result = IR_HTTP_BAD;
        if (result != IR_HTTP_REQUEST)
            return result;
        line = end + 2;
    }
    if (r->is_chunked && r->has_length)
        return IR_HTTP_BAD;
    if (r->host == NULL && r->keep_alive)
        return IR_HTTP_BAD;
    if (r->expect != NULL && strcasecmp(r->expect, "100-continue") != 0)
        return IR_HTTP_EXPECTATION;
    return IR_HTTP_REQUEST;
}

enum ir_http_result
ir_http_read_request(struct ir_http *h)
{
    struct ir_http_request *r = &h->request;
    enum ir_http_result result;

    memset(r, 0, sizeof *r);
    h->status = 0;
    h->fault = NULL;
    ir_packed_reset(h);
    h->close_after = true;
    result = take_head(h);
    if (result == IR_HTTP_REQUEST)
        result = parse_head(h);
    if (result != IR_HTTP_REQUEST)
        return result;
    h->close_after = !r->keep_alive;
    h->body.in_chunks = r->is_chunked;
    h->body.left = r->length;
    h->body.ended = !r->is_chunked && r->length == 0;
    h->body.continue_due = r->expect != NULL && !h->body.ended;
    h->body.deadline_ms = ir_clock_monotonic_ms() + BODY_IDLE_MS
        + (int64_t)(r->length / BODY_BYTES_PER_MS);
    return result;
}

/* Bytes that were read together with the head, else from the connection. */
static ssize_t
read_raw(struct ir_http *h, void *buf, size_t n)
{
    size_t ready = h->end - h->at;
    ssize_t got;

    if (ready > 0) {
        if (n > ready)
            n = ready;
        memcpy(buf, h->in + h->at, n);
        h->at += n;
        return (ssize_t)n;
    }
    got = ir_stream_read(&h->stream, buf, n,
        sooner(h->body.deadline_ms, ir_clock_monotonic_ms() + BODY_IDLE_MS),
        false);
    if (got <= 0)
        return -1;
    h->received += (uint64_t)got;
    return got;
}

/* A line of a chunked body, without its CR LF. */
static bool
read_line(struct ir_http *h, char *line, size_t size)
{
    size_t n = 0;

    for (;;) {
        char c;

        if (n == size || read_raw(h, &c, 1) != 1)
            return false;
        if (c == '\n' && n > 0 && line[n - 1] == '\r') {
            line[n - 1] = '\0';
            return true;
        }
        line[n++] = c;
    }
}

/* The size line of the next chunk; after the last one, the trailer. */
static bool
begin_chunk(struct ir_http *h)
{
    char line[1024];
    size_t n_digits;

    if (!read_line(h, line, sizeof line))
        return false;
    n_digits = strspn(line, "0123456789abcdefABCDEF");
    if (n_digits == 0 || n_digits > 8
        || (line[n_digits] != '\0' && line[n_digits] != ';'))
        return false;
    h->body.left = strtoull(line, NULL, 16);
    /* What a chunk may take longer is what its bytes may. */
    h->body.deadline_ms += (int64_t)(h->body.left / BODY_BYTES_PER_MS);
    if (h->body.left > 0)
        return true;
    for (int i = 0; i < MAX_HEADERS; i++) {
        if (!read_line(h, line, sizeof line))
            return false;
        if (line[0] == '\0') {
            h->body.ended = true;
            return true;
        }
    }
    return false;
}

static bool
end_chunk(struct ir_http *h)
{
    char line[2];

    return read_line(h, line, sizeof line) && line[0] == '\0';
}

ssize_t
ir_http_read_plain(struct ir_http *h, void *buf, size_t n)
{
    ssize_t got;

    if (h->body.continue_due) {
        static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

        h->body.continue_due = false;
        if (!ir_http_send(h, go_on, sizeof go_on - 1))
            return -1;
    }
    if (h->body.in_chunks && !h->body.ended && h->body.left == 0
        && !begin_chunk(h))
        return -1;
    if (h->body.ended)
        return 0;
    if (n > h->body.left)
        n = (size_t)h->body.left;
    got = read_raw(h, buf, n);
    if (got < 0)
        return -1;
    h->body.left -= (uint64_t)got;
    if (h->body.left == 0 && !h->body.in_chunks)
        h->body.ended = true;
    if (h->body.left == 0 && h->body.in_chunks && !end_chunk(h))
        return -1;
    return got;
}

ssize_t
ir_http_read_body(struct ir_http *h, void *buf, size_t n)
{
    return h->packed.is_request ? ir_packed_read(h, buf, n)
                                : ir_http_read_plain(h, buf, n);
}

const char *
ir_http_reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 204:
        return "No Content";
    case 206:
        return "Partial Content";
    case 301:
        return "Moved Permanently";
    case 302:
        return "Found";
    case 303:
        return "See Other";
    case 307:
        return "Temporary Redirect";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 411:
        return "Length Required";
    case 413:
        return "Content Too Large";
    case 415:
        return "Unsupported Media Type";
    case 417:
        return "Expectation Failed";
    case 421:
        return "Misdirected Request";
    case 423:
        return "Locked";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    default:
        return "Status";
    }
}

size_t
ir_http_format_head(struct ir_http *h, const struct ir_http_answer *a,
    uint64_t length, char out[IR_HTTP_ANSWER_HEAD_SIZE])
{
    const char *type = a->type == NULL ? "" : a->type;
    bool is_packed = ir_packed_begin(h, a->status, length);
    char framing[80];
    int n;

    h->status = a->status;
    /* A body that nobody has asked for will not come. */
    if (h->body.continue_due)
        h->close_after = true;
    if (is_packed)
        snprintf(framing, sizeof framing,
            "Content-Encoding: gzip\r\nTransfer-Encoding: chunked");
    else
        snprintf(framing, sizeof framing, "Content-Length: %llu",
            (unsigned long long)length);
    n = snprintf(out, IR_HTTP_ANSWER_HEAD_SIZE,
        "HTTP/1.1 %d %s\r\nServer: ir-emulator\r\nCache-Control: private\r\n"
        "%s%s%s%s%s\r\n%s\r\n",
        a->status, ir_http_reason(a->status),
        a->type == NULL ? "" : "Content-Type: ", type,
        a->type == NULL ? "" : "\r\n", a->extra == NULL ? "" : a->extra,
        framing, h->close_after ? "Connection: close\r\n" : "");
    h->packed.head_left = n < IR_HTTP_ANSWER_HEAD_SIZE ? (size_t)n : 0;
    return h->packed.head_left;
}

bool
ir_http_send_plain(struct ir_http *h, const void *data, size_t n)
{
    if (!ir_stream_write(&h->stream, data, n, SEND_IDLE_MS)) {
        h->close_after = true;
        return false;
    }
    h->sent += n;
    return true;
}

bool
ir_http_send(struct ir_http *h, const void *data, size_t n)
{
    if (h->fault != NULL)
        return ir_faultwire_send(h, data, n);
    return h->packed.is_answer ? ir_packed_send(h, data, n)
                               : ir_http_send_plain(h, data, n);
}

bool
ir_http_respond(struct ir_http *h, const struct ir_http_answer *a,
    const void *body, size_t n)
{
    char head[IR_HTTP_ANSWER_HEAD_SIZE];
    size_t length = ir_http_format_head(h, a, n, head);

    if (!ir_http_send(h, head, length))
        return false;
    if (h->request.method != NULL && strcmp(h->request.method, "HEAD") == 0)
        return true;
    return ir_http_send(h, body, n);
}

bool
ir_http_may_go_on(struct ir_http *h)
{
    char scrap[4096];
    size_t total = 0;

    while (!h->close_after && !h->body.ended && total < SMALL_REST) {
        ssize_t n = ir_http_read_plain(h, scrap, sizeof scrap);

        if (n < 0)
            return false;
        total += (size_t)n;
    }
    return !h->close_after && h->body.ended;
}
