/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#ifndef IR_EMULATOR_FAULTKINDS_H
#define IR_EMULATOR_FAULTKINDS_H

#include <stdbool.h>
#include <stddef.h>

struct ir_operation;

/* When a fault is decided on. */
enum ir_fault_moment {
    IR_FAULT_ON_HEAD,   /* the head of the request is known, its body is not */
    IR_FAULT_ON_CALL,   /* the request is known, nothing is done yet */
    IR_FAULT_ON_ANSWER, /* the operation was performed */
    IR_FAULT_ON_GRANT   /* the same, and it was not refused */
};

/* The calls that can show a fault. */
enum ir_fault_fit {
    IR_FITS_ALL,
    IR_FITS_SOAP,        /* that came as SOAP */
    IR_FITS_TYPED,       /* whose answers are not bytes alone */
    IR_FITS_TICKET,      /* that take a ticket */
    IR_FITS_HANDLER,     /* that take a handler */
    IR_FITS_PATH,        /* that take the path of a document */
    IR_FITS_GRANT,       /* that grant a chunk size */
    IR_FITS_BEGIN,       /* that begin a handler */
    IR_FITS_DESCRIPTION, /* whose answers describe a download */
    IR_FITS_LOGIN,
    IR_FITS_DOWNLOAD_CHUNK,
    IR_FITS_UPLOAD_CHUNK,
    IR_FITS_EXISTENCE
};

enum ir_fault_action {
    /* on the head */
    IR_FAULT_CLOSE_UNREAD,
    IR_FAULT_RESET_UNREAD,
    IR_FAULT_STALL_UNREAD,
    IR_FAULT_STATUS_UNREAD,
    IR_FAULT_CLOSE_READING,
    IR_FAULT_RESET_READING,

    /* another reply in place of the answer */
    IR_FAULT_STATUS,
    IR_FAULT_REDIRECT,
    IR_FAULT_AUTHENTICATE,
    IR_FAULT_BODY, /* 'detail' is its template, see faultreply.c */
    IR_FAULT_GZIP,

    /* another course of the operation, or another answer */
    IR_FAULT_REFUSE,
    IR_FAULT_TRYAGAIN,
    IR_FAULT_END_TICKET,
    IR_FAULT_END_SESSION,
    IR_FAULT_END_HANDLER,
    IR_FAULT_CHANGE_DOCUMENT,
    IR_FAULT_GRANT,
    IR_FAULT_CORRUPT,
    IR_FAULT_OTHER_CHUNK,
    IR_FAULT_LENGTH,

    /* the answer, changed on its way out; 'detail' names attributes */
    IR_FAULT_SET,
    IR_FAULT_ADD,
    IR_FAULT_REMOVE,
    IR_FAULT_NEGATE,
    IR_FAULT_LOOSEN,
    IR_FAULT_REPEAT,
    IR_FAULT_BASE64,
    IR_FAULT_TRUNCATE,
    IR_FAULT_APPEND,
    IR_FAULT_STATUS_LINE,
    IR_FAULT_CONTENT_TYPE,
    IR_FAULT_CONTENT_LENGTH,
    IR_FAULT_CHUNKED,
    IR_FAULT_HEADER,
    IR_FAULT_HEADERS,
    IR_FAULT_BEFORE,
    IR_FAULT_CONTINUE,
    IR_FAULT_AFTER,
    IR_FAULT_HEADLESS,
    IR_FAULT_STALL,
    IR_FAULT_DRIP,
    IR_FAULT_CUT,
    IR_FAULT_RESET
};

struct ir_fault_kind {
    const char *name;
    enum ir_fault_moment moment;
    enum ir_fault_fit fit;
    enum ir_fault_action action;

    /* Its parameters: "key=a|b" takes one of these words, "key:a|b" any value,
     * for which these are worth trying.  The first is the default; there is
     * none after "key:".  A key alone is a flag. */
    const char *with;
    const char *detail;
};

/* The kinds, in the order of the manual; the last has no name. */
extern const struct ir_fault_kind ir_faultkinds[];

const struct ir_fault_kind *ir_faultkinds_find(const char *name, size_t n);

/* Whether calls of this operation can show the fault. */
bool ir_faultkinds_fit(const struct ir_fault_kind *k,
    const struct ir_operation *o);

/* Whether calls of this operation name a handler. */
bool ir_faultkinds_has_handler(const struct ir_operation *o);

/* The next parameter of 'with', NULL at the end, and its length; blanks in
 * quotes do not end it. */
const char *ir_faultkinds_word(const char *with, size_t *n);

/* The next alternative of a parameter, likewise: pass what follows the '=' or
 * ':' and 'end', where the parameter ends. */
const char *ir_faultkinds_choice(const char *from, const char *end, size_t *n);

/* Print each fault that a rule can have, with its parameters, and the
 * operations that it fits. */
void ir_faultkinds_list(void);

#endif
