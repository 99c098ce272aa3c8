/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The name of the answer element and the case of its attributes do not matter;
 * parameters have a classic spelling (contract, appendix A). */
#include "wire/names.h"

#include <stdio.h>
#include <string.h>

#include "memory_soap.h"
#include "support.h"

/* Read the start tag of 'xml' as an answer, if it is one. */
static struct memory_soap *
read_tag(const char *xml, int *is_answer)
{
    struct memory_soap *m = memory_soap_new(xml, strlen(xml));

    assert_int_equal(soap_begin_recv(m->soap), SOAP_OK);
    assert_int_equal(soap_peek_element(m->soap), SOAP_OK);
    ir_names_read(m->soap, is_answer);
    return m;
}

static void
test_answers_have_three_names_in_any_case_and_namespace(void **state)
{
    static const char *const tags[] = {
        "<response/>", "<root/>", "<Response/>", "<ROOT/>", "<rOOt/>",
        "<RESPONSE/>", "<response xmlns=\"\"/>",
        "<root xmlns=\"http://tempuri.org/\"/>",
        "<t:response xmlns:t=\"http://tempuri.org/\"/>",
        "<a-very-long-prefix.x:Root xmlns:a-very-long-prefix.x=\"urn:x\"/>",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(tags); i++) {
        int is_answer;
        struct memory_soap *m = read_tag(tags[i], &is_answer);

        if (!is_answer || strcmp(m->soap->tag, "response") != 0)
            fail_msg("%s: %s", tags[i], m->soap->tag);
        memory_soap_free(m);
    }
}

static void
test_other_elements_stay_as_they_are(void **state)
{
    static const char *const tags[] = { "responses", "roo", "roots",
        "DownloadFileChunkResult", "x:respons", "response.", "root-" };

    (void)state;
    for (size_t i = 0; i < COUNT(tags); i++) {
        char xml[100];
        int is_answer;
        struct memory_soap *m;

        snprintf(xml, sizeof xml, "<%s xmlns:x=\"urn:x\" SUCCESS=\"a\"/>",
            tags[i]);
        m = read_tag(xml, &is_answer);
        assert_false(is_answer);
        assert_string_equal(m->soap->tag, tags[i]);
        assert_null(soap_attr_value(m->soap, "success", 0, 0));
        memory_soap_free(m);
    }
}

static void
test_attributes_are_found_in_any_case(void **state)
{
    int is_answer;
    struct memory_soap *m = read_tag("<Root SUCCESS=\"1\" Error=\"2\" "
        "errorcode=\"3\" FileLength=\"4\" CHUNKCRC32=\"5\" crc32=\"6\" "
        "size=\"7\" DownloadHandler=\"8\" documentID=\"9\" "
        "server_Date_Time=\"10\"/>", &is_answer);
    struct soap *soap = m->soap;

    (void)state;
    assert_string_equal(soap_attr_value(soap, "success", 0, 0), "1");
    assert_string_equal(soap_attr_value(soap, "error", 0, 0), "2");
    assert_string_equal(soap_attr_value(soap, "errorCode", 0, 0), "3");
    assert_string_equal(soap_attr_value(soap, "filelength", 0, 0), "4");
    assert_string_equal(soap_attr_value(soap, "chunkCRC32", 0, 0), "5");
    assert_string_equal(soap_attr_value(soap, "CRC32", 0, 0), "6");
    assert_string_equal(soap_attr_value(soap, "Size", 0, 0), "7");
    assert_string_equal(soap_attr_value(soap, "downloadhandler", 0, 0), "8");
    assert_string_equal(soap_attr_value(soap, "DocumentId", 0, 0), "9");
    assert_string_equal(soap_attr_value(soap, "Server_date_time", 0, 0), "10");
    memory_soap_free(m);
}

static void
test_unknown_attributes_stay_as_they_are(void **state)
{
    int is_answer;
    struct memory_soap *m = read_tag("<root Succes=\"1\" SUCCESSS=\"2\"/>",
        &is_answer);

    (void)state;
    assert_null(soap_attr_value(m->soap, "success", 0, 0));
    assert_string_equal(soap_attr_value(m->soap, "SUCCESSS", 0, 0), "2");
    memory_soap_free(m);
}

static void
test_results_are_known_by_their_suffix(void **state)
{
    (void)state;

    assert_true(ir_names_is_result("LogOutResult"));
    assert_true(ir_names_is_result("x:LogOutResult"));
    assert_false(ir_names_is_result("LogOutResponse"));
    assert_false(ir_names_is_result("Results"));
    assert_false(ir_names_is_result("esult"));
    assert_false(ir_names_is_result(""));
}

/* ---- Parameters -------------------------------------------------------- */

/* The page's spelling and the WSDL's, of every transfer parameter. */
static const char *const appendix_a[][2] = {
    { "authenticationTicket", "AuthenticationTicket" },
    { "path", "Path" },
    { "folderPath", "FolderPath" },
    { "documentName", "DocumentName" },
    { "uploadHandler", "UploadHandler" },
    { "fileChunk", "FileChunk" },
    { "chunkHEXCRC", "ChunkHEXCRC" },
    { "lastChunk", "LastChunk" },
    { "versionComment", "VersionComment" },
    { "versionComments", "VersionComments" },
    { "mpVersionMajor", "MPVersionMajor" },
    { "mpVersionMinor", "MPVersionMinor" },
    { "mpVersionRevision", "MPVersionRevision" },
    { "fileContent", "FileContent" },
    { "checkout", "Checkout" },
};

static const char *const one_spelling[] = {
    "AuthenticationTicket", "Path", "UploadHandler", "DownloadHandler",
    "StartOffset", "ChunkSize", "PreferedChunkSize", "VersionNumber", "Paths",
    "xmlParameters", "force", "UID", "PWD", "Lang", "OldTicket", "withrules",
    "withpropertysets", "withsecurity", "withOwner", "withVersions",
    "DownloadFileChunk", "isValidTicket", "getApplicationParameters", "pathx",
};

static void
test_the_classic_spelling_is_that_of_the_wsdl(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(appendix_a); i++) {
        char documented[64];
        char classic[64];

        snprintf(documented, sizeof documented, "tns:%s", appendix_a[i][0]);
        snprintf(classic, sizeof classic, "tns:%s", appendix_a[i][1]);
        assert_string_equal(ir_names_classic(documented), classic);
        assert_string_equal(ir_names_classic(classic), classic);
    }
}

static void
test_names_with_one_spelling_keep_it(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(one_spelling); i++) {
        char tag[64];

        snprintf(tag, sizeof tag, "tns:%s", one_spelling[i]);
        assert_string_equal(ir_names_classic(tag), tag);
        assert_string_equal(ir_names_classic(one_spelling[i]),
            one_spelling[i]);
    }
    assert_string_equal(ir_names_classic("SOAP-ENV:Body"), "SOAP-ENV:Body");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_answers_have_three_names_in_any_case_and_namespace),
        cmocka_unit_test(test_other_elements_stay_as_they_are),
        cmocka_unit_test(test_attributes_are_found_in_any_case),
        cmocka_unit_test(test_unknown_attributes_stay_as_they_are),
        cmocka_unit_test(test_results_are_known_by_their_suffix),
        cmocka_unit_test(test_the_classic_spelling_is_that_of_the_wsdl),
        cmocka_unit_test(test_names_with_one_spelling_keep_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
