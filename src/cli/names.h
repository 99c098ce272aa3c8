/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Local names for remote documents. */
#ifndef IR_CLI_NAMES_H
#define IR_CLI_NAMES_H

/* Is 'remote' ~D and an id, which says nothing about the document's name? */
int ir_names_is_id(const char *remote);

/* The last segment of a remote path, which the server also lets be written with
 * backslashes; NULL if it names no document. */
const char *ir_names_last(const char *remote);

/* May a name that the server suggests be used for a local file?  One segment of
 * at most 255 bytes of valid UTF-8 that is visible as it is, does not begin
 * with '-' or '.', and is no device elsewhere. */
int ir_names_is_safe(const char *name);

/* 'directory'/'name' in fresh memory, NULL if there is none. */
char *ir_names_join(const char *directory, const char *name);

#endif
