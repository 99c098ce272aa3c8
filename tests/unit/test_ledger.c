/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * What was noted is found again by another process, as it was noted; a note
 * whose process lives is left to it, half of a note is none, and what is
 * somebody else's is not touched. */
#define _GNU_SOURCE /* locks of open files */
#include "transfer/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_calls.h"
#include "fake_uploads.h"
#include "folder.h"
#include "support.h"

#define URL "https://dms.example/srv.asmx"
#define MAGIC "inforouter-job 1\n"

static struct ir_client *client;
static char here[PATH_MAX]; /* the folder of the test, in which "state" is */
static char head[PATH_MAX + 200]; /* of the note of "a" and /L/a */

static struct log {
    int n_warnings;
    char last[1000];
} log_;

/* What ir_jobs() told. */
static struct listed {
    struct ir_job job;
    char handler[80];
    char url[1000];
    char path[20000];
    char file[20000];
} listed[40];
static size_t n_listed;
static size_t n_wanted;

/* ---- Surroundings ------------------------------------------------------ */

static void
hear(void *ctx, enum ir_log_level level, const char *line)
{
    struct log *l = ctx;

    l->n_warnings += level == IR_LOG_WARNING;
    snprintf(l->last, sizeof l->last, "%s", line);
}

static struct ir_client *
new_client(const char *url, const char *folder)
{
    struct ir_options o = IR_OPTIONS_INIT;
    struct ir_client *c;

    o.state_dir = folder;
    o.log = hear;
    o.log_ctx = &log_;
    o.spelling = IR_SPELLING_DOCUMENTED;
    assert_int_equal(ir_client_new(url, &o, &c, NULL), IR_OK);
    assert_int_equal(ir_set_ticket(c, "t0"), IR_OK);
    return c;
}

static const char *
this_boot(void)
{
    static char boot[64];
    FILE *from = fopen("/proc/sys/kernel/random/boot_id", "r");

    assert_non_null(from);
    assert_int_equal(fscanf(from, "%63s", boot), 1);
    fclose(from);
    return boot;
}

static void
make_head(char *to, size_t size, uint32_t session, const char *boot)
{
    snprintf(to, size, MAGIC "url " URL "\npath /L/a\nfile %s/a\n"
        "session %08" PRIX32 "\nboot %s\n", here, session, boot);
}

static int
set_up(void **state)
{
    if (folder_set_up(state) != 0 || getcwd(here, sizeof here) == NULL)
        return 1;
    fake_calls_script(NULL, 0);
    fake_uploads_reset();
    memset(&log_, 0, sizeof log_);
    client = new_client(URL, "state");
    make_head(head, sizeof head, ir_ledger_session("t0"), this_boot());
    return 0;
}

static int
tear_down(void **state)
{
    ir_client_free(client);
    return folder_tear_down(state);
}

static int
keep(void *ctx, const struct ir_job *job)
{
    struct listed *l = &listed[n_listed++];

    (void)ctx;
    assert_true(n_listed <= COUNT(listed));
    l->job = *job;
    snprintf(l->handler, sizeof l->handler, "%s",
        job->handler == NULL ? "(none)" : job->handler);
    snprintf(l->url, sizeof l->url, "%s", job->url);
    snprintf(l->path, sizeof l->path, "%s", job->path);
    snprintf(l->file, sizeof l->file, "%s",
        job->file == NULL ? "(none)" : job->file);
    return n_listed == n_wanted ? 7 : 0;
}

/* How many jobs are listed? */
static size_t
list(void)
{
    struct ir_error why;

    n_listed = 0;
    n_wanted = 0;
    assert_int_equal(ir_jobs("state", keep, NULL, &why), IR_OK);
    return n_listed;
}

/* Just this job is listed; 'file' NULL: none. */
static void
check_listed(enum ir_job_kind kind, const char *id, const char *path,
    const char *file, int is_running)
{
    char absolute[sizeof here + 300];

    snprintf(absolute, sizeof absolute, "%s/%s", here,
        file == NULL ? "" : file);
    assert_int_equal(list(), 1);
    assert_int_equal(listed->job.kind, kind);
    assert_string_equal(listed->handler, id);
    assert_string_equal(listed->url, URL);
    assert_string_equal(listed->path, path);
    assert_string_equal(listed->file, file == NULL ? "(none)" : absolute);
    assert_int_equal(listed->job.is_running, is_running);
}

static void
put(const char *name, const void *data, size_t n)
{
    char path[300];
    int fd;

    mkdir("state", 0700);
    snprintf(path, sizeof path, "state/%s", name);
    unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, n), n);
    close(fd);
}

static void
put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

/* The note of "a" and /L/a, and these steps. */
static void
put_steps(const char *name, const char *steps)
{
    char text[sizeof head + 1000];

    snprintf(text, sizeof text, "%s%s", head, steps);
    put_text(name, text);
}

static int
is_there(const char *name)
{
    char path[300];
    struct stat st;

    snprintf(path, sizeof path, "state/%s", name);
    return lstat(path, &st) == 0;
}

/* As a process that lives. */
static int
hold(const char *name)
{
    char path[300];
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd;

    snprintf(path, sizeof path, "state/%s", name);
    fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_OFD_SETLK, &whole), 0);
    return fd;
}

/* What ir_gc() returned, and how many handlers it deleted. */
static enum ir_status
collect(uint64_t n_deleted)
{
    uint64_t n = 99;
    enum ir_status st = ir_gc(client, &n);

    assert_true(n == n_deleted);
    assert_int_equal(st, ir_client_error(client)->status);
    return st;
}

static int
take(struct ir_ledger_upload *left)
{
    return ir_ledger_take(client, "/L/a", "a", left);
}

/* Files of this process grow to 'n' bytes and no more; -1: as before. */
static void
limit_files(rlim_t n)
{
    struct rlimit room;

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &room);
    room.rlim_cur = n == (rlim_t)-1 ? room.rlim_max : n;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &room), 0);
}

