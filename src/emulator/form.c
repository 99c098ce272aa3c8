/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The HTTP GET and HTTP POST bindings: parameters as name=value, the answer
 * without an envelope.  The table of operations says where in the request
 * structure a value belongs. */
#include "form.h"

#include "call.h"
#include "formbody.h"
#include "markup.h"
#include "operations.h"
#include "perform.h"
#include "soap.h"
#include "soapH.h"
#include "urlencoded.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_ECHO = 64
};

/* Decimal digits with an optional sign. */
static bool
parse_number(const char *text, LONG64 *out)
{
    const char *digits = text[0] == '-' ? text + 1 : text;
    size_t n = strspn(digits, "0123456789");

    if (n == 0 || n > 18 || digits[n] != '\0')
        return false;
    *out = strtoll(text, NULL, 10);
    return true;
}

static bool
parse_flag(const char *text, enum xsd__boolean *out)
{
    bool is_true = strcasecmp(text, "true") == 0;

    *out = is_true ? xsd__boolean__true_ : xsd__boolean__false_;
    return is_true || strcasecmp(text, "false") == 0;
}

/* Put one value into the request structure; NULL, or what is wrong with it. */
static const char *
set_parameter(struct ir_call *call, const struct ir_parameter *p, char *value,
    void *in)
{
    void *field = (char *)in + p->offset;
    LONG64 number;

    switch (p->kind) {
    case IR_PARAMETER_TICKET:
    case IR_PARAMETER_TEXT:
    case IR_PARAMETER_OPTIONAL_TEXT:
        *(char **)field = value;
        return NULL;
    case IR_PARAMETER_INT:
    case IR_PARAMETER_OFFSET:
        if (!parse_number(value, &number))
            return "System.Int32";
        if (!ir_perform_fits(call, p, number))
            return "System.Int32.\r\nParameter name: type --> "
                   "value too large for an Int32";
        *(LONG64 *)field = number;
        return NULL;
    case IR_PARAMETER_SHORT:
        if (!parse_number(value, &number) || number < SHRT_MIN
            || number > SHRT_MAX)
            return "System.Int16";
        *(short *)field = (short)number;
        return NULL;
    case IR_PARAMETER_FLAG:
        return parse_flag(value, field) ? NULL : "System.Boolean";
    case IR_PARAMETER_BYTES: /* set where they are read */
        return NULL;
    }
    return NULL;
}

static void
respond_empty(struct ir_call *call, int status)
{
    ir_http_respond(call->http, &(struct ir_http_answer){ .status = status },
        "", 0);
}

/* A request that cannot become a call: classic servers say why. */
static void
reject(struct ir_call *call, int modern_status, const char *classic_text)
{
    static const struct ir_http_answer classic = {
        .status = 500,
        .type = "text/plain; charset=utf-8",
    };

    if (!ir_perform_is_classic(call) || classic_text == NULL)
        respond_empty(call, modern_status);
    else
        ir_http_respond(call->http, &classic, classic_text,
            strlen(classic_text));
}

/* Whether a modern server takes the value for none: bytes cannot be empty in a
 * form, nor can most texts. */
static bool
is_empty(const struct ir_parameter *p, const void *in)
{
    const void *field = (const char *)in + p->offset;
    const char *const *text = field;
    const struct ir_payload *const *bytes = field;

    switch (p->kind) {
    case IR_PARAMETER_TEXT:
        return *text == NULL || **text == '\0';
    case IR_PARAMETER_BYTES:
        return *bytes == NULL || (*bytes)->length == 0;
    default:
        return false;
    }
}

/* Whether a request lacks a parameter that it must have. */
static const struct ir_parameter *
find_missing(struct ir_call *call, const void *in, uint64_t seen)
{
    const struct ir_parameter *p = call->operation->parameters;

    for (unsigned i = 0; p[i].name != NULL; i++) {
        if (ir_perform_is_classic(call) ? (seen >> i & 1) == 0
                                        : is_empty(&p[i], in))
            return &p[i];
    }
    return NULL;
}

/* Put one name=value pair into the request structure, unless the name is
 * unknown or was there before.  False if the request was rejected. */
static bool
take_pair(struct ir_call *call, const char *name, char *value, void *in,
    uint64_t *seen)
{
    const struct ir_parameter *p = call->operation->parameters;
    const char *wrong;
    unsigned i = 0;

    while (p[i].name != NULL && strcasecmp(p[i].name, name) != 0)
        i++;
    if (p[i].name == NULL || (*seen >> i & 1) != 0)
        return true;
    *seen |= (uint64_t)1 << i;
    wrong = set_parameter(call, &p[i], value, in);
    if (wrong == NULL)
        return true;
    reject(call, 400,
        ir_call_text(call, "Cannot convert %s to %s.",
            ir_call_echo(call, value, MAX_ECHO), wrong));
    return false;
}

/* Put all pairs of a text into the request structure; false if the request was
 * rejected. */
static bool
take_pairs(struct ir_call *call, char *text, void *in, uint64_t *seen)
{
    char *name;
    char *value;
    int more = ir_urlencoded_next(&text, &name, &value);

    while (more > 0) {
        if (!take_pair(call, name, value, in, seen))
            return false;
        more = ir_urlencoded_next(&text, &name, &value);
    }
    if (more < 0)
        reject(call, 400, "Request format is invalid.");
    return more == 0;
}

static int
put_json_string(struct soap *soap, const struct ir_answer *a,
    const void *answer)
{
    /* A name that begins with a hyphen writes the content alone. */
    return soap_send_raw(soap, "\"", 1) || a->put(soap, answer, "-")
        || soap_send_raw(soap, "\"", 1);
}

