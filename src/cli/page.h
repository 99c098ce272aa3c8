/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What is said about one of several documents under way, until it is its turn to
 * be read: lines for either stream, in the order in which they were said. */
#ifndef IR_CLI_PAGE_H
#define IR_CLI_PAGE_H

#include <pthread.h>
#include <stdio.h>

struct ir_page {
    pthread_mutex_t lock;
    FILE *stream; /* NULL: empty */
    char *text;
    size_t n;
    int is_read; /* it is its turn: what is said is read at once */
    int is_torn; /* something is missing: there was no memory */
};

void ir_page_init(struct ir_page *p);
void ir_page_clear(struct ir_page *p);

/* Write lines for 'to', stdout or stderr, to the stream that is returned, and
 * end; none of them holds control characters.  NULL if there is no memory, and
 * then nothing is to be ended. */
FILE *ir_page_begin(struct ir_page *p, FILE *to);
void ir_page_end(struct ir_page *p);

/* Is it its turn? */
int ir_page_is_read(struct ir_page *p);

/* Has nothing been said that was not printed yet? */
int ir_page_is_empty(struct ir_page *p);

/* It is its turn from now on: print what has been said, and forget it.  0 if
 * some of it is missing. */
int ir_page_read(struct ir_page *p);

#endif
