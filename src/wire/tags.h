/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What is done at every start and end tag of a message, on gSOAP's hooks:
 * replies are checked and their names made those of the WSDL, parameters go out
 * in the spelling that the server knows. */
#ifndef IR_WIRE_TAGS_H
#define IR_WIRE_TAGS_H

struct ir_wire;

/* For the life of the wire: look at the tags of replies. */
void ir_tags_attach(struct ir_wire *w);

/* For the call that begins: write parameters in the wire's spelling. */
void ir_tags_spell(struct ir_wire *w);

#endif
