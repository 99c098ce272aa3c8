#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Several documents at a time: the same bytes, the same order, one session, and
one failure is one failure."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

import certificates
import harness
from bad_server import DELETE, READ, STAGE, hold, refusal
from harness import CHUNK, USER, sample
from proxy import Proxy, at
from test_trees import Trees, asked, shelf

# Answers that come in another order than the questions.
JITTER = "* probability=0.3 seed={} delay ms=7"


def plant(root):
    """Documents of many sizes in some folders; their paths."""
    sizes = [0, 1, 77, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5]
    paths = [f"{folder}/{i:02}.bin" for folder in ("", "a", "a/b", "c")
             for i in range(24)]
    for i, name in enumerate(paths):
        path = pathlib.Path(root, name.lstrip("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sample(sizes[i % len(sizes)] if i < 14 else i, i))
    return paths


def sums(root):
    """What sha256sum says of every file below."""
    said = subprocess.run(
        "find . -type f -print0 | sort -z | xargs -0 sha256sum", shell=True,
        cwd=root, check=True, capture_output=True).stdout
    return said.decode().splitlines()


class Many(Trees):
    """Against the emulator."""

    def setUp(self):
        super().setUp()
        self.root = self.enterContext(harness.library({}))
        self.tree = self.root / "Library/F"
        self.n = len(plant(self.tree))

    def emulator(self, *rules, options=()):
        faults = self.folder / f"faults-{len(os.listdir(self.folder))}"
        faults.write_text("".join(f"{rule}\n" for rule in rules))
        return self.enterContext(
            harness.Emulator(self.root, "--faults", faults, *options))

    def fetch(self, emulator, n, *more, **named):
        self.out = self.folder / f"out-{len(os.listdir(self.folder))}"
        return self.get(emulator, "/Library/F", "--parallel", n, *more,
                        **named)

    def complete(self, run):
        self.ends(run, 0, documents=self.n, failed=0)
        self.assertEqual(sums(self.out / "F"), sums(self.tree))

    def done(self, run):
        return [r["path"] for r in run.records() if r["event"] == "done"]

    def test_every_document_arrives_in_three_calls(self):
        emulator = self.emulator(JITTER.format(1))
        run = self.fetch(emulator, "auto")
        report = emulator.stop()

        self.complete(run)
        self.assertEqual(report["open_handlers"], 0)
        self.assertEqual(report["handlers_begun"], self.n)
        for operation in ("GetDownloadHandler", "DeleteDownloadHandler"):
            self.assertEqual(harness.count(report, operation), self.n)
        for operation in ("AuthenticateUser", "isValidTicket", "LogOut"):
            self.assertEqual(harness.count(report, operation), 1)
        self.assertEqual(report["connections"]["accepted"], 4 + 1)

    def test_order_is_that_of_the_listing(self):
        orders = []
        for n in (1, 3, 16):
            run = self.fetch(self.emulator(JITTER.format(n)), n)
            self.complete(run)
            orders.append(self.done(run))

        self.assertEqual(orders[1:], orders[:1] * 2)

    def test_records_of_a_document_stand_together(self):
        run = self.fetch(self.emulator(JITTER.format(7)), 8)

        self.complete(run)
        for line in run.out.splitlines():
            json.loads(line)
        records = [(r["path"], r["event"]) for r in run.records()[:-1]]
        paths = [path for i, (path, _) in enumerate(records)
                 if i == 0 or records[i - 1][0] != path]
        self.assertEqual(len(paths), len(set(paths)))
        for path in paths:
            events = [event for p, event in records if p == path]
            self.assertEqual((events[0], events[-2:]),
                             ("start", ["verify", "done"]))

    def test_lines_are_whole_and_in_order(self):
        said = []
        for n in (1, 16):
            self.out = self.folder / f"text-{n}"
            run = harness.ir("get", "-r", "/Library/F", "-o", self.out,
                             "--parallel", n, "--progress", "always",
                             url=self.emulator(JITTER.format(n)).url,
                             folder=self.folder)
            self.assertEqual(run.exit, 0, run)
            said.append([line.partition(" -> ")[0] for line in
                         run.out.decode().splitlines()[:-1]])
            for line in run.err.splitlines():
                self.assertRegex(line, "^ir: .* .*/s")

        self.assertEqual(len(said[0]), self.n)
        self.assertEqual(said[1], said[0])

    def test_one_connection_serves_all_if_that_is_wanted(self):
        emulator = self.emulator()
        self.complete(self.fetch(emulator, 1))

        self.assertEqual(emulator.stop()["connections"]["accepted"], 1)

    def test_large_document_takes_all_connections_in_its_turn(self):
        (self.tree / "07.bin").write_bytes(sample(17 << 20))
        emulator = self.emulator(JITTER.format(3))
        run = self.fetch(emulator, 3)
        report = emulator.stop()

        self.complete(run)
        self.assertEqual(self.done(run)[7], "/Library/F/07.bin")
        self.assertGreater(report["connections"]["accepted"], 1 + 3)
        self.assertLessEqual(report["connections"]["accepted"], 1 + 3 + 2)

    def test_documents_that_are_named_go_side_by_side(self):
        names = [f"/Library/F/{i:02}.bin" for i in range(6)]
        emulator = self.emulator(JITTER.format(5))
        self.out.mkdir()
        run = harness.ir("get", *names, "/Library/F/none", "-o", self.out,
                         "--json", "--parallel", 3, url=emulator.url,
                         folder=self.folder)
        report = emulator.stop()

        self.assertEqual(run.exit, 13, run)
        self.assertEqual(self.done(run), names)
        self.assertEqual(self.failed(run), {"/Library/F/none": "not_found"})
        for name in names:
            self.assertEqual((self.out / name[-6:]).read_bytes(),
                             (self.root / name[1:]).read_bytes())
        self.assertEqual(report["connections"]["accepted"], 1 + 3)

    def test_session_that_ends_is_renewed_once_for_all(self):
        for way, operation in (("get", READ), ("put", "UploadFileChunk")):
            with self.subTest(way):
                emulator = self.emulator(f"{operation} nth=20 ticket-expired")
                if way == "get":
                    run = self.fetch(emulator, 8)
                    self.complete(run)
                else:
                    run = self.ir("put", emulator, self.out / "F",
                                  "/Library/G", "--parallel", 8)
                    self.ends(run, 0, documents=self.n, failed=0)
                    self.assertEqual(sums(self.root / "Library/G"),
                                     sums(self.tree))
                report = emulator.stop()
                self.assertEqual(report["unmatched_rules"], [])
                self.assertEqual(harness.count(report, "RenewTicket"), 1)
                self.assertEqual(harness.count(report, "AuthenticateUser"), 1)
                # One that is made with the ended ticket is nobody's.
                of_nobody = 0 if way == "get" else harness.count(
                    report, "CreateUploadHandler") - self.n
                self.assertEqual(report["open_handlers"], of_nobody)

    def test_ticket_that_another_login_wrote_is_for_all(self):
        ticket, later = self.folder / "ticket", self.folder / "later"
        emulator = self.emulator("DownloadFileChunk nth=40 ticket-expired")
        for path in (ticket, later):
            harness.ir("login", "--ticket-file", path, url=emulator.url,
                       folder=self.folder)
        replace = at(READ, 1, lambda call: os.replace(later, ticket))
        with Proxy(emulator.url, replace) as proxy:
            run = harness.ir(
                "get", "-r", "/Library/F", "-o", self.out, "--json",
                "--parallel", 8, "--ticket-file", ticket, url=proxy.url)
        report = emulator.stop()

        self.complete(run)
        self.assertEqual(report["unmatched_rules"], [])
        self.assertEqual(harness.count(report, "RenewTicket"), 0)
        self.assertEqual(harness.count(report, "AuthenticateUser"), 2)

    def test_tree_goes_up_as_it_is(self):
        emulator = self.emulator(JITTER.format(2))
        run = self.ir("put", emulator, self.tree, "/Library/G", "--parallel",
                      8)
        report = emulator.stop()

        self.ends(run, 0, documents=self.n, failed=0)
        self.assertEqual(sums(self.root / "Library/G"), sums(self.tree))
        self.assertEqual(report["open_handlers"], 0)
        self.assertEqual(report["connections"]["accepted"], 8 + 1)
        self.assertEqual(run.err, "")
        done = self.done(run)
        self.assertEqual([p for p in done if p.count("/") == 3], sorted(
            p for p in done if p.count("/") == 3))

    def test_connections_share_one_tls_session(self):
        pki = self.folder / "pki"
        pki.mkdir()
        authority = certificates.Authority(pki)
        certificate, key = authority.issue("leaf", san="IP:127.0.0.1")
        emulator = self.emulator(options=("--tls-cert", certificate,
                                          "--tls-key", key))
        run = self.fetch(emulator, 4, "--cacert", authority.ca)
        report = emulator.stop()

        self.complete(run)
        self.assertEqual(report["connections"]["accepted"], 4 + 1)
        self.assertEqual(report["handshakes"]["completed"], 4 + 1)
        self.assertEqual(report["handshakes"]["resumed"], 4)


@unittest.skipIf(harness.SANITIZED, "memory of the product alone")
class Memory(Trees):
    """A folder of any size takes the same."""

    GROWTH_MIB = 0.5  # what 140 bytes for each document would be

    def setUp(self):
        super().setUp()
        # Thousands of files, each synced: where there is no disk to wait for.
        shm = "/dev/shm" if os.path.isdir("/dev/shm") else None
        self.quick = pathlib.Path(self.enterContext(
            tempfile.TemporaryDirectory(prefix="ir-e2e-", dir=shm)))

    def peak(self, n):
        root = self.quick / f"root-{n}"
        folder = root / "Library/F"
        folder.mkdir(parents=True)
        for i in range(n):
            (folder / f"drawing of part {i:07}.dwg").write_bytes(b"%07d" % i)
        out = self.quick / f"out-{n}"
        with harness.Emulator(root) as emulator:
            run = harness.ir("get", "-r", "/Library/F", "-o", out, "--quiet",
                             url=emulator.url, folder=self.folder,
                             deadline=120)
        self.assertEqual(run.exit, 0, run)
        self.same(folder, out / "F")
        return run.rss_mib

    def test_documents_of_one_folder(self):
        self.assertLess(self.peak(4000), self.peak(200) + self.GROWTH_MIB)


class Failures(Trees):
    """Against a server that refuses what it is told to refuse."""

    NAMES = [f"{i:02}" for i in range(40)]
    LISTING = {"/L/F": [("d", name) for name in NAMES] + [("f", "sub")],
               "/L/F/sub": [("d", "last")]}

    def fetch(self, answer, **more):
        with shelf(self.LISTING, answer=answer, **more) as server:
            self.server = server
            return self.get(server, "/L/F", "--parallel", 4)

    def start(self, server, out, env=None):
        return subprocess.Popen(
            [harness.program("IR"), "get", "-r", "/L/F", "-o", out, "--json",
             "--url", server.url, "--user", USER, "--password-file",
             harness.secret_file(self.folder, harness.PASSWORD)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=env or harness.environment())

    def test_failures_are_told_in_their_place(self):
        def refuse(call, _reply):
            if call.operation == STAGE and call.parameters["path"][-1] in "37":
                return refusal("4030", "Not for you")

        run = self.fetch(refuse)

        self.ends(run, 13, documents=33, failed=8)
        told = [r["path"] for r in run.records()
                if r["event"] in ("done", "error")]
        self.assertEqual(told, [f"/L/F/{n}" for n in self.NAMES]
                         + ["/L/F/sub/last"])
        self.assertEqual(set(self.failed(run).values()), {"denied"})
        self.assertEqual(self.local(), sorted(
            ["F", "F/sub", "F/sub/last",
             *(f"F/{n}" for n in self.NAMES if n[-1] not in "37")]))
        self.assertNotIn(False, self.server.handlers.values())

    def test_first_in_the_listing_gives_the_code(self):
        """The first is refused after others that began later."""
        def refuse(call, _reply):
            if call.operation != STAGE:
                return None
            if call.parameters["path"] != "/L/F/00":
                return refusal("4041", "Document not found")
            call.server.wait_for(lambda s: s.count(STAGE) > 10)
            return refusal("4030", "Not for you")

        run = self.fetch(refuse)

        self.ends(run, 5, documents=0, failed=41)

    def test_signal_ends_all(self):
        def wait(call, connection, reply):
            if call.operation == READ and call.n > 5:
                hold(call.server, connection)
            connection.sendall(reply.raw())

        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            out = self.folder / f"out-{code}"
            with self.subTest(number), shelf(self.LISTING,
                                             send=wait) as server:
                child = self.start(server, out)
                self.assertTrue(
                    server.wait_for(lambda s: s.count(READ) == 5 + 4))
                child.send_signal(number)
                said = child.communicate(timeout=3)

                self.assertEqual(child.returncode, code, said)
                records = [json.loads(r) for r in said[0].splitlines()]
                ends = [r["event"] for r in records
                        if r["event"] in ("done", "error")]
                self.assertEqual(sorted(ends), ["done"] * 5 + ["error"] * 4)
                self.assertEqual(records[-1]["documents"], 5, said)
                self.assertEqual(server.count(STAGE), 9)
                self.assertEqual(server.count(DELETE), 9)
                self.assertEqual(len([n for n in os.listdir(out / "F")
                                      if len(n) == 2]), 5)

    def test_what_a_killed_process_leaves_is_noted_for_each(self):
        def wait(call, connection, reply):
            if call.operation == READ and call.n > 5:
                hold(call.server, connection)
            connection.sendall(reply.raw())

        env = harness.environment(IR_STATE_DIR=str(self.folder / "state"))
        with shelf(self.LISTING, send=wait) as server:
            child = self.start(server, self.out, env=env)
            self.assertTrue(server.wait_for(lambda s: s.count(READ) == 5 + 4))
            child.kill()
            child.communicate()
            left = [h for h, ended in server.handlers.items() if not ended]
            gc = harness.ir("gc", "--json", url=server.url, folder=self.folder,
                            env=env)

        self.assertEqual(len(left), 4)
        self.assertEqual(gc.exit, 0, gc)
        self.assertNotIn(False, server.handlers.values())
        self.assertEqual([n for n in os.listdir(self.folder / "state")
                          if n.startswith("download-")], [])

    def test_output_that_nobody_reads_ends_all(self):
        with shelf(self.LISTING) as server:
            child = self.start(server, self.out)
            child.stdout.close()
            child.stderr.read()
            child.stderr.close()

            self.assertIn(child.wait(20), (10, 13))
        self.assertNotIn(False, server.handlers.values())
        self.assertLess(server.count(STAGE), len(self.NAMES))

    def test_next_folder_is_listed_while_documents_are_under_way(self):
        """Nothing is read before the folder below is listed."""
        def wait(call, connection, reply):
            if call.operation == READ:
                call.server.wait_for(
                    lambda s: len(asked(s, "GetFoldersAndDocuments2")) == 2)
            connection.sendall(reply.raw())

        listing = {"/L/F": [("d", "a"), ("f", "sub")],
                   "/L/F/sub": [("d", "b")]}
        with shelf(listing, send=wait) as server:
            run = self.get(server, "/L/F")

        self.ends(run, 0, documents=2)


if __name__ == "__main__":
    unittest.main()
