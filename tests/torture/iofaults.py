#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Lets each system call that touches a file fail, one at a time, from main() on:
no space, no quota, a broken disk, an interruption; lets each write and read move
less than it was asked to; and fills a real file system.  'ir gc' and 'ir jobs'
meet the same over what killed runs left, and uploads that can note nothing from
some write on are killed afterwards.

    iofaults.py [--sample SEED K] [--only GROUP] [--replay GROUP PLACE]

Whatever it is, the run ends with an exit code that fits and says one line if it
failed, the target or document is old or complete, nothing is left but what can
be resumed, and nothing is open on the server; the run that follows makes it
complete.  What is open stays noted, or a warning says that it cannot be.  IR,
IR_EMULATOR and IR_SHORTEN name the programs, and the library that makes calls
shorter, unless those of the dev preset are meant."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile

import torture
from torture import Download, Upload, check, harness, strace

CALLS = ("openat", "close", "read", "write", "pread64", "pwrite64", "fsync",
         "ftruncate", "fallocate", "newfstatat", "fstat", "fchmod", "flock",
         "lseek", "renameat", "renameat2", "unlinkat", "mkdir", "fcntl",
         "getdents64")
OLD = b"what was there before"
NEVER = 1 << 30
LOCAL = 10  # exit code: a local file or output failed
ENDS = {"/config\"": 2, "eventfd": 6}  # and where it is another


def check_talk(run):
    """It says one line if it failed, and none if not, besides one warning."""
    lines = run.err.splitlines()
    warnings = [line for line in lines if line.startswith("ir: warning: ")]
    check(all(line.startswith("ir: ") for line in lines)
          and len(warnings) <= 1
          and len(lines) - len(warnings) == int(run.exit != 0),
          f"not said well: {run}")


class Group(torture.Bench):
    def __init__(self, place, *more, is_resumed=False, **size):
        super().__init__(**size)
        self.place = place
        self.more = more
        self.is_resumed = is_resumed

    def begin(self, here):
        """Half of it is there, from a run that was killed."""
        if self.is_resumed:
            here.transfer(*self.more, prefix=strace(
                "sendto:signal=KILL:when=6"))
            check(harness.kept(here.target, here.bench.content),
                  "nothing to resume")

    def check_again(self, here):
        again = here.transfer(*self.more)
        here.check_done(again)
        here.check_swept()
        here.check_released()


class Failing(Group):
    """System calls that fail with 'error'."""

    def __init__(self, place, error, *more, **named):
        super().__init__(place, *more, **named)
        self.error = error

    def series(self):
        places = torture.places(self, self.place, *self.more, old=OLD,
                                begin=self.begin)
        return {call: found for call, found in torture.ranges(places).items()
                if call in CALLS}

    def fitting(self, call, fault):
        """How a run with this fault may end."""
        for mark, code in ENDS.items():
            if mark in fault:
                return 0, code
        if self.error == "EINTR" and call in ("pread64", "pwrite64"):
            return 0,
        if "/state>" in fault:  # a note is not worth failing for
            return 0,
        if call in ("pwrite64", "fsync", "renameat") \
                or call == "pread64" and self.place is Upload \
                or call == "fallocate" and self.error in ("ENOSPC", "EDQUOT"):
            return LOCAL,
        return 0, LOCAL

    def check_failed(self, here, call, failed):
        """It ended as it may."""
        fault = failed.met("(INJECTED)")
        check(failed.exit in self.fitting(call, fault),
              f"another end: {failed}, {fault}")
        check_talk(failed)
        is_complete = here.check_left()
        check(is_complete or failed.exit != 0, f"not done: {failed}")
        here.forget(failed)
        # What cannot be removed, or a journal that cannot be looked at, stays.
        if "unlinkat(" not in fault and not (
                self.is_resumed and "journal" in fault):
            here.check_left_to_resume()
            if failed.exit == 0:
                here.check_nothing_left()
        if self.is_resumed:  # it may not have come to the killed run's handler
            check(here.open_handlers() <= here.notes(), "a handler is not noted")
        else:
            here.check_released()

    def case(self, call, n):
        with self.place(self, old=OLD) as here:
            self.begin(here)
            failed = here.transfer(*self.more, prefix=strace(
                f"{call}:error={self.error}:when={n}", "-y"))
            if not failed.met("(INJECTED)"):
                here.check_done(failed)
                return False
            self.check_failed(here, call, failed)
            self.check_again(here)
        return True


