#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""What goes wrong on this side: URLs that leave room for doubt, nobody
listening, targets that cannot be written, a full disk, a signal.

The server is always a good one, so that every failure is the client's own.
"""

import os
import pathlib
import signal
import socket
import stat
import subprocess
import unittest

import harness
from bad_server import (DELETE, DOCUMENT, READ, STAGE, TICKET, Row, Server,
                        hold, nth)
from harness import PASSWORD, sample

# The server's port stands where {} is.
MALFORMED = {
    "empty": "",
    "without_scheme": "127.0.0.1:{}/srv.asmx",
    "other_scheme": "ftp://127.0.0.1:{}/srv.asmx",
    "file_scheme": "file:///etc/passwd",
    "without_host": "http:///srv.asmx",
    "only_a_port": "http://:{}/srv.asmx",
    "one_slash": "http:/127.0.0.1:{}/srv.asmx",
    "backslashes": "http:\\\\127.0.0.1:{}\\srv.asmx",
    "user_information": "http://demo@127.0.0.1:{}/srv.asmx",
    "user_and_password": "http://demo:pw@127.0.0.1:{}/srv.asmx",
    "at_sign_in_path": "http://127.0.0.1:{}/srv.asmx/@evil.example",
    "at_sign_in_query": "https://127.0.0.1:{}/srv.asmx?Path=/a@evil.example",
    "fragment": "http://127.0.0.1:{}/srv.asmx#top",
    "query": "http://127.0.0.1:{}/srv.asmx?WSDL",
    "blank_in_path": "http://127.0.0.1:{}/srv asmx",
    "blank_first": " http://127.0.0.1:{}/srv.asmx",
    "blank_last": "http://127.0.0.1:{}/srv.asmx ",
    "two_urls": "https://127.0.0.1:1/srv.asmx http://127.0.0.1:{}/srv.asmx",
    "tab": "http://127.0.0.1:{}/srv\t.asmx",
    "carriage_return": "http://127.0.0.1:{}/srv.asmx\r\nX-Evil: 1",
    "delete_character": "http://127.0.0.1:{}/srv\x7f.asmx",
    "letter_beyond_ascii": "http://127.0.0.1:{}/srv\u00e4.asmx",
    "port_zero": "http://127.0.0.1:0/srv.asmx",
    "port_65536": "http://127.0.0.1:65536/srv.asmx",
    "port_wrapping": "http://127.0.0.1:WRAP/srv.asmx",
    "port_negative": "http://127.0.0.1:-{}/srv.asmx",
    "port_with_plus": "http://127.0.0.1:+{}/srv.asmx",
    "port_empty": "http://127.0.0.1:/srv.asmx",
    "port_a_word": "http://127.0.0.1:http/srv.asmx",
    "port_twice": "http://127.0.0.1:1:{}/srv.asmx",
    "bracket_open": "http://[::1:{}/srv.asmx",
    "bracket_with_name": "http://[localhost]:{}/srv.asmx",
    "percent_in_host": "http://127.0.0%2e1:{}/srv.asmx",
    "host_of_300_letters": "http://" + "h" * 300 + ":{}/srv.asmx",
    "host_with_underscores_and_star": "http://*.example:{}/srv.asmx",
    "path_of_5000_letters": "http://127.0.0.1:{}/" + "p" * 5000,
}


def get(server, folder, *options, target="target", **more):
    return harness.ir("get", "/Library/sample.bin", "-o",
                      os.path.join(folder, target), "--retries", "0",
                      "--idle-timeout", "1s", "--json", *options,
                      url=server.url, folder=folder, **more)


class Local(unittest.TestCase):
    def setUp(self):
        harness.program("IR")
        self.temporary = harness.folder()
        self.addCleanup(self.temporary.cleanup)
        self.folder = self.temporary.name

    def fails(self, run, exit_code, status):
        self.assertEqual(run.exit, exit_code, run)
        self.assertEqual(run.record(exit=exit_code).get("status"), status, run)
        self.assertEqual(run.err.count("\n"), 1, run)
        self.assertNotIn(PASSWORD, run.err)

    def files(self):
        return sorted(n for n in os.listdir(self.folder)
                      if not n.startswith("secret-"))

    def all_released(self, server):
        self.assertNotIn(False, server.handlers.values())


class Urls(Local):
    """A malformed URL is a usage error, and nobody is contacted."""

    def check(self, url):
        with Server() as server:
            text = url.replace("WRAP", str(65536 + server.port)).format(
                server.port)
            run = harness.ir("get", "/a/b", "-o", f"{self.folder}/target",
                             "--json", "--connect-timeout", "2s", url=text,
                             folder=self.folder)

        self.assertEqual(run.exit, 2, run)
        self.assertEqual(server.n_connections, 0)
        self.assertFalse([c for c in run.err if ord(c) < 32 and c != "\n"])
        self.assertEqual(self.files(), [])

    def test_accepts_ipv4_and_host_in_capitals(self):
        with Server() as server:
            for url in (server.url, server.url.replace("http", "HTTP", 1)):
                server.url = url
                self.assertEqual(get(server, self.folder).exit, 0, url)

    def test_refuses_plain_http_to_other_hosts(self):
        run = harness.ir("get", "/a/b", "-o", f"{self.folder}/target",
                         "--json", url="http://192.0.2.1/srv.asmx",
                         folder=self.folder)

        self.assertEqual(run.exit, 2, run)
        self.assertIn("http", run.err)
        self.assertLess(run.seconds, 2)


for name, malformed in MALFORMED.items():
    def refuses(self, url=malformed):
        self.check(url)
    refuses.__doc__ = f"N14: {malformed[:60]!r}"
    setattr(Urls, f"test_refuses_url_{name}", refuses)


class Network(Local):
    def test_connection_refused(self):
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = unused.getsockname()[1]
        server = Server()
        server.listener.close()
        server.url = f"http://127.0.0.1:{port}/srv.asmx"

        run = get(server, self.folder)

        self.fails(run, 6, "network")
        self.assertEqual(self.files(), [])
        self.assertLess(run.seconds, 3)

    def test_unknown_host(self):
        run = harness.ir("get", "/a/b", "-o", f"{self.folder}/target",
                         "--json", "--connect-timeout", "2s",
                         url="https://no-such-host.invalid/srv.asmx",
                         folder=self.folder)

        self.assertEqual(run.exit, 6, run)
        self.assertEqual(self.files(), [])

    def test_full_backlog_ends_at_the_connect_timeout(self):
        with socket.socket() as listener, socket.socket() as a, \
                socket.socket() as b:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            for other in (a, b):
                other.setblocking(False)
                other.connect_ex(listener.getsockname())
            run = harness.ir(
                "get", "/a/b", "-o", f"{self.folder}/target", "--json",
                "--connect-timeout", "1s", "--retries", "0",
                url="http://127.0.0.1:%d/srv.asmx" % listener.getsockname()[1],
                folder=self.folder)

        self.fails(run, 6, "timeout")
        self.assertLess(run.seconds, 2.5)

    def by_proxy(self, url, *options, **env):
        """(run, proxy) with a proxy that serves everything by itself."""
        with Server() as proxy:
            env = harness.environment(
                http_proxy=f"http://127.0.0.1:{proxy.port}", **env)
            run = harness.ir("get", "/L/a", "-o", f"{self.folder}/target",
                             "--connect-timeout", "1s", *options, env=env,
                             url=url, folder=self.folder)
        return run, proxy

    def test_proxy_of_the_environment(self):
        run, proxy = self.by_proxy("http://dms.invalid/srv.asmx",
                                   "--allow-http")

        self.assertEqual(run.exit, 0, run)
        self.assertIn("request line POST http://dms.invalid/srv.asmx HTTP/1.1",
                      proxy.problems)

    def test_no_proxy_excludes_a_host(self):
        run, proxy = self.by_proxy("http://dms.invalid/srv.asmx",
                                   "--allow-http", no_proxy=".invalid")

        self.assertEqual(run.exit, 6, run)
        self.assertEqual(proxy.n_connections, 0)

    def test_loopback_is_never_asked_of_a_proxy(self):
        with Server() as server:
            run, proxy = self.by_proxy(server.url)

        self.assertEqual(run.exit, 0, run)
        self.assertEqual(proxy.n_connections, 0)


@unittest.skipIf(harness.SANITIZED, "strace does not go with the leak checker")
class Messages(Local):
    def test_a_message_is_written_at_once(self):
        trace = pathlib.Path(self.folder, "trace")
        with Server() as server:
            run = harness.ir("get", "/Library/sample.bin", "-o",
                             f"{self.folder}/none/here", url=server.url,
                             folder=self.folder, prefix=(
                                 "strace", "-f", "-o", trace, "-e",
                                 "trace=write"))

        self.assertEqual(run.exit, 10, run)
        self.assertEqual(run.err.count("\n"), 1, run)
        self.assertEqual(trace.read_text().count(" write(2,"), 1)


class Targets(Local):
    def test_folder_that_does_not_exist(self):
        with Server() as server:
            run = get(server, self.folder, target="none/target")

        self.fails(run, 10, "io")
        self.all_released(server)

    def test_target_is_a_folder_of_that_name(self):
        inside = pathlib.Path(self.folder, "into", "sample.bin")
        inside.mkdir(parents=True)
        with Server() as server:
            run = get(server, self.folder, target="into")

        self.fails(run, 10, "io")
        self.assertEqual(os.listdir(inside.parent), ["sample.bin"])
        self.all_released(server)

    def test_target_is_a_pipe(self):
        pipe = os.path.join(self.folder, "target")
        os.mkfifo(pipe)
        with Server() as server:
            run = get(server, self.folder)

        self.fails(run, 10, "io")
        self.assertTrue(stat.S_ISFIFO(os.stat(pipe).st_mode))
        self.assertEqual(self.files(), ["target"])
        self.all_released(server)

    def test_target_is_a_link_to_nowhere(self):
        link = os.path.join(self.folder, "target")
        os.symlink("/proc/none/there", link)
        with Server() as server:
            run = get(server, self.folder)

        self.assertIn(run.exit, (0, 10), run)
        self.assertEqual(self.files(), ["target"])
        self.all_released(server)

    def test_part_file_is_a_link_to_something_precious(self):
        precious = pathlib.Path(self.folder, "precious")
        precious.write_bytes(b"precious")
        os.symlink("precious", os.path.join(self.folder, "target.part"))
        with Server() as server:
            get(server, self.folder)

        self.assertEqual(precious.read_bytes(), b"precious")
        self.all_released(server)

    def test_part_file_is_private_while_it_grows(self):
        row = Row("", "", "", when=nth(2),
                  send=lambda c, s, r: hold(c.server, s))
        part = os.path.join(self.folder, "target.part")
        with Server(row) as server, started(server, self.folder) as child:
            server.wait_for(lambda s: s.count(READ) == 2)
            mode = os.stat(part).st_mode
            child.send_signal(signal.SIGTERM)
            child.wait(5)

        self.assertEqual(stat.S_IMODE(mode) & 0o077, 0, oct(mode))

    def test_one_document_to_stdout(self):
        with Server() as server:
            run = harness.ir("get", "/Library/sample.bin", "-o", "-",
                             url=server.url, folder=self.folder)

        self.assertEqual(run.exit, 0, run)
        self.assertEqual(run.out, DOCUMENT)

    def test_stdout_that_is_full(self):
        with Server() as server:
            run = harness.run(
                "/bin/sh", "-c", 'exec "$@" > /dev/full', "sh",
                *command(server, self.folder, "-"))

        self.assertEqual(run.exit, 10, run)
        self.all_released(server)

    def test_reader_of_stdout_that_goes_away(self):
        row = Row("", "", "", document=sample(4 << 20))
        with Server(row) as server:
            child = subprocess.Popen(
                command(server, self.folder, "-"), stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, env=harness.environment())
            child.stdout.read(1)
            child.stdout.close()
            child.stderr.read()
            child.wait(10)
            child.stderr.close()

        self.assertEqual(child.returncode, 10)
        self.all_released(server)


@unittest.skipUnless(os.geteuid() == 0, "a mount of its own needs root")
class Mounts(Local):
    """A file system of its own in a private mount namespace."""

    def on_tmpfs(self, options, document, *more):
        mount = os.path.join(self.folder, "mount")
        os.mkdir(mount)
        with Server(Row("", "", "", document=document)) as server:
            run = get(server, self.folder, *more, target="mount/target",
                      prefix=harness.on_tmpfs(mount, options))
        if run.exit == 77 or run.err.startswith("unshare: "):
            self.skipTest("tmpfs cannot be mounted here")
        self.all_released(server)
        return run

    def test_full_disk_keeps_the_old_file(self):
        run = self.on_tmpfs("rw", sample(9 << 20))

        self.assertEqual(run.exit, 10, run)
        self.assertIn("reserve room", run.err)
        self.assertEqual(run.record(exit=10)["status"], "io")
        self.assertTrue(run.err.endswith("\ntarget\nold\n"), run.err)

    def test_disk_that_is_just_large_enough(self):
        run = self.on_tmpfs("rw", sample(7 << 20))

        self.assertEqual(run.exit, 0, run)

    def test_folder_that_cannot_be_written(self):
        run = self.on_tmpfs("ro", DOCUMENT)

        self.assertEqual(run.exit, 10, run)
        self.assertEqual(run.record(exit=10)["status"], "io")
        self.assertTrue(run.err.endswith("\ntarget\nold\n"), run.err)


def command(server, folder, target="target"):
    if target != "-":
        target = os.path.join(folder, target)
    return [harness.program("IR"), "get", "/Library/sample.bin", "-o", target,
            "--url", server.url, "--user", "demo", "--chunk-size", "256K",
            "--password-file", harness.secret_file(folder, PASSWORD)]


def started(server, folder):
    """A client that runs while the test looks at it; a context."""
    return subprocess.Popen(command(server, folder), env=harness.environment(),
                            stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Signals(Local):
    """SIGINT and SIGTERM: soon over, nothing left there, and here at most what
    the next run can use."""

    STAGES = {"while_staging": (STAGE, 1), "in_the_first_chunk": (READ, 1),
              "in_a_later_chunk": (READ, 2)}

    def check(self, number, exit_code, operation, n):
        row = Row("", "", "", on=operation, when=nth(n),
                  send=lambda c, s, r: hold(c.server, s))
        old = pathlib.Path(self.folder, "target")
        old.write_bytes(b"old")
        with Server(row) as server, started(server, self.folder) as child:
            self.assertTrue(server.wait_for(
                lambda s: s.count(operation) == n))
            child.send_signal(number)
            said = child.communicate(timeout=2.5)

        self.assertEqual(child.returncode, exit_code, said)
        if n == 1:
            self.assertEqual(self.files(), ["target"])
        else:
            self.assertEqual(self.files(), ["target", "target.part",
                                            "target.part.journal"])
            self.assertTrue(harness.kept(old, row.document))
        self.assertEqual(old.read_bytes(), b"old")
        if operation == READ:
            self.all_released(server)
        self.assertNotIn(PASSWORD.encode(), b"".join(said))

    def test_handler_that_a_signal_overtakes_is_released(self):
        with SlowServer() as server, started(server, self.folder) as child:
            self.assertTrue(server.wait_for(lambda s: s.count(STAGE) == 1))
            child.send_signal(signal.SIGINT)
            said = child.communicate(timeout=2.5)

        self.assertEqual(child.returncode, 130, said)
        self.assertEqual(server.count(DELETE), 1)

    def test_secrets_are_in_no_argument_and_no_environment(self):
        row = Row("", "", "", when=nth(2),
                  send=lambda c, s, r: hold(c.server, s))
        with Server(row) as server, started(server, self.folder) as child:
            server.wait_for(lambda s: s.count(READ) == 2)
            seen = [pathlib.Path(f"/proc/{child.pid}/{name}").read_bytes()
                    for name in ("cmdline", "environ")]
            child.send_signal(signal.SIGINT)
            said = child.communicate(timeout=5)

        self.assertIn(b"get", seen[0])
        for text in (*seen, *said):
            self.assertNotIn(PASSWORD.encode(), text)
            self.assertNotIn(TICKET.encode(), text)

    def test_second_signal_ends_at_once(self):
        row = Row("", "", "", when=nth(2),
                  send=lambda c, s, r: hold(c.server, s))
        with StubbornServer(row) as server, started(
                server, self.folder) as child:
            server.wait_for(lambda s: s.count(READ) == 2)
            child.send_signal(signal.SIGINT)
            server.wait_for(lambda s: s.count("DeleteDownloadHandler") == 1)
            child.send_signal(signal.SIGINT)
            child.communicate(timeout=1)

        self.assertIn(child.returncode, (130, -signal.SIGINT))
        self.assertNotIn("target", self.files())


class StubbornServer(Server):
    """Does not answer deletions either."""

    def respond(self, call, connection):
        if call.operation == "DeleteDownloadHandler":
            hold(self, connection)
        super().respond(call, connection)


class SlowServer(Server):
    """Stages when the client has been told to stop, which it is soon."""

    def respond(self, call, connection):
        if call.operation == STAGE:
            with self.event:
                self.event.wait_for(lambda: self.closing, 0.3)
        super().respond(call, connection)


for where, (at, count) in Signals.STAGES.items():
    for signum, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        def ends(self, signum=signum, code=code, at=at, count=count):
            self.check(signum, code, at, count)
        setattr(Signals, f"test_{signum.name}_{where}", ends)

if __name__ == "__main__":
    unittest.main()
