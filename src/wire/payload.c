/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The serializers of xs:base64Binary that the generated code calls.
 *
 * Receiving begins in gSOAP's buffer: the decoder takes what lies between
 * bufidx and buflen and stops at the first byte that is not base64 (the '<' of
 * the end tag).  What comes after is received into a larger buffer of ours,
 * whose rest gSOAP gets when the decoder has stopped there.  Whatever else XML
 * allows inside a text (CDATA, comments, character references) is rare and
 * goes through gSOAP's own reader, a character at a time.
 *
 * Sending happens twice: once to count, where the length is known without
 * touching the bytes, and once for real, where blocks are encoded into the
 * larger buffer, and the last one into the free end of gSOAP's. */
#include "wire/payload.h"

#include <string.h>

#include "codec/base64.h"
#include "codec/crc32.h"
#include "soapH.h"

_Static_assert(IR_PAYLOAD_BLOCK % 3 == 0, "blocks are whole base64 groups");
_Static_assert(SOAP_BUFLEN <= IR_PAYLOAD_TEXT,
    "either buffer decodes into one block");

/* Sinks are files most of the time: writes that end where a page does leave no
 * page for two of them. */
#define PAGE 4096

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

/* Decode what a buffer holds, up to the first byte that is not base64. */
static int
take_text(struct soap *soap, struct ir_base64_decoder *d,
    struct ir_payload *a, const char *text, size_t *begin, size_t end,
    enum ir_base64_result *result)
{
    struct ir_payload_io *io = soap->user;
    size_t consumed;
    size_t produced;

    *result = ir_base64_decode(d, text + *begin, end - *begin, &consumed,
        io->block, &produced);
    *begin += consumed;
    return deliver(soap, a, produced);
}

/* The largest text that makes, with 'length' bytes so far, whole pages. */
static size_t
text_to_page_end(uint64_t length)
{
    /* As 3 * 2731 is 1 modulo 4096, so many groups of three bytes less than
     * a whole block, which itself is of whole pages. */
    size_t n_less = (size_t)(length % PAGE * 2731 % PAGE);

    return IR_PAYLOAD_TEXT - 4 * n_less;
}

/* Decode what was received; receive more if there is nothing. */
static int
take_received(struct soap *soap, struct ir_base64_decoder *d,
    struct ir_payload *a, enum ir_base64_result *result)
{
    struct ir_payload_io *io = soap->user;

    if (soap->bufidx < soap->buflen)
        return take_text(soap, d, a, soap->buf, &soap->bufidx, soap->buflen,
            result);
    if (io->text_begin == io->text_end) {
        io->text_begin = 0;
        io->text_end = 0;
        io->text_end = soap->frecv(soap, io->text, text_to_page_end(a->length));
        if (io->text_end == 0)
            return soap->error = soap->error ? soap->error : SOAP_EOF;
    }
    return take_text(soap, d, a, io->text, &io->text_begin, io->text_end,
        result);
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
            if (take_received(soap, &d, a, &result))
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

/* Encode the next bytes, at most a block, to 'out'. */
static int
encode_next(struct soap *soap, const struct ir_payload *a, uint64_t *at,
    size_t n, char *out)
{
    struct ir_payload_io *io = soap->user;

    if (a->source->read(a->source->ctx, *at, io->block, n) != 0)
        return fail(soap, IR_PAYLOAD_SOURCE, *at);
    ir_base64_encode(io->block, n, out);
    *at += n;
    return SOAP_OK;
}

/* Send what gSOAP's buffer has, and behind it as much as fits into ours. */
static int
send_text(struct soap *soap, const struct ir_payload *a, uint64_t *at)
{
    struct ir_payload_io *io = soap->user;
    size_t begun = soap->bufidx;
    uint64_t left = a->length - *at;
    size_t n = (sizeof io->text - begun) / 4 * 3;

    if (n > left)
        n = (size_t)left;
    memcpy(io->text, soap->buf, begun);
    soap->bufidx = 0;
    if (encode_next(soap, a, at, n, io->text + begun))
        return soap->error;
    return soap_flush_raw(soap, io->text,
        begun + ir_base64_encoded_length(n));
}

static int
transmit(struct soap *soap, const struct ir_payload *a)
{
    uint64_t at = 0;
    size_t n;

    while (a->length - at > (sizeof soap->buf - soap->bufidx) / 4 * 3)
        if (send_text(soap, a, &at))
            return soap->error;
    n = (size_t)(a->length - at);
    if (n > 0 && encode_next(soap, a, &at, n, soap->buf + soap->bufidx))
        return soap->error;
    soap->bufidx += ir_base64_encoded_length(n);
    return SOAP_OK;
}

void
ir_payload_begin(struct ir_payload_io *io)
{
    io->fault = IR_PAYLOAD_OK;
    io->text_begin = 0;
    io->text_end = 0;
}

size_t
ir_payload_take_rest(struct ir_payload_io *io, char *data, size_t size)
{
    size_t n = io->text_end - io->text_begin;

    if (n > size)
        n = size;
    memcpy(data, io->text + io->text_begin, n);
    io->text_begin += n;
    return n;
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
