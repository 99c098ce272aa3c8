#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Fails every allocation of the library, one after the other, in every scenario
of scenarios.c: once, and once more with all that follow.

    malloc.py                        all of it
    malloc.py --sample SEED K        K runs of it
    malloc.py --replay SCENARIO once|on N
    malloc.py --record               all of it, and write down the counts

A run must end as without a failure, or with the error "memory"; what it handed
out must be whole; target and stored document must be as they were or complete;
nothing may stay allocated or open; and the same client must then, with memory
again, do what it could not.  A handler may stay open on the server only if the
client said so or could not read the reply that named it.

TORTURE, IR_LIBRARY and IR_EMULATOR name the program, the library that it uses,
and the server; else those of build/dev are taken."""

import argparse
import base64
import bisect
import concurrent.futures
import contextlib
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import certificates
import harness

COUNTS = HERE / "counts-malloc.json"
BUILD = HERE.parent.parent / "build/dev"
for variable, path in {"TORTURE": "tests/torture/torture",
                       "IR_LIBRARY": "src/libinforouter.so",
                       "IR_EMULATOR": "src/emulator/ir-emulator"}.items():
    os.environ.setdefault(variable, str(BUILD / path))
DOCUMENT = harness.sample(10007, seed=1)
LIBRARY = {"/Library/Folder/document.bin": DOCUMENT,
           "/Library/Folder/versioned.bin": b"old",
           "/Library/Folder/sub/one.txt": b"one" * 500,
           "/Library/Folder/sub/two & three.txt": b"two" * 700}
OLD = b"what was there before"

# How each ends with all the memory that it wants, unless "ok".
ENDS = {"wrong-password": "auth", "cancelled": "cancelled",
        "not-found": "not_found", "too-large": "limit",
        "differs/verify": "corrupt", "corrupt/file": "corrupt",
        "corrupt/resume": "corrupt"}
SCENARIOS = [
    "session", "wrong-password", "file", "resume", "resume-live", "cancelled",
    "lost-handler", "ended-session", "memory", "sink", "chunks", "handler",
    "content", "not-found", "too-large", "verify", "differs/verify", "put",
    "put-locked", "put-memory", "put-stream", "put-content", "zip", "zip-sink",
    "list", "queue", "create-folder", "gc", "https/session", "https/file",
    "classic/file", "classic/put", "corrupt/file", "corrupt/resume",
    "corrupt-once/file", "gzip/file", "gzip/put", "gzip/put-stream"]
# And how else once more: the first try had come so far that this is right.
AGAIN = {("create-folder", "server"), ("cancelled", "ok")}
MODES = ("once", "on")
# Whose lost reply leaves a handler that nobody knows.
STAGES = re.compile(r"^soap_call___tns__(GetDownloadHandler|CreateUploadHandler"
                    r"|DownloadZipWithHandler)")
# Whose lost reply leaves it open what is stored, and what its id is.
COMMITS = re.compile(r"^(soap_call___tns__Upload(New)?Document"
                     r"|ir_client_keep$)")
# Looks at what is stored.
LOOKS = re.compile(r"^(compare_stored|keep_ids)$")


class Relay:
    """Between client and server: flips a bit in every n-th reply that holds the
    third chunk of the document."""

    def __init__(self, url, every):
        self.address = ("127.0.0.1", int(re.search(r":(\d+)/", url)[1]))
        self.every = every
        self.n = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        port = self.listener.getsockname()[1]
        self.url = re.sub(r":\d+/", f":{port}/", url)
        self.pattern = base64.b64encode(DOCUMENT[8192:])[:64]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client = self.listener.accept()[0]
                server = socket.create_connection(self.address)
                for one, two, way in ((client, server, bytes),
                                      (server, client, self.damage)):
                    threading.Thread(target=self.pump, args=(one, two, way),
                                     daemon=True).start()

    def pump(self, one, two, way):
        """Hold back what may be the begin of the pattern: more must follow."""
        held = b""
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                data = way(held + data)
                keep = next((k for k in range(min(len(self.pattern) - 1,
                                                  len(data)), 0, -1)
                             if self.pattern.startswith(data[-k:])), 0)
                if way is bytes:
                    keep = 0
                held = data[len(data) - keep:]
                two.sendall(data[:len(data) - keep])
        for end in (one, two):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def damage(self, data):
        at = data.find(self.pattern)
        if at < 0:
            return data
        self.n += 1
        if self.n % self.every:
            return data
        other = b"B" if data[at:at + 1] != b"B" else b"C"
        return data[:at] + other + data[at + 1:]

    def close(self):
        self.listener.close()


class Symbols:
    """Names of the library's functions."""

    def __init__(self):
        text = subprocess.run(["nm", "--defined-only",
                               harness.program("IR_LIBRARY")], check=True,
                              capture_output=True, text=True).stdout
        rows = sorted((int(row[0], 16), row[2]) for row in
                      (line.split() for line in text.splitlines())
                      if len(row) == 3 and row[1] in "tTwW")
        self.starts = [row[0] for row in rows]
        self.names = [row[1] for row in rows]

    def stack(self, offsets):
        """From 'offsets', as the program prints them."""
        return [self.names[bisect.bisect_right(self.starts, int(o, 16)) - 1]
                for o in offsets.split(",")[1:] if int(o, 16)]


