/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A remote folder with all that is in it. */
#ifndef IR_CLI_TREE_GET_H
#define IR_CLI_TREE_GET_H

#include "work.h"

struct ir_tree_get {
    const char *path;      /* of the remote folder */
    const char *directory; /* local, exists; it may be a symbolic link */
    const char *file;      /* where the folder goes: 'directory', or a name
                              directly in it */
};

/* Fetch the folder, tell what came of it, and count it.  IR_OK if it could be
 * listed; else nothing has been told, and 'e' says why: it may be a document.
 */
enum ir_status ir_tree_get(struct ir_work *w, const struct ir_tree_get *tree,
    struct ir_error *e);

#endif
