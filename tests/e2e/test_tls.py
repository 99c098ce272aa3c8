#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Who the client talks to: certificates that do not name the host, have ended,
or come from nobody it knows are refused before a byte of HTTP is sent; the
server counts what arrives after the handshake."""

import os
import ssl
import unittest

import harness
from bad_server import Closed, Row, Server, flood, hold, server_context
from certificates import Authority

RSA_1024 = ("rsa:1024",)
PAST = ("20200101000000Z", "20210101000000Z")
FUTURE = ("20400101000000Z", "20410101000000Z")

# name: (host, what Authority.issue takes, accepted)
CERTIFICATES = {
    "address": ("127.0.0.1", {"san": "IP:127.0.0.1"}, True),
    "name": ("localhost", {"san": "DNS:localhost"}, True),
    "name_in_capitals": ("localhost", {"san": "DNS:LocalHost"}, True),
    "second_name": ("localhost", {"san": "DNS:a.example,DNS:localhost"}, True),
    "any_usage": ("localhost", {"san": "DNS:localhost", "usage": ""}, True),
    "other_name": ("localhost", {"san": "DNS:files.example"}, False),
    "name_with_more": ("localhost", {"san": "DNS:localhost.example"}, False),
    "name_with_less": ("localhost", {"san": "DNS:localhos"}, False),
    "star": ("localhost", {"san": "DNS:*"}, False),
    "star_at_the_end": ("localhost", {"san": "DNS:local*"}, False),
    "star_in_front": ("localhost", {"san": "DNS:*host"}, False),
    "hyphen_for_a_letter": ("localhost", {"san": "DNS:loc-lhost"}, False),
    "only_common_name": ("localhost", {"subject": "/CN=localhost"}, False),
    "common_name_beside_other": (
        "localhost", {"subject": "/CN=localhost", "san": "DNS:a.example"},
        False),
    "mail_address": ("localhost", {"san": "email:a@localhost"}, False),
    "uri": ("localhost", {"san": "URI:https://localhost/"}, False),
    "name_for_address": ("127.0.0.1", {"san": "DNS:127.0.0.1"}, False),
    "other_address": ("127.0.0.1", {"san": "IP:127.0.0.2"}, False),
    "address_for_name": ("localhost", {"san": "IP:127.0.0.1"}, False),
    "name_of_the_address": ("127.0.0.1", {"san": "DNS:localhost"}, False),
    "only_for_clients": (
        "localhost", {"san": "DNS:localhost", "usage": "clientAuth"}, False),
    "ended": ("localhost", {"san": "DNS:localhost", "dates": PAST}, False),
    "not_yet": ("localhost", {"san": "DNS:localhost", "dates": FUTURE}, False),
    "weak_key": ("localhost", {"san": "DNS:localhost", "key": RSA_1024},
                 False),
    "sha1": ("localhost", {"san": "DNS:localhost", "digest": "-sha1"}, False),
}


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        harness.program("IR")
        cls.temporary = harness.folder()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.authority = Authority(cls.temporary.name)
        cls.stranger = Authority(cls.temporary.name, "stranger")
        cls.good = cls.authority.issue("good", "IP:127.0.0.1,DNS:localhost")

    def get(self, server, *options, host="127.0.0.1", ca=True, url=None,
            env=None):
        with harness.folder() as folder:
            trust = ["--cacert", self.authority.ca] if ca else []
            run = harness.ir(
                "get", "/L/sample.bin", "-o", f"{folder}/target", "--retries",
                "0", "--connect-timeout", "2s", "--json", *trust, *options,
                url=url or server.url.replace("127.0.0.1", host),
                folder=folder, env=env)
            self.left = [n for n in os.listdir(folder) if "secret" not in n]
        return run

    def refused(self, run, server):
        self.assertEqual(run.exit, 7, run)
        self.assertEqual(run.record(exit=7).get("status"), "tls", run)
        self.assertEqual(run.err.count("\n"), 1, run)
        self.assertEqual(server.n_bytes, 0, "HTTP was sent")
        self.assertGreater(server.n_connections, 0)
        self.assertEqual(self.left, [])

    def with_certificate(self, name, host, what, accepted):
        pair = self.authority.issue(name, **what)
        server = Server(tls=server_context(*pair, "ALL:@SECLEVEL=0"))
        server.review = lambda first, call: None  # Host is not the address
        with server:
            run = self.get(server, host=host)

        if accepted:
            self.assertEqual(run.exit, 0, run)
        else:
            self.refused(run, server)

    def test_unknown_authority(self):
        pair = self.stranger.issue("by-stranger", "IP:127.0.0.1")
        with Server(tls=server_context(*pair)) as server:
            self.refused(self.get(server), server)

    def test_system_authorities_do_not_know_a_private_one(self):
        with Server(tls=server_context(*self.good)) as server:
            self.refused(self.get(server, ca=False), server)

    def test_own_authority_replaces_those_of_the_system(self):
        pair = self.stranger.issue("by-system", "IP:127.0.0.1")
        env = harness.environment(SSL_CERT_FILE=str(self.stranger.ca))
        with Server(tls=server_context(*pair)) as server:
            self.refused(self.get(server, env=env), server)

    def test_self_signed(self):
        pair = self.authority.self_signed("self", "IP:127.0.0.1")
        with Server(tls=server_context(*pair)) as server:
            self.refused(self.get(server), server)

    def test_leaf_of_a_leaf(self):
        """A server's certificate may not issue another."""
        between = self.authority.issue("between", "DNS:a.example")
        fake = Authority.__new__(Authority)
        fake.folder, fake.name, fake.ca = (self.authority.folder, "between",
                                           between[0])
        leaf = fake.issue("grandchild", "IP:127.0.0.1")
        chain = self.authority.folder / "chain.pem"
        chain.write_bytes(leaf[0].read_bytes() + between[0].read_bytes())
        with Server(tls=server_context(chain, leaf[1])) as server:
            self.refused(self.get(server), server)

    def old_protocol(self, version):
        context = server_context(*self.good, "ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = version
        with Server(tls=context) as server:
            self.refused(self.get(server), server)

    def test_tls_1_0(self):
        self.old_protocol(ssl.TLSVersion.TLSv1)

    def test_tls_1_1(self):
        self.old_protocol(ssl.TLSVersion.TLSv1_1)

    def test_tls_1_2_is_fine(self):
        context = server_context(*self.good)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with Server(tls=context) as server:
            self.assertEqual(self.get(server).exit, 0)

    def test_cipher_without_encryption(self):
        context = server_context(*self.good)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("eNULL:aNULL:@SECLEVEL=0")
        with Server(tls=context) as server:
            self.refused(self.get(server), server)

    def test_plain_http_behind_an_https_url(self):
        def answer(_server, connection, _number):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            raise Closed
        with Server(Row("", "", "", accept=answer)) as server:
            run = self.get(server, url=server.url.replace("http", "https"))

        self.assertEqual(run.exit, 7, run)
        self.assertEqual(server.calls, [])

    def test_silent_handshake_ends_at_the_connect_timeout(self):
        row = Row("", "", "", accept=lambda s, c, n: hold(s, c))
        with Server(row, tls=server_context(*self.good)) as server:
            run = self.get(server)

        self.assertIn(run.exit, (6, 7), run)
        self.assertLess(run.seconds, 3)

    def test_truncation_without_close_notify_is_noticed(self):
        def cut(_call, connection, reply):
            connection.sendall(reply.raw()[:-3000])
            raise OSError
        row = Row("", "", "", send=cut)
        with Server(row, tls=server_context(*self.good)) as server:
            run = self.get(server)

        self.assertEqual(run.exit, 6, run)
        self.assertNotIn(False, server.handlers.values())

    def through_proxy(self, reply):
        """(run, server): a proxy that answers CONNECT and is the server."""
        self.asked = b""

        def tunnel(_server, connection, _number):
            while b"\r\n\r\n" not in self.asked:
                self.asked += connection.recv(65536)
            reply(connection)
        with Server(Row("", "", "", accept=tunnel),
                    tls=server_context(*self.good)) as server:
            server.review = lambda first, call: None
            run = self.get(server, "--proxy",
                           f"http://127.0.0.1:{server.port}",
                           url="https://localhost/srv.asmx")
        self.assertTrue(self.asked.startswith(
            b"CONNECT localhost:443 HTTP/1.1\r\n"), self.asked)
        return run, server

    def test_tunnel_of_a_proxy(self):
        run, server = self.through_proxy(
            lambda c: c.sendall(b"HTTP/1.1 200 OK\r\n\r\n"))

        self.assertEqual(run.exit, 0, run)
        self.assertNotIn(False, server.handlers.values())

    def test_proxy_that_refuses(self):
        for status in (b"403 No", b"407 Log in", b"502 Nobody", b"2000 OK"):
            run, server = self.through_proxy(
                lambda c, s=status: c.sendall(b"HTTP/1.1 " + s + b"\r\n\r\n"))

            self.assertIn(run.exit, (4, 5, 6, 9), run)
            self.assertEqual(server.n_bytes, 0)

    def test_proxy_that_speaks_without_end(self):
        run, _ = self.through_proxy(lambda c: flood(
            c, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 9999, 64 << 20))

        self.assertIn(run.exit, (6, 9), run)
        self.assertLess(run.seconds, 3)

    def test_proxy_that_stays_silent(self):
        run, _ = self.through_proxy(lambda c: hold(self, c))

        self.assertEqual(run.exit, 6, run)
        self.assertLess(run.seconds, 3)

    closing = False  # as of a server, for hold()

    def test_client_certificate_is_shown(self):
        context = server_context(*self.good)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(self.authority.ca)
        mine = self.authority.issue("mine", usage="clientAuth")
        with Server(tls=context) as server:
            shown = self.get(server, "--cert", mine[0], "--key", mine[1])
            absent = self.get(server)

        self.assertEqual(shown.exit, 0, shown)
        self.assertIn(absent.exit, (6, 7), absent)

    def test_authority_file_that_does_not_exist(self):
        with Server(tls=server_context(*self.good)) as server:
            run = self.get(server, "--cacert", "/none.pem", ca=False)

        self.assertIn(run.exit, (2, 7, 10), run)
        self.assertEqual(server.n_bytes, 0)


for row_name, fields in CERTIFICATES.items():
    def certificate(self, row_name=row_name, fields=fields):
        self.with_certificate(row_name, *fields)
    setattr(Tls, f"test_certificate_{row_name}_is_"
            f"{'accepted' if fields[2] else 'refused'}", certificate)

if __name__ == "__main__":
    unittest.main()
