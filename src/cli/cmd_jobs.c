/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir jobs and ir gc: what earlier runs left behind, here and on the server. */
#include <inttypes.h>
#include <stdlib.h>

#include "output.h"
#include "printable.h"
#include "session.h"
#include "signals.h"
#include "state.h"

/* ---- jobs -------------------------------------------------------------- */

static const char *
kind_of(const struct ir_job *job)
{
    switch (job->kind) {
    case IR_JOB_DOWNLOAD:
        return "download";
    case IR_JOB_UPLOAD:
        return "upload";
    case IR_JOB_RESUMABLE:
        break;
    }
    return "resume";
}

static const char *
state_of(const struct ir_job *job)
{
    if (job->is_running)
        return "running";
    if (job->is_resumable)
        return "resumable";
    return job->handler != NULL ? "left" : "stale";
}

/* An ir_job_fn. */
static int
show(void *ctx, const struct ir_job *job)
{
    struct ir_output *out = ctx;
    struct ir_record r;
    char done[24] = "-";
    char total[24] = "-";

    ir_record_init(&r, "job");
    ir_record_text(&r, "kind", kind_of(job));
    ir_record_text(&r, "state", state_of(job));
    ir_record_text(&r, "handler", job->handler);
    ir_record_text(&r, "url", job->url);
    ir_record_text(&r, "path", job->path);
    ir_record_text(&r, "file", job->file);
    if (job->is_resumable) {
        ir_record_bytes(&r, "done_bytes", job->done_bytes);
        ir_record_bytes(&r, "total_bytes", job->total_bytes);
        ir_printable_size(done, sizeof done, job->done_bytes);
        ir_printable_size(total, sizeof total, job->total_bytes);
    }
    ir_output_event(out, &r);
    ir_output_line(out, "%-9s %-8s %9s of %9s  %s  %s", state_of(job),
        kind_of(job), done, total, job->path,
        job->file == NULL ? "-" : job->file);
    return ir_signals_caught() != 0 || ir_output_failed(out);
}

int
ir_cmd_jobs(const struct ir_settings *s, struct ir_output *out)
{
    struct ir_error e = { .status = IR_OK };
    char *folder = ir_state_folder(s);

    if (folder == NULL)
        ir_fault_set(&e, IR_E_ARGUMENT,
            "there is no home for the state: --state-dir");
    else
        ir_jobs(folder, show, out, &e);
    free(folder);
    return e.status == IR_OK ? IR_EXIT_OK : ir_output_error(out, NULL, &e);
}

/* ---- gc ---------------------------------------------------------------- */

int
ir_cmd_gc(const struct ir_settings *s, struct ir_output *out)
{
    struct ir_session session;
    struct ir_record r;
    uint64_t n = 0;
    int code = IR_EXIT_OK;

    if (ir_session_open(&session, s, out) == IR_OK
        && ir_gc(session.client, &n) != IR_OK)
        ir_session_result(&session);
    if (session.error.status != IR_OK) {
        code = ir_output_error(out, NULL, &session.error);
    } else {
        ir_record_init(&r, "done");
        ir_record_bytes(&r, "deleted", n);
        ir_output_event(out, &r);
        ir_output_result(out, "%" PRIu64 " handlers deleted", n);
    }
    ir_session_close(&session);
    return code;
}
