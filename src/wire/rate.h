/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The bytes a second that the connections of one client move together, in both
 * directions.  Whoever moved some owes the time that they take at the rate; as
 * long as time is owed, nobody moves more.  Moments are given by the caller, in
 * milliseconds of a clock that never goes back.  Any thread. */
#ifndef IR_WIRE_RATE_H
#define IR_WIRE_RATE_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct ir_rate {
    uint64_t bytes_per_s;
    struct {
        pthread_mutex_t lock;
        int64_t paid_ns; /* when nothing is owed any more */
    } shared;
};

/* 'bytes_per_s' is not 0. */
void ir_rate_init(struct ir_rate *r, uint64_t bytes_per_s);
void ir_rate_clear(struct ir_rate *r);

/* How long to wait before bytes may move; 0: they may. */
int ir_rate_wait_ms(struct ir_rate *r, int64_t now_ms);

/* How many of 'n' bytes may move at once: a 128th of a second's, at least one
 * unless 'n' is 0. */
size_t ir_rate_part(const struct ir_rate *r, size_t n);

/* 'n' bytes have moved. */
void ir_rate_charge(struct ir_rate *r, size_t n, int64_t now_ms);

#endif
