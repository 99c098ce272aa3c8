/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "requests.h"

#include <string.h>

static enum ir_status
authenticate_user(struct ir_wire *w)
{
    struct ir_login_answer a;

    return ir_call_authenticate_user(w, "d<e>mo", "p&\"w'd", NULL, &a);
}

static enum ir_status
authenticate_user1(struct ir_wire *w)
{
    struct ir_login_answer a;

    return ir_call_authenticate_user(w, "demo", "pwd", "en", &a);
}

static enum ir_status
renew_ticket(struct ir_wire *w)
{
    struct ir_login_answer a;

    return ir_call_renew_ticket(w, "demo", "pwd", NULL, "t", &a);
}

static enum ir_status
renew_ticket_with_language(struct ir_wire *w)
{
    struct ir_login_answer a;

    return ir_call_renew_ticket(w, "demo", "pwd", "de", "t", &a);
}

static enum ir_status
is_valid_ticket(struct ir_wire *w)
{
    struct ir_login_answer a;

    return ir_call_is_valid_ticket(w, "t", &a);
}

static enum ir_status
log_out(struct ir_wire *w)
{
    return ir_call_log_out(w, "t");
}

static enum ir_status
server_info(struct ir_wire *w)
{
    struct ir_server_info a;

    return ir_call_server_info(w, &a);
}

static enum ir_status
get_download_info(struct ir_wire *w)
{
    struct ir_document a;

    return ir_call_get_download_info(w, "t", "/L/\xC3\xA9 & <1>.txt", 0, &a);
}

static enum ir_status
get_download_info_by_version(struct ir_wire *w)
{
    struct ir_document a;

    return ir_call_get_download_info(w, "t", "~D7.pdf", 1000001, &a);
}

static enum ir_status
get_download_handler(struct ir_wire *w)
{
    struct ir_handler a;

    return ir_call_get_download_handler(w, "t", "/L/a", 0, 4194304, &a);
}

static enum ir_status
get_download_handler_by_version(struct ir_wire *w)
{
    struct ir_handler a;

    return ir_call_get_download_handler(w, "t", "/L/a", 2000000, 262144, &a);
}

static int
drop(void *ctx, uint64_t offset, const void *data, size_t n)
{
    (void)ctx;
    (void)offset;
    (void)data;
    (void)n;
    return 0;
}

static enum ir_status
download_file_chunk(struct ir_wire *w)
{
    const struct ir_sink sink = { drop, NULL, 1 };
    const struct ir_chunk_request request = { "h-1", 4294967296, 262144,
        &sink };
    struct ir_chunk a;

    return ir_call_download_file_chunk(w, "t", &request, &a);
}

static enum ir_status
delete_download_handler(struct ir_wire *w)
{
    return ir_call_delete_download_handler(w, "t", "h-1");
}

/* ---- Documents and folders --------------------------------------------- */

static enum ir_status
document_exists(struct ir_wire *w)
{
    struct ir_exists_answer a;

    return ir_call_document_exists(w, "t", "~D7.pdf", &a);
}

static enum ir_status
folder_exists(struct ir_wire *w)
{
    return ir_call_folder_exists(w, "t", "/L/F");
}

static enum ir_status
create_folder(struct ir_wire *w)
{
    return ir_call_create_folder(w, "t", "/L/\xC3\xA9 & <1>");
}

static enum ir_status
lock(struct ir_wire *w)
{
    return ir_call_lock(w, "t", "/L/a");
}

static enum ir_status
unlock(struct ir_wire *w)
{
    return ir_call_unlock(w, "t", "/L/a", 0);
}

static enum ir_status
unlock_by_force(struct ir_wire *w)
{
    return ir_call_unlock(w, "t", "/L/a", 1);
}

static enum ir_status
delete_document(struct ir_wire *w)
{
    return ir_call_delete_document(w, "t", "/L/a");
}

static enum ir_status
get_document(struct ir_wire *w)
{
    struct ir_document_state a;

    return ir_call_get_document(w, "t", "/L/a", &a);
}

