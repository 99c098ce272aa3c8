#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Documents go up and down by zeep, php-soap and curl, with both generations.

What they store, ir brings down; what ir stored, they bring down; sha256sum
compares.  Every class has an emulator of its own, whose report must say at the
end that nothing was left open.
"""

import io
import itertools
import pathlib
import unittest
import xml.sax.saxutils
import zipfile
import zlib

import harness
import strangers
from harness import CHUNK, USER, Emulator, library, sha256
from strangers import Curl, Php, Zeep

SIZES = {"0": 0, "1": 1, "c_less_1": CHUNK - 1, "c": CHUNK,
         "c_plus_1": CHUNK + 1, "2c_plus_3": 2 * CHUNK + 3}
OURS = "/Library/Größen"  # what ir put
THEIRS = "/Library/Übung 日本"
COMMENT = "nächtlich: 3 < 4 & \"mehr\""
WISHES = ("<xmlparameters><item NAME=\"VERSIONCOMMENT\" VALUE="
          f"{xml.sax.saxutils.quoteattr(COMMENT)}/></xmlparameters>")
FIRST = "1000000"

# What follows the path and the handler or the bytes; the comment and the
# number of the version that this makes.
FINALIZERS = {
    "UploadDocumentWithHandler": ((), "", FIRST),
    "UploadDocumentWithHandler1": ((COMMENT,), COMMENT, FIRST),
    "UploadDocumentWithHandler2": ((COMMENT, 2, 30, 4), COMMENT, "2030004"),
    "UploadDocumentWithHandler3": ((WISHES,), COMMENT, FIRST),
}
ONE_SHOTS = {
    "UploadDocument": ((), ""),
    "UploadDocument1": ((COMMENT,), COMMENT),
    "UploadDocument2": ((False,), ""),
    "UploadDocument3": ((COMMENT, False), COMMENT),
    "UploadDocument4": ((WISHES,), COMMENT),
}


class RoundTrips:
    """An emulator, what ir put there, and a session of the client."""

    @classmethod
    def setUpClass(cls):
        cls.root = cls.enterClassContext(library({
            f"{OURS}/.keep": b"", f"{THEIRS}/.keep": b""}))
        cls.folder = pathlib.Path(cls.enterClassContext(harness.folder()))
        cls.emulator = cls.enterClassContext(
            Emulator(cls.root, "--generation", cls.generation))
        cls.addClassCleanup(cls.check_report)
        cls.client = cls.connect()
        cls.addClassCleanup(cls.client.close)
        cls.client.login()
        cls.sources = {name: cls.folder / name for name in SIZES}
        for seed, (name, size) in enumerate(SIZES.items()):
            cls.sources[name].write_bytes(harness.sample(size, seed))
        cls.sums = {s: sha256(s) for s in cls.sources.values()}
        cls.ir("put", *cls.sums, f"{OURS}/")

    @classmethod
    def check_report(cls):
        """Of the session that is still open: at its end all would go."""
        report = cls.emulator.stop()
        left = {k: report[k] for k in ("open_handlers", "locks", "faults")}
        assert left == {"open_handlers": 0, "locks": [], "faults": 0}, report

    @classmethod
    def ir(cls, verb, *arguments):
        run = harness.ir(verb, *arguments, "--chunk-size", CHUNK,
                         url=cls.emulator.url, folder=cls.folder)
        assert run.exit == 0, run

    def same(self, got, source):
        """The same file, or the same bytes."""
        if isinstance(got, bytes):
            target = self.folder / "got"
            target.write_bytes(got)
            got = target
        self.assertEqual(sha256(got), self.sums[source], source)

    def stored(self, path, source, number=None):
        """What the server has under a path and a document's number."""
        crc = zlib.crc32(source.read_bytes())
        for name in (path, f"~D{number}") if number else (path,):
            said = self.client.mine("DocumentExists", name)
            self.assertEqual(int(said["CRC32LASTVERSION"], 16), crc, name)
        self.same(self.root / path[1:], source)

    def versions(self, path):
        """{number: comment} of a document."""
        said = self.client.mine("GetDocumentVersions", path)
        return {row["Number"]: row["Comment"] or ""
                for row in said.rows("Version")}

    def holder(self, path):
        said, = self.client.mine("GetDocument", path, False, False, False,
                                 False).rows("document")
        return said["CheckoutByUserName"] or ""


