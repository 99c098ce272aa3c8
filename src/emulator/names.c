/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Names as the server makes them: on creation, characters that mean something
 * elsewhere become underscores, and long names are cut (protocol.md,
 * "Values"). */
#include "names.h"

#include "codec/crc32.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

enum {
    MAX_CHARACTERS = 128,
    MAX_BYTES = 240,
    MAX_EXTENSION = 32,
    MAX_TEXT = 4096
};

/* The bytes of the first character; 0 at the end or if it is no UTF-8. */
static size_t
character(const char *s)
{
    mbstate_t state = { 0 };
    wchar_t c;
    size_t n = mbrtowc(&c, s, MB_LEN_MAX, &state);

    return n > MB_LEN_MAX ? 0 : n;
}

static bool
is_text(const char *s)
{
    while (*s != '\0') {
        size_t n = character(s);

        if (n == 0)
            return false;
        s += n;
    }
    return true;
}

/* Replace, and join what is double. */
static void
replace(const char *text, char *out)
{
    static const char meant[] = "/\\:*?\"<>|#%&+";
    size_t n = 0;

    for (; *text != '\0'; text++) {
        char c = *text;

        if ((unsigned char)c < 0x20 || c == 0x7F || strchr(meant, c) != NULL)
            c = '_';
        if (n > 0 && c == out[n - 1] && (c == '.' || c == ' '))
            continue;
        out[n++] = c;
    }
    out[n] = '\0';
}

static void
trim(char *s)
{
    size_t start = strspn(s, ". ");
    size_t n = strlen(s + start);

    memmove(s, s + start, n + 1);
    while (n > 0 && (s[n - 1] == '.' || s[n - 1] == ' '))
        s[--n] = '\0';
}

/* The bytes of at most 'characters' characters in at most 'bytes' bytes. */
static size_t
measure(const char *s, size_t characters, size_t bytes)
{
    size_t n = 0;

    while (characters-- > 0 && s[n] != '\0') {
        size_t next = character(s + n);

        if (next == 0 || n + next > bytes)
            break;
        n += next;
    }
    return n;
}

bool
ir_names_clean(const char *text, char out[IR_NAME_SIZE])
{
    char name[MAX_TEXT];
    const char *extension;
    size_t room;
    size_t n;

    if (strlen(text) >= sizeof name || !is_text(text))
        return false;
    replace(text, name);
    trim(name);
    n = measure(name, MAX_CHARACTERS, MAX_BYTES);
    if (name[n] == '\0') {
        memcpy(out, name, n + 1);
        return n > 0;
    }
    extension = strrchr(name, '.');
    if (extension == NULL || strlen(extension) > MAX_EXTENSION)
        extension = "";
    room = strlen(extension) + 8;
    n = measure(name, MAX_CHARACTERS - room, MAX_BYTES - room);
    snprintf(out, IR_NAME_SIZE, "%.*s%08X%s", (int)n, name,
        (unsigned)ir_crc32(0, name, strlen(name)), extension);
    return true;
}

void
ir_names_clean_text(const char *text, char *out, size_t size)
{
    size_t n = 0;

    while (*text != '\0') {
        size_t next = character(text);
        bool control = (unsigned char)*text < 0x20 && *text != '\t'
            && *text != '\n' && *text != '\r';

        if (n + (next == 0 ? 1 : next) >= size)
            break;
        if (next == 0 || control) {
            out[n++] = '?';
            text++;
            continue;
        }
        memcpy(out + n, text, next);
        n += next;
        text += next;
    }
    out[n] = '\0';
}
