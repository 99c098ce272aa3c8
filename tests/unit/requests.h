/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Every operation once, with fixed arguments: what it sends, and whether it may
 * be sent twice. */
#ifndef IR_TESTS_REQUESTS_H
#define IR_TESTS_REQUESTS_H

#include "line.h"

struct request {
    const char *operation;
    enum ir_status (*call)(struct ir_wire *w);
    const char *documented; /* the parameters, as they are sent */
    const char *classic;    /* NULL: the same */
    int repeatable;
    const char *answer; /* that satisfies it */
};

#define N_REQUESTS 48
extern const struct request requests[N_REQUESTS];

#endif
