/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */

/* Every property is checked for every kernel that this CPU can run.  Texts are
 * long enough for the widest of them: a round of AVX2 is 128 characters. */

#include "codec/base64_kernels.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define N_BYTES 300
#define N_TEXT 2000
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static const struct ir_base64_kernel *kernels;
static size_t n_kernels;
static uint8_t payload[N_BYTES]; /* set once, by main */

/* All that can be seen of decoding a text. */
struct outcome {
    enum ir_base64_result result;
    enum ir_base64_result end;
    size_t consumed;
    size_t produced;
    uint8_t bytes[N_BYTES + 64];
};

static void
feed(struct outcome *o, const struct ir_base64_kernel *k,
    struct ir_base64_decoder *d, const char *text, size_t n)
{
    size_t consumed = 0, produced = 0;

    if (o->result != IR_BASE64_OK)
        return;
    o->result = ir_base64_decode_with(
        k, d, text, n, &consumed, &o->bytes[o->produced], &produced);
    o->consumed += consumed;
    o->produced += produced;
    o->end = ir_base64_decode_end(d);
}

/* Decode a text in two pieces, and see that nothing was written past what was
 * reported. */
static struct outcome
decode_cut(
    const struct ir_base64_kernel *k, const char *text, size_t n, size_t cut)
{
    struct ir_base64_decoder d;
    struct outcome o = {0};

    memset(o.bytes, 0xEE, sizeof o.bytes);
    ir_base64_decode_init(&d);
    feed(&o, k, &d, text, cut);
    feed(&o, k, &d, text + cut, n - cut);
    for (size_t i = o.produced; i < sizeof o.bytes; i++)
        assert_int_equal(o.bytes[i], 0xEE);
    return o;
}

static struct outcome
decode(const struct ir_base64_kernel *k, const char *text, size_t n)
{
    return decode_cut(k, text, n, n);
}

static void
check_same(const struct outcome *a, const struct outcome *b)
{
    assert_int_equal(a->result, b->result);
    assert_int_equal(a->end, b->end);
    assert_int_equal(a->consumed, b->consumed);
    assert_int_equal(a->produced, b->produced);
    assert_memory_equal(a->bytes, b->bytes, sizeof a->bytes);
}

static void
check_decodes(const struct ir_base64_kernel *k, const char *text, size_t n,
    const void *bytes, size_t n_bytes)
{
    struct outcome o = decode(k, text, n);

    assert_int_equal(o.result, IR_BASE64_OK);
    assert_int_equal(o.end, IR_BASE64_OK);
    assert_int_equal(o.consumed, n);
    assert_int_equal(o.produced, n_bytes);
    assert_memory_equal(o.bytes, bytes, n_bytes);
}

/* The definition, bit by bit. */
static size_t
slow_encode(const uint8_t *in, size_t n, char *out)
{
    size_t length = 0;

    for (size_t bit = 0; bit < 8 * n; bit += 6) {
        unsigned value = 0;

        for (size_t i = bit; i < bit + 6; i++) {
            unsigned byte = i < 8 * n ? in[i / 8] : 0u;

            value = value << 1 | (byte >> (7 - i % 8) & 1);
        }
        out[length++] = alphabet[value];
    }
    while (length % 4 != 0)
        out[length++] = '=';
    return length;
}

/* The end of a page that nothing can be touched behind; the process keeps it.
 */
static uint8_t *
end_of_mapping(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int fd = open("/dev/zero", O_RDWR);
    uint8_t *p =
        mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

    assert_true(p != MAP_FAILED);
    close(fd);
    assert_int_equal(mprotect(p + page, page, PROT_NONE), 0);
    return p + page;
}

static const struct {
    const char *bytes;
    const char *text;
} known[] = {
    /* RFC 4648, section 10. */
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    /* The chunk in the server's documentation. */
    {"teal-fox\n", "dGVhbC1mb3gK"},
};

static void
test_gives_the_known_answers(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(known); i++) {
        size_t n_bytes = strlen(known[i].bytes), n = strlen(known[i].text);
        char text[16];

        for (size_t k = 0; k < n_kernels; k++) {
            assert_int_equal(
                ir_base64_encode_with(&kernels[k],
                    (const uint8_t *)known[i].bytes, n_bytes, text),
                n);
            assert_memory_equal(text, known[i].text, n);
            check_decodes(
                &kernels[k], known[i].text, n, known[i].bytes, n_bytes);
        }
    }
}

