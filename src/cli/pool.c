/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Tasks stand in a ring in the order in which they were given, claimed by the
 * workers from one end and told at the other.  Each writes to a page of its own
 * which is printed, and its figures added, when all before it have been: by
 * the thread that gives the tasks, while it has to wait.  What is held is
 * bounded by the ring.
 *
 * A worker is started when there is a task that nobody is free for.  Its client
 * is a twin of the session's, which is left to the thread that gives the tasks:
 * it can list the next folder meanwhile. */
#define _GNU_SOURCE /* pthread_condattr_setclock with C11 */
#include "pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "signals.h"

/* Tasks that are not told yet, for each worker. */
#define AHEAD 8
/* Signs of life are shown this often. */
#define LOOK_MS 100

struct slot {
    struct ir_task task;
    struct ir_page page;
    atomic_uint_fast64_t done_bytes;
    int is_done;
    struct ir_tally tally;
    uint64_t n_bytes;
};

struct worker {
    struct ir_pool *pool;
    struct ir_work work;
    struct ir_output out;
    pthread_t thread;
};

struct ir_pool {
    struct ir_work *giver;
    int n_max;
    int n_workers;
    struct worker workers[IR_POOL_MAX];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t told; /* tasks; the numbers never fall */
    uint64_t claimed;
    uint64_t given;
    int n_idle;
    int is_over; /* no more are given */
    size_t n_slots;
    struct slot slots[AHEAD * IR_POOL_MAX];
};

static struct slot *
slot_of(struct ir_pool *p, uint64_t i)
{
    return &p->slots[i % p->n_slots];
}

static void
drop(const struct ir_task *task)
{
    if (task->drop != NULL)
        task->drop(task->ctx);
}

/* ---- A worker ---------------------------------------------------------- */

static void
do_task(struct worker *worker, struct slot *slot)
{
    struct ir_work *w = &worker->work;

    worker->out.page = &slot->page;
    w->transfer.done_bytes = &slot->done_bytes;
    worker->out.last_warning[0] = '\0';
    worker->out.warned_of = NULL;
    w->tally = (struct ir_tally){ .out = &worker->out };
    w->n_bytes = 0;
    if (!ir_tally_must_stop(&w->tally))
        slot->task.run(w, slot->task.ctx);
    drop(&slot->task);
    slot->tally = w->tally;
    slot->n_bytes = w->n_bytes;
}

/* The next task, or NULL when there will be none. */
static struct slot *
claim(struct ir_pool *p)
{
    struct slot *slot = NULL;

    pthread_mutex_lock(&p->lock);
    p->n_idle++;
    while (p->claimed == p->given && !p->is_over)
        pthread_cond_wait(&p->changed, &p->lock);
    p->n_idle--;
    if (p->claimed < p->given)
        slot = slot_of(p, p->claimed++);
    pthread_mutex_unlock(&p->lock);
    return slot;
}

static void *
work(void *ctx)
{
    struct worker *worker = ctx;
    struct ir_pool *p = worker->pool;
    struct slot *slot;

    for (slot = claim(p); slot != NULL; slot = claim(p)) {
        do_task(worker, slot);
        pthread_mutex_lock(&p->lock);
        slot->is_done = 1;
        pthread_cond_broadcast(&p->changed);
        pthread_mutex_unlock(&p->lock);
    }
    return NULL;
}

/* Signals are for the thread that gives the tasks. */
static int
start_thread(struct worker *worker)
{
    sigset_t all;
    sigset_t before;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&worker->thread, NULL, work, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0;
}

/* A bar for each would be too many: the giver shows one for all. */
static void
start_worker(struct ir_pool *p)
{
    struct worker *worker = &p->workers[p->n_workers];
    struct ir_work *giver = p->giver;
    struct ir_client *client;

    worker->pool = p;
    worker->out = *giver->out;
    worker->work = *giver;
    worker->work.pool = NULL;
    worker->work.out = &worker->out;
    worker->work.transfer.out = &worker->out;
    if (giver->transfer.show != IR_SHOW_EVENTS)
        worker->work.transfer.show = IR_SHOW_NOTHING;
    if (ir_client_twin(giver->session.client, &worker->out, &client) != IR_OK)
        return;
    worker->work.session.client = client;
    ir_signals_watch(client);
    if (start_thread(worker)) {
        p->n_workers++;
    } else {
        ir_signals_forget(client);
        ir_client_free(client);
    }
}

/* ---- Tasks, from the first to the last --------------------------------- */

static void
count(struct ir_work *w, const struct slot *slot)
{
    if (w->tally.n_failed == 0)
        w->tally.first_code = slot->tally.first_code;
    w->tally.n_failed += slot->tally.n_failed;
    w->tally.n_done += slot->tally.n_done;
    w->n_bytes += slot->n_bytes;
}

/* Print what the first task has said.  1 if it has said all. */
static int
tell_first(struct ir_pool *p)
{
    struct slot *slot = slot_of(p, p->told);
    int is_done;

    pthread_mutex_lock(&p->lock);
    is_done = slot->is_done;
    pthread_mutex_unlock(&p->lock);
    if (!ir_page_is_empty(&slot->page))
        ir_output_status(p->giver->out, NULL);
    if (!ir_page_read(&slot->page))
        p->giver->out->out_of_memory = 1;
    if (!is_done)
        return 0;
    count(p->giver, slot);
    ir_page_clear(&slot->page);
    p->told++;
    return 1;
}

