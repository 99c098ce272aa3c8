/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "wire/tags.h"

#include <string.h>

#include "codec/crc32.h"
#include "wire/call.h"
#include "wire/names.h"

/* What gSOAP's reader returns for markup, beside EOF. */
#define MARKUP_TAG (-2)
#define MARKUP_END_TAG (-3)
/* Elements around the result: envelope, body and response. */
#define RESULT_LEVEL 3
/* And of the elements in an answer. */
#define ITEM_LEVEL (RESULT_LEVEL + 2)

static struct ir_wire *
wire_of(struct soap *soap)
{
    return soap->user;
}

/* ---- Read -------------------------------------------------------------- */

static uint32_t
digest(const char *tag)
{
    return ir_crc32(0, tag, strlen(tag));
}

/* Control characters pass: texts that are shown are made printable. */
static int
is_utf8_text(const char *text)
{
    for (text += ir_call_text_length(text); *text != '\0';
         text += ir_call_text_length(text)) {
        if ((unsigned char)*text >= 0x20)
            return 0;
        text++;
    }
    return 1;
}

/* Is the message declared as UTF-8, and are the attributes just read? */
static int
is_utf8(const struct soap *soap)
{
    if (soap->mode & SOAP_ENC_LATIN)
        return 0;
    for (struct soap_attribute *a = soap->attributes; a != NULL; a = a->next)
        if (a->visible && a->value != NULL && !is_utf8_text(a->value))
            return 0;
    return 1;
}

/* The result may hold text around the answer; the stubs expect an element. */
static void
skip_text(struct soap *soap)
{
    soap_wchar c;

    if (!soap->body)
        return;
    do
        c = soap_get(soap);
    while ((int)c != EOF && (int)c != MARKUP_TAG && (int)c != MARKUP_END_TAG);
    soap_unget(soap, c);
}

static int
on_element(struct soap *soap, const char *tag)
{
    struct ir_wire *w = wire_of(soap);
    int is_answer;

    if (!is_utf8(soap))
        return SOAP_UTF_ERROR;
    if (soap->level == 0 && strcmp(ir_names_local(tag), "Envelope") != 0)
        return SOAP_VERSIONMISMATCH;
    if (soap->level < IR_CALL_MAX_LEVEL)
        w->open_tags[soap->level] = digest(tag);
    if (soap->level == RESULT_LEVEL && ir_names_is_result(tag)) {
        w->n_results++;
        if (w->has_answer)
            skip_text(soap);
    }
    if (w->elements != NULL && soap->level == ITEM_LEVEL)
        return w->elements->take(w);
    ir_names_read(soap, &is_answer);
    w->n_answers += is_answer;
    if (w->elements != NULL && is_answer)
        w->elements->is_success =
            ir_call_flag(soap_attr_value(soap, "success", 0, 0));
    return SOAP_OK;
}

/* gSOAP compares end tags in its strict mode only, which refuses what a newer
 * server may add. */
static int
on_element_end(struct soap *soap, const char *tag, const char *expected)
{
    (void)expected;
    if (soap->level == 0 || soap->level > IR_CALL_MAX_LEVEL
        || wire_of(soap)->open_tags[soap->level - 1] != digest(tag))
        return SOAP_SYNTAX_ERROR;
    return SOAP_OK;
}

/* ---- Written ----------------------------------------------------------- */

/* Is it an element of the envelope, or the one of the operation? */
static int
holds_elements(const struct ir_wire *w, const char *tag)
{
    return strncmp(tag, "SOAP-ENV:", 9) == 0
        || strcmp(ir_names_local(tag), w->operation) == 0;
}

static const char *
spelled(const struct ir_wire *w, const char *tag)
{
    return w->is_classic ? ir_names_classic(tag) : tag;
}

/* gSOAP announces the end of a parameter only where it has content. */
static int
close_parameter(struct soap *soap)
{
    struct ir_wire *w = wire_of(soap);
    const char *tag = w->open_parameter;

    w->open_parameter = NULL;
    return tag == NULL ? SOAP_OK
                       : soap_element_end(soap, spelled(w, tag));
}

/* A tag for whose namespace there is no memory is written without it, and the
 * error is lost with the next tag. */
static int
on_begin(struct soap *soap, const char *tag, int id, const char *type)
{
    struct ir_wire *w = wire_of(soap);

    if (close_parameter(soap)
        || soap_element(soap, spelled(w, tag), id, type)
        || soap->error == SOAP_EOM)
        return soap->error;
    if (!holds_elements(w, tag))
        w->open_parameter = tag;
    return soap_element_start_end_out(soap, NULL);
}

static int
on_end(struct soap *soap, const char *tag)
{
    struct ir_wire *w = wire_of(soap);
    int is_parameter = !holds_elements(w, tag);

    if (close_parameter(soap) || is_parameter)
        return soap->error;
    return soap_element_end(soap, tag);
}

void
ir_tags_attach(struct ir_wire *w)
{
    w->soap->feltbegin = on_element;
    w->soap->feltendin = on_element_end;
    w->soap->feltbegout = on_begin;
    w->soap->feltendout = on_end;
}

void
ir_tags_spell(struct ir_wire *w)
{
    w->is_classic = w->spelling == IR_SPELLING_CLASSIC
        && !ir_names_is_documented_only(w->operation);
}
