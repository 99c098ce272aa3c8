/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir help: what the tables of verbs and options say. */
#include <stdio.h>
#include <string.h>

#include "output.h"

#define WIDTH 79
#define COLUMN 26

/* Print 'text' from column 'used' on, broken between words, continued at
 * 'indent'. */
static void
print_wrapped(FILE *to, const char *text, int used, int indent)
{
    while (*text != '\0') {
        int n = (int)strcspn(text, " ");

        if (used > indent && used + 1 + n > WIDTH) {
            fprintf(to, "\n%*s", indent, "");
            used = indent;
        } else if (used > indent) {
            putc(' ', to);
            used++;
        }
        fprintf(to, "%.*s", n, text);
        used += n;
        text += n;
        text += *text == ' ';
    }
    putc('\n', to);
}

static void
print_option(FILE *to, const struct ir_option *o)
{
    char letter[5] = "    ";
    int used;

    if (o->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    used = fprintf(to, "  %s--%s%s%s", letter, o->name,
        o->value == NULL ? "" : " ", o->value == NULL ? "" : o->value);
    if (used < COLUMN)
        fprintf(to, "%*s", COLUMN - used, "");
    else
        fprintf(to, "\n%*s", COLUMN, "");
    print_wrapped(to, o->help, COLUMN, COLUMN);
}

static void
print_verb(FILE *to, const struct ir_verb *v)
{
    fprintf(to, "usage: ir %s [OPTION...]%s%s\n\n", v->name,
        *v->operands == '\0' ? "" : " ", v->operands);
    print_wrapped(to, v->text, 0, 0);
    fputs("\n", to);
    for (size_t i = 0; i < IR_N_OPTIONS; i++) {
        if ((ir_options_table[i].verbs & v->bit) != 0)
            print_option(to, &ir_options_table[i]);
    }
    if ((v->bit & IR_VERBS_SERVER) == 0)
        return;
    fputs("\n", to);
    print_wrapped(to,
        "An option is taken from the command line, else from "
        "the environment (--chunk-size from IR_CHUNK_SIZE), else from the "
        "profile in $XDG_CONFIG_HOME/inforouter/config; see ir(1).",
        0, 0);
}

static void
print_all(FILE *to)
{
    fputs("usage: ir VERB [OPTION...] [OPERAND...]\n\n", to);
    for (const struct ir_verb *v = ir_verbs; v->name != NULL; v++)
        fprintf(to, "  %-12s%s\n", v->name, v->summary);
    fputs("\n'ir help VERB' tells more about one of them.\n", to);
}

const char *
ir_cmd_help_word(size_t i)
{
    return ir_verbs[i].name;
}

/* 'ir help get' and 'ir get --help'. */
int
ir_cmd_help(const struct ir_settings *s, struct ir_output *out)
{
    const struct ir_verb *v = s->verb;
    struct ir_error e = { .status = IR_OK };

    if (v != NULL && v->bit == IR_VERB_HELP && s->n_operands == 0)
        v = NULL;
    else if (v != NULL && v->bit == IR_VERB_HELP) {
        v = ir_verbs_find(s->operands[0]);
        if (v == NULL) {
            ir_fault_set(&e, IR_E_ARGUMENT, "'%s' is no verb (see: ir help)",
                s->operands[0]);
            return ir_output_error(out, NULL, &e);
        }
    }
    if (v == NULL)
        print_all(out->data);
    else
        print_verb(out->data, v);
    return IR_EXIT_OK;
}
