/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "gzip_by_zlib.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "fake_transport.h"
#include "support.h"

#define GZIP (15 + 16)

char *
gzip_make(const char *data, size_t n, size_t *length)
{
    char *in = malloc(n + 1);
    char *out = malloc(2 * n + 100);
    z_stream z = { 0 };

    assert_non_null(in);
    assert_non_null(out);
    memcpy(in, data, n);
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, GZIP, 8,
        Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)in;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)(2 * n + 100);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    *length = z.total_out;
    deflateEnd(&z);
    free(in);
    return out;
}

char *
gzip_undo(const char *data, size_t length, size_t *n)
{
    const size_t room = 1100 * length + 1;
    char *in = malloc(length);
    char *out = malloc(room);
    z_stream z = { 0 };

    assert_non_null(in);
    assert_non_null(out);
    memcpy(in, data, length);
    assert_int_equal(inflateInit2(&z, GZIP), Z_OK);
    z.next_in = (Bytef *)in;
    z.avail_in = (uInt)length;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)(room - 1);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    *n = z.total_out;
    out[*n] = '\0';
    inflateEnd(&z);
    free(in);
    return out;
}

char *
gzip_request(size_t *length)
{
    const char *at = strstr(fake_transport.request, "\r\n\r\n");
    const char *end = fake_transport.request + fake_transport.request_bytes;
    char *body = malloc(fake_transport.request_bytes);
    size_t n;

    assert_non_null(at);
    assert_non_null(body);
    *length = 0;
    at += 4;
    do {
        char *line_end;

        n = strtoul(at, &line_end, 16);
        assert_memory_equal(line_end, "\r\n", 2);
        at = line_end + 2;
        assert_true(n + 2 <= (size_t)(end - at));
        memcpy(body + *length, at, n);
        *length += n;
        at += n;
        assert_memory_equal(at, "\r\n", 2);
        at += 2;
    } while (n > 0);
    assert_ptr_equal(at, end);
    return body;
}
