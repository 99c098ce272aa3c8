/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * xmlParameters: a small document inside a text parameter.  Its shape differs
 * between publications:
 *
 *     <xmlparameters><item NAME="N" VALUE="V"/></xmlparameters>
 *     <parameters><parameter key="N">V</parameter></parameters>
 *     <parameters><parameter Name="N" Value="V"/></parameters>
 *
 * so the child elements of the root count, whatever they are called, with an
 * attribute 'name' or 'key' and an attribute 'value' or text. */
#include "wishes.h"

#include "clock.h"
#include "names.h"

#include <expat.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    KEY_SIZE = 64,
    VALUE_SIZE = 4096,
    MAX_MAJOR = 2400,
    MAX_PART = 999
};

enum {
    MAJOR,
    MINOR,
    REVISION,
    N_PARTS
};

struct reader {
    XML_Parser parser;
    struct ir_wishes *wishes;
    int depth;
    char key[KEY_SIZE];
    char value[VALUE_SIZE];
    size_t n_value;
    bool has_value; /* as an attribute */
    int parts[N_PARTS];
    bool has_part[N_PARTS];
    enum ir_refusal refusal;
};

void
ir_wishes_init(struct ir_wishes *w, const char *comment)
{
    memset(w, 0, sizeof *w);
    w->created_ms = -1;
    w->modified_ms = -1;
    if (comment != NULL)
        ir_names_clean_text(comment, w->comment, sizeof w->comment);
}

bool
ir_wishes_version(struct ir_wishes *w, int major, int minor, int revision)
{
    if (major < 1 || major > MAX_MAJOR || minor < 0 || minor > MAX_PART
        || revision < 0 || revision > MAX_PART)
        return false;
    w->version = (int64_t)major * 1000000 + minor * 1000 + revision;
    return true;
}

static void
refuse(struct reader *r, enum ir_refusal refusal)
{
    if (r->refusal == IR_GRANTED)
        r->refusal = refusal;
    XML_StopParser(r->parser, XML_FALSE);
}

/* A declaration could define entities, and nothing here needs one. */
static void
refuse_doctype(void *ctx, const XML_Char *name, const XML_Char *system,
    const XML_Char *public, int has_subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_subset;
    refuse(ctx, IR_PARAMETERS_FORMAT);
}

static void
add_value(struct reader *r, const char *text, size_t n)
{
    if (n > sizeof r->value - 1 - r->n_value)
        n = sizeof r->value - 1 - r->n_value;
    memcpy(r->value + r->n_value, text, n);
    r->n_value += n;
    r->value[r->n_value] = '\0';
}

static void
begin_element(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *r = ctx;

    (void)name;
    if (++r->depth != 2)
        return;
    r->key[0] = '\0';
    r->value[0] = '\0';
    r->n_value = 0;
    r->has_value = false;
    for (; attributes[0] != NULL; attributes += 2) {
        if (strcasecmp(attributes[0], "name") == 0
            || strcasecmp(attributes[0], "key") == 0)
            ir_names_clean_text(attributes[1], r->key, sizeof r->key);
        if (strcasecmp(attributes[0], "value") == 0) {
            r->has_value = true;
            add_value(r, attributes[1], strlen(attributes[1]));
        }
    }
}

static void
take_text(void *ctx, const XML_Char *text, int n)
{
    struct reader *r = ctx;

    if (r->depth == 2 && !r->has_value)
        add_value(r, text, (size_t)n);
}

/* English words only. */
static bool
read_flag(const char *text, bool *out)
{
    static const char *const words[] = { "on", "off", "true", "false", "t", "f",
        "yes", "no", "y", "n", "1", "0" };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *out = i % 2 == 0;
            return true;
        }
    }
    return false;
}

static bool
read_part(struct reader *r, int part)
{
    char *end;
    long value = strtol(r->value, &end, 10);

    if (r->value[0] == '\0' || *end != '\0' || value < 0 || value > MAX_MAJOR)
        return false;
    r->parts[part] = (int)value;
    r->has_part[part] = true;
    return true;
}

static bool
read_publishing(const char *text, bool *unpublished)
{
    *unpublished = strcasecmp(text, "DontPublish") == 0
        || strcasecmp(text, "DoNotPublish") == 0;
    return *unpublished || strcasecmp(text, "Publish") == 0
        || strcasecmp(text, "ServerDefault") == 0;
}

/* An empty value is that of a parameter which is not there. */
static bool
take_wish(struct reader *r)
{
    struct ir_wishes *w = r->wishes;
    bool ignored;

    if (r->value[0] == '\0')
        return true;
    if (strcasecmp(r->key, "VERSIONCOMMENT") == 0)
        ir_names_clean_text(r->value, w->comment, sizeof w->comment);
    else if (strcasecmp(r->key, "CHECKOUT") == 0)
        return read_flag(r->value, &w->checkout);
    else if (strcasecmp(r->key, "SENDEMAILS") == 0)
        return read_flag(r->value, &ignored);
    else if (strcasecmp(r->key, "PUBLISHOPTION") == 0)
        return read_publishing(r->value, &w->unpublished);
    else if (strcasecmp(r->key, "CREATIONDATE") == 0)
        return ir_clock_parse(r->value, &w->created_ms);
    else if (strcasecmp(r->key, "MODIFICATIONDATE") == 0)
        return ir_clock_parse(r->value, &w->modified_ms);
    else if (strcasecmp(r->key, "MPVERSIONMAJOR") == 0)
        return read_part(r, MAJOR);
    else if (strcasecmp(r->key, "MPVERSIONMINOR") == 0)
        return read_part(r, MINOR);
    else if (strcasecmp(r->key, "MPVERSIONREVISION") == 0)
        return read_part(r, REVISION);
    return true;
}

static void
end_element(void *ctx, const XML_Char *name)
{
    struct reader *r = ctx;

    (void)name;
    if (r->depth-- == 2 && !take_wish(r))
        refuse(r, IR_PARAMETER_VALUE);
}

/* All three parts of a version, or none. */
static enum ir_refusal
settle_version(struct reader *r)
{
    const bool *has = r->has_part;

    if (!has[MAJOR] && !has[MINOR] && !has[REVISION])
        return IR_GRANTED;
    if (has[MAJOR] && has[MINOR] && has[REVISION]
        && ir_wishes_version(r->wishes, r->parts[MAJOR], r->parts[MINOR],
            r->parts[REVISION]))
        return IR_GRANTED;
    return IR_VERSION_FORMAT;
}

enum ir_refusal
ir_wishes_read(struct ir_wishes *w, const char *xml)
{
    struct reader r = { .wishes = w, .refusal = IR_GRANTED };
    bool ok;

    if (xml == NULL || xml[0] == '\0')
        return IR_GRANTED;
    r.parser = XML_ParserCreate("UTF-8");
    if (r.parser == NULL)
        return IR_BROKEN;
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, begin_element, end_element);
    XML_SetCharacterDataHandler(r.parser, take_text);
    XML_SetStartDoctypeDeclHandler(r.parser, refuse_doctype);
    ok = XML_Parse(r.parser, xml, (int)strlen(xml), 1) == XML_STATUS_OK;
    XML_ParserFree(r.parser);
    if (r.refusal != IR_GRANTED)
        return r.refusal;
    return ok ? settle_version(&r) : IR_PARAMETERS_FORMAT;
}
