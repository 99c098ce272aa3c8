/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The steps of a download, which the public forms in download.c put in
 * order. */
#ifndef IR_TRANSFER_PULL_H
#define IR_TRANSFER_PULL_H

#include "transfer/client.h"
#include "transfer/crew.h"
#include "transfer/journal.h"
#include "transfer/plan.h"

struct ir_pull {
    struct ir_client *c;
    struct ir_download_options o;
    /* Stages what 'path' names; as ir_staged_begin(). */
    enum ir_status (*stage)(struct ir_pull *d, struct ir_handler *handler);
    struct ir_handler handler; /* id empty: nothing is staged */
    struct ir_plan plan;
    const struct ir_sink *sink; /* NULL: the caller takes chunk->data */
    uint8_t *chunk;             /* unless the sink is rewritable */
    const char *path;
    const char *file;                       /* local, for notes; or NULL */
    struct ir_journal *journal;             /* NULL: none is kept */
    const struct ir_journal_state *resume;  /* NULL: from the first byte */
    const struct ir_journal_state *ahead;   /* whose chunks ahead are of use */
    uint64_t resumed_bytes;
    uint64_t n_retries;
    int may_be_parallel; /* the sink takes blocks from several threads */
    struct ir_crew *crew;
    struct ir_sink crew_sink;
    uint64_t crew_bytes; /* that were there before it */
    int is_restaged; /* the handler was lost and replaced once */
    uint64_t reported_bytes;
    int complete;
    struct ir_error failure; /* that ended it; no step can undo it */
};

/* A call of the library begins, with these options. */
enum ir_status ir_pull_init(struct ir_pull *d, struct ir_client *c,
    const struct ir_download_options *opts);

/* Stage it.  ir_pull_end() is due afterwards, also on failure. */
enum ir_status ir_pull_begin(struct ir_pull *d, const char *path,
    const struct ir_sink *sink);

/* Read, verify and deliver the next chunk: 1, 0 if the document is complete and
 * verified, -1 with the error recorded. */
int ir_pull_next(struct ir_pull *d, struct ir_chunk *chunk);

/* Release the handler and the memory; the error that stands stays. */
void ir_pull_end(struct ir_pull *d);

/* Tell the caller; IR_E_CANCELLED if that ends the transfer. */
enum ir_status ir_pull_report(struct ir_pull *d, enum ir_event event,
    uint64_t done_bytes, const char *message);

/* Where all of it goes. */
struct ir_target {
    struct ir_sink sink;
    /* Make ready for 'size' bytes, 0 if that is not known; behind those that
     * are resumed, from the first again if the transfer is restarted.  NULL:
     * nothing is to be done. */
    enum ir_status (*start)(void *ctx, uint64_t size, struct ir_error *e);
    /* All bytes are there: look at the whole.  NULL: the CRC was enough. */
    enum ir_status (*check)(void *ctx, struct ir_client *c);
};

/* Stage, read, check and release; once more from the start where what arrived
 * is not what was staged and the target can take it back. */
enum ir_status ir_pull_all(struct ir_pull *d, const char *path,
    const struct ir_target *t);

void ir_pull_result(const struct ir_pull *d, struct ir_result *r);

#endif
