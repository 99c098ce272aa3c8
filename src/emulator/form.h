/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_FORM_H
#define IR_EMULATOR_FORM_H

struct ir_call;

/* Serve the operation that the path names, with the parameters of the query or
 * of a form in the body. */
void ir_form_serve(struct ir_call *call, const char *operation);

#endif
