/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Workers claim chunks in order and run ahead of the caller by a bounded number
 * of them.  Each chunk is noted in the journal by who read it, before the next is
 * claimed, so that what is under way is all that is lost if the process is killed.
 * A worker that fails gives its chunk back and ends. */
#define _GNU_SOURCE /* pthread_condattr_setclock with C11 */
#include "transfer/crew.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "codec/crc32.h"
#include "transfer/retry.h"

/* A chunk is claimed at most this far ahead of the one that is waited for, for
 * each worker. */
#define AHEAD 4
#define WINDOW (AHEAD * IR_CREW_MAX)
/* The caller looks at cancel, deadline and progress this often. */
#define LOOK_MS 100
/* So many times as long as one of the caller's own chunks takes, a worker may
 * take for the first byte that its connection ever brings; and a second. */
#define PATIENCE 3
#define PATIENCE_MS 1000
/* A worker needs the buffers of a call, on its stack no more than this. */
#define STACK_BYTES 262144

enum state { FREE, BUSY, DONE, FAILED };

struct slot {
    enum state state;
    struct worker *worker; /* who reads it */
    int64_t since_ms;
    struct ir_chunk chunk;
};

struct worker {
    struct ir_crew *crew;
    struct ir_wire *wire;
    struct ir_error *error;
    struct ir_error own_error;
    pthread_t thread;
    int is_started;
    atomic_int is_served; /* some bytes came over its connection */
};

struct ir_crew {
    struct ir_client *c;
    struct ir_crew_job job;
    char handler[65];
    char *ticket;
    enum ir_spelling spelling;
    int n_workers;
    struct worker workers[IR_CREW_MAX];
    struct worker caller; /* without a thread */
    atomic_uint_fast64_t arrived;
    atomic_uint_fast64_t n_retries;

    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t first; /* chunk that is waited for; slots are of the next WINDOW */
    uint64_t next;  /* chunk to be claimed */
    int64_t longest_ms; /* of the caller's own */
    int n_running;
    int is_stopped;
    struct slot slots[WINDOW];
};

static uint64_t
chunk_offset(const struct ir_crew *crew, uint64_t i)
{
    return crew->job.offset + i * crew->job.chunk_bytes;
}

static int64_t
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct slot *
slot_of(struct ir_crew *crew, uint64_t i)
{
    return &crew->slots[i % WINDOW];
}

/* ---- A worker ---------------------------------------------------------- */

static int
is_too_far(const struct ir_crew *crew)
{
    return crew->next >= crew->first + (uint64_t)(AHEAD * crew->n_workers);
}

/* Has an earlier run the chunk? */
static int
is_ahead(const struct ir_crew *crew, uint64_t i)
{
    return crew->job.ahead != NULL
        && ir_journal_ahead(crew->job.ahead, chunk_offset(crew, i)) != NULL;
}

/* The number of a chunk in '*i', 1; 0 if there is none left, or it is too far
 * ahead. */
static int
claim(struct ir_crew *crew, struct worker *w, uint64_t *i)
{
    while (is_ahead(crew, crew->next) && !is_too_far(crew))
        slot_of(crew, crew->next++)->state = FREE;
    if (crew->is_stopped || is_too_far(crew)
        || chunk_offset(crew, crew->next) >= crew->job.size_bytes)
        return 0;
    *i = crew->next++;
    slot_of(crew, *i)->state = BUSY;
    slot_of(crew, *i)->worker = w;
    slot_of(crew, *i)->since_ms = now_ms();
    return 1;
}

static int
wait_and_claim(struct ir_crew *crew, struct worker *w, uint64_t *i)
{
    int is_claimed;

    pthread_mutex_lock(&crew->mutex);
    while (!(is_claimed = claim(crew, w, i)) && !crew->is_stopped
        && is_too_far(crew))
        pthread_cond_wait(&crew->changed, &crew->mutex);
    pthread_mutex_unlock(&crew->mutex);
    return is_claimed;
}

static void
settle(struct ir_crew *crew, uint64_t i, const struct ir_chunk *chunk,
    int is_good)
{
    pthread_mutex_lock(&crew->mutex);
    slot_of(crew, i)->chunk = *chunk;
    slot_of(crew, i)->state = is_good ? DONE : FAILED;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->mutex);
}

static int
count_and_write(void *ctx, uint64_t offset, const void *data, size_t n)
{
    struct worker *w = ctx;
    const struct ir_sink *sink = w->crew->job.sink;

    if (sink->write(sink->ctx, offset, data, n) != 0)
        return -1;
    atomic_fetch_add(&w->crew->arrived, n);
    atomic_store(&w->is_served, 1);
    return 0;
}

