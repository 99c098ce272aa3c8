/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * An upload from the first question to the last answer; the public forms in
 * upload.c say where the bytes are. */
#ifndef IR_TRANSFER_STORE_H
#define IR_TRANSFER_STORE_H

#include "transfer/push.h"

/* Set up with zeros, path and ir_push_init(). */
struct ir_store {
    struct ir_push push;
    const char *path;
    char folder[4096]; /* empty: the path is an id */
    const char *name;
    int is_known; /* whether it existed */
    int existed;
    uint32_t crc32_before; /* of the newest version, if it existed */
    int has_crc32_before;
    int64_t n_versions_before; /* -1: not told */
    int was_locked; /* before, by the same user */
    int is_locked;  /* by us, or it may be */
    int is_lock_in_doubt;
    int is_renewed; /* the session, when the commit was due */
    int is_done;    /* by an earlier run */
    int is_commit_repeated; /* that an earlier run sent */
    struct ir_uploaded uploaded;
};

/* Nothing is sent where it shows that the commit would fail. */
enum ir_status ir_store_prepare(struct ir_store *u);

/* Stage and commit.  'unchanged' is asked before the commit, unless NULL. */
enum ir_status ir_store_chunks(struct ir_store *u,
    enum ir_status (*unchanged)(void *ctx, struct ir_error *e));

/* The same as one value. */
enum ir_status ir_store_content(struct ir_store *u,
    const struct ir_content *content);

/* Release handler, lock and memory; the error that stands stays. */
void ir_store_end(struct ir_store *u);

#endif
