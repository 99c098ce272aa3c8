/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Logging in and out. */
#include "service.h"

#include <strings.h>

/* Every password is compared, so that the time does not tell which of name and
 * password was wrong. */
static const struct ir_user *
find_user(const struct ir_call *call, const char *name, const char *password)
{
    const struct ir_settings *s = call->emulator->settings;
    const struct ir_user *found = NULL;

    if (name == NULL || password == NULL)
        return NULL;
    for (size_t i = 0; i < s->n_users; i++) {
        bool same = ir_token_equal(s->users[i].password, password);

        if (same && strcasecmp(s->users[i].name, name) == 0)
            found = &s->users[i];
    }
    return found;
}

static void
describe(struct ir_call *call, const struct ir_session *session,
    struct tns__LoginAnswer *out)
{
    const struct ir_settings *s = call->emulator->settings;

    out->userid = ir_service_user_id(call, session->user);
    out->username = ir_call_text(call, "%s", session->user);
    out->fullname = ir_call_text(call, "%s User", session->user);
    out->email = ir_call_text(call, "%s@example.org", session->user);
    if (s->generation == IR_CLASSIC)
        return;
    out->firstName = ir_call_text(call, "%s", session->user);
    out->lastName = ir_call_text(call, "User");
    out->expireOn = ir_service_date(call, IR_DATE_UTC, session->expires_ms);
    out->isAuthenticated = ir_call_text(call, "True");
}

static enum ir_refusal
log_in(struct ir_call *call, const char *name, const char *password,
    struct tns__LoginAnswer *out)
{
    const struct ir_user *user = find_user(call, name, password);
    struct ir_session session;

    if (user == NULL)
        return IR_WRONG_LOGIN;
    if (!ir_tickets_begin(call->emulator, user->name, &session))
        return IR_BROKEN;
    describe(call, &session, out);
    out->ticket = ir_call_text(call, "%s", session.ticket);
    return IR_GRANTED;
}

enum ir_refusal
ir_service_AuthenticateUser(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__AuthenticateUser *r = in;

    return log_in(call, r->UID, r->PWD, out);
}

/* All texts of the emulator are English, so 'Lang' changes nothing. */
enum ir_refusal
ir_service_AuthenticateUser1(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__AuthenticateUser1 *r = in;

    return log_in(call, r->UID, r->PWD, out);
}

enum ir_refusal
ir_service_RenewTicket(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__RenewTicket *r = in;
    struct tns__LoginAnswer *answer = out;
    const char *old = ir_call_ticket(call, r->OldTicket);
    const struct ir_user *user = find_user(call, r->UID, r->PWD);
    struct ir_session session;

    if (user == NULL)
        return IR_WRONG_LOGIN;
    if (old != NULL && !ir_token_is_guid(old))
        return IR_TICKET_FORMAT;
    if (old == NULL
        || !ir_tickets_renew(call->emulator, old, user->name, &session))
        return log_in(call, r->UID, r->PWD, out);
    describe(call, &session, answer);
    answer->ticket = ir_call_text(call, "%s", session.ticket);
    return IR_GRANTED;
}

enum ir_refusal
ir_service_isValidTicket(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__isValidTicket *r = in;
    const char *ticket = ir_call_ticket(call, r->AuthenticationTicket);
    struct ir_session session;

    if (ticket == NULL
        || !ir_tickets_find(call->emulator, ticket, false, &session))
        return IR_WRONG_TICKET;
    describe(call, &session, out);
    return IR_GRANTED;
}

enum ir_refusal
ir_service_LogOut(struct ir_call *call, const void *in, void *out)
{
    const struct _tns__LogOut *r = in;
    const char *ticket = ir_call_ticket(call, r->AuthenticationTicket);
    struct ir_session session;

    (void)out;
    if (ticket == NULL
        || !ir_tickets_find(call->emulator, ticket, false, &session))
        return IR_WRONG_TICKET;
    ir_tickets_end(call->emulator, &session);
    return IR_GRANTED;
}
