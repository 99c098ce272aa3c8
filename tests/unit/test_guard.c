/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The guard stops what is no XML or costs too much, and says the same wherever
 * the text is cut. */
#include "wire/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#define TAGS 8

/* A text with its length, so that it may hold NUL. */
#define TEXT(literal) (literal), sizeof(literal) - 1

static const struct {
    const char *text;
    size_t n;
    const char *why; /* NULL: it may be parsed */
} documents[] = {
    { TEXT("<a/>"), NULL },
    { TEXT("<?xml version=\"1.0\" encoding='utf-8'?>\r\n<a b='1'>x</a>\n"),
        NULL },
    { TEXT("\xEF\xBB\xBF<a/>"), NULL },
    { TEXT(" \t\r\n<a/>"), NULL },
    { TEXT("<a b='>' c=\">\" d='\"' e=\"'\">x > y</a>"), NULL },
    { TEXT("<a><!-- <b> - -> ' \" < --></a>"), NULL },
    { TEXT("<a><!----></a>"), NULL },
    { TEXT("<a><![CDATA[<b> ] ]> ]] ' \" <]]></a>"), NULL },
    { TEXT("<a><![CDATA[]]></a>"), NULL },
    { TEXT("<a>&lt;!DOCTYPE&gt;</a>"), NULL },
    { TEXT("<1/><2/><3/><4/><5/><6/><7/><8/>"), NULL },
    { TEXT("<a> </a><!-- 3 --><![CDATA[4]]><?5?><6/><7/><8/>"), NULL },
    { TEXT(""), NULL },
    { TEXT("{}"), "not XML" },
    { TEXT("Missing parameter: path"), "not XML" },
    { TEXT("\x1F\x8B\x08"), "not XML" },
    { TEXT("%PDF-1.4<a/>"), "not XML" },
    { TEXT("\xFE\xFF\0<\0a"), "not UTF-8" },
    { TEXT("\xFF\xFE<\0a\0"), "not UTF-8" },
    { TEXT("\0<\0a"), "not UTF-8" },
    { TEXT("\0\0\0<"), "not UTF-8" },
    { TEXT("<\0a\0>\0"), "not XML" },
    { TEXT("<a\0>"), "not XML" },
    { TEXT("<a b='\0'>"), "not XML" },
    { TEXT("<a b='&#0065;&#65;&#x0041;&#xA;&#Xf;&amp;#0; &&#1;'/>"), NULL },
    { TEXT("<a b='#0; &0; &x0; & #0;'>&#0;</a>"), NULL },
    { TEXT("<a b='&#0;'/>"), "no character" },
    { TEXT("<a b='&#0000;'/>"), "no character" },
    { TEXT("<a b=\"x&#x0;y\"/>"), "no character" },
    { TEXT("<a b='&#X000;'/>"), "no character" },
    { TEXT("<a b='&&#0;'/>"), "no character" },
    { TEXT("<a b='&#;'/>"), "no character" },
    { TEXT("<a b='&#x;'/>"), "no character" },
    { TEXT("<a b='&#a;'/>"), "no character" },
    { TEXT("<a b='&#0x1;'/>"), "no character" },
    { TEXT("<a b='&#-1;'/>"), "no character" },
    { TEXT("<!DOCTYPE a [<!ENTITY e 'x'>]><a/>"), "document type" },
    { TEXT("<?xml version='1.0'?><!DOCTYPE html><a/>"), "document type" },
    { TEXT("<a><!ENTITY e 'x'></a>"), "document type" },
    { TEXT("<a><!></a>"), "document type" },
    { TEXT("<1/><2/><3/><4/><5/><6/><7/><8/><9/>"), "more elements" },
    { TEXT("<!--1--><!--2--><!--3--><!--4--><!--5--><!--6--><!--7--><!--8-->"
           "<9/>"), "more elements" },
};

/* A parser that is less strict than the guard would end these earlier than the
 * guard does, and read as tags what the guard takes for a comment. */
static const struct {
    const char *text;
    size_t n;
} doubtful[] = {
    { TEXT("<a><!-x><b></b><!-- --></a>") },
    { TEXT("<a><!-- --x><b></b><!-- --></a>") },
    { TEXT("<a><!-- -- ><b></b><!-- --></a>") },
    { TEXT("<a><![X[<b></b>]]></a>") },
    { TEXT("<a><![]]><!--[]]><b></b>--></a>") },
    { TEXT("<a><![CDATA<b></b>[]]></a>") },
};

/* What the guard says of a text that arrives in pieces of 'piece' bytes after
 * a first one of 'first'.  Pieces are blocks of their own, so that reading past
 * one is seen. */