class Reading(RoundTrips):
    """Calls that carry no bytes: over every binding of both generations."""

    def test_brings_down_in_chunks_what_ir_put(self):
        for name, source in self.sources.items():
            self.same(self.client.download(f"{OURS}/{name}"), source)

    def test_brings_down_at_once_what_ir_put(self):
        for name, source in self.sources.items():
            path = f"{OURS}/{name}"
            self.same(self.client.ask("DownloadDocument", path).data, source)
            self.same(self.client.ask("DownloadDocumentVersion", path,
                                      int(FIRST)).data, source)

    def same_archive(self, data, names):
        """A sound archive of the folder that ir filled, and of no more."""
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.assertIsNone(archive.testzip())
            documents = [n for n in archive.namelist() if n[-1] != "/"]
            self.assertCountEqual(documents, names)
            for name in documents:
                last = name.rpartition("/")[2]
                if last in self.sources:
                    self.same(archive.read(name), self.sources[last])

    def test_archive_holds_what_ir_put(self):
        folder = [f"Größen/{name}" for name in (*SIZES, ".keep")]
        wanted = f"{OURS}|{OURS}/c|~D0"
        staged = self.client.mine("DownloadZipWithHandler", wanted, True)

        chunked = self.client.chunks(staged["downloadhandler"])
        at_once = self.client.ask("DownloadZip", wanted).data

        self.same_archive(chunked, [*folder, "c"])
        self.same_archive(at_once, [*folder, "c"])

    def test_archive_of_nothing_is_refused(self):
        said = self.client.ask("DownloadZipWithHandler", f"{OURS}/no", False)

        self.assertFalse(said.success, said)
        self.assertFalse(said["downloadhandler"], said)

    def test_listing_tells_sizes_and_checksums(self):
        said = self.client.mine("GetFoldersAndDocuments2", OURS)

        self.assertEqual(
            {d["n"]: (int(d["sz"]), int(d["chksum"], 16), d["lv"])
             for d in said.rows("d") if d["n"] in SIZES},
            {name: (SIZES[name], zlib.crc32(source.read_bytes()), FIRST)
             for name, source in self.sources.items()})

    def queue(self):
        said = self.client.mine("GetDownloadQue", *[False] * 5)
        return [row["Name"] for kind in ("folder", "document")
                for row in said.rows(kind)]

    def test_queue_keeps_what_is_added_until_it_is_removed(self):
        for path in (f"{OURS}/c", OURS):
            self.client.mine("AddToDownloadQueue", path)
            again = self.client.ask("AddToDownloadQueue", path)
            self.assertFalse(again.success, again)
        self.assertEqual(self.queue(), ["Größen", "c"])

        for path in (OURS, f"{OURS}/c", f"{OURS}/c"):
            self.client.mine("RemoveFromDownloadQueue", path)
        self.assertEqual(self.queue(), [])

    def test_lock_is_held_until_unlock(self):
        path = f"{OURS}/1"
        self.client.mine("Lock", path)
        self.assertEqual(self.holder(path), USER)
        self.assertFalse(self.client.ask("Lock", path).success)

        self.client.mine("UnLock", path, False)
        self.assertEqual(self.holder(path), "")

    def test_folder_is_made_with_its_parents(self):
        path = f"{THEIRS}/neu/tiefer"
        self.assertFalse(self.client.ask("FolderExists", path).success)

        made = self.client.mine("CreateFolder", path)
        again = self.client.ask("CreateFolder", path)

        self.assertEqual(made["FolderName"], "tiefer")
        self.assertTrue((self.root / path[1:]).is_dir())
        self.assertFalse(again.success, again)
        self.client.mine("FolderExists", path)


