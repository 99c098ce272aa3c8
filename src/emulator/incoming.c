/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Received bytes on their way from the payload to a file.
 *
 * They are stored while the request is still being read.  What names their
 * upload normally stands before them, so they can go straight where they
 * belong; else into a file of their own until it is known. */
#include "incoming.h"

#include "call.h"
#include "service.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

static int
write_block(void *ctx, const uint8_t *data, size_t n)
{
    struct ir_call *call = ctx;
    struct ir_incoming *in = &call->incoming;

    if (!in->is_begun) {
        in->is_begun = true;
        ir_service_receive(call);
    }
    if (n > in->limit_bytes - in->length)
        n = (size_t)(in->limit_bytes - in->length);
    while (n > 0 && in->fd >= 0 && !in->is_broken) {
        ssize_t done =
            pwrite(in->fd, data, n, (off_t)(in->offset + in->length));

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            in->is_broken = true;
            break;
        }
        data += done;
        n -= (size_t)done;
        in->length += (uint64_t)done;
    }
    return 0;
}

void
ir_incoming_begin(struct ir_call *call)
{
    struct ir_incoming *in = &call->incoming;

    in->is_begun = false;
    in->is_broken = false;
    in->fd = -1;
    in->length = 0;
    in->limit_bytes = 0;
    in->upload.fd = -1;
    in->spool.place[0] = '\0';
    call->io.sink.write = write_block;
    call->io.sink.ctx = call;
}

void
ir_incoming_end(struct ir_call *call)
{
    struct ir_incoming *in = &call->incoming;

    if (in->spool.place[0] != '\0') {
        if (in->fd >= 0)
            close(in->fd);
        ir_content_drop(call->emulator, &in->spool);
        in->spool.place[0] = '\0';
    }
    ir_uploads_close(&in->upload);
    in->fd = -1;
}

void
ir_incoming_to_upload(struct ir_call *call)
{
    struct ir_incoming *in = &call->incoming;

    in->fd = in->upload.fd;
    in->offset = in->upload.handler.content.identity.size;
    in->limit_bytes = in->upload.handler.chunk_bytes;
}

bool
ir_incoming_to_spool(struct ir_call *call, uint64_t limit_bytes)
{
    struct ir_incoming *in = &call->incoming;
    char name[IR_GUID_LENGTH + 1];

    in->is_begun = true;
    if (!ir_token_new(name)) {
        in->is_broken = true;
        return false;
    }
    ir_content_in_state(&in->spool, "staged", name);
    in->fd = openat(ir_store_folder(call->emulator->store), in->spool.place,
        O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    in->offset = 0;
    in->limit_bytes = limit_bytes;
    in->is_broken = in->fd < 0;
    return !in->is_broken;
}

bool
ir_incoming_move(struct ir_call *call, struct ir_upload *u)
{
    struct ir_incoming *in = &call->incoming;
    off_t at = 0;

    if (lseek(u->fd, (off_t)u->handler.content.identity.size, SEEK_SET) < 0)
        return false;
    while ((uint64_t)at < in->length) {
        ssize_t done =
            sendfile(u->fd, in->fd, &at, (size_t)(in->length - (uint64_t)at));

        if (done <= 0 && errno != EINTR)
            return false;
    }
    return true;
}
