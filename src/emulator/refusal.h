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
    IR_NOT_OFFERED,
    IR_BROKEN,
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
