#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Everything that DownloadZipWithHandler can answer but an archive, and what
else ends 'ir zip': each time with its exit code and error record, no handler
left on the server, and nothing left in the local folder."""

import io
import os
import pathlib
import signal
import struct
import subprocess
import unittest
import zipfile

import harness
from bad_server import (DELETE, READ, ZIP, Answer, Row, Server, hold, once,
                        refusal)
from harness import Emulator, count, library

FOLDER = "/Library/Folder"
A = f"{FOLDER}/a.bin"
B = f"{FOLDER}/b.bin"
OFFLINE = (f"{FOLDER}/off1.bin", f"{FOLDER}/off2.bin")
FILES = {path: harness.sample(1000, i)
         for i, path in enumerate((A, B, *OFFLINE))}


class Errors(unittest.TestCase):
    def setUp(self):
        harness.program("IR")
        harness.program("IR_EMULATOR")
        self.folder = self.enterContext(harness.folder())
        self.target = pathlib.Path(self.folder, "local.zip")

    def zip(self, server, *arguments, folder=True, target=None, **more):
        return harness.ir("zip", *arguments, "-o", target or self.target,
                          "--retry-delay", "1ms", "--json", url=server.url,
                          folder=self.folder if folder else None, **more)

    def fails(self, run, code, status, server_code=0):
        self.assertEqual(run.exit, code, run)
        record = run.record(event="error")
        self.assertEqual((record.get("status"), record.get("exit"),
                          record.get("server_code")),
                         (status, code, server_code), run)
        self.assertIn(record["message"], run.err)
        self.assertEqual(self.files(), [])

    def files(self):
        return [n for n in os.listdir(self.folder)
                if not n.startswith("secret-")]

    def skipped(self, run):
        return [(r["item"], r["message"]) for r in run.records()
                if r["event"] == "skipped"]


class FromTheEmulator(Errors):
    def emulator(self, *options):
        root = self.enterContext(library(FILES))
        return self.enterContext(Emulator(
            root, *(w for path in OFFLINE for w in ("--offline", path)),
            *options))

    def clean(self, emulator):
        report = emulator.stop()
        self.assertEqual(report["open_handlers"], 0, report)
        return report

    def refused(self, emulator, *arguments, code, status, server_code=0,
                **more):
        run = self.zip(emulator, *arguments, **more)

        self.fails(run, code, status, server_code)
        report = self.clean(emulator)
        self.assertGreaterEqual(count(report, ZIP), 1, report)
        self.assertEqual(count(report, READ), 0, report)
        return run

    def test_nothing_was_found(self):
        self.refused(self.emulator(), "~D999999", "~F999999", "--partial",
                     code=9, status="server", server_code=4000)

    def test_session_that_ended_is_told_with_another_code(self):
        ticket = harness.secret_file(
            self.folder, "0b6c4c1e-52d7-4a0f-9c35-6f0d1f2a7e90\n")

        self.refused(self.emulator(), A, "--partial", "--spelling",
                     "documented", "--ticket-file", ticket, folder=False,
                     code=4, status="auth", server_code=901)

    def test_too_many_bytes(self):
        self.refused(self.emulator("--zip-max-bytes", 1999), A, B,
                     code=9, status="server", server_code=4000)

    def test_too_many_documents(self):
        self.refused(self.emulator("--zip-max-count", 1), A, B,
                     code=9, status="server", server_code=4000)

    def test_items_left_out_make_a_complete_archive_fail(self):
        run = self.refused(self.emulator(), A, *OFFLINE, code=9,
                           status="server")

        self.assertEqual([item for item, _ in self.skipped(run)],
                         list(OFFLINE))
        self.assertTrue(all(why for _, why in self.skipped(run)))

    def test_items_left_out_of_a_partial_archive_are_told(self):
        emulator = self.emulator()

        run = self.zip(emulator, A, *OFFLINE, f"{FOLDER}/none", "--partial")

        self.assertEqual(run.exit, 13, run)
        self.assertEqual([item for item, _ in self.skipped(run)],
                         [*OFFLINE, f"{FOLDER}/none"])
        done = run.record(event="done")
        self.assertEqual((done["files"], done["skipped"], done["level"]),
                         (1, 3, "verified"))
        with zipfile.ZipFile(self.target) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(archive.namelist(), ["a.bin"])
        self.assertEqual(self.files(), [self.target.name])
        self.clean(emulator)

    def test_items_left_out_are_warned_of_one_by_one(self):
        run = harness.ir("zip", A, *OFFLINE, "--partial", "-o", self.target,
                         url=self.emulator().url, folder=self.folder)

        lines = run.err.splitlines()
        self.assertEqual(len(lines), 2, run)
        for line, item in zip(lines, OFFLINE):
            self.assertTrue(line.startswith(f"ir: warning: {item}: "), run)

    def not_asked(self, emulator, *arguments, code, status, server_code=0,
                  **more):
        self.fails(self.zip(emulator, *arguments, **more), code, status,
                   server_code)
        self.assertEqual(count(self.clean(emulator), ZIP), 0)

    def test_complete_archive_of_what_is_not_there_is_not_asked_for(self):
        self.not_asked(self.emulator(), A, f"{FOLDER}/none", code=3,
                       status="not_found", server_code=4041)

    def test_path_with_a_bar_never_leaves(self):
        self.not_asked(self.emulator(), A, "/Library/a|b", code=2,
                       status="argument")

    def test_empty_path_never_leaves(self):
        self.not_asked(self.emulator(), "", code=2, status="argument")

    def test_folder_that_does_not_exist(self):
        self.not_asked(self.emulator(), A, code=10, status="io",
                       target=f"{self.folder}/none/local.zip")

    def test_file_that_exists_is_kept_if_that_is_wanted(self):
        emulator = self.emulator()
        self.target.write_bytes(b"old")

        run = self.zip(emulator, A, "--no-overwrite")

        self.assertEqual(run.exit, 10, run)
        self.assertEqual(run.record(event="error")["status"], "io")
        self.assertEqual(self.target.read_bytes(), b"old")
        self.assertEqual(self.files(), [self.target.name])
        self.assertEqual(count(self.clean(emulator), ZIP), 0)

    def on_tmpfs(self, options, *files):
        mount = self.enterContext(harness.folder())
        emulator = self.enterContext(Emulator(
            self.enterContext(library(dict(files)))))
        run = self.zip(emulator, "/Library", target=f"{mount}/target",
                       prefix=harness.on_tmpfs(mount, options))
        if run.exit == 77 or run.err.startswith("unshare: "):
            self.skipTest("tmpfs cannot be mounted here")
        self.fails(run, 10, "io")
        self.assertTrue(run.err.endswith("\ntarget\nold\n"), run.err)
        self.clean(emulator)

    @unittest.skipUnless(os.geteuid() == 0, "a mount needs root")
    def test_full_disk_keeps_the_old_file(self):
        self.on_tmpfs("rw", (A, harness.sample(9 << 20)))

    @unittest.skipUnless(os.geteuid() == 0, "a mount needs root")
    def test_folder_that_cannot_be_written(self):
        self.on_tmpfs("ro", (A, b"a"))


def archive(*members):
    """A zip of (name, bytes), stored, so that the bytes stand in it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as z:
        for name, content in members:
            z.writestr(name, content)
    return packed.getvalue()