static void
wait_a_little(struct ir_pool *p)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&p->lock);
    if (!slot_of(p, p->told)->is_done)
        pthread_cond_timedwait(&p->changed, &p->lock, &until);
    pthread_mutex_unlock(&p->lock);
}

static void
show_progress(struct ir_pool *p)
{
    struct ir_work *w = p->giver;
    uint64_t bytes = w->n_bytes;

    for (uint64_t i = p->told; i < p->given; i++)
        bytes += atomic_load(&slot_of(p, i)->done_bytes);
    ir_progress_many(&w->transfer, w->tally.n_done, bytes);
}

/* Tell tasks in turn, until so many at most are left. */
static void
tell(struct ir_pool *p, size_t n_left)
{
    while (p->told < p->given) {
        if (tell_first(p))
            continue;
        if (p->given - p->told <= n_left)
            return;
        show_progress(p);
        wait_a_little(p);
    }
}

static void
run_here(struct ir_work *w, const struct ir_task *task)
{
    task->run(w, task->ctx);
    drop(task);
}

void
ir_pool_add(struct ir_work *w, const struct ir_task *task)
{
    struct ir_pool *p = w->pool;
    struct slot *slot;
    int is_needed;

    if (p == NULL) {
        run_here(w, task);
        return;
    }
    tell(p, p->n_slots - 1);
    pthread_mutex_lock(&p->lock);
    is_needed = p->n_workers < p->n_max
        && (uint64_t)p->n_idle <= p->given - p->claimed;
    pthread_mutex_unlock(&p->lock);
    if (is_needed)
        start_worker(p);
    if (p->n_workers == 0) { /* there is no memory for any */
        run_here(w, task);
        return;
    }
    slot = slot_of(p, p->given);
    slot->task = *task;
    slot->is_done = 0;
    atomic_store(&slot->done_bytes, 0);
    ir_page_init(&slot->page);
    pthread_mutex_lock(&p->lock);
    p->given++;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
}

void
ir_pool_alone(struct ir_work *w, const struct ir_task *task)
{
    int n = w->n_connections;

    if (w->pool != NULL) {
        tell(w->pool, 0);
        w->n_connections = w->pool->n_max;
    }
    if (w->pool == NULL || !ir_tally_must_stop(&w->tally))
        run_here(w, task);
    else
        drop(task);
    w->n_connections = n;
    ir_progress_begin(&w->transfer, NULL, NULL); /* the rate is another */
}

/* ---- Notices ----------------------------------------------------------- */

struct notice {
    struct ir_error e; /* IR_OK: 'text' is a warning */
    char *path;
    char *text;
};

static void
drop_notice(void *ctx)
{
    struct notice *n = ctx;

    free(n->path);
    free(n->text);
    free(n);
}

static void
tell_notice(struct ir_work *w, void *ctx)
{
    const struct notice *n = ctx;

    if (n->e.status != IR_OK)
        ir_tally_fail(&w->tally, n->path, &n->e);
    else
        ir_output_warning(w->out, n->path, n->text);
}

static void
add_notice(struct ir_work *w, const char *path, const struct ir_error *e,
    const char *text)
{
    struct notice *n = calloc(1, sizeof *n);
    struct ir_task task = { tell_notice, drop_notice, n };

    if (n != NULL) {
        n->e = *e;
        n->path = path == NULL ? NULL : strdup(path);
        n->text = strdup(text);
    }
    if (n != NULL && n->text != NULL && (n->path != NULL || path == NULL)) {
        ir_pool_add(w, &task);
        return;
    }
    if (n != NULL)
        drop_notice(n);
    w->out->out_of_memory = 1;
}

void
ir_pool_fail(struct ir_work *w, const char *path, const struct ir_error *e)
{
    if (w->pool == NULL)
        ir_tally_fail(&w->tally, path, e);
    else
        add_notice(w, path, e, "");
}

void
ir_pool_warn(struct ir_work *w, const char *path, const char *text)
{
    const struct ir_error none = { .status = IR_OK };

    if (w->pool == NULL)
        ir_output_warning(w->out, path, text);
    else
        add_notice(w, path, &none, text);
}

/* ---- Open and close ---------------------------------------------------- */

int
ir_pool_wish(const struct ir_settings *s)
{
    int64_t n = ir_options_get(s, IR_OPTION_PARALLEL, IR_CONNECTIONS_AUTO);

    return n == IR_CONNECTIONS_AUTO ? IR_POOL_AUTO : (int)n;
}

enum ir_status
ir_pool_open(struct ir_work *w, int n, struct ir_error *e)
{
    pthread_condattr_t monotonic;
    struct ir_pool *p;

    if (n <= 1)
        return IR_OK;
    p = calloc(1, sizeof *p);
    if (p == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    p->giver = w;
    p->n_max = n;
    p->n_slots = (size_t)n * AHEAD;
    pthread_mutex_init(&p->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&p->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    w->pool = p;
    return IR_OK;
}

static void
end_workers(struct ir_pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->is_over = 1;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->n_workers; i++) {
        struct worker *worker = &p->workers[i];

        pthread_join(worker->thread, NULL);
        if (worker->out.out_of_memory)
            p->giver->out->out_of_memory = 1;
        ir_signals_forget(worker->work.session.client);
        ir_client_free(worker->work.session.client);
    }
}

void
ir_pool_close(struct ir_work *w)
{
    struct ir_pool *p = w->pool;

    if (p == NULL)
        return;
    w->pool = NULL;
    tell(p, 0);
    end_workers(p);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
