/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * One HTTP exchange over the fake transport, for the tests of http.c. */
#ifndef IR_TESTS_EXCHANGE_H
#define IR_TESTS_EXCHANGE_H

#include "fake_transport.h"
#include "support.h"

#define OK200 "HTTP/1.1 200 OK\r\n"
#define XML "Content-Type: text/xml; charset=utf-8\r\n"
#define LENGTH8 "Content-Length: 8\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"

/* What came of one exchange. */
struct seen {
    struct ir_error error;
    char body[256];
    size_t n;
    int http_status;
    int retry_after_s;
};

/* Whether replies may come as gzip. */
extern int exchange_takes_gzip;

/* Receive one reply whose body is at most 64 bytes, in pieces of 'piece' bytes,
 * by reads of 'size' bytes; 'end' is how the connection goes on after it. */
void exchange_as(const char *bytes, size_t length, size_t piece, size_t size,
    enum ir_status end, struct seen *s);

/* The same with the text and then an orderly end. */
void exchange(const char *text, size_t piece, struct seen *s);

#endif
