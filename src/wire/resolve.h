/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The addresses of a host, by a lookup that can be left alone: it has a
 * descriptor to wait on, beside a deadline and a cancel. */
#ifndef IR_WIRE_RESOLVE_H
#define IR_WIRE_RESOLVE_H

#include <stdint.h>

struct addrinfo;
struct ir_resolve;

/* Begin to look up 'host', a name or an address.  NULL: no memory, descriptor
 * or thread for it, see errno. */
struct ir_resolve *ir_resolve_begin(const char *host, uint16_t port);

/* Becomes readable when the answer is there. */
int ir_resolve_descriptor(const struct ir_resolve *r);

/* The answer, once it is there: 0 and its addresses in '*list', which live
 * until ir_resolve_end(), or an EAI_ code and what errno was in
 * '*sys_errno'. */
int ir_resolve_answer(struct ir_resolve *r, struct addrinfo **list,
    int *sys_errno);

/* Done with it, answered or not; NULL is fine. */
void ir_resolve_end(struct ir_resolve *r);

#endif
