/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The catalogue of faults.  What a kind does with its action stands in
 * faultreply.c, faultanswer.c and faultwire.c. */
#include "faultkinds.h"

#include "operations.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define INSIDE "at=body|start|head|head-end|last"
#define PLACES INSIDE "|end bytes:"
#define REPLIES IR_FAULT_ON_CALL, IR_FITS_SOAP, IR_FAULT_BODY

/* Templates of bodies: see expand() in faultreply.c. */
#define RESULT "%[<%oResponse xmlns=\"http://tempuri.org/\"><%oResult>"
#define RESULT_END "</%oResult></%oResponse>%]"
#define ANSWER "<%r xmlns=\"\" success=\"true\""

/* Attributes that an answer may have under one of several names. */
#define HANDLERS "downloadhandler|UploadHandler"

const struct ir_fault_kind ir_faultkinds[] = {
    /* The connection, while the request comes. */
    { "close-unread", IR_FAULT_ON_HEAD, IR_FITS_ALL, IR_FAULT_CLOSE_UNREAD, "",
        NULL },
    { "reset-unread", IR_FAULT_ON_HEAD, IR_FITS_ALL, IR_FAULT_RESET_UNREAD, "",
        NULL },
    { "stall-unread", IR_FAULT_ON_HEAD, IR_FITS_ALL, IR_FAULT_STALL_UNREAD,
        "ms:3600000", NULL },
    { "status-unread", IR_FAULT_ON_HEAD, IR_FITS_ALL, IR_FAULT_STATUS_UNREAD,
        "code:413|503", NULL },
    { "close-reading", IR_FAULT_ON_HEAD, IR_FITS_ALL, IR_FAULT_CLOSE_READING,
        "bytes:", NULL },
    { "reset-reading", IR_FAULT_ON_HEAD, IR_FITS_ALL, IR_FAULT_RESET_READING,
        "bytes:", NULL },

    /* The connection, while the answer goes. */
    { "delay", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_STALL,
        "ms:200 at=start", NULL },
    { "stall", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_STALL,
        PLACES " ms:3600000", NULL },
    { "drip", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_DRIP,
        INSIDE " bytes: ms:100 step:1", NULL },
    { "cut", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_CUT, PLACES, NULL },
    { "reset", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_RESET, PLACES, NULL },
    { "lose-reply", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_CUT, "at=start",
        NULL },

    /* HTTP in place of an answer. */
    { "status", IR_FAULT_ON_CALL, IR_FITS_ALL, IR_FAULT_STATUS,
        "code:500|400|401|403|404|408|411|413|429|502|503|504|204|206 "
        "retry-after: applied",
        NULL },
    { "redirect", IR_FAULT_ON_CALL, IR_FITS_ALL, IR_FAULT_REDIRECT,
        "code:302|301|303|307|308 location:http://127.0.0.1:9/srv.asmx "
        "applied",
        NULL },
    { "long-authenticate", IR_FAULT_ON_CALL, IR_FITS_ALL, IR_FAULT_AUTHENTICATE,
        "n:8169", NULL },
    { "huge-error", IR_FAULT_ON_CALL, IR_FITS_ALL, IR_FAULT_STATUS,
        "code:503 length:4000000000 retry-after: applied", NULL },
    { "login-page", IR_FAULT_ON_CALL, IR_FITS_ALL, IR_FAULT_BODY, "applied",
        "H<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>"
        "<form method=\"post\"><input name=\"user\"></form></body></html>\n" },
    { "no-body", IR_FAULT_ON_CALL, IR_FITS_ALL, IR_FAULT_BODY, "applied", "X" },
    { "gzip-bomb", IR_FAULT_ON_CALL, IR_FITS_ALL, IR_FAULT_GZIP,
        "bytes:67108864", NULL },

    /* HTTP around the answer. */
    { "status-line", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_STATUS_LINE,
        "value:\"HTTP/1.1 65736 OK\"|\"HTTP/1.1 500 Internal Server Error\"|"
        "\"HTTP/1.1 400 Bad Request\"|\"HTTP/1.1 206 Partial Content\"|"
        "\"HTTP/1.1 204 No Content\"|\"HTTP/2 200\"|\"HTTP/1.1 OK\"",
        NULL },
    { "no-head", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_HEADLESS, "", NULL },
    { "content-type", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_CONTENT_TYPE,
        "value:text/html|text/plain|\"text/xml; charset=utf-16\"|\"\"", NULL },
    { "content-length", IR_FAULT_ON_ANSWER, IR_FITS_ALL,
        IR_FAULT_CONTENT_LENGTH,
        "as=short|long|huge|negative|signed|text|twice|differ|absent", NULL },
    { "chunked", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_CHUNKED,
        "as=valid|bad-size|huge-size|no-crlf|no-last|with-length|underscore",
        NULL },
    { "header", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_HEADER,
        "value:\"X-Extra: 1\"", NULL },
    { "set-cookie", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_HEADER, "",
        "Set-Cookie: affinity=node-2; path=/" },
    { "location", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_HEADER, "",
        "Location: http://127.0.0.1:9/srv.asmx" },
    { "content-encoding", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_HEADER, "",
        "Content-Encoding: gzip" },
    { "folded-header", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_HEADER, "",
        "X-Folded: a\r\n Content-Length: 1" },
    { "long-header", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_HEADERS,
        "n:1 bytes:1048576", NULL },
    { "many-headers", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_HEADERS,
        "n:100000 bytes:32", NULL },
    { "garbage-before", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_BEFORE,
        "value:\"garbage\\r\\n\"|\"\\x00\\xff\"|\"\\r\\n\"", NULL },
    { "continue-storm", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_CONTINUE,
        "n:10000", NULL },
    { "garbage-after", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_AFTER,
        "value:garbage|\"\\r\\n\"", NULL },
    { "second-answer", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_AFTER, "",
        NULL },

    /* SOAP in place of an answer. */
    { "soap-fault", REPLIES, "as=server|client applied",
        "F%[<soap:Fault>%f</soap:Fault>%]" },
    { "large-fault", REPLIES, "as=server|client n:10485760 applied",
        "F%[<soap:Fault>%f%*</soap:Fault>%]\f<%d>\fx\f</%d>" },
    { "not-xml", REPLIES, "applied", "XThe service is not available.\n" },
    { "wrong-root", REPLIES, "applied", "X<nothing/>" },
    { "no-envelope", REPLIES, "applied",
        "X<%oResponse xmlns=\"http://tempuri.org/\"><%oResult>" ANSWER "/>"
        "</%oResult></%oResponse>" },
    { "empty-envelope", REPLIES, "applied", "X%[%]" },
    { "no-result", REPLIES, "applied",
        "X%[<%oResponse xmlns=\"http://tempuri.org/\"/>%]" },
    { "no-answer", REPLIES, "applied", "X" RESULT RESULT_END },
    { "other-operation", REPLIES, "applied",
        "X%[<PingResponse xmlns=\"http://tempuri.org/\"><PingResult>" ANSWER
        "/></PingResult></PingResponse>%]" },
    { "two-answers", REPLIES, "applied",
        "X" RESULT ANSWER "/>" ANSWER "/>" RESULT_END },
    { "bare-answer", REPLIES, "applied", "X" RESULT ANSWER "/>" RESULT_END },
    { "doctype", REPLIES, "applied",
        "X<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/hostname\">]>" RESULT
            ANSWER " error=\"&b;\"/>" RESULT_END },
    { "entity-bomb", REPLIES, "applied",
        "X<!DOCTYPE a [<!ENTITY b \"bbbbbbbbbb\">"
        "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">"
        "<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;\">"
        "<!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;\">"
        "<!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;\">"
        "<!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;\">"
        "<!ENTITY h \"&g;&g;&g;&g;&g;&g;&g;&g;\">]>" RESULT ANSWER
        " error=\"&h;\"/>" RESULT_END },
    { "deep-nesting", REPLIES, "n:100000|400 applied",
        "X" RESULT "%*" RESULT_END "\f" ANSWER ">\f<a>\f</%r>\f</a>" },
    { "many-attributes", REPLIES, "n:100000|400 applied",
        "X" RESULT "%*" RESULT_END "\f" ANSWER "\f a%#=\"1\"\f/>" },
    { "many-namespaces", REPLIES, "n:100000|400 applied",
        "X" RESULT "%*" RESULT_END "\f" ANSWER "\f xmlns:a%#=\"b\"\f/>" },
    { "many-elements", REPLIES, "n:100000|400 applied",
        "X" RESULT "%*" RESULT_END "\f" ANSWER ">\f<a/>\f</%r>" },
    { "long-attribute", REPLIES, "n:16777216|16384 applied",
        "X" RESULT "%*" RESULT_END "\f" ANSWER " error=\"\fx\f\"/>" },
    { "utf-16", REPLIES, "applied",
        "X\xFF\xFE<\\0?\\0x\\0m\\0l\\0 \\0v\\0e\\0r\\0s\\0i\\0o\\0n\\0=\\0\"\\0"
        "1\\0.\\0"
        "0\\0\"\\0?\\0>\\0<\\0a\\0/\\0>\\0" },
    { "latin-1", REPLIES, "applied",
        "X<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>" RESULT ANSWER
        " error=\"\xE4\"/>" RESULT_END },
    { "bad-utf-8", REPLIES, "applied",
        "X" RESULT ANSWER " error=\"\xC0\xAF\"/>" RESULT_END },
    { "null-byte", REPLIES, "applied",
        "X" RESULT ANSWER " error=\"a\\0b\"/>" RESULT_END },
    { "truncated-xml", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_TRUNCATE,
        "bytes:", NULL },
    { "trailing-bytes", IR_FAULT_ON_ANSWER, IR_FITS_ALL, IR_FAULT_APPEND,
        "value:trailing|<more/>|\"\\x00\"", NULL },

    /* What the operation says or does. */
    { "refuse", IR_FAULT_ON_CALL, IR_FITS_TYPED, IR_FAULT_REFUSE,
        "code:4000|4010|4030|4041|4090|4230|5000|5030 value: applied", NULL },
    { "hostile-error", IR_FAULT_ON_CALL, IR_FITS_TYPED, IR_FAULT_REFUSE,
        "value:\"\\x1b[31mred\\x1b[0m\\x07\"|\"two\\r\\nlines\" "
        "code:4000 applied",
        NULL },
    { "ticket-expired", IR_FAULT_ON_CALL, IR_FITS_TICKET, IR_FAULT_END_TICKET,
        "", NULL },
    { "session-ended", IR_FAULT_ON_CALL, IR_FITS_TICKET, IR_FAULT_END_SESSION,
        "", NULL },
    { "handler-expired", IR_FAULT_ON_CALL, IR_FITS_HANDLER,
        IR_FAULT_END_HANDLER, "", NULL },
    { "change-document", IR_FAULT_ON_CALL, IR_FITS_PATH,
        IR_FAULT_CHANGE_DOCUMENT, "as=longer|same-size", NULL },
    { "tryagain", IR_FAULT_ON_CALL, IR_FITS_UPLOAD_CHUNK, IR_FAULT_TRYAGAIN,
        "as=failure|success", NULL },
    { "grant", IR_FAULT_ON_CALL, IR_FITS_GRANT, IR_FAULT_GRANT, "bytes:65536",
        NULL },

    /* The bytes of a chunk. */
    { "corrupt-byte", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK,
        IR_FAULT_CORRUPT, "byte:", "true" },
    { "corrupt-chunk", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK,
        IR_FAULT_CORRUPT, "byte:", NULL },
    { "other-chunk", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK,
        IR_FAULT_OTHER_CHUNK, "from:", NULL },
    { "short-chunk", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK, IR_FAULT_LENGTH,
        "add:-1", NULL },
    { "long-chunk", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK, IR_FAULT_LENGTH,
        "add:1|1048576", NULL },
    { "empty-chunk", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK, IR_FAULT_LENGTH,
        "", NULL },
    { "bad-base64", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK, IR_FAULT_BASE64,
        "as=character|padding|short|tail|entity|element", NULL },

    /* The attributes of an answer. */
    { "wrong-chunk-crc", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK,
        IR_FAULT_SET, "value:deadbeef", "chunkCRC32" },
    { "bad-chunk-crc", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK, IR_FAULT_SET,
        "value:not-hex|123456789|-1|\"\"", "chunkCRC32" },
    { "no-chunk-crc", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK,
        IR_FAULT_REMOVE, "", "chunkCRC32" },
    { "loose-chunk-crc", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK,
        IR_FAULT_LOOSEN, "", "chunkCRC32" },
    { "wrong-chunklength", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK,
        IR_FAULT_ADD, "add:1|-1", "chunklength" },
    { "bad-chunklength", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK,
        IR_FAULT_SET, "value:-1|1e3|\" +5\"|\"\"|99999999999999999999",
        "chunklength" },
    { "no-chunklength", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK,
        IR_FAULT_REMOVE, "", "chunklength" },
    { "wrong-filelength", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK,
        IR_FAULT_ADD, "add:1|-1", "filelength" },
    { "bad-filelength", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK, IR_FAULT_SET,
        "value:-1|2147483648|9223372036854775808|\"\"", "filelength" },
    { "no-filelength", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK,
        IR_FAULT_REMOVE, "", "filelength" },
    { "wrong-lastchunk", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK,
        IR_FAULT_NEGATE, "", "lastchunk" },
    { "bad-lastchunk", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK, IR_FAULT_SET,
        "value:maybe|\"\"", "lastchunk" },
    { "no-lastchunk", IR_FAULT_ON_GRANT, IR_FITS_DOWNLOAD_CHUNK,
        IR_FAULT_REMOVE, "", "lastchunk" },
    { "wrong-size", IR_FAULT_ON_GRANT, IR_FITS_DESCRIPTION, IR_FAULT_ADD,
        "add:1|-1", "Size" },
    { "bad-size", IR_FAULT_ON_GRANT, IR_FITS_DESCRIPTION, IR_FAULT_SET,
        "value:-1|2147483648|1e3|\"\"", "Size" },
    { "no-size", IR_FAULT_ON_GRANT, IR_FITS_DESCRIPTION, IR_FAULT_REMOVE, "",
        "Size" },
    { "wrong-crc", IR_FAULT_ON_GRANT, IR_FITS_DESCRIPTION, IR_FAULT_SET,
        "value:deadbeef", "CRC32" },
    { "bad-crc", IR_FAULT_ON_GRANT, IR_FITS_DESCRIPTION, IR_FAULT_SET,
        "value:not-hex|123456789|-1", "CRC32" },
    { "empty-crc", IR_FAULT_ON_GRANT, IR_FITS_DESCRIPTION, IR_FAULT_SET,
        "value:\"\"", "CRC32" },
    { "no-crc", IR_FAULT_ON_GRANT, IR_FITS_DESCRIPTION, IR_FAULT_REMOVE, "",
        "CRC32" },
    { "hostile-name", IR_FAULT_ON_GRANT, IR_FITS_DESCRIPTION, IR_FAULT_SET,
        "value:../../x|/etc/x|a\\\\b|CON|-rf|.bashrc|\"a&#10;b\"|"
        "\"x\\xE2\\x80\\xAE"
        "fdp.exe\"",
        "AlterDocumentName" },
    { "unknown-handler", IR_FAULT_ON_GRANT, IR_FITS_BEGIN, IR_FAULT_SET,
        "value:6ba7b810-9dad-41d1-80b4-00c04fd430c8", HANDLERS },
    { "bad-handler", IR_FAULT_ON_GRANT, IR_FITS_BEGIN, IR_FAULT_SET,
        "value:../../x|\"a b\"|\"\"|"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        HANDLERS },
    { "no-handler", IR_FAULT_ON_GRANT, IR_FITS_BEGIN, IR_FAULT_REMOVE, "",
        HANDLERS },
    { "wrong-chunksize", IR_FAULT_ON_GRANT, IR_FITS_GRANT, IR_FAULT_ADD,
        "add:1|-1", "ChunkSize" },
    { "bad-chunksize", IR_FAULT_ON_GRANT, IR_FITS_GRANT, IR_FAULT_SET,
        "value:0|-1|2147483648|1e3|\"\"", "ChunkSize" },
    { "no-chunksize", IR_FAULT_ON_GRANT, IR_FITS_GRANT, IR_FAULT_REMOVE, "",
        "ChunkSize" },
    { "wrong-filehexcrc", IR_FAULT_ON_GRANT, IR_FITS_UPLOAD_CHUNK, IR_FAULT_SET,
        "value:deadbeef", "filehexcrc" },
    { "bad-filehexcrc", IR_FAULT_ON_GRANT, IR_FITS_UPLOAD_CHUNK, IR_FAULT_SET,
        "value:not-hex|123456789|\"\"", "filehexcrc" },
    { "no-filehexcrc", IR_FAULT_ON_GRANT, IR_FITS_UPLOAD_CHUNK, IR_FAULT_REMOVE,
        "", "filehexcrc" },
    { "bad-tryagain", IR_FAULT_ON_GRANT, IR_FITS_UPLOAD_CHUNK, IR_FAULT_SET,
        "value:maybe|\"\"", "tryagain" },
    { "no-tryagain", IR_FAULT_ON_GRANT, IR_FITS_UPLOAD_CHUNK, IR_FAULT_REMOVE,
        "", "tryagain" },
    { "wrong-stored-crc", IR_FAULT_ON_GRANT, IR_FITS_EXISTENCE, IR_FAULT_SET,
        "value:deadbeef", "CRC32LASTVERSION" },
    { "no-stored-crc", IR_FAULT_ON_GRANT, IR_FITS_EXISTENCE, IR_FAULT_REMOVE,
        "", "CRC32LASTVERSION" },
    { "bad-ticket", IR_FAULT_ON_GRANT, IR_FITS_LOGIN, IR_FAULT_SET,
        "value:\"\"|\"a&#10;b\"", "ticket" },
    { "no-ticket", IR_FAULT_ON_GRANT, IR_FITS_LOGIN, IR_FAULT_REMOVE, "",
        "ticket" },
    { "bad-success", IR_FAULT_ON_ANSWER, IR_FITS_TYPED, IR_FAULT_SET,
        "value:maybe|\"\"|0", "success" },
    { "no-success", IR_FAULT_ON_ANSWER, IR_FITS_TYPED, IR_FAULT_REMOVE, "",
        "success" },
    { "double-attribute", IR_FAULT_ON_ANSWER, IR_FITS_TYPED, IR_FAULT_REPEAT,
        "", "success" },
    { "attribute", IR_FAULT_ON_ANSWER, IR_FITS_TYPED, IR_FAULT_SET,
        "name:success value:\"\"", NULL },
    { .name = NULL },
};

