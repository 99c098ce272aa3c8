/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_DOCUMENTS_H
#define IR_EMULATOR_DOCUMENTS_H

#include "content.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Version numbers are major * 1000000 + minor * 1000 + revision. */
#define IR_FIRST_VERSION 1000000

#define IR_NAME_SIZE 256
#define IR_COMMENT_SIZE 1024

/* One version of a document; the top one is what lies below the root. */
struct ir_document {
    int64_t id;
    char path[IR_PATH_SIZE];
    int64_t top;       /* number of the newest version */
    int64_t published; /* number of the published version, 0 if there is none */
    int64_t version;   /* number of this one */
    int64_t modified_ms;
    int64_t created_ms;
    char holder[128]; /* the user who has it checked out, "" if nobody */
    int64_t held_ms;
    struct ir_content content;
};

/* One line of a document's history. */
struct ir_version {
    int64_t number;
    int64_t created_ms;
    char author[128];
    char comment[IR_COMMENT_SIZE];
    struct ir_content content;
};

/* Find the top version of the document that a client calls 'path': a path, or
 * ~D and an id, with or without an extension. */
bool ir_documents_find(struct ir_emulator *e, const char *path,
    struct ir_document *out);

/* The same, by its path, for one who owns the tree. */
bool ir_documents_find_owned(struct ir_emulator *e, const char *path,
    struct ir_document *out);

/* Turn 'd' into its version 'number'; false if there is none. */
bool ir_documents_select(struct ir_emulator *e, struct ir_document *d,
    int64_t number);

/* Turn 'd' into the version that a reader gets by default: the published one,
 * the newest if none was ever published. */
bool ir_documents_select_default(struct ir_emulator *e, struct ir_document *d);

/* The row of the top version in the history, made if it has none; 0 if that
 * fails. */
int64_t ir_documents_top_row(struct ir_emulator *e,
    const struct ir_document *d);

/* Let the id and the history of whatever was at 'path' go into the recycle
 * bin. */
bool ir_documents_retire(struct ir_emulator *e, const char *path);

/* All versions, newest first, to be freed with free(). */
bool ir_documents_versions(struct ir_emulator *e, const struct ir_document *d,
    struct ir_version **out, size_t *n);

/* Find a folder by path or by ~F and its id; "/" is no folder. */
bool ir_documents_find_folder(struct ir_emulator *e, const char *path,
    char real[IR_PATH_SIZE], int64_t *id);

/* The id of the folder at a real path, made if it has none; 0 if that fails. */
int64_t ir_documents_folder_id(struct ir_emulator *e, const char *real);

/* Keep the contents of 'file' as the 'ordinal'-th older version, from 0, of the
 * document 'path', unless it has that version already.  Says on stderr why it
 * returns false. */
bool ir_documents_add_older(struct ir_emulator *e, const char *path,
    size_t ordinal, const char *file);

/* Whether the document may not be read because it is offline. */
bool ir_documents_is_offline(const struct ir_emulator *e,
    const struct ir_document *d);

#endif