static enum ir_status
get_general_app_settings(struct ir_wire *w)
{
    uint64_t limit;

    return ir_call_upload_limit(w, "t", &limit);
}

/* ---- Upload ------------------------------------------------------------ */

static enum ir_status
create_upload_handler(struct ir_wire *w)
{
    struct ir_upload_handler a;

    return ir_call_create_upload_handler(w, "t", 1048576, &a);
}

/* "sample-29", whose CRC begins with zeros. */
static int
sample(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    static const char text[] = "sample-29";

    (void)ctx;
    memcpy(data, text + offset, n);
    *got = n;
    return 0;
}

static enum ir_status
upload_some(struct ir_wire *w, uint64_t length, uint32_t crc32, int last)
{
    const struct ir_source source = { sample, NULL, 1, 9 };
    const struct ir_upload_request request = { "h-1", &source, 0, length,
        crc32, last };
    struct ir_upload_answer a;

    return ir_call_upload_file_chunk(w, "t", &request, &a);
}

static enum ir_status
upload_file_chunk(struct ir_wire *w)
{
    return upload_some(w, 9, 0x00FFFFC8, 0);
}

static enum ir_status
upload_file_chunk_of_nothing(struct ir_wire *w)
{
    return upload_some(w, 0, 0, 1);
}

static enum ir_status
delete_upload_handler(struct ir_wire *w)
{
    return ir_call_delete_upload_handler(w, "t", "h-1");
}

static enum ir_status
commit(struct ir_wire *w, const struct ir_commit *c)
{
    struct ir_uploaded a;

    return ir_call_commit(w, "t", "h-1", c, &a);
}

static enum ir_status
upload_document_with_handler(struct ir_wire *w)
{
    return commit(w, &(struct ir_commit){ .path = "/L/a & b" });
}

static enum ir_status
upload_document_with_handler1(struct ir_wire *w)
{
    return commit(w, &(struct ir_commit){ .path = "/L/a",
        .comment = "a < b\xC3\xA9" });
}

static enum ir_status
upload_document_with_handler2(struct ir_wire *w)
{
    return commit(w, &(struct ir_commit){ .path = "/L/a", .comment = "c",
        .version = 2400999998 });
}

static enum ir_status
upload_document_with_handler2_and_no_comment(struct ir_wire *w)
{
    return commit(w, &(struct ir_commit){ .path = "/L/a",
        .version = 1002003 });
}

static enum ir_status
upload_document_with_handler3(struct ir_wire *w)
{
    return commit(w, &(struct ir_commit){ .path = "/L/a",
        .xml_parameters = "<xmlparameters/>" });
}

static enum ir_status
upload_new_document_width_handler(struct ir_wire *w)
{
    return commit(w, &(struct ir_commit){ .path = "/L/F/a", .folder = "/L/F",
        .name = "a", .xml_parameters = "<xmlparameters/>" });
}

/* ---- Lists ------------------------------------------------------------- */

static enum ir_status
get_folders_and_documents2(struct ir_wire *w)
{
    struct ir_listing a;

    return ir_call_get_folders_and_documents2(w, "t", "/L/a & b", &a);
}

static enum ir_status
get_domains(struct ir_wire *w)
{
    struct ir_listing a;

    return ir_call_get_domains(w, "t", &a);
}

static enum ir_status
get_document_versions(struct ir_wire *w)
{
    struct ir_versions a;

    return ir_call_get_document_versions(w, "t", "/L/a", &a);
}

static enum ir_status
get_download_que(struct ir_wire *w)
{
    struct ir_listing a;

    return ir_call_get_download_que(w, "t", &a);
}

static enum ir_status
add_to_download_queue(struct ir_wire *w)
{
    return ir_call_add_to_download_queue(w, "t", "/L/a");
}

static enum ir_status
remove_from_download_queue(struct ir_wire *w)
{
    return ir_call_remove_from_download_queue(w, "t", "/L/a");
}

