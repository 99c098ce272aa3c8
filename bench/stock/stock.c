/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A chunked download as the stubs come out of wsdl2h and soapcpp2 when they are
 * given the WSDL and nothing of ours: a chunk is a text, then bytes in memory.
 *
 *     stock get URL REMOTE FILE CHUNK
 *
 * The password comes from the environment, BENCH_PASSWORD. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "soapH.h"
#include "srvSoap.nsmap"

static struct soap *soap;
static const char *url;

static void
die(const char *what)
{
    if (soap->error != SOAP_OK)
        soap_print_fault(soap, stderr);
    fprintf(stderr, "stock: %s\n", what);
    exit(1);
}

static char *
login(void)
{
    struct _tempuri__AuthenticateUser in = { "demo",
        getenv("BENCH_PASSWORD") };
    struct _tempuri__AuthenticateUserResponse out;

    if (soap_call___tempuri__AuthenticateUser(soap, url, NULL, &in, &out)
        || strcasecmp(out.AuthenticateUserResult->union_LoginResult.response
                          ->success, "true") != 0)
        die("AuthenticateUser");
    return strdup(
        out.AuthenticateUserResult->union_LoginResult.response->ticket);
}

/* The next chunk, written to 'out'. */
static size_t
fetch(struct _tempuri__DownloadFileChunk *in, FILE *out, uLong *crc)
{
    struct _tempuri__DownloadFileChunkResponse reply;
    struct tempuri__ChunkAnswer *part;
    size_t n;

    if (soap_call___tempuri__DownloadFileChunk(soap, url, NULL, in, &reply))
        die("DownloadFileChunk");
    part = reply.DownloadFileChunkResult->union_ChunkResult.response;
    if (strcasecmp(part->success, "true") != 0)
        die(part->error);
    n = (size_t)part->__item.__size;
    if (crc32(0, part->__item.__ptr, (uInt)n)
        != strtoul(part->chunkCRC32, NULL, 16))
        die("wrong CRC of a chunk");
    *crc = crc32(*crc, part->__item.__ptr, (uInt)n);
    if (fwrite(part->__item.__ptr, 1, n, out) != n)
        die("write");
    soap_destroy(soap);
    soap_end(soap);
    return n;
}

int
main(int argc, char **argv)
{
    struct _tempuri__GetDownloadHandler wish;
    struct _tempuri__GetDownloadHandlerResponse granted;
    struct _tempuri__DownloadFileChunk in;
    struct _tempuri__DeleteDownloadHandler end;
    struct _tempuri__DeleteDownloadHandlerResponse ended;
    struct tempuri__DownloadHandlerAnswer *staged;
    uLong wanted;
    uLong crc = 0;
    LONG64 size;
    FILE *out;

    if (argc != 6 || strcmp(argv[1], "get") != 0)
        return 2;
    soap = soap_new1(SOAP_IO_KEEPALIVE | SOAP_C_UTFSTRING);
    soap->recv_maxlength = 0;
    url = argv[2];
    in.authenticationTicket = login();
    wish.AuthenticationTicket = in.authenticationTicket;
    wish.Path = argv[3];
    wish.PreferedChunkSize = atoll(argv[5]);
    if (soap_call___tempuri__GetDownloadHandler(soap, url, NULL, &wish,
            &granted))
        die("GetDownloadHandler");
    staged = granted.GetDownloadHandlerResult->union_DownloadHandlerResult
                 .response;
    if (strcasecmp(staged->success, "true") != 0)
        die(staged->error);
    in.DownloadHandler = strdup(staged->downloadhandler);
    in.ChunkSize = wish.PreferedChunkSize;
    size = *staged->Size;
    wanted = strtoul(staged->CRC32, NULL, 16);
    out = fopen(argv[4], "wb");
    if (out == NULL)
        die("open");
    for (in.StartOffset = 0; in.StartOffset < size;)
        in.StartOffset += (LONG64)fetch(&in, out, &crc);
    if (crc != wanted)
        die("wrong CRC of the document");
    if (fflush(out) != 0 || fsync(fileno(out)) != 0)
        die("write");
    end.authenticationTicket = in.authenticationTicket;
    end.DownloadHandler = in.DownloadHandler;
    if (soap_call___tempuri__DeleteDownloadHandler(soap, url, NULL, &end,
            &ended))
        die("DeleteDownloadHandler");
    return 0;
}