class Short(Group):
    """Calls that move fewer bytes than they were asked to."""

    def __init__(self, place, *more, calls, **named):
        super().__init__(place, *more, **named)
        self.calls_shortened = calls
        self.library = harness.program("IR_SHORTEN")

    def series(self):
        found = {}
        for call in self.calls_shortened:
            for most in (7, 4097):
                n_calls = self.shorten(call, NEVER, most)
                found[f"{call} {most}"] = range(n_calls + 1)
        return found

    def shorten(self, call, n, most):
        """How many calls could be shortened, of which the nth was."""
        with self.place(self, old=OLD) as here:
            self.begin(here)
            mark = here.folder.parent / f"mark-{here.folder.name}"
            done = here.transfer(
                *self.more, LD_PRELOAD=self.library, SHORT_CALL=call,
                SHORT_WHEN=str(n), SHORT_BYTES=str(most), SHORT_MARK=str(mark))
            n_calls = mark.stat().st_size if mark.exists() else 0
            mark.unlink(missing_ok=True)
            here.check_done(done)
            here.check_released()
        return n_calls

    def case(self, series, n):
        call, most = series.split()
        return self.shorten(call, n, most) >= max(n, 1)


class Full(torture.Bench):
    """A file system of 8 MiB with room for 'n' pages less than a download takes:
    its own, and one each for the journal and a note."""

    PAGE = 4096
    TAKES = torture.SIZE // PAGE + 3

    def __init__(self):
        super().__init__()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none",
                        self.disk], check=True)
        self.callback(subprocess.run, ["umount", self.disk], check=True)

    def series(self):
        return dict.fromkeys(("pages", "resume"), range(self.TAKES + 1))

    def case(self, series, n):
        if n > self.TAKES:
            return False
        with Download(self, old=OLD, above=self.disk) as here:
            if series == "resume":
                here.transfer(prefix=strace("sendto:signal=KILL:when=6"))
            with self.filled(self.TAKES - n):
                failed = here.transfer()
            check_talk(failed)
            if failed.exit == 0:  # perhaps without room for the note
                here.check_nothing_left()
            else:
                check(failed.exit == LOCAL and "No space left" in failed.err,
                      f"not done: {failed}")
                here.check_left_to_resume()
                check(not here.check_left(), f"complete: {failed}")
            here.check_done(here.transfer())
            here.check_swept()
            here.check_released()
        return True

    @contextlib.contextmanager
    def filled(self, n_pages):
        """There is room for so many pages."""
        room = os.statvfs(self.disk).f_bavail
        with tempfile.TemporaryFile(dir=self.disk) as filler:
            os.posix_fallocate(filler.fileno(), 0,
                               (room - n_pages) * self.PAGE)
            check(os.statvfs(self.disk).f_bavail == n_pages,
                  "the disk is not full")
            yield


class Left(torture.Bench):
    """What a download and an upload left that were killed, and a verb that looks
    at it and meets a fault."""

    def __init__(self, verb, error):
        super().__init__()
        self.verb = verb
        self.error = error

    def argv(self, verb, *arguments):
        """'ir jobs' asks no server."""
        if verb != "jobs":
            return super().argv(verb, *arguments)
        end = arguments.index("--ticket-file")
        return harness.program("IR"), verb, *arguments[:end]

    @contextlib.contextmanager
    def left(self):
        with Download(self, old=OLD) as here, Upload(self, old=OLD) as other:
            other.state = here.state
            here.transfer(prefix=strace("sendto:signal=KILL:when=6"))
            other.transfer("--lock", prefix=strace(
                "sendto:signal=KILL:when=14"))
            check(len(here.open_handlers()) == 2
                  and here.open_handlers() == here.notes(), "not left so")
            yield here

    def series(self):
        with self.left() as here:
            whole = here.ir(self.verb, prefix=strace())
            check(whole.exit == 0, f"without a fault: {whole}")
        found = torture.ranges(torture.calls(whole.trace))
        return {call: places for call, places in found.items()
                if call in CALLS}

    def case(self, call, n):
        with self.left() as here:
            before = set(here.note_files())
            failed = here.ir(self.verb, "--json", prefix=strace(
                f"{call}:error={self.error}:when={n}", "-y"))
            is_met = bool(failed.met("(INJECTED)"))
            check(here.open_handlers() <= here.notes(),
                  f"an open handler is not noted any more: {failed}")
            if self.verb == "jobs":
                self.check_jobs(here, before, failed)
            else:
                self.check_gc(here, failed)
            self.check_again(here)
        return is_met

    def check_jobs(self, here, before, failed):
        """It lists all of it or fails, and changes nothing."""
        check(set(here.note_files()) == before, "jobs changed the notes")
        shown = {one["handler"] for one in map(
            json.loads, failed.out.splitlines()) if one["event"] == "job"}
        check(shown <= here.notes(), f"other jobs: {failed.out!r}")
        check(failed.exit != 0 or shown == here.notes(),
              f"not all jobs: {failed}, {failed.met('(INJECTED)')}")

    def check_gc(self, here, failed):
        """It deletes all of it or fails."""
        check(failed.exit != 0 or not here.open_handlers(),
              f"not collected: {failed}, {failed.met('(INJECTED)')}")

    def check_again(self, here):
        again = here.ir("gc")
        check(again.exit == 0 and again.err == "", f"gc: {again}")
        check(not here.notes() and not here.open_handlers(),
              f"gc left {here.note_files()}")
        here.check_done(here.transfer())
        check(not here.note_files(), f"left behind: {here.note_files()}")


