/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What is believed of the answers that hold lists: listings in both shapes,
 * libraries, versions, the download queue, and what an archive leaves out.  The
 * requests are in test_calls_request.c. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

static struct line line;
static struct ir_listing listing;

/* The next answer to 'operation' holds 'content'. */
static void
answer(const char *operation, const char *content)
{
    size_t size = strlen(content) + 100;
    char *xml = malloc(size);

    assert_non_null(xml);
    snprintf(xml, size, "<response success='true' error=''>%s</response>",
        content);
    line_reset(&line);
    line_result(&line, operation, xml);
    free(xml);
}

/* ---- Entries that are told one at a time ------------------------------- */

#define N_TOLD_MAX 8

static struct told {
    size_t n;
    size_t end; /* the entry at which the caller ends it; 0: none */
    size_t held; /* bytes, at most */
    struct {
        struct ir_entry entry;
        char id[32];
        char name[64];
    } of[N_TOLD_MAX];
} told;

/* Allocated and not freed; sanitizers and valgrind say 0. */
static size_t
held_bytes(void)
{
    struct mallinfo2 m = mallinfo2();

    return m.uordblks + m.hblkhd;
}

static int
keep(void *ctx, const struct ir_entry *entry)
{
    struct told *t = ctx;

    if (t->n < N_TOLD_MAX) {
        t->of[t->n].entry = *entry;
        snprintf(t->of[t->n].id, sizeof t->of[t->n].id, "%s",
            entry->id == NULL ? "none" : entry->id);
        snprintf(t->of[t->n].name, sizeof t->of[t->n].name, "%s", entry->name);
    }
    t->n++;
    if (t->n % 10000 == 0 && held_bytes() > t->held)
        t->held = held_bytes();
    return t->end > 0 && t->n >= t->end;
}

static enum ir_status
tell(const char *content)
{
    memset(&told, 0, sizeof told);
    answer("GetFoldersAndDocuments2", content);
    return ir_call_each_entry(line.wire, "t", "/L", keep, &told);
}

static int
is_told(const struct ir_entry *e)
{
    for (size_t i = 0; i < told.n; i++) {
        struct ir_entry *t = &told.of[i].entry;

        t->id = e->id;
        t->name = e->name;
        if (memcmp(t, e, sizeof *t) == 0 && strcmp(told.of[i].name, e->name) == 0
            && strcmp(told.of[i].id, e->id == NULL ? "none" : e->id) == 0)
            return 1;
    }
    return 0;
}

/* What is listed is also told, and refused alike. */
static enum ir_status
list(const char *content)
{
    struct ir_error e;

    tell(content);
    e = line.error;
    answer("GetFoldersAndDocuments2", content);
    memset(&listing, 0xEE, sizeof listing);
    ir_call_get_folders_and_documents2(line.wire, "t", "/L", &listing);
    assert_int_equal(e.status, line.error.status);
    assert_string_equal(e.message, line.error.message);
    if (e.status == IR_OK)
        assert_int_equal(listing.n, told.n);
    for (size_t i = 0; i < listing.n; i++)
        assert_true(is_told(&listing.entries[i]));
    return line.error.status;
}

static enum ir_status
list_domains(const char *content)
{
    answer("GetDomains", content);
    memset(&listing, 0xEE, sizeof listing);
    return ir_call_get_domains(line.wire, "t", &listing);
}

static enum ir_status
list_queue(const char *content)
{
    answer("GetDownloadQue", content);
    memset(&listing, 0xEE, sizeof listing);
    return ir_call_get_download_que(line.wire, "t", &listing);
}

static void
check_text(const char *text, const char *expected)
{
    if (expected == NULL)
        assert_null(text);
    else
        assert_string_equal(text, expected);
}

static void
check_folder(const struct ir_entry *e, const char *id, const char *name)
{
    assert_int_equal(e->kind, IR_ENTRY_FOLDER);
    check_text(e->id, id);
    assert_string_equal(e->name, name);
    assert_false(e->has_size);
    assert_false(e->has_crc32);
    assert_true(e->version == -1);
    assert_true(e->published_version == -1);
}

/* ---- Folders and documents --------------------------------------------- */

