/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Time that nobody used is kept for a 16th of a second, which makes up for
 * waking late.  With it, 16 connections that all found nothing owed move at
 * most 1/16 + 16/128 of a second's bytes at once: less than a quarter. */
#include "wire/rate.h"

#include <limits.h>

#define NS_PER_MS 1000000
#define KEPT_NS (INT64_C(1000000000) / 16)
#define PARTS_PER_S 128

void
ir_rate_init(struct ir_rate *r, uint64_t bytes_per_s)
{
    r->bytes_per_s = bytes_per_s;
    r->shared.paid_ns = 0;
    pthread_mutex_init(&r->shared.lock, NULL);
}

void
ir_rate_clear(struct ir_rate *r)
{
    pthread_mutex_destroy(&r->shared.lock);
}

int
ir_rate_wait_ms(struct ir_rate *r, int64_t now_ms)
{
    int64_t owed_ns;

    pthread_mutex_lock(&r->shared.lock);
    owed_ns = r->shared.paid_ns - now_ms * NS_PER_MS;
    pthread_mutex_unlock(&r->shared.lock);
    if (owed_ns <= 0)
        return 0;
    if (owed_ns / NS_PER_MS >= INT_MAX)
        return INT_MAX;
    return (int)((owed_ns + NS_PER_MS - 1) / NS_PER_MS);
}

size_t
ir_rate_part(const struct ir_rate *r, size_t n)
{
    uint64_t part = r->bytes_per_s / PARTS_PER_S;

    if (n <= part)
        return n;
    return part > 0 ? (size_t)part : n > 0;
}

void
ir_rate_charge(struct ir_rate *r, size_t n, int64_t now_ms)
{
    int64_t kept_from_ns = now_ms * NS_PER_MS - KEPT_NS;

    pthread_mutex_lock(&r->shared.lock);
    if (r->shared.paid_ns < kept_from_ns)
        r->shared.paid_ns = kept_from_ns;
    r->shared.paid_ns += (int64_t)((double)n * 1e9 / (double)r->bytes_per_s);
    pthread_mutex_unlock(&r->shared.lock);
}
