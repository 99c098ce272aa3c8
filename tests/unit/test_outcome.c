/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What success, error and errorCode of an answer mean: every row of the
 * contract (docs/protocol.md, "Errors"). */
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "wire/call.h"

static struct ir_error error;
static struct ir_wire wire = { .error = &error, .operation = "Lock" };

static const struct {
    const char *text;
    int is_true;
} flags[] = {
    { "true", 1 }, { "True", 1 }, { "TRUE", 1 }, { "tRuE", 1 },
    { " true ", 1 }, { "\r\n\ttrue\n", 1 },
    { NULL, 0 }, { "", 0 }, { " ", 0 }, { "false", 0 }, { "False", 0 },
    { "maybe", 0 }, { "1", 0 }, { "yes", 0 }, { "truee", 0 }, { "tru", 0 },
    { "true?", 0 }, { "\xC2\xA0true", 0 },
};

static const struct {
    const char *success;
    const char *error;
    const char *code;
    enum ir_status status;
    int server_code;
    int retryable;
    const char *message;
} refusals[] = {
    /* The codes of newer servers. */
    { "false", "no", "4000", IR_E_SERVER, 4000, 0, "refused: no (code 4000)" },
    { "false", "no", "4010", IR_E_AUTH, 4010, 0, "(code 4010)" },
    { "false", "no", "4030", IR_E_DENIED, 4030, 0, "(code 4030)" },
    { "false", "no", "4041", IR_E_NOT_FOUND, 4041, 0, "(code 4041)" },
    { "false", "no", "4090", IR_E_SERVER, 4090, 0, "(code 4090)" },
    { "false", "no", "4170", IR_E_SERVER, 4170, 0, "(code 4170)" },
    { "false", "no", "4200", IR_E_SERVER, 4200, 0, "(code 4200)" },
    { "false", "no", "4230", IR_E_SERVER, 4230, 1, "(code 4230)" },
    { "false", "no", "5000", IR_E_SERVER, 5000, 1, "(code 5000)" },
    { "false", "no", "5030", IR_E_SERVER, 5030, 1, "(code 5030)" },
    /* The brackets of older ones. */
    { "false", "[115] no library", NULL, IR_E_NOT_FOUND, 115, 0, "[115]" },
    { "false", "[900] no", NULL, IR_E_AUTH, 900, 0, "[900] no (code 900)" },
    { "false", "[901]no", NULL, IR_E_AUTH, 901, 0, "[901]no" },
    { "false", " [902] no", NULL, IR_E_AUTH, 902, 0, "[902]" },
    { "false", "[903] no", NULL, IR_E_ARGUMENT, 903, 0, "[903]" },
    { "false", "[921] no", NULL, IR_E_DENIED, 921, 0, "[921]" },
    { "false", "[2285] no", NULL, IR_E_NOT_FOUND, 2285, 0, "[2285]" },
    { "false", "[2730] no", NULL, IR_E_AUTH, 2730, 0, "[2730]" },
    { "false", "[log]", NULL, IR_E_SERVER, 0, 0, "refused: [log]" },
    { "false", "[77] no", NULL, IR_E_SERVER, 77, 0, "[77]" },
    /* An ended session behind the code of a bad argument. */
    { "false", "[901] no", "4000", IR_E_AUTH, 901, 0, "[901]" },
    { "false", "[900]", "4000", IR_E_AUTH, 900, 0, "[900]" },
    { "false", "[log]", "4041", IR_E_NOT_FOUND, 4041, 0, "[log]" },
    { "false", "[77] no", "4030", IR_E_DENIED, 4030, 0, "(code 4030)" },
    /* Neither, or nothing that is a number. */
    { "false", "Document not found.", NULL, IR_E_SERVER, 0, 0,
        "Lock refused: Document not found." },
    { "false", "SystemError:x", NULL, IR_E_SERVER, 0, 0, "SystemError:x" },
    { "false", "no", "", IR_E_SERVER, 0, 0, "refused: no" },
    { "false", "no", "4010x", IR_E_SERVER, 0, 0, "refused: no" },
    { "false", "no", "-4010", IR_E_SERVER, 0, 0, "refused: no" },
    { "false", "no", "4294971306", IR_E_SERVER, 0, 0, "refused: no" },
    { "false", "[0901] no", NULL, IR_E_SERVER, 0, 0, "[0901]" },
    { "false", "[901 no", NULL, IR_E_SERVER, 0, 0, "[901 no" },
    { "false", "[-901] no", NULL, IR_E_SERVER, 0, 0, "[-901]" },
    { "false", "[4294968197] no", NULL, IR_E_SERVER, 0, 0, "[4294968197]" },
    { "false", "[99999999999999999999] no", NULL, IR_E_SERVER, 0, 0, "no" },
    { "false", "see [901]", NULL, IR_E_SERVER, 0, 0, "see [901]" },
    /* Without a text. */
    { "false", NULL, NULL, IR_E_SERVER, 0, 0, "Lock refused without a reason" },
    { "false", "", NULL, IR_E_SERVER, 0, 0, "without a reason" },
    { "false", " \r\n", "4041", IR_E_NOT_FOUND, 4041, 0, "without a reason" },
    /* Only the word true is success, whatever else is there. */
    { NULL, NULL, NULL, IR_E_SERVER, 0, 0, "without a reason" },
    { NULL, "no such folder", NULL, IR_E_SERVER, 0, 0, "no such folder" },
    { "", "", "", IR_E_SERVER, 0, 0, "without a reason" },
    { "maybe", "", NULL, IR_E_SERVER, 0, 0, "without a reason" },
    { "1", "", NULL, IR_E_SERVER, 0, 0, "without a reason" },
};

