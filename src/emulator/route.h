/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_ROUTE_H
#define IR_EMULATOR_ROUTE_H

struct ir_call;

/* Answer the request whose head has been read. */
void ir_route(struct ir_call *call);

/* Answer a request that could not be read with an HTTP error. */
void ir_route_refuse(struct ir_call *call, int status);

#endif
