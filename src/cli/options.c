/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The table, and the values of its kinds.  No option takes a secret: what
 * stands on a command line can be read by every user of the machine. */
#include "options.h"

#include <stdlib.h>
#include <string.h>

/* The library counts milliseconds in an int. */
#define MAX_MS INT32_MAX
#define MAX_RATE (INT64_C(1) << 40)

const struct ir_option ir_options_table[IR_N_OPTIONS] = {
    [IR_OPTION_URL] = { "url", 0, IR_KIND_TEXT, IR_VERBS_SERVER,
        IR_ORIGIN_PROFILE, 0, 0, "URL",
        "the service, such as https://dms.example/srv.asmx" },
    [IR_OPTION_USER] = { "user", 0, IR_KIND_TEXT, IR_VERBS_SESSION,
        IR_ORIGIN_PROFILE, 0, 0, "NAME", "log in as this user" },
    [IR_OPTION_PASSWORD_FILE] = { "password-file", 0, IR_KIND_FILE,
        IR_VERBS_SESSION, IR_ORIGIN_PROFILE, 0, 0, "FILE",
        "the password is the line in FILE, which only you can read" },
    [IR_OPTION_PASSWORD_STDIN] = { "password-stdin", 0, IR_KIND_FLAG,
        IR_VERBS_SESSION, IR_ORIGIN_FLAG, 0, 0, NULL,
        "read the password from standard input" },
    [IR_OPTION_TICKET_FILE] = { "ticket-file", 0, IR_KIND_FILE, IR_VERBS_SERVER,
        IR_ORIGIN_PROFILE, 0, 0, "FILE",
        "a session that 'ir login' opened, in place of a login" },
    [IR_OPTION_PROFILE] = { "profile", 0, IR_KIND_TEXT, IR_VERBS_TALKING,
        IR_ORIGIN_ENVIRONMENT, 0, 0, "NAME",
        "section of the configuration file (default)" },
    [IR_OPTION_OUTPUT] = { "output", 'o', IR_KIND_FILE,
        IR_VERB_GET | IR_VERB_ZIP | IR_VERB_VERIFY | IR_VERB_CALL,
        IR_ORIGIN_FLAG, 0, 0, "FILE|DIR|-",
        "where to write, or for verify to read; - is standard output" },
    [IR_OPTION_NO_OVERWRITE] = { "no-overwrite", 0, IR_KIND_FLAG,
        IR_VERB_GET | IR_VERB_ZIP, IR_ORIGIN_PROFILE, 0, 0, NULL,
        "fail if the local file exists" },
    [IR_OPTION_NO_RESUME] = { "no-resume", 0, IR_KIND_FLAG, IR_VERB_GET,
        IR_ORIGIN_PROFILE, 0, 0, NULL,
        "start at the first byte, and keep nothing if interrupted" },
    [IR_OPTION_ON_CHANGE] = { "on-change", 0, IR_KIND_WORD, IR_VERB_GET,
        IR_ORIGIN_PROFILE, 0, 0, "restart|fail",
        "when the document is not the one that was begun (restart)" },
    [IR_OPTION_PARTIAL] = { "partial", 0, IR_KIND_FLAG, IR_VERB_ZIP,
        IR_ORIGIN_PROFILE, 0, 0, NULL,
        "leave out what cannot be packed, and exit with 13" },
    [IR_OPTION_QUEUE] = { "queue", 0, IR_KIND_FLAG, IR_VERB_ZIP, IR_ORIGIN_FLAG,
        0, 0, NULL, "pack also what is in the user's download queue" },
    [IR_OPTION_RECURSIVE] = { "recursive", 'r', IR_KIND_FLAG,
        IR_VERB_LS | IR_VERB_GET | IR_VERB_PUT, IR_ORIGIN_FLAG, 0, 0, NULL,
        "folders too, with all that is in them" },
    [IR_OPTION_DOC_VERSION] = { "doc-version", 0, IR_KIND_COUNT,
        IR_VERB_GET | IR_VERB_INFO | IR_VERB_VERIFY, IR_ORIGIN_FLAG, 0,
        INT32_MAX, "N",
        "the server's version number, such as 1000001; 0 is the default "
        "version" },
    [IR_OPTION_COMMENT] = { "comment", 0, IR_KIND_TEXT, IR_VERB_PUT,
        IR_ORIGIN_PROFILE, 0, 0, "TEXT", "what the version's history says" },
    [IR_OPTION_NEW_ONLY] = { "new-only", 0, IR_KIND_FLAG, IR_VERB_PUT,
        IR_ORIGIN_PROFILE, 0, 0, NULL, "fail if the document exists" },
    [IR_OPTION_CREATE_FOLDERS] = { "create-folders", 0, IR_KIND_FLAG,
        IR_VERB_PUT, IR_ORIGIN_PROFILE, 0, 0, NULL,
        "make the folder if it is missing" },
    [IR_OPTION_LOCK] = { "lock", 0, IR_KIND_FLAG, IR_VERB_PUT,
        IR_ORIGIN_PROFILE, 0, 0, NULL,
        "check an existing document out before, and in afterwards" },
    [IR_OPTION_NO_PREFLIGHT] = { "no-preflight", 0, IR_KIND_FLAG, IR_VERB_PUT,
        IR_ORIGIN_PROFILE, 0, 0, NULL,
        "send without asking first whether the commit can succeed" },
    [IR_OPTION_ON_AMBIGUOUS] = { "on-ambiguous", 0, IR_KIND_WORD, IR_VERB_PUT,
        IR_ORIGIN_PROFILE, 0, 0, "restart|fail",
        "when a reply is lost and the server may or may not have done it "
        "(restart)" },
    [IR_OPTION_PARALLEL] = { "parallel", 0, IR_KIND_COUNT_OR_AUTO,
        IR_VERB_GET | IR_VERB_PUT, IR_ORIGIN_PROFILE, 1, 16, "N|auto",
        "documents at a time, or connections for a large one; auto is 4, "
        "fewer for one document of a server of this machine (auto)" },
    [IR_OPTION_CHUNK_SIZE] = { "chunk-size", 0, IR_KIND_SIZE, IR_VERBS_TRANSFER,
        IR_ORIGIN_PROFILE, 1, INT32_MAX, "SIZE",
        "bytes to move at once, such as 262144, 512K or 32M (4M, put: 1M)" },
    [IR_OPTION_LIMIT_RATE] = { "limit-rate", 0, IR_KIND_SIZE,
        IR_VERBS_TRANSFER | IR_VERB_CALL, IR_ORIGIN_PROFILE, 0, MAX_RATE,
        "SIZE",
        "bytes a second to and from the server, such as 512K; 0 is no limit "
        "(0)" },
    [IR_OPTION_COMPRESSED] = { "compressed", 0, IR_KIND_FLAG,
        IR_VERBS_TRANSFER | IR_VERB_LS | IR_VERB_INFO | IR_VERB_VERIFY
            | IR_VERB_CALL,
        IR_ORIGIN_PROFILE, 0, 0, NULL,
        "ask for replies as gzip, and send chunks as such" },
    [IR_OPTION_RETRIES] = { "retries", 0, IR_KIND_COUNT, IR_VERBS_TRANSFER,
        IR_ORIGIN_PROFILE, 0, 1000, "N", "tries again for each chunk (5)" },
    [IR_OPTION_RETRY_DELAY] = { "retry-delay", 0, IR_KIND_MILLISECONDS,
        IR_VERBS_TRANSFER, IR_ORIGIN_PROFILE, 1, 30000, "TIME",
        "wait before the first of them, then twice as long each time; "
        "milliseconds, or with a unit: 500ms, 2s (500ms)" },
    [IR_OPTION_SHOW] = { "show", 0, IR_KIND_FLAG, IR_VERB_TICKET | IR_VERB_CALL,
        IR_ORIGIN_FLAG, 0, 0, NULL, "print the ticket, which is a secret" },
    [IR_OPTION_SPELLING] = { "spelling", 0, IR_KIND_WORD, IR_VERBS_SERVER,
        IR_ORIGIN_PROFILE, 0, 0, "auto|documented|classic",
        "names of SOAP parameters (auto)" },
    [IR_OPTION_SOAP] = { "soap", 0, IR_KIND_WORD, IR_VERBS_SERVER,
        IR_ORIGIN_PROFILE, 0, 0, "1.1|1.2", "version of SOAP (1.1)" },
    [IR_OPTION_LANGUAGE] = { "language", 0, IR_KIND_TEXT, IR_VERBS_SESSION,
        IR_ORIGIN_PROFILE, 0, 0, "LANG",
        "of the server's messages, such as en" },
    [IR_OPTION_CACERT] = { "cacert", 0, IR_KIND_FILE, IR_VERBS_SERVER,
        IR_ORIGIN_PROFILE, 0, 0, "FILE",
        "authorities to trust (PEM), in place of the system's" },
    [IR_OPTION_CAPATH] = { "capath", 0, IR_KIND_DIRECTORY, IR_VERBS_SERVER,
        IR_ORIGIN_PROFILE, 0, 0, "DIR", "the same as a hashed directory" },
    [IR_OPTION_CERT] = { "cert", 0, IR_KIND_FILE, IR_VERBS_SERVER,
        IR_ORIGIN_PROFILE, 0, 0, "FILE", "client certificate (PEM)" },
    [IR_OPTION_KEY] = { "key", 0, IR_KIND_FILE, IR_VERBS_SERVER,
        IR_ORIGIN_PROFILE, 0, 0, "FILE",
        "its key (PEM), unless --cert holds it too" },
    [IR_OPTION_PROXY] = { "proxy", 0, IR_KIND_TEXT, IR_VERBS_SERVER,
        IR_ORIGIN_PROFILE, 0, 0, "URL",
        "http://host:port; empty: none (HTTPS_PROXY, HTTP_PROXY, NO_PROXY)" },
    [IR_OPTION_ALLOW_HTTP] = { "allow-http", 0, IR_KIND_FLAG, IR_VERBS_SERVER,
        IR_ORIGIN_PROFILE, 0, 0, NULL,
        "plain http to other hosts than this one" },
    [IR_OPTION_CONNECT_TIMEOUT] = { "connect-timeout", 0, IR_KIND_SECONDS,
        IR_VERBS_SERVER, IR_ORIGIN_PROFILE, 1, MAX_MS, "TIME",
        "for name lookup, connection and TLS; seconds, or with a unit: 500ms, "
        "10s, 2m (10s)" },
    [IR_OPTION_IDLE_TIMEOUT] = { "idle-timeout", 0, IR_KIND_SECONDS,
        IR_VERBS_SERVER, IR_ORIGIN_PROFILE, 1, MAX_MS, "TIME",
        "with less than 1K moving (60s)" },
    [IR_OPTION_MAX_TIME] = { "max-time", 0, IR_KIND_SECONDS, IR_VERBS_SERVER,
        IR_ORIGIN_PROFILE, 0, MAX_MS, "TIME",
        "for one document, or one other call; 0 is no limit (0)" },
    [IR_OPTION_STATE_DIR] = { "state-dir", 0, IR_KIND_DIRECTORY,
        IR_VERBS_TRANSFER | IR_VERB_JOBS | IR_VERB_GC, IR_ORIGIN_PROFILE, 0, 0,
        "DIR", "where open handlers are noted (~/.local/state/inforouter)" },
    [IR_OPTION_PROGRESS] = { "progress", 0, IR_KIND_WORD, IR_VERBS_TRANSFER,
        IR_ORIGIN_PROFILE, 0, 0, "auto|always|never",
        "auto shows a bar on a terminal; always prints lines elsewhere "
        "(auto)" },
    [IR_OPTION_JSON] = { "json", 0, IR_KIND_FLAG, IR_VERBS_TALKING,
        IR_ORIGIN_PROFILE, 0, 0, NULL, "print one JSON object a line" },
    [IR_OPTION_QUIET] = { "quiet", 'q', IR_KIND_FLAG, IR_VERBS_TALKING,
        IR_ORIGIN_PROFILE, 0, 0, NULL, "print data and errors only" },
    [IR_OPTION_VERBOSE] = { "verbose", 'v', IR_KIND_FLAG, IR_VERBS_TALKING,
        IR_ORIGIN_PROFILE, 0, 0, NULL, "say what is being done" },
    [IR_OPTION_HELP] = { "help", 'h', IR_KIND_FLAG, IR_VERBS_ALL,
        IR_ORIGIN_FLAG, 0, 0, NULL, "print help" },
    [IR_OPTION_VERSION] = { "version", 'V', IR_KIND_FLAG, IR_VERBS_ALL,
        IR_ORIGIN_FLAG, 0, 0, NULL, "print the version" },
};

