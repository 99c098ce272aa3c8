/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * gSOAP makes and reads the XML; everything below it is ours and hangs on its
 * public callbacks: fconnect and fpost open the connection and write the head
 * of the request, fsend and frecv move the bytes, feltbegin and feltbegout see
 * the names.  gSOAP reads what frecv gives it as plain XML, so that no line of
 * HTTP is understood in two places. */
#include "wire/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/crc32.h"
#include "wire/call.h"
#include "wire/names.h"

/* An answer without payload has this many bytes at most. */
#define ANSWER_BYTES 65536
#define ANSWER_TAGS 64
/* What gSOAP's reader returns for markup, beside EOF. */
#define MARKUP_TAG (-2)
#define MARKUP_END_TAG (-3)
/* Elements around the result: envelope, body and response. */
#define RESULT_LEVEL 3
static struct ir_wire *
wire_of(struct soap *soap)
{
    return soap->user;
}

/* ---- gSOAP's callbacks ------------------------------------------------- */

static int
on_connect(struct soap *soap, const char *endpoint, const char *host, int port)
{
    struct ir_wire *w = wire_of(soap);

    (void)endpoint;
    (void)host;
    (void)port;
    return ir_transport_connect(w->transport, &w->reused) == IR_OK
        ? SOAP_OK : SOAP_TCP_ERROR;
}

static int
on_post(struct soap *soap, const char *endpoint, const char *host, int port,
    const char *path, const char *action, ULONG64 length)
{
    struct ir_wire *w = wire_of(soap);
    char head[4096];

    (void)endpoint;
    (void)host;
    (void)port;
    (void)path;
    if (ir_http_format_head(&w->http, action, soap->version == 2, length, head,
            sizeof head) != 0) {
        ir_error_set(w->error, IR_E_ARGUMENT, "URL too long for a request");
        return SOAP_EOF;
    }
    return soap_send_raw(soap, head, strlen(head));
}

static int
on_send(struct soap *soap, const char *data, size_t n)
{
    struct ir_wire *w = wire_of(soap);

    if (n == 0)
        return SOAP_OK;
    return ir_transport_send(w->transport, data, n) == IR_OK
        ? SOAP_OK : SOAP_EOF;
}

static size_t
on_receive(struct soap *soap, char *data, size_t size)
{
    struct ir_wire *w = wire_of(soap);
    size_t n;

    return ir_http_receive(&w->http, data, size, &n) == IR_OK ? n : 0;
}

static int
on_close(struct soap *soap)
{
    soap->keep_alive = 0;
    return SOAP_OK;
}

static uint32_t
digest(const char *tag)
{
    return ir_crc32(0, tag, strlen(tag));
}

/* Control characters pass: texts that are shown are made printable. */
static int
is_utf8_text(const char *text)
{
    for (text += ir_call_text_length(text); *text != '\0';
         text += ir_call_text_length(text)) {
        if ((unsigned char)*text >= 0x20)
            return 0;
        text++;
    }
    return 1;
}

/* Is the message declared as UTF-8, and are the attributes just read? */
static int
is_utf8(const struct soap *soap)
{
    if (soap->mode & SOAP_ENC_LATIN)
        return 0;
    for (struct soap_attribute *a = soap->attributes; a != NULL; a = a->next)
        if (a->visible && a->value != NULL && !is_utf8_text(a->value))
            return 0;
    return 1;
}

/* The result may hold text around the answer; the stubs expect an element. */
static void
skip_text(struct soap *soap)
{
    soap_wchar c;

    if (!soap->body)
        return;
    do
        c = soap_get(soap);
    while ((int)c != EOF && (int)c != MARKUP_TAG && (int)c != MARKUP_END_TAG);
    soap_unget(soap, c);
}

static int
on_element(struct soap *soap, const char *tag)
{
    struct ir_wire *w = wire_of(soap);
    int is_answer;

    if (!is_utf8(soap))
        return SOAP_UTF_ERROR;
    if (soap->level < IR_CALL_MAX_LEVEL)
        w->open_tags[soap->level] = digest(tag);
    if (soap->level == RESULT_LEVEL && ir_names_is_result(tag)) {
        w->n_results++;
        skip_text(soap);
    }
    ir_names_read(soap, &is_answer);
    w->n_answers += is_answer;
    return SOAP_OK;
}