/* ---- Making ------------------------------------------------------------ */

static void
test_a_note_is_listed_as_running_until_it_is_forgotten(void **state)
{
    static const enum ir_job_kind kinds[] = { IR_JOB_DOWNLOAD, IR_JOB_UPLOAD };
    static const char *const files[] = { NULL, "a" };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        ir_ledger_note(client, kinds[i / 2], "h-1", "/L/a", files[i % 2]);
        check_listed(kinds[i / 2], "h-1", "/L/a", files[i % 2], 1);

        ir_ledger_forget(client);

        assert_int_equal(list(), 0);
        assert_int_equal(rmdir("state"), 0);
    }
    assert_int_equal(log_.n_warnings, 0);
}

static void
test_a_note_that_is_left_is_listed_as_not_running(void **state)
{
    (void)state;
    ir_ledger_note(client, IR_JOB_UPLOAD, "h-1", "/L/a", "a");

    ir_ledger_leave(client);

    check_listed(IR_JOB_UPLOAD, "h-1", "/L/a", "a", 0);
    ir_ledger_forget(client); /* it is no longer ours */
    check_listed(IR_JOB_UPLOAD, "h-1", "/L/a", "a", 0);
}

static void
test_the_next_note_leaves_the_one_before(void **state)
{
    (void)state;
    ir_ledger_note(client, IR_JOB_UPLOAD, "h-1", "/L/a", "a");

    ir_ledger_note(client, IR_JOB_UPLOAD, "h-2", "/L/a", "a");

    assert_int_equal(list(), 2);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(listed[i].job.is_running,
            strcmp(listed[i].handler, "h-2") == 0);
}

static void
test_nothing_is_noted_without_a_folder_or_a_path(void **state)
{
    struct ir_client *c = new_client(URL, NULL);
    struct ir_ledger_upload left;

    (void)state;
    ir_ledger_note(client, IR_JOB_UPLOAD, "h-1", NULL, "a");
    ir_ledger_mark(client, "lock\n");
    ir_ledger_note(c, IR_JOB_UPLOAD, "h-1", "/L/a", "a");
    ir_ledger_mark(c, "lock\n");
    ir_ledger_resumable(c, "/L/a", "a", 1);
    assert_int_equal(ir_ledger_take(c, "/L/a", "a", &left), 0);
    ir_ledger_forget(c);

    ir_client_free(c);
    folder_check_names("");
    assert_int_equal(log_.n_warnings, 0);
}

static void
test_every_byte_of_a_text_is_listed_again(void **state)
{
    (void)state;
    for (int c = 1; c < 256; c++) {
        char path[] = { '/', (char)c, 'x', (char)c, '\0' };
        char file[] = { 'a', (char)(c == '/' ? '%' : c), '\0' };
        char url[] = { 'h', 't', 't', 'p', 's', ':', '/', '/', (char)c, '\0' };
        struct ir_client *other = new_client(url, "state");

        ir_ledger_note(client, IR_JOB_UPLOAD, "h-1", path, file);
        check_listed(IR_JOB_UPLOAD, "h-1", path, file, 1);
        ir_ledger_forget(client);
        ir_ledger_note(other, IR_JOB_UPLOAD, "h-1", path, file);
        assert_int_equal(list(), 1);
        assert_string_equal(listed->url, url);
        ir_ledger_forget(other);
        ir_client_free(other);
    }
}

/* Longer than a path can be, and escaped or not. */
static void
test_a_text_is_noted_whole_or_not_at_all(void **state)
{
    static char path[16500];

    (void)state;
    for (int is_blank = 0; is_blank < 2; is_blank++) {
        for (size_t n = 16300; n < 16400; n++) {
            memset(path, is_blank ? ' ' : 'x', n);
            path[is_blank ? n / 3 : n] = '\0';
            log_.n_warnings = 0;
            ir_ledger_note(client, IR_JOB_UPLOAD, "h-1", path, NULL);

            if (log_.n_warnings == 0)
                check_listed(IR_JOB_UPLOAD, "h-1", path, NULL, 1);
            assert_true(log_.n_warnings == 0 || n > 16310);
            ir_ledger_forget(client);
            folder_check_names("state ");
            assert_int_equal(rmdir("state"), 0);
        }
    }
}

static void
test_a_local_file_is_told_by_its_absolute_name_without_links(void **state)
{
    static const char *const names[] = {
        "a", "./a", "sub/../a", ".//a", "link/a", "sub/../link/./a",
    };
    char absolute[PATH_MAX + 10];

    (void)state;
    assert_int_equal(mkdir("sub", 0700), 0);
    assert_int_equal(symlink(".", "link"), 0);
    snprintf(absolute, sizeof absolute, "%s/a", here);
    for (size_t i = 0; i <= COUNT(names); i++) {
        ir_ledger_note(client, IR_JOB_UPLOAD, "h-1", "/L/a",
            i == COUNT(names) ? absolute : names[i]);

        check_listed(IR_JOB_UPLOAD, "h-1", "/L/a", "a", 1);

        ir_ledger_forget(client);
    }
}

static void
check_mode(const char *name, mode_t mode)
{
    struct stat st;

    assert_int_equal(stat(name, &st), 0);
    assert_int_equal(st.st_mode & 07777, mode);
}

static void
test_nobody_else_looks_into_what_is_made(void **state)
{
    struct ir_client *c = new_client(URL, "x/y//z");
    mode_t was = umask(0);

    (void)state;
    ir_ledger_note(c, IR_JOB_UPLOAD, "h-1", "/L/a", "a");
    ir_ledger_resumable(c, "/L/a", "a", 1);

    umask(was);
    check_mode("x", 0700);
    check_mode("x/y", 0700);
    check_mode("x/y/z", 0700);
    check_mode("x/y/z/upload-h-1", 0600);
    n_listed = 0;
    assert_int_equal(ir_jobs("x/y/z", keep, NULL, NULL), IR_OK);
    assert_int_equal(n_listed, 2);
    ir_client_free(c);
}

