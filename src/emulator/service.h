/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_SERVICE_H
#define IR_EMULATOR_SERVICE_H

/* What the files service_*.c include: their prototypes are in operations.h,
 * the generated types in soapH.h. */
#include "call.h"
#include "checksums.h"
#include "clock.h"
#include "documents.h"
#include "handlers.h"
#include "operations.h"
#include "soapH.h"

/* Values for attributes and elements; NULL if memory ran out. */
LONG64 *ir_service_number(struct ir_call *call, int64_t value);
char *ir_service_crc32(struct ir_call *call, uint32_t crc);
char *ir_service_date(struct ir_call *call, enum ir_date_style style,
    int64_t wall_ms);

/* The document that a client calls 'path', for somebody with this ticket. */
enum ir_refusal ir_service_document(struct ir_call *call, const char *ticket,
    const char *path, struct ir_session *session, struct ir_document *out);

/* Whether the text is a handler of this generation. */
bool ir_service_is_handler(const struct ir_call *call, const char *text);

/* The chunk size to grant to somebody who would like 'wish' bytes. */
uint32_t ir_service_grant(const struct ir_call *call, int64_t wish);

#define IR_LARGEST_CHUNK 33554432

/* An operation of the contract that the emulator refuses. */
#define IR_SERVICE_NOT_OFFERED(name) \
    enum ir_refusal ir_service_##name(struct ir_call *call, const void *in, \
        void *out) \
    { \
        (void)call; \
        (void)in; \
        (void)out; \
        return IR_NOT_OFFERED; \
    }

#endif
