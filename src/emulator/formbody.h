/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_FORMBODY_H
#define IR_EMULATOR_FORMBODY_H

#include "codec/base64.h"

#include <stdbool.h>
#include <stddef.h>

struct ir_call;
struct ir_payload;

/* A form in the body of a request, read as it arrives: short texts, and perhaps
 * one value that is base64 and may be long. */
struct ir_formbody {
    struct ir_call *call;
    const char *bytes; /* the name of the long value, NULL if there is none */
    int status;        /* HTTP's, after a failure */

    char in[16384];
    size_t at;
    size_t end;

    char *text; /* up to the long value, or to the end */
    size_t n_text;
    size_t room;
    size_t field;   /* where the last pair begins */
    size_t n_total; /* of all texts */
};

void ir_formbody_begin(struct ir_formbody *b, struct ir_call *call,
    const char *bytes);
void ir_formbody_end(struct ir_formbody *b);

/* The pairs up to the long value, or to the end, as text that lives until the
 * answer is sent.  1 if the long value follows, 0 at the end, -1 if the body
 * cannot be read. */
int ir_formbody_text(struct ir_formbody *b, char **out);

/* Send the long value to where the call's bytes go. */
bool ir_formbody_bytes(struct ir_formbody *b, struct ir_payload *out);

#endif
