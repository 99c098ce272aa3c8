/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Faults of the service itself: tickets, handlers and documents that really
 * change, and answers that are well formed but not true. */
#include "faultanswer.h"

#include "codec/crc32.h"
#include "perform.h"
#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define NEVER (UINT64_MAX / 2)

/* The bytes of a chunk that is not what the document has there. */
struct source {
    struct ir_payload_source as_payload;
    int fd;
    uint64_t offset;
    uint64_t flip_at; /* of the bytes sent, the one that is changed; NEVER */
};

const char *
ir_faultanswer_text(const struct ir_call *call, const void *in,
    const char *name)
{
    size_t n = strlen(name);

    for (const struct ir_parameter *p = call->operation->parameters;
         p->name != NULL; p++) {
        size_t length = strlen(p->name);

        if (p->kind <= IR_PARAMETER_OPTIONAL_TEXT && length >= n
            && strcasecmp(p->name + length - n, name) == 0)
            return *(char *const *)((const char *)in + p->offset);
    }
    return NULL;
}

const char *
ir_faultanswer_handler(const struct ir_call *call, const void *answer)
{
    const struct ir_answer *kind = call->operation->answer;

    if (kind == &ir_answer_DownloadHandler)
        return ((const struct tns__DownloadHandlerAnswer *)answer)
            ->downloadhandler;
    if (kind == &ir_answer_ZipHandler)
        return ((const struct tns__ZipHandlerAnswer *)answer)->downloadhandler;
    if (kind == &ir_answer_UploadHandler)
        return ((const struct tns__UploadHandlerAnswer *)answer)->UploadHandler;
    return NULL;
}

static bool
find_session(struct ir_call *call, const void *in, struct ir_session *out)
{
    const char *ticket = ir_faultanswer_text(call, in, "AuthenticationTicket");

    return ticket != NULL
        && ir_tickets_find(call->emulator, ticket, false, out);
}

static void
end_handler(struct ir_call *call, const void *in)
{
    const char *name = ir_faultanswer_text(call, in, "Handler");
    struct ir_session session;

    if (name == NULL || !find_session(call, in, &session))
        return;
    ir_handlers_end(call->emulator, session.id, IR_HANDLER_DOWNLOAD, name);
    ir_handlers_end(call->emulator, session.id, IR_HANDLER_UPLOAD, name);
}

/* A copy with another first byte, or else with one more at the end. */
static bool
copy_changed(int from, int to, bool same_size)
{
    char block[65536];
    bool is_first = true;

    for (;;) {
        ssize_t n = read(from, block, sizeof block);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (n == 0)
            break;
        if (is_first && same_size)
            block[0] = (char)(block[0] ^ 1);
        is_first = false;
        if (!ir_content_write(to, block, (size_t)n))
            return false;
    }
    return (same_size && !is_first) || ir_content_write(to, "+", 1);
}

/* The file is replaced, not written to: an older version may share it. */
static bool
replace(struct ir_emulator *e, const char *path, bool same_size)
{
    static const char part[] = IR_TREE_PART "changed";
    char parent[IR_PATH_SIZE];
    const char *name = strrchr(path, '/') + 1;
    int from = ir_tree_read(e->tree, path);
    int folder;
    int to = -1;
    bool ok;

    snprintf(parent, sizeof parent, "%.*s", (int)(name - path - 1), path);
    folder = ir_tree_folder(e->tree, parent[0] == '\0' ? "/" : parent);
    if (folder >= 0)
        to = openat(folder, part,
            O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    ok = from >= 0 && to >= 0 && copy_changed(from, to, same_size)
        && renameat(folder, part, folder, name) == 0;
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    if (folder >= 0)
        close(folder);
    return ok;
}

static void
change_document(struct ir_call *call, const struct ir_fault_rule *r,
    const void *in)
{
    struct ir_emulator *e = call->emulator;
    const char *path = ir_faultanswer_text(call, in, "Path");
    struct ir_document d;

    if (path == NULL || !ir_documents_find(e, path, &d))
        return;
    ir_tree_own(e->tree);
    if (!replace(e, d.path, ir_faultrules_is(r, IR_KEY_AS, "same-size")))
        fprintf(stderr, "ir-emulator: cannot change '%s': %s\n", d.path,
            strerror(errno));
    ir_tree_release(e->tree);
}

bool
ir_faultanswer_begin(struct ir_call *call, const struct ir_fault_rule *r,
    const void *in, void *answer)
{
    struct ir_session session;

    switch (r->kind->action) {
    case IR_FAULT_END_TICKET:
        if (find_session(call, in, &session))
            ir_tickets_expire(call->emulator, &session);
        return false;
    case IR_FAULT_END_SESSION:
        if (find_session(call, in, &session))
            ir_tickets_end(call->emulator, &session);
        return false;
    case IR_FAULT_END_HANDLER:
        end_handler(call, in);
        return false;
    case IR_FAULT_CHANGE_DOCUMENT:
        change_document(call, r, in);
        return false;
    case IR_FAULT_GRANT:
        call->fault.grant_bytes = (uint32_t)r->with[IR_KEY_BYTES].number;
        return false;
    case IR_FAULT_TRYAGAIN:
        ((struct tns__UploadChunkAnswer *)answer)->tryagain =
            ir_call_text(call, "true");
        ir_report_add(call->emulator->report, IR_COUNT_TRYAGAIN, 1);
        call->refusal =
            ir_faultrules_is(r, IR_KEY_AS, "success") ? IR_GRANTED : IR_TOLD;
        return true;
    default:
        call->refusal = IR_TOLD;
        return r->with[IR_KEY_APPLIED].text == NULL;
    }
}

static int
read_source(void *ctx, uint64_t offset, uint8_t *buf, size_t n)
{
    const struct source *s = ctx;

    for (size_t done = 0; done < n;) {
        ssize_t got = pread(s->fd, buf + done, n - done,
            (off_t)(s->offset + offset + done));

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) { /* there is no more: make it up */
            memset(buf + done, 0, n - done);
            break;
        }
        done += (size_t)got;
    }
    if (s->flip_at >= offset && s->flip_at - offset < n)
        buf[s->flip_at - offset] ^= 1;
    return 0;
}

