/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_PACK_H
#define IR_EMULATOR_PACK_H

#include "documents.h"
#include "refusal.h"

struct ir_pack;

/* A zip archive to be made of what is added; NULL if memory ran out. */
struct ir_pack *ir_pack_new(struct ir_emulator *e);
void ir_pack_free(struct ir_pack *p);

/* Add the document or the folder, with all that is in it, that a client calls
 * 'path'. */
enum ir_refusal ir_pack_add(struct ir_pack *p, const char *path);

/* Write the archive to a new staged file.  The contents are those that were
 * added: false if one of them has changed, or on failure. */
bool ir_pack_write(struct ir_pack *p, struct ir_content *out);

#endif
