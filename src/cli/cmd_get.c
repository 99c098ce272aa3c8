/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir get: documents into files, or one document to standard output.  A document
 * that fails does not keep the others from being fetched. */
#include <string.h>

#include "output.h"
#include "printable.h"
#include "progress.h"
#include "session.h"
#include "signals.h"
#include "targets.h"

struct work {
    const struct ir_settings *s;
    struct ir_output *out;
    struct ir_session session;
    struct ir_targets targets;
    struct ir_transfer transfer;
    int n_done;
    int n_failed;
    int first_code; /* of the failures */
};

static void
fail(struct work *w, struct ir_target *target, const struct ir_error *e)
{
    int code = ir_output_error(w->out, target->path, e);

    target->failed = 1;
    if (w->n_failed++ == 0)
        w->first_code = code;
}

/* ---- One document ------------------------------------------------------ */

/* An ir_write_fn. */
static int
write_stdout(void *ctx, uint64_t offset, const void *data, size_t n)
{
    (void)ctx;
    (void)offset;
    return ir_output_bytes(data, n);
}

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
    const char *level =
        result->level == IR_LEVEL_VERIFIED ? "verified" : "chunk-verified";
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
    static const struct ir_sink to_stdout = { write_stdout, NULL, 0 };
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
        fail(w, target, ir_client_error(c));
        return;
    }
    tell_done(w, target, &result);
    w->n_done++;
}

/* ---- All of them ------------------------------------------------------- */

/* Has it become pointless to go on? */
static int
must_stop(const struct work *w)
{
    return ir_signals_caught() != 0 || ir_output_failed(w->out);
}

/* Ask the server for the names that only it knows. */
static enum ir_status
ask_names(struct work *w, struct ir_error *e)
{
    int64_t version = ir_options_get(w->s, IR_OPTION_DOC_VERSION, 0);
    int n_named = 0;

    for (int i = 0; i < w->targets.n && !must_stop(w); i++) {
        struct ir_target *target = &w->targets.of[i];
        struct ir_error problem = { .status = IR_OK };
        struct ir_document document;

        if (target->file != NULL)
            continue;
        if (ir_get_document(w->session.client, target->path, version, &document)
            != IR_OK)
            problem = *ir_client_error(w->session.client);
        else
            ir_targets_name(&w->targets, target, document.name, &problem);
        if (problem.status != IR_OK)
            fail(w, target, &problem);
        else
            n_named++;
    }
    return n_named == 0 ? IR_OK : ir_targets_check(&w->targets, e);
}

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
    if (ask_names(w, e) != IR_OK)
        return e->status;
    return ir_targets_create(&w->targets, e);
}

static int
exit_code(const struct work *w)
{
    if (ir_signals_caught() != 0)
        return ir_fault_exit(IR_E_CANCELLED);
    if (w->n_failed > 0 && w->n_done > 0)
        return IR_EXIT_PARTIAL;
    return w->first_code;
}

int
ir_cmd_get(const struct ir_settings *s, struct ir_output *out)
{
    struct work w = { .s = s, .out = out };
    struct ir_error e = { .status = IR_OK };
    int code;

    ir_progress_init(&w.transfer, s, out);
    if (prepare(&w, &e) == IR_OK) {
        for (int i = 0; i < w.targets.n && !must_stop(&w); i++) {
            if (!w.targets.of[i].failed)
                get(&w, &w.targets.of[i]);
        }
        code = exit_code(&w);
    } else {
        code = ir_output_error(out, NULL, &e);
    }
    ir_session_close(&w.session);
    ir_targets_clear(&w.targets);
    return code;
}