/* gSOAP compares end tags in its strict mode only, which refuses what a newer
 * server may add. */
static int
on_element_end(struct soap *soap, const char *tag, const char *expected)
{
    (void)expected;
    if (soap->level == 0 || soap->level > IR_CALL_MAX_LEVEL
        || wire_of(soap)->open_tags[soap->level - 1] != digest(tag))
        return SOAP_SYNTAX_ERROR;
    return SOAP_OK;
}

/* Is it an element of the envelope, or the one of the operation? */
static int
holds_elements(const struct ir_wire *w, const char *tag)
{
    const char *colon = strchr(tag, ':');

    return strncmp(tag, "SOAP-ENV:", 9) == 0
        || (colon != NULL && strcmp(colon + 1, w->operation) == 0);
}

/* gSOAP announces the end of a parameter only where it has content. */
static int
close_parameter(struct soap *soap)
{
    struct ir_wire *w = wire_of(soap);
    const char *tag = w->open_parameter;

    w->open_parameter = NULL;
    return tag == NULL ? SOAP_OK
                       : soap_element_end(soap, ir_names_classic(tag));
}

static int
on_classic_begin(struct soap *soap, const char *tag, int id, const char *type)
{
    struct ir_wire *w = wire_of(soap);

    if (close_parameter(soap)
        || soap_element(soap, ir_names_classic(tag), id, type))
        return soap->error;
    if (!holds_elements(w, tag))
        w->open_parameter = tag;
    return soap_element_start_end_out(soap, NULL);
}

static int
on_classic_end(struct soap *soap, const char *tag)
{
    struct ir_wire *w = wire_of(soap);
    int is_parameter = !holds_elements(w, tag);

    if (close_parameter(soap) || is_parameter)
        return soap->error;
    return soap_element_end(soap, tag);
}

/* ---- One call ---------------------------------------------------------- */

void
ir_call_begin(struct ir_wire *w, const char *operation,
    enum ir_call_kind kind, const struct ir_payload_sink *sink)
{
    int classic = w->spelling == IR_SPELLING_CLASSIC;
    uint64_t payload_bytes = sink == NULL ? 0 : sink->limit_bytes;

    ir_error_clear(w->error);
    soap_destroy(w->soap);
    soap_end(w->soap);
    w->operation = operation;
    w->repeatable = kind == IR_CALL_REPEATABLE;
    w->repeated = 0;
    w->reused = 0;
    w->n_results = 0;
    w->n_answers = 0;
    w->open_parameter = NULL;
    memset(&w->io.sink, 0, sizeof w->io.sink);
    if (sink != NULL)
        w->io.sink = *sink;
    w->io.fault = IR_PAYLOAD_OK;
    w->soap->feltbegout = classic ? on_classic_begin : NULL;
    w->soap->feltendout = classic ? on_classic_end : NULL;
    /* Room for line breaks in the base64: a tenth more. */
    ir_http_begin(&w->http,
        ANSWER_BYTES + payload_bytes / 30 * 44 + payload_bytes % 30 * 2,
        ANSWER_TAGS);
}

static void
settle_payload(struct ir_wire *w)
{
    switch (w->io.fault) {
    case IR_PAYLOAD_OK:
        break;
    case IR_PAYLOAD_BASE64:
        ir_error_set(w->error, IR_E_CORRUPT,
            "base64 malformed after %" PRIu64 " bytes", w->io.fault_offset);
        break;
    case IR_PAYLOAD_LARGE:
        ir_error_set(w->error, IR_E_CORRUPT,
            "more than the %" PRIu64 " bytes asked for",
            w->io.sink.limit_bytes);
        break;
    case IR_PAYLOAD_SINK:
    case IR_PAYLOAD_SOURCE:
        ir_error_set(w->error, IR_E_CANCELLED, "the caller ended the transfer");
        break;
    }
}

/* Does the fault's code, of any prefix, blame the server? */
static int
blames_server(const char *code)
{
    const char *colon = code == NULL ? NULL : strchr(code, ':');

    if (colon != NULL)
        code = colon + 1;
    return code != NULL
        && (strcmp(code, "Server") == 0 || strcmp(code, "Receiver") == 0);
}

