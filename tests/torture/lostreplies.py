#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""A call is served and its reply is lost, or it is not served at all: each call
of an upload and of a download that changes anything on the server.

    lostreplies.py [--sample SEED K] [--jobs N] [--only NAME]

What was sent is stored as exactly one version, or none and a second run stores
it.  A run is named by what is stored (new, version, same: a version with the
bytes of the one before, held: the same, checked out before), how, the call, the
fault and --on-ambiguous, as a failure prints it.  IR, IR_EMULATOR and
TORTURE_UPLOAD name the programs."""

import argparse
import collections
import dataclasses
import shlex
import sys

import trial
from trial import CHUNKS, DOCUMENT, NEW, OLD, check, exchange, harness

SERVED = ("lose-reply", "cut at=head", "cut at=head-end", "cut at=body",
          "cut at=last", "reset at=start", "reset at=head", "reset at=head-end",
          "reset at=body", "reset at=last", "stall at=start", "stall at=body")
# The same told by what stands before the service.
SERVED_TOLD = ("status code=500 applied", "status code=502 applied",
               "status code=504 applied", "no-body applied",
               "login-page applied")
UNREAD = ("close-unread", "reset-unread", "close-reading", "reset-reading",
          "stall-unread")
UNSERVED_TOLD = ("status code=500", "status code=502", "status code=503",
                 "status code=504", "status-unread code=503")
FAULTS = SERVED + SERVED_TOLD + UNREAD + UNSERVED_TOLD

DOCUMENTS = {"new": None, "version": OLD, "same": NEW, "held": NEW}
COMMITS = {
    "plain": "UploadDocumentWithHandler",
    "comment": "UploadDocumentWithHandler1",
    "version-number": "UploadDocumentWithHandler2",
    "xml-parameters": "UploadDocumentWithHandler3",
    "new-only": "UploadNewDocumentWidthHandler",
    "no-preflight": "UploadDocumentWithHandler",
}
OPTIONS = {"comment": ("--comment", "a comment"), "new-only": ("--new-only",),
           "no-preflight": ("--no-preflight",)}
CREATORS = ("CreateUploadHandler", "GetDownloadHandler")
DOUBT = ("restart", "fail")


@dataclasses.dataclass(frozen=True)
class Case:
    document: str  # what is stored; "" for a download
    commit: str
    operation: str
    chunk: int  # None where it is not a chunk's call
    fault: str
    doubt: str

    def name(self):
        call = self.operation if self.chunk is None \
            else f"{self.operation}:{self.chunk}"
        return ",".join((self.document or "download", self.commit, call,
                         self.fault, self.doubt))

    def rule(self):
        if self.chunk is None:
            where = "nth=1"
        elif self.fault in UNREAD or self.fault.startswith("status-unread"):
            where = f"nth={self.chunk + 1}"
        else:
            where = f"chunk={self.chunk}"
        return f"{self.operation} {where} {self.fault}"

    def is_served(self):
        return self.fault in SERVED + SERVED_TOLD


# ---- Which runs there are ---------------------------------------------------

def calls(document, commit):
    """(operation, chunk) of what is lost in an upload."""
    yield COMMITS[commit], None
    if commit != "plain":
        return
    yield "CreateUploadHandler", None
    for chunk in range(CHUNKS):
        yield "UploadFileChunk", chunk
    yield "DeleteUploadHandler", None
    if document != "new":  # which nobody can have checked out
        yield "Lock", None
        yield "UnLock", None


def goes_with(document, commit):
    """Without preflight nothing is checked out."""
    if document == "held":
        return commit == "no-preflight"
    return document == "new" or commit not in ("new-only", "no-preflight")


def enumerate_cases():
    for document in DOCUMENTS:
        for commit in COMMITS:
            if not goes_with(document, commit):
                continue
            for operation, chunk in calls(document, commit):
                for fault in FAULTS:
                    for doubt in DOUBT:
                        yield Case(document, commit, operation, chunk, fault,
                                   doubt)
    downloads = [("GetDownloadHandler", None), ("DeleteDownloadHandler", None),
                 *(("DownloadFileChunk", chunk) for chunk in range(CHUNKS))]
    for operation, chunk in downloads:
        for fault in FAULTS:
            yield Case("", "", operation, chunk, fault, "")


# ---- What must hold ---------------------------------------------------------

class Upload(trial.Upload):
    """One session for all runs, which has the document if that is held."""

    stall_ms = 1000

    def __init__(self, case):
        super().__init__(case.rule(), DOCUMENTS[case.document])
        self.kept = super().session()
        if case.document == "held":
            exchange.call(self.emulator.url, "Lock", Path=DOCUMENT,
                          AuthenticationTicket=self.secrets[-1])

    def session(self):
        return self.kept


def send(test, case):
    lock = case.document in ("version", "same")
    if case.commit in ("version-number", "xml-parameters"):
        return test.run(
            harness.program("TORTURE_UPLOAD"), test.emulator.url,
            test.session()[1], test.state, test.idle_ms,
            1000 * test.deadline_s, test.source, DOCUMENT, case.commit,
            "lock" if lock else "-", case.doubt)
    return test.transfer("--on-ambiguous", case.doubt,
                         *OPTIONS.get(case.commit, ()),
                         *(("--lock",) if lock else ()))


def must_settle(case):
    """Nothing but the line is to blame, and it is known how to go on: anew, or
    by looking at what is stored."""
    if case.fault not in SERVED + UNREAD:
        return False
    if case.operation.startswith("Delete") or case.operation == "UnLock":
        return True
    return case.doubt == "restart" and case.operation != "Lock"


def check_upload(case):
    with Upload(case) as test:
        run = send(test, case)
        outcome = test.outcome(run)
        check(outcome == "ok" or not must_settle(case),
              f"could have gone on: {run}")
        check(outcome != "ambiguous" or case.doubt == "fail"
              or case.operation == COMMITS[case.commit],
              f"why ambiguous? {run}")
        if outcome not in ("ok", "ambiguous"):
            again = send(test, case)
            check(test.outcome(again) == "ok", f"nor does it again: {again}")
        lost = case.operation in CREATORS and case.is_served()
        report, open_handlers = test.end(unknowable=1 if lost else 0)
        check(test.fired() == 1, f"the fault was not met: {run}")
        test.check_stored(run, (0, 1) if outcome == "ambiguous" else (1,))
        check(len(open_handlers) <= (1 if lost else 0),
              f"handlers are open: {run}")
        check(case.document == "held" or not report["locks"],
              f"still locked: {run}")
        return outcome


def check_download(case):
    with trial.Download(case.rule()) as test:
        run = test.transfer()
        outcome = test.verdict(run)
        check(outcome == "ok" or case.operation in CREATORS
              or case.fault not in SERVED + UNREAD,
              f"could have gone on: {run}")
        if outcome != "ok":
            again = test.transfer()
            check(test.verdict(again) == "ok", f"nor does it again: {again}")
        lost = case.operation in CREATORS and case.is_served()
        _, open_handlers = test.end(unknowable=1 if lost else 0)
        check(test.fired() == 1, f"the fault was not met: {run}")
        check(len(open_handlers) <= (1 if lost else 0),
              f"handlers are open: {run}")
        return outcome


def do(case):
    return check_upload(case) if case.document else check_download(case)


# ---- The runner -------------------------------------------------------------

def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", nargs=2, type=int, metavar=("SEED", "K"))
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--only", metavar="NAME",
                        help="a run, or all whose names begin so")
    return parser.parse_args()


def main():
    o = parse()
    every = list(enumerate_cases())
    chosen = trial.sampled([case for case in every if case.name().startswith(
        o.only or "")], o.sample)
    outcomes = collections.defaultdict(collections.Counter)
    n_failed = 0
    for case, outcome, wrong in trial.in_parallel(do, chosen, o.jobs):
        key = f"{case.operation} {case.doubt}"
        outcomes[key][outcome or "WRONG"] += 1
        if wrong is not None:
            n_failed += 1
            print(f"lostreplies: {case.name()}: {wrong}\n  replay: tests/"
                  f"torture/lostreplies.py --only {shlex.quote(case.name())}",
                  flush=True)
    for key, counts in outcomes.items():
        print(f"  {key:38}", ", ".join(
            f"{name} {n}" for name, n in counts.most_common()))
    low = trial.below_floor("lostreplies", {"cases": len(every)})
    print("".join(f"{line}\n" for line in low), end="")
    print(f"lostreplies: {len(chosen)} runs, {n_failed} failures")
    sys.exit(bool(n_failed or low))


if __name__ == "__main__":
    main()
