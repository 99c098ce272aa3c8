# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""What the torture runners share: one emulator, transfers with a fault in them,
and what must hold whatever the fault was.

A group makes one kind of fault, at the first place, the second, and so on until
a run meets none any more.  Faults are made by strace, or by a preloaded library,
so that nothing depends on time.  Oracles are sha256sum, curl, and what the
emulator logged and keeps in its database."""

import argparse
import collections
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = pathlib.Path(__file__).parent
COUNTS = HERE / "counts.json"
CONNECTIONS = pathlib.Path("/proc/net/tcp")
sys.path.insert(0, str(HERE.parent / "e2e"))

import bindings
import harness

BUILD = HERE.parent.parent / "build/dev"
for variable, built in (("IR", "src/cli/ir"),
                        ("IR_EMULATOR", "src/emulator/ir-emulator"),
                        ("IR_SHORTEN", "tests/torture/libir_shorten.so")):
    os.environ.setdefault(variable, str(BUILD / built))

CHUNK = 65536
LARGE = {"chunk": 327680, "n_chunks": 3}  # more than goes through at once
CHUNKS = 8
SIZE = CHUNKS * CHUNK - 5
DOCUMENT = "/Library/Folder/document.bin"
MAIN = "prctl(PR_SET_DUMPABLE"  # what the loader did before is not ours
EXISTS = "not checked out by you"  # so says a modern server, without --lock
MOST_FAILURES = 20  # of a group, which then ends
CHUNK_CALLS = collections.Counter(
    ["DownloadFileChunk", "UploadFileChunk"])
ENDING = ("exit_group", "exit", "+++")
# How often these are called depends on how fast the bytes come.
VARYING = {"poll", "recvfrom", "futex"}
LEAST_SHARE = 0.95  # of what is recorded, and of what a sample is to meet


class Wrong(Exception):
    """Something that must hold does not."""


def check(holds, message):
    if not holds:
        raise Wrong(message)


@dataclasses.dataclass
class Run:
    """How a program ended, and the system calls that strace saw."""
    exit: int
    out: str
    err: str
    seconds: float
    trace: list
    asked: collections.Counter = None  # what the emulator granted meanwhile

    def met(self, mark):
        """The first traced line that holds 'mark'."""
        return next((line for line in self.trace if mark in line), "")

    def __str__(self):
        last = [line for line in self.trace if "+++" not in line][-1:]
        return (f"exit {self.exit} after {self.seconds:.2f} s, "
                f"err {self.err[:400]!r}, last {' '.join(last)[:160]!r}")


def run(argv, prefix=(), deadline=60, **env):
    """Run a program; 'prefix' may trace it into the file named {trace}."""
    with tempfile.NamedTemporaryFile(prefix="ir-trace-") as trace:
        argv = [str(a).replace("{trace}", trace.name) for a in (*prefix, *argv)]
        start = time.monotonic()
        child = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
            env=harness.environment(**env))
        try:
            out, err = child.communicate(timeout=deadline)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            raise Wrong(f"still running after {deadline} s: {argv}") from None
        seconds = time.monotonic() - start
        lines = trace.read().decode("utf-8", "replace").splitlines()
        return Run(child.returncode, out.decode("utf-8", "replace"),
                   err.decode("utf-8", "replace"), seconds, lines)


def strace(inject=None, *options):
    """A prefix for run(): trace all calls, with a fault in one of them."""
    fault = ("-e", f"inject={inject}") if inject else ()
    return ("strace", "-f", "-s", "0", "-o", "{trace}", *options, *fault)


class Bench(contextlib.ExitStack):
    """An emulator, a session with it, and what it says of its clients."""

    varying = VARYING

    def __init__(self, *options, chunk=CHUNK, n_chunks=CHUNKS):
        super().__init__()
        self.chunk = chunk
        self.n_chunks = n_chunks
        self.content = harness.sample(n_chunks * chunk - 5)
        self.root = self.enter_context(
            harness.library({DOCUMENT: self.content}))
        self.folder = pathlib.Path(self.enter_context(harness.folder()))
        self.emulator = self.enter_context(harness.Emulator(
            self.root, "--verbose", "--min-chunk", chunk, *options))
        self.password = harness.secret_file(self.folder, harness.PASSWORD)
        self.ticket = self.folder / "ticket"
        self.good("login", "--ticket-file", self.ticket, *self.login())
        self.read_bytes = 0

    def login(self):
        return "--user", harness.USER, "--password-file", self.password

    def good(self, *arguments):
        done = run(self.argv(*arguments))
        check(done.exit == 0, f"ir {arguments[0]}: {done}")
        return done

    def argv(self, verb, *arguments):
        return (harness.program("IR"), verb, *arguments, "--url",
                self.emulator.url)

    def calls(self):
        """How often each operation was granted since the last time."""
        log = os.pread(self.emulator.log.fileno(), 1 << 24, self.read_bytes)
        log = log[:log.rfind(b"\n") + 1]
        self.read_bytes += len(log)
        served = [json.loads(line) for line in log.splitlines()
                  if line.startswith(b"{")]
        return collections.Counter(one.get("operation") for one in served
                                   if "refusal" not in one)

    def settle(self):
        """Wait until what dead clients sent is served: the emulator has let go
        of their connections."""
        port = f":{urllib.parse.urlsplit(self.emulator.url).port:04X}"
        while any(row[1].endswith(port) and row[3] in ("01", "08")
                  for row in map(str.split, CONNECTIONS.read_text().split("\n"))
                  if row):
            os.sched_yield()

    def rows(self, sql):
        file = self.emulator.state / "emulator.sqlite"
        with contextlib.closing(sqlite3.connect(file, timeout=10)) as database:
            return {row[0] for row in database.execute(sql)}

    def handlers(self):
        return self.rows("SELECT handler FROM handlers")

    def sessions(self):
        return self.rows("SELECT id FROM sessions")

    def locked(self):
        return self.rows("SELECT path FROM documents WHERE holder IS NOT NULL")

    def versions(self, path):
        """How many versions a document has, by curl."""
        said = bindings.Plain(self.emulator.url, "POST").call(
            "GetDocumentVersions",
            authenticationTicket=self.ticket.read_text().strip(), Path=path)
        return said.body.count(b"<Version ") if said.success else 0


class Place:
    """A folder for one case.  Leaves nothing behind."""

    def __init__(self, bench, is_login, above=None):
        self.bench = bench
        self.folder = pathlib.Path(
            tempfile.mkdtemp(prefix="case-", dir=above or bench.folder))
        self.state = self.folder / "state"
        self.session = bench.login() if is_login \
            else ("--ticket-file", bench.ticket)
        self.had_handlers = bench.handlers()
        self.had_sessions = bench.sessions()
        bench.calls()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def ir(self, verb, *arguments, prefix=(), **env):
        done = run(self.bench.argv(verb, *arguments, "--state-dir", self.state,
                                   *self.session), prefix, **env)
        self.bench.settle()
        done.asked = self.bench.calls()
        return done

    def notes(self):
        """What is noted of handlers."""
        return {name.partition("-")[2] for name in self.note_files()
                if not name.startswith("resume-")}

    def note_files(self):
        return os.listdir(self.state) if self.state.exists() else []

    def open_handlers(self):
        return self.bench.handlers() - self.had_handlers

    def open_sessions(self):
        return self.bench.sessions() - self.had_sessions

    def forget(self, run):
        """What no run after this one can know."""

    def check_told(self, run):
        """What a run says that was asked to end is what it did."""

    def check_released(self):
        check(not self.open_handlers(), "a handler is still open")
        check(not self.open_sessions(), "a session is still open")

    def unused(self, dead):
        """How many of these runs may have been killed before they used their
        handler, and so had no time to note it."""
        return sum(1 for run in dead if not run.asked & CHUNK_CALLS)

    def check_noted(self, dead):
        """A handler that a killed run left open is noted."""
        unnoted = self.open_handlers() - self.notes()
        check(len(unnoted) <= self.unused(dead),
              "a handler is open and not noted")

    def check_collected(self, dead, is_same_session):
        """After another run, 'ir gc' deletes what is open still.  Handlers of
        another session are out of its reach: one for each dead run."""
        if is_same_session:
            self.check_noted(dead)
        self.check_swept()
        most = self.unused(dead) if is_same_session else len(dead)
        check(len(self.open_handlers()) <= most, "gc left a handler open")

    def check_swept(self):
        """No note is left, or 'ir gc' removes it."""
        if self.note_files():
            swept = self.ir("gc")
            check(swept.exit == 0, f"gc: {swept}")
            check(not self.note_files(), f"gc left {self.note_files()}")


class Download(Place):
    """A document that is fetched into a file."""

    def __init__(self, bench, is_login=False, old=None, above=None):
        super().__init__(bench, is_login, above)
        self.target = self.folder / "target"
        self.part = self.folder / "target.part"
        self.journal = self.folder / "target.part.journal"
        self.found_journal = None
        self.old = old
        if old is not None:
            self.target.write_bytes(old)

    def journal_written(self):
        """Tells one journal from another, and when it was written last."""
        if not self.journal.exists():
            return None
        found = self.journal.stat()
        return found.st_ino, found.st_mtime_ns

    def transfer(self, *more, **named):
        self.found_journal = self.journal_written()
        return self.ir("get", DOCUMENT, "-o", self.target, "--chunk-size",
                       self.bench.chunk, "--retries", 2, "--retry-delay", 1,
                       *more, **named)

    def is_complete(self):
        """The target has the new content; if not, then the old."""
        found = self.target.read_bytes() if self.target.exists() else None
        if found == self.old:
            return False
        original = self.bench.root / DOCUMENT.lstrip("/")
        check(harness.sha256(self.target) == harness.sha256(original),
              "the target is neither old nor complete")
        return True

    def check_left(self):
        """What a run leaves: a target that is whole, perhaps a .part file and
        its journal, which claims nothing that is not there.  A run that ended
        as soon as it had made its .part file may have left the journal that it
        found, whose own .part file has become the target."""
        names = set(os.listdir(self.folder)) - {"state"}
        extra = names - {self.target.name, self.part.name, self.journal.name}
        check(not extra, f"left behind: {extra}")
        if self.part.exists() and self.journal.exists() and (
                self.part.stat().st_size > 0
                or self.journal_written() != self.found_journal):
            check(harness.kept(self.target, self.bench.content) is not None,
                  "the journal is ahead of the bytes")
        return self.is_complete()

    def check_left_to_resume(self):
        """A .part file that nobody can resume would be litter."""
        check(self.part.exists() == self.journal.exists(),
              f"left behind: {os.listdir(self.folder)}")

    def check_nothing_left(self):
        check(self.check_left(), "the target is not complete")
        check(not self.part.exists() and not self.journal.exists(),
              ".part or journal is still there")

    def check_done(self, done):
        check(done.exit == 0 and done.err == "", f"not done: {done}")
        self.check_nothing_left()

    def is_untouched(self):
        return not self.part.exists() and not self.journal.exists()


class Upload(Place):
    """A file that is stored as a document, a new one or a new version."""

    def __init__(self, bench, is_login=False, old=None):
        super().__init__(bench, is_login)
        self.path = f"/Library/Folder/{self.folder.name}"
        self.stored = bench.root / self.path.lstrip("/")
        self.source = self.folder / "source"
        self.source.write_bytes(bench.content)
        self.old = old
        if old is not None:
            self.stored.write_bytes(old)
        self.old_versions = bench.versions(self.path)
        self.n_new = 0
        self.n_most = 1

    def __exit__(self, *_):
        super().__exit__()
        self.stored.unlink(missing_ok=True)

    def transfer(self, *more, **named):
        return self.ir("put", self.source, self.path, "--chunk-size",
                       self.bench.chunk, "--retries", 2, "--retry-delay", 1,
                       *more, **named)

    def is_complete(self):
        """The document has the new content; if not, then the old.  All runs
        together make one version, or none."""
        found = self.stored.read_bytes() if self.stored.exists() else None
        self.n_new = self.bench.versions(self.path) - self.old_versions
        check(self.n_new <= self.n_most,
              f"{self.n_new} versions of at most {self.n_most}")
        if found == self.old:
            check(self.n_new == 0, f"{self.n_new} versions, content is old")
            return False
        check(harness.sha256(self.stored) == harness.sha256(self.source),
              "the stored document is neither old nor complete")
        check(self.n_new > 0, "new content without a version")
        return True

    def forget(self, run):
        """The same command means another version if this run told that it was
        done.  And if it ended with nothing left to do but to log out and to
        tell: its note is removed, its handler deleted, the document let go.
        Nobody can know any more then that it was stored."""
        if self.is_complete() and (run.exit == 0 or (
                not any(name.startswith("upload-")
                        for name in self.note_files())
                and self.path not in self.bench.locked()
                and re.search(r'unlinkat\(.*"upload-.* = 0$',
                              "\n".join(run.trace), re.MULTILINE))):
            self.n_most = self.n_new + 1

    def check_left(self):
        return self.is_complete()

    def check_left_to_resume(self):
        pass

    def check_nothing_left(self):
        check(self.is_complete(), "the document is not stored")

    def check_done(self, done):
        is_refused = self.n_most > self.n_new > 0 and EXISTS in done.err
        check(is_refused or done.exit == 0 and done.err == "",
              f"not done: {done}")
        self.check_nothing_left()
        self.check_unlocked()

    def check_told(self, run):
        is_complete = self.is_complete()
        check(is_complete or "verified" not in run.out,
              f"told, and not stored: {run}")
        check(not is_complete or run.exit == 0 or "verified" in run.out
              or re.search("(?<!not )stored", run.err),
              f"stored, and not told: {run}")

    def check_unlocked(self):
        check(self.path not in self.bench.locked(), "still checked out")

    def check_released(self):
        super().check_released()
        self.check_unlocked()

    def is_untouched(self):
        return True


def places(bench, place, *more, begin=None, **named):
    """The system calls of a transfer without a fault, from main() on, in order:
    (name, the how manieth of that name in its thread)."""
    with place(bench, **named) as here:
        if begin is not None:
            begin(here)
        whole = here.transfer(*more, prefix=strace())
        check(whole.exit == 0, f"without a fault: {whole}")
    return calls(whole.trace)


def calls(trace):
    n_calls = collections.Counter()
    found = []
    for line in trace:
        thread, rest = line.split(maxsplit=1)
        name = rest.partition("(")[0]
        if not name.isidentifier():
            continue  # the end of a call, a signal, the end of a thread
        n_calls[thread, name] += 1
        if found or MAIN in line:
            found.append((name, n_calls[thread, name]))
    return [(name, n) for name, n in found if name not in ENDING]


def ranges(found):
    """{name: from the first of its kind in main() to the last of a thread}"""
    last = {}
    for name, n in found:
        last[name] = max(n, last.get(name, 0))
    return {name: range(n, last[name] + 1)
            for name, n in dict(reversed(found)).items()}


# ---- The runner -------------------------------------------------------------

@dataclasses.dataclass
class Count:
    """The runs of one group, and what failed."""
    n: int = 0
    n_places: int = 0  # that do not vary
    n_due: int = 0  # runs at such places
    n_met: int = 0
    failures: list = dataclasses.field(default_factory=list)


def try_case(group, series, n, count):
    """Whether there was a fault; not if the run ended before it."""
    try:
        return group.case(series, n)
    except Wrong as wrong:
        count.failures.append((f"{series}:{n}", str(wrong)))
        return True


def drive_series(group, series, due, count):
    """The places that are due, and in the same step those behind them, as runs
    may be longer than the one that was looked at."""
    n = due.start
    while len(count.failures) < MOST_FAILURES:
        is_met = try_case(group, series, n, count)
        count.n += is_met
        if n not in due and not is_met:
            return
        if n in due and series not in group.varying:
            count.n_met += is_met
        n += due.step


def drive(name, make, seed, step):
    """All series of a group, or every 'step'th place of each."""
    count = Count()
    with make() as group:
        for series, places in group.series().items():
            first = random.Random(f"{seed} {name} {series}").randrange(step)
            due = range(places.start + first, places.stop, step)
            if series not in group.varying:
                count.n_places += len(places)
                count.n_due += len(due)
            drive_series(group, series, due, count)
    return count


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", nargs=2, type=int, metavar=("SEED", "K"),
                        help="every K-th place, begun by SEED")
    parser.add_argument("--only", help="the group of this name")
    parser.add_argument("--replay", nargs=2, metavar=("GROUP", "PLACE"),
                        help="one case")
    parser.add_argument("--record", action="store_true",
                        help="only write down how many places there are")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def replay(name, group, place):
    series, _, n = place.rpartition(":")
    with group:
        group.series()
        try:
            hit = group.case(series, int(n))
        except Wrong as wrong:
            sys.exit(f"{name} {place}: {wrong}")
    print(f"{name} {place}: " + ("good" if hit else "no fault was met"))


def record(runner, groups):
    recorded = json.loads(COUNTS.read_text())
    for name, make in groups.items():
        with make() as group:
            recorded.setdefault(runner, {})[name] = sum(
                len(places) for series, places in group.series().items()
                if series not in group.varying)
    COUNTS.write_text(json.dumps(recorded, indent=1) + "\n")


def main(runner, groups):
    """Run 'groups', a dict of name and what makes the group."""
    o = parse()
    if o.record:
        return record(runner, groups)
    if o.replay:
        return replay(o.replay[0], groups[o.replay[0]](), o.replay[1])
    seed, step = o.sample or (0, 1)
    chosen = [name for name in groups if o.only in (None, name)]
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        running = {name: pool.submit(drive, name, groups[name], seed, step)
                   for name in chosen}
        counts = {name: one.result() for name, one in running.items()}
    return report(runner, counts)


def complaints(runner, name, count):
    """Counts that fell, of runs or of places, by more than chance does it."""
    recorded = json.loads(COUNTS.read_text())[runner][name]
    if count.n_places < LEAST_SHARE * recorded:
        yield f"{count.n_places} places, {recorded} were recorded"
    # One for the last place, where a run may end before it is met.
    if count.n_met < LEAST_SHARE * count.n_due - 1:
        yield f"{count.n_met} runs met their fault, {count.n_due} are due"


def report(runner, counts):
    failed = False
    for name, count in counts.items():
        for place, message in count.failures:
            failed = True
            print(f"{runner}: {name} {place}: {message}\n  replay: "
                  f"tests/torture/{runner}.py --replay {name} {place}")
        for message in complaints(runner, name, count):
            failed = True
            print(f"{runner}: {name}: {message}")
    each = ", ".join(f"{name} {count.n} of {count.n_places}"
                     for name, count in counts.items())
    print(f"{runner}: {sum(count.n for count in counts.values())} runs, "
          f"{sum(len(count.failures) for count in counts.values())} failures "
          f"({each})")
    sys.exit(failed)
