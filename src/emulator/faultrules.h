/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_FAULTRULES_H
#define IR_EMULATOR_FAULTRULES_H

#include "faultkinds.h"
#include "faultvalue.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The parameters that kinds have, see faultkinds.c. */
enum ir_fault_key {
    IR_KEY_AT,
    IR_KEY_AS,
    IR_KEY_APPLIED,
    IR_KEY_BYTES,
    IR_KEY_BYTE,
    IR_KEY_FROM,
    IR_KEY_MS,
    IR_KEY_STEP,
    IR_KEY_N,
    IR_KEY_ADD,
    IR_KEY_CODE,
    IR_KEY_LENGTH,
    IR_KEY_RETRY_AFTER,
    IR_KEY_LOCATION,
    IR_KEY_NAME,
    IR_KEY_VALUE,
    IR_KEYS
};

struct ir_fault_rule {
    unsigned line;
    char *text; /* the line, without a comment */

    const struct ir_operation *operation; /* NULL: any */
    struct ir_fault_range nth;
    struct ir_fault_range handler;
    struct ir_fault_range offset;
    struct ir_fault_range chunk;
    bool is_last_chunk;
    uint64_t times; /* 0: always */
    bool is_random;
    double probability;
    uint64_t seed;

    const struct ir_fault_kind *kind;
    struct ir_fault_value with[IR_KEYS];

    /* For the one who decides, under his lock. */
    uint64_t n_fired;
    uint64_t random;
};

struct ir_fault_rules {
    struct ir_fault_rule *items;
    size_t n;
};

/* Read the rules of 'file', to be cleared whatever the result.  False if one
 * is wrong, which stderr says with its line. */
bool ir_faultrules_read(struct ir_fault_rules *out, const char *file);
void ir_faultrules_clear(struct ir_fault_rules *rules);

/* Whether the parameter is this word. */
bool ir_faultrules_is(const struct ir_fault_rule *r, enum ir_fault_key key,
    const char *word);

#endif
