/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "fetch.h"

#include "facts.h"
#include "printable.h"

static struct ir_download_options
options(struct ir_work *w)
{
    const struct ir_settings *s = w->settings;
    struct ir_download_options o = IR_DOWNLOAD_OPTIONS_INIT;
    int n_retries = (int)ir_options_get(s, IR_OPTION_RETRIES, 5);

    o.version = ir_options_get(s, IR_OPTION_DOC_VERSION, 0);
    o.chunk_bytes = (uint64_t)ir_options_get(s, IR_OPTION_CHUNK_SIZE, 0);
    o.n_retries = n_retries == 0 ? -1 : n_retries;
    o.retry_delay_ms = (int)ir_options_get(s, IR_OPTION_RETRY_DELAY, 0);
    o.keep_existing = ir_options_get(s, IR_OPTION_NO_OVERWRITE, 0) != 0;
    o.n_connections = w->n_connections;
    o.resume = !ir_options_get(s, IR_OPTION_NO_RESUME, 0);
    o.fail_on_change = ir_options_get(s, IR_OPTION_ON_CHANGE, 0) != 0;
    o.progress = ir_progress_hear;
    o.progress_ctx = &w->transfer;
    return o;
}

static void
tell_done(struct ir_work *w, const struct ir_fetch *f,
    const struct ir_result *result)
{
    const char *level = ir_facts_level(result->level);
    struct ir_record r;
    char size[24];

    ir_record_init(&r, "done");
    ir_record_text(&r, "path", f->path);
    ir_record_text(&r, "file", f->file);
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
    ir_output_result(w->out, "%s -> %s  %s, CRC32 %08lX, %s", f->path, f->file,
        size, (unsigned long)result->crc32, level);
}

void
ir_fetch_document(struct ir_work *w, const struct ir_fetch *f)
{
    static const struct ir_sink to_stdout = { ir_output_bytes, NULL, 0 };
    struct ir_client *c = w->session.client;
    struct ir_download_options o = options(w);
    struct ir_result result;
    enum ir_status st;

    ir_progress_begin(&w->transfer, f->path, f->file);
    if (f->opened == NULL)
        st = ir_download_sink(c, f->address, &to_stdout, &o, &result);
    else
        st = ir_download_file(c, f->address, f->opened, &o, &result);
    if (st != IR_OK) {
        struct ir_error e = *ir_client_error(c);

        if (f->opened != NULL)
            ir_fault_reword(&e, f->opened, f->file);
        ir_tally_fail(&w->tally, f->path, &e);
        return;
    }
    tell_done(w, f, &result);
    w->tally.n_done++;
    w->n_bytes += result.size_bytes;
}