/* ---- Values ------------------------------------------------------------ */

size_t
ir_options_word(const struct ir_option *o, size_t i, const char **word)
{
    const char *s = o->value;

    while (i-- > 0) {
        s += strcspn(s, "|");
        if (*s == '|')
            s++;
    }
    *word = s;
    return strcspn(s, "|");
}

/* The digits at the beginning of 'text', and what follows them. */
static int
leading_number(const char *text, int64_t *number, const char **rest)
{
    int64_t n = 0;

    if (*text < '0' || *text > '9')
        return 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (n > (INT64_MAX - 9) / 10)
            return 0;
        n = n * 10 + (*text - '0');
    }
    *number = n;
    *rest = text;
    return 1;
}

static int
in_range(int64_t n, int64_t factor, int64_t min, int64_t max, int64_t *number)
{
    if (n > max / factor || n * factor < min)
        return 0;
    *number = n * factor;
    return 1;
}

int
ir_options_number(const char *text, int64_t min, int64_t max, int64_t *number)
{
    const char *rest;
    int64_t n;

    return leading_number(text, &n, &rest) && *rest == '\0'
        && in_range(n, 1, min, max, number);
}

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit sizes[] = { { "", 1 }, { "K", 1 << 10 },
    { "M", 1 << 20 }, { "G", 1 << 30 }, { NULL, 0 } };
