/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * One document, out of the server. */
#ifndef IR_CLI_FETCH_H
#define IR_CLI_FETCH_H

#include "work.h"

struct ir_fetch {
    const char *path;    /* remote, as it is told */
    const char *address; /* remote, as the server is asked for it */
    const char *file;    /* local, as it is told */
    const char *opened;  /* local, as it is opened; NULL: to stdout */
};

/* Fetch it, tell what came of it, and count it. */
void ir_fetch_document(struct ir_work *w, const struct ir_fetch *f);

#endif
