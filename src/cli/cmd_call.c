/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir call: one operation of the server, for those who build or test against
 * it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "operations.h"
#include "output.h"
#include "publish.h"

const char *
ir_cmd_call_word(size_t i)
{
    return ir_operations[i].name;
}

/* ---- Arguments --------------------------------------------------------- */

static int
find(const struct ir_operation *o, const char *name, size_t n)
{
    for (int i = 0; o->parameters[i].name != NULL; i++) {
        if (strlen(o->parameters[i].name) == n
            && strncasecmp(o->parameters[i].name, name, n) == 0)
            return i;
    }
    return -1;
}

static enum ir_status
take(struct ir_call *call, const struct ir_operation *o, const char *argument,
    struct ir_error *e)
{
    size_t n = strcspn(argument, "=");
    int i = find(o, argument, n);
    const struct ir_parameter *p = &o->parameters[i < 0 ? 0 : i];

    if (i < 0 || argument[n] == '\0')
        return ir_fault_set(e, IR_E_ARGUMENT,
            "%s: '%.*s' is none of its parameters with a value: name=value "
            "is expected (see: ir call)",
            o->name, (int)n, argument);
    if (p->kind == IR_PARAMETER_SECRET)
        return ir_fault_set(e, IR_E_ARGUMENT,
            "%s is a secret and not taken from the command line: use %s",
            p->name,
            strcmp(p->name, "PWD") == 0 ? "--password-file or --password-stdin"
                                        : "--ticket-file");
    if (call->text[i] != NULL)
        return ir_fault_set(e, IR_E_ARGUMENT, "%s is given twice", p->name);
    call->text[i] = argument + n + 1;
    if (p->kind == IR_PARAMETER_NUMBER
        && !ir_options_number(call->text[i], p->min, p->max, &call->number[i]))
        return ir_fault_set(e, IR_E_ARGUMENT,
            "%s: '%s' is no number from %lld to %lld", p->name, call->text[i],
            (long long)p->min, (long long)p->max);
    if (p->kind == IR_PARAMETER_TRUE && strcmp(call->text[i], "true") != 0)
        return ir_fault_set(e, IR_E_ARGUMENT,
            "%s: '%s' is not true, which alone makes this operation", p->name,
            call->text[i]);
    if (p->kind == IR_PARAMETER_FILE && call->text[i][0] != '@')
        return ir_fault_set(e, IR_E_ARGUMENT,
            "%s: '%s' does not begin with @ to name a file", p->name,
            call->text[i]);
    if (p->kind == IR_PARAMETER_FILE)
        return ir_operations_load(call, call->text[i] + 1, e);
    return IR_OK;
}

static enum ir_status
take_all(struct ir_call *call, const struct ir_operation *o,
    const struct ir_settings *s, struct ir_error *e)
{
    for (int i = 1; i < s->n_operands; i++) {
        if (take(call, o, s->operands[i], e) != IR_OK)
            return e->status;
    }
    for (int i = 0; o->parameters[i].name != NULL; i++) {
        const struct ir_parameter *p = &o->parameters[i];

        if (call->text[i] == NULL && !p->is_optional)
            return ir_fault_set(e, IR_E_ARGUMENT, "%s: %s=%s is missing",
                o->name, p->name, ir_operations_value(p));
    }
    if (!o->gives_bytes && ir_options_text(s, IR_OPTION_OUTPUT) != NULL)
        return ir_fault_set(e, IR_E_ARGUMENT, "%s: there are no bytes for -o",
            o->name);
    if (o->need == IR_NEED_PASSWORD
        && ir_options_text(s, IR_OPTION_TICKET_FILE) == NULL
        && !ir_options_get(s, IR_OPTION_SHOW, 0))
        return ir_fault_set(e, IR_E_ARGUMENT,
            "%s gives a ticket: say where it goes with --ticket-file, or "
            "--show",
            o->name);
    if (o->need == IR_NEED_TICKET_FILE && !ir_session_has_ticket(s))
        return ir_fault_set(e, IR_E_ARGUMENT,
            "%s needs --ticket-file: a handler ends with its session", o->name);
    return IR_OK;
}

/* ---- Call -------------------------------------------------------------- */

