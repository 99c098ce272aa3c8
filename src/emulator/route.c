/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Which part of the service a request is for.
 *
 * A server on loopback can be reached by every web page that the user opens, so
 * requests that a page made are refused: they carry an Origin that is not ours,
 * or a Host that only points here. */
#include "route.h"

#include "call.h"
#include "form.h"
#include "help.h"
#include "soap.h"
#include "wsdl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    ADDRESS_SIZE = 512
};

static void
respond(struct ir_call *call, int status, const char *text)
{
    struct ir_http_answer head = {
        .status = status,
        .type = "text/plain; charset=utf-8",
    };

    ir_http_respond(call->http, &head, text, strlen(text));
}

static void
respond_not_allowed(struct ir_call *call, const char *allow)
{
    struct ir_http_answer head = { .status = 405, .extra = allow };

    ir_http_respond(call->http, &head, "", 0);
}

void
ir_route_refuse(struct ir_call *call, int status)
{
    call->http->close_after = true;
    respond(call, status, "The request was not accepted.\n");
}

/* The length of the name or address in a Host header, without the port; 0 if
 * the header is malformed. */
static size_t
host_length(const char *host)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    size_t n = strspn(host, letters);

    if (host[0] == '[') {
        n = strspn(host + 1, "0123456789abcdefABCDEF:.") + 1;
        if (host[n++] != ']')
            return 0;
    }
    if (host[n] == '\0')
        return n;
    if (host[n] != ':' || strlen(host + n) > 6)
        return 0;
    return host[n + 1 + strspn(host + n + 1, "0123456789")] == '\0' ? n : 0;
}

