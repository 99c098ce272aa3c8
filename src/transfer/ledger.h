/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Notes of what must not be forgotten if this process ends here and now: one
 * file in the state folder for the handler that is open, locked while its
 * process lives, and one for each download that can be resumed.  Nothing of it
 * is secret.  What cannot be noted is told to the log and is no failure.
 *
 *     download-c4d6a0f2-8d1b-4f6e-b0a7-2f5c93d81e44
 *         inforouter-job 1
 *         url https://dms.example/srv.asmx
 *         path /Library/Folder/Name
 *         file /home/demo/Name */
#ifndef IR_TRANSFER_LEDGER_H
#define IR_TRANSFER_LEDGER_H

#include <inforouter.h>

struct ir_client;

struct ir_ledger {
    char *folder; /* NULL: nothing is noted */
    int fd;       /* the note of the open handler, locked; -1: none */
    char name[80];
};

/* A handler was opened for 'path' and the local file 'file' (NULL: none). */
void ir_ledger_note(struct ir_client *c, enum ir_job_kind kind,
    const char *id, const char *path, const char *file);

/* It was deleted. */
void ir_ledger_forget(struct ir_client *c);

/* It could not be deleted: the note stays, for another process to find. */
void ir_ledger_leave(struct ir_client *c);

/* Whether the download of 'path' into 'file' can be resumed. */
void ir_ledger_resumable(struct ir_client *c, const char *path,
    const char *file, int yes);

#endif
