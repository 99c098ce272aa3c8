# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""One transfer between ir and an emulator that misbehaves by a rule, and what
must hold however it ended.

Each trial has an emulator of its own, whose report at exit is all about this
one transfer.  Contents are compared by hashlib with what the test wrote, never
with what the client says.  Where a session is not itself the subject, it is
opened over a raw socket beforehand and not closed: a logout would end the
handlers that a trial wants to see."""

import concurrent.futures
import contextlib
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import exchange
import harness

CHUNK = 4096
CHUNKS = 8
SIZE = CHUNKS * CHUNK - 100
OLD = harness.sample(SIZE - 17, 1)
NEW = harness.sample(SIZE, 2)
DOCUMENT = "/Library/Folder/document.bin"
STORED = DOCUMENT.lstrip("/")
SLACK_S = 1
# Patience is short where a fault is to try it, and long where the machine may.
STALLS = re.compile(r"\b(stall|stall-unread|drip)\b")

# Every way to fail that a server can be the cause of, and its exit code.
EXITS = {"not_found": 3, "auth": 4, "denied": 5, "network": 6, "timeout": 6,
         "corrupt": 8, "protocol": 9, "server": 9, "limit": 11,
         "ambiguous": 12, "changed": 14}
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u202a-\u202e]")


class Wrong(Exception):
    """Something that must hold does not."""


class Late(Wrong):
    """A deadline has passed, which a busy machine may be to blame for."""


def check(holds, message):
    if not holds:
        raise Wrong(message)


def digest(content):
    return None if content is None else hashlib.sha256(content).hexdigest()


def read(path):
    return path.read_bytes() if path.exists() else None


@dataclasses.dataclass
class Run:
    """How a program ended.  exit is None if it had to be killed."""
    exit: int
    out: str
    err: str
    seconds: float

    def records(self, **wanted):
        """Those of its JSON objects that have these values."""
        found = [json.loads(line) for line in self.out.splitlines()]
        return [one for one in found if wanted.items() <= one.items()]

    def __str__(self):
        said = self.records(event="error") or self.records(event="warning")
        return (f"exit {self.exit} after {self.seconds:.2f} s, "
                f"{said[-1:] or self.out[-300:]}, err {self.err[:300]!r}")


def start(argv):
    begun = time.monotonic()
    child = subprocess.Popen([str(a) for a in argv], text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, errors="replace",
                             env=harness.environment())
    try:
        out, err = child.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        child.kill()
        out, err = child.communicate()
        child.returncode = None
    return Run(child.returncode, out, err, time.monotonic() - begun)


class Trial(contextlib.ExitStack):
    """An emulator with 'rules', serving 'document' unless that is None, and a
    folder for a client.  With 'is_login' each run has a session of its own."""

    stall_ms = 500  # more than this is a stall

    def __init__(self, rules, document, is_login=False):
        super().__init__()
        self.document = document
        self.is_login = is_login
        self.root = self.enter_context(harness.library(
            {STORED: document} if document is not None else
            {"Library/Folder/other.bin": b""}))
        self.folder = pathlib.Path(self.enter_context(harness.folder()))
        self.state = self.folder / "state"
        self.idle_ms, self.deadline_s = \
            (self.stall_ms, 4) if STALLS.search(rules) else (5000, 10)
        (self.folder / "rules").write_text(rules, "utf-8")
        self.emulator = self.enter_context(harness.Emulator(
            self.root, "--min-chunk-bytes", CHUNK, "--faults",
            self.folder / "rules"))
        self.secrets = [harness.PASSWORD]
        self.runs = []

    def session(self):
        if self.is_login:
            return ("--user", harness.USER, "--password-file",
                    harness.secret_file(self.folder, harness.PASSWORD))
        said = exchange.call(self.emulator.url, "AuthenticateUser1", Lang="en",
                             UID=harness.USER, PWD=harness.PASSWORD)
        ticket = said.attributes()["ticket"]
        self.secrets.append(ticket)
        return ("--ticket-file", harness.secret_file(self.folder,
                                                     ticket + "\n"))

    def options(self):
        return ("--url", self.emulator.url, "--state-dir", self.state, "--json",
                *self.session(), "--chunk-size", CHUNK, "--retries", 2,
                "--retry-delay", "1ms", "--idle-timeout", f"{self.idle_ms}ms",
                "--max-time", f"{self.deadline_s}s")

    def run(self, *argv):
        self.runs.append(start(argv))
        return self.runs[-1]

    def notes(self):
        """Handlers that a later 'ir gc' knows of."""
        return {name.partition("-")[2] for name in
                (os.listdir(self.state) if self.state.exists() else [])}

    def stored(self):
        return read(self.root / STORED)

    def outcome(self, run):
        """How it ended: "ok", or a word of the closed list."""
        check(run.exit is not None, f"did not end: {run}")
        if run.seconds > self.deadline_s + SLACK_S:
            raise Late(f"ended late: {run}")
        said = run.out + run.err
        check(not any(one in said for one in self.secrets),
              f"tells a secret: {run}")
        check(not UNPRINTABLE.search(said), f"not printable: {run}")
        if run.exit == 0:
            check(len(run.records(event="done")) == 1, f"not done: {run}")
            return "ok"
        errors = run.records(event="error")
        check(len(errors) == 1, f"one error is wanted: {run}")
        status = errors[0]["status"]
        check(EXITS.get(status) == run.exit == errors[0]["exit"],
              f"exit does not go with the error: {run}")
        check(isinstance(errors[0]["retryable"], bool)
              and 10 < len(errors[0]["message"]) < harness.LINE_BYTES,
              f"the error tells too little: {run}")
        return status

    def fired(self):
        rules = self.emulator.report["fault_rules"]
        return sum(rule["fired"] for rule in rules)

    def end(self, unknowable=0):
        """Stop the emulator.  Handlers that are still open are noted, each
        with a warning, but for as many as no reply told of."""
        report = self.emulator.stop()
        open_handlers = {h["handler"] for h in report["handlers"]}
        unnoted = open_handlers - self.notes()
        check(len(unnoted) <= unknowable,
              f"{len(unnoted)} handlers are open and not noted, "
              f"{unknowable} were not told of: {self.runs[-1]}")
        warned = [w for run in self.runs for w in run.records(event="warning")
                  if "may still hold a staged file" in w["message"]]
        check(len(warned) >= len(open_handlers - unnoted),
              f"handlers are open without a warning: {self.runs[-1]}")
        return report, open_handlers


class Download(Trial):
    """A document that is fetched into a file that exists."""

    def __init__(self, rules, **named):
        super().__init__(rules, NEW, **named)
        self.place = self.folder / "out"
        self.place.mkdir()
        self.target = self.place / "target"
        self.target.write_bytes(OLD)

    def transfer(self, *more):
        return self.run(harness.program("IR"), "get", DOCUMENT, "-o",
                        self.target, *more, *self.options())

    def verdict(self, run):
        """The file is old or complete, and nothing else is there but what a
        next run can go on with."""
        outcome = self.outcome(run)
        whole = [NEW, self.stored()]
        found = digest(read(self.target))
        allowed = [digest(one) for one in whole]
        if outcome != "ok":
            allowed.append(digest(OLD))
        check(found in allowed, f"wrong bytes in the target: {run}")
        left = set(os.listdir(self.place)) - {"target"}
        check(left in (set(), {"target.part", "target.part.journal"}),
              f"left behind {sorted(left)}: {run}")
        if left:
            check(outcome != "ok", f"left behind after success: {run}")
            check(any(harness.kept(self.target, one) is not None
                      for one in whole),
                  f"the journal claims wrong bytes: {run}")
        return outcome

    def has_leftover(self):
        return len(os.listdir(self.place)) > 1


class Upload(Trial):
    """A file that is stored as a document, or as a version of 'document'."""

    def __init__(self, rules, document=OLD, **named):
        super().__init__(rules, document, **named)
        self.source = self.folder / "source"
        self.source.write_bytes(NEW)

    def transfer(self, *more):
        return self.run(harness.program("IR"), "put", self.source, DOCUMENT,
                        *more, *self.options())

    def n_stored(self):
        commits = self.emulator.report["commits"]
        return commits["documents_created"] + commits["versions_added"]

    def check_stored(self, run, n_allowed):
        """The document is the old one, or the new one stored once."""
        n = self.n_stored()
        check(n in n_allowed, f"stored {n} times: {run}")
        found = digest(self.stored())
        check(found == digest(NEW if n > 0 else self.document),
              f"stored {n} times, with wrong bytes: {run}")


# ---- The runner -------------------------------------------------------------

def sampled(cases, sample):
    """Every K-th case, begun by SEED."""
    if sample is None:
        return cases
    seed, step = sample
    return cases[seed % step::step]


def in_parallel(do, cases, jobs):
    """(case, what 'do' gave, what was wrong) in the order of the cases.  Those
    that are late follow in the end, each again and alone."""
    def one(case):
        try:
            return case, do(case), None
        except Wrong as wrong:
            return case, None, wrong

    late = []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for result in pool.map(one, cases):
            if isinstance(result[2], Late):
                late.append(result[0])
            else:
                yield result
    yield from map(one, late)


def below_floor(runner, counts):
    """Complaints about counts that are smaller than they once were."""
    floors = json.loads((HERE / "counts-matrix.json").read_text())[runner]
    return [f"{runner}: {name} {counts[name]}, counts-matrix.json has {floor}"
            for name, floor in floors.items()
            if counts.get(name, floor) < floor]
