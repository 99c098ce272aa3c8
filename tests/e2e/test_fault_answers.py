#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Faults of the service: what it does with tickets, handlers, documents and
chunks, and what its answers say.  Checksums are zlib's."""

import base64
import re
import unittest
import zlib

import harness
from exchange import CLOSED
from faults import CHUNK, CONTENT, PATH, READ, SEND, STAGE, Faults


class Service(Faults):
    """Tickets, handlers, documents and refusals."""

    def test_refusals_by_every_code(self):
        codes = (4000, 4010, 4030, 4041, 4090, 4230, 5000, 5030)
        s = self.emulate("".join(f"{STAGE} nth={i} refuse code={code}\n"
                                 for i, code in enumerate(codes, 1)))

        for code in codes:
            said = s.stage().attributes()
            self.assertEqual((said["success"], said["errorCode"]),
                             ("false", str(code)))
            self.assertTrue(said["error"])
        self.assertEqual(s.stage().attributes()["success"], "true")
        # Nothing was done for those.
        self.assertEqual(s.emulator.stop()["handlers_begun"], 1)

    def test_refusal_with_a_text_for_terminals(self):
        s = self.emulate(f"{STAGE} hostile-error value=\"a\\r\\nb\"")

        self.assertEqual(s.stage().attributes()["error"], "a\r\nb")
        self.assertRegex(self.emulate(f"{STAGE} hostile-error").stage().body,
                         rb'error="(\x1b|&#x0*1[Bb];)\[31mred')

    def test_refusal_by_a_classic_server(self):
        s = self.emulate(f"{STAGE} refuse code=4010", "--generation",
                         "classic", "--spelling", "any")

        said = s.stage().attributes()

        self.assertTrue(said["error"].startswith("[901]"))
        self.assertNotIn("errorCode", said)

    def test_expired_ticket_can_be_renewed_with_its_handlers(self):
        s = self.emulate(f"{READ} nth=2 ticket-expired").begin_download()
        self.assertEqual(s.read().attributes()["success"], "true")
        for _ in range(2):  # it is gone for good
            self.assertEqual(s.read().attributes()["errorCode"], "4010")

        said = s.call("RenewTicket", UID=harness.USER, PWD=harness.PASSWORD,
                      Lang="en", OldTicket=s.ticket).attributes()

        s.ticket = said["ticket"]
        self.assertEqual(s.read().attributes()["success"], "true")

    def test_ended_session_takes_its_handlers(self):
        s = self.emulate(f"{READ} session-ended").begin_download()
        self.assertEqual(s.read().attributes()["errorCode"], "4010")

        s.login()

        self.assertEqual(s.read().attributes()["errorCode"], "4000")
        self.assertEqual(s.emulator.stop()["open_handlers"], 0)

    def test_expired_handler_is_really_dropped(self):
        s = self.emulate(f"{READ} chunk=3 handler-expired").begin_download()
        for chunk in range(3):
            self.assertEqual(s.read(chunk).attributes()["success"], "true")
        for chunk in (3, 3, 0):
            self.assertEqual(s.read(chunk).attributes()["errorCode"], "4000")
        self.assertEqual(s.emulator.stop()["open_handlers"], 0)

    def test_document_changes_when_it_is_staged_again(self):
        for word, size in (("longer", len(CONTENT) + 1),
                           ("same-size", len(CONTENT))):
            s = self.emulate(f"{STAGE} nth=2 change-document as={word}")
            before, after = s.stage().attributes(), s.stage().attributes()
            now = (self.root / PATH[1:]).read_bytes()

            self.assertNotEqual(before["CRC32"], after["CRC32"])
            self.assertEqual(int(after["CRC32"], 16), zlib.crc32(now))
            self.assertEqual((len(now), after["Size"]), (size, str(size)))
            (self.root / PATH[1:]).write_bytes(CONTENT)

    def test_another_chunk_size_is_granted_when_staged_again(self):
        s = self.emulate(f"{STAGE} nth=2 grant bytes=5000")

        self.assertEqual(s.stage().attributes()["ChunkSize"], str(CHUNK))
        self.assertEqual(s.stage().attributes()["ChunkSize"], "5000")

    def test_another_chunk_size_is_granted_to_an_upload_and_holds(self):
        s = self.emulate("CreateUploadHandler grant bytes=5000")
        s.begin_upload()

        self.assertEqual(s.send(b"a" * CHUNK).attributes()["success"],
                         "false")
        self.assertEqual(s.send(b"a" * 5000).attributes()["success"], "true")

    def test_tryagain_in_both_forms_appends_nothing(self):
        for word, success in (("failure", "false"), ("success", "true")):
            s = self.emulate(f"{SEND} chunk=1 tryagain as={word}")
            s.begin_upload()
            first, last = CONTENT[:CHUNK], CONTENT[CHUNK:CHUNK + 50]
            self.assertEqual(s.send(first).attributes()["tryagain"], "false")
            said = s.send(last, True).attributes()
            self.assertEqual((said["tryagain"], said["success"]),
                             ("true", success))
            said = s.send(last, True).attributes()
            self.assertEqual(int(said["filehexcrc"], 16),
                             zlib.crc32(first + last))

    def test_lost_reply_was_applied(self):
        s = self.emulate(f"{SEND} nth=1 lose-reply").begin_upload()
        got = s.send(CONTENT[:CHUNK])
        self.assertEqual((got.raw, got.end), (b"", CLOSED))

        said = s.send(CONTENT[CHUNK:2 * CHUNK], True).attributes()

        self.assertEqual(int(said["filehexcrc"], 16),
                         zlib.crc32(CONTENT[:2 * CHUNK]))

    def test_status_after_the_call_was_applied_or_before(self):
        for word, size in (("", 1), (" applied", 2)):
            s = self.emulate(f"{SEND} nth=1 status code=504{word}")
            s.begin_upload()
            self.assertEqual(s.send(CONTENT[:CHUNK]).status, 504)
            said = s.send(CONTENT[:CHUNK], True).attributes()
            self.assertEqual(int(said["filehexcrc"], 16),
                             zlib.crc32(CONTENT[:CHUNK] * size))