class Failure(Exception):
    pass


def want(condition, text):
    if not condition:
        raise Failure(text)


class Bench:
    """A server, the program, and a folder, for one scenario."""

    def __init__(self, scenario, symbols):
        self.scenario = scenario
        self.variant, _, self.name = scenario.rpartition("/")
        self.symbols = symbols
        self.end = ENDS.get(scenario, "ok")
        self.stack = contextlib.ExitStack()
        self.n_runs = 0
        self.n_unread = 0
        self.n_told = 0
        self.n_foreign = 0
        self.expected = None

    def __enter__(self):
        self.root = self.stack.enter_context(harness.library(LIBRARY))
        self.folder = pathlib.Path(self.stack.enter_context(harness.folder()))
        options = ["--min-chunk-bytes", 4096]
        more = []
        if self.variant == "https":
            authority = certificates.Authority(
                self.stack.enter_context(harness.folder()))
            certificate, key = authority.issue("leaf", san="IP:127.0.0.1")
            options += ["--tls-cert", certificate, "--tls-key", key]
            more = [authority.ca]
        if self.variant == "gzip":
            more = ["gzip"]
        if self.variant == "classic":
            options += ["--spelling", "classic"]
        self.emulator = self.stack.enter_context(
            harness.Emulator(self.root, *options))
        url = self.emulator.url
        if self.variant.startswith("corrupt"):
            relay = Relay(url, 2 if self.variant == "corrupt-once" else 1)
            self.stack.callback(relay.close)
            url = relay.url
        self.store = next(p for p in self.emulator.state.rglob("*")
                          if p.is_file() and p.read_bytes()[:6] == b"SQLite")
        self.process = self.stack.enter_context(subprocess.Popen(
            [harness.program("TORTURE"), url, harness.USER, harness.PASSWORD,
             *more], cwd=self.folder, stdin=subprocess.PIPE, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=harness.environment(MALLOC_PERTURB_="165")))
        self.stack.callback(self.process.stdin.close)
        self.run("once", 0)
        return self

    def __exit__(self, *_):
        self.stack.close()

    # ---- Around a run

    def query(self, sql):
        with contextlib.closing(sqlite3.connect(
                f"file:{self.store}?mode=ro", uri=True)) as db:
            return {row[0] for row in db.execute(sql)}

    def check_in(self):
        with contextlib.closing(sqlite3.connect(self.store)) as db, db:
            db.execute("UPDATE documents SET holder = NULL, held_ms = NULL")

    def handlers(self):
        return self.query("SELECT handler FROM handlers")

    def prepare(self, mode, n):
        """What is there before; the path of an upload."""
        for path in self.folder.iterdir():
            if path.name == "state":
                shutil.rmtree(path)
            else:
                path.unlink()
        self.source = harness.sample(9001, seed=f"{mode} {n}")
        if self.name == "verify":
            self.source = DOCUMENT
        if self.variant == "differs":
            self.source = DOCUMENT[:-1] + b"?"
        (self.folder / "source").write_bytes(self.source)
        if self.name == "put-locked":
            self.check_in()
        self.old = None if self.name in ("file", "cancelled") else OLD
        if self.old is not None:
            (self.folder / "target").write_bytes(self.old)
        self.path = {"put-locked": "/Library/Folder/versioned.bin",
                     "put-memory": f"/Library/New {mode} {n}/new.bin",
                     "create-folder": f"/Library/Folder/made-{mode}-{n}",
                     }.get(self.name, f"/Library/Folder/new-{mode}-{n}.bin")
        self.path = self.path.replace(" ", "_")
        self.stored = self.root / self.path.lstrip("/")
        self.before = (self.stored.read_bytes() if self.stored.is_file()
                       else None)

    def read(self, word):
        line = self.process.stdout.readline()
        fields = line.rstrip("\n").split("\t")
        if fields[0] == word:
            return fields
        want(fields[0] == "end", f"the program said {line!r} "
             + (self.process.stderr.read() if not line else ""))
        end = (f"signal {signal.Signals(int(fields[1])).name}"
               if fields[1] != "0" else f"exit code {fields[2]}")
        raise Failure(f"ended before '{word}': {end}")

    def run(self, mode, n):
        """The number of points; a Failure if it did not end as it should."""
        self.prepare(mode, n)
        handlers = self.handlers()
        self.process.stdin.write(f"{self.name} {n} {mode} {self.path}\n")
        self.process.stdin.flush()
        self.trace = []
        _, status, points, failed, warnings, stack, message = self.read("first")
        self.trace = self.symbols.stack(stack)
        self.warnings = int(warnings)
        problem = None
        try:
            want(int(failed) > 0 or n == 0 or n > int(points),
                 "nothing failed")
            self.check_first(n, status, message)
        except Failure as failure:
            problem = failure
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        _, again, live, descriptors, callers, message = self.read("again")
        want(self.read("end") == ["end", "0", "0"], "it ended badly")
        if problem:
            raise problem
        leaks = callers.split(",")[1:]
        if self.name == "zip":  # libzip's failures are ours, its leaks are not
            self.n_foreign += leaks.count("0")
            leaks = [o for o in leaks if o != "0"]
        want(not leaks, f"{live} allocations live on, of "
             f"{self.symbols.stack(callers)}")
        want(descriptors == "0", f"{descriptors} descriptors stay open")
        if status != "ok":
            want(again == self.end or (self.name, again) in AGAIN
                 or (status, again) == ("ambiguous", "server"),
                 f"{status}, and then with memory {again}: {message}")
            if again == "ok":
                self.check_success(n)
        self.check_handlers(self.handlers() - handlers)
        self.n_runs += 1
        return int(points)

    # ---- Checks

    def check_first(self, n, status, message):
        if n == 0:
            want(status == self.end, f"ended with {status}: {message}")
        if status == "ambiguous":
            want(self.is_stored() or self.lost(COMMITS),
                 "it is certain that nothing was stored")
        else:
            want(status in (self.end, "memory"),
                 f"ended with {status}: {message}")
        if status == "ok":
            self.check_success(n)
        else:
            self.check_unchanged(status)

    def lost(self, calls):
        """The reply to one of these was what memory failed for."""
        return any(calls.match(name) for name in self.trace)

    def is_stored(self):
        return (self.stored.is_file()
                and self.stored.read_bytes() == self.source)

    def check_success(self, n):
        out = (self.folder / "out").read_bytes()
        if self.expected is None:
            self.expected = out
        if self.lost(COMMITS):
            out = out.replace(b" no id", b" id")
        if self.lost(LOOKS) and b"level 1" in out:
            want(self.warnings, "not compared, and nothing was said of it")
            out = out.replace(b"level 1", b"level 2")
        want(out == self.expected,
             f"false success: {out[:300]!r}, not {self.expected[:300]!r}")
        target = self.folder / "target"
        if self.name in ("file", "resume", "resume-live", "lost-handler",
                         "ended-session"):
            want(digest(target) == hashlib.sha256(DOCUMENT).digest(),
                 "false success: target differs")
        if self.name == "zip":
            with zipfile.ZipFile(target) as archive:
                want(archive.testzip() is None
                     and len(archive.namelist()) >= 3, "bad archive")
        if self.name.startswith("put"):
            want(self.is_stored(), "false success: another is stored")
        if self.name in ("memory", "sink", "chunks", "content"):
            want(DOCUMENT in out, "false success: bytes differ")
        if self.name not in ("resume", "gc", "cancelled"):
            want(not list(self.folder.glob("*.part*")), ".part stays")

    def check_unchanged(self, status):
        """After a failure."""
        target = self.folder / "target"
        now = target.read_bytes() if target.exists() else None
        want(now == self.old, f"{status}, but the target is another")
        now = self.stored.read_bytes() if self.stored.is_file() else None
        want(now == self.before or status == "ambiguous" and self.is_stored(),
             f"{status}, but the document was stored")
        left = {path.name for path in self.folder.glob("*.part*")}
        kept = {"target.part", "target.part.journal"}
        want(not left or (left == kept and self.name in (
            "resume", "resume-live", "cancelled", "gc")), f"{left} stay")

    def check_handlers(self, left):
        if not left:
            return
        unread = self.lost(STAGES)
        want(unread or self.warnings,
             f"{len(left)} handlers stay open in silence")
        self.n_unread += len(left) if unread else 0
        self.n_told += 0 if unread else len(left)
        if self.name == "put-locked":
            want(self.warnings or self.query(
                "SELECT holder FROM documents WHERE path LIKE '%versioned.bin'"
                ) <= {None, ""}, "the document stays checked out in silence")


