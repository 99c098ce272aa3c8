/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_SOAP_H
#define IR_EMULATOR_SOAP_H

#include <stdbool.h>

struct ir_call;
struct soap;

/* Longest message that is accepted: the largest chunk in base64, and some. */
#define IR_SOAP_MAX_MESSAGE 67108864

/* Once, before the first thread. */
void ir_soap_start(void);

/* Give the call a struct soap that reads the body of the request and writes the
 * answer; false if memory ran out. */
bool ir_soap_attach(struct ir_call *call);
void ir_soap_detach(struct ir_call *call);

/* Before and after each request. */
void ir_soap_begin(struct ir_call *call);
void ir_soap_end(struct ir_call *call);

/* Serve the SOAP message in the body of the request. */
void ir_soap_serve(struct ir_call *call);

/* One call from generated code: the request structure 'in', the response
 * structure 'response'.  Returns a gSOAP error code. */
int ir_soap_call(struct soap *soap, const void *in, void *response);

#endif
