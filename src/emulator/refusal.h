/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_REFUSAL_H
#define IR_EMULATOR_REFUSAL_H

/* Why an operation was not done. */
enum ir_refusal {
    IR_GRANTED,
    IR_NO_TICKET,
    IR_WRONG_LOGIN,
    IR_WRONG_TICKET,
    IR_TICKET_FORMAT,
    IR_NO_DOCUMENT,
    IR_NO_FOLDER,
    IR_NO_LIBRARY,
    IR_NO_VERSION,
    IR_VERSION_FORMAT,
    IR_IDENTIFIER_FORMAT,
    IR_OFFLINE,
    IR_HANDLER_FORMAT,
    IR_DELETED_HANDLER_FORMAT,
    IR_NO_HANDLER,
    IR_TOO_MANY_HANDLERS,
    IR_OFFSET,
    IR_CHUNK_SIZE,
    IR_DENIED,
    IR_NO_USER,
    IR_UPLOAD_HANDLER_FORMAT,
    IR_NO_UPLOAD_HANDLER,
    IR_UPLOAD_COMPLETE,
    IR_UPLOAD_INCOMPLETE,
    IR_NO_BYTES,
    IR_CHUNK_LENGTH,
    IR_DOCUMENT_TOO_LARGE,
    IR_FILE_TYPE,
    IR_NAME_FORMAT,
    IR_NAME_TAKEN,
    IR_NOT_CHECKED_OUT,
    IR_CHECKED_OUT,
    IR_NOT_HELD,
    IR_HELD_BY_OTHER,
    IR_VERSION_ORDER,
    IR_PARAMETERS_FORMAT,
    IR_PARAMETER_VALUE,
    IR_PATH_FORMAT,
    IR_ZIP_EMPTY,
    IR_ZIP_TOO_LARGE,
    IR_ZIP_NO_TICKET,
    IR_ZIP_WRONG_TICKET,
    IR_QUEUED,
    IR_BROKEN,
    IR_TOLD, /* refused, and the answer itself says how */
    IR_REFUSALS
};

/* How a refusal is told: 'code' as modern servers give it, 'bracket' the
 * number in the text of a classic one, 0 if it has none. */
struct ir_refusal_text {
    int code;
    int bracket;
    const char *text;
};

const struct ir_refusal_text *ir_refusal_text(enum ir_refusal r);

#endif
