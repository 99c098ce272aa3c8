/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Time: deadlines on the monotonic clock, dates as the two generations of
 * servers write them. */
#include "clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t
read_ms(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
ir_clock_monotonic_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

int64_t
ir_clock_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

void
ir_clock_format(enum ir_generation g, enum ir_date_style style, int64_t wall_ms,
    char out[IR_DATE_LENGTH])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm;
    size_t n;

    if (g == IR_CLASSIC && style != IR_DATE_UTC) {
        localtime_r(&seconds, &tm);
        strftime(out, IR_DATE_LENGTH, "%Y-%m-%d %H:%M:%S", &tm);
        return;
    }
    gmtime_r(&seconds, &tm);
    if (style == IR_DATE_DAY) {
        strftime(out, IR_DATE_LENGTH, "%Y-%m-%d", &tm);
        return;
    }
    n = strftime(out, IR_DATE_LENGTH, "%Y-%m-%dT%H:%M:%S", &tm);
    if (style == IR_DATE_STAMP)
        snprintf(out + n, IR_DATE_LENGTH - n, ".%03dZ", (int)(wall_ms % 1000));
    else
        snprintf(out + n, IR_DATE_LENGTH - n, "Z");
}

bool
ir_clock_parse(const char *text, int64_t *wall_ms)
{
    struct tm tm = { 0 };
    const char *rest = strptime(text, "%Y-%m-%d", &tm);

    if (rest != NULL && (*rest == 'T' || *rest == ' ')) {
        rest = strptime(rest + 1, "%H:%M:%S", &tm);
        if (rest != NULL && *rest == '.')
            rest += 1 + strspn(rest + 1, "0123456789");
        if (rest != NULL && *rest == 'Z')
            rest++;
    }
    if (rest == NULL || *rest != '\0')
        return false;
    *wall_ms = (int64_t)timegm(&tm) * 1000;
    return true;
}

void
ir_clock_format_local(int64_t wall_ms, char out[IR_DATE_LENGTH],
    char offset[IR_DATE_LENGTH])
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm;

    localtime_r(&seconds, &tm);
    strftime(out, IR_DATE_LENGTH, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(offset, IR_DATE_LENGTH, "%g", (double)tm.tm_gmtoff / 3600.0);
}
