/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * One document, into the server. */
#ifndef IR_CLI_SEND_H
#define IR_CLI_SEND_H

#include "work.h"

struct ir_send {
    const char *path;   /* remote */
    const char *file;   /* local, as it is told; "-": standard input */
    const char *opened; /* local, as it is opened */
};

/* Send it, tell what came of it, and count it. */
void ir_send_document(struct ir_work *w, const struct ir_send *s);

/* Is 'file' standard input? */
int ir_send_is_stdin(const char *file);

#endif
