/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The log of --verbose.  Whatever a client sent is escaped as JSON; tickets,
 * passwords and queries are not among it. */
#include "log.h"

#include <cjson/cJSON.h>

#include <stdio.h>

static void
add_text(cJSON *to, const char *key, const char *text)
{
    if (text != NULL)
        cJSON_AddStringToObject(to, key, text);
}

void
ir_log_request(const struct ir_log_request *r)
{
    cJSON *line = cJSON_CreateObject();
    char *text;

    add_text(line, "peer", r->peer);
    add_text(line, "method", r->method);
    add_text(line, "path", r->path);
    add_text(line, "operation", r->operation);
    cJSON_AddNumberToObject(line, "status", r->status);
    if (r->refusal != 0)
        cJSON_AddNumberToObject(line, "refusal", r->refusal);
    cJSON_AddNumberToObject(line, "received", (double)r->received);
    cJSON_AddNumberToObject(line, "sent", (double)r->sent);
    cJSON_AddNumberToObject(line, "ms", (double)r->ms);
    text = cJSON_PrintUnformatted(line);
    if (text != NULL)
        fprintf(stderr, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(line);
}