static void
test_a_folder_that_is_there_stays_as_it_is(void **state)
{
    (void)state;
    assert_int_equal(mkdir("state", 0700), 0);
    assert_int_equal(chmod("state", 0755), 0);

    ir_ledger_note(client, IR_JOB_UPLOAD, "h-1", "/L/a", "a");

    check_mode("state", 0755);
    check_listed(IR_JOB_UPLOAD, "h-1", "/L/a", "a", 1);
}

static void
test_a_folder_that_cannot_be_made_is_a_warning_and_no_failure(void **state)
{
    char deep[5000];
    const char *const folders[] = { "f", "f/state", "", "dangling", deep };

    (void)state;
    memset(deep, 'x', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    folder_write("f", "");
    assert_int_equal(symlink("nowhere/at/all", "dangling"), 0);
    for (size_t i = 0; i < COUNT(folders); i++) {
        struct ir_client *c = new_client(URL, folders[i]);

        log_.n_warnings = 0;
        assert_int_equal(ir_download_file(c, "/L/a", "out", NULL, NULL),
            IR_OK);

        assert_int_equal(log_.n_warnings, 1);
        assert_non_null(strstr(log_.last, "cannot be noted"));
        assert_int_equal(fake_calls.n_open, 0);
        ir_ledger_mark(c, "lock\n");
        ir_ledger_forget(c);
        ir_client_free(c);
        assert_int_equal(unlink("out"), 0);
    }
    folder_check_names("dangling f ");
}

static void
test_a_disk_that_is_full_at_any_byte_leaves_no_half_of_a_note(void **state)
{
    (void)state;
    for (size_t n = 0; n < strlen(head); n++) {
        log_.n_warnings = 0;
        limit_files(n);
        ir_ledger_note(client, IR_JOB_UPLOAD, "h-1", "/L/a", "a");
        limit_files((rlim_t)-1);

        assert_int_equal(log_.n_warnings, 1);
        assert_int_equal(rmdir("state"), 0);
    }
}

/* ---- What can be resumed ----------------------------------------------- */

static void
test_each_file_that_can_be_resumed_has_one_note(void **state)
{
    (void)state;
    ir_ledger_resumable(client, "/L/a", "a", 1);
    check_listed(IR_JOB_RESUMABLE, "(none)", "/L/a", "a", 0);
    ir_ledger_resumable(client, "/L/c", "./a", 1);
    check_listed(IR_JOB_RESUMABLE, "(none)", "/L/c", "a", 0);
    ir_ledger_resumable(client, "/L/c", "b", 1);
    assert_int_equal(list(), 2);

    ir_ledger_resumable(client, "/L/c", "./b", 0);
    ir_ledger_resumable(client, "/L/c", "other", 0);

    check_listed(IR_JOB_RESUMABLE, "(none)", "/L/c", "a", 0);
}

static void
put_journal(void)
{
    folder_write("a.part", "abcd");
    folder_write("a.part.journal", "inforouter-journal 1\nurl " URL
        "\npath /L/a\nversion 0\nsize 10\ncrc32 -\nchunk 4\nhandler h-1\n"
        "done 0 4 ED82CD11\n");
    chmod("a.part.journal", 0600);
}

static void
test_a_download_with_its_journal_is_listed_as_resumable(void **state)
{
    (void)state;
    ir_ledger_note(client, IR_JOB_DOWNLOAD, "h-1", "/L/a", "a");
    check_listed(IR_JOB_DOWNLOAD, "h-1", "/L/a", "a", 1);
    assert_int_equal(listed->job.is_resumable, 0);

    put_journal();

    check_listed(IR_JOB_DOWNLOAD, "h-1", "/L/a", "a", 1);
    assert_int_equal(listed->job.is_resumable, 1);
    assert_int_equal(listed->job.done_bytes, 4);
    assert_int_equal(listed->job.total_bytes, 10);
}

/* ---- Listing ----------------------------------------------------------- */

static void
test_listing_ends_where_it_is_told_to(void **state)
{
    struct ir_error why;
    char name[20];

    (void)state;
    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "upload-u%d", i);
        put_steps(name, "");
    }
    for (n_wanted = 1; n_wanted <= 5; n_wanted++) {
        n_listed = 0;

        assert_int_equal(ir_jobs("state", keep, NULL, &why), IR_OK);

        assert_int_equal(n_listed, n_wanted);
        assert_int_equal(why.status, IR_OK);
    }
}

static void
test_a_folder_that_is_none_has_no_jobs_and_may_be_an_error(void **state)
{
    struct ir_error why;

    (void)state;
    n_listed = 0;
    assert_int_equal(ir_jobs("nowhere", keep, NULL, &why), IR_OK);
    assert_int_equal(ir_jobs(NULL, keep, NULL, &why), IR_E_ARGUMENT);
    assert_int_equal(ir_jobs(NULL, keep, NULL, NULL), IR_E_ARGUMENT);
    folder_write("f", "");
    assert_int_equal(ir_jobs("f", keep, NULL, &why), IR_E_IO);
    assert_int_equal(why.sys_errno, ENOTDIR);

    assert_int_equal(n_listed, 0);
    folder_check_names("f ");
}

/* ---- Half a note ------------------------------------------------------- */

static const char *const names[] = {
    "upload-u1", "download-d1", "resume-00000001", ".upload-u1",
    ".download-d1", ".resume-00000001",
};

static void
test_half_a_note_is_not_listed_and_goes_once_nobody_holds_it(void **state)
{
    struct ir_ledger_upload left;

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        size_t n = strlen(head) + (*names[i] == '.');

        for (size_t cut = 0; cut < n; cut++) {
            int fd;

            put(names[i], head, cut);
            assert_int_equal(list(), 0);
            fd = hold(names[i]);
            assert_int_equal(list(), 0);
            assert_int_equal(take(&left), 0);
            assert_int_equal(collect(0), IR_OK);
            assert_true(is_there(names[i]));
            close(fd);

            assert_int_equal(collect(0), IR_OK);

            assert_false(is_there(names[i]));
        }
    }
    assert_string_equal(fake_calls.trace, "");
    assert_int_equal(fake_uploads.n_deleted, 0);
}

