/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A client's life: options in, secrets out. */
#include "transfer/client.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transfer/options.h"

void
ir_client_log(const struct ir_client *c, enum ir_log_level level,
    const char *format, ...)
{
    char line[640];
    va_list args;

    if (c->log == NULL)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    c->log(c->log_ctx, level, line);
}

static void
forget(char **secret)
{
    if (*secret != NULL)
        ir_wire_wipe(*secret, strlen(*secret));
    free(*secret);
    *secret = NULL;
}

enum ir_status
ir_client_keep(struct ir_client *c, char **copy, const char *text)
{
    char *fresh = NULL;

    if (text != NULL) {
        fresh = strdup(text);
        if (fresh == NULL)
            return ir_error_set(&c->error, IR_E_MEMORY, "out of memory");
    }
    forget(copy);
    *copy = fresh;
    return IR_OK;
}

enum ir_status
ir_client_keep_document(struct ir_client *c, struct ir_document *document)
{
    if (ir_client_keep(c, &c->name, document->name) != IR_OK
        || ir_client_keep(c, &c->content_type, document->content_type)
            != IR_OK
        || ir_client_keep(c, &c->modified, document->modified) != IR_OK)
        return c->error.status;
    document->name = c->name;
    document->content_type = c->content_type;
    document->modified = c->modified;
    return IR_OK;
}

static int
is_in_range(const struct ir_options *o)
{
    return (unsigned)o->soap <= IR_SOAP_12
        && (unsigned)o->spelling <= IR_SPELLING_CLASSIC
        && o->connect_timeout_ms >= 0 && o->idle_timeout_ms >= 0
        && o->call_timeout_ms >= 0;
}

static enum ir_status
set_up(struct ir_client *c, const char *url, const struct ir_options *o)
{
    c->spelling = o->spelling;
    c->log = o->log;
    c->log_ctx = o->log_ctx;
    c->next_ticket = o->next_ticket;
    c->next_ticket_ctx = o->next_ticket_ctx;
    if (ir_client_keep(c, &c->language, o->language) != IR_OK
        || ir_client_keep(c, &c->url, url) != IR_OK
        || ir_client_keep(c, &c->ledger.folder, o->state_dir) != IR_OK
        || ir_wire_new(url, o, &c->error, &c->wire) != IR_OK)
        return c->error.status;
    if (c->spelling != IR_SPELLING_AUTO)
        ir_wire_spell(c->wire, c->spelling);
    return IR_OK;
}

/* With what needs no memory of its own; NULL if there is none. */
static struct ir_client *
make(void)
{
    struct ir_client *c = calloc(1, sizeof *c);

    if (c == NULL)
        return NULL;
    c->first = c;
    c->ledger.fd = -1;
    pthread_mutex_init(&c->shared.lock, NULL);
    return c;
}

enum ir_status
ir_client_new(const char *url, const struct ir_options *opts,
    struct ir_client **client, struct ir_error *why)
{
    struct ir_options o;
    struct ir_error unread;
    struct ir_client *c = NULL;
    enum ir_status st;

    if (why == NULL)
        why = &unread;
    ir_error_clear(why);
    *client = NULL;
    if (url == NULL)
        return ir_error_set(why, IR_E_ARGUMENT, "the URL is missing");
    st = ir_options_copy(&o, sizeof o, opts,
        opts == NULL ? 0 : opts->size, why);
    if (st != IR_OK)
        return st;
    if (!is_in_range(&o))
        return ir_error_set(why, IR_E_ARGUMENT, "an option is out of range");
    c = make();
    if (c == NULL)
        return ir_error_set(why, IR_E_MEMORY, "out of memory");
    st = set_up(c, url, &o);
    if (st != IR_OK) {
        *why = c->error;
        ir_client_free(c);
        return st;
    }
    *client = c;
    return IR_OK;
}

/* The ticket of 'c' is that of the last renewal which it knows. */
static enum ir_status
copy(struct ir_client *to, const struct ir_client *c)
{
    to->spelling = c->spelling;
    to->ticket_proved = c->ticket_proved;
    to->n_renewed = c->n_renewed;
    to->log = c->log;
    to->next_ticket = c->next_ticket;
    to->next_ticket_ctx = c->next_ticket_ctx;
    if (ir_client_keep(to, &to->language, c->language) == IR_OK
        && ir_client_keep(to, &to->url, c->url) == IR_OK
        && ir_client_keep(to, &to->ticket, c->ticket) == IR_OK
        && ir_client_keep(to, &to->owner, c->owner) == IR_OK
        && ir_client_keep(to, &to->ledger.folder, c->ledger.folder) == IR_OK
        && ir_wire_twin(c->wire, &to->error, &to->wire) == IR_OK)
        ir_wire_conceal(to->wire, to->ticket, to->first->password);
    return to->error.status;
}

static void
count_twin(struct ir_client *first, int n)
{
    pthread_mutex_lock(&first->shared.lock);
    first->shared.n_twins += n;
    pthread_mutex_unlock(&first->shared.lock);
}

enum ir_status
ir_client_twin(struct ir_client *c, void *log_ctx, struct ir_client **twin)
{
    struct ir_client *fresh = make();

    ir_error_clear(&c->error);
    *twin = NULL;
    if (fresh == NULL)
        return ir_error_set(&c->error, IR_E_MEMORY, "out of memory");
    fresh->first = c->first;
    fresh->log_ctx = log_ctx;
    count_twin(c->first, 1);
    if (copy(fresh, c) != IR_OK) {
        c->error = fresh->error;
        ir_client_free(fresh);
        return c->error.status;
    }
    *twin = fresh;
    return IR_OK;
}

void
ir_client_free(struct ir_client *c)
{
    if (c == NULL)
        return;
    if (c->first != c)
        count_twin(c->first, -1);
    pthread_mutex_destroy(&c->shared.lock);
    forget(&c->shared.ticket);
    ir_wire_free(c->wire);
    ir_ledger_leave(c);
    free(c->ledger.folder);
    forget(&c->ticket);
    forget(&c->password);
    free(c->url);
    free(c->user);
    free(c->owner);
    free(c->language);
    free(c->name);
    free(c->content_type);
    free(c->modified);
    free(c);
}

const struct ir_error *
ir_client_error(const struct ir_client *c)
{
    return &c->error;
}

void
ir_client_cancel(struct ir_client *c)
{
    atomic_store(&c->cancelled, 1);
    ir_wire_cancel(c->wire);
}
