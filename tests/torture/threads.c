/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Many clients in one process, each in a thread of its own, which share
 * sessions, by a source of tickets or as twins: a session that ends is renewed
 * by the first who notices.  Meanwhile
 * another thread cancels clients at random.  Every transfer ends with the right
 * bytes, as the files under the server's root say, or with a typed error.
 *
 * The words of the command line are the fields of struct plan.  What happened is
 * printed as one JSON object; the exit status is 1 if any of it is wrong. */
#define _GNU_SOURCE
#include <inforouter.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_BYTES 4096
#define N_DOCUMENTS_MAX 16
#define N_KEPT_MAX 64
#define N_GROUPS_MAX 16
#define ABANDON_EVERY 16
#define MESSAGE_MAX 512

static struct plan {
    const char *url;
    const char *user;
    const char *password; /* a file that holds it */
    const char *root;     /* of the server: Library/Down, Library/Up */
    const char *folder;   /* for what is downloaded */
    long threads;
    long transfers; /* for each thread; 0: until 'seconds' are over */
    long seconds;
    long groups;    /* sessions */
    long twins;     /* 1: clients of every other session are twins */
    long kept;      /* handlers that each thread keeps open all the time */
    long abandon_s; /* until then it also begins some that it forgets */
    long stay;      /* 1: leave the sessions open */
    long cancel_ms; /* between two cancels; 0: none */
    long seed;
} plan = { .threads = 16, .groups = 1, .seed = 1 };

struct document {
    char name[64];
    char *data;
    size_t n;
};

static struct document documents[N_DOCUMENTS_MAX];
static size_t n_documents;
static char password[256];
static struct timespec began;

/* One session for several clients. */
struct group {
    pthread_mutex_t lock;
    struct ir_client *client;
    char ticket[257];
    long n_renewed;
    int has_twins;
};

static struct group groups[N_GROUPS_MAX];

struct worker {
    pthread_t thread;
    struct group *group;
    long number;
    uint64_t random;
    pthread_mutex_t lock; /* for what the canceller touches */
    struct ir_client *client;
    double cancelled_s; /* 0: it was not */
    int is_spared;      /* it cleans up */
    char kept[N_KEPT_MAX][65];
    long n[IR_E_CANCELLED + 1]; /* transfers by the status they ended with */
    long n_down;
    long n_up;
    long n_wrong;
    long n_abandoned;
    long n_warnings;
    long n_reads; /* of handlers that are kept */
    double slowest_cancel_s;
    char wrong[MESSAGE_MAX]; /* the first */
};

static struct worker *workers;
static atomic_int is_over; /* for the canceller */

static double
now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)(t.tv_sec - began.tv_sec)
        + (double)(t.tv_nsec - began.tv_nsec) / 1e9;
}

/* splitmix64 */
static uint64_t
next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static void
die(const char *what, const char *why)
{
    fprintf(stderr, "threads: %s: %s\n", what, why);
    exit(2);
}

__attribute__((format(printf, 2, 3))) static void
call_wrong(struct worker *w, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (w->n_wrong++ == 0)
        vsnprintf(w->wrong, sizeof w->wrong, format, args);
    va_end(args);
}

/* ---- Sessions ---------------------------------------------------------- */

/* ir_ticket_fn */
static int
next_ticket(void *ctx, const char *ended, char *ticket, size_t size)
{
    struct group *g = ctx;
    int ok = 1;

    pthread_mutex_lock(&g->lock);
    if (strcmp(g->ticket, ended) == 0) {
        ok = ir_renew_ticket(g->client) == IR_OK;
        if (ok) {
            snprintf(g->ticket, sizeof g->ticket, "%s", ir_ticket(g->client));
            g->n_renewed++;
        }
    }
    snprintf(ticket, size, "%s", g->ticket);
    pthread_mutex_unlock(&g->lock);
    return ok ? 0 : -1;
}

static void
count_warning(void *ctx, enum ir_log_level level, const char *line)
{
    struct worker *w = ctx; /* NULL: what all are twins of */

    (void)line;
    if (level == IR_LOG_WARNING && w != NULL)
        w->n_warnings++;
}

