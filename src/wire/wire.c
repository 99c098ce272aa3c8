/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * gSOAP makes and reads the XML; everything below it is ours and hangs on its
 * public callbacks: fconnect and fpost open the connection and write the head
 * of the request, fsend and frecv move the bytes; tags.c has those for the
 * elements.  gSOAP reads what frecv gives it as plain XML, so that no line of
 * HTTP is understood in two places. */
#include "wire/wire.h"

#include <inttypes.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wire/call.h"
#include "wire/tags.h"

/* An answer without payload has this many bytes at most. */
#define ANSWER_BYTES 65536
#define ANSWER_TAGS 64
/* One with a list: a folder of a million documents. */
#define LIST_BYTES 134217728
#define LIST_TAGS 1048576
/* So long a cancel waits for the answer of a call of which the server keeps
 * something: a handler that is known can be deleted, and a session ended. */
#define LINGER_MS 600
/* A server of this machine whose calls take less is near. */
#define NEAR_US 1000
/* From here on a request is worth packing.  Shorter ones hold names, passwords
 * and tickets. */
#define PACK_BYTES 4096

static struct ir_wire *
wire_of(struct soap *soap)
{
    return soap->user;
}

/* ---- gSOAP's callbacks ------------------------------------------------- */

/* The engine goes on after some allocations that failed, with a message that
 * lacks what did not fit.  Such a message is not sent and not read. */
static int
refuse_starved(struct soap *soap)
{
    struct ir_wire *w = wire_of(soap);

    if (soap->local_namespaces != NULL && soap->error != SOAP_EOM)
        return SOAP_OK;
    ir_error_set(w->error, IR_E_MEMORY, "out of memory");
    return SOAP_EOM;
}

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
    w->http.is_packed_request = w->packs && length >= PACK_BYTES;
    w->pack.left = 0;
    if (ir_http_format_head(&w->http, action, soap->version == 2, length, head,
            sizeof head) != 0) {
        ir_error_set(w->error, IR_E_ARGUMENT, "URL too long for a request");
        return SOAP_EOF;
    }
    if (!w->http.is_packed_request)
        return soap_send_raw(soap, head, strlen(head));
    if (ir_pack_begin(&w->pack, head, length) == IR_OK)
        return SOAP_OK;
    ir_error_set(w->error, IR_E_MEMORY, "out of memory");
    return SOAP_EOM;
}

/* Whoever will not have a request may say so and close before all of it has
 * come: the connection breaks, and its reply, which tells more, is there. */
static void
look_for_refusal(struct ir_wire *w)
{
    struct ir_error broken = *w->error;
    char data[256];
    size_t n;

    if (broken.status != IR_E_NETWORK)
        return;
    ir_error_clear(w->error);
    ir_http_receive(&w->http, data, sizeof data, &n);
    if (w->error->status != IR_OK && w->error->http_status >= 400
        && w->error->http_status != 408)
        return;
    *w->error = broken; /* what came is no answer to this request */
    w->http.reply_begun = 0;
}

static int64_t
now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int
on_send(struct soap *soap, const char *data, size_t n)
{
    struct ir_wire *w = wire_of(soap);
    enum ir_status st;

    if (n == 0)
        return SOAP_OK;
    if (refuse_starved(soap))
        return SOAP_EOM;
    if (!w->sent && w->leaves)
        ir_transport_linger(w->transport, LINGER_MS);
    if (!w->sent)
        w->sent_us = now_us();
    w->sent = 1;
    st = w->pack.left > 0 ? ir_pack_send(&w->pack, w->transport, data, n)
                          : ir_transport_send(w->transport, data, n);
    if (st == IR_OK)
        return SOAP_OK;
    look_for_refusal(w);
    return SOAP_EOF;
}

static size_t
on_receive(struct soap *soap, char *data, size_t size)
{
    struct ir_wire *w = wire_of(soap);
    size_t n;

    n = ir_payload_take_rest(&w->io, data, size);
    if (n > 0)
        return n;
    if (refuse_starved(soap))
        return 0;
    return ir_http_receive(&w->http, data, size, &n) == IR_OK ? n : 0;
}

static int
on_close(struct soap *soap)
{
    soap->keep_alive = 0;
    return SOAP_OK;
}

/* ---- One call ---------------------------------------------------------- */

void
ir_call_begin(struct ir_wire *w, const char *operation,
    enum ir_call_kind kind, const struct ir_payload_sink *sink)
{
    uint64_t payload_bytes = sink == NULL ? 0 : sink->limit_bytes;
    int is_list = (kind & IR_CALL_LIST) != 0;