def digest(path):
    return hashlib.sha256(path.read_bytes()).digest()


class Runner:
    def __init__(self):
        self.symbols = Symbols()
        self.failures = []
        self.lock = threading.Lock()

    def fail(self, scenario, mode, n, failure, trace):
        with self.lock:
            self.failures.append((scenario, mode, n))
            print(f"FAILED {scenario} {mode} {n}: {failure}\n"
                  f"  in {' < '.join(trace[:8])}\n"
                  f"  replay: {HERE.name}/malloc.py --replay {scenario} {mode} "
                  f"{n}", flush=True)

    def some(self, scenario, wanted):
        """The runs (mode, n) of one scenario; n None: all.  Its points, the
        numbers of runs and of handlers left."""
        points, counts = 0, [0, 0, 0, 0]
        for mode in MODES:
            numbers = [n for m, n in wanted if m == mode]
            if not numbers:
                continue
            if None in numbers:
                numbers = self.all_numbers()
            numbers = iter(numbers)
            while True:  # a server and a program anew after a failure
                bench = Bench(scenario, self.symbols)
                n = 0
                try:
                    with bench:
                        for n in numbers:
                            seen = bench.run(mode, n)
                            if n > seen:  # it was complete without
                                points = seen
                                break
                        else:
                            points = points or n
                        done = True
                except Failure as failure:
                    self.fail(scenario, mode, n, failure,
                              getattr(bench, "trace", []))
                    done = n == 0
                counts[0] += bench.n_runs
                counts[1] += bench.n_unread
                counts[2] += bench.n_told
                counts[3] += bench.n_foreign
                if done:
                    break
        return points, counts

    @staticmethod
    def all_numbers():
        n = 0
        while True:
            n += 1
            yield n

    def many(self, wanted):
        """{scenario: [(mode, n)]}; the points of each."""
        points, total = {}, [0, 0, 0, 0]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            jobs = {s: pool.submit(self.some, s, wanted[s]) for s in wanted}
            for scenario, job in jobs.items():
                points[scenario], counts = job.result()
                total = [a + b for a, b in zip(total, counts)]
                if (None in [n for _, n in wanted[scenario]]):
                    print(f"{scenario:18} {points[scenario]:4} points, "
                          f"{counts[0]:4} runs; handlers left: {counts[1]} in "
                          f"a reply that was lost, {counts[2]} told of",
                          flush=True)
        print(f"{total[0]} runs of {len(wanted)} scenarios, "
              f"{len(self.failures)} failed; handlers left: {total[1]} in a "
              f"reply that was lost, {total[2]} told of; {total[3]} "
              "allocations left by libzip itself")
        return points