const struct ir_fault_kind *
ir_faultkinds_find(const char *name, size_t n)
{
    const struct ir_fault_kind *k = ir_faultkinds;

    while (k->name != NULL
        && (strlen(k->name) != n || memcmp(k->name, name, n) != 0))
        k++;
    return k->name == NULL ? NULL : k;
}

/* Whether a parameter's name is, or ends with, this. */
static bool
takes(const struct ir_operation *o, const char *what)
{
    size_t n = strlen(what);

    for (const struct ir_parameter *p = o->parameters; p->name != NULL; p++) {
        size_t length = strlen(p->name);

        if (length >= n && strcasecmp(p->name + length - n, what) == 0)
            return true;
    }
    return false;
}

bool
ir_faultkinds_has_handler(const struct ir_operation *o)
{
    return takes(o, "Handler");
}

bool
ir_faultkinds_fit(const struct ir_fault_kind *k, const struct ir_operation *o)
{
    const struct ir_answer *a = o->answer;

    switch (k->fit) {
    case IR_FITS_ALL:
    case IR_FITS_SOAP:
        return true;
    case IR_FITS_TYPED:
        return a != &ir_answer_Bytes;
    case IR_FITS_TICKET:
        return takes(o, "AuthenticationTicket");
    case IR_FITS_HANDLER:
        return ir_faultkinds_has_handler(o);
    case IR_FITS_PATH:
        return takes(o, "Path") && !takes(o, "FolderPath");
    case IR_FITS_GRANT:
        return a == &ir_answer_DownloadHandler || a == &ir_answer_UploadHandler;
    case IR_FITS_BEGIN:
        return a == &ir_answer_DownloadHandler || a == &ir_answer_UploadHandler
            || a == &ir_answer_ZipHandler;
    case IR_FITS_DESCRIPTION:
        return a == &ir_answer_DownloadHandler || a == &ir_answer_DownloadInfo;
    case IR_FITS_LOGIN:
        return strcmp(o->name, "AuthenticateUser") == 0
            || strcmp(o->name, "AuthenticateUser1") == 0
            || strcmp(o->name, "RenewTicket") == 0;
    case IR_FITS_DOWNLOAD_CHUNK:
        return a == &ir_answer_Chunk;
    case IR_FITS_UPLOAD_CHUNK:
        return a == &ir_answer_UploadChunk;
    case IR_FITS_EXISTENCE:
        return a == &ir_answer_DocumentExists;
    }
    return false;
}

