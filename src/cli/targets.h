/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Which document goes where, settled before anything is fetched. */
#ifndef IR_CLI_TARGETS_H
#define IR_CLI_TARGETS_H

#include "fault.h"

struct ir_session;
struct ir_tally;

struct ir_target {
    const char *path; /* remote */
    char *file;       /* local; NULL while the name is not known */
    int failed;       /* told already, not to be fetched */
    int is_stdout;    /* 'file' is "-" */
};

struct ir_targets {
    const char *output;    /* as given; NULL: here */
    int recursive;         /* paths may be folders; 'output' is a directory */
    const char *directory; /* where names go; NULL: 'output' is a file */
    int create_directory;
    int n;
    struct ir_target *of;
};

/* Plan for the remote paths at 'paths', where the caller has set 'output',
 * 'recursive' and their number 'n'.  Those whose name only the server knows
 * stay without a file; of "/" it is the directory.  ir_targets_clear() is due
 * in any case. */
enum ir_status ir_targets_init(struct ir_targets *t, char **paths,
    struct ir_error *e);

/* Ask the server for the names that only it knows, and check again.  A target
 * that cannot be named is told and marked as failed. */
enum ir_status ir_targets_ask(struct ir_targets *t, struct ir_session *session,
    struct ir_tally *tally, struct ir_error *e);

/* IR_E_ARGUMENT if two documents would land in one file. */
enum ir_status ir_targets_check(const struct ir_targets *t, struct ir_error *e);

/* Make the directory, if one is due. */
enum ir_status ir_targets_create(const struct ir_targets *t,
    struct ir_error *e);

void ir_targets_clear(struct ir_targets *t);

#endif