class Chunks(Faults):
    """Bytes and attributes of a chunk, and attributes of other answers."""

    def twisted(self, fault, n=1):
        got = self.chunk(f"{READ} chunk={n} {fault}", n)
        element = got.answer()
        data = base64.b64decode(element.text or "", validate=True)
        return data, element.attrib

    def right(self, n=1):
        return CONTENT[n * CHUNK:(n + 1) * CHUNK]

    def test_corrupt_byte_has_the_checksum_of_the_right_one(self):
        data, said = self.twisted("corrupt-byte byte=17")

        differ = [i for i in range(CHUNK) if data[i] != self.right()[i]]
        self.assertEqual(differ, [17])
        self.assertEqual(int(said["chunkCRC32"], 16),
                         zlib.crc32(self.right()))

    def test_corrupt_chunk_has_its_own_checksum(self):
        data, said = self.twisted("corrupt-chunk")

        self.assertEqual(len(data), CHUNK)
        self.assertNotEqual(data, self.right())
        self.assertEqual(int(said["chunkCRC32"], 16), zlib.crc32(data))

    def test_other_chunk_in_place_of_the_right_one(self):
        for fault, n in (("other-chunk", 0), (f"other-chunk from={5 * CHUNK}",
                                              5)):
            data, said = self.twisted(fault)
            self.assertEqual(data, self.right(n))
            self.assertEqual(int(said["chunkCRC32"], 16), zlib.crc32(data))

    def test_short_long_and_empty_chunks_agree_with_themselves(self):
        for fault, n in (("short-chunk", CHUNK - 1), ("empty-chunk", 0),
                         ("short-chunk add=-100", CHUNK - 100),
                         ("long-chunk", CHUNK + 1),
                         ("long-chunk add=100000", CHUNK + 100000)):
            data, said = self.twisted(fault)
            self.assertEqual((len(data), said["chunklength"]), (n, str(n)))
            self.assertEqual(int(said["chunkCRC32"], 16), zlib.crc32(data))
            self.assertTrue(
                (data + self.right()).startswith(CONTENT[CHUNK:][:n])
                or set(data[len(CONTENT) - CHUNK:]) == {0})
        self.assertEqual(self.twisted("empty-chunk")[1]["lastchunk"], "false")

    def test_base64(self):
        right = base64.b64encode(self.right(7)).decode()
        for word, text in {
                "character": lambda t: re.fullmatch(r"[^*]+\*[^*]+", t),
                "padding": lambda t: t == right[:-1],
                "short": lambda t: t == right + "A",
                "tail": lambda t: t == right + "=AAA",
                "entity": lambda t: "&" in t}.items():
            with self.subTest(word):
                got = self.chunk(f"{READ} bad-base64 as={word}", 7)
                self.assertEqual(got.header("Content-Length"),
                                 [str(len(got.body))])
                self.assertTrue(text(got.answer().text))
        got = self.chunk(f"{READ} bad-base64 as=element")
        self.assertEqual(len(got.answer()), 1)

    def test_attributes(self):
        n, size = CHUNK, len(CONTENT)
        for fault, name, value in (
                ("wrong-chunk-crc", "chunkCRC32", "deadbeef"),
                ("bad-chunk-crc", "chunkCRC32", "not-hex"),
                ("no-chunk-crc", "chunkCRC32", None),
                ("wrong-chunklength", "chunklength", str(n + 1)),
                ('bad-chunklength value=" +5"', "chunklength", " +5"),
                ("no-chunklength", "chunklength", None),
                ("wrong-filelength add=-1", "filelength", str(size - 1)),
                ("wrong-lastchunk", "lastchunk", "true"),
                ("bad-lastchunk", "lastchunk", "maybe"),
                ("bad-success", "success", "maybe"),
                ("no-success", "success", None),
                ("attribute name=filelength value=7", "filelength", "7")):
            with self.subTest(fault):
                got = self.chunk(f"{READ} {fault}")
                self.assertEqual(got.header("Content-Length"),
                                 [str(len(got.body))])
                # 'success' may be what is gone.
                said = dict(re.findall(rb' (\w+)="([^"]*)"', got.body))
                found = said.get(name.encode())
                self.assertEqual(found and found.decode(), value)
        whole = self.chunk("").attributes()["chunkCRC32"]
        loose = self.chunk(f"{READ} loose-chunk-crc").attributes()
        self.assertEqual(loose["chunkCRC32"], whole.lstrip("0").lower())
        self.assertNotEqual(loose["chunkCRC32"], whole)

    def test_attributes_of_a_description(self):
        for fault, name, value in (
                ("wrong-size", "Size", str(len(CONTENT) + 1)),
                ("no-size", "Size", None), ("bad-size", "Size", "-1"),
                ("wrong-crc", "CRC32", "deadbeef"),
                ("empty-crc", "CRC32", ""), ("no-crc", "CRC32", None),
                ("hostile-name", "AlterDocumentName", "../../x"),
                ("bad-handler", "downloadhandler", "../../x"),
                ("no-handler", "downloadhandler", None),
                ("bad-chunksize", "ChunkSize", "0"),
                ("bad-chunksize value=-1", "ChunkSize", "-1"),
                ("wrong-chunksize", "ChunkSize", str(CHUNK + 1))):
            with self.subTest(fault):
                said = self.emulate(f"{STAGE} {fault}").stage().attributes()
                self.assertEqual(said.get(name), value)

    def test_checksum_of_an_upload(self):
        for fault, value in (("wrong-filehexcrc", "deadbeef"),
                             ("bad-filehexcrc", "not-hex"),
                             ("no-filehexcrc", None)):
            s = self.emulate(f"{SEND} {fault}").begin_upload()
            # Only the last chunk tells it: the rule waits.
            self.assertEqual(s.send(b"a" * CHUNK).attributes()["success"],
                             "true")
            said = s.send(b"b", True).attributes()
            self.assertEqual(said.get("filehexcrc"), value)
            self.assertEqual(s.emulator.stop()["fault_rules"][0]["fired"], 1)

if __name__ == "__main__":
    unittest.main()
