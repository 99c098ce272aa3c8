/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_SETTINGS_H
#define IR_EMULATOR_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ir_generation {
    IR_MODERN, /* 8.7 and later: GUIDs, errorCode, ISO dates */
    IR_CLASSIC /* up to 8.x: short handlers, bracketed texts */
};

/* Which spelling of parameter elements a SOAP request may use. */
enum ir_spelling {
    IR_SPELLING_ANY,
    IR_SPELLING_DOCUMENTED,
    IR_SPELLING_CLASSIC
};

enum ir_settings_result {
    IR_SETTINGS_RUN,
    IR_SETTINGS_DONE, /* --help or --version was all that was asked */
    IR_SETTINGS_BAD
};

enum ir_right {
    IR_RIGHT_CHANGE,
    IR_RIGHT_READ, /* may not change anything */
    IR_RIGHT_ADMIN /* may take a document from whoever has it */
};

struct ir_user {
    char *name;
    char *password;
    enum ir_right right;
};

/* The contents 'file' as an older version of the document 'path'. */
struct ir_older_version {
    char *path;
    char *file;
};

/* What the command line says.  Texts that are not owned point into argv. */
struct ir_settings {
    const char *root;
    char host[64];
    char port[6];
    bool remote_allowed;
    const char *vdir; /* "" or "/NAME" */

    const char *tls_cert;
    const char *tls_key;
    const char *client_ca;

    struct ir_user *users;
    size_t n_users;

    const char *state;
    const char *report;
    const char *faults;
    bool verbose;

    enum ir_generation generation;
    enum ir_spelling spelling;
    bool large_offsets;
    uint32_t min_chunk_bytes;
    uint32_t ticket_lifetime_s;
    uint32_t handler_lifetime_s;
    uint32_t max_connections;

    bool tryagain_succeeds; /* it comes with success="true" */
    bool no_filehexcrc;
    bool no_compression;
    uint64_t max_document_bytes; /* 0: any */
    uint64_t zip_max_bytes;
    uint32_t zip_max_count;

    const char **offline;
    size_t n_offline;
    const char **forbidden; /* ends of names, such as ".exe" */
    size_t n_forbidden;
    struct ir_older_version *older;
    size_t n_older;
};

/* Read the command line into 's', which ir_settings_clear releases whatever
 * the result.  Problems go to stderr, in one line. */
enum ir_settings_result ir_settings_parse(struct ir_settings *s, int argc,
    char **argv);
/* The account of this name, which there is. */
const struct ir_user *ir_settings_user(const struct ir_settings *s,
    const char *name);

void ir_settings_clear(struct ir_settings *s);

#endif
