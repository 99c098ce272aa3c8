/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * A reply means the same however it is cut, and what is taken of it is within
 * its bounds.  An input is the size of the pieces and of the reads; the reply
 * from its first line to the end of the connection. */
#include <string.h>

#include "exchange.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct seen whole, cut;
    size_t piece = fuzz_take(&data, &size) % 64 + 1;
    size_t most = fuzz_take(&data, &size) % 64 + 1;
    const char *text = (const char *)data;

    exchange_as(text, size, 0, 64, IR_OK, &whole);
    exchange_as(text, size, piece, most, IR_OK, &cut);
    HOLDS(whole.error.status == cut.error.status);
    HOLDS(whole.http_status == cut.http_status);
    HOLDS(whole.retry_after_s == cut.retry_after_s);
    HOLDS(strchr(whole.error.message, '\n') == NULL);
    if (whole.error.status != IR_OK)
        return 0;
    HOLDS(whole.http_status == 200 || whole.http_status == 500);
    HOLDS(whole.n <= 64 && whole.n == cut.n);
    HOLDS(memcmp(whole.body, cut.body, whole.n) == 0);
    return 0;
}