/* The outcome of an answer whose texts are its own. */
static enum ir_status
refuse(const char *success, const char *text, const char *code)
{
    char *copy = text == NULL ? NULL : strdup(text);
    enum ir_status st = ir_call_outcome(&wire, success, copy, code);

    free(copy);
    return st;
}

static void
test_a_flag_is_true_only_by_the_word(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(flags); i++)
        if (ir_call_flag(flags[i].text) != flags[i].is_true)
            fail_msg("%s", flags[i].text);
}

static void
test_true_is_success_whatever_else_the_answer_says(void **state)
{
    (void)state;
    ir_error_clear(&error);

    assert_int_equal(refuse("true", "[log]", "4000"), IR_OK);
    assert_int_equal(refuse(" TRUE", NULL, NULL), IR_OK);

    assert_int_equal(error.status, IR_OK);
}

static void
test_everything_else_is_a_refusal_typed_by_its_code(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(refusals); i++) {
        const char *row = refusals[i].error == NULL ? "-" : refusals[i].error;

        ir_error_clear(&error);
        refuse(refusals[i].success, refusals[i].error, refusals[i].code);
        check_error(row, &error, refusals[i].status, refusals[i].message);
        if (error.server_code != refusals[i].server_code
            || error.retryable != refusals[i].retryable)
            fail_msg("%s: code %d, retryable %d", row, error.server_code,
                error.retryable);
    }
}

static void
test_a_reason_cannot_carry_control_characters(void **state)
{
    (void)state;
    ir_error_clear(&error);

    refuse("false", "a\x1B[2J\nb\xE2\x80\xAE" "c", NULL);

    assert_string_equal(error.message, "Lock refused: a?[2J?b???c");
}

static void
test_a_reason_cannot_repeat_a_secret(void **state)
{
    (void)state;
    ir_error_clear(&error);
    wire.secrets[0] = "t-1";
    wire.secrets[1] = "secret";

    refuse("false", "user demo, secret secret, ticket (t-1)", NULL);

    assert_string_equal(error.message,
        "Lock refused: user demo, ****** ******, ticket (***)");
    memset(wire.secrets, 0, sizeof wire.secrets);
}

static void
test_a_secret_does_not_change_what_a_refusal_means(void **state)
{
    (void)state;
    ir_error_clear(&error);
    wire.secrets[1] = "901";

    refuse("false", "[901] ended", NULL);

    assert_int_equal(error.status, IR_E_AUTH);
    memset(wire.secrets, 0, sizeof wire.secrets);
}

static void
test_a_long_reason_is_cut(void **state)
{
    static char reason[100000];

    (void)state;
    ir_error_clear(&error);
    memset(reason, 'x', sizeof reason - 1);

    refuse("false", reason, "4041");

    assert_int_equal(error.status, IR_E_NOT_FOUND);
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
}

static void
test_a_reason_is_no_format(void **state)
{
    (void)state;
    ir_error_clear(&error);

    refuse("false", "%s%n%d 100%", "4000");

    assert_string_equal(error.message,
        "Lock refused: %s%n%d 100% (code 4000)");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_flag_is_true_only_by_the_word),
        cmocka_unit_test(test_true_is_success_whatever_else_the_answer_says),
        cmocka_unit_test(test_everything_else_is_a_refusal_typed_by_its_code),
        cmocka_unit_test(test_a_reason_cannot_carry_control_characters),
        cmocka_unit_test(test_a_reason_cannot_repeat_a_secret),
        cmocka_unit_test(test_a_secret_does_not_change_what_a_refusal_means),
        cmocka_unit_test(test_a_long_reason_is_cut),
        cmocka_unit_test(test_a_reason_is_no_format),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
