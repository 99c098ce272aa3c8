/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What the library is asked for while memory fails. */
#ifndef TORTURE_SCENARIOS_H
#define TORTURE_SCENARIOS_H

#include <stdio.h>

#include "inforouter.h"

/* One run of a scenario.  The working directory is its own. */
struct run {
    const char *url;
    const char *ca_file; /* NULL: http */
    int compressed;
    const char *user;
    const char *password;
    const char *ticket;
    const char *path;    /* where an upload goes */
    struct ir_client *c; /* has a session */
    struct ir_client *other; /* the same session, for what happens meanwhile */
    FILE *out; /* takes everything that a success hands out */
    int n_warnings;
    int is_disturbed; /* what happens meanwhile has happened */
};

struct scenario {
    const char *name;
    /* Before, while memory is still granted; or NULL. */
    void (*prepare)(struct run *r);
    enum ir_status (*work)(struct run *r);
};

/* NULL behind the last. */
extern const struct scenario scenarios[];

/* A client with the session of 'r' for a run; ends the program if it cannot be
 * had. */
struct ir_client *scenario_client(struct run *r);

#endif
