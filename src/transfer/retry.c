/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* getrandom */
#include "transfer/retry.h"

#include <sys/random.h>

int
ir_retry_delay_ms(int first_ms, int n, uint32_t random)
{
    int64_t ms = first_ms;

    while (n-- > 0 && ms < IR_RETRY_DELAY_MAX_MS)
        ms *= 2;
    if (ms > IR_RETRY_DELAY_MAX_MS)
        ms = IR_RETRY_DELAY_MAX_MS;
    return (int)(ms - (int64_t)(random % 1024) * ms / 2048);
}

int
ir_retry_wait_ms(int delay_ms, int retry_after_s)
{
    int asked_ms = retry_after_s < IR_RETRY_DELAY_MAX_MS / 1000
        ? retry_after_s * 1000 : IR_RETRY_DELAY_MAX_MS;

    return asked_ms > delay_ms ? asked_ms : delay_ms;
}

uint32_t
ir_retry_random(void)
{
    uint32_t random = 0;

    if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
        random = 512;
    return random;
}
