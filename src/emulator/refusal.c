/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The words and numbers of refusals.  A code is an HTTP status times ten plus
 * a detail. */
#include "refusal.h"

static const struct ir_refusal_text texts[IR_REFUSALS] = {
    [IR_GRANTED] = { 2000, 0, "" },
    [IR_NO_TICKET] = { 4010, 900, "Authentication failed." },
    [IR_WRONG_LOGIN] = { 4010, 900, "User name or password is not correct." },
    [IR_WRONG_TICKET] = { 4010, 901, "Session expired or invalid ticket." },
    [IR_TICKET_FORMAT] = { 4000, 0, "invalid ticket format" },
    [IR_NO_DOCUMENT] = { 4041, 2285, "Document not found." },
    [IR_NO_FOLDER] = { 4041, 0, "Folder not found." },
    [IR_NO_LIBRARY] = { 4041, 115, "Library not found." },
    [IR_NO_VERSION] = { 4041, 0, "Version not found." },
    [IR_VERSION_FORMAT] = { 4000, 0, "Invalid version number." },
    [IR_IDENTIFIER_FORMAT] = { 4000, 0, "InvalidDocumentIdentifer" },
    [IR_OFFLINE] = { 4230, 0, "The document is offline." },
    [IR_HANDLER_FORMAT] = { 4000, 0, "Invalid download handler." },
    [IR_DELETED_HANDLER_FORMAT] = { 4000, 0, "bad Request" },
    [IR_NO_HANDLER] = { 4000, 0, "The handler was not found or has expired." },
    [IR_TOO_MANY_HANDLERS] = { 4000, 0, "Too many handlers are open." },
    [IR_OFFSET] = { 4000, 0, "Invalid start offset." },
    [IR_CHUNK_SIZE] = { 4000, 0, "Invalid chunk size." },
    [IR_NOT_OFFERED] = { 4000, 0, "The emulator does not offer this yet." },
    [IR_BROKEN] = { 5000, 0, "SystemError: the emulator's files or memory." },
};

const struct ir_refusal_text *
ir_refusal_text(enum ir_refusal r)
{
    return &texts[r];
}