static enum ir_status
download_zip_with_handler(struct ir_wire *w)
{
    struct ir_zip_answer a;

    return ir_call_download_zip_with_handler(w, "t", "/L/a & b|~F7", 0, &a);
}

static enum ir_status
download_zip_with_handler_partially(struct ir_wire *w)
{
    struct ir_zip_answer a;

    return ir_call_download_zip_with_handler(w, "t", "~D7", 1, &a);
}

/* ---- Whole documents --------------------------------------------------- */

static enum ir_status
download_version(struct ir_wire *w, int64_t version)
{
    const struct ir_sink sink = { drop, NULL, 1 };
    struct ir_payload_facts a;

    return ir_call_download_document(w, "t", "/L/a & b", version, 9, &sink,
        &a);
}

static enum ir_status
download_document(struct ir_wire *w)
{
    return download_version(w, 0);
}

static enum ir_status
download_document_version(struct ir_wire *w)
{
    return download_version(w, 1000001);
}

static enum ir_status
upload_whole(struct ir_wire *w, const char *comment, int checkout,
    const char *xml_parameters, uint64_t length)
{
    const struct ir_source source = { sample, NULL, 1, length };
    const struct ir_content c = { "/L/a & b", &source, length, comment,
        checkout, xml_parameters };
    struct ir_uploaded a;

    return ir_call_upload_document(w, "t", &c, &a);
}

static enum ir_status
upload_document(struct ir_wire *w)
{
    return upload_whole(w, NULL, 0, NULL, 9);
}

static enum ir_status
upload_document_of_nothing(struct ir_wire *w)
{
    return upload_whole(w, NULL, 0, NULL, 0);
}

static enum ir_status
upload_document1(struct ir_wire *w)
{
    return upload_whole(w, "a < b\xC3\xA9", 0, NULL, 9);
}

static enum ir_status
upload_document2(struct ir_wire *w)
{
    return upload_whole(w, NULL, 1, NULL, 9);
}

static enum ir_status
upload_document3(struct ir_wire *w)
{
    return upload_whole(w, "c", 1, NULL, 9);
}

static enum ir_status
upload_document4(struct ir_wire *w)
{
    return upload_whole(w, NULL, 0, "<xmlparameters/>", 9);
}

#define TICKET "<AuthenticationTicket>t</AuthenticationTicket>"
#define LOGIN_ANSWER "<root success='true' ticket='t2'/>"
#define TICKET2 "<authenticationTicket>t</authenticationTicket>"
#define DONE "<response success='true'/>"
#define PATH "<path>/L/a</path><uploadHandler>h-1</uploadHandler>"
#define PATH_CLASSIC "<Path>/L/a</Path><UploadHandler>h-1</UploadHandler>"
#define HANDLER_ANSWER "<root success='true' Size='9' ChunkSize='262144' " \
    "downloadhandler='h'/>"

#define WHOLE "<path>/L/a &amp; b</path><fileContent>c2FtcGxlLTI5</fileContent>"
#define WHOLE_CLASSIC \
    "<Path>/L/a &amp; b</Path><FileContent>c2FtcGxlLTI5</FileContent>"
#define ITEM "<itemPath>/L/a</itemPath>"

