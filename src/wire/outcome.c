/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What an answer says of its success.  Newer servers give an errorCode, an HTTP
 * status times ten plus a detail; older ones begin the text with a number in
 * brackets.  The words are never looked at: servers translate them.  The
 * bracket is read first, because an ended session may come with the code of a
 * bad argument (docs/protocol.md, "Errors"). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wire/call.h"

static const struct {
    int code;
    enum ir_status status;
    int retryable;
} meanings[] = {
    { 115, IR_E_NOT_FOUND, 0 },  /* library */
    { 900, IR_E_AUTH, 0 },       /* authentication failed */
    { 901, IR_E_AUTH, 0 },       /* ticket invalid or expired */
    { 902, IR_E_AUTH, 0 },       /* no ticket for this user */
    { 903, IR_E_ARGUMENT, 0 },   /* required parameter missing */
    { 921, IR_E_DENIED, 0 },     /* insufficient rights */
    { 2285, IR_E_NOT_FOUND, 0 }, /* document */
    { 2730, IR_E_AUTH, 0 },      /* not for anonymous users */
    { 4000, IR_E_SERVER, 0 },    /* bad argument or state */
    { 4010, IR_E_AUTH, 0 },      /* ticket missing, unknown or expired */
    { 4030, IR_E_DENIED, 0 },
    { 4041, IR_E_NOT_FOUND, 0 },
    { 4090, IR_E_SERVER, 0 }, /* name taken */
    { 4230, IR_E_SERVER, 1 }, /* locked, checked out, or offline */
    { 5000, IR_E_SERVER, 1 },
    { 5030, IR_E_SERVER, 1 },
};

int
ir_call_flag(const char *flag)
{
    size_t n;

    if (flag == NULL)
        return 0;
    flag += strspn(flag, " \t\r\n");
    n = strcspn(flag, " \t\r\n");
    return n == 4 && strncasecmp(flag, "true", 4) == 0;
}

/* The number in brackets at the head of 'text', or 0. */
static int
bracketed(const char *text)
{
    char *end;
    long code;

    if (*text != '[' || text[1] < '1' || text[1] > '9')
        return 0;
    code = strtol(text + 1, &end, 10);
    return *end == ']' && code < 100000 ? (int)code : 0;
}

static int
known(int code)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].code == code)
            return (int)i;
    return -1;
}

enum ir_status
ir_call_outcome(struct ir_wire *w, const char *success, char *error,
    const char *code)
{
    const char *text = error == NULL ? "" : error + strspn(error, " \t\r\n");
    char told[32] = "";
    int number;
    int i;

    if (ir_call_flag(success))
        return IR_OK;
    number = bracketed(text);
    ir_call_conceal(w, error);
    i = known(number);
    if (i < 0 && code != NULL && strlen(code) <= 5
        && strspn(code, "0123456789") == strlen(code)) {
        number = (int)strtol(code, NULL, 10);
        i = known(number);
    }
    if (number != 0)
        snprintf(told, sizeof told, " (code %d)", number);
    ir_error_set(w->error, i < 0 ? IR_E_SERVER : meanings[i].status,
        "%s refused%s%s%s", w->operation,
        *text == '\0' ? " without a reason" : ": ", text, told);
    w->error->server_code = number;
    w->error->retryable = i < 0 ? 0 : meanings[i].retryable;
    return w->error->status;
}

void
ir_call_conceal(const struct ir_wire *w, char *text)
{
    for (size_t i = 0; i < sizeof w->secrets / sizeof w->secrets[0]; i++) {
        const char *secret = w->secrets[i];
        char *found = text;

        if (text == NULL || secret == NULL || *secret == '\0')
            continue;
        while ((found = strstr(found, secret)) != NULL)
            memset(found, '*', strlen(secret));
    }
}

enum ir_status
ir_call_incomplete(struct ir_wire *w, const char *what)
{
    return ir_error_set(w->error, IR_E_PROTOCOL,
        "the answer of %s has no valid %s", w->operation, what);
}
