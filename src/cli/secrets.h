/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Passwords and tickets come from files, standard input or a terminal. */
#ifndef IR_CLI_SECRETS_H
#define IR_CLI_SECRETS_H

#include "fault.h"

#define IR_SECRET_MAX 4096

/* Wipe it when it has been used. */
struct ir_secret {
    char text[IR_SECRET_MAX + 4]; /* and line end, one too many, NUL */
};

/* One line from a regular file that belongs to us or root and that nobody else
 * can read.  'what' names it in messages: "password". */
enum ir_status ir_secrets_file(struct ir_secret *secret, const char *what,
    const char *path, struct ir_error *e);

/* One line from standard input; at a terminal 'prompt' is shown and nothing is
 * echoed.  A signal ends it with IR_E_CANCELLED. */
enum ir_status ir_secrets_stdin(struct ir_secret *secret, const char *what,
    const char *prompt, struct ir_error *e);

void ir_secrets_wipe(struct ir_secret *secret);

#endif
