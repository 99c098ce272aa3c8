# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""What the tests of the fault rules share: an emulator with rules, and calls
to it over raw sockets.  No client of ours takes part."""

import base64
import pathlib
import unittest
import zlib

import exchange
import harness

CHUNK = 4096
PATH = "/Library/Folder/sample.bin"
CONTENT = harness.sample(7 * CHUNK + 100, 11)
READ, STAGE, SEND = "DownloadFileChunk", "GetDownloadHandler", \
    "UploadFileChunk"


def crc(data):
    return f"{zlib.crc32(data):08x}"


class Session:
    """Calls to one emulator, all with one ticket."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.url = emulator.url
        self.login()

    def call(self, operation, **parameters):
        return exchange.call(self.url, operation, **parameters)

    def login(self):
        said = self.call("AuthenticateUser1", UID=harness.USER,
                         PWD=harness.PASSWORD, Lang="en").attributes()
        self.ticket = said["ticket"]

    def stage(self, **more):
        return self.call(STAGE, AuthenticationTicket=self.ticket, Path=PATH,
                         PreferedChunkSize=CHUNK, **more)

    def begin_download(self):
        """Past rules for GetDownloadHandler."""
        said = self.call("GetDownloadHandlerByVersion", Path=PATH,
                         AuthenticationTicket=self.ticket, VersionNumber=0,
                         PreferedChunkSize=CHUNK).attributes()
        self.handler = said["downloadhandler"]
        return self

    def read(self, chunk=0, **more):
        return self.call(READ, authenticationTicket=self.ticket,
                         DownloadHandler=self.handler, ChunkSize=CHUNK,
                         StartOffset=chunk * CHUNK, **more)

    def begin_upload(self):
        said = self.call("CreateUploadHandler", PreferedChunkSize=CHUNK,
                         authenticationTicket=self.ticket).attributes()
        self.handler = said["UploadHandler"]
        return self

    def send(self, data, last=False, **more):
        return self.call(SEND, authenticationTicket=self.ticket,
                         uploadHandler=self.handler, chunkHEXCRC=crc(data),
                         fileChunk=base64.b64encode(data).decode(),
                         lastChunk=str(last).lower(), **more)


class Faults(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(harness.folder())
        self.root = self.enterContext(harness.library({PATH: CONTENT}))

    def file(self, rules):
        path = pathlib.Path(self.folder, "rules")
        path.write_text(rules, "utf-8")
        return path

    def emulate(self, rules, *options):
        return Session(self.enterContext(harness.Emulator(
            self.root, "--faults", self.file(rules), "--min-chunk-bytes",
            CHUNK, *options)))

    def chunk(self, rules, n=0):
        """One chunk from an emulator with these rules."""
        return self.emulate(rules).begin_download().read(n)