const struct request requests[N_REQUESTS] = {
    { "GetFoldersAndDocuments2", get_folders_and_documents2,
        TICKET2 "<Path>/L/a &amp; b</Path>",
        TICKET "<Path>/L/a &amp; b</Path>", 1, DONE },
    { "GetDomains", get_domains, TICKET2, TICKET, 1, DONE },
    { "GetDocumentVersions", get_document_versions,
        TICKET "<Path>/L/a</Path>", NULL, 1, DONE },
    { "GetDownloadQue", get_download_que, TICKET "<withrules>false</withrules>"
        "<withpropertysets>false</withpropertysets>"
        "<withsecurity>false</withsecurity><withOwner>false</withOwner>"
        "<withVersions>false</withVersions>", NULL, 1, DONE },
    /* Those that have one name never had another. */
    { "AddToDownloadQueue", add_to_download_queue, TICKET2 ITEM, NULL, 0,
        DONE },
    { "RemoveFromDownloadQueue", remove_from_download_queue, TICKET2 ITEM,
        NULL, 1, DONE },
    { "DownloadZipWithHandler", download_zip_with_handler, TICKET2
        "<Paths>/L/a &amp; b|~F7</Paths><partialResult>false</partialResult>",
        NULL, 0, "<Response success='true' downloadhandler='h'/>" },
    { "DownloadZipWithHandler", download_zip_with_handler_partially, TICKET2
        "<Paths>~D7</Paths><partialResult>true</partialResult>", NULL, 0, "<Response success='true' downloadhandler='h'/>" },
    { "DownloadDocument", download_document,
        TICKET2 "<Path>/L/a &amp; b</Path>",
        TICKET "<Path>/L/a &amp; b</Path>", 1, "dGVhbC1mb3gK" },
    { "DownloadDocumentVersion", download_document_version, TICKET2
        "<Path>/L/a &amp; b</Path><VersionNumber>1000001</VersionNumber>",
        TICKET
        "<Path>/L/a &amp; b</Path><VersionNumber>1000001</VersionNumber>",
        1, "dGVhbC1mb3gK" },
    { "UploadDocument", upload_document, TICKET2 WHOLE, TICKET WHOLE_CLASSIC,
        0, DONE },
    { "UploadDocument", upload_document_of_nothing, TICKET2
        "<path>/L/a &amp; b</path><fileContent></fileContent>",
        TICKET "<Path>/L/a &amp; b</Path><FileContent></FileContent>",
        0, DONE },
    { "UploadDocument1", upload_document1, TICKET2 WHOLE
        "<versionComment>a &lt; b\xC3\xA9</versionComment>",
        TICKET WHOLE_CLASSIC
        "<VersionComment>a &lt; b\xC3\xA9</VersionComment>", 0, DONE },
    { "UploadDocument2", upload_document2,
        TICKET2 WHOLE "<checkout>true</checkout>",
        TICKET WHOLE_CLASSIC "<Checkout>true</Checkout>", 0, DONE },
    { "UploadDocument3", upload_document3, TICKET2 WHOLE
        "<versionComment>c</versionComment><checkout>true</checkout>",
        TICKET WHOLE_CLASSIC
        "<VersionComment>c</VersionComment><Checkout>true</Checkout>", 0,
        DONE },
    { "UploadDocument4", upload_document4, TICKET2 WHOLE
        "<xmlParameters>&lt;xmlparameters/&gt;</xmlParameters>",
        TICKET WHOLE_CLASSIC
        "<xmlParameters>&lt;xmlparameters/&gt;</xmlParameters>", 0, DONE },
    { "AuthenticateUser", authenticate_user,
        "<UID>d&lt;e&gt;mo</UID><PWD>p&amp;\"w'd</PWD>", NULL, 1,
        LOGIN_ANSWER },
    { "AuthenticateUser1", authenticate_user1,
        "<UID>demo</UID><PWD>pwd</PWD><Lang>en</Lang>", NULL, 1, LOGIN_ANSWER },
    { "RenewTicket", renew_ticket,
        "<UID>demo</UID><PWD>pwd</PWD><OldTicket>t</OldTicket>", NULL, 1,
        LOGIN_ANSWER },
    { "RenewTicket", renew_ticket_with_language, "<UID>demo</UID>"
        "<PWD>pwd</PWD><Lang>de</Lang><OldTicket>t</OldTicket>", NULL, 1,
        LOGIN_ANSWER },
    { "isValidTicket", is_valid_ticket, TICKET, NULL, 1,
        "<root success='true'/>" },
    { "LogOut", log_out, TICKET, NULL, 1, "<root success='true'/>" },
    { "ServerInfo", server_info, "", NULL, 1, "<root success='true'/>" },
    { "GetDownloadInfo", get_download_info,
        TICKET "<Path>/L/\xC3\xA9 &amp; &lt;1&gt;.txt</Path>", NULL, 1,
        "<root success='true' Size='9'/>" },
    { "GetDownloadInfoByVersion", get_download_info_by_version,
        TICKET "<Path>~D7.pdf</Path><VersionNumber>1000001</VersionNumber>",
        NULL, 1, "<root success='true' Size='9'/>" },
    { "GetDownloadHandler", get_download_handler, TICKET
        "<Path>/L/a</Path><PreferedChunkSize>4194304</PreferedChunkSize>",
        NULL, 0, HANDLER_ANSWER },
    { "GetDownloadHandlerByVersion", get_download_handler_by_version, TICKET
        "<Path>/L/a</Path><PreferedChunkSize>262144</PreferedChunkSize>"
        "<VersionNumber>2000000</VersionNumber>", NULL, 0, HANDLER_ANSWER },
    { "DownloadFileChunk", download_file_chunk,
        "<authenticationTicket>t</authenticationTicket>"
        "<DownloadHandler>h-1</DownloadHandler>"
        "<StartOffset>4294967296</StartOffset><ChunkSize>262144</ChunkSize>",
        TICKET "<DownloadHandler>h-1</DownloadHandler>"
        "<StartOffset>4294967296</StartOffset><ChunkSize>262144</ChunkSize>",
        1, "<root success='true' filelength='4294967305' chunklength='9' "
        "lastchunk='true' chunkCRC32='E21E754F'>dGVhbC1mb3gK</root>" },
    { "DeleteDownloadHandler", delete_download_handler,
        "<authenticationTicket>t</authenticationTicket>"
        "<DownloadHandler>h-1</DownloadHandler>",
        TICKET "<DownloadHandler>h-1</DownloadHandler>", 1,
        "<root success='true'/>" },
    { "DocumentExists", document_exists, TICKET2 "<Path>~D7.pdf</Path>",
        TICKET "<Path>~D7.pdf</Path>", 1, DONE },
    { "FolderExists", folder_exists, TICKET2 "<Path>/L/F</Path>",
        TICKET "<Path>/L/F</Path>", 1, DONE },
    { "CreateFolder", create_folder,
        TICKET2 "<Path>/L/\xC3\xA9 &amp; &lt;1&gt;</Path>",
        TICKET "<Path>/L/\xC3\xA9 &amp; &lt;1&gt;</Path>", 0, DONE },
    { "Lock", lock, TICKET "<Path>/L/a</Path>", NULL, 0, DONE },
    { "UnLock", unlock, TICKET2 "<path>/L/a</path><force>false</force>",
        TICKET "<Path>/L/a</Path><force>false</force>", 0, DONE },
    { "UnLock", unlock_by_force,
        TICKET2 "<path>/L/a</path><force>true</force>",
        TICKET "<Path>/L/a</Path><force>true</force>", 0, DONE },
    { "DeleteDocument", delete_document, TICKET2 "<Path>/L/a</Path>",
        TICKET "<Path>/L/a</Path>", 0, DONE },
    { "GetDocument", get_document, TICKET "<Path>/L/a</Path>"
        "<withPropertySets>false</withPropertySets>"
        "<withSecurity>false</withSecurity><withOwner>false</withOwner>"
        "<withVersions>false</withVersions>", NULL, 1,
        "<response success='true'><document/></response>" },
    /* Servers that speak the classic names do not know this operation. */
    { "GetGeneralAppSettings", get_general_app_settings, TICKET2, NULL, 1,
        DONE },
    { "CreateUploadHandler", create_upload_handler,
        TICKET2 "<PreferedChunkSize>1048576</PreferedChunkSize>",
        TICKET "<PreferedChunkSize>1048576</PreferedChunkSize>", 0,
        "<response success='true' UploadHandler='h' ChunkSize='262144'/>" },
    { "UploadFileChunk", upload_file_chunk, TICKET2
        "<uploadHandler>h-1</uploadHandler>"
        "<fileChunk>c2FtcGxlLTI5</fileChunk>"
        "<chunkHEXCRC>FFFFC8</chunkHEXCRC><lastChunk>false</lastChunk>",
        TICKET "<UploadHandler>h-1</UploadHandler>"
        "<FileChunk>c2FtcGxlLTI5</FileChunk>"
        "<ChunkHEXCRC>FFFFC8</ChunkHEXCRC><LastChunk>false</LastChunk>", 0,
        DONE },
    { "UploadFileChunk", upload_file_chunk_of_nothing, TICKET2
        "<uploadHandler>h-1</uploadHandler><fileChunk></fileChunk>"
        "<chunkHEXCRC>0</chunkHEXCRC><lastChunk>true</lastChunk>",
        TICKET "<UploadHandler>h-1</UploadHandler><FileChunk></FileChunk>"
        "<ChunkHEXCRC>0</ChunkHEXCRC><LastChunk>true</LastChunk>", 0, DONE },
    { "DeleteUploadHandler", delete_upload_handler,
        TICKET2 "<UploadHandler>h-1</UploadHandler>",
        TICKET "<UploadHandler>h-1</UploadHandler>", 1, DONE },
    { "UploadDocumentWithHandler", upload_document_with_handler, TICKET2
        "<path>/L/a &amp; b</path><uploadHandler>h-1</uploadHandler>",
        TICKET "<Path>/L/a &amp; b</Path><UploadHandler>h-1</UploadHandler>",
        0, DONE },
    { "UploadDocumentWithHandler1", upload_document_with_handler1, TICKET2 PATH
        "<versionComments>a &lt; b\xC3\xA9</versionComments>",
        TICKET PATH_CLASSIC
        "<VersionComments>a &lt; b\xC3\xA9</VersionComments>", 0, DONE },
    { "UploadDocumentWithHandler2", upload_document_with_handler2, TICKET2 PATH
        "<versionComments>c</versionComments>"
        "<mpVersionMajor>2400</mpVersionMajor>"
        "<mpVersionMinor>999</mpVersionMinor>"
        "<mpVersionRevision>998</mpVersionRevision>",
        TICKET PATH_CLASSIC "<VersionComments>c</VersionComments>"
        "<MPVersionMajor>2400</MPVersionMajor>"
        "<MPVersionMinor>999</MPVersionMinor>"
        "<MPVersionRevision>998</MPVersionRevision>", 0, DONE },
    { "UploadDocumentWithHandler2",
        upload_document_with_handler2_and_no_comment, TICKET2 PATH
        "<versionComments></versionComments><mpVersionMajor>1</mpVersionMajor>"
        "<mpVersionMinor>2</mpVersionMinor>"
        "<mpVersionRevision>3</mpVersionRevision>",
        TICKET PATH_CLASSIC
        "<VersionComments></VersionComments><MPVersionMajor>1</MPVersionMajor>"
        "<MPVersionMinor>2</MPVersionMinor>"
        "<MPVersionRevision>3</MPVersionRevision>", 0, DONE },
    { "UploadDocumentWithHandler3", upload_document_with_handler3,
        TICKET2 PATH "<xmlParameters>&lt;xmlparameters/&gt;</xmlParameters>",
        TICKET PATH_CLASSIC
        "<xmlParameters>&lt;xmlparameters/&gt;</xmlParameters>", 0, DONE },
    { "UploadNewDocumentWidthHandler", upload_new_document_width_handler,
        TICKET2 "<folderPath>/L/F</folderPath><documentName>a</documentName>"
        "<uploadHandler>h-1</uploadHandler>"
        "<xmlParameters>&lt;xmlparameters/&gt;</xmlParameters>",
        TICKET "<FolderPath>/L/F</FolderPath><DocumentName>a</DocumentName>"
        "<UploadHandler>h-1</UploadHandler>"
        "<xmlParameters>&lt;xmlparameters/&gt;</xmlParameters>", 0, DONE },
};