/* After failure number 'n'. */
static int
may_retry(struct worker *w, int n)
{
    const struct ir_crew_job *job = &w->crew->job;
    struct ir_error *e = w->error;
    int ms = 0;

    if (w == &w->crew->caller || !e->retryable || n >= job->n_retries
        || e->status == IR_E_MEMORY
        || e->status == IR_E_CHANGED)
        return 0;
    if (e->status != IR_E_CORRUPT)
        ms = ir_retry_delay_ms(job->retry_delay_ms, n, ir_retry_random());
    ms = ir_retry_wait_ms(ms, ir_wire_retry_after_s(w->wire));
    atomic_fetch_add(&w->crew->n_retries, 1);
    ir_error_clear(e);
    return ms == 0 || ir_wire_wait(w->wire, ms) == IR_OK;
}

/* One request, as often as it takes; it may bring less than was asked for. */
static int
read_part(struct worker *w, struct ir_chunk_request *request,
    struct ir_chunk *part)
{
    int n = 0;

    do {
        if (ir_call_download_file_chunk(w->wire, w->crew->ticket, request,
                part) == IR_OK)
            return part->length > 0;
    } while (may_retry(w, n++));
    return 0;
}

static int
read_chunk(struct worker *w, uint64_t i, struct ir_chunk *chunk)
{
    const struct ir_crew_job *job = &w->crew->job;
    struct ir_sink sink = { count_and_write, w, 1 };
    struct ir_chunk_request request = { .handler = w->crew->handler,
        .sink = &sink };
    uint64_t offset = chunk_offset(w->crew, i);
    uint64_t left = job->size_bytes - offset;
    struct ir_chunk part;

    if (left > job->chunk_bytes)
        left = job->chunk_bytes;
    memset(chunk, 0, sizeof *chunk);
    chunk->offset = offset;
    while (left > 0) {
        request.offset = offset;
        request.length = left;
        if (!read_part(w, &request, &part)
            || part.file_length != job->size_bytes)
            return 0;
        chunk->crc32 = ir_crc32_combine(chunk->crc32, part.crc32, part.length);
        chunk->length += part.length;
        chunk->file_length = part.file_length;
        chunk->last = part.last;
        offset += part.length;
        left -= part.length;
    }
    return 1;
}

/* It is written: whoever goes on after us need not read it. */
static int
note(struct worker *w, const struct ir_chunk *chunk)
{
    return w->crew->job.journal == NULL
        || ir_journal_add(w->crew->job.journal, chunk, w->error) == IR_OK;
}

static void *
work(void *ctx)
{
    struct worker *w = ctx;
    struct ir_crew *crew = w->crew;
    struct ir_chunk chunk;
    int is_good = 1;
    uint64_t i;

    ir_wire_begin(w->wire);
    while (is_good && wait_and_claim(crew, w, &i)) {
        is_good = read_chunk(w, i, &chunk) && note(w, &chunk);
        settle(crew, i, &chunk, is_good);
    }
    pthread_mutex_lock(&crew->mutex);
    crew->n_running--;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

/* ---- The crew ---------------------------------------------------------- */

/* Signals are for the caller's threads. */
static int
start_thread(struct worker *w)
{
    pthread_attr_t attributes;
    sigset_t all;
    sigset_t before;
    int rc;

    if (pthread_attr_init(&attributes) != 0)
        return 0;
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&w->thread, &attributes, work, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return rc == 0;
}

static void
start_workers(struct ir_crew *crew, int n)
{
    crew->n_workers = n;
    for (int i = 0; i < n; i++) {
        struct worker *w = &crew->workers[i];

        w->crew = crew;
        w->error = &w->own_error;
        if (ir_wire_twin(crew->c->wire, w->error, &w->wire) != IR_OK)
            return;
        ir_wire_conceal(w->wire, crew->ticket, NULL);
        pthread_mutex_lock(&crew->mutex);
        crew->n_running++;
        pthread_mutex_unlock(&crew->mutex);
        w->is_started = start_thread(w);
        if (!w->is_started) {
            pthread_mutex_lock(&crew->mutex);
            crew->n_running--;
            pthread_mutex_unlock(&crew->mutex);
            return;
        }
    }
}

static int
init_lock(struct ir_crew *crew)
{
    pthread_condattr_t monotonic;

    if (pthread_condattr_init(&monotonic) != 0)
        return 0;
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return 1;
}

enum ir_status
ir_crew_start(const struct ir_crew_job *job, int n, struct ir_crew **crew)
{
    struct ir_crew *fresh = calloc(1, sizeof *fresh);

    *crew = NULL;
    if (fresh == NULL || !init_lock(fresh)) {
        free(fresh);
        return ir_error_set(&job->c->error, IR_E_MEMORY, "out of memory");
    }
    fresh->c = job->c;
    fresh->caller.crew = fresh;
    fresh->caller.wire = job->c->wire;
    fresh->caller.error = &job->c->error;
    fresh->job = *job;
    fresh->spelling = ir_wire_spelling(job->c->wire);
    memcpy(fresh->handler, job->handler, strlen(job->handler) + 1);
    *crew = fresh;
    fresh->ticket = strdup(job->c->ticket);
    if (fresh->ticket != NULL)
        start_workers(fresh, n < IR_CREW_MAX ? n : IR_CREW_MAX);
    return IR_OK;
}

/* Chunk 'i', and what was before it, is no longer waited for. */
static void
advance(struct ir_crew *crew, uint64_t i)
{
    for (; crew->first < i; crew->first++)
        slot_of(crew, crew->first)->state = FREE;
    if (crew->next < i)
        crew->next = i;
    pthread_cond_broadcast(&crew->changed);
}

static void
wait_a_little(struct ir_crew *crew)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&crew->changed, &crew->mutex, &until);
}

