/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * gzip in blocks of every size, judged by zlib in one go; and nothing but a
 * whole stream with the right checksum comes to a good end. */
#include "codec/gzip.h"

#include <stdlib.h>
#include <string.h>

#include "gzip_by_zlib.h"
#include "support.h"

#define N_PATTERN 100000

static char pattern[N_PATTERN];
/* Repeats itself, so that a packer which looks for that finds it. */
static const char text[] =
    "<response success='true'/><response success='true' error=''/>"
    "<response success='false' error='no such document'/>";

/* ---- Packing ----------------------------------------------------------- */

/* Pack 'n' bytes of the pattern in blocks of 'in' bytes into such of 'out'. */
static char *
pack(struct ir_gzip *g, size_t n, size_t in, size_t out, size_t *length)
{
    char *packed = malloc(2 * n + 1000);
    size_t at = 0;

    assert_non_null(packed);
    *length = 0;
    do {
        size_t part = n - at < in ? n - at : in;
        const char *data = pattern + at;
        size_t left = part;
        size_t got;

        do {
            got = ir_gzip_pack(g, &data, &left, at + part == n,
                packed + *length, out);
            *length += got;
        } while (got == out);
        assert_int_equal(left, 0);
        assert_ptr_equal(data, pattern + at + part);
        at += part;
    } while (at < n);
    return packed;
}

static void
check_packed(struct ir_gzip *g, size_t n, size_t in, size_t out)
{
    size_t length;
    size_t n_undone;
    char *packed = pack(g, n, in, out, &length);
    char *undone = gzip_undo(packed, length, &n_undone);

    assert_int_equal(n_undone, n);
    if (n > 0)
        assert_memory_equal(undone, pattern, n);
    free(undone);
    free(packed);
}

static void
test_packs_in_blocks_of_every_size(void **state)
{
    static const size_t sizes[] = { 1, 2, 7, 100, 4096, 65536 };
    struct ir_gzip *g = ir_gzip_new();
    (void)state;

    assert_non_null(g);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        for (size_t k = 0; k < COUNT(sizes); k++) {
            ir_gzip_begin(g);
            check_packed(g, sizes[i] < 7 ? 1000 : N_PATTERN, sizes[i],
                sizes[k]);
        }
    }
    ir_gzip_free(g);
}

static void
test_packs_every_length(void **state)
{
    struct ir_gzip *g = ir_gzip_new();
    (void)state;

    assert_non_null(g);
    for (size_t n = 0; n < 300; n++) {
        ir_gzip_begin(g);
        check_packed(g, n, 64, 32);
    }
    ir_gzip_free(g);
}

static void
test_begins_anew_after_half_a_stream(void **state)
{
    struct ir_gzip *g = ir_gzip_new();
    const char *data = pattern;
    size_t n = 5000;
    char out[10000];
    (void)state;

    assert_non_null(g);
    ir_gzip_pack(g, &data, &n, 0, out, sizeof out);
    ir_gzip_begin(g);
    check_packed(g, 777, 100, 100);
    ir_gzip_free(g);
}

/* Six bits of each character of base64 are news, and little is added. */
static void
test_base64_becomes_three_quarters(void **state)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct ir_gzip *g = ir_gzip_new();
    char saved[N_PATTERN];
    size_t length;
    (void)state;

    assert_non_null(g);
    memcpy(saved, pattern, N_PATTERN);
    for (size_t i = 0; i < N_PATTERN; i++)
        pattern[i] = alphabet[pattern[i] & 63];
    free(pack(g, N_PATTERN, 65536, 65536, &length));
    memcpy(pattern, saved, N_PATTERN);
    assert_in_range(length, N_PATTERN / 100 * 75, N_PATTERN / 100 * 76);
    ir_gzip_free(g);
}

/* What a message says twice does not make it shorter. */
static void
test_repetition_does_not_show_in_the_length(void **state)
{
    static const size_t steps[] = { 1, 3, 7, 9 };
    struct ir_gzip *g = ir_gzip_new();
    char texts[2][200]; /* four times the same letters, in order or not */
    size_t lengths[2];
    size_t otherwise[2];
    (void)state;

    assert_non_null(g);
    for (size_t i = 0; i < sizeof *texts; i++) {
        texts[0][i] = (char)('!' + i % 50);
        texts[1][i] = (char)('!' + i * steps[i / 50] % 50);
    }
    for (int i = 0; i < 2; i++) {
        const char *data = texts[i];
        size_t n = sizeof *texts;
        char out[1000];

        free(gzip_make(data, n, &otherwise[i]));
        ir_gzip_begin(g);
        lengths[i] = ir_gzip_pack(g, &data, &n, 1, out, sizeof out);
    }
    assert_true(otherwise[0] < otherwise[1]);
    assert_int_equal(lengths[0], lengths[1]);
    ir_gzip_free(g);
}

/* ---- Unpacking --------------------------------------------------------- */

/* How the stream of 'length' bytes at 'packed' ends, given in blocks of 'in'
 * bytes and taken in such of 'out': what came is at 'undone', '*n' bytes, and
 * '*rest' were not taken. */
static enum ir_gunzip_result
unpack(struct ir_gunzip *g, const char *packed, size_t length, size_t in,
    size_t out, char *undone, size_t *n, size_t *rest)
{
    enum ir_gunzip_result result = IR_GUNZIP_MORE;
    size_t at = 0;

    *n = 0;
    while (at < length && result == IR_GUNZIP_MORE) {
        const char *data = packed + at;
        size_t part = length - at < in ? length - at : in;
        size_t left = part;
        size_t got;

        do {
            result = ir_gunzip_unpack(g, &data, &left, undone + *n, out, &got);
            assert_true(got <= out);
            *n += got;
        } while (result == IR_GUNZIP_MORE && got > 0);
        at += part - left;
    }
    *rest = length - at;
    return result;
}

