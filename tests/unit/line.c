/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENVELOPE "<?xml version=\"1.0\" encoding=\"utf-8\"?>" \
    "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">" \
    "<soap:Body>%s</soap:Body></soap:Envelope>"

static void
open_with(struct line *l, const struct ir_options *o)
{
    memset(l, 0, sizeof *l);
    if (ir_wire_new("http://127.0.0.1/srv.asmx", o, &l->error, &l->wire)
        != IR_OK)
        fail_msg("%s", l->error.message);
    line_reset(l);
}

void
line_open(struct line *l, enum ir_soap soap)
{
    struct ir_options o = IR_OPTIONS_INIT;

    o.soap = soap;
    o.proxy = "";
    open_with(l, &o);
}

void
line_open_gzip(struct line *l)
{
    struct ir_options o = IR_OPTIONS_INIT;

    o.proxy = "";
    o.compressed = 1;
    open_with(l, &o);
}

void
line_close(struct line *l)
{
    line_reset(l);
    ir_wire_free(l->wire);
}

void
line_reset(struct line *l)
{
    for (size_t i = 0; i < l->n_replies; i++)
        free(l->texts[i]);
    l->n_replies = 0;
    fake_transport_script(l->replies, 0, 0);
}

void
line_end(struct line *l, const char *text, size_t n, enum ir_status end)
{
    char *copy = malloc(n + 1);

    assert_non_null(copy);
    assert_true(l->n_replies < LINE_REPLIES);
    memcpy(copy, text, n);
    l->texts[l->n_replies] = copy;
    l->replies[l->n_replies++] = (struct fake_reply){ copy, n, end, IR_OK };
    fake_transport.n_replies = l->n_replies;
}

void
line_reply(struct line *l, const char *status, const char *xml)
{
    size_t size = strlen(xml) + 200;
    char *text = malloc(size);
    int n;

    assert_non_null(text);
    n = snprintf(text, size, "HTTP/1.1 %s\r\n"
        "Content-Type: text/xml; charset=utf-8\r\n"
        "Content-Length: %zu\r\n\r\n%s", status, strlen(xml), xml);
    line_end(l, text, (size_t)n, IR_E_TIMEOUT);
    free(text);
}

void
line_body(struct line *l, const char *body)
{
    size_t size = strlen(body) + sizeof ENVELOPE;
    char *xml = malloc(size);

    assert_non_null(xml);
    snprintf(xml, size, ENVELOPE, body);
    line_reply(l, "200 OK", xml);
    free(xml);
}

void
line_result(struct line *l, const char *operation, const char *content)
{
    size_t size = strlen(content) + 4 * strlen(operation) + 100;
    char *body = malloc(size);

    assert_non_null(body);
    snprintf(body, size, "<%sResponse xmlns=\"http://tempuri.org/\"><%sResult>"
        "%s</%sResult></%sResponse>", operation, operation, content, operation,
        operation);
    line_body(l, body);
    free(body);
}

const char *
line_request(void)
{
    const char *body = strstr(fake_transport.request, "\r\n\r\n");

    assert_non_null(body);
    return body + 4;
}