    ir_error_clear(w->error);
    soap_destroy(w->soap);
    soap_end(w->soap);
    w->operation = operation;
    w->repeatable = (kind & IR_CALL_REPEATABLE) != 0;
    w->leaves = !w->repeatable || (kind & IR_CALL_SESSION) != 0;
    w->has_answer = (kind & IR_CALL_VALUE) == 0;
    w->repeated = 0;
    w->sent = 0;
    w->reused = 0;
    w->n_results = 0;
    w->n_answers = 0;
    w->open_parameter = NULL;
    memset(&w->io.sink, 0, sizeof w->io.sink);
    if (sink != NULL)
        w->io.sink = *sink;
    ir_payload_begin(&w->io);
    ir_tags_spell(w);
    /* Room for line breaks in the base64: a tenth more. */
    ir_http_begin(&w->http,
        (is_list ? LIST_BYTES : ANSWER_BYTES) + payload_bytes / 30 * 44
            + payload_bytes % 30 * 2,
        is_list ? LIST_TAGS : ANSWER_TAGS);
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

/* The server took no request as gzip: it has not looked into it. */
static int
is_pack_refused(const struct ir_wire *w)
{
    return w->http.is_packed_request && w->error->http_status == 415;
}

static void
note_time(struct ir_wire *w)
{
    int64_t us = now_us() - w->sent_us;

    if (w->error->status == IR_OK
        && (w->shortest_call_us == 0 || us < w->shortest_call_us))
        w->shortest_call_us = us < 1 ? 1 : us;
}

/* gSOAP's place in its buffer may be outside of what that holds: it takes a
 * step back from the end of the stream too. */
int
ir_call_again(struct ir_wire *w, int rc)
{
    size_t n = w->soap->buflen;
    size_t begin = w->soap->bufidx < n ? w->soap->bufidx : n;
    int again;

    ir_transport_linger(w->transport, 0);
    settle(w, rc);
    if (w->io.text_begin < w->io.text_end)
        w->http.keep = 0;
    ir_http_end(&w->http, w->soap->buf + begin, n - begin);
    note_time(w);
    again = w->error->status == IR_E_NETWORK && w->repeatable && w->reused
        && !w->repeated && !w->http.reply_begun;
    if (again)
        w->repeated = 1;
    if (is_pack_refused(w)) {
        w->packs = 0;
        w->sent = 0;
        again = 1;
    }
    if (again) {
        ir_error_clear(w->error);
        ir_http_begin(&w->http, w->http.max_body_bytes,
            w->http.guard.max_tags);
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
    w->version = version;
    choose_version(w, version);
    soap->maxlevel = IR_CALL_MAX_LEVEL;
    soap->maxoccurs = LIST_TAGS;
    soap->recv_maxlength = 0;
    soap->user = &w->io;
    soap->fconnect = on_connect;
    soap->fpreparefinalsend = refuse_starved; /* counted, not yet sent */
    soap->fpost = on_post;
    soap->fsend = on_send;
    soap->frecv = on_receive;
    soap->fclose = on_close;
    ir_tags_attach(w);
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
        .limit_bytes_per_s = opts->limit_bytes_per_s,
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
    w->http.absolute_uri = proxied && !w->url.tls;
    return ir_transport_new(&config, w->error, &w->transport);
}

/* With its struct soap, and nothing else.  What payloads need for their bytes is
 * left as it is: it costs memory when it is used. */
static struct ir_wire *
make(struct ir_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct ir_wire *w = malloc(sizeof *w);

    pthread_once(&once, soap_ssl_init);
    if (w != NULL) {
        memset(w, 0, offsetof(struct ir_payload_io, text));
        memset((char *)w + sizeof w->io, 0, sizeof *w - sizeof w->io);
        w->soap = soap_new();
    }
    if (w == NULL || w->soap == NULL) {
        free(w);
        ir_error_set(error, IR_E_MEMORY, "out of memory");
        return NULL;
    }
    w->error = error;
    return w;
}

/* The transport is open: HTTP goes over it. */
static void
join(struct ir_wire *w)
{
    w->http.transport = w->transport;
    w->http.error = w->error;
    w->http.url = &w->url;
}

enum ir_status
ir_wire_new(const char *url, const struct ir_options *opts,
    struct ir_error *error, struct ir_wire **wire)
{
    struct ir_wire *w = make(error);

    *wire = NULL;
    if (w == NULL)
        return error->status;
    w->spelling = IR_SPELLING_DOCUMENTED;
    w->call_timeout_ms = opts->call_timeout_ms;
    w->packs = opts->compressed;
    w->http.takes_gzip = opts->compressed;
    set_up_soap(w, opts->soap);
    if (open_line(w, url, opts) != IR_OK) {
        ir_wire_free(w);
        return error->status;
    }
    join(w);
    *wire = w;
    return IR_OK;
}

enum ir_status
ir_wire_twin(const struct ir_wire *w, struct ir_error *error,
    struct ir_wire **twin)
{
    struct ir_wire *new = make(error);

    *twin = NULL;
    if (new == NULL)
        return error->status;
    new->url = w->url;
    new->proxy = w->proxy;
    new->spelling = w->spelling;
    new->call_timeout_ms = w->call_timeout_ms;
    new->http.absolute_uri = w->http.absolute_uri;
    new->http.takes_gzip = w->http.takes_gzip;
    new->packs = w->packs;
    set_up_soap(new, w->version);
    if (ir_transport_twin(w->transport, error, &new->transport) != IR_OK) {
        ir_wire_free(new);
        return error->status;
    }
    join(new);
    *twin = new;
    return IR_OK;
}

void
ir_wire_free(struct ir_wire *w)
{
    if (w == NULL)
        return;
    ir_transport_free(w->transport);
    ir_http_clear(&w->http);
    ir_pack_clear(&w->pack);
    ir_transport_wipe(w->soap->buf, sizeof w->soap->buf);
    ir_transport_wipe(w->io.text, sizeof w->soap->buf); /* what begins it */
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

enum ir_spelling
ir_wire_spelling(const struct ir_wire *w)
{
    return w->spelling;
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

int
ir_wire_is_near(const struct ir_wire *w)
{
    return w->url.is_loopback && w->shortest_call_us > 0
        && w->shortest_call_us < NEAR_US;
}

int
ir_wire_request_sent(const struct ir_wire *w)
{
    return w->sent;
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
