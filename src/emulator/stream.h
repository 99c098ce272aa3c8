/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_STREAM_H
#define IR_EMULATOR_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ir_settings;
struct ssl_ctx_st;
struct ssl_st;

/* How a connection is to end. */
enum ir_stream_end {
    IR_STREAM_ORDERLY,
    IR_STREAM_DROP, /* without a word of TLS */
    IR_STREAM_RESET
};

/* One connection's bytes, over TCP or TLS. */
struct ir_stream {
    int fd;
    struct ssl_st *ssl;
    int stop; /* readable once the server stops */
    enum ir_stream_end end;
};

/* What TLS is served with; NULL if the files do not do, which stderr says. */
struct ssl_ctx_st *ir_stream_tls(const struct ir_settings *s);
void ir_stream_tls_free(struct ssl_ctx_st *tls);

/* Take over the connected socket 'fd' and, unless 'tls' is NULL, shake hands
 * before the deadline.  False if that fails; close it all the same. */
bool ir_stream_open(struct ir_stream *s, int fd, int stop,
    struct ssl_ctx_st *tls, int64_t deadline_ms);

/* Read what there is, at least one byte: the count, 0 at the end, -1 if the
 * connection broke or the deadline passed.  'idle' also gives up, with -1, as
 * soon as the server stops. */
ssize_t ir_stream_read(struct ir_stream *s, void *buf, size_t n,
    int64_t deadline_ms, bool idle);

/* Write all; each part must make some way within 'idle_ms'. */
bool ir_stream_write(struct ir_stream *s, const void *buf, size_t n,
    int64_t idle_ms);

/* Let time pass.  False, and at once, if the peer leaves or the server
 * stops. */
bool ir_stream_pause(const struct ir_stream *s, int64_t ms);

/* Whether a TLS handshake took up an earlier session. */
bool ir_stream_resumed(const struct ir_stream *s);

/* Close, as s->end says.  'linger' first lets a peer that is still sending read
 * what it was told. */
void ir_stream_close(struct ir_stream *s, bool linger);

#endif
