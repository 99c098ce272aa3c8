/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * xs:long, read strictly: the numbers of an answer decide what is written
 * where. */
#include <stdio.h>
#include <string.h>

#include "memory_soap.h"
#include "support.h"

static const struct {
    const char *text;
    LONG64 value;
} good[] = {
    { "0", 0 },
    { "1", 1 },
    { "524297", 524297 },
    { "2147483647", 2147483647 },
    { "2147483648", 2147483648 },
    { "4294967296", 4294967296 },
    { "999999999999999999", 999999999999999999 },
    { "007", 7 },
    { "000000000000000042", 42 },
    { "-1", -1 },
    { "-0", 0 },
    { "-999999999999999999", -999999999999999999 },
    { " 5", 5 },
    { "5 ", 5 },
    { "\t\r\n 5 \r\n", 5 },
    { "", -1 },
    { " \t\r\n", -1 },
};

static const char *const bad[] = {
    "1000000000000000000",   /* 19 digits */
    "9223372036854775808", "18446744073709551615", "18446744073709551621",
    "-9223372036854775809", "0000000000000000005",
    "+5", "--5", "-", "- 5", "5-", "5 5", "1e3", "1E3", "0x10", "5.0", "5,000",
    "5L", "five", "NaN", "INF", "\xC2\xA0 5", "\xD9\xA5",
};

static void
test_reads_digits_with_blanks_around_them(void **state)
{
    struct memory_soap *m = memory_soap_new("", 0);

    (void)state;
    for (size_t i = 0; i < COUNT(good); i++) {
        LONG64 value = 77;

        if (soap_s2xsd__long(m->soap, good[i].text, &value) != SOAP_OK
            || value != good[i].value)
            fail_msg("\"%s\": %lld", good[i].text, (long long)value);
    }
    memory_soap_free(m);
}

/* An attribute that is no number leaves the rest of its answer readable. */
static void
test_everything_else_is_no_number(void **state)
{
    struct memory_soap *m = memory_soap_new("", 0);

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        LONG64 value = 77;

        if (soap_s2xsd__long(m->soap, bad[i], &value) != SOAP_OK
            || value != INT64_MIN)
            fail_msg("\"%s\": %lld", bad[i], (long long)value);
    }
    memory_soap_free(m);
}

/* Read <n>text</n>; returns soap->error. */
static int
read_element(const char *text, LONG64 *value)
{
    char xml[200];
    struct memory_soap *m;
    int rc;

    snprintf(xml, sizeof xml, "<n>%s</n>", text);
    m = memory_soap_new(xml, strlen(xml));
    rc = soap_begin_recv(m->soap);
    if (rc == SOAP_OK)
        soap_in_xsd__long(m->soap, "n", value, NULL);
    rc = m->soap->error;
    memory_soap_free(m);
    return rc;
}

static void
test_an_element_is_a_number_or_an_error(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++) {
        LONG64 value = 77;

        if (read_element(good[i].text, &value) != SOAP_OK
            || value != good[i].value)
            fail_msg("\"%s\": %lld", good[i].text, (long long)value);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        LONG64 value = 77;

        if (read_element(bad[i], &value) == SOAP_OK)
            fail_msg("\"%s\": %lld", bad[i], (long long)value);
    }
}

static void
test_no_text_keeps_the_error_that_stands(void **state)
{
    struct memory_soap *m = memory_soap_new("", 0);
    LONG64 value = 77;

    (void)state;
    m->soap->error = SOAP_EOM;

    assert_int_equal(soap_s2xsd__long(m->soap, NULL, &value), SOAP_EOM);

    assert_int_equal(value, -1);
    memory_soap_free(m);
}

static void
test_writes_plain_digits(void **state)
{
    struct memory_soap *m = memory_soap_new("", 0);
    LONG64 value;

    (void)state;
    soap_default_xsd__long(m->soap, &value);

    assert_string_equal(soap_xsd__long2s(m->soap, value), "0");
    assert_string_equal(soap_xsd__long2s(m->soap, 4294967296), "4294967296");
    assert_string_equal(soap_xsd__long2s(m->soap, -1), "-1");

    memory_soap_free(m);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_digits_with_blanks_around_them),
        cmocka_unit_test(test_everything_else_is_no_number),
        cmocka_unit_test(test_an_element_is_a_number_or_an_error),
        cmocka_unit_test(test_no_text_keeps_the_error_that_stands),
        cmocka_unit_test(test_writes_plain_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
