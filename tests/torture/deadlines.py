#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Every limit in every phase of a call, against servers that stall or drip:
ir ends as a timeout, at most a second after the limit that covers the phase
and not before it, and leaves nothing behind.

The servers are raw sockets of this file.  A byte every 100 ms is a drip: less
than the 1 KiB that ends idleness.  In the cases with a clean-up the call that
deletes the handler meets the same server.

What a process that only sleeps is late on the same machine at the same time is
allowed on top; it is printed.

    deadlines.py            all cases
    deadlines.py NAME...    those whose name contains one of these
"""

import base64
import concurrent.futures
import dataclasses
import itertools
import json
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))

import certificates  # noqa: E402
import harness  # noqa: E402

AT_ONCE = 20  # so many that they wait together, so few that two cores do
OVERSHOOT_S = 1.0
EARLY_S = 0.05  # of clocks that are read apart
DRIP_S = 0.1
FAR_S = 60
LIMITS = ("connect-timeout", "idle-timeout", "max-time")
CONNECTING = ("connect", "proxy", "handshake")
TICKET = "ca7a2900-0000-4000-8000-000000c0ffee"
HANDLER = "0b5e55ed-0000-4000-8000-00000000cafe"
CONTENT = harness.sample(100000)
UPLOAD_BYTES = 32 << 20  # more than the kernel takes for a peer who sleeps


@dataclasses.dataclass(frozen=True)
class Case:
    phase: str
    manner: str
    limit: str
    scheme: str
    verb: str = "get"
    cleanup: str = ""  # the phase in which the clean-up meets the same
    limit_s: float = 0

    @property
    def name(self):
        return "/".join(filter(None, (
            self.phase, self.manner, self.limit, self.scheme, self.verb,
            self.cleanup and f"cleanup-{self.cleanup}")))

    @property
    def covering(self):
        """The limit that is to end it: the one under test, unless that does
        not cover the phase; then the one that does, a bit later."""
        connecting = self.phase in CONNECTING
        if self.limit == "connect-timeout" and not connecting:
            return "idle-timeout"
        if self.limit == "idle-timeout" and connecting:
            return "connect-timeout"
        return self.limit

    def options(self):
        """The limits, and the moment at which they end it."""
        values = {"connect-timeout": FAR_S, "idle-timeout": FAR_S,
                  self.limit: self.limit_s}
        end = self.limit_s
        if self.covering != self.limit:
            end = values[self.covering] = self.limit_s + 0.6
        return [o for k, v in values.items()
                for o in (f"--{k}", f"{round(v * 1000)}ms")], end


def all_cases():
    cases = []

    def add(phases, manners, schemes, verbs=("get",), cleanups=("",),
            limits=LIMITS):
        for fields in itertools.product(phases, manners, limits, schemes,
                                        verbs, cleanups):
            # Spread the ends: they cost the processor the most.
            cases.append(Case(*fields, 1.2 + 0.1 * (len(cases) % 8)))

    both = ("stall", "drip")
    add(("connect",), ("stall",), ("http", "https"))
    add(("proxy", "handshake"), both, ("https",))
    add(("request",), both, ("http", "https"), ("put",))
    add(("status", "header", "body", "close"), both, ("http", "https"))
    add(("kept",), ("stall",), ("http", "https"))
    # With the clean-up in another phase than the call.
    covering = LIMITS[1:]
    add(("request",), both, ("http", "https"), ("put",), ("header",), covering)
    add(("header", "body"), both, ("http", "https"), ("get",), ("header",),
        covering)
    add(("body",), both, ("https",), ("get",), ("handshake",), covering)
    return cases


# ---- The servers ---------------------------------------------------------

class Gone(Exception):
    """The client has left, or the case is over."""


class Server:
    """Good until the phase of its case; a context."""

    def __init__(self, case, tls):
        self.case = case
        self.tls = tls
        self.over = threading.Event()
        self.operations = []
        self.sockets = []
        self.threads = []
        self.late_s = None  # since the phase was met; then comes clean-up
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0 if case.phase == "connect" else 16)
        self.address = self.listener.getsockname()
        self.url = f"{case.scheme}://127.0.0.1:{self.address[1]}/srv.asmx"

    def __enter__(self):
        if self.case.phase == "connect":
            self.fill_backlog()
        else:
            self.begin(self.accept_all)
        return self

    def begin(self, work, *args):
        self.threads.append(threading.Thread(target=work, args=args))
        self.threads[-1].start()

    def fill_backlog(self):
        """Until the kernel answers no more: the next one waits."""
        while True:
            one = socket.socket()
            self.sockets.append(one)
            one.settimeout(0.3)
            try:
                one.connect(self.address)
            except TimeoutError:
                return

    def __exit__(self, *_):
        """What is closed under a thread that reads it may by then be the pipe
        of another case."""
        self.over.set()
        for one in [self.listener, *self.sockets]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self.threads:
            thread.join()
        for one in [self.listener, *self.sockets]:
            one.close()

    def accept_all(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.sockets.append(connection)
            self.begin(self.serve, connection)

    def serve(self, connection):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.case.phase == "proxy":
                read_head(connection)
                self.misbehave(connection, b"HTTP/1.1 200 Established\r\nVia: "
                               + b"x" * 200)
            if self.case.phase == "handshake" or (
                    self.late_s and self.case.cleanup == "handshake"):
                self.shake_hands(connection)
            if self.case.scheme == "https":
                connection = self.tls.wrap_socket(connection, server_side=True)
                self.sockets.append(connection)
            while True:
                self.answer(connection)
        except (Gone, OSError):
            pass
        finally:
            connection.close()

    def be_late(self):
        if self.late_s is None:
            self.late_s = time.monotonic()

    def hold(self):
        self.over.wait()
        raise Gone

    def misbehave(self, connection, data):
        """Say nothing, or too slowly."""
        self.be_late()
        if self.case.manner == "drip":
            for byte in data:
                connection.sendall(bytes([byte]))
                if self.over.wait(DRIP_S):
                    raise Gone
        self.hold()

    def shake_hands(self, connection):
        """A true first flight of a server, but slowly."""
        heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
        engine = self.tls.wrap_bio(heard, said, server_side=True)
        while not said.pending:
            heard.write(receive(connection))
            try:
                engine.do_handshake()
            except ssl.SSLWantReadError:
                pass
        self.misbehave(connection, said.read())

    def answer(self, connection):
        operation, length, body = read_head(connection)
        self.operations.append(operation)
        phase, is_late = self.case.phase, self.late_s is not None
        if operation == "UploadFileChunk" and phase == "request":
            self.be_late()
            while self.case.manner == "drip" and not self.over.wait(DRIP_S):
                if not connection.recv(1):
                    raise Gone
            self.hold()
        while len(body) < length:
            body += receive(connection)
        if is_late and self.case.cleanup == "header":
            phase = "header"
        elif operation != "DownloadFileChunk":
            phase = ""
        self.reply(connection, phase, envelope(operation))

    def reply(self, connection, phase, body):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\n"
        length = f"Content-Length: {len(body)}\r\n\r\n".encode()
        if phase == "status":
            self.misbehave(connection, b"HTTP/1.1 200 O" + b"K" * 100)
        elif phase == "header":
            connection.sendall(head)
            self.misbehave(connection, b"X-Filler: " + b"x" * 100)
        elif phase == "body":
            connection.sendall(head + length + body[:len(body) // 2])
            self.misbehave(connection, body[len(body) // 2:])
        elif phase == "close":  # alone says where the body ends
            connection.sendall(head + b"\r\n" + body)
            self.misbehave(connection, b" " * 100)
        elif phase == "kept":
            connection.sendall(head + b"Connection: close\r\n" + length + body)
            self.be_late()
            self.hold()
        else:
            connection.sendall(head + length + body)


def receive(connection):
    data = connection.recv(65536)
    if not data:
        raise Gone
    return data


def read_head(connection):
    """Operation, length of the body, and what has come of it."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += receive(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    action = re.search(rb'SOAPAction: "http://tempuri.org/(\w+)"', head)
    length = re.search(rb"Content-Length: (\d+)", head)
    return (action.group(1).decode() if action else "",
            int(length.group(1)) if length else 0, body)


