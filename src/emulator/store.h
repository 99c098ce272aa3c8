/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_STORE_H
#define IR_EMULATOR_STORE_H

#include <sqlite3.h>
#include <stdint.h>

struct ir_store;

/* Open the state folder 'path', made if need be; NULL path: a private one that
 * is removed at the end.  Says on stderr why it returns NULL. */
struct ir_store *ir_store_open(const char *path);
void ir_store_close(struct ir_store *s);

/* The state folder, for the files that lie beside the database. */
int ir_store_folder(const struct ir_store *s);

/* Lock the database and prepare the statement 'sql', a literal: the same
 * pointer gets the same prepared statement.  Every begin is followed by one
 * ir_store_end on the same thread, with nothing of the store in between.
 * NULL, and no lock, if the statement cannot be had. */
sqlite3_stmt *ir_store_begin(struct ir_store *s, const char *sql);
void ir_store_end(struct ir_store *s, sqlite3_stmt *q);

/* Run a statement that returns nothing, after binding, and end it.  Returns
 * the rows it changed, -1 if it failed. */
int ir_store_run(struct ir_store *s, sqlite3_stmt *q);

/* As ir_store_run, but returns the id of the row inserted, 0 if it failed. */
int64_t ir_store_insert(struct ir_store *s, sqlite3_stmt *q);

/* Bind text that lives until ir_store_end; NULL is SQL's NULL. */
void ir_store_text(sqlite3_stmt *q, int index, const char *text);

#endif