class Writing(RoundTrips):
    """Calls that carry bytes, too."""

    def test_ir_brings_down_what_was_sent_in_chunks(self):
        sent = {f"{THEIRS}/{name}.bin": source
                for name, source in self.sources.items()
                if SIZES[name] > 0 or self.can_be_empty}

        for path, source in sent.items():
            self.client.upload(path, source.read_bytes())

        got = self.folder / "by-ir"
        got.mkdir()
        self.ir("get", *sent, "-o", got)
        for path, source in sent.items():
            self.same(got / pathlib.PurePath(path).name, source)
            self.same(self.client.download(path), source)

    def test_every_finalizer_makes_a_document(self):
        source = self.sources["c_plus_1"]
        for name, (more, comment, version) in FINALIZERS.items():
            path = f"{THEIRS}/{name}"
            handler = self.client.stage(source.read_bytes())

            said = self.client.mine(name, path, handler, *more)

            self.stored(path, source, said["DocumentId"])
            self.assertEqual(self.versions(path), {version: comment}, name)
            self.client.mine("DeleteUploadHandler", handler)

    def test_new_document_in_a_folder(self):
        source = self.sources["c"]
        where = (THEIRS, "Neues Dokument")
        handlers = [self.client.stage(source.read_bytes()) for _ in range(2)]

        first, again = [
            self.client.ask("UploadNewDocumentWidthHandler", *where, handler,
                            WISHES) for handler in handlers]

        self.assertTrue(first.success, first)
        self.assertFalse(again.success, again)
        self.stored("/".join(where), source)
        self.assertEqual(self.versions("/".join(where)), {FIRST: COMMENT})

    def test_every_one_shot_makes_a_document(self):
        source = self.sources["2c_plus_3"]
        for name, (more, comment) in ONE_SHOTS.items():
            path = f"{THEIRS}/{name}"

            said = self.client.mine(name, path, source.read_bytes(), *more)

            self.stored(path, source, said["DocumentId"])
            self.assertEqual(self.versions(path), {FIRST: comment}, name)

    def test_one_shots_of_every_size_are_what_ir_brings_down(self):
        sent = {f"{THEIRS}/{name}.once": source
                for name, source in self.sources.items()
                if SIZES[name] > 0 or self.can_be_empty}

        for path, source in sent.items():
            self.client.mine("UploadDocument", path, source.read_bytes())

        got = self.folder / "once-by-ir"
        got.mkdir()
        self.ir("get", *sent, "-o", got)
        for path, source in sent.items():
            self.same(got / pathlib.PurePath(path).name, source)
            self.same(self.client.ask("DownloadDocument", path).data, source)

    def test_empty_bytes(self):
        """A form cannot say them; over SOAP they are one empty chunk."""
        granted = self.client.mine("CreateUploadHandler", 0)
        handler, path = granted["UploadHandler"], f"{THEIRS}/empty"
        chunk = self.client.chunk(handler, b"", True)
        at_once = self.client.ask("UploadDocument", f"{path}.once", b"")
        if self.can_be_empty:
            self.assertEqual(int(chunk["filehexcrc"], 16), 0)
            self.assertTrue(at_once.success, at_once)
            self.client.mine("UploadDocumentWithHandler", path, handler)
            self.stored(path, self.sources["0"])
            self.stored(f"{path}.once", self.sources["0"])
        else:
            self.assertEqual((chunk.status, at_once.status), (400, 400))
            self.client.mine("DeleteUploadHandler", handler)
            self.assertFalse((self.root / path[1:]).exists())

    def test_chunk_with_a_wrong_checksum_is_sent_again(self):
        source = self.sources["c_plus_1"]
        data, path = source.read_bytes(), f"{THEIRS}/again"
        handler = self.client.mine("CreateUploadHandler",
                                   CHUNK)["UploadHandler"]
        parts = ((data[:CHUNK], False), (data[CHUNK:], True))
        for part, is_last in parts:
            wrong = self.client.chunk(handler, part, is_last, crc=0xBAD)
            self.assertEqual((wrong["success"], wrong["tryagain"]),
                             ("false", "true"))
            right = self.client.chunk(handler, part, is_last)
            self.assertEqual((right["success"], right["tryagain"]),
                             ("true", "false"))

        self.client.mine("UploadDocumentWithHandler", path, handler)

        self.stored(path, source)

    def test_abandoned_upload_leaves_nothing(self):
        handler = self.client.stage(b"abandoned")

        self.client.mine("DeleteUploadHandler", handler)

        late = self.client.ask("UploadDocumentWithHandler",
                               f"{THEIRS}/abandoned", handler)
        self.assertFalse(late.success, late)
        self.assertFalse((self.root / THEIRS[1:] / "abandoned").exists())

    def test_every_version_keeps_its_bytes(self):
        path = f"{THEIRS}/versions"
        old, middle, new = (self.sources[n] for n in ("c", "1", "c_plus_1"))
        self.client.upload(path, old.read_bytes())
        self.client.mine("Lock", path)
        self.client.mine("UploadDocumentWithHandler1", path,
                         self.client.stage(middle.read_bytes()), "in chunks")
        self.client.mine("UploadDocument1", path, new.read_bytes(), "at once")
        self.client.mine("UnLock", path, False)

        numbers = {comment: int(number)
                   for number, comment in self.versions(path).items()}
        for comment, source in (("", old), ("in chunks", middle),
                                ("at once", new)):
            number = numbers.pop(comment)
            self.same(self.client.download(path, number), source)
            self.same(self.client.ask("DownloadDocumentVersion", path,
                                      number).data, source)
        self.assertEqual(numbers, {})
        self.stored(path, new)


