/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_SOAP_H
#define IR_EMULATOR_SOAP_H

#include <stdbool.h>
#include <stdint.h>

struct ir_call;
struct ir_settings;

/* The longest message that is accepted: the largest chunk in base64, or the
 * largest document, and some. */
uint64_t ir_soap_max_message(const struct ir_settings *s);

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

#endif
