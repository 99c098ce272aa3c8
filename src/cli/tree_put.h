/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A local directory with all that is in it. */
#ifndef IR_CLI_TREE_PUT_H
#define IR_CLI_TREE_PUT_H

#include "work.h"

/* Make the remote folder 'path' of the local directory 'directory', tell what
 * came of it, and count it. */
void ir_tree_put(struct ir_work *w, const char *directory, const char *path);

#endif
