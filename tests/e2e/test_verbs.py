#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""ls, zip, info and verify against the emulator.  What they say is compared
with the files that it serves, read by zlib, zipfile and os.walk; its report
tells what was called."""

import io
import os
import pathlib
import unittest
import zipfile
import zlib

import harness
from bad_server import READ, STAGE, Answer, Server, refusal
from harness import CHUNK, Emulator, count, library

FOLDER = "/Library/Folder"
FILES = {
    f"{FOLDER}/a.bin": harness.sample(CHUNK + 99, 1),
    f"{FOLDER}/b.bin": harness.sample(1000, 2),
    f"{FOLDER}/Deep/Deeper/c.txt": b"c",
    f"{FOLDER}/Deep/empty": b"",
    "/Library/Über uns/Ärger & Söhne.pdf": harness.sample(3000, 3),
    "/Other/d.txt": b"d",
}
OLDER = harness.sample(CHUNK - 7, 5)
A = f"{FOLDER}/a.bin"
B = f"{FOLDER}/b.bin"


def crc(content):
    return f"{zlib.crc32(content):08X}"


class Verbs(unittest.TestCase):
    """One emulator over FILES for each test."""

    def setUp(self):
        harness.program("IR")
        harness.program("IR_EMULATOR")
        self.folder = self.enterContext(harness.folder())
        older = pathlib.Path(self.folder, "secret-older")
        older.write_bytes(OLDER)
        self.root = self.enterContext(library(FILES))
        self.emulator = self.enterContext(Emulator(
            self.root, "--older-version", f"{A}={older}"))

    def ir(self, verb, *arguments, **more):
        return harness.ir(verb, *arguments, url=self.emulator.url,
                          folder=self.folder, **more)

    def ok(self, run):
        self.assertEqual(run.exit, 0, run)
        return run

    def fails(self, run, code, status):
        self.assertEqual(run.exit, code, run)
        self.assertEqual(run.record(event="error").get("status"), status, run)

    def entries(self, run):
        return [r for r in run.records() if r["event"] == "entry"]

    def local(self, name="local"):
        return pathlib.Path(self.folder, name)

    def called(self, operation):
        return count(self.emulator.stop(), operation)


class List(Verbs):
    def test_root_has_the_libraries(self):
        run = self.ok(self.ir("ls", "/", "--json"))

        self.assertEqual({(r["kind"], r["path"]) for r in self.entries(run)},
                         {("folder", "/Library"), ("folder", "/Other")})

    def test_entries_are_the_files_with_their_sizes_and_checksums(self):
        run = self.ok(self.ir("ls", FOLDER, "--json"))

        seen = {r["path"]: (r["kind"], r["name"], r.get("size_bytes"),
                            r.get("crc32")) for r in self.entries(run)}
        self.assertEqual(seen, {
            f"{FOLDER}/Deep": ("folder", "Deep", None, None),
            A: ("document", "a.bin", len(FILES[A]), crc(FILES[A])),
            B: ("document", "b.bin", len(FILES[B]), crc(FILES[B]))})
        versions = {r["name"]: r.get("version") for r in self.entries(run)}
        self.assertEqual(versions,
                         {"Deep": None, "a.bin": 1000001, "b.bin": 1000000})

    def test_text_has_columns_and_marks_folders(self):
        lines = self.ok(self.ir("ls", FOLDER)).out.decode().splitlines()

        self.assertEqual([line.split()[-1] for line in lines],
                         ["Deep/", "a.bin", "b.bin"])
        self.assertEqual(lines[2].split(),
                         ["1000", "bytes", crc(FILES[B]), "1000000", "b.bin"])
        self.assertEqual({line.rindex(" ") for line in lines},
                         {lines[0].rindex(" ")})

    def test_quiet_keeps_the_listing(self):
        self.assertEqual(self.ok(self.ir("ls", FOLDER)).out,
                         self.ok(self.ir("ls", "-q", FOLDER)).out)

    def test_documents_and_folders_are_parted_by_empty_lines(self):
        out = self.ok(self.ir("ls", A, B, "/Other", B)).out.decode()

        blocks = [[line.split()[-1] for line in block.splitlines()]
                  for block in out.split("\n\n")]
        self.assertEqual(blocks, [[A, B], ["/Other:", "d.txt"], [B]])

    def test_several_folders_get_headings(self):
        run = self.ok(self.ir("ls", "/Other", FOLDER))

        lines = run.out.decode().splitlines()
        self.assertEqual([lines[0], *lines[2:4]],
                         ["/Other:", "", f"{FOLDER}:"])

    def test_recursive_lists_the_whole_tree_depth_first(self):
        run = self.ok(self.ir("ls", "-r", "/", "--json"))

        expected = []
        for folder, folders, files in os.walk(self.root):
            folders.sort()
            inside = pathlib.PurePosixPath("/", os.path.relpath(
                folder, self.root))
            expected += [str(inside / n) for n in folders + sorted(files)]
        self.assertEqual([r["path"] for r in self.entries(run)], expected)

    def test_listing_by_id_gives_paths_that_lead_on(self):
        run = self.ok(self.ir("ls", FOLDER, "--json"))
        deep = run.record(name="Deep")["id"]

        run = self.ok(self.ir("ls", "-r", deep, "--json"))

        self.assertEqual([r["name"] for r in self.entries(run)],
                         ["Deeper", "empty", "c.txt"])
        path = run.record(name="c.txt")["path"]
        run = self.ok(self.ir("info", path, "--json"))
        self.assertEqual(run.record(event="done")["crc32"], crc(b"c"))

    def test_document_is_listed_by_itself(self):
        line = self.ok(self.ir("ls", B)).out.decode()
        run = self.ok(self.ir("ls", B, "--json"))

        self.assertEqual(line.split()[-1], B)
        self.assertEqual(len(self.entries(run)), 1, run)
        self.assertLessEqual({"kind": "document", "path": B, "name": "b.bin",
                              "size_bytes": 1000, "crc32": crc(FILES[B])
                              }.items(), self.entries(run)[0].items())

    def test_what_is_not_there_is_not_found(self):
        self.fails(self.ir("ls", "/Library/none", "--json"), 3, "not_found")

    def test_one_that_is_not_there_does_not_hide_the_others(self):
        run = self.ir("ls", "/Library/none", "/Other", "--json")

        self.fails(run, 13, "not_found")
        self.assertEqual(self.entries(run)[0]["path"], "/Other/d.txt")


class Listing(Server):
    """Every folder holds one more, with this name."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def answer(self, call):
        if call.operation != "GetFoldersAndDocuments2":
            return super().answer(call)
        return Answer({"success": "true"}, f'<f id="9" n="{self.name}"/>')


