/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The server's operations, one call each, as 'ir call' makes them. */
#ifndef IR_CLI_OPERATIONS_H
#define IR_CLI_OPERATIONS_H

#include "record.h"
#include "session.h"

#define IR_N_PARAMETERS 6 /* at most, and the end */

/* What must be there before the call. */
enum ir_need {
    IR_NEED_NOTHING,
    IR_NEED_PASSWORD,   /* opens a session itself */
    IR_NEED_SESSION,    /* a ticket file or a login */
    IR_NEED_TICKET_FILE /* what it makes ends with the session */
};

struct ir_parameter {
    const char *name; /* NULL ends them */
    enum {
        IR_PARAMETER_TEXT,
        IR_PARAMETER_NUMBER,
        IR_PARAMETER_TRUE, /* no other value makes this operation */
        IR_PARAMETER_FILE, /* the bytes of a local file, as @FILE */
        IR_PARAMETER_SECRET
    } kind;
    int is_optional;
    int64_t min;
    int64_t max;
};

/* One call: its arguments, and what came back. */
struct ir_call {
    struct ir_session *session;
    const char *text[IR_N_PARAMETERS]; /* NULL: not given */
    int64_t number[IR_N_PARAMETERS];
    struct ir_record record;
    char *bytes; /* of a chunk or a document, either way */
    size_t n_bytes;
    size_t room;
};

struct ir_operation {
    const char *name;
    enum ir_need need;
    int gives_bytes;
    struct ir_parameter parameters[IR_N_PARAMETERS];
    /* Failures are the client's error. */
    enum ir_status (*run)(struct ir_call *call);
};

/* Ends with an operation without a name. */
extern const struct ir_operation ir_operations[];

/* What 'ir call' calls a value of that kind: "TEXT". */
const char *ir_operations_value(const struct ir_parameter *p);

/* Read the local file 'file' into the bytes of the call. */
enum ir_status ir_operations_load(struct ir_call *call, const char *file,
    struct ir_error *e);

/* In any case of letters; NULL if there is none. */
const struct ir_operation *ir_operations_find(const char *name);

#endif
