#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""The emulator's sessions while many calls come at the same moment."""

import socket
import threading
import unittest

import exchange
import harness

CALLERS, ROUNDS = 8, 20


class Sessions(unittest.TestCase):
    def setUp(self):
        root = self.enterContext(harness.library({"/Library/a": b"a"}))
        self.server = self.enterContext(harness.Emulator(root))

    def call(self, operation, **parameters):
        return exchange.call(self.server.url, operation, **parameters)

    def log_in(self):
        return self.call("AuthenticateUser", UID=harness.USER,
                         PWD=harness.PASSWORD).attributes()["ticket"]

    def is_good(self, ticket):
        return self.call("isValidTicket", AuthenticationTicket=ticket
                         ).attributes()["success"] == "true"

    def all_at_once(self, calls):
        """The answers to these (operation, parameters), whose last byte is
        held back until all others are there."""
        links = [exchange.connect(self.server.url) for _ in calls]
        requests = [b"".join(exchange.request(self.server.url, *c))
                    for c in calls]
        for link, data in zip(links, requests):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link.sendall(data[:-1])
        start = threading.Barrier(len(links))

        def finish(link, data):
            start.wait()
            link.sendall(data[-1:])

        threads = [threading.Thread(target=finish, args=pair)
                   for pair in zip(links, requests)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        answers = [exchange.read(link).attributes() for link in links]
        for link in links:
            link.close()
        return answers

    def stage(self, ticket):
        return self.call("GetDownloadHandler", AuthenticationTicket=ticket,
                         Path="/Library/a").attributes()["downloadhandler"]

    def knows(self, ticket, handler):
        return self.call(
            "DownloadFileChunk", authenticationTicket=ticket, StartOffset=0,
            DownloadHandler=handler, ChunkSize=1
        ).attributes()["success"] == "true"

    def test_one_of_many_renewals_takes_the_session_over(self):
        for _ in range(ROUNDS):
            old = self.log_in()
            handler = self.stage(old)
            said = self.all_at_once([("RenewTicket", {
                "UID": harness.USER, "PWD": harness.PASSWORD,
                "OldTicket": old})] * CALLERS)
            tickets = {a["ticket"] for a in said}
            # The others come too late, and get sessions of their own.
            self.assertEqual(len(tickets), CALLERS, said)
            self.assertTrue(all(map(self.is_good, tickets)), said)
            self.assertEqual(sum(self.knows(t, handler) for t in tickets), 1)
            self.assertFalse(self.is_good(old))


if __name__ == "__main__":
    unittest.main()
