#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Every refusal of the contract's sections 5.1 to 5.4 and of the questions
asked before: ir gives it its type and exit code, nothing is half committed, no
handler and no lock of ours stays."""

import base64
import unittest
import zlib

import certificates
import harness
from bindings import Plain
from harness import CHUNK, USER
from proxy import Reply, at
from refused import NEW, OLD, Refused, stdin

COMMIT = "UploadDocumentWithHandler"
COMMIT_NEW = "UploadNewDocumentWidthHandler"
CHUNK_CALL = "UploadFileChunk"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def end_handler(test, call):
    """As if the server had cleaned up."""
    said = test.soap.call("DeleteUploadHandler",
                          authenticationTicket=call.ticket,
                          UploadHandler=call.parameter("uploadHandler"))
    assert said.success, said


class Tickets(Refused):
    def test_unknown_ticket(self):
        self.start()
        self.fails(self.put(ticket=UNKNOWN), 4, "auth", 901)
        self.fails(self.put("--spelling", "documented", ticket=UNKNOWN), 4,
                   "auth", 4010)
        self.fails(self.put("--spelling", "documented", "--no-preflight",
                            ticket=UNKNOWN), 4, "auth", 4010)
        report = self.nothing_happened(handlers=1)  # it is in no session
        self.assertEqual(harness.count(report, "CreateUploadHandler"), 1)

    def test_unknown_ticket_of_a_classic_server(self):
        self.start("--generation", "classic", "--spelling", "any")
        self.fails(self.put(ticket=UNKNOWN), 4, "auth", 901)
        self.fails(self.put("--spelling", "documented", ticket=UNKNOWN), 4,
                   "auth", 901)
        self.nothing_sent(self.nothing_happened())

    def test_ticket_that_expires_is_renewed_and_its_handler_lives_on(self):
        def expire(call):
            self.sql("UPDATE sessions SET expires_ms = 0 WHERE user = 'demo'")

        self.start(hook=at(CHUNK_CALL, 3, expire))
        report = self.all_stored(self.put())
        self.assertEqual(report["handlers_begun"], 1)
        self.assertEqual(harness.count(report, "RenewTicket"), 1)

    def test_ticket_that_expires_before_the_commit_is_renewed(self):
        def expire(call):
            self.sql("UPDATE sessions SET expires_ms = 0 WHERE user = 'demo'")

        self.start(hook=at(COMMIT, 1, expire))
        report = self.all_stored(self.put())
        self.assertEqual(report["handlers_begun"], 1)

    def test_ticket_that_expires_and_cannot_be_renewed(self):
        def expire(call):
            self.sql("UPDATE sessions SET expires_ms = 0 WHERE user = 'demo'")

        self.start(hook=at(CHUNK_CALL, 3, expire))
        run = self.put(ticket=self.log_in(USER))
        self.fails(run, 4, "auth", 4010)
        self.assertIn("may still hold a staged file",
                      run.record(event="warning")["message"])
        # Only a session can end its handlers, and this one has ended.
        self.nothing_happened(handlers=1)

    def test_ticket_that_is_gone_costs_the_handler_and_a_second_start(self):
        def log_out(call):
            self.soap.call("LogOut", AuthenticationTicket=call.ticket)

        self.start(hook=at(CHUNK_CALL, 3, log_out))
        report = self.all_stored(self.put())
        self.assertEqual(report["handlers_begun"], 2)
        self.assertEqual(harness.count(report, COMMIT), 1)

    def test_ticket_that_is_gone_before_the_commit(self):
        def log_out(call):
            self.soap.call("LogOut", AuthenticationTicket=call.ticket)

        self.start(hook=at(COMMIT, 1, log_out))
        report = self.all_stored(self.put())
        self.assertEqual(report["handlers_begun"], 2)
        self.assertEqual(report["commits"]["documents_created"], 1)

    def test_ticket_that_is_gone_before_every_commit(self):
        def log_out(call):
            self.soap.call("LogOut", AuthenticationTicket=call.ticket)

        self.start(hook=at(COMMIT, None, log_out))
        self.fails(self.put(), 4, "auth", 4010)
        self.nothing_happened()

    def test_every_operation_refuses_a_wrong_or_missing_ticket(self):
        calls = {
            CHUNK_CALL: {"uploadHandler": UNKNOWN, "fileChunk": "",
                         "chunkHEXCRC": "0", "lastChunk": "true"},
            "DeleteUploadHandler": {"UploadHandler": UNKNOWN},
            COMMIT: {"path": NEW, "uploadHandler": UNKNOWN},
            COMMIT + "1": {"path": NEW, "uploadHandler": UNKNOWN,
                           "versionComments": ""},
            COMMIT + "2": {"path": NEW, "uploadHandler": UNKNOWN,
                           "versionComments": "", "mpVersionMajor": 1,
                           "mpVersionMinor": 0, "mpVersionRevision": 0},
            COMMIT + "3": {"path": NEW, "uploadHandler": UNKNOWN,
                           "xmlParameters": "<xmlparameters/>"},
            COMMIT_NEW: {"folderPath": "/Library/Folder",
                         "documentName": "new.bin", "uploadHandler": UNKNOWN,
                         "xmlParameters": "<xmlparameters/>"},
            "Lock": {"Path": OLD},
            "UnLock": {"path": OLD, "force": "false"},
            "CreateFolder": {"Path": "/Library/Other"},
            "DocumentExists": {"Path": OLD},
            "FolderExists": {"Path": "/Library/Folder"},
            "GetDocument": {"Path": OLD, "withPropertySets": "false",
                            "withSecurity": "false", "withOwner": "false",
                            "withVersions": "false"},
        }
        reads = ("DocumentExists", "FolderExists", "GetDocument")
        for generation in ("modern", "classic"):
            self.start("--generation", generation, "--spelling", "any")
            for operation, parameters in calls.items():
                name = "AuthenticationTicket" if operation in (
                    "Lock", "GetDocument") else "authenticationTicket"
                with self.subTest(operation, generation=generation):
                    wrong = self.soap.call(operation, **{name: UNKNOWN},
                                           **parameters)
                    none = self.soap.call(operation, **parameters)
                    self.assertTrue(wrong.refused and none.refused)
                    if generation == "classic":
                        self.assertRegex(wrong["error"], r"^\[901\]")
                        self.assertIsNone(wrong["errorCode"])
                    else:
                        self.assertEqual(wrong["errorCode"], "4010")
                        self.assertEqual(none["errorCode"], "4041" if operation
                                         in reads else "4010")
                    if generation == "classic" and operation not in reads:
                        self.assertRegex(none["error"], r"^\[900\]")
            self.nothing_happened()

    def test_handler_without_a_ticket_is_given_but_of_no_use(self):
        self.start()
        said = self.soap.call("CreateUploadHandler", PreferedChunkSize=0)
        self.assertTrue(said.success)
        used = self.call(CHUNK_CALL, uploadHandler=said["UploadHandler"],
                         fileChunk="", chunkHEXCRC="0", lastChunk="true")
        self.assertEqual((used["success"], used["errorCode"]),
                         ("false", "4000"))


class Handlers(Refused):
    def test_handler_that_is_gone_is_replaced_once(self):
        self.start(hook=at(CHUNK_CALL, 2, lambda c: end_handler(self, c)))
        report = self.all_stored(self.put())
        self.assertEqual(report["handlers_begun"], 2)
        self.assertEqual(harness.count(report, CHUNK_CALL), 6)

    def test_handler_that_is_always_gone(self):
        def end(call):
            if call.n % 2 == 0:
                end_handler(self, call)

        self.start(hook=at(CHUNK_CALL, None, end))
        self.fails(self.put(), 9, "server", 4000)
        report = self.nothing_happened()
        self.assertEqual(report["handlers_begun"], 2)

    def test_handler_that_expired(self):
        def expire(call):
            self.sql("UPDATE handlers SET expires_ms = 0")

        self.start(hook=at(CHUNK_CALL, None, expire))
        self.fails(self.put(), 9, "server", 4000)
        self.nothing_happened()

    def test_handler_that_expired_before_the_commit(self):
        def expire(call):
            self.sql("UPDATE handlers SET expires_ms = 0")

        self.start(hook=at(COMMIT, None, expire))
        self.fails(self.put(), 9, "server", 4000)
        self.nothing_happened()

    def test_handler_that_was_committed_by_somebody_else(self):
        self.start(hook=at(COMMIT, None, lambda c: self.commit(c, "x.bin")))
        self.fails(self.put(), 9, "server", 4000)
        self.assertFalse(self.call("DocumentExists", Path=NEW).success)
        self.assertEqual(self.n_versions("/Library/Folder/x.bin"), 1)
        self.assertEqual(self.server.stop()["open_handlers"], 0)

    def commit(self, call, name):
        said = self.soap.call(COMMIT, authenticationTicket=call.ticket,
                              path=f"/Library/Folder/{name}",
                              uploadHandler=call.parameter("uploadHandler"))
        self.assertTrue(said.success, said)

    def test_handler_of_another_session(self):
        def impersonate(call):
            ticket = self.log_in("other").encode()
            call.replace(rb"(<authenticationTicket>)[^<]*", rb"\g<1>" + ticket)

        for operation in (CHUNK_CALL, COMMIT):
            with self.subTest(operation):
                self.start(hook=at(operation, None, impersonate))
                self.fails(self.put(), 9, "server", 4000)
                self.nothing_happened()

    def test_handler_of_another_session_is_not_harmed(self):
        self.start()
        ours = self.stage(b"ours")
        theirs = self.log_in("other")
        for operation, more in (
                (CHUNK_CALL, {"fileChunk": "", "chunkHEXCRC": "0",
                              "lastChunk": "true"}), (COMMIT, {"path": NEW})):
            said = self.soap.call(operation, authenticationTicket=theirs,
                                  uploadHandler=ours, **more)
            self.assertEqual(said["errorCode"], "4000", operation)
        said = self.soap.call("DeleteUploadHandler", UploadHandler=ours,
                              authenticationTicket=theirs)
        self.assertTrue(said.success)  # as for any that is not there
        self.done(COMMIT, path=NEW, uploadHandler=ours)
        self.assertEqual(self.stored(NEW).read_bytes(), b"ours")

    def stage(self, content, last="true"):
        handler = self.done("CreateUploadHandler",
                            PreferedChunkSize=CHUNK)["UploadHandler"]
        self.done(CHUNK_CALL, uploadHandler=handler, lastChunk=last,
                  fileChunk=base64.b64encode(content).decode(),
                  chunkHEXCRC=f"{zlib.crc32(content):X}")
        return handler

    def test_malformed_handler(self):
        def garble(call):
            call.replace(rb"(<uploadHandler>)[^<]*", rb"\g<1>not a handler")

        for operation in (CHUNK_CALL, COMMIT):
            with self.subTest(operation):
                self.start(hook=at(operation, None, garble))
                self.fails(self.put(), 9, "server", 4000)
                self.nothing_happened()

    def test_malformed_handler_is_a_bad_request_to_delete(self):
        self.start()
        said = self.call("DeleteUploadHandler", UploadHandler="not a handler")
        self.assertEqual((said["success"], said["errorCode"], said["error"]),
                         ("false", "4000", "bad Request"))
        for _ in range(2):  # one that is not there is no error
            self.done("DeleteUploadHandler", UploadHandler=UNKNOWN)

    def test_handler_without_its_last_chunk_is_not_committed(self):
        self.start()
        said = self.call(COMMIT, path=NEW, uploadHandler=self.stage(
            harness.sample(CHUNK), last="false"))
        self.assertEqual(said["errorCode"], "4000")
        self.nothing_happened(refused=1)

    def test_chunks_of_a_wrong_size_or_after_the_last_are_refused(self):
        self.start()
        handler = self.stage(b"all")
        for data in ("", "AAAA"):
            said = self.call(CHUNK_CALL, uploadHandler=handler, fileChunk=data,
                             chunkHEXCRC="0", lastChunk="true")
            self.assertEqual((said["errorCode"], said["tryagain"]),
                             ("4000", None))
        handler = self.done("CreateUploadHandler",
                            PreferedChunkSize=CHUNK)["UploadHandler"]
        said = self.call(CHUNK_CALL, uploadHandler=handler, fileChunk="AAAA",
                         chunkHEXCRC="FF41D912", lastChunk="false")
        self.assertEqual(said["errorCode"], "4000")
        self.done("DeleteUploadHandler", UploadHandler=handler)


class Targets(Refused):
    def test_document_exists_and_is_not_checked_out(self):
        self.start()
        self.fails(self.put(target=OLD), 9, "server", 4000)
        self.nothing_happened(refused=1)

    def test_checked_out_by_another_user_is_seen_before(self):
        for generation in ("modern", "classic"):
            with self.subTest(generation):
                self.start("--generation", generation, "--spelling", "any")
                self.done("Lock", user="other", Path=OLD)
                for more in ((), ("--lock",)):
                    self.fails(self.put(*more, target=OLD), 9, "server", 4230)
                self.nothing_sent(self.nothing_happened(holder="other"))

    def test_checked_out_by_another_user_refuses_the_commit(self):
        for generation, code in (("modern", 4000), ("classic", 0)):
            with self.subTest(generation):
                self.start("--generation", generation, "--spelling", "any")
                self.done("Lock", user="other", Path=OLD)
                run = self.put("--no-preflight", target=OLD)
                self.fails(run, 9, "server", code)
                self.nothing_happened(holder="other", refused=1)

    def test_somebody_else_is_first_to_check_it_out(self):
        self.start(hook=at("Lock", 1, lambda _: self.done(
            "Lock", user="other", Path=OLD) and None))
        self.fails(self.put("--lock", target=OLD), 9, "server", 4230)
        self.nothing_sent(self.nothing_happened(holder="other"))

    def test_check_out_is_lost_while_the_bytes_are_sent(self):
        self.start(hook=at(COMMIT, 1, lambda _: self.done(
            "UnLock", path=OLD, force="true") and None))
        run = self.put("--lock", target=OLD)
        self.fails(run, 9, "server", 4000)
        self.nothing_happened(refused=1)

    def test_check_out_is_lost_to_somebody_else_and_stays_his(self):
        def take_over(_):
            self.done("UnLock", path=OLD, force="true")
            self.done("Lock", user="other", Path=OLD)

        self.start(hook=at(COMMIT, 1, take_over))
        self.fails(self.put("--lock", target=OLD), 9, "server", 4000)
        self.nothing_happened(holder="other", refused=1)

    def test_our_lock_is_released_when_a_chunk_fails(self):
        self.start(hook=at(CHUNK_CALL, None, lambda c: c.answer(
            success="false", error="no", errorCode="4000")))
        self.fails(self.put("--lock", target=OLD), 9, "server", 4000)
        self.nothing_happened()

    def test_lock_that_was_there_before_stays(self):
        self.start(hook=at(COMMIT, None, lambda c: end_handler(self, c)))
        self.done("Lock", user=USER, Path=OLD)
        self.fails(self.put("--lock", target=OLD), 9, "server", 4000)
        self.nothing_happened(holder=USER)

    def test_lock_whose_reply_is_lost_is_released(self):
        for told in (lambda c: Reply(504), lambda c: Reply(200, b"<"),
                     lambda c: c.fault("no")):
            self.start(hook=at("Lock", None,
                               lambda c, t=told: c.forward() and t(c)))
            run = self.put("--lock", target=OLD)
            self.assertEqual(run.exit, 9, run)
            report = self.nothing_happened()
            self.assertEqual(harness.count(report, "UnLock"), 1)

    def test_lock_that_cannot_be_released_is_told(self):
        self.start(hook=at("UnLock", None, lambda c: c.answer(
            success="false", error="no", errorCode="4000")))
        run = self.put("--lock", target=OLD)
        self.assertEqual(run.exit, 0, run)
        self.assertIn("checked out", run.record(event="warning")["message"])
        self.assertEqual(self.holder(), USER)

    def test_handler_that_cannot_be_deleted_is_told(self):
        self.start(hook=at("DeleteUploadHandler", None,
                           lambda c: Reply(503)))
        run = self.put(target=OLD)
        self.fails(run, 9, "server", 4000)
        self.assertIn("may still hold", run.record(event="warning")["message"])
        self.nothing_happened(refused=1)

    def test_folder_is_missing(self):
        self.start()
        target = "/Library/Other/new.bin"
        self.fails(self.put(target=target), 3, "not_found", 4041)
        self.fails(self.put("--no-preflight", target=target), 3, "not_found",
                   4041)
        self.nothing_happened(refused=1)

    def test_folder_vanishes_while_the_bytes_are_sent(self):
        (self.root / "Library/Other").mkdir()
        self.start(hook=at(COMMIT, 1, lambda _: (
            self.root / "Library/Other").rmdir()))
        self.fails(self.put(target="/Library/Other/new.bin"), 3, "not_found",
                   4041)
        self.nothing_happened(refused=1)

    def test_library_is_missing(self):
        self.start()
        target = "/Nowhere/Folder/new.bin"
        self.fails(self.put(target=target), 3, "not_found", 4041)
        self.fails(self.put("--create-folders", target=target), 3, "not_found",
                   4041)
        self.nothing_sent(self.nothing_happened())

    def test_folder_cannot_be_made_where_a_document_is(self):
        self.start()
        self.fails(self.put("--create-folders", target=OLD + "/new.bin"), 9,
                   "server", 4090)
        self.nothing_sent(self.nothing_happened())

    def test_folder_that_somebody_else_makes_first_will_do(self):
        self.start(hook=at("CreateFolder", 1, lambda _: self.done(
            "CreateFolder", Path="/Library/Other") and None))
        self.all_stored(self.put("--create-folders",
                                 target="/Library/Other/new.bin"),
                        "/Library/Other/new.bin")

    def test_reader_may_not_write(self):
        self.start()
        self.fails(self.put(user="reader"), 5, "denied", 4030)
        self.fails(self.put("--create-folders", user="reader",
                            target="/Library/Other/new.bin"), 5, "denied",
                   4030)
        self.fails(self.put("--lock", target=OLD, user="reader"), 5, "denied",
                   4030)
        self.nothing_happened(refused=1)

    def test_forbidden_type(self):
        for generation, code in (("modern", 4030), ("classic", 0)):
            with self.subTest(generation):
                self.start("--forbid-type", ".bin", "--generation", generation,
                           "--spelling", "any")
                run = self.put("--new-only")
                if generation == "modern":
                    self.fails(run, 5, "denied", code)
                else:  # no code and no bracket: a refusal like any other
                    self.fails(run, 9, "server", code)
                self.nothing_happened(refused=1)

    def test_name_is_taken(self):
        self.start()
        self.fails(self.put("--new-only", target=OLD), 9, "server", 4090)
        self.fails(self.put("--new-only", "--no-preflight", target=OLD), 9,
                   "server", 4090)
        self.nothing_happened(refused=1)

    def test_name_is_taken_while_the_bytes_are_sent(self):
        def appear(_):
            self.stored(NEW).write_bytes(b"theirs")

        self.start(hook=at(COMMIT_NEW, 1, appear))
        self.fails(self.put("--new-only"), 9, "server", 4090)
        self.assertEqual(self.n_versions(NEW), 1)
        self.assertEqual(self.stored(NEW).read_bytes(), b"theirs")
        self.assertEqual(self.server.stop()["open_handlers"], 0)

    def test_name_is_a_folder(self):
        self.start()
        self.fails(self.put(target="/Library/Folder"), 9, "server", 4090)
        self.nothing_happened(refused=1)

    def test_path_without_a_folder_is_no_path(self):
        self.start()
        self.fails(self.put(target="/new.bin"), 2, "argument", http=0)
        self.nothing_sent(self.nothing_happened())

    def test_refused_locks_are_typed(self):
        self.start()
        wanted = [
            (("Lock", "other"), {"Path": NEW}, "4041"),
            (("UnLock", "other"), {"path": OLD, "force": "false"}, "4000"),
            (("Lock", "reader"), {"Path": OLD}, "4030"),
            (("Lock", "other"), {"Path": OLD}, None),
            (("Lock", "other"), {"Path": OLD}, "4230"),
            (("Lock", USER), {"Path": OLD}, "4230"),
            (("UnLock", USER), {"path": OLD, "force": "true"}, "4030"),
            (("CreateFolder", USER), {"Path": "/Library/Folder"}, "4090"),
            (("CreateFolder", USER), {"Path": "/Nowhere/Folder"}, "4041"),
            (("CreateFolder", USER), {"Path": "/Library"}, "4000"),
            (("DocumentExists", USER), {"Path": "/Library/Folder"}, "4041"),
            (("DocumentExists", USER), {"Path": "~F1"}, "4000"),
            (("FolderExists", USER), {"Path": OLD}, "4041"),
        ]
        for (operation, user), parameters, code in wanted:
            said = self.call(operation, user=user, **parameters)
            self.assertEqual((said.success, said["errorCode"]),
                             (code is None, code), (operation, parameters))
        self.nothing_happened(holder="other")


class Questions(Refused):
    """The calls before the first byte."""

    ASKED = ("FolderExists", "DocumentExists", "GetDocument", "Lock")

    def check(self, told, code, status, server_code=0, http=200):
        for operation in self.ASKED:
            with self.subTest(operation):
                self.start(hook=at(operation, None, told))
                run = self.put("--lock", target=OLD)
                self.fails(run, code, status, server_code, http)
                self.nothing_sent(self.nothing_happened())

    def test_exceptions(self):
        self.check(lambda c: c.answer(success="false", errorCode="5000",
                                      error="SystemError:no such table"),
                   9, "server", 5000)

    def test_faults(self):
        self.check(lambda c: c.fault("no"), 9, "server", http=500)

    def test_rights(self):
        self.check(lambda c: c.answer(success="false", error="[921] no"),
                   5, "denied", 921)

    def test_web_servers_that_refuse(self):
        self.check(lambda c: Reply(403), 5, "denied", http=403)
        self.check(lambda c: Reply(503), 9, "server", http=503)

    def test_limit_that_nobody_tells_is_none(self):
        for told in (lambda c: Reply(500), lambda c: c.fault("no"),
                     lambda c: c.answer(success="false", error="[921] no")):
            self.start(hook=at("GetGeneralAppSettings", None, told))
            self.all_stored(self.put())
            self.stored(NEW).unlink()


class Requests(Refused):
    def test_required_field_that_is_empty(self):
        self.start()
        form = Plain(self.server.url, "POST")
        for empty in ("path", "uploadHandler"):
            fields = {"authenticationTicket": self.observer, "path": NEW,
                      "uploadHandler": UNKNOWN, empty: ""}
            said = form.call(COMMIT, **fields)
            self.assertEqual((said.status, said.body), (400, b""))
        self.assertEqual(self.nothing_happened()["http_errors"], {"400": 2})

    def test_framework_refuses_the_commit_before_the_server_sees_it(self):
        for status, code, word in ((400, 9, "protocol"), (401, 4, "auth"),
                                   (403, 5, "denied"), (404, 9, "protocol"),
                                   (413, 11, "limit"), (500, 9, "server")):
            with self.subTest(status):
                self.start(hook=at(COMMIT, None,
                                   lambda c, s=status: Reply(s)))
                self.fails(self.put(), code, word, http=status)
                self.nothing_happened()

    def test_gateway_that_gives_up_leaves_the_commit_open(self):
        for status in (502, 503, 504):
            with self.subTest(status):
                self.start(hook=at(COMMIT, None,
                                   lambda c, s=status: Reply(s)))
                self.fails(self.put(), 12, "ambiguous", http=status)
                self.nothing_happened()

    def test_gateway_that_gives_up_after_the_commit_is_seen_through(self):
        self.start(hook=at(COMMIT, None,
                           lambda c: c.forward() and Reply(504)))
        self.all_stored(self.put())

    def test_malformed_parameters(self):
        def garble(call):
            call.replace(rb"&lt;xmlparameters/(&gt;|>)", b"&lt;xmlparameters")

        self.start(hook=at(COMMIT_NEW, None, garble))
        self.fails(self.put("--new-only"), 9, "server", 4000)
        form = Plain(self.server.url, "POST")
        said = form.call(COMMIT + "3", authenticationTicket=self.observer,
                         path=NEW, uploadHandler=UNKNOWN,
                         xmlParameters="<xmlparameters")
        self.assertEqual((said.status, said.body), (500, b""))
        self.nothing_happened()

    def test_exception_in_the_server(self):
        self.start(hook=at(COMMIT, None,
                           lambda _: self.sql("DROP TABLE commits")))
        run = self.put()
        self.fails(run, 9, "server", 5000)
        self.assertIn("SystemError", run.record(event="error")["message"])
        self.assertTrue(run.record(event="error")["retryable"])
        self.nothing_happened(refused=1)

    def test_exception_in_the_framework(self):
        for operation in (CHUNK_CALL, COMMIT):
            with self.subTest(operation):
                self.start(hook=at(operation, None, lambda c: c.fault(
                    f"Server was unable to process request {c.ticket}")))
                run = self.put()
                self.fails(run, 9, "server", http=500)
                self.assertIn("unable to process",
                              run.record(event="error")["message"])
                self.assertNotRegex(run.record(event="error")["message"],
                                    r"[0-9a-f]{8}-[0-9a-f]{4}-")
                self.nothing_happened()

    def test_bytes_do_not_go_by_get(self):
        self.start()
        get = Plain(self.server.url, "GET")
        for operation in (CHUNK_CALL, "UploadDocument", "UploadDocument4"):
            said = get.call(operation, authenticationTicket=self.observer)
            self.assertEqual(said.status, 415, operation)
        self.assertEqual(self.nothing_happened()["http_errors"], {"415": 3})

    def test_versions_out_of_range(self):
        self.start()
        handler = self.done("CreateUploadHandler",
                            PreferedChunkSize=CHUNK)["UploadHandler"]
        self.done(CHUNK_CALL, uploadHandler=handler, fileChunk="",
                  chunkHEXCRC="0", lastChunk="true")
        for version in ((0, 1, 0), (2401, 0, 0), (1, 1000, 0), (1, 0, 1000),
                        (-1, 0, 0), (1, -1, 0)):
            said = self.commit_version(handler, version)
            self.assertEqual(said["errorCode"], "4000", version)
        said = self.commit_version(handler, (65537, 0, 0))  # not an xs:short
        self.assertTrue(said.fault or said.refused, said)
        self.done("DeleteUploadHandler", UploadHandler=handler)
        self.nothing_happened()

    def commit_version(self, handler, version):
        major, minor, revision = version
        return self.call(COMMIT + "2", path=NEW, uploadHandler=handler,
                         versionComments="", mpVersionMajor=major,
                         mpVersionMinor=minor, mpVersionRevision=revision)


class Chunks(Refused):
    def wrong_checksum(self, call):
        call.replace(rb"(<chunkHEXCRC>)[^<]*", rb"\g<1>1")

    def test_server_that_asks_again_for_ever(self):
        for form in ("failure", "success"):
            with self.subTest(form):
                self.start("--tryagain", form, hook=at(
                    CHUNK_CALL, None, lambda c: self.wrong_checksum(c)
                    if c.n > 1 else None))
                self.fails(self.put("--retries", 3), 8, "corrupt")
                report = self.nothing_happened()
                self.assertEqual(report["tryagain"], 4)

    def test_server_that_asks_again_a_few_times(self):
        self.start(hook=at(CHUNK_CALL, None, lambda c: self.wrong_checksum(c)
                           if c.n in (2, 3, 5) else None))
        report = self.all_stored(self.put())
        self.assertEqual(report["tryagain"], 3)

    def test_checksum_of_the_whole_that_disagrees(self):
        def disagree(call):
            reply = call.forward()
            return reply if b"filehexcrc" not in reply.body else \
                reply.replace(rb'filehexcrc="[^"]*"', b'filehexcrc="1"')

        self.start(hook=at(CHUNK_CALL, None, disagree))
        self.fails(self.put(), 8, "corrupt")
        report = self.nothing_happened()
        self.assertEqual(report["handlers_begun"], 2)

    def test_checksum_of_the_whole_that_disagrees_once(self):
        self.start(hook=at(CHUNK_CALL, 4, lambda c: c.forward().replace(
            rb'filehexcrc="[^"]*"', b'filehexcrc="1"')))
        self.all_stored(self.put())

    def test_stored_document_that_cannot_be_compared(self):
        for told in (lambda c: Reply(503), lambda c: c.answer(
                success="false", error="SystemError: no", errorCode="5000"),
                lambda c: c.answer(success="false", error="not visible",
                                   errorCode="4041")):
            with self.subTest():
                self.start(hook=at("DocumentExists", 2, told))
                run = self.put("--spelling", "documented")
                self.assertEqual(run.exit, 0, run)
                self.assertEqual(run.record(event="done")["level"],
                                 "chunk-verified")
                self.assertIn("not compared",
                              run.record(event="warning")["message"])
                self.assertEqual(self.server.stop()["open_handlers"], 0)
                self.stored(NEW).unlink()

    def test_stored_document_that_is_another(self):
        def overwrite(call):
            if self.stored(NEW).exists():
                self.stored(NEW).write_bytes(b"theirs")

        self.start(hook=at("DocumentExists", None, overwrite))
        self.fails(self.put(), 8, "corrupt")
        self.assertEqual(self.server.stop()["open_handlers"], 0)

    def test_large_requests_are_refused_down_to_a_size_that_passes(self):
        for status in (413, 404):
            for early in (False, True):
                with self.subTest(status, early=early):
                    self.check_large(status, early)

    def check_large(self, status, early):
        def refuse(call):
            if int(call.handler.headers["Content-Length"]) < 500_000:
                return None
            return Reply(status, early=early)

        self.local.write_bytes(harness.sample(9 * CHUNK + 5))
        self.start(hook=at(CHUNK_CALL, None, refuse))
        report = self.all_stored(self.put("--chunk-size", 4 * CHUNK))
        self.assertEqual(report["handlers_begun"], 3)
        self.assertEqual(harness.count(report, CHUNK_CALL), 10)
        self.stored(NEW).unlink()

    def test_refusal_that_comes_early_is_heard_over_tls(self):
        authority = certificates.Authority(self.folder)
        self.local.write_bytes(harness.sample(32 * CHUNK))
        self.start(hook=at(CHUNK_CALL, None, lambda _: Reply(413, early=True)),
                   tls=authority.issue("leaf", san="IP:127.0.0.1"))
        self.fails(self.put("--cacert", authority.ca, "--chunk-size",
                            32 * CHUNK), 11, "limit", http=413)
        report = self.nothing_happened()
        self.assertEqual(report["handlers_begun"], 6)

    def test_large_requests_of_a_stream_are_refused_down_as_well(self):
        def refuse(call):
            length = int(call.handler.headers["Content-Length"])
            return None if length < 500_000 else Reply(413)

        self.local.write_bytes(harness.sample(9 * CHUNK + 5))
        self.start(hook=at(CHUNK_CALL, None, refuse))
        run = self.put("--chunk-size", 4 * CHUNK, local="-",
                       prefix=stdin(self.local))
        report = self.all_stored(run)
        self.assertEqual(report["handlers_begun"], 3)

    def test_requests_that_are_too_large_at_any_size(self):
        for status, code, word in ((413, 11, "limit"), (404, 9, "protocol")):
            with self.subTest(status):
                self.start(hook=at(CHUNK_CALL, None, lambda c, s=status:
                                   Reply(s)))
                self.fails(self.put("--chunk-size", 4 * CHUNK), code, word,
                           http=status)
                report = self.nothing_happened()
                self.assertEqual(report["handlers_begun"], 3)


class Limits(Refused):
    LIMIT = 2 * CHUNK

    def hide(self, call):
        return call.answer(success="false", error="no", errorCode="4030")

    def test_size_limit_that_the_server_tells(self):
        self.start("--max-document-bytes", self.LIMIT)
        run = self.put()
        self.fails(run, 11, "limit", http=None)
        self.assertIn(str(self.LIMIT), run.record(event="error")["message"])
        self.nothing_sent(self.nothing_happened())

    def test_size_limit_that_the_server_keeps_to_itself(self):
        self.start("--max-document-bytes", self.LIMIT,
                   hook=at("GetGeneralAppSettings", None, self.hide))
        self.fails(self.put(), 9, "server", 4000)
        self.nothing_happened(refused=1)

    def test_document_as_large_as_the_limit(self):
        self.local.write_bytes(harness.sample(self.LIMIT))
        self.start("--max-document-bytes", self.LIMIT)
        self.all_stored(self.put())

    def test_stream_that_passes_the_limit(self):
        self.start("--max-document-bytes", self.LIMIT)
        run = self.put(local="-", prefix=stdin(self.local))
        self.fails(run, 11, "limit", http=None)
        report = self.nothing_happened()
        self.assertLessEqual(harness.count(report, CHUNK_CALL), 2)

    def test_stream_as_long_as_the_limit(self):
        self.local.write_bytes(harness.sample(self.LIMIT))
        self.start("--max-document-bytes", self.LIMIT)
        self.all_stored(self.put(local="-", prefix=stdin(self.local)))

    def test_stream_that_passes_a_limit_that_is_not_told(self):
        self.start("--max-document-bytes", self.LIMIT,
                   hook=at("GetGeneralAppSettings", None, self.hide))
        run = self.put(local="-", prefix=stdin(self.local))
        self.fails(run, 9, "server", 4000)
        self.nothing_happened(refused=1)


class Names(Refused):
    def test_classic_names_are_found_also_without_preflight(self):
        for generation in ("modern", "classic"):
            with self.subTest(generation):
                self.start("--generation", generation, "--spelling", "classic")
                report = self.all_stored(self.put("--no-preflight"))
                self.assertEqual(report["handlers_begun"], 1)
                self.stored(NEW).unlink()

    def test_refusals_in_classic_names_keep_their_meaning(self):
        self.start("--generation", "classic", "--spelling", "classic")
        target = "/Library/Other/new.bin"
        for who in ({}, {"ticket": self.log_in(USER)}):
            for more in ((), ("--no-preflight",)):
                run = self.put(*more, target=target, **who)
                if more:  # no code and no bracket: a refusal like any other
                    self.fails(run, 9, "server")
                else:
                    self.fails(run, 3, "not_found")
        self.all_stored(self.put("--create-folders", target=target), target)


if __name__ == "__main__":
    unittest.main()
