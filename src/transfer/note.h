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
 *         session 3F2A9C01
 *         boot 5d0a4c0e-6f0e-4d4b-8f5a-3d4f0a3f8a52
 *
 * The session is told by the CRC of its ticket.  The note of an upload goes on
 * with a line for each step, written before it is taken: "lock" if it checked
 * the document out, "size N" and "chunk N", "send OFFSET" and "have OFFSET CRC"
 * around each chunk, "commit CRC VERSIONS" at the end, which is on the disk
 * before the commit is sent.  Of another boot the steps before that may lack
 * their last: nothing is known then.  What is no note is left alone.
 *
 * A note is locked by its process, by a lock of the open file that others can
 * see without taking it. */
#ifndef IR_TRANSFER_NOTE_H
#define IR_TRANSFER_NOTE_H

#include <sys/types.h>

#include "transfer/ledger.h"

/* Room for the longest line of a note, and for what stands behind its word. */
#define IR_NOTE_LINE_BYTES 16384
#define IR_NOTE_TEXT_BYTES (IR_NOTE_LINE_BYTES - 8)

/* What the first lines of a note tell. */
struct ir_note_head {
    const char *url;
    const char *path;
    const char *file; /* NULL: none */
    uint32_t session;
};

/* A note, read. */
struct ir_note {
    int dir;
    int fd;
    struct ir_job job;
    int is_torn;    /* its process was killed while it was made */
    int unread;     /* errno for which it could not be read; 0: it was */
    off_t have_at; /* as that of struct ir_ledger */
    uint32_t session;
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

/* Make the note 'name' for us alone, and the folder where it is missing.  The
 * descriptor, locked and at the end of the head, or -1 and errno. */
int ir_note_make(const char *folder, const char *name,
    const struct ir_note_head *head);

/* Have the note with all its lines on the disk.  0, or -1 and errno. */
int ir_note_sync(const char *folder, int fd);

void ir_note_remove(const char *folder, const char *name);

/* Remove it unless another has taken its name. */
void ir_note_remove_read(const struct ir_note *n);

/* Return other than 0 to see no more. */
typedef int (*ir_note_fn)(void *ctx, struct ir_note *n);

/* Call 'fn' for each note of 'folder'; one that is missing has none.  With
 * 'is_locked' each is ours for the call, unless its process lives.  A note that
 * cannot be read does not hide the others: the error tells of the first. */
enum ir_status ir_note_for_each(const char *folder, int is_locked,
    ir_note_fn fn, void *ctx, struct ir_error *e);

#endif
