#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Files that change, shrink, grow or fail while they are sent, and standard
input that does: typed, and nothing of it becomes a document."""

import os
import socket
import struct
import unittest

import harness
from harness import CHUNK
from proxy import at
from refused import NEW, OLD, Refused, stdin

CHUNK_CALL = "UploadFileChunk"
LARGE = 16 * 1024 * 1024  # more than sockets take before anybody reads


class Changes(Refused):
    def while_sent(self, n, change):
        """'change' is done when the request of chunk 'n' has begun."""
        self.start(hook=at(CHUNK_CALL, n, lambda _: change() and None))

    def changed(self, run):
        self.fails(run, 14, "changed", http=None)

    def test_file_that_shrinks(self):
        self.while_sent(2, lambda: os.truncate(self.local, CHUNK + 10))
        self.changed(self.put())
        self.nothing_happened()

    def test_file_that_vanishes_to_nothing(self):
        self.while_sent(1, lambda: os.truncate(self.local, 0))
        self.changed(self.put())
        self.nothing_happened()

    def test_file_that_grows(self):
        for n in (1, 4):
            with self.subTest(chunk=n):
                self.while_sent(n, lambda: self.append(b"more"))
                self.changed(self.put())
                self.nothing_happened()

    def append(self, data):
        with self.local.open("ab") as file:
            file.write(data)

    def rewrite(self, offset):
        with self.local.open("r+b") as file:
            file.seek(offset)
            file.write(b"something else")

    def test_file_that_is_rewritten(self):
        for offset in (10, 2 * CHUNK, 3 * CHUNK - 20):
            with self.subTest(offset):
                self.while_sent(2, lambda o=offset: self.rewrite(o))
                self.changed(self.put())
                self.nothing_happened()

    def test_chunk_that_is_rewritten_while_it_is_sent(self):
        self.local.write_bytes(harness.sample(LARGE))
        self.while_sent(1, lambda: self.rewrite(LARGE - 100))
        self.changed(self.put("--chunk-size", LARGE))
        report = self.nothing_happened()
        self.assertEqual(report["tryagain"], 1)

    def test_chunk_that_shrinks_while_it_is_sent(self):
        self.local.write_bytes(harness.sample(LARGE))
        self.while_sent(1, lambda: os.truncate(self.local, LARGE - 100))
        self.changed(self.put("--chunk-size", LARGE))
        self.nothing_happened()

    def test_lock_is_released_when_the_file_changes(self):
        self.while_sent(2, lambda: self.append(b"more"))
        self.changed(self.put("--lock", target=OLD))
        self.nothing_happened()

    def test_file_that_is_replaced_is_sent_as_it_was(self):
        before = self.local.read_bytes()
        other = self.local.with_suffix(".other")

        def replace():
            other.write_bytes(b"another file")
            other.replace(self.local)

        self.while_sent(2, replace)
        run = self.put()
        self.assertEqual(run.exit, 0, run)
        self.server.stop()
        self.assertEqual(self.stored(NEW).read_bytes(), before)

    def test_file_that_is_removed_is_sent_as_it_was(self):
        before = self.local.read_bytes()
        self.while_sent(2, self.local.unlink)
        run = self.put()
        self.assertEqual(run.exit, 0, run)
        self.server.stop()
        self.assertEqual(self.stored(NEW).read_bytes(), before)

    def test_file_that_does_not_tell_its_size(self):
        self.start()
        self.changed(self.put(local="/proc/self/status"))
        self.nothing_happened()


class Unreadable(Refused):
    def refused(self, local, *, prefix=(), code=10, status="io"):
        self.start()
        run = self.put(local=local, prefix=prefix)
        self.fails(run, code, status, http=None)
        self.nothing_sent(self.nothing_happened())

    def test_file_that_is_not_there(self):
        self.refused(self.local.with_suffix(".none"))

    def test_folder(self):
        self.refused(self.root, code=2, status="argument")

    def test_pipe(self):
        pipe = self.local.with_suffix(".pipe")
        os.mkfifo(pipe)
        self.addCleanup(pipe.unlink)
        self.refused(pipe)

    def test_file_without_permission(self):
        self.local.chmod(0)
        drop = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") \
            if os.geteuid() == 0 else ()
        self.refused(self.local, prefix=drop)

    def test_disk_that_fails_half_way(self):
        for n in range(10, 23, 3):  # the loader has had its reads by then
            with self.subTest(read=n):
                self.start()
                run = self.put("--lock", prefix=(
                    "strace", "-qq", "-f", "-o", "/dev/null", "-e",
                    f"inject=pread64:error=EIO:when={n}"), env=harness.
                    environment(ASAN_OPTIONS="detect_leaks=0"))
                self.fails(run, 10, "io", http=None)
                self.assertIn("Input/output error",
                              run.record(event="error")["message"])
                self.nothing_happened()


class Streams(Refused):
    def put_stream(self, redirection, *values):
        return self.put(local="-", prefix=(
            "/bin/bash", "-c", f'n="$1"; shift; exec "$@" {redirection}',
            "bash", *(values or ("",))))

    def test_input_that_cannot_be_read(self):
        for name, redirection in (("closed", "<&-"), ("folder", "<."),
                                  ("write only", "0>/dev/null")):
            with self.subTest(name):
                self.start()
                run = self.put_stream(redirection)
                self.fails(run, 10, "io", http=None)
                report = self.nothing_happened()
                self.assertEqual(harness.count(report, CHUNK_CALL), 0)

    def test_input_that_breaks_half_way(self):
        listener = self.enterContext(socket.create_server(("127.0.0.1", 0)))
        peers = []

        def feed(_):
            """What came before the first chunk is in it; then it breaks."""
            peers[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                struct.pack("ii", 1, 0))
            peers.pop().close()

        def begin(call):
            peers.append(listener.accept()[0])
            peers[0].sendall(harness.sample(CHUNK + 10))

        def hook(call):
            if call.operation == "CreateUploadHandler":
                return begin(call)
            if call.operation == CHUNK_CALL:
                return feed(call)
            return None

        self.start(hook=hook)
        port = listener.getsockname()[1]
        run = self.put_stream("</dev/tcp/127.0.0.1/$n", port)
        self.fails(run, 10, "io", http=None)
        self.assertIn("reset", run.record(event="error")["message"])
        report = self.nothing_happened()
        self.assertEqual(harness.count(report, CHUNK_CALL), 1)

    def test_input_that_ends_at_once_is_an_empty_document(self):
        self.start()
        self.local.write_bytes(b"")
        self.all_stored(self.put(local="-", prefix=stdin("/dev/null")))

    def test_stream_whose_handler_is_gone_cannot_start_again(self):
        self.start(hook=at(CHUNK_CALL, 3, lambda c: self.soap.call(
            "DeleteUploadHandler", authenticationTicket=c.ticket,
            UploadHandler=c.parameter("uploadHandler")) and None))
        run = self.put(local="-", prefix=stdin(self.local))
        self.fails(run, 9, "server", 4000)
        report = self.nothing_happened()
        self.assertEqual(report["handlers_begun"], 1)


if __name__ == "__main__":
    unittest.main()
