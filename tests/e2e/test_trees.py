#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Folders with all that is in them, by get -r and put -r.

Good trees go against the emulator and are compared by diff; what no good server
says comes from one of our own.  Nothing may be written or read outside the tree
that was named.
"""

import dataclasses
import os
import pathlib
import signal
import subprocess
import unittest
from xml.sax.saxutils import quoteattr

import harness
from bad_server import DELETE, READ, STAGE, Answer, Row, Server, hold, refusal
from harness import CHUNK, USER, sample

LIST = "GetFoldersAndDocuments2"
NOBODY = 65534


def plant(root):
    """A tree of many kinds; (documents, folders, bytes)."""
    files = {"a.txt": b"a", "empty": b"", "two blanks.txt": b"x y",
             "deep/er/still/one.bin": sample(2 * CHUNK + 3),
             "deep/er/same": b"1", "deep/same": b"2",
             "\u00fc\u65e5\u672c/\u00f1 \U0001f680.txt": "\u00fc".encode(),
             "sp ace/100 percent": b"%", "CON": b"device", "~D1": b"id?"}
    files |= {f"many/{i:03}.txt": sample(i, i) for i in range(300)}
    for name, content in files.items():
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    pathlib.Path(root, "hollow", "inner").mkdir(parents=True)
    folders = 1 + sum(p.is_dir() for p in pathlib.Path(root).rglob("*"))
    return len(files), folders, sum(map(len, files.values()))


class Trees(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(harness.folder()))
        self.out = self.folder / "out"

    def ir(self, verb, server, *more, **named):
        return harness.ir(verb, "-r", *more, "--json", "--retry-delay", "1ms",
                          url=server.url, folder=self.folder, **named)

    def get(self, server, *more, **named):
        return self.ir("get", server, "-o", self.out, *more, **named)

    def same(self, a, b):
        diff = subprocess.run(["diff", "-r", "--no-dereference", a, b],
                              capture_output=True, text=True)
        self.assertEqual((diff.returncode, diff.stdout + diff.stderr), (0, ""))

    def ends(self, run, code, **summary):
        """How it ended, and what its last line says of it."""
        self.assertEqual(run.exit, code, run)
        last = run.records()[-1]
        self.assertEqual(last["event"], "summary", run)
        self.assertEqual({k: last[k] for k in summary}, summary, run)
        self.assertGreaterEqual(last["seconds"], 0)

    def failed(self, run):
        """{path: status} of what failed."""
        return {r["path"]: r["status"] for r in run.records()
                if r["event"] == "error"}

    def local(self):
        """Every file and directory below the target."""
        return sorted(str(p.relative_to(self.out))
                      for p in self.out.rglob("*"))


class RoundTrip(Trees):
    """A tree goes up and comes down as it was."""

    def setUp(self):
        super().setUp()
        self.tree = self.folder / "tree"
        self.n, self.n_folders, self.n_bytes = plant(self.tree)
        self.root = self.enterContext(harness.library({}))
        (self.root / "Library").mkdir()

    def check(self, *options):
        counts = {"documents": self.n, "failed": 0, "skipped": 0,
                  "bytes": self.n_bytes, "folders": self.n_folders}
        with harness.Emulator(self.root, *options) as emulator:
            up = self.ir("put", emulator, self.tree, "/Library/")
            down = self.get(emulator, "/Library/tree")
            report = emulator.stop()

        self.ends(up, 0, **counts)
        self.same(self.tree, self.root / "Library/tree")
        self.ends(down, 0, **counts)
        os.rename(self.out / "tree/%43ON", self.out / "tree/CON")
        self.same(self.tree, self.out / "tree")
        self.assertEqual(report["open_handlers"], 0)

    def test_modern_server(self):
        self.check()

    def test_classic_server(self):
        self.check("--generation", "classic", "--spelling", "classic")

    def test_folder_takes_the_name_of_the_target(self):
        with harness.Emulator(self.root) as emulator:
            run = self.ir("put", emulator, self.tree / "deep",
                          "/Library/New/Name")

        self.ends(run, 0, documents=3, folders=3)
        self.same(self.tree / "deep", self.root / "Library/New/Name")

    def test_tree_that_exists_is_refused_file_by_file(self):
        for options in ((), ("--new-only",)):
            with self.subTest(options), harness.Emulator(
                    self.root, "--generation",
                    "classic" if options else "modern") as emulator:
                self.ir("put", emulator, self.tree / "deep", "/Library/T")
                run = self.ir("put", emulator, self.tree / "deep",
                              "/Library/T", *options)

                self.ends(run, 9, documents=0, failed=3, folders=3)

    def test_versions_are_made_with_check_out(self):
        with harness.Emulator(self.root) as emulator:
            self.ir("put", emulator, self.tree / "deep", "/Library/T")
            (self.tree / "deep/same").write_bytes(b"changed")
            run = self.ir("put", emulator, self.tree / "deep", "/Library/T",
                          "--lock")

        self.ends(run, 0, documents=3, failed=0)
        self.same(self.tree / "deep", self.root / "Library/T")

    def test_everything_there_is(self):
        (self.root / "Other").mkdir()
        (self.root / "Library/one").write_bytes(b"1")
        with harness.Emulator(self.root) as emulator:
            run = self.get(emulator, "/")

        self.ends(run, 0, documents=1)
        self.same(self.root, self.out)

    def test_folders_and_documents_together(self):
        deep = self.root / "Library/deep"
        subprocess.run(["cp", "-r", self.tree / "deep", deep], check=True)
        (self.root / "Library/one").write_bytes(b"1")
        with harness.Emulator(self.root) as emulator:
            info = harness.ir("info", "/Library/deep/same", "--json",
                              url=emulator.url, folder=self.folder)
            down = self.get(emulator, "/Library/deep/", "/Library/one",
                            "/Library/none", "~D40001")
            up = self.ir("put", emulator, self.tree / "a.txt",
                         self.tree / "hollow/", "/Library/New/",
                         "--create-folders")

        self.assertEqual(info.exit, 0, info)
        self.ends(down, 13, documents=5, failed=1)
        self.assertEqual(self.failed(down), {"/Library/none": "not_found"})
        self.same(deep, self.out / "deep")
        self.assertEqual((self.out / "one").read_bytes(), b"1")
        self.ends(up, 0, documents=1, folders=2)
        self.same(self.tree / "hollow", self.root / "Library/New/hollow")

    def test_text_ends_with_one_line_of_summary(self):
        with harness.Emulator(self.root) as emulator:
            run = harness.ir("put", "-r", self.tree / "deep", "/Library/T",
                             url=emulator.url, folder=self.folder)

        self.assertEqual(run.exit, 0, run)
        lines = run.out.decode().splitlines()
        self.assertEqual(len(lines), 4, run)
        self.assertRegex(lines[-1], r"^3 documents, 512\.0 KiB, in 3 folders; "
                         r"0 failed, 0 skipped; \d+\.\d s$")

    @unittest.skipIf(harness.SANITIZED, "memory of the product alone")
    def test_memory_does_not_grow_with_documents_fetched(self):
        for i in range(1, 9):
            subprocess.run(["cp", "-r", self.tree / "many",
                            self.root / f"Library/{i}"], check=True)
        with harness.Emulator(self.root) as emulator:
            one = self.get(emulator, "/Library/1", "--progress", "never")
            all_of_them = self.get(emulator, "/Library", "--progress",
                                   "never", deadline=150)

        self.ends(all_of_them, 0, documents=2400, failed=0)
        self.assertLess(all_of_them.rss_mib, one.rss_mib + 0.6)


class Usage(Trees):
    """Refused before anything is asked of the server."""

    def check(self, *arguments, part):
        with Server() as server:
            run = harness.ir(*arguments, url=server.url, folder=self.folder)

        self.assertEqual(run.exit, 2, run)
        self.assertIn(part, run.err)
        self.assertEqual(server.n_connections, 0)

    def test_directory_needs_the_option(self):
        self.check("put", self.folder, "/Library/x", part="-r")

    def test_directory_without_a_name(self):
        self.check("put", "-r", ".", "/Library/", part="name")

    def test_several_need_a_folder(self):
        self.check("put", "-r", self.folder, self.folder, "/L/x", part="'/'")

    def test_two_directories_of_one_name(self):
        for name in ("a/x", "b/x"):
            (self.folder / name).mkdir(parents=True)

        self.check("put", "-r", self.folder / "a/x", self.folder / "b/x/",
                   "/L/y/", part="/L/y/x")

    def test_folders_go_to_no_stream(self):
        self.check("get", "-r", "/L/x", "-o", "-", part="directory")

    def test_one_version_of_many_documents(self):
        self.check("get", "-r", "/L/x", "--doc-version", "1000001",
                   part="--doc-version")

    def test_two_folders_of_one_name(self):
        self.check("get", "-r", "/L/x", "/M/x/", part="x")

    def test_everything_and_more(self):
        self.check("get", "-r", "/", "/L/x", part="everything")

    def test_folder_that_climbs(self):
        self.check("get", "-r", "/L/..", part="name")


# ---- what no good server says ------------------------------------------

@dataclasses.dataclass
class Shelf:
    """A Row's answers to listings: {path: [(kind, name)]}."""
    listings: dict
    first_id: int = 100

    def entry(self, number, kind, name):
        return (f'<{kind} id="{self.first_id + number}" n={quoteattr(name)} '
                'sz="1" pv="0" lv="1000000" chksum="" tid="0"/>')

    def answer(self, call, _answer):
        path = call.parameters.get("path")
        if call.operation == "isValidTicket":
            return Answer({"success": "true", "username": USER})
        if call.operation == "GetDownloadInfo":
            return refusal("4041", "Document not found")
        if call.operation != LIST:
            return None
        if callable(self.listings):
            entries = self.listings(path)
        else:
            entries = self.listings.get(path)
        if entries is None:
            return refusal("4041", "Folder not found")
        text = "".join(self.entry(i, *e) for i, e in enumerate(entries))
        return Answer({"success": "true", "id": "1", "name": "x",
                       "itemcount": str(len(entries))}, text)


