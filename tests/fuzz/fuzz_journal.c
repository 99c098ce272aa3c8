/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Whatever stands in a journal, bytes count only if they are in the .part file
 * and have the CRC that is told, and reading again tells the same.  An input is
 * a journal of a .part file that holds the bytes 0 to 255. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "oracle.h"
#include "transfer/client.h"
#include "transfer/journal.h"

static char folder[] = "/tmp/ir-fuzz-XXXXXX";
static uint8_t part[256];
static int folder_fd, part_fd;
static struct ir_client *client;

static void
remove_folder(void)
{
    rmdir(folder);
}

static void
set_up(void)
{
    struct ir_options o = IR_OPTIONS_INIT;
    struct ir_error why;

    o.proxy = "";
    for (size_t i = 0; i < sizeof part; i++)
        part[i] = (uint8_t)i;
    HOLDS(mkdtemp(folder) != NULL);
    atexit(remove_folder);
    HOLDS(ir_client_new("http://127.0.0.1/srv.asmx", &o, &client, &why)
        == IR_OK);
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY);
    part_fd = openat(folder_fd, "a.part", O_RDWR | O_CREAT | O_EXCL, 0600);
    HOLDS(folder_fd >= 0 && part_fd >= 0);
    HOLDS(write(part_fd, part, sizeof part) == (ssize_t)sizeof part);
    HOLDS(unlinkat(folder_fd, "a.part", 0) == 0); /* what is open stays */
}

static void
read_journal(struct ir_journal *j, struct ir_journal_state *state)
{
    static const struct ir_journal_key key =
        { "http://127.0.0.1/srv.asmx", "/a b", 0 };
    const struct ir_document *d = &state->handler.document;

    HOLDS(ir_journal_read(j, client, part_fd, &key, state) == IR_OK);
    if (state->offset == 0)
        return;
    HOLDS(state->offset <= sizeof part && state->offset <= d->size_bytes);
    HOLDS(state->crc32 == oracle_crc32(0, part, (size_t)state->offset));
    HOLDS(state->n_chunks > 0 && state->n_chunks <= state->offset);
    HOLDS(state->handler.chunk_bytes > 0);
    HOLDS(memchr(state->handler.id, '\0', sizeof state->handler.id) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ir_journal_state first, again;
    struct ir_journal j;
    int fd;

    if (client == NULL)
        set_up();
    fd = openat(folder_fd, "a.part.journal", O_WRONLY | O_CREAT | O_EXCL, 0600);
    HOLDS(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
    ir_journal_open(&j, folder_fd, "a.part");
    read_journal(&j, &first);
    if (first.offset > 0) {
        read_journal(&j, &again);
        HOLDS(again.offset == first.offset && again.crc32 == first.crc32);
        HOLDS(strcmp(again.handler.id, first.handler.id) == 0);
    }
    ir_journal_close(&j);
    unlinkat(folder_fd, "a.part.journal", 0);
    return 0;
}
