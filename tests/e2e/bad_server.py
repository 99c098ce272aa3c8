#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""A server on a raw socket that behaves well until a row says otherwise.

Written apart from the emulator: nothing but the wire contract is shared.  A
reply is made in layers, and a row of the catalogue may change each of them:

    answer   the attributes and text of the answer element
    xml      the envelope around it, as bytes
    http     status line, headers and body
    send     how the bytes go out: cut, stalled, reset, too many
    accept   what happens to a connection before any request is read

The server remembers what it saw, so that a test can assert the traffic.
"""

import base64
import dataclasses
import select
import socket
import ssl
import struct
import threading
import uuid
import zlib
from typing import Callable, Optional
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from harness import CHUNK, PASSWORD, sample

TICKET = "ca7a2900-0000-4000-8000-000000c0ffee"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"

LOGIN = "AuthenticateUser"
STAGE = "GetDownloadHandler"
READ = "DownloadFileChunk"
DELETE = "DeleteDownloadHandler"
LOGOUT = "LogOut"
CHECK = "isValidTicket"
ZIP = "DownloadZipWithHandler"
INT_MAX = 2147483647  # offsets are xs:int

# Three chunks; the first CRC has a leading zero, so that it can be written
# unpadded, and every chunk's base64 ends in padding.
SIZE = 2 * CHUNK + 12346


def _document():
    seed = 0
    while zlib.crc32(sample(SIZE, seed)[:CHUNK]) >= 1 << 28:
        seed += 1
    return sample(SIZE, seed)


DOCUMENT = _document()


@dataclasses.dataclass
class Call:
    """One request as it was understood."""
    server: "Server"
    operation: str
    n: int  # the how manieth of its operation, from 1
    parameters: dict  # names in lower case
    headers: list
    connection: int  # number of its connection, from 1
    soap: str  # namespace of its envelope

    @property
    def offset(self):
        return int(self.parameters["startoffset"])

    def header(self, name):
        return next((v for k, v in self.headers if k == name.lower()), None)


@dataclasses.dataclass
class Answer:
    """The answer element."""
    attributes: dict
    text: str = ""
    root: str = "response"
    namespace: str = ' xmlns=""'

    def xml(self):
        attributes = "".join(f" {k}={quoteattr(v)}"
                             for k, v in self.attributes.items())
        name = self.root.split()[0]
        return (f"<{self.root}{self.namespace}{attributes}>{self.text}"
                f"</{name}>")


@dataclasses.dataclass
class Reply:
    """An HTTP message."""
    body: bytes
    status: str = "HTTP/1.1 200 OK"
    headers: list = dataclasses.field(default_factory=list)

    def set(self, name, *values):
        """Replace the headers of this name."""
        self.headers = [h for h in self.headers if h[0] != name]
        self.headers += [(name, str(v)) for v in values]

    def head(self):
        lines = [self.status, *(f"{k}: {v}" for k, v in self.headers)]
        return "\r\n".join(lines + ["", ""]).encode("latin-1")

    def raw(self):
        return self.head() + self.body


def always(_call):
    return True


def nth(*numbers):
    return lambda call: call.n in numbers


once = nth(1)


@dataclasses.dataclass(frozen=True)
class Row:
    """A behaviour, and how a download from it has to end."""
    name: str
    cites: str
    status: str  # of the client's error, or "ok"; alternatives: "a|b"
    on: str = READ
    when: Callable = always
    accept: Optional[Callable] = None
    answer: Optional[Callable] = None
    xml: Optional[Callable] = None
    http: Optional[Callable] = None
    send: Optional[Callable] = None
    args: tuple = ()  # more options of the client
    waits: bool = False  # the server does; the client gets short limits
    seconds: float = 2.5  # the run may take, beside one second of grace
    level: str = "verified"
    reads: Optional[int] = None  # exactly so many chunk calls
    released: bool = True  # each handler given out is to be deleted
    decoy: bool = False  # a second server that nobody may talk to
    document: bytes = DOCUMENT
    check: Optional[Callable] = None  # (test, server, run) and more asserts

    def applies(self, call):
        return call.operation == self.on and self.when(call)


class Closed(Exception):
    """The connection is over."""


class Server:
    """Serves Row.document on 127.0.0.1; a context."""

    def __init__(self, row=Row("good", "", "ok"), tls=None):
        self.row = row
        self.tls = tls  # an ssl.SSLContext
        self.decoy = Server() if row.decoy else None
        self.calls = []
        self.problems = []  # requests that a client must not make
        self.handlers = {}  # id -> deletion was asked for
        self.made = threading.local()  # the last of this connection
        self.ticket = TICKET
        self.n_connections = 0
        self.n_bytes = 0  # received, after the TLS handshake if there is one
        self.n_refused_handshakes = 0
        self.event = threading.Condition()
        self.closing = False
        self.threads = []
        self.sockets = set()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}/srv.asmx"

    def __enter__(self):
        if self.decoy:
            self.decoy.__enter__()
        self.start(self.accept_all)
        return self

    def __exit__(self, *_):
        with self.event:
            self.closing = True
            self.event.notify_all()
            open_sockets = list(self.sockets)
        self.listener.shutdown(socket.SHUT_RDWR)
        for connection in open_sockets:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in self.threads:
            thread.join()
        self.listener.close()
        if self.decoy:
            self.decoy.__exit__()

    def start(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def count(self, operation):
        return sum(c.operation == operation for c in self.calls)

    def wait_for(self, true, seconds=10):
        """Wait until true(self) after some call; False: it took too long."""
        with self.event:
            return self.event.wait_for(lambda: true(self), seconds)

    # ---- connections -------------------------------------------------

    def accept_all(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.event:
                if self.closing:
                    connection.close()
                    return
                self.n_connections += 1
                self.sockets.add(connection)
                self.start(self.serve, connection, self.n_connections)

    def serve(self, connection, number):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.row.accept:
                self.row.accept(self, connection, number)
            if self.tls:
                connection = self.handshake(connection)
            pending = b""
            while True:
                call, pending = self.read(connection, pending, number)
                self.respond(call, connection)
        except (Closed, OSError):
            pass
        except Exception as error:  # a request or a row that makes no sense
            self.problems.append(repr(error))
            raise
        finally:
            with self.event:
                self.sockets.discard(connection)
            connection.close()

    def handshake(self, connection):
        try:
            wrapped = self.tls.wrap_socket(connection, server_side=True)
        except OSError:
            self.n_refused_handshakes += 1
            raise
        with self.event:
            self.sockets.add(wrapped)
        return wrapped

    def receive(self, connection):
        data = connection.recv(65536)
        if not data:
            raise Closed
        self.n_bytes += len(data)
        return data

    def read(self, connection, pending, number):
        """One request, and what was received beyond it."""
        while b"\r\n\r\n" not in pending:
            pending += self.receive(connection)
        head, body = pending.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = [(k.strip().lower(), v.strip()) for k, _, v in
                   (line.partition(":") for line in lines)]
        length = int(dict(headers).get("content-length", 0))
        while len(body) < length:
            body += self.receive(connection)
        call = self.understand(first, headers, body[:length], number)
        return call, body[length:]

    def understand(self, first, headers, body, number):
        envelope = ElementTree.fromstring(body)
        soap = envelope.tag[1:].partition("}")[0]
        request = envelope.find(f"{{{soap}}}Body")[0]
        operation = request.tag.rpartition("}")[2]
        parameters = {p.tag.rpartition("}")[2].lower(): p.text or ""
                      for p in request}
        with self.event:
            call = Call(self, operation, self.count(operation) + 1,
                        parameters, headers, number, soap)
            self.calls.append(call)
            self.review(first, call)
            if operation == DELETE:
                self.handlers[parameters.get("downloadhandler")] = True
            self.event.notify_all()
        return call

    def review(self, first, call):
        """What no server should see."""
        found = self.problems.append
        if first != "POST /srv.asmx HTTP/1.1":
            found(f"request line {first}")
        if call.header("content-length") is None:
            found("no Content-Length")
        if call.header("cookie") is not None:
            found("a cookie")
        if call.header("host") != f"127.0.0.1:{self.port}":
            found(f"Host {call.header('host')}")
        action = f'"http://tempuri.org/{call.operation}"'
        kind = call.header("content-type") or ""
        if call.soap == SOAP11:
            if kind != "text/xml; charset=utf-8":
                found(f"Content-Type {kind}")
            if call.header("soapaction") != action:
                found(f"SOAPAction {call.header('soapaction')}")
        elif not kind.startswith("application/soap+xml") or action not in kind:
            found(f"Content-Type {kind}")
        if call.operation == READ and call.offset <= INT_MAX and (
                not 0 <= call.offset < max(1, len(self.row.document))):
            found(f"StartOffset {call.offset}")

    # ---- good replies ------------------------------------------------

    def answer(self, call):
        p = call.parameters
        if call.operation in (LOGIN, "AuthenticateUser1", "RenewTicket"):
            if p.get("pwd") != PASSWORD:
                return refusal("4010", "[900]Authentication failed.")
            return Answer({"success": "true", "ticket": self.ticket,
                           "userid": "317", "username": "demo",
                           "isAuthenticated": "True"}, root="root")
        if p.get("authenticationticket") != self.ticket:
            return refusal("4010", "[901]Session expired or Invalid ticket")
        if call.operation in ("GetDownloadHandler",
                              "GetDownloadHandlerByVersion"):
            return self.stage(p)
        if call.operation == ZIP:
            return self.stage_zip()
        if call.operation in (DELETE, LOGOUT, CHECK, "DocumentExists"):
            return Answer({"success": "true", "error": ""})
        if call.operation == READ:
            if p["downloadhandler"] not in self.handlers:
                return refusal("4000", "Handler not found.")
            if call.offset > INT_MAX:
                return refusal("4000", "Too large for an Int32.")
            return self.chunk(call.offset, int(p["chunksize"]))
        return refusal("5000", "SystemError: no such operation here")

    def new_handler(self):
        handler = str(uuid.uuid4())
        with self.event:
            self.handlers[handler] = False
        self.made.handler = handler
        return handler

    def stage_zip(self):
        return Answer({"success": "true", "error": "",
                       "downloadhandler": self.new_handler()},
                      root="Response")

    def stage(self, p):
        handler = self.new_handler()
        content = self.row.document
        wish = min(max(int(p["preferedchunksize"]), CHUNK), 128 * CHUNK)
        return Answer({
            "success": "true", "error": "", "Size": str(len(content)),
            "ContentType": "application/octet-stream",
            "ModificationDate": "2030-11-02", "VersionNumber": "0",
            "AlterDocumentName": "sample.bin", "RenderedContent": "false",
            "CRC32": f"{zlib.crc32(content):X}", "ChunkSize": str(wish),
            "downloadhandler": handler})

    def chunk(self, offset, length):
        content = self.row.document
        data = content[offset:offset + length]
        last = offset + length >= len(content)
        return Answer({
            "success": "true", "filelength": str(len(content)),
            "chunklength": str(len(data)), "lastchunk": str(last).lower(),
            "chunkCRC32": f"{zlib.crc32(data):X}"},
            base64.b64encode(data).decode())

    def forget_untold(self, answer):
        """Only a handler that is told can be asked to be deleted."""
        told = {v for k, v in answer.attributes.items()
                if k.lower() == "downloadhandler"}
        made = getattr(self.made, "handler", None)
        with self.event:
            if made not in told and not self.handlers.get(made, True):
                del self.handlers[made]

    # ---- layers ------------------------------------------------------

    def respond(self, call, connection):
        row = self.row if self.row.applies(call) else Row("", "", "")
        answer = self.answer(call)
        if row.answer:
            answer = row.answer(call, answer) or answer
        if call.operation.startswith((STAGE, ZIP)):
            self.forget_untold(answer)
        body = envelope(call, answer.xml())
        if row.xml:
            body = row.xml(call, body)
        kind = "text/xml" if call.soap == SOAP11 else "application/soap+xml"
        reply = Reply(body, headers=[
            ("Content-Type", f"{kind}; charset=utf-8"),
            ("Content-Length", str(len(body)))])
        if row.http:
            reply = row.http(call, reply) or reply
        if row.send:
            row.send(call, connection, reply)
        else:
            connection.sendall(reply.raw())


def envelope(call, inner):
    op = call.operation
    return (f'<?xml version="1.0" encoding="utf-8"?>'
            f'<soap:Envelope xmlns:soap="{call.soap}"><soap:Body>'
            f'<{op}Response xmlns="http://tempuri.org/"><{op}Result>{inner}'
            f'</{op}Result></{op}Response></soap:Body></soap:Envelope>'
            ).encode()


def refusal(code, text):
    attributes = {"success": "false", "error": text}
    if code:
        attributes["errorCode"] = code
    return Answer(attributes)


# ---- how bytes go out ------------------------------------------------

def reset(connection):
    """End with a reset rather than an orderly close."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
    raise Closed


def hold(server, connection):
    """Say nothing more until the peer or the test gives up."""
    while not server.closing:
        if select.select([connection], [], [], 0.2)[0]:
            if not connection.recv(65536):
                break
    raise Closed


def flood(connection, block, n_bytes):
    """Send a block again and again, as long as the peer takes it."""
    for _ in range(n_bytes // len(block)):
        connection.sendall(block)
    raise Closed


def drip(server, connection, data):
    """A byte at a time, ten a second."""
    for byte in data:
        connection.sendall(bytes([byte]))
        with server.event:
            if server.event.wait_for(lambda: server.closing, 0.1):
                break
    raise Closed


def server_context(certificate, key, ciphers=None):
    """TLS for a Server, from PEM files."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if ciphers:
        context.set_ciphers(ciphers)
    context.load_cert_chain(certificate, key)
    return context
