/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What the server saw, for tests that want to know how a client behaved: it is
 * counted while serving and written as JSON at the end.  Keys stand in a fixed
 * order; operations that were not called are left out. */
#include "report.h"

#include "checkouts.h"
#include "faults.h"
#include "handlers.h"
#include "tickets.h"

#include <cjson/cJSON.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MAX_CODES = 64
};

/* How often each of some numbers occurred. */
struct tally {
    int codes[MAX_CODES];
    uint64_t counts[MAX_CODES];
    size_t n;
};

struct ir_report {
    size_t n_operations;
    const char *(*name)(size_t operation);
    struct {
        pthread_mutex_t lock;
        uint64_t (*calls)[IR_BINDINGS];
        uint64_t counts[IR_COUNTS];
        struct tally refusals;
        struct tally http_errors;
    } shared;
};

struct ir_report *
ir_report_new(size_t n_operations, const char *(*name)(size_t operation))
{
    struct ir_report *r = calloc(1, sizeof *r);

    if (r == NULL)
        return NULL;
    r->n_operations = n_operations;
    r->name = name;
    r->shared.calls = calloc(n_operations, sizeof *r->shared.calls);
    if (r->shared.calls == NULL) {
        free(r);
        return NULL;
    }
    pthread_mutex_init(&r->shared.lock, NULL);
    return r;
}

void
ir_report_free(struct ir_report *r)
{
    if (r == NULL)
        return;
    pthread_mutex_destroy(&r->shared.lock);
    free(r->shared.calls);
    free(r);
}

void
ir_report_add(struct ir_report *r, enum ir_count what, uint64_t n)
{
    pthread_mutex_lock(&r->shared.lock);
    r->shared.counts[what] += n;
    pthread_mutex_unlock(&r->shared.lock);
}

void
ir_report_call(struct ir_report *r, size_t operation, enum ir_binding binding)
{
    pthread_mutex_lock(&r->shared.lock);
    r->shared.calls[operation][binding]++;
    pthread_mutex_unlock(&r->shared.lock);
}

/* Kept in ascending order. */
static void
count(struct tally *t, int code)
{
    size_t i = 0;

    while (i < t->n && t->codes[i] < code)
        i++;
    if (i == t->n || t->codes[i] != code) {
        if (t->n == MAX_CODES)
            return;
        memmove(t->codes + i + 1, t->codes + i,
            (t->n - i) * sizeof t->codes[0]);
        memmove(t->counts + i + 1, t->counts + i,
            (t->n - i) * sizeof t->counts[0]);
        t->codes[i] = code;
        t->counts[i] = 0;
        t->n++;
    }
    t->counts[i]++;
}

void
ir_report_refusal(struct ir_report *r, int code)
{
    pthread_mutex_lock(&r->shared.lock);
    count(&r->shared.refusals, code);
    pthread_mutex_unlock(&r->shared.lock);
}

void
ir_report_status(struct ir_report *r, int http_status)
{
    pthread_mutex_lock(&r->shared.lock);
    r->shared.counts[IR_COUNT_REQUESTS]++;
    if (http_status >= 400)
        count(&r->shared.http_errors, http_status);
    pthread_mutex_unlock(&r->shared.lock);
}

static void
add_number(cJSON *to, const char *key, uint64_t n)
{
    cJSON_AddNumberToObject(to, key, (double)n);
}

static void
add_calls(const struct ir_report *r, cJSON *to)
{
    static const char *const bindings[IR_BINDINGS] = { "soap11", "soap12",
        "get", "post" };
    cJSON *calls = cJSON_AddObjectToObject(to, "calls");

    for (size_t i = 0; i < r->n_operations; i++) {
        const uint64_t *n = r->shared.calls[i];
        cJSON *call;

        if (n[0] + n[1] + n[2] + n[3] == 0)
            continue;
        call = cJSON_AddObjectToObject(calls, r->name(i));
        for (int b = 0; b < IR_BINDINGS; b++)
            add_number(call, bindings[b], n[b]);
    }
}

static void
add_tally(cJSON *to, const char *key, const struct tally *t)
{
    cJSON *list = cJSON_AddObjectToObject(to, key);

    for (size_t i = 0; i < t->n; i++) {
        char code[12];

        snprintf(code, sizeof code, "%d", t->codes[i]);
        add_number(list, code, t->counts[i]);
    }
}

static void
add_counts(cJSON *to, const uint64_t *n)
{
    cJSON *part;

    add_number(to, "requests", n[IR_COUNT_REQUESTS]);
    add_number(to, "faults", n[IR_COUNT_FAULTS]);
    part = cJSON_AddObjectToObject(to, "bytes");
    add_number(part, "received", n[IR_COUNT_RECEIVED]);
    add_number(part, "sent", n[IR_COUNT_SENT]);
    part = cJSON_AddObjectToObject(to, "gzip");
    add_number(part, "requests", n[IR_COUNT_PACKED_REQUESTS]);
    add_number(part, "answers", n[IR_COUNT_PACKED_ANSWERS]);
    part = cJSON_AddObjectToObject(to, "connections");
    add_number(part, "accepted", n[IR_COUNT_CONNECTIONS]);
    add_number(part, "refused", n[IR_COUNT_CONNECTIONS_REFUSED]);
    part = cJSON_AddObjectToObject(to, "handshakes");
    add_number(part, "completed", n[IR_COUNT_HANDSHAKES]);
    add_number(part, "failed", n[IR_COUNT_HANDSHAKES_FAILED]);
    add_number(part, "resumed", n[IR_COUNT_HANDSHAKES_RESUMED]);
}