GOOD = archive(("first.txt", b"first one"), ("second.txt", b"second one"))


def with_flags(packed, flags):
    """The zip with the flags of its last file set, in both places."""
    packed = bytearray(packed)
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = packed.rindex(signature) + offset
        struct.pack_into("<H", packed, at,
                         struct.unpack_from("<H", packed, at)[0] | flags)
    return bytes(packed)


def log(success, handler):
    """An answer with a log of two items, as in the wild."""
    def answer(_call, good):
        told = {**good.attributes, "success": success, "error": "[log]"}
        if not handler:
            told["downloadhandler"] = ""
        return Answer(told, "<log><item>one</item><error>why 1</error>"
                      "<item>two</item><error>why 2</error></log>",
                      "Response")
    return answer


class FromAHostileServer(Errors):
    def serve(self, document=GOOD, arguments=(), **row):
        """(server, run) of a server that packs these bytes."""
        with Server(Row("", "", "", on=ZIP, document=document, **row)
                    ) as server:
            run = self.zip(server, "/Library/x", *arguments)
        self.assertNotIn(False, server.handlers.values(), run)
        self.assertEqual(server.problems, [])
        return server, run

    def test_good_archive_is_stored(self):
        server, run = self.serve()

        self.assertEqual(run.exit, 0, run)
        self.assertEqual(self.target.read_bytes(), GOOD)
        self.assertEqual(server.count(DELETE), 1)

    def corrupt(self, document, word):
        """Packed once more, in case that helps, and no third time."""
        server, run = self.serve(document)

        self.fails(run, 8, "corrupt")
        self.assertIn(word, run.err)
        self.assertEqual([server.count(o) for o in (ZIP, READ, DELETE)],
                         [2, 2, 2])

    def test_file_with_other_bytes_than_its_checksum_says(self):
        self.corrupt(GOOD.replace(b"second one", b"second two"), "second.txt")

    def test_bytes_that_are_no_archive(self):
        self.corrupt(harness.sample(5000), "archive")

    def test_archive_without_its_end(self):
        self.corrupt(GOOD[:-30], "archive")

    def test_no_bytes_at_all(self):
        self.corrupt(b"", "archive")

    def test_encrypted_file_cannot_be_checked(self):
        server, run = self.serve(with_flags(GOOD, 1))

        self.fails(run, 9, "protocol")
        self.assertIn("second.txt", run.err)
        self.assertEqual(server.count(DELETE), 1)

    def test_damaged_archive_keeps_the_old_file(self):
        self.target.write_bytes(b"old")

        _, run = self.serve(harness.sample(5000))

        self.assertEqual(run.exit, 8, run)
        self.assertEqual(self.target.read_bytes(), b"old")
        self.assertEqual(self.files(), [self.target.name])

    def test_standard_output_gets_verified_chunks_and_no_more(self):
        damaged = GOOD.replace(b"second one", b"second two")

        with Server(Row("", "", "", document=damaged)) as server:
            run = harness.ir("zip", "/Library/x", "-o", "-", "--json",
                             url=server.url, folder=self.folder)

        self.assertEqual(run.exit, 0, run)
        self.assertEqual(run.out, damaged)
        self.assertIn('"level":"chunk-verified"', run.err)
        self.assertNotIn('"files"', run.err)

    def test_signal_gives_the_archive_back(self):
        argv = [harness.program("IR"), "zip", "/Library/x", "-o", self.target,
                "--user", harness.USER, "--password-file",
                harness.secret_file(self.folder, harness.PASSWORD)]
        row = Row("", "", "", send=lambda c, s, r: hold(c.server, s))
        with Server(row) as server, subprocess.Popen(
                [*argv, "--url", server.url], env=harness.environment(),
                stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
            self.assertTrue(server.wait_for(lambda s: s.count(READ) == 1))
            child.send_signal(signal.SIGINT)
            said = child.communicate(timeout=5)

        self.assertEqual(child.returncode, 130, said)
        self.assertEqual(server.count(DELETE), 1)
        self.assertEqual(self.files(), [])

    def test_error_of_the_server_itself(self):
        server, run = self.serve(answer=lambda c, a: refusal(
            "5000", "SystemError: Object reference not set"))

        self.fails(run, 9, "server", 5000)
        self.assertIn("Object reference not set", run.err)
        self.assertTrue(run.record(event="error")["retryable"])
        self.assertEqual(server.count(READ), 0)

    def test_http_400_without_a_word(self):
        def http(_call, reply):
            reply.status = "HTTP/1.1 400 Bad Request"
            reply.body = b""
            reply.set("Content-Length", 0)

        _, run = self.serve(http=http, answer=lambda c, a: Answer({}))

        self.fails(run, 9, "protocol")
        self.assertEqual(run.record(event="error")["http_status"], 400)
        self.assertIn("400", run.err)

    def test_session_that_ended_is_renewed_once(self):
        server, run = self.serve(when=once, answer=lambda c, a: refusal(
            "4000", "[901]Session expired or Invalid ticket"),
            arguments=("--spelling", "documented"))

        self.assertEqual(run.exit, 0, run)
        self.assertEqual(server.count(ZIP), 2)
        self.assertEqual(server.count("RenewTicket"), 1)

    def test_log_of_a_refusal_is_told_item_by_item(self):
        server, run = self.serve(answer=log("false", handler=False))

        self.fails(run, 9, "server")
        self.assertEqual(self.skipped(run), [("one", "why 1"),
                                             ("two", "why 2")])
        self.assertEqual(server.count(READ), 0)

    def test_archive_that_is_not_complete_is_given_back(self):
        server, run = self.serve(answer=log("true", handler=True))

        self.fails(run, 3, "not_found")
        self.assertEqual(self.skipped(run), [("one", "why 1"),
                                             ("two", "why 2")])
        self.assertEqual(server.count(DELETE), 1)

    def test_partial_archive_is_taken(self):
        _, run = self.serve(answer=log("true", handler=True),
                            arguments=("--partial",))

        self.assertEqual(run.exit, 13, run)
        self.assertEqual(self.skipped(run), [("one", "why 1"),
                                             ("two", "why 2")])
        self.assertEqual(self.target.read_bytes(), GOOD)

    def test_texts_of_a_log_cannot_drive_a_terminal(self):
        def answer(call, good):
            told = log("true", True)(call, good)
            told.text = "<item path='a&#x9B;31m' error='b&#xA;c'/>"
            return told

        _, run = self.serve(answer=answer, arguments=("--partial",))

        self.assertEqual(self.skipped(run), [("a??31m", "b?c")])


if __name__ == "__main__":
    unittest.main()