/* Write the answer as the whole document. */
static int
put_document(struct ir_call *call, const void *answer)
{
    static const char *const names[] = { "", "response", "root", "Response" };
    const struct ir_operation *o = call->operation;
    const char *name = names[ir_perform_root(call)];

    if (o->answer == &ir_answer_Bytes && !ir_perform_is_classic(call))
        return put_json_string(call->soap, o->answer, answer);
    if (o->answer == &ir_answer_Bytes)
        name = "tns:base64Binary";
    return ir_markup_prolog(call->soap)
        || o->answer->put(call->soap, answer, name);
}

/* Bytes have no attributes for a refusal; a modern server uses the head. */
static void
prepare_bytes(struct ir_call *call)
{
    const struct ir_refusal_text *r = ir_refusal_text(call->refusal);

    if (ir_perform_is_classic(call))
        return;
    call->head.type = "application/json; charset=utf-8";
    if (call->refusal == IR_GRANTED)
        return;
    call->head.status = r->code / 10;
    call->head.extra = ir_call_text(call,
        "X-InfoRouter-ErrorCode: %d\r\nX-InfoRouter-Error: %s\r\n", r->code,
        r->text);
}

static bool
send_document(struct ir_call *call, const void *answer)
{
    struct soap *soap = call->soap;
    bool is_bytes = call->operation->answer == &ir_answer_Bytes;

    if (is_bytes)
        prepare_bytes(call);
    ir_markup_document(soap, is_bytes);
    return !soap_begin_count(soap) && !put_document(call, answer)
        && !soap_end_count(soap) && !soap_response(soap, SOAP_OK)
        && !put_document(call, answer) && !soap_end_send(soap);
}

static bool
is_form(const char *content_type)
{
    static const char form[] = "application/x-www-form-urlencoded";

    return content_type != NULL
        && strncasecmp(content_type, form, sizeof form - 1) == 0
        && strchr("; \t", content_type[sizeof form - 1]) != NULL;
}

/* The parameter that is bytes, NULL if there is none. */
static const struct ir_parameter *
bytes_of(const struct ir_operation *o)
{
    const struct ir_parameter *p = o->parameters;

    while (p->name != NULL && p->kind != IR_PARAMETER_BYTES)
        p++;
    return p->name == NULL ? NULL : p;
}

/* A body that is not understood is not read to its end. */
static bool
reject_body(struct ir_call *call, int status)
{
    call->http->close_after = true;
    reject(call, status, "Request format is invalid.");
    return false;
}

static bool
take_bytes(struct ir_call *call, struct ir_formbody *b,
    const struct ir_parameter *p, void *in)
{
    struct ir_payload *bytes = soap_malloc(call->soap, sizeof *bytes);

    if (bytes == NULL)
        return reject_body(call, 503);
    soap_default_xsd__base64Binary(call->soap, bytes);
    if (!ir_formbody_bytes(b, bytes))
        return reject_body(call, b->status);
    *(struct ir_payload **)((char *)in + p->offset) = bytes;
    return true;
}

/* What stands before bytes is taken first: it tells where they go. */
static bool
read_body(struct ir_call *call, void *in, uint64_t *seen)
{
    const struct ir_parameter *bytes = bytes_of(call->operation);
    struct ir_formbody b;
    bool ok = true;
    int more = 1;

    ir_formbody_begin(&b, call, bytes == NULL ? NULL : bytes->name);
    while (ok && more > 0) {
        char *text;

        more = ir_formbody_text(&b, &text);
        if (more < 0)
            ok = reject_body(call, b.status);
        else
            ok = take_pairs(call, text, in, seen);
        if (ok && more > 0)
            ok = take_bytes(call, &b, bytes, in);
    }
    ir_formbody_end(&b);
    return ok;
}

/* All parameters; false if the request was rejected. */
static bool
read_parameters(struct ir_call *call, void *in)
{
    const struct ir_http_request *r = &call->http->request;
    const struct ir_parameter *missing;
    uint64_t seen = 0;

    if (call->binding == IR_GET) {
        char *text = ir_call_text(call, "%s", r->query == NULL ? "" : r->query);

        if (text == NULL || !take_pairs(call, text, in, &seen))
            return false;
    } else if ((r->has_length ? r->length > 0 : r->is_chunked)
        && !is_form(r->content_type)) {
        reject(call, 415, "Request format is invalid.");
        return false;
    } else if (!read_body(call, in, &seen)) {
        return false;
    }
    missing = find_missing(call, in, seen);
    if (missing == NULL)
        return true;
    reject(call, 400,
        ir_call_text(call, "Missing parameter: %s.", missing->name));
    return false;
}

static void
serve_form(struct ir_call *call)
{
    const struct ir_operation *o = call->operation;
    void *in = soap_malloc(call->soap, o->request_size + 1);
    void *answer;

    if (in == NULL) {
        respond_empty(call, 503);
        return;
    }
    memset(in, 0, o->request_size + 1);
    call->request = in;
    if (!read_parameters(call, in))
        return;
    answer = ir_perform(call, in);
    if (answer == NULL)
        respond_empty(call, 503);
    else if (ir_faults_reply(call))
        return;
    else if (call->refusal == IR_PARAMETERS_FORMAT) /* an exception, there */
        reject(call, 500, ir_refusal_text(call->refusal)->text);
    else if (!send_document(call, answer))
        call->http->close_after = true;
}

void
ir_form_serve(struct ir_call *call, const char *operation)
{
    ir_soap_begin(call);
    call->operation = ir_operations_find(operation, true);
    if (call->operation == NULL)
        reject(call, 404, "Web Service method name is not valid.");
    else if (ir_operations_takes_bytes(call->operation)
        && (call->binding == IR_GET || ir_perform_is_classic(call)))
        reject(call, 415, "Request format is unrecognized.");
    else
        serve_form(call);
    ir_soap_end(call);
}
