/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Named values, and lists of such, printed as a JSON object on one line or as
 * lines of text. */
#ifndef IR_CLI_RECORD_H
#define IR_CLI_RECORD_H

#include <stdint.h>
#include <stdio.h>

/* 'json' is NULL once memory ran out. */
struct ir_record {
    struct cJSON *json;
};

/* {"v":1,"event":EVENT; nothing for an item of a list, where 'event' is NULL.
 * End with ir_record_clear(). */
void ir_record_init(struct ir_record *r, const char *event);
void ir_record_clear(struct ir_record *r);

/* A text that is NULL is left out. */
void ir_record_text(struct ir_record *r, const char *key, const char *text);
void ir_record_number(struct ir_record *r, const char *key, int64_t number);
void ir_record_bytes(struct ir_record *r, const char *key, uint64_t bytes);
void ir_record_seconds(struct ir_record *r, const char *key, double seconds);
void ir_record_flag(struct ir_record *r, const char *key, int flag);
/* Eight digits, as text. */
void ir_record_crc(struct ir_record *r, const char *key, uint32_t crc32);
/* An empty list, and an item at its end, which is taken over. */
void ir_record_list(struct ir_record *r, const char *key);
void ir_record_append(struct ir_record *r, const char *key,
    struct ir_record *item);

/* 0; -1 if memory ran out.  Errors of 'to' stay in it. */
int ir_record_print_json(const struct ir_record *r, FILE *to);
/* "key: value" lines, without version and event.  An item of a list is one
 * line: "key: name=value  name=value". */
int ir_record_print_lines(const struct ir_record *r, FILE *to);

#endif
