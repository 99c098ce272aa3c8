/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Small files that appear whole or not at all. */
#ifndef IR_CLI_PUBLISH_H
#define IR_CLI_PUBLISH_H

#include <stddef.h>

#include "fault.h"

enum ir_privacy {
    IR_PUBLISH_SHARED,
    IR_PUBLISH_PRIVATE /* mode 0600 */
};

/* Make the file 'path' hold the 'n' bytes at 'data'.  What is replaced must be
 * a regular file or a symbolic link, which is not followed. */
enum ir_status ir_publish(const char *path, const void *data, size_t n,
    enum ir_privacy privacy, struct ir_error *e);

#endif
