/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Which rule fires.  Counts and the state of random rules are shared by all
 * connections; what a rule does to a call is its own business and done outside
 * the lock. */
#include "faults.h"

#include "call.h"
#include "faultanswer.h"
#include "faultreply.h"
#include "faultwire.h"
#include "operations.h"
#include "service.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct ir_faults {
    struct ir_fault_rules rules;
    uint64_t n_handlers; /* those that rules speak of are the first so many */
    bool places_matter;
    struct {
        pthread_mutex_t lock;
        uint64_t *calls; /* by operation */
        uint64_t n_calls;
        char (*handlers)[IR_HANDLER_LENGTH + 1]; /* as they were begun */
        uint64_t n_begun;
    } shared;
};

enum {
    MAX_HANDLERS = 100000
};

static void
note_needs(struct ir_faults *f, const struct ir_fault_rule *r)
{
    if (r->handler.is_set || r->offset.is_set || r->chunk.is_set
        || r->is_last_chunk)
        f->places_matter = true;
    if (!r->handler.is_set)
        return;
    if (f->n_handlers < r->handler.last)
        f->n_handlers = r->handler.last;
    if (f->n_handlers > MAX_HANDLERS) /* as if an open range ended here */
        f->n_handlers = MAX_HANDLERS;
}

struct ir_faults *
ir_faults_open(const char *file)
{
    struct ir_faults *f = calloc(1, sizeof *f);

    if (f == NULL)
        return NULL;
    pthread_mutex_init(&f->shared.lock, NULL);
    if (!ir_faultrules_read(&f->rules, file)) {
        ir_faults_close(f);
        return NULL;
    }
    for (size_t i = 0; i < f->rules.n; i++) {
        f->rules.items[i].random = f->rules.items[i].seed;
        note_needs(f, &f->rules.items[i]);
    }
    f->shared.calls = calloc(ir_operations_count(), sizeof *f->shared.calls);
    f->shared.handlers = calloc(f->n_handlers + 1, sizeof *f->shared.handlers);
    if (f->shared.calls != NULL && f->shared.handlers != NULL)
        return f;
    fputs("ir-emulator: out of memory\n", stderr);
    ir_faults_close(f);
    return NULL;
}

void
ir_faults_close(struct ir_faults *f)
{
    if (f == NULL)
        return;
    ir_faultrules_clear(&f->rules);
    free(f->shared.calls);
    free(f->shared.handlers);
    pthread_mutex_destroy(&f->shared.lock);
    free(f);
}

