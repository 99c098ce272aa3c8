#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""gzip on the wire: the client and the emulator together, where what is saved
is counted; and the emulator alone, told gzip by Python."""

import gzip
import pathlib
import unittest
import zlib

import exchange
import harness
from bad_server import LOGOUT
from certificates import Authority
from faults import Session
from harness import CHUNK, count

DOCUMENT = "/Library/Folder/long.bin"
SENT = "/Library/Folder/sent.bin"
CHUNKS = 8
MOST = 1.05  # bytes on the wire for each of the document's
RSS_MIB = 12


class Compressed(unittest.TestCase):
    def setUp(self):
        self.bytes = harness.sample(CHUNKS * CHUNK)
        self.root = self.enterContext(harness.library({DOCUMENT: self.bytes}))
        self.folder = self.enterContext(harness.folder())
        self.target = pathlib.Path(self.folder, "long.bin")

    def emulator(self, *options):
        return self.enterContext(harness.Emulator(self.root, *options))

    def ir(self, emulator, verb, *arguments, **named):
        return harness.ir(verb, *arguments, "--json", url=emulator.url,
                          folder=self.folder, **named)

    def get(self, emulator, *more):
        run = self.ir(emulator, "get", DOCUMENT, "-o", self.target,
                      "--chunk-size", CHUNK, *more)
        self.assertEqual(run.exit, 0, run)
        self.assertEqual(run.record(event="done")["level"], "verified", run)
        self.assertEqual(self.target.read_bytes(), self.bytes)
        return run

    def put(self, emulator, *more):
        run = self.ir(emulator, "put", self.root / DOCUMENT[1:], SENT,
                      "--chunk-size", CHUNK, *more)
        self.assertEqual(run.exit, 0, run)
        self.assertEqual(run.record(event="done")["level"], "verified", run)
        self.assertEqual((self.root / SENT[1:]).read_bytes(), self.bytes)
        return run

    def clean(self, emulator):
        """Its report, and how much there was on the wire for each byte."""
        report = emulator.stop()
        self.assertEqual(report["open_handlers"], 0, report)
        wire = report["bytes"]["sent"] + report["bytes"]["received"]
        return report, wire / len(self.bytes)

    def test_a_download_takes_its_size_on_the_wire(self):
        for n in (1, 4):
            with self.subTest(n):
                emulator = self.emulator()
                self.get(emulator, "--compressed", "--parallel", n)
                report, ratio = self.clean(emulator)
                self.assertLessEqual(ratio, MOST)
                self.assertGreaterEqual(report["gzip"]["answers"], CHUNKS)

    def test_an_upload_takes_its_size_on_the_wire(self):
        emulator = self.emulator()
        self.put(emulator, "--compressed")
        report, ratio = self.clean(emulator)

        self.assertLessEqual(ratio, MOST)
        self.assertEqual(report["gzip"]["requests"], CHUNKS)
        self.assertEqual(count(report, "UploadFileChunk"), CHUNKS)
        self.assertEqual(report["http_errors"], {})

    def test_nothing_is_compressed_unless_asked_for(self):
        emulator = self.emulator()
        self.get(emulator)
        self.put(emulator)
        report, ratio = self.clean(emulator)

        self.assertEqual(report["gzip"], {"requests": 0, "answers": 0})
        self.assertGreater(ratio, 2 * 4 / 3)

    def test_a_server_without_it_answers_plain(self):
        emulator = self.emulator("--no-compression")
        self.get(emulator, "--compressed")
        report, _ = self.clean(emulator)

        self.assertEqual(report["gzip"], {"requests": 0, "answers": 0})
        self.assertEqual(report["http_errors"], {})

    def test_a_server_without_it_is_asked_once(self):
        emulator = self.emulator("--no-compression")
        run = self.put(emulator, "--compressed")
        report, _ = self.clean(emulator)

        self.assertEqual(report["http_errors"], {"415": 1})
        self.assertEqual(count(report, "UploadFileChunk"), CHUNKS)
        self.assertEqual(report["handlers_begun"], 1)
        self.assertEqual(run.record(event="done")["retries"], 0, run)

    def test_from_a_pipe_it_is_the_same(self):
        for option in ((), ("--no-compression",)):
            target = f"/Library/Folder/piped{len(option)}.bin"
            with self.subTest(option), \
                    (self.root / DOCUMENT[1:]).open("rb") as document:
                emulator = self.emulator(*option)
                run = self.ir(emulator, "put", "-", target, "--compressed",
                              "--chunk-size", CHUNK, stdin=document)
                self.assertEqual(run.exit, 0, run)
                self.assertEqual((self.root / target[1:]).read_bytes(),
                                 self.bytes)
                self.clean(emulator)

    def test_over_tls_it_is_the_same(self):
        authority = Authority(self.folder)
        leaf, key = authority.issue("leaf", "IP:127.0.0.1")
        options = ("--compressed", "--cacert", authority.ca)
        emulator = self.emulator("--tls-cert", leaf, "--tls-key", key)
        self.put(emulator, *options)
        self.get(emulator, *options)
        report, ratio = self.clean(emulator)

        self.assertLessEqual(ratio, 2 * MOST)
        self.assertEqual(report["gzip"]["requests"], CHUNKS)

    def test_memory_stays_bounded(self):
        if harness.SANITIZED:
            self.skipTest("sanitizers take memory of their own")
        emulator = self.emulator()
        runs = (self.get(emulator, "--compressed", "--parallel", 1),
                self.put(emulator, "--compressed"))

        for run in runs:
            self.assertLessEqual(run.rss_mib, RSS_MIB, run)

    def test_a_listing_is_asked_for_in_gzip(self):
        emulator = self.emulator()
        for i in range(50):
            (self.root / f"Library/Folder/name-{i}.txt").write_bytes(b"x")
        plain = self.ir(emulator, "ls", "/Library/Folder")
        packed = self.ir(emulator, "ls", "/Library/Folder", "--compressed")

        self.assertEqual(packed.exit, 0, packed)
        self.assertEqual(packed.out, plain.out)
        self.assertGreaterEqual(emulator.stop()["gzip"]["answers"], 1)

    def test_a_packed_chunk_that_is_wanted_again_is_sent_again(self):
        rules = pathlib.Path(self.folder, "rules")
        rules.write_text(f"UploadFileChunk offset={CHUNK} tryagain\n")
        emulator = self.emulator("--faults", rules)
        run = self.put(emulator, "--compressed", "--retry-delay", "1ms")
        report, _ = self.clean(emulator)

        self.assertEqual(run.record(event="done")["retries"], 1, run)
        self.assertEqual(report["gzip"]["requests"], CHUNKS + 1)
        self.assertEqual(report["handlers_begun"], 1)

    def test_what_is_corrupt_in_a_packed_reply_is_asked_for_again(self):
        rules = pathlib.Path(self.folder, "rules")
        rules.write_text(f"DownloadFileChunk offset={CHUNK} corrupt-byte\n")
        emulator = self.emulator("--faults", rules)
        run = self.get(emulator, "--compressed", "--retry-delay", "1ms",
                       "--parallel", 1)

        self.assertEqual(run.record(event="done")["retries"], 1, run)
        self.clean(emulator)


class Emulator(unittest.TestCase):
    """What the emulator takes and gives, without our client."""

    @classmethod
    def setUpClass(cls):
        cls.root = cls.enterClassContext(
            harness.library({DOCUMENT: harness.sample(1000)}))
        cls.emulator = cls.enterClassContext(harness.Emulator(cls.root))
        cls.plain = cls.enterClassContext(
            harness.Emulator(cls.root, "--no-compression"))

    def setUp(self):
        self.session = Session(self.emulator)

    def post(self, body, *headers, operation=LOGOUT, emulator=None, path=""):
        """'body' as gzip unless 'headers' say another coding."""
        url = (emulator or self.emulator).url
        head, _ = exchange.request(url, operation, {})
        lines = [line for line in head.decode().split("\r\n")
                 if line and not line.startswith("Content-Length")]
        lines[0] = lines[0].replace(" HTTP", f"{path} HTTP")
        if not any(h.startswith("Content-Encoding") for h in headers):
            lines.append("Content-Encoding: gzip")
        lines += [*headers, f"Content-Length: {len(body)}", "", ""]
        with exchange.connect(url) as link:
            link.sendall("\r\n".join(lines).encode() + body)
            return exchange.read(link)

    def log_out(self):
        return exchange.envelope(LOGOUT, {
            "authenticationTicket": self.session.ticket})

    def lives(self):
        said = self.session.call("isValidTicket",
                                 authenticationTicket=self.session.ticket)
        return said.attributes()["success"] == "true"

    def test_a_packed_request_is_served(self):
        got = self.post(gzip.compress(self.log_out()))

        self.assertEqual(got.status, 200)
        self.assertEqual(got.attributes()["success"], "true")
        self.assertFalse(self.lives())

    def test_a_damaged_request_is_refused_and_not_served(self):
        good = gzip.compress(self.log_out())
        cases = {
            "cut": good[:-9], "without_length": good[:-4],
            "crc": good[:-8] + bytes([good[-8] ^ 1]) + good[-7:],
            "length": good[:-1] + b"\1",
            "behind": good + b"x", "two_members": good + good,
            "plain": self.log_out(), "empty": b"",
            "deflate": zlib.compress(self.log_out())}
        for name, body in cases.items():
            with self.subTest(name):
                self.assertEqual(self.post(body).status, 400)
                self.assertTrue(self.lives())

    def test_a_bomb_is_refused(self):
        packer = zlib.compressobj(9, wbits=31)
        blanks = packer.compress(self.log_out()) + b"".join(
            packer.compress(b" " * (1 << 20)) for _ in range(200))

        got = self.post(blanks + packer.flush())

        self.assertEqual(got.status, 413)
        self.assertTrue(self.lives())

    def test_other_codings_are_refused(self):
        for coding in ("deflate", "br", "gzip, gzip", "x-gzip"):
            with self.subTest(coding):
                got = self.post(gzip.compress(self.log_out()),
                                f"Content-Encoding: {coding}")
                self.assertEqual(got.status, 415)
                self.assertTrue(self.lives())

    def test_a_packed_form_is_refused(self):
        got = self.post(gzip.compress(b"a=b"), path=f"/{LOGOUT}")

        self.assertEqual(got.status, 415)

    def test_it_can_be_turned_off(self):
        got = self.post(gzip.compress(self.log_out()), emulator=self.plain)

        self.assertEqual(got.status, 415)
        got = self.describe("Accept-Encoding: gzip", self.plain)
        self.assertEqual(got.header("Content-Encoding"), [])
        ends = got.header("Content-Length")
        self.assertEqual(ends, [str(len(got.body))])

    def describe(self, accept, emulator=None, version="1.1"):
        """GET ?WSDL."""
        url = (emulator or self.emulator).url
        host = url.split("/")[2]
        with exchange.connect(url) as link:
            link.sendall(f"GET /srv.asmx?WSDL HTTP/{version}\r\nHost: {host}"
                         f"\r\nConnection: close\r\n{accept}\r\n\r\n".encode())
            return exchange.read(link)

    def joined(self, body):
        """Transfer chunks joined."""
        out = b""
        while True:
            line, _, body = body.partition(b"\r\n")
            size = int(line, 16)
            if size == 0:
                self.assertEqual(body, b"\r\n")
                return out
            out += body[:size]
            self.assertEqual(body[size:size + 2], b"\r\n")
            body = body[size + 2:]

    def test_an_answer_is_packed_for_those_who_accept_it(self):
        whole = self.describe("X-None: 1").body
        for accept in ("gzip", "GZIP", "deflate, gzip", "gzip;q=0.5",
                       "br;q=0, gzip ; q=1.0, *"):
            with self.subTest(accept):
                got = self.describe(f"Accept-Encoding: {accept}")
                self.assertEqual(got.header("Content-Encoding"), ["gzip"])
                self.assertEqual(got.header("Content-Length"), [])
                self.assertEqual(gzip.decompress(self.joined(got.body)),
                                 whole)

    def test_an_answer_is_plain_for_all_others(self):
        for accept in ("", "identity", "gzip;q=0", "gzip; q=0.000, deflate",
                       "x-gzip", "gzipped", "*"):
            with self.subTest(accept):
                got = self.describe(f"Accept-Encoding: {accept}")
                self.assertEqual(got.header("Content-Encoding"), [])
                self.assertEqual(got.header("Content-Length"),
                                 [str(len(got.body))])
        got = self.describe("Accept-Encoding: gzip", version="1.0")
        self.assertEqual(got.header("Transfer-Encoding"), [])


if __name__ == "__main__":
    unittest.main()