static const struct unit seconds[] = { { "", 1000 }, { "ms", 1 }, { "s", 1000 },
    { "m", 60000 }, { NULL, 0 } };
static const struct unit milliseconds[] = { { "", 1 }, { "ms", 1 },
    { "s", 1000 }, { NULL, 0 } };

static int
with_unit(const char *text, const struct unit *units, const struct ir_option *o,
    int64_t *number)
{
    const char *rest;
    int64_t n;

    if (!leading_number(text, &n, &rest))
        return 0;
    while (units->name != NULL && strcmp(units->name, rest) != 0)
        units++;
    return units->name != NULL
        && in_range(n, units->factor, o->min, o->max, number);
}

static int
yes_or_no(const char *text, int64_t *number)
{
    static const char *const words[] = { "no", "yes", "false", "true", "0",
        "1" };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            *number = i % 2;
            return 1;
        }
    }
    return 0;
}

static int
one_of_the_words(const char *text, const struct ir_option *o, int64_t *number)
{
    const char *word;
    size_t n;

    for (size_t i = 0; (n = ir_options_word(o, i, &word)) > 0; i++) {
        if (strlen(text) == n && memcmp(text, word, n) == 0) {
            *number = (int64_t)i;
            return 1;
        }
    }
    return 0;
}

/* Is 'text' a value of the option?  With the number that stands for it. */
static int
is_value(const struct ir_option *o, const char *text, int64_t *number)
{
    switch (o->kind) {
    case IR_KIND_FLAG:
        return yes_or_no(text, number);
    case IR_KIND_WORD:
        return one_of_the_words(text, o, number);
    case IR_KIND_COUNT:
        return ir_options_number(text, o->min, o->max, number);
    case IR_KIND_COUNT_OR_AUTO:
        *number = -1;
        return strcmp(text, "auto") == 0
            || ir_options_number(text, o->min, o->max, number);
    case IR_KIND_SIZE:
        return with_unit(text, sizes, o, number);
    case IR_KIND_SECONDS:
        return with_unit(text, seconds, o, number);
    case IR_KIND_MILLISECONDS:
        return with_unit(text, milliseconds, o, number);
    case IR_KIND_TEXT:
    case IR_KIND_FILE:
    case IR_KIND_DIRECTORY:
        break;
    }
    return *text != '\0' || o == &ir_options_table[IR_OPTION_PROXY];
}

