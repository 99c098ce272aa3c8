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
    [IR_DENIED] = { 4030, 921, "Insufficient rights." },
    [IR_NO_USER] = { 4041, 0, "User not found." },
    [IR_UPLOAD_HANDLER_FORMAT] = { 4000, 0, "Invalid upload handler." },
    [IR_NO_UPLOAD_HANDLER] = { 4000, 0,
        "The upload handler was not found or has expired." },
    [IR_UPLOAD_COMPLETE] = { 4000, 0,
        "The upload handler has had its last chunk." },
    [IR_UPLOAD_INCOMPLETE] = { 4000, 0,
        "The upload handler has not had its last chunk." },
    [IR_NO_BYTES] = { 4000, 903, "The bytes are missing." },
    [IR_CHUNK_LENGTH] = { 4000, 0, "The chunk has not the agreed size." },
    [IR_DOCUMENT_TOO_LARGE] = { 4000, 0,
        "The document exceeds the maximum size." },
    [IR_FILE_TYPE] = { 4030, 0, "Documents of this type are not allowed." },
    [IR_NAME_FORMAT] = { 4000, 0, "Invalid name." },
    [IR_NAME_TAKEN] = { 4090, 0, "The name is already in use." },
    [IR_NOT_CHECKED_OUT] = { 4000, 0,
        "The document exists and is not checked out by you." },
    [IR_CHECKED_OUT] = { 4230, 0, "The document is checked out." },
    [IR_NOT_HELD] = { 4000, 0, "The document is not checked out." },
    [IR_HELD_BY_OTHER] = { 4030, 921,
        "The document is checked out by another user." },
    [IR_VERSION_ORDER] = { 4000, 0,
        "The version number is not above the newest one." },
    [IR_PARAMETERS_FORMAT] = { 4000, 0, "xmlParameters is not valid XML." },
    [IR_PARAMETER_VALUE] = { 4000, 0, "xmlParameters has an invalid value." },
    [IR_PATH_FORMAT] = { 4000, 0, "Invalid path." },
    [IR_ZIP_EMPTY] = { 4000, 0, "None of the items was found." },
    [IR_ZIP_TOO_LARGE] = { 4000, 0, "The items exceed the limits of a zip." },
    [IR_ZIP_NO_TICKET] = { 4000, 900, "Authentication failed." },
    [IR_ZIP_WRONG_TICKET] = { 4000, 901, "Session expired or invalid ticket." },
    [IR_QUEUED] = { 4000, 0, "The item is in the download queue already." },
    [IR_BROKEN] = { 5000, 0, "SystemError: the emulator's files or memory." },
    [IR_TOLD] = { 0, 0, "" },
};

const struct ir_refusal_text *
ir_refusal_text(enum ir_refusal r)
{
    return &texts[r];
}
