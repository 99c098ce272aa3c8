/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * ?WSDL: the project's own description of the service, with this server's
 * address and, where the classic spelling is spoken, the classic names.
 *
 * The source is ours and has one element per line, so it is edited by lines:
 * inside the element of a request, or a message of the GET and POST bindings,
 * the values of name attributes are parameters. */
#include "wsdl.h"

#include "operations.h"
#include "settings.h"
#include "spelling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ir_wsdl {
    char *text;
};

static const char address_there[] = "http://localhost/srv.asmx";
static const char name_attribute[] = " name=\"";

/* The value of the line's name attribute, and its length. */
static const char *
find_name(const char *line, size_t n, size_t *length)
{
    const char *name =
        memmem(line, n, name_attribute, sizeof name_attribute - 1);
    const char *end;

    if (name == NULL)
        return NULL;
    name += sizeof name_attribute - 1;
    end = memchr(name, '"', n - (size_t)(name - line));
    if (end == NULL)
        return NULL;
    *length = (size_t)(end - name);
    return name;
}

/* The operation whose parameters follow a line that begins an element or a
 * message, NULL if they are none's. */
static const struct ir_operation *
find_owner(const char *line, size_t n)
{
    static const char *const endings[] = { "HttpGetIn", "HttpPostIn" };
    char text[IR_PARAMETER_NAME_SIZE];
    size_t length;
    const char *name = find_name(line, n, &length);

    if (name == NULL || length >= sizeof text)
        return NULL;
    memcpy(text, name, length);
    text[length] = '\0';
    for (int i = 0; i < 2; i++) {
        size_t ending = strlen(endings[i]);

        if (length > ending && strcmp(text + length - ending, endings[i]) == 0)
            text[length - ending] = '\0';
    }
    return ir_operations_find(text, false);
}

static bool
begins(const char *line, size_t n, const char *tag)
{
    size_t blanks = strspn(line, " ");
    size_t length = strlen(tag);

    return n >= blanks + length && strncmp(line + blanks, tag, length) == 0;
}

/* Both spellings have the same length, so names are changed in place. */
static void
respell(char *text)
{
    const struct ir_operation *owner = NULL;
    char *line = text;

    while (*line != '\0') {
        size_t n = strcspn(line, "\n");
        size_t length;
        const char *name;

        if (begins(line, n, "<s:element name=")
            || begins(line, n, "<wsdl:message "))
            owner = find_owner(line, n);
        else if (owner != NULL
            && (begins(line, n, "<s:element ")
                || begins(line, n, "<wsdl:part "))
            && (name = find_name(line, n, &length)) != NULL
            && length < IR_PARAMETER_NAME_SIZE) {
            char documented[IR_PARAMETER_NAME_SIZE];
            char classic[IR_PARAMETER_NAME_SIZE];

            memcpy(documented, name, length);
            documented[length] = '\0';
            ir_spelling_classic(owner, documented, classic);
            memcpy(line + (name - line), classic, length);
        }
        line += n;
        line += *line == '\n';
    }
}

struct ir_wsdl *
ir_wsdl_new(const struct ir_settings *s)
{
    struct ir_wsdl *w = malloc(sizeof *w);

    if (w == NULL)
        return NULL;
    w->text = strdup(ir_wsdl_source);
    if (w->text == NULL) {
        free(w);
        return NULL;
    }
    if (ir_spelling_prefers_classic(s))
        respell(w->text);
    return w;
}

void
ir_wsdl_free(struct ir_wsdl *w)
{
    if (w == NULL)
        return;
    free(w->text);
    free(w);
}

char *
ir_wsdl_text(const struct ir_wsdl *w, const char *address)
{
    const char *rest = w->text;
    char *out = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&out, &size);

    if (f == NULL)
        return NULL;
    for (;;) {
        const char *there = strstr(rest, address_there);

        if (there == NULL)
            break;
        fwrite(rest, 1, (size_t)(there - rest), f);
        fputs(address, f);
        rest = there + sizeof address_there - 1;
    }
    fputs(rest, f);
    if (fclose(f) == 0)
        return out;
    free(out);
    return NULL;
}
