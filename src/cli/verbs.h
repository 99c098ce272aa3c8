/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The table of verbs: dispatch, help and completion read it. */
#ifndef IR_CLI_VERBS_H
#define IR_CLI_VERBS_H

#include <stddef.h>

struct ir_output;
struct ir_settings;

/* Sets of verbs, for the table of options. */
enum ir_verb_set {
    IR_VERB_GET = 1 << 0,
    IR_VERB_INFO = 1 << 1,
    IR_VERB_LOGIN = 1 << 2,
    IR_VERB_LOGOUT = 1 << 3,
    IR_VERB_TICKET = 1 << 4,
    IR_VERB_CALL = 1 << 5,
    IR_VERB_HELP = 1 << 6,
    IR_VERB_COMPLETION = 1 << 7,
    IR_VERB_PUT = 1 << 8,
    IR_VERB_ZIP = 1 << 9,
    IR_VERB_LS = 1 << 10,
    IR_VERB_VERIFY = 1 << 11,
    IR_VERB_JOBS = 1 << 12,
    IR_VERB_GC = 1 << 13,
    /* those that move documents, that open a session, that talk to a server */
    IR_VERBS_TRANSFER = IR_VERB_GET | IR_VERB_PUT | IR_VERB_ZIP,
    IR_VERBS_SESSION = IR_VERBS_TRANSFER | IR_VERB_LS | IR_VERB_INFO
        | IR_VERB_VERIFY | IR_VERB_LOGIN | IR_VERB_CALL | IR_VERB_GC,
    IR_VERBS_SERVER = IR_VERBS_SESSION | IR_VERB_LOGOUT | IR_VERB_TICKET,
    /* those that print what they do in either form */
    IR_VERBS_TALKING = IR_VERBS_SERVER | IR_VERB_JOBS,
    IR_VERBS_ALL = IR_VERBS_TALKING | IR_VERB_HELP | IR_VERB_COMPLETION
};

struct ir_verb {
    const char *name;
    enum ir_verb_set bit;
    const char *operands; /* as help shows them */
    int min_operands;
    int max_operands; /* -1: any number */
    const char *summary;
    const char *text; /* paragraphs for help */
    /* The words that the first operand may be, for completion: number 'i', or
     * NULL behind the last.  NULL: it is no fixed word. */
    const char *(*word)(size_t i);
    /* Returns the exit code. */
    int (*run)(const struct ir_settings *s, struct ir_output *out);
};

/* Ends with a verb without a name. */
extern const struct ir_verb ir_verbs[];

/* NULL if there is none. */
const struct ir_verb *ir_verbs_find(const char *name);

/* The run and word functions, each in its cmd_ file. */
int ir_cmd_get(const struct ir_settings *s, struct ir_output *out);
int ir_cmd_put(const struct ir_settings *s, struct ir_output *out);
int ir_cmd_zip(const struct ir_settings *s, struct ir_output *out);
int ir_cmd_ls(const struct ir_settings *s, struct ir_output *out);
int ir_cmd_info(const struct ir_settings *s, struct ir_output *out);
int ir_cmd_verify(const struct ir_settings *s, struct ir_output *out);
int ir_cmd_login(const struct ir_settings *s, struct ir_output *out);
int ir_cmd_logout(const struct ir_settings *s, struct ir_output *out);
int ir_cmd_ticket(const struct ir_settings *s, struct ir_output *out);
int ir_cmd_call(const struct ir_settings *s, struct ir_output *out);
int ir_cmd_jobs(const struct ir_settings *s, struct ir_output *out);
int ir_cmd_gc(const struct ir_settings *s, struct ir_output *out);
int ir_cmd_help(const struct ir_settings *s, struct ir_output *out);
int ir_cmd_completion(const struct ir_settings *s, struct ir_output *out);
const char *ir_cmd_call_word(size_t i);
const char *ir_cmd_help_word(size_t i);
const char *ir_cmd_completion_word(size_t i);

#endif
