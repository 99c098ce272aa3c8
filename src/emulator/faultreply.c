/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Replies that are no answers.  Those of SOAP are made of templates:
 *
 *   %[ %]  beginning and end of an envelope and its body
 *   %o     the operation        %r  the name of the answer's element
 *   %f     code and text of a SOAP fault
 *   %d     the name of a SOAP fault's detail
 *   \0     a zero byte
 *   %*     what follows the template after a form feed, in four parts divided
 *          by form feeds: A, B, C and D give A, n times B, n times D, and C;
 *          %# in B is its number
 *
 * Before the template stands a letter: X for a SOAP message, H for HTML, F for
 * a SOAP fault. */
#include "faultreply.h"

#include "call.h"
#include "operations.h"
#include "perform.h"

#include <zlib.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PARTS = 4
};

/* One reply; NULL and 0 where it has nothing of the kind. */
struct reply {
    int status;
    const char *type;
    const char *headers;
    const char *length; /* what Content-Length says, if not the truth */
    char *body;
    size_t n_body;
};

static void
send_reply(struct ir_call *call, const struct reply *r)
{
    struct ir_http *h = call->http;
    char *head = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&head, &n);
    bool has_body = r->status != 204;

    if (out == NULL) {
        h->close_after = true;
        return;
    }
    h->status = r->status;
    fprintf(out, "HTTP/1.1 %d %s\r\nServer: ir-emulator\r\n", r->status,
        ir_http_reason(r->status));
    if (r->type != NULL)
        fprintf(out, "Content-Type: %s\r\n", r->type);
    if (r->headers != NULL)
        fputs(r->headers, out);
    if (r->length != NULL)
        fprintf(out, "Content-Length: %s\r\n", r->length);
    else if (has_body)
        fprintf(out, "Content-Length: %zu\r\n", r->n_body);
    fprintf(out, "%s\r\n", h->close_after ? "Connection: close\r\n" : "");
    if (fclose(out) != 0 || !ir_http_send(h, head, n)
        || (has_body && !ir_http_send(h, r->body, r->n_body)))
        h->close_after = true;
    free(head);
}

static void
send_status(struct ir_call *call, const struct ir_fault_rule *rule)
{
    const char *wait = rule->with[IR_KEY_RETRY_AFTER].text;
    const char *length = rule->with[IR_KEY_LENGTH].text;
    struct reply r = { .status = (int)rule->with[IR_KEY_CODE].number,
        .type = "text/html; charset=utf-8",
        .length = length };

    if (wait != NULL)
        r.headers = ir_call_text(call, "Retry-After: %s\r\n", wait);
    if (rule->kind->action == IR_FAULT_REDIRECT)
        r.headers = ir_call_text(call, "Location: %s\r\n",
            rule->with[IR_KEY_LOCATION].text);
    r.body = ir_call_text(call, "<html><body>%d %s</body></html>\n", r.status,
        ir_http_reason(r.status));
    r.n_body = r.body == NULL ? 0 : strlen(r.body);
    if (length != NULL)
        call->http->close_after = true;
    send_reply(call, &r);
}

static void
send_authenticate(struct ir_call *call, const struct ir_fault_rule *rule)
{
    struct reply r = { .status = 401 };

    r.headers = ir_call_text(call, "WWW-Authenticate: %*s\r\n",
        (int)rule->with[IR_KEY_N].number + 1, "x");
    send_reply(call, &r);
}

static bool
is_soap12(const struct ir_call *call)
{
    return call->binding == IR_SOAP12;
}

static void
put_fault(struct ir_call *call, const struct ir_fault_rule *r, FILE *out)
{
    bool is_client = ir_faultrules_is(r, IR_KEY_AS, "client");
    const char *text = is_client
        ? "Server was unable to read request. ---> a fault rule"
        : "Server was unable to process request. ---> a fault rule";

    if (is_soap12(call))
        fprintf(out,
            "<soap:Code><soap:Value>soap:%s</soap:Value></soap:Code>"
            "<soap:Reason><soap:Text xml:lang=\"en\">%s</soap:Text>"
            "</soap:Reason>",
            is_client ? "Sender" : "Receiver", text);
    else
        fprintf(out,
            "<faultcode>soap:%s</faultcode><faultstring>%s</faultstring>",
            is_client ? "Client" : "Server", text);
}

/* What a template is filled with. */
struct filler {
    struct ir_call *call;
    const struct ir_fault_rule *rule;
    FILE *out;
    const char *parts[PARTS];
    size_t n_parts[PARTS];
};

static void expand(const struct filler *f, const char *t, size_t n, int64_t i);

static void
put_parts(const struct filler *f)
{
    int64_t n = f->rule->with[IR_KEY_N].number;

    expand(f, f->parts[0], f->n_parts[0], 0);
    for (int64_t i = 0; i < n; i++)
        expand(f, f->parts[1], f->n_parts[1], i);
    for (int64_t i = 0; i < n && f->n_parts[3] > 0; i++)
        expand(f, f->parts[3], f->n_parts[3], i);
    expand(f, f->parts[2], f->n_parts[2], 0);
}

