/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

char *
ir_state_folder(const struct ir_settings *s)
{
    const char *base = ir_options_text(s, IR_OPTION_STATE_DIR);
    const char *below = "/inforouter";
    size_t size;
    char *path;

    if (base != NULL)
        return strdup(base);
    base = getenv("XDG_STATE_HOME");
    if (base == NULL || *base != '/') {
        base = getenv("HOME");
        below = "/.local/state/inforouter";
    }
    if (base == NULL || *base != '/')
        return NULL;
    size = strlen(base) + strlen(below) + 1;
    path = malloc(size);
    if (path != NULL)
        snprintf(path, size, "%s%s", base, below);
    return path;
}