class Refused(RoundTrips):
    """Bindings that cannot carry bytes; classic servers take it for an
    exception."""

    refusals = {"modern": (415, ""),
                "classic": (500, "Request format is unrecognized.")}

    def test_bytes_are_refused_and_nothing_is_stored(self):
        path, refused = f"{THEIRS}/refused", set()
        handler = self.client.mine("CreateUploadHandler", 0)["UploadHandler"]
        calls = {name: (path, b"bytes", *more)
                 for name, (more, _) in ONE_SHOTS.items()}
        calls["UploadFileChunk"] = (handler, b"bytes",
                                    f"{zlib.crc32(b'bytes'):X}", True)
        for name, values in calls.items():
            said = self.client.ask(name, *values)
            if (said.status, said["error"]) == self.refusals[self.generation]:
                refused.add(name)

        self.assertEqual(refused, self.client.takes_bytes)
        self.assertFalse((self.root / path[1:]).exists())
        self.client.mine("DeleteUploadHandler", handler)

    def test_what_soap_staged_can_be_committed(self):
        source, path = self.sources["c_plus_1"], f"{THEIRS}/committed"
        soap = Curl(self.emulator.url, "SOAP 1.1")
        soap.ticket = self.client.ticket

        self.client.mine("UploadDocumentWithHandler1", path,
                         soap.stage(source.read_bytes()), COMMENT)

        self.stored(path, source)
        self.assertEqual(self.versions(path), {FIRST: COMMENT})


CLIENTS = {
    "zeep_soap_1_1": lambda url: Zeep(url, "srvSoap"),
    "zeep_soap_1_2": lambda url: Zeep(url, "srvSoap12"),
    "php_soap_1_1": lambda url: Php(url, "1.1"),
    "php_soap_1_2": lambda url: Php(url, "1.2"),
    "curl_soap_1_1": lambda url: Curl(url, "SOAP 1.1"),
    "curl_soap_1_2": lambda url: Curl(url, "SOAP 1.2"),
    "curl_post": lambda url: Curl(url, "POST"),
    "curl_get": lambda url: Curl(url, "GET"),
}


LACKING = {name for name, found in (("zeep", strangers.zeep),
                                    ("php", strangers.HAS_PHP)) if not found}


def case(client, generation):
    """The test case of a client and a generation."""
    soap = "soap" in client
    carries = soap or (client, generation) == ("curl_post", "modern")
    made = type(
        f"{client}_{generation}",
        (Writing if carries else Refused, Reading, unittest.TestCase),
        {"generation": generation, "can_be_empty": soap,
         "connect": classmethod(
             lambda cls: CLIENTS[client](cls.emulator.url))})
    program = client.partition("_")[0]
    return unittest.skipIf(program in LACKING, f"{program} is not installed")(made)


for row in itertools.product(CLIENTS, ("modern", "classic")):
    globals()["_".join(row)] = case(*row)

if __name__ == "__main__":
    unittest.main()