class Unnoted(torture.Bench):
    """Uploads that can write nothing but to the server from the nth write on, as
    on a full disk, and are killed where they next call the server."""

    LOCK = "--lock",

    def __init__(self):
        super().__init__("--generation", "classic")

    def series(self):
        """Each write, and the calls to the server that follow it."""
        places = torture.places(self, Upload, *self.LOCK, old=OLD)
        last = max(n for name, n in places if name == "sendto")
        found = {}
        n_sent = 0
        for name, n in places:
            n_sent += name == "sendto"
            if name == "write" and 0 < n_sent < last:
                found[f"from-{n}"] = range(n_sent + 1, last + 1)
        return found

    def case(self, series, n):
        with Upload(self, old=OLD) as here:
            first = series.removeprefix("from-")
            killed = here.transfer(*self.LOCK, prefix=strace(
                f"write:error=ENOSPC:when={first}+", "-s", "200",
                "-e", f"inject=sendto:signal=KILL:when={n}"))
            if killed.exit >= 0:
                return False
            # Not even the warning arrives, but it was tried.
            is_warned = bool(killed.met("cannot be noted"))
            check(is_warned or here.open_handlers() <= here.notes(),
                  f"not noted, and no warning: {killed}")
            # Nobody knows of a commit that could not be noted: that was told.
            if here.is_complete() and is_warned:
                here.n_most = here.n_new + 1
            again = here.transfer(*self.LOCK)
            here.check_done(again)
            check(again.asked["UploadFileChunk"] <= self.n_chunks,
                  "chunks were sent once more than they had to")
            check(not here.notes(), f"left behind: {here.note_files()}")
        return True


GROUPS = {}
for error in ("ENOSPC", "EIO", "EDQUOT", "EINTR"):
    GROUPS[f"get-{error}"] = lambda e=error: Failing(Download, e)
    GROUPS[f"resume-{error}"] = lambda e=error: Failing(
        Download, e, is_resumed=True)
    GROUPS[f"put-{error}"] = lambda e=error: Failing(Upload, e, "--lock")
for error in ("EIO", "EMFILE", "ENOMEM", "ENOSPC"):
    GROUPS[f"gc-{error}"] = lambda e=error: Left("gc", e)
    GROUPS[f"jobs-{error}"] = lambda e=error: Left("jobs", e)
GROUPS["put-unnoted-kill"] = Unnoted
GROUPS["get-short"] = lambda: Short(Download, calls=("pwrite", "write"))
GROUPS["resume-short"] = lambda: Short(
    Download, calls=("pwrite", "write", "pread"), is_resumed=True)
GROUPS["put-short"] = lambda: Short(Upload, "--lock", calls=("pread", "write"))
GROUPS["get-large-short"] = lambda: Short(
    Download, calls=("pwrite", "write"), **torture.LARGE)
GROUPS["put-large-short"] = lambda: Short(
    Upload, "--lock", calls=("pread", "write"), **torture.LARGE)
GROUPS["get-large-EIO"] = lambda: Failing(Download, "EIO", **torture.LARGE)
GROUPS["put-large-EIO"] = lambda: Failing(
    Upload, "EIO", "--lock", **torture.LARGE)


def enter_own_mounts():
    """Start again where mounts are nobody else's business; or not, if that is
    not permitted."""
    if "IR_OWN_MOUNTS" in os.environ:
        return True
    own = ["unshare", "-m", "--propagation", "private"]
    if os.geteuid() != 0 or subprocess.run(
            [*own, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        print("iofaults: no mounts are permitted here: full-disk is left out")
        return False
    os.environ["IR_OWN_MOUNTS"] = "1"
    os.execvp(own[0], [*own, sys.executable, *sys.argv])


if __name__ == "__main__":
    if enter_own_mounts():
        GROUPS["full-disk"] = Full
    torture.main("iofaults", GROUPS)
