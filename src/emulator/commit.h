/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_COMMIT_H
#define IR_EMULATOR_COMMIT_H

#include "documents.h"
#include "refusal.h"
#include "wishes.h"

#include <stdbool.h>

/* A staged file that is to become a document or a version of one. */
struct ir_commit {
    const struct ir_content *staged;
    const char *handler; /* that ends with it, or NULL */
    const char *user;
    const char *folder; /* a real path */
    const char *name;   /* in it, clean */
    bool must_be_new;
    const struct ir_wishes *wishes;
};

/* What it has become. */
struct ir_committed {
    int64_t document;
    int64_t version;
    bool is_new;
};

/* Bring the staged file into the tree.  Refused, everything is as it was. */
enum ir_refusal ir_commit(struct ir_emulator *e, const struct ir_commit *c,
    struct ir_committed *out);

/* Before the first connection: bring what a process was killed in to one end
 * or the other. */
void ir_commit_recover(struct ir_emulator *e);

#endif
