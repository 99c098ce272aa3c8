/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "output.h"
#include "publish.h"
#include "signals.h"
#include "state.h"

static void
hear(void *ctx, enum ir_log_level level, const char *line)
{
    if (level == IR_LOG_WARNING)
        ir_output_warning(ctx, NULL, line);
    else
        ir_output_note(ctx, NULL, line);
}

/* ir_ticket_fn of --ticket-file: 'ir login' may have replaced the ticket in it
 * since it was read. */
static int
read_ticket_again(void *ctx, const char *ended, char *ticket, size_t size)
{
    struct ir_session *session = ctx;
    struct ir_error e = { .status = IR_OK };
    struct ir_secret now;
    size_t n;
    int is_other = 0;

    if (ir_secrets_file(&now, "ticket",
            ir_options_text(session->settings, IR_OPTION_TICKET_FILE), &e)
        == IR_OK) {
        n = strlen(now.text);
        is_other = n < size && strcmp(now.text, ended) != 0;
        if (is_other)
            memcpy(ticket, now.text, n + 1);
    } else {
        ir_output_note(session->out, NULL, e.message);
    }
    ir_secrets_wipe(&now);
    return is_other ? 0 : -1;
}

/* ---- Client ------------------------------------------------------------ */

static struct ir_options
client_options(struct ir_session *session, const char *language)
{
    static const enum ir_soap soap[] = { IR_SOAP_11, IR_SOAP_12 };
    static const enum ir_spelling spelling[] = { IR_SPELLING_AUTO,
        IR_SPELLING_DOCUMENTED, IR_SPELLING_CLASSIC };
    const struct ir_settings *s = session->settings;
    struct ir_options o = IR_OPTIONS_INIT;

    o.soap = soap[ir_options_get(s, IR_OPTION_SOAP, 0)];
    o.spelling = spelling[ir_options_get(s, IR_OPTION_SPELLING, 0)];
    o.language = language;
    o.ca_file = ir_options_text(s, IR_OPTION_CACERT);
    o.ca_path = ir_options_text(s, IR_OPTION_CAPATH);
    o.cert_file = ir_options_text(s, IR_OPTION_CERT);
    o.key_file = ir_options_text(s, IR_OPTION_KEY);
    o.proxy = ir_options_text(s, IR_OPTION_PROXY);
    o.connect_timeout_ms = (int)ir_options_get(s, IR_OPTION_CONNECT_TIMEOUT, 0);
    o.idle_timeout_ms = (int)ir_options_get(s, IR_OPTION_IDLE_TIMEOUT, 0);
    o.call_timeout_ms = (int)ir_options_get(s, IR_OPTION_MAX_TIME, 0);
    o.allow_http = ir_options_get(s, IR_OPTION_ALLOW_HTTP, 0) != 0;
    o.limit_bytes_per_s = (uint64_t)ir_options_get(s, IR_OPTION_LIMIT_RATE, 0);
    o.compressed = ir_options_get(s, IR_OPTION_COMPRESSED, 0) != 0;
    o.log = hear;
    o.log_ctx = session->out;
    o.next_ticket = read_ticket_again;
    o.next_ticket_ctx = session;
    return o;
}

/* The library has refused the URL or an option: say which option helps. */
static void
add_hint(struct ir_error *e, const char *url, int allow_http)
{
    size_t n = strlen(e->message);

    if (e->status == IR_E_ARGUMENT && !allow_http
        && strncasecmp(url, "http://", 7) == 0
        && strstr(e->message, "plain http") != NULL)
        snprintf(e->message + n, sizeof e->message - n, " (--allow-http)");
}

enum ir_status
ir_session_client(struct ir_session *session, const struct ir_settings *s,
    const char *language, struct ir_output *out)
{
    const char *url = ir_options_text(s, IR_OPTION_URL);
    struct ir_options o;
    char *state_dir = ir_state_folder(s);
    enum ir_status st;

    memset(session, 0, sizeof *session);
    session->settings = s;
    session->out = out;
    o = client_options(session, language);
    o.state_dir = state_dir;
    if (url == NULL)
        st = ir_fault_set(&session->error, IR_E_ARGUMENT,
            "no server is given: --url, IR_URL, or url in a profile");
    else
        st = ir_client_new(url, &o, &session->client, &session->error);
    free(state_dir);
    if (url == NULL)
        return st;
    if (st == IR_OK)
        ir_signals_watch(session->client);
    else
        add_hint(&session->error, url, o.allow_http);
    return st;
}

