/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Local names for remote documents. */
#ifndef IR_CLI_NAMES_H
#define IR_CLI_NAMES_H

#include <locale.h>
#include <wchar.h>

#include "fault.h"

/* Is 'remote' ~D and an id, which says nothing about the document's name? */
int ir_names_is_id(const char *remote);

/* The last segment of a remote path, which the server also lets be written with
 * backslashes; NULL if it names no document. */
const char *ir_names_last(const char *remote);

/* May a name that the server suggests be used for a local file?  One segment of
 * at most 255 bytes of valid UTF-8 that is visible as it is, does not begin
 * with '-' or '.', and is no device elsewhere. */
int ir_names_is_safe(const char *name);

/* Does 'name' stand for one thing in a folder when it ends a remote path? */
int ir_names_is_segment(const char *name);

/* A name for a local file, safe to use whatever the server's 'name' is: bytes
 * that are not are written as %XX.  Different names stay different.  May be
 * longer than a file system takes.  In fresh memory, NULL if there is none. */
char *ir_names_local(const char *name);

/* IR_E_ARGUMENT if the server would store 'name' under another one, or could
 * not be told it. */
enum ir_status ir_names_check_remote(const char *name, struct ir_error *e);

/* What two names have in common that the server takes for one, which is all but
 * the case of letters as 'locale' knows it.  In fresh memory, NULL if there is
 * none. */
wchar_t *ir_names_fold(const char *name, locale_t locale);

/* 'directory'/'name' in fresh memory, NULL if there is none. */
char *ir_names_join(const char *directory, const char *name);

#endif
