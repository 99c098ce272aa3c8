/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What a transfer tells while it runs: a bar, lines, or events. */
#ifndef IR_CLI_PROGRESS_H
#define IR_CLI_PROGRESS_H

#include <inforouter.h>
#include <stdatomic.h>

struct ir_output;
struct ir_settings;

#define IR_PROGRESS_SAMPLES 51 /* 5 s, ten a second */

struct ir_transfer {
    struct ir_output *out;
    const char *path; /* remote; NULL: an archive of several */
    const char *file; /* local */
    enum {
        IR_SHOW_NOTHING,
        IR_SHOW_BAR,
        IR_SHOW_LINES,
        IR_SHOW_EVENTS
    } show;
    int64_t start_ms;
    int64_t shown_ms;
    int end_shown; /* as a line or event; the bar goes away */
    struct ir_sample {
        int64_t ms;
        uint64_t bytes;
    } samples[IR_PROGRESS_SAMPLES]; /* a ring */
    size_t n_samples;               /* ever taken */
    atomic_uint_fast64_t *done_bytes; /* for another thread; NULL: nobody asks */
};

void ir_progress_init(struct ir_transfer *t, const struct ir_settings *s,
    struct ir_output *out);

/* The next document of the same verb. */
void ir_progress_begin(struct ir_transfer *t, const char *path,
    const char *file);

/* An ir_progress_fn; 'ctx' is the struct ir_transfer.  Cancels when nobody can
 * read the events any more. */
int ir_progress_hear(void *ctx, const struct ir_progress *p);

/* Of several documents at a time, of which so much is done: a bar or line, if
 * one is due. */
void ir_progress_many(struct ir_transfer *t, int n_documents, uint64_t bytes);

double ir_progress_seconds(const struct ir_transfer *t);

/* By the clock that never jumps. */
int64_t ir_progress_now_ms(void);

#endif
