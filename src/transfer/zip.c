/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * The archive is staged for one call and has no checksum of its own: what
 * proves it is that each file in it unpacks to the size and CRC that stand
 * beside it.  libzip compares them only where it comes to the end of the packed
 * bytes, which a wrong size keeps it from; so they are compared here. */
#define _GNU_SOURCE /* F_DUPFD_CLOEXEC */
#include "transfer/zip.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <zip.h>

#include "codec/crc32.h"

/* Asks for a cancel or deadline this often. */
#define BLOCK 65536

static enum ir_status
io_error(struct ir_client *c, int code)
{
    return ir_error_set_errno(&c->error, IR_E_IO, code,
        "cannot read the archive back");
}

/* What libzip found, about the archive or a file in it. */
static enum ir_status
tell(struct ir_client *c, zip_error_t *found, const char *name)
{
    int code = zip_error_code_zip(found);

    if (code == ZIP_ER_MEMORY)
        return ir_error_set(&c->error, IR_E_MEMORY, "out of memory");
    if (code == ZIP_ER_READ || code == ZIP_ER_OPEN)
        return io_error(c, zip_error_code_system(found));
    if (name == NULL)
        return ir_error_set(&c->error, IR_E_CORRUPT,
            "what was sent is no sound archive: %s",
            zip_error_strerror(found));
    if (code == ZIP_ER_COMPNOTSUPP || code == ZIP_ER_ENCRNOTSUPP
        || code == ZIP_ER_NOPASSWD)
        return ir_error_set(&c->error, IR_E_PROTOCOL,
            "the archive's %.200s cannot be checked: %s", name,
            zip_error_strerror(found));
    return ir_error_set(&c->error, IR_E_CORRUPT,
        "the archive's %.200s is damaged: %s", name,
        zip_error_strerror(found));
}

/* Is it what the archive says of it? */
static enum ir_status
compare(struct ir_client *c, zip_t *archive, zip_uint64_t i, const char *name,
    uint64_t size, uint32_t crc32)
{
    const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_CRC;
    zip_stat_t told;

    if (zip_stat_index(archive, i, 0, &told) != 0)
        return tell(c, zip_get_error(archive), name);
    if ((told.valid & needed) != needed)
        return ir_error_set(&c->error, IR_E_PROTOCOL,
            "the archive's %.200s cannot be checked: it has no checksum", name);
    if (told.size != size)
        return ir_error_set(&c->error, IR_E_CORRUPT,
            "the archive's %.200s is damaged: %" PRIu64 " bytes, expected %"
            PRIu64, name, size, (uint64_t)told.size);
    if (told.crc != crc32)
        return ir_error_set(&c->error, IR_E_CORRUPT,
            "the archive's %.200s is damaged: CRC %08" PRIX32
            ", expected %08" PRIX32, name, crc32, (uint32_t)told.crc);
    return IR_OK;
}

static enum ir_status
check_file(struct ir_client *c, zip_t *archive, zip_uint64_t i,
    const char *name)
{
    zip_file_t *file = zip_fopen_index(archive, i, 0);
    char block[BLOCK];
    uint64_t size = 0;
    uint32_t crc32 = 0;
    zip_int64_t n;

    if (file == NULL)
        return tell(c, zip_get_error(archive), name);
    do {
        n = zip_fread(file, block, sizeof block);
        if (n < 0) {
            tell(c, zip_file_get_error(file), name);
            break;
        }
        crc32 = ir_crc32(crc32, block, (size_t)n);
        size += (uint64_t)n;
    } while (ir_wire_wait(c->wire, 0) == IR_OK && n > 0);
    zip_fclose(file);
    return c->error.status != IR_OK
        ? c->error.status : compare(c, archive, i, name, size, crc32);
}

static enum ir_status
check_all(struct ir_client *c, zip_t *archive, uint64_t *n_files)
{
    zip_int64_t n = zip_get_num_entries(archive, 0);

    *n_files = 0;
    for (zip_uint64_t i = 0; i < (zip_uint64_t)n; i++) {
        const char *name = zip_get_name(archive, i, ZIP_FL_ENC_GUESS);
        size_t length = name == NULL ? 0 : strlen(name);

        if (length == 0)
            return ir_error_set(&c->error, IR_E_CORRUPT,
                "the archive holds a file without a name");
        if (check_file(c, archive, i, name) != IR_OK)
            break;
        if (name[length - 1] != '/')
            ++*n_files;
    }
    return c->error.status;
}

enum ir_status
ir_zip_check(struct ir_client *c, int fd, uint64_t *n_files)
{
    zip_error_t found;
    zip_t *archive;
    int code = 0;
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

    if (copy < 0)
        return io_error(c, errno);
    if (lseek(copy, 0, SEEK_END) == 0) {
        close(copy);
        return ir_error_set(&c->error, IR_E_CORRUPT,
            "what was sent is no archive: it has no bytes");
    }
    lseek(copy, 0, SEEK_SET);
    archive = zip_fdopen(copy, ZIP_CHECKCONS, &code);
    if (archive == NULL) {
        zip_error_init_with_code(&found, code);
        tell(c, &found, NULL);
        zip_error_fini(&found);
        close(copy);
        return c->error.status;
    }
    check_all(c, archive, n_files);
    zip_discard(archive);
    return c->error.status;
}
