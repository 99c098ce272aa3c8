/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The grammar of --faults: OPERATION CONDITION... KIND PARAMETER..., one rule a
 * line.  Everything that can be known to be wrong is refused here, so that a
 * rule that never fires was never met. */
#include "faultrules.h"

#include "operations.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_RULES = 10000
};

enum condition {
    NTH,
    HANDLER,
    OFFSET,
    CHUNK,
    PROBABILITY,
    SEED,
    TIMES,
    CONDITIONS
};

static const char *const conditions[CONDITIONS] = {
    [NTH] = "nth",
    [HANDLER] = "handler",
    [OFFSET] = "offset",
    [CHUNK] = "chunk",
    [PROBABILITY] = "probability",
    [SEED] = "seed",
    [TIMES] = "times",
};

/* What is being read. */
struct reader {
    const char *file;
    unsigned line;
    unsigned seen; /* conditions of the rule, by their bits */
};

static const char *const keys[IR_KEYS] = {
    [IR_KEY_AT] = "at",
    [IR_KEY_AS] = "as",
    [IR_KEY_APPLIED] = "applied",
    [IR_KEY_BYTES] = "bytes",
    [IR_KEY_BYTE] = "byte",
    [IR_KEY_FROM] = "from",
    [IR_KEY_MS] = "ms",
    [IR_KEY_STEP] = "step",
    [IR_KEY_N] = "n",
    [IR_KEY_ADD] = "add",
    [IR_KEY_CODE] = "code",
    [IR_KEY_LENGTH] = "length",
    [IR_KEY_RETRY_AFTER] = "retry-after",
    [IR_KEY_LOCATION] = "location",
    [IR_KEY_NAME] = "name",
    [IR_KEY_VALUE] = "value",
};

/* Largest numbers; 0 where the parameter is a text. */
static const int64_t most[IR_KEYS] = {
    [IR_KEY_BYTES] = INT64_C(1) << 40,
    [IR_KEY_BYTE] = INT64_C(1) << 40,
    [IR_KEY_FROM] = INT64_C(1) << 40,
    [IR_KEY_MS] = 86400000,
    [IR_KEY_STEP] = INT64_C(1) << 30,
    [IR_KEY_N] = INT64_C(1) << 30,
    [IR_KEY_ADD] = INT64_C(1) << 30,
    [IR_KEY_CODE] = 9999,
    [IR_KEY_LENGTH] = INT64_MAX,
    [IR_KEY_RETRY_AFTER] = 86400,
};

