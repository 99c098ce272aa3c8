/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What the .part file of an interrupted download holds: which document, and
 * which of its chunks are verified.  It stands beside the .part file, under
 * whose lock it is written.
 *
 * A line is added for each chunk after its bytes were written.  Nothing in it
 * is trusted: bytes count only if they still have the CRC of their line. */
#ifndef IR_TRANSFER_JOURNAL_H
#define IR_TRANSFER_JOURNAL_H

#include "wire/error.h"

/* A download as it was asked for; all texts belong to the caller. */
struct ir_journal_key {
    const char *url;
    const char *path;
    int64_t version; /* 0: default */
};

/* Chunks that came before those in front of them, at most. */
#define IR_JOURNAL_AHEAD 64

/* How far it came: 'offset' bytes from the first are on disk and verified, and
 * have 'crc32'; so are the chunks ahead, in no order. */
struct ir_journal_state {
    struct ir_handler handler; /* id empty: known to be gone */
    uint64_t offset;
    uint32_t crc32;
    uint64_t n_chunks;
    struct ir_chunk ahead[IR_JOURNAL_AHEAD];
    int n_ahead;
};

struct ir_client;

struct ir_journal {
    int dir_fd;
    int fd; /* -1: none is kept */
    char name[256];
};

/* Open the journal of 'part' in 'dir_fd', if there is one. */
void ir_journal_open(struct ir_journal *j, int dir_fd, const char *part);

/* How many bytes of 'part_fd' are good, if it is of the same download; else
 * state->offset is 0. */
enum ir_status ir_journal_read(struct ir_journal *j, struct ir_client *c,
    int part_fd, const struct ir_journal_key *key,
    struct ir_journal_state *state);

/* Begin again.  If it cannot be made, or a file of somebody's has its name, none
 * is kept: that is no failure. */
enum ir_status ir_journal_start(struct ir_journal *j,
    const struct ir_journal_key *key, const struct ir_handler *handler,
    struct ir_error *e);

/* The document is staged under another handler; NULL: under none. */
enum ir_status ir_journal_handler(struct ir_journal *j, const char *id,
    struct ir_error *e);

/* The bytes that are verified, and where the last of them ends. */
uint64_t ir_journal_done(const struct ir_journal_state *s);
uint64_t ir_journal_end(const struct ir_journal_state *s);

/* The chunk at 'offset' if it is ahead, or NULL. */
const struct ir_chunk *ir_journal_ahead(const struct ir_journal_state *s,
    uint64_t offset);

/* How many bytes are missing from 'offset' to the next chunk ahead; UINT64_MAX:
 * none is. */
uint64_t ir_journal_gap(const struct ir_journal_state *s, uint64_t offset);

/* If some chunk ahead of 'offset' is none of those of 'chunk_bytes' that follow
 * each other from there: the bytes of all that are ahead; else 0. */
uint64_t ir_journal_parts(const struct ir_journal_state *s, uint64_t offset,
    uint64_t chunk_bytes);

/* A chunk was written and verified.  May be called by several threads at
 * once. */
enum ir_status ir_journal_add(struct ir_journal *j,
    const struct ir_chunk *chunk, struct ir_error *e);

/* What the journal of the local file 'file' claims, unchecked: 1; 0 if there is
 * none; -1 if there is no memory for looking. */
int ir_journal_peek(const char *file, uint64_t *done_bytes,
    uint64_t *total_bytes);

/* A text as it stands on a line, and back.  0 if it does not fit, or is no such
 * text; nothing of it comes back then. */
size_t ir_journal_escape(const char *text, char *to, size_t size);
int ir_journal_unescape(const char *text, char *to, size_t size);

void ir_journal_close(struct ir_journal *j);

/* Close it and remove the file, unless it has become another's. */
void ir_journal_remove(struct ir_journal *j);

#endif