static void
check_four(const char *xml)
{
    const struct ir_entry *d;

    list(xml);
    check_error(xml, &line.error, IR_OK, "");
    assert_int_equal(listing.n, 4);
    check_folder(&listing.entries[0], "~F3", "Sub");
    check_folder(&listing.entries[1], "~F4", "\xC3\xA9 & <1>");
    d = &listing.entries[2];
    assert_int_equal(d->kind, IR_ENTRY_DOCUMENT);
    check_text(d->id, "~D40817");
    assert_string_equal(d->name, "a.txt");
    assert_null(d->path);
    assert_true(d->has_size && d->size_bytes == 5000000000);
    assert_true(d->has_crc32 && d->crc32 == 0xE21E754F);
    assert_true(d->version == 1000002 && d->published_version == 1000001);
    assert_string_equal(listing.entries[3].name, "b.txt");
}

#define SIZES "sz='5000000000' pv='1000001' lv='1000002' chksum='E21E754F' " \
    "tid='1'"

static void
test_a_listing_has_either_shape(void **state)
{
    (void)state;
    check_four("<f id='3' n='Sub'/><f id='4' n='&#xE9; &amp; &lt;1&gt;'/>"
        "<d id='40817' n='a.txt' " SIZES "/><d id='8' n='b.txt'/>");
    check_four("<folder id='3' name='Sub'/>"
        "<folder id='4' name='&#xE9; &amp; &lt;1&gt;'/>"
        "<document id='40817' name='a.txt' " SIZES " versionid='7'/>"
        "<document id='8' name='b.txt'/>");
}

static void
test_folders_come_first_in_any_order_of_the_answer(void **state)
{
    (void)state;
    check_four("<d id='40817' n='a.txt' " SIZES "/><f id='3' n='Sub'/>\n"
        "<new/><d id='8' n='b.txt'><more>1</more></d>"
        "<f id='4' n='&#xE9; &amp; &lt;1&gt;' new='1'>text</f>");
    check_four("<document id='8' name='b.txt'/><folder id='4' "
        "name='&#xE9; &amp; &lt;1&gt;'/><d id='40817' n='a.txt' " SIZES "/>"
        "<f id='3' n='Sub'/>");
}

static void
test_an_empty_folder_has_no_entries(void **state)
{
    (void)state;
    assert_int_equal(list(""), IR_OK);
    assert_int_equal(listing.n, 0);

    assert_int_equal(list(" \n "), IR_OK);
    assert_int_equal(listing.n, 0);
}

