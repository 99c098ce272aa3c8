/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * gSOAP between HTTP's body and the operations: it parses and writes XML, and
 * nothing else.  What reaches its parser has passed a guard that lets only
 * short tags through, few of them, and no declarations. */
#include "soap.h"

#include "call.h"
#include "markup.h"
#include "operations.h"
#include "perform.h"
#include "route.h"
#include "service.h"

#include <string.h>

enum {
    MAX_LEVEL = 32,
    MAX_TAG = 8192,
    MAX_TAGS = 512,
    MAX_TEXT = 1024 * 1024,
    MAX_FAULT_TEXT = 400,
    MAX_REST = 16 * 1024 * 1024 /* of a message, beside bytes */
};

/* The characters before the first tag: blanks or a byte order mark. */
static bool
is_prologue(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strchr(" \t\r\n\xEF\xBB\xBF", p[i]) == NULL || p[i] == '\0')
            return false;
    }
    return true;
}

/* Look at one character inside a tag; "<!" may only begin a comment or CDATA,
 * so there is no DOCTYPE and there are no entities. */
static bool
admit_in_tag(struct ir_call *call, char c)
{
    size_t position = call->guard.tag_length++;

    if (c == '>')
        call->guard.tag_length = 0;
    else if (position == 1)
        call->guard.is_declaration = c == '!';
    else if (position == 2 && call->guard.is_declaration)
        return c == '-' || c == '[';
    return position < MAX_TAG;
}

static bool
admit(struct ir_call *call, const char *p, size_t n)
{
    const char *end = p + n;

    while (p < end) {
        const char *tag;

        if (call->guard.tag_length > 0) {
            if (!admit_in_tag(call, *p++))
                return false;
            continue;
        }
        tag = memchr(p, '<', (size_t)(end - p));
        if (!call->guard.is_begun
            && !is_prologue(p, (size_t)((tag == NULL ? end : tag) - p)))
            return false;
        if (tag == NULL)
            return true;
        call->guard.is_begun = true;
        call->guard.is_declaration = false;
        call->guard.tag_length = 1;
        if (++call->guard.n_tags > MAX_TAGS)
            return false;
        p = tag + 1;
    }
    return true;
}

static size_t
receive(struct soap *soap, char *buf, size_t n)
{
    struct ir_call *call = soap->user;
    size_t rest = ir_payload_take_rest(&call->io, buf, n);
    ssize_t got;

    if (rest > 0)
        return rest;
    got = ir_http_read_body(call->http, buf, n);
    if (got < 0)
        call->is_cut = true;
    if (got <= 0 || !admit(call, buf, (size_t)got))
        return 0;
    call->guard.n_bytes += (uint64_t)got;
    if (call->guard.n_bytes > ir_soap_max_message(call->emulator->settings)) {
        call->io.fault = IR_PAYLOAD_LARGE;
        return 0;
    }
    return (size_t)got;
}

static int
transmit(struct soap *soap, const char *data, size_t n)
{
    struct ir_call *call = soap->user;

    return ir_http_send(call->http, data, n) ? SOAP_OK : SOAP_EOF;
}

/* gSOAP has counted the message and is about to write it. */
static int
write_head(struct soap *soap, int status, ULONG64 count)
{
    struct ir_call *call = soap->user;
    char head[IR_HTTP_ANSWER_HEAD_SIZE];
    size_t n;

    if (status != SOAP_OK)
        call->head.status = 500;
    n = ir_http_format_head(call->http, &call->head, count, head);
    call->is_started = true;
    return soap_send_raw(soap, head, n);
}

void
ir_soap_start(void)
{
    soap_ssl_init();
}

uint64_t
ir_soap_max_message(const struct ir_settings *s)
{
    uint64_t bytes = s->max_document_bytes;

    if (bytes == 0)
        return UINT64_MAX;
    if (bytes < IR_LARGEST_CHUNK)
        bytes = IR_LARGEST_CHUNK;
    return bytes / 3 * 4 + MAX_REST;
}

bool
ir_soap_attach(struct ir_call *call)
{
    struct soap *soap = soap_new2(SOAP_ENC_PLAIN | SOAP_XML_TREE
            | SOAP_C_UTFSTRING,
        SOAP_IO_BUFFER | SOAP_XML_TREE | SOAP_XML_NOTYPE | SOAP_C_UTFSTRING);

    if (soap == NULL)
        return false;
    soap->user = call;
    soap->maxlevel = MAX_LEVEL;
    soap->maxlength = MAX_TEXT;
    soap->recv_maxlength = 0; /* see receive() */
    soap->frecv = receive;
    soap->fsend = transmit;
    soap->fresponse = write_head;
    soap->fclose = NULL;
    soap->fpoll = NULL;
    call->soap = soap;
    return true;
}

void
ir_soap_detach(struct ir_call *call)
{
    if (call->soap == NULL)
        return;
    soap_destroy(call->soap);
    soap_end(call->soap);
    soap_free(call->soap);
}

