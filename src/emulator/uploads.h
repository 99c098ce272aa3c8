/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_UPLOADS_H
#define IR_EMULATOR_UPLOADS_H

#include "handlers.h"

#include <stdbool.h>
#include <stdint.h>

/* The staged file of an upload handler, which nobody else has open as such
 * until it is closed.  The handler's identity.size bytes of it count. */
struct ir_upload {
    struct ir_handler handler;
    int fd; /* -1 if there is none */
};

/* Open the handler's file; waits while another call has it.  False if the
 * session has no such handler. */
bool ir_uploads_open(struct ir_emulator *e, int64_t session, const char *name,
    struct ir_upload *out);

/* Count 'length' bytes more, which lie behind those that counted and have the
 * CRC-32 'crc'.  False if the handler has ended meanwhile. */
bool ir_uploads_append(struct ir_emulator *e, struct ir_upload *u,
    uint64_t length, uint32_t crc, bool is_last);

/* Drop what does not count, and let others in. */
void ir_uploads_close(struct ir_upload *u);

#endif
