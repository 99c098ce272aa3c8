#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""A whole transfer under valgrind, and the README's example as it stands."""

import os
import pathlib
import subprocess
import unittest

import harness

DOCUMENT = "/Library/Folder/sample.bin"
MEMCHECK = ("valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full",
            "--errors-for-leak-kinds=definite,indirect,possible",
            "--track-fds=yes")


class Instruments(unittest.TestCase):
    def setUp(self):
        content = harness.sample(3 * harness.CHUNK + 77)
        self.root = self.enterContext(harness.library({DOCUMENT: content}))
        self.folder = self.enterContext(harness.folder())
        self.got = pathlib.Path(self.folder, "got")
        self.wanted = harness.sha256(self.root / DOCUMENT.lstrip("/"))

    def test_transfer_is_clean_under_valgrind(self):
        with harness.Emulator(self.root) as emulator:
            run = harness.ir("get", DOCUMENT, "-o", self.got, "--chunk-size",
                             "256K", url=emulator.url, folder=self.folder,
                             prefix=MEMCHECK, deadline=120)

        self.assertEqual(run.exit, 0, run)
        self.assertNotIn("Open file descriptor", run.err)
        self.assertEqual(harness.sha256(self.got), self.wanted)

    def test_example_of_the_readme_downloads_a_document(self):
        example = os.environ.get("IR_EXAMPLE")
        if not example:
            self.skipTest("IR_EXAMPLE does not name a program")

        with harness.Emulator(self.root) as emulator:
            subprocess.run([example, emulator.url, harness.USER, DOCUMENT,
                            self.got], check=True, timeout=60,
                           input=harness.PASSWORD + "\n", text=True)

        self.assertEqual(harness.sha256(self.got), self.wanted)


if __name__ == "__main__":
    unittest.main()
