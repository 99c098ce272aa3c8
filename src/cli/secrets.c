/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Secrets are read with read(), past the buffers of stdio, so that there is one
 * copy of them to wipe. */
#include "secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "printable.h"
#include "signals.h"

void
ir_secrets_wipe(struct ir_secret *secret)
{
    volatile char *c = secret->text;

    for (size_t n = sizeof secret->text; n > 0; n--)
        *c++ = '\0';
}

/* Read to the end of the input, or at a terminal to the end of the line. */
static enum ir_status
read_line(struct ir_secret *secret, const char *what, int fd, int *n,
    struct ir_error *e)
{
    size_t size = sizeof secret->text - 1;
    size_t used = 0;
    int at_terminal = isatty(fd);

    for (;;) {
        ssize_t got = read(fd, secret->text + used, size - used);

        if (got < 0 && errno == EINTR && ir_signals_caught() == 0)
            continue;
        if (got < 0 && errno == EINTR)
            return ir_fault_set(e, IR_E_CANCELLED, "interrupted");
        if (got < 0)
            return ir_fault_set_errno(e, errno, "cannot read the %s", what);
        used += (size_t)got;
        if (got == 0 || used == size
            || (at_terminal && secret->text[used - 1] == '\n'))
            break;
    }
    *n = (int)used;
    return IR_OK;
}

/* 'n' bytes must be one line that is not empty. */
static enum ir_status
check_line(struct ir_secret *secret, const char *what, int n,
    struct ir_error *e)
{
    char *text = secret->text;

    if (n > 0 && text[n - 1] == '\n')
        n--;
    if (n > 0 && text[n - 1] == '\r')
        n--;
    text[n] = '\0';
    if (n == 0)
        return ir_fault_set(e, IR_E_ARGUMENT, "the %s is empty", what);
    if (n > IR_SECRET_MAX)
        return ir_fault_set(e, IR_E_ARGUMENT, "the %s has more than %d bytes",
            what, IR_SECRET_MAX);
    if (strlen(text) != (size_t)n || strpbrk(text, "\r\n") != NULL)
        return ir_fault_set(e, IR_E_ARGUMENT, "the %s is not one line", what);
    return IR_OK;
}

static enum ir_status
check_file(const char *what, const char *path, int fd, struct ir_error *e)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return ir_fault_set_errno(e, errno, "cannot look at %s", path);
    if (!S_ISREG(st.st_mode))
        return ir_fault_set(e, IR_E_IO, "%s file %s: it is not a regular file",
            what, path);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return ir_fault_set(e, IR_E_IO,
            "%s file %s: it belongs to somebody else", what, path);
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return ir_fault_set(e, IR_E_IO,
            "%s file %s: others may use it (chmod 600)", what, path);
    return IR_OK;
}

enum ir_status
ir_secrets_file(struct ir_secret *secret, const char *what, const char *path,
    struct ir_error *e)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int n = 0;

    if (fd < 0 && errno == ELOOP)
        return ir_fault_set(e, IR_E_IO, "%s file %s: it is a symbolic link",
            what, path);
    if (fd < 0)
        return ir_fault_set_errno(e, errno, "%s file %s", what, path);
    if (check_file(what, path, fd, e) == IR_OK
        && read_line(secret, what, fd, &n, e) == IR_OK)
        check_line(secret, what, n, e);
    close(fd);
    return e->status;
}

enum ir_status
ir_secrets_stdin(struct ir_secret *secret, const char *what, const char *prompt,
    struct ir_error *e)
{
    struct termios shown;
    struct termios hidden;
    int at_terminal = tcgetattr(STDIN_FILENO, &shown) == 0;
    int n = 0;

    if (at_terminal) {
        hidden = shown;
        hidden.c_lflag &= (tcflag_t) ~(tcflag_t)(ECHO | ECHOE | ECHOK);
        hidden.c_lflag |= ECHONL;
        ir_printable_put(stderr, prompt);
        fflush(stderr);
        if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) != 0)
            return ir_fault_set_errno(e, errno, "cannot hide the %s", what);
    }
    if (read_line(secret, what, STDIN_FILENO, &n, e) == IR_OK)
        check_line(secret, what, n, e);
    if (at_terminal) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
        if (e->status == IR_E_CANCELLED)
            putc('\n', stderr);
    }
    return e->status;
}
