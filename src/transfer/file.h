/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A local file that appears under its name only when it is complete: the bytes
 * go to NAME.part beside it, which is renamed at the end or removed. */
#ifndef IR_TRANSFER_FILE_H
#define IR_TRANSFER_FILE_H

#include "wire/error.h"

struct ir_file {
    int dir_fd;
    int fd;
    int keep_existing;
    int is_ours; /* the .part file is to be removed if it is not published */
    int was_leftover; /* of an earlier run */
    char name[256]; /* within the directory */
    char part[256];
};

/* Before anything is fetched: is 'path' a place where a file can be put?  Locks
 * its .part file; IR_E_BUSY if another process holds it. */
enum ir_status ir_file_open(struct ir_file *f, const char *path,
    int keep_existing, struct ir_error *e);

/* Drop what was written behind the first 'kept' bytes, and reserve room for
 * 'size' where the file system can: a full disk shows now.  A tmpfs is only asked
 * for its room, which several may then count on. */
enum ir_status ir_file_reserve(struct ir_file *f, uint64_t kept, uint64_t size,
    struct ir_error *e);

/* An ir_write_fn; 'ctx' is the struct ir_file. */
int ir_file_write(void *ctx, uint64_t offset, const void *data, size_t n);

/* Write all of it where an open file is: a journal, a note.  0, or -1 and
 * errno. */
int ir_file_append(int fd, const void *data, size_t n);

/* Everything is there, which is 'size' bytes and no more: on disk, under its
 * name, and the name on disk.  On failure the target is as it was;
 * ir_file_close() is due in either case. */
enum ir_status ir_file_publish(struct ir_file *f, uint64_t size,
    struct ir_error *e);

/* The .part file is left over from an earlier run, and not ours yet. */
int ir_file_is_leftover(const struct ir_file *f);

/* Make the bytes of an earlier run ours, or let ours stay when it is closed. */
void ir_file_adopt(struct ir_file *f);
void ir_file_keep(struct ir_file *f);

/* Remove what was not published. */
void ir_file_close(struct ir_file *f);

#endif
