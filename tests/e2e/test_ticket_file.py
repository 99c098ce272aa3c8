#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""A session that ends in the middle of a transfer: the transfer goes on with
the ticket that another 'ir login' has written into the file meanwhile."""

import pathlib
import unittest

import harness
from harness import CHUNK, USER
from proxy import at
from refused import NEW, Refused

READ, SEND = "DownloadFileChunk", "UploadFileChunk"
COMMIT = "UploadDocumentWithHandler"
LARGE = "/Library/Folder/large.bin"
CONTENT = harness.sample(3 * CHUNK + 5, seed=2)


class TicketFile(Refused):
    def setUp(self):
        super().setUp()
        self.stored(LARGE).write_bytes(CONTENT)
        self.ticket_file = pathlib.Path(self.folder, "ticket")
        self.target = pathlib.Path(self.folder, "target")

    def begin(self, operation, n, fault="ticket-expired", do=None):
        """Log in, on a server whose session ends at the n-th call of an
        operation; 'do' is done just before that."""
        rules = pathlib.Path(self.folder, "rules")
        rules.write_text(f"{operation} nth={n} {fault}\n", "utf-8")
        self.start("--faults", rules, hook=at(
            operation, n, lambda call: (do or self.login)()))
        self.login()
        self.first = self.ticket()

    def ticket(self):
        return self.ticket_file.read_text("utf-8").strip()

    def login(self):
        run = harness.ir("login", "--ticket-file", self.ticket_file,
                         url=self.server.url, folder=self.folder)
        self.assertEqual(run.exit, 0, run)

    def transfer(self, *arguments):
        run = harness.ir(*arguments, "--json", "--chunk-size", CHUNK,
                         "--retry-delay", "1ms", "--ticket-file",
                         self.ticket_file, url=self.url)
        self.secrets = [self.first, self.ticket()
                        if self.ticket_file.exists() else self.first]
        for secret in self.secrets:
            self.assertNotIn(secret.encode(), run.out)
            self.assertNotIn(secret, run.err)
        return run

    def get(self):
        return self.transfer("get", LARGE, "-o", self.target)

    def put_file(self):
        return self.transfer("put", self.local, NEW)

    def went_on(self, run, operation, n_calls):
        self.assertEqual(run.exit, 0, run)
        self.assertEqual(run.record(event="done")["level"], "verified")
        self.assertNotEqual(self.ticket(), self.first)
        report = self.server.stop()
        self.assertEqual(harness.count(report, operation), n_calls)
        self.assertEqual(harness.count(report, "RenewTicket"), 0)
        # That of the session which ended: nobody else may end it.
        self.assertEqual(report["open_handlers"], 1, report)
        return report

    def test_download_goes_on_with_the_ticket_that_replaced_its_own(self):
        self.begin(READ, 3)
        run = self.get()
        self.assertEqual(self.target.read_bytes(), CONTENT)
        # Refused as expired, refused as unknown; the first two not again.
        self.went_on(run, READ, 4 + 2)

    def test_upload_goes_on_with_the_ticket_that_replaced_its_own(self):
        self.begin(SEND, 3)
        run = self.put_file()
        # The new session has to begin again.
        report = self.went_on(run, SEND, 2 + 2 + 4)
        self.assertEqual(harness.sha256(self.stored(NEW)),
                         harness.sha256(self.local))
        self.assertEqual(report["commits"]["documents_created"], 1)

    def test_upload_that_ends_before_the_commit_is_staged_again(self):
        self.begin(COMMIT, 1)
        run = self.put_file()
        report = self.went_on(run, SEND, 4 + 4)
        self.assertEqual(harness.sha256(self.stored(NEW)),
                         harness.sha256(self.local))
        self.assertEqual(report["commits"]["documents_created"], 1)

    def test_handler_of_an_ended_session_is_replaced_after_a_lost_chunk(self):
        folder = self.enterContext(harness.folder())
        local = pathlib.Path(folder, "local")
        local.write_bytes(harness.sample(1000))
        faults = pathlib.Path(folder, "faults")
        faults.write_text("UploadFileChunk nth=1 lose-reply\n"
                          "CreateUploadHandler nth=2 ticket-expired\n")
        root = self.enterContext(harness.library({"/Lib/x": b""}))
        with harness.Emulator(root, "--faults", faults) as emulator:
            run = harness.ir("put", local, "/Lib/y", "--retry-delay", "1ms",
                             url=emulator.url, folder=folder)

        self.assertEqual(run.exit, 0, run)
        self.assertEqual((root / "Lib/y").read_bytes(), local.read_bytes())

    def test_ticket_that_was_not_replaced_is_not_tried_again(self):
        self.begin(READ, 3, do=lambda: None)
        run = self.get()
        self.fails(run, 4, "auth", 4010)
        self.assertFalse(self.target.exists())
        self.assertEqual(harness.count(self.server.stop(), READ), 3)

    def test_ticket_file_that_is_gone_leaves_the_refusal(self):
        self.begin(READ, 3, do=self.ticket_file.unlink)
        run = self.get()
        self.fails(run, 4, "auth", 4010)
        self.assertFalse(self.target.exists())
        self.assertEqual(harness.count(self.server.stop(), READ), 3)

    def test_ticket_file_that_others_may_use_is_not_read_again(self):
        def expose():
            self.login()
            self.ticket_file.chmod(0o644)

        self.begin(READ, 3, do=expose)
        run = self.get()
        self.fails(run, 4, "auth", 4010)
        self.assertEqual(harness.count(self.server.stop(), READ), 3)


if __name__ == "__main__":
    unittest.main()