/* Lost power leaves zeros where there was to be text. */
static void
test_zeros_behind_half_a_note_change_nothing(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < strlen(head); cut++) {
        char text[sizeof head] = "";

        memcpy(text, head, cut);
        put("upload-u1", text, strlen(head) + 1);
        assert_int_equal(list(), 0);

        assert_int_equal(collect(0), IR_OK);

        assert_false(is_there("upload-u1"));
    }
}

/* Nor is what is left of another note taken for the rest of it: whichever is
 * read first. */
static void
test_half_a_note_is_not_taken(void **state)
{
    struct ir_ledger_upload left;
    char text[sizeof head + 10];
    char name[20];

    (void)state;
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "download-%d", i);
        put_steps(name, "");
        snprintf(text, sizeof text, "%.*s%%ZZ\n", (int)strlen(head) - 2,
            head);
        snprintf(name, sizeof name, "upload-%d", i);
        put_text(name, text);
    }

    assert_int_equal(take(&left), 0);

    assert_int_equal(list(), 10);
}

/* ---- What is not ours -------------------------------------------------- */

static void
make_symlink(void)
{
    put_text("../real", head);
    assert_int_equal(symlink("../real", "state/upload-u1"), 0);
}

static void
make_dangling(void)
{
    mkdir("state", 0700);
    assert_int_equal(symlink("nowhere", "state/upload-u1"), 0);
}

static void
make_fifo(void)
{
    mkdir("state", 0700);
    assert_int_equal(mkfifo("state/upload-u1", 0600), 0);
}

static void
make_folder(void)
{
    mkdir("state", 0700);
    assert_int_equal(mkdir("state/upload-u1", 0700), 0);
}

static void
make_precious(void)
{
    put_text("upload-u1", "precious\n");
}

static void
make_precious_without_end(void)
{
    put_text("upload-u1", "info");
    put_text("upload-u1", "inforouter-jobs.xls");
}

static void
make_hidden(void)
{
    put_text(".upload-u1", "precious\n");
}

static void
make_version_2(void)
{
    char text[sizeof head];

    snprintf(text, sizeof text, "inforouter-job 2\n%s", strchr(head, '\n') + 1);
    put_text("upload-u1", text);
}

static void
make_version_10(void)
{
    char text[sizeof head + 1];

    snprintf(text, sizeof text, "inforouter-job 10\n%s",
        strchr(head, '\n') + 1);
    put_text("upload-u1", text);
}

/* Where we may give a file away. */
static void
make_somebodys(void)
{
    put_text("upload-u1", head);
    if (chown("state/upload-u1", geteuid() + 1, (gid_t)-1) != 0)
        put_text("upload-u1", "precious\n");
}

/* Names that are no note's, with what would be one. */
static void
make_others(void)
{
    char name[100];

    put_text("somebody's", head);
    put_text("upload", head);
    put_text("upload-", head);
    put_text("Upload-u1", head);
    put_text("xupload-u1", head);
    put_text("..upload-u1", head);
    put_text("-u1", head);
    snprintf(name, sizeof name, "upload-%065d", 1);
    put_text(name, head);
    snprintf(name, sizeof name, "download-%085d", 1);
    put_text(name, head);
}

static void (*const foreign[])(void) = {
    make_symlink, make_dangling, make_fifo, make_folder, make_precious,
    make_precious_without_end, make_hidden, make_version_2, make_version_10,
    make_somebodys, make_others,
};

/* What is in the folder, and of which kind and age. */
static void
survey(char *text, size_t size)
{
    FILE *ls = popen("ls -laibn --time-style=full-iso state", "r");
    size_t n;

    assert_non_null(ls);
    n = fread(text, 1, size - 1, ls);
    text[n] = '\0';
    assert_int_equal(pclose(ls), 0);
}

static void
test_what_is_not_ours_is_neither_listed_nor_taken_nor_deleted(void **state)
{
    static char before[4000];
    static char after[4000];
    struct ir_ledger_upload left;

    (void)state;
    for (size_t i = 0; i < COUNT(foreign); i++) {
        foreign[i]();
        survey(before, sizeof before);

        assert_int_equal(list(), 0);
        assert_int_equal(take(&left), 0);
        assert_int_equal(collect(0), IR_OK);

        survey(after, sizeof after);
        assert_string_equal(after, before);
        assert_int_equal(system("rm -r state"), 0);
    }
    assert_string_equal(fake_calls.trace, "");
    assert_int_equal(fake_uploads.n_deleted, 0);
}

/* ---- Taking over ------------------------------------------------------- */

static void
test_a_note_of_a_process_is_its_own_until_it_ends(void **state)
{
    struct ir_ledger_upload left;
    int ready[2];
    char byte;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        ir_ledger_note(client, IR_JOB_UPLOAD, "h-1", "/L/a", "a");
        write(ready[1], "", 1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    check_listed(IR_JOB_UPLOAD, "h-1", "/L/a", "a", 1);
    assert_int_equal(take(&left), 0);
    assert_int_equal(collect(0), IR_OK);
    check_listed(IR_JOB_UPLOAD, "h-1", "/L/a", "a", 1);

    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);

    check_listed(IR_JOB_UPLOAD, "h-1", "/L/a", "a", 0);
    assert_int_equal(take(&left), 1);
    assert_string_equal(left.handler, "h-1");
    close(ready[0]);
    close(ready[1]);
}