/* What is told of a number that is none, or out of range. */
static const struct {
    const char *what;
    const char *unit;
    const char *such;
} ranges[] = {
    [IR_KIND_COUNT] = { "no number", "", "" },
    [IR_KIND_COUNT_OR_AUTO] = { "neither auto nor a number", "", "" },
    [IR_KIND_SIZE] = { "no size", "",
        " bytes, such as 262144, 512K, 32M or 1G" },
    [IR_KIND_SECONDS] = { "no time", "ms", ", such as 10, 10s, 500ms or 2m" },
    [IR_KIND_MILLISECONDS] = { "no time", "ms", ", such as 500, 500ms or 2s" },
};

/* 'text' is no value of the option: what was expected. */
static enum ir_status
refuse(const struct ir_option *o, const char *where, const char *text,
    struct ir_error *e)
{
    switch (o->kind) {
    case IR_KIND_FLAG:
        return ir_fault_set(e, IR_E_ARGUMENT, "%s: '%s' is neither yes nor no",
            where, text);
    case IR_KIND_WORD:
        return ir_fault_set(e, IR_E_ARGUMENT, "%s: '%s' is none of %s", where,
            text, o->value);
    case IR_KIND_COUNT:
    case IR_KIND_COUNT_OR_AUTO:
    case IR_KIND_SIZE:
    case IR_KIND_SECONDS:
    case IR_KIND_MILLISECONDS:
        return ir_fault_set(e, IR_E_ARGUMENT,
            "%s: '%s' is %s from %lld%s to %lld%s%s", where, text,
            ranges[o->kind].what, (long long)o->min, ranges[o->kind].unit,
            (long long)o->max, ranges[o->kind].unit, ranges[o->kind].such);
    case IR_KIND_TEXT:
    case IR_KIND_FILE:
    case IR_KIND_DIRECTORY:
        break;
    }
    return ir_fault_set(e, IR_E_ARGUMENT, "%s: the value is empty", where);
}