def recorded():
    counts = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    return counts, counts.get("malloc", {})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", nargs=2, type=int)
    parser.add_argument("--replay", nargs=3)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("scenario", nargs="*")
    args = parser.parse_args()
    runner = Runner()
    counts, before = recorded()
    if args.replay:
        scenario, mode, n = args.replay
        runner.many({scenario: [(mode, int(n))]})
    elif args.sample:
        seed, k = args.sample
        every = [(s, m, n) for s in sorted(before) for m in MODES
                 for n in range(1, before[s] + 1)]
        wanted = {}
        for s, m, n in random.Random(seed).sample(every, min(k, len(every))):
            wanted.setdefault(s, []).append((m, n))
        runner.many(wanted)
    else:
        points = runner.many({s: [(m, None) for m in MODES]
                              for s in args.scenario or SCENARIOS})
        fewer = {s: n for s, n in points.items() if n < before.get(s, 0)}
        for s, n in fewer.items():
            print(f"{s}: {n} points, {before[s]} were recorded")
        if args.record and not runner.failures:
            COUNTS.write_text(json.dumps({**counts, "malloc": points},
                                         indent=1) + "\n")
        elif fewer:
            sys.exit(1)
    sys.exit(bool(runner.failures))


if __name__ == "__main__":
    main()
