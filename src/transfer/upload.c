/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The public forms of an upload: from a source, a file, memory, or in one
 * call. */
#define _DEFAULT_SOURCE /* st_mtim */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/crc32.h"
#include "transfer/options.h"
#include "transfer/store.h"

/* 'unchanged' is asked before the commit, unless NULL. */
static enum ir_status
upload(struct ir_client *c, const struct ir_source *source, const char *file,
    const char *path, const struct ir_upload_options *opts,
    enum ir_status (*unchanged)(void *ctx, struct ir_error *e),
    struct ir_uploaded *uploaded)
{
    struct ir_store u;

    memset(&u, 0, sizeof u);
    u.path = path;
    if (ir_push_init(&u.push, c, source, opts) != IR_OK)
        return c->error.status;
    u.push.path = path;
    u.push.file = file;
    if (ir_store_prepare(&u) == IR_OK
        && ir_store_chunks(&u, unchanged) == IR_OK)
        ir_push_report(&u.push, IR_EVENT_VERIFY, u.push.sent_bytes, NULL);
    ir_store_end(&u);
    if (uploaded != NULL)
        *uploaded = u.uploaded;
    return c->error.status;
}

enum ir_status
ir_upload_source(struct ir_client *c, const struct ir_source *source,
    const char *path, const struct ir_upload_options *opts,
    struct ir_uploaded *uploaded)
{
    return upload(c, source, NULL, path, opts, NULL, uploaded);
}

struct memory {
    const uint8_t *data;
    size_t n;
};

static int
read_memory(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    const struct memory *m = ctx;

    *got = m->n - (size_t)offset < n ? m->n - (size_t)offset : n;
    memcpy(data, m->data + offset, *got);
    return 0;
}

enum ir_status
ir_upload_memory(struct ir_client *c, const void *data, size_t n,
    const char *path, const struct ir_upload_options *opts,
    struct ir_uploaded *uploaded)
{
    struct memory m = { data, n };
    struct ir_source source = { read_memory, &m, 1, n };

    return upload(c, &source, NULL, path, opts, NULL, uploaded);
}

struct file {
    int fd;
    struct stat before;
};

static int
read_file(void *ctx, uint64_t offset, void *data, size_t n, size_t *got)
{
    const struct file *f = ctx;
    ssize_t part;

    do
        part = pread(f->fd, data, n, (off_t)offset);
    while (part < 0 && errno == EINTR);
    *got = part < 0 ? 0 : (size_t)part;
    return part < 0 ? -1 : 0;
}

static enum ir_status
file_unchanged(void *ctx, struct ir_error *e)
{
    const struct file *f = ctx;
    struct stat now;
    size_t n_more = 0;
    char more;

    if (fstat(f->fd, &now) != 0)
        return ir_error_set_errno(e, IR_E_IO, errno, "cannot look at the file");
    /* Not every file system tells sizes and dates at once, or at all. */
    if (read_file(ctx, (uint64_t)f->before.st_size, &more, 1, &n_more) != 0)
        return ir_error_set_errno(e, IR_E_IO, errno, "cannot read the file");
    if (n_more > 0)
        return ir_error_set(e, IR_E_CHANGED,
            "the file has more than the %" PRIu64 " bytes it had at first",
            (uint64_t)f->before.st_size);
    if (now.st_size != f->before.st_size
        || now.st_mtim.tv_sec != f->before.st_mtim.tv_sec
        || now.st_mtim.tv_nsec != f->before.st_mtim.tv_nsec)
        return ir_error_set(e, IR_E_CHANGED,
            "the file was written to while it was sent");
    return IR_OK;
}

enum ir_status
ir_upload_file(struct ir_client *c, const char *file, const char *path,
    const struct ir_upload_options *opts, struct ir_uploaded *uploaded)
{
    struct file f = { .fd = -1 };
    struct ir_source source = { read_file, &f, 1, 0 };
    struct ir_error *e = &c->error;
    enum ir_status st;

    ir_error_clear(e);
    if (file == NULL)
        return ir_error_set(e, IR_E_ARGUMENT, "no file is named");
    f.fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (f.fd < 0)
        return ir_error_set_errno(e, IR_E_IO, errno, "cannot open %.300s",
            file);
    if (fstat(f.fd, &f.before) != 0)
        st = ir_error_set_errno(e, IR_E_IO, errno, "cannot look at %.300s",
            file);
    else if (!S_ISREG(f.before.st_mode))
        st = ir_error_set(e, IR_E_IO, "%.300s is not a regular file", file);
    else {
        source.size_bytes = (uint64_t)f.before.st_size;
        st = upload(c, &source, file, path, opts, file_unchanged, uploaded);
    }
    close(f.fd);
    return st;
}

/* ---- In one call ------------------------------------------------------- */

enum ir_status
ir_put_content(struct ir_client *c, const void *data, size_t n,
    const char *path, const struct ir_content_options *opts,
    struct ir_uploaded *uploaded)
{
    struct ir_content_options o;
    struct memory m = { data, n };
    struct ir_source source = { read_memory, &m, 1, n };
    struct ir_store u;

    memset(&u, 0, sizeof u);
    u.path = path;
    if (ir_push_init(&u.push, c, &source, NULL) != IR_OK
        || ir_options_copy(&o, sizeof o, opts, opts == NULL ? 0 : opts->size,
               &c->error) != IR_OK)
        return c->error.status;
    u.push.o.comment = o.comment;
    u.push.o.xml_parameters = o.xml_parameters;
    u.push.crc32 = ir_crc32(0, data, n);
    u.push.sent_bytes = n;
    if (ir_store_prepare(&u) == IR_OK)
        ir_store_content(&u, &(struct ir_content){ path, &source, n, o.comment,
            o.checkout, o.xml_parameters });
    ir_store_end(&u);
    if (uploaded != NULL)
        *uploaded = u.uploaded;
    return c->error.status;
}
