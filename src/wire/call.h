/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What every operation goes through, put together by IR_CALL: begin, the
 * generated stub, ir_call_again() until it returns 0, then the outcome that the
 * answer tells. */
#ifndef IR_WIRE_CALL_H
#define IR_WIRE_CALL_H

#include "soapH.h"
#include "wire/http.h"
#include "wire/pack.h"
#include "wire/payload.h"
#include "wire/wire.h"

/* Deepest nesting of elements in a reply. */
#define IR_CALL_MAX_LEVEL 32

struct ir_wire {
    struct ir_payload_io io; /* first: soap->user points here */
    struct soap *soap;
    struct ir_error *error;
    struct ir_transport *transport;
    struct ir_http http;
    struct ir_pack pack;
    int packs; /* long requests go as gzip: until the server refuses one */
    struct ir_url url;
    struct ir_url proxy;
    struct Namespace namespaces[8]; /* their order decides the version */
    enum ir_soap version;
    enum ir_spelling spelling;
    int call_timeout_ms;
    const char *secrets[2]; /* never to be repeated in a message, or NULL */
    int64_t shortest_call_us; /* 0: none yet */

    /* The call under way. */
    const char *operation;
    int repeatable; /* serving it twice does no harm */
    int leaves;     /* the server keeps something of it */
    int has_answer; /* an element in the result, with text around it */
    int repeated;
    int sent;   /* some byte of the request left */
    int64_t sent_us; /* when */
    int reused; /* the connection served a call before */
    int n_results;
    int n_answers;
    int is_classic;             /* names of parameters */
    const char *open_parameter; /* sent, its end tag is due; or NULL */
    uint32_t open_tags[IR_CALL_MAX_LEVEL + 1]; /* CRC of their names */
    struct ir_call_elements *elements; /* who takes those of the answer; NULL:
                                          the stub */
};

/* Elements of an answer are taken one after the other, as their start tags have
 * been read, and the stub does not get to see them. */
struct ir_call_elements {
    int (*take)(struct ir_wire *w); /* a code of gSOAP's; 0 goes on */
    int is_success;                 /* as the answer says of itself */
};

enum ir_call_kind {
    IR_CALL_ONCE = 0,       /* the server keeps something of it */
    IR_CALL_REPEATABLE = 1, /* a reading or an idempotent call */
    IR_CALL_LIST = 2,       /* and: its answer may hold a long list */
    IR_CALL_REPEATABLE_LIST = IR_CALL_REPEATABLE | IR_CALL_LIST,
    IR_CALL_VALUE = 4, /* and: its result is the bytes, without an answer */
    IR_CALL_REPEATABLE_VALUE = IR_CALL_REPEATABLE | IR_CALL_VALUE,
    IR_CALL_SESSION = 8, /* and: the server keeps a session of it */
    IR_CALL_REPEATABLE_SESSION = IR_CALL_REPEATABLE | IR_CALL_SESSION
};

/* The call of 'operation' begins.  'sink' takes the base64 content of its
 * answer; NULL: the answer has none. */
void ir_call_begin(struct ir_wire *w, const char *operation,
    enum ir_call_kind kind, const struct ir_payload_sink *sink);

/* The stub returned 'rc'.  1: the kept connection had gone before the server
 * replied, or it takes no gzip; call the stub again.  0: w->error->status is
 * how it ended. */
int ir_call_again(struct ir_wire *w, int rc);

/* The answer says 'success', 'error' and 'code' (any may be NULL); secrets in
 * 'error' are blackened. Only success="true" is IR_OK; everything else is
 * recorded as the server's refusal, typed by its code. */
enum ir_status ir_call_outcome(struct ir_wire *w, const char *success,
    char *error, const char *code);

/* Blacken the wire's secrets in a text of the server's; NULL is fine. */
void ir_call_conceal(const struct ir_wire *w, char *text);

/* The answer lacks 'what' that it must have. */
enum ir_status ir_call_incomplete(struct ir_wire *w, const char *what);

/* Can 'text' be sent: not NULL, not empty unless 'may_be_empty', well-formed
 * UTF-8 without characters that XML has no place for?  'name' is what the
 * caller calls it. */
enum ir_status ir_call_check_text(struct ir_wire *w, const char *name,
    const char *text, int may_be_empty);

/* Position of the first byte of 'text' that is no such character; its length
 * if there is none. */
size_t ir_call_text_length(const char *text);

/* 1 if 'flag' is the word true in any case, else 0. */
int ir_call_flag(const char *flag);

/* gSOAP's structs serve both directions and know no const; it does not write to
 * what it sends. */
static inline char *
ir_call_out(const char *text)
{
    union {
        const char *in;
        char *out;
    } u = { text };

    return u.out;
}

/* gSOAP wants an endpoint; where the connection goes is the transport's. */
#define IR_CALL_ENDPOINT "http://service/"

/* Call 'operation' with the request '*in'.  Its result is a
 * tns__<type>Result; 'answer' is set to the tns__<type>Answer in it if the
 * server says success, else to NULL, and w->error->status says why. */
#define IR_CALL(w, operation, type, kind, sink, in, answer)                   \
    do {                                                                      \
        struct _tns__##operation##Response reply_;                            \
        int rc_;                                                              \
                                                                              \
        ir_call_begin((w), #operation, (kind), (sink));                       \
        do {                                                                  \
            rc_ = soap_call___tns__##operation((w)->soap, IR_CALL_ENDPOINT,   \
                NULL, (in), &reply_);                                         \
        } while (ir_call_again((w), rc_));                                    \
        (answer) = NULL;                                                      \
        if ((w)->error->status == IR_OK && reply_.operation##Result != NULL   \
            && reply_.operation##Result->__union_##type##Result == 1)         \
            (answer) = reply_.operation##Result->union_##type##Result         \
                .response;                                                    \
        if ((w)->error->status == IR_OK && (answer) == NULL)                  \
            ir_call_incomplete((w), "answer element");                        \
        if ((answer) != NULL                                                  \
            && ir_call_outcome((w), (answer)->success, (answer)->error,       \
                (answer)->errorCode) != IR_OK)                                \
            (answer) = NULL;                                                  \
    } while (0)

#endif