class HostileList(unittest.TestCase):
    def ls(self, server, *options):
        with harness.folder() as folder, server:
            return harness.ir("ls", "/L", *options, url=server.url,
                              folder=folder)

    def test_names_cannot_drive_a_terminal(self):
        for options in ((), ("--json",)):
            run = self.ls(Listing("a&#x9B;31m&#x202E;b"), *options)

            self.assertEqual(run.exit, 0, run)
            self.assertIn(b"a??31m???b", run.out)
            self.assertNotRegex(run.out.decode(), "[\x9b\u202e]")

    def test_folders_without_end_end(self):
        server = Listing("more")

        run = self.ls(server, "-r", "--json")

        self.assertEqual(run.exit, 13, run)
        self.assertEqual(run.record(event="error")["status"], "limit")
        self.assertEqual(server.count("GetFoldersAndDocuments2"), 129)

    def test_name_that_leads_elsewhere_is_followed_by_id(self):
        run = self.ls(Listing("../x"), "--json")

        self.assertEqual(run.record(event="entry")["path"], "~F9", run)


class Classic(unittest.TestCase):
    """Servers with classic names, which serve newer operations in their own."""

    def test_archives_and_values_mix_with_other_calls(self):
        with harness.library(FILES) as root, harness.folder() as folder, \
                harness.Emulator(root, "--generation", "classic",
                                 "--spelling", "classic") as emulator:
            def ir(*words):
                run = harness.ir(*words, url=emulator.url, folder=folder)
                self.assertEqual(run.exit, 0, run)
                return run

            local = os.path.join(folder, "out")
            for spelling in ("auto", "classic"):
                for more in ((), ("--partial",)):
                    ir("zip", A, "-o", local, "--spelling", spelling, *more)
                ir("call", "DownloadDocument", f"Path={A}", "-o", local,
                   "--spelling", spelling)
                self.assertEqual(pathlib.Path(local).read_bytes(), FILES[A])
                ir("call", "AddToDownloadQueue", f"itemPath={A}",
                   "--spelling", spelling)
                ir("zip", "--queue", "-o", local, "--spelling", spelling)
                ir("call", "RemoveFromDownloadQueue", f"itemPath={A}",
                   "--spelling", spelling)
            self.assertEqual(emulator.stop()["open_handlers"], 0)


