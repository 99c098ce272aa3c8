/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_WISHES_H
#define IR_EMULATOR_WISHES_H

#include "documents.h"
#include "refusal.h"

#include <stdbool.h>
#include <stdint.h>

/* What whoever uploads a document wants of it, beside its bytes. */
struct ir_wishes {
    char comment[IR_COMMENT_SIZE];
    bool checkout;
    bool unpublished;
    int64_t version;     /* 0: the next one */
    int64_t created_ms;  /* -1: as it comes */
    int64_t modified_ms; /* -1: now */
};

/* No wishes but the comment, which may be NULL. */
void ir_wishes_init(struct ir_wishes *w, const char *comment);

/* Wish for the version 'major'.'minor'.'revision'; false if there is no such
 * number. */
bool ir_wishes_version(struct ir_wishes *w, int major, int minor, int revision);

/* Read 'xmlParameters', NULL or empty for none, in any of the three shapes that
 * are published.  Unknown names are ignored. */
enum ir_refusal ir_wishes_read(struct ir_wishes *w, const char *xml);

#endif
