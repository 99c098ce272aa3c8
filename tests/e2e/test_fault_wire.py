#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Faults of the connection, of HTTP and of SOAP's XML, as they are on the
wire.  Places in an answer are told by the bytes of the same answer in whole.
"""

import gzip
import re
import socket
import subprocess
import time
import unittest

import exchange
import harness
from bad_server import SOAP12
from certificates import Authority
from exchange import CLOSED, OPEN, RESET
from faults import READ, Faults


class Connection(Faults):
    """Places in an answer, told by the bytes of the same answer in whole."""

    def places(self, whole):
        head, body = len(whole.head), len(whole.body)
        return {"start": 0, "head": head // 2, "head-end": head,
                "body": head + body // 2, "last": head + body - 1,
                "end": head + body}

    def broken(self, fault, keep=False, **more):
        """The second of three equal calls, between the others."""
        s = self.emulate(f"{READ} nth=2 {fault}").begin_download()
        return (s.read(keep=keep, patience=0.2), s.read(keep=keep, **more),
                s.read(keep=keep, patience=0.2))

    def check_break(self, kind, end):
        for place in ("start", "head", "head-end", "body", "last", "end"):
            with self.subTest(place):
                whole, got, again = self.broken(f"{kind} at={place}", True)
                n = self.places(whole)[place]
                self.assertEqual((got.raw, got.end), (whole.raw[:n], end))
                self.assertEqual(again.raw, whole.raw)
                self.assertEqual((whole.end, again.end), (OPEN, OPEN))

    def test_cut_ends_the_answer_at_its_place(self):
        self.check_break("cut", CLOSED)

    def test_reset_ends_the_answer_at_its_place(self):
        self.check_break("reset", RESET)

    def test_cut_after_so_many_bytes(self):
        _, got, _ = self.broken("cut bytes=1000")

        self.assertEqual((len(got.raw), got.end), (1000, CLOSED))

    def test_stall_stops_at_its_place_and_keeps_the_connection(self):
        for place in ("start", "head", "head-end", "body", "last"):
            with self.subTest(place):
                whole, got, _ = self.broken(f"stall at={place}",
                                            patience=0.3)
                self.assertEqual(got.end, OPEN)
                n = self.places(whole)[place]
                self.assertEqual(got.raw, whole.raw[:n])

    def test_stall_that_ends_gives_the_rest(self):
        whole, got, _ = self.broken("stall at=body ms=300")

        self.assertEqual(got.raw, whole.raw)
        self.assertGreaterEqual(got.seconds, 0.3)

    def test_stall_at_the_end_announces_a_close_that_does_not_come(self):
        whole, got, _ = self.broken("stall at=end", True, patience=0.3)

        self.assertEqual((got.body, got.end), (whole.body, OPEN))
        self.assertEqual(whole.header("Connection"), [])
        self.assertEqual(got.header("Connection"), ["close"])

    def test_delay_comes_before_the_first_byte(self):
        whole, got, _ = self.broken("delay ms=300")

        self.assertGreaterEqual(got.seconds, 0.3)
        self.assertEqual(got.raw, whole.raw)

    def test_drip_slows_the_rest_down(self):
        whole, got, _ = self.broken("drip at=head-end step=1000 ms=50")

        self.assertEqual(got.raw, whole.raw)
        self.assertGreaterEqual(got.seconds, 0.05 * (len(got.body) // 1000))

    def test_cut_over_tls_comes_without_a_goodbye(self):
        authority = Authority(self.folder)
        cert, key = authority.issue("server", "IP:127.0.0.1")
        emulator = self.enterContext(harness.Emulator(
            self.root, "--tls-cert", cert, "--tls-key", key, "--faults",
            self.file("ServerInfo nth=2 cut")))

        def ended():
            done = subprocess.run(
                ["curl", "-sS", "--noproxy", "*", "--cacert", authority.ca,
                 "--http1.1", f"{emulator.url}/ServerInfo"],
                capture_output=True, check=False)
            return done.returncode, done.stderr
        self.assertEqual(ended()[0], 0)
        code, why = ended()
        self.assertIn(code, (18, 56), why)

    def early(self, fault, sent=b""):
        """A request of which no more than 'sent' leaves us."""
        s = self.emulate(f"ServerInfo {fault}")
        head, body = exchange.request(s.url, "ServerInfo", {})
        with exchange.connect(s.url) as link:
            if sent:
                link.sendall(head)
                self.assertTrue(exchange.quiet(link, 0.2))
                link.sendall(body[:len(sent)])
            else:
                link.sendall(head)
            return exchange.read(link)

    def test_request_is_left_unread(self):
        got = self.early("close-unread")

        self.assertEqual((got.raw, got.end), (b"", CLOSED))
        got = self.early("reset-unread")
        self.assertEqual((got.raw, got.end), (b"", RESET))

    def test_request_is_left_while_it_is_read(self):
        got = self.early("close-reading bytes=10", b"x" * 10)

        self.assertEqual((got.raw, got.end), (b"", CLOSED))
        got = self.early("reset-reading bytes=10", b"x" * 10)
        self.assertEqual((got.raw, got.end), (b"", RESET))

    def test_status_before_the_body_has_come(self):
        got = self.early("status-unread code=413")

        self.assertEqual((got.status, got.end), (413, CLOSED))
        self.assertEqual(got.header("Connection"), ["close"])

    def test_request_that_is_not_read_fills_up(self):
        s = self.emulate("ServerInfo stall-unread")
        with exchange.connect(s.url) as link:
            link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
            head, _ = exchange.request(s.url, "ServerInfo", {})
            length = re.sub(rb"(?<=Content-Length: )\d+", b"67108864", head)
            link.settimeout(0.5)
            with self.assertRaises(TimeoutError):
                link.sendall(length + b" " * 67108864)


class Idle(Faults):
    def test_a_stall_does_not_hold_up_the_end(self):
        s = self.emulate("ServerInfo stall")
        with exchange.connect(s.url) as link:
            link.sendall(b"".join(exchange.request(s.url, "ServerInfo", {})))
            self.assertFalse(exchange.quiet(link, 5))  # it has begun
            start = time.monotonic()
            s.emulator.stop()

        self.assertLess(time.monotonic() - start, 2)


class Http(Faults):
    """What is around an answer, or in its place."""

    def test_status_and_how_long_to_wait(self):
        codes = (400, 401, 403, 404, 408, 411, 413, 429, 500, 502, 503, 504,
                 206)
        s = self.emulate("".join(
            f"ServerInfo nth={i} status code={code} retry-after={code}\n"
            for i, code in enumerate(codes, 1)))

        for code in codes:
            got = s.call("ServerInfo")
            self.assertEqual(got.status, code)
            self.assertEqual(got.header("Retry-After"), [str(code)])
            self.assertEqual(got.header("Content-Length"),
                             [str(len(got.body))])
        self.assertEqual(s.call("ServerInfo").status, 200)

    def test_status_without_a_body(self):
        got = self.chunk(f"{READ} status code=204")

        self.assertEqual((got.status, got.body), (204, b""))
        self.assertEqual(got.header("Content-Length"), [])

    def test_redirect(self):
        for code in (301, 302, 303, 307, 308):
            got = self.chunk(f"{READ} redirect code={code} "
                             "location=http://files.example/x")
            self.assertEqual(got.status, code)
            self.assertEqual(got.header("Location"),
                             ["http://files.example/x"])

    def test_error_that_announces_gigabytes(self):
        got = self.chunk(f"{READ} huge-error")

        self.assertEqual(got.status, 503)
        self.assertEqual(got.header("Content-Length"), ["4000000000"])
        self.assertEqual(got.end, CLOSED)

    def test_pages_that_are_no_answers(self):
        got = self.chunk(f"{READ} login-page")
        self.assertEqual(got.status, 200)
        self.assertIn("text/html", got.header("Content-Type")[0])
        got = self.chunk(f"{READ} no-body")
        self.assertEqual((got.status, got.body), (200, b""))
        got = self.chunk(f"{READ} long-authenticate")
        self.assertEqual(got.status, 401)
        self.assertIn(b"WWW-Authenticate: " + b" " * 8169 + b"x\r\n",
                      got.head)

    def test_gzip_bomb(self):
        got = self.chunk(f"{READ} gzip-bomb bytes=10000000")

        self.assertEqual(got.header("Content-Encoding"), ["gzip"])
        self.assertLess(len(got.body), 100000)
        self.assertEqual(gzip.decompress(got.body), b"<a>" + b" " * 10000000)

    def twisted(self, fault):
        """An answer, and what becomes of it."""
        s = self.emulate(f"{READ} nth=2 {fault}").begin_download()
        return s.read(), s.read()

    def test_status_line(self):
        for line in ("HTTP/1.1 65736 OK", "HTTP/1.1 500 Internal Server Error",
                     "HTTP/2 200"):
            whole, got = self.twisted(f'status-line value="{line}"')
            self.assertEqual(got.head.partition(b"\r\n")[0], line.encode())
            self.assertEqual(got.body, whole.body)

    def test_answer_without_a_head(self):
        whole, got = self.twisted("no-head")

        self.assertEqual((got.raw, got.end), (whole.body, CLOSED))

    def test_content_type(self):
        _, got = self.twisted("content-type value=text/html")
        self.assertEqual(got.header("Content-Type"), ["text/html"])
        _, got = self.twisted('content-type value=""')
        self.assertEqual(got.header("Content-Type"), [])

    def test_content_length(self):
        for word, said in {
                "short": "{half}", "long": "{longer}", "huge": "4000000000",
                "negative": "-1", "signed": "+{n}", "text": "{n}x",
                "twice": "{n} {n}", "differ": "{n} {more}",
                "absent": ""}.items():
            with self.subTest(word):
                whole, got = self.twisted(f"content-length as={word}")
                n = len(whole.body)
                self.assertEqual(" ".join(got.header("Content-Length")),
                                 said.format(n=n, half=n // 2, more=n + 1,
                                             longer=n + 100))
                self.assertEqual((got.body, got.end), (whole.body, CLOSED))

    def test_chunked(self):
        for word, pattern in {
                "valid": rb"%x\r\n(.*)\r\n0\r\n\r\n",
                "with-length": rb"%x\r\n(.*)\r\n0\r\n\r\n",
                "underscore": rb"%x\r\n(.*)\r\n0\r\n\r\n",
                "bad-size": rb"0x-%x\r\n(.*)\r\n",
                "no-crlf": rb"%x\r\n(.*)",
                "no-last": rb"%x\r\n(.*)\r\n"}.items():
            with self.subTest(word):
                whole, got = self.twisted(f"chunked as={word}")
                found = re.fullmatch(pattern % len(whole.body), got.body,
                                     re.DOTALL)
                self.assertEqual(found and found[1], whole.body)
                self.assertEqual(got.header("Transfer-Encoding") == [],
                                 word == "underscore")
                self.assertEqual(bool(got.header("Content-Length")),
                                 word == "with-length")
        _, got = self.twisted("chunked as=huge-size")
        self.assertTrue(got.body.startswith(b"f" * 17 + b"\r\n"))

    def test_headers(self):
        _, got = self.twisted('header value="X-Mine: a b"')
        self.assertEqual(got.header("X-Mine"), ["a b"])
        _, got = self.twisted("set-cookie")
        self.assertTrue(got.header("Set-Cookie"))
        _, got = self.twisted("location")
        self.assertEqual(got.status, 200)
        self.assertTrue(got.header("Location"))
        _, got = self.twisted("content-encoding")
        self.assertEqual(got.header("Content-Encoding"), ["gzip"])
        _, got = self.twisted("long-header")
        self.assertGreater(len(got.head), 1 << 20)
        _, got = self.twisted("many-headers n=5000")
        self.assertEqual(len(re.findall(rb"\r\nX-Filler", got.head)), 5000)

    def test_bytes_before_and_after_an_answer(self):
        whole, got = self.twisted(r'garbage-before value="\x00\xff\r\n"')
        self.assertEqual(got.raw, b"\0\xff\r\n" + whole.raw)
        whole, got = self.twisted("garbage-after value=junk")
        self.assertEqual(got.raw, whole.raw + b"junk")
        whole, got = self.twisted("second-answer")
        self.assertEqual(got.raw, whole.raw + whole.raw)
        whole, got = self.twisted("continue-storm n=500")
        go_on = b"HTTP/1.1 100 Continue\r\n\r\n"
        self.assertEqual(got.raw, 500 * go_on + whole.raw)

    def test_connection_goes_on_after_a_fault_that_leaves_it(self):
        s = self.emulate("ServerInfo nth=1 status code=503\n"
                         "ServerInfo nth=2 soap-fault")
        packet = b"".join(exchange.request(s.url, "ServerInfo", {},
                                           keep=True))
        last = b"".join(exchange.request(s.url, "ServerInfo", {}))
        with exchange.connect(s.url) as link:
            link.sendall(packet + packet + last)
            got = exchange.read(link)

        self.assertEqual(re.findall(rb"HTTP/1.1 (\d+) ", got.raw),
                         [b"503", b"500", b"200"])


class Soap(Faults):
    """Messages that are none, or not the right ones."""

    def test_faults_in_both_versions(self):
        s = self.emulate("ServerInfo nth=1 soap-fault as=client\n"
                         "ServerInfo nth=2 soap-fault as=server")
        got = s.call("ServerInfo")
        self.assertEqual((got.status, got.root()), (500, "Envelope"))
        self.assertIn(b"<faultcode>soap:Client</faultcode>", got.body)
        got = s.call("ServerInfo", version="1.2")
        self.assertIn(b"<soap:Value>soap:Receiver</soap:Value>", got.body)
        self.assertIn(SOAP12.encode(), got.body)
        self.assertIn("application/soap+xml", got.header("Content-Type")[0])

    def test_large_fault(self):
        got = self.chunk(f"{READ} large-fault n=1000000")

        self.assertIn(b"<detail>" + b"x" * 1000000 + b"</detail>", got.body)

    def test_messages_that_are_no_answers(self):
        self.assertNotIn(b"<", self.chunk(f"{READ} not-xml").body)
        self.assertEqual(self.chunk(f"{READ} wrong-root").root(), "nothing")
        self.assertEqual(self.chunk(f"{READ} no-envelope").root(),
                         READ + "Response")
        for kind, there, absent in (
                ("empty-envelope", b"Body></", b"Response"),
                ("no-result", b"Response xmlns", b"Result"),
                ("no-answer", b"<%sResult></" % READ.encode(), b"<response"),
                ("other-operation", b"PingResponse", READ.encode())):
            got = self.chunk(f"{READ} {kind}")
            self.assertEqual((got.status, got.root()), (200, "Envelope"))
            self.assertIn(there, got.body)
            self.assertNotIn(absent, got.body)
        got = self.chunk(f"{READ} two-answers")
        self.assertEqual(got.body.count(b"<response "), 2)

    def test_markup_that_costs(self):
        for kind, unit, n in (("deep-nesting", b"<a>", 1000),
                              ("many-attributes", b"=\"1\"", 1000),
                              ("many-namespaces", b" xmlns:a", 1000),
                              ("many-elements", b"<a/>", 1000),
                              ("long-attribute", b"x", 100000)):
            got = self.chunk(f"{READ} {kind} n={n}")
            self.assertGreaterEqual(got.body.count(unit), n, kind)
            if n == 1000:
                self.assertEqual(got.root(), "Envelope")  # well-formed
        self.assertIn(b"<!DOCTYPE", self.chunk(f"{READ} doctype").body)
        self.assertIn(b"&h;", self.chunk(f"{READ} entity-bomb").body)

    def test_text_that_is_no_utf_8(self):
        self.assertEqual(self.chunk(f"{READ} utf-16").body.decode("utf-16"),
                         '<?xml version="1.0"?><a/>')
        self.assertEqual(self.chunk(f"{READ} latin-1").attributes()["error"],
                         "\xe4")
        self.assertIn(b"\xc0\xaf", self.chunk(f"{READ} bad-utf-8").body)
        self.assertIn(b"a\0b", self.chunk(f"{READ} null-byte").body)

    def test_truncated_and_trailing(self):
        s = self.emulate(f"{READ} nth=2 truncated-xml\n"
                         f"{READ} nth=3 trailing-bytes value=<more/>")
        whole, cut, more = [s.begin_download() and s.read() for _ in "abc"]
        self.assertEqual(cut.body, whole.body[:len(whole.body) // 2])
        self.assertEqual(more.body, whole.body + b"<more/>")
        for got in (cut, more):
            self.assertEqual(got.header("Content-Length"),
                             [str(len(got.body))])

if __name__ == "__main__":
    unittest.main()
