#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""A client that nobody here wrote: zeep, driven by the emulator's own ?WSDL.

What a schema-driven workflow would do with our contract: bind it, log in,
fetch a whole document, clean up, over SOAP 1.1 and 1.2.
"""

import pathlib
import unittest

import harness
import strangers
from harness import CHUNK, USER, Emulator, library, sha256

PATH = "/Library/Folder/sample.bin"
CONTENT = harness.sample(2 * CHUNK + 77, 11)


@unittest.skipIf(strangers.zeep is None, "python3-zeep is not installed")
class Zeep(unittest.TestCase):
    def connect(self, port, *options):
        root = self.enterContext(library({PATH: CONTENT}))
        self.emulator = self.enterContext(Emulator(root, *options))
        self.source = root / PATH[1:]
        client = strangers.Zeep(self.emulator.url, port)
        self.addCleanup(client.close)
        return client

    def check(self, port, *options):
        client = self.connect(port, *options)

        client.login()
        got = client.download(PATH)
        client.mine("LogOut")

        with harness.folder() as folder:
            target = pathlib.Path(folder, "got")
            target.write_bytes(got)
            self.assertEqual(sha256(target), sha256(self.source))
        report = self.emulator.stop()
        self.assertEqual(report["open_handlers"], 0)
        self.assertEqual(harness.count(report, "DownloadFileChunk"), 3)
        self.assertEqual(harness.count(report, "DeleteDownloadHandler"), 1)

    def test_soap_1_1_modern(self):
        self.check("srvSoap")

    def test_soap_1_2_modern(self):
        self.check("srvSoap12")

    def test_soap_1_1_documented_names_only(self):
        self.check("srvSoap", "--spelling", "documented")

    def test_soap_1_1_classic(self):
        self.check("srvSoap", "--generation", "classic")

    def test_soap_1_2_classic(self):
        self.check("srvSoap12", "--generation", "classic")

    def test_wrong_password_is_an_answer_not_a_fault(self):
        client = self.connect("srvSoap")

        said = client.call("AuthenticateUser", USER, "wrong")

        self.assertEqual(said["success"], "false")
        self.assertIn("[900]", said["error"])


if __name__ == "__main__":
    unittest.main()
