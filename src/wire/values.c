/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What the generated code and gSOAP's engine ask their user for beside the
 * payload: the table of namespaces, and xs:long.
 *
 * xs:long is read strictly: an optional minus sign and 1 to 18 digits, white
 * space around them.  No number of this contract is negative, so an empty text,
 * which servers write for numbers that do not apply, is -1, and one that is no
 * number is INT64_MIN in an attribute: an answer is read whole, because what is
 * wrong with it may stand beside a handler that has to be deleted.  An element
 * that is no number is an error. */
#include <stdint.h>

#include "soapH.h"
#include "srvSoap.nsmap"

static int
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void
soap_default_xsd__long(struct soap *soap, LONG64 *a)
{
    (void)soap;
    *a = 0;
}

const char *
soap_xsd__long2s(struct soap *soap, LONG64 a)
{
    return soap_LONG642s(soap, a);
}

int
soap_out_xsd__long(struct soap *soap, const char *tag, int id, const LONG64 *a,
    const char *type)
{
    return soap_outLONG64(soap, tag, id, a, type, SOAP_TYPE_xsd__long);
}

static int
malformed(LONG64 *a)
{
    *a = INT64_MIN;
    return SOAP_OK;
}

int
soap_s2xsd__long(struct soap *soap, const char *s, LONG64 *a)
{
    LONG64 value = 0;
    int negative = 0;
    int n_digits = 0;

    *a = -1;
    if (s == NULL)
        return soap->error;
    while (is_blank(*s))
        s++;
    if (*s == '\0')
        return SOAP_OK;
    if (*s == '-') {
        negative = 1;
        s++;
    }
    for (; *s >= '0' && *s <= '9'; s++, n_digits++) {
        if (n_digits == 18)
            return malformed(a);
        value = value * 10 + (*s - '0');
    }
    while (is_blank(*s))
        s++;
    if (n_digits == 0 || *s != '\0')
        return malformed(a);
    *a = negative ? -value : value;
    return SOAP_OK;
}

LONG64 *
soap_in_xsd__long(struct soap *soap, const char *tag, LONG64 *a,
    const char *type)
{
    (void)type;
    if (soap_element_begin_in(soap, tag, 0, NULL))
        return NULL;
    if (a == NULL)
        a = soap_malloc(soap, sizeof *a);
    if (a == NULL) {
        soap->error = SOAP_EOM;
        return NULL;
    }
    if (soap_s2xsd__long(soap, soap_value(soap), a)
        || (soap->body && soap_element_end_in(soap, tag)))
        return NULL;
    if (*a == INT64_MIN) {
        soap->error = SOAP_TYPE;
        return NULL;
    }
    return a;
}
