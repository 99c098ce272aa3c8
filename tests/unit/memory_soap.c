/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "memory_soap.h"

#include <stdlib.h>
#include <string.h>

#include "support.h"

static size_t
receive(struct soap *soap, char *data, size_t size)
{
    struct memory_soap *m = soap->user;
    size_t rest = ir_payload_take_rest(&m->io, data, size);
    size_t n = m->n - m->at;
    size_t piece = m->at == 0 && m->first_bytes != 0 ? m->first_bytes
                                                     : m->piece_bytes;

    if (rest > 0)
        return rest;
    if (piece != 0 && n > piece)
        n = piece;
    if (n > size)
        n = size;
    memcpy(data, m->input + m->at, n);
    m->at += n;
    return n;
}

static int
do_nothing(struct soap *soap)
{
    (void)soap;
    return SOAP_OK;
}

struct memory_soap *
memory_soap_new(const char *input, size_t n)
{
    struct memory_soap *m = calloc(1, sizeof *m);

    assert_non_null(m);
    m->soap = soap_new();
    assert_non_null(m->soap);
    m->input = input;
    m->n = n;
    soap_set_imode(m->soap, SOAP_ENC_PLAIN | SOAP_XML_TREE | SOAP_C_UTFSTRING);
    soap_set_omode(m->soap, SOAP_IO_BUFFER | SOAP_XML_DEFAULTNS
        | SOAP_C_UTFSTRING);
    m->soap->user = &m->io;
    m->soap->frecv = receive;
    m->soap->fclose = do_nothing;
    return m;
}

void
memory_soap_free(struct memory_soap *m)
{
    soap_destroy(m->soap);
    soap_end(m->soap);
    soap_free(m->soap);
    free(m);
}

int
memory_soap_read(struct memory_soap *m,
    struct _tns__DownloadFileChunkResponse *r)
{
    memset(r, 0, sizeof *r);
    if (soap_begin_recv(m->soap) == SOAP_OK)
        soap_get__tns__DownloadFileChunkResponse(m->soap, r,
            "tns:DownloadFileChunkResponse", NULL);
    return m->soap->error;
}
