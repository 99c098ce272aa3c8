/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_CALL_H
#define IR_EMULATOR_CALL_H

#include "emulator.h"
#include "faults.h"
#include "faultwire.h"
#include "http.h"
#include "incoming.h"
#include "refusal.h"
#include "report.h"
#include "settings.h"
#include "tickets.h"
#include "wire/payload.h"

#include <stdbool.h>
#include <stdint.h>

struct ir_operation;
struct soap;

/* One connection's state above HTTP, and in it the call that is being served.
 * soap->user points here. */
struct ir_call {
    struct ir_payload_io io; /* first, as payloads want it */

    struct ir_emulator *emulator;
    struct ir_http *http;
    struct soap *soap;

    const struct ir_operation *operation; /* NULL until it is known */
    void *request; /* its request structure, filled as it is read */
    enum ir_binding binding;
    enum ir_refusal refusal;
    const char *detail; /* what a refusal's text names, or NULL */

    bool is_cut;     /* the request ended before its end */
    bool is_started; /* the head of the answer is out */
    struct ir_http_answer head;

    struct {
        uint64_t n_bytes;
        bool is_begun;
        size_t tag_length; /* 0 outside tags, else characters since '<' */
        bool is_declaration;
        unsigned n_tags;
    } guard; /* see soap.c */

    struct ir_incoming incoming;

    struct ir_fault_state fault; /* zeroed unless there are rules */
    struct ir_faultwire wire;

    struct {
        struct ir_payload_source as_payload;
        int fd; /* -1 if there is none */
        uint64_t offset;
    } source;
};

/* The state for a connection; NULL if memory ran out. */
struct ir_call *ir_call_new(struct ir_emulator *e, struct ir_http *http);
void ir_call_free(struct ir_call *call);

/* Memory, and text, that lives until the answer is sent; NULL if memory ran
 * out. */
void *ir_call_memory(struct ir_call *call, size_t n);
__attribute__((format(printf, 2, 3))) char *ir_call_text(struct ir_call *call,
    const char *format, ...);

/* Text that came from the client, made fit to be told back: at most 'n'
 * characters, all of them printable ASCII. */
char *ir_call_echo(struct ir_call *call, const char *text, int n);

/* The ticket to use: the given one, else that of the 'ticket' cookie. */
const char *ir_call_ticket(struct ir_call *call, const char *given);

/* The session of a ticket, whose life goes on.  Without any ticket the call is
 * refused; a modern server lets the anonymous user read, but he sees nothing:
 * then the refusal is 'unseen'. */
enum ir_refusal ir_call_session(struct ir_call *call, const char *ticket,
    enum ir_refusal unseen, struct ir_session *out);

/* Answer with 'length' bytes of the file 'fd' from 'offset'.  The call takes
 * the descriptor over. */
void ir_call_send_file(struct ir_call *call, int fd, uint64_t offset,
    uint64_t length, struct ir_payload *out);

/* Release what the call has taken over. */
void ir_call_end(struct ir_call *call);

#endif