static const char *
check_in_pieces(const char *text, size_t n, size_t first, size_t piece)
{
    struct ir_guard g;
    const char *why = NULL;
    size_t at = 0;

    ir_guard_init(&g, TAGS);
    while (at < n && why == NULL) {
        size_t length = at == 0 && first > 0 ? first : piece;
        char *block;

        if (length > n - at)
            length = n - at;
        block = malloc(length);
        assert_non_null(block);
        memcpy(block, text + at, length);
        why = ir_guard_check(&g, block, length);
        free(block);
        at += length;
    }
    return why;
}

static void
check_why(size_t row, const char *why)
{
    const char *expected = documents[row].why;

    if ((why == NULL) != (expected == NULL)
        || (why != NULL && strstr(why, expected) == NULL))
        fail_msg("%s: got \"%s\"", documents[row].text,
            why == NULL ? "fine" : why);
}

static void
test_says_what_may_be_parsed(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(documents); i++)
        check_why(i, check_in_pieces(documents[i].text, documents[i].n, 0,
            documents[i].n));
}

static void
test_says_the_same_wherever_the_text_is_cut_in_two(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(documents); i++)
        for (size_t cut = 1; cut < documents[i].n; cut++)
            check_why(i, check_in_pieces(documents[i].text, documents[i].n,
                cut, documents[i].n));
}

static void
test_says_the_same_in_pieces_of_every_size(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(documents); i++)
        for (size_t piece = 1; piece <= documents[i].n; piece++)
            check_why(i, check_in_pieces(documents[i].text, documents[i].n, 0,
                piece));
}

static void
test_refuses_what_a_parser_may_end_earlier(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(doubtful); i++)
        if (check_in_pieces(doubtful[i].text, doubtful[i].n, 0, doubtful[i].n)
            == NULL)
            fail_msg("%s: accepted", doubtful[i].text);
}

/* What the guard says of a tag of 'n' bytes, by 'fill' in the middle. */
static const char *
check_tag(size_t n, char fill)
{
    char text[IR_GUARD_TAG_BYTES + 64];

    memset(text, fill, n);
    memcpy(text, "<a b='", 6);
    memcpy(text + n - 2, "'>", 2);
    return check_in_pieces(text, n, 0, n);
}

static void
test_allows_a_tag_of_8192_bytes(void **state)
{
    (void)state;

    assert_null(check_tag(8192, 'x'));
    assert_null(check_tag(8192, '>'));
}

static void
test_refuses_a_tag_of_8193_bytes(void **state)
{
    (void)state;

    assert_string_equal(check_tag(8193, 'x'),
        "a tag is longer than 8192 bytes");
    assert_string_equal(check_tag(8193, '>'),
        "a tag is longer than 8192 bytes");
}

static void
test_refuses_a_tag_that_never_ends(void **state)
{
    struct ir_guard g;
    const char *why;
    size_t n = 1;

    (void)state;
    ir_guard_init(&g, TAGS);
    why = ir_guard_check(&g, "<", 1);

    while (why == NULL && n++ < 10000)
        why = ir_guard_check(&g, "<", 1);

    assert_non_null(why);
    assert_int_equal(n, 8193);
}

static void
test_text_may_be_longer_than_a_tag(void **state)
{
    char text[3 * IR_GUARD_TAG_BYTES];

    (void)state;
    memset(text, 'A', sizeof text);
    memcpy(text, "<a>", 3);
    memcpy(text + sizeof text - 4, "</a>", 4);

    for (size_t piece = 4000; piece < 4010; piece++)
        assert_null(check_in_pieces(text, sizeof text, 0, piece));
}

static void
test_a_comment_costs_one_tag(void **state)
{
    struct ir_guard g;

    (void)state;
    ir_guard_init(&g, 3);

    assert_null(ir_guard_check(&g, TEXT("<a><!-- <<<<<<< --></a>")));

    assert_int_equal(g.n_tags, 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_what_may_be_parsed),
        cmocka_unit_test(test_says_the_same_wherever_the_text_is_cut_in_two),
        cmocka_unit_test(test_says_the_same_in_pieces_of_every_size),
        cmocka_unit_test(test_refuses_what_a_parser_may_end_earlier),
        cmocka_unit_test(test_allows_a_tag_of_8192_bytes),
        cmocka_unit_test(test_refuses_a_tag_of_8193_bytes),
        cmocka_unit_test(test_refuses_a_tag_that_never_ends),
        cmocka_unit_test(test_text_may_be_longer_than_a_tag),
        cmocka_unit_test(test_a_comment_costs_one_tag),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
