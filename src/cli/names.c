/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A name from the server is a suggestion by somebody who may be hostile: it
 * must not leave the directory, hide, pose as an option, or look like another
 * name. */
#include "names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "printable.h"

int
ir_names_is_id(const char *remote)
{
    return remote[0] == '~' && (remote[1] == 'D' || remote[1] == 'd')
        && remote[2] >= '0' && remote[2] <= '9'
        && strpbrk(remote, "/\\") == NULL;
}

const char *
ir_names_last(const char *remote)
{
    const char *last = remote;

    for (const char *s = remote; *s != '\0'; s++) {
        if (*s == '/' || *s == '\\')
            last = s + 1;
    }
    if (*last == '\0' || strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
        return NULL;
    return last;
}

/* Names of devices on systems that a synchronised folder may reach, with or
 * without an extension. */
static int
is_reserved(const char *name)
{
    static const char *const words[] = { "CON", "PRN", "AUX", "NUL" };
    size_t n = strcspn(name, ".");

    for (size_t i = 0; n == 3 && i < sizeof words / sizeof words[0]; i++) {
        if (strncasecmp(name, words[i], 3) == 0)
            return 1;
    }
    return n == 4 && name[3] >= '0' && name[3] <= '9'
        && (strncasecmp(name, "COM", 3) == 0
            || strncasecmp(name, "LPT", 3) == 0);
}

int
ir_names_is_safe(const char *name)
{
    if (*name == '\0' || *name == '-' || *name == '.' || strlen(name) > 255
        || strpbrk(name, "/\\") != NULL || is_reserved(name))
        return 0;
    while (*name != '\0') {
        size_t n = ir_printable_length(name, NULL);

        if (n == 0)
            return 0;
        name += n;
    }
    return 1;
}

char *
ir_names_join(const char *directory, const char *name)
{
    size_t n = strlen(directory);
    const char *slash = n > 0 && directory[n - 1] == '/' ? "" : "/";
    size_t size = n + strlen(slash) + strlen(name) + 1;
    char *path = malloc(size);

    if (path != NULL)
        snprintf(path, size, "%s%s%s", directory, slash, name);
    return path;
}