static void
test_agrees_with_the_definition_at_every_length(void **state)
{
    char expected[N_TEXT], text[N_TEXT];

    (void)state;

    for (size_t n_bytes = 0; n_bytes <= N_BYTES; n_bytes++) {
        size_t n = slow_encode(payload, n_bytes, expected);

        assert_int_equal(ir_base64_encoded_length(n_bytes), n);
        for (size_t k = 0; k < n_kernels; k++) {
            assert_int_equal(
                ir_base64_encode_with(&kernels[k], payload, n_bytes, text), n);
            assert_memory_equal(text, expected, n);
            check_decodes(&kernels[k], text, n, payload, n_bytes);
        }
    }
}

static void
test_encodes_the_same_in_pieces_of_whole_groups(void **state)
{
    char whole[N_TEXT], text[N_TEXT];
    size_t n = 0;

    (void)state;
    n = ir_base64_encode(payload, N_BYTES - 1, whole);

    for (size_t cut = 0; cut < N_BYTES; cut += 3) {
        size_t first = ir_base64_encode(payload, cut, text);
        size_t rest = N_BYTES - 1 - cut;

        first += ir_base64_encode(&payload[cut], rest, &text[first]);
        assert_int_equal(first, n);
        assert_memory_equal(text, whole, n);
    }
}

static void
test_encoded_length_saturates(void **state)
{
    const size_t most = SIZE_MAX / 4 * 3;

    (void)state;

    assert_true(ir_base64_encoded_length(most) == SIZE_MAX - 3);
    assert_true(ir_base64_encoded_length(most + 1) == SIZE_MAX);
    assert_true(ir_base64_encoded_length(SIZE_MAX) == SIZE_MAX);
}

static const struct {
    const char *text;
    size_t consumed;
    enum ir_base64_result result;
    enum ir_base64_result end;
} odd[] = {
    /* Ends inside a group. */
    {"Z", 1, IR_BASE64_OK, IR_BASE64_TRUNCATED},
    {"Zg", 2, IR_BASE64_OK, IR_BASE64_TRUNCATED},
    {"Zm8", 3, IR_BASE64_OK, IR_BASE64_TRUNCATED},
    {"Zg=", 3, IR_BASE64_OK, IR_BASE64_TRUNCATED},
    {"Zg= \n", 5, IR_BASE64_OK, IR_BASE64_TRUNCATED},
    /* Padding in the wrong place, or too much of it. */
    {"=", 0, IR_BASE64_BAD_PADDING, IR_BASE64_BAD_PADDING},
    {"Zm9v=", 4, IR_BASE64_BAD_PADDING, IR_BASE64_BAD_PADDING},
    {"Z=", 1, IR_BASE64_BAD_PADDING, IR_BASE64_BAD_PADDING},
    {"Z===", 1, IR_BASE64_BAD_PADDING, IR_BASE64_BAD_PADDING},
    {"Zg===", 4, IR_BASE64_BAD_PADDING, IR_BASE64_BAD_PADDING},
    {"Zm8==", 4, IR_BASE64_BAD_PADDING, IR_BASE64_BAD_PADDING},
    {"Zg==\r\n=", 6, IR_BASE64_BAD_PADDING, IR_BASE64_BAD_PADDING},
    /* The last letter holds more than the bytes need. */
    {"Zh==", 2, IR_BASE64_TRAILING_BITS, IR_BASE64_TRAILING_BITS},
    {"Zo==", 2, IR_BASE64_TRAILING_BITS, IR_BASE64_TRAILING_BITS},
    {"Zm9=", 3, IR_BASE64_TRAILING_BITS, IR_BASE64_TRAILING_BITS},
    {"Zm+=", 3, IR_BASE64_TRAILING_BITS, IR_BASE64_TRAILING_BITS},
    /* Padding in the middle. */
    {"Zg=v", 3, IR_BASE64_AFTER_PADDING, IR_BASE64_AFTER_PADDING},
    {"Zg==Zg==", 4, IR_BASE64_AFTER_PADDING, IR_BASE64_AFTER_PADDING},
    {"Zm8= Zm9v", 5, IR_BASE64_AFTER_PADDING, IR_BASE64_AFTER_PADDING},
    /* Bytes that end the text, wherever they stand. */
    {"<", 0, IR_BASE64_STOPPED, IR_BASE64_OK},
    {"Zm9v</x>", 4, IR_BASE64_STOPPED, IR_BASE64_OK},
    {"Zg==</x>", 4, IR_BASE64_STOPPED, IR_BASE64_OK},
    {"Zg== \n</x>", 6, IR_BASE64_STOPPED, IR_BASE64_OK},
    {"Zg=</x>", 3, IR_BASE64_STOPPED, IR_BASE64_TRUNCATED},
    {"Zm9vZ</x>", 5, IR_BASE64_STOPPED, IR_BASE64_TRUNCATED},
    {"Zm-_", 2, IR_BASE64_STOPPED, IR_BASE64_TRUNCATED},
    {"Zm9v\v", 4, IR_BASE64_STOPPED, IR_BASE64_OK},
    {"Zm9v\xC2\xA0", 4, IR_BASE64_STOPPED, IR_BASE64_OK},
};