static void
test_only_the_same_upload_is_taken(void **state)
{
    static const struct {
        const char *name;
        const char *url;
        const char *path;
        const char *file;
    } rows[] = {
        { "upload-u1", URL "x", "/L/a", "a" },
        { "upload-u2", URL, "/L/b", "a" },
        { "upload-u3", URL, "/L/a%20", "a" },
        { "upload-u4", URL, "/l/a", "a" },
        { "upload-u5", URL, "/L/a", "b" },
        { "upload-u6", URL, "/L/a", "A" },
        { "upload-u7", URL, "/L/a", "x/a" },
        { "upload-u8", URL, "/L/a", NULL },
        { "download-d1", URL, "/L/a", "a" },
        { "resume-00000001", URL, "/L/a", "a" },
    };
    struct ir_ledger_upload left;
    char text[sizeof head + 100];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(text, sizeof text, MAGIC "url %s\npath %s\nfile %s%s%s\n"
            "session 0\nboot b\n",
            rows[i].url, rows[i].path, rows[i].file == NULL ? "" : here,
            rows[i].file == NULL ? "" : "/",
            rows[i].file == NULL ? "-" : rows[i].file);
        put_text(rows[i].name, text);
    }
    assert_int_equal(take(&left), 0);
    assert_int_equal(ir_ledger_take(client, "/L/a", NULL, &left), 0);
    put_steps("upload-right", "");

    assert_int_equal(ir_ledger_take(client, "/L/a", "./a", &left), 1);

    assert_string_equal(left.handler, "right");
    assert_int_equal(list(), COUNT(rows) + 1);
    for (size_t i = 0; i < n_listed; i++)
        assert_int_equal(listed[i].job.is_running,
            strcmp(listed[i].handler, "right") == 0);
}

#define BEGIN "lock\nsize 10\nchunk 4\n"

static const struct step {
    const char *line;
    enum ir_ledger_step step;
    uint64_t offset;
    uint32_t crc32;
} steps[] = {
    { "send 0\n", IR_LEDGER_SEND, 0, 0 },
    { "have 4 ED82CD11\n", IR_LEDGER_HAVE, 4, 0xED82CD11 },
    { "send 4\n", IR_LEDGER_SEND, 0, 0 },
    { "have 8 AEEF2A50\n", IR_LEDGER_HAVE, 8, 0xAEEF2A50 },
    { "send 8\n", IR_LEDGER_SEND, 0, 0 },
    { "have 10 3981703A\n", IR_LEDGER_HAVE, 10, 0x3981703A },
    { "commit 3981703A 2\n", IR_LEDGER_COMMIT, 0, 0x3981703A },
};

static void
check_step(const struct ir_ledger_upload *left, const struct step *s)
{
    assert_string_equal(left->handler, "u1");
    assert_int_equal(left->step, s->step);
    if (s->step == IR_LEDGER_SEND)
        return;
    assert_int_equal(left->is_locked, 1);
    assert_int_equal(left->size_bytes, 10);
    assert_int_equal(left->chunk_bytes, 4);
    assert_int_equal(left->crc32, s->crc32);
    if (s->step == IR_LEDGER_HAVE)
        assert_int_equal(left->offset, s->offset);
    else
        assert_int_equal(left->n_versions, 2);
}

/* A line of which only some is there was begun, and nobody knows more. */
static void
test_the_last_step_counts_and_half_a_line_stands_for_its_step(void **state)
{
    static const struct step unknown = { "", IR_LEDGER_SEND, 0, 0 };
    struct ir_ledger_upload left;
    char text[1000] = BEGIN;

    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        size_t n = strlen(text);

        for (size_t cut = 1; cut <= strlen(steps[i].line); cut++) {
            snprintf(text + n, sizeof text - n, "%.*s", (int)cut,
                steps[i].line);
            put_steps("upload-u1", text);

            assert_int_equal(take(&left), 1);

            check_step(&left, cut == strlen(steps[i].line) ? &steps[i]
                                                           : &unknown);
            ir_ledger_leave(client);
        }
    }
}

static void
test_before_the_first_step_nothing_is_known_but_the_lock(void **state)
{
    struct ir_ledger_upload left;

    (void)state;
    for (size_t cut = 0; cut <= strlen(BEGIN); cut++) {
        char text[sizeof BEGIN];

        snprintf(text, cut + 1, "%s", BEGIN);
        put_steps("upload-u1", text);

        assert_int_equal(take(&left), 1);

        assert_int_equal(left.step, IR_LEDGER_SEND);
        assert_int_equal(left.is_locked, cut >= strlen("lock"));
        ir_ledger_leave(client);
    }
}

static void
test_what_is_noted_is_taken_as_it_was_noted(void **state)
{
    struct ir_ledger_upload left;

    (void)state;
    ir_ledger_note(client, IR_JOB_UPLOAD, "u1", "/L/a", "a");
    ir_ledger_mark(client, "%s", BEGIN);
    for (size_t i = 0; i < COUNT(steps); i++) {
        ir_ledger_mark(client, "%s", steps[i].line);
        ir_ledger_leave(client);

        assert_int_equal(take(&left), 1);

        check_step(&left, &steps[i]);
    }
    ir_ledger_forget(client);
    assert_int_equal(rmdir("state"), 0);
}

/* What was written may not have reached the disk before the machine stopped; a
 * commit did. */
static void
test_of_another_boot_only_a_commit_is_known(void **state)
{
    static const char *const boots[] = { "another", "", "-" };
    struct ir_ledger_upload left;
    char text[sizeof head + 1000];

    (void)state;
    for (size_t b = 0; b < COUNT(boots); b++) {
        for (size_t i = 0; i < COUNT(steps); i++) {
            make_head(text, sizeof text, 0, boots[b]);
            strcat(text, BEGIN);
            strcat(text, steps[i].line);
            put_text("upload-u1", text);

            assert_int_equal(take(&left), 1);

            assert_int_equal(left.step, steps[i].step == IR_LEDGER_COMMIT
                ? IR_LEDGER_COMMIT : IR_LEDGER_SEND);
            ir_ledger_leave(client);
        }
    }
}