__attribute__((format(printf, 2, 3))) static bool
complain(const struct reader *in, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fprintf(stderr, "ir-emulator: %s:%u: ", in->file, in->line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    return false;
}

static bool
is_word(const char *text, size_t n, const char *word)
{
    return strlen(word) == n && memcmp(text, word, n) == 0;
}

static bool
set_chunk(struct ir_fault_rule *r, const char *text, size_t n)
{
    r->is_last_chunk = is_word(text, n, "last");
    return r->is_last_chunk || ir_faultvalue_range(text, n, &r->chunk);
}

static bool
set_condition(struct ir_fault_rule *r, int which, const char *value, size_t n)
{
    switch (which) {
    case NTH:
        return ir_faultvalue_range(value, n, &r->nth) && r->nth.first > 0;
    case HANDLER:
        return ir_faultvalue_range(value, n, &r->handler)
            && r->handler.first > 0;
    case OFFSET:
        return ir_faultvalue_range(value, n, &r->offset);
    case CHUNK:
        return set_chunk(r, value, n);
    case PROBABILITY:
        r->is_random = true;
        return ir_faultvalue_fraction(value, n, &r->probability);
    case SEED:
        return ir_faultvalue_number(value, n, &r->seed);
    case TIMES:
        return ir_faultvalue_number(value, n, &r->times) && r->times > 0;
    default:
        return false;
    }
}

static int
find_name(const char *const *names, int n_names, const char *text, size_t n)
{
    int i = 0;

    while (i < n_names && !is_word(text, n, names[i]))
        i++;
    return i;
}

/* A word before the kind. */
static bool
take_condition(struct reader *in, struct ir_fault_rule *r, const char *word,
    size_t n)
{
    const char *sign = memchr(word, '=', n);
    size_t n_name = sign == NULL ? n : (size_t)(sign - word);
    bool is_repeat = is_word(word, n, "once") || is_word(word, n, "always");
    int which =
        is_repeat ? TIMES : find_name(conditions, CONDITIONS, word, n_name);

    if (sign == NULL && !is_repeat)
        return complain(in, "'%.*s' is neither a condition nor a fault", (int)n,
            word);
    if (which < CONDITIONS && (in->seen >> which & 1) != 0)
        return complain(in, "'%.*s' is one condition too many", (int)n, word);
    in->seen |= 1U << which;
    if (is_repeat)
        r->times = word[0] == 'o';
    else if (!set_condition(r, which, sign + 1, n - n_name - 1))
        return complain(in, "'%.*s' is no condition", (int)n, word);
    return true;
}

static bool
read_number(enum ir_fault_key key, struct ir_fault_value *v)
{
    bool is_negative = key == IR_KEY_ADD && v->text[0] == '-';
    uint64_t value;

    if (!ir_faultvalue_number(v->text + is_negative, v->n_text - is_negative,
            &value)
        || value > (uint64_t)most[key])
        return false;
    v->number = is_negative ? -(int64_t)value : (int64_t)value;
    return key != IR_KEY_STEP || value > 0;
}

static bool
set_value(struct ir_fault_rule *r, enum ir_fault_key key, const char *text,
    size_t n)
{
    struct ir_fault_value *v = &r->with[key];

    return ir_faultvalue_text(text, n, v)
        && (most[key] == 0 || read_number(key, v));
}

/* Whether a closed list of words, up to 'end', has this one. */
static bool
has_choice(const char *from, const char *end, const char *text, size_t n)
{
    size_t n_choice;

    while (from < end) {
        const char *choice = ir_faultkinds_choice(from, end, &n_choice);

        if (n_choice == n && memcmp(choice, text, n) == 0)
            return true;
        from = choice + n_choice + 1;
    }
    return false;
}

/* The parameter of the rule's kind that has this name, and its length. */
static const char *
find_parameter(const struct ir_fault_kind *k, const char *name, size_t n_name,
    size_t *n)
{
    const char *word = ir_faultkinds_word(k->with, n);

    while (word != NULL
        && (strcspn(word, "=: ") != n_name || memcmp(word, name, n_name) != 0))
        word = ir_faultkinds_word(word + *n, n);
    return word;
}

static enum ir_fault_key
find_key(const char *name, size_t n)
{
    return (enum ir_fault_key)find_name(keys, IR_KEYS, name, n);
}

/* A word behind the kind. */
static bool
take_parameter(struct reader *in, struct ir_fault_rule *r, const char *word,
    size_t n)
{
    const char *sign = memchr(word, '=', n);
    size_t n_name = sign == NULL ? n : (size_t)(sign - word);
    size_t n_known;
    const char *known = find_parameter(r->kind, word, n_name, &n_known);
    enum ir_fault_key key = find_key(word, n_name);
    const char *value = sign == NULL ? "" : sign + 1;
    size_t n_value = sign == NULL ? 0 : n - n_name - 1;

    if (known == NULL)
        return complain(in, "'%s' has no parameter '%.*s'", r->kind->name,
            (int)n_name, word);
    if (r->with[key].text != NULL)
        return complain(in, "'%.*s' is given twice", (int)n_name, word);
    if ((sign == NULL) != (n_known == n_name)
        || (known[n_name] == '=' && n_known > n_name
            && !has_choice(known + n_name + 1, known + n_known, value, n_value))
        || !set_value(r, key, value, n_value))
        return complain(in, "'%.*s' is no value for '%.*s' of '%s'", (int)n,
            word, (int)n_name, word, r->kind->name);
    return true;
}

/* The first choice of each parameter that was not given. */
static bool
set_defaults(struct ir_fault_rule *r)
{
    size_t n;
    const char *word = ir_faultkinds_word(r->kind->with, &n);

    for (; word != NULL; word = ir_faultkinds_word(word + n, &n)) {
        size_t n_name = strcspn(word, "=: ");
        enum ir_fault_key key = find_key(word, n_name);
        size_t n_choice;
        const char *choice = n_name == n
            ? NULL
            : ir_faultkinds_choice(word + n_name + 1, word + n, &n_choice);

        if (choice != NULL && r->with[key].text == NULL
            && !set_value(r, key, choice, n_choice))
            return false;
    }
    return true;
}

static bool
is_placed(const struct ir_fault_rule *r)
{
    return r->offset.is_set || r->chunk.is_set || r->is_last_chunk;
}

static bool
moves_chunks(const struct ir_operation *o)
{
    return o->answer == &ir_answer_Chunk || o->answer == &ir_answer_UploadChunk;
}

/* Whether the rule can fire in a call of 'o'. */
static bool
check_operation(const struct reader *in, const struct ir_fault_rule *r,
    const struct ir_operation *o, bool quiet)
{
    bool fits = ir_faultkinds_fit(r->kind, o);
    bool is_placeable = !is_placed(r) || moves_chunks(o);
    bool has_handler = !r->handler.is_set || ir_faultkinds_has_handler(o);

    if (quiet || (fits && is_placeable && has_handler))
        return fits && is_placeable && has_handler;
    if (!fits)
        return complain(in, "'%s' cannot show in %s", r->kind->name, o->name);
    if (!is_placeable)
        return complain(in, "%s moves no chunks", o->name);
    return complain(in, "%s is for no handler", o->name);
}

static bool
check(const struct reader *in, const struct ir_fault_rule *r)
{
    if (r->kind->moment == IR_FAULT_ON_HEAD
        && (is_placed(r) || r->handler.is_set))
        return complain(in,
            "'%s' comes before handler, offset and chunk are known",
            r->kind->name);
    if (r->kind->action == IR_FAULT_GRANT
        && (r->with[IR_KEY_BYTES].number < 1
            || r->with[IR_KEY_BYTES].number > UINT32_MAX))
        return complain(in, "no server can grant that");
    if ((in->seen >> SEED & 1) != 0 && !r->is_random)
        return complain(in, "seed goes with probability");
    if (r->operation != NULL)
        return check_operation(in, r, r->operation, false);
    for (size_t i = 0; i < ir_operations_count(); i++) {
        if (check_operation(in, r, ir_operations_at(i), true))
            return true;
    }
    return complain(in, "no operation can show this");
}

static bool
parse_rule(struct reader *in, struct ir_fault_rule *r, const char *text)
{
    size_t n;
    const char *word = ir_faultkinds_word(text, &n);

    in->seen = 0;
    r->times = 1;
    if (!is_word(word, n, "*")) {
        char name[64];

        snprintf(name, sizeof name, "%.*s", (int)n, word);
        r->operation = ir_operations_find(name, false);
        if (r->operation == NULL)
            return complain(in, "there is no operation '%s'", name);
    }
    for (;;) {
        word = ir_faultkinds_word(word + n, &n);
        if (word == NULL)
            break;
        if (r->kind == NULL)
            r->kind = ir_faultkinds_find(word, n);
        else if (!take_parameter(in, r, word, n))
            return false;
        if (r->kind == NULL && !take_condition(in, r, word, n))
            return false;
    }
    if (r->kind == NULL)
        return complain(in, "the fault is missing");
    if (r->is_random && (in->seen >> TIMES & 1) == 0)
        r->times = 0;
    if (!set_defaults(r))
        return complain(in, "out of memory");
    return check(in, r);
}

/* Cut a comment and blanks off the end, and make other blanks spaces. */
static char *
trim(char *line)
{
    bool quoted = false;
    size_t n = 0;

    for (; line[n] != '\0' && (quoted || line[n] != '#'); n++) {
        if (line[n] == '"' && (n == 0 || line[n - 1] != '\\'))
            quoted = !quoted;
        if (line[n] == '\t' || line[n] == '\r' || line[n] == '\n')
            line[n] = ' ';
    }
    while (n > 0 && line[n - 1] == ' ')
        n--;
    line[n] = '\0';
    return line + strspn(line, " ");
}

static bool
add_rule(struct reader *in, struct ir_fault_rules *out, const char *text)
{
    struct ir_fault_rule *grown;

    if (out->n == MAX_RULES)
        return complain(in, "more than %d rules", MAX_RULES);
    grown = realloc(out->items, (out->n + 1) * sizeof *grown);
    if (grown == NULL)
        return complain(in, "out of memory");
    out->items = grown;
    grown += out->n++;
    *grown = (struct ir_fault_rule){ .line = in->line, .text = strdup(text) };
    if (grown->text == NULL)
        return complain(in, "out of memory");
    return parse_rule(in, grown, grown->text);
}

bool
ir_faultrules_read(struct ir_fault_rules *out, const char *file)
{
    struct reader in = { .file = file };
    FILE *f = fopen(file, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    bool ok = f != NULL;

    *out = (struct ir_fault_rules){ 0 };
    errno = ok ? 0 : errno;
    while (ok) {
        bool is_text;
        char *text;

        n = getline(&line, &room, f);
        if (n < 0)
            break;
        is_text = strlen(line) == (size_t)n;
        text = trim(line);
        in.line++;
        if (!is_text)
            ok = complain(&in, "a zero byte");
        else if (text[0] != '\0')
            ok = add_rule(&in, out, text);
    }
    if (f == NULL || ferror(f)) {
        fprintf(stderr, "ir-emulator: --faults '%s': %s\n", file,
            strerror(errno));
        ok = false;
    }
    free(line);
    if (f != NULL)
        fclose(f);
    return ok;
}

void
ir_faultrules_clear(struct ir_fault_rules *rules)
{
    for (size_t i = 0; i < rules->n; i++) {
        for (int key = 0; key < IR_KEYS; key++)
            free(rules->items[i].with[key].text);
        free(rules->items[i].text);
    }
    free(rules->items);
    *rules = (struct ir_fault_rules){ 0 };
}

bool
ir_faultrules_is(const struct ir_fault_rule *r, enum ir_fault_key key,
    const char *word)
{
    return r->with[key].text != NULL && strcmp(r->with[key].text, word) == 0;
}
