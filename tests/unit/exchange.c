/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

#include "wire/http.h"

int exchange_takes_gzip;

void
exchange_as(const char *bytes, size_t length, size_t piece, size_t size,
    enum ir_status end, struct seen *s)
{
    const struct fake_reply reply = { bytes, length, end, IR_OK };
    const struct ir_transport_config config = { 0 };
    struct ir_http *http = calloc(1, sizeof *http);
    int reused;
    size_t n = 1;

    memset(s, 0, sizeof *s);
    assert_non_null(http);
    fake_transport_script(&reply, 1, piece);
    ir_transport_new(&config, &s->error, &http->transport);
    http->error = &s->error;
    http->takes_gzip = exchange_takes_gzip;
    ir_transport_connect(http->transport, &reused);
    ir_http_begin(http, 64, 8);
    while (n > 0 && s->n + size <= sizeof s->body
        && ir_http_receive(http, s->body + s->n, size, &n) == IR_OK)
        s->n += n;
    ir_http_end(http, "", 0);
    s->http_status = http->status;
    s->retry_after_s = http->retry_after_s;
    ir_http_clear(http);
    ir_transport_free(http->transport);
    free(http);
}

void
exchange(const char *text, size_t piece, struct seen *s)
{
    exchange_as(text, strlen(text), piece, 64, IR_OK, s);
}
