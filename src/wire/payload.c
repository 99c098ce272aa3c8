/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The serializers of xs:base64Binary that the generated code calls.
 *
 * Receiving works on gSOAP's buffer: the decoder takes what lies between
 * bufidx and buflen, stops at the first byte that is not base64 (the '<' of
 * the end tag), and the buffer is refilled in between.  Whatever else XML
 * allows inside a text (CDATA, comments, character references) is rare and
 * goes through gSOAP's own reader, a character at a time.
 *
 * Sending happens twice: once to count, where the length is known without
 * touching the bytes, and once for real, where blocks are encoded into the
 * free end of the send buffer. */
#include "wire/payload.h"

#include "codec/base64.h"
#include "codec/crc32.h"
#include "soapH.h"

_Static_assert(IR_PAYLOAD_BLOCK % 3 == 0, "blocks are whole base64 groups");
_Static_assert(SOAP_BUFLEN / 4 * 3 <= IR_PAYLOAD_BLOCK,
    "a full buffer decodes into one block");

/* What gSOAP's reader returns for markup, beside EOF. */
enum markup {
    MARKUP_END_TAG = -3,
    MARKUP_LOWEST = -6
};

static int
fail(struct soap *soap, enum ir_payload_fault fault, uint64_t offset)
{
    struct ir_payload_io *io = soap->user;

    io->fault = fault;
    io->fault_offset = offset;
    return soap->error = SOAP_USER_ERROR;
}

static int
deliver(struct soap *soap, struct ir_payload *a, size_t n)
{
    struct ir_payload_io *io = soap->user;

    if (n == 0)
        return SOAP_OK;
    if (n > io->sink.limit_bytes - a->length)
        return fail(soap, IR_PAYLOAD_LARGE, a->length);
    a->crc32 = ir_crc32(a->crc32, io->block, n);
    if (io->sink.write != NULL
        && io->sink.write(io->sink.ctx, io->block, n) != 0)
        return fail(soap, IR_PAYLOAD_SINK, a->length);
    a->length += n;
    return SOAP_OK;
}

/* Decode what the buffer holds, up to the first byte that is not base64. */
static int
take_buffer(struct soap *soap, struct ir_base64_decoder *d,
    struct ir_payload *a, enum ir_base64_result *result)
{
    struct ir_payload_io *io = soap->user;
    size_t consumed;
    size_t produced;

    *result = ir_base64_decode(d, soap->buf + soap->bufidx,
        soap->buflen - soap->bufidx, &consumed, io->block, &produced);
    soap->bufidx += consumed;
    return deliver(soap, a, produced);
}

/* Decode one character that gSOAP's reader has made of the XML around it. */
static int
take_character(struct soap *soap, struct ir_base64_decoder *d,
    struct ir_payload *a, soap_wchar c)
{
    struct ir_payload_io *io = soap->user;
    char byte = (char)(c & 0x7F);
    size_t consumed;
    size_t produced;

    if ((c & 0x7FFFFFFF) > 0x7F
        || ir_base64_decode(d, &byte, 1, &consumed, io->block, &produced)
            != IR_BASE64_OK)
        return fail(soap, IR_PAYLOAD_BASE64, a->length);
    return deliver(soap, a, produced);
}

static int
receive(struct soap *soap, struct ir_payload *a)
{
    struct ir_base64_decoder d;

    ir_base64_decode_init(&d);
    for (;;) {
        enum ir_base64_result result = IR_BASE64_STOPPED;
        soap_wchar c;

        if (!soap->ahead && !soap->cdata) {
            if (soap->bufidx >= soap->buflen && soap_recv(soap))
                return soap->error = soap->error ? soap->error : SOAP_EOF;
            if (take_buffer(soap, &d, a, &result))
                return soap->error;
            if (result == IR_BASE64_OK)
                continue;
            if (result != IR_BASE64_STOPPED)
                return fail(soap, IR_PAYLOAD_BASE64, a->length);
        }
        c = soap_get(soap);
        if ((int)c == MARKUP_END_TAG) {
            soap_unget(soap, c);
            break;
        }
        if ((int)c == EOF)
            return soap->error = soap->error ? soap->error : SOAP_EOF;
        if ((int)c < 0 && (int)c >= MARKUP_LOWEST)
            return fail(soap, IR_PAYLOAD_BASE64, a->length);
        if (take_character(soap, &d, a, c))
            return soap->error;
    }
    if (ir_base64_decode_end(&d) != IR_BASE64_OK)
        return fail(soap, IR_PAYLOAD_BASE64, a->length);
    return SOAP_OK;
}

static int
transmit(struct soap *soap, const struct ir_payload *a)
{
    struct ir_payload_io *io = soap->user;
    uint64_t left = a->length;

    while (left > 0) {
        size_t n = (sizeof soap->buf - soap->bufidx) / 4 * 3;

        if (n == 0) {
            if (soap_flush(soap))
                return soap->error;
            continue;
        }
        if (n > left)
            n = (size_t)left;
        if (a->source->read(a->source->ctx, a->length - left, io->block, n)
            != 0)
            return fail(soap, IR_PAYLOAD_SOURCE, a->length - left);
        soap->bufidx += ir_base64_encode(io->block, n,
            soap->buf + soap->bufidx);
        left -= n;
    }
    return SOAP_OK;
}

void
soap_default_xsd__base64Binary(struct soap *soap, struct ir_payload *a)
{
    (void)soap;
    a->length = 0;
    a->crc32 = 0;
    a->source = NULL;
}

void
soap_serialize_xsd__base64Binary(struct soap *soap, const struct ir_payload *a)
{
    (void)soap;
    (void)a;
}

struct ir_payload *
soap_in_xsd__base64Binary(struct soap *soap, const char *tag,
    struct ir_payload *a, const char *type)
{
    (void)type;
    if (soap_element_begin_in(soap, tag, 1, NULL))
        return NULL;
    if (a == NULL)
        a = soap_malloc(soap, sizeof *a);
    if (a == NULL) {
        soap->error = SOAP_EOM;
        return NULL;
    }
    soap_default_xsd__base64Binary(soap, a);
    if (soap->body && (receive(soap, a) || soap_element_end_in(soap, tag)))
        return NULL;
    return a;
}

int
soap_out_xsd__base64Binary(struct soap *soap, const char *tag, int id,
    const struct ir_payload *a, const char *type)
{
    if (soap_element_begin_out(soap, tag, id, type))
        return soap->error;
    if (soap->mode & SOAP_IO_LENGTH)
        soap->count += ir_base64_encoded_length(a->length);
    else if (transmit(soap, a))
        return soap->error;
    return soap_element_end_out(soap, tag);
}