static void
settle_fault(struct ir_wire *w)
{
    char *text = ir_call_out(*soap_faultstring(w->soap));

    ir_call_conceal(w, text);
    ir_error_set(w->error, IR_E_SERVER, "%s ended in a SOAP fault: %s",
        w->operation, text == NULL ? "no text" : text);
    w->error->retryable = blames_server(*soap_faultcode(w->soap));
}

static const char *
explain(int rc)
{
    switch (rc) {
    case SOAP_EOF:
        return "its XML ends too early";
    case SOAP_SYNTAX_ERROR:
    case SOAP_END_TAG:
        return "its XML is malformed";
    case SOAP_TYPE:
        return "a number is malformed";
    case SOAP_LEVEL:
        return "its elements are nested too deeply";
    case SOAP_OCCURS:
    case SOAP_LENGTH:
        return "a text or list is too long";
    case SOAP_VERSIONMISMATCH:
    case SOAP_NAMESPACE:
        return "it is no SOAP envelope";
    case SOAP_UTF_ERROR:
        return "it is not UTF-8";
    default:
        return "it is not what this operation answers";
    }
}

/* The first error wins: what our own layers recorded tells more than what
 * gSOAP made of it. */
static void
settle(struct ir_wire *w, int rc)
{
    if (w->error->status != IR_OK)
        return;
    settle_payload(w);
    if (rc == SOAP_OK && w->http.status != 200)
        ir_error_set(w->error, IR_E_PROTOCOL,
            "an answer came with HTTP status %d", w->http.status);
    else if (rc == SOAP_OK && (w->n_answers > 1 || w->n_results > 1))
        ir_error_set(w->error, IR_E_PROTOCOL,
            "the reply to %s has more than one answer", w->operation);
    else if (rc == SOAP_EOM)
        ir_error_set(w->error, IR_E_MEMORY, "out of memory");
    else if ((rc == SOAP_FAULT || rc == SOAP_CLI_FAULT || rc == SOAP_SVR_FAULT)
        && w->soap->fault != NULL)
        settle_fault(w);
    else if (rc != SOAP_OK)
        ir_error_set(w->error, IR_E_PROTOCOL,
            "the reply to %s cannot be read: %s", w->operation, explain(rc));
}

int
ir_call_again(struct ir_wire *w, int rc)
{
    int again;

    settle(w, rc);
    ir_http_end(&w->http, w->soap->buf + w->soap->bufidx,
        w->soap->bufidx < w->soap->buflen
            ? w->soap->buflen - w->soap->bufidx : 0);
    again = w->error->status == IR_E_NETWORK && w->repeatable && w->reused
        && !w->repeated && !w->http.reply_begun;
    if (again) {
        ir_error_clear(w->error);
        ir_http_begin(&w->http, w->http.max_body_bytes,
            w->http.guard.max_tags);
        w->repeated = 1;
        w->n_results = 0;
        w->n_answers = 0;
    }
    return again;
}

/* ---- The line ---------------------------------------------------------- */

/* The generated table begins with the names of SOAP 1.2 and accepts those of
 * 1.1; for 1.1 it is the other way round. */
static void
choose_version(struct ir_wire *w, enum ir_soap version)
{
    const size_t n = sizeof w->namespaces / sizeof w->namespaces[0];

    for (size_t i = 0; i < n && namespaces[i].id != NULL; i++)
        w->namespaces[i] = namespaces[i];
    for (int i = 0; version != IR_SOAP_12 && i < 2; i++) {
        w->namespaces[i].ns = namespaces[i].in;
        w->namespaces[i].in = namespaces[i].ns;
    }
    soap_set_namespaces(w->soap, w->namespaces);
}

static void
set_up_soap(struct ir_wire *w, enum ir_soap version)
{
    struct soap *soap = w->soap;

    soap_set_imode(soap, SOAP_ENC_PLAIN | SOAP_XML_TREE | SOAP_C_UTFSTRING);
    soap_set_omode(soap, SOAP_IO_BUFFER | SOAP_XML_DEFAULTNS
        | SOAP_C_UTFSTRING);
    choose_version(w, version);
    soap->maxlevel = IR_CALL_MAX_LEVEL;
    soap->recv_maxlength = 0;
    soap->user = &w->io;
    soap->fconnect = on_connect;
    soap->fpost = on_post;
    soap->fsend = on_send;
    soap->frecv = on_receive;
    soap->fclose = on_close;
    soap->feltbegin = on_element;
    soap->feltendin = on_element_end;
}

