#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""A long time under load: 64 clients in one process, 1,000 handlers that are
open all the time, faults at random by seed, sessions and handlers that end.

Memory and descriptors of the emulator and of the clients stay flat, every
transfer is right or ends with a typed error, and in the end there is nothing
left: no handler, no staged file, no temporary file.

Memory is flat if a line fitted to the second half of the time rises by less
than 1 MiB an hour; 0.5 MiB in all are allowed where that is shorter.  In less
than ten minutes allocators do not settle: then each process has one arena
only, and 3 MiB in all are allowed, some 500 bytes for each transfer."""

import argparse
import os
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import time

from clients import SIZES, Clients, harness

THREADS, GROUPS, KEPT = 64, 4, 20  # more than 1,000 while some expire
EVERY_S = 0.25
SHORT_S = 600
DESCRIPTORS = 16  # by which the ends of the second half may differ
LIFETIME_S = 10  # of handlers that nobody uses
BEGINNING = ("GetDownloadHandler", "CreateUploadHandler")
MAY_END = {"ok", "cancelled", "auth", "network", "timeout", "server",
           "corrupt", "ambiguous", "protocol"}


def rules(seed):
    faults = {
        "DownloadFileChunk": {
            "ticket-expired": .002, "session-ended": .0002,
            "handler-expired": .002, "cut": .005, "reset at=head": .002,
            "lose-reply": .002, "corrupt-byte": .005, "short-chunk": .002,
            "status code=503": .002, "delay ms=20": .01, "not-xml": .001},
        "UploadFileChunk": {
            "ticket-expired": .002, "handler-expired": .001, "tryagain": .01,
            "lose-reply": .002, "reset-reading": .002, "status code=503": .002,
            "delay ms=20": .01},
        "UploadDocumentWithHandler": {
            "ticket-expired": .005, "lose-reply": .005, "cut": .005,
            "status code=504 applied": .005},
        "GetDownloadHandler": {"ticket-expired": .002, "lose-reply": .002,
                               "status code=500": .002},
        "CreateUploadHandler": {"lose-reply": .002, "reset-unread": .002},
        "DeleteDownloadHandler": {"lose-reply": .002, "close-unread": .002},
        "DeleteUploadHandler": {"cut": .002, "status code=503": .002},
    }
    rows = [(operation, p, fault) for operation, kinds in faults.items()
            for fault, p in kinds.items()]
    for n, (operation, p, fault) in enumerate(rows):
        yield f"{operation} probability={p} seed={seed * 100 + n} {fault}"


class Curve:
    """Memory and descriptors of a process over time."""

    def __init__(self, name, pid):
        self.name = name
        self.folder = pathlib.Path("/proc", str(pid))
        self.times, self.mib, self.n_files = [], [], []

    def sample(self, now):
        try:
            pages = int((self.folder / "statm").read_text().split()[1])
            n_files = len(os.listdir(self.folder / "fd"))
        except (OSError, IndexError):
            return
        self.times.append(now)
        self.mib.append(pages * os.sysconf("SC_PAGESIZE") / 2**20)
        self.n_files.append(n_files)

    def judge(self, end, rise_mib):
        """What is wrong with the second half, until 'end'."""
        half = [i for i, t in enumerate(self.times) if end / 2 <= t <= end]
        times = [self.times[i] for i in half]
        mib = [self.mib[i] for i in half]
        files = [self.n_files[i] for i in half]
        slope = statistics.linear_regression(times, mib).slope
        hours = max((times[-1] - times[0]) / 3600, 1e-9)
        bound = max(1, rise_mib / hours)
        third = len(half) // 3
        drift = (statistics.fmean(files[-third:])
                 - statistics.fmean(files[:third]))
        self.figures = (
            f"{self.name}: {mib[0]:.1f} to {mib[-1]:.1f} MiB, most "
            f"{max(self.mib):.1f}; slope {slope * 3600:+.2f} MiB/h, bound "
            f"{bound:.0f}; descriptors {files[0]} to {files[-1]}, most "
            f"{max(self.n_files)}, drift {drift:+.1f}")
        if slope * 3600 > bound:
            yield f"{self.name}: memory rises"
        if drift > DESCRIPTORS:
            yield f"{self.name}: descriptors rise"


class State:
    """The emulator's database, read while it works."""

    def __init__(self, folder):
        self.db = sqlite3.connect(f"file:{folder}/emulator.sqlite?mode=ro",
                                  uri=True, timeout=10)

    def open_handlers(self, more=""):
        """Those that have not expired."""
        return self.db.execute(
            "SELECT count(*) FROM handlers WHERE expires_ms > ?" + more,
            (time.time() * 1000,)).fetchone()[0]

    def owned_handlers(self):
        """Those of sessions.  An upload that begins with a ticket which has
        just ended is nobody's (docs/protocol.md), and a session may end while
        a handler is made for it."""
        return self.open_handlers(" AND session IN (SELECT id FROM sessions)")


