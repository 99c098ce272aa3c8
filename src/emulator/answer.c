/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The generated answer types differ, but each is a structure with the same
 * three attributes, wrapped in a union of the same three element names.  One
 * macro per type makes them alike. */
#include "answer.h"

#include "soapH.h"

#define DEFINE(type) \
    static int wrap_##type(struct soap *soap, enum ir_root root, void *answer, \
        void *response) \
    { \
        struct tns__##type##Result *result = \
            soap_malloc(soap, sizeof *result); \
\
        if (result == NULL) \
            return soap->error = SOAP_EOM; \
        result->__union_##type##Result = (int)root; \
        result->union_##type##Result.response = answer; \
        *(struct tns__##type##Result **)response = result; \
        return SOAP_OK; \
    } \
\
    static int put_##type(struct soap *soap, const void *answer, \
        const char *name) \
    { \
        return soap_put_tns__##type##Answer(soap, answer, name, ""); \
    } \
\
    _Static_assert(IR_ROOT_RESPONSE \
            == SOAP_UNION__tns__union_##type##Result_response, \
        "as generated"); \
    _Static_assert(IR_ROOT_ROOT == SOAP_UNION__tns__union_##type##Result_root, \
        "as generated"); \
    _Static_assert(IR_ROOT_CAPITAL_RESPONSE \
            == SOAP_UNION__tns__union_##type##Result_Response, \
        "as generated"); \
\
    const struct ir_answer ir_answer_##type = { \
        sizeof(struct tns__##type##Answer), \
        offsetof(struct tns__##type##Answer, success), \
        offsetof(struct tns__##type##Answer, error), \
        offsetof(struct tns__##type##Answer, errorCode), \
        wrap_##type, \
        put_##type, \
    };

IR_ANSWERS(DEFINE)

static int
wrap_bytes(struct soap *soap, enum ir_root root, void *answer, void *response)
{
    (void)soap;
    (void)root;
    *(struct ir_payload **)response = answer;
    return SOAP_OK;
}

static int
put_bytes(struct soap *soap, const void *answer, const char *name)
{
    return soap_out_xsd__base64Binary(soap, name, -1, answer, "");
}

const struct ir_answer ir_answer_Bytes = { sizeof(struct ir_payload), 0, 0, 0,
    wrap_bytes, put_bytes };
