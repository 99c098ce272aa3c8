/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The table of options, and what they are set to.  Whatever the source - the
 * command line, the environment, a profile - a value goes through one check,
 * and the nearest source wins. */
#ifndef IR_CLI_OPTIONS_H
#define IR_CLI_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "fault.h"
#include "verbs.h"

enum ir_option_id {
    IR_OPTION_URL,
    IR_OPTION_USER,
    IR_OPTION_PASSWORD_FILE,
    IR_OPTION_PASSWORD_STDIN,
    IR_OPTION_TICKET_FILE,
    IR_OPTION_PROFILE,
    IR_OPTION_OUTPUT,
    IR_OPTION_NO_OVERWRITE,
    IR_OPTION_NO_RESUME,
    IR_OPTION_ON_CHANGE,
    IR_OPTION_PARTIAL,
    IR_OPTION_QUEUE,
    IR_OPTION_RECURSIVE,
    IR_OPTION_DOC_VERSION,
    IR_OPTION_COMMENT,
    IR_OPTION_NEW_ONLY,
    IR_OPTION_CREATE_FOLDERS,
    IR_OPTION_LOCK,
    IR_OPTION_NO_PREFLIGHT,
    IR_OPTION_ON_AMBIGUOUS,
    IR_OPTION_PARALLEL,
    IR_OPTION_CHUNK_SIZE,
    IR_OPTION_LIMIT_RATE,
    IR_OPTION_COMPRESSED,
    IR_OPTION_RETRIES,
    IR_OPTION_RETRY_DELAY,
    IR_OPTION_SHOW,
    IR_OPTION_SPELLING,
    IR_OPTION_SOAP,
    IR_OPTION_LANGUAGE,
    IR_OPTION_CACERT,
    IR_OPTION_CAPATH,
    IR_OPTION_CERT,
    IR_OPTION_KEY,
    IR_OPTION_PROXY,
    IR_OPTION_ALLOW_HTTP,
    IR_OPTION_CONNECT_TIMEOUT,
    IR_OPTION_IDLE_TIMEOUT,
    IR_OPTION_MAX_TIME,
    IR_OPTION_STATE_DIR,
    IR_OPTION_PROGRESS,
    IR_OPTION_JSON,
    IR_OPTION_QUIET,
    IR_OPTION_VERBOSE,
    IR_OPTION_HELP,
    IR_OPTION_VERSION,
    IR_N_OPTIONS
};

enum ir_kind {
    IR_KIND_FLAG, /* 1 or 0 */
    IR_KIND_TEXT,
    IR_KIND_FILE,
    IR_KIND_DIRECTORY,
    IR_KIND_WORD, /* the index among the words of 'value' */
    IR_KIND_COUNT,
    IR_KIND_COUNT_OR_AUTO, /* -1 */
    IR_KIND_SIZE,    /* bytes */
    IR_KIND_SECONDS, /* milliseconds; seconds where no unit is given */
    IR_KIND_MILLISECONDS
};

/* Where a setting comes from; the greater wins. */
enum ir_origin {
    IR_ORIGIN_DEFAULT,
    IR_ORIGIN_PROFILE,
    IR_ORIGIN_ENVIRONMENT,
    IR_ORIGIN_FLAG
};

struct ir_option {
    const char *name;
    char letter; /* 0: none */
    enum ir_kind kind;
    enum ir_verb_set verbs;
    enum ir_origin farthest; /* the least origin it is taken from */
    int64_t min;             /* of numbers */
    int64_t max;
    const char *value; /* what help calls it; words are split by '|' */
    const char *help;
};

extern const struct ir_option ir_options_table[IR_N_OPTIONS];

/* The word number 'i' of an option of that kind: its length, 0 behind the last,
 * and '*word', not terminated. */
size_t ir_options_word(const struct ir_option *o, size_t i, const char **word);

struct ir_setting {
    enum ir_origin origin;
    int64_t number;
    char *text; /* as it was written */
};

struct ir_settings {
    struct ir_setting of[IR_N_OPTIONS];
    const struct ir_verb *verb; /* NULL: none was named */
    char **operands;            /* belong to the command line */
    int n_operands;
};

/* Read the command line.  After an error the rest is read nevertheless, because
 * it may say how errors are to be told.  'e' keeps the first. */
enum ir_status ir_options_parse(struct ir_settings *s, int argc, char **argv,
    struct ir_error *e);

/* Where a value stands, and what messages call that: "--retries",
 * "IR_RETRIES". */
struct ir_setting_source {
    enum ir_origin origin;
    const char *where;
};

/* Set option 'id' unless a nearer origin did. */
enum ir_status ir_options_set(struct ir_settings *s, enum ir_option_id id,
    struct ir_setting_source source, const char *text, struct ir_error *e);

/* An unsigned decimal number from 'min' to 'max'; 0 if 'text' is none. */
int ir_options_number(const char *text, int64_t min, int64_t max,
    int64_t *number);

/* NULL if it is not set. */
const char *ir_options_text(const struct ir_settings *s, enum ir_option_id id);

/* 'otherwise' if it is not set. */
int64_t ir_options_get(const struct ir_settings *s, enum ir_option_id id,
    int64_t otherwise);

void ir_options_clear(struct ir_settings *s);

#endif
