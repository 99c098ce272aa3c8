# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Clients that nobody here wrote: zeep, php-soap and curl.

All take the names of operations and parameters from the emulator's own ?WSDL.
Parameters go by position, as they have two spellings but one order.  Whatever
the client, an answer is a Reply.  CRCs are zlib's, curl's base64 is Python's.
"""

import base64
import json
import pathlib
import shutil
import subprocess
import zlib
from xml.etree import ElementTree

from bindings import all_bindings, curl, local
from harness import CHUNK, PASSWORD, USER, environment

try:
    import zeep
    from zeep.helpers import serialize_object
except ImportError:
    zeep = None

PHP = shutil.which("php")
HAS_PHP = PHP is not None and subprocess.run(
    [PHP, "--ri", "soap"], stdout=subprocess.DEVNULL).returncode == 0
SCHEMA = "{http://www.w3.org/2001/XMLSchema}"


class Reply:
    """An answer element: its attributes, its children, its bytes."""

    def __init__(self, tree, data=b"", status=200):
        self.tree = tree
        self.data = data
        self.status = status
        self.values = {k.lower(): str(v) for k, v in tree.items()
                       if v is not None and not isinstance(v, (list, dict))}

    def __getitem__(self, name):
        return self.values.get(name.lower())

    def __repr__(self):
        return f"HTTP {self.status}, {self.tree}, {len(self.data)} bytes"

    @property
    def success(self):
        return (self["success"] or "").lower() == "true"

    def rows(self, name):
        """All elements of a name, at any depth."""
        return [Reply(row) for row in self.find(self.tree, name)]

    def find(self, tree, name):
        items = tree.items() if isinstance(tree, dict) else ()
        for key, value in items:
            inner = value if isinstance(value, list) else [value]
            for item in inner:
                if key == name and isinstance(item, dict):
                    yield item
                else:
                    yield from self.find(item, name)


class Client:
    """A session, and the documented order of calls."""

    def login(self):
        self.ticket = self.good("AuthenticateUser", USER, PASSWORD)["ticket"]

    def good(self, operation, *values):
        reply = self.call(operation, *values)
        assert reply.success, f"{operation}: {reply}"
        return reply

    def ask(self, operation, *values):
        """A call of this session, whatever comes of it."""
        return self.call(operation, self.ticket, *values)

    def mine(self, operation, *values):
        """A call of this session that must succeed."""
        return self.good(operation, self.ticket, *values)

    def chunk(self, handler, data, is_last, crc=None):
        return self.ask("UploadFileChunk", handler, data,
                        f"{zlib.crc32(data) if crc is None else crc:X}",
                        is_last)

    def stage(self, content):
        """The handler of an upload that waits to be committed."""
        granted = self.mine("CreateUploadHandler", CHUNK)
        handler, size = granted["UploadHandler"], int(granted["ChunkSize"])
        for start in range(0, max(1, len(content)), size):
            is_last = start + size >= len(content)
            took = self.chunk(handler, content[start:start + size], is_last)
            assert took.success and took["tryagain"] == "false", took
        assert int(took["filehexcrc"], 16) == zlib.crc32(content), took
        return handler

    def upload(self, path, content):
        self.mine("UploadDocumentWithHandler", path, self.stage(content))

    def chunks(self, handler, size=CHUNK):
        """All the bytes behind a handler, which is then deleted."""
        got, last = b"", "false"
        while last == "false":
            chunk = self.mine("DownloadFileChunk", handler, len(got), size)
            assert int(chunk["chunkCRC32"], 16) == zlib.crc32(chunk.data)
            assert int(chunk["chunklength"]) == len(chunk.data), chunk
            got += chunk.data
            last = chunk["lastchunk"].lower()
            assert chunk.data or last == "true", "no progress"
        assert int(chunk["filelength"]) == len(got), chunk
        self.mine("DeleteDownloadHandler", handler)
        return got

    def download(self, path, version=None):
        """A document in chunks, by its version's number if there is one."""
        if version is None:
            staged = self.mine("GetDownloadHandler", path, CHUNK)
        else:
            staged = self.mine("GetDownloadHandlerByVersion", path, CHUNK,
                               version)
        got = self.chunks(staged["downloadhandler"], int(staged["ChunkSize"]))
        assert int(staged["Size"]) == len(got), staged
        assert int(staged["CRC32"], 16) == zlib.crc32(got), staged
        return got


