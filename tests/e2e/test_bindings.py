#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""The emulator against the wire contract, over its four bindings.

The operations of a chunked download and the two that begin an archive and an
upload, called by curl and by zeep; nothing of our client takes part.  Each
property is asserted over SOAP 1.1, SOAP 1.2, HTTP GET and HTTP POST alike.
"""

import base64
import functools
import re
import unittest
import uuid
import zlib

import harness
from bad_server import SOAP11, SOAP12
from bindings import Plain, Soap, all_bindings, curl
from harness import CHUNK, PASSWORD, USER, Emulator, library

PATH = "/Library/Folder/sample.bin"
OFFLINE = "/Library/Folder/offline.bin"
CONTENT = harness.sample(2 * CHUNK + 1001, 7)
GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
NOBODY = "00000000-0000-4000-8000-000000000000"


def over_every_binding(test):
    """Run a test with each binding in turn; one failing does not hide more."""
    @functools.wraps(test)
    def run(self):
        for name, binding in self.bindings.items():
            with self.subTest(binding=name):
                test(self, binding)
    return run


class Bindings(unittest.TestCase):
    """An emulator of one generation and a session on it."""

    generation = "modern"
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.root = cls.enterClassContext(library({
            PATH: CONTENT, OFFLINE: b"away", "/Library/Folder/empty": b"",
            "/Library/Übel & Söhne/日本 1.txt": b"named"}))
        cls.emulator = cls.enterClassContext(Emulator(
            cls.root, "--generation", cls.generation, "--offline", OFFLINE,
            *cls.options))
        cls.bindings = all_bindings(cls.emulator.url)
        cls.ticket = cls.login()

    @classmethod
    def login(cls):
        said = cls.bindings["SOAP 1.1"].call("AuthenticateUser", UID=USER,
                                             PWD=PASSWORD)
        return said["ticket"]

    def stage(self, binding, path=PATH, wish=CHUNK, ticket=None):
        return binding.call("GetDownloadHandler", AuthenticationTicket=ticket
                            or self.ticket, Path=path, PreferedChunkSize=wish)

    def handler(self, binding, **more):
        said = self.stage(binding, **more)
        self.assertTrue(said.success, said)
        self.addCleanup(self.delete, binding, said["downloadhandler"])
        return said["downloadhandler"]

    def read(self, binding, handler, offset=0, length=CHUNK, ticket=None):
        return binding.call(
            "DownloadFileChunk", AuthenticationTicket=ticket or self.ticket,
            DownloadHandler=handler, StartOffset=offset, ChunkSize=length)

    def delete(self, binding, handler, ticket=None):
        return binding.call("DeleteDownloadHandler", AuthenticationTicket=(
            ticket or self.ticket), DownloadHandler=handler)

    def raw(self, binding, path=PATH):
        return binding.call("DownloadDocument", Path=path,
                            AuthenticationTicket=self.ticket)

    def refused(self, said, code, text=None):
        """A business error: HTTP 200 and a reason."""
        self.assertEqual(said.status, 200, said)
        self.assertTrue(said.refused, said)
        if self.generation == "modern" and code:
            self.assertEqual(said["errorCode"], str(code), said)
        if text:
            self.assertIn(text, said["error"])


class Common:
    """Properties of both generations."""

    @over_every_binding
    def test_staging_describes_the_document(self, binding):
        said = self.stage(binding)
        self.delete(binding, said["downloadhandler"])

        self.assertEqual(said.status, 200)
        self.assertEqual(said.root.lower(), "response")
        self.assertTrue(said.success)
        self.assertFalse(said["error"])
        self.assertEqual(said["Size"], str(len(CONTENT)))
        self.assertEqual(said["CRC32"], f"{zlib.crc32(CONTENT):X}")
        self.assertEqual(said["AlterDocumentName"], "sample.bin")
        self.assertEqual(said["RenderedContent"].lower(), "false")
        self.assertRegex(said["ContentType"], r"^\w+/\S+$")
        self.assertRegex(said["ModificationDate"], self.date)
        self.assertRegex(said["downloadhandler"], self.handler_text)
        self.assertEqual(said["ChunkSize"], str(CHUNK))

    @over_every_binding
    def test_granted_chunk_is_clamped(self, binding):
        wishes = {1: self.floor, self.floor: self.floor, 1 << 20: 1 << 20,
                  32 << 20: 32 << 20, (32 << 20) + 1: 32 << 20,
                  2147483647: 32 << 20}
        for wish, granted in wishes.items():
            said = self.stage(binding, wish=wish)
            self.delete(binding, said["downloadhandler"])
            self.assertEqual(said["ChunkSize"], str(granted), wish)

    @over_every_binding
    def test_chunks_carry_length_crc_and_end(self, binding):
        cases = [(0, CHUNK), (1, 65536), (CHUNK, CHUNK), (2 * CHUNK, CHUNK),
                 (len(CONTENT) - 1, 1), (len(CONTENT) - 65536, 65536),
                 (len(CONTENT) - 65536, 65535)]
        handler = self.handler(binding)
        for offset, length in cases:
            said = self.read(binding, handler, offset, length)
            data = CONTENT[offset:offset + length]
            last = offset + length >= len(CONTENT)
            self.assertTrue(said.success, said["error"])
            self.assertEqual(base64.b64decode(said.text), data)
            self.assertEqual(said["filelength"], str(len(CONTENT)))
            self.assertEqual(said["chunklength"], str(len(data)))
            self.assertEqual(said["lastchunk"].lower(), str(last).lower())
            self.assertEqual(said["chunkCRC32"], f"{zlib.crc32(data):X}")

    @over_every_binding
    def test_whole_document_is_the_file(self, binding):
        handler = self.handler(binding)
        got, last = b"", "false"
        while last == "false":
            said = self.read(binding, handler, len(got))
            self.assertTrue(said.text.strip(), said)
            got += base64.b64decode(said.text)
            last = said["lastchunk"].lower()
        with harness.folder() as folder:
            with open(f"{folder}/got", "wb") as file:
                file.write(got)
            self.assertEqual(harness.sha256(f"{folder}/got"),
                             harness.sha256(self.root / PATH[1:]))

    @over_every_binding
    def test_reading_again_gives_the_same(self, binding):
        handler = self.handler(binding)
        first = self.read(binding, handler, CHUNK)
        self.assertEqual(self.read(binding, handler, CHUNK).attributes,
                         first.attributes)

    @over_every_binding
    def test_empty_document(self, binding):
        said = self.stage(binding, "/Library/Folder/empty")
        self.delete(binding, said["downloadhandler"])
        self.assertEqual(said["Size"], "0")
        self.assertEqual(int(said["CRC32"], 16), 0)

    @over_every_binding
    def test_names_beyond_ascii(self, binding):
        said = self.stage(binding, "/Library/Übel & Söhne/日本 1.txt")
        self.delete(binding, said["downloadhandler"])
        self.assertEqual(said["AlterDocumentName"], "日本 1.txt")

    @over_every_binding
    def test_path_in_other_forms(self, binding):
        for path in ("Library/Folder/sample.bin",
                     "\\LIBRARY\\folder\\Sample.bin"):
            said = self.stage(binding, path)
            self.delete(binding, said["downloadhandler"])
            self.assertEqual(said["Size"], str(len(CONTENT)), path)

    @over_every_binding
    def test_path_does_not_leave_the_library(self, binding):
        for path in ("/../../../etc/passwd", "/Library/../../etc/passwd",
                     "/Library/%2e%2e/x", "/etc/passwd", "/Library\0/x"):
            if "\0" in path and isinstance(binding, Soap):
                continue
            said = self.stage(binding, path)
            self.assertFalse(said.success, path)
            self.assertLess(said.status, 501)

    def test_raw_document_over_soap(self):
        for name in ("SOAP 1.1", "SOAP 1.2"):
            said = self.raw(self.bindings[name])
            self.assertEqual(base64.b64decode(said.text), CONTENT)
            self.assertEqual(
                self.raw(self.bindings[name], "/Library/none").text, "")

    @over_every_binding
    def test_unknown_document(self, binding):
        self.refused(self.stage(binding, "/Library/Folder/none"), 4041)

    @over_every_binding
    def test_folder_is_no_document(self, binding):
        self.refused(self.stage(binding, "/Library/Folder"), 4041)

    @over_every_binding
    def test_offline_document(self, binding):
        self.refused(self.stage(binding, OFFLINE), 4230)

    @over_every_binding
    def test_wrong_password(self, binding):
        said = binding.call("AuthenticateUser", UID=USER, PWD="wrong")
        self.refused(said, None, "[900]")
        self.assertFalse(said["ticket"])

    @over_every_binding
    def test_login_name_in_another_case(self, binding):
        said = binding.call("AuthenticateUser", UID=USER.upper(),
                            PWD=PASSWORD)
        self.assertTrue(said.success, said)

    @over_every_binding
    def test_unknown_ticket(self, binding):
        handler = self.handler(binding)
        for said in (self.stage(binding, ticket=NOBODY),
                     self.read(binding, handler, ticket=NOBODY)):
            self.refused(said, 4010)

    @over_every_binding
    def test_unknown_ticket_says_901(self, binding):
        said = binding.call("isValidTicket", AuthenticationTicket=NOBODY)
        self.refused(said, None, "[901]")

    @over_every_binding
    def test_logged_out_ticket(self, binding):
        ticket = self.login()
        self.assertTrue(binding.call(
            "LogOut", AuthenticationTicket=ticket).success)
        self.refused(self.stage(binding, ticket=ticket), 4010)

    @over_every_binding
    def test_deleted_handler_is_gone(self, binding):
        handler = self.stage(binding)["downloadhandler"]
        self.assertTrue(self.delete(binding, handler).success)
        self.refused(self.read(binding, handler), 4000)

    @over_every_binding
    def test_deleting_again_succeeds(self, binding):
        handler = self.stage(binding)["downloadhandler"]
        for _ in range(2):
            self.assertTrue(self.delete(binding, handler).success)

    @over_every_binding
    def test_unknown_handler_deletes_successfully(self, binding):
        self.assertTrue(self.delete(binding, self.unknown).success)

    @over_every_binding
    def test_unknown_handler_cannot_be_read(self, binding):
        self.refused(self.read(binding, self.unknown), 4000)

    @over_every_binding
    def test_handler_of_another_session(self, binding):
        other = self.login()
        handler = self.handler(binding)
        unknown = self.read(binding, self.unknown, ticket=other)
        foreign = self.read(binding, handler, ticket=other)
        self.refused(foreign, 4000)
        self.assertEqual(
            foreign["error"].replace(handler, "x"),
            unknown["error"].replace(self.unknown, "x"))
        self.delete(binding, handler, ticket=other)
        self.assertTrue(self.read(binding, handler).success,
                        "deleted by another session")

    @over_every_binding
    def test_offsets_and_sizes_out_of_range_are_refused(self, binding):
        handler = self.handler(binding)
        for offset, length in ((-1, CHUNK), (0, -1), (1 << 40, 1),
                               (0, 1 << 40), ("x", 1), (0, "1e3")):
            said = self.read(binding, handler, offset, length)
            self.assertFalse(said.success and said.text,
                             f"{offset} {length} {said.attributes}")

    @over_every_binding
    def test_chunk_larger_than_the_granted_one_is_clamped(self, binding):
        handler = self.handler(binding)
        said = self.read(binding, handler, 0, 2147483647)
        self.assertEqual(len(base64.b64decode(said.text)),
                         int(said["chunklength"]))
        self.assertLessEqual(int(said["chunklength"]), 32 << 20)

    @over_every_binding
    def test_version_numbers_below_a_million_are_rejected(self, binding):
        for version, good in ((0, True), (1, False), (999999, False),
                              (1000000, True), (1000001, False)):
            said = binding.call(
                "GetDownloadHandlerByVersion", Path=PATH,
                AuthenticationTicket=self.ticket, PreferedChunkSize=CHUNK,
                VersionNumber=version)
            self.assertEqual(said.success, good, f"{version} {said}")
            if good:
                self.delete(binding, said["downloadhandler"])
                self.assertEqual(said["Size"], str(len(CONTENT)))

    @over_every_binding
    def test_download_info_stages_nothing(self, binding):
        said = binding.call("GetDownloadInfo", Path=PATH,
                            AuthenticationTicket=self.ticket)
        self.assertEqual(said["Size"], str(len(CONTENT)))
        self.assertIsNone(said["downloadhandler"])
        self.assertIsNone(said["ChunkSize"])

    @over_every_binding
    def test_zip_answers_in_the_documented_shape(self, binding):
        said = binding.call(
            "DownloadZipWithHandler", authenticationTicket=self.ticket,
            Paths=f"{PATH}|/Library/Folder/empty", partialResult="false")
        if said.success:
            self.assertEqual(said.root, "Response")
            self.assertRegex(said["downloadhandler"], self.handler_text)
            self.assertIsNone(said["Size"])
            self.delete(binding, said["downloadhandler"])
        else:
            self.assertTrue(said.refused or said.fault, said)

    @over_every_binding
    def test_upload_handler_answers_in_the_documented_shape(self, binding):
        said = binding.call("CreateUploadHandler", PreferedChunkSize=1,
                            AuthenticationTicket=self.ticket)
        if said.success:
            self.assertRegex(said["UploadHandler"], self.handler_text)
            self.assertEqual(said["ChunkSize"], str(self.floor))
            binding.call("DeleteUploadHandler",
                         AuthenticationTicket=self.ticket,
                         UploadHandler=said["UploadHandler"])
        else:
            self.assertTrue(said.refused or said.fault, said)

    def test_plain_names_are_case_insensitive(self):
        for verb in ("GET", "POST"):
            said = Plain(self.emulator.url, verb).call(
                "GetDownloadHandler", AUTHENTICATIONTICKET=self.ticket,
                path=PATH, preferedchunksize=CHUNK)
            self.assertTrue(said.success, verb)
            self.delete(self.bindings[verb], said["downloadhandler"])

    def test_answer_has_no_namespace_over_soap(self):
        for name in ("SOAP 1.1", "SOAP 1.2"):
            said = self.bindings[name].call("ServerInfo")
            self.assertTrue(said.success)
            self.assertEqual(said.namespace, "")

    def test_content_types(self):
        types = {"SOAP 1.1": "text/xml", "SOAP 1.2": "application/soap+xml",
                 "GET": "text/xml", "POST": "text/xml"}
        for name, kind in types.items():
            said = self.bindings[name].call("ServerInfo")
            self.assertTrue(said.headers["content-type"].startswith(kind))

    def test_malformed_soap_is_a_fault_or_a_bad_request(self):
        for name in ("SOAP 1.1", "SOAP 1.2"):
            for body in (b"", b"<", b"no xml", b"<a/>", b"\0" * 9):
                said = self.bindings[name].post("ServerInfo", body)
                self.assertIn(said.status, (400, 500), body)

    def test_unknown_operation(self):
        for name in ("SOAP 1.1", "SOAP 1.2"):
            said = self.bindings[name].call("NoSuchOperation")
            self.assertEqual(said.status, 500)
            self.assertIn(said.fault, ("Client", "Sender", "Server",
                                       "Receiver"))
        for name in ("GET", "POST"):
            said = self.bindings[name].call("NoSuchOperation")
            self.assertIn(said.status, (404, 500))

    def test_other_verbs_and_places(self):
        for options in (["-X", "PUT"], ["-X", "DELETE"], ["-X", "TRACE"]):
            self.assertIn(curl(self.emulator.url, *options).status,
                          (400, 404, 405, 501))
        base = self.emulator.url.rpartition("/")[0]
        self.assertEqual(curl(f"{base}/none.asmx").status, 404)

    def test_web_pages_cannot_read(self):
        said = curl(self.emulator.url, "-H", "Origin: http://evil.example")
        self.assertNotIn("access-control-allow-origin", said.headers)

    def test_wsdl_names_its_own_address(self):
        for query in ("WSDL", "wsdl"):
            said = curl(f"{self.emulator.url}?{query}")
            self.assertEqual(said.status, 200)
            self.assertIn("xml", said.headers["content-type"])
            found = re.findall(rb'address location="([^"]*)"', said.body)
            self.assertEqual(set(found), {self.emulator.url.encode()})


class Modern(Common, Bindings):
    date = r"^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$"
    handler_text = f"^{GUID}$"
    floor = 262144
    unknown = str(uuid.UUID(NOBODY))

    @over_every_binding
    def test_version_is_echoed(self, binding):
        said = self.stage(binding)
        self.delete(binding, said["downloadhandler"])
        self.assertEqual(said["VersionNumber"], "0")

    @over_every_binding
    def test_handler_syntax_is_checked_before_authentication(self, binding):
        for text in ("ir178", "{" + NOBODY + "}", NOBODY[:-1]):
            said = self.delete(binding, text, ticket=NOBODY)
            self.refused(said, 4000, "bad Request")

    @over_every_binding
    def test_malformed_handler_of_a_chunk(self, binding):
        self.refused(self.read(binding, "ir178"), None,
                     "Invalid download handler. (ir178)")

    def test_missing_ticket_reads_as_the_anonymous_user(self):
        for name in ("SOAP 1.1", "SOAP 1.2"):
            said = self.bindings[name].call(
                "GetDownloadHandler", Path=PATH, PreferedChunkSize=CHUNK)
            self.refused(said, 4041)

    def test_empty_path_is_a_bad_request(self):
        for name in ("GET", "POST"):
            said = self.stage(self.bindings[name], path="")
            self.assertEqual(said.status, 400)
            self.assertEqual(said.root, "")

    def test_missing_path_is_a_bad_request(self):
        for name in ("GET", "POST"):
            said = self.bindings[name].call(
                "GetDownloadHandler", AuthenticationTicket=self.ticket,
                PreferedChunkSize=CHUNK)
            self.assertEqual(said.status, 400)

    def test_raw_document_is_a_json_string(self):
        for name in ("GET", "POST"):
            said = self.raw(self.bindings[name])
            self.assertIn("application/json", said.headers["content-type"])
            self.assertEqual(base64.b64decode(said.text), CONTENT)

    def test_raw_failure_is_told_by_status_and_headers(self):
        for name in ("GET", "POST"):
            said = self.raw(self.bindings[name], "/Library/none")
            self.assertEqual((said.status, said.text), (404, ""))
            self.assertEqual(said.headers["x-inforouter-errorcode"], "4041")
            self.assertTrue(said.headers["x-inforouter-error"].isascii())

    def test_bytes_cannot_be_sent_by_get(self):
        said = self.bindings["GET"].call(
            "UploadFileChunk", AuthenticationTicket=self.ticket,
            UploadHandler=NOBODY, FileChunk="AAAA", ChunkHEXCRC="1",
            LastChunk="true")
        self.assertEqual(said.status, 415)


class Classic(Common, Bindings):
    generation = "classic"
    date = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"
    handler_text = r"^[A-Za-z0-9-]{1,64}$"
    floor = 65536
    unknown = "ir99999"

    @over_every_binding
    def test_version_is_the_real_one(self, binding):
        said = self.stage(binding)
        self.delete(binding, said["downloadhandler"])
        self.assertEqual(said["VersionNumber"], "1000000")

    def test_raw_document_is_an_element(self):
        for name in ("GET", "POST"):
            said = self.raw(self.bindings[name])
            self.assertEqual((said.root, said.namespace),
                             ("base64Binary", "http://tempuri.org/"))
            self.assertEqual(base64.b64decode(said.text), CONTENT)

    def test_raw_failure_is_empty(self):
        for name in ("GET", "POST"):
            said = self.raw(self.bindings[name], "/Library/none")
            self.assertEqual((said.status, said.text.strip()), (200, ""))

    @over_every_binding
    def test_handlers_are_short(self, binding):
        self.assertLess(len(self.handler(binding)), 20)

    @over_every_binding
    def test_refusals_carry_no_code_but_a_bracket(self, binding):
        said = self.stage(binding, "/Library/none")
        self.assertIsNone(said["errorCode"])
        self.assertIn("[2285]", said["error"])

    def test_wrongly_spelt_soap_names_are_dropped(self):
        for name in ("SOAP 1.1", "SOAP 1.2"):
            handler = self.handler(self.bindings[name])
            said = self.bindings[name].call(
                "DownloadFileChunk", authenticationTicket=self.ticket,
                DownloadHandler=handler, StartOffset=0, ChunkSize=CHUNK)
            self.assertFalse(said.success)

    def test_missing_parameter_is_a_server_error(self):
        for name in ("GET", "POST"):
            said = self.bindings[name].call(
                "GetDownloadHandler", AuthenticationTicket=self.ticket)
            self.assertEqual(said.status, 500)
            self.assertIn(b"Missing parameter", said.body)

    def test_malformed_soap_is_a_fault_of_the_client(self):
        said = self.bindings["SOAP 1.1"].post("ServerInfo", b"no xml")
        self.assertEqual(said.status, 500)
        self.assertIn(b"Client", said.body)


class Spelling(unittest.TestCase):
    """--spelling decides which SOAP names are understood."""

    def check(self, spelling, documented, classic):
        with library({PATH: b"x"}) as root, Emulator(
                root, "--spelling", spelling) as emulator:
            soap = Soap(emulator.url, SOAP11)
            ticket = soap.call("AuthenticateUser", UID=USER,
                               PWD=PASSWORD)["ticket"]
            said = soap.call("GetDownloadHandler", Path=PATH,
                             AuthenticationTicket=ticket, PreferedChunkSize=0)
            seen = [soap.call("DownloadFileChunk", **{name: ticket},
                              DownloadHandler=said["downloadhandler"],
                              StartOffset=0, ChunkSize=9).success
                    for name in ("authenticationTicket",
                                 "AuthenticationTicket")]

        self.assertEqual(seen, [documented, classic])

    def test_any(self):
        self.check("any", True, True)

    def test_documented(self):
        self.check("documented", True, False)

    def test_classic(self):
        self.check("classic", False, True)


class Report(unittest.TestCase):
    def test_tells_calls_and_open_handlers(self):
        with library({PATH: b"x"}) as root, Emulator(root) as emulator:
            soap = Soap(emulator.url, SOAP12)
            ticket = soap.call("AuthenticateUser", UID=USER,
                               PWD=PASSWORD)["ticket"]
            for _ in range(3):
                soap.call("GetDownloadHandler", AuthenticationTicket=ticket,
                          Path=PATH, PreferedChunkSize=0)
            report = emulator.stop()

        self.assertEqual(report["open_handlers"], 3)
        self.assertEqual(harness.count(report, "GetDownloadHandler"), 3)
        self.assertEqual(harness.count(report, "AuthenticateUser"), 1)

    def test_tells_no_secret(self):
        with library({PATH: b"x"}) as root, Emulator(
                root, "--verbose") as emulator:
            soap = Soap(emulator.url, SOAP12)
            ticket = soap.call("AuthenticateUser", UID=USER,
                               PWD=PASSWORD)["ticket"]
            Plain(emulator.url, "GET").call("isValidTicket",
                                            AuthenticationTicket=ticket)
            emulator.stop()
            said = emulator.talk() + emulator.report_file.read_text()

        self.assertNotIn(ticket, said)
        self.assertNotIn(PASSWORD, said)


if __name__ == "__main__":
    unittest.main()
