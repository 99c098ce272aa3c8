#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""A client that nobody here wrote: zeep, driven by the emulator's own ?WSDL.

What a schema-driven workflow would do with our contract: bind it, log in,
fetch a whole document, clean up, over SOAP 1.1 and 1.2.
"""

import pathlib
import unittest
import zlib

import harness
from harness import CHUNK, PASSWORD, USER, Emulator, library, sha256

try:
    import zeep
except ImportError:
    raise unittest.SkipTest("python3-zeep is not installed") from None

PATH = "/Library/Folder/sample.bin"
CONTENT = harness.sample(2 * CHUNK + 77, 11)


def answer(result):
    """The one element of a result that is there."""
    return next(value for name in ("response", "root", "Response")
                if (value := getattr(result, name)) is not None)


class Zeep(unittest.TestCase):
    def connect(self, port, *options):
        root = self.enterContext(library({PATH: CONTENT}))
        self.emulator = self.enterContext(Emulator(root, *options))
        self.source = root / PATH[1:]
        client = zeep.Client(f"{self.emulator.url}?WSDL")
        self.addCleanup(client.transport.session.close)
        self.operations = {
            name: [e.name for _, e in operation.input.body.type.elements]
            for name, operation in
            client.wsdl.services["srv"].ports[port].binding.all().items()}
        return client.bind("srv", port)

    def call(self, service, operation, *values):
        """By position: parameters have two spellings but one order."""
        names = self.operations[operation]
        self.assertEqual(len(names), len(values), operation)
        return answer(service[operation](**dict(zip(names, values))))

    def fetch(self, service):
        """The document, in the documented order of calls."""
        login = self.call(service, "AuthenticateUser", USER, PASSWORD)
        ticket = login.ticket
        staged = self.call(service, "GetDownloadHandler", ticket, PATH, CHUNK)
        handler = staged.downloadhandler
        got, last = b"", "false"
        while last == "false":
            chunk = self.call(service, "DownloadFileChunk", ticket, handler,
                              len(got), staged.ChunkSize)
            data = chunk._value_1
            self.assertEqual(int(chunk.chunkCRC32, 16), zlib.crc32(data))
            self.assertEqual(chunk.chunklength, len(data))
            self.assertTrue(data, "no progress")
            got += data
            last = chunk.lastchunk.lower()
        self.assertEqual(staged.Size, len(got))
        self.assertEqual(int(staged.CRC32, 16), zlib.crc32(got))
        for operation, *values in (
                ("DeleteDownloadHandler", ticket, handler),
                ("LogOut", ticket)):
            done = self.call(service, operation, *values)
            self.assertEqual(done.success.lower(), "true")
        return got

    def check(self, port, *options):
        service = self.connect(port, *options)

        got = self.fetch(service)

        with harness.folder() as folder:
            target = pathlib.Path(folder, "got")
            target.write_bytes(got)
            self.assertEqual(sha256(target), sha256(self.source))
        report = self.emulator.stop()
        self.assertEqual(report["open_handlers"], 0)
        self.assertEqual(harness.count(report, "DownloadFileChunk"), 3)

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
        service = self.connect("srvSoap")

        said = self.call(service, "AuthenticateUser", USER, "wrong")

        self.assertEqual(said.success.lower(), "false")
        self.assertIn("[900]", said.error)

    def test_zip_and_upload_handlers_are_typed(self):
        service = self.connect("srvSoap")
        ticket = self.call(service, "AuthenticateUser", USER, PASSWORD).ticket

        zipped = self.call(service, "DownloadZipWithHandler", ticket, PATH,
                           False)
        upload = self.call(service, "CreateUploadHandler", ticket, 1)

        for said, handler in ((zipped, "downloadhandler"),
                              (upload, "UploadHandler")):
            good = said.success.lower() == "true"
            self.assertTrue(getattr(said, handler) if good else said.error)


if __name__ == "__main__":
    unittest.main()
