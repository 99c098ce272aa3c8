/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A name from the server is a suggestion by somebody who may be hostile: it
 * must not leave the directory, hide, pose as an option, or look like another
 * name. */
#include "names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wctype.h>

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

int
ir_names_is_segment(const char *name)
{
    return *name != '\0' && strpbrk(name, "/\\") == NULL
        && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* ---- To local ---------------------------------------------------------- */

/* A percent sign stays unless it would read as one of ours, so that what was
 * written can be read back in one way only. */
static int
must_escape(const char *name, size_t i)
{
    switch (name[i]) {
    case '/':
    case '\\':
        return 1;
    case '%':
        return isxdigit((unsigned char)name[i + 1])
            && isxdigit((unsigned char)name[i + 2]);
    case '-':
        return i == 0;
    case '.':
        return i == 0 || name[i + 1] == '\0';
    case ' ':
        return name[i + 1] == '\0';
    default:
        return i == 0 && is_reserved(name);
    }
}

char *
ir_names_local(const char *name)
{
    char *local = malloc(3 * strlen(name) + 1);
    size_t n = 0;

    if (local == NULL)
        return NULL;
    for (size_t i = 0; name[i] != '\0';) {
        size_t length = ir_printable_length(name + i, NULL);

        if (length == 0 || must_escape(name, i)) {
            snprintf(local + n, 4, "%%%02X", (unsigned)(unsigned char)name[i]);
            n += 3;
            i++;
            continue;
        }
        memcpy(local + n, name + i, length);
        n += length;
        i += length;
    }
    local[n] = '\0';
    return local;
}

/* ---- To remote --------------------------------------------------------- */

#define MAX_CHARACTERS 128

/* What a name is or does that the server mends: protocol.md, "Values". */
static const char *
find_shape(const char *name)
{
    size_t n = strlen(name);

    if (n == 0)
        return "it is empty";
    if (strstr(name, "..") != NULL)
        return "it holds ..";
    if (strstr(name, "  ") != NULL)
        return "it holds two blanks in a row";
    if (*name == '.' || *name == ' ')
        return *name == '.' ? "it begins with ." : "it begins with a blank";
    if (name[n - 1] == '.' || name[n - 1] == ' ')
        return name[n - 1] == '.' ? "it ends with ." : "it ends with a blank";
    return NULL;
}

/* A character that the server replaces, or that XML cannot carry. */
static int
is_kept(uint32_t code)
{
    return code >= 0x20 && code != 0x7F && code != 0xFFFE && code != 0xFFFF
        && (code >= 0x80 || strchr("/\\:*?\"<>|#%&+", (int)code) == NULL);
}

/* 1, and 'flaw' says which character is none to use, or that there are too
 * many. */
static int
find_character(const char *name, char *flaw, size_t size)
{
    size_t n_characters = 0;

    for (; *name != '\0'; n_characters++) {
        uint32_t code = 0;
        size_t n = ir_printable_decode(name, &code);

        name += n;
        if (n > 0 && is_kept(code))
            continue;
        if (n == 0)
            snprintf(flaw, size, "it is not valid UTF-8");
        else if (code > 0x20 && code < 0x7F)
            snprintf(flaw, size, "it holds %c", (int)code);
        else
            snprintf(flaw, size, "it holds the character U+%04X%s",
                (unsigned)code, code == '\t' ? ", a TAB" : "");
        return 1;
    }
    snprintf(flaw, size, "it has %zu characters, at most %d are kept",
        n_characters, MAX_CHARACTERS);
    return n_characters > MAX_CHARACTERS;
}

enum ir_status
ir_names_check_remote(const char *name, struct ir_error *e)
{
    const char *shape = find_shape(name);
    char flaw[80];

    if (shape == NULL && !find_character(name, flaw, sizeof flaw))
        return IR_OK;
    return ir_fault_set(e, IR_E_ARGUMENT,
        "the server would change the name '%.300s': %s", name,
        shape != NULL ? shape : flaw);
}

wchar_t *
ir_names_fold(const char *name, locale_t locale)
{
    wchar_t *folded = malloc((strlen(name) + 1) * sizeof *folded);
    size_t n = 0;

    if (folded == NULL)
        return NULL;
    while (*name != '\0') {
        uint32_t code = 0;
        size_t length = ir_printable_decode(name, &code);

        if (length == 0)
            code = (unsigned char)*name;
        folded[n++] = (wchar_t)towlower_l((wint_t)code, locale);
        name += length == 0 ? 1 : length;
    }
    folded[n] = L'\0';
    return folded;
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
