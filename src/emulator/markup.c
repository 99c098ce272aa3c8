/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The look of messages.
 *
 * Reading: at the start tag of the operation the call learns what it is; at
 * the start tags below, which are the parameters, a name that means one of the
 * operation's parameters is rewritten to the spelling that the generated code
 * expects, and any other to one that it ignores.
 *
 * Writing: gSOAP declares default namespaces where they change, which is the
 * look of ASP.NET but for envelopes and faults.  These are written here, with
 * the prefix "soap". */
#include "markup.h"

#include "call.h"
#include "http.h"
#include "operations.h"
#include "spelling.h"
#include "stdsoap2.h"

#include <stdio.h>
#include <string.h>

#define SERVICE_NAMESPACE "http://tempuri.org/"
#define ENVELOPE_11 "http://schemas.xmlsoap.org/soap/envelope/"
#define ENVELOPE_12 "http://www.w3.org/2003/05/soap-envelope"

/* Depths of a request's elements: Envelope, Body, operation, parameter. */
enum {
    LEVEL_OPERATION = 2,
    LEVEL_PARAMETER = 3
};

static const char prolog[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

/* Over SOAP 1.1 a server of this kind finds the operation by this header. */
static bool
is_action_right(const struct ir_call *call)
{
    const char *action = call->http->request.soap_action;
    size_t n = strlen(SERVICE_NAMESPACE);
    size_t length;

    if (call->binding != IR_SOAP11)
        return true;
    if (action == NULL)
        return false;
    length = strlen(action);
    if (length >= 2 && action[0] == '"' && action[length - 1] == '"') {
        action++;
        length -= 2;
    }
    return length == n + strlen(call->operation->name)
        && strncmp(action, SERVICE_NAMESPACE, n) == 0
        && strncmp(action + n, call->operation->name, length - n) == 0;
}

static int
begin_operation(struct ir_call *call, const char *name)
{
    struct soap *soap = call->soap;

    call->operation = ir_operations_find(name, false);
    if (call->operation != NULL && is_action_right(call)) {
        soap->null = 0;
        return SOAP_OK;
    }
    call->operation = NULL;
    soap->tag[0] = '\0';
    return soap_sender_fault(soap,
        "Server did not recognize the value of HTTP Header SOAPAction, or it "
        "is not that of the message.",
        NULL);
}

/* soap->tag is gSOAP's buffer of the name that was just read. */
static int
begin_in(struct soap *soap, const char *tag)
{
    struct ir_call *call = soap->user;
    const char *colon = strchr(tag, ':');
    size_t prefix = colon == NULL ? 0 : (size_t)(colon - tag) + 1;
    char *name = soap->tag + prefix;
    const char *documented;

    if (soap->part != SOAP_IN_BODY)
        return SOAP_OK;
    if (soap->level == LEVEL_OPERATION)
        return begin_operation(call, name);
    if (soap->level != LEVEL_PARAMETER || call->operation == NULL)
        return SOAP_OK;
    documented = ir_spelling_match(call->operation,
        call->emulator->settings->spelling, name);
    if (documented != NULL)
        snprintf(name, sizeof soap->tag - prefix, "%s", documented);
    else
        name[0] = '-';
    return SOAP_OK;
}

static int
send_text(struct soap *soap, const char *text)
{
    return soap_send_raw(soap, text, strlen(text));
}

/* The part of a tag after the prefix that gSOAP has for the envelope's
 * namespace, NULL if the tag has another or none. */
static const char *
envelope_name(const char *tag)
{
    static const char prefix[] = "SOAP-ENV:";
    size_t n = sizeof prefix - 1;

    return strncmp(tag, prefix, n) == 0 ? tag + n : NULL;
}

static int
declare_envelope(struct soap *soap)
{
    return send_text(soap, " xmlns:soap=\"")
        || send_text(soap, soap->version == 2 ? ENVELOPE_12 : ENVELOPE_11)
        || send_text(soap,
            "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
            " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"");
}

/* Called for the envelope, its body, and all of a fault. */
static int
begin_out(struct soap *soap, const char *tag, int id, const char *type)
{
    const char *name = envelope_name(tag);
    bool is_envelope = name != NULL && strcmp(name, "Envelope") == 0;
    bool is_body = name != NULL && strcmp(name, "Body") == 0;

    (void)id;
    (void)type;
    if (is_envelope && ir_markup_prolog(soap))
        return soap->error;
    if (send_text(soap, name == NULL ? "<" : "<soap:")
        || send_text(soap, name == NULL ? tag : name))
        return soap->error;
    if (is_envelope && declare_envelope(soap))
        return soap->error;
    if (is_body && soap->fault == NULL)
        soap->feltbegout = NULL;
    return soap_element_start_end_out(soap, NULL);
}

static int
end_out(struct soap *soap, const char *tag)
{
    const char *name = envelope_name(tag);

    if (name == NULL && soap->fault == NULL)
        return soap_element_end(soap, tag);
    soap->feltbegout = begin_out; /* again, for the pass after counting */
    return send_text(soap, name == NULL ? "</" : "</soap:")
        || send_text(soap, name == NULL ? tag : name) || send_text(soap, ">");
}

void
ir_markup_message(struct soap *soap)
{
    soap_set_omode(soap, SOAP_XML_DEFAULTNS);
    soap->feltbegin = begin_in;
    soap->feltbegout = begin_out;
    soap->feltendout = end_out;
}

void
ir_markup_document(struct soap *soap, bool in_namespace)
{
    if (in_namespace)
        soap_set_omode(soap, SOAP_XML_DEFAULTNS);
    else
        soap_clr_omode(soap, SOAP_XML_DEFAULTNS);
    soap->feltbegout = NULL;
    soap->feltendout = NULL;
}

int
ir_markup_prolog(struct soap *soap)
{
    soap->ns = 1; /* no declarations of namespaces that nothing uses */
    return send_text(soap, prolog);
}
