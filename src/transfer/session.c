/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Sessions and the two cures.
 *
 * Spelling: a server that does not know a parameter's name drops it silently,
 * so the ticket or handler seems to be missing and the call is refused as
 * unauthenticated, unknown or not found.  While it is not settled which names
 * the server knows, and a call whose name has one spelling has just shown that
 * the ticket is good, such a refusal is answered by trying the other names.
 *
 * Ticket: a session that ended is renewed once, with the password of the login;
 * for a ticket that was given, its source is asked for the next one.  Of
 * several clients in one session the first that notices does so for all. */
#include "transfer/session.h"

#include <string.h>

#define TICKET_MAX 256
/* So often a client looks whether another has renewed their session. */
#define RENEWAL_POLL_MS 20

/* ---- One session, several clients -------------------------------------- */

/* Take the ticket of a renewal by another client: 1 if there was one, and the
 * error is recorded if there is no memory for it.  Under the lock. */
static int
follow(struct ir_client *c)
{
    const struct ir_client *first = c->first;

    if (c->n_renewed == first->shared.n_renewed)
        return 0;
    if (ir_client_keep(c, &c->ticket, first->shared.ticket) == IR_OK) {
        c->n_renewed = first->shared.n_renewed;
        ir_wire_conceal(c->wire, c->ticket, first->password);
    }
    return 1;
}

/* 1: the session is to be renewed by this client, for all.  0: another has done
 * so, or the error is recorded: 'ended', unless NULL, where the password was
 * refused before.  Who waits can be cancelled. */
static int
claim_renewal(struct ir_client *c, const struct ir_error *ended)
{
    struct ir_client *first = c->first;

    for (;;) {
        int is_newer;
        int is_claimed;
        int is_refused;

        pthread_mutex_lock(&first->shared.lock);
        is_newer = follow(c);
        is_refused = ended != NULL && first->shared.is_refused;
        is_claimed = !is_newer && !is_refused && !first->shared.is_renewing;
        if (is_claimed)
            first->shared.is_renewing = 1;
        pthread_mutex_unlock(&first->shared.lock);
        if (is_newer || is_claimed)
            return is_claimed;
        if (is_refused) {
            c->error = *ended;
            return 0;
        }
        if (ir_wire_wait(c->wire, RENEWAL_POLL_MS) != IR_OK)
            return 0;
    }
}

/* The claimed renewal is over: the others are to have its ticket. */
static enum ir_status
end_renewal(struct ir_client *c)
{
    struct ir_client *first = c->first;

    pthread_mutex_lock(&first->shared.lock);
    first->shared.is_renewing = 0;
    first->shared.is_refused = first->user != NULL
        && c->error.status == IR_E_AUTH;
    if (c->error.status == IR_OK && first->shared.n_twins > 0
        && ir_client_keep(c, &first->shared.ticket, c->ticket) == IR_OK)
        c->n_renewed = ++first->shared.n_renewed;
    pthread_mutex_unlock(&first->shared.lock);
    return c->error.status;
}

/* ---- Cures ------------------------------------------------------------- */

/* Is it what a server says to a parameter that it missed? */
static int
is_refusal(const struct ir_client *c, enum ir_status st)
{
    switch (c->error.http_status) {
    case 200:
    case 500:
        return st == IR_E_AUTH || st == IR_E_NOT_FOUND || st == IR_E_SERVER
            || st == IR_E_ARGUMENT;
    case 400:
        return 1;
    default:
        return 0;
    }
}

static int
may_be_spelling(const struct ir_client *c, const struct ir_cure *cure,
    enum ir_names names, enum ir_status st)
{
    return names == IR_NAMES_TWO && c->spelling == IR_SPELLING_AUTO
        && c->ticket_proved && !cure->respelled && is_refusal(c, st);
}

/* Refused for the ticket in one spelling only: the other names were understood
 * and the second refusal is the true one, if the ticket is good.  It may have
 * ended meanwhile, and a server that missed it serves reads as to anybody. */
static int
was_understood(struct ir_client *c, const struct ir_cure *cure,
    enum ir_status st)
{
    struct ir_error second = c->error;
    struct ir_login_answer a;
    int is_good;

    if (cure->first.status != IR_E_AUTH || st == IR_E_AUTH
        || !is_refusal(c, st))
        return 0;
    is_good = ir_call_is_valid_ticket(c->wire, c->ticket, &a) == IR_OK;
    c->error = second;
    return is_good;
}

/* The other spelling did not help: the next call starts with the documented
 * names again.  If the call was refused in both, the first refusal is the true
 * one. */
static enum ir_status
undo_spelling(struct ir_client *c, struct ir_cure *cure, enum ir_status st)
{
    ir_wire_spell(c->wire, IR_SPELLING_DOCUMENTED);
    cure->respelled = 2;
    if (is_refusal(c, st))
        c->error = cure->first;
    return c->error.status;
}

