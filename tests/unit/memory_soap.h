/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A struct soap that reads plain XML from memory, in pieces, with the modes of
 * the wire. */
#ifndef IR_TESTS_MEMORY_SOAP_H
#define IR_TESTS_MEMORY_SOAP_H

#include "soapH.h"
#include "wire/payload.h"

struct memory_soap {
    struct ir_payload_io io; /* first: soap->user points here */
    struct soap *soap;
    const char *input;
    size_t n;
    size_t first_bytes; /* of the first piece; 0: as the others */
    size_t piece_bytes; /* of the others; 0: as much as is asked for */
    size_t at;
};

/* Ready to read 'n' bytes of 'input'; begin with soap_begin_recv(). */
struct memory_soap *memory_soap_new(const char *input, size_t n);
void memory_soap_free(struct memory_soap *m);

/* Read a DownloadFileChunkResponse; returns soap->error. */
int memory_soap_read(struct memory_soap *m,
    struct _tns__DownloadFileChunkResponse *r);

#endif
