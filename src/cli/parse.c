/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The command line: options and operands in any order, '--' ends the options,
 * the first operand is the verb. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

struct parser {
    struct ir_settings *s;
    char **arguments; /* those not yet read; NULL at the end */
    struct ir_error *error;
};

static int
find(const char *name, size_t n, char letter)
{
    for (int i = 0; i < IR_N_OPTIONS; i++) {
        const struct ir_option *o = &ir_options_table[i];

        if (name == NULL ? o->letter == letter
                         : strncmp(o->name, name, n) == 0 && o->name[n] == '\0')
            return i;
    }
    return -1;
}

/* Option 'id' stands there as 'where'; 'value' is what is attached to it. */
static void
take(struct parser *p, int id, const char *where, const char *value)
{
    if (value == NULL && ir_options_table[id].kind == IR_KIND_FLAG)
        value = "yes";
    if (value == NULL && *p->arguments == NULL) {
        ir_fault_set(p->error, IR_E_ARGUMENT, "%s: a value is missing: %s",
            where, ir_options_table[id].value);
        return;
    }
    if (value == NULL)
        value = *p->arguments++;
    ir_options_set(p->s, (enum ir_option_id)id,
        (struct ir_setting_source){ IR_ORIGIN_FLAG, where }, value, p->error);
}

static void
take_long(struct parser *p, const char *argument)
{
    size_t n = strcspn(argument, "=");
    int id = find(argument + 2, n < 2 ? 0 : n - 2, 0);
    char where[32];

    if (id < 0) {
        ir_fault_set(p->error, IR_E_ARGUMENT,
            "there is no option %.*s (see: ir help)", (int)n, argument);
        return;
    }
    snprintf(where, sizeof where, "--%s", ir_options_table[id].name);
    take(p, id, where, argument[n] == '=' ? argument + n + 1 : NULL);
}

static void
take_letters(struct parser *p, const char *argument)
{
    for (const char *letter = argument + 1; *letter != '\0'; letter++) {
        char where[3] = { '-', *letter, '\0' };
        int id = find(NULL, 0, *letter);

        if (id < 0) {
            ir_fault_set(p->error, IR_E_ARGUMENT,
                "there is no option %s (see: ir help)", where);
            return;
        }
        if (ir_options_table[id].kind != IR_KIND_FLAG) {
            take(p, id, where, letter[1] == '\0' ? NULL : letter + 1);
            return;
        }
        take(p, id, where, NULL);
    }
}

static void
take_operand(struct parser *p, char *operand)
{
    struct ir_settings *s = p->s;

    if (s->verb != NULL) {
        s->operands[s->n_operands++] = operand;
        return;
    }
    s->verb = ir_verbs_find(operand);
    if (s->verb == NULL)
        ir_fault_set(p->error, IR_E_ARGUMENT, "'%s' is no verb (see: ir help)",
            operand);
}

/* Does every option belong to the verb, and is the number of operands right? */
static void
check(struct parser *p)
{
    const struct ir_settings *s = p->s;

    for (size_t i = 0; i < IR_N_OPTIONS && s->verb != NULL; i++) {
        if (s->of[i].origin == IR_ORIGIN_FLAG
            && (ir_options_table[i].verbs & s->verb->bit) == 0)
            ir_fault_set(p->error, IR_E_ARGUMENT,
                "--%s does not go with 'ir %s' (see: ir help %s)",
                ir_options_table[i].name, s->verb->name, s->verb->name);
    }
    if (s->of[IR_OPTION_HELP].number || s->of[IR_OPTION_VERSION].number)
        return;
    if (s->verb == NULL)
        ir_fault_set(p->error, IR_E_ARGUMENT,
            "no verb is given (see: ir help)");
    else if (s->n_operands < s->verb->min_operands
        || (s->verb->max_operands >= 0
            && s->n_operands > s->verb->max_operands))
        ir_fault_set(p->error, IR_E_ARGUMENT, "usage: ir %s %s", s->verb->name,
            s->verb->operands);
}

enum ir_status
ir_options_parse(struct ir_settings *s, int argc, char **argv,
    struct ir_error *e)
{
    struct parser p = { s, argc > 0 ? argv + 1 : argv, e };
    int options_ended = 0;

    s->operands = calloc((size_t)argc + 1, sizeof *s->operands);
    if (s->operands == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    while (*p.arguments != NULL) {
        char *argument = *p.arguments++;

        if (options_ended || argument[0] != '-' || argument[1] == '\0')
            take_operand(&p, argument);
        else if (strcmp(argument, "--") == 0)
            options_ended = 1;
        else if (argument[1] == '-')
            take_long(&p, argument);
        else
            take_letters(&p, argument);
    }
    check(&p);
    return e->status;
}