/* Let the chunk be the bytes of 's', with their checksum if 'is_proved'. */
static bool
send_bytes(struct ir_call *call, const struct source *s, bool is_proved,
    struct tns__ChunkAnswer *out)
{
    struct source *kept = ir_call_memory(call, sizeof *kept);
    uint64_t length = out->__item.length;
    uint32_t crc = 0;

    if (kept == NULL)
        return false;
    *kept = *s;
    kept->as_payload = (struct ir_payload_source){ read_source, kept };
    out->__item.source = &kept->as_payload;
    for (uint64_t at = 0; is_proved && at < length; at += IR_PAYLOAD_BLOCK) {
        uint64_t left = length - at;
        size_t n = left < IR_PAYLOAD_BLOCK ? (size_t)left : IR_PAYLOAD_BLOCK;

        read_source(kept, at, call->io.block, n);
        crc = ir_crc32(crc, call->io.block, n);
    }
    if (is_proved)
        out->chunkCRC32 = ir_service_crc32(call, crc);
    return true;
}

static bool
corrupt(struct ir_call *call, const struct ir_fault_rule *r,
    struct tns__ChunkAnswer *out)
{
    const struct ir_fault_value *byte = &r->with[IR_KEY_BYTE];
    struct source s = {
        .fd = call->source.fd,
        .offset = call->source.offset,
        .flip_at = byte->text == NULL ? out->__item.length / 2
                                      : (uint64_t)byte->number,
    };

    return s.flip_at < out->__item.length
        && send_bytes(call, &s, r->kind->detail == NULL, out);
}

static bool
send_other(struct ir_call *call, const struct ir_fault_rule *r,
    struct tns__ChunkAnswer *out)
{
    const struct ir_fault_value *from = &r->with[IR_KEY_FROM];
    uint64_t length = out->__item.length;
    uint64_t here = call->source.offset;
    struct source s = {
        .fd = call->source.fd,
        .offset = here >= length ? here - length : here + length,
        .flip_at = NEVER,
    };

    if (from->text != NULL)
        s.offset = (uint64_t)from->number;
    return length > 0 && send_bytes(call, &s, true, out);
}

static bool
send_length(struct ir_call *call, const struct ir_fault_rule *r,
    struct tns__ChunkAnswer *out)
{
    const struct ir_fault_value *add = &r->with[IR_KEY_ADD];
    struct source s = {
        .fd = call->source.fd,
        .offset = call->source.offset,
        .flip_at = NEVER,
    };
    int64_t length = (int64_t)out->__item.length + add->number;
    bool is_last;

    if (out->__item.length == 0 || length < 0)
        return false;
    if (add->text == NULL)
        length = 0;
    is_last = s.offset + (uint64_t)length >= (uint64_t)*out->filelength;
    out->__item.length = (uint64_t)length;
    out->chunklength = ir_service_number(call, length);
    out->lastchunk = ir_call_text(call, "%s", is_last ? "true" : "false");
    return send_bytes(call, &s, true, out);
}

/* The words of a refusal by its code. */
static const char *
refusal_text(int64_t code)
{
    switch (code) {
    case 4010:
        return "Session expired or invalid ticket.";
    case 4030:
        return "Insufficient rights.";
    case 4041:
        return "Document not found.";
    case 4090:
        return "The name is already in use.";
    case 4230:
        return "The document is checked out.";
    case 5000:
        return "SystemError: something failed.";
    case 5030:
        return "The server is too busy.";
    default:
        return "Bad request.";
    }
}

/* The number that a classic server has in the text, 0 for none. */
static int
bracket(int64_t code)
{
    switch (code) {
    case 4010:
        return 901;
    case 4030:
        return 921;
    case 4041:
        return 2285;
    default:
        return 0;
    }
}

static bool
refuse(struct ir_call *call, const struct ir_fault_rule *r, void *answer)
{
    const struct ir_operation *o = call->operation;
    const struct ir_fault_value *value = &r->with[IR_KEY_VALUE];
    int64_t code = r->with[IR_KEY_CODE].number;
    const char *text = value->text == NULL ? refusal_text(code) : value->text;
    char **success = (char **)((char *)answer + o->answer->success);
    char **error = (char **)((char *)answer + o->answer->error);
    char **error_code = (char **)((char *)answer + o->answer->error_code);
    bool is_classic = ir_perform_is_classic(call);

    memset(answer, 0, o->answer->size);
    *success = ir_call_text(call, "false");
    if (is_classic && bracket(code) != 0 && value->text == NULL)
        *error = ir_call_text(call, "[%d]%s", bracket(code), text);
    else
        *error = ir_call_text(call, "%s", text);
    if (!is_classic)
        *error_code = ir_call_text(call, "%lld", (long long)code);
    ir_report_refusal(call->emulator->report, (int)code);
    return true;
}

bool
ir_faultanswer_alter(struct ir_call *call, const struct ir_fault_rule *r,
    void *answer)
{
    switch (r->kind->action) {
    case IR_FAULT_REFUSE:
        return refuse(call, r, answer);
    case IR_FAULT_CORRUPT:
        return corrupt(call, r, answer);
    case IR_FAULT_OTHER_CHUNK:
        return send_other(call, r, answer);
    case IR_FAULT_LENGTH:
        return send_length(call, r, answer);
    default: /* all is done already */
        return true;
    }
}
