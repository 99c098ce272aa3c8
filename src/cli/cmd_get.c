/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir get: documents into files, or one document to standard output.  A document
 * that fails does not keep the others from being fetched. */
#include <string.h>

#include "facts.h"
#include "output.h"
#include "printable.h"
#include "progress.h"
#include "session.h"
#include "tally.h"
#include "targets.h"

struct work {
    const struct ir_settings *s;
    struct ir_output *out;
    struct ir_session session;
    struct ir_targets targets;
    struct ir_transfer transfer;
    struct ir_tally tally;
};

/* ---- One document ------------------------------------------------------ */

static struct ir_download_options
download_options(struct work *w)
{
    struct ir_download_options o = IR_DOWNLOAD_OPTIONS_INIT;
    int n_retries = (int)ir_options_get(w->s, IR_OPTION_RETRIES, 5);

    o.version = ir_options_get(w->s, IR_OPTION_DOC_VERSION, 0);
    o.chunk_bytes = (uint64_t)ir_options_get(w->s, IR_OPTION_CHUNK_SIZE, 0);
    o.n_retries = n_retries == 0 ? -1 : n_retries;
    o.retry_delay_ms = (int)ir_options_get(w->s, IR_OPTION_RETRY_DELAY, 0);
    o.keep_existing = ir_options_get(w->s, IR_OPTION_NO_OVERWRITE, 0) != 0;
    o.resume = !ir_options_get(w->s, IR_OPTION_NO_RESUME, 0);
    o.fail_on_change = ir_options_get(w->s, IR_OPTION_ON_CHANGE, 0) != 0;
    o.progress = ir_progress_hear;
    o.progress_ctx = &w->transfer;
    return o;
}

static void
tell_done(struct work *w, const struct ir_target *target,
    const struct ir_result *result)
{
    const char *level = ir_facts_level(result->level);
    struct ir_record r;
    char size[24];

    ir_record_init(&r, "done");
    ir_record_text(&r, "path", target->path);
    ir_record_text(&r, "file", target->file);
    ir_record_bytes(&r, "size_bytes", result->size_bytes);
    ir_record_crc(&r, "crc32", result->crc32);
    ir_record_text(&r, "level", level);
    ir_record_bytes(&r, "chunks", result->n_chunks);
    ir_record_bytes(&r, "retries", result->n_retries);
    ir_record_bytes(&r, "resumed_bytes", result->resumed_bytes);
    ir_record_number(&r, "version", result->version);
    ir_record_text(&r, "name", result->name);
    ir_record_text(&r, "content_type", result->content_type);
    ir_record_text(&r, "modified", result->modified);
    ir_record_seconds(&r, "seconds", ir_progress_seconds(&w->transfer));
    ir_output_event(w->out, &r);
    ir_printable_size(size, sizeof size, result->size_bytes);
    ir_output_result(w->out, "%s -> %s  %s, CRC32 %08lX, %s", target->path,
        target->file, size, (unsigned long)result->crc32, level);
}

static void
get(struct work *w, struct ir_target *target)
{
    static const struct ir_sink to_stdout = { ir_output_bytes, NULL, 0 };
    struct ir_client *c = w->session.client;
    struct ir_download_options o = download_options(w);
    int is_stdout = strcmp(target->file, "-") == 0 && w->targets.output != NULL;
    struct ir_result result;
    enum ir_status st;

    ir_progress_begin(&w->transfer, target->path, target->file);
    if (is_stdout)
        st = ir_download_sink(c, target->path, &to_stdout, &o, &result);
    else
        st = ir_download_file(c, target->path, target->file, &o, &result);
    if (st != IR_OK) {
        ir_tally_fail(&w->tally, target->path, ir_client_error(c));
        return;
    }
    tell_done(w, target, &result);
    w->tally.n_done++;
}

/* ---- All of them ------------------------------------------------------- */

static enum ir_status
prepare(struct work *w, struct ir_error *e)
{
    const char *output = ir_options_text(w->s, IR_OPTION_OUTPUT);

    if (ir_targets_init(&w->targets, output, w->s->operands, w->s->n_operands,
            e)
            != IR_OK
        || ir_targets_check(&w->targets, e) != IR_OK)
        return e->status;
    if (ir_session_open(&w->session, w->s, w->out) != IR_OK) {
        *e = w->session.error;
        return e->status;
    }
    if (ir_targets_ask(&w->targets, &w->session, &w->tally, e) != IR_OK)
        return e->status;
    return ir_targets_create(&w->targets, e);
}

int
ir_cmd_get(const struct ir_settings *s, struct ir_output *out)
{
    struct work w = { .s = s, .out = out, .tally = { .out = out } };
    struct ir_error e = { .status = IR_OK };
    int code;

    ir_progress_init(&w.transfer, s, out);
    if (prepare(&w, &e) == IR_OK) {
        for (int i = 0; i < w.targets.n && !ir_tally_must_stop(&w.tally); i++) {
            if (!w.targets.of[i].failed)
                get(&w, &w.targets.of[i]);
        }
        code = ir_tally_exit(&w.tally);
    } else {
        code = ir_output_error(out, NULL, &e);
    }
    ir_session_close(&w.session);
    ir_targets_clear(&w.targets);
    return code;
}