def envelope(operation):
    crc = f"{zlib.crc32(CONTENT):X}"
    size = len(CONTENT)
    text = ""
    told = {"success": "true", "error": ""}
    if operation == "GetDownloadHandler":
        told |= {"Size": size, "ContentType": "x/y", "VersionNumber": 0,
                 "ModificationDate": "2030-11-02", "CRC32": crc,
                 "AlterDocumentName": "a", "RenderedContent": "false",
                 "ChunkSize": 1 << 20, "downloadhandler": HANDLER}
    elif operation == "DownloadFileChunk":
        told |= {"filelength": size, "chunklength": size, "chunkCRC32": crc,
                 "lastchunk": "true"}
        text = base64.b64encode(CONTENT).decode()
    elif operation == "CreateUploadHandler":
        told |= {"UploadHandler": HANDLER, "ChunkSize": UPLOAD_BYTES}
    elif operation == "FolderExists":
        told |= {"FolderId": 7}
    attributes = "".join(f' {k}="{v}"' for k, v in told.items())
    return (f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
            f'<s:Body><{operation}Response xmlns="http://tempuri.org/">'
            f'<{operation}Result><response xmlns=""{attributes}>{text}'
            f"</response></{operation}Result></{operation}Response></s:Body>"
            "</s:Envelope>").encode()


# ---- The client ----------------------------------------------------------