static void
add_uploads(cJSON *to, const uint64_t *n)
{
    cJSON *part = cJSON_AddObjectToObject(to, "commits");

    add_number(part, "documents_created", n[IR_COUNT_DOCUMENTS_CREATED]);
    add_number(part, "versions_added", n[IR_COUNT_VERSIONS_ADDED]);
    add_number(part, "refused", n[IR_COUNT_COMMITS_REFUSED]);
    add_number(to, "tryagain", n[IR_COUNT_TRYAGAIN]);
}

static void
add_lock(void *ctx, const char *path, const char *user)
{
    cJSON *lock = cJSON_CreateObject();

    cJSON_AddStringToObject(lock, "path", path);
    cJSON_AddStringToObject(lock, "user", user);
    cJSON_AddItemToArray(ctx, lock);
}

static void
add_handler(void *ctx, const struct ir_handler *h)
{
    cJSON *handler = cJSON_CreateObject();

    cJSON_AddStringToObject(handler, "handler", h->name);
    cJSON_AddStringToObject(handler, "kind",
        h->kind == IR_HANDLER_UPLOAD ? "upload" : "download");
    cJSON_AddStringToObject(handler, "path", h->path);
    add_number(handler, "size", h->content.identity.size);
    cJSON_AddItemToArray(ctx, handler);
}

/* Lists of all rules and, by their lines, of those that never fired. */
struct rules {
    cJSON *all;
    cJSON *unmatched;
};

static void
add_rule(void *ctx, const struct ir_fault_rule *r)
{
    struct rules *to = ctx;
    cJSON *rule = cJSON_CreateObject();

    add_number(rule, "line", r->line);
    cJSON_AddStringToObject(rule, "rule", r->text);
    add_number(rule, "fired", r->n_fired);
    cJSON_AddItemToArray(to->all, rule);
    if (r->n_fired == 0)
        cJSON_AddItemToArray(to->unmatched, cJSON_CreateNumber(r->line));
}

static void
add_rules(struct ir_emulator *e, cJSON *to)
{
    struct rules rules = { cJSON_AddArrayToObject(to, "fault_rules"),
        cJSON_AddArrayToObject(to, "unmatched_rules") };

    if (e->faults != NULL)
        ir_faults_visit(e->faults, add_rule, &rules);
}

static cJSON *
build(struct ir_emulator *e)
{
    struct ir_report *r = e->report;
    cJSON *all = cJSON_CreateObject();
    cJSON *handlers = cJSON_CreateArray();
    cJSON *locks = cJSON_CreateArray();

    pthread_mutex_lock(&r->shared.lock);
    add_calls(r, all);
    add_tally(all, "refusals", &r->shared.refusals);
    add_tally(all, "http_errors", &r->shared.http_errors);
    add_counts(all, r->shared.counts);
    add_number(all, "handlers_begun",
        r->shared.counts[IR_COUNT_HANDLERS_BEGUN]);
    add_uploads(all, r->shared.counts);
    pthread_mutex_unlock(&r->shared.lock);
    ir_handlers_visit(e, add_handler, handlers);
    add_number(all, "open_handlers", (uint64_t)cJSON_GetArraySize(handlers));
    cJSON_AddItemToObject(all, "handlers", handlers);
    ir_checkouts_visit(e, add_lock, locks);
    cJSON_AddItemToObject(all, "locks", locks);
    add_number(all, "tickets", (uint64_t)ir_tickets_count(e));
    add_rules(e, all);
    return all;
}

static bool
write_file(const char *file, const char *text)
{
    char *part = NULL;
    bool ok;
    FILE *f;

    if (asprintf(&part, "%s.part", file) < 0)
        return false;
    f = fopen(part, "we");
    ok = f != NULL && fputs(text, f) >= 0 && fputc('\n', f) != EOF;
    ok = ok && fflush(f) == 0 && fsync(fileno(f)) == 0;
    if (f != NULL)
        ok = fclose(f) == 0 && ok;
    ok = ok && rename(part, file) == 0;
    free(part);
    return ok;
}

bool
ir_report_write(struct ir_emulator *e, const char *file)
{
    cJSON *all = build(e);
    char *text = cJSON_Print(all);
    bool ok = text != NULL && write_file(file, text);

    if (!ok)
        fprintf(stderr, "ir-emulator: report '%s': %s\n", file,
            strerror(errno));
    cJSON_free(text);
    cJSON_Delete(all);
    return ok;
}