static enum ir_status
open_session(struct ir_call *call, const struct ir_operation *o,
    const struct ir_settings *s, struct ir_output *out)
{
    struct ir_session *session = call->session;

    if (o->need == IR_NEED_SESSION || o->need == IR_NEED_TICKET_FILE)
        return ir_session_open(session, s, out);
    if (o->need == IR_NEED_NOTHING)
        return ir_session_client(session, s, NULL, out);
    if (ir_session_client(session, s, call->text[2], out) != IR_OK)
        return session->error.status;
    return ir_session_login(session, call->text[0]);
}

/* The ticket of an operation that opens a session is kept as it was asked
 * for. */
static enum ir_status
keep_ticket(struct ir_call *call, const struct ir_settings *s)
{
    struct ir_session *session = call->session;

    if (ir_options_text(s, IR_OPTION_TICKET_FILE) != NULL
        && ir_session_save_ticket(session) != IR_OK)
        return session->error.status;
    if (ir_options_get(s, IR_OPTION_SHOW, 0)) {
        ir_record_text(&call->record, "ticket", ir_ticket(session->client));
        session->is_ours = 0;
    }
    return IR_OK;
}

static enum ir_status
write_bytes(struct ir_call *call, const char *output, struct ir_error *e)
{
    if (output != NULL && strcmp(output, "-") != 0)
        return ir_publish(output, call->bytes, call->n_bytes, IR_PUBLISH_SHARED,
            e);
    if (ir_output_bytes(NULL, 0, call->bytes, call->n_bytes) == 0)
        return IR_OK;
    if (errno == 0)
        return ir_fault_set(e, IR_E_CANCELLED, "interrupted");
    return ir_fault_set_errno(e, errno, "cannot write to standard output");
}

static enum ir_status
run(struct ir_call *call, const struct ir_operation *o,
    const struct ir_settings *s, struct ir_output *out)
{
    struct ir_error *e = &call->session->error;

    if (open_session(call, o, s, out) != IR_OK)
        return e->status;
    ir_record_init(&call->record, "done");
    ir_record_text(&call->record, "operation", o->name);
    if (o->run(call) != IR_OK)
        return ir_session_result(call->session);
    if (o->need == IR_NEED_PASSWORD && keep_ticket(call, s) != IR_OK)
        return e->status;
    if (o->gives_bytes)
        return write_bytes(call, ir_options_text(s, IR_OPTION_OUTPUT), e);
    return IR_OK;
}

static int
call_operation(const struct ir_operation *o, const struct ir_settings *s,
    struct ir_output *out)
{
    const char *output = ir_options_text(s, IR_OPTION_OUTPUT);
    int path = find(o, "Path", 4);
    struct ir_session session = { .settings = s };
    struct ir_call call = { .session = &session };
    int code = IR_EXIT_OK;

    if (o->gives_bytes && output == NULL)
        ir_output_yield_stdout(out);
    if (take_all(&call, o, s, &session.error) != IR_OK)
        code = ir_output_error(out, NULL, &session.error);
    else if (run(&call, o, s, out) != IR_OK)
        code = ir_output_error(out, path < 0 ? NULL : call.text[path],
            &session.error);
    else if (out->json || !out->quiet || out->data == stdout)
        ir_output_data(out, &call.record);
    ir_record_clear(&call.record);
    ir_session_close(&session);
    free(call.bytes);
    return code;
}

/* ---- List -------------------------------------------------------------- */

static void
list(FILE *to)
{
    for (const struct ir_operation *o = ir_operations; o->name != NULL; o++) {
        fprintf(to, "%s", o->name);
        for (const struct ir_parameter *p = o->parameters; p->name != NULL;
             p++) {
            if (p->kind != IR_PARAMETER_SECRET)
                fprintf(to, p->is_optional ? " [%s=%s]" : " %s=%s", p->name,
                    ir_operations_value(p));
        }
        putc('\n', to);
    }
}

int
ir_cmd_call(const struct ir_settings *s, struct ir_output *out)
{
    struct ir_error e = { .status = IR_OK };
    const struct ir_operation *o;

    if (s->n_operands == 0) {
        list(out->data);
        return IR_EXIT_OK;
    }
    o = ir_operations_find(s->operands[0]);
    if (o != NULL)
        return call_operation(o, s, out);
    ir_fault_set(&e, IR_E_ARGUMENT, "'%s' is no operation (see: ir call)",
        s->operands[0]);
    return ir_output_error(out, NULL, &e);
}