class Zip(Verbs):
    def zip(self, *arguments, **more):
        return self.ir("zip", *arguments, "--json", **more)

    def inside(self, source):
        """{name: bytes} of the files in an archive, each read by zipfile."""
        with zipfile.ZipFile(source) as archive:
            self.assertIsNone(archive.testzip())
            return {n: archive.read(n) for n in archive.namelist()
                    if not n.endswith("/")}

    def test_folder_with_all_that_is_in_it(self):
        run = self.ok(self.zip(FOLDER, "-o", self.local()))

        prefix = os.path.dirname(FOLDER) + "/"
        wanted = {path.removeprefix(prefix): content for path, content
                  in FILES.items() if path.startswith(FOLDER + "/")}
        self.assertEqual(self.inside(self.local()), wanted)
        packed = self.local().read_bytes()
        done = run.record(event="done")
        self.assertLessEqual({
            "file": str(self.local()), "size_bytes": len(packed),
            "crc32": crc(packed), "level": "verified", "files": len(wanted),
            "skipped": 0, "retries": 0}.items(), done.items())
        self.assertEqual(done["chunks"], self.called(READ))
        self.assertEqual(self.emulator.stop()["open_handlers"], 0)

    def test_chunks_have_the_size_asked_for(self):
        run = self.ok(self.zip(A, B, "-o", self.local(), "--chunk-size",
                               "100000"))

        size = self.local().stat().st_size
        self.assertEqual(run.record(event="done")["chunks"],
                         -(-size // 100000))

    def test_to_standard_output(self):
        run = self.ok(self.ir("zip", A, B, "-o", "-"))

        self.assertEqual(self.inside(io.BytesIO(run.out)),
                         {"a.bin": FILES[A], "b.bin": FILES[B]})
        self.assertEqual(self.emulator.stop()["open_handlers"], 0)

    def test_where_it_goes_has_to_be_said(self):
        run = self.zip(FOLDER)

        self.fails(run, 2, "argument")
        self.assertIn("-o FILE", run.err)
        self.assertEqual(self.emulator.stop()["calls"], {})

    def test_what_goes_in_has_to_be_said(self):
        run = self.zip("-o", self.local())

        self.fails(run, 2, "argument")
        self.assertIn("--queue", run.err)
        self.assertEqual(self.emulator.stop()["calls"], {})

    def queue(self, *paths):
        for path in paths:
            self.ok(self.ir("call", "AddToDownloadQueue", f"itemPath={path}"))

    def test_download_queue_alone(self):
        self.queue(B, f"{FOLDER}/Deep")

        self.ok(self.zip("--queue", "-o", self.local()))

        self.assertEqual(self.inside(self.local()), {
            "b.bin": FILES[B], "Deep/empty": b"", "Deep/Deeper/c.txt": b"c"})

    def test_download_queue_beside_operands(self):
        self.queue(B)

        self.ok(self.zip("--queue", A, "-o", self.local()))

        self.assertEqual(set(self.inside(self.local())), {"a.bin", "b.bin"})

    def test_empty_download_queue(self):
        self.fails(self.zip("--queue", "-o", self.local()), 3, "not_found")

        self.assertFalse(self.local().exists())


class Info(Verbs):
    VERSIONS = [(1000000, OLDER), (1000001, FILES[A])]

    def test_json_has_every_version(self):
        done = self.ok(self.ir("info", A, "--json")).record(event="done")

        self.assertEqual(done["crc32"], crc(FILES[A]))
        self.assertEqual(
            sorted((v["number"], v["size_bytes"], v["crc32"])
                   for v in done["versions"]),
            [(n, len(c), crc(c)) for n, c in self.VERSIONS])

    def test_text_has_a_line_for_each_version(self):
        lines = self.ok(self.ir("info", A)).out.decode().splitlines()

        told = [line for line in lines if line.startswith("versions: ")]
        self.assertEqual(lines[-2:], told)
        for number, content in self.VERSIONS:
            self.assertTrue([line for line in told if
                             f"number={number}  size_bytes={len(content)}  "
                             f"crc32={crc(content)}  created=" in line], told)

    def test_document_facts_are_those_of_the_version_asked_for(self):
        run = self.ok(self.ir("info", A, "--doc-version", "1000000", "--json"))

        done = run.record(event="done")
        self.assertEqual(done["crc32"], crc(OLDER))
        self.assertEqual(len(done["versions"]), 2)

    def test_comment_of_a_version(self):
        self.local("new.bin").write_bytes(b"new")
        self.ok(self.ir("put", self.local("new.bin"), f"{FOLDER}/",
                        "--comment", "night  sync"))

        run = self.ok(self.ir("info", f"{FOLDER}/new.bin", "--json"))

        version = run.record(event="done")["versions"][0]
        self.assertEqual(version["comment"], "night  sync")
        self.assertEqual(version["author"], harness.USER)


class Documents(Server):
    """Tells of documents, not of their versions, and not of folders."""

    def answer(self, call):
        if call.operation == "GetFoldersAndDocuments2":
            return refusal(None, "Folder not found.")
        if call.operation != "GetDownloadInfo":
            return super().answer(call)
        return Answer({"success": "true", "Size": "5", "CRC32": "1A2B",
                       "VersionNumber": "0", "RenderedContent": "false"})


class OnlyDocuments(unittest.TestCase):
    def test_refusal_without_a_code_may_mean_a_document(self):
        with harness.folder() as folder, Documents() as server:
            run = harness.ir("ls", "/L/a", "--json", url=server.url,
                             folder=folder)

        self.assertEqual(run.exit, 0, run)
        self.assertEqual(run.record(event="entry")["crc32"], "00001A2B")

    def test_refused_versions_are_a_warning_for_each_document(self):
        with harness.folder() as folder, Documents() as server:
            run = harness.ir("info", "/L/a", "/L/b", "--json", url=server.url,
                             folder=folder)

        self.assertEqual(run.exit, 0, run)
        self.assertEqual([(r["event"], r["path"]) for r in run.records()],
                         [("warning", "/L/a"), ("done", "/L/a"),
                          ("warning", "/L/b"), ("done", "/L/b")])
        self.assertNotIn("versions", run.record(event="done"))


class Verify(Verbs):
    def verify(self, *arguments):
        return self.ir("verify", *arguments, "--json")

    def test_same_content_is_verified_without_a_transfer(self):
        self.local().write_bytes(FILES[A])

        run = self.ok(self.verify(A, "-o", self.local()))

        self.assertLessEqual({
            "path": A, "file": str(self.local()), "size_bytes": len(FILES[A]),
            "crc32": crc(FILES[A]), "level": "verified"}.items(),
            run.record(event="done").items())
        self.assertEqual(self.called(STAGE), 0)

    def test_other_bytes_of_the_same_size(self):
        self.local().write_bytes(FILES[B][:-1] + b"?")

        run = self.verify(B, "-o", self.local())

        self.fails(run, 8, "corrupt")
        self.assertIn(crc(FILES[B]), run.err)
        self.assertIn(crc(FILES[B][:-1] + b"?"), run.err)

    def test_other_size(self):
        self.local().write_bytes(FILES[B][:-1])

        run = self.verify(B, "-o", self.local())

        self.fails(run, 8, "corrupt")
        self.assertIn("999", run.err)
        self.assertIn("1000", run.err)

    def test_missing_local_file(self):
        self.fails(self.verify(B, "-o", self.local()), 10, "io")

        self.assertFalse(self.local().exists())

    def test_missing_document(self):
        self.local().write_bytes(b"")

        self.fails(self.verify("/Library/none", "-o", self.local()), 3,
                   "not_found")

    def test_older_version(self):
        self.local().write_bytes(OLDER)

        self.ok(self.verify(A, "--doc-version", "1000000", "-o", self.local()))
        self.fails(self.verify(A, "-o", self.local()), 8, "corrupt")

    def test_files_are_where_get_stores_them(self):
        listed = self.ok(self.ir("ls", FOLDER, "--json"))
        words = (listed.record(name="b.bin")["id"], A, "-o",
                 f"{self.folder}/into/")
        self.ok(self.ir("get", *words))

        run = self.ok(self.verify(*words))

        self.assertEqual(
            {r["file"] for r in run.records()},
            {str(self.local(n)) for n in ("into/a.bin", "into/b.bin")})

    def test_one_that_differs_does_not_hide_the_others(self):
        self.ok(self.ir("get", A, B, "-o", f"{self.folder}/into/"))
        self.local("into/a.bin").write_bytes(b"")

        run = self.verify(A, B, "-o", f"{self.folder}/into/")

        self.fails(run, 13, "corrupt")
        self.assertEqual(run.record(event="error")["path"], A)
        self.assertEqual(run.record(event="done")["path"], B)

    def test_standard_output_is_no_local_file(self):
        run = self.ir("verify", B, "-o", "-")

        self.assertEqual(run.exit, 2, run)
        self.assertIn("no local file", run.err)


if __name__ == "__main__":
    unittest.main()
