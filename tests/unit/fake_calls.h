/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The wire and its operations without a wire, linked in place of src/wire: one
 * document behind a server that does as the script says, and a trace of what
 * was called.
 *
 *     handler(t1,/a,0,4194304) chunk(t1,D,0+4) wait(500) delete(t1,D,h1)
 *
 * t1 is the ticket, D or C the spelling, h1 the handler. */
#ifndef IR_TESTS_FAKE_CALLS_H
#define IR_TESTS_FAKE_CALLS_H

#include "inforouter.h"

enum fake_operation {
    FAKE_LOGIN,
    FAKE_RENEW,
    FAKE_CHECK,
    FAKE_LOGOUT,
    FAKE_INFO,
    FAKE_HANDLER,
    FAKE_CHUNK,
    FAKE_DELETE,
    FAKE_WAIT,
    FAKE_OPERATIONS
};

/* What a chunk does when the status is IR_OK; with another status TORN writes
 * half of it before it fails. */
enum fake_chunk {
    FAKE_GOOD,
    FAKE_SHORT, /* one byte */
    FAKE_STALE, /* other bytes, with a good CRC of their own */
    FAKE_OTHER, /* of a document of another size */
    FAKE_TORN
};

/* How the next call of 'operation' ends; without a step it succeeds. */
struct fake_step {
    enum fake_operation operation;
    enum ir_status status;
    enum fake_chunk chunk;
    int permanent;   /* the refusal is not retryable */
    int keeps_id;    /* a refused handler that must be ended all the same */
    int http_status; /* 0: 200 */
};

/* A step without anything special. */
#define STEP(operation, status) { operation, status, FAKE_GOOD, 0, 0, 0 }

struct fake_calls {
    const struct fake_step *steps;
    size_t n_steps;
    size_t next[FAKE_OPERATIONS];

    const uint8_t *bytes; /* of the document; NULL: a pattern */
    uint64_t size_bytes;
    uint64_t chunk_bytes; /* granted */
    int no_crc;
    int retry_after_s;
    int has_twins; /* another line can be made; else there is no memory */

    char trace[16384];
    char wiped[4096]; /* every secret, before it was overwritten */
    size_t n_begins;
    size_t n_waits;
    int waits_ms[64];
    int n_open; /* handlers */
};

extern struct fake_calls fake_calls;

/* A new server with these steps. */
void fake_calls_script(const struct fake_step *steps, size_t n);

/* Forget the trace, not the state. */
void fake_calls_forget(void);

struct ir_wire;

/* A fake operation of another file begins: where it records its error. */
struct ir_error *fake_calls_error(struct ir_wire *w);

/* D or C: the names in which it is called. */
char fake_calls_spelling(const struct ir_wire *w);

/* A copy of 'string' as a text of an answer: it dies with the next call. */
const char *fake_calls_text(const char *string);

/* The byte of the document at 'offset'. */
uint8_t fake_calls_byte(uint64_t offset);

/* The CRC-32 of the document. */
uint32_t fake_calls_crc32(void);

/* How often 'word' is in the trace. */
size_t fake_calls_count(const char *word);

#endif
