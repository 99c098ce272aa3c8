/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The operations of an upload without a wire: a server that stages and commits
 * into memory, and fails where it is told to. */
#ifndef IR_TESTS_FAKE_UPLOADS_H
#define IR_TESTS_FAKE_UPLOADS_H

#include "inforouter.h"

#define FAKE_UPLOADS_BYTES 1048576

struct fake_uploads {
    /* What the server does. */
    uint64_t chunk_bytes;      /* granted; 0: what is wished for */
    uint64_t largest_bytes;    /* larger chunks get 'large_http'; 0: none */
    int large_http;
    int n_try_again;           /* so many chunks are asked for again */
    enum ir_status chunk;      /* how chunk number 'chunk_at' ends ... */
    int chunk_at;
    int chunk_sent;            /* ... and whether it had left */
    int chunk_http;            /* ... and with which HTTP status; 0: 200 */
    int commit_unfit;          /* to be sent */
    enum ir_status commit;     /* how the commit ends ... */
    int commit_http;           /* ... with which HTTP status; 0: 200 */
    int commit_code;           /* ... and with which code of the server */
    int commit_happens;        /* though its reply is lost */
    int commit_fails_once;     /* a second one succeeds */
    int stores_wrong;          /* the checksum of what is stored is another */
    int no_crc32;              /* of what is stored */
    int stages_wrong;          /* filehexcrc is of other bytes */
    enum ir_status first_delete; /* how it ends, of a handler */
    int no_folder;
    int folder_appears;        /* just before it would be made */
    int exists;
    const char *missing;       /* a path at which there is nothing */
    const char *checked_out_by;
    enum ir_status lock;       /* how checking out ends ... */
    int lock_http;             /* ... with which HTTP status; 0: 200 */
    int lock_happens;          /* though its reply is lost */
    int n_unlocks_lost;        /* so many releases break off ... */
    int unlock_happens;        /* ... though they are served */
    int unlock_refused;        /* with code 4230 */
    uint64_t limit_bytes;

    /* What it saw. */
    uint8_t staged[FAKE_UPLOADS_BYTES];
    size_t n_staged;
    uint8_t stored[FAKE_UPLOADS_BYTES];
    size_t n_stored;
    int n_chunks;
    int n_commits;
    int n_versions;
    int consumed; /* number of the handler that was committed */
    int n_created;
    int n_deleted;
    int n_locked;
    int n_unlocks;
    int n_folders;
    int n_looks;               /* for a document or folder */
    char finalizer[32];
    char checked_comment[32];  /* whether it can be sent */
    char checked_xml[32];
};

extern struct fake_uploads fake_uploads;

/* A new server: chunks of 4 bytes, nothing stored. */
void fake_uploads_reset(void);

/* A request of another file's left. */
void fake_uploads_sent(void);

#endif
