/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Names as the generated code expects them.  Servers differ in the name of the
 * answer element and in the case of attributes; parameters go out in one of two
 * spellings (docs/protocol.md, "Names"). */
#ifndef IR_WIRE_NAMES_H
#define IR_WIRE_NAMES_H

struct soap;

/* The name without its prefix. */
const char *ir_names_local(const char *tag);

/* For gSOAP's feltbegin: rewrites the start tag just read, in place.
 * '*is_answer' tells whether it is the answer element. */
void ir_names_read(struct soap *soap, int *is_answer);

/* Is it the name of a result, the element around the answer? */
int ir_names_is_result(const char *tag);

/* The classic name of a parameter, or 'tag' itself where both spellings
 * agree. */
const char *ir_names_classic(const char *tag);

/* Does the operation speak the documented names to every server? */
int ir_names_is_documented_only(const char *operation);

#endif