/* The first of 'stops' that is not in quotes, or the end. */
static const char *
find_stop(const char *from, const char *end, char stop)
{
    bool quoted = false;

    for (; from < end && (quoted || *from != stop); from++) {
        if (*from == '\\' && from + 1 < end)
            from++;
        else if (*from == '"')
            quoted = !quoted;
    }
    return from < end ? from : end;
}

const char *
ir_faultkinds_word(const char *with, size_t *n)
{
    const char *word = with + strspn(with, " ");

    *n = (size_t)(find_stop(word, word + strlen(word), ' ') - word);
    return *n == 0 ? NULL : word;
}

const char *
ir_faultkinds_choice(const char *from, const char *end, size_t *n)
{
    if (from >= end)
        return NULL;
    *n = (size_t)(find_stop(from, end, '|') - from);
    return from;
}

static void
print_line(const struct ir_fault_kind *k, const char *key, size_t n_key,
    const char *choice, size_t n)
{
    bool all = k->fit == IR_FITS_ALL || k->fit == IR_FITS_SOAP;

    printf("%s", k->name);
    if (key != NULL)
        printf(" %.*s=%.*s", (int)n_key, key, (int)n, choice);
    putchar('\t');
    if (all)
        putchar('*');
    for (size_t i = 0, first = 1; !all && i < ir_operations_count(); i++) {
        if (!ir_faultkinds_fit(k, ir_operations_at(i)))
            continue;
        printf("%s%s", first ? "" : " ", ir_operations_name(i));
        first = 0;
    }
    putchar('\n');
}

/* One line for each choice of the parameter that has several. */
static void
list_kind(const struct ir_fault_kind *k)
{
    size_t n;
    const char *word = ir_faultkinds_word(k->with, &n);

    for (; word != NULL; word = ir_faultkinds_word(word + n, &n)) {
        const char *end = word + n;
        size_t n_key = strcspn(word, "=: ");
        const char *from = word + n_key + 1;

        if (find_stop(from, end, '|') == end)
            continue;
        while (from < end) {
            size_t n_choice;
            const char *choice = ir_faultkinds_choice(from, end, &n_choice);

            print_line(k, word, n_key, choice, n_choice);
            from = choice + n_choice + 1;
        }
        return;
    }
    print_line(k, NULL, 0, NULL, 0);
}

void
ir_faultkinds_list(void)
{
    for (const struct ir_fault_kind *k = ir_faultkinds; k->name != NULL; k++)
        list_kind(k);
}