static enum ir_status
learn_owner(struct ir_client *c, const struct ir_login_answer *a)
{
    const char *name = a->user.user_name;

    if (name == NULL || *name == '\0')
        name = c->first->user;
    if (name != NULL && c->owner != NULL && strcmp(name, c->owner) == 0)
        return IR_OK;
    return ir_client_keep(c, &c->owner, name);
}

static enum ir_status
take_ticket(struct ir_client *c, struct ir_login_answer *a)
{
    enum ir_status st = learn_owner(c, a);

    if (st == IR_OK)
        st = ir_client_keep(c, &c->ticket, a->ticket);
    ir_wire_wipe(a->ticket, strlen(a->ticket));
    ir_wire_conceal(c->wire, c->ticket, c->first->password);
    return st;
}

static enum ir_status
renew(struct ir_client *c)
{
    const struct ir_client *first = c->first;
    struct ir_login_answer a;
    enum ir_status st;

    ir_error_clear(&c->error);
    st = ir_call_renew_ticket(c->wire, first->user, first->password,
        c->language, c->ticket, &a);
    if (st == IR_E_SERVER || st == IR_E_PROTOCOL || st == IR_E_NOT_FOUND) {
        ir_error_clear(&c->error);
        st = ir_call_authenticate_user(c->wire, first->user, first->password,
            c->language, &a);
    }
    return st == IR_OK ? take_ticket(c, &a) : st;
}

static enum ir_status
check_ticket(const char *ticket, struct ir_error *e)
{
    size_t n = ticket == NULL ? 0 : strnlen(ticket, TICKET_MAX + 1);

    if (n == 0 || n > TICKET_MAX)
        return ir_error_set(e, IR_E_ARGUMENT,
            "a ticket has 1 to %d characters", TICKET_MAX);
    for (const char *s = ticket; *s != '\0'; s++)
        if (*s <= 0x20 || *s >= 0x7F)
            return ir_error_set(e, IR_E_ARGUMENT,
                "a ticket has no blanks or special characters");
    return IR_OK;
}

/* The one that ended would be refused again. */
static enum ir_status
take_next_ticket(struct ir_client *c)
{
    struct ir_error ended = c->error;
    char ticket[TICKET_MAX + 1] = "";

    if (c->next_ticket(c->next_ticket_ctx, c->ticket, ticket, sizeof ticket)
            == 0
        && strncmp(ticket, c->ticket, sizeof ticket) != 0) {
        ir_error_clear(&c->error);
        if (check_ticket(ticket, &c->error) == IR_OK)
            ir_client_keep(c, &c->ticket, ticket);
        ir_wire_conceal(c->wire, c->ticket, NULL);
    } else {
        c->error = ended;
    }
    ir_wire_wipe(ticket, sizeof ticket);
    return c->error.status;
}

static enum ir_status
cure_ticket(struct ir_client *c, struct ir_cure *cure)
{
    struct ir_error ended = c->error;
    int has_login = c->first->user != NULL;

    if (!has_login && (c->ticket == NULL || c->next_ticket == NULL))
        return c->error.status;
    cure->renewed = 1;
    ir_error_clear(&c->error);
    if (!claim_renewal(c, &ended))
        return c->error.status;
    cure->tried = 1;
    ir_client_log(c, IR_LOG_INFO, "the session has ended, %s",
        has_login ? "renewing it" : "asking for another");
    c->error = ended;
    if (has_login)
        renew(c);
    else
        take_next_ticket(c);
    return end_renewal(c);
}

int
ir_session_again(struct ir_client *c, struct ir_cure *cure,
    enum ir_names names, enum ir_status st)
{
    if (st == IR_OK) {
        if (names == IR_NAMES_ONE)
            c->ticket_proved = 1;
        else if (c->spelling == IR_SPELLING_AUTO)
            c->spelling = cure->respelled == 1 ? IR_SPELLING_CLASSIC
                                               : IR_SPELLING_DOCUMENTED;
        return 0;
    }
    if (may_be_spelling(c, cure, names, st)) {
        cure->first = c->error;
        cure->respelled = 1;
        ir_wire_spell(c->wire, IR_SPELLING_CLASSIC);
        return 1;
    }
    if (cure->respelled == 1) {
        if (was_understood(c, cure, st)) {
            c->spelling = IR_SPELLING_CLASSIC;
            return 0;
        }
        st = undo_spelling(c, cure, st);
    }
    if (st != IR_E_AUTH || cure->tried || c->error.http_status != 200)
        return 0;
    return cure_ticket(c, cure) == IR_OK;
}

enum ir_status
ir_session_check(struct ir_client *c)
{
    pthread_mutex_lock(&c->first->shared.lock);
    follow(c);
    pthread_mutex_unlock(&c->first->shared.lock);
    if (c->ticket == NULL)
        ir_error_set(&c->error, IR_E_AUTH,
            "no session: log in or set a ticket");
    return c->error.status;
}