static void
open_group(struct group *g)
{
    struct ir_options o = IR_OPTIONS_INIT;
    struct ir_error why;

    o.log = g->has_twins ? count_warning : NULL;
    pthread_mutex_init(&g->lock, NULL);
    if (ir_client_new(plan.url, &o, &g->client, &why) != IR_OK)
        die(plan.url, why.message);
    if (ir_login(g->client, plan.user, password) != IR_OK)
        die("login", ir_client_error(g->client)->message);
    snprintf(g->ticket, sizeof g->ticket, "%s", ir_ticket(g->client));
}

static struct ir_client *
make_twin(struct worker *w)
{
    struct ir_client *twin;

    pthread_mutex_lock(&w->group->lock);
    if (ir_client_twin(w->group->client, w, &twin) != IR_OK)
        die("twin", ir_client_error(w->group->client)->message);
    pthread_mutex_unlock(&w->group->lock);
    return twin;
}

static struct ir_client *
make_client(struct worker *w)
{
    struct ir_options o = IR_OPTIONS_INIT;
    struct ir_client *fresh = NULL;
    struct ir_error why;
    char ticket[257];

    o.next_ticket = next_ticket;
    o.next_ticket_ctx = w->group;
    o.log = count_warning;
    o.log_ctx = w;
    pthread_mutex_lock(&w->group->lock);
    memcpy(ticket, w->group->ticket, sizeof ticket);
    pthread_mutex_unlock(&w->group->lock);
    if (ir_client_new(plan.url, &o, &fresh, &why) != IR_OK
        || ir_set_ticket(fresh, ticket) != IR_OK)
        die("client", fresh == NULL ? why.message
                                    : ir_client_error(fresh)->message);
    return fresh;
}

/* Another client for the worker: a cancelled one stays cancelled. */
static void
replace_client(struct worker *w)
{
    struct ir_client *fresh =
        w->group->has_twins ? make_twin(w) : make_client(w);
    struct ir_client *old;

    pthread_mutex_lock(&w->lock);
    old = w->client;
    w->client = fresh;
    w->cancelled_s = 0;
    pthread_mutex_unlock(&w->lock);
    ir_client_free(old);
}

/* ---- Transfers --------------------------------------------------------- */

static char *
read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "re");
    struct stat st;
    char *data = NULL;

    if (f == NULL)
        return NULL;
    if (fstat(fileno(f), &st) == 0) {
        *n = (size_t)st.st_size;
        data = malloc(*n + 1);
        if (data != NULL && fread(data, 1, *n, f) != *n) {
            free(data);
            data = NULL;
        }
    }
    fclose(f);
    return data;
}

static void
compare(struct worker *w, const char *what, const char *data, size_t n,
    const char *expected, size_t n_expected)
{
    if (data == NULL || n != n_expected || memcmp(data, expected, n) != 0)
        call_wrong(w, "%s: %zu other bytes, for %zu expected", what, n,
            n_expected);
}

static enum ir_status
download_memory(struct worker *w, const struct document *d, const char *path,
    const struct ir_download_options *o)
{
    struct ir_result r;
    void *data = NULL;
    enum ir_status st = ir_download_memory(w->client, path, 1 << 24, o, &data,
        &r);

    if (st == IR_OK)
        compare(w, path, data, (size_t)r.size_bytes, d->data, d->n);
    free(data);
    return st;
}

static enum ir_status
download_file(struct worker *w, const struct document *d, const char *path,
    const struct ir_download_options *o)
{
    char file[512];
    char *data;
    size_t n = 0;
    enum ir_status st;

    snprintf(file, sizeof file, "%s/%ld", plan.folder, w->number);
    st = ir_download_file(w->client, path, file, o, NULL);
    data = read_file(file, &n);
    if (st == IR_OK)
        compare(w, path, data, n, d->data, d->n);
    else if (data != NULL)
        call_wrong(w, "%s: a file of a download that failed", path);
    free(data);
    unlink(file);
    return st;
}

