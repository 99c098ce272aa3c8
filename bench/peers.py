# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""What ir is measured against: curl with ready-made messages, clients that are
made of the WSDL, and nginx."""

import base64
import contextlib
import pathlib
import re
import shutil
import socket
import subprocess
import time
import zlib

import bindings
import harness
from measure import run

FOLDER = pathlib.Path(__file__).parent
SHELL = ("tr '<>' '\\n\\n' | LC_ALL=C awk 'length > 1000' | base64 -d")


def envelope(operation, *parameters):
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in parameters)
    return (f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s='
            f'"{bindings.SOAP11}"><s:Body><{operation} xmlns="'
            f'{bindings.TEMPURI}">{inner}</{operation}></s:Body></s:Envelope>')


class Session(bindings.Soap):
    """The calls around those that are measured."""

    def __init__(self, place, url):
        super().__init__(url, bindings.SOAP11)
        self.trust = tuple(map(str, place.trust(url)))
        self.ticket = self.good("AuthenticateUser", UID=harness.USER,
                                PWD=harness.PASSWORD)["ticket"]

    def post(self, operation, body):
        return bindings.curl(
            self.url, *self.trust, "-H", "Content-Type: text/xml", "-H",
            f'SOAPAction: "{bindings.TEMPURI}{operation}"', "--data-binary",
            "@-", data=body)

    def good(self, operation, **parameters):
        said = self.call(operation, **parameters)
        if not said.success:
            raise SystemExit(f"bench: {operation}: {said}")
        return said


class Curl:
    """One curl process that does a list of exchanges over one connection and
    stores each reply as it comes in a file of its own."""

    def __init__(self, place, url, name):
        self.place = place
        self.url = url
        self.trust = place.trust(url)
        self.folder = place.local / f"curl-{name}"
        self.folder.mkdir()
        self.exchanges = []

    def add(self, *options, url=None, output=None):
        output = output or self.reply(len(self.exchanges))
        own = [f'url = "{url or self.url}"', f'output = "{output}"', "fail",
               'header = "Expect:"', *options]
        if self.trust:
            own += [f'cacert = "{self.trust[1]}"', "tlsv1.3"]
        self.exchanges.append("\n".join(own))

    def add_post(self, operation, body):
        self.add(
            'header = "Content-Type: text/xml; charset=utf-8"',
            f'header = "SOAPAction: \\"{bindings.TEMPURI}{operation}\\""',
            f'data-binary = "@{body}"')

    def reply(self, i):
        return self.folder / f"reply-{i}"

    def replies(self):
        return [self.reply(i) for i in range(len(self.exchanges))]

    def config(self, to=None):
        """The file for curl's -K; with all output to one place if told."""
        path = self.folder / "config"
        text = "\nnext\n".join(self.exchanges)
        if to:
            text = "\n".join(f'output = "{to}"' if s.startswith("output")
                             else s for s in text.split("\n"))
        path.write_text(text + "\n")
        return path

    def run(self, to=None):
        for old in self.folder.glob("reply-*"):
            old.unlink()
        return run("curl", "-sS", "-K", self.config(to))

    def drop(self):
        shutil.rmtree(self.folder)


class CurlDown(Curl):
    """DownloadFileChunk for the whole of a document, with ready-made
    messages."""

    def __init__(self, place, url, name, chunk):
        super().__init__(place, url, f"down-{url[:5]}-{chunk}")
        self.size = place.file(name).stat().st_size
        self.session = Session(place, url)
        self.handler = self.session.good(
            "GetDownloadHandler", AuthenticationTicket=self.session.ticket,
            Path=name, PreferedChunkSize=chunk)["downloadhandler"]
        for offset in range(0, self.size, chunk):
            body = self.folder / f"ask-{offset}"
            body.write_text(envelope(
                "DownloadFileChunk",
                ("authenticationTicket", self.session.ticket),
                ("DownloadHandler", self.handler), ("StartOffset", offset),
                ("ChunkSize", chunk)))
            self.add_post("DownloadFileChunk", body)

    def check(self):
        """All of the base64 came, and the end said that it is one."""
        got = sum(reply.stat().st_size for reply in self.replies())
        if got < self.size * 4 // 3 or \
                b'lastchunk="true"' not in self.replies()[-1].read_bytes():
            raise SystemExit(f"bench: curl stored {got} bytes")

    def decode(self, to):
        """What a script would do: the reply through base64 -d."""
        to.unlink(missing_ok=True)
        return run("sh", "-c", f"curl -sS -K {self.config('-')} | {SHELL} "
                   f"> {to}")


