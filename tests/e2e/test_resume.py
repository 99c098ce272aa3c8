#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""An interrupted download goes on where it ended, or starts again; what a dead
process left on the server is found and deleted.

Runs are killed by strace at a system call of their own, so that nothing depends
on time."""

import base64
import os
import pathlib
import shutil
import unittest
import zlib

import bad_server
import harness
from harness import CHUNK, SANITIZED

CHUNKS = 8
DOCUMENT = "/Library/Folder/long.bin"


@unittest.skipIf(SANITIZED, "strace does not go with the leak checker")
class Resume(unittest.TestCase):
    def setUp(self):
        self.bytes = harness.sample(CHUNKS * CHUNK + 5)
        self.root = self.enterContext(harness.library({DOCUMENT: self.bytes}))
        self.folder = self.enterContext(harness.folder())
        self.state = pathlib.Path(self.folder, "state")
        self.target = pathlib.Path(self.folder, "long.bin")
        self.part = pathlib.Path(f"{self.target}.part")
        self.journal = pathlib.Path(f"{self.part}.journal")
        self.ticket = pathlib.Path(self.folder, "ticket")

    def emulator(self, *options):
        emulator = self.enterContext(harness.Emulator(self.root, *options))
        run = harness.ir("login", "--ticket-file", self.ticket,
                         url=emulator.url, folder=self.folder)
        self.assertEqual(run.exit, 0, run)
        return emulator

    def get(self, emulator, *more, login=False, **named):
        session = [] if login else ["--ticket-file", self.ticket]
        return harness.ir("get", DOCUMENT, "-o", self.target, "--chunk-size",
                          CHUNK, "--state-dir", self.state, "--json", *session,
                          *more, url=emulator.url,
                          folder=self.folder if login else None, **named)

    def interrupted(self, emulator, n_chunks, signal="KILL", **named):
        """A run that ends before the line of the chunk after number n is in the
        journal."""
        run = self.get(emulator, prefix=(
            "strace", "-f", "-o", "/dev/null", "-P", self.journal, "-e",
            f"inject=write:signal={signal}:when={2 + n_chunks}"), **named)
        self.assertNotEqual(run.exit, 0, run)
        self.assertTrue(self.journal.exists(), run)
        self.assertFalse(self.target.exists())
        return run

    def complete(self, run, resumed_chunks):
        self.assertEqual(run.exit, 0, run)
        done = run.record(event="done")
        self.assertEqual(done["resumed_bytes"], resumed_chunks * CHUNK, run)
        self.assertEqual(self.target.read_bytes(), self.bytes)
        self.assertFalse(self.part.exists())
        self.assertFalse(self.journal.exists())

    def calls(self, emulator, operation):
        return sum(emulator.stop()["calls"].get(operation, {}).values())

    def jobs(self):
        run = harness.run(harness.program("IR"), "jobs", "--json",
                          "--state-dir", self.state)
        self.assertEqual(run.exit, 0, run)
        return run.records()

    def test_killed_download_goes_on_under_its_handler(self):
        emulator = self.emulator()
        self.interrupted(emulator, 5)

        self.complete(self.get(emulator), 5)

        self.assertEqual(self.calls(emulator, "GetDownloadHandler"), 1)
        self.assertEqual(self.calls(emulator, "DownloadFileChunk"), CHUNKS + 2)
        self.assertEqual(emulator.report["open_handlers"], 0)

    def test_killed_download_goes_on_in_another_session(self):
        emulator = self.emulator()
        self.interrupted(emulator, 5, login=True)

        self.complete(self.get(emulator, login=True), 5)

        self.assertEqual(self.calls(emulator, "GetDownloadHandler"), 2)

    def test_cancelled_download_releases_its_handler_and_goes_on(self):
        emulator = self.emulator()
        run = self.interrupted(emulator, 3, signal="INT")
        self.assertEqual(run.exit, 130, run)

        resumed = self.get(emulator)
        self.assertEqual(resumed.exit, 0, resumed)

        self.assertGreaterEqual(
            resumed.record(event="done")["resumed_bytes"], 3 * CHUNK)
        self.assertEqual(self.target.read_bytes(), self.bytes)
        emulator.stop()
        self.assertEqual(emulator.report["open_handlers"], 0)

    def test_damaged_bytes_are_fetched_again(self):
        emulator = self.emulator()
        self.interrupted(emulator, 5)
        damaged = bytearray(self.part.read_bytes())
        damaged[3 * CHUNK + 7] ^= 1
        self.part.write_bytes(damaged)

        self.complete(self.get(emulator), 3)

    def test_bytes_behind_what_the_journal_proves_are_dropped(self):
        emulator = self.emulator()
        for more in ((), ("--parallel", "4")):
            with self.subTest(more):
                self.interrupted(emulator, 5)
                with self.part.open("ab") as file:
                    file.write(self.bytes)

                self.complete(self.get(emulator, *more), 5)

                self.target.unlink()

    def test_journal_of_another_document_is_of_no_use(self):
        emulator = self.emulator()
        self.interrupted(emulator, 5)
        text = self.journal.read_text()
        self.journal.write_text(text.replace("long.bin", "other.bin"))

        self.complete(self.get(emulator), 0)

    def test_torn_or_foolish_journal_costs_no_more_than_what_it_claims(self):
        emulator = self.emulator()
        for tail, resumed in ((b"done 13107", 5), (b"done x y z\n", 5),
                              (b"\0\0\0\0", 5), (b"handler \n", 5),
                              (b"done 0 262144 0\n", 5),
                              (b"done 1310720 99999999999999999999 1\n", 5)):
            with self.subTest(tail):
                self.interrupted(emulator, 5)
                with self.journal.open("ab") as file:
                    file.write(tail)
                self.complete(self.get(emulator), resumed)
                self.target.unlink()

    def test_journal_with_what_is_no_handler_is_staged_again(self):
        emulator = self.emulator()
        for handler in (b"../e", b'x"><a/>'):
            with self.subTest(handler):
                self.interrupted(emulator, 5)
                with self.journal.open("ab") as file:
                    file.write(b"handler " + handler + b"\n")
                self.complete(self.get(emulator), 5)
                self.target.unlink()

    def test_rest_under_another_handler_is_read_in_chunks_of_the_size_asked_for(
            self):
        emulator = self.emulator()
        self.interrupted(emulator, 5, signal="INT")

        run = self.get(emulator, "--chunk-size", 4 * CHUNK)

        self.assertEqual(run.exit, 0, run)
        self.assertEqual(self.target.read_bytes(), self.bytes)
        done = run.record(event="done")
        rest = len(self.bytes) - done["resumed_bytes"]
        self.assertEqual(done["chunks"], -(-rest // (4 * CHUNK)))

    def test_chunk_ahead_is_not_written_over_before_it_counts(self):
        """Half a chunk is missing before one that is there.  What is asked for
        comes corrupt, and then short."""
        whole = bad_server.DOCUMENT
        half = CHUNK // 2

        def answer(call, answer):
            if call.n == 1:
                length = int(call.parameters["chunksize"])
                wrong = bytes(b ^ 1 for b in
                              whole[call.offset:call.offset + length])
                answer.text = base64.b64encode(wrong).decode()
            elif call.n == 2:
                answer = call.server.chunk(call.offset, half)
            return answer

        with bad_server.Server(bad_server.Row("", "", "ok", answer=answer)
                               ) as server:
            def done(offset, length):
                crc32 = zlib.crc32(whole[offset:offset + length])
                return f"done {offset} {length} {crc32:X}\n"

            self.part.write_bytes(
                whole[:half] + bytes(half) + whole[CHUNK:2 * CHUNK])
            self.part.chmod(0o1600)
            self.journal.write_text(
                f"inforouter-journal 1\nurl {server.url}\npath {DOCUMENT}\n"
                f"version 0\nsize {len(whole)}\n"
                f"crc32 {zlib.crc32(whole):X}\nchunk {CHUNK}\nhandler -\n"
                + done(0, half) + done(CHUNK, CHUNK))
            self.journal.chmod(0o600)
            run = harness.ir(
                "get", DOCUMENT, "-o", self.target, "--chunk-size", CHUNK,
                "--parallel", 1, "--state-dir", self.state, "--json",
                url=server.url, folder=self.folder)

        self.assertEqual(run.exit, 0, run)
        self.assertEqual(run.record(event="done")["resumed_bytes"],
                         half + CHUNK)
        self.assertEqual(self.target.read_bytes(), whole)

    def test_file_of_the_user_is_no_journal(self):
        emulator = self.emulator()
        for more in ((), ("--no-resume",)):
            for mode in (0o644, 0o600):
                self.journal.write_text("precious\n")
                self.journal.chmod(mode)
                self.assertEqual(self.get(emulator, *more).exit, 0)
                self.assertEqual(self.journal.read_text(), "precious\n")
                self.assertEqual(self.target.read_bytes(), self.bytes)

    def test_another_download_that_fails_leaves_it_resumable(self):
        emulator = self.emulator()
        self.interrupted(emulator, 5)
        run = harness.ir("get", "/Library/Folder/typo", "-o", self.target,
                         "--state-dir", self.state, "--ticket-file",
                         self.ticket, url=emulator.url)
        self.assertEqual(run.exit, 3, run)
        self.assertEqual([job["path"] for job in self.jobs()], [DOCUMENT])

        self.complete(self.get(emulator), 5)

    def test_reading_back_can_be_cancelled(self):
        emulator = self.emulator()
        self.interrupted(emulator, 5)

        run = self.get(emulator, prefix=(
            "strace", "-f", "-o", "/dev/null", "-P", self.part, "-e",
            "inject=pread64:signal=INT:when=3"))

        self.assertEqual(run.exit, 130, run)
        self.complete(self.get(emulator), 5)

    def test_folder_of_documents_is_told_by_its_own_names(self):
        emulator = self.emulator()
        out = pathlib.Path(self.folder, "out")
        out.mkdir()
        journal = out / "Folder/long.bin.part.journal"
        run = harness.ir(
            "get", "-r", "/Library/Folder", "-o", out, "--chunk-size", CHUNK,
            "--state-dir", self.state, "--ticket-file", self.ticket,
            url=emulator.url, prefix=(
                "strace", "-f", "-o", "/dev/null", "-P", journal, "-e",
                "inject=write:signal=KILL:when=5"))
        self.assertEqual(run.exit, -9, run)

        job, = self.jobs()

        self.assertEqual((job["state"], job["file"]),
                         ("resumable", str(out / "Folder/long.bin")))

    def test_changed_document_is_begun_again(self):
        emulator = self.emulator()
        self.interrupted(emulator, 5)
        self.bytes = harness.sample(CHUNKS * CHUNK + 5, seed=1)
        (self.root / DOCUMENT.lstrip("/")).write_bytes(self.bytes)

        run = self.get(emulator)

        self.complete(run, 0)
        self.assertIn("interrupted", run.record(event="warning")["message"])

    def test_changed_document_is_an_error_if_that_is_asked_for(self):
        emulator = self.emulator()
        self.interrupted(emulator, 5)
        kept = harness.kept(self.target, self.bytes)
        (self.root / DOCUMENT.lstrip("/")).write_bytes(b"another")

        run = self.get(emulator, "--on-change", "fail")

        self.assertEqual(run.exit, 14, run)
        self.assertEqual(run.record(event="error")["status"], "changed")
        self.assertEqual(harness.kept(self.target, self.bytes), kept)
        self.assertFalse(self.target.exists())

    def test_no_resume_keeps_nothing_and_uses_nothing(self):
        emulator = self.emulator()
        self.interrupted(emulator, 5)

        self.complete(self.get(emulator, "--no-resume"), 0)

    def test_signal_after_which_nothing_was_to_be_done_is_no_failure(self):
        emulator = self.emulator()

        run = self.get(emulator, prefix=(
            "strace", "-f", "-o", "/dev/null", "-e",
            "inject=fsync:signal=TERM:when=1"))

        self.complete(run, 0)

    def test_signal_before_all_is_done_ends_with_its_code(self):
        emulator = self.emulator()
        other = "/Library/Folder/other.bin"
        (self.root / other.lstrip("/")).write_bytes(b"other")
        out = pathlib.Path(self.folder, "out")
        out.mkdir()

        run = harness.ir("get", DOCUMENT, other, "-o", out, "--json",
                         "--parallel", "1", "--ticket-file", self.ticket, url=emulator.url,
                         prefix=("strace", "-f", "-o", "/dev/null", "-e",
                                 "inject=fsync:signal=TERM:when=1"))

        self.assertEqual(run.exit, 143, run)
        self.assertEqual(os.listdir(out), ["long.bin"])

    def test_jobs_tells_what_can_be_resumed_until_it_is(self):
        emulator = self.emulator()
        self.interrupted(emulator, 5)

        job, = self.jobs()
        self.assertEqual(
            (job["kind"], job["state"], job["path"], job["file"],
             job["done_bytes"], job["total_bytes"], job["url"]),
            ("download", "resumable", DOCUMENT, str(self.target), 5 * CHUNK,
             len(self.bytes), emulator.url))
        self.complete(self.get(emulator), 5)

        self.assertEqual(self.jobs(), [])

    def test_gc_deletes_the_handler_of_a_dead_run_and_it_still_resumes(self):
        emulator = self.emulator()
        self.interrupted(emulator, 5)

        run = harness.ir("gc", "--state-dir", self.state, "--ticket-file",
                         self.ticket, "--json", url=emulator.url)

        self.assertEqual(run.exit, 0, run)
        self.assertEqual(run.record(event="done")["deleted"], 1, run)
        job, = self.jobs()
        self.assertEqual((job["kind"], job["state"]), ("resume", "resumable"))
        self.complete(self.get(emulator), 5)
        self.assertEqual(self.jobs(), [])
        emulator.stop()
        self.assertEqual(emulator.report["open_handlers"], 0)

    def test_gc_removes_a_note_that_was_never_finished(self):
        emulator = self.emulator()
        self.state.mkdir()
        stem = "download-c4d6a0f2-8d1b-4f6e-b0a7-2f5c93d81e4"
        (self.state / f"{stem}1").touch()
        (self.state / f"{stem}2").write_text("inforouter-job 1\nurl http://")
        (self.state / "somebody's").touch()
        self.assertEqual(self.jobs(), [])

        run = harness.ir("gc", "--state-dir", self.state, "--ticket-file",
                         self.ticket, url=emulator.url)

        self.assertEqual(run.exit, 0, run)
        self.assertEqual(os.listdir(self.state), ["somebody's"])

    def test_gc_goes_on_after_a_handler_that_it_cannot_delete(self):
        faults = pathlib.Path(self.folder, "faults")
        faults.write_text("DeleteDownloadHandler refuse code=4030\n")
        emulator = self.emulator("--faults", faults)
        self.interrupted(emulator, 5)
        note, = self.state.iterdir()
        for i in range(3):
            handler = f"{i}1111111-1111-1111-1111-111111111111"
            (self.state / f"download-{handler}").write_bytes(note.read_bytes())

        run = harness.ir("gc", "--state-dir", self.state, "--ticket-file",
                         self.ticket, url=emulator.url)

        self.assertEqual(run.exit, 5, run)
        deleted = emulator.stop()["calls"]["DeleteDownloadHandler"]
        self.assertEqual(sum(deleted.values()), 4)

    def test_notes_that_are_none_are_of_no_harm(self):
        emulator = self.emulator()
        self.state.mkdir()
        for name, content in (("upload-x", b"\0\0\0"), ("download-", b""),
                              ("upload-y", b"inforouter-job 1\nurl "),
                              ("download-z", b"\xff" * 20000), ("other", b"x"),
                              ("resume-0", b"inforouter-job 1\nurl %00\n")):
            (self.state / name).write_bytes(content)

        self.assertEqual(self.jobs(), [])
        run = harness.ir("gc", "--state-dir", self.state, "--ticket-file",
                         self.ticket, url=emulator.url)
        self.assertEqual(run.exit, 0, run)

    def test_gc_deletes_the_handler_of_a_killed_upload(self):
        emulator = self.emulator()
        local = pathlib.Path(self.folder, "local.bin")
        local.write_bytes(self.bytes)
        run = harness.ir(
            "put", local, "/Library/Folder/new.bin", "--chunk-size", CHUNK,
            "--state-dir", self.state, "--ticket-file", self.ticket,
            url=emulator.url, prefix=(
                "strace", "-f", "-o", "/dev/null", "-P", local, "-e",
                "inject=pread64:signal=KILL:when=20"))
        self.assertEqual(run.exit, -9, run)
        self.assertEqual([job["kind"] for job in self.jobs()], ["upload"])

        run = harness.ir("gc", "--state-dir", self.state, "--ticket-file",
                         self.ticket, url=emulator.url)

        self.assertEqual(run.exit, 0, run)
        self.assertEqual(self.jobs(), [])
        emulator.stop()
        self.assertEqual(emulator.report["open_handlers"], 0)


@unittest.skipIf(SANITIZED, "strace does not go with the leak checker")
class ResumeUpload(unittest.TestCase):
    """Uploads killed at many places: the last step that was noted decides."""

    TARGET = "/Library/Folder/new.bin"

    def setUp(self):
        self.folder = self.enterContext(harness.folder())
        self.local = pathlib.Path(self.folder, "local.bin")
        self.local.write_bytes(harness.sample(CHUNKS * CHUNK + 5))

    def test_signal_after_the_commit_is_no_failure(self):
        root = self.enterContext(harness.library({"/Library/Folder/x": b""}))
        state = pathlib.Path(self.folder, "state")
        ticket = pathlib.Path(self.folder, "ticket")
        with harness.Emulator(root) as emulator:
            harness.ir("login", "--ticket-file", ticket, url=emulator.url,
                       folder=self.folder)

            run = self.put(emulator, state, ticket, (
                "strace", "-f", "-o", "/dev/null", "-e",
                "inject=unlinkat:signal=TERM:when=1"))

            self.assertEqual(run.exit, 0, run)
            self.assertEqual(run.record(event="done")["level"], "verified")
            self.assertEqual(self.versions(emulator, ticket), 1)

    def put(self, emulator, state, ticket, prefix=(), *more):
        return harness.ir(
            "put", self.local, self.TARGET, "--chunk-size", CHUNK,
            "--state-dir", state, "--ticket-file", ticket, "--json", *more,
            url=emulator.url, prefix=prefix)

    def versions(self, emulator, ticket):
        run = harness.ir("info", self.TARGET, "--json", "--ticket-file",
                         ticket, url=emulator.url)
        return len(run.record(event="done")["versions"]) if not run.exit else 0

    def rerun(self, when, calls="write,sendto,recvfrom,pread64"):
        """The last step of a run killed at call number 'when', and how the next
        run ended; None if it was not killed."""
        root = self.enterContext(harness.library({"/Library/Folder/x": b""}))
        state = pathlib.Path(self.folder, f"state-{when}")
        ticket = pathlib.Path(self.folder, f"ticket-{when}")
        with harness.Emulator(root) as emulator:
            harness.ir("login", "--ticket-file", ticket, url=emulator.url,
                       folder=self.folder)
            killed = self.put(emulator, state, ticket, (
                "strace", "-f", "-o", "/dev/null", "-e",
                f"inject={calls}:signal=KILL:when={when}"))
            notes = list(state.iterdir()) if state.exists() else []
            step = notes[0].read_text().split("\n")[-2] if notes else ""
            again = self.put(emulator, state, ticket)
            self.assertEqual(harness.sha256(root / self.TARGET.lstrip("/")),
                             harness.sha256(self.local))
            if killed.exit == 0 or not notes:
                return None
            self.assertEqual(again.exit, 0, f"{when}: {step}\n{again}")
            self.assertEqual(self.versions(emulator, ticket), 1, (when, step))
            self.assertEqual(list(state.iterdir()), [])
            emulator.stop()
        self.assertEqual(emulator.report["open_handlers"], 0, (when, step))
        return step, again.record(event="done")

    def test_acknowledged_chunks_are_gone_on_with_and_doubtful_ones_are_not(
            self):
        seen = {}
        for when in range(30, 150, 4):
            outcome = self.rerun(when)
            if outcome is None:
                break
            step, done = outcome
            word = step.split(" ")[0]
            seen[word] = seen.get(word, 0) + 1
            if word == "have":
                offset = int(step.split(" ")[1])
                self.assertEqual(done["resumed_bytes"], offset, (when, step))
                self.assertEqual(done["chunks"],
                                 CHUNKS + 1 - -(-offset // CHUNK))
            elif word == "send":
                self.assertEqual(done["chunks"], CHUNKS + 1, (when, step))

        self.assertGreater(seen["have"], 1)
        self.assertGreater(seen["send"], 1)

    def test_chunk_of_which_no_byte_left_is_no_doubtful_one(self):
        """The server closes its connection behind a chunk, and takes no other
        until the next run."""
        root = self.enterContext(harness.library({"/Library/Folder/x": b""}))
        faults = pathlib.Path(self.folder, "faults")
        faults.write_text("UploadFileChunk nth=3 content-length as=absent\n")
        state = pathlib.Path(self.folder, "state")
        ticket = pathlib.Path(self.folder, "ticket")
        with harness.Emulator(root, "--faults", faults) as emulator:
            harness.ir("login", "--ticket-file", ticket, url=emulator.url,
                       folder=self.folder)

            failed = self.put(emulator, state, ticket, (
                "strace", "-f", "-o", "/dev/null", "-e",
                "inject=connect:error=ECONNREFUSED:when=2+"),
                "--retries", 1, "--retry-delay", "1ms")
            again = self.put(emulator, state, ticket)

            self.assertEqual(failed.exit, 6, failed)
            self.assertEqual(again.exit, 0, again)
            self.assertEqual(again.record(event="done")["resumed_bytes"],
                             3 * CHUNK)
            self.assertEqual(harness.sha256(root / self.TARGET.lstrip("/")),
                             harness.sha256(self.local))
            self.assertEqual(self.versions(emulator, ticket), 1)

    def test_commit_before_which_nobody_had_asked_is_ambiguous_once(self):
        root = self.enterContext(harness.library(
            {self.TARGET: self.local.read_bytes()}))
        state = pathlib.Path(self.folder, "state")
        ticket = pathlib.Path(self.folder, "ticket")
        with harness.Emulator(root, "--generation", "classic") as emulator:
            harness.ir("login", "--ticket-file", ticket, url=emulator.url,
                       folder=self.folder)
            words = ("put", self.local, self.TARGET, "--chunk-size", CHUNK,
                     "--state-dir", state, "--ticket-file", ticket, "--json")
            killed = harness.ir(
                *words, "--no-preflight", url=emulator.url, prefix=(
                    "strace", "-f", "-o", "/dev/null", "-e",
                    "inject=unlinkat:signal=KILL:when=1"))
            self.assertEqual(killed.exit, -9, killed)
            note, = state.iterdir()
            self.assertRegex(note.read_text(), r"\ncommit [0-9A-F]+ -1\n$")

            again = harness.ir(*words, url=emulator.url)

            self.assertEqual(again.exit, 12, again)
            self.assertIn("an earlier run sent the commit",
                          again.record(event="error")["message"])
            self.assertEqual(list(state.iterdir()), [])
            deliberate = harness.ir(*words, url=emulator.url)
            self.assertEqual(deliberate.exit, 0, deliberate)
            self.assertEqual(emulator.stop()["commits"]["versions_added"], 2)

    def killed_between_chunks(self, emulator, state, ticket):
        """How many chunks the server has taken from a run that is dead."""
        for when in range(14, 30):
            shutil.rmtree(state, ignore_errors=True)
            self.put(emulator, state, ticket, (
                "strace", "-f", "-o", "/dev/null", "-e",
                f"inject=pread64:signal=KILL:when={when}"))
            for note in state.iterdir():
                step = note.read_text().split("\n")[-2].split(" ")
                if step[0] == "have":
                    return int(step[1]) // CHUNK
        raise AssertionError("never killed between two chunks")

    def test_refusal_of_a_document_that_is_staged_well_sends_nothing_again(
            self):
        root = self.enterContext(harness.library({self.TARGET: b"other"}))
        state = pathlib.Path(self.folder, "state")
        ticket = pathlib.Path(self.folder, "ticket")
        log = pathlib.Path(self.folder, "log")
        with harness.Emulator(root) as emulator:
            harness.ir("login", "--ticket-file", ticket, url=emulator.url,
                       folder=self.folder)
            n_taken = self.killed_between_chunks(emulator, state, ticket)

            again = self.put(emulator, state, ticket, (
                "strace", "-f", "-s", "8192", "-e", "trace=sendto", "-o", log))

        self.assertIn("lock does that first",
                      again.record(event="error")["message"])
        said = log.read_text()
        self.assertEqual(said.count("org/UploadFileChunk"), CHUNKS + 1 - n_taken)
        self.assertEqual(said.count("org/UploadDocumentWithHandler"), 1)

    def test_served_commit_is_not_repeated(self):
        step, done = self.rerun(1, "unlinkat")

        self.assertEqual(step.split(" ")[0], "commit")
        self.assertEqual((done["chunks"], done["level"]), (0, "verified"))


if __name__ == "__main__":
    unittest.main()
