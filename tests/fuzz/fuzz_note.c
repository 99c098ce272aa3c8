/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Whatever stands in a note of the state folder, it is listed with texts, or
 * not at all; a note that is whole up to its steps is taken by who asks for
 * that upload.  An input is a note of an upload. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "transfer/client.h"

#define NOTE "upload-h1"

static const char head[] = "inforouter-job 1\n"
    "url http://127.0.0.1/srv.asmx\npath /a%20b\nfile /file\n"
    "session 1A2B3C4D\nboot 5d0a4c0e-6f0e-4d4b-8f5a-3d4f0a3f8a52\n";

static struct ir_client *client;
static char folder[] = "/tmp/ir-fuzz-XXXXXX";
static int folder_fd;

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

    HOLDS(mkdtemp(folder) != NULL);
    atexit(remove_folder);
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY);
    HOLDS(folder_fd >= 0);
    o.proxy = "";
    o.state_dir = folder;
    HOLDS(ir_client_new("http://127.0.0.1/srv.asmx", &o, &client, &why)
        == IR_OK);
}

static int
look(void *ctx, const struct ir_job *job)
{
    HOLDS(job->kind == IR_JOB_UPLOAD && strcmp(job->handler, "h1") == 0);
    HOLDS(job->url != NULL && job->path != NULL && !job->is_running);
    ++*(int *)ctx;
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ir_ledger_upload left;
    struct ir_error why;
    int n_jobs = 0;
    int is_taken;
    int fd;

    if (client == NULL)
        set_up();
    fd = openat(folder_fd, NOTE, O_WRONLY | O_CREAT | O_EXCL, 0600);
    HOLDS(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
    HOLDS(ir_jobs(folder, look, &n_jobs, &why) == IR_OK && n_jobs <= 1);
    is_taken = ir_ledger_take(client, "/a b", "/file", &left);
    HOLDS(is_taken || size < sizeof head - 1
        || memcmp(data, head, sizeof head - 1) != 0);
    if (is_taken) {
        HOLDS(n_jobs == 1 && strcmp(left.handler, "h1") == 0);
        ir_ledger_forget(client);
        HOLDS(faccessat(folder_fd, NOTE, F_OK, 0) != 0);
    }
    unlinkat(folder_fd, NOTE, 0);
    return 0;
}
