/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What get and put have in common: a session, transfers one after the other or
 * several at a time, and figures of them all. */
#ifndef IR_CLI_WORK_H
#define IR_CLI_WORK_H

#include "output.h"
#include "progress.h"
#include "session.h"
#include "tally.h"

struct ir_work {
    const struct ir_settings *settings;
    struct ir_output *out;
    struct ir_session session;
    struct ir_pool *pool; /* for several documents at a time; NULL: in turn */
    int n_connections;    /* for one document; or IR_CONNECTIONS_AUTO */
    struct ir_transfer transfer; /* of the document under way */
    struct ir_tally tally;       /* of documents, and folders that failed */
    int64_t start_ms;
    uint64_t n_bytes;   /* of the documents done */
    uint64_t n_folders; /* done, but for what failed in them */
    uint64_t n_skipped; /* local things that are neither */
};

void ir_work_init(struct ir_work *w, const struct ir_settings *s,
    struct ir_output *out);

/* Tell what was done in all. */
void ir_work_summary(struct ir_work *w);

#endif
