/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT */
#include "requests.h"

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

#define TICKET "<AuthenticationTicket>t</AuthenticationTicket>"
#define LOGIN_ANSWER "<root success='true' ticket='t2'/>"
#define HANDLER_ANSWER "<root success='true' Size='9' ChunkSize='262144' " \
    "downloadhandler='h'/>"

const struct request requests[N_REQUESTS] = {
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
};