/* The next number of a rule's sequence, from 0 to 1 (splitmix64). */
static double
draw(struct ir_fault_rule *r)
{
    uint64_t z = r->random += 0x9E3779B97F4A7C15;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

static bool
is_in(const struct ir_fault_range *r, uint64_t n)
{
    return !r->is_set || (n >= r->first && n <= r->last);
}

static bool
is_here(const struct ir_fault_rule *r, const struct ir_fault_place *p)
{
    if (r->handler.is_set
        && (p->handler == 0 || !is_in(&r->handler, p->handler)))
        return false;
    if (!r->offset.is_set && !r->chunk.is_set && !r->is_last_chunk)
        return true;
    return p->has_offset && is_in(&r->offset, p->offset)
        && is_in(&r->chunk, p->chunk) && (!r->is_last_chunk || p->is_last);
}

static bool
is_now(const struct ir_call *call, const struct ir_fault_rule *r,
    enum ir_fault_moment moment)
{
    enum ir_fault_moment due = r->kind->moment;

    if (due == IR_FAULT_ON_GRANT && call->refusal == IR_GRANTED)
        due = IR_FAULT_ON_ANSWER;
    return due == moment;
}

static bool
fits(const struct ir_call *call, const struct ir_fault_rule *r)
{
    const struct ir_operation *o = call->operation;
    bool is_soap = call->binding == IR_SOAP11 || call->binding == IR_SOAP12;

    if (r->operation != NULL ? r->operation != o
                             : o != NULL && !ir_faultkinds_fit(r->kind, o))
        return false;
    if (r->kind->fit == IR_FITS_SOAP && !is_soap)
        return false;
    return is_in(&r->nth,
        r->operation == NULL ? call->fault.nth_of_all : call->fault.nth);
}

/* The rule that fires now, NULL if none does. */
static const struct ir_fault_rule *
decide(struct ir_call *call, enum ir_fault_moment moment)
{
    struct ir_faults *f = call->emulator->faults;
    struct ir_fault_rule *chosen = NULL;

    pthread_mutex_lock(&f->shared.lock);
    for (size_t i = 0; chosen == NULL && i < f->rules.n; i++) {
        struct ir_fault_rule *r = &f->rules.items[i];

        if (!is_now(call, r, moment) || !fits(call, r)
            || !is_here(r, &call->fault.place)
            || (r->times != 0 && r->n_fired >= r->times)
            || (r->is_random && draw(r) >= r->probability))
            continue;
        r->n_fired++;
        chosen = r;
    }
    pthread_mutex_unlock(&f->shared.lock);
    return chosen;
}

void
ir_faults_give_back(struct ir_call *call, const struct ir_fault_rule *r)
{
    struct ir_faults *f = call->emulator->faults;

    pthread_mutex_lock(&f->shared.lock);
    f->rules.items[r - f->rules.items].n_fired--;
    pthread_mutex_unlock(&f->shared.lock);
}

/* Number the call once it is known which it is. */
static void
number(struct ir_call *call)
{
    struct ir_faults *f = call->emulator->faults;

    pthread_mutex_lock(&f->shared.lock);
    if (call->fault.nth_of_all == 0)
        call->fault.nth_of_all = ++f->shared.n_calls;
    if (call->fault.nth == 0 && call->operation != NULL)
        call->fault.nth =
            ++f->shared.calls[call->operation - ir_operations_at(0)];
    pthread_mutex_unlock(&f->shared.lock);
}

/* The name behind the last slash of SOAPAction, or of what SOAP 1.2 has in its
 * place. */
static const struct ir_operation *
find_action(const struct ir_http_request *r)
{
    const char *action = r->soap_action;
    const char *slash;
    char name[64];
    size_t n;

    if (action == NULL && r->content_type != NULL)
        action = strcasestr(r->content_type, "action=");
    slash = action == NULL ? NULL : strrchr(action, '/');
    if (slash == NULL)
        return NULL;
    n = strcspn(slash + 1, "\";, ");
    if (n >= sizeof name)
        return NULL;
    memcpy(name, slash + 1, n);
    name[n] = '\0';
    return ir_operations_find(name, false);
}

bool
ir_faults_on_head(struct ir_call *call, const char *rest)
{
    const struct ir_fault_rule *r;

    memset(&call->fault, 0, sizeof call->fault);
    call->operation = rest[0] == '\0' || rest[1] == '\0'
        ? find_action(&call->http->request)
        : ir_operations_find(rest + 1, true);
    number(call);
    r = decide(call, IR_FAULT_ON_HEAD);
    return r != NULL && ir_faultreply_early(call, r);
}

/* The number of a handler that rules speak of, 0 for others. */
static uint64_t
handler_number(struct ir_faults *f, const char *name)
{
    uint64_t n = 0;

    pthread_mutex_lock(&f->shared.lock);
    while (n < f->shared.n_begun && strcmp(f->shared.handlers[n], name) != 0)
        n++;
    n = n == f->shared.n_begun ? 0 : n + 1;
    pthread_mutex_unlock(&f->shared.lock);
    return n;
}

static void
find_place(struct ir_call *call, const void *in)
{
    struct ir_fault_place *p = &call->fault.place;
    const char *name = ir_faultanswer_text(call, in, "Handler");
    const char *ticket = ir_faultanswer_text(call, in, "AuthenticationTicket");
    const struct _tns__DownloadFileChunk *down = in;
    const struct _tns__UploadFileChunk *up = in;
    bool is_up = call->operation->answer == &ir_answer_UploadChunk;
    struct ir_session session;
    struct ir_handler h;

    if (name == NULL || ticket == NULL)
        return;
    p->handler = handler_number(call->emulator->faults, name);
    if ((!is_up && call->operation->answer != &ir_answer_Chunk)
        || !ir_tickets_find(call->emulator, ticket, false, &session)
        || !ir_handlers_find(call->emulator, session.id,
            is_up ? IR_HANDLER_UPLOAD : IR_HANDLER_DOWNLOAD, name, &h)
        || (!is_up && down->StartOffset < 0))
        return;
    p->has_offset = true;
    p->offset = is_up ? h.content.identity.size : (uint64_t)down->StartOffset;
    p->chunk = p->offset / h.chunk_bytes;
    p->is_last = is_up ? up->lastChunk == xsd__boolean__true_
                       : down->ChunkSize > 0
            && p->offset + (uint64_t)down->ChunkSize >= h.content.identity.size;
}

bool
ir_faults_on_call(struct ir_call *call, const void *in, void *answer)
{
    const struct ir_fault_rule *r;

    number(call);
    if (call->emulator->faults->places_matter)
        find_place(call, in);
    r = decide(call, IR_FAULT_ON_CALL);
    if (r == NULL)
        return false;
    call->fault.rule = r;
    return ir_faultanswer_begin(call, r, in, answer);
}

/* Remember a handler that was begun, in its turn. */
static void
note_handler(struct ir_call *call, const void *answer)
{
    struct ir_faults *f = call->emulator->faults;
    const char *name = ir_faultanswer_handler(call, answer);

    if (name == NULL || call->refusal != IR_GRANTED)
        return;
    pthread_mutex_lock(&f->shared.lock);
    if (f->shared.n_begun < f->n_handlers)
        strncpy(f->shared.handlers[f->shared.n_begun++], name,
            IR_HANDLER_LENGTH);
    pthread_mutex_unlock(&f->shared.lock);
}

void
ir_faults_on_answer(struct ir_call *call, void *answer)
{
    const struct ir_fault_rule *r = call->fault.rule;

    note_handler(call, answer);
    if (r == NULL)
        r = decide(call, IR_FAULT_ON_ANSWER);
    if (r == NULL)
        return;
    call->fault.rule = r;
    if (r->kind->action >= IR_FAULT_SET)
        ir_faultwire_arm(call, r);
    else if (!ir_faultanswer_alter(call, r, answer))
        ir_faults_give_back(call, r);
}

bool
ir_faults_reply(struct ir_call *call)
{
    const struct ir_fault_rule *r = call->fault.rule;

    if (r == NULL || r->kind->action < IR_FAULT_STATUS
        || r->kind->action > IR_FAULT_GZIP)
        return false;
    ir_faultreply_send(call, r);
    return true;
}

void
ir_faults_visit(struct ir_faults *f,
    void (*each)(void *ctx, const struct ir_fault_rule *r), void *ctx)
{
    pthread_mutex_lock(&f->shared.lock);
    for (size_t i = 0; i < f->rules.n; i++)
        each(ctx, &f->rules.items[i]);
    pthread_mutex_unlock(&f->shared.lock);
}
