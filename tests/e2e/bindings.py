# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""The same call over SOAP 1.1, SOAP 1.2, HTTP GET and HTTP POST, by curl.

No client of ours takes part.  Whatever the binding, a call gives a Said: the
HTTP status, the headers, the answer element's attributes in lower case, its
text and its name.
"""

import dataclasses
import json
import subprocess
import urllib.parse
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from bad_server import SOAP11, SOAP12

TEMPURI = "http://tempuri.org/"


@dataclasses.dataclass
class Said:
    status: int
    headers: dict
    body: bytes
    root: str = ""  # local name of the answer element, "" if there is none
    namespace: str = ""
    attributes: dict = dataclasses.field(default_factory=dict)
    text: str = ""
    fault: str = ""  # the code of a SOAP fault

    def __getitem__(self, name):
        return self.attributes.get(name.lower())

    @property
    def success(self):
        return (self["success"] or "").lower() == "true"

    @property
    def refused(self):
        """A typed refusal: an answer that says why not."""
        return bool(self.root) and not self.success and bool(self["error"])


def curl(url, *options, data=None):
    """One HTTP exchange, as a Said without an answer."""
    done = subprocess.run(
        ["curl", "-sS", "--noproxy", "*", "--max-time", "20", "-D",
         "/dev/stderr", "-o", "-", "-H", "Expect:", *options, url],
        input=data, capture_output=True, check=True)
    first, *lines = done.stderr.decode("latin-1").strip().split("\r\n")
    headers = {k.strip().lower(): v.strip()
               for k, _, v in (line.partition(":") for line in lines)}
    return Said(int(first.split()[1]), headers, done.stdout)


def local(element):
    return element.tag.rpartition("}")[2]


def take_answer(said, element):
    said.root = local(element)
    said.namespace = element.tag[1:].partition("}")[0] \
        if element.tag.startswith("{") else ""
    said.attributes = {k.lower(): v for k, v in element.attrib.items()}
    said.text = element.text or ""
    return said


class Soap:
    """POST of an envelope."""

    def __init__(self, url, namespace):
        self.url = url
        self.namespace = namespace

    def post(self, operation, body):
        action = TEMPURI + operation
        if self.namespace == SOAP11:
            kind = ["-H", "Content-Type: text/xml; charset=utf-8",
                    "-H", f'SOAPAction: "{action}"']
        else:
            kind = ["-H", "Content-Type: application/soap+xml; "
                    f'charset=utf-8; action="{action}"']
        return curl(self.url, *kind, "--data-binary", "@-", data=body)

    def call(self, operation, **parameters):
        inner = "".join(f"<{k}>{escape(str(v))}</{k}>"
                        for k, v in parameters.items())
        said = self.post(operation, (
            f'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s='
            f'"{self.namespace}"><s:Body><{operation} xmlns="{TEMPURI}">'
            f"{inner}</{operation}></s:Body></s:Envelope>").encode())
        return self.understand(said, operation)

    def understand(self, said, operation):
        envelope = ElementTree.fromstring(said.body)
        assert envelope.tag == f"{{{self.namespace}}}Envelope", envelope.tag
        reply = envelope.find(f"{{{self.namespace}}}Body")[0]
        if local(reply) == "Fault":
            code = reply.find("faultcode") if self.namespace == SOAP11 else \
                reply.find(f"{{{SOAP12}}}Code/{{{SOAP12}}}Value")
            said.fault = code.text.rpartition(":")[2]
            return said
        assert reply.tag == f"{{{TEMPURI}}}{operation}Response", reply.tag
        result = reply.find(f"{{{TEMPURI}}}{operation}Result")
        if len(result):
            return take_answer(said, result[0])
        said.text = result.text or ""  # bytes, without an answer element
        return said


class Plain:
    """GET with a query, or POST of a form; the answer is the document."""

    def __init__(self, url, verb):
        self.url = url
        self.verb = verb

    def call(self, operation, **parameters):
        query = urllib.parse.urlencode(parameters)
        if self.verb == "GET":
            said = curl(f"{self.url}/{operation}?{query}")
        else:
            said = curl(f"{self.url}/{operation}", "--data-binary", "@-",
                        data=query.encode())
        kind = said.headers.get("content-type", "")
        if kind.startswith("application/json"):
            said.text = json.loads(said.body)
        elif "xml" in kind and said.body:
            take_answer(said, ElementTree.fromstring(said.body))
        return said


def all_bindings(url):
    return {"SOAP 1.1": Soap(url, SOAP11), "SOAP 1.2": Soap(url, SOAP12),
            "GET": Plain(url, "GET"), "POST": Plain(url, "POST")}
