# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Catalogue, part SOAP: the envelope, the answer element, its attributes and
texts, faults, encodings (S1-S4, S28-S39)."""

import re

from bad_server import (LOGIN, READ, SOAP11, SOAP12, STAGE, TICKET, Reply, Row,
                        envelope, flood, nth, once)
from harness import PASSWORD
from rows_http import leaves_connection_of

BAD = "protocol"
OVER = "protocol"
NO = "server|protocol"


# ---- xml layer -------------------------------------------------------

def replace(old, new, count=-1):
    """Replace text that must be there."""
    def change(_call, body):
        a, b = (t if isinstance(t, bytes) else t.encode() for t in (old, new))
        assert a in body, a
        return body.replace(a, b, count)
    return change


def doctype(declarations):
    return replace("?>", f"?><!DOCTYPE x [{declarations}]>", 1)


def entity_bomb(_call, body):
    names = "".join(
        f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))
    body = body.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY e0 "ten bytes.">'
                        + names.encode() + b"]>", 1)
    return body.replace(b"</response>", b"&e9;</response>")


def only(make):
    """The same envelope, but the operation's result is
    'make' of the good answer."""
    return lambda call, body: envelope(call, make(inner(body)))


def inner(body):
    """The answer element of an envelope."""
    found = re.search(rb"Result>(.*)</[A-Za-z]*Result>", body, re.DOTALL)
    return found[1].decode()


def whole(make):
    """Something else than an envelope."""
    return lambda call, body: make(body)


def fault(version, detail=b"", code="Server"):
    """A SOAP fault with HTTP status 500."""
    if version == SOAP11:
        text = (f"<s:Fault><faultcode>s:{code}</faultcode><faultstring>"
                "Server was unable to process request.</faultstring><detail>"
                ).encode() + detail + b"</detail></s:Fault>"
    else:
        text = (b"<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code>"
                b'<s:Reason><s:Text xml:lang="en">Unable to process.</s:Text>'
                b"</s:Reason><s:Detail>" + detail + b"</s:Detail></s:Fault>")

    def change(_call, reply):
        body = (f'<s:Envelope xmlns:s="{version}"><s:Body>'.encode() + text
                + b"</s:Body></s:Envelope>")
        kind = "text/xml" if version == SOAP11 else "application/soap+xml"
        return Reply(body, "HTTP/1.1 500 Internal Server Error", [
            ("Content-Type", f"{kind}; charset=utf-8"),
            ("Content-Length", str(len(body)))])
    return change


def large_fault(call, connection, _reply):
    """10 MB of detail, without its size being announced."""
    start = fault(SOAP11)(call, None)
    start.set("Content-Length")
    start.set("Connection", "close")
    connection.sendall(start.raw().partition(b"</detail>")[0])
    flood(connection, b"<at>System.Web.Services</at>" * 1000, 10 << 20)


# ---- answer layer ----------------------------------------------------

def attribute(**changes):
    """Set attributes; None removes one."""
    def change(_call, answer):
        for name, value in changes.items():
            answer.attributes[name] = value
            if value is None:
                del answer.attributes[name]
    return change


def many_attributes(n, prefix=""):
    def change(_call, body):
        many = "".join(f' {prefix}a{i}="u"' for i in range(n))
        return body.replace(b" success=", many.encode() + b" success=", 1)
    return change


def renamed(make):
    """Attribute names in another case."""
    def change(_call, answer):
        answer.attributes = {make(k): v for k, v in answer.attributes.items()}
    return change


def root(name, namespace=' xmlns=""'):
    def change(_call, answer):
        answer.root = name
        answer.namespace = namespace
    return change


def text(more):
    def change(_call, answer):
        answer.text += more
    return change


# ---- further checks --------------------------------------------------

def says(*words):
    def check(test, _server, run):
        for word in words:
            test.assertIn(word, run.err)
    return check


def speaks(version):
    def check(test, server, _run):
        test.assertEqual({c.soap for c in server.calls}, {version})
    return check


EVERY_ROOT = [
    (name, where, space)
    for name in ("response", "root", "Response", "RESPONSE")
    for where, space in (("without_namespace", ' xmlns=""'),
                         ("with_inherited_namespace", ""))
]

GOOD = [
    *[Row(f"root_{name}{'_capital_R' * (name == 'Response')}"
          f"{'_capitals' * (name == 'RESPONSE')}_{where}".lower(), "S28", "ok",
          answer=root(name, space), reads=3)
      for name, where, space in EVERY_ROOT],
    *[Row(f"staging_answer_{name}{'_capital_R' * (name == 'Response')}"
          f"_{where}".lower(), "S28", "ok", on=STAGE, answer=root(name, space),
          reads=3)
      for name, where, space in EVERY_ROOT if name != "RESPONSE"],
    Row("soap_1_1_by_default", "S28", "ok", reads=3, check=speaks(SOAP11)),
    Row("soap_1_1_when_asked", "S28", "ok", reads=3, check=speaks(SOAP11),
        args=("--soap", "1.1")),
    Row("soap_1_2_when_asked", "S28", "ok", reads=3, check=speaks(SOAP12),
        args=("--soap", "1.2")),
    Row("root_with_prefix", "S28", "ok", reads=3,
        answer=root("t:response", ' xmlns:t="http://tempuri.org/"')),
    Row("staging_answer_with_prefix", "S28", "ok", on=STAGE, reads=3,
        answer=root("t:response", ' xmlns:t="http://tempuri.org/"')),
    Row("attribute_names_in_lower_case", "S28", "ok", reads=3,
        answer=renamed(str.lower)),
    Row("attribute_names_in_upper_case", "S28", "ok", reads=3,
        answer=renamed(str.upper)),
    Row("staging_names_in_lower_case", "S28", "ok", on=STAGE, reads=3,
        answer=renamed(str.lower)),
    Row("staging_names_in_upper_case", "S28", "ok", on=STAGE, reads=3,
        answer=renamed(str.upper)),
    Row("login_names_in_upper_case", "S28", "ok", on=LOGIN, reads=3,
        answer=renamed(str.upper)),
    Row("unknown_attributes", "S28", "ok", reads=3,
        answer=attribute(novel="1", error="", errorCode="")),
    Row("unknown_staging_attributes", "S28", "ok", on=STAGE, reads=3,
        answer=attribute(novel="1", Checksum="", size2="-1")),
    Row("unknown_staging_children", "S28", "ok", on=STAGE, reads=3,
        answer=text("<novel a='1'><deeper>x</deeper></novel><log/>")),
    Row("unknown_login_children", "S28", "ok", on=LOGIN, reads=3,
        answer=text("<novel a='1'><deeper>x</deeper></novel>")),
    Row("success_in_capitals", "S29", "ok", answer=attribute(success="TRUE"),
        reads=3),
    Row("flags_with_capital", "S29", "ok", reads=3,
        answer=lambda c, a: a.attributes.update(
            success="True",
            lastchunk=a.attributes["lastchunk"].capitalize())),
    Row("single_quotes", "S28", "ok", reads=3,
        xml=replace('success="true"', "success='true'")),
    Row("attributes_in_another_order", "S28", "ok", reads=3,
        answer=lambda c, a: setattr(a, "attributes", dict(
            reversed(a.attributes.items())))),
    Row("text_around_the_answer", "S28", "ok", reads=3,
        xml=only(lambda t: f"\n  {t}\n  ")),
    Row("byte_order_mark", "S39", "ok", reads=3,
        xml=lambda c, b: b"\xef\xbb\xbf" + b),
    Row("no_prolog", "S39", "ok", reads=3,
        xml=lambda c, b: b.partition(b"?>")[2]),
    Row("comment_and_instruction_outside", "S1", "ok", reads=3, xml=replace(
        "?>", "?><!-- made by hand --><?hint none?>\n", 1)),
    Row("other_envelope_prefix", "S28", "ok", reads=3,
        xml=lambda c, b: b.replace(b"soap:", b"E:").replace(b":soap", b":E")),
    Row("empty_soap_header", "S28", "ok", reads=3,
        xml=replace("<soap:Body>", "<soap:Header/><soap:Body>")),
    Row("line_end_after_envelope", "S36", "ok", reads=3,
        xml=lambda c, b: b + b"\r\n"),
    Row("classic_handler", "S32", "ok", on=STAGE, reads=3,
        answer=lambda c, a: rename_handler(c, a, "ir178")),
    Row("handler_of_64_characters", "S32", "ok", on=STAGE, reads=3,
        answer=lambda c, a: rename_handler(c, a, "aB-9" * 16)),
]


def rename_handler(call, answer, name):
    """Another name for the handler that was just given out."""
    call.server.handlers = {name: False}
    answer.attributes["downloadhandler"] = name


def escaped(changed):
    """Error texts with what a terminal or a log must not get."""
    def change(_call, body):
        return body.replace(b"ERROR", changed.encode())
    return change


def refused(error="ERROR", **more):
    def change(_call, answer):
        answer.attributes = {"success": "false", "error": error, **more}
        answer.text = ""
    return change


TEXTS = [
    ("newlines", "one&#10;two&#13;three"),
    ("tabs", "one&#9;two"),
    ("escape_by_reference", "&#27;[31mred&#27;[0m"),
    ("escape_raw", "\x1b[31mred\x1b[0m"),
    ("c1_controls", "\u009b31mred\u0085next"),
    ("delete_character", "a\x7fb"),
    ("bidirectional_override", "\u202etxt.exe\u2066"),
    ("line_separators", "one\u2028two\u2029three"),
    ("5000_characters", "long " * 1000),
    ("5000_wide_characters", "\u20ac" * 2000),
    ("percent_formats", "%s%n%s%n%999999d"),
    ("the_ticket", f"bad ticket {TICKET}"),
    ("the_password", f"bad password {PASSWORD}".replace("&", "&amp;").replace(
        "<", "&lt;")),
]

BAD_TEXTS = [
    Row(f"error_text_with_{name}", "S31", "server", on=STAGE,
        answer=refused(),
        xml=escaped(value)) for name, value in TEXTS
] + [
    Row("chunk_error_text_with_escapes", "S31", "server", answer=refused(
        errorCode="5000"), xml=escaped("\u009b31m&#10;x")),
    Row("fault_text_with_escapes", "S31", "server", http=lambda c, r: Reply(
        f'<s:Envelope xmlns:s="{SOAP11}"><s:Body><s:Fault><faultcode>s:Server'
        "</faultcode><faultstring>a\u009b31m&#10;&#13;b</faultstring>"
        "</s:Fault></s:Body></s:Envelope>".encode(),
        "HTTP/1.1 500 Error", [("Content-Type", "text/xml"),
                               ("Connection", "close")]),
        send=lambda c, s, r: (s.sendall(r.raw()), s.close())),
]

NAMES = [
    ("path", "../../etc/passwd"), ("blank", "ab cd"), ("markup", "a&lt;b"),
    ("braces", "{0b6c4c1e-52d7-4a0f-9c35-6f0d1f2a7e90}"),
    ("underscore", "ir_178"), ("65_characters", "a" * 65), ("nothing", ""),
    ("newline", "ir&#10;178"), ("other_letters", "h\u00e4ndler"),
    ("megabyte", "a" * 7000),
]

HANDLERS = [
    Row(f"handler_of_{name}", "S32", BAD, on=STAGE, released=False,
        answer=attribute(downloadhandler="NAME"),
        xml=replace("NAME", value)) for name, value in NAMES
] + [
    Row("handler_absent", "S32", BAD, on=STAGE, released=False,
        answer=attribute(downloadhandler=None)),
    Row("ticket_absent", "S28", BAD + "|auth", on=LOGIN,
        answer=attribute(ticket=None)),
    Row("ticket_empty", "S28", BAD + "|auth", on=LOGIN,
        answer=attribute(ticket="")),
    Row("ticket_with_markup", "S32", "ok|protocol|auth", on=LOGIN,
        answer=attribute(ticket="<x>&\"'")),
    Row("ticket_of_7000_characters", "S32", "protocol|auth|limit", on=LOGIN,
        answer=attribute(ticket="t" * 7000)),
]

XML = [
    Row("doctype", "S1", BAD, xml=doctype("")),
    Row("doctype_at_login", "S1", BAD, on=LOGIN, xml=doctype("")),
    Row("entity_bomb", "S1", BAD, xml=entity_bomb),
    Row("external_entity", "S1", BAD, on=STAGE, released=False, xml=lambda c,
        b: doctype('<!ENTITY x SYSTEM "file:///etc/passwd">')(
            c, b.replace(b"sample.bin", b"&x;"))),
    Row("external_doctype", "S1", BAD, decoy=True, xml=lambda c, b: b.replace(
        b"?>", f'?><!DOCTYPE x SYSTEM "{c.server.decoy.url}">'.encode(), 1)),
    Row("doctype_in_the_middle", "S1", BAD,
        xml=replace("<soap:Body>", "<!DOCTYPE x><soap:Body>")),
    Row("thirty_thousand_attributes", "S2", OVER, when=nth(3),
        xml=many_attributes(30000)),
    Row("thirty_thousand_namespaces", "S2", OVER, when=nth(3),
        xml=many_attributes(30000, "xmlns:")),
    Row("hundred_thousand_attributes_at_login", "S2", OVER, on=LOGIN,
        xml=many_attributes(100000)),
    Row("hundred_thousand_namespaces_at_login", "S2", OVER, on=LOGIN,
        xml=many_attributes(100000, "xmlns:")),
    Row("four_hundred_namespaces", "S2", OVER + "|ok", on=STAGE,
        released=False, xml=many_attributes(400, "xmlns:")),
    Row("nested_20000_deep", "S3", OVER, when=nth(3),
        xml=only(lambda t: "<a>" * 20000 + "</a>" * 20000 + t)),
    Row("nested_5000_deep_at_login", "S3", OVER, on=LOGIN,
        xml=only(lambda t: "<a>" * 5000 + "</a>" * 5000 + t)),
    Row("nested_40_deep_in_answer", "S3", OVER + "|ok", on=STAGE,
        released=False, answer=text("<a>" * 40 + "</a>" * 40)),
    Row("five_thousand_children", "S3", OVER, on=STAGE, released=False,
        answer=text("<a/>" * 5000)),
    Row("attribute_of_300_kb", "S4", OVER, when=nth(3),
        answer=attribute(novel="v" * 300000)),
    Row("tag_name_of_300_kb", "S4", OVER, when=nth(3),
        answer=root("r" * 300000)),
    Row("comment_of_300_kb", "S4", OVER + "|ok", when=nth(3),
        xml=only(lambda t: f"<!--{'c' * 300000}-->" + t)),
    Row("instruction_of_300_kb", "S4", OVER, when=nth(3),
        xml=only(lambda t: f"<?x {'c' * 300000}?>" + t)),
    Row("blanks_of_300_kb", "S4", OVER + "|ok", when=nth(3),
        xml=only(lambda t: " " * 300000 + t)),

    Row("result_absent", "S28", BAD, xml=whole(
        lambda b: b[:b.index(b"<DownloadFileChunkResult>")]
        + b[b.index(b"</DownloadFileChunkResult>") + 26:])),
    Row("result_empty", "S28", BAD, xml=only(lambda t: "")),
    Row("result_empty_at_staging", "S28", BAD, on=STAGE, released=False,
        xml=only(lambda t: "")),
    Row("result_empty_at_login", "S28", BAD, on=LOGIN, xml=only(lambda t: "")),
    Row("result_text_only", "S28", BAD, xml=only(lambda t: "success")),
    Row("second_answer_element", "S28", BAD, xml=only(lambda t: t + t)),
    Row("second_answer_element_at_staging", "S28", BAD, on=STAGE,
        released=False, xml=only(lambda t: t + t)),
    Row("second_result", "S28", BAD, xml=replace(
        "</DownloadFileChunkResult>",
        "</DownloadFileChunkResult><DownloadFileChunkResult/>")),
    Row("second_operation_in_body", "S28", BAD + "|ok", xml=whole(
        lambda b: b.replace(b"</soap:Body>", b"<other/></soap:Body>"))),
    Row("answer_of_another_operation", "S28", BAD,
        xml=replace("DownloadFileChunk", "DownloadZip")),
    Row("operation_in_other_namespace", "S28", BAD,
        xml=replace("http://tempuri.org/", "http://tempuri.example/")),
    Row("envelope_in_other_namespace", "S28", BAD,
        xml=whole(lambda b: re.sub(b'xmlns:soap="[^"]*"',
                                   b'xmlns:soap="http://a.example/"', b))),
    Row("no_envelope", "S28", BAD, xml=whole(
        lambda b: b[b.index(b"<Down"):b.index(b"</soap:Body>")])),
    Row("body_empty", "S28", BAD, xml=whole(
        lambda b: b[:b.index(b"<Down")] + b"</soap:Body></soap:Envelope>")),
    Row("attribute_twice", "S28", BAD + "|corrupt",
        xml=replace('success="true"', 'success="false" success="true"')),
    Row("attribute_twice_in_two_cases", "S28", BAD + "|corrupt|server|ok",
        xml=replace('success="true"', 'Success="false" success="true"')),

    Row("success_maybe", "S29", "server", answer=attribute(success="maybe")),
    Row("success_1", "S29", "server", answer=attribute(success="1")),
    Row("success_empty", "S29", "server", answer=attribute(success="")),
    Row("success_absent", "S29", "server", answer=attribute(success=None)),
    Row("success_absent_at_staging", "S29", "server", on=STAGE, released=False,
        answer=attribute(success=None)),
    Row("success_absent_at_login", "S29", NO + "|auth", on=LOGIN,
        answer=attribute(success=None)),
    Row("success_false_with_data", "S29", "server",
        answer=attribute(success="false")),

    Row("fault_1_1", "S35", "server", http=fault(SOAP11)),
    Row("fault_1_1_at_login", "S35", "server", on=LOGIN, http=fault(SOAP11)),
    Row("fault_1_1_client", "S35", NO, http=fault(SOAP11, code="Client")),
    Row("fault_1_1_once", "S35", "ok|server", when=once, http=fault(SOAP11)),
    Row("fault_1_2_to_a_1_1_request", "S35", NO, http=fault(SOAP12)),
    Row("fault_1_2", "S35", "server", http=fault(SOAP12),
        args=("--soap", "1.2")),
    Row("fault_with_large_detail", "S35", "server|protocol|limit",
        send=large_fault),
    Row("fault_with_announced_large_detail", "S35", "server|protocol|limit",
        http=fault(SOAP11, b"<a>stack</a>" * 800000)),
    Row("fault_with_200", "S35", NO, http=lambda c, r: (
        lambda f: Reply(f.body, "HTTP/1.1 200 OK", f.headers))(
            fault(SOAP11)(c, r))),

    Row("junk_after_envelope", "S36", "ok|protocol",
        check=leaves_connection_of(READ),
        xml=lambda c, b: b + b"<more/>"),
    Row("second_envelope", "S36", "ok|protocol", xml=lambda c, b: b + b),
    Row("junk_before_envelope", "S36", BAD, xml=lambda c, b: b"junk" + b),
    Row("cut_in_base64", "S37", NO + "|corrupt|network",
        xml=lambda c, b: b[:len(b) // 2]),
    Row("cut_in_start_tag", "S37", NO + "|network",
        xml=lambda c, b: b[:b.index(b"chunkCRC32")]),
    Row("cut_before_envelope_ends", "S37", NO + "|network",
        xml=lambda c, b: b[:-3]),
    Row("wrong_end_tag", "S37", BAD + "|corrupt",
        xml=replace("</response>", "</respond>")),
    Row("end_tags_swapped", "S37", BAD + "|corrupt", xml=replace(
        "</response></DownloadFileChunkResult>",
        "</DownloadFileChunkResult></response>")),

    Row("utf_16", "S39", BAD,
        xml=lambda c, b: b.decode().replace("utf-8", "utf-16").encode(
            "utf-16")),
    Row("utf_16_without_mark", "S39", BAD,
        xml=lambda c, b: b.decode().encode("utf-16-le")),
    Row("latin_1_prolog", "S39", BAD, on=STAGE, released=False,
        xml=lambda c, b: b.replace(b"utf-8", b"iso-8859-1").replace(
            b"sample.bin", b"s\xe4mple.bin")),
    Row("invalid_utf_8_in_attribute", "S39", BAD, on=STAGE,
        released=False, xml=replace("sample.bin", b"s\xff\xfe\xc0\xafe")),
    Row("invalid_utf_8_in_error", "S39", NO, on=STAGE, released=False,
        answer=refused(), xml=replace("ERROR", b"a\xff\xfe\xc0\xaf\xed\xa0z")),
    Row("nul_in_attribute", "S39", BAD, on=STAGE, released=False,
        xml=replace("sample.bin", "sam\0ple")),
    Row("nul_by_reference", "S39", BAD + "|ok", on=STAGE, released=False,
        xml=replace("sample.bin", "sam&#0;ple")),
    Row("nul_in_base64", "S39", BAD + "|corrupt", answer=lambda c, a: setattr(
        a, "text", a.text[:100] + "\0" + a.text[100:])),
    Row("reference_beyond_unicode", "S39", BAD + "|ok", on=STAGE,
        released=False, xml=replace("sample.bin", "&#x7FFFFFFF;")),
    Row("unknown_entity", "S1", BAD + "|ok", on=STAGE, released=False,
        xml=replace("sample.bin", "&nbsp;&novel;")),
    Row("id_and_href", "S2", BAD + "|ok|corrupt", xml=replace(
        '<response xmlns=""', '<response xmlns="" id="i1" href="#i1"')),
]

ROWS = GOOD + BAD_TEXTS + HANDLERS + XML
