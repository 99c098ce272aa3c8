#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""The client against every row of the catalogue of bad servers.

Each row is a test of its own and is named for what the server does.  The
download that meets it has to end as the row says, by its deadline, within its
memory, with the old file in place or the new one complete, with nothing left
over here or there.  Rows wait more than they work, so they run ahead in a few
threads when the module is run as a whole.

Replay one:  IR=... python3 -m unittest test_bad_server.BadServer.test_NAME
"""

import concurrent.futures
import json
import pathlib
import sys
import unicodedata
import unittest

import harness
import rows_data
import rows_http
import rows_session
import rows_soap
from bad_server import LOGIN, LOGOUT, TICKET, Server
from harness import CHUNK, LINE_BYTES, PASSWORD, SANITIZED, sha256

ROWS = (rows_http.ROWS + rows_soap.ROWS + rows_data.ROWS + rows_session.ROWS)
OLD = b"what was there before\n"
RSS_MIB = 40
CPU_SECONDS = 1.0
EXIT = {"ok": 0, "argument": 2, "not_found": 3, "auth": 4, "denied": 5,
        "network": 6, "timeout": 6, "tls": 7, "corrupt": 8, "server": 9,
        "protocol": 9, "io": 10, "limit": 11, "changed": 14}


def download(row, folder):
    """One 'ir get' from a server that behaves as the row says."""
    target = pathlib.Path(folder, "target")
    target.write_bytes(OLD)
    idle, longest = ("1s", "2s") if row.waits else ("4s", "8s")
    with Server(row) as server:
        run = harness.ir(
            "get", "/Library/Folder/sample.bin", "-o", target, "--chunk-size",
            CHUNK, "--retries", "1", "--retry-delay", "10ms",
            "--connect-timeout", "2s", "--idle-timeout", idle, "--max-time",
            longest, "--json", *row.args, url=server.url, folder=folder,
            deadline=row.seconds + 10)
    return server, run


class Outcome:
    """What is left when the processes are gone."""

    def __init__(self, row):
        with harness.folder() as folder:
            self.server, self.run = download(row, folder)
            here = pathlib.Path(folder)
            self.same = (here / "target").read_bytes() == OLD
            self.names = sorted(p.name for p in here.iterdir()
                                if not p.name.startswith("secret-"))
            expected = here / "expected"
            expected.write_bytes(row.document)
            self.right = sha256(here / "target") == sha256(expected)
            if "target.part.journal" in self.names:
                self.kept = harness.kept(here / "target", row.document)


# After these, what is verified may stay for the next run.
INTERRUPTIONS = ("network", "timeout", "cancelled", "auth", "tls", "server")


def is_control(character):
    return unicodedata.category(character) in ("Cc", "Zl", "Zp")


class BadServer(unittest.TestCase):
    """One test for each row; made below."""

    ahead = []  # names of rows that run before they are asked for
    outcomes = {}

    @classmethod
    def setUpClass(cls):
        harness.program("IR")
        cls.pool = concurrent.futures.ThreadPoolExecutor(max_workers=6)
        cls.outcomes = {row.name: cls.pool.submit(Outcome, row)
                        for row in ROWS if row.name in cls.ahead}

    @classmethod
    def tearDownClass(cls):
        cls.pool.shutdown(cancel_futures=True)
        cls.outcomes = {}

    def check(self, row):
        future = self.outcomes.get(row.name)
        outcome = future.result() if future else Outcome(row)
        if future and outcome.run.seconds > row.seconds + 1:
            concurrent.futures.wait(self.outcomes.values())
            outcome = Outcome(row)  # late in company; judged alone
        self.row = row
        self.server, self.outcome = outcome.server, outcome
        self.seen = outcome.run
        status = self.check_end(row)
        self.check_talk(status)
        self.check_files(status)
        self.check_traffic(row, status)
        self.check_cost(row)
        if row.check:
            row.check(self, self.server, self.seen)

    def check_end(self, row):
        """The status of the end, which is one of the row's."""
        allowed = row.status.split("|")
        self.assertIsNotNone(self.seen.exit, f"no end\n{self.seen}")
        self.assertGreaterEqual(self.seen.exit, 0, f"crash\n{self.seen}")
        status = "ok"
        if self.seen.exit != 0:
            status = self.seen.record(exit=self.seen.exit).get("status")
        self.assertIn(status, allowed, f"status\n{self.seen}")
        self.assertEqual(self.seen.exit, EXIT[status], f"exit\n{self.seen}")
        return status

    def check_talk(self, status):
        """One plain line says why, and nothing tells a secret."""
        everything = self.seen.err + self.seen.out.decode("utf-8", "replace")
        for secret in (PASSWORD, TICKET, json.dumps(PASSWORD)[1:-1]):
            self.assertNotIn(secret, everything, "a secret was told")
        if status == "ok":
            self.assertEqual(self.seen.err, "")
            return
        line = self.seen.err.removesuffix("\n")
        message = self.seen.record(exit=self.seen.exit)["message"]
        self.assertTrue(line and message, f"silence\n{self.seen}")
        for said in (line, message):
            bad = [hex(ord(c)) for c in said if is_control(c)]
            self.assertEqual(bad, [], f"control characters in {said!r}")
            self.assertLessEqual(len(said.encode()), LINE_BYTES)

    def check_files(self, status):
        if status in INTERRUPTIONS and len(self.outcome.names) > 1:
            self.assertEqual(self.outcome.names, [
                "target", "target.part", "target.part.journal"])
            self.assertTrue(self.outcome.kept, "kept nothing of the document")
        else:
            self.assertEqual(self.outcome.names, ["target"],
                             "files left over")
        if status == "ok":
            self.assertTrue(self.outcome.right, "sha256 differs")
        else:
            self.assertTrue(self.outcome.same, "the old file was touched")

    def check_traffic(self, row, status):
        server = self.server
        self.assertEqual(server.problems, [], "bad requests")
        if row.released:
            kept = [h for h, ended in server.handlers.items() if not ended]
            self.assertEqual(kept, [], f"not deleted\n{self.seen}")
        if row.reads is not None:
            self.assertEqual(server.count("DownloadFileChunk"), row.reads)
        if row.decoy:
            self.assertEqual(server.decoy.n_connections, 0, "decoy")
        if status == "ok":
            level = self.seen.record(level=row.level)
            self.assertTrue(level, f"level is not {row.level}\n{self.seen}")
        if row.on != LOGIN and not row.accept:
            self.assertGreaterEqual(server.count(LOGOUT), 1, "no LogOut")

    def check_cost(self, row):
        if SANITIZED:
            return
        self.assertLessEqual(self.seen.seconds, row.seconds + 1, "deadline")
        self.assertLessEqual(self.seen.rss_mib, RSS_MIB, "peak RSS")
        self.assertLessEqual(self.seen.cpu_seconds, CPU_SECONDS, "CPU")


def add_tests():
    for row in ROWS:
        def test(self, row=row):
            self.check(row)
        test.__doc__ = f"{row.cites}: {row.name} ends with {row.status}"
        assert not hasattr(BadServer, f"test_{row.name}"), row.name
        setattr(BadServer, f"test_{row.name}", test)


def load_tests(_loader, tests, _pattern):
    """The whole module, or what -k chose, is run: begin with all of it."""
    def names(suite):
        for test in suite:
            if isinstance(test, unittest.TestSuite):
                yield from names(test)
            else:
                yield test.id().rpartition(".test_")[2]
    BadServer.ahead = list(names(tests))
    return tests


add_tests()

if __name__ == "__main__":
    sys.exit(unittest.main())
