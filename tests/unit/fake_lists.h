/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The operations with lists, and those that move a document as one value,
 * without a wire. */
#ifndef IR_TESTS_FAKE_LISTS_H
#define IR_TESTS_FAKE_LISTS_H

#include "inforouter.h"

struct fake_lists {
    /* What the server does. */
    enum ir_status zip;       /* how the zip call ends */
    size_t n_skipped;         /* so many items are left out */
    enum ir_status list;      /* how a listing ends */
    enum ir_status content;   /* how the call with the value ends */
    int content_happens;      /* though its reply is lost */
    uint64_t content_bytes;   /* of those that a download gives */

    /* What it saw. */
    char paths[256];          /* of the zip */
    int partial;
    int n_zips;
    char path[256];           /* of the listing */
    char operation[32];       /* last called here */
};

extern struct fake_lists fake_lists;

/* A new server: everything succeeds, two entries are in each list. */
void fake_lists_reset(void);

#endif
