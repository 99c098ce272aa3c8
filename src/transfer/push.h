/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The staging half of an upload: open a handler, send chunk after chunk,
 * compare what the server staged. */
#ifndef IR_TRANSFER_PUSH_H
#define IR_TRANSFER_PUSH_H

#include "transfer/client.h"
#include "transfer/feed.h"

struct ir_push {
    struct ir_client *c;
    struct ir_upload_options o;
    struct ir_upload_handler handler; /* id empty: nothing is staged */
    struct ir_feed feed;
    uint64_t sent_bytes;     /* acknowledged */
    uint32_t crc32;          /* of those */
    uint64_t n_chunks;
    uint64_t n_retries;
    int n_restarts;
    int n_refusals; /* of these, after which it was begun again */
    const char *file; /* local, for notes; or NULL */
    struct ir_ledger_upload left; /* to go on with; handler empty: nothing */
    uint64_t resumed_bytes;
    int is_proved;    /* the server told the checksum of all it has */
    const char *path;
    int is_locked;    /* for the note: the document is checked out */
    int is_note_kept; /* of a commit that may still be served */
    uint64_t limit_bytes;    /* more the server does not take; 0: not told */
    uint64_t refused_bytes;  /* a chunk as large was no fit request; 0: none */
    uint64_t reported_bytes;
};

/* A call of the library begins, with these options. */
enum ir_status ir_push_init(struct ir_push *p, struct ir_client *c,
    const struct ir_source *source, const struct ir_upload_options *opts);

/* Stage the whole source.  Where the fate of a chunk is unknown, or the staged
 * bytes are not ours, it starts again with another handler, if the source can
 * be read again.  Where a request is too large for what stands before the
 * service, it starts again with smaller chunks. */
enum ir_status ir_push_stage(struct ir_push *p);

/* Abandon what is staged, without touching the error that stands. */
void ir_push_end(struct ir_push *p);

/* May the call have been served, though no answer says so?  Only the service
 * itself denies it, by a reason of its own. */
int ir_push_is_in_doubt(const struct ir_push *p);

/* Something speaks against the call, but not whether it was served. */
int ir_push_is_refusal(const struct ir_error *e);

/* Wait after failure number 'n', which is told; the error is gone afterwards. */
enum ir_status ir_push_wait(struct ir_push *p, int n, const char *reason);

/* Tell the caller; IR_E_CANCELLED if that ends the transfer. */
enum ir_status ir_push_report(struct ir_push *p, enum ir_event event,
    uint64_t done_bytes, const char *message);

#endif
