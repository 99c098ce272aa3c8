/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_REPORT_H
#define IR_EMULATOR_REPORT_H

#include "emulator.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ir_binding {
    IR_SOAP11,
    IR_SOAP12,
    IR_GET,
    IR_POST,
    IR_BINDINGS
};

/* What is counted besides calls, refusals and HTTP errors. */
enum ir_count {
    IR_COUNT_CONNECTIONS,
    IR_COUNT_CONNECTIONS_REFUSED,
    IR_COUNT_HANDSHAKES,
    IR_COUNT_HANDSHAKES_FAILED,
    IR_COUNT_HANDSHAKES_RESUMED,
    IR_COUNT_REQUESTS,
    IR_COUNT_FAULTS,
    IR_COUNT_RECEIVED,
    IR_COUNT_SENT,
    IR_COUNT_PACKED_REQUESTS,
    IR_COUNT_PACKED_ANSWERS,
    IR_COUNT_HANDLERS_BEGUN,
    IR_COUNT_TRYAGAIN,
    IR_COUNT_DOCUMENTS_CREATED,
    IR_COUNT_VERSIONS_ADDED,
    IR_COUNT_COMMITS_REFUSED,
    IR_COUNTS
};

struct ir_report;

/* Counters for 'n_operations' operations, whose names are asked for at the end:
 * name(i).  NULL if memory ran out. */
struct ir_report *ir_report_new(size_t n_operations,
    const char *(*name)(size_t operation));
void ir_report_free(struct ir_report *r);

/* Count; safe from any thread. */
void ir_report_add(struct ir_report *r, enum ir_count what, uint64_t n);
void ir_report_call(struct ir_report *r, size_t operation,
    enum ir_binding binding);
void ir_report_refusal(struct ir_report *r, int code);
void ir_report_status(struct ir_report *r, int http_status);

/* Write everything to 'file', which is replaced as a whole. */
bool ir_report_write(struct ir_emulator *e, const char *file);

#endif