static void
test_what_is_not_told_of_a_document_is_not_known(void **state)
{
    static const struct {
        const char *attributes;
        const char *id;
        int64_t size; /* -1: not told */
        int64_t crc32;
        int64_t version;
        int64_t published;
    } rows[] = {
        { "", NULL, -1, -1, -1, -1 },
        { "id='' chksum=''", NULL, -1, -1, -1, -1 },
        { "id='abc'", NULL, -1, -1, -1, -1 },
        { "id='-7'", NULL, -1, -1, -1, -1 },
        { "id='7 '", NULL, -1, -1, -1, -1 },
        { "id='12345678901234567890'", "~D12345678901234567890", -1, -1, -1,
            -1 },
        { "id='123456789012345678901'", NULL, -1, -1, -1, -1 },
        { "sz='0' lv='0' pv='0'", NULL, 0, -1, 0, -1 },
        { "lv='-1' pv='-1'", NULL, -1, -1, -1, -1 },
        { "sz='' lv='' pv=''", NULL, -1, -1, -1, -1 },
        { "sz='999999999999999999'", NULL, 999999999999999999, -1, -1, -1 },
        { "chksum='ffffc8'", NULL, -1, 0xFFFFC8, -1, -1 },
        { "chksum=' 0 '", NULL, -1, 0, -1, -1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct ir_entry *e;
        char xml[200];

        snprintf(xml, sizeof xml, "<d n='a' %s/>", rows[i].attributes);
        list(xml);
        check_error(xml, &line.error, IR_OK, "");
        e = &listing.entries[0];
        check_text(e->id, rows[i].id);
        assert_int_equal(e->has_size, rows[i].size >= 0);
        assert_true(!e->has_size || e->size_bytes == (uint64_t)rows[i].size);
        assert_int_equal(e->has_crc32, rows[i].crc32 >= 0);
        assert_true(!e->has_crc32 || e->crc32 == rows[i].crc32);
        assert_true(e->version == rows[i].version);
        assert_true(e->published_version == rows[i].published);
    }
}

/* Of what cannot be understood nothing is believed. */
static void
check_refused(enum ir_status (*call)(const char *content), const char *xml,
    const char *why)
{
    call(xml);
    check_error(xml, &line.error, IR_E_PROTOCOL, why);
    assert_int_equal(listing.n, 0);
    assert_null(listing.entries);
}

static void
test_a_listing_that_cannot_be_understood_is_none(void **state)
{
    static const struct {
        const char *xml;
        const char *why;
    } rows[] = {
        { "<f id='3'/>", "name of an entry" },
        { "<f id='3' n=''/>", "name of an entry" },
        { "<f id='3' N='a'/>", "name of an entry" },
        { "<d id='3' sz='1'/>", "name of an entry" },
        { "<document id='3' name=''/>", "name of an entry" },
        { "<d n='a'/><d n='b' sz='-2'/>", "size of a document" },
        { "<d n='a' sz='12x'/>", "size of a document" },
        { "<d n='a' sz='9223372036854775807'/>", "size of a document" },
        { "<d n='a' sz='1e3'/>", "size of a document" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        check_refused(list, rows[i].xml, rows[i].why);
}

static void
test_a_hostile_name_ends_the_call(void **state)
{
    static const struct {
        const char *name;
        const char *why;
    } rows[] = {
        { "a&#0;b", "no character" }, { "a&#x0;", "no character" },
        { "\xFF", "not UTF-8" }, { "a\xC3", "not UTF-8" },
        { "\xC0\x80", "not UTF-8" }, { "\xED\xA0\x80", "not UTF-8" },
        { "\xF4\x90\x80\x80", "not UTF-8" },
        { "&#xFFFF;", "not UTF-8" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char xml[200];

        snprintf(xml, sizeof xml, "<f n='ok'/><d n='%s'/>", rows[i].name);
        check_refused(list, xml, rows[i].why);
        snprintf(xml, sizeof xml, "<domains><domain DomainName='%s'/>"
            "</domains>", rows[i].name);
        check_refused(list_domains, xml, rows[i].why);
        snprintf(xml, sizeof xml, "<document Name='%s'/>", rows[i].name);
        check_refused(list_queue, xml, rows[i].why);
    }
}

static void
test_a_refused_listing_is_typed_and_empty(void **state)
{
    (void)state;
    line_reset(&line);
    line_result(&line, "GetFoldersAndDocuments2", "<response success='false' "
        "errorCode='4041' error='none'><f id='1' n='a'/></response>");
    memset(&listing, 0xEE, sizeof listing);

    ir_call_get_folders_and_documents2(line.wire, "t", "/L", &listing);

    check_error("4041", &line.error, IR_E_NOT_FOUND, "none");
    assert_int_equal(listing.n, 0);
}

/* ---- Large ones -------------------------------------------------------- */

static char *
many(size_t n, const char *entry)
{
    size_t length = strlen(entry);
    char *xml = malloc(n * length + 1);

    assert_non_null(xml);
    for (size_t i = 0; i < n; i++)
        memcpy(xml + i * length, entry, length);
    xml[n * length] = '\0';
    return xml;
}

static void
test_entries_that_are_told_take_no_memory(void **state)
{
    static const char entry[] = "<d id='40817' n='a document of this folder' "
        "sz='524297' pv='1000001' lv='1000002' chksum='E21E754F' tid='1'/>";
    const size_t n = 100000;
    char *xml = many(n, entry);
    size_t before;

    (void)state;
    memset(&told, 0, sizeof told);
    answer("GetFoldersAndDocuments2", xml);
    free(xml);
    before = held_bytes();
    ir_call_each_entry(line.wire, "t", "/L", keep, &told);

    check_error("each", &line.error, IR_OK, "");
    assert_int_equal(told.n, n);
    assert_in_range(told.held - before, 0, 4096);
}

static void
test_the_caller_may_end_a_listing(void **state)
{
    (void)state;
    tell("<d n='a'/><d n='b'/>");
    memset(&told, 0, sizeof told);
    told.end = 2;
    answer("GetFoldersAndDocuments2", "<d n='a'/><f n='b'/><d n='c'/>");

    ir_call_each_entry(line.wire, "t", "/L", keep, &told);

    check_error("end", &line.error, IR_E_CANCELLED, "ended the listing");
    assert_int_equal(told.n, 2);
}

static void
test_entries_of_a_refusal_are_not_told(void **state)
{
    (void)state;
    memset(&told, 0, sizeof told);
    line_reset(&line);
    line_result(&line, "GetFoldersAndDocuments2", "<response success='false' "
        "errorCode='4041' error='none'><f id='1' n='a'/></response>");

    ir_call_each_entry(line.wire, "t", "/L", keep, &told);

    check_error("4041", &line.error, IR_E_NOT_FOUND, "none");
    assert_int_equal(told.n, 0);
}

static void
test_other_lists_are_read_as_ever_afterwards(void **state)
{
    (void)state;
    tell("<d n='a'/>");

    assert_int_equal(list_queue("<document DocumentID='8' Name='b'/>"), IR_OK);

    assert_int_equal(listing.n, 1);
}

static void
test_a_listing_of_100000_documents_is_read_in_bounded_memory(void **state)
{
    static const char entry[] = "<d id='40817' n='a document of this folder' "
        "sz='524297' pv='1000001' lv='1000002' chksum='E21E754F' tid='1'/>";
    const size_t n = 100000;
    char *xml = many(n, entry);
    size_t before;

    (void)state;
    answer("GetFoldersAndDocuments2", xml);
    free(xml);
    before = held_bytes();
    ir_call_get_folders_and_documents2(line.wire, "t", "/L", &listing);

    check_error("many", &line.error, IR_OK, "");
    assert_int_equal(listing.n, n);
    for (size_t i = 0; i < n; i++)
        assert_true(listing.entries[i].crc32 == 0xE21E754F);
    /* The attributes as gSOAP keeps them, its struct and ours. */
    assert_in_range(held_bytes() - before, 0, 800 * n);
}

static void
test_a_list_with_more_tags_than_allowed_is_refused(void **state)
{
    char *xml = many(4194304, "<f/>");

    (void)state;
    answer("GetFoldersAndDocuments2", xml);
    free(xml);

    ir_call_get_folders_and_documents2(line.wire, "t", "/L", &listing);

    check_error("tags", &line.error, IR_E_PROTOCOL,
        "more elements than this answer can have");
    assert_int_equal(listing.n, 0);
}

static void
test_only_lists_may_be_long(void **state)
{
    char *xml = many(64, "<f/>");

    (void)state;
    answer("FolderExists", xml);
    free(xml);

    ir_call_folder_exists(line.wire, "t", "/L");

    check_error("tags", &line.error, IR_E_PROTOCOL,
        "more elements than this answer can have");
}

/* ---- Libraries --------------------------------------------------------- */

static void
test_libraries_are_folders(void **state)
{
    (void)state;
    assert_int_equal(list_domains("<domains><domain DomainID='1' "
        "DomainName='Library' AnonymousDomain='FALSE' IsArchive='' "
        "WelcomeMessage='&lt;b&gt;'/><domain DomainName='\xC3\xA9'/>"
        "</domains>"), IR_OK);

    assert_int_equal(listing.n, 2);
    check_folder(&listing.entries[0], NULL, "Library");
    check_folder(&listing.entries[1], NULL, "\xC3\xA9");
}

static void
test_there_may_be_no_library(void **state)
{
    static const char *const none[] = { "", "<domains/>",
        "<domains></domains>", "<other/>" };

    (void)state;
    for (size_t i = 0; i < COUNT(none); i++) {
        assert_int_equal(list_domains(none[i]), IR_OK);
        assert_int_equal(listing.n, 0);
    }
    check_refused(list_domains, "<domains><domain DomainID='1'/></domains>",
        "name of an entry");
}

/* ---- Download queue ---------------------------------------------------- */

static void
test_the_queue_has_folders_and_documents(void **state)
{
    const struct ir_entry *e;

    (void)state;
    assert_int_equal(list_queue("<document DocumentID='7' Name='a.txt' "
        "Path='\\L\\F' Size='9' VersionNumber='1000001' "
        "PublishedVersionNumber='0'><rules/></document>"
        "<folder FolderID='3' ParentID='1' Name='Sub' Path='\\L'/>"), IR_OK);

    assert_int_equal(listing.n, 2);
    e = listing.entries;
    check_folder(&e[0], "~F3", "Sub");
    assert_string_equal(e[0].path, "\\L");
    assert_string_equal(e[1].id, "~D7");
    assert_string_equal(e[1].path, "\\L\\F");
    assert_true(e[1].has_size && e[1].size_bytes == 9);
    assert_false(e[1].has_crc32);
    assert_true(e[1].version == 1000001 && e[1].published_version == -1);
}

static void
test_the_queue_may_be_empty_but_not_nameless(void **state)
{
    (void)state;
    assert_int_equal(list_queue(""), IR_OK);
    assert_int_equal(listing.n, 0);

    check_refused(list_queue, "<folder FolderID='3'/>", "name of an entry");
    check_refused(list_queue, "<document Name='a' Size='-2'/>",
        "size of a document");
}

static void
test_the_queue_tells_a_refusal(void **state)
{
    static const struct {
        const char *operation;
        enum ir_status (*call)(struct ir_wire *w, const char *ticket,
            const char *path);
    } calls[] = {
        { "AddToDownloadQueue", ir_call_add_to_download_queue },
        { "RemoveFromDownloadQueue", ir_call_remove_from_download_queue },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(calls); i++) {
        line_reset(&line);
        line_result(&line, calls[i].operation,
            "<root success='false' errorCode='4000' error='queued already'/>");
        calls[i].call(line.wire, "t", "/L/a");
        check_error("4000", &line.error, IR_E_SERVER, "queued already");
        assert_int_equal(line.error.server_code, 4000);
        assert_false(line.error.retryable);

        line_reset(&line);
        line_result(&line, calls[i].operation, "<root success='True'/>");
        assert_int_equal(calls[i].call(line.wire, "t", "/L/a"), IR_OK);
    }
}

static void
test_a_path_that_cannot_be_sent_is_refused_before_sending(void **state)
{
    static const char *const paths[] = { NULL, "", "/L/\x01", "/L/\xFF" };
    struct ir_versions versions;
    struct ir_zip_answer zip;

    (void)state;
    for (size_t i = 0; i < COUNT(paths); i++) {
        const char *path = paths[i];

        assert_int_equal(ir_call_get_folders_and_documents2(line.wire, "t",
            path, &listing), IR_E_ARGUMENT);
        assert_int_equal(ir_call_each_entry(line.wire, "t", path, keep,
            &told), IR_E_ARGUMENT);
        assert_int_equal(ir_call_get_document_versions(line.wire, "t", path,
            &versions), IR_E_ARGUMENT);
        assert_int_equal(ir_call_add_to_download_queue(line.wire, "t", path),
            IR_E_ARGUMENT);
        assert_int_equal(ir_call_remove_from_download_queue(line.wire, "t",
            path), IR_E_ARGUMENT);
        assert_int_equal(ir_call_download_zip_with_handler(line.wire, "t",
            path, 0, &zip), IR_E_ARGUMENT);
        assert_string_equal(zip.id, "");
    }
    assert_int_equal(fake_transport.n_exchanges, 0);
}

/* ---- Versions ---------------------------------------------------------- */

static enum ir_status
get_versions(const char *content, struct ir_versions *v)
{
    answer("GetDocumentVersions", content);
    memset(v, 0xEE, sizeof *v);
    return ir_call_get_document_versions(line.wire, "t", "/L/a", v);
}

static void
test_versions_keep_the_order_of_the_server(void **state)
{
    struct ir_versions v;

    (void)state;
    get_versions("<Versions><Version Number='1000001'>"
        "<VersionAuthor>demo</VersionAuthor>"
        "<VersionAuthorId>317</VersionAuthorId>"
        "<VersionSize>524297</VersionSize><CheckSum>5D1C07AA</CheckSum>"
        "<DateCreated>2030-11-02T07:41:09.000Z</DateCreated><DatePublished/>"
        "<Comment>a &lt; b</Comment><ApprovalStatus>Approved</ApprovalStatus>"
        "<ApprovalDate/></Version><Version Number='1000000'>"
        "<VersionSize>0</VersionSize></Version></Versions>", &v);

    check_error("versions", &line.error, IR_OK, "");
    assert_int_equal(v.n, 2);
    assert_true(v.versions[0].number == 1000001);
    assert_true(v.versions[0].size_bytes == 524297);
    assert_true(v.versions[0].has_crc32);
    assert_int_equal(v.versions[0].crc32, 0x5D1C07AA);
    assert_string_equal(v.versions[0].author, "demo");
    assert_string_equal(v.versions[0].created, "2030-11-02T07:41:09.000Z");
    assert_null(v.versions[0].published);
    assert_string_equal(v.versions[0].comment, "a < b");
    assert_true(v.versions[1].number == 1000000);
    assert_true(v.versions[1].size_bytes == 0);
    assert_null(v.versions[1].author);
}

#define SIZE "<VersionSize>9</VersionSize>"

static void
test_a_checksum_of_a_version_is_a_crc_or_none(void **state)
{
    static const struct {
        const char *content;
        int64_t crc32; /* -1: none */
    } rows[] = {
        { "<CheckSum>E21E754F</CheckSum>", 0xE21E754F },
        { "<CheckSum> ffffc8\n</CheckSum>", 0xFFFFC8 },
        { "<CheckSum>0</CheckSum>", 0 },
        { "<CheckSum/>", -1 }, { "<CheckSum></CheckSum>", -1 }, { "", -1 },
        /* Of another kind. */
        { "<CheckSum>0E21E754F</CheckSum>", -1 },
        { "<CheckSum>d41d8cd98f00b204e9800998ecf8427e</CheckSum>", -1 },
        { "<CheckSum>not computed</CheckSum>", -1 },
        { "<CheckSumError>offline</CheckSumError>", -1 },
        { "<CheckSum/><CheckSumError>offline</CheckSumError>", -1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ir_versions v;
        char xml[400];

        snprintf(xml, sizeof xml, "<Versions><Version Number='1'>" SIZE "%s"
            "</Version></Versions>", rows[i].content);
        get_versions(xml, &v);
        check_error(rows[i].content, &line.error, IR_OK, "");
        assert_int_equal(v.versions[0].has_crc32, rows[i].crc32 >= 0);
        if (rows[i].crc32 >= 0)
            assert_true(v.versions[0].crc32 == rows[i].crc32);
    }
}

static void
test_a_document_may_have_no_versions(void **state)
{
    static const char *const none[] = { "", "<Versions/>",
        "<Versions></Versions>", "<Other/>" };
    struct ir_versions v;

    (void)state;
    for (size_t i = 0; i < COUNT(none); i++) {
        assert_int_equal(get_versions(none[i], &v), IR_OK);
        assert_int_equal(v.n, 0);
    }
}

static void
test_versions_that_cannot_be_understood_are_none(void **state)
{
    static const struct {
        const char *version;
        const char *why;
    } rows[] = {
        { "<Version>" SIZE "</Version>", "Number of a version" },
        { "<Version Number=''>" SIZE "</Version>", "Number of a version" },
        { "<Version Number='-1'>" SIZE "</Version>", "Number of a version" },
        { "<Version Number='3.0'>" SIZE "</Version>", "Number of a version" },
        { "<Version Number='1'/>", "VersionSize" },
        { "<Version Number='1'><VersionSize>-1</VersionSize></Version>",
            "VersionSize" },
        { "<Version Number='1'><VersionSize>9 KB</VersionSize></Version>",
            "cannot be read" },
        { "<Version Number='1'><VersionSize/></Version>",
            "VersionSize" },
    };
    struct ir_versions v;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char xml[400];

        snprintf(xml, sizeof xml, "<Versions><Version Number='1'>" SIZE
            "</Version>%s</Versions>", rows[i].version);
        get_versions(xml, &v);
        check_error(rows[i].version, &line.error, IR_E_PROTOCOL, rows[i].why);
        assert_int_equal(v.n, 0);
    }
}

/* ---- Archives ---------------------------------------------------------- */

static enum ir_status
zip(const char *attributes, const char *content, struct ir_zip_answer *a)
{
    char xml[2000];

    snprintf(xml, sizeof xml, "<Response %s>%s</Response>", attributes,
        content);
    line_reset(&line);
    line_result(&line, "DownloadZipWithHandler", xml);
    memset(a, 0xEE, sizeof *a);
    return ir_call_download_zip_with_handler(line.wire, "t", "/L/a|/L/b", 0,
        a);
}

#define GOOD "success='true' downloadhandler='h-1' "
#define BAD "success='false' downloadhandler='' errorCode='4000' "

static void
test_an_archive_has_a_handler(void **state)
{
    static const char *const bad[] = { "", "downloadhandler=''",
        "downloadhandler='../a'", "downloadhandler='a b'" };
    struct ir_zip_answer a;

    (void)state;
    assert_int_equal(zip(GOOD "error=''", "", &a), IR_OK);
    assert_string_equal(a.id, "h-1");
    assert_int_equal(a.n_skipped, 0);
    assert_int_equal(zip("SUCCESS='TRUE' DownloadHandler='h-2'", "", &a),
        IR_OK);
    assert_string_equal(a.id, "h-2");

    for (size_t i = 0; i < COUNT(bad); i++) {
        char attributes[100];

        snprintf(attributes, sizeof attributes, "success='true' %s", bad[i]);
        zip(attributes, "", &a);
        check_error(bad[i], &line.error, IR_E_PROTOCOL, "downloadhandler");
        assert_string_equal(a.id, "");
    }
}

/* What is left out, in each shape in which logs were seen. */
static const struct {
    const char *content;
    size_t n;
    const char *items[2];
    const char *whys[2];
} logs[] = {
    { "<item path='/L/a' error='none'/>", 1, { "/L/a" }, { "none" } },
    { "<item path='/L/a' error='none'/><item path='/L/b' error='no'/>", 2,
        { "/L/a", "/L/b" }, { "none", "no" } },
    { "<log><item path='/L/a' error='none'/></log>", 1, { "/L/a" },
        { "none" } },
    { "<log><item>/L/a</item><error>none</error></log>", 1, { "/L/a" },
        { "none" } },
    { "<log><item>/L/a</item><error>none</error><item>/L/b</item>"
      "<error>no</error></log>", 2, { "/L/a", "/L/b" }, { "none", "no" } },
    { "<log><item>/L/a</item><item>/L/b</item><error>none</error>"
      "<error>no</error></log>", 2, { "/L/a", "/L/b" }, { "none", "no" } },
    { "<log><item>/L/a</item></log>", 1, { "/L/a" }, { "" } },
    { "<log><error>none</error></log>", 1, { "" }, { "none" } },
    { "<item>/L/a</item>", 1, { "/L/a" }, { "" } },
    { "<item/>", 1, { "" }, { "" } },
    { "<log><item>/L/a</item><error>none</error></log>"
      "<item path='/L/b' error='no'/>", 2, { "/L/b", "/L/a" },
        { "no", "none" } },
    /* Of a shape that nobody knows yet. */
    { "<entry><name>/L/a</name></entry>", 1, { "" }, { "[log]" } },
    { "", 1, { "" }, { "[log]" } },
    { "<log/>", 1, { "" }, { "[log]" } },
};

static void
test_what_is_left_out_is_told_in_each_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(logs); i++)
        for (int refused = 0; refused <= 1; refused++) {
            struct ir_zip_answer a;

            zip(refused ? BAD "error='[log]'" : GOOD "error='[log]'",
                logs[i].content, &a);
            check_error(logs[i].content, &line.error,
                refused ? IR_E_SERVER : IR_OK, "");
            assert_string_equal(a.id, refused ? "" : "h-1");
            if (a.n_skipped != logs[i].n)
                fail_msg("%s: %zu", logs[i].content, a.n_skipped);
            for (size_t j = 0; j < a.n_skipped; j++) {
                assert_string_equal(a.skipped[j].item, logs[i].items[j]);
                assert_string_equal(a.skipped[j].why, logs[i].whys[j]);
            }
        }
}

static void
test_a_refusal_gives_the_first_item_as_its_reason(void **state)
{
    struct ir_zip_answer a;

    (void)state;
    zip(BAD "error='[log]'", "<item path='/L/a' error='none'/>", &a);
    check_error("one", &line.error, IR_E_SERVER,
        "DownloadZipWithHandler refused: /L/a: none");
    assert_int_equal(line.error.server_code, 4000);
    assert_int_equal(line.error.http_status, 200);
    assert_false(line.error.retryable);

    zip(BAD "error='[log]'", "<item path='/L/a' error='none'/><item/>", &a);
    check_error("two", &line.error, IR_E_SERVER, "/L/a: none, and more");

    zip(BAD "error='nothing to pack'", "", &a);
    check_error("none", &line.error, IR_E_SERVER, "refused: nothing to pack");
    assert_int_equal(a.n_skipped, 0);
}

static void
test_a_session_that_ended_is_known_behind_another_code(void **state)
{
    struct ir_zip_answer a;

    (void)state;
    zip(BAD "error='[901]Session expired or Invalid ticket'", "", &a);

    check_error("901", &line.error, IR_E_AUTH, "Session expired");
}

static void
test_a_log_tells_no_secret(void **state)
{
    struct ir_zip_answer a;

    (void)state;
    ir_wire_conceal(line.wire, "ticket-1", "pa55");
    zip(BAD "error='[log]'", "<item path='a ticket-1' error='pa55 is'/>"
        "<log><item>ticket-1</item><error>a pa55</error></log>", &a);

    check_error("log", &line.error, IR_E_SERVER, "a ********: **** is");
    assert_int_equal(a.n_skipped, 2);
    assert_string_equal(a.skipped[0].item, "a ********");
    assert_string_equal(a.skipped[0].why, "**** is");
    assert_string_equal(a.skipped[1].item, "********");
    assert_string_equal(a.skipped[1].why, "a ****");

    zip(GOOD "error='[log] of ticket-1'", "", &a);
    assert_string_equal(a.skipped[0].why, "[log] of ********");
    ir_wire_conceal(line.wire, NULL, NULL);
}

static void
test_a_message_made_of_a_log_is_one_printable_line(void **state)
{
    struct ir_zip_answer a;

    (void)state;
    zip(BAD "error='[log]'", "<item path='a&#10;b&#x1B;[2J' "
        "error='c&#13;d&#x9B;e'/>", &a);

    check_error("log", &line.error, IR_E_SERVER, "refused: a");
    for (const char *s = line.error.message; *s != '\0'; s++)
        assert_true((unsigned char)*s >= 0x20 && *s != 0x7F);
    assert_null(strstr(line.error.message, "\xC2\x9B"));
}

static int
set_up(void **state)
{
    (void)state;
    line_open(&line, IR_SOAP_11);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    line_close(&line);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_listing_has_either_shape),
        TEST(test_folders_come_first_in_any_order_of_the_answer),
        TEST(test_an_empty_folder_has_no_entries),
        TEST(test_what_is_not_told_of_a_document_is_not_known),
        TEST(test_a_listing_that_cannot_be_understood_is_none),
        TEST(test_a_hostile_name_ends_the_call),
        TEST(test_a_refused_listing_is_typed_and_empty),
        TEST(test_entries_that_are_told_take_no_memory),
        TEST(test_the_caller_may_end_a_listing),
        TEST(test_entries_of_a_refusal_are_not_told),
        TEST(test_other_lists_are_read_as_ever_afterwards),
        TEST(test_a_listing_of_100000_documents_is_read_in_bounded_memory),
        TEST(test_a_list_with_more_tags_than_allowed_is_refused),
        TEST(test_only_lists_may_be_long),
        TEST(test_libraries_are_folders),
        TEST(test_there_may_be_no_library),
        TEST(test_the_queue_has_folders_and_documents),
        TEST(test_the_queue_may_be_empty_but_not_nameless),
        TEST(test_the_queue_tells_a_refusal),
        TEST(test_a_path_that_cannot_be_sent_is_refused_before_sending),
        TEST(test_versions_keep_the_order_of_the_server),
        TEST(test_a_checksum_of_a_version_is_a_crc_or_none),
        TEST(test_a_document_may_have_no_versions),
        TEST(test_versions_that_cannot_be_understood_are_none),
        TEST(test_an_archive_has_a_handler),
        TEST(test_what_is_left_out_is_told_in_each_shape),
        TEST(test_a_refusal_gives_the_first_item_as_its_reason),
        TEST(test_a_session_that_ended_is_known_behind_another_code),
        TEST(test_a_log_tells_no_secret),
        TEST(test_a_message_made_of_a_log_is_one_printable_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
