/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * How the file of a download comes to be staged: anew, as the rest of what an
 * interrupted run began, or again when the server has lost it. */
#ifndef IR_TRANSFER_STAGING_H
#define IR_TRANSFER_STAGING_H

#include "transfer/pull.h"

/* The stage() of a document. */
enum ir_status ir_staging_document(struct ir_pull *d,
    struct ir_handler *handler);

/* Set handler and plan. */
enum ir_status ir_staging_begin(struct ir_pull *d);

/* After a refusal of a chunk: stage it again, once, if the server no longer knows
 * the handler.  IR_OK: the chunk may be asked for again. */
enum ir_status ir_staging_again(struct ir_pull *d);

#endif
