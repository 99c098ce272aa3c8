#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Documents go up with ir against the emulator: what it stored is compared by
sha256sum, its report tells what was called and what was left behind."""

import itertools
import os
import pathlib
import unittest

import harness
from harness import CHUNK, SIZES, calls

TARGET = "/Library/Folder/target.bin"


class Upload(unittest.TestCase):
    def setUp(self):
        self.root = self.enterContext(
            harness.library({"/Library/Folder/old.txt": b"old"}))
        self.folder = self.enterContext(harness.folder())
        self.local = pathlib.Path(self.folder, "local.bin")

    def emulator(self, *options):
        return harness.Emulator(self.root, *options)

    def put(self, emulator, *more, local=None, target=TARGET, **named):
        return harness.ir("put", local or self.local, target, "--retry-delay",
                          "1ms", *more, url=emulator.url, folder=self.folder,
                          **named)

    def same(self, target=TARGET, local=None):
        self.assertEqual(harness.sha256(self.root / target.lstrip("/")),
                         harness.sha256(local or self.local))

    def ok(self, run):
        self.assertEqual(run.exit, 0, run)


class Sizes(Upload):
    """sha256, and exactly the calls of one upload, all by one binding.

    A document of c bytes goes up in one chunk, which is the last: no empty
    chunk follows.  One of zero bytes takes one empty chunk, because only a
    chunk can be flagged as the last, and a handler that saw none is not fully
    staged; whether every server takes it is an open question of the contract
    (docs/protocol.md)."""

    def check(self, size, soap, generation, spelling):
        self.local.write_bytes(harness.sample(size))
        with self.emulator("--generation", generation, "--spelling",
                           spelling) as emulator:
            run = self.put(emulator, "--chunk-size", CHUNK, "--soap", soap,
                           "--json")
            self.ok(run)
            report = emulator.stop()

        self.same()
        self.assertTrue(run.record(level="verified", retries=0), run)
        binding = "soap" + soap.replace(".", "")
        n_chunks = max(1, -(-size // CHUNK))
        for operation, n in (("CreateUploadHandler", 1),
                             ("UploadFileChunk", n_chunks),
                             ("UploadDocumentWithHandler", 1),
                             ("DeleteUploadHandler", 1)):
            self.assertEqual(calls(report, operation), {binding: n}, operation)
        for operation in report["calls"]:
            self.assertEqual(list(calls(report, operation)), [binding])
        self.assertEqual(report["handlers_begun"], 1)
        self.assertEqual(report["open_handlers"], 0)
        self.assertEqual(report["tryagain"], 0)
        self.assertEqual(report["commits"], {"documents_created": 1,
                                             "versions_added": 0,
                                             "refused": 0})


for (name, size), soap, generation, spelling in itertools.product(
        SIZES.items(), ("1.1", "1.2"), ("modern", "classic"),
        ("documented", "classic")):
    def stores(self, size=size, soap=soap, generation=generation,
               spelling=spelling):
        self.check(size, soap, generation, spelling)
    setattr(Sizes, f"test_size_{name}_soap_{soap.replace('.', '_')}_"
            f"{generation}_{spelling}_names", stores)


class Everyday(Upload):
    def setUp(self):
        super().setUp()
        self.local.write_bytes(harness.sample(3 * CHUNK + 5))

    def test_new_version_needs_and_releases_a_check_out(self):
        with self.emulator() as emulator:
            self.ok(self.put(emulator))
            refused = self.put(emulator)
            self.local.write_bytes(b"second")
            self.ok(self.put(emulator, "--lock", "--comment", "night sync"))
            report = emulator.stop()

        self.assertEqual(refused.exit, 9, refused)
        self.same()
        self.assertEqual(report["open_handlers"], 0)

    def test_missing_folder_is_refused_before_a_byte_is_sent(self):
        with self.emulator() as emulator:
            run = self.put(emulator, target="/Library/Other/a.bin")
            report = emulator.stop()

        self.assertEqual(run.exit, 3, run)
        self.assertNotIn("UploadFileChunk", report["calls"])

    def test_missing_folder_is_made_if_that_is_wanted(self):
        with self.emulator() as emulator:
            self.ok(self.put(emulator, "--create-folders",
                             target="/Library/Other/Deep/a.bin"))

        self.same("/Library/Other/Deep/a.bin")

    def test_new_only_makes_no_version(self):
        with self.emulator() as emulator:
            run = self.put(emulator, "--new-only",
                           target="/Library/Folder/old.txt")

        self.assertEqual(run.exit, 9, run)
        self.assertEqual((self.root / "Library/Folder/old.txt").read_bytes(),
                         b"old")

    def test_standard_input_of_unknown_length(self):
        with self.emulator() as emulator:
            with self.local.open("rb") as source:
                self.ok(self.put(emulator, "--chunk-size", CHUNK, local="-",
                                 stdin=source))

        self.same()

    def test_server_that_gives_no_checksum_of_the_whole(self):
        with self.emulator("--no-filehexcrc") as emulator:
            self.ok(self.put(emulator))

        self.same()

    def test_comment_that_cannot_be_sent_is_refused_before_a_byte_is(self):
        with self.emulator() as emulator:
            runs = [self.put(emulator, "--no-preflight", "--comment", comment)
                    for comment in ("a\x01b", "a\udcffb")]
            report = emulator.stop()

        for run in runs:
            self.assertEqual(run.exit, 2, run)
        self.assertNotIn("CreateUploadHandler", report["calls"])

    def test_forced_names_are_understood_at_once(self):
        for spelling in ("documented", "classic"):
            with self.subTest(spelling), \
                    self.emulator("--spelling", spelling) as emulator:
                self.ok(self.put(emulator, "--spelling", spelling,
                                 target=f"/Library/Folder/{spelling}"))
                report = emulator.stop()

                # The document that is looked for before it is made.
                self.assertEqual(report["refusals"], {"4041": 1})
                self.assertNotIn("RenewTicket", report["calls"])
                self.assertEqual(
                    calls(report, "GetGeneralAppSettings"), {"soap11": 1})

    def test_local_file_that_cannot_be_read(self):
        with self.emulator() as emulator:
            run = self.put(emulator, local=os.path.join(self.folder, "none"))

        self.assertEqual(run.exit, 10, run)

    def test_https(self):
        import certificates
        authority = certificates.Authority(self.folder)
        certificate, key = authority.issue("leaf", san="IP:127.0.0.1")
        with self.emulator("--tls-cert", certificate, "--tls-key",
                           key) as emulator:
            self.ok(self.put(emulator, "--cacert", authority.ca))

        self.same()


if __name__ == "__main__":
    unittest.main()
