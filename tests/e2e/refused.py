# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""What every test of a refused upload begins with and looks at in the end."""

import re
import sqlite3
import unittest

import harness
from bad_server import SOAP11
from bindings import Soap
from harness import CHUNK, PASSWORD, USER
from proxy import Proxy

OLD = "/Library/Folder/old.bin"
NEW = "/Library/Folder/new.bin"
CONTENT = harness.sample(CHUNK + 7, seed=1)
# Of the others, by what they may do.
RIGHTS = {"other": "", "reader": ":read-only", "boss": ":admin"}


def stdin(path):
    """Runs a program with this file as its standard input."""
    return ("/bin/sh", "-c", 'exec "$@" <"$0"', path)


class Refused(unittest.TestCase):
    """An emulator with one document, and a file of four chunks."""

    def setUp(self):
        self.root = self.enterContext(harness.library({OLD: CONTENT}))
        self.folder = self.enterContext(harness.folder())
        self.local = self.root.parent / f"{self.root.name}.local"
        self.local.write_bytes(harness.sample(3 * CHUNK + 5))
        self.addCleanup(self.local.unlink, missing_ok=True)

    def start(self, *options, hook=None, tls=None):
        users = [f"--user={name}:{harness.secret_file(self.folder, PASSWORD)}"
                 f"{right}" for name, right in RIGHTS.items()]
        self.server = self.enterContext(
            harness.Emulator(self.root, *users, *options))
        self.url = self.server.url
        if hook is not None:
            self.url = self.enterContext(Proxy(self.url, hook, tls)).url
        self.soap = Soap(self.server.url, SOAP11)
        self.observer = self.log_in("boss")

    # ---- The server, by curl ----------------------------------------------

    def log_in(self, user):
        return self.soap.call("AuthenticateUser", UID=user,
                              PWD=PASSWORD)["ticket"]

    def call(self, operation, user="boss", **parameters):
        """A call with a ticket, which has two names; GetDocument has one."""
        ticket = self.observer if user == "boss" else self.log_in(user)
        name = "AuthenticationTicket" if operation in (
            "GetDocument", "GetDocumentVersions", "Lock", "isValidTicket"
        ) else "authenticationTicket"
        return self.soap.call(operation, **{name: ticket}, **parameters)

    def done(self, *arguments, **named):
        said = self.call(*arguments, **named)
        self.assertTrue(said.success, said)
        return said

    def holder(self, path=OLD):
        said = self.done("GetDocument", Path=path, withPropertySets="false",
                         withSecurity="false", withOwner="false",
                         withVersions="false")
        return re.search(rb'CheckoutByUserName="([^"]*)"',
                         said.body).group(1).decode()

    def n_versions(self, path=OLD):
        said = self.call("GetDocumentVersions", Path=path)
        return len(re.findall(rb"<Version[ >]", said.body))

    def sql(self, statement):
        """Change the emulator's state behind its back."""
        with sqlite3.connect(self.server.state / "emulator.sqlite",
                             timeout=10) as state:
            state.execute(statement)
        state.close()

    # ---- The client -------------------------------------------------------

    def put(self, *more, local=None, target=NEW, user=USER, ticket=None,
            **named):
        if ticket is None:
            who = ["--user", user, "--password-file",
                   harness.secret_file(self.folder, PASSWORD)]
        else:
            who = ["--ticket-file",
                   harness.secret_file(self.folder, ticket + "\n")]
        self.secrets = [PASSWORD, *([ticket] if ticket else [])]
        return harness.ir("put", "--json", "--retry-delay", "1ms",
                          "--chunk-size", CHUNK, *who, *more,
                          local or self.local, target, url=self.url, **named)

    def fails(self, run, code, status, server_code=0, http=200):
        """Ended with this exit code and record, without a secret in either.
        'http' is None for what is wrong on our side: there it is that of the
        call before, if any."""
        self.assertEqual(run.exit, code, run)
        error = run.record(event="error")
        self.assertEqual(
            {k: error.get(k) for k in ("status", "exit", "server_code",
                                       "http_status")},
            {"status": status, "exit": code, "server_code": server_code,
             "http_status": error["http_status"] if http is None else http},
            run)
        self.assertGreater(len(error["message"]), 10, run)
        self.assertLess(len(error["message"]), harness.LINE_BYTES, run)
        for secret in self.secrets:
            self.assertNotIn(secret.encode(), run.out)
            self.assertNotIn(secret, run.err)

    def stored(self, path):
        return self.root / path.lstrip("/")

    def nothing_happened(self, holder="", handlers=0, refused=0):
        """The old document is what it was, the new one is not there, no lock
        and no handler is left.  Gives the report."""
        self.assertEqual(self.n_versions(), 1)
        self.assertEqual(self.holder(), holder)
        self.assertFalse(self.call("DocumentExists", Path=NEW).success)
        report = self.server.stop()
        self.assertEqual(self.stored(OLD).read_bytes(), CONTENT)
        self.assertEqual([p.name for p in self.stored(OLD).parent.iterdir()],
                         ["old.bin"])
        self.assertEqual(report["open_handlers"], handlers, report)
        self.assertEqual(report["locks"], [] if not holder else
                         [{"path": OLD, "user": holder}])
        self.assertEqual(report["commits"]["documents_created"], 0)
        self.assertEqual(report["commits"]["versions_added"], 0)
        self.assertEqual(report["commits"]["refused"], refused)
        return report

    def nothing_sent(self, report):
        self.assertEqual(harness.count(report, "UploadFileChunk"), 0)
        self.assertEqual(harness.count(report, "CreateUploadHandler"), 0)

    def all_stored(self, run, path=NEW, handlers=0):
        """It went well in the end, and once."""
        self.assertEqual(run.exit, 0, run)
        self.assertEqual(run.record(event="done")["level"], "verified")
        report = self.server.stop()
        self.assertEqual(harness.sha256(self.stored(path)),
                         harness.sha256(self.local))
        self.assertEqual(report["open_handlers"], handlers, report)
        self.assertEqual(report["locks"], [])
        return report