static enum ir_status
download(struct worker *w, uint64_t random)
{
    struct ir_download_options o = IR_DOWNLOAD_OPTIONS_INIT;
    const struct document *d = &documents[random % n_documents];
    char path[128];

    o.chunk_bytes = CHUNK_BYTES;
    o.retry_delay_ms = 1;
    snprintf(path, sizeof path, "/Library/Down/%s", d->name);
    w->n_down++;
    return (random >> 32) % 2 == 0 ? download_memory(w, d, path, &o)
                                   : download_file(w, d, path, &o);
}

static enum ir_status
upload(struct worker *w, uint64_t random, long i)
{
    struct ir_upload_options o = IR_UPLOAD_OPTIONS_INIT;
    const struct document *d = &documents[random % n_documents];
    char path[128];
    char file[512];
    char *data;
    size_t n = 0;
    enum ir_status st;

    o.chunk_bytes = CHUNK_BYTES;
    o.retry_delay_ms = 1;
    snprintf(path, sizeof path, "/Library/Up/%ld-%ld", w->number, i);
    snprintf(file, sizeof file, "%s%s", plan.root, path);
    w->n_up++;
    st = ir_upload_memory(w->client, d->data, d->n, path, &o, NULL);
    data = read_file(file, &n);
    /* After a failure it is there as a whole or not at all. */
    if (st == IR_OK || data != NULL)
        compare(w, path, data, n, d->data, d->n);
    free(data);
    unlink(file);
    return st;
}

/* ---- Handlers ---------------------------------------------------------- */

/* ir_write_fn */
static int
discard(void *ctx, uint64_t offset, const void *data, size_t n)
{
    (void)ctx;
    (void)offset;
    (void)data;
    (void)n;
    return 0;
}

static enum ir_status
begin_handler(struct worker *w, char id[65])
{
    struct ir_handler h;
    char path[128];

    snprintf(path, sizeof path, "/Library/Down/%s", documents[0].name);
    ir_handler_begin(w->client, path, 0, CHUNK_BYTES, &h);
    memcpy(id, h.id, sizeof h.id);
    return ir_client_error(w->client)->status;
}

/* Use one of the handlers that are kept open: it lives on; or it is gone, and
 * another is begun. */
static void
use_handler(struct worker *w, size_t i)
{
    static const struct ir_sink nowhere = { discard, NULL, 1 };
    const struct ir_error *e = ir_client_error(w->client);
    struct ir_chunk chunk;

    w->n_reads++;
    if (w->kept[i][0] == '\0'
        || (ir_handler_read(w->client, w->kept[i], 0, CHUNK_BYTES, &nowhere,
                &chunk) == IR_E_SERVER && e->http_status == 200))
        begin_handler(w, w->kept[i]);
}

static void
end_handlers(struct worker *w)
{
    for (long i = 0; i < plan.kept; i++) {
        if (w->kept[i][0] != '\0'
            && ir_handler_end(w->client, w->kept[i]) != IR_OK)
            w->n_warnings++;
    }
}

/* ---- Threads ----------------------------------------------------------- */

/* A transfer has ended: as it may? */
static void
judge(struct worker *w, enum ir_status st)
{
    const struct ir_error *e = ir_client_error(w->client);
    double cancelled_s;

    pthread_mutex_lock(&w->lock);
    cancelled_s = w->cancelled_s;
    pthread_mutex_unlock(&w->lock);
    w->n[st]++;
    if (e->status != st || (st != IR_OK && e->message[0] == '\0'))
        call_wrong(w, "status %d, error %d: %s", st, e->status, e->message);
    if (st == IR_E_CANCELLED && cancelled_s == 0)
        call_wrong(w, "cancelled by nobody");
    if (cancelled_s != 0 && now_s() - cancelled_s > w->slowest_cancel_s)
        w->slowest_cancel_s = now_s() - cancelled_s;
    if (cancelled_s != 0)
        replace_client(w);
}

static int
goes_on(long i)
{
    return plan.transfers > 0 ? i < plan.transfers
                              : now_s() < (double)plan.seconds;
}

