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

const char *
ir_facts_level(enum ir_level level)
{
    switch (level) {
    case IR_LEVEL_VERIFIED:
        return "verified";
    case IR_LEVEL_CHUNK_VERIFIED:
        return "chunk-verified";
    case IR_LEVEL_NONE:
        break;
    }
    return "unverified";
}

void
ir_facts_uploaded(struct ir_record *r, const struct ir_uploaded *uploaded)
{
    ir_record_text(r, "document_id", uploaded->document_id);
    ir_record_text(r, "version_id", uploaded->version_id);
    ir_record_bytes(r, "size_bytes", uploaded->size_bytes);
    ir_record_crc(r, "crc32", uploaded->crc32);
    ir_record_text(r, "level", ir_facts_level(uploaded->level));
}

void
ir_facts_entry(struct ir_record *r, const struct ir_entry *entry)
{
    ir_record_text(r, "kind",
        entry->kind == IR_ENTRY_FOLDER ? "folder" : "document");
    ir_record_text(r, "name", entry->name);
    ir_record_text(r, "id", entry->id);
    if (entry->has_size)
        ir_record_bytes(r, "size_bytes", entry->size_bytes);
    if (entry->has_crc32)
        ir_record_crc(r, "crc32", entry->crc32);
    if (entry->version >= 0)
        ir_record_number(r, "version", entry->version);
    if (entry->published_version >= 0)
        ir_record_number(r, "published_version", entry->published_version);
}

void
ir_facts_listing(struct ir_record *r, const struct ir_listing *listing)
{
    ir_record_list(r, "entries");
    for (size_t i = 0; i < listing->n; i++) {
        struct ir_record item;

        ir_record_init(&item, NULL);
        ir_facts_entry(&item, &listing->entries[i]);
        ir_record_text(&item, "folder", listing->entries[i].path);
        ir_record_append(r, "entries", &item);
    }
}

static void
add_version(struct ir_record *r, const struct ir_version *version)
{
    ir_record_number(r, "number", version->number);
    ir_record_bytes(r, "size_bytes", version->size_bytes);
    if (version->has_crc32)
        ir_record_crc(r, "crc32", version->crc32);
    ir_record_text(r, "created", version->created);
    ir_record_text(r, "published", version->published);
    ir_record_text(r, "author", version->author);
    ir_record_text(r, "comment", version->comment);
}

void
ir_facts_versions(struct ir_record *r, const struct ir_versions *versions)
{
    ir_record_list(r, "versions");
    for (size_t i = 0; i < versions->n; i++) {
        struct ir_record item;

        ir_record_init(&item, NULL);
        add_version(&item, &versions->versions[i]);
        ir_record_append(r, "versions", &item);
    }
}
