/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_MARKUP_H
#define IR_EMULATOR_MARKUP_H

#include <stdbool.h>

struct soap;

/* Make 'soap', whose user is a struct ir_call, read parameter names in the
 * spelling of the settings, and write envelopes as ASP.NET does. */
void ir_markup_message(struct soap *soap);

/* Make it write a document without envelope, 'in_namespace' if its root is in
 * the namespace of the service. */
void ir_markup_document(struct soap *soap, bool in_namespace);

/* Write what stands before the root of such a document. */
int ir_markup_prolog(struct soap *soap);

#endif
