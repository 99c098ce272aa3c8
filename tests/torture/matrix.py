#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Every fault that the emulator lists, in every call of a transfer of eight
chunks, once and always, for downloads and uploads; where a chunk is read, over
one connection and over four.

    matrix.py [--sample SEED K] [--jobs N]
              [--only FAULT [--operation NAME] [--chunk N | --nth N]
               [--once | --always] [--down | --up] [--login]
               [--parallel N]]

A run ends by its deadline, typed or with the right bytes; the local file, or
the document, is then the old one or the complete new one; no handler is open
but those that are noted or whose name no reply told; no lock is left without a
warning.  A download that left something to go on with is completed by the next
run if the fault is over.  --sample makes every K-th run, begun by SEED; --only
makes those of one fault.  IR and IR_EMULATOR name the programs."""

import argparse
import collections
import dataclasses
import re
import shlex
import subprocess
import sys

import trial
from trial import CHUNKS, NEW, OLD, check, harness

CHUNK_CALLS = ("DownloadFileChunk", "UploadFileChunk")
# What it makes a difference to have performed.
EFFECTIVE = {
    "AuthenticateUser", "LogOut", "GetDownloadHandler", "CreateUploadHandler",
    "UploadFileChunk", "UploadDocumentWithHandler", "DeleteDownloadHandler",
    "DeleteUploadHandler", "Lock", "UnLock"}
CONNECTIONS = (1, 4)  # by itself, so small a document is read over one
LEAST_SHARE = 0.95  # of the runs meet their fault
COMMIT = "UploadDocumentWithHandler"
CREATORS = ("GetDownloadHandler", "CreateUploadHandler")
# Decided on before the chunk is known, so that calls are counted instead.
UNREAD = ("close-unread", "reset-unread", "stall-unread", "status-unread",
          "close-reading", "reset-reading")
# In place of an answer: the operation is performed only if that is asked for.
IN_PLACE = (
    "status", "redirect", "huge-error", "login-page", "no-body", "soap-fault",
    "large-fault", "not-xml", "wrong-root", "no-envelope", "empty-envelope",
    "no-result", "no-answer", "bare-answer", "two-answers", "other-operation",
    "doctype", "entity-bomb", "deep-nesting", "many-attributes",
    "many-namespaces", "many-elements", "long-attribute", "utf-16", "latin-1",
    "bad-utf-8", "null-byte", "refuse", "hostile-error")
# Of these, what says "success" of something that was not performed, and what
# denies with a reason of the service what was.  Nobody could know.
LIES = ("bare-answer", "many-attributes n=400", "many-namespaces n=400")
DENIALS = re.compile("(refuse code=4|hostile-error ).* applied")
# On a connection that is kept, the next call may seem to have ended before it
# is served.
BEHIND = ("garbage-after", "second-answer", "cut at=end", "reset at=end",
          "stall at=end")
SESSION_OVER = ("ticket-expired", "session-ended")
LOGIN_CALLS = ("AuthenticateUser", "LogOut")


@dataclasses.dataclass(frozen=True)
class Case:
    up: bool
    operation: str
    fault: str
    chunk: int  # None where it is not a chunk's call
    nth: int
    always: bool
    login: bool
    connections: int = None  # None: where no chunk is read

    @property
    def kind(self):
        return self.fault.split()[0]

    def more(self):
        """Options of ir."""
        return () if self.connections is None \
            else ("--parallel", self.connections)

    def rule(self):
        if self.chunk is None or self.kind in UNREAD:
            n = self.nth if self.chunk is None else self.chunk + 1
            where = f"nth={n}{'-' if self.always else ''}"
        else:
            where = f"chunk={self.chunk}"
        often = "always" if self.always else "once"
        return f"{self.operation} {where} {often} {self.fault}"

    def performed(self):
        """May the operation have been performed where the fault showed?"""
        if self.kind in IN_PLACE:
            return self.fault.endswith(" applied")
        return self.kind not in UNREAD or self.kind == "stall-unread"

    def replay(self):
        place = f"--nth {self.nth}" if self.chunk is None \
            else f"--chunk {self.chunk}"
        return (f"tests/torture/matrix.py --only {shlex.quote(self.fault)} "
                f"--operation {self.operation} {place} "
                f"{'--always' if self.always else '--once'} "
                f"{'--up' if self.up else '--down'}"
                f"{' --login' if self.login else ''}"
                f"{' '.join(('', *map(str, self.more())))}")


# ---- Which runs there are ---------------------------------------------------

def listed():
    """(fault, the operations that can show it or None for all)."""
    said = subprocess.run([harness.program("IR_EMULATOR"), "--list-faults"],
                          check=True, capture_output=True, text=True).stdout
    for line in said.splitlines():
        fault, operations = line.split("\t")
        shows = None if operations == "*" else set(operations.split())
        yield fault, shows
        if fault.split()[0] in IN_PLACE:
            yield f"{fault} applied", \
                EFFECTIVE if shows is None else EFFECTIVE & shows


def make(up, rules, login):
    return (trial.Upload if up else trial.Download)(rules, is_login=login)


def transfer(test, up, more=()):
    return test.transfer(*more, *(("--lock",) if up else ()))


def calls(up, login):
    """How often a transfer without a fault calls each operation."""
    with make(up, "", login) as test:
        run = transfer(test, up)
        check(run.exit == 0, f"without a fault: {run}")
        report = test.emulator.stop()
    return {name: harness.count(report, name) for name in report["calls"]
            if name != "AuthenticateUser1"}


def places(operation, n):
    """(chunk, nth) of the calls of an operation that is called 'n' times."""
    if operation in CHUNK_CALLS:
        return [(chunk, None) for chunk in range(CHUNKS)]
    return [(None, nth + 1) for nth in range(n)]


def enumerate_cases():
    faults = list(listed())
    for up in (False, True):
        for login in (False, True):
            for operation, n in calls(up, login).items():
                for fault, shows in faults:
                    is_over = fault in SESSION_OVER
                    if (shows is not None and operation not in shows) or \
                            (login and operation not in LOGIN_CALLS
                             and not is_over):
                        continue
                    for chunk, nth in places(operation, n):
                        for always in (False, True):
                            for n_connections in CONNECTIONS if operation \
                                    == "DownloadFileChunk" else (None,):
                                yield Case(up, operation, fault, chunk, nth,
                                           always, login, n_connections)


# ---- What must hold ---------------------------------------------------------

def unknowable(case, fired, begun, outcome):
    """How many handlers no reply told of, or are told to be deleted, at most.
    A transfer that went well had one that it knew."""
    if case.operation.startswith("Delete") and case.fault in LIES:
        return fired
    if case.fault.startswith(BEHIND):
        return fired
    if case.operation not in CREATORS or not case.performed():
        return 0
    return min(fired, begun - (outcome == "ok"))


def check_download(test, case, run):
    outcome = test.verdict(run)
    if test.has_leftover() and not case.always:
        again = transfer(test, False, case.more())
        check(test.verdict(again) == "ok", f"not completed by: {again}")
        outcome += ", then ok"
    return outcome


def nearly(found, content):
    """After change-document."""
    return content in (found, found[:-1]) or content[1:] == found[1:]


def check_upload(test, case, run):
    outcome = test.outcome(run)
    test.emulator.stop()
    # That something else is stored than was sent shows after the commit.
    told = outcome == "corrupt" and case.operation == "DocumentExists" \
        and case.kind in ("wrong-stored-crc", "change-document")
    denied = outcome != "ok" and case.operation == COMMIT \
        and DENIALS.match(case.fault)
    allowed = {"ok": (1,), "ambiguous": (0, 1)}.get(outcome, (0,))
    if told or denied:
        allowed = (1,)
    if case.kind != "change-document":
        test.check_stored(run, allowed)
        return outcome
    n = test.n_stored()
    check(n in allowed, f"stored {n} times: {run}")
    check(nearly(test.stored(), NEW if n > 0 else OLD),
          f"stored {n} times, with wrong bytes: {run}")
    return outcome


def check_locks(case, report, run):
    """A lock stays only where the server did not let it go, and that is told;
    or where nobody could know."""
    told = any("still checked out" in warning["message"]
               for warning in run.records(event="warning"))
    excused = (case.operation == "UnLock" and (told or case.fault in LIES)) \
        or (case.operation == "Lock" and DENIALS.match(case.fault)) \
        or case.fault.startswith(BEHIND) \
        or (case.kind in SESSION_OVER and not case.login)
    check(excused or not report["locks"], f"still locked: {run}")


def check_open(case, open_handlers, run):
    """A handler stays only where the server did not delete it."""
    excused = case.operation.startswith("Delete") \
        or case.operation in CREATORS or case.kind in SESSION_OVER \
        or case.fault.startswith(BEHIND)
    check(excused or not open_handlers, f"handlers are open: {run}")


def do(case):
    """The outcome of a run, None if it met no fault."""
    with make(case.up, case.rule(), case.login) as test:
        run = transfer(test, case.up, case.more())
        outcome = (check_upload if case.up else check_download)(test, case, run)
        report = test.emulator.stop()
        fired = test.fired()
        _, open_handlers = test.end(unknowable(
            case, fired, report["handlers_begun"], outcome.split(",")[-1]
            .split()[-1]))
        check_open(case, open_handlers, run)
        check_locks(case, report, run)
        if not fired:
            check(outcome == "ok", f"without a fault: {run}")
            return None
        return outcome


# ---- The runner -------------------------------------------------------------

def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", nargs=2, type=int, metavar=("SEED", "K"))
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--only", metavar="FAULT",
                        help="as --list-faults prints it, or its first word")
    parser.add_argument("--operation")
    parser.add_argument("--chunk", type=int)
    parser.add_argument("--nth", type=int)
    for one, other in (("once", "always"), ("down", "up")):
        group = parser.add_mutually_exclusive_group()
        group.add_argument(f"--{one}", action="store_true")
        group.add_argument(f"--{other}", action="store_true")
    parser.add_argument("--login", action="store_true")
    parser.add_argument("--parallel", type=int, choices=CONNECTIONS)
    return parser.parse_args()


def wanted(case, o):
    return (o.only in (None, case.fault, case.kind)
            and o.operation in (None, case.operation)
            and o.chunk in (None, case.chunk) and o.nth in (None, case.nth)
            and not (o.once and case.always)
            and not (o.always and not case.always)
            and not (o.down and case.up) and not (o.up and not case.up)
            and (case.login or not o.login)
            and o.parallel in (None, case.connections))


def print_table(outcomes):
    for kind, counts in outcomes.items():
        print(f"  {kind:18}", ", ".join(
            f"{name} {n}" for name, n in counts.most_common()))


def main():
    o = parse()
    every = list(enumerate_cases())
    chosen = trial.sampled([c for c in every if wanted(c, o)], o.sample)
    outcomes = collections.defaultdict(collections.Counter)
    n_failed = 0
    for case, outcome, wrong in trial.in_parallel(do, chosen, o.jobs):
        if wrong is None:
            outcomes[case.kind][outcome or "not met"] += 1
        else:
            n_failed += 1
            outcomes[case.kind]["WRONG"] += 1
            print(f"matrix: {case.rule()}: {wrong}\n"
                  f"  replay: {case.replay()}", flush=True)
    n_unmet = sum(each["not met"] for each in outcomes.values())
    counts = {"runs": len(chosen) - n_unmet, "kinds": len(outcomes)}
    print_table(outcomes)
    low = trial.below_floor("matrix", {"cases": len(every), **(
        counts if chosen == every else {})})
    if counts["runs"] < LEAST_SHARE * len(chosen):
        low.append(f"matrix: {counts['runs']} runs of {len(chosen)} met their "
                   "fault")
    print("".join(f"{line}\n" for line in low), end="")
    print(f"matrix: {counts['runs']} runs, {counts['kinds']} kinds, "
          f"{n_failed} failures ({n_unmet} more met no fault)")
    sys.exit(bool(n_failed or low))


if __name__ == "__main__":
    main()
