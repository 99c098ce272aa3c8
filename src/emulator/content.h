/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_CONTENT_H
#define IR_EMULATOR_CONTENT_H

#include "emulator.h"
#include "tree.h"

#include <stdbool.h>
#include <stdint.h>

#define IR_PLACE_SIZE (IR_PATH_SIZE + 8)

/* Bytes that do not change: where they lie, and what tells that they are still
 * the same.  'place' is "tree:/Library/Name" below the root, else a file in
 * the state folder. */
struct ir_content {
    char place[IR_PLACE_SIZE];
    struct ir_identity identity;
};

/* Where a document below the root, an older version, a staged file lies. */
void ir_content_in_tree(struct ir_content *c, const char *path);
void ir_content_in_state(struct ir_content *c, const char *folder,
    const char *name);

/* A descriptor to read the content, -1 if it is gone or has changed. */
int ir_content_open(struct ir_emulator *e, const struct ir_content *c);

/* Whether an open file still is that content. */
bool ir_content_is_same(int fd, const struct ir_content *c);

/* Keep the bytes of 'c' as the staged file 'name', so that they can be read
 * whatever becomes of their document; 'out' is where they are then.  A large
 * file on a disk that cannot share blocks stays where it is, and is lost when
 * it changes. */
bool ir_content_stage(struct ir_emulator *e, const struct ir_content *c,
    const char *name, struct ir_content *out);

/* Keep the bytes of the open file 'from', whatever their size, as a file in the
 * state folder. */
bool ir_content_keep(struct ir_emulator *e, int from, const char *folder,
    const char *name);

/* Write all of it to an open file. */
bool ir_content_write(int fd, const void *data, size_t n);

/* Give the file 'from' the second name 'to', replacing what has it, or make a
 * copy where a file system cannot; 'out' is what the new name leads to. */
bool ir_content_link(int from_folder, const char *from, int to_folder,
    const char *to, struct ir_identity *out);

/* Whether it is a staged file. */
bool ir_content_is_staged(const struct ir_content *c);

/* Remove a staged file. */
void ir_content_drop(struct ir_emulator *e, const struct ir_content *c);

#endif
