/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A staged file inside a running call of the library: the same operations as
 * ir_handler_begin(), _read() and _end(), which start a call of their own. */
#ifndef IR_TRANSFER_STAGED_H
#define IR_TRANSFER_STAGED_H

#include "transfer/client.h"

#define IR_STAGED_CHUNK_BYTES 4194304

/* handler->id is set as soon as there is something to end, also when the rest
 * of the answer is refused; else it is empty. */
enum ir_status ir_staged_begin(struct ir_client *c, const char *path,
    int64_t version, uint64_t chunk_bytes, struct ir_handler *handler);
enum ir_status ir_staged_read(struct ir_client *c,
    const struct ir_chunk_request *request, struct ir_chunk *chunk);
enum ir_status ir_staged_end(struct ir_client *c, const char *id);

#endif
