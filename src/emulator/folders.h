/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_FOLDERS_H
#define IR_EMULATOR_FOLDERS_H

#include "documents.h"
#include "refusal.h"

/* Make the folder that a client calls 'path', with its parents, in a library
 * that there is; 'real' is what it is called in the end. */
enum ir_refusal ir_folders_make(struct ir_emulator *e, const char *path,
    char real[IR_PATH_SIZE]);

#endif
