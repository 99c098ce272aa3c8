/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */

/* CRC-32 and its text form.  Known answers: the check value of CRC catalogues,
 * and the vectors of the server's documentation. */

#include "codec/crc32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *bytes;
    uint32_t crc;
    const char *text;
} known[] = {
    {"", 0, "0"},
    {"123456789", 0xCBF43926, "CBF43926"},
    {"teal-fox\n", 0xE21E754F, "E21E754F"},
    {"sample-29", 0x00FFFFC8, "FFFFC8"},
};

#define N_KNOWN (sizeof known / sizeof known[0])

static void
fill(uint8_t *p, size_t n)
{
    uint32_t x = 29;

    for (size_t i = 0; i < n; i++) {
        x = x * 1664525 + 1013904223;
        p[i] = (uint8_t)(x >> 24);
    }
}

/* The definition, bit by bit. */
static uint32_t
slow_crc(const uint8_t *p, size_t n)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

static void
test_gives_the_known_answers(void **state)
{
    (void)state;

    for (size_t i = 0; i < N_KNOWN; i++) {
        size_t n = strlen(known[i].bytes);

        assert_int_equal(ir_crc32(0, known[i].bytes, n), known[i].crc);
    }
}

static void
test_agrees_with_the_definition_at_every_length(void **state)
{
    uint8_t bytes[300];

    (void)state;
    fill(bytes, sizeof bytes);

    for (size_t n = 0; n <= sizeof bytes; n++)
        assert_int_equal(ir_crc32(0, bytes, n), slow_crc(bytes, n));
}

static void
test_is_the_same_at_every_split(void **state)
{
    uint8_t bytes[300];
    uint32_t whole;

    (void)state;
    fill(bytes, sizeof bytes);
    whole = ir_crc32(0, bytes, sizeof bytes);

    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        uint32_t crc = ir_crc32(0, bytes, cut);

        crc = ir_crc32(crc, &bytes[cut], sizeof bytes - cut);
        assert_int_equal(crc, whole);
    }
}

static void
test_is_unchanged_by_no_bytes(void **state)
{
    (void)state;

    assert_int_equal(ir_crc32(0xE21E754F, NULL, 0), 0xE21E754F);
    assert_int_equal(ir_crc32(0xE21E754F, "", 0), 0xE21E754F);
}

static void
test_combines_at_every_split(void **state)
{
    uint8_t bytes[300];
    uint32_t whole;

    (void)state;
    fill(bytes, sizeof bytes);
    whole = ir_crc32(0, bytes, sizeof bytes);

    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        uint32_t a = ir_crc32(0, bytes, cut);
        uint32_t b = ir_crc32(0, &bytes[cut], sizeof bytes - cut);

        assert_int_equal(ir_crc32_combine(a, b, sizeof bytes - cut), whole);
    }
}

/* A step of 2^32 - 1 bytes is none: that is the period of the polynomial. */
static void
test_combines_lengths_beyond_32_bits(void **state)
{
    const uint64_t period = UINT32_MAX;
    uint32_t near = ir_crc32_combine(0xCBF43926, 0xE21E754F, 9);

    (void)state;

    assert_int_equal(
        ir_crc32_combine(0xCBF43926, 0xE21E754F, 9 + period), near);
    assert_int_equal(
        ir_crc32_combine(0xCBF43926, 0xE21E754F, 9 + 1000 * period), near);
}

static void
test_combines_parts_in_any_grouping(void **state)
{
    uint8_t bytes[300];
    uint32_t a, b, c;

    (void)state;
    fill(bytes, sizeof bytes);
    a = ir_crc32(0, bytes, 100);
    b = ir_crc32(0, &bytes[100], 100);
    c = ir_crc32(0, &bytes[200], 100);

    assert_int_equal(ir_crc32_combine(ir_crc32_combine(a, b, 100), c, 100),
        ir_crc32_combine(a, ir_crc32_combine(b, c, 100), 200));
}

static void
test_formats_in_upper_case_without_padding(void **state)
{
    char text[9];

    (void)state;

    for (size_t i = 0; i < N_KNOWN; i++) {
        ir_crc32_format(known[i].crc, text);
        assert_string_equal(text, known[i].text);
    }
}

static void
test_reads_back_what_it_formats(void **state)
{
    (void)state;

    for (uint32_t crc = 1; crc != 0; crc <<= 1) {
        uint32_t read = 0;
        char text[9];

        ir_crc32_format(crc, text);
        assert_int_equal(ir_crc32_parse(text, &read), IR_CRC32_OK);
        assert_int_equal(read, crc);
    }
}

static void
test_reads_any_case_padding_and_surrounding_space(void **state)
{
    static const char *const texts[] = {"FFFFC8", "ffffc8", "00FFFFC8",
        "0fFfFc8", " FFFFC8", "FFFFC8 ", "\r\n\t FFFFC8\t\r\n "};

    (void)state;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint32_t crc = 0;

        assert_int_equal(ir_crc32_parse(texts[i], &crc), IR_CRC32_OK);
        assert_int_equal(crc, 0xFFFFC8);
    }
}

static void
test_takes_empty_text_as_no_checksum(void **state)
{
    static const char *const texts[] = {NULL, "", " ", "\r\n\t "};

    (void)state;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint32_t crc = 7;

        assert_int_equal(ir_crc32_parse(texts[i], &crc), IR_CRC32_NONE);
        assert_int_equal(crc, 7);
    }
}

static void
test_rejects_what_is_no_checksum(void **state)
{
    static const char *const texts[] = {"FFFFFFFFF", "000000001", "0x1F", "-1",
        "+1", "FFG", "G", "FF FF", "FF,", "\vFF", "FF\f", "#FF",
        "\xEF\xBB\xBF\x46", "True"};

    (void)state;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint32_t crc = 7;

        assert_int_equal(ir_crc32_parse(texts[i], &crc), IR_CRC32_MALFORMED);
        assert_int_equal(crc, 7);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gives_the_known_answers),
        cmocka_unit_test(test_agrees_with_the_definition_at_every_length),
        cmocka_unit_test(test_is_the_same_at_every_split),
        cmocka_unit_test(test_is_unchanged_by_no_bytes),
        cmocka_unit_test(test_combines_at_every_split),
        cmocka_unit_test(test_combines_lengths_beyond_32_bits),
        cmocka_unit_test(test_combines_parts_in_any_grouping),
        cmocka_unit_test(test_formats_in_upper_case_without_padding),
        cmocka_unit_test(test_reads_back_what_it_formats),
        cmocka_unit_test(test_reads_any_case_padding_and_surrounding_space),
        cmocka_unit_test(test_takes_empty_text_as_no_checksum),
        cmocka_unit_test(test_rejects_what_is_no_checksum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