class AnyOperation(str):
    def __eq__(self, other):
        return isinstance(other, str)

    __hash__ = str.__hash__


def shelf(listings, document=b"content", answer=None, **more):
    """A Server whose folders are these; 'answer' may change an answer."""
    own = Shelf(listings)

    def answers(call, reply):
        reply = own.answer(call, reply) or reply
        return (answer and answer(call, reply)) or reply
    return Server(Row("", "", "", on=AnyOperation(""), document=document,
                      answer=answers, **more))


def asked(server, operation):
    return [c.parameters["path"] for c in server.calls
            if c.operation == operation]


class Names(Trees):
    """Names that are unsafe here are mapped, or refused."""

    MAPPED = {"..": "%2E%2E", ".": "%2E", "../x": "%2E.%2Fx", "a/b": "a%2Fb",
              "a\\b": "a%5Cb", ".bashrc": "%2Ebashrc", "-rf": "%2Drf",
              "CON": "%43ON", "nul.txt": "%6Eul.txt", "x\n": "x%0A",
              "a\u202eb": "a%E2%80%AEb", "dot.": "dot%2E", "x%0A": "x%250A",
              "/etc/passwd": "%2Fetc%2Fpasswd"}
    BY_ID = {"..", ".", "../x", "a/b", "a\\b", "/etc/passwd"}

    def fetch(self, entries, *more):
        self.server = shelf({"/L/F": entries})
        with self.server as server:
            return self.get(server, "/L/F", *more)

    def test_unsafe_names_are_mapped(self):
        entries = [("d", name) for name in self.MAPPED]

        run = self.fetch(entries)

        self.ends(run, 0, documents=len(entries), failed=0)
        self.assertEqual(self.local(), sorted(
            ["F", *(f"F/{n}" for n in self.MAPPED.values())]))
        self.assertEqual(os.listdir(self.folder / "out"), ["F"])
        warnings = [r for r in run.records() if r["event"] == "warning"]
        self.assertEqual(len(warnings), len(entries), run)
        for warning, local in zip(warnings, self.MAPPED.values()):
            self.assertIn(f"out/F/{local}", warning["message"])
        self.assertNotIn(False, self.server.handlers.values())

    def test_names_that_are_no_path_are_asked_for_by_id(self):
        self.fetch([("d", name) for name in self.MAPPED], "--parallel", 1)

        self.assertEqual(asked(self.server, STAGE), [
            f"~D{100 + i}" if name in self.BY_ID else f"/L/F/{name}"
            for i, name in enumerate(self.MAPPED)])

    def test_folder_whose_name_is_no_path(self):
        with shelf({"/L/F": [("f", "..")], "~F100": [("d", "x"), ("d", "y")]
                    }) as server:
            run = self.get(server, "/L/F")

        self.ends(run, 0, documents=2, folders=2)
        self.assertEqual(self.local(), ["F", "F/%2E%2E", "F/%2E%2E/x",
                                        "F/%2E%2E/y"])
        self.assertEqual(sorted(asked(server, STAGE)), ["~D100", "~D101"])

    def test_name_that_is_too_long_here(self):
        long = "n" * 256
        mapped = "\u202e" * 30  # 90 bytes, and 270 when they are written

        no_room_to_grow = "n" * 254

        run = self.fetch([("d", long), ("f", long + "f"), ("d", mapped),
                          ("d", no_room_to_grow), ("d", "n" * 200)])

        self.ends(run, 13, documents=1, failed=4)
        self.assertEqual(self.local(), ["F", "F/" + "n" * 200])
        self.assertEqual(list(self.failed(run).values()), ["io"] * 4)
        self.assertNotIn(b"/proc/", run.out)

    def test_one_name_twice(self):
        run = self.fetch([("f", "both"), ("d", "a"), ("d", "a"),
                          ("d", "both")])

        self.ends(run, 13, documents=1, failed=3)
        self.assertEqual(self.failed(run), {
            "/L/F/a": "io", "/L/F/both": "not_found"})
        self.assertEqual(self.local(), ["F", "F/a"])

    def test_names_that_are_one_only_when_mapped_stay_two(self):
        run = self.fetch([("d", "x\n"), ("d", "x%0A"), ("d", "x%250A")])

        self.ends(run, 0, documents=3)
        self.assertEqual(self.local(),
                         ["F", "F/x%0A", "F/x%250A", "F/x%25250A"])

    def test_name_under_which_another_grows(self):
        run = self.fetch([("f", "b.part"), ("d", "a"), ("d", "a.part"),
                          ("d", "a.part.journal"), ("d", "b")])

        self.ends(run, 13, documents=1, failed=4)
        self.assertEqual(self.failed(run), {
            "/L/F/a.part": "io", "/L/F/a.part.journal": "io", "/L/F/b": "io",
            "/L/F/b.part": "not_found"})
        self.assertEqual(self.local(), ["F", "F/a"])

    def test_folders_without_end(self):
        with shelf(lambda path: [("f", "on")]) as server:
            run = self.get(server, "/L/F")

        self.ends(run, 11, documents=0, failed=1, folders=101)
        self.assertEqual(len(asked(server, LIST)), 101)


