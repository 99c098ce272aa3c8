#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Single calls of the service against the emulator, by the names of the
contract."""

import unittest

import harness
from harness import count
from test_verbs import A, B, FILES, FOLDER, OLDER, Verbs, crc


class Call(Verbs):
    def call(self, operation, *parameters, **more):
        return self.ir("call", operation, *parameters, "--json", **more)

    def test_listing_a_folder(self):
        run = self.ok(self.call("GetFoldersAndDocuments2", f"Path={FOLDER}"))

        self.assertEqual([(e["kind"], e["name"])
                          for e in run.record(event="done")["entries"]],
                         [("folder", "Deep"), ("document", "a.bin"),
                          ("document", "b.bin")])

    def test_listing_the_libraries(self):
        run = self.ok(self.call("GetDomains"))

        self.assertEqual([e["name"] for e in
                          run.record(event="done")["entries"]],
                         ["Library", "Other"])

    def test_creating_a_folder(self):
        self.ok(self.call("CreateFolder", "Path=/Other/New"))

        self.assertTrue((self.root / "Other/New").is_dir())
        run = self.call("CreateFolder", "Path=/Other/New")
        self.fails(run, 9, "server")
        self.assertEqual(run.record(event="error")["server_code"], 4090)

    def test_versions(self):
        run = self.ok(self.call("GetDocumentVersions", f"Path={A}"))

        self.assertEqual({v["crc32"] for v in
                          run.record(event="done")["versions"]},
                         {crc(OLDER), crc(FILES[A])})

    def test_queue(self):
        self.ok(self.call("AddToDownloadQueue", f"itemPath={B}"))
        listed = self.ok(self.call("GetDownloadQue")).record(event="done")
        self.ok(self.call("RemoveFromDownloadQueue", f"itemPath={B}"))
        emptied = self.ok(self.call("GetDownloadQue")).record(event="done")

        self.assertEqual([e["name"] for e in listed["entries"]], ["b.bin"])
        self.assertEqual(emptied["entries"], [])

    def test_document_in_one_call(self):
        run = self.ok(self.ir("call", "DownloadDocument", f"Path={A}"))

        self.assertEqual(run.out, FILES[A])
        self.assertEqual(self.called("DownloadDocument"), 1)

    def test_older_version_in_one_call(self):
        run = self.ok(self.call("DownloadDocumentVersion", f"Path={A}",
                                "VersionNumber=1000000", "-o", self.local()))

        self.assertEqual(self.local().read_bytes(), OLDER)
        self.assertEqual(run.record(event="done")["crc32"], crc(OLDER))

    def test_document_up_in_one_call(self):
        more = {"": (), "1": ("VersionComment=c",), "2": ("Checkout=true",),
                "3": ("VersionComment=c", "Checkout=true"),
                "4": ("xmlParameters=<xmlparameters/>",)}
        self.local().write_bytes(FILES[A])
        for number, parameters in more.items():
            run = self.ok(self.call(
                f"UploadDocument{number}", f"Path=/Other/up{number}.bin",
                f"FileContent=@{self.local()}", *parameters))

            self.assertEqual(run.record(event="done")["level"], "verified")
            stored = self.root / f"Other/up{number}.bin"
            self.assertEqual(harness.sha256(stored),
                             harness.sha256(self.local()))
        report = self.emulator.stop()
        self.assertEqual({n: count(report, f"UploadDocument{n}")
                          for n in more}, dict.fromkeys(more, 1))

    def test_content_that_cannot_be_had(self):
        for content, code in ((f"@{self.local('none')}", 10),
                              (f"@{self.folder}", 10), ("text", 2)):
            run = self.call("UploadDocument", "Path=/Other/x",
                            f"FileContent={content}")

            self.assertEqual(run.exit, code, run)
        self.assertEqual(self.emulator.stop()["calls"], {})

    def test_every_operation_of_the_list_takes_its_own_words(self):
        told = self.ok(harness.run(harness.program("IR"), "call"))
        for line in told.out.decode().splitlines():
            operation, *words = line.split()
            run = self.call(operation, *(
                w.strip("[]").replace("NUMBER", "0") for w in words))

            self.assertNotIn("none of its parameters", run.err)
            self.assertNotIn("is missing", run.err)


if __name__ == "__main__":
    unittest.main()
