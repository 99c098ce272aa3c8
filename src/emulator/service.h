/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_SERVICE_H
#define IR_EMULATOR_SERVICE_H

/* What the files service_*.c include: their prototypes are in operations.h,
 * the generated types in soapH.h. */
#include "call.h"
#include "checksums.h"
#include "clock.h"
#include "commit.h"
#include "documents.h"
#include "handlers.h"
#include "names.h"
#include "operations.h"
#include "soapH.h"
#include "uploads.h"
#include "wishes.h"

/* Values for attributes and elements; NULL if memory ran out. */
LONG64 *ir_service_number(struct ir_call *call, int64_t value);
char *ir_service_crc32(struct ir_call *call, uint32_t crc);
char *ir_service_date(struct ir_call *call, enum ir_date_style style,
    int64_t wall_ms);

char *ir_service_user_id(struct ir_call *call, const char *user);

/* The document that a client calls 'path', for somebody with this ticket. */
enum ir_refusal ir_service_document(struct ir_call *call, const char *ticket,
    const char *path, struct ir_session *session, struct ir_document *out);

/* Whether the text is a handler of this generation. */
bool ir_service_is_handler(const struct ir_call *call, const char *text);

/* The chunk size to grant to somebody who would like 'wish' bytes. */
uint32_t ir_service_grant(const struct ir_call *call, int64_t wish);

/* All that GetDocument tells. */
bool ir_service_describe(struct ir_call *call, const struct ir_document *d,
    struct tns__Document *out);

/* What could not be done of a call that names several things: zeroed but for
 * 'call'.  The list is NULL if there was nothing. */
struct ir_service_log {
    struct ir_call *call;
    struct tns__Log *list;
    size_t room;
};
void ir_service_log_add(struct ir_service_log *log, const char *item,
    enum ir_refusal why);

/* A folder that a client calls 'path'; false if there is none. */
bool ir_service_describe_folder(struct ir_call *call, const char *path,
    struct tns__Folder *out);

#define IR_LARGEST_CHUNK 33554432

/* Whether this user may change anything. */
enum ir_refusal ir_service_may_write(struct ir_call *call,
    const struct ir_session *session);

/* Before the first byte of base64 is stored: decide where the bytes of the
 * request go, from what has been read of it. */
void ir_service_receive(struct ir_call *call);

#endif
