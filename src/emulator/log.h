/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_LOG_H
#define IR_EMULATOR_LOG_H

#include <stdint.h>

/* One request that was answered.  Texts may be NULL. */
struct ir_log_request {
    const char *peer;
    const char *method;
    const char *path; /* without the query, which may hold secrets */
    const char *operation;
    int status;
    int refusal; /* code, 0 if it was granted */
    uint64_t received;
    uint64_t sent;
    int64_t ms;
};

/* Write it as a line of JSON to stderr. */
void ir_log_request(const struct ir_log_request *r);

#endif
