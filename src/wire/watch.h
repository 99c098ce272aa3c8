/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The one place where the library waits: for a descriptor, a deadline and a
 * cancel together.  Moments are milliseconds of CLOCK_MONOTONIC. */
#ifndef IR_WIRE_WATCH_H
#define IR_WIRE_WATCH_H

#include <stdint.h>

#include "wire/error.h"

#define IR_WATCH_NEVER INT64_MAX

/* Filled with zeros, with 'error' and 'cancel' set, it is ready for
 * ir_watch_begin(). */
struct ir_watch {
    struct ir_error *error;
    int cancel; /* eventfd, never read: once written it stays readable */
    int call_timeout_ms;
    int64_t call_end_ms;
    int grace_ms; /* 0: cancel counts */
    int64_t grace_end_ms;
    int linger_ms; /* a cancel counts so much later; 0: at once */
    int64_t linger_end_ms; /* never: not cancelled yet */
};

enum ir_wake {
    IR_WAKE_READY,
    IR_WAKE_LATE,  /* 'end' has passed: not recorded yet */
    IR_WAKE_FAILED /* recorded: cancelled, or the limit of call or grace */
};

/* As ir_transport_begin(), ir_transport_grace() and ir_transport_cancel(). */
void ir_watch_begin(struct ir_watch *w, int timeout_ms);
void ir_watch_grace(struct ir_watch *w, int ms);
void ir_watch_cancel(struct ir_watch *w);

/* As ir_transport_linger(). */
void ir_watch_linger(struct ir_watch *w, int ms);

/* Wait until 'events' of poll() happen on 'fd' (-1: none), at the longest until
 * 'end'.  With an 'end' that has passed it only looks, and is never READY. */
enum ir_wake ir_watch_wait(struct ir_watch *w, int fd, short events,
    int64_t end);

int64_t ir_watch_now(void);

/* When 'timeout_ms' from now will be; never, if it is zero or less. */
int64_t ir_watch_end(int timeout_ms);

/* A time for messages: "60 s", "250 ms". */
struct ir_watch_span {
    char text[24];
};
struct ir_watch_span ir_watch_span(int64_t ms);

#endif
