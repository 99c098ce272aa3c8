/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Integers go in as their own digits: cJSON keeps numbers as double, which has
 * not enough of them.  Texts are made printable on the way in, so that neither
 * form can drive a terminal. */
#include "record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "printable.h"

void
ir_record_init(struct ir_record *r, const char *event)
{
    r->json = cJSON_CreateObject();
    if (event == NULL)
        return;
    ir_record_number(r, "v", 1);
    ir_record_text(r, "event", event);
}

void
ir_record_clear(struct ir_record *r)
{
    cJSON_Delete(r->json);
    r->json = NULL;
}

/* Memory ran out: an incomplete object must not be printed. */
static void
check(struct ir_record *r, const void *added)
{
    if (added == NULL)
        ir_record_clear(r);
}

void
ir_record_text(struct ir_record *r, const char *key, const char *text)
{
    char *copy;

    if (r->json == NULL || text == NULL)
        return;
    copy = strdup(text);
    if (copy != NULL)
        ir_printable_clean(copy);
    check(r, copy == NULL ? NULL : cJSON_AddStringToObject(r->json, key, copy));
    free(copy);
}

static void
add_raw(struct ir_record *r, const char *key, const char *digits)
{
    if (r->json != NULL)
        check(r, cJSON_AddRawToObject(r->json, key, digits));
}

void
ir_record_number(struct ir_record *r, const char *key, int64_t number)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%" PRId64, number);
    add_raw(r, key, digits);
}

void
ir_record_bytes(struct ir_record *r, const char *key, uint64_t bytes)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%" PRIu64, bytes);
    add_raw(r, key, digits);
}

void
ir_record_seconds(struct ir_record *r, const char *key, double seconds)
{
    char digits[48];

    snprintf(digits, sizeof digits, "%.3f", seconds);
    add_raw(r, key, digits);
}

void
ir_record_flag(struct ir_record *r, const char *key, int flag)
{
    add_raw(r, key, flag ? "true" : "false");
}

void
ir_record_crc(struct ir_record *r, const char *key, uint32_t crc32)
{
    char digits[9];

    snprintf(digits, sizeof digits, "%08" PRIX32, crc32);
    ir_record_text(r, key, digits);
}

void
ir_record_list(struct ir_record *r, const char *key)
{
    if (r->json != NULL)
        check(r, cJSON_AddArrayToObject(r->json, key));
}

void
ir_record_append(struct ir_record *r, const char *key, struct ir_record *item)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(r->json, key);

    if (item->json == NULL || !cJSON_AddItemToArray(list, item->json)) {
        ir_record_clear(item);
        check(r, NULL);
    }
    item->json = NULL;
}

int
ir_record_print_json(const struct ir_record *r, FILE *to)
{
    char *line = r->json == NULL ? NULL : cJSON_PrintUnformatted(r->json);

    if (line == NULL)
        return -1;
    fprintf(to, "%s\n", line);
    cJSON_free(line);
    return 0;
}

static void
print_items(const cJSON *list, FILE *to)
{
    const cJSON *item;
    const cJSON *value;

    cJSON_ArrayForEach(item, list)
    {
        fprintf(to, "%s:", list->string);
        cJSON_ArrayForEach(value, item)
        {
            fprintf(to, "%s%s=%s", value == item->child ? " " : "  ",
                value->string, value->valuestring);
        }
        putc('\n', to);
    }
}

int
ir_record_print_lines(const struct ir_record *r, FILE *to)
{
    const cJSON *item;

    if (r->json == NULL)
        return -1;
    cJSON_ArrayForEach(item, r->json)
    {
        if (strcmp(item->string, "v") == 0
            || strcmp(item->string, "event") == 0)
            continue;
        if (cJSON_IsArray(item))
            print_items(item, to);
        else
            fprintf(to, "%s: %s\n", item->string, item->valuestring);
    }
    return 0;
}