static int
or_default(int value, int fallback)
{
    return value == 0 ? fallback : value;
}

/* Which proxy, if any: 1, 0, or -1 with the error recorded. */
static int
choose_proxy(struct ir_wire *w, const struct ir_options *opts)
{
    if (opts->proxy == NULL)
        return ir_url_proxy_from_environment(&w->url, &w->proxy, w->error);
    if (*opts->proxy == '\0')
        return 0;
    return ir_url_parse_proxy(opts->proxy, &w->proxy, w->error) == IR_OK
        ? 1 : -1;
}

static enum ir_status
open_line(struct ir_wire *w, const char *url, const struct ir_options *opts)
{
    struct ir_transport_config config = {
        .url = &w->url,
        .ca_file = opts->ca_file,
        .ca_path = opts->ca_path,
        .cert_file = opts->cert_file,
        .key_file = opts->key_file,
        .connect_timeout_ms = or_default(opts->connect_timeout_ms, 10000),
        .idle_timeout_ms = or_default(opts->idle_timeout_ms, 60000),
    };
    int proxied;

    if (ir_url_parse(url, &w->url, w->error) != IR_OK)
        return w->error->status;
    if (!w->url.tls && !w->url.is_loopback && !opts->allow_http)
        return ir_error_set(w->error, IR_E_ARGUMENT,
            "plain http to %s would send secrets in the clear: use https, or "
            "allow http", w->url.host);
    proxied = choose_proxy(w, opts);
    if (proxied < 0)
        return w->error->status;
    if (proxied)
        config.proxy = &w->proxy;
    w->http.url = &w->url;
    w->http.absolute_uri = proxied && !w->url.tls;
    return ir_transport_new(&config, w->error, &w->transport);
}

enum ir_status
ir_wire_new(const char *url, const struct ir_options *opts,
    struct ir_error *error, struct ir_wire **wire)
{
    struct ir_wire *w = calloc(1, sizeof *w);

    *wire = NULL;
    if (w != NULL)
        w->soap = soap_new();
    if (w == NULL || w->soap == NULL) {
        free(w);
        return ir_error_set(error, IR_E_MEMORY, "out of memory");
    }
    w->error = error;
    w->spelling = IR_SPELLING_DOCUMENTED;
    w->call_timeout_ms = opts->call_timeout_ms;
    set_up_soap(w, opts->soap);
    if (open_line(w, url, opts) != IR_OK) {
        ir_wire_free(w);
        return error->status;
    }
    w->http.transport = w->transport;
    w->http.error = error;
    *wire = w;
    return IR_OK;
}

void
ir_wire_free(struct ir_wire *w)
{
    if (w == NULL)
        return;
    ir_transport_free(w->transport);
    ir_transport_wipe(w->soap->buf, sizeof w->soap->buf);
    soap_destroy(w->soap);
    soap_end(w->soap);
    soap_free(w->soap);
    free(w);
}

void
ir_wire_begin(struct ir_wire *w)
{
    ir_error_clear(w->error);
    ir_transport_begin(w->transport, w->call_timeout_ms);
}

enum ir_status
ir_wire_wait(struct ir_wire *w, int ms)
{
    return ir_transport_wait(w->transport, ms);
}

void
ir_wire_spell(struct ir_wire *w, enum ir_spelling spelling)
{
    w->spelling = spelling;
}

void
ir_wire_conceal(struct ir_wire *w, const char *ticket, const char *password)
{
    w->secrets[0] = ticket;
    w->secrets[1] = password;
}

int
ir_wire_retry_after_s(const struct ir_wire *w)
{
    return w->http.retry_after_s;
}

void
ir_wire_cancel(struct ir_wire *w)
{
    ir_transport_cancel(w->transport);
}

void
ir_wire_grace(struct ir_wire *w, int ms)
{
    ir_transport_grace(w->transport, ms);
}

void
ir_wire_wipe(void *data, size_t n)
{
    ir_transport_wipe(data, n);
}