/* May a worker bring the chunk that is waited for? */
static int
is_awaited(struct ir_crew *crew)
{
    enum state state = slot_of(crew, crew->first)->state;

    return state == BUSY || (state == FREE && crew->n_running > 0);
}

/* Not every server serves every connection.  A worker that was never served ends
 * where it keeps the caller waiting, who then reads the chunk. */
static void
dismiss_unserved(struct ir_crew *crew)
{
    struct slot *slot = slot_of(crew, crew->first);
    int64_t most_ms = PATIENCE * crew->longest_ms;

    if (most_ms < PATIENCE_MS)
        most_ms = PATIENCE_MS;
    if (slot->state == BUSY && !atomic_load(&slot->worker->is_served)
        && now_ms() - slot->since_ms > most_ms)
        ir_wire_cancel(slot->worker->wire);
}

int
ir_crew_take(struct ir_crew *crew, uint64_t offset, struct ir_chunk *chunk)
{
    uint64_t i = (offset - crew->job.offset) / crew->job.chunk_bytes;
    struct slot *slot = slot_of(crew, i);
    int is_there;

    pthread_mutex_lock(&crew->mutex);
    advance(crew, i);
    is_there = slot->state == DONE && offset == chunk_offset(crew, i);
    if (is_there)
        *chunk = slot->chunk;
    pthread_mutex_unlock(&crew->mutex);
    return is_there;
}

enum ir_status
ir_crew_help(struct ir_crew *crew)
{
    struct ir_error *e = &crew->c->error;
    struct ir_chunk chunk;
    int is_claimed;
    int is_good;
    int64_t start_ms;
    uint64_t i;

    pthread_mutex_lock(&crew->mutex);
    is_claimed = claim(crew, &crew->caller, &i);
    if (!is_claimed && is_awaited(crew)) {
        dismiss_unserved(crew);
        wait_a_little(crew);
    }
    pthread_mutex_unlock(&crew->mutex);
    if (!is_claimed)
        return ir_wire_wait(crew->c->wire, 0);
    start_ms = now_ms();
    is_good = read_chunk(&crew->caller, i, &chunk)
        && note(&crew->caller, &chunk);
    if (now_ms() - start_ms > crew->longest_ms)
        crew->longest_ms = now_ms() - start_ms;
    settle(crew, i, &chunk, is_good);
    if (e->status != IR_E_CANCELLED && e->status != IR_E_MEMORY)
        ir_error_clear(e);
    return e->status;
}

int
ir_crew_is_idle(struct ir_crew *crew, uint64_t offset)
{
    uint64_t i = (offset - crew->job.offset) / crew->job.chunk_bytes;
    struct slot *slot = slot_of(crew, i);
    int is_idle;

    pthread_mutex_lock(&crew->mutex);
    is_idle = offset != chunk_offset(crew, i) || slot->state == FAILED
        || (slot->state == FREE && crew->n_running == 0);
    if (is_idle && crew->next <= i)
        crew->next = i + 1; /* the caller reads it */
    pthread_mutex_unlock(&crew->mutex);
    return is_idle;
}

uint64_t
ir_crew_left(const struct ir_crew *crew, uint64_t offset)
{
    return crew->job.chunk_bytes
        - (offset - crew->job.offset) % crew->job.chunk_bytes;
}

uint64_t
ir_crew_arrived(struct ir_crew *crew)
{
    return atomic_load(&crew->arrived);
}

uint64_t
ir_crew_retries(struct ir_crew *crew)
{
    return atomic_load(&crew->n_retries);
}

int
ir_crew_is_current(const struct ir_crew *crew, const char *handler)
{
    return strcmp(crew->handler, handler) == 0 && crew->ticket != NULL
        && crew->c->ticket != NULL
        && strcmp(crew->ticket, crew->c->ticket) == 0
        && crew->spelling == ir_wire_spelling(crew->c->wire);
}

void
ir_crew_end(struct ir_crew *crew)
{
    if (crew == NULL)
        return;
    pthread_mutex_lock(&crew->mutex);
    crew->is_stopped = 1;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->mutex);
    for (int i = 0; i < crew->n_workers; i++) {
        struct worker *w = &crew->workers[i];

        if (w->is_started) {
            ir_wire_cancel(w->wire);
            pthread_join(w->thread, NULL);
        }
        ir_wire_free(w->wire);
    }
    if (crew->ticket != NULL)
        ir_wire_wipe(crew->ticket, strlen(crew->ticket));
    free(crew->ticket);
    pthread_cond_destroy(&crew->changed);
    pthread_mutex_destroy(&crew->mutex);
    free(crew);
}
