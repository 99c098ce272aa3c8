/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ir completion: scripts for shells, written from the tables of verbs and
 * options. */
#include <stdio.h>
#include <string.h>

#include "output.h"

static const struct ir_option *const first = ir_options_table;
static const struct ir_option *const end = ir_options_table + IR_N_OPTIONS;

static const char *const shells[] = { "bash", "zsh", "fish", NULL };

typedef void (*print_fn)(FILE *to);

const char *
ir_cmd_completion_word(size_t i)
{
    return shells[i];
}

/* The words of an option, with blanks between them. */
static void
print_words(FILE *to, const struct ir_option *o)
{
    const char *word;
    size_t n;

    for (size_t i = 0; (n = ir_options_word(o, i, &word)) > 0; i++)
        fprintf(to, "%s%.*s", i == 0 ? "" : " ", (int)n, word);
}

static void
print_operands(FILE *to, const struct ir_verb *v)
{
    for (size_t i = 0; v->word != NULL && v->word(i) != NULL; i++)
        fprintf(to, "%s%s", i == 0 ? "" : " ", v->word(i));
}

static void
print_verbs(FILE *to, const char *separator)
{
    for (const struct ir_verb *v = ir_verbs; v->name != NULL; v++)
        fprintf(to, "%s%s", v == ir_verbs ? "" : separator, v->name);
}

/* 'text' for a place between single quotes, with a backslash before those of
 * 'special'; 'quote' stands for a single quote. */
static void
print_quoted(FILE *to, const char *text, const char *special, const char *quote)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs(quote, to);
            continue;
        }
        if (strchr(special, *text) != NULL)
            putc('\\', to);
        putc(*text, to);
    }
}

/* ---- bash -------------------------------------------------------------- */

static void
print_bash_values(FILE *to)
{
    fputs("    case $previous in\n", to);
    for (const struct ir_option *o = first; o < end; o++) {
        if (o->kind == IR_KIND_FLAG)
            continue;
        fprintf(to, "    --%s", o->name);
        if (o->letter != 0)
            fprintf(to, "|-%c", o->letter);
        fputs(")\n", to);
        if (o->kind == IR_KIND_FILE)
            fputs("        compopt -o filenames\n"
                  "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n",
                to);
        if (o->kind == IR_KIND_DIRECTORY)
            fputs("        compopt -o filenames\n"
                  "        mapfile -t COMPREPLY < <(compgen -d -- \"$word\")\n",
                to);
        if (o->kind == IR_KIND_WORD) {
            fputs("        mapfile -t COMPREPLY < <(compgen -W '", to);
            print_words(to, o);
            fputs("' -- \"$word\")\n", to);
        }
        fputs("        return ;;\n", to);
    }
    fputs("    esac\n", to);
}

static void
print_bash(FILE *to)
{
    fputs("_ir()\n{\n"
          "    local word=${COMP_WORDS[COMP_CWORD]}\n"
          "    local previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
          "    local verb= words= i\n"
          "    COMPREPLY=()\n",
        to);
    print_bash_values(to);
    fputs("    for ((i = 1; i < COMP_CWORD; i++)); do\n"
          "        case ${COMP_WORDS[i]} in\n        ",
        to);
    print_verbs(to, "|");
    fputs(")\n            verb=${COMP_WORDS[i]}\n            break ;;\n"
          "        esac\n    done\n    case $verb:$word in\n",
        to);
    for (const struct ir_verb *v = ir_verbs; v->name != NULL; v++) {
        fprintf(to, "    %s:-*) words='", v->name);
        for (const struct ir_option *o = first; o < end; o++) {
            if ((o->verbs & v->bit) != 0)
                fprintf(to, "--%s ", o->name);
        }
        fputs("' ;;\n", to);
        fprintf(to, "    %s:*) words='", v->name);
        print_operands(to, v);
        fputs("' ;;\n", to);
    }
    fputs("    :*) words='", to);
    print_verbs(to, " ");
    fputs(" --help --version' ;;\n    esac\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
          "}\ncomplete -F _ir ir\n",
        to);
}

/* ---- zsh --------------------------------------------------------------- */

static void
print_zsh_option(FILE *to, const struct ir_option *o, const char *name)
{
    fprintf(to, "            '%s[", name);
    print_quoted(to, o->help, "[]:\\", "'\\''");
    putc(']', to);
    if (o->kind != IR_KIND_FLAG)
        fprintf(to, ":%s:", o->name);
    if (o->kind == IR_KIND_FILE)
        fputs("_files", to);
    if (o->kind == IR_KIND_DIRECTORY)
        fputs("_files -/", to);
    if (o->kind == IR_KIND_WORD) {
        putc('(', to);
        print_words(to, o);
        putc(')', to);
    }
    fputs("' \\\n", to);
}

