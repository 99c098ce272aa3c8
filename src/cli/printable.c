/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "printable.h"

#include <inttypes.h>

size_t
ir_printable_decode(const char *text, uint32_t *code)
{
    const unsigned char *s = (const unsigned char *)text;
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t n = 1;

    if (s[0] < 0x80) {
        *code = s[0];
        return 1;
    }
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 0;
    n = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    *code = s[0] & (0x7FU >> n);
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (s[i] & 0x3FU);
    }
    if (*code < smallest[n] || *code > 0x10FFFF
        || (*code >= 0xD800 && *code <= 0xDFFF))
        return 0;
    return n;
}

/* C0, DEL and C1 drive terminals; the others turn text around or hide it. */
static int
is_harmful(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x061C
        || (code >= 0x200B && code <= 0x200F)
        || (code >= 0x2028 && code <= 0x202E)
        || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF;
}

size_t
ir_printable_length(const char *s, int *columns)
{
    uint32_t code = 0;
    size_t n = ir_printable_decode(s, &code);

    if (n == 0 || is_harmful(code))
        return 0;
    if (columns != NULL)
        *columns = code < 0x1100 ? 1 : 2; /* at most */
    return n;
}

void
ir_printable_clean(char *text)
{
    char *in = text;
    char *out = text;

    while (*in != '\0') {
        size_t n = ir_printable_length(in, NULL);

        if (n == 0) {
            *out++ = '?';
            in++;
        }
        while (n-- > 0)
            *out++ = *in++;
    }
    *out = '\0';
}

void
ir_printable_put(FILE *to, const char *text)
{
    while (*text != '\0') {
        size_t n = ir_printable_length(text, NULL);

        if (n == 0)
            putc('?', to);
        else
            fwrite(text, 1, n, to);
        text += n == 0 ? 1 : n;
    }
}

void
ir_printable_size(char *to, size_t size, uint64_t bytes)
{
    static const char units[] = "KMGTPE";
    double value = (double)bytes / 1024;
    size_t i = 0;

    if (bytes < 1024) {
        snprintf(to, size, "%" PRIu64 " bytes", bytes);
        return;
    }
    while (value >= 1023.95) {
        value /= 1024;
        i++;
    }
    snprintf(to, size, "%.1f %ciB", value, units[i]);
}

void
ir_printable_time(char *to, size_t size, uint64_t seconds)
{
    uint64_t minutes = seconds / 60;

    if (minutes >= 60)
        snprintf(to, size, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, minutes / 60,
            minutes % 60, seconds % 60);
    else
        snprintf(to, size, "%" PRIu64 ":%02" PRIu64, minutes, seconds % 60);
}
