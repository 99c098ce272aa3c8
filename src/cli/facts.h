/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What the server tells, put into records under the same names everywhere. */
#ifndef IR_CLI_FACTS_H
#define IR_CLI_FACTS_H

#include <inforouter.h>

#include "record.h"

void ir_facts_document(struct ir_record *r, const struct ir_document *document);
void ir_facts_handler(struct ir_record *r, const struct ir_handler *handler);
void ir_facts_chunk(struct ir_record *r, const struct ir_chunk *chunk);
void ir_facts_user(struct ir_record *r, const struct ir_user *user);
void ir_facts_uploaded(struct ir_record *r, const struct ir_uploaded *uploaded);
void ir_facts_entry(struct ir_record *r, const struct ir_entry *entry);
/* Lists: "entries", "versions". */
void ir_facts_listing(struct ir_record *r, const struct ir_listing *listing);
void ir_facts_versions(struct ir_record *r, const struct ir_versions *versions);
void ir_facts_server(struct ir_record *r, const struct ir_server_info *info);

/* The word for it. */
const char *ir_facts_level(enum ir_level level);

#endif
