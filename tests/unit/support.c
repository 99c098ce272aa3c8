/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <string.h>

void
check_error(const char *row, const struct ir_error *e, enum ir_status status,
    const char *part)
{
    if (e->status != status || strstr(e->message, part) == NULL)
        fail_msg("%s: got %s \"%s\", expected %s \"%s\"", row,
            ir_status_name(e->status), e->message, ir_status_name(status),
            part);
}

void
fill_pattern(uint8_t *data, size_t n)
{
    uint32_t x = 0x9E3779B9;

    for (size_t i = 0; i < n; i++) {
        x = x * 1664525 + 1013904223;
        data[i] = (uint8_t)(x >> 24);
    }
}
