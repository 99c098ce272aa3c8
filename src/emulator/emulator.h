/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_EMULATOR_H
#define IR_EMULATOR_EMULATOR_H

struct ir_faults;
struct ir_report;
struct ir_settings;
struct ir_store;
struct ir_tree;
struct ir_wsdl;

/* What every request may use.  Set up before the first connection and not
 * changed until the last has ended; what the pointers lead to locks itself. */
struct ir_emulator {
    const struct ir_settings *settings;
    struct ir_tree *tree;
    struct ir_store *store;
    struct ir_report *report;
    struct ir_wsdl *wsdl;
    struct ir_faults *faults; /* NULL unless there are rules */
};

#endif
