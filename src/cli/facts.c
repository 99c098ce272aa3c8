/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "facts.h"

void
ir_facts_document(struct ir_record *r, const struct ir_document *document)
{
    ir_record_bytes(r, "size_bytes", document->size_bytes);
    if (document->has_crc32)
        ir_record_crc(r, "crc32", document->crc32);
    ir_record_flag(r, "rendered", document->rendered);
    if (document->version >= 0)
        ir_record_number(r, "version", document->version);
    ir_record_text(r, "name", document->name);
    ir_record_text(r, "content_type", document->content_type);
    ir_record_text(r, "modified", document->modified);
}

void
ir_facts_handler(struct ir_record *r, const struct ir_handler *handler)
{
    ir_record_text(r, "handler", handler->id);
    ir_record_bytes(r, "chunk_bytes", handler->chunk_bytes);
    ir_facts_document(r, &handler->document);
}

void
ir_facts_chunk(struct ir_record *r, const struct ir_chunk *chunk)
{
    ir_record_bytes(r, "offset", chunk->offset);
    ir_record_bytes(r, "length", chunk->length);
    ir_record_bytes(r, "file_length", chunk->file_length);
    ir_record_crc(r, "crc32", chunk->crc32);
    ir_record_flag(r, "last", chunk->last);
}

void
ir_facts_user(struct ir_record *r, const struct ir_user *user)
{
    ir_record_text(r, "user_id", user->user_id);
    ir_record_text(r, "user_name", user->user_name);
    ir_record_text(r, "full_name", user->full_name);
    ir_record_text(r, "email", user->email);
    ir_record_text(r, "expires", user->expires);
}

void
ir_facts_server(struct ir_record *r, const struct ir_server_info *info)
{
    ir_record_text(r, "server_version", info->version);
    ir_record_text(r, "server_name", info->name);
    ir_record_text(r, "company", info->company);
    ir_record_text(r, "local_time", info->local_time);
    ir_record_text(r, "utc_time", info->utc_time);
}
