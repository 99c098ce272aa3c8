#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Ends a transfer at every system call from main() on, by SIGKILL, SIGTERM and
SIGINT, and then does it again.

    kill.py [--sample SEED K] [--only GROUP] [--replay GROUP PLACE]

After a kill the target or document is old or complete, and the run that follows
makes it complete.  A download asks at most for one chunk a second time, over
several connections for those that they were ahead.  An upload stores one version
in all its runs, also where the server would take a second one, unless a run was
killed when all was done but to log out and to tell.  After the other signals the
client has ended within two seconds, what it stored is told, and nothing is left
open on the server.  IR and IR_EMULATOR name the programs, unless those of the dev
preset are meant."""

import random
import signal

import torture
from torture import Download, Upload, check, strace

OLD = b"what was there before"
SIGNAL_SECONDS = 2
CLASSIC = ("--generation", "classic")  # takes a version that nobody locked


class Group(torture.Bench):
    """Runs that end at one system call, each in a place of its own."""

    n_again = 1  # chunks that a killed run may have read and not journaled

    def __init__(self, place, name, *more, is_login=False, old=None,
                 twice=False, server=(), **size):
        super().__init__(*server, **size)
        self.place = place
        self.signal = getattr(signal, f"SIG{name}")
        self.name = name
        self.more = more
        self.named = {"is_login": is_login, "old": old}
        self.twice = twice

    def series(self):
        self.places = torture.places(self, self.place, *self.more,
                                     **self.named)
        return torture.ranges(self.places)

    def interrupted(self, here, call, n):
        """A run that got the signal at the nth 'call'; None if it came to its
        end before."""
        run = here.transfer(*self.more, prefix=strace(
            f"{call}:signal={self.name}:when={n}", "-ttt"))
        if run.met(f"--- SIG{self.name}") or run.exit == -self.signal:
            return run
        here.check_done(run)
        return None

    def case(self, call, n):
        with self.place(self, **self.named) as here:
            run = self.interrupted(here, call, n)
            if run is None:
                return False
            ended = [run]
            was_complete = self.check_ended(here, ended)
            if self.twice:
                again = self.interrupted(
                    here, *random.Random(f"{call} {n}").choice(self.places))
                if again is None:
                    return True
                ended.append(again)
                was_complete = self.check_ended(here, ended)
            if here.is_untouched() and not run.met("connect("):
                return True  # as if it had not been started
            self.check_again(here, ended, was_complete)
        return True

    def check_ended(self, here, ended):
        if self.signal == signal.SIGKILL:
            here.check_noted(ended)
        else:
            self.check_tidy(here, ended[-1])
        was_complete = here.check_left()
        here.forget(ended[-1])
        return was_complete

    def check_tidy(self, here, run):
        """It ended as asked."""
        begin, end = (float(run.met(mark).split()[1]) if run.met(mark) else 0
                      for mark in (f"--- SIG{self.name}", "+++ "))
        check(end - begin < SIGNAL_SECONDS,
              f"{end - begin:.2f} s after the signal: {run}")
        if run.exit == -self.signal:
            check(not run.met("connect("), f"no handler of signals: {run}")
        elif run.exit == 0:
            here.check_nothing_left()
        else:
            check(run.exit == 128 + self.signal, f"another end: {run}")
            check(run.err.count("\n") <= 1, f"too much said: {run}")
        here.check_told(run)
        here.check_released()
        check(not here.notes(), "a note is left of a handler that is deleted")

    def check_again(self, here, ended, was_complete):
        run = here.transfer(*self.more)
        here.check_done(run)
        check(run.asked["UploadFileChunk"] <= self.n_chunks,
              "chunks were sent once more than they had to")
        n_asked = sum(one.asked["DownloadFileChunk"] for one in (*ended, run))
        most = self.n_chunks + len(ended) * self.n_again
        check(was_complete or n_asked <= most,
              f"{n_asked} chunks of {self.n_chunks} were asked for, at most "
              f"{most} may be")
        if self.signal == signal.SIGKILL:
            here.check_collected(ended, not self.named["is_login"])
        else:
            here.check_released()


class Parallel(Group):
    """Downloads over several connections: on each a chunk may be under way.  A
    run that is told to end may leave more unread, as far as it claims ahead
    (AHEAD in src/transfer/crew.c).  Which connection makes a call is chance, and
    so is how many calls each makes: those that do not vary are made before and
    after."""

    CONNECTIONS = 4
    AHEAD = 4
    varying = torture.VARYING | {
        "clone3", "close", "connect", "eventfd2", "getpid", "getsockopt",
        "madvise", "mmap", "mprotect", "munmap", "pwrite64", "read", "rseq",
        "rt_sigprocmask", "sendto", "set_robust_list", "setsockopt", "socket",
        "write"}

    def __init__(self, name, **named):
        super().__init__(Download, name, "--parallel", self.CONNECTIONS,
                         chunk=16384, n_chunks=48, **named)
        claimed = 1 if self.signal == signal.SIGKILL else self.AHEAD
        self.n_again = self.CONNECTIONS * claimed + 1

    def series(self):
        found = super().series()
        check(("clone3", self.CONNECTIONS - 1) in self.places,
              "not read over several connections")
        return found


GROUPS = {
    "get-kill": lambda: Group(Download, "KILL"),
    "get-kill-login": lambda: Group(Download, "KILL", is_login=True, old=OLD),
    "get-kill-twice": lambda: Group(Download, "KILL", old=OLD, twice=True),
    "get-term": lambda: Group(Download, "TERM", old=OLD),
    "get-int": lambda: Group(Download, "INT", is_login=True),
    "get-kill-parallel": lambda: Parallel("KILL"),
    "get-term-parallel": lambda: Parallel("TERM", old=OLD),
    "get-kill-large": lambda: Group(Download, "KILL", **torture.LARGE),
    "put-kill": lambda: Group(Upload, "KILL"),
    "put-kill-large": lambda: Group(Upload, "KILL", **torture.LARGE),
    "put-kill-login": lambda: Group(Upload, "KILL", is_login=True),
    "put-kill-lock": lambda: Group(Upload, "KILL", "--lock", old=OLD),
    "put-kill-twice": lambda: Group(Upload, "KILL", twice=True),
    "put-kill-classic": lambda: Group(
        Upload, "KILL", old=OLD, server=CLASSIC),
    "put-kill-classic-login": lambda: Group(
        Upload, "KILL", "--lock", is_login=True, old=OLD, server=CLASSIC),
    "put-kill-classic-twice": lambda: Group(
        Upload, "KILL", twice=True, server=CLASSIC),
    "put-term": lambda: Group(Upload, "TERM", "--lock", old=OLD),
    "put-int": lambda: Group(Upload, "INT", is_login=True),
}

if __name__ == "__main__":
    torture.main("kill", GROUPS)
