/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Several connections that read the chunks of one staged file, ahead of the
 * caller: each in a thread of its own but for the caller's, which helps where it
 * would wait.  A chunk that a worker cannot get is left to the caller, who reads
 * it as if there were no crew: what is to be done about a refusal is decided in
 * one place. */
#ifndef IR_TRANSFER_CREW_H
#define IR_TRANSFER_CREW_H

#include "transfer/client.h"
#include "transfer/journal.h"

#define IR_CREW_MAX 16

struct ir_crew;

struct ir_crew_job {
    struct ir_client *c;
    const char *handler;
    uint64_t offset; /* the first byte to be read, */
    uint64_t size_bytes;
    uint64_t chunk_bytes;
    const struct ir_sink *sink; /* may be called by several threads at once */
    struct ir_journal *journal; /* NULL: none is kept */
    const struct ir_journal_state *ahead; /* whose chunks are not read, all of
                                             them whole ones of ours; or NULL */
    int n_retries;
    int retry_delay_ms;
};

/* Send 'n' workers ahead, beside the caller.  Strings are copied; sink,
 * journal and what is ahead must live as long as the crew. */
enum ir_status ir_crew_start(const struct ir_crew_job *job, int n,
    struct ir_crew **crew);

/* 1 if the chunk at 'offset' is there. */
int ir_crew_take(struct ir_crew *crew, uint64_t offset, struct ir_chunk *chunk);

/* Read the next chunk that nobody has, over the client's connection; or wait a
 * little, if there is none.  A failure counts only if it ends the call: it is
 * the client's error then. */
enum ir_status ir_crew_help(struct ir_crew *crew);

/* 1 if no worker reads or will read the chunk at 'offset'. */
int ir_crew_is_idle(struct ir_crew *crew, uint64_t offset);

/* How many bytes from 'offset' are the same chunk: behind them a worker may
 * write. */
uint64_t ir_crew_left(const struct ir_crew *crew, uint64_t offset);

/* Bytes that arrived, verified or not, and retries. */
uint64_t ir_crew_arrived(struct ir_crew *crew);
uint64_t ir_crew_retries(struct ir_crew *crew);

/* Do the workers still use the client's ticket and spelling, and this
 * handler? */
int ir_crew_is_current(const struct ir_crew *crew, const char *handler);

/* Stop and join the workers; NULL is fine. */
void ir_crew_end(struct ir_crew *crew);

#endif
