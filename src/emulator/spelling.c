/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The two spellings of parameter names.  The documented one begins many names
 * with a small letter that the classic servers' own description capitalises.
 * They differ in case alone. */
#include "spelling.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const capitalised[] = { "authenticationTicket", "path",
    "uploadHandler", "fileChunk", "chunkHEXCRC", "lastChunk", "versionComments",
    "versionComment", "mpVersionMajor", "mpVersionMinor", "mpVersionRevision",
    "folderPath", "documentName", "fileContent", "checkout" };

static bool
is_capitalised(const char *documented)
{
    size_t n = sizeof capitalised / sizeof capitalised[0];

    for (size_t i = 0; i < n; i++) {
        if (strcmp(documented, capitalised[i]) == 0)
            return true;
    }
    return false;
}

void
ir_spelling_classic(const struct ir_operation *o, const char *documented,
    char out[IR_PARAMETER_NAME_SIZE])
{
    snprintf(out, IR_PARAMETER_NAME_SIZE, "%s", documented);
    if ((o->traits & IR_MODERN_ONLY) != 0 || !is_capitalised(documented))
        return;
    out[0] = (char)(out[0] - 'a' + 'A');
    if (strncmp(out, "Mp", 2) == 0)
        out[1] = 'P';
}

bool
ir_spelling_prefers_classic(const struct ir_settings *s)
{
    return s->spelling == IR_SPELLING_CLASSIC
        || (s->spelling == IR_SPELLING_ANY && s->generation == IR_CLASSIC);
}

const char *
ir_spelling_match(const struct ir_operation *o, enum ir_spelling spelling,
    const char *name)
{
    char classic[IR_PARAMETER_NAME_SIZE];

    for (const struct ir_parameter *p = o->parameters; p->name != NULL; p++) {
        bool same = false;

        switch (spelling) {
        case IR_SPELLING_ANY:
            same = strcasecmp(p->name, name) == 0;
            break;
        case IR_SPELLING_DOCUMENTED:
            same = strcmp(p->name, name) == 0;
            break;
        case IR_SPELLING_CLASSIC:
            ir_spelling_classic(o, p->name, classic);
            same = strcmp(classic, name) == 0;
            break;
        }
        if (same)
            return p->name;
    }
    return NULL;
}
