/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_HANDLERS_H
#define IR_EMULATOR_HANDLERS_H

#include "content.h"
#include "token.h"

#include <stdbool.h>
#include <stdint.h>

enum ir_handler_kind {
    IR_HANDLER_DOWNLOAD,
    IR_HANDLER_UPLOAD
};

/* A staged file of one session. */
struct ir_handler {
    char name[IR_HANDLER_LENGTH + 1];
    int64_t session;
    enum ir_handler_kind kind;
    char path[IR_PATH_SIZE]; /* the document, "" if it has none yet */
    uint32_t chunk_bytes;
    uint32_t crc;     /* of an upload's bytes so far */
    bool is_complete; /* an upload has had its last chunk */
    struct ir_content content;
};

enum ir_handlers_result {
    IR_HANDLERS_OK,
    IR_HANDLERS_TOO_MANY,
    IR_HANDLERS_FAILED
};

/* Begin a handler of 'session' from what 'h' says but for 'name' and, for an
 * upload, 'content': those are set.  A download stages 'content', or takes it
 * over if it is a staged file. */
enum ir_handlers_result ir_handlers_begin(struct ir_emulator *e,
    struct ir_handler *h);

/* A live handler of this session and kind; being asked for keeps it alive.
 * Those of others are as absent as those that never were. */
bool ir_handlers_find(struct ir_emulator *e, int64_t session,
    enum ir_handler_kind kind, const char *name, struct ir_handler *out);

/* End one handler, if the session has it; end all of a session. */
void ir_handlers_end(struct ir_emulator *e, int64_t session,
    enum ir_handler_kind kind, const char *name);
void ir_handlers_end_all(struct ir_emulator *e, int64_t session);

/* End the handlers that nobody has used for their lifetime. */
void ir_handlers_sweep(struct ir_emulator *e);

/* Before the first connection: remove staged files that an earlier process
 * left behind. */
void ir_handlers_clean(struct ir_emulator *e);

/* Call 'each' for every open handler, oldest first. */
void ir_handlers_visit(struct ir_emulator *e,
    void (*each)(void *ctx, const struct ir_handler *h), void *ctx);

#endif
