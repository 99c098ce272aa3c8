/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_INCOMING_H
#define IR_EMULATOR_INCOMING_H

#include "content.h"
#include "uploads.h"

#include <stdbool.h>
#include <stdint.h>

struct ir_call;

/* Where the bytes of the request that is being read go.  Bytes that nobody
 * wants, or too many of them, are dropped. */
struct ir_incoming {
    bool is_begun;
    bool is_broken; /* they could not be stored */
    int fd;         /* -1: dropped */
    uint64_t offset;
    uint64_t length; /* stored so far */
    uint64_t limit_bytes;
    struct ir_upload upload; /* fd -1 unless they go into its file */
    struct ir_content spool; /* place "" unless they go into a file of theirs */
};

/* Before each request, and after it. */
void ir_incoming_begin(struct ir_call *call);
void ir_incoming_end(struct ir_call *call);

/* Direct the bytes into an upload that is open, or into a file of their own
 * among the staged ones, which ir_incoming_end removes. */
void ir_incoming_to_upload(struct ir_call *call);
bool ir_incoming_to_spool(struct ir_call *call, uint64_t limit_bytes);

/* Move bytes that went into a file of their own to the end of the upload. */
bool ir_incoming_move(struct ir_call *call, struct ir_upload *u);

#endif
