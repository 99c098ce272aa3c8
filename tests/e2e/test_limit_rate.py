#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""No more bytes a second than --limit-rate says, in both directions and over
all connections together, and what waits for them ends when it should.

What moved is counted by the emulator.  Of time only a lower bound is asserted
where the limit is what takes it."""

import pathlib
import signal
import subprocess
import unittest

import harness
from certificates import Authority
from harness import CHUNK, count

DOCUMENT = "/Library/Folder/long.bin"
CHUNKS = 4
LATEST_S = 20  # on a busy machine; without an end it would take hours


class LimitRate(unittest.TestCase):
    def setUp(self):
        self.bytes = harness.sample(CHUNKS * CHUNK)
        self.root = self.enterContext(harness.library({DOCUMENT: self.bytes}))
        self.folder = self.enterContext(harness.folder())
        self.target = pathlib.Path(self.folder, "long.bin")
        self.emulator = self.enterContext(harness.Emulator(self.root))

    def ir(self, verb, *arguments, **named):
        return harness.ir(verb, *arguments, "--chunk-size", CHUNK, "--json",
                          url=self.emulator.url, folder=self.folder, **named)

    def took_its_time(self, run, bytes_per_s):
        """But for the quarter of a second that may be ahead."""
        self.assertEqual(run.exit, 0, run)
        report = self.emulator.stop()
        self.assertEqual(report["open_handlers"], 0, report)
        moved = report["bytes"]["sent"] + report["bytes"]["received"]
        self.assertGreater(moved, len(self.bytes) * 4 // 3)
        self.assertGreaterEqual(run.seconds, moved / bytes_per_s - 0.25, run)

    def test_a_download_is_no_faster(self):
        run = self.ir("get", DOCUMENT, "-o", self.target, "--parallel", 1,
                      "--limit-rate", "1M")

        self.took_its_time(run, 1 << 20)
        self.assertEqual(self.target.read_bytes(), self.bytes)

    def test_four_connections_together_are_no_faster(self):
        run = self.ir("get", DOCUMENT, "-o", self.target, "--parallel", 4,
                      "--limit-rate", "1M")

        self.took_its_time(run, 1 << 20)
        self.assertEqual(self.target.read_bytes(), self.bytes)

    def test_an_upload_is_no_faster(self):
        self.target.write_bytes(self.bytes)

        run = self.ir("put", self.target, "/Library/Folder/sent.bin",
                      "--limit-rate", 1 << 20)

        self.took_its_time(run, 1 << 20)
        sent = self.root / "Library/Folder/sent.bin"
        self.assertEqual(sent.read_bytes(), self.bytes)

    def test_over_tls_both_ways_are_no_faster(self):
        authority = Authority(self.folder)
        leaf, key = authority.issue("leaf", "IP:127.0.0.1")
        self.emulator = self.enterContext(harness.Emulator(
            self.root, "--tls-cert", leaf, "--tls-key", key))
        options = ("--cacert", authority.ca, "--limit-rate", "3M")

        up = self.ir("put", self.root / DOCUMENT[1:],
                     "/Library/Folder/sent.bin", *options)
        down = self.ir("get", "/Library/Folder/sent.bin", "-o", self.target,
                       *options)

        for run in (up, down):
            self.assertEqual(run.exit, 0, run)
            self.assertGreaterEqual(
                run.seconds, len(self.bytes) * 4 / 3 / (3 << 20) - 0.25, run)
        self.assertEqual(self.target.read_bytes(), self.bytes)

    def test_zero_is_no_limit(self):
        run = self.ir("get", DOCUMENT, "-o", self.target, "--limit-rate", 0)

        self.assertEqual(run.exit, 0, run)
        self.assertEqual(self.target.read_bytes(), self.bytes)

    def test_what_is_no_rate_is_refused(self):
        for text in ("-1", "1T", "K", "", "1.5M", "9999999999999"):
            with self.subTest(text):
                run = self.ir("get", DOCUMENT, "-o", self.target,
                              f"--limit-rate={text}")
                self.assertEqual(run.exit, 2, run)
                self.assertIn("--limit-rate", run.err + str(run.out))

    def test_max_time_ends_what_the_limit_makes_long(self):
        run = self.ir("get", DOCUMENT, "-o", self.target, "--parallel", 2,
                      "--limit-rate", "4K", "--max-time", "3s",
                      deadline=LATEST_S)

        self.assertEqual(run.exit, 6, run)
        self.assertEqual(run.record(event="error")["status"], "timeout", run)
        self.assertIn("not finished after 3 s", str(run.out))
        report = self.emulator.stop()
        self.assertEqual(report["handlers_begun"], 1, report)
        self.assertEqual(report["open_handlers"], 0, report)

    def interrupted(self, *words):
        """Interrupted when the transfer has begun."""
        secret = harness.secret_file(self.folder, harness.PASSWORD)
        with subprocess.Popen(
                [harness.program("IR"), *map(str, words), "--limit-rate",
                 "4K", "--json", "--url", self.emulator.url, "--user",
                 harness.USER, "--password-file", secret],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env=harness.environment()) as process:
            try:
                for line in process.stdout:
                    if b'"start"' in line:
                        break
                process.send_signal(signal.SIGINT)
                rest = process.communicate(timeout=LATEST_S)[0]
            finally:
                process.kill()
            self.assertEqual(process.returncode, 130, rest)
        report = self.emulator.stop()
        self.assertEqual(report["handlers_begun"], 1, report)
        self.assertEqual(report["open_handlers"], 0, report)
        return report

    def test_interrupt_ends_a_download_that_the_limit_makes_long(self):
        self.interrupted("get", DOCUMENT, "-o", self.target)

        self.assertFalse(self.target.exists())

    def test_interrupt_ends_an_upload_that_the_limit_makes_long(self):
        self.target.write_bytes(self.bytes)

        report = self.interrupted("put", self.target,
                                  "/Library/Folder/sent.bin")

        self.assertEqual(count(report, "UploadDocumentWithHandler"), 0)


if __name__ == "__main__":
    unittest.main()
