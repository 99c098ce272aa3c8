/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 *     torture URL USER PASSWORD [CA-FILE|gzip]
 *
 * Runs scenarios in the current folder, each in a child of its own.  A line
 * "SCENARIO FIRST once|on PATH" on standard input starts one in which
 * allocation number FIRST fails, 'on' with all behind it.  The child answers
 *
 *     first STATUS POINTS FAILED WARNINGS STACK MESSAGE
 *
 * and waits for a line; then, with all memory, it tries again what failed,
 * frees everything, and answers
 *
 *     again STATUS LIVE DESCRIPTORS CALLERS MESSAGE
 *
 * where STATUS is - if nothing had failed.  "end SIGNAL CODE" tells how it
 * ended. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocator.h"
#include "scenarios.h"

#define RUN_SECONDS 60
#define MAX_DESCRIPTORS 256

/* Unbuffered: parent and child read the same standard input. */
static int
read_line(char *line, size_t size)
{
    size_t n = 0;
    char c;

    while (n + 1 < size && read(STDIN_FILENO, &c, 1) == 1) {
        if (c == '\n') {
            line[n] = '\0';
            return 1;
        }
        line[n++] = c;
    }
    return 0;
}

static int
count_descriptors(void)
{
    int n = 0;

    for (int fd = 0; fd < MAX_DESCRIPTORS; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void
print_offsets(const uintptr_t *offsets, size_t n)
{
    printf("\t-");
    for (size_t i = 0; i < n; i++)
        printf(",%" PRIxPTR, offsets[i]);
}

static void
tell_first(const struct run *r, enum ir_status st)
{
    const struct allocator_account *a = allocator_account();

    printf("first\t%s\t%lu\t%lu\t%d", ir_status_name(st), a->n_points,
        a->n_failed, r->n_warnings);
    print_offsets(a->stack, (size_t)a->depth);
    printf("\t%s\n", ir_client_error(r->c)->message);
    fflush(stdout);
}

/* Empty 'out' for another try. */
static enum ir_status
try_again(struct run *r, const struct scenario *s)
{
    rewind(r->out);
    if (ftruncate(fileno(r->out), 0) != 0)
        abort();
    r->is_disturbed = 0;
    return s->work(r);
}

static void
run(struct run *r, const struct scenario *s, unsigned long first,
    int is_persistent)
{
    int n_descriptors;
    uintptr_t callers[16];
    size_t n_live;
    enum ir_status st;
    char message[512] = "";
    char line[16];
    const char *again = "-";

    alarm(RUN_SECONDS);
    n_descriptors = count_descriptors();
    r->out = fopen("out", "w+");
    if (r->out == NULL)
        abort();
    r->other = scenario_client(r);
    r->c = scenario_client(r);
    if (s->prepare != NULL)
        s->prepare(r);
    allocator_arm(first, is_persistent);
    st = s->work(r);
    allocator_disarm();
    fflush(r->out);
    tell_first(r, st);
    if (!read_line(line, sizeof line))
        _exit(3);
    if (st != IR_OK) {
        again = ir_status_name(try_again(r, s));
        snprintf(message, sizeof message, "%s",
            ir_client_error(r->c)->message);
    }
    fclose(r->out);
    ir_client_free(r->c);
    ir_client_free(r->other);
    n_live = allocator_live(callers, 16);
    printf("again\t%s\t%zu\t%d", again, n_live,
        count_descriptors() - n_descriptors);
    print_offsets(callers, n_live < 16 ? n_live : 16);
    printf("\t%s\n", message);
    fflush(stdout);
    _exit(0);
}

static const struct scenario *
find(const char *name)
{
    for (const struct scenario *s = scenarios; s->name != NULL; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

static void
log_in(struct run *r)
{
    struct ir_client *c = scenario_client(r);

    if (ir_login(c, r->user, r->password) != IR_OK) {
        fprintf(stderr, "torture: %s\n", ir_client_error(c)->message);
        exit(2);
    }
    r->ticket = strdup(ir_ticket(c));
    ir_client_free(c);
}

int
main(int argc, char **argv)
{
    struct run r = { 0 };
    char line[600];
    char name[64];
    char mode[8];
    char path[512];
    unsigned long first;

    if (argc < 4)
        return 2;
    allocator_init();
    r.url = argv[1];
    r.user = argv[2];
    r.password = argv[3];
    r.compressed = argc > 4 && strcmp(argv[4], "gzip") == 0;
    r.ca_file = r.compressed ? NULL : argv[4];
    log_in(&r);
    while (read_line(line, sizeof line)) {
        const struct scenario *s;
        int status = 0;
        pid_t child;

        if (sscanf(line, "%63s %lu %7s %511s", name, &first, mode, path) != 4)
            return 2;
        s = find(name);
        if (s == NULL)
            return 2;
        r.path = path;
        child = fork();
        if (child == 0)
            run(&r, s, first, strcmp(mode, "on") == 0);
        if (child < 0 || waitpid(child, &status, 0) != child)
            return 2;
        printf("end\t%d\t%d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0,
            WIFEXITED(status) ? WEXITSTATUS(status) : 0);
        fflush(stdout);
    }
    return 0;
}