static void *
run_worker(void *ctx)
{
    struct worker *w = ctx;

    replace_client(w);
    for (long i = 0; i < plan.kept; i++)
        begin_handler(w, w->kept[i]);
    for (long i = 0; goes_on(i); i++) {
        uint64_t random = next_random(&w->random);
        char id[65];

        judge(w, (random >> 40) % 2 == 0 ? download(w, random)
                                         : upload(w, random, i));
        if (plan.kept > 0)
            use_handler(w, (size_t)(i % plan.kept));
        if (i % ABANDON_EVERY == 0 && now_s() < (double)plan.abandon_s
            && begin_handler(w, id) == IR_OK)
            w->n_abandoned++;
    }
    pthread_mutex_lock(&w->lock);
    w->is_spared = 1;
    pthread_mutex_unlock(&w->lock);
    replace_client(w);
    end_handlers(w);
    return NULL;
}

static void *
run_canceller(void *ctx)
{
    uint64_t random = (uint64_t)plan.seed;

    (void)ctx;
    while (!atomic_load(&is_over)) {
        struct worker *w =
            &workers[next_random(&random) % (uint64_t)plan.threads];
        struct timespec pause = { 0,
            (long)(next_random(&random) % (uint64_t)plan.cancel_ms) * 2000000 };

        nanosleep(&pause, NULL);
        pthread_mutex_lock(&w->lock);
        if (w->client != NULL && w->cancelled_s == 0 && !w->is_spared) {
            ir_client_cancel(w->client);
            w->cancelled_s = now_s();
        }
        pthread_mutex_unlock(&w->lock);
    }
    return NULL;
}

static void
run_all(void)
{
    pthread_t canceller;

    if (plan.cancel_ms > 0
        && pthread_create(&canceller, NULL, run_canceller, NULL) != 0)
        die("thread", strerror(EAGAIN));
    for (long i = 0; i < plan.threads; i++) {
        struct worker *w = &workers[i];

        w->number = i;
        w->group = &groups[i % plan.groups];
        w->random = (uint64_t)(plan.seed * 1000 + i);
        if (pthread_create(&w->thread, NULL, run_worker, w) != 0)
            die("thread", strerror(EAGAIN));
    }
    for (long i = 0; i < plan.threads; i++)
        pthread_join(workers[i].thread, NULL);
    atomic_store(&is_over, 1);
    if (plan.cancel_ms > 0)
        pthread_join(canceller, NULL);
}

/* ---- Begin and end ----------------------------------------------------- */

static void
read_plan(int argc, char **argv)
{
    struct {
        const char *name;
        const char **text;
        long *number;
    } fields[] = { { "url", &plan.url, NULL }, { "user", &plan.user, NULL },
        { "password", &plan.password, NULL }, { "root", &plan.root, NULL },
        { "folder", &plan.folder, NULL }, { "threads", NULL, &plan.threads },
        { "transfers", NULL, &plan.transfers },
        { "seconds", NULL, &plan.seconds }, { "groups", NULL, &plan.groups },
        { "twins", NULL, &plan.twins },
        { "kept", NULL, &plan.kept }, { "abandon_s", NULL, &plan.abandon_s },
        { "stay", NULL, &plan.stay }, { "cancel_ms", NULL, &plan.cancel_ms },
        { "seed", NULL, &plan.seed } };

    for (int i = 1; i < argc; i++) {
        size_t n = strcspn(argv[i], "=");
        size_t f = 0;

        while (f < sizeof fields / sizeof fields[0]
            && (strncmp(fields[f].name, argv[i], n) != 0
                || fields[f].name[n] != '\0'))
            f++;
        if (f == sizeof fields / sizeof fields[0] || argv[i][n] == '\0')
            die(argv[i], "no such field");
        if (fields[f].text != NULL)
            *fields[f].text = argv[i] + n + 1;
        else
            *fields[f].number = strtol(argv[i] + n + 1, NULL, 10);
    }
    if (plan.url == NULL || plan.user == NULL || plan.password == NULL
        || plan.root == NULL || plan.folder == NULL || plan.threads < 1
        || plan.groups < 1 || plan.groups > N_GROUPS_MAX || plan.kept < 0
        || plan.kept > N_KEPT_MAX)
        die("plan", "a field is missing or out of range");
}