static void
test_of_several_uploads_the_one_that_came_farthest_is_taken(void **state)
{
    struct ir_ledger_upload left;

    (void)state;
    for (size_t i = 0; i < COUNT(steps); i++) {
        for (size_t k = 0; k < COUNT(steps); k++) {
            put_steps("upload-u0", steps[i].line);
            put_steps("upload-u1", steps[k].line);

            assert_int_equal(take(&left), 1);

            assert_int_equal(left.step, steps[i].step > steps[k].step
                ? steps[i].step : steps[k].step);
            ir_ledger_leave(client);
        }
    }
}

static int
take_while_listed(void *ctx, const struct ir_job *job)
{
    struct ir_ledger_upload left;

    *(int *)ctx += take(&left);
    ir_ledger_leave(client);
    return job == NULL;
}

static void
test_who_looks_at_a_note_keeps_nobody_from_taking_it(void **state)
{
    int n_taken = 0;

    (void)state;
    put_steps("upload-u1", BEGIN);

    assert_int_equal(ir_jobs("state", take_while_listed, &n_taken, NULL),
        IR_OK);

    assert_int_equal(n_taken, 1);
}

/* A line that no process writes: two that ran into one because a disk was full
 * meanwhile, a number out of range, a line without end. */
static void
test_a_line_that_is_no_step_leaves_nothing_known(void **state)
{
    static const char *const lines[] = {
        "have 4 ED82CD11send 4", "have 4 ED82CD11 ", "have 4 ED82CD11x",
        "have 4", "have 4 ", "have", "have  4 ED82CD11", "have -4 ED82CD11",
        "have +4 ED82CD11", "have 4 -ED82CD11", "have 4 0xED82CD11",
        "have 4 1ED82CD11", "have 18446744073709551620 ED82CD11",
        " have 4 ED82CD11", "HAVE 4 ED82CD11", "commit 3981703A 2send 4",
        "commit 3981703A", "commit 3981703A +2", "commit  3981703A 2",
        "commit 13981703A 2", "commit 3981703A 18446744073709551618", "x", "",
    };
    struct ir_ledger_upload left;
    char text[1000];

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        snprintf(text, sizeof text, BEGIN "have 4 ED82CD11\n%s\n", lines[i]);
        put_steps("upload-u1", text);

        assert_int_equal(take(&left), 1);

        if (left.step != IR_LEDGER_SEND)
            fail_msg("%s: %d", lines[i], left.step);
        ir_ledger_leave(client);
    }
}

static void
test_the_end_of_a_long_line_is_no_step(void **state)
{
    struct ir_ledger_upload left;
    char text[900];

    (void)state;
    for (size_t n = 1; n < 600; n++) {
        memset(text, 'x', n);
        strcpy(text + n, "have 4 ED82CD11\n");
        put_steps("upload-u1", text);

        assert_int_equal(take(&left), 1);

        assert_int_equal(left.step, IR_LEDGER_SEND);
        ir_ledger_leave(client);
    }
}

/* A disk that is full from any byte of the step on, and the process ends. */
static void
test_of_a_note_that_lacks_a_step_nothing_is_known(void **state)
{
    struct ir_ledger_upload left;

    (void)state;
    for (size_t i = 1; i < COUNT(steps); i++) {
        for (size_t n = 0; n < strlen(steps[i].line); n++) {
            char text[1000] = BEGIN;

            for (size_t k = 0; k < i; k++)
                strcat(text, steps[k].line);
            put_steps("upload-u1", text);
            assert_int_equal(take(&left), 1);
            log_.n_warnings = 0;
            limit_files(strlen(head) + strlen(text) + n);
            ir_ledger_mark(client, "%s", steps[i].line);
            limit_files((rlim_t)-1);
            ir_ledger_leave(client);

            assert_int_equal(log_.n_warnings, 1);
            assert_int_equal(take(&left), 1);
            assert_int_equal(left.step, IR_LEDGER_SEND);
            assert_string_equal(left.handler, "u1");
            assert_int_equal(left.is_locked, 1);
            ir_ledger_forget(client);
            assert_int_equal(rmdir("state"), 0);
        }
    }
}

static void
test_what_was_taken_is_the_open_note(void **state)
{
    struct ir_ledger_upload left;
    struct ir_client *other = new_client(URL, "state");

    (void)state;
    put_steps("upload-u1", BEGIN);
    assert_int_equal(take(&left), 1);
    check_listed(IR_JOB_UPLOAD, "u1", "/L/a", "a", 1);
    assert_int_equal(ir_ledger_take(other, "/L/a", "a", &left), 0);

    ir_ledger_mark(client, "have %d %X\n", 4, 0xED82CD11);
    ir_ledger_leave(client);

    assert_int_equal(ir_ledger_take(other, "/L/a", "a", &left), 1);
    assert_int_equal(left.step, IR_LEDGER_HAVE);
    assert_int_equal(left.offset, 4);
    assert_int_equal(take(&left), 0);
    ir_ledger_forget(other);
    assert_int_equal(rmdir("state"), 0);
    ir_client_free(other);
}

/* Once 'go' is closed, take it; tell whether that was so; hold it until 'end'
 * is closed. */
static void
take_with_others(int go, int told, int end)
{
    struct ir_ledger_upload left;
    char byte;

    read(go, &byte, 1);
    byte = (char)take(&left);
    write(told, &byte, 1);
    read(end, &byte, 1);
    _exit(0);
}