static void
test_says_what_is_wrong_and_where(void **state)
{
    static const size_t lead[] = {0, 4, 16, 32, 64, 128, 160};

    (void)state;

    for (size_t i = 0; i < COUNT(odd) * COUNT(lead); i++) {
        size_t row = i / COUNT(lead), before = lead[i % COUNT(lead)];
        char text[N_TEXT];

        memset(text, 'A', before);
        memcpy(text + before, odd[row].text, strlen(odd[row].text));
        for (size_t k = 0; k < n_kernels; k++) {
            struct outcome o =
                decode(&kernels[k], text, before + strlen(odd[row].text));

            assert_int_equal(o.result, odd[row].result);
            assert_int_equal(o.end, odd[row].end);
            assert_int_equal(o.consumed, before + odd[row].consumed);
        }
    }
}

static void
test_failure_is_final(void **state)
{
    struct ir_base64_decoder d;
    size_t consumed = 0, produced = 0;
    uint8_t bytes[6];

    (void)state;
    ir_base64_decode_init(&d);
    ir_base64_decode(&d, "Zm9v=", 5, &consumed, bytes, &produced);

    assert_int_equal(
        ir_base64_decode(&d, "Zm9v", 4, &consumed, bytes, &produced),
        IR_BASE64_BAD_PADDING);
    assert_int_equal(consumed, 0);
    assert_int_equal(produced, 0);
}

/* As after a comment or a CDATA mark, which the caller steps over. */
static void
test_goes_on_after_a_stop(void **state)
{
    struct ir_base64_decoder d;
    size_t consumed = 0, produced = 0;
    uint8_t bytes[6];

    (void)state;
    ir_base64_decode_init(&d);

    assert_int_equal(
        ir_base64_decode(&d, "Zm<", 3, &consumed, bytes, &produced),
        IR_BASE64_STOPPED);
    assert_int_equal(ir_base64_decode(&d, "9v", 2, &consumed, bytes, &produced),
        IR_BASE64_OK);
    assert_int_equal(produced, 3);
    assert_memory_equal(bytes, "foo", 3);
    assert_int_equal(ir_base64_decode_end(&d), IR_BASE64_OK);
}

static void
test_is_the_same_at_every_split(void **state)
{
    static const char *const ends[] = {"", "Zg==", "Zm8=", "Zm8= \r\n</x>",
        "Z\tm\n9 v", "Zh==", "Zm8=Z", "Zm9v=", "Zg="};

    (void)state;

    for (size_t i = 0; i < COUNT(ends); i++) {
        char text[N_TEXT];
        size_t n = slow_encode(payload, 150, text);

        memcpy(text + n, ends[i], strlen(ends[i]));
        n += strlen(ends[i]);
        for (size_t k = 0; k < n_kernels; k++) {
            struct outcome whole = decode(&kernels[k], text, n);

            for (size_t cut = 0; cut < n; cut++) {
                struct outcome o = decode_cut(&kernels[k], text, n, cut);

                check_same(&o, &whole);
            }
        }
    }
}

