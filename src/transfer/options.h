/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Options that callers of another version of the header pass: fewer bytes mean
 * defaults, more are accepted while they are zero. */
#ifndef IR_TRANSFER_OPTIONS_H
#define IR_TRANSFER_OPTIONS_H

#include <stddef.h>

#include "wire/error.h"

/* Copy the options at 'from', which say that they are 'from_size' bytes, into
 * 'to' of 'size' bytes.  'from' NULL: all defaults. */
enum ir_status ir_options_copy(void *to, size_t size, const void *from,
    size_t from_size, struct ir_error *e);

#endif
