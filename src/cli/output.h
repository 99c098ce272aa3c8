/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Everything that the program says.  Data goes to stdout, talk to stderr;
 * while a document goes to stdout, data goes to stderr too.  With --json both
 * are objects, one a line, where data goes. */
#ifndef IR_CLI_OUTPUT_H
#define IR_CLI_OUTPUT_H

#include "options.h"
#include "page.h"
#include "record.h"

struct ir_output {
    FILE *data;
    struct ir_page *page; /* of the document that it is about, which others
                             are under way beside; NULL: nothing waits */
    int json;
    int quiet;
    int verbose;
    int status_shown; /* a status line stands on the terminal */
    int out_of_memory;
    int n_blocks; /* of lines, an empty line between them */
    char last_warning[640];
    const char *warned_of; /* its subject, compared by address only */
};

void ir_output_init(struct ir_output *out, const struct ir_settings *s);

/* A document is about to be written to stdout. */
void ir_output_yield_stdout(struct ir_output *out);

/* Tell an error about 'subject' (NULL: about the whole).  Returns the exit
 * code. */
int ir_output_error(struct ir_output *out, const char *subject,
    const struct ir_error *e);
/* The same text again, which the library tells to its log and as an event, is
 * not repeated unless it is about another subject. */
void ir_output_warning(struct ir_output *out, const char *subject,
    const char *text);
/* What the server left out of an archive; either text may be empty. */
void ir_output_skipped(struct ir_output *out, const char *item,
    const char *why);
/* What --verbose shows. */
void ir_output_note(struct ir_output *out, const char *subject,
    const char *text);

/* A record that is data: printed in either form. */
void ir_output_data(struct ir_output *out, struct ir_record *r);
/* A line that is data, unless --json. */
void ir_output_line(struct ir_output *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A record that is an event: for --json only. */
void ir_output_event(struct ir_output *out, struct ir_record *r);
/* A line on what was done, unless --quiet or --json. */
void ir_output_result(struct ir_output *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Bytes of a document to stdout, in order; an ir_write_fn without a context.
 * 0; -1 and errno, which is 0 if a signal ended it. */
int ir_output_bytes(void *ctx, uint64_t offset, const void *data, size_t n);

/* Show 'text' in place of the status line of before; NULL takes it away. */
void ir_output_status(struct ir_output *out, const char *text);

/* Can what has been said not be read by anybody? */
int ir_output_failed(const struct ir_output *out);

/* Close stdout.  Returns 'code', or 10 if that succeeded or failed without a
 * reason of its own while stdout could not be written. */
int ir_output_close(struct ir_output *out, int code);

#endif