/* 'c' at 'i' in a text of 'n' letters, in all but padding. */
static void
check_meaning(const struct outcome *o, char c, size_t i, size_t n)
{
    int is_letter = c != '\0' && strchr(alphabet, c) != NULL;
    int is_space = c != '\0' && strchr(" \t\r\n", c) != NULL;
    size_t n_letters = is_letter ? n : is_space ? n - 1 : i;

    if (c == '=')
        return;
    assert_int_equal(o->produced, n_letters / 4 * 3);
    assert_int_equal(o->consumed, is_letter || is_space ? n : i);
    assert_int_equal(
        o->result, is_letter || is_space ? IR_BASE64_OK : IR_BASE64_STOPPED);
    assert_int_equal(
        o->end, n_letters % 4 == 0 ? IR_BASE64_OK : IR_BASE64_TRUNCATED);
}

static void
test_every_byte_in_every_place_means_the_same_to_all_kernels(void **state)
{
    static const size_t lengths[] = {96, 128 + 32 + 16 + 4};
    char text[N_TEXT];

    (void)state;

    for (size_t l = 0; l < COUNT(lengths); l++) {
        size_t n = slow_encode(payload, lengths[l] / 4 * 3, text);

        for (size_t i = 0; i < n * 256; i++) {
            char was = text[i / 256];
            struct outcome twin;

            text[i / 256] = (char)(i % 256);
            twin = decode(&kernels[n_kernels - 1], text, n);
            check_meaning(&twin, text[i / 256], i / 256, n);
            for (size_t k = 0; k < n_kernels; k++) {
                struct outcome o = decode(&kernels[k], text, n);

                check_same(&o, &twin);
            }
            text[i / 256] = was;
        }
    }
}

/* White space after every 'line' letters, 'line' from one to all of them. */
static void
test_skips_white_space_anywhere(void **state)
{
    char plain[N_TEXT], text[N_TEXT];
    size_t n = slow_encode(payload, N_BYTES - 1, plain);

    (void)state;

    for (size_t line = 1; line <= n; line++) {
        size_t length = 0;

        for (size_t i = 0; i < n; i++) {
            text[length++] = plain[i];
            if ((i + 1) % line != 0)
                continue;
            memcpy(text + length, "\r\n\t ", 4);
            length += 4;
        }
        for (size_t k = 0; k < n_kernels; k++)
            check_decodes(&kernels[k], text, length, payload, N_BYTES - 1);
    }
}

static void
test_stays_inside_its_buffers(void **state)
{
    uint8_t *in_end = end_of_mapping(), *out_end = end_of_mapping();
    char text[N_TEXT];

    (void)state;

    for (size_t n_bytes = 0; n_bytes <= N_BYTES; n_bytes++) {
        size_t n = slow_encode(payload, n_bytes, text);
        size_t consumed = 0, produced = 0;
        struct ir_base64_decoder d;

        for (size_t k = 0; k < n_kernels; k++) {
            memcpy(in_end - n_bytes, payload, n_bytes);
            ir_base64_encode_with(
                &kernels[k], in_end - n_bytes, n_bytes, (char *)out_end - n);
            assert_memory_equal(out_end - n, text, n);

            ir_base64_decode_init(&d);
            memcpy(in_end - n, text, n);
            ir_base64_decode_with(&kernels[k], &d, (char *)in_end - n, n,
                &consumed, out_end - n_bytes, &produced);
            assert_int_equal(produced, n_bytes);
            assert_memory_equal(out_end - n_bytes, payload, n_bytes);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gives_the_known_answers),
        cmocka_unit_test(test_agrees_with_the_definition_at_every_length),
        cmocka_unit_test(test_encodes_the_same_in_pieces_of_whole_groups),
        cmocka_unit_test(test_encoded_length_saturates),
        cmocka_unit_test(test_says_what_is_wrong_and_where),
        cmocka_unit_test(test_failure_is_final),
        cmocka_unit_test(test_goes_on_after_a_stop),
        cmocka_unit_test(test_is_the_same_at_every_split),
        cmocka_unit_test(
            test_every_byte_in_every_place_means_the_same_to_all_kernels),
        cmocka_unit_test(test_skips_white_space_anywhere),
        cmocka_unit_test(test_stays_inside_its_buffers),
    };
    uint32_t x = 4648;

    kernels = ir_base64_kernels(&n_kernels);
    for (size_t i = 0; i < N_BYTES; i++) {
        x = x * 1664525 + 1013904223;
        payload[i] = (uint8_t)(x >> 24);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
