/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_FAULTWIRE_H
#define IR_EMULATOR_FAULTWIRE_H

#include "faultrules.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ir_call;
struct ir_http;

/* An answer on its way out, past a rule that changes it. */
struct ir_faultwire {
    struct ir_call *call;
    const struct ir_fault_rule *rule;
    bool is_begun; /* the head has been seen */
    bool is_over;  /* nothing more can be sent */

    /* Of the body as it was made: its length, how much of it has been seen, and
     * the one place where other bytes are put in place of some. */
    uint64_t length;
    uint64_t seen;
    struct {
        uint64_t at;
        uint64_t n_removed;
        const char *text;
        size_t n_text;
        bool is_done;
    } edit;

    /* Of what is sent: how much, and where the trouble begins. */
    uint64_t sent;
    uint64_t trouble_at;
    bool is_dripping;

    /* What was sent, for an answer that comes twice. */
    char *copy;
    size_t n_copied;
    size_t n_room;
};

/* Let the answer that follows go through here. */
void ir_faultwire_arm(struct ir_call *call, const struct ir_fault_rule *r);

/* Take bytes of the answer: its head as a whole and, with it, the start tags of
 * its body.  False once the connection is to be closed. */
bool ir_faultwire_send(struct ir_http *h, const void *data, size_t n);

#endif
