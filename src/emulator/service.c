/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What several families of operations have in common. */
#include "service.h"

#include "codec/crc32.h"

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

    if (wish < lowest)
        return lowest;
    return wish > IR_LARGEST_CHUNK ? IR_LARGEST_CHUNK : (uint32_t)wish;
}
