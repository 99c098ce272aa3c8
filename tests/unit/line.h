/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A real wire over the fake transport, and SOAP replies for it. */
#ifndef IR_TESTS_LINE_H
#define IR_TESTS_LINE_H

#include "fake_transport.h"
#include "support.h"
#include "wire/calls.h"

#define LINE_REPLIES 4

struct line {
    struct ir_error error;
    struct ir_wire *wire;
    struct fake_reply replies[LINE_REPLIES];
    char *texts[LINE_REPLIES];
    size_t n_replies;
};

void line_open(struct line *l, enum ir_soap soap);
/* Likewise, with requests and replies as gzip. */
void line_open_gzip(struct line *l);
void line_close(struct line *l);

/* Forget the script. */
void line_reset(struct line *l);

/* The next exchange meets a reply with this status and these bytes as XML, on
 * a connection that stays open. */
void line_reply(struct line *l, const char *status, const char *xml);

/* The same with 'body' in an envelope of SOAP 1.1. */
void line_body(struct line *l, const char *body);

/* The same with 'content' as the result of 'operation'. */
void line_result(struct line *l, const char *operation, const char *content);

/* The next exchange meets the end of the connection, or fails as 'end', after
 * 'n' bytes of 'text'. */
void line_end(struct line *l, const char *text, size_t n, enum ir_status end);

/* The body of the last request. */
const char *line_request(void);

#endif