static void
test_of_all_who_take_at_once_one_gets_it(void **state)
{
    (void)state;
    for (int round = 0; round < 25; round++) {
        int go[2];
        int told[2];
        int end[2];
        char byte;
        int n = 0;

        put_steps("upload-u1", BEGIN);
        assert_true(pipe(go) == 0 && pipe(told) == 0 && pipe(end) == 0);
        for (int i = 0; i < 6; i++) {
            if (fork() == 0) {
                close(go[1]);
                close(end[1]);
                take_with_others(go[0], told[1], end[0]);
            }
        }
        close(go[1]);
        for (int i = 0; i < 6; i++, n += byte)
            assert_int_equal(read(told[0], &byte, 1), 1);
        close(end[1]);
        while (wait(NULL) > 0)
            ;
        close(go[0]);
        close(told[0]);
        close(told[1]);
        close(end[0]);

        assert_int_equal(n, 1);
    }
}

/* ---- Deleting what was left -------------------------------------------- */

static void
put_other(const char *name)
{
    char text[sizeof head];

    snprintf(text, sizeof text, MAGIC "url " URL "x\npath /L/a\nfile -\n"
        "session 0\nboot b\n");
    put_text(name, text);
}

static void
test_handlers_of_this_server_are_deleted_and_counted(void **state)
{
    int fd;

    (void)state;
    put_steps("download-d1", "");
    put_steps("upload-u1", BEGIN);
    put_steps("upload-u2", "x");
    put_other("download-d2");
    put_other("upload-u3");
    put_steps("download-d3", "");
    fd = hold("download-d3");

    assert_int_equal(collect(3), IR_OK);

    assert_string_equal(fake_calls.trace, "delete(t0,D,d1) ");
    assert_int_equal(fake_uploads.n_deleted, 2);
    assert_int_equal(list(), 3);
    assert_true(is_there("download-d2") && is_there("upload-u3")
        && is_there("download-d3"));
    close(fd);
    assert_int_equal(ir_gc(client, NULL), IR_OK);
    assert_int_equal(list(), 2);
}

/* Where nothing more can be asked it stops; a refusal is of one handler. */
static void
test_a_handler_that_stays_keeps_its_note(void **state)
{
    static const enum ir_status stops[] = {
        IR_E_NETWORK, IR_E_TIMEOUT, IR_E_CANCELLED, IR_E_AUTH, IR_E_TLS,
        IR_E_MEMORY,
    };

    (void)state;
    for (enum ir_status st = IR_E_ARGUMENT; st <= IR_E_CANCELLED; st++) {
        const struct fake_step refusal[] = { STEP(FAKE_DELETE, st) };
        int stop = 0;

        for (size_t i = 0; i < COUNT(stops); i++)
            stop |= st == stops[i];
        for (int is_upload = 0; is_upload < 2; is_upload++) {
            put_steps(is_upload ? "upload-1" : "download-1", "");
            put_steps(is_upload ? "upload-2" : "download-2", "");
            put_steps(is_upload ? "upload-3" : "download-3", "");
            fake_calls_script(refusal, 1);
            fake_uploads_reset();
            fake_uploads.first_delete = st;

            assert_int_equal(collect(stop ? 0 : 2), st);

            assert_int_equal(is_upload ? (size_t)fake_uploads.n_deleted
                : fake_calls_count("delete("), stop ? 1 : 3);
            assert_int_equal(list(), stop ? 3 : 1);
            fake_calls_script(NULL, 0);
            fake_uploads.first_delete = IR_OK;
            assert_int_equal(collect(stop ? 3 : 1), IR_OK);
            assert_int_equal(list(), 0);
        }
    }
}

static void
test_without_session_or_folder_nothing_is_deleted(void **state)
{
    struct ir_options o = IR_OPTIONS_INIT;
    struct ir_client *c;
    uint64_t n = 99;

    (void)state;
    put_steps("download-d1", "");
    put("upload-u1", "", 0);
    c = new_client(URL, NULL);
    assert_int_equal(ir_gc(c, &n), IR_E_ARGUMENT);
    ir_client_free(c);
    o.state_dir = "state";
    assert_int_equal(ir_client_new(URL, &o, &c, NULL), IR_OK);

    assert_int_equal(ir_gc(c, &n), IR_E_AUTH);

    ir_client_free(c);
    assert_true(n == 0);
    assert_true(is_there("download-d1") && is_there("upload-u1"));
    assert_string_equal(fake_calls.trace, "");
}

/* No server says that it does not know a handler. */
static void
test_a_handler_of_another_session_is_told_and_not_counted(void **state)
{
    char text[sizeof head];

    (void)state;
    make_head(text, sizeof text, ir_ledger_session("t1"), "b");
    put_text("download-d1", text);
    put_text("upload-u1", text);

    assert_int_equal(collect(0), IR_OK);

    assert_int_equal(log_.n_warnings, 2);
    assert_string_equal(fake_calls.trace, "delete(t0,D,d1) ");
    assert_int_equal(fake_uploads.n_deleted, 1);
    assert_int_equal(list(), 0);
}

static void
test_what_a_dead_process_checked_out_is_checked_in(void **state)
{
    (void)state;
    for (int refused = 0; refused < 2; refused++) {
        fake_uploads_reset();
        fake_uploads.n_locked = 1;
        fake_uploads.checked_out_by = "demo";
        fake_uploads.unlock_refused = refused;
        put_steps("upload-u1", BEGIN "send 0\n");

        assert_int_equal(collect(1), IR_OK);

        assert_int_equal(fake_uploads.n_locked, refused);
        assert_int_equal(log_.n_warnings, refused);
        assert_int_equal(list(), 0);
    }
    fake_uploads_reset();
    put_steps("upload-u1", BEGIN "send 0\n"); /* checked in already */
    assert_int_equal(collect(1), IR_OK);
    assert_int_equal(fake_uploads.n_unlocks, 0);
    assert_int_equal(log_.n_warnings, 1);

    fake_uploads.checked_out_by = "demo";
    fake_uploads.n_locked = 1;
    fake_uploads.n_unlocks_lost = 1;
    put_steps("upload-u1", BEGIN "send 0\n");
    assert_int_equal(collect(0), IR_E_NETWORK);
    assert_int_equal(list(), 1);
}

