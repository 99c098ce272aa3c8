/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The SIMD and the portable codecs agree, with each other and with the oracle:
 *
 *     agree [EVERY [SEED]]     default 1 1
 *
 * gives every kernel each EVERYth of 10^8 inputs.  More than half
 * of them are all lengths at all places in memory, every corruption of a block
 * and every split; the others are drawn at random, each from its number and
 * SEED.  The same arguments give the same inputs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "codec/base64_kernels.h"

#define N_INPUTS 100000000u
#define LONGEST 4096u
#define N_BLOCKS 400u   /* that are corrupted everywhere */
#define BLOCK_BYTES 96u
#define SPLIT_CHARS 400u /* longest text that is cut everywhere */
#define MOST_DIFFERENCES 20u
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static struct {
    uint64_t every;
    uint64_t seed;
    uint64_t n_met;   /* inputs that there are */
    uint64_t n_given; /* to the kernels */
    uint64_t n_differences;
} run = { 1, 1, 0, 0, 0 };

static uint64_t drawn; /* the state of draw() */

/* The next number, by splitmix64. */
static uint64_t
draw(void)
{
    uint64_t z = drawn += 0x9E3779B97F4A7C15;

    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

static size_t
below(size_t n)
{
    return (size_t)(draw() % n);
}

static void
draw_bytes(uint8_t *bytes, size_t n)
{
    uint64_t some = 0;

    for (size_t i = 0; i < n; i++) {
        some = i % 8 == 0 ? draw() : some >> 8;
        bytes[i] = (uint8_t)some;
    }
}

static void
draw_letters(char *text, size_t n)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t some = 0;

    for (size_t i = 0; i < n; i++) {
        some = i % 8 == 0 ? draw() : some >> 8;
        text[i] = letters[some & 63];
    }
}

/* Is the next input one of those to give? */
static int
is_chosen(void)
{
    int chosen = run.n_met++ % run.every == 0;

    run.n_given += (uint64_t)chosen;
    return chosen;
}

static void
count(int is_same)
{
    if (is_same)
        return;
    fprintf(stderr, "agree: input %llu of seed %llu\n",
        (unsigned long long)run.n_met, (unsigned long long)run.seed);
    if (++run.n_differences == MOST_DIFFERENCES)
        exit(1);
}

static void
give_text(const struct codec_input *in)
{
    static struct answer want;

    if (!is_chosen())
        return;
    oracle_decode(in->bytes, in->n, in->goes_on, &want);
    count(codec_decode(in, &want));
}

/* ---- All lengths at all places ----------------------------------------- */

/* At all places in memory, as 'give' says. */
static void
give_everywhere(struct codec_input *in,
    void (*give)(const struct codec_input *in, const void *want),
    const void *want)
{
    for (in->in_align = 0; in->in_align < CODEC_ALIGNS; in->in_align++)
        for (in->out_align = 0; in->out_align < CODEC_ALIGNS; in->out_align++)
            if (is_chosen())
                give(in, want);
}

static void
give_decode(const struct codec_input *in, const void *want)
{
    count(codec_decode(in, want));
}

static void
give_encode(const struct codec_input *in, const void *want)
{
    count(codec_encode(in, want, (in->n + 2) / 3 * 4));
}

static void
all_lengths(void)
{
    static uint8_t bytes[LONGEST];
    static char text[LONGEST], encoded[LONGEST * 2];
    static struct answer want;
    uint32_t crc = 0;

    draw_bytes(bytes, sizeof bytes);
    draw_letters(text, sizeof text);
    for (size_t n = 0; n <= LONGEST; n++) {
        struct codec_input in = { bytes, n, 0, 0, 0, 1, 0 };

        oracle_encode(bytes, n, encoded);
        give_everywhere(&in, give_encode, encoded);
        in.bytes = text;
        oracle_decode(text, n, 0, &want);
        give_everywhere(&in, give_decode, &want);
        in.bytes = bytes;
        in.out_align = 0;
        for (in.in_align = 0; in.in_align < CODEC_ALIGNS; in.in_align++)
            if (is_chosen())
                count(codec_crc32(&in, crc));
        crc = oracle_crc32(crc, bytes + n, n < LONGEST);
    }
}

/* ---- Every corruption of a block --------------------------------------- */

static void
all_corruptions(void)
{
    uint8_t bytes[BLOCK_BYTES];
    char text[BLOCK_BYTES / 3 * 4];

    for (size_t block = 0; block < N_BLOCKS; block++) {
        /* In turn of 96 characters, and of 96 bytes. */
        size_t n = block % 2 == 0 ? BLOCK_BYTES : sizeof text;
        struct codec_input in = { text, n, below(64), below(64), 0, 1, 0 };

        draw_bytes(bytes, sizeof bytes);
        oracle_encode(bytes, n / 4 * 3, text);
        for (size_t i = 0; i < n * 256; i++) {
            char was = text[i / 256];

            text[i / 256] = (char)(i % 256);
            if (text[i / 256] != was)
                give_text(&in);
            text[i / 256] = was;
        }
    }
}

