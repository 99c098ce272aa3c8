/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_CHECKSUMS_H
#define IR_EMULATOR_CHECKSUMS_H

#include "content.h"

/* The CRC-32 of a whole content, read once and then remembered. */
bool ir_checksums_whole(struct ir_emulator *e, const struct ir_content *c,
    uint32_t *out);

/* The CRC-32 of 'length' bytes from 'offset', all of them in the content. Costs
 * no reading where the whole has been read before and the range begins and ends
 * at pieces of 256 KiB or the end. */
bool ir_checksums_range(struct ir_emulator *e, const struct ir_content *c,
    uint64_t offset, uint64_t length, uint32_t *out);

/* Remember for 'to' what is remembered for 'from': the bytes are equal. */
void ir_checksums_inherit(struct ir_emulator *e, const struct ir_content *from,
    const struct ir_content *to);

void ir_checksums_forget(struct ir_emulator *e, const struct ir_content *c);

#endif
