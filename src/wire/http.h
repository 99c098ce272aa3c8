/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * HTTP/1.1 as one SOAP call needs it: a POST goes out, a reply comes back whose
 * framing leaves no doubt.  The bytes of the reply's body are handed out as
 * they arrive; chunked transfer coding is undone, and gzip where it was asked
 * for. */
#ifndef IR_WIRE_HTTP_H
#define IR_WIRE_HTTP_H

#include "wire/guard.h"
#include "wire/transport.h"

/* Largest head of a reply. */
#define IR_HTTP_HEAD_BYTES ((size_t)16384)

/* So much of a compressed body is held. */
#define IR_HTTP_PACKED_BYTES ((size_t)16384)

struct ir_gunzip;

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
    int takes_gzip;   /* replies may come compressed */

    /* One exchange. */
    int is_packed_request; /* its body is gzip, in transfer chunks */
    uint64_t max_body_bytes; /* also of one that was compressed */
    int status; /* 0 until the head of the reply was read */
    int keep;   /* the connection may serve another call */
    int reply_begun;
    int retry_after_s;
    int body_over;
    enum ir_http_framing framing;
    uint64_t left;       /* of the body, or of the transfer chunk */
    uint64_t body_bytes; /* received so far */
    struct ir_guard guard;

    /* What was received beyond the head: buffer[begin..end). */
    size_t begin;
    size_t end;
    char buffer[IR_HTTP_HEAD_BYTES];

    /* A body that is gzip. */
    int is_packed;
    int is_unpacked; /* to its end */
    uint64_t unpacked_bytes;
    struct ir_gunzip *gunzip; /* NULL until it is needed */
    size_t packed_begin;
    size_t packed_end;
    char packed[IR_HTTP_PACKED_BYTES]; /* received, not yet undone */
};

/* Write the head of a POST of 'length' bytes (not told where they are packed)
 * into 'head'.  'action' is the SOAP action, 'soap12' chooses the content type.
 * 0, or -1 if it does not fit. */
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

/* Release what the replies needed. */
void ir_http_clear(struct ir_http *h);

#endif
