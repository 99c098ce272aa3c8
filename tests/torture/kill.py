#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Ends a transfer at every system call from main() on, by SIGKILL, SIGTERM and
SIGINT, and then does it again.

    kill.py [--sample SEED K] [--only GROUP] [--replay GROUP PLACE]

After a kill the target or document is old or complete, and the run that follows
makes it complete: a download asks at most for one chunk a second time, an upload
stores one version.  After the other signals the client has ended within two
seconds, and nothing is left open on the server.  IR and IR_EMULATOR name the
programs, unless those of the dev preset are meant."""

import random
import signal

import torture
from torture import CHUNKS, Download, Upload, Wrong, check, strace

OLD = b"what was there before"
SIGNAL_SECONDS = 2


class Group(torture.Bench):
    """Runs that end at one system call, each in a place of its own."""

    def __init__(self, place, name, *more, is_login=False, old=None,
                 twice=False):
        super().__init__()
        self.place = place
        self.signal = getattr(signal, f"SIG{name}")
        self.name = name
        self.more = more
        self.named = {"is_login": is_login, "old": old}
        self.twice = twice

    def series(self):
        """Each system call, and the first of its kind in main()."""
        self.places = torture.places(self, self.place, *self.more,
                                     **self.named)
        return dict(reversed(self.places))

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
            was_complete = self.check_ended(here, run)
            if self.twice:
                again = self.interrupted(
                    here, *random.Random(f"{call} {n}").choice(self.places))
                if again is None:
                    return True
                ended.append(again)
                was_complete = self.check_ended(here, again)
            if here.is_untouched() and not run.met("connect("):
                return True  # as if it had not been started
            self.check_again(here, ended, was_complete)
        return True

    def check_ended(self, here, run):
        if self.signal != signal.SIGKILL:
            self.check_tidy(here, run)
        return here.check_left()

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
        here.check_released()
        check(not here.notes(), "a note is left of a handler that is deleted")

    def check_again(self, here, ended, was_complete):
        run = here.transfer(*self.more)
        here.check_done(run)
        n_asked = sum(one.asked["DownloadFileChunk"] for one in (*ended, run))
        check(was_complete or n_asked <= CHUNKS + len(ended),
              f"{n_asked} chunks of {CHUNKS} were asked for")
        if self.signal == signal.SIGKILL:
            here.check_noted(ended, not self.named["is_login"])
        else:
            here.check_released()


GROUPS = {
    "get-kill": lambda: Group(Download, "KILL"),
    "get-kill-login": lambda: Group(Download, "KILL", is_login=True, old=OLD),
    "get-kill-twice": lambda: Group(Download, "KILL", old=OLD, twice=True),
    "get-term": lambda: Group(Download, "TERM", old=OLD),
    "get-int": lambda: Group(Download, "INT", is_login=True),
    "put-kill": lambda: Group(Upload, "KILL"),
    "put-kill-login": lambda: Group(Upload, "KILL", is_login=True),
    "put-kill-lock": lambda: Group(Upload, "KILL", "--lock", old=OLD),
    "put-kill-twice": lambda: Group(Upload, "KILL", twice=True),
    "put-term": lambda: Group(Upload, "TERM", "--lock", old=OLD),
    "put-int": lambda: Group(Upload, "INT", is_login=True),
}

if __name__ == "__main__":
    torture.main("kill", GROUPS)
