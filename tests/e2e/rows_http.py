# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Catalogue, part HTTP: status lines, headers, framing (S5-S18, S34)."""

import functools
import gzip
import zlib

from bad_server import (DELETE, LOGIN, READ, STAGE, Closed, Reply, Row, drip,
                        flood, nth, once)

BLOCK = b"A" * (1 << 20)


# ---- http layer: change the reply ------------------------------------

def status(line):
    def change(_call, reply):
        reply.status = line
    return change


def header(name, *values):
    """Replace a header; without values remove it."""
    def change(_call, reply):
        reply.set(name, *values)
    return change


def length(how):
    """Content-Length as a function of the right one."""
    def change(_call, reply):
        reply.set("Content-Length", *how(len(reply.body)))
    return change


def page(line, body, kind="text/html", *headers):
    """Something else than an answer."""
    return lambda _call, _reply: Reply(body, line, [
        ("Content-Type", kind), ("Content-Length", str(len(body))), *headers])


def redirect(code):
    def change(call, reply):
        reply.status = f"HTTP/1.1 {code} Elsewhere"
        reply.set("Location", call.server.decoy.url)
    return change


def chunked(*, coding="chunked", name="Transfer-Encoding", size=7001,
            extension="", trailer="", first=None, keep_length=False):
    """The body in transfer chunks of 'size' bytes."""
    def change(_call, reply):
        parts = [reply.body[i:i + size]
                 for i in range(0, len(reply.body), size)]
        lines = [f"{len(p):X}{extension}\r\n".encode() + p + b"\r\n"
                 for p in parts]
        if first is not None:
            lines[0] = first.encode() + b"\r\n" + parts[0] + b"\r\n"
        if not keep_length:
            reply.set("Content-Length")
        reply.body = b"".join(lines) + f"0\r\n{trailer}\r\n".encode()
        if keep_length:
            reply.set("Content-Length", len(reply.body))
        reply.set(name, coding)
    return change


def both(*changes):
    def change(call, reply):
        for one in changes:
            reply = one(call, reply) or reply
        return reply
    return change


def until_close(_call, reply):
    reply.set("Content-Length")
    reply.set("Connection", "close")


def old(_call, reply):
    reply.status = "HTTP/1.0 200 OK"


