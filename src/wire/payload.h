/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The content of an xs:base64Binary element, streamed.  A message's bytes are
 * decoded text by text straight into a sink, and encoded from a source straight
 * into the text that is sent next; they never exist as a whole.
 *
 * gen/soapStub.h includes this file: wsdl/typemap.dat maps xs:base64Binary to
 * struct ir_payload. */
#ifndef IR_WIRE_PAYLOAD_H
#define IR_WIRE_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

struct soap;

/* Base64 that is moved at once.  gSOAP's own buffer has a quarter of this: long
 * contents go past it, for fewer and larger reads, writes and wake-ups. */
#define IR_PAYLOAD_TEXT ((size_t)262144)

/* Most bytes that a sink or source is given in one call.  A multiple of 3, so
 * that only the last block of a message has base64 padding. */
#define IR_PAYLOAD_BLOCK (IR_PAYLOAD_TEXT / 4 * 3)

/* Where received bytes go: 'write' is called with at most IR_PAYLOAD_BLOCK
 * bytes at a time, in order.  It returns 0, or anything else to end the call.
 * A NULL 'write' counts and checksums the bytes but drops them. */
struct ir_payload_sink {
    int (*write)(void *ctx, const uint8_t *data, size_t n);
    void *ctx;
    uint64_t limit_bytes; /* more than this ends the call: IR_PAYLOAD_LARGE */
};

/* Where sent bytes come from: 'read' fills exactly 'n' bytes of 'buf', at most
 * IR_PAYLOAD_BLOCK, with those at 'offset' of the element, in order, and
 * returns 0, or anything else to end the call. */
struct ir_payload_source {
    int (*read)(void *ctx, uint64_t offset, uint8_t *buf, size_t n);
    void *ctx;
};

/* One base64 element.  Received: 'length' and 'crc32' tell what was decoded.
 * To be sent: 'length' bytes of 'source'. */
struct ir_payload {
    uint64_t length;
    uint32_t crc32;
    const struct ir_payload_source *source;
};

/* Why a payload ended its call. */
enum ir_payload_fault {
    IR_PAYLOAD_OK = 0,
    IR_PAYLOAD_BASE64, /* not strict base64 */
    IR_PAYLOAD_LARGE,  /* more bytes than the sink's limit */
    IR_PAYLOAD_SINK,   /* the sink's 'write' failed */
    IR_PAYLOAD_SOURCE  /* the source's 'read' failed */
};

/* The state that payloads of one struct soap share.  soap->user points to it,
 * so whoever owns the soap embeds it as the first member of its own state. */
struct ir_payload_io {
    struct ir_payload_sink sink;
    enum ir_payload_fault fault;
    uint64_t fault_offset; /* decoded bytes before the fault */
    size_t text_begin;     /* received, not parsed yet: text[begin..end) */
    size_t text_end;
    char text[IR_PAYLOAD_TEXT]; /* this and what follows need no zeros */
    uint8_t block[IR_PAYLOAD_BLOCK + 64];
};

/* A message begins: nothing of the one before is left. */
void ir_payload_begin(struct ir_payload_io *io);

/* What was received with a payload and stands behind it: at most 'size' bytes
 * into 'data'.  gSOAP's receive callback looks here first, and goes on to the
 * wire where this returns 0. */
size_t ir_payload_take_rest(struct ir_payload_io *io, char *data, size_t size);

#endif
