/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A program that has gSOAP stubs of its own and links libinforouter: both work,
 * neither sees the other's symbols.  Port 1 of the loopback refuses. */
#include <inforouter.h>
#include <stdio.h>
#include <string.h>

#include "other.nsmap"
#include "soapH.h"

static int
own_stub_serializes(void)
{
    struct soap *soap = soap_new();
    const char *text = NULL;
    int ok;

    soap->os = &text;
    soap_send_ns__add(soap, "", NULL, 1.5, 2.5);
    ok = text != NULL && strstr(text, "urn:other") != NULL
        && strstr(text, "<a>1.5</a>") != NULL;
    soap_destroy(soap);
    soap_end(soap);
    soap_free(soap);
    return ok;
}

static int
library_answers(void)
{
    struct ir_client *c;
    enum ir_status st;

    if (ir_client_new("http://127.0.0.1:1/srv.asmx", NULL, &c, NULL) != IR_OK)
        return 0;
    st = ir_login(c, "demo", "demo");
    ir_client_free(c);
    return st == IR_E_NETWORK;
}

int
main(void)
{
    if (!own_stub_serializes())
        return puts("the program's own stub is broken"), 1;
    if (!library_answers())
        return puts("the library is broken"), 1;
    return 0;
}
