/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Which bytes are asked for, and what the chunks prove about the whole. */
#include "transfer/plan.h"

#include <string.h>

#include "codec/crc32.h"
#include "support.h"

static uint8_t pattern[100];

/* The chunk of the pattern at the plan's offset. */
static struct ir_chunk
chunk_of(const struct ir_plan *p, uint64_t length)
{
    return (struct ir_chunk){
        .offset = p->offset,
        .length = length,
        .file_length = p->size_bytes,
        .crc32 = ir_crc32(0, pattern + p->offset, (size_t)length),
        .last = p->offset + length == p->size_bytes,
    };
}

/* Take all chunks, each as long as asked but at most 'limit'. */
static void
take_all(struct ir_plan *p, uint64_t limit)
{
    struct ir_error e = { 0 };
    uint64_t offset;
    uint64_t length;

    while (ir_plan_next(p, &offset, &length)) {
        struct ir_chunk c = chunk_of(p, length < limit ? length : limit);

        assert_true(offset == p->offset);
        assert_in_range(length, 1, p->chunk_bytes);
        assert_true(offset + length <= p->size_bytes);
        assert_int_equal(ir_plan_accept(p, &c, &e), IR_OK);
    }
}

static void
test_an_empty_document_needs_no_chunk(void **state)
{
    struct ir_plan p;
    uint64_t offset;
    uint64_t length;

    (void)state;
    ir_plan_init(&p, 0, 4);

    assert_false(ir_plan_next(&p, &offset, &length));

    assert_int_equal(p.crc32, 0);
}

static void
test_every_size_is_covered_by_as_few_chunks_as_it_takes(void **state)
{
    (void)state;

    for (uint64_t size = 1; size <= 100; size++)
        for (uint64_t chunk = 1; chunk <= 101; chunk++) {
            struct ir_plan p;

            ir_plan_init(&p, size, chunk);
            take_all(&p, chunk);
            assert_true(p.offset == size);
            assert_true(p.n_chunks == (size + chunk - 1) / chunk);
            assert_int_equal(p.crc32, ir_crc32(0, pattern, (size_t)size));
        }
}

static void
test_shorter_chunks_than_asked_are_fine(void **state)
{
    struct ir_plan p;

    (void)state;
    ir_plan_init(&p, 100, 40);

    take_all(&p, 7);

    assert_int_equal(p.n_chunks, 15);
    assert_int_equal(p.crc32, ir_crc32(0, pattern, 100));
}

static void
test_offsets_go_past_every_32_bit_edge(void **state)
{
    static const uint64_t sizes[] = { 2147483647, 2147483648, 2147483649,
        4294967295, 4294967296, 4294967297, INT64_MAX };

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct ir_plan p;
        uint64_t offset;
        uint64_t length;

        ir_plan_init(&p, sizes[i], 4194304);
        p.offset = sizes[i] - 1;
        assert_true(ir_plan_next(&p, &offset, &length));
        assert_true(offset == sizes[i] - 1);
        assert_int_equal(length, 1);
    }
}

static void
test_a_chunk_of_a_document_of_another_size_is_a_change(void **state)
{
    static const uint64_t sizes[] = { 0, 99, 101 };

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct ir_error e = { 0 };
        struct ir_plan p;
        struct ir_chunk c;

        ir_plan_init(&p, 100, 10);
        c = chunk_of(&p, 10);
        c.file_length = sizes[i];
        assert_int_equal(ir_plan_accept(&p, &c, &e), IR_E_CHANGED);
        check_error("size", &e, IR_E_CHANGED, "100 were staged");
        assert_int_equal(p.offset, 0);
        assert_int_equal(p.n_chunks, 0);
    }
}

static void
test_the_crc_of_the_whole_proves_the_document(void **state)
{
    struct ir_error e = { 0 };
    struct ir_document d = { .has_crc32 = 1 };
    struct ir_plan p;
    enum ir_level level;

    (void)state;
    ir_plan_init(&p, 100, 30);
    take_all(&p, 30);
    d.crc32 = ir_crc32(0, pattern, 100);

    assert_int_equal(ir_plan_finish(&p, &d, &level, &e), IR_OK);

    assert_int_equal(level, IR_LEVEL_VERIFIED);
}

static void
test_another_crc_of_the_whole_proves_nothing(void **state)
{
    struct ir_error e = { 0 };
    struct ir_document d = { .has_crc32 = 1, .crc32 = 0x12345678 };
    struct ir_plan p;
    enum ir_level level;

    (void)state;
    ir_plan_init(&p, 100, 30);
    take_all(&p, 30);

    assert_int_equal(ir_plan_finish(&p, &d, &level, &e), IR_E_CORRUPT);

    check_error("CRC", &e, IR_E_CORRUPT, "expected 12345678");
    assert_int_equal(level, IR_LEVEL_NONE);
}

static void
test_without_a_crc_the_chunks_are_what_is_proved(void **state)
{
    struct ir_error e = { 0 };
    struct ir_document d = { .has_crc32 = 0, .crc32 = 0x12345678 };
    struct ir_plan p;
    enum ir_level level;

    (void)state;
    ir_plan_init(&p, 100, 30);
    take_all(&p, 30);

    assert_int_equal(ir_plan_finish(&p, &d, &level, &e), IR_OK);

    assert_int_equal(level, IR_LEVEL_CHUNK_VERIFIED);
}

static void
test_chunks_in_another_order_are_found_out(void **state)
{
    struct ir_error e = { 0 };
    struct ir_document d = { .has_crc32 = 1 };
    struct ir_plan p;
    struct ir_chunk first;
    struct ir_chunk second;
    enum ir_level level;

    (void)state;
    d.crc32 = ir_crc32(0, pattern, 100);
    ir_plan_init(&p, 100, 50);
    first = chunk_of(&p, 50);
    p.offset = 50;
    second = chunk_of(&p, 50);
    p.offset = 0;

    ir_plan_accept(&p, &second, &e);
    ir_plan_accept(&p, &first, &e);

    assert_int_equal(ir_plan_finish(&p, &d, &level, &e), IR_E_CORRUPT);
}

static int
set_up(void **state)
{
    (void)state;
    fill_pattern(pattern, sizeof pattern);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_document_needs_no_chunk),
        cmocka_unit_test(
            test_every_size_is_covered_by_as_few_chunks_as_it_takes),
        cmocka_unit_test(test_shorter_chunks_than_asked_are_fine),
        cmocka_unit_test(test_offsets_go_past_every_32_bit_edge),
        cmocka_unit_test(
            test_a_chunk_of_a_document_of_another_size_is_a_change),
        cmocka_unit_test(test_the_crc_of_the_whole_proves_the_document),
        cmocka_unit_test(test_another_crc_of_the_whole_proves_nothing),
        cmocka_unit_test(test_without_a_crc_the_chunks_are_what_is_proved),
        cmocka_unit_test(test_chunks_in_another_order_are_found_out),
    };

    return cmocka_run_group_tests(tests, set_up, NULL);
}