class Targets(Trees):
    """What stands in the target already is not followed, nor lost."""

    LISTING = {"/L/F": [("f", "sub"), ("d", "a")],
               "/L/F/sub": [("d", "b")]}

    def setUp(self):
        super().setUp()
        self.outside = self.folder / "outside"
        self.outside.mkdir()
        (self.outside / "precious").write_bytes(b"precious")

    def fetch(self, *more):
        with shelf(self.LISTING) as server:
            return self.get(server, "/L/F", *more)

    def untouched(self):
        self.assertEqual(os.listdir(self.outside), ["precious"])
        self.assertEqual((self.outside / "precious").read_bytes(), b"precious")

    def test_link_in_place_of_the_folder(self):
        self.out.mkdir()
        os.symlink(self.outside, self.out / "F")

        run = self.fetch()

        self.ends(run, 10, documents=0, failed=1)
        self.assertIn("symbolic link", run.err)
        self.untouched()

    def test_link_in_place_of_a_folder_below(self):
        (self.out / "F").mkdir(parents=True)
        os.symlink(self.outside, self.out / "F/sub")

        run = self.fetch()

        self.ends(run, 13, documents=1, failed=1)
        self.assertEqual(self.failed(run), {"/L/F/sub": "io"})
        self.untouched()

    def test_link_in_place_of_a_document_is_replaced(self):
        (self.out / "F").mkdir(parents=True)
        os.symlink(self.outside / "precious", self.out / "F/a")

        run = self.fetch()

        self.ends(run, 0, documents=2)
        self.assertFalse((self.out / "F/a").is_symlink())
        self.untouched()

    def test_folder_that_becomes_a_link_meanwhile(self):
        def swap(call, _reply):
            if call.operation == READ and call.n == 2:
                os.rename(self.out / "F/sub", self.out / "F/moved")
                os.symlink(self.outside, self.out / "F/sub")

        listing = self.LISTING | {"/L/F/sub": [("d", "b"), ("d", "c")]}
        with shelf(listing, answer=swap) as server:
            run = self.get(server, "/L/F")

        self.ends(run, 0, documents=3)
        for name in ("b", "c"):
            self.assertEqual((self.out / "F/moved" / name).read_bytes(),
                             b"content")
        self.untouched()

    def test_target_itself_may_be_a_link(self):
        os.symlink(self.outside, self.out)

        self.ends(self.fetch(), 0, documents=2)
        self.assertEqual((self.outside / "F/a").read_bytes(), b"content")

    def test_file_in_place_of_a_folder(self):
        (self.out / "F").mkdir(parents=True)
        (self.out / "F/sub").write_bytes(b"old")

        run = self.fetch()

        self.ends(run, 13, documents=1, failed=1)
        self.assertEqual(self.failed(run), {"/L/F/sub": "io"})
        self.assertEqual((self.out / "F/sub").read_bytes(), b"old")

    def test_folder_in_place_of_a_file(self):
        (self.out / "F/a").mkdir(parents=True)

        run = self.fetch()

        self.ends(run, 13, documents=1, failed=1)
        self.assertEqual(self.failed(run), {"/L/F/a": "io"})
        self.assertEqual(self.local(), ["F", "F/a", "F/sub", "F/sub/b"])

    def test_files_that_exist_stay_if_that_is_wanted(self):
        (self.out / "F").mkdir(parents=True)
        (self.out / "F/a").write_bytes(b"old")

        run = self.fetch("--no-overwrite")

        self.ends(run, 13, documents=1, failed=1)
        self.assertEqual(self.failed(run), {"/L/F/a": "io"})
        self.assertEqual((self.out / "F/a").read_bytes(), b"old")

    def test_target_is_a_file(self):
        self.out.write_bytes(b"old")

        run = self.fetch()

        self.assertEqual(run.exit, 10, run)
        self.assertEqual(self.out.read_bytes(), b"old")

    def test_files_are_called_what_the_user_calls_them(self):
        run = self.fetch()

        files = {r["file"] for r in run.records() if "file" in r}
        self.assertEqual(files, {f"{self.out}/F/a", f"{self.out}/F/sub/b"})
        self.assertNotIn(b"/proc/", run.out)