static void
print_zsh_verb(FILE *to, const struct ir_verb *v)
{
    char name[32];

    fprintf(to, "    %s)\n        _arguments \\\n", v->name);
    for (const struct ir_option *o = first; o < end; o++) {
        if ((o->verbs & v->bit) == 0)
            continue;
        snprintf(name, sizeof name, "--%s", o->name);
        print_zsh_option(to, o, name);
        snprintf(name, sizeof name, "-%c", o->letter);
        if (o->letter != 0)
            print_zsh_option(to, o, name);
    }
    fprintf(to, "            '1:verb:(%s)' \\\n", v->name);
    if (v->word != NULL) {
        fputs("            '2:word:(", to);
        print_operands(to, v);
        fputs(")' \\\n", to);
    }
    fputs("            '*:operand:' ;;\n", to);
}

static void
print_zsh(FILE *to)
{
    fputs("#compdef ir\n_ir()\n{\n    local verb word\n    local -a verbs\n"
          "    verbs=(\n",
        to);
    for (const struct ir_verb *v = ir_verbs; v->name != NULL; v++) {
        fprintf(to, "        '%s:", v->name);
        print_quoted(to, v->summary, ":\\", "'\\''");
        fputs("'\n", to);
    }
    fputs("    )\n    for word in ${words[2,CURRENT-1]}; do\n"
          "        case $word in\n        ",
        to);
    print_verbs(to, "|");
    fputs(")\n            verb=$word\n            break ;;\n        esac\n"
          "    done\n    case $verb in\n",
        to);
    for (const struct ir_verb *v = ir_verbs; v->name != NULL; v++)
        print_zsh_verb(to, v);
    fputs("    *)\n        _describe verb verbs ;;\n    esac\n}\n"
          "if [ \"$funcstack[1]\" = _ir ]; then\n    _ir \"$@\"\nelse\n"
          "    compdef _ir ir\nfi\n",
        to);
}

/* ---- fish -------------------------------------------------------------- */

static void
print_fish_option(FILE *to, const struct ir_option *o)
{
    fputs("complete -c ir -n '__fish_seen_subcommand_from", to);
    for (const struct ir_verb *v = ir_verbs; v->name != NULL; v++) {
        if ((o->verbs & v->bit) != 0)
            fprintf(to, " %s", v->name);
    }
    fprintf(to, "' -l %s", o->name);
    if (o->letter != 0)
        fprintf(to, " -s %c", o->letter);
    if (o->kind == IR_KIND_WORD) {
        fputs(" -x -a '", to);
        print_words(to, o);
        putc('\'', to);
    } else if (o->kind == IR_KIND_FILE) {
        fputs(" -r -F", to);
    } else if (o->kind == IR_KIND_DIRECTORY) {
        fputs(" -x -a '(__fish_complete_directories)'", to);
    } else if (o->kind != IR_KIND_FLAG) {
        fputs(" -x", to);
    }
    fputs(" -d '", to);
    print_quoted(to, o->help, "\\", "\\'");
    fputs("'\n", to);
}

static void
print_fish(FILE *to)
{
    fputs("complete -c ir -f\n", to);
    for (const struct ir_verb *v = ir_verbs; v->name != NULL; v++) {
        fprintf(to, "complete -c ir -n __fish_use_subcommand -a %s -d '",
            v->name);
        print_quoted(to, v->summary, "\\", "\\'");
        fputs("'\n", to);
        if (v->word == NULL)
            continue;
        fprintf(to, "complete -c ir -n '__fish_seen_subcommand_from %s' -a '",
            v->name);
        print_operands(to, v);
        fputs("'\n", to);
    }
    for (const struct ir_option *o = first; o < end; o++)
        print_fish_option(to, o);
}

int
ir_cmd_completion(const struct ir_settings *s, struct ir_output *out)
{
    static const print_fn print[] = { print_bash, print_zsh, print_fish };
    struct ir_error e = { .status = IR_OK };

    for (size_t i = 0; shells[i] != NULL; i++) {
        if (strcmp(shells[i], s->operands[0]) == 0) {
            print[i](out->data);
            return IR_EXIT_OK;
        }
    }
    ir_fault_set(&e, IR_E_ARGUMENT, "'%s' is none of bash, zsh, fish",
        s->operands[0]);
    return ir_output_error(out, NULL, &e);
}
