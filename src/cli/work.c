/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "work.h"

#include <inttypes.h>
#include <string.h>

#include "printable.h"

void
ir_work_init(struct ir_work *w, const struct ir_settings *s,
    struct ir_output *out)
{
    memset(w, 0, sizeof *w);
    w->settings = s;
    w->out = out;
    w->tally.out = out;
    w->start_ms = ir_progress_now_ms();
    ir_progress_init(&w->transfer, s, out);
}

void
ir_work_summary(struct ir_work *w)
{
    double seconds = (double)(ir_progress_now_ms() - w->start_ms) / 1000;
    struct ir_record r;
    char size[24];

    ir_record_init(&r, "summary");
    ir_record_number(&r, "documents", w->tally.n_done);
    ir_record_number(&r, "failed", w->tally.n_failed);
    ir_record_bytes(&r, "skipped", w->n_skipped);
    ir_record_bytes(&r, "bytes", w->n_bytes);
    ir_record_bytes(&r, "folders", w->n_folders);
    ir_record_seconds(&r, "seconds", seconds);
    ir_output_event(w->out, &r);
    ir_printable_size(size, sizeof size, w->n_bytes);
    ir_output_result(w->out,
        "%d documents, %s, in %" PRIu64 " folders; %d failed, %" PRIu64
        " skipped; %.1f s",
        w->tally.n_done, size, w->n_folders, w->tally.n_failed, w->n_skipped,
        seconds);
}
