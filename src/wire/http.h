/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * HTTP/1.1 as one SOAP call needs it: a POST goes out, a reply comes back whose
 * framing leaves no doubt.  The bytes of the reply's body are handed out as
 * they arrive; chunked transfer coding is undone. */
#ifndef IR_WIRE_HTTP_H
#define IR_WIRE_HTTP_H

#include "wire/guard.h"
#include "wire/transport.h"

/* Largest head of a reply. */
#define IR_HTTP_HEAD_BYTES ((size_t)16384)

enum ir_http_framing {
    IR_HTTP_LENGTH,  /* Content-Length */
    IR_HTTP_CHUNKED, /* Transfer-Encoding: chunked */
    IR_HTTP_CLOSE    /* until the connection ends */
};

struct ir_http {
    struct ir_transport *transport;
    struct ir_error *error;
    const struct ir_url *url;
    int absolute_uri; /* the request goes to a proxy */

    /* One exchange. */
    uint64_t max_body_bytes;
    int status; /* 0 until the head of the reply was read */
    int keep;   /* the connection may serve another call */
    int reply_begun;
    int retry_after_s;
    int body_over;
    enum ir_http_framing framing;
    uint64_t left;       /* of the body, or of the transfer chunk */
    uint64_t body_bytes; /* handed out so far */
    struct ir_guard guard;

    /* What was received beyond the head: buffer[begin..end). */
    size_t begin;
    size_t end;
    char buffer[IR_HTTP_HEAD_BYTES];
};

/* Write the head of a POST of 'length' bytes into 'head'.  'action' is the SOAP
 * action, 'soap12' chooses the content type.  0, or -1 if it does not fit. */
int ir_http_format_head(const struct ir_http *h, const char *action,
    int soap12, uint64_t length, char *head, size_t size);

/* A new exchange begins: its reply's body has at most 'max_body_bytes' and its
 * XML at most 'max_tags' tags. */
void ir_http_begin(struct ir_http *h, uint64_t max_body_bytes,
    uint64_t max_tags);

/* Receive at most 'size' bytes of the reply's body, after its head where that
 * is still due; '*n' is 0 at the end of the body.  A head that does not lead
 * to a SOAP message (status, content type, framing) is a failure.  Nothing is
 * received while a failure is recorded. */
enum ir_status ir_http_receive(struct ir_http *h, char *data, size_t size,
    size_t *n);

/* The answer was parsed; the 'n' bytes at 'rest' were received but not used.
 * Read what is announced beyond them, and keep the connection only if nothing
 * but white space is left over; after a failure close it. */
enum ir_status ir_http_end(struct ir_http *h, const char *rest, size_t n);

#endif
