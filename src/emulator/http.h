/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_HTTP_H
#define IR_EMULATOR_HTTP_H

#include "packed.h"
#include "stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IR_HTTP_HEAD_SIZE 16384

/* The head of one request.  Texts point into the connection's buffer; absent
 * headers are NULL. */
struct ir_http_request {
    const char *method;
    const char *path;
    const char *query; /* NULL if there is no '?' */
    const char *host;
    const char *origin;
    const char *content_type;
    const char *content_encoding;
    const char *accept_encoding;
    const char *soap_action;
    const char *cookie;
    const char *expect;
    bool is_http11;
    bool keep_alive;
    bool has_length;
    bool is_chunked;
    uint64_t length; /* of the body, if 'has_length' */
};

struct ir_faultwire;

struct ir_http {
    struct ir_stream stream;
    struct ir_http_request request;
    bool close_after; /* the answer says that the connection ends */

    struct {
        uint64_t left; /* of the body, or of the open chunk */
        int64_t deadline_ms;
        bool in_chunks;
        bool ended;
        bool continue_due; /* the client waits for "100 Continue" */
    } body;

    struct ir_packed packed;

    uint64_t received; /* bytes, in all */
    uint64_t sent;
    int status;                 /* of the answer, 0 before it */
    struct ir_faultwire *fault; /* sends the answer in our place, or NULL */

    size_t at;
    size_t end;
    char head[IR_HTTP_HEAD_SIZE];
    char in[IR_HTTP_HEAD_SIZE];
};

enum ir_http_result {
    IR_HTTP_REQUEST,
    IR_HTTP_CLOSED,    /* no further request */
    IR_HTTP_BAD = 400, /* these are the status to answer before closing */
    IR_HTTP_TIMEOUT = 408,
    IR_HTTP_EXPECTATION = 417,
    IR_HTTP_HEAD_TOO_LARGE = 431,
    IR_HTTP_NOT_IMPLEMENTED = 501
};

#define IR_HTTP_ANSWER_HEAD_SIZE 1024

/* What the head of an answer says. */
struct ir_http_answer {
    int status;
    const char *type;  /* NULL if there is no body */
    const char *extra; /* whole header lines, or NULL */
};

/* Wait for a request and read its head. */
enum ir_http_result ir_http_read_request(struct ir_http *h);

/* Read bytes of the body: the count, 0 at its end, -1 if it is cut off. */
ssize_t ir_http_read_body(struct ir_http *h, void *buf, size_t n);

/* The same before gzip is undone. */
ssize_t ir_http_read_plain(struct ir_http *h, void *buf, size_t n);

/* The words that go with a status. */
const char *ir_http_reason(int status);

/* Write the head of an answer with 'length' bytes of body to 'out' and return
 * its length. */
size_t ir_http_format_head(struct ir_http *h, const struct ir_http_answer *a,
    uint64_t length, char out[IR_HTTP_ANSWER_HEAD_SIZE]);

/* Send bytes of an answer, its head first; and send bytes past h->fault and as
 * they are. */
bool ir_http_send(struct ir_http *h, const void *data, size_t n);
bool ir_http_send_plain(struct ir_http *h, const void *data, size_t n);

/* Send a whole answer.  HEAD requests get its head only. */
bool ir_http_respond(struct ir_http *h, const struct ir_http_answer *a,
    const void *body, size_t n);

/* After the answer: whether the connection can take another request, its body
 * having been read to the end. */
bool ir_http_may_go_on(struct ir_http *h);

#endif
