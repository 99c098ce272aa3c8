/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The pages for people who look at the service in a browser.  All that is
 * written comes from the table of operations, never from the request. */
#include "help.h"

#include "operations.h"
#include "settings.h"
#include "spelling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *
type_of(const struct ir_parameter *p)
{
    switch (p->kind) {
    case IR_PARAMETER_TICKET:
    case IR_PARAMETER_TEXT:
    case IR_PARAMETER_OPTIONAL_TEXT:
        return "string";
    case IR_PARAMETER_INT:
    case IR_PARAMETER_OFFSET:
        return "int";
    case IR_PARAMETER_SHORT:
        return "short";
    case IR_PARAMETER_FLAG:
        return "boolean";
    case IR_PARAMETER_BYTES:
        return "base64Binary";
    }
    return "";
}

/* The name as the server's own spelling has it. */
static void
write_name(FILE *f, const struct ir_settings *s, const struct ir_operation *o,
    const struct ir_parameter *p)
{
    char classic[IR_PARAMETER_NAME_SIZE];

    ir_spelling_classic(o, p->name, classic);
    fputs(ir_spelling_prefers_classic(s) ? classic : p->name, f);
}

static void
write_list(FILE *f)
{
    fputs("<p>The following operations are supported. "
          "<a href=\"?WSDL\">Service description</a>.</p>\n<ul>\n",
        f);
    for (size_t i = 0; i < ir_operations_count(); i++) {
        const char *name = ir_operations_name(i);

        fprintf(f, "<li><a href=\"?op=%s\">%s</a></li>\n", name, name);
    }
    fputs("</ul>\n", f);
}

static void
write_parameters(FILE *f, const struct ir_settings *s,
    const struct ir_operation *o)
{
    fputs("<table>\n<tr><th>Parameter</th><th>Type</th></tr>\n", f);
    for (const struct ir_parameter *p = o->parameters; p->name != NULL; p++) {
        fputs("<tr><td>", f);
        write_name(f, s, o, p);
        fprintf(f, "</td><td>%s</td></tr>\n", type_of(p));
    }
    fputs("</table>\n", f);
}

static void
write_soap_example(FILE *f, const struct ir_settings *s, const char *address,
    const struct ir_operation *o)
{
    fprintf(f,
        "<h3>SOAP 1.1</h3>\n<pre>POST %s\n"
        "Content-Type: text/xml; charset=utf-8\n"
        "SOAPAction: \"http://tempuri.org/%s\"\n\n"
        "&lt;soap:Envelope xmlns:soap=\""
        "http://schemas.xmlsoap.org/soap/envelope/\"&gt;\n"
        "  &lt;soap:Body&gt;\n"
        "    &lt;%s xmlns=\"http://tempuri.org/\"&gt;\n",
        address, o->name, o->name);
    for (const struct ir_parameter *p = o->parameters; p->name != NULL; p++) {
        fputs("      &lt;", f);
        write_name(f, s, o, p);
        fprintf(f, "&gt;<i>%s</i>&lt;/", type_of(p));
        write_name(f, s, o, p);
        fputs("&gt;\n", f);
    }
    fprintf(f,
        "    &lt;/%s&gt;\n  &lt;/soap:Body&gt;\n&lt;/soap:Envelope&gt;</pre>\n"
        "<p>SOAP 1.2: the envelope's namespace is "
        "http://www.w3.org/2003/05/soap-envelope, the content type "
        "application/soap+xml.</p>\n",
        o->name);
}

static void
write_form_example(FILE *f, const struct ir_settings *s, const char *address,
    const struct ir_operation *o)
{
    const char *separator = "";

    fprintf(f,
        "<h3>HTTP POST</h3>\n<pre>POST %s/%s\n"
        "Content-Type: application/x-www-form-urlencoded\n\n",
        address, o->name);
    for (const struct ir_parameter *p = o->parameters; p->name != NULL; p++) {
        fputs(separator, f);
        write_name(f, s, o, p);
        fprintf(f, "=<i>%s</i>", type_of(p));
        separator = "&amp;";
    }
    fputs("</pre>\n", f);
    if (!ir_operations_takes_bytes(o))
        fprintf(f, "<p>HTTP GET: the same in the query of %s/%s.</p>\n",
            address, o->name);
}

char *
ir_help_page(const struct ir_settings *s, const char *address,
    const char *operation)
{
    const struct ir_operation *o = NULL;
    char *page = NULL;
    size_t size = 0;
    FILE *f;

    if (operation != NULL) {
        o = ir_operations_find(operation, true);
        if (o == NULL)
            return NULL;
    }
    f = open_memstream(&page, &size);
    if (f == NULL)
        return NULL;
    fprintf(f,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<title>srv %s</title></head><body>\n"
        "<h1><a href=\"%s\">srv</a></h1>\n",
        o == NULL ? "Web Service" : o->name, address);
    if (o == NULL) {
        write_list(f);
    } else {
        fprintf(f, "<h2>%s</h2>\n", o->name);
        write_parameters(f, s, o);
        write_soap_example(f, s, address, o);
        write_form_example(f, s, address, o);
    }
    fputs("</body></html>\n", f);
    if (fclose(f) == 0)
        return page;
    free(page);
    return NULL;
}