def answer(result):
    """The one element of a result that is there."""
    return next(result[name] for name in ("response", "root", "Response")
                if result.get(name) is not None)


class Zeep(Client):
    """Driven by the description alone; 'port' is srvSoap or srvSoap12."""

    def __init__(self, url, port):
        self.client = zeep.Client(f"{url}?WSDL")
        self.service = self.client.bind("srv", port)
        operations = self.client.wsdl.services["srv"].ports[port].binding.all()
        self.names = {
            name: [e for e, _ in operation.input.body.type.elements]
            for name, operation in operations.items()}

    def close(self):
        self.client.transport.session.close()

    def call(self, operation, *values):
        named = zip(self.names[operation], values, strict=True)
        result = self.service[operation](**dict(named))
        if result is None or isinstance(result, bytes):
            return Reply({}, result or b"")
        tree = answer(serialize_object(result, dict))
        return Reply(tree, tree.pop("_value_1", None) or b"")


class Php(Client):
    """The SOAP client that PHP brings; 'version' is 1.1 or 1.2."""

    def __init__(self, url, version):
        script = pathlib.Path(__file__).with_name("stranger.php")
        self.process = subprocess.Popen(
            [PHP, script, url, version], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env=environment())

    def close(self):
        self.process.communicate(timeout=10)

    def call(self, operation, *values):
        line = json.dumps([operation, [self.encode(v) for v in values]])
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()
        result = json.loads(self.process.stdout.readline())
        if isinstance(result, str):
            return Reply({}, base64.b64decode(result))
        tree = answer(result)
        data = base64.b64decode(tree.pop("_", ""))
        return Reply(self.decode(tree), data)

    def encode(self, value):
        if isinstance(value, str):
            value = value.encode()
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        return value

    def decode(self, value):
        if isinstance(value, dict):
            return {k: self.decode(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.decode(v) for v in value]
        return base64.b64decode(value).decode()


class Curl(Client):
    """Messages made here, of the names in the description; 'binding' is SOAP
    1.1, SOAP 1.2, GET or POST."""

    def __init__(self, url, binding):
        self.binding = all_bindings(url)[binding]
        schema = ElementTree.fromstring(curl(f"{url}?WSDL").body).find(
            f".//{SCHEMA}schema")
        parameters = {
            operation.get("name"): operation.findall(
                f"{SCHEMA}complexType/{SCHEMA}sequence/{SCHEMA}element")
            for operation in schema.findall(f"{SCHEMA}element")}
        self.names = {name: [e.get("name") for e in elements]
                      for name, elements in parameters.items()}
        self.takes_bytes = {
            name for name, elements in parameters.items()
            if not name.endswith("Response")
            and any(e.get("type").endswith("base64Binary") for e in elements)}

    def close(self):
        pass

    def call(self, operation, *values):
        named = zip(self.names[operation], map(self.text, values), strict=True)
        said = self.binding.call(operation, **dict(named))
        assert not said.fault, said
        tree = {}
        if said.status >= 400:
            tree = {"error": said.body.decode()}
        elif said.root and said.root != "base64Binary":
            tree = self.tree(next(
                e for e in ElementTree.fromstring(said.body).iter()
                if local(e) == said.root))
        data = base64.b64decode("".join(said.text.split()), validate=True)
        return Reply(tree, data, said.status)

    def text(self, value):
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        return str(value).lower() if isinstance(value, bool) else str(value)

    def tree(self, element):
        """Attributes and children by name, as zeep gives them."""
        made = dict(element.attrib)
        for child in element:
            if len(child) or child.attrib:
                made.setdefault(local(child), []).append(self.tree(child))
            else:
                made[local(child)] = child.text or ""
        return made
