/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Where the text of an answer is changed, and how.  The attributes of an answer
 * stand in its first few KiB, however long the answer is. */
#include "faultedit.h"

#include "call.h"
#include "codec/base64.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An attribute in a text: ' name="value"'. */
struct attribute {
    const char *begin; /* the blank before its name */
    const char *value;
    size_t n_value;
};

static bool
find_attribute(const char *text, size_t n, const char *name, size_t n_name,
    struct attribute *out)
{
    char wanted[80];
    int n_wanted =
        snprintf(wanted, sizeof wanted, " %.*s=\"", (int)n_name, name);
    const char *quote;

    if (n_wanted < 0 || (size_t)n_wanted >= sizeof wanted)
        return false;
    out->begin = memmem(text, n, wanted, (size_t)n_wanted);
    if (out->begin == NULL)
        return false;
    out->value = out->begin + n_wanted;
    quote = memchr(out->value, '"', n - (size_t)(out->value - text));
    if (quote == NULL)
        return false;
    out->n_value = (size_t)(quote - out->value);
    return true;
}

/* The first of the names that the answer has, "a|b". */
static bool
find_any(const char *text, size_t n, const char *names, struct attribute *out)
{
    while (names[0] != '\0') {
        size_t n_name = strcspn(names, "|");

        if (find_attribute(text, n, names, n_name, out))
            return true;
        names += n_name + (names[n_name] == '|');
    }
    return false;
}

static bool
set_edit(struct ir_faultwire *w, uint64_t at, uint64_t n_removed,
    const char *text, size_t n_text)
{
    w->edit.at = at;
    w->edit.n_removed = n_removed;
    w->edit.text = text;
    w->edit.n_text = n_text;
    return text != NULL;
}

/* The value without its zeros in front, in small letters: the same number. */
static const char *
loosen(struct ir_call *call, const struct attribute *a)
{
    size_t zeros = 0;
    char *text;

    while (zeros + 1 < a->n_value && a->value[zeros] == '0')
        zeros++;
    text =
        ir_call_text(call, "%.*s", (int)(a->n_value - zeros), a->value + zeros);
    for (char *c = text; c != NULL && *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'F')
            *c = (char)(*c - 'A' + 'a');
    }
    return text;
}

static const char *
new_value(const struct ir_faultwire *w, const struct attribute *a)
{
    const struct ir_fault_value *with = w->rule->with;

    switch (w->rule->kind->action) {
    case IR_FAULT_ADD:
        return ir_call_text(w->call, "%lld",
            strtoll(a->value, NULL, 10) + (long long)with[IR_KEY_ADD].number);
    case IR_FAULT_NEGATE:
        return strncmp(a->value, "true", a->n_value) == 0 ? "false" : "true";
    case IR_FAULT_LOOSEN:
        return loosen(w->call, a);
    default:
        return with[IR_KEY_VALUE].text;
    }
}

static bool
edit_attribute(struct ir_faultwire *w, const char *body, size_t n)
{
    const struct ir_fault_value *with = w->rule->with;
    const char *names = w->rule->kind->detail;
    struct attribute a;
    const char *text;
    size_t n_all;
    bool is_own = w->rule->kind->action == IR_FAULT_SET;

    if (names == NULL)
        names = with[IR_KEY_NAME].text;
    if (!find_any(body, n, names, &a))
        return false;
    n_all = (size_t)(a.value - a.begin) + a.n_value + 1;
    if (w->rule->kind->action == IR_FAULT_REMOVE)
        return set_edit(w, (uint64_t)(a.begin - body), n_all, "", 0);
    if (w->rule->kind->action == IR_FAULT_REPEAT) {
        text = ir_call_text(w->call, "%.*s", (int)n_all, a.begin);
        return set_edit(w, (uint64_t)(a.begin - body), 0, text, n_all);
    }
    text = new_value(w, &a);
    return set_edit(w, (uint64_t)(a.value - body), a.n_value, text,
        is_own             ? with[IR_KEY_VALUE].n_text
            : text == NULL ? 0
                           : strlen(text));
}

/* The base64 of a chunk begins behind the start tag that has its attributes. */
static bool
edit_base64(struct ir_faultwire *w, const char *body, size_t n)
{
    const struct ir_fault_rule *r = w->rule;
    struct attribute length;
    const char *begin;
    uint64_t at;
    uint64_t n_text;

    if (!find_any(body, n, "chunklength", &length))
        return false;
    begin = memchr(length.value, '>', n - (size_t)(length.value - body));
    n_text = ir_base64_encoded_length(strtoull(length.value, NULL, 10));
    if (begin == NULL || n_text == 0)
        return false;
    at = (uint64_t)(begin + 1 - body);
    if (ir_faultrules_is(r, IR_KEY_AS, "padding"))
        return set_edit(w, at + n_text - 1, 1, "", 0);
    if (ir_faultrules_is(r, IR_KEY_AS, "short"))
        return set_edit(w, at + n_text, 0, "A", 1);
    if (ir_faultrules_is(r, IR_KEY_AS, "tail"))
        return set_edit(w, at + n_text, 0, "=AAA", 4);
    if (ir_faultrules_is(r, IR_KEY_AS, "entity"))
        return set_edit(w, at + n_text / 2, 1, "&amp;", 5);
    if (ir_faultrules_is(r, IR_KEY_AS, "element"))
        return set_edit(w, at + n_text / 2, 0, "<b/>", 4);
    return set_edit(w, at + n_text / 2, 1, "*", 1);
}

bool
ir_faultedit_find(struct ir_faultwire *w, const char *body, size_t n)
{
    const struct ir_fault_value *with = w->rule->with;
    uint64_t kept = w->length / 2;

    switch (w->rule->kind->action) {
    case IR_FAULT_SET:
    case IR_FAULT_ADD:
    case IR_FAULT_REMOVE:
    case IR_FAULT_NEGATE:
    case IR_FAULT_LOOSEN:
    case IR_FAULT_REPEAT:
        return edit_attribute(w, body, n);
    case IR_FAULT_BASE64:
        return edit_base64(w, body, n);
    case IR_FAULT_TRUNCATE:
        if (with[IR_KEY_BYTES].text != NULL
            && (uint64_t)with[IR_KEY_BYTES].number < w->length)
            kept = (uint64_t)with[IR_KEY_BYTES].number;
        return set_edit(w, kept, w->length - kept, "", 0);
    case IR_FAULT_APPEND:
        return set_edit(w, w->length, 0, with[IR_KEY_VALUE].text,
            with[IR_KEY_VALUE].n_text);
    default:
        return true;
    }
}
