/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The client, as the files of this folder share it. */
#ifndef IR_TRANSFER_CLIENT_H
#define IR_TRANSFER_CLIENT_H

#include <pthread.h>
#include <stdatomic.h>

#include "transfer/ledger.h"
#include "wire/calls.h"
#include "wire/wire.h"

struct ir_client {
    struct ir_client *first; /* in whose session it works: itself, or what it
                                is a twin of */
    struct ir_wire *wire;
    struct ir_error error;
    char *url;      /* of the service */
    char *ticket;   /* secret */
    char *user;     /* NULL: the ticket was given, or there is none */
    char *owner;    /* of the session, as the server calls him; NULL: not told */
    char *password; /* secret */
    char *language;
    enum ir_spelling spelling; /* AUTO until a call has settled it */
    int ticket_proved; /* a call whose name has one spelling took the ticket */
    struct ir_ledger ledger;
    char *name; /* of the document that was staged last */
    char *content_type;
    char *modified;
    atomic_int cancelled;
    ir_log_fn log;
    void *log_ctx;
    ir_ticket_fn next_ticket;
    void *next_ticket_ctx;
    uint64_t n_renewed; /* renewals of the session that 'ticket' knows */
    struct {
        pthread_mutex_t lock;
        int n_twins;
        int is_renewing; /* one of them, for all */
        int is_refused;  /* the password was, and is not tried again */
        uint64_t n_renewed;
        char *ticket; /* of the last renewal; secret */
    } shared; /* of the first, with its twins */
};

/* Time for cleaning up on the server after a failure or a cancel: all of it
 * stays within two seconds. */
#define IR_CLIENT_GRACE_MS 750
#define IR_CLIENT_LOGOUT_GRACE_MS 400

/* Say something to the log of the options, if there is one. */
void ir_client_log(const struct ir_client *c, enum ir_log_level level,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Copy 'text', NULL included, into '*copy' in place of what is there, which is
 * wiped first. */
enum ir_status ir_client_keep(struct ir_client *c, char **copy,
    const char *text);

/* Let a document's texts outlive the call that told them: they become the
 * client's. */
enum ir_status ir_client_keep_document(struct ir_client *c,
    struct ir_document *document);

#endif
