#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""16 clients in 16 threads of one process, in two sessions that end again and
again, one of which they share as twins, cancelled at random: the bytes are
right or the end is typed, and of the threads who notice an end one renews.
Meant for a build with the thread sanitizer, of clients and emulator alike."""

import argparse
import sys

from clients import Clients, fired, harness

THREADS = 16
CANCEL_S = 2  # as inforouter.h promises
# A call renews once: a session that ends twice during it ends the transfer, as
# does one that ends twice just before a handler is made for an upload.
MAY_END = {"ok", "cancelled", "auth", "server"}


def rules(seed):
    faults = (("DownloadFileChunk", 0.003, "ticket-expired"),
              ("UploadFileChunk", 0.003, "ticket-expired"),
              ("GetDownloadHandler", 0.003, "ticket-expired"),
              ("DownloadFileChunk", 0.01, "cut"),
              ("DownloadFileChunk", 0.01, "corrupt-byte"),
              ("UploadFileChunk", 0.01, "tryagain"))
    for n, (operation, p, fault) in enumerate(faults):
        yield f"{operation} probability={p} seed={seed * 100 + n} {fault}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--transfers", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with Clients(rules(options.seed)) as clients:
        clients.start(threads=THREADS, transfers=options.transfers,
                      seed=options.seed, cancel_ms=20, groups=2, twins=1)
        told, wrong = clients.finish(1800)
        report, at_end = clients.stop()
    wrong += at_end
    ended = told.get("ended", {})
    n = THREADS * options.transfers
    if sum(ended.values()) != n:
        wrong.append("transfers are missing")
    if not set(ended) <= MAY_END:
        wrong.append("an end that no rule explains")
    good = ended.get("ok", 0)
    if good + ended.get("cancelled", 0) < 0.9 * n or good < 0.2 * n:
        wrong.append("few went well")
    expired = fired(report, "ticket-expired")
    renewed = harness.count(report, "RenewTicket")
    if not 0 < renewed <= expired:
        wrong.append("renewed without need, or never")
    if not ended.get("cancelled"):
        wrong.append("nothing was cancelled")
    if told.get("slowest_cancel_s", 0) > CANCEL_S:
        wrong.append("a cancel took too long")
    for line in wrong:
        print(f"seed {options.seed}: {line}")
    print(f"threads: {THREADS} x {options.transfers} transfers, "
          f"{told.get('down')} down, {told.get('up')} up, ended {ended}, "
          f"{expired} ends of the session, {renewed} renewals, "
          f"slowest cancel {told.get('slowest_cancel_s')} s, "
          f"{told.get('seconds')} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