/* Without the note the same upload would be stored a second time. */
static void
test_a_commit_that_may_have_been_served_stays_noted(void **state)
{
    static const struct {
        const char *commit;
        int exists, no_crc32, n_versions, is_there, stays;
    } rows[] = {
        { "commit 0 2\n", 1, 0, 3, 1, 1 },
        { "commit 0 2\n", 1, 1, 3, 1, 1 },
        { "commit 0 -1\n", 1, 0, 3, 1, 1 },
        { "commit 0 2\n", 1, 0, -1, 1, 1 },
        { "commit 0 2\n", 1, 0, 2, 1, 0 },
        { "commit 1 2\n", 1, 0, 3, 1, 0 },
        { "commit 0 2\n", 0, 0, 3, 1, 0 },
        { "commit 0 2\n", 1, 0, 3, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[200];

        fake_uploads_reset();
        fake_uploads.exists = rows[i].exists;
        fake_uploads.no_crc32 = rows[i].no_crc32;
        fake_uploads.n_versions = rows[i].n_versions;
        snprintf(text, sizeof text, "size 0\nchunk 4\n%s", rows[i].commit);
        put_steps("upload-u1", text);
        if (rows[i].is_there)
            folder_write("a", "");

        assert_int_equal(collect(!rows[i].stays), IR_OK);

        if (is_there("upload-u1") != rows[i].stays)
            fail_msg("row %zu", i);
        unlink("a");
    }
}

static void
test_a_note_that_cannot_be_read_stays_and_is_told(void **state)
{
    struct rlimit before;
    struct rlimit few;
    struct ir_error why;
    int fd = dup(0);

    (void)state;
    close(fd);
    put_steps("download-d1", "");
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    for (rlim_t n = 1; n < 4; n++) {
        few = before;
        few.rlim_cur = (rlim_t)fd + n;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);

        n_listed = 0;
        assert_int_equal(ir_jobs("state", keep, NULL, &why), n < 3 ? IR_E_IO
            : IR_OK);
        assert_int_equal(collect(n < 3 ? 0 : 1), n < 3 ? IR_E_IO : IR_OK);

        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(n_listed, n == 3);
        assert_int_equal(is_there("download-d1"), n < 3);
    }
}

static void
test_what_can_be_resumed_stays_so_without_its_handler(void **state)
{
    (void)state;
    put_journal();
    ir_ledger_note(client, IR_JOB_DOWNLOAD, "d1", "/L/a", "a");
    ir_ledger_leave(client);

    assert_int_equal(collect(1), IR_OK);

    check_listed(IR_JOB_RESUMABLE, "(none)", "/L/a", "a", 0);
    assert_int_equal(listed->job.is_resumable, 1);
    assert_int_equal(collect(0), IR_OK);
    check_listed(IR_JOB_RESUMABLE, "(none)", "/L/a", "a", 0);
    unlink("a.part");
    assert_int_equal(collect(0), IR_OK);
    assert_int_equal(list(), 0);
    assert_string_equal(fake_calls.trace, "delete(t0,D,d1) ");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_note_is_listed_as_running_until_it_is_forgotten),
        TEST(test_a_note_that_is_left_is_listed_as_not_running),
        TEST(test_the_next_note_leaves_the_one_before),
        TEST(test_nothing_is_noted_without_a_folder_or_a_path),
        TEST(test_every_byte_of_a_text_is_listed_again),
        TEST(test_a_text_is_noted_whole_or_not_at_all),
        TEST(test_a_local_file_is_told_by_its_absolute_name_without_links),
        TEST(test_nobody_else_looks_into_what_is_made),
        TEST(test_a_folder_that_is_there_stays_as_it_is),
        TEST(test_a_folder_that_cannot_be_made_is_a_warning_and_no_failure),
        TEST(test_a_disk_that_is_full_at_any_byte_leaves_no_half_of_a_note),
        TEST(test_each_file_that_can_be_resumed_has_one_note),
        TEST(test_a_download_with_its_journal_is_listed_as_resumable),
        TEST(test_listing_ends_where_it_is_told_to),
        TEST(test_a_folder_that_is_none_has_no_jobs_and_may_be_an_error),
        TEST(test_half_a_note_is_not_listed_and_goes_once_nobody_holds_it),
        TEST(test_zeros_behind_half_a_note_change_nothing),
        TEST(test_half_a_note_is_not_taken),
        TEST(test_what_is_not_ours_is_neither_listed_nor_taken_nor_deleted),
        TEST(test_a_note_of_a_process_is_its_own_until_it_ends),
        TEST(test_only_the_same_upload_is_taken),
        TEST(test_the_last_step_counts_and_half_a_line_stands_for_its_step),
        TEST(test_before_the_first_step_nothing_is_known_but_the_lock),
        TEST(test_what_is_noted_is_taken_as_it_was_noted),
        TEST(test_of_another_boot_only_a_commit_is_known),
        TEST(test_of_several_uploads_the_one_that_came_farthest_is_taken),
        TEST(test_who_looks_at_a_note_keeps_nobody_from_taking_it),
        TEST(test_a_handler_of_another_session_is_told_and_not_counted),
        TEST(test_what_a_dead_process_checked_out_is_checked_in),
        TEST(test_a_commit_that_may_have_been_served_stays_noted),
        TEST(test_a_note_that_cannot_be_read_stays_and_is_told),
        TEST(test_a_line_that_is_no_step_leaves_nothing_known),
        TEST(test_the_end_of_a_long_line_is_no_step),
        TEST(test_of_a_note_that_lacks_a_step_nothing_is_known),
        TEST(test_what_was_taken_is_the_open_note),
        TEST(test_of_all_who_take_at_once_one_gets_it),
        TEST(test_handlers_of_this_server_are_deleted_and_counted),
        TEST(test_a_handler_that_stays_keeps_its_note),
        TEST(test_without_session_or_folder_nothing_is_deleted),
        TEST(test_what_can_be_resumed_stays_so_without_its_handler),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
