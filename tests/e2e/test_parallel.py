#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""One document over several connections: the same bytes, the same calls, and a
server that gives no more than one connection gets no more."""

import os
import pathlib
import unittest

import bad_server
import harness
from bad_server import READ, Row, Server
from harness import CHUNK

DOCUMENT = "/Library/Folder/long.bin"
CHUNKS = 40
LARGE = 17 << 20


class Parallel(unittest.TestCase):
    def setUp(self):
        self.bytes = harness.sample(CHUNKS * CHUNK - 7)
        self.root = self.enterContext(harness.library({DOCUMENT: self.bytes}))
        self.folder = self.enterContext(harness.folder())
        self.target = pathlib.Path(self.folder, "long.bin")

    def emulator(self, *rules):
        options = []
        if rules:
            faults = pathlib.Path(self.folder, "faults")
            faults.write_text("".join(f"{rule}\n" for rule in rules))
            options = ["--faults", faults]
        return self.enterContext(harness.Emulator(self.root, *options))

    def lengthen(self):
        self.bytes = harness.sample(LARGE)
        pathlib.Path(self.root, DOCUMENT.lstrip("/")).write_bytes(self.bytes)

    def get(self, emulator, n, *more, **named):
        return harness.ir("get", DOCUMENT, "-o", self.target, "--chunk-size",
                          CHUNK, "--parallel", n, "--retry-delay", "1ms",
                          "--json", *more, url=emulator.url,
                          folder=self.folder, **named)

    def complete(self, emulator, run, retries=0):
        self.assertEqual(run.exit, 0, run)
        done = run.record(event="done")
        self.assertEqual((done["level"], done["chunks"]),
                         ("verified", -(-len(self.bytes) // CHUNK)), run)
        self.assertEqual(self.target.read_bytes(), self.bytes)
        self.assertEqual(list(self.target.parent.glob("*.part*")), [])
        report = emulator.stop()
        self.assertEqual(report["open_handlers"], 0)
        self.assertEqual(report["handlers_begun"], 1)
        return report

    def chunk_calls(self, report):
        return sum(report["calls"]["DownloadFileChunk"].values())

    def test_each_chunk_is_read_once_over_as_many_connections_as_asked(self):
        for n in (1, 2, 5, 16):
            with self.subTest(n):
                emulator = self.emulator()
                report = self.complete(emulator, self.get(emulator, n))
                self.assertEqual(self.chunk_calls(report), CHUNKS)
                self.assertLessEqual(report["connections"]["accepted"], n)

    def test_small_document_takes_one_connection_by_itself(self):
        emulator = self.emulator()
        report = self.complete(emulator, self.get(emulator, "auto"))

        self.assertEqual(report["connections"]["accepted"], 1)

    def test_large_document_takes_four_where_calls_take_long(self):
        self.lengthen()
        emulator = self.emulator("* always delay ms=3")
        report = self.complete(emulator, self.get(emulator, "auto"))

        self.assertEqual(report["connections"]["accepted"], 4)

    @unittest.skipIf(harness.SANITIZED, "calls take a millisecond by themselves")
    def test_large_document_of_a_near_server_takes_what_processors_allow(self):
        self.lengthen()
        cpu = min(os.sched_getaffinity(0))
        for _ in range(20):  # where others are busy no server is near
            emulator = self.emulator()
            report = self.complete(emulator, self.get(
                emulator, "auto", prefix=("taskset", "-c", str(cpu))))
            if report["connections"]["accepted"] == 1:
                break
        else:
            self.fail("never one connection")

    def test_chunk_that_a_worker_cannot_get_is_got_all_the_same(self):
        for fault in ("refuse code=5000", "reset at=body",
                      "corrupt-byte", "status code=503"):
            with self.subTest(fault):
                emulator = self.emulator(
                    f"DownloadFileChunk offset={3 * CHUNK} {fault}")
                report = self.complete(emulator, self.get(emulator, 4))
                self.assertEqual(report["unmatched_rules"], [])

    def test_server_that_refuses_for_ever_ends_the_transfer_typed(self):
        emulator = self.emulator(
            f"DownloadFileChunk offset={9 * CHUNK} always "
            "refuse code=4030")

        run = self.get(emulator, 4)

        self.assertEqual(run.exit, 5, run)
        self.assertFalse(self.target.exists())
        self.assertEqual(emulator.stop()["open_handlers"], 0)

    def test_session_that_ends_is_renewed_once_for_all(self):
        emulator = self.emulator(
            f"DownloadFileChunk offset={9 * CHUNK} ticket-expired")

        report = self.complete(emulator, self.get(emulator, 4))

        renewed = sum(report["calls"].get("RenewTicket", {}).values())
        self.assertEqual(renewed, 1)

    def test_killed_it_goes_on_with_all_that_came(self):
        if harness.SANITIZED:
            self.skipTest("strace does not go with the leak checker")
        emulator = self.emulator()
        ticket = pathlib.Path(self.folder, "ticket")
        harness.ir("login", "--ticket-file", ticket, url=emulator.url,
                   folder=self.folder)
        journal = pathlib.Path(f"{self.target}.part.journal")
        run = self.get(emulator, 4, "--ticket-file", ticket, prefix=(
            "strace", "-f", "-o", "/dev/null", "-P", journal, "-e",
            "inject=write:signal=KILL:when=4"))
        self.assertEqual(run.exit, -9, run)
        kept = harness.kept(self.target, self.bytes)

        run = self.get(emulator, 4, "--ticket-file", ticket)

        self.assertEqual(run.exit, 0, run)
        self.assertEqual(run.record(event="done")["resumed_bytes"], len(kept))
        self.assertEqual(self.target.read_bytes(), self.bytes)
        report = emulator.stop()
        self.assertLessEqual(self.chunk_calls(report), CHUNKS + 4 + 1)
        self.assertEqual(report["open_handlers"], 0)

    # ---- Servers that do not treat connections alike ---------------------

    def get_from(self, row, *more, tls=None):
        with Server(row) as server:
            run = harness.ir(
                "get", "/Library/a", "-o", self.target, "--chunk-size", CHUNK,
                "--retry-delay", "1ms", "--json", *more, url=server.url,
                folder=self.folder)
        return server, run

    def check_whole(self, server, run):
        self.assertEqual(run.exit, 0, run)
        self.assertEqual(self.target.read_bytes(), server.row.document)
        self.assertEqual(server.problems, [])
        self.assertEqual(set(server.handlers.values()), {True})

    def test_bytes_that_count_are_not_written_again_by_a_worker(self):
        """The first connection gets a chunk corrupt, and then a part of it; the
        further one is sent other bytes for a later chunk, when the first has
        come behind that."""
        n_chunks = 12
        seen = {"corrupt": None, "cut": None, "bad": None, "sent": False}

        def is_worker(call):
            return call.connection == 2

        def see(server, **found):
            with server.event:
                seen.update(found)
                server.event.notify_all()

        def answer(call, answer):
            if not is_worker(call) and seen["corrupt"] is None:
                see(call.server, corrupt=call.offset)
                answer.attributes["chunkCRC32"] = "0"
            elif not is_worker(call) and seen["cut"] is None \
                    and call.offset == seen["corrupt"]:
                see(call.server, cut=call.offset)
                answer = call.server.chunk(call.offset, CHUNK // 3)
            return answer

        def has_passed(server):
            return any(not is_worker(c) and c.operation == READ
                       and c.offset > seen["bad"] + CHUNK
                       for c in server.calls)

        def send(call, connection, reply):
            server = call.server
            if not is_worker(call):
                if seen["cut"] not in (None, call.offset):
                    server.wait_for(lambda _: seen["bad"] is not None, 2)
                    if call.offset > seen["bad"] + CHUNK:
                        server.wait_for(lambda _: seen["sent"], 2)
                connection.sendall(reply.raw())
                return
            server.wait_for(lambda _: seen["corrupt"] is not None, 2)
            if seen["bad"] is not None or call.offset < seen["corrupt"]:
                connection.sendall(reply.raw())
            else:
                server.wait_for(lambda _: seen["cut"] is not None, 2)
                see(server, bad=call.offset)
                server.wait_for(has_passed, 2)
                raw = reply.head() + reply.body.replace(b"A", b"B")
                connection.sendall(raw[:len(raw) * 2 // 3])
                see(server, sent=True)
                bad_server.hold(server, connection)

        server, run = self.get_from(
            Row("", "", "ok", answer=answer, send=send,
                document=harness.sample(n_chunks * CHUNK)),
            "--parallel", 2, "--idle-timeout", "1s")

        self.check_whole(server, run)
        self.assertTrue(seen["sent"])

    def test_server_that_serves_one_connection_keeps_nobody_waiting(self):
        def hold(server, connection, number):
            if number > 1:
                bad_server.hold(server, connection)

        def reset(_server, connection, number):
            if number > 1:
                bad_server.reset(connection)

        for name, accept in (("held", hold), ("reset", reset)):
            with self.subTest(name):
                server, run = self.get_from(
                    Row("", "", "ok", accept=accept,
                        document=harness.sample(24 * CHUNK)),
                    "--parallel", 4, "--retry-delay", "30s",
                    "--max-time", "20s")
                self.check_whole(server, run)
                self.target.unlink()

    def test_server_of_the_other_spelling_is_read_over_all_connections(self):
        emulator = self.enterContext(harness.Emulator(
            self.root, "--spelling", "classic"))

        report = self.complete(emulator, self.get(emulator, 4))

        self.assertGreater(report["connections"]["accepted"], 4)
        refused = 4 * 3 + 1  # chunks ahead of the first, and that once more
        self.assertLessEqual(self.chunk_calls(report), CHUNKS + refused)


if __name__ == "__main__":
    unittest.main()