static void
test_unpacks_in_blocks_of_every_size(void **state)
{
    struct ir_gunzip *g = ir_gunzip_new();
    size_t length;
    char *packed = gzip_make(text, sizeof text, &length);
    char undone[sizeof text + 100];
    size_t rest;
    size_t n;
    (void)state;

    assert_non_null(g);
    assert_true(length < sizeof text);
    for (size_t in = 1; in <= length; in++) {
        for (size_t out = 1; out <= 100; out++) {
            ir_gunzip_begin(g);
            assert_int_equal(unpack(g, packed, length, in, out, undone, &n,
                &rest), IR_GUNZIP_END);
            assert_int_equal(rest, 0);
            assert_int_equal(n, sizeof text);
            assert_memory_equal(undone, text, sizeof text);
        }
    }
    ir_gunzip_free(g);
    free(packed);
}

static void
test_a_stream_that_is_cut_does_not_end(void **state)
{
    struct ir_gunzip *g = ir_gunzip_new();
    size_t length;
    char *packed = gzip_make(text, sizeof text, &length);
    char undone[sizeof text + 100];
    size_t rest;
    size_t n;
    (void)state;

    assert_non_null(g);
    for (size_t cut = 0; cut < length; cut++) {
        ir_gunzip_begin(g);
        assert_int_equal(unpack(g, packed, cut, 7, 50, undone, &n, &rest),
            IR_GUNZIP_MORE);
    }
    ir_gunzip_free(g);
    free(packed);
}

static void
test_what_follows_the_end_is_left(void **state)
{
    struct ir_gunzip *g = ir_gunzip_new();
    size_t length;
    char *packed = gzip_make(text, sizeof text, &length);
    char *more = malloc(2 * length);
    char undone[sizeof text + 100];
    size_t rest;
    size_t n;
    (void)state;

    assert_non_null(g);
    assert_non_null(more);
    memcpy(more, packed, length);
    memcpy(more + length, packed, length);
    assert_int_equal(unpack(g, more, 2 * length, 2 * length, 50, undone, &n,
        &rest), IR_GUNZIP_END);
    assert_int_equal(rest, length);
    ir_gunzip_free(g);
    free(more);
    free(packed);
}

/* Any bit of the compressed bytes, the CRC and the length: at most it was one
 * that says nothing. */
static void
test_no_other_bytes_come_to_a_good_end(void **state)
{
    struct ir_gunzip *g = ir_gunzip_new();
    size_t length;
    char *packed = gzip_make(text, sizeof text, &length);
    static char undone[200000];
    size_t n_ends = 0;
    size_t rest;
    size_t n;
    (void)state;

    assert_non_null(g);
    for (size_t bit = 8 * 10; bit < 8 * length; bit++) {
        enum ir_gunzip_result result;

        packed[bit / 8] ^= (char)(1 << bit % 8);
        ir_gunzip_begin(g);
        result = unpack(g, packed, length, length, 50, undone, &n, &rest);
        n_ends += result == IR_GUNZIP_END;
        if (result == IR_GUNZIP_END) {
            assert_int_equal(n, sizeof text);
            assert_memory_equal(undone, text, sizeof text);
        }
        packed[bit / 8] ^= (char)(1 << bit % 8);
    }
    assert_in_range(n_ends, 0, 7); /* the padding of the last byte */
    ir_gunzip_free(g);
    free(packed);
}

static void
test_says_what_is_damaged(void **state)
{
    static const struct {
        size_t from_end; /* of the byte that is damaged; 0: the first */
        const char *problem;
    } rows[] = {
        { 0, "incorrect header check" },
        { 8, "incorrect data check" },
        { 1, "incorrect length check" },
    };
    struct ir_gunzip *g = ir_gunzip_new();
    size_t length;
    char *packed = gzip_make(text, sizeof text, &length);
    char undone[sizeof text + 100];
    size_t rest;
    size_t n;
    (void)state;

    assert_non_null(g);
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t at = rows[i].from_end == 0 ? 0 : length - rows[i].from_end;

        packed[at] ^= 0x55;
        ir_gunzip_begin(g);
        assert_int_equal(unpack(g, packed, length, length, 50, undone, &n,
            &rest), IR_GUNZIP_DAMAGED);
        assert_string_equal(ir_gunzip_problem(g), rows[i].problem);
        packed[at] ^= 0x55;
    }
    ir_gunzip_free(g);
    free(packed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packs_in_blocks_of_every_size),
        cmocka_unit_test(test_packs_every_length),
        cmocka_unit_test(test_begins_anew_after_half_a_stream),
        cmocka_unit_test(test_base64_becomes_three_quarters),
        cmocka_unit_test(test_repetition_does_not_show_in_the_length),
        cmocka_unit_test(test_unpacks_in_blocks_of_every_size),
        cmocka_unit_test(test_a_stream_that_is_cut_does_not_end),
        cmocka_unit_test(test_what_follows_the_end_is_left),
        cmocka_unit_test(test_no_other_bytes_come_to_a_good_end),
        cmocka_unit_test(test_says_what_is_damaged),
    };

    fill_pattern((uint8_t *)pattern, sizeof pattern);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