/* ---- Every split ------------------------------------------------------- */

static void
all_splits(void)
{
    static const char *const ends[] = { "", "Zg==", "Zm8=", "Zm8= \r\n</x>",
        "Z\tm\n9 v", "Zh==", "Zm8=Z", "Zm9v=", "Zg=", "Z", "<!-- -->Zm9v" };
    char text[SPLIT_CHARS + 32];

    for (size_t i = 0; i < COUNT(ends) * (SPLIT_CHARS + 1); i++) {
        size_t lead = i / COUNT(ends), n = strlen(ends[i % COUNT(ends)]);
        struct codec_input in = { text, lead + n, below(64), below(64), 0, 0,
            i % 2 == 0 };

        draw_letters(text, lead);
        memcpy(text + lead, ends[i % COUNT(ends)], n);
        in.then = lead + n;
        for (in.first = 1; in.first < in.n; in.first++)
            give_text(&in);
    }
}

/* ---- At random --------------------------------------------------------- */

/* Mostly short: every kernel's round is at most 128 characters. */
static size_t
draw_length(void)
{
    return below(draw() % 256 == 0 ? LONGEST + 1 : (size_t)8 << below(7));
}

static void
draw_places(struct codec_input *in)
{
    in->in_align = below(CODEC_ALIGNS);
    in->out_align = below(CODEC_ALIGNS);
    in->first = below(2) == 0 ? 0 : 1 + below(in->n + 1);
    in->then = 1 + below(in->n + 1);
    in->goes_on = below(2) == 0;
}

/* 'n' letters, padded where that makes them whole. */
static size_t
draw_plain(char *text, size_t n)
{
    size_t n_pads = n % 4 < 2 ? 0 : 4 - n % 4;

    draw_letters(text, n);
    if (n_pads == 2)
        text[n - 1] = "AQgw"[below(4)];
    if (n_pads == 1)
        text[n - 1] = "AEIMQUYcgkosw048"[below(16)];
    memset(text + n, '=', n_pads);
    return n + n_pads;
}

/* The same in lines of 'line' characters. */
static size_t
draw_text(char *text, size_t n, size_t line)
{
    char plain[LONGEST + 4];
    size_t length = 0;

    n = draw_plain(plain, n);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && i % line == 0) {
            memcpy(text + length, "\r\n", 2);
            length += 2;
        }
        text[length++] = plain[i];
    }
    return length;
}

/* Something that a kernel could take for a letter, or for none. */
static char
draw_odd(void)
{
    static const char odd[] = "=== \t\r\n<>&@[`{.-:,*_!~\x7F\x80\xC1\xFF";

    return below(4) == 0 ? (char)draw() : odd[below(sizeof odd)];
}

static void
random_text(void)
{
    char text[LONGEST * 3 + 8];
    size_t n = draw_length();
    size_t line = below(2) == 0 ? LONGEST * 2 : 1 + below(80);
    struct codec_input in = { .bytes = text };

    in.n = draw_text(text, n, line);
    for (size_t n_odd = below(4); n_odd > 0 && in.n > 0; n_odd--) {
        /* Half of them near the end, where padding is. */
        size_t back = 1 + below(below(2) == 0 && in.n > 8 ? 8 : in.n);

        text[in.n - back] = draw_odd();
    }
    draw_places(&in);
    give_text(&in);
}

static void
random_bytes(void)
{
    uint8_t bytes[LONGEST];
    char want[LONGEST * 2];
    struct codec_input in = { .bytes = bytes, .n = draw_length() };

    if (in.n > LONGEST)
        in.n = LONGEST;
    if (below(16) == 0)
        memset(bytes, below(2) == 0 ? 0 : 0xFF, in.n);
    else
        draw_bytes(bytes, in.n);
    draw_places(&in);
    if (!is_chosen())
        return;
    if (below(4) == 0)
        count(codec_crc32(&in, oracle_crc32(0, bytes, in.n)));
    else
        count(codec_encode(&in, want, oracle_encode(bytes, in.n, want)));
}

static void
random_inputs(void)
{
    while (run.n_met < N_INPUTS) {
        if (run.n_met % run.every != 0) {
            run.n_met++;
            continue;
        }
        drawn = run.seed << 32 ^ run.n_met;
        if (below(3) == 0)
            random_bytes();
        else
            random_text();
    }
}

int
main(int argc, char **argv)
{
    uint64_t due;
    size_t n_kernels;
    const struct ir_base64_kernel *k = ir_base64_kernels(&n_kernels);

    if (argc > 1)
        run.every = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        run.seed = strtoull(argv[2], NULL, 10);
    if (run.every == 0)
        return 2;
    drawn = run.seed;
    all_lengths();
    all_corruptions();
    all_splits();
    random_inputs();
    due = (N_INPUTS + run.every - 1) / run.every;
    for (; n_kernels-- > 0; k++)
        printf("%s ", k->name);
    printf("agree: %llu inputs, %llu differences\n",
        (unsigned long long)run.n_given,
        (unsigned long long)run.n_differences);
    return run.n_differences != 0 || run.n_given != due;
}