def run(case, server, folder, ca):
    arguments, end = case.options()
    target = pathlib.Path(folder, "target")
    target.write_bytes(b"old")
    common = ["--json", "--ticket-file", harness.secret_file(folder, TICKET),
              "--spelling", "documented", "--retries", "0", "--cacert", ca,
              *arguments]
    url = server.url
    if case.phase == "proxy":
        common += ["--proxy", f"http://127.0.0.1:{server.address[1]}"]
        url = "https://dms.example/srv.asmx"
    if case.verb == "get":
        words = ["get", "/L/F/a", "-o", target, "--no-resume"]
    else:
        local = pathlib.Path(folder, "local")
        with open(local, "wb") as file:
            file.truncate(UPLOAD_BYTES)
        words = ["put", local, "/L/F/a", "--no-preflight", "--chunk-size",
                 UPLOAD_BYTES]
    return end, watch([harness.program("IR"), *words, *common, "--url", url],
                      folder, end + 20)


@dataclasses.dataclass
class Done:
    argv: list
    exit: int
    out: str
    began_s: float
    ended_s: float

    @property
    def error(self):
        try:
            lines = [json.loads(line) for line in self.out.splitlines()]
        except ValueError:
            return {"status": f"unreadable: {self.out!r}"}
        return next((line for line in lines if line["event"] == "error"), {})


def watch(argv, folder, deadline):
    """Run it.  The clock is read next to its start and its end."""
    argv = [str(a) for a in argv]
    began_s = time.monotonic()
    with subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
            env=harness.environment(IR_STATE_DIR=f"{folder}/state")) as child:
        killer = threading.Timer(deadline, child.kill)
        killer.start()
        out = child.stdout.read()
        child.wait()
        ended_s = time.monotonic()
        killer.cancel()
    return Done(argv, child.returncode, out, began_s, ended_s)


def lateness(case, server, end, done):
    """After the limit: idleness begins with the phase, the others with ir."""
    from_s = done.began_s
    if case.phase == "kept":  # is complete, and nothing to wait for
        return done.ended_s - from_s
    if case.covering == "idle-timeout":
        from_s = server.late_s or from_s
    return done.ended_s - from_s - end


class Machine:
    """How late processes are that only sleep, while it is entered: what is not
    ir's fault."""

    SLEEP_S = 0.3

    def __init__(self, n):
        self.n = n
        self.over = threading.Event()
        self.late_s = 0

    def watch(self):
        while not self.over.is_set():
            began_s = time.monotonic()
            subprocess.run(["sleep", str(self.SLEEP_S)], check=True)
            late_s = time.monotonic() - began_s - self.SLEEP_S
            self.late_s = max(self.late_s, late_s)

    def __enter__(self):
        self.threads = [threading.Thread(target=self.watch)
                        for _ in range(self.n)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


def judge(case, server, folder, end, done):
    """What is wrong beside the time it took, if anything."""
    left = sorted(p.name for p in pathlib.Path(folder).iterdir()
                  if p.name.startswith("target"))
    target = pathlib.Path(folder, "target").read_bytes()
    if left != ["target"]:
        yield f"left {left}"
    if case.phase == "kept":
        if done.exit != 0 or target != CONTENT:
            yield f"exit {done.exit} of a reply that was complete"
        return
    if target != b"old":
        yield "the target is not as it was"
    if (done.exit, done.error.get("status")) != (6, "timeout"):
        yield f"exit {done.exit}, status {done.error.get('status')}"
    if server.late_s is None and case.phase != "connect":
        yield "the phase was not reached"
    if done.ended_s - done.began_s < end - EARLY_S:
        yield f"ended before {end:.1f} s"
    deletes = [o for o in server.operations if o.startswith("Delete")]
    wanted = case.phase not in CONNECTING and case.cleanup != "handshake"
    if len(deletes) != wanted:
        yield f"{len(deletes)} deletions of the handler"


def try_case(case, tls, ca):
    with Server(case, tls) as server, harness.folder() as folder:
        end, done = run(case, server, folder, ca)
        late = lateness(case, server, end, done)
        wrong = list(judge(case, server, folder, end, done))
    return case, late, wrong, done


def main(names):
    cases = [c for c in all_cases()
             if not names or any(n in c.name for n in names)]
    n_failed = 0
    with harness.folder() as folder, Machine(4) as machine, \
            concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        ca = certificates.Authority(folder)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*ca.issue("leaf", "IP:127.0.0.1"))
        results = list(pool.map(lambda c: try_case(c, tls, ca.ca), cases))
    worst = {False: 0, True: 0}  # by whether the clean-up hangs
    for case, late, wrong, done in results:
        worst[bool(case.cleanup)] = max(worst[bool(case.cleanup)], late)
        if late > OVERSHOOT_S + machine.late_s:
            wrong.append(f"{late:.2f} s late")
        if wrong:
            n_failed += 1
            print(f"{case.name}: {'; '.join(wrong)}\n {done}")
    print(f"deadlines: {len(results)} cases, worst overshoot "
          f"{worst[False]:.2f} s, {worst[True]:.2f} s where the clean-up "
          f"hangs too; a process that only sleeps {machine.late_s:.2f} s")
    return 1 if n_failed or not results else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