@functools.cache
def bomb():
    """128 MiB in 128 KiB: a megabyte of zeros, again and again."""
    packer = zlib.compressobj(9, wbits=31)
    first, again = (packer.compress(bytes(1 << 20))
                    + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * 127


def squeezed(call, reply):
    del call
    reply.body = gzip.compress(reply.body, 1)
    reply.set("Content-Encoding", "gzip")
    reply.set("Content-Length", len(reply.body))


def bombed(_call, reply):
    reply.body = bomb()
    reply.set("Content-Encoding", "gzip")
    reply.set("Content-Length", len(reply.body))


def packed(change=lambda body: body, level=6, coding="gzip"):
    """The body as gzip, and then changed."""
    def pack(_call, reply):
        reply.body = change(gzip.compress(reply.body, level))
        reply.set("Content-Encoding", coding)
        reply.set("Content-Length", len(reply.body))
    return pack


def flip(at):
    """Change one bit of the byte there."""
    def change(body):
        changed = bytearray(body)
        changed[at] ^= 1
        return bytes(changed)
    return change


# ---- send layer: put other bytes on the wire -------------------------

def send_and_close(_call, connection, reply):
    connection.sendall(reply.raw())
    raise Closed


def send_raw(make, close=True):
    def send(_call, connection, reply):
        connection.sendall(make(reply))
        if close:
            raise Closed
    return send


def send_flood(start, block, n_bytes):
    def send(_call, connection, _reply):
        connection.sendall(start)
        flood(connection, block, n_bytes)
    return send


def endless_continue(_call, connection, _reply):
    flood(connection, b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 64 << 20)


def drip_body(call, connection, reply):
    sent = len(reply.head()) + 100
    connection.sendall(reply.raw()[:sent])
    drip(call.server, connection, reply.raw()[sent:])


def drip_head(call, connection, reply):
    drip(call.server, connection, reply.raw())


def drip_blanks(call, connection, reply):
    """Fast enough for the idle limit, too slow for the call's."""
    connection.sendall(reply.head())
    drip(call.server, connection, b" " * 1000)


def stale(call, connection, reply):
    """Every reply but the first read's is preceded by that of the last."""
    if call.n > 1:
        connection.sendall(call.server.last_reply)
    call.server.last_reply = reply.raw()
    connection.sendall(reply.raw())


def twice(_call, connection, reply):
    connection.sendall(reply.raw() + reply.raw())


# ---- further checks --------------------------------------------------

def leaves_connection_of(operation):
    """No request follows on a connection that was left in doubt."""
    def check(test, server, _run):
        for call in server.calls:
            if call.operation == operation and server.row.when(call):
                after = server.calls[server.calls.index(call) + 1:]
                later = [c.operation for c in after
                         if c.connection == call.connection]
                test.assertEqual(later, [], "the connection was used again")
    return check


def reuses_connection(test, server, _run):
    test.assertEqual(server.n_connections, 1, "connections")


# A first chunk larger than asked would be, if it were taken, a large RSS.
ASKED = ("--compressed",)
HEAD_200 = (b"HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\n")
CHUNK_START = (
    b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
    b'<soap:Body><DownloadFileChunkResponse xmlns="http://tempuri.org/">'
    b'<DownloadFileChunkResult><response xmlns="" success="true" '
    b'filelength="536558" chunklength="209715200" lastchunk="false" '
    b'chunkCRC32="1">')

BAD = "protocol"
NET = "network|protocol"
OVER = "protocol"

ROWS = [
    # Good, if odd.
    Row("keep_alive", "S17", "ok", reads=3, check=reuses_connection),
    Row("connection_close", "S9", "ok", http=header("Connection", "close"),
        send=send_and_close, reads=3),
    Row("close_without_saying", "F2", "ok", send=send_and_close, reads=3),
    Row("http_1_0", "S9", "ok", http=old, send=send_and_close, reads=3),
    Row("body_until_close", "S9", "ok", http=until_close,
        send=send_and_close, reads=3),
    Row("chunked_coding", "S9", "ok", http=chunked(), reads=3),
    Row("chunked_coding_of_single_bytes", "S9", "ok", when=nth(3),
        http=chunked(size=1), reads=3),
    Row("chunked_coding_with_trailer", "S9", "ok",
        http=chunked(trailer="X-Sum: 1\r\n"), reads=3),
    Row("chunked_coding_with_extension", "S9", "ok",
        http=chunked(extension=";a=b"), reads=3),
    Row("header_names_in_capitals", "S13", "ok", reads=3, http=both(
        header("Content-Length"), header("Content-Type"),
        lambda c, r: r.set("CONTENT-LENGTH", len(r.body)),
        header("CONTENT-TYPE", "TEXT/XML; Charset=\"UTF-8\""))),
    Row("content_type_without_charset", "S34", "ok", reads=3,
        http=header("Content-Type", "text/xml")),
    Row("one_100_continue", "S12", "ok", reads=3, send=send_raw(
        lambda r: b"HTTP/1.1 100 Continue\r\n\r\n" + r.raw(), close=False)),
    Row("transfer_encoding_with_underscore", "S13", "ok",
        http=header("Transfer_Encoding", "chunked"), reads=3),
    Row("cookie_is_not_sent_back", "S16", "ok", on=LOGIN,
        http=header("Set-Cookie", "ARR=17; Path=/"), reads=3),
    Row("location_on_200", "S15", "ok", decoy=True, reads=3,
        http=lambda c, r: r.set("Location", c.server.decoy.url)),
    Row("hundred_unknown_headers_less", "S11", "ok", reads=3, http=header(
        "X-Whatever", *range(60))),

    # Status lines.
    Row("no_status_line", "S7", BAD, send=send_raw(lambda r: r.body)),
    Row("gzip_without_status_line", "S7", BAD,
        send=send_raw(lambda r: gzip.compress(r.body, 1))),
    Row("http_0_9_like_status", "S7", BAD, http=status("200 OK")),
    Row("http_2_status", "S7", BAD, http=status("HTTP/2 200")),
    Row("http_9_9_status", "S7", BAD, http=status("HTTP/9.9 200 OK")),
    Row("status_65736", "S8", BAD, http=status("HTTP/1.1 65736 OK")),
    Row("status_negative", "S8", BAD, http=status("HTTP/1.1 -200 OK")),
    Row("status_0200", "S8", BAD, http=status("HTTP/1.1 0200 OK")),
    Row("status_400_with_answer", "S8", BAD + "|server",
        http=status("HTTP/1.1 400 Bad Request")),
    Row("status_201_with_answer", "S8", BAD,
        http=status("HTTP/1.1 201 Created")),
    Row("status_204_with_answer", "S8", BAD,
        http=status("HTTP/1.1 204 No Content")),
    Row("status_206_with_answer", "S8", BAD,
        http=status("HTTP/1.1 206 Partial Content")),
    Row("status_302_with_answer", "S8", BAD,
        http=status("HTTP/1.1 302 Found")),
    Row("status_500_with_answer", "S8", BAD + "|server",
        http=status("HTTP/1.1 500 Internal Server Error")),
    Row("status_101", "S8", BAD,
        http=status("HTTP/1.1 101 Switching Protocols")),

    # Length of the body.
    Row("length_shorter", "S9", NET, http=length(lambda n: [n - 100]),
        send=send_and_close),
    Row("length_longer_then_close", "S9", "network",
        http=length(lambda n: [n + 100]), send=send_and_close),
    Row("length_longer_then_silence", "S9", "timeout",
        http=length(lambda n: [n + 100]), seconds=3, waits=True),
    Row("length_negative", "S9", BAD, http=length(lambda n: [-n])),
    Row("length_with_plus", "S9", BAD, http=length(lambda n: [f"+{n}"])),
    Row("length_hexadecimal", "S9", BAD, http=length(lambda n: [hex(n)])),
    Row("length_with_blank", "S9", BAD,
        http=length(lambda n: [f"{n} {n}"])),
    Row("length_list", "S9", BAD, http=length(lambda n: [f"{n}, {n + 1}"])),
    Row("length_empty", "S9", BAD, http=length(lambda n: [""])),
    Row("length_beyond_64_bits", "S9", BAD,
        http=length(lambda n: [(1 << 64) + n])),
    Row("lengths_that_differ", "S9", BAD,
        http=length(lambda n: [n, n + 1])),
    Row("length_beside_chunked", "S9", BAD, http=chunked(keep_length=True)),
    Row("length_4e9_with_503", "S10", "server",
        http=both(status("HTTP/1.1 503 Busy"),
                  length(lambda n: [4000000000])), send=send_and_close),
    Row("length_4e9_with_200", "S10", OVER,
        http=length(lambda n: [4000000000]), send=send_and_close),
    Row("until_close_cut_in_base64", "S37", NET, http=both(
        until_close, lambda c, r: Reply(r.body[:-3000], r.status, r.headers)),
        send=send_and_close),

    # Transfer coding.
    Row("chunked_size_not_hexadecimal", "S9", BAD, http=chunked(first="xyz")),
    Row("chunked_size_negative", "S9", BAD, http=chunked(first="-1")),
    Row("chunked_size_beyond_64_bits", "S9", BAD,
        http=chunked(first="10000000000001B59")),
    Row("chunked_size_too_small", "S9", BAD, http=chunked(first="1")),
    Row("chunked_size_line_endless", "S11", OVER, send=send_flood(
        HEAD_200 + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 65536,
        64 << 20)),
    Row("chunked_trailer_endless", "S11", "ok|protocol|network|timeout",
        send=lambda c, s, r: send_flood(
            chunked()(c, r) or r.raw()[:-2], b"X-More: 1\r\n" * 6000,
            64 << 20)(c, s, r)),
    Row("gzip_chunked_coding", "S6", BAD,
        http=chunked(coding="gzip, chunked")),
    Row("chunked_twice", "S9", BAD, http=chunked(coding="chunked, chunked")),
    Row("chunked_by_underscore", "S13", BAD,
        http=chunked(name="Transfer_Encoding", keep_length=True)),
    Row("gzip_content", "S6", BAD, http=squeezed),
    Row("gzip_content_bomb", "S6", BAD, http=bombed),
    Row("deflate_content", "S6", BAD,
        http=header("Content-Encoding", "deflate")),

    # Content coding that was asked for.
    Row("asked_gzip", "S6", "ok", http=packed(), args=ASKED, reads=3,
        check=reuses_connection),
    Row("asked_gzip_stored", "S6", "ok", http=packed(level=0), args=ASKED,
        reads=3),
    Row("asked_gzip_but_plain", "S6", "ok", args=ASKED, reads=3),
    Row("asked_gzip_in_chunked_coding", "S6", "ok", args=ASKED, reads=3,
        http=both(packed(), chunked(size=1001))),
    Row("asked_gzip_until_close", "S6", "ok", args=ASKED, reads=3,
        http=both(packed(), until_close), send=send_and_close),
    Row("asked_gzip_bomb", "S6", BAD, http=bombed, args=ASKED),
    Row("asked_gzip_bomb_at_login", "S6", BAD, on=LOGIN, http=bombed,
        args=ASKED),
    Row("asked_gzip_of_nothing_endless", "S6", OVER, args=ASKED,
        send=send_flood(
            HEAD_200 + b"Content-Encoding: gzip\r\n\r\n"
            + gzip.compress(b"")[:10], b"\0\0\0\xff\xff" * 13107, 64 << 20)),
    Row("asked_gzip_header_endless", "S6", OVER, args=ASKED,
        send=send_flood(
            HEAD_200 + b"Content-Encoding: gzip\r\n\r\n"
            + b"\x1f\x8b\x08\x08" + bytes(6), b"n" * 65536, 64 << 20)),
    Row("asked_gzip_cut_in_data", "S6", BAD, args=ASKED,
        http=packed(lambda body: body[:-1000])),
    Row("asked_gzip_cut_before_crc", "S6", BAD, args=ASKED,
        http=packed(lambda body: body[:-8])),
    Row("asked_gzip_cut_before_length", "S6", BAD, args=ASKED,
        http=packed(lambda body: body[:-4])),
    Row("asked_gzip_cut_by_close", "S6", BAD, args=ASKED,
        http=both(packed(lambda body: body[:-1000]), until_close),
        send=send_and_close),
    Row("asked_gzip_of_no_bytes", "S6", BAD, args=ASKED,
        http=packed(lambda _body: b"")),
    Row("asked_gzip_wrong_crc", "S6", BAD, args=ASKED, http=packed(flip(-8))),
    Row("asked_gzip_wrong_length", "S6", BAD, args=ASKED,
        http=packed(flip(-4))),
    Row("asked_gzip_wrong_data", "S6", BAD + "|corrupt", args=ASKED,
        http=packed(flip(5000), level=0)),
    Row("asked_gzip_wrong_magic", "S6", BAD, args=ASKED, http=packed(flip(0))),
    Row("asked_gzip_bytes_behind", "S6", BAD, args=ASKED,
        http=packed(lambda body: body + b"\0")),
    Row("asked_gzip_two_members", "S6", BAD, args=ASKED,
        http=packed(lambda body: body + gzip.compress(b""))),
    Row("asked_gzip_twice", "S6", BAD, args=ASKED, http=packed(gzip.compress)),
    Row("asked_gzip_in_two_headers", "S6", BAD, args=ASKED, http=both(
        packed(), lambda c, r: r.set("Content-Encoding", "gzip", "gzip"))),
    Row("asked_gzip_got_plain_bytes", "S6", BAD, args=ASKED,
        http=packed(gzip.decompress)),
    Row("asked_gzip_got_zlib", "S6", BAD, args=ASKED, http=packed(
        lambda body: zlib.compress(gzip.decompress(body)))),
    Row("asked_gzip_got_deflate", "S6", BAD, args=ASKED, http=packed(
        lambda body: zlib.compress(gzip.decompress(body)),
        coding="deflate")),
    Row("asked_gzip_got_br", "S6", BAD, args=ASKED, http=packed(coding="br")),
    Row("asked_gzip_got_unknown", "S6", BAD, args=ASKED,
        http=packed(coding="x-gzip")),
    Row("asked_gzip_of_a_page", "S34", BAD, args=ASKED, http=both(
        page("HTTP/1.1 200 OK", b"<html></html>", "text/xml"), packed())),
    Row("asked_gzip_with_503", "S10", "server", args=ASKED, http=both(
        packed(), status("HTTP/1.1 503 Busy"))),

    # Headers.
    Row("header_flood", "S11", OVER, send=send_flood(
        HEAD_200, b"X-Flood: " + b"y" * 991 + b"\r\n", 256 << 20)),
    Row("header_without_end", "S11", OVER, send=send_flood(
        HEAD_200 + b"Content-Type: ", BLOCK, 256 << 20)),
    Row("status_line_without_end", "S11", OVER, send=send_flood(
        b"HTTP/1.1 200 ", BLOCK, 256 << 20)),
    Row("endless_100_continue", "S12", BAD, send=endless_continue),
    Row("header_name_with_blank", "S13", BAD,
        http=header("Content-Length ", 5)),
    Row("header_without_colon", "S13", BAD, send=send_raw(
        lambda r: r.raw().replace(b"\r\n", b"\r\nnonsense\r\n", 1))),
    Row("header_with_nul", "S13", BAD, http=header("X-A", "a\0b")),
    Row("header_folded", "S13", BAD, send=send_raw(
        lambda r: r.raw().replace(b"\r\n", b"\r\nX-A: b\r\n c\r\n", 1))),
    Row("www_authenticate_long", "S14", "ok|protocol", http=header(
        "WWW-Authenticate", " " * 8169 + "x")),
    Row("www_authenticate_long_with_401", "S14", "auth|protocol", http=both(
        status("HTTP/1.1 401 Unauthorized"),
        header("WWW-Authenticate", " " * 8169 + "x"))),
    *[Row(f"redirect_{code}", "S15", BAD, http=redirect(code), decoy=True)
      for code in (301, 302, 303, 307, 308)],
    Row("redirect_of_login", "S15", BAD, on=LOGIN, http=redirect(307),
        decoy=True),

    # More, or other, than one reply.
    Row("reply_twice", "S17", "ok|protocol", send=twice,
        check=leaves_connection_of(READ)),
    Row("reply_of_the_read_before", "S17", "ok|protocol|corrupt|network",
        send=stale),
    Row("chunk_of_200_mib", "S5", "corrupt|protocol", send=send_flood(
        HEAD_200 + b"Connection: close\r\n\r\n" + CHUNK_START, BLOCK,
        200 << 20)),
    Row("attribute_of_100_mib", "S4", OVER, send=send_flood(
        HEAD_200 + b"Connection: close\r\n\r\n" + CHUNK_START[:-1] + b' a="',
        BLOCK, 100 << 20)),
    Row("login_of_100_mib", "S4", OVER, on=LOGIN, send=send_flood(
        HEAD_200 + b"\r\n<a>", BLOCK, 100 << 20)),

    # Slow, and never ending.
    Row("drip_of_body", "S18", "timeout", send=drip_body, when=once,
        args=("--retries", "0"), waits=True),
    Row("drip_of_head", "S18", "timeout", send=drip_head, when=once,
        args=("--retries", "0"), waits=True),
    Row("drip_of_blanks", "S18", "timeout",
        send=drip_blanks, when=once, args=("--retries", "0"), waits=True),
    Row("drip_of_login", "S18", "timeout", on=LOGIN, send=drip_body,
        args=("--retries", "0"), waits=True),

    # Not the service.
    Row("login_page", "S34", BAD, http=page(
        "HTTP/1.1 200 OK", b"<!DOCTYPE html><html>log in</html>")),
    Row("login_page_at_login", "S34", BAD, on=LOGIN, http=page(
        "HTTP/1.1 200 OK", b"<html><form>log in</form></html>")),
    Row("login_page_as_xml", "S34", BAD, http=page(
        "HTTP/1.1 200 OK", b"<html><form>log in</form></html>", "text/xml")),
    Row("proxy_error_page", "S34", "server", http=page(
        "HTTP/1.1 502 Bad Gateway", b"<html>no upstream</html>")),
    Row("empty_body", "S34", BAD, http=page(
        "HTTP/1.1 200 OK", b"", "text/xml")),
    Row("empty_body_at_staging", "S34", BAD, on=STAGE, released=False,
        http=page("HTTP/1.1 200 OK", b"", "text/xml")),
    Row("answer_as_text_html", "S34", BAD,
        http=header("Content-Type", "text/html")),
    Row("answer_as_json", "S34", BAD,
        http=header("Content-Type", "application/json")),
    Row("answer_without_type", "S34", BAD, http=header("Content-Type")),
    Row("answer_of_two_types", "S34", BAD, http=header(
        "Content-Type", "text/html", "text/xml")),
    Row("multipart_answer", "S7", BAD, http=header(
        "Content-Type", "multipart/related; boundary=x")),
    Row("delete_answers_a_page", "F10", "ok", on=DELETE, http=page(
        "HTTP/1.1 200 OK", b"<html/>"), reads=3),
    Row("delete_answers_500", "F10", "ok", on=DELETE, http=page(
        "HTTP/1.1 500 Oops", b"<html/>"), reads=3),
]

