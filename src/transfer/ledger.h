/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Notes of what must not be forgotten if this process ends here and now.
 * Nothing of it is secret.  What cannot be noted is told to the log and is no
 * failure. */
#ifndef IR_TRANSFER_LEDGER_H
#define IR_TRANSFER_LEDGER_H

#include <inforouter.h>
#include <sys/types.h>

struct ir_client;

/* Room for the name of a note. */
#define IR_NOTE_NAME_BYTES 80

struct ir_ledger {
    char *folder; /* NULL: nothing is noted */
    int fd;       /* the note of the open handler, locked; -1: none */
    off_t have_at; /* where its last line begins if that is a "have", or -1 */
    int is_short;  /* it lacks a step */
    char name[IR_NOTE_NAME_BYTES];
};

/* How a note tells a session: 32 bits, from which no ticket can be made. */
uint32_t ir_ledger_session(const char *ticket);

/* A handler was opened for 'path' and the local file 'file' (NULL: none). */
void ir_ledger_note(struct ir_client *c, enum ir_job_kind kind,
    const char *id, const char *path, const char *file);

/* It was deleted. */
void ir_ledger_forget(struct ir_client *c);

/* The note stays, for another process to find: the handler could not be deleted,
 * or its commit may still be served. */
void ir_ledger_leave(struct ir_client *c);

/* Add a line to the note of the open handler.  If that cannot be, it loses
 * a "have" before it, which would pass for the last step. */
void ir_ledger_mark(struct ir_client *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The commit is about to be sent: that outlives a loss of power. */
void ir_ledger_mark_commit(struct ir_client *c, uint32_t crc32,
    int64_t n_versions);

/* The last step of an upload that nobody is at any more. */
enum ir_ledger_step {
    IR_LEDGER_SEND, /* nobody knows what became of a chunk */
    IR_LEDGER_HAVE, /* 'offset' bytes with 'crc32' are staged */
    IR_LEDGER_COMMIT /* of 'crc32', over 'n_versions' before; -1 unknown */
};

struct ir_ledger_upload {
    enum ir_ledger_step step;
    char handler[65];
    uint64_t size_bytes;
    uint64_t chunk_bytes;
    uint64_t offset;
    uint32_t crc32;
    int64_t n_versions;
    int is_locked; /* by that process */
};

/* 1 if an upload of 'file' to 'path' was left behind, and of several the one that
 * came farthest.  Its note is the open one now. */
int ir_ledger_take(struct ir_client *c, const char *path, const char *file,
    struct ir_ledger_upload *left);

/* Whether the download of 'path' into 'file' can be resumed. */
void ir_ledger_resumable(struct ir_client *c, const char *path,
    const char *file, int yes);

#endif
