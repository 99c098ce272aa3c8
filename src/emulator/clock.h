/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_CLOCK_H
#define IR_EMULATOR_CLOCK_H

#include "settings.h"

#include <stdbool.h>
#include <stdint.h>

/* How the generations write dates; a modern server has three ways. */
enum ir_date_style {
    IR_DATE_STAMP, /* 2030-11-02T07:41:09.000Z; classic as below */
    IR_DATE_DAY,   /* 2030-11-02 */
    IR_DATE_UTC    /* 2030-11-02T07:41:09Z, of both generations */
};

#define IR_DATE_LENGTH 32

/* Milliseconds that only ever go forward, for deadlines. */
int64_t ir_clock_monotonic_ms(void);

/* Milliseconds since 1970, for what outlives the process. */
int64_t ir_clock_wall_ms(void);

/* A classic server writes 'yyyy-MM-dd HH:mm:ss' in local time where a modern
 * one writes STAMP or DAY. */
void ir_clock_format(enum ir_generation g, enum ir_date_style style,
    int64_t wall_ms, char out[IR_DATE_LENGTH]);

/* Read a date as clients send it: yyyy-MM-dd, perhaps with THH:mm:ss, a
 * fraction and Z, taken as UTC.  False if it is none. */
bool ir_clock_parse(const char *text, int64_t *wall_ms);

/* Local time as ServerInfo gives it, and its distance from UTC in hours. */
void ir_clock_format_local(int64_t wall_ms, char out[IR_DATE_LENGTH],
    char offset[IR_DATE_LENGTH]);

#endif
