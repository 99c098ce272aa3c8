/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Is a local file a zip archive of which every byte is right? */
#ifndef IR_TRANSFER_ZIP_H
#define IR_TRANSFER_ZIP_H

#include "transfer/client.h"

/* Read every file in the archive 'fd' and check its CRC; '*n_files' is their
 * number.  IR_E_CORRUPT: it is no archive, or one of them is wrong. */
enum ir_status ir_zip_check(struct ir_client *c, int fd, uint64_t *n_files);

#endif
