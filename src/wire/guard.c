/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Text between tags is skipped with memchr, so that a chunk's base64 costs next
 * to nothing; the bytes of tags are walked one by one, because a '>' inside a
 * quoted attribute value ends no tag. */
#include "wire/guard.h"

#include <string.h>

enum state {
    STATE_PROLOG,  /* before the first '<' */
    STATE_TEXT,    /* between tags */
    STATE_OPEN,    /* just after '<' */
    STATE_TAG,     /* inside <...> */
    STATE_BANG,    /* inside "<!--" or "<![CDATA[" */
    STATE_COMMENT, /* inside <!-- ... --> */
    STATE_SECTION  /* inside <![CDATA[ ... ]]> */
};

enum reference {
    REFERENCE_NONE,
    REFERENCE_AMPERSAND,
    REFERENCE_HASH,
    REFERENCE_ZEROS, /* decimal */
    REFERENCE_HEX    /* and zeros */
};

void
ir_guard_init(struct ir_guard *g, uint64_t max_tags)
{
    memset(g, 0, sizeof *g);
    g->max_tags = max_tags;
    g->state = STATE_PROLOG;
}

/* The next byte of a comment, which "--" ends and nothing else may follow, or
 * of a section, which "]]>" ends. */
static const char *
skip(struct ir_guard *g, char c)
{
    const char *end = g->state == STATE_COMMENT ? "-->" : "]]>";
    int is_over = memcmp(g->tail, end, 2) == 0;

    if (is_over && c == '>')
        g->state = STATE_TEXT;
    else if (is_over && g->state == STATE_COMMENT)
        return "a comment holds --";
    g->tail[0] = g->tail[1];
    g->tail[1] = c;
    return NULL;
}

static const char *
prolog(struct ir_guard *g, const char **p)
{
    unsigned char c = (unsigned char)**p;

    if (c == '<') {
        g->state = STATE_TEXT;
        return NULL;
    }
    (*p)++;
    if (c == 0xFE || c == 0xFF || c == 0)
        return "not UTF-8";
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xEF
        || c == 0xBB || c == 0xBF)
        return NULL;
    return "not XML";
}

/* After "<!": a comment or a section begins, or it is refused.  tag_bytes
 * counts what has been read behind the '<'. */
static const char *
after_bang(struct ir_guard *g, char c)
{
    static const char comment[] = "--";
    static const char section[] = "[CDATA[";
    size_t n = g->tag_bytes++ - 2;

    if (n == 0)
        g->quote = c;
    if (g->quote == comment[0] && c == comment[n]) {
        if (comment[n + 1] == '\0')
            g->state = STATE_COMMENT;
    } else if (g->quote == section[0] && c == section[n]) {
        if (section[n + 1] == '\0')
            g->state = STATE_SECTION;
    } else {
        return n == 0 ? "a document type declaration is not accepted"
                      : "only comments and CDATA may begin with <!";
    }
    if (g->state != STATE_BANG) {
        g->quote = '\0';
        memset(g->tail, 0, sizeof g->tail);
    }
    return NULL;
}

/* The next byte of what may be a reference to a character by its number: 1 if
 * the number is 0 or none.  It would end the text that it stands in. */
static int
ends_text(struct ir_guard *g, char c)
{
    enum reference r = (enum reference)g->reference;
    const char *digits = r == REFERENCE_HEX ? "123456789abcdefABCDEF"
                                            : "123456789";

    g->reference = c == '&' ? REFERENCE_AMPERSAND : REFERENCE_NONE;
    if (r == REFERENCE_NONE)
        return 0;
    if (r == REFERENCE_AMPERSAND) {
        if (c == '#')
            g->reference = REFERENCE_HASH;
        return 0;
    }
    if (r == REFERENCE_HASH && (c == 'x' || c == 'X'))
        g->reference = REFERENCE_HEX;
    else if (c == '0')
        g->reference = r == REFERENCE_HEX ? REFERENCE_HEX
                                           : REFERENCE_ZEROS;
    else
        return strchr(digits, c) == NULL;
    return 0;
}

static const char *
inside_tag(struct ir_guard *g, char c)
{
    if (++g->tag_bytes > IR_GUARD_TAG_BYTES)
        return "a tag is longer than 8192 bytes";
    if (c == '\0')
        return "not XML";
    if (ends_text(g, c))
        return "a reference to no character";
    if (g->quote != '\0') {
        if (c == g->quote)
            g->quote = '\0';
    } else if (c == '"' || c == '\'') {
        g->quote = c;
    } else if (c == '>') {
        g->state = STATE_TEXT;
    }
    return NULL;
}

const char *
ir_guard_check(struct ir_guard *g, const char *data, size_t n)
{
    const char *p = data;
    const char *limit = data + n;
    const char *problem = NULL;

    while (p < limit && problem == NULL) {
        switch ((enum state)g->state) {
        case STATE_PROLOG:
            problem = prolog(g, &p);
            break;
        case STATE_TEXT:
            p = memchr(p, '<', (size_t)(limit - p));
            if (p == NULL)
                return NULL;
            p++;
            g->state = STATE_OPEN;
            g->tag_bytes = 1;
            if (++g->n_tags > g->max_tags)
                problem = "more elements than this answer can have";
            break;
        case STATE_OPEN:
            g->state = *p == '!' ? STATE_BANG : STATE_TAG;
            if (*p == '!') {
                g->tag_bytes++;
                p++;
            }
            break;
        case STATE_TAG:
            problem = inside_tag(g, *p++);
            break;
        case STATE_BANG:
            problem = after_bang(g, *p++);
            break;
        case STATE_COMMENT:
        case STATE_SECTION:
            problem = skip(g, *p++);
            break;
        }
    }
    return problem;
}