static bool
is_our_host(const struct ir_settings *s, const char *host)
{
    size_t n = host_length(host);

    if (n == 0)
        return false;
    if (s->remote_allowed)
        return true;
    if (n > 2 && host[0] == '[') {
        host++;
        n -= 2;
    }
    return (n == strlen("localhost") && strncasecmp(host, "localhost", n) == 0)
        || (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") >= n)
        || (n == 3 && strncmp(host, "::1", 3) == 0)
        || (n == strlen(s->host) && strncasecmp(host, s->host, n) == 0);
}

static bool
is_our_origin(const char *scheme, const char *host, const char *origin)
{
    size_t n = strlen(scheme);

    return strncmp(origin, scheme, n) == 0 && strncmp(origin + n, "://", 3) == 0
        && strcasecmp(origin + n + 3, host) == 0;
}

static const char *
scheme_of(const struct ir_call *call)
{
    return call->emulator->settings->tls_cert == NULL ? "http" : "https";
}

/* The address by which this client reaches the service. */
static void
write_address(const struct ir_call *call, char out[ADDRESS_SIZE])
{
    const struct ir_settings *s = call->emulator->settings;
    const char *host = call->http->request.host;

    if (host != NULL)
        snprintf(out, ADDRESS_SIZE, "%s://%.256s%s/srv.asmx", scheme_of(call),
            host, s->vdir);
    else
        snprintf(out, ADDRESS_SIZE, "%s://%s:%s%s/srv.asmx", scheme_of(call),
            s->host, s->port, s->vdir);
}

/* Takes the page over. */
static void
send_page(struct ir_call *call, const char *type, char *page)
{
    struct ir_http_answer head = { .status = 200, .type = type };

    if (page == NULL)
        respond(call, 404, "There is no such page.\n");
    else
        ir_http_respond(call->http, &head, page, strlen(page));
    free(page);
}

/* GET srv.asmx: the description, the help page, the page of an operation. */
static void
serve_page(struct ir_call *call)
{
    const char *query = call->http->request.query;
    const struct ir_emulator *e = call->emulator;
    char address[ADDRESS_SIZE];
    char operation[64];

    write_address(call, address);
    if (query == NULL || query[0] == '\0') {
        send_page(call, "text/html; charset=utf-8",
            ir_help_page(e->settings, address, NULL));
    } else if (strcasecmp(query, "WSDL") == 0) {
        send_page(call, "text/xml; charset=utf-8",
            ir_wsdl_text(e->wsdl, address));
    } else if (strncasecmp(query, "op=", 3) == 0) {
        snprintf(operation, sizeof operation, "%s", query + 3);
        send_page(call, "text/html; charset=utf-8",
            ir_help_page(e->settings, address, operation));
    } else {
        send_page(call, NULL, NULL);
    }
}

static bool
has_type(const char *content_type, const char *type)
{
    size_t n = strlen(type);

    return content_type != NULL && strncasecmp(content_type, type, n) == 0
        && strchr("; \t", content_type[n]) != NULL;
}

/* Whether a fault has taken the request's place before it was read. */
static bool
is_lost(struct ir_call *call, const char *rest)
{
    return call->emulator->faults != NULL && ir_faults_on_head(call, rest);
}

/* POST srv.asmx */
static void
serve_soap(struct ir_call *call)
{
    const struct ir_http_request *r = &call->http->request;

    if (has_type(r->content_type, "text/xml")) {
        call->binding = IR_SOAP11;
    } else if (has_type(r->content_type, "application/soap+xml")) {
        call->binding = IR_SOAP12;
    } else {
        respond(call, 415, "SOAP is text/xml or application/soap+xml.\n");
        return;
    }
    if (r->content_encoding != NULL
        && strcasecmp(r->content_encoding, "identity") != 0)
        ir_packed_take(call->http,
            ir_soap_max_message(call->emulator->settings));
    if (r->length > ir_soap_max_message(call->emulator->settings))
        ir_route_refuse(call, 413);
    else if (!is_lost(call, ""))
        ir_soap_serve(call);
}

/* What follows the service's path: "" or "/Operation"; NULL if the path is
 * another.  Servers of this kind do not mind the case. */
static const char *
below_service(const struct ir_settings *s, const char *path)
{
    static const char page[] = "/srv.asmx";
    size_t n = strlen(s->vdir);

    if (strncasecmp(path, s->vdir, n) != 0
        || strncasecmp(path + n, page, sizeof page - 1) != 0)
        return NULL;
    path += n + sizeof page - 1;
    return path[0] == '\0' || path[0] == '/' ? path : NULL;
}

static void
serve_service(struct ir_call *call, const char *rest)
{
    const char *method = call->http->request.method;
    bool is_post = strcmp(method, "POST") == 0;
    bool is_get = strcmp(method, "GET") == 0;
    bool is_head = strcmp(method, "HEAD") == 0;

    if (rest[0] == '\0' || rest[1] == '\0') {
        if (is_post)
            serve_soap(call);
        else if (is_get || is_head)
            serve_page(call);
        else
            respond_not_allowed(call, "Allow: GET, HEAD, POST\r\n");
        return;
    }
    if (!is_get && !is_post) {
        respond_not_allowed(call, "Allow: GET, POST\r\n");
        return;
    }
    call->binding = is_post ? IR_POST : IR_GET;
    if (!is_lost(call, rest))
        ir_form_serve(call, rest + 1);
}

/* SOAP may come as gzip, forms may not. */
static bool
may_be_encoded(const struct ir_call *call, const char *rest)
{
    const struct ir_http_request *r = &call->http->request;

    if (strcasecmp(r->content_encoding, "identity") == 0)
        return true;
    return !call->emulator->settings->no_compression
        && strcasecmp(r->content_encoding, "gzip") == 0
        && strcmp(r->method, "POST") == 0 && rest != NULL
        && (rest[0] == '\0' || rest[1] == '\0');
}

void
ir_route(struct ir_call *call)
{
    const struct ir_http_request *r = &call->http->request;
    const struct ir_settings *s = call->emulator->settings;
    const char *rest = below_service(s, r->path);

    call->operation = NULL;
    call->refusal = IR_GRANTED;
    if (r->host != NULL && !is_our_host(s, r->host))
        ir_route_refuse(call, 421);
    else if (r->origin != NULL
        && (r->host == NULL
            || !is_our_origin(scheme_of(call), r->host, r->origin)))
        ir_route_refuse(call, 403);
    else if (r->content_encoding != NULL && !may_be_encoded(call, rest))
        ir_route_refuse(call, 415);
    else if (rest == NULL)
        respond(call, 404, "The service is at srv.asmx.\n");
    else
        serve_service(call, rest);
}