def files_below(folder):
    return [p for p in pathlib.Path(folder).rglob("*") if p.is_file()]


def late_documents(clients):
    """Uploads whose commit was on its way when the client was cancelled, or
    gave up: they were not there when it looked."""
    return files_below(clients.root / "Library/Up")


def leftovers(clients):
    """Files that should not be there."""
    for path in files_below(clients.targets):
        yield f"left {path.name} of a download"
    whole = {harness.sample(size, size) for size in SIZES}
    for path in late_documents(clients):
        if path.read_bytes() not in whole:
            yield f"{path.name} is no document that was sent"
    for path in files_below(clients.root):
        if path.parent.name not in ("Down", "Up"):
            yield f"left {path.name} below the root"
    for path in files_below(clients.server.state):
        if path.name != "lock" and not path.name.startswith("emulator."):
            yield f"left {path.relative_to(clients.server.state)}"


def watch(process, curves, state, began):
    """Sample until the clients end.  Gives the numbers of open handlers."""
    n_open = []
    while True:
        now = time.monotonic() - began
        for curve in curves:
            curve.sample(now)
        n_open.append(state.open_handlers())
        try:
            process.wait(EVERY_S)
            return n_open
        except subprocess.TimeoutExpired:
            pass


def drain(clients, state):
    """Wait until the handlers that nobody ends have expired.  The emulator
    removes them when the next one begins: that of one more download."""
    until = time.monotonic() + 2 * LIFETIME_S
    while state.open_handlers() and time.monotonic() < until:
        time.sleep(EVERY_S)
    for _ in range(5):  # it may meet a fault
        done = harness.ir(
            "get", f"/Library/Down/{SIZES[-1]}", "-o",
            clients.folder / "last", url=clients.server.url,
            folder=clients.folder)
        if done.exit == 0:
            return []
    return [f"no download in the end: {done}"]


def account(told, n_open, n_owned, report):
    """What is wrong with the handlers."""
    if statistics.median(n_open) < 1000:
        yield "fewer than 1,000 handlers were open"
    untold = sum(rule["fired"] for rule in report["fault_rules"]
                 if rule["rule"].startswith(BEGINNING))
    if n_owned > told["warnings"] + untold:
        yield (f"{n_owned} handlers were open in the end, {untold} were not "
               "told to the clients")
    if report["open_handlers"]:
        yield f"{report['open_handlers']} handlers do not expire"


def run(options):
    """The figures, and what is wrong."""
    load_s = options.seconds - LIFETIME_S
    is_short = options.seconds < SHORT_S
    if is_short:  # what is freed is seen at once, what is kept as well
        os.environ["MALLOC_ARENA_MAX"] = "1"
        os.environ["MALLOC_MMAP_THRESHOLD_"] = "131072"
    with Clients(rules(options.seed), "--handler-lifetime", LIFETIME_S
                 ) as clients:
        state = State(clients.server.state)
        began = time.monotonic()
        process = clients.start(
            threads=THREADS, groups=GROUPS, kept=KEPT, cancel_ms=100, stay=1,
            seconds=load_s, abandon_s=load_s - LIFETIME_S, seed=options.seed)
        curves = [Curve("emulator", clients.server.process.pid),
                  Curve("clients", process.pid)]
        n_open = watch(process, curves, state, began)
        n_owned = state.owned_handlers()
        told, wrong = clients.finish(60)
        wrong += drain(clients, state)
        report, at_end = clients.stop()
        wrong += [*at_end, *leftovers(clients)]
        n_late = len(late_documents(clients))
    for curve in curves:
        wrong += curve.judge(load_s, 3 if is_short else 0.5)
    wrong += account(told, n_open, n_owned, report)
    ended = told["ended"]
    if not set(ended) <= MAY_END:
        wrong.append("an end that no rule explains")
    if n_late > sum(ended.values()) - ended["ok"]:
        wrong.append("documents of nobody")
    if ended["ok"] < 0.9 * sum(ended.values()):
        wrong.append("few went well")
    return [
        f"soak: {told['seconds']:.0f} s, {told['down']} down, {told['up']} up,"
        f" ended {ended}, {n_late} stored after their client gave up",
        f"faults: {sum(r['fired'] for r in report['fault_rules'])} in "
        f"{report['requests']} requests, "
        f"{told['renewed']} renewals, slowest cancel "
        f"{told['slowest_cancel_s']} s",
        f"handlers: {report['handlers_begun']} begun, {max(n_open)} open at "
        f"most, {statistics.median(n_open):.0f} in the middle, {n_owned} at "
        f"the end, {told['abandoned']} abandoned, {report['open_handlers']} "
        "left", *(curve.figures for curve in curves)], wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    figures, wrong = run(options)
    for line in wrong[:20]:
        print(f"seed {options.seed}: {line}")
    print("\n".join(figures))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
