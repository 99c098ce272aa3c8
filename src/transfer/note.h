/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The notes of the ledger as files: one for the handler that is open, locked
 * while its process lives, and one for each download that can be resumed.
 *
 *     download-c4d6a0f2-8d1b-4f6e-b0a7-2f5c93d81e44
 *         inforouter-job 1
 *         url https://dms.example/srv.asmx
 *         path /Library/Folder/Name
 *         file /home/demo/Name
 *
 * The note of an upload goes on with a line for each step, written before it is
 * taken: "lock" if it checked the document out, "size N" and "chunk N", "send
 * OFFSET" and "have OFFSET CRC" around each chunk, "commit CRC VERSIONS" at the
 * end.  What is no note is left alone. */
#ifndef IR_TRANSFER_NOTE_H
#define IR_TRANSFER_NOTE_H

#include "transfer/ledger.h"

/* Room for the longest line of a note, and for what stands behind its word. */
#define IR_NOTE_LINE_BYTES 16384
#define IR_NOTE_TEXT_BYTES (IR_NOTE_LINE_BYTES - 8)

/* A note, read. */
struct ir_note {
    int dir;
    int fd; /* locked unless its process lives */
    struct ir_job job;
    int is_torn;    /* its process was killed while it was made */
    int is_starved; /* there was no memory for reading it */
    struct ir_ledger_upload left;
    char name[IR_NOTE_NAME_BYTES];
    char url[IR_NOTE_TEXT_BYTES];
    char path[IR_NOTE_TEXT_BYTES];
    char file[IR_NOTE_TEXT_BYTES];
    char handler[65];
};

/* The name of the note of 'id', which is a handler or a file's number. */
void ir_note_name(enum ir_job_kind kind, const char *id, char *to,
    size_t size);

/* Where 'file' is for another process: an absolute path without links.  0 if
 * there is none. */
int ir_note_locate(const char *file, char *to, size_t size);

/* Make the note 'name' for us alone, of the local file 'file' (NULL: none),
 * and the folder where it is missing.  The descriptor, locked, or -1 and
 * errno. */
int ir_note_make(const char *folder, const char *name, const char *url,
    const char *path, const char *file);

void ir_note_remove(const char *folder, const char *name);

/* Return other than 0 to see no more. */
typedef int (*ir_note_fn)(void *ctx, struct ir_note *n);

/* Call 'fn' for each note of 'folder'; one that is missing has none. */
enum ir_status ir_note_for_each(const char *folder, ir_note_fn fn, void *ctx,
    struct ir_error *e);

#endif