void
ir_soap_begin(struct ir_call *call)
{
    memset(&call->guard, 0, sizeof call->guard);
    call->operation = NULL;
    call->request = NULL;
    call->refusal = IR_GRANTED;
    call->detail = NULL;
    call->is_cut = false;
    call->is_started = false;
    call->head = (struct ir_http_answer){
        .status = 200,
        .type = "text/xml; charset=utf-8",
    };
    ir_payload_begin(&call->io);
    call->io.sink.limit_bytes = ir_soap_max_message(call->emulator->settings);
    ir_incoming_begin(call);
    soap_begin(call->soap);
    ir_markup_message(call->soap);
    call->soap->version = 0;
}

void
ir_soap_end(struct ir_call *call)
{
    ir_call_end(call);
    soap_destroy(call->soap);
    soap_end(call->soap);
}

static const char *
payload_fault(enum ir_payload_fault fault)
{
    switch (fault) {
    case IR_PAYLOAD_BASE64:
        return "Server was unable to read request. ---> invalid base64";
    case IR_PAYLOAD_LARGE:
        return "Server was unable to read request. ---> too many bytes";
    case IR_PAYLOAD_OK:
    case IR_PAYLOAD_SINK:
    case IR_PAYLOAD_SOURCE:
        break;
    }
    return NULL;
}

/* Code and text of the fault; the code gets the prefix that markup.c gives the
 * envelope. */
static void
describe_fault(struct ir_call *call)
{
    static const char theirs[] = "SOAP-ENV:";
    struct soap *soap = call->soap;
    const char *text = payload_fault(call->io.fault);
    const char **code;
    const char **string;

    if (text == NULL && soap->error == SOAP_EOF)
        text = "Server was unable to read request. ---> The message is not "
               "XML, or not of a kind that is accepted.";
    if (text != NULL)
        soap->error = soap_sender_fault(soap, text, NULL);
    soap_set_fault(soap);
    code = soap_faultcode(soap);
    if (code != NULL && *code != NULL
        && strncmp(*code, theirs, sizeof theirs - 1) == 0)
        *code = ir_call_text(call, "soap:%s", *code + sizeof theirs - 1);
    string = soap_faultstring(soap);
    if (string != NULL && *string != NULL) /* may quote from the message */
        *string = ir_call_echo(call, *string, MAX_FAULT_TEXT);
}

/* Answer with the fault of soap->error, if an answer can still be given. */
static void
send_fault(struct ir_call *call)
{
    struct soap *soap = call->soap;

    if (call->http->packed.refused != 0 && !call->is_started) {
        ir_route_refuse(call, call->http->packed.refused);
        return;
    }
    if (call->is_cut || call->is_started) {
        call->http->close_after = true;
        return;
    }
    soap->version = call->binding == IR_SOAP12 ? 2 : 1;
    ir_markup_message(soap);
    ir_report_add(call->emulator->report, IR_COUNT_FAULTS, 1);
    describe_fault(call);
    soap_send_fault(soap);
}

/* Read the operation's element and the end of the message. */
static int
read_request(struct ir_call *call)
{
    struct soap *soap = call->soap;
    const struct ir_operation *o;

    if (soap_peek_element(soap))
        return soap->error;
    o = call->operation;
    if (o == NULL)
        return soap->error = SOAP_NO_METHOD;
    call->request = soap_malloc(soap, o->request_size);
    if (call->request == NULL)
        return soap->error = SOAP_EOM;
    memset(call->request, 0, o->request_size);
    return o->read(soap, call->request) || soap_body_end_in(soap)
        || soap_envelope_end_in(soap) || soap_end_recv(soap)
        || (!ir_packed_finish(call->http) && (soap->error = SOAP_EOF) != 0);
}

static int
put_message(struct soap *soap, const struct ir_operation *o,
    const void *response)
{
    return soap_envelope_begin_out(soap) || soap_putheader(soap)
        || soap_body_begin_out(soap) || o->put(soap, response)
        || soap_body_end_out(soap) || soap_envelope_end_out(soap);
}

/* Do what the request says, and answer: once to count, once for real. */
static int
answer_request(struct ir_call *call)
{
    struct soap *soap = call->soap;
    const struct ir_operation *o = call->operation;
    void *answer;
    void *response = NULL; /* every response structure is one pointer */

    if (!ir_perform_all_fit(call, call->request))
        return soap_sender_fault(soap,
            "Server was unable to read request. ---> "
            "value too large for an Int32",
            NULL);
    answer = ir_perform(call, call->request);
    if (answer == NULL)
        return soap->error = SOAP_EOM;
    if (ir_faults_reply(call))
        return SOAP_OK;
    soap->encodingStyle = NULL; /* literal, not encoded */
    return o->answer->wrap(soap, ir_perform_root(call), answer, &response)
        || soap_begin_count(soap) || put_message(soap, o, &response)
        || soap_end_count(soap) || soap_response(soap, SOAP_OK)
        || put_message(soap, o, &response) || soap_end_send(soap);
}

void
ir_soap_serve(struct ir_call *call)
{
    struct soap *soap = call->soap;
    int failed;

    ir_soap_begin(call);
    if (call->binding == IR_SOAP12)
        call->head.type = "application/soap+xml; charset=utf-8";
    failed = soap_begin_recv(soap) || soap_envelope_begin_in(soap)
        || (soap->version == 0 && (soap->error = SOAP_VERSIONMISMATCH) != 0)
        || soap_recv_header(soap) || soap_body_begin_in(soap)
        || read_request(call) || answer_request(call);
    if (failed)
        send_fault(call);
    ir_soap_end(call);
}
