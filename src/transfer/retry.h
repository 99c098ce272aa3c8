/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * How long to wait before trying again. */
#ifndef IR_TRANSFER_RETRY_H
#define IR_TRANSFER_RETRY_H

#include <stdint.h>

#define IR_RETRY_DELAY_MS 500
#define IR_RETRY_DELAY_MAX_MS 30000
#define IR_RETRY_COUNT 5

/* Before retry number 'n' (0 is the first): 'first_ms' doubled 'n' times and
 * capped, of which 'random' takes away up to a half, so that clients which
 * failed together do not come back together. */
int ir_retry_delay_ms(int first_ms, int n, uint32_t random);

/* The longer of our own delay and what the server asked for, but never longer
 * than the longest of our own. */
int ir_retry_wait_ms(int delay_ms, int retry_after_s);

/* A number to pass as 'random'. */
uint32_t ir_retry_random(void);

#endif
