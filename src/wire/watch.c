/* Copyright (c) 2026 the inforouter-client authors.
 * SPDX-License-Identifier: MIT
 *
 * Cancel comes before a deadline, and both before readiness: a peer that is
 * always ready cannot outrun them.  The eventfd is the only thing that threads
 * share. */
#include "wire/watch.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int64_t
ir_watch_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
ir_watch_end(int timeout_ms)
{
    return timeout_ms <= 0 ? IR_WATCH_NEVER : ir_watch_now() + timeout_ms;
}

struct ir_watch_span
ir_watch_span(int64_t ms)
{
    struct ir_watch_span span;
    int whole = ms % 1000 == 0;

    snprintf(span.text, sizeof span.text, "%lld %s",
        (long long)(whole ? ms / 1000 : ms), whole ? "s" : "ms");
    return span;
}

void
ir_watch_begin(struct ir_watch *w, int timeout_ms)
{
    w->call_timeout_ms = timeout_ms;
    w->call_end_ms = ir_watch_end(timeout_ms);
}

void
ir_watch_grace(struct ir_watch *w, int ms)
{
    w->grace_ms = ms;
    w->grace_end_ms = ir_watch_end(ms);
}

void
ir_watch_linger(struct ir_watch *w, int ms)
{
    w->linger_ms = ms;
    w->linger_end_ms = IR_WATCH_NEVER;
}

void
ir_watch_cancel(struct ir_watch *w)
{
    uint64_t one = 1;
    int before = errno;

    while (write(w->cancel, &one, sizeof one) < 0 && errno == EINTR)
        continue;
    errno = before;
}

static enum ir_wake
overdue(struct ir_watch *w, int64_t now)
{
    if (w->grace_ms == 0 && now >= w->linger_end_ms)
        ir_error_set(w->error, IR_E_CANCELLED, "cancelled");
    else if (w->grace_ms != 0)
        ir_error_set(w->error, IR_E_TIMEOUT,
            "cleaning up not finished after %s",
            ir_watch_span(w->grace_ms).text);
    else
        ir_error_set(w->error, IR_E_TIMEOUT, "call not finished after %s",
            ir_watch_span(w->call_timeout_ms).text);
    return IR_WAKE_FAILED;
}

/* When everything ends.  The limit of the call does not count while cleaning
 * up after it. */
static int64_t
limit_of(const struct ir_watch *w)
{
    if (w->grace_ms != 0)
        return w->grace_end_ms;
    return w->linger_end_ms < w->call_end_ms ? w->linger_end_ms
                                             : w->call_end_ms;
}

/* The time is taken before poll(), so that what is ready wins over a limit
 * that passes while it happens. */
enum ir_wake
ir_watch_wait(struct ir_watch *w, int fd, short events, int64_t end)
{
    for (;;) {
        int is_deaf = w->grace_ms != 0 || w->linger_end_ms != IR_WATCH_NEVER;
        struct pollfd fds[] = {
            { .fd = fd, .events = events },
            { .fd = is_deaf ? -1 : w->cancel, .events = POLLIN },
        };
        int64_t call_end = limit_of(w);
        int64_t now = ir_watch_now();
        int64_t left = (end < call_end ? end : call_end) - now;
        int n;

        if (left < 0)
            left = 0;
        n = poll(fds, 2, left > INT_MAX ? INT_MAX : (int)left);
        if (n < 0 && errno != EINTR) {
            ir_error_set_errno(w->error, IR_E_NETWORK, errno, "poll");
            return IR_WAKE_FAILED;
        }
        if (n > 0 && fds[1].revents != 0 && w->linger_ms != 0) {
            w->linger_end_ms = now + w->linger_ms;
            continue;
        }
        if (n > 0 && fds[1].revents != 0) {
            ir_error_set(w->error, IR_E_CANCELLED, "cancelled");
            return IR_WAKE_FAILED;
        }
        if (now >= call_end)
            return overdue(w, now);
        if (now >= end)
            return IR_WAKE_LATE;
        if (n > 0 && fds[0].revents != 0)
            return IR_WAKE_READY;
    }
}
