/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Login, tickets and the server itself. */
#include "wire/call.h"
#include "wire/calls.h"

/* Longest ticket; they are GUIDs so far. */
#define TICKET_BYTES 256

static enum ir_status
take_login(struct ir_wire *w, const struct tns__LoginAnswer *r,
    struct ir_login_answer *a)
{
    if (r == NULL)
        return w->error->status;
    a->ticket = r->ticket;
    a->user = (struct ir_user){
        .user_id = r->userid,
        .user_name = r->username,
        .full_name = r->fullname,
        .email = r->email,
        .expires = r->expireOn,
    };
    return IR_OK;
}

/* A ticket is sent with every later call and may be kept in a file of one
 * line: it must be a token without blanks. */
static enum ir_status
take_ticket(struct ir_wire *w, const struct tns__LoginAnswer *r,
    struct ir_login_answer *a)
{
    const char *s;
    size_t n = 0;

    if (take_login(w, r, a) != IR_OK)
        return w->error->status;
    s = a->ticket;
    while (s != NULL && n <= TICKET_BYTES && s[n] > 0x20 && s[n] < 0x7F)
        n++;
    if (n == 0 || n > TICKET_BYTES || s[n] != '\0')
        return ir_call_incomplete(w, "ticket");
    return IR_OK;
}

static enum ir_status
check_credentials(struct ir_wire *w, const char *user, const char *password,
    const char *language)
{
    enum ir_status st = ir_call_check_text(w, "user", user, 0);

    if (st == IR_OK)
        st = ir_call_check_text(w, "password", password, 1);
    if (st == IR_OK && language != NULL)
        st = ir_call_check_text(w, "language", language, 0);
    return st;
}

enum ir_status
ir_call_authenticate_user(struct ir_wire *w, const char *user,
    const char *password, const char *language, struct ir_login_answer *a)
{
    struct _tns__AuthenticateUser in = {
        .UID = ir_call_out(user),
        .PWD = ir_call_out(password),
    };
    struct _tns__AuthenticateUser1 in1 = {
        .UID = ir_call_out(user),
        .PWD = ir_call_out(password),
        .Lang = ir_call_out(language),
    };
    const struct tns__LoginAnswer *r;

    if (check_credentials(w, user, password, language) != IR_OK)
        return w->error->status;
    if (language == NULL)
        IR_CALL(w, AuthenticateUser, Login, IR_CALL_REPEATABLE_SESSION, NULL,
            &in, r);
    else
        IR_CALL(w, AuthenticateUser1, Login, IR_CALL_REPEATABLE_SESSION, NULL,
            &in1, r);
    return take_ticket(w, r, a);
}

enum ir_status
ir_call_renew_ticket(struct ir_wire *w, const char *user,
    const char *password, const char *language, const char *old_ticket,
    struct ir_login_answer *a)
{
    struct _tns__RenewTicket in = {
        .UID = ir_call_out(user),
        .PWD = ir_call_out(password),
        .Lang = ir_call_out(language),
        .OldTicket = ir_call_out(old_ticket),
    };
    const struct tns__LoginAnswer *r;

    if (check_credentials(w, user, password, language) != IR_OK)
        return w->error->status;
    IR_CALL(w, RenewTicket, Login, IR_CALL_REPEATABLE_SESSION, NULL, &in, r);
    return take_ticket(w, r, a);
}

enum ir_status
ir_call_is_valid_ticket(struct ir_wire *w, const char *ticket,
    struct ir_login_answer *a)
{
    struct _tns__isValidTicket in = {
        .AuthenticationTicket = ir_call_out(ticket),
    };
    const struct tns__LoginAnswer *r;

    IR_CALL(w, isValidTicket, Login, IR_CALL_REPEATABLE, NULL, &in, r);
    return take_login(w, r, a);
}

enum ir_status
ir_call_log_out(struct ir_wire *w, const char *ticket)
{
    struct _tns__LogOut in = { .AuthenticationTicket = ir_call_out(ticket) };
    const struct tns__SimpleAnswer *r;

    IR_CALL(w, LogOut, Simple, IR_CALL_REPEATABLE, NULL, &in, r);
    return r == NULL ? w->error->status : IR_OK;
}

enum ir_status
ir_call_server_info(struct ir_wire *w, struct ir_server_info *a)
{
    struct _tns__ServerInfo in;
    const struct tns__ServerInfoAnswer *r;

    IR_CALL(w, ServerInfo, ServerInfo, IR_CALL_REPEATABLE, NULL, &in, r);
    if (r == NULL)
        return w->error->status;
    *a = (struct ir_server_info){
        .version = r->VersionNumber,
        .name = r->ServerName,
        .company = r->Company,
        .local_time = r->Server_USCOREdate_USCOREtime,
        .utc_time = r->Coordinated_USCOREUniversal_USCORETime,
    };
    return IR_OK;
}