static void
put_variable(const struct filler *f, char name, int64_t i)
{
    static const char *const roots[] = { "", "response", "root", "Response" };
    bool is_new = is_soap12(f->call);

    switch (name) {
    case '[':
        fprintf(f->out, "<soap:Envelope xmlns:soap=\"%s\"><soap:Body>",
            is_new ? "http://www.w3.org/2003/05/soap-envelope"
                   : "http://schemas.xmlsoap.org/soap/envelope/");
        break;
    case ']':
        fputs("</soap:Body></soap:Envelope>", f->out);
        break;
    case 'o':
        fputs(f->call->operation->name, f->out);
        break;
    case 'r':
        fputs(roots[ir_perform_root(f->call)], f->out);
        break;
    case 'd':
        fputs(is_new ? "soap:Detail" : "detail", f->out);
        break;
    case 'f':
        put_fault(f->call, f->rule, f->out);
        break;
    case '*':
        put_parts(f);
        break;
    case '#':
        fprintf(f->out, "%lld", (long long)i);
        break;
    default:
        break;
    }
}

static void
expand(const struct filler *f, const char *t, size_t n, int64_t i)
{
    for (size_t at = 0; at < n; at++) {
        if (t[at] == '%') {
            put_variable(f, t[++at], i);
        } else if (t[at] == '\\') {
            fputc('\0', f->out);
            at++;
        } else {
            fputc(t[at], f->out);
        }
    }
}

static void
send_body(struct ir_call *call, const struct ir_fault_rule *rule)
{
    const char *template = rule->kind->detail;
    const char *rest = template + strcspn(template, "\f");
    struct filler f = { .call = call, .rule = rule };
    struct reply r = { .status = 200, .type = call->head.type };

    if (template[0] == 'F')
        r.status = 500;
    else if (template[0] == 'H')
        r.type = "text/html; charset=utf-8";
    for (int i = 0; i < PARTS; i++) {
        f.parts[i] = rest += rest[0] == '\f';
        f.n_parts[i] = strcspn(rest, "\f");
        rest += f.n_parts[i];
    }
    f.out = open_memstream(&r.body, &r.n_body);
    if (f.out != NULL) {
        expand(&f, template + 1, strcspn(template, "\f") - 1, 0);
        fclose(f.out);
    }
    send_reply(call, &r);
    free(r.body);
}

/* A few KiB that become many MiB of blanks. */
static bool
deflate_blanks(FILE *out, int64_t n)
{
    Bytef begin[] = "<a>";
    Bytef blanks[65536];
    Bytef packed[4096];
    z_stream z = { .next_in = begin, .avail_in = sizeof begin - 1 };
    int result = deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);

    memset(blanks, ' ', sizeof blanks);
    while (result == Z_OK || result == Z_BUF_ERROR) {
        if (z.avail_in == 0 && n > 0) {
            z.next_in = blanks;
            z.avail_in = n < (int64_t)sizeof blanks ? (uInt)n : sizeof blanks;
            n -= z.avail_in;
        }
        z.next_out = packed;
        z.avail_out = sizeof packed;
        result = deflate(&z, n == 0 && z.avail_in == 0 ? Z_FINISH : Z_NO_FLUSH);
        fwrite(packed, 1, sizeof packed - z.avail_out, out);
    }
    deflateEnd(&z);
    return result == Z_STREAM_END;
}

static void
send_gzip(struct ir_call *call, const struct ir_fault_rule *rule)
{
    struct reply r = { .status = 200,
        .type = call->head.type,
        .headers = "Content-Encoding: gzip\r\n" };
    FILE *out = open_memstream(&r.body, &r.n_body);

    if (out != NULL) {
        deflate_blanks(out, rule->with[IR_KEY_BYTES].number);
        fclose(out);
    }
    send_reply(call, &r);
    free(r.body);
}

void
ir_faultreply_send(struct ir_call *call, const struct ir_fault_rule *r)
{
    switch (r->kind->action) {
    case IR_FAULT_AUTHENTICATE:
        send_authenticate(call, r);
        break;
    case IR_FAULT_BODY:
        send_body(call, r);
        break;
    case IR_FAULT_GZIP:
        send_gzip(call, r);
        break;
    default:
        send_status(call, r);
        break;
    }
}

/* Take in a part of the body: what the rule says, else half of it. */
static void
read_part(struct ir_call *call, const struct ir_fault_rule *r)
{
    const struct ir_fault_value *bytes = &r->with[IR_KEY_BYTES];
    struct ir_http *h = call->http;
    uint64_t left =
        bytes->text == NULL ? h->request.length / 2 : (uint64_t)bytes->number;
    char scrap[4096];

    while (left > 0) {
        ssize_t n = ir_http_read_plain(h, scrap,
            left < sizeof scrap ? (size_t)left : sizeof scrap);

        if (n <= 0)
            return;
        left -= (uint64_t)n;
    }
}

bool
ir_faultreply_early(struct ir_call *call, const struct ir_fault_rule *r)
{
    struct ir_http *h = call->http;

    switch (r->kind->action) {
    case IR_FAULT_STALL_UNREAD:
        if (ir_stream_pause(&h->stream, r->with[IR_KEY_MS].number))
            return false;
        break;
    case IR_FAULT_STATUS_UNREAD:
        h->close_after = true;
        send_status(call, r);
        return true;
    case IR_FAULT_CLOSE_READING:
    case IR_FAULT_RESET_READING:
        read_part(call, r);
        break;
    default:
        break;
    }
    h->close_after = true;
    h->stream.end = r->kind->action == IR_FAULT_RESET_UNREAD
            || r->kind->action == IR_FAULT_RESET_READING
        ? IR_STREAM_RESET
        : IR_STREAM_DROP;
    return true;
}