class Partial(Trees):
    """One failure is one failure."""

    LISTING = {"/L/F": [("f", "gone"), ("f", "sub"), ("d", "a"), ("d", "b")],
               "/L/F/sub": [("d", "c")]}

    def test_others_are_fetched(self):
        def refuse(call, _reply):
            if call.operation == STAGE and call.parameters["path"] == "/L/F/a":
                return refusal("4030", "Not for you")

        with shelf(self.LISTING, answer=refuse) as server:
            run = self.get(server, "/L/F")

        self.ends(run, 13, documents=2, failed=2, folders=2)
        self.assertEqual(self.failed(run), {
            "/L/F/a": "denied", "/L/F/gone": "not_found"})
        self.assertEqual(self.local(), ["F", "F/b", "F/sub", "F/sub/c"])
        self.assertNotIn(False, server.handlers.values())

    def test_first_code_if_nothing_was_fetched(self):
        def refuse(call, _reply):
            if call.operation == STAGE:
                return refusal("4030", "Not for you")

        with shelf(self.LISTING, answer=refuse) as server:
            run = self.get(server, "/L/F")

        self.ends(run, 5, documents=0, failed=4)

    def test_listing_that_is_refused_tells_why(self):
        def refuse(call, _reply):
            if call.operation == LIST:
                return refusal("5000", "SystemError: shelf fell down")

        with shelf(self.LISTING, answer=refuse) as server:
            run = self.get(server, "/L/F")

        self.ends(run, 9, documents=0, failed=1)
        self.assertIn("shelf fell down", run.err)

    def test_signal_ends_it_soon(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            with self.subTest(number):
                self.check_signal(number, code)

    def check_signal(self, number, code):
        def wait(call, connection, reply):
            if call.operation == READ and call.n == 2:
                hold(call.server, connection)
            connection.sendall(reply.raw())

        out = self.folder / f"out-{code}"
        with shelf(self.LISTING, send=wait) as server:
            child = subprocess.Popen(
                [harness.program("IR"), "get", "-r", "/L/F", "-o", out,
                 "--parallel", "1", "--json", "--url", server.url, "--user", USER,
                 "--password-file",
                 harness.secret_file(self.folder, harness.PASSWORD)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, env=harness.environment())
            self.assertTrue(server.wait_for(lambda s: s.count(READ) == 2))
            child.send_signal(number)
            said = child.communicate(timeout=3)

        self.assertEqual(child.returncode, code, said)
        self.assertEqual([n for n in os.listdir(out / "F")
                          if not n.startswith("b.part")], ["a"])
        self.assertIn(b'"event":"summary","documents":1', said[0])
        self.assertEqual(server.count(STAGE), 2)
        self.assertEqual(server.count(DELETE), 2)


class Sending(Trees):
    """What cannot be sent stays behind, and is told."""

    def setUp(self):
        super().setUp()
        self.tree = self.folder / "tree"
        self.tree.mkdir()
        self.root = self.enterContext(harness.library({"/Library/old": b""}))

    def put(self, *more, options=(), **named):
        with harness.Emulator(self.root, *options) as emulator:
            run = self.ir("put", emulator, self.tree, "/Library/", *more,
                          **named)
            self.report = emulator.stop()
        self.assertEqual(self.report["open_handlers"], 0)
        return run

    def remote(self):
        root = self.root / "Library/tree"
        return sorted(str(p.relative_to(root)) for p in root.rglob("*"))

    def test_links_and_special_files_are_skipped(self):
        secret = self.folder / "outside"
        secret.mkdir()
        (secret / "key").write_bytes(b"key")
        (self.tree / "file").write_bytes(b"1")
        os.symlink(secret / "key", self.tree / "link-to-file")
        os.symlink(secret, self.tree / "link-to-folder")
        os.symlink("nowhere", self.tree / "link-to-nothing")
        os.mkfifo(self.tree / "pipe")

        run = self.put()

        self.ends(run, 0, documents=1, failed=0, skipped=4, folders=1)
        self.assertEqual(self.remote(), ["file"])
        warnings = [r["message"] for r in run.records()
                    if r["event"] == "warning"]
        self.assertEqual(len(warnings), 4, run)
        self.assertEqual(sum("symbolic link" in w for w in warnings), 3)

    def test_names_that_the_server_would_change_are_refused(self):
        bad = ["a:b", "a*b", "a?b", 'a"b', "a<b", "a>b", "a|b", "a#b", "a\tb",
               "a%b", "a&b", "a+b", "a\\b", "a..b", "a  b", ".a", "a.", " a",
               "a ", "n" * 129]
        for name in bad:
            (self.tree / name).write_bytes(b"x")
        (self.tree / "bad & folder").mkdir()
        (self.tree / "bad & folder" / "inside").write_bytes(b"x")
        (self.tree / "good").write_bytes(b"x")
        (self.tree / ("n" * 128)).write_bytes(b"x")

        run = self.put()

        self.ends(run, 13, documents=2, failed=len(bad) + 1)
        self.assertEqual(self.remote(), ["good", "n" * 128])
        self.assertEqual(set(self.failed(run).values()), {"argument"})
        said = {r["path"]: r["message"] for r in run.records()
                if r["event"] == "error"}
        self.assertIn("holds %", said["/Library/tree/a%b"])
        self.assertIn("TAB", said["/Library/tree/a?b"] + run.err)

    def test_names_that_differ_in_case(self):
        for name in ("Readme", "README", "readme/x", "\u00dc", "\u00fc"):
            path = self.tree / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(name.encode())

        run = self.put("--lock")

        self.ends(run, 13, documents=2, failed=3)
        self.assertEqual(self.remote(), ["README", "\u00dc"])
        self.assertEqual((self.root / "Library/tree/README").read_bytes(),
                         b"README")

    def test_name_in_a_folder_that_is_given(self):
        (self.folder / "a%b").write_bytes(b"x")
        (self.tree / "c").write_bytes(b"x")
        with harness.Emulator(self.root) as emulator:
            run = self.ir("put", emulator, self.folder / "a%b", self.tree,
                          "/Library/")
            report = emulator.stop()

        self.ends(run, 13, documents=1, failed=1)
        self.assertEqual(self.failed(run), {"/Library/a%b": "argument"})
        self.assertEqual(harness.count(report, "CreateUploadHandler"), 1)

    def test_document_in_place_of_a_folder(self):
        (self.tree / "sub").mkdir()
        (self.tree / "sub/x").write_bytes(b"x")
        (self.tree / "y").write_bytes(b"y")
        there = self.root / "Library/tree"
        there.mkdir()
        (there / "sub").write_bytes(b"document")

        for generation in ("modern", "classic"):
            with self.subTest(generation):
                run = self.put("--lock", options=("--generation", generation))

                self.ends(run, 13, documents=1, failed=1)
                self.assertEqual(self.failed(run),
                                 {"/Library/tree/sub": "server"})
                self.assertEqual((there / "sub").read_bytes(), b"document")

    def test_library_is_not_made(self):
        with harness.Emulator(self.root) as emulator:
            there = self.ir("put", emulator, self.tree, "/Library")
            missing = self.ir("put", emulator, self.tree, "/None")
            below = self.ir("put", emulator, self.tree, "/None/Folder")

        self.ends(there, 0, folders=1, failed=0)
        self.ends(missing, 3, folders=0, failed=1)
        self.ends(below, 3, folders=0, failed=1)

    def test_files_that_vanish_meanwhile(self):
        for name in ("a", "b", "c/d"):
            path = self.tree / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"x")

        def remove(call, _reply):
            if call.operation == "CreateFolder":
                if call.n == 1:
                    (self.tree / "b").unlink()
                    os.rename(self.tree / "c", self.folder / "elsewhere")
                return Answer({"success": "true", "FolderId": "1",
                               "FolderName": "x"})

        with shelf({}, answer=remove) as server:
            run = self.ir("put", server, self.tree, "/Library/")

        self.assertEqual(run.exit, 9, run)
        failed = self.failed(run)
        self.assertEqual(failed.pop("/Library/tree/a"), "server")
        self.assertEqual(failed, {"/Library/tree/b": "io",
                                  "/Library/tree/c": "io"})

    def test_files_that_cannot_be_read(self):
        for name in ("a", "b", "shut/c"):
            path = self.tree / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"x")
        (self.tree / "a").chmod(0)
        (self.tree / "shut").chmod(0)
        prefix = self.somebody()

        run = self.put(prefix=prefix, env=self.at_home())

        (self.tree / "shut").chmod(0o700)
        self.ends(run, 13, documents=1, failed=2)
        self.assertEqual(self.failed(run), {"/Library/tree/a": "io",
                                            "/Library/tree/shut": "io"})
        self.assertEqual(self.remote(), ["b"])
        self.assertNotIn(b"/proc/", run.out)

    def somebody(self):
        """Root reads everything: become somebody whose folder this is."""
        if os.geteuid() != 0:
            return ()
        become = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}",
                  "--clear-groups")
        if subprocess.run([*become, harness.program("IR"), "--version"],
                          capture_output=True).returncode != 0:
            self.skipTest("another user cannot run the program")
        subprocess.run(["chown", "-R", str(NOBODY), self.folder], check=True)
        self.addCleanup(subprocess.run,
                        ["chown", "-R", "0", self.folder], check=True)
        made = harness.secret_file

        def given_away(folder, text):
            path = made(folder, text)
            os.chown(path, NOBODY, NOBODY)
            return path
        harness.secret_file = given_away
        self.addCleanup(setattr, harness, "secret_file", made)
        return become

    def at_home(self):
        return harness.environment(HOME=str(self.folder))

    def test_somebody_else_than_root_gets_a_tree(self):
        (self.root / "Library/x").write_bytes(b"x")
        prefix = self.somebody()
        with harness.Emulator(self.root) as emulator:
            run = self.get(emulator, "/Library", prefix=prefix,
                           env=self.at_home())

        self.ends(run, 0, documents=2)
        self.same(self.root / "Library", self.out / "Library")


if __name__ == "__main__":
    unittest.main()