enum ir_status
ir_session_result(struct ir_session *session)
{
    session->error = *ir_client_error(session->client);
    return session->error.status;
}

/* ---- Session ----------------------------------------------------------- */

int
ir_session_has_ticket(const struct ir_settings *s)
{
    static const enum ir_option_id login[] = { IR_OPTION_USER,
        IR_OPTION_PASSWORD_FILE, IR_OPTION_PASSWORD_STDIN };
    enum ir_origin ticket = s->of[IR_OPTION_TICKET_FILE].origin;

    for (size_t i = 0; i < sizeof login / sizeof login[0]; i++) {
        if (s->of[login[i]].origin > ticket)
            return 0;
    }
    return ticket != IR_ORIGIN_DEFAULT;
}

static enum ir_status
read_password(struct ir_session *session, const char *user,
    struct ir_secret *password)
{
    const struct ir_settings *s = session->settings;
    enum ir_origin from_file = s->of[IR_OPTION_PASSWORD_FILE].origin;
    int from_stdin = ir_options_get(s, IR_OPTION_PASSWORD_STDIN, 0) != 0;
    char prompt[160];

    if (from_stdin && from_file == IR_ORIGIN_FLAG)
        return ir_fault_set(&session->error, IR_E_ARGUMENT,
            "--password-file and --password-stdin exclude each other");
    if (!from_stdin && from_file != IR_ORIGIN_DEFAULT)
        return ir_secrets_file(password, "password",
            ir_options_text(s, IR_OPTION_PASSWORD_FILE), &session->error);
    if (!from_stdin && !isatty(STDIN_FILENO))
        return ir_fault_set(&session->error, IR_E_ARGUMENT,
            "no password is given: --password-file, --password-stdin, or a "
            "terminal to ask at");
    snprintf(prompt, sizeof prompt, "Password of %.100s: ", user);
    return ir_secrets_stdin(password, "password", prompt, &session->error);
}

enum ir_status
ir_session_login(struct ir_session *session, const char *user)
{
    struct ir_secret password;

    if (user == NULL)
        return ir_fault_set(&session->error, IR_E_ARGUMENT,
            "no session is given: --ticket-file, or --user to log in");
    if (read_password(session, user, &password) == IR_OK
        && ir_login(session->client, user, password.text) == IR_OK)
        session->is_ours = 1;
    else if (session->error.status == IR_OK)
        ir_session_result(session);
    ir_secrets_wipe(&password);
    return session->error.status;
}

enum ir_status
ir_session_ticket(struct ir_session *session)
{
    const char *path =
        ir_options_text(session->settings, IR_OPTION_TICKET_FILE);
    struct ir_secret ticket;

    if (path == NULL)
        return ir_fault_set(&session->error, IR_E_ARGUMENT,
            "no ticket is given: --ticket-file, which 'ir login' writes");
    if (ir_secrets_file(&ticket, "ticket", path, &session->error) == IR_OK
        && ir_set_ticket(session->client, ticket.text) != IR_OK)
        ir_session_result(session);
    ir_secrets_wipe(&ticket);
    return session->error.status;
}

enum ir_status
ir_session_save_ticket(struct ir_session *session)
{
    const char *path =
        ir_options_text(session->settings, IR_OPTION_TICKET_FILE);
    struct ir_secret line;
    int n = snprintf(line.text, sizeof line.text, "%s\n",
        ir_ticket(session->client));

    if (ir_publish(path, line.text, (size_t)n, IR_PUBLISH_PRIVATE,
            &session->error)
        == IR_OK)
        session->is_ours = 0;
    ir_secrets_wipe(&line);
    return session->error.status;
}

enum ir_status
ir_session_open(struct ir_session *session, const struct ir_settings *s,
    struct ir_output *out)
{
    if (ir_session_client(session, s, ir_options_text(s, IR_OPTION_LANGUAGE),
            out)
        != IR_OK)
        return session->error.status;
    if (ir_session_has_ticket(s))
        return ir_session_ticket(session);
    return ir_session_login(session, ir_options_text(s, IR_OPTION_USER));
}

void
ir_session_close(struct ir_session *session)
{
    if (session->client == NULL)
        return;
    if (session->is_ours && ir_logout(session->client) != IR_OK)
        ir_output_note(session->out, "log out",
            ir_client_error(session->client)->message);
    ir_signals_forget(session->client);
    ir_client_free(session->client);
    session->client = NULL;
}
