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
    int is_classic;           /* misses the ticket in the documented names */
    int is_documented;        /* misses it in the classic ones */
    int n_expired;            /* so many calls are refused for the ticket */
    enum ir_status zip;       /* how the zip call ends */
    size_t n_skipped;         /* so many items are left out */
    enum ir_status list;      /* how a listing ends */
    enum ir_status content;   /* how the call with the value ends */
    int content_happens;      /* though its reply is lost */
    uint64_t content_bytes;   /* of those that a download gives */
    int content_wrong;        /* its last byte is another */

    /* What it saw: operation(ticket,spelling,argument) of each call. */
    char trace[4096];
    int partial;              /* of the zip */
    int n_zips;
};

extern struct fake_lists fake_lists;

/* A new server: everything succeeds, two entries are in each list. */
void fake_lists_reset(void);

/* Forget the trace, not the state. */
void fake_lists_forget(void);

#endif