enum ir_status
ir_session_prove(struct ir_client *c)
{
    struct ir_login_answer a;

    if (c->spelling != IR_SPELLING_AUTO || c->ticket_proved)
        return IR_OK;
    IR_IN_SESSION(c, IR_NAMES_ONE,
        ir_call_is_valid_ticket(c->wire, c->ticket, &a));
    return c->error.status == IR_OK ? learn_owner(c, &a) : c->error.status;
}

/* ---- Public ------------------------------------------------------------ */

/* Its clients would not know what became of their session. */
static enum ir_status
check_alone(struct ir_client *c)
{
    int is_alone;

    pthread_mutex_lock(&c->first->shared.lock);
    is_alone = c->first == c && c->shared.n_twins == 0;
    pthread_mutex_unlock(&c->first->shared.lock);
    if (is_alone)
        return IR_OK;
    return ir_error_set(&c->error, IR_E_ARGUMENT,
        "other clients work in the same session");
}

static void
forget_session(struct ir_client *c)
{
    ir_wire_conceal(c->wire, NULL, NULL);
    ir_client_keep(c, &c->ticket, NULL);
    ir_client_keep(c, &c->password, NULL);
    ir_client_keep(c, &c->user, NULL);
    ir_client_keep(c, &c->owner, NULL);
    ir_client_keep(c, &c->shared.ticket, NULL);
    c->shared.is_refused = 0;
    c->n_renewed = c->shared.n_renewed;
    c->ticket_proved = 0;
}

enum ir_status
ir_login(struct ir_client *c, const char *user, const char *password)
{
    struct ir_login_answer a;
    enum ir_status st;

    char *new_user = NULL;
    char *new_password = NULL;

    ir_wire_begin(c->wire);
    if (check_alone(c) != IR_OK)
        return c->error.status;
    st = ir_client_keep(c, &new_user, user);
    if (st == IR_OK)
        st = ir_client_keep(c, &new_password, password);
    forget_session(c);
    c->user = new_user;
    c->password = new_password;
    ir_wire_conceal(c->wire, NULL, c->password);
    if (st == IR_OK)
        st = ir_call_authenticate_user(c->wire, c->user, c->password,
            c->language, &a);
    if (st == IR_OK)
        st = take_ticket(c, &a);
    if (st != IR_OK)
        forget_session(c);
    return st;
}

enum ir_status
ir_set_ticket(struct ir_client *c, const char *ticket)
{
    char *copy = NULL;

    ir_wire_begin(c->wire);
    if (check_alone(c) != IR_OK || check_ticket(ticket, &c->error) != IR_OK
        || ir_client_keep(c, &copy, ticket) != IR_OK)
        return c->error.status;
    forget_session(c);
    c->ticket = copy;
    ir_wire_conceal(c->wire, c->ticket, NULL);
    return IR_OK;
}

const char *
ir_ticket(const struct ir_client *c)
{
    return c->ticket;
}

enum ir_status
ir_renew_ticket(struct ir_client *c)
{
    ir_wire_begin(c->wire);
    if (c->first->user == NULL)
        return ir_error_set(&c->error, IR_E_ARGUMENT,
            "renewing a session needs a login with user and password");
    if (!claim_renewal(c, NULL))
        return c->error.status;
    renew(c);
    return end_renewal(c);
}

enum ir_status
ir_check_ticket(struct ir_client *c, struct ir_user *user)
{
    struct ir_login_answer a;
    enum ir_status st;

    ir_wire_begin(c->wire);
    if (ir_session_check(c) != IR_OK)
        return c->error.status;
    st = ir_call_is_valid_ticket(c->wire, c->ticket, &a);
    if (st != IR_OK)
        return st;
    c->ticket_proved = 1;
    *user = a.user;
    return learn_owner(c, &a);
}

enum ir_status
ir_logout(struct ir_client *c)
{
    enum ir_status st = IR_OK;

    ir_wire_begin(c->wire);
    if (check_alone(c) != IR_OK)
        return c->error.status;
    follow(c);
    if (atomic_load(&c->cancelled))
        ir_wire_grace(c->wire, IR_CLIENT_LOGOUT_GRACE_MS);
    if (c->ticket != NULL)
        st = ir_call_log_out(c->wire, c->ticket);
    ir_wire_grace(c->wire, 0);
    forget_session(c);
    if (st == IR_E_AUTH) {
        ir_error_clear(&c->error);
        st = IR_OK;
    }
    return st;
}

enum ir_status
ir_server_info(struct ir_client *c, struct ir_server_info *info)
{
    ir_wire_begin(c->wire);
    return ir_call_server_info(c->wire, info);
}