static void
read_documents(void)
{
    char folder[512];
    char path[1024];
    DIR *dir;

    snprintf(folder, sizeof folder, "%s/Library/Down", plan.root);
    dir = opendir(folder);
    if (dir == NULL)
        die(folder, strerror(errno));
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        struct document *d = &documents[n_documents];

        if (e->d_name[0] == '.' || n_documents == N_DOCUMENTS_MAX)
            continue;
        snprintf(d->name, sizeof d->name, "%.60s", e->d_name);
        snprintf(path, sizeof path, "%s/%s", folder, d->name);
        d->data = read_file(path, &d->n);
        if (d->data == NULL)
            die(path, strerror(errno));
        n_documents++;
    }
    closedir(dir);
    if (n_documents == 0)
        die(folder, "no documents");
}

static void
read_password(void)
{
    size_t n = 0;
    char *text = read_file(plan.password, &n);

    if (text == NULL)
        die(plan.password, strerror(errno));
    snprintf(password, sizeof password, "%.*s", (int)n, text);
    free(text);
}

static long
report(void)
{
    struct worker sum = { .number = 0 };
    long n_renewed = 0;

    for (long i = 0; i < plan.threads; i++) {
        const struct worker *w = &workers[i];

        for (int st = 0; st <= IR_E_CANCELLED; st++)
            sum.n[st] += w->n[st];
        sum.n_down += w->n_down;
        sum.n_up += w->n_up;
        sum.n_wrong += w->n_wrong;
        sum.n_abandoned += w->n_abandoned;
        sum.n_warnings += w->n_warnings;
        sum.n_reads += w->n_reads;
        if (w->slowest_cancel_s > sum.slowest_cancel_s)
            sum.slowest_cancel_s = w->slowest_cancel_s;
        if (w->n_wrong > 0)
            fprintf(stderr, "threads: worker %ld: %s\n", i, w->wrong);
    }
    for (long i = 0; i < plan.groups; i++)
        n_renewed += groups[i].n_renewed;
    printf("{\"seconds\":%.1f,\"down\":%ld,\"up\":%ld,\"wrong\":%ld,"
           "\"renewed\":%ld,\"abandoned\":%ld,\"warnings\":%ld,\"reads\":%ld,"
           "\"slowest_cancel_s\":%.2f,\"ended\":{",
        now_s(), sum.n_down, sum.n_up, sum.n_wrong, n_renewed, sum.n_abandoned,
        sum.n_warnings, sum.n_reads, sum.slowest_cancel_s);
    for (int st = 0, n = 0; st <= IR_E_CANCELLED; st++)
        if (sum.n[st] > 0)
            printf("%s\"%s\":%ld", n++ == 0 ? "" : ",",
                ir_status_name((enum ir_status)st), sum.n[st]);
    printf("}}\n");
    return sum.n_wrong;
}

int
main(int argc, char **argv)
{
    long n_wrong;

    clock_gettime(CLOCK_MONOTONIC, &began);
    read_plan(argc, argv);
    read_password();
    read_documents();
    for (long i = 0; i < plan.groups; i++) {
        groups[i].has_twins = plan.twins && i % 2 == 1;
        open_group(&groups[i]);
    }
    workers = calloc((size_t)plan.threads, sizeof *workers);
    if (workers == NULL)
        die("workers", strerror(ENOMEM));
    for (long i = 0; i < plan.threads; i++)
        pthread_mutex_init(&workers[i].lock, NULL);
    run_all();
    n_wrong = report();
    for (long i = 0; i < plan.threads; i++)
        ir_client_free(workers[i].client);
    for (long i = 0; i < plan.groups; i++) {
        if (!plan.stay)
            ir_logout(groups[i].client);
        ir_client_free(groups[i].client);
    }
    for (size_t i = 0; i < n_documents; i++)
        free(documents[i].data);
    free(workers);
    return n_wrong == 0 ? 0 : 1;
}