class CurlUp(Curl):
    """UploadFileChunk for the whole of a document, with ready-made messages;
    the handler, which is new each time, is written over the one in them."""

    def __init__(self, place, url, name, chunk):
        super().__init__(place, url, f"up-{chunk}")
        self.session = Session(place, url)
        self.chunk = chunk
        self.crc = 0
        left = place.file(name).stat().st_size
        handler = self.begin()
        with place.file(name).open("rb") as source:
            while left > 0:
                data = source.read(chunk)
                left -= len(data)
                self.crc = zlib.crc32(data, self.crc)
                body = self.folder / f"say-{left}"
                body.write_text(envelope(
                    "UploadFileChunk",
                    ("authenticationTicket", self.session.ticket),
                    ("uploadHandler", handler),
                    ("fileChunk", base64.b64encode(data).decode()),
                    ("chunkHEXCRC", f"{zlib.crc32(data):X}"),
                    ("lastChunk", "true" if left == 0 else "false")))
                self.add_post("UploadFileChunk", body)
        self.at = body.read_bytes().index(handler.encode())
        self.end(handler)

    def begin(self):
        made = self.session.good(
            "CreateUploadHandler", authenticationTicket=self.session.ticket,
            PreferedChunkSize=self.chunk)
        assert int(made["ChunkSize"]) == self.chunk, made
        return made["UploadHandler"]

    def end(self, handler):
        self.session.good("DeleteUploadHandler",
                          authenticationTicket=self.session.ticket,
                          UploadHandler=handler)

    def run(self, to=None):
        handler = self.begin()
        for body in self.folder.glob("say-*"):
            with body.open("r+b") as file:
                file.seek(self.at)
                file.write(handler.encode())
        done = super().run(to)
        said = re.search(r'filehexcrc="(\w+)"', self.replies()[-1].read_text())
        if not said or int(said[1], 16) != self.crc:
            raise SystemExit("bench: what curl sent has another CRC")
        self.end(handler)
        return done


def clients(binaries, table):
    """{name: its command} of the clients that are here."""
    found = {"zeep": ["/usr/bin/python3", FOLDER / "zeep_peer.py"]}
    if shutil.which("php"):
        found["php-soap"] = ["php", FOLDER / "php_peer.php"]
    found["stock gSOAP"] = [binaries / "bench/bench-stock"]
    npm = binaries / "bench/node"
    npm.mkdir(exist_ok=True)
    for name in ("package.json", "peer.js"):
        shutil.copy(FOLDER / "node" / name, npm)
    if shutil.which("npm") and ((npm / "node_modules/soap").exists()
                                or subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund"],
            cwd=npm).returncode == 0):
        found["node-soap"] = ["node", npm / "peer.js"]
    else:
        table.skip("node-soap", "npm cannot install it")
    return found


@contextlib.contextmanager
def nginx(place, folder):
    """The URL of an nginx that serves a folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = place.local / "nginx"
    own.mkdir()
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{kind}_temp_path {own}/{kind};" for kind in kinds)
    (own / "conf").write_text(
        "user root; daemon off; master_process off; error_log stderr; "
        f"pid {own}/pid; events {{}} http {{ access_log off; sendfile on; "
        f"tcp_nopush on; keepalive_requests 1000000; {temporary} server {{ "
        f"listen 127.0.0.1:{port}; root {folder}; }} }}\n")
    process = subprocess.Popen(["nginx", "-p", own, "-c", own / "conf"],
                               stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(own)
