# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""One call over a raw socket: every byte that came, and how it ended.

Nothing here understands more of HTTP than a test wants to see broken.
"""

import dataclasses
import re
import select
import socket
import ssl
import time
import urllib.parse
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from bad_server import SOAP11, SOAP12
from bindings import TEMPURI, local

CLOSED, RESET, OPEN = "closed", "reset", "open"


@dataclasses.dataclass
class Got:
    """What a server sent.  'end' is how the connection was left."""
    raw: bytes
    end: str
    seconds: float

    @property
    def head(self):
        return self.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

    @property
    def body(self):
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def status(self):
        return int(self.raw.split(b" ", 2)[1])

    def header(self, name):
        """All values that the head has for a name."""
        found = re.findall(rb"(?im)^%s:[ ]*(.*)\r$" % name.encode(), self.head)
        return [value.decode("latin-1") for value in found]

    def answer(self):
        """The answer's element: that with an attribute 'success'."""
        for element in ElementTree.fromstring(self.body).iter():
            if "success" in element.attrib:
                return element
        raise AssertionError(self.body)

    def root(self):
        return local(ElementTree.fromstring(self.body))

    def attributes(self):
        return self.answer().attrib


def envelope(operation, parameters, version="1.1"):
    inner = "".join(f"<{k}>{escape(str(v))}</{k}>"
                    for k, v in parameters.items())
    return (f'<s:Envelope xmlns:s="{SOAP11 if version == "1.1" else SOAP12}">'
            f'<s:Body><{operation} xmlns="{TEMPURI}">{inner}</{operation}>'
            "</s:Body></s:Envelope>").encode()


def request(url, operation, parameters, version="1.1", keep=False):
    """Head and body of a SOAP request."""
    parts = urllib.parse.urlsplit(url)
    action = TEMPURI + operation
    body = envelope(operation, parameters, version)
    kind = (f'text/xml; charset=utf-8\r\nSOAPAction: "{action}"'
            if version == "1.1" else
            f'application/soap+xml; charset=utf-8; action="{action}"')
    head = (f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
            f"Connection: {'keep-alive' if keep else 'close'}\r\n\r\n")
    return head.encode(), body


def connect(url, ca=None):
    parts = urllib.parse.urlsplit(url)
    link = socket.create_connection((parts.hostname, parts.port), timeout=20)
    if parts.scheme == "http":
        return link
    context = ssl.create_default_context(cafile=ca)
    return context.wrap_socket(link, server_hostname=parts.hostname)


def quiet(link, seconds):
    """Whether nothing comes, and nothing ends, for a while."""
    return not select.select([link], [], [], seconds)[0]


def read(link, patience=None):
    """All that comes until the end; with 'patience', until that many seconds
    have passed without a byte."""
    start = time.monotonic()
    raw = b""
    while True:
        if patience is not None and quiet(link, patience):
            return Got(raw, OPEN, time.monotonic() - start)
        try:
            block = link.recv(1 << 20)
        except ConnectionResetError:
            return Got(raw, RESET, time.monotonic() - start)
        if not block:
            return Got(raw, CLOSED, time.monotonic() - start)
        raw += block


def call(url, operation, version="1.1", patience=None, keep=False,
         **parameters):
    """One SOAP call on a connection of its own, timed from its first byte."""
    with connect(url) as link:
        start = time.monotonic()
        link.sendall(b"".join(
            request(url, operation, parameters, version, keep)))
        got = read(link, patience)
    return dataclasses.replace(got, seconds=time.monotonic() - start)
