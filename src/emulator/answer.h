/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_ANSWER_H
#define IR_EMULATOR_ANSWER_H

#include <stddef.h>

struct soap;

/* The name of the answer's element.  The values are those of the generated
 * unions. */
enum ir_root {
    IR_ROOT_RESPONSE = 1,
    IR_ROOT_ROOT = 2,
    IR_ROOT_CAPITAL_RESPONSE = 3
};

/* A generated answer type, seen like any other.  'success' and what follows are
 * offsets of its attributes; all are 0 for the type that is bytes alone. */
struct ir_answer {
    size_t size;
    size_t success;
    size_t error;
    size_t error_code;

    /* Put the answer into the operation's response structure. */
    int (*wrap)(struct soap *soap, enum ir_root root, void *answer,
        void *response);

    /* Write the answer as an element of its own. */
    int (*put)(struct soap *soap, const void *answer, const char *name);
};

/* Every answer type of the contract, by its name without "Answer". */
#define IR_ANSWERS(X) \
    X(Login) \
    X(Simple) \
    X(ServerInfo) \
    X(DownloadInfo) \
    X(DownloadHandler) \
    X(ZipHandler) \
    X(Chunk) \
    X(UploadHandler) \
    X(UploadChunk) \
    X(Uploaded) \
    X(DocumentExists) \
    X(CreatedFolder) \
    X(Document) \
    X(Queue) \
    X(Versions) \
    X(Listing) \
    X(Domains) \
    X(ApplicationParameters) \
    X(GeneralAppSettings)

#define IR_ANSWER_DECLARE(type) extern const struct ir_answer ir_answer_##type;
IR_ANSWERS(IR_ANSWER_DECLARE)
extern const struct ir_answer ir_answer_Bytes;

#endif
