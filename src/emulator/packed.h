/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_PACKED_H
#define IR_EMULATOR_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ir_gunzip;
struct ir_gzip;
struct ir_http;

/* Bodies as gzip on one connection. */
struct ir_packed {
    bool is_allowed; /* answers may be packed */

    struct ir_gunzip *gunzip; /* NULL until it is needed */
    bool is_request;          /* the body that is read is gzip */
    bool is_whole;            /* to its end, and proved */
    int refused;              /* 0, or the status that its reader is to give */
    uint64_t room;            /* bytes that may still come of it */
    size_t at;
    size_t end;
    char in[8192];

    struct ir_gzip *gzip; /* NULL until it is needed */
    bool is_answer;       /* the body that is sent is gzip */
    size_t head_left;     /* of the answer, which goes first */
    uint64_t left;        /* of its body, before it is packed */
};

/* Before each request. */
void ir_packed_reset(struct ir_http *h);
void ir_packed_clear(struct ir_http *h);

/* The body of the request is gzip, of at most 'limit' bytes. */
void ir_packed_take(struct ir_http *h, uint64_t limit);

/* As ir_http_read_body; -1 also if it is damaged or too long. */
ssize_t ir_packed_read(struct ir_http *h, void *buf, size_t n);

/* Read on to the end of the body.  False if it is damaged. */
bool ir_packed_finish(struct ir_http *h);

/* Whether an answer with 'length' bytes of body goes packed: then what is sent
 * next are 'head_left' bytes of head, and the body. */
bool ir_packed_begin(struct ir_http *h, int status, uint64_t length);

/* Send bytes of such an answer. */
bool ir_packed_send(struct ir_http *h, const void *data, size_t n);

#endif
