/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_QUEUE_H
#define IR_EMULATOR_QUEUE_H

#include "emulator.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A document or folder that somebody means to download. */
struct ir_queued {
    int64_t id;
    bool is_folder;
};

/* Add to a user's download queue; false if it has the item already. */
bool ir_queue_add(struct ir_emulator *e, const char *user,
    const struct ir_queued *item);

bool ir_queue_remove(struct ir_emulator *e, const char *user,
    const struct ir_queued *item);

/* All of it, folders first, to be freed with free(). */
bool ir_queue_list(struct ir_emulator *e, const char *user,
    struct ir_queued **out, size_t *n);

#endif
