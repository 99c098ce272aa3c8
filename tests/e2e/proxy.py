# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""A proxy between ir and the emulator that meddles where a test says so.

It passes every request on and every reply back.  Its hook sees each call as it
comes in and may do something first, change the request, change the reply, or
give a reply of its own; what it does happens between two steps of the client,
so that no test has to wait for a moment.
"""

import dataclasses
import http.client
import http.server
import re
import ssl
import threading
import urllib.parse
from xml.sax.saxutils import escape, quoteattr

from bad_server import SOAP11

TEMPURI = "http://tempuri.org/"
XML = "text/xml; charset=utf-8"


@dataclasses.dataclass
class Reply:
    status: int
    body: bytes = b""
    kind: str = ""
    early: bool = False  # sent before the request has come as a whole

    def replace(self, old, new):
        """The same with 'new' for a regular expression that must be there."""
        body, n = re.subn(old, new, self.body)
        assert n > 0, (old, self.body)
        return dataclasses.replace(self, body=body)


class Call:
    """One request: 'n' is the how manieth of its operation, from 1."""

    def __init__(self, handler, operation, n):
        self.handler = handler
        self.operation = operation
        self.n = n
        self.kept = None

    def read(self):
        if self.kept is None:
            length = int(self.handler.headers["Content-Length"])
            self.kept = self.handler.rfile.read(length)
        return self.kept

    @property
    def body(self):
        """Read when it is looked at, so that a reply may come before."""
        return self.read()

    @body.setter
    def body(self, value):
        self.kept = value

    def replace(self, old, new):
        """Change the request; the regular expression must be there."""
        self.body, n = re.subn(old, new, self.body, flags=re.DOTALL)
        assert n > 0, (old, self.operation)

    def parameter(self, name):
        found = re.search(rf"<{name}>([^<]*)<".encode(), self.body,
                          re.IGNORECASE)
        return found.group(1).decode()

    @property
    def ticket(self):
        return self.parameter("authenticationTicket")

    def forward(self):
        return self.handler.forward(self.body)

    def answer(self, **attributes):
        """An answer of SOAP 1.1 that the server did not give."""
        told = "".join(f" {k}={quoteattr(v)}" for k, v in attributes.items())
        name = self.operation
        return Reply(200, (
            f'<s:Envelope xmlns:s="{SOAP11}"><s:Body><{name}Response xmlns='
            f'"{TEMPURI}"><{name}Result><response xmlns=""{told}/></{name}'
            f"Result></{name}Response></s:Body></s:Envelope>").encode(), XML)

    def fault(self, text, code="Server"):
        """A SOAP 1.1 fault, as the server's framework gives it."""
        return Reply(500, (
            f'<s:Envelope xmlns:s="{SOAP11}"><s:Body><s:Fault><faultcode>s:'
            f"{code}</faultcode><faultstring>{escape(text)}</faultstring>"
            "</s:Fault></s:Body></s:Envelope>").encode(), XML)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together
    upstream = None

    def setup(self):
        super().setup()
        self.upstream = http.client.HTTPConnection(self.server.upstream,
                                                   timeout=20)

    def finish(self):
        self.upstream.close()
        super().finish()

    def forward(self, body):
        self.upstream.request("POST", self.path, body, {
            name: self.headers[name] for name in ("Content-Type", "SOAPAction")
            if name in self.headers})
        reply = self.upstream.getresponse()
        return Reply(reply.status, reply.read(),
                     reply.headers.get("Content-Type", ""))

    def do_POST(self):
        action = self.headers.get("SOAPAction") or self.headers["Content-Type"]
        operation = re.search(rf'{TEMPURI}(\w+)"', action).group(1)
        call = Call(self, operation, self.server.count(operation))
        try:
            reply = self.server.hook(call)
        except Exception as error:  # a mistake in a test: let it show there
            self.server.errors.append(error)
            raise
        if reply is None:
            reply = call.forward()
        if not reply.early:
            call.read()
        self.send_response(reply.status)
        if reply.kind:
            self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        if call.kept is None:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()

    def log_message(self, *_):
        pass


class Proxy(http.server.ThreadingHTTPServer):
    """A context; 'url' stands for that of the emulator.  'hook' takes a Call
    and returns a Reply, or None to pass the call on as it is then.  'tls' is
    a certificate and its key."""

    daemon_threads = True

    def __init__(self, url, hook, tls=None):
        super().__init__(("127.0.0.1", 0), Handler)
        parts = urllib.parse.urlsplit(url)
        scheme = "http"
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.socket = context.wrap_socket(self.socket, server_side=True)
            scheme = "https"
        self.upstream = parts.netloc
        self.url = f"{scheme}://127.0.0.1:{self.server_port}{parts.path}"
        self.hook = hook
        self.errors = []
        self.calls = {}
        self.lock = threading.Lock()

    def count(self, operation):
        with self.lock:
            self.calls[operation] = self.calls.get(operation, 0) + 1
            return self.calls[operation]

    def handle_error(self, request, client_address):
        pass  # a client that went away is its own business

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,),
                         daemon=True).start()
        return self

    def __exit__(self, kind, *_):
        self.shutdown()
        self.server_close()
        if self.errors and kind is None:
            raise self.errors[0]


def at(operation, n, do):
    """A hook that calls 'do' for the n-th call of an operation, or for each of
    them if 'n' is None."""
    def hook(call):
        if call.operation == operation and n in (None, call.n):
            return do(call)
        return None
    return hook
