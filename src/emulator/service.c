/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What several families of operations have in common. */
#include "service.h"

#include "codec/crc32.h"

#include <string.h>

enum {
    FIRST_USER_ID = 317
};

LONG64 *
ir_service_number(struct ir_call *call, int64_t value)
{
    LONG64 *number = soap_malloc(call->soap, sizeof *number);

    if (number != NULL)
        *number = value;
    return number;
}

char *
ir_service_crc32(struct ir_call *call, uint32_t crc)
{
    char text[9];

    ir_crc32_format(crc, text);
    return ir_call_text(call, "%s", text);
}

char *
ir_service_date(struct ir_call *call, enum ir_date_style style, int64_t wall_ms)
{
    char text[IR_DATE_LENGTH];

    ir_clock_format(call->emulator->settings->generation, style, wall_ms, text);
    return ir_call_text(call, "%s", text);
}

char *
ir_service_user_id(struct ir_call *call, const char *user)
{
    const struct ir_settings *s = call->emulator->settings;

    return ir_call_text(call, "%td",
        FIRST_USER_ID + (ir_settings_user(s, user) - s->users));
}

enum ir_refusal
ir_service_document(struct ir_call *call, const char *ticket, const char *path,
    struct ir_session *session, struct ir_document *out)
{
    enum ir_refusal r = ir_call_session(call, ticket, IR_NO_DOCUMENT, session);

    if (r != IR_GRANTED)
        return r;
    if (path == NULL || !ir_documents_find(call->emulator, path, out))
        return IR_NO_DOCUMENT;
    return IR_GRANTED;
}

enum ir_refusal
ir_service_may_write(struct ir_call *call, const struct ir_session *session)
{
    const struct ir_user *user =
        ir_settings_user(call->emulator->settings, session->user);

    return user->right == IR_RIGHT_READ ? IR_DENIED : IR_GRANTED;
}

bool
ir_service_is_handler(const struct ir_call *call, const char *text)
{
    if (text == NULL)
        return false;
    return call->emulator->settings->generation == IR_MODERN
        ? ir_token_is_guid(text)
        : ir_token_is_name(text);
}

uint32_t
ir_service_grant(const struct ir_call *call, int64_t wish)
{
    uint32_t lowest = call->emulator->settings->min_chunk_bytes;

    if (call->fault.grant_bytes != 0)
        return call->fault.grant_bytes;
    if (wish < lowest)
        return lowest;
    return wish > IR_LARGEST_CHUNK ? IR_LARGEST_CHUNK : (uint32_t)wish;
}

/* The arrays double, so a log of n entries costs less than 4n of memory. */
static bool
grow(struct ir_service_log *log)
{
    struct soap *soap = log->call->soap;
    size_t room = log->room * 2 + 8;
    struct tns__Log *l = log->list;
    struct tns__LogEntry *items = soap_malloc(soap, room * sizeof *items);
    char **errors = soap_malloc(soap, room * sizeof *errors);

    if (l == NULL)
        l = soap_malloc(soap, sizeof *l);
    if (items == NULL || errors == NULL || l == NULL)
        return false;
    if (log->list == NULL) {
        soap_default_tns__Log(soap, l);
    } else {
        memcpy(items, l->item, log->room * sizeof *items);
        memcpy(errors, l->error, log->room * sizeof *errors);
    }
    l->item = items;
    l->error = errors;
    log->list = l;
    log->room = room;
    return true;
}

void
ir_service_log_add(struct ir_service_log *log, const char *item,
    enum ir_refusal why)
{
    struct tns__Log *l = log->list;

    if (l == NULL || (size_t)l->__sizeitem == log->room) {
        if (!grow(log))
            return;
        l = log->list;
    }
    soap_default_tns__LogEntry(log->call->soap, &l->item[l->__sizeitem]);
    l->item[l->__sizeitem++].__item = ir_call_text(log->call, "%s", item);
    l->error[l->__sizeerror++] =
        ir_call_text(log->call, "%s", ir_refusal_text(why)->text);
}