/* ---- Settings ---------------------------------------------------------- */

enum ir_status
ir_options_set(struct ir_settings *s, enum ir_option_id id,
    struct ir_setting_source source, const char *text, struct ir_error *e)
{
    struct ir_setting *setting = &s->of[id];
    int64_t number = 0;
    const struct ir_option *option = &ir_options_table[id];
    char *copy;

    if (setting->origin > source.origin)
        return IR_OK;
    if (!is_value(option, text, &number))
        return refuse(option, source.where, text, e);
    copy = strdup(text);
    if (copy == NULL)
        return ir_fault_set(e, IR_E_MEMORY, "out of memory");
    free(setting->text);
    *setting = (struct ir_setting){ source.origin, number, copy };
    return IR_OK;
}

const char *
ir_options_text(const struct ir_settings *s, enum ir_option_id id)
{
    return s->of[id].text;
}

int64_t
ir_options_get(const struct ir_settings *s, enum ir_option_id id,
    int64_t otherwise)
{
    return s->of[id].origin == IR_ORIGIN_DEFAULT ? otherwise : s->of[id].number;
}

void
ir_options_clear(struct ir_settings *s)
{
    for (size_t i = 0; i < IR_N_OPTIONS; i++)
        free(s->of[i].text);
    free(s->operands);
    memset(s, 0, sizeof *s);
}
