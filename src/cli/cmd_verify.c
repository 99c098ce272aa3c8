/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir verify: are local files what the server has?  The files are those in which
 * 'ir get' with the same words stores the documents. */
#include <string.h>

#include "facts.h"
#include "output.h"
#include "printable.h"
#include "session.h"
#include "tally.h"
#include "targets.h"

struct work {
    const struct ir_settings *s;
    struct ir_output *out;
    struct ir_session session;
    struct ir_targets targets;
    struct ir_tally tally;
};

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
    ir_output_event(w->out, &r);
    ir_printable_size(size, sizeof size, result->size_bytes);
    ir_output_result(w->out, "%s = %s  %s, CRC32 %08lX, %s", target->path,
        target->file, size, (unsigned long)result->crc32, level);
}

static void
verify(struct work *w, const struct ir_target *target)
{
    int64_t version = ir_options_get(w->s, IR_OPTION_DOC_VERSION, 0);
    struct ir_client *c = w->session.client;
    struct ir_result result;

    if (ir_verify_file(c, target->path, version, target->file, &result)
        != IR_OK) {
        ir_tally_fail(&w->tally, target->path, ir_client_error(c));
        return;
    }
    tell_done(w, target, &result);
    w->tally.n_done++;
}

static enum ir_status
prepare(struct work *w, struct ir_error *e)
{
    const char *output = ir_options_text(w->s, IR_OPTION_OUTPUT);

    if (output != NULL && strcmp(output, "-") == 0)
        return ir_fault_set(e, IR_E_ARGUMENT,
            "-o -: there is no local file to compare");
    w->targets.output = output;
    w->targets.n = w->s->n_operands;
    if (ir_targets_init(&w->targets, w->s->operands, e) != IR_OK
        || ir_targets_check(&w->targets, e) != IR_OK)
        return e->status;
    if (ir_session_open(&w->session, w->s, w->out) != IR_OK) {
        *e = w->session.error;
        return e->status;
    }
    return ir_targets_ask(&w->targets, &w->session, &w->tally, e);
}

int
ir_cmd_verify(const struct ir_settings *s, struct ir_output *out)
{
    struct work w = { .s = s, .out = out, .tally = { .out = out } };
    struct ir_error e = { .status = IR_OK };
    int code;

    if (prepare(&w, &e) == IR_OK) {
        for (int i = 0; i < w.targets.n && !ir_tally_must_stop(&w.tally); i++) {
            if (!w.targets.of[i].failed)
                verify(&w, &w.targets.of[i]);
        }
        code = ir_tally_exit(&w.tally);
    } else {
        code = ir_output_error(out, NULL, &e);
    }
    ir_session_close(&w.session);
    ir_targets_clear(&w.targets);
    return code;
}
