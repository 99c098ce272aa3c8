/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "transfer/options.h"

#include <string.h>

enum ir_status
ir_options_copy(void *to, size_t size, const void *from, size_t from_size,
    struct ir_error *e)
{
    const unsigned char *bytes = from;

    memset(to, 0, size);
    if (from == NULL)
        return IR_OK;
    if (from_size < sizeof from_size || from_size > 65536)
        return ir_error_set(e, IR_E_ARGUMENT,
            "options are not set up with their INIT macro");
    for (size_t i = size; i < from_size; i++)
        if (bytes[i] != 0)
            return ir_error_set(e, IR_E_ARGUMENT,
                "an option is set that this version does not know");
    memcpy(to, from, from_size < size ? from_size : size);
    return IR_OK;
}
