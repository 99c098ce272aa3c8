# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Catalogue, part data: lengths, offsets, checksums and base64 of a chunk,
and what staging promised of them (S5, S19-S27, S33)."""

import base64
import re
import zlib

from bad_server import CHUNK, DOCUMENT, STAGE, Row, nth, once
from rows_soap import attribute

BROKEN = "corrupt|protocol"


def chunk(length=0, **changes):
    """Set attributes of a chunk's answer; 'length' is added to its own."""
    def change(_call, answer):
        n = int(answer.attributes["chunklength"])
        for name, value in changes.items():
            answer.attributes[name] = value.format(n=n)
        if length:
            answer.attributes["chunklength"] = str(n + length)
    return change


def carry(make):
    """Other bytes, described rightly: make(server, offset, length)."""
    def change(call, answer):
        length = int(call.parameters["chunksize"])
        data = make(call.server, call.offset, length)
        answer.text = base64.b64encode(data).decode()
        answer.attributes["chunklength"] = str(len(data))
        answer.attributes["chunkCRC32"] = f"{zlib.crc32(data):X}"
    return change


def text(make):
    """The base64 written in another way."""
    def change(_call, answer):
        answer.text = make(answer.text)
    return change


def crc(make):
    """The chunk's CRC, a number, as another text."""
    def change(_call, answer):
        answer.attributes["chunkCRC32"] = make(
            int(answer.attributes["chunkCRC32"], 16))
    return change


def wrong(value):
    return f"{value ^ 0x10:X}"


def flip(data):
    """One bit of the first byte."""
    return bytes([data[0] ^ 1]) + data[1:]


def flipped(server, offset, length):
    return flip(server.row.document[offset:offset + length])


def swapped(server, offset, length):
    """The first two chunks in each other's place."""
    other = {0: CHUNK, CHUNK: 0}.get(offset, offset)
    return server.row.document[other:other + length]


def lines(width, end="\n"):
    """Base64 as encoders for mail write it."""
    return text(lambda t: end + end.join(
        t[i:i + width] for i in range(0, len(t), width)) + end + "  ")


def trailing_bits(t):
    """Bits that no byte uses, set: the last digit before '=='."""
    digits = ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
              "0123456789+/")
    assert t.endswith("==")
    return t[:-3] + digits[digits.index(t[-3]) | 1] + "=="


def references(t):
    return "&#%d;&#x%x;" % (ord(t[0]), ord(t[1])) + t[2:-2] + "&#61;="


def staged(test, server, _run):
    """A changed document is staged again at most once."""
    test.assertLessEqual(server.count(STAGE), 2)


GOOD = [
    Row("crc_in_lower_case_unpadded", "S24", "ok", reads=3,
        answer=crc(lambda v: f"{v:x}")),
    Row("crc_padded", "S24", "ok", answer=crc(lambda v: f"{v:08X}"), reads=3),
    Row("whole_crc_in_lower_case_padded", "S24", "ok", on=STAGE, reads=3,
        answer=attribute(CRC32=f"{zlib.crc32(DOCUMENT):08x}")),
    Row("crc_wrong_once", "S24", "ok", when=once, answer=crc(wrong), reads=4),
    Row("crc_wrong_once_in_the_middle", "S24", "ok", when=nth(2),
        answer=crc(wrong), reads=4),
    Row("crc_wrong_once_on_the_last", "S24", "ok", when=nth(3),
        answer=crc(wrong), reads=4),
    Row("base64_broken_once", "S27", "ok", when=once, reads=4,
        answer=text(lambda t: "*" + t[1:])),
    Row("rendered_without_crc", "S26", "ok", on=STAGE, reads=3,
        answer=attribute(CRC32="", RenderedContent="True"),
        level="chunk-verified"),
    Row("crc_empty_though_not_rendered", "S26", "ok", on=STAGE, reads=3,
        answer=attribute(CRC32=""), level="chunk-verified"),
    Row("chunks_shorter_than_asked", "S19", "ok", answer=carry(
        lambda s, o, n: s.row.document[o:o + min(n, 100000)]), reads=6,
        xml=lambda c, b: b.replace(
            b'lastchunk="true"', b'lastchunk="%s"' % (
                b"true" if c.offset == 500000 else b"false"))),
    Row("base64_in_lines", "S27", "ok", answer=lines(76), reads=3),
    Row("base64_in_indented_lines", "S27", "ok", answer=lines(64, "\r\n\t "),
        reads=3),
    Row("base64_digit_by_line", "S27", "ok", when=nth(3), answer=lines(1),
        reads=3),
    Row("base64_in_cdata", "S27", "ok", reads=3,
        answer=text(lambda t: f"<![CDATA[{t}]]>")),
    Row("base64_in_two_cdata", "S27", "ok", reads=3, answer=text(
        lambda t: f"{t[:5]}<![CDATA[{t[5:70001]}]]>{t[70001:]}")),
    Row("base64_with_comments", "S27", "ok", reads=3, answer=text(
        lambda t: f"<!-- a -->{t[:6]}<!-- b> <c/> -->{t[6:]}")),
    Row("base64_with_instruction", "S27", "ok", reads=3, answer=text(
        lambda t: f"{t[:66000]}<?hint x?>{t[66000:]}")),
    Row("base64_with_references", "S27", "ok", reads=3,
        answer=text(references)),
]

LENGTHS = [
    Row(f"chunklength_{name}", "S19", BROKEN,
        answer=chunk(chunklength=value))
    for name, value in (
        ("a_word", "all"), ("exponent", "1e3"), ("with_plus", "+{n}"),
        ("negative", "-{n}"), ("empty", ""), ("hexadecimal", "0x{n:x}"),
        ("with_fraction", "{n}.0"), ("with_unit", "{n} bytes"),
        ("beyond_31_bits", "2147483648"), ("beyond_32_bits", "4295229440"),
        ("beyond_64_bits", "18446744073709813760"), ("zero", "0"))
] + [
    Row("chunklength_absent", "S19", BROKEN, answer=attribute(
        chunklength=None)),
    Row("chunklength_one_less", "S19", "corrupt", answer=chunk(-1)),
    Row("chunklength_one_more", "S19", "corrupt", answer=chunk(1)),
    Row("chunklength_wrong_once", "S19", "ok", when=once, answer=chunk(1),
        reads=4),
    Row("chunk_larger_than_asked", "S5", "corrupt", answer=carry(
        lambda s, o, n: s.row.document[o:o + n + 1]), when=once,
        args=("--retries", "0")),
    Row("chunk_twice_as_large_as_asked", "S5", BROKEN + "|limit",
        answer=carry(lambda s, o, n: s.row.document[o:o + 2 * n])),
    Row("chunk_with_much_more_than_it_says", "S5", BROKEN + "|limit",
        when=nth(3), args=("--retries", "0"),
        answer=text(lambda t: t.rstrip("=")[:-2] + "AAAA" * 60000)),
    Row("no_progress", "S20", "corrupt", answer=lambda c, a: carry(
        lambda s, o, n: b"")(c, a) or a.attributes.update(
            lastchunk="false")),
    Row("no_progress_at_the_end", "S20", "corrupt",
        when=lambda c: c.offset > 0, answer=carry(lambda s, o, n: b"")),
    Row("last_too_early", "S21", "corrupt", answer=chunk(lastchunk="true")),
    Row("last_never", "S21", "corrupt", answer=chunk(lastchunk="false")),
    Row("last_absent", "S21", "corrupt", answer=attribute(lastchunk=None)),
    Row("last_maybe", "S21", "corrupt", answer=chunk(lastchunk="maybe")),
    Row("filelength_grows", "S22", "changed", when=lambda c: c.offset > 0,
        answer=chunk(filelength=str(len(DOCUMENT) + 1)), check=staged),
    Row("filelength_shrinks", "S22", "changed", when=lambda c: c.offset > 0,
        answer=chunk(filelength=str(2 * CHUNK + 5)), check=staged),
    Row("filelength_other_than_size", "S22", "changed", check=staged,
        answer=chunk(filelength=str(len(DOCUMENT) + 5))),
    Row("filelength_absent", "S22", "protocol",
        answer=attribute(filelength=None)),
    Row("filelength_negative", "S22", "protocol",
        answer=chunk(filelength="-1")),
    Row("filelength_exponent", "S22", "protocol",
        answer=chunk(filelength="5e5")),
]

SIZES = [
    Row(f"size_{name}", "S23", status, on=STAGE, answer=attribute(Size=value),
        released=released)
    for name, value, status, released in (
        ("negative", "-1", "protocol", True),
        ("a_word", "large", "protocol", True),
        ("empty", "", "protocol", True),
        ("with_plus", f"+{len(DOCUMENT)}", "protocol", True),
        ("exponent", "5e5", "protocol", True),
        ("beyond_64_bits", "18446744073709551617", "protocol", True),
        ("beyond_31_bits", str((1 << 31) + 1), "limit", True),
        ("of_8_eib", str((1 << 63) - 1), "limit|protocol", True),
        ("one_less", str(len(DOCUMENT) - 1), "changed|corrupt", True),
        ("one_more", str(len(DOCUMENT) + 1), "changed|corrupt", True),
        ("zero_though_crc_is_not", "0", "changed|corrupt|protocol", True))
] + [
    Row("size_absent", "S23", "protocol", on=STAGE,
        answer=attribute(Size=None)),
] + [
    # The client may make do with its own wish; it may not believe these.
    Row(f"chunksize_{name}", "S33", "ok|protocol|limit", on=STAGE,
        answer=attribute(ChunkSize=value))
    for name, value in (
        ("zero", "0"), ("negative", "-262144"), ("of_2_gb", "2147483647"),
        ("of_8_eib", str((1 << 63) - 1)), ("beyond_64_bits", "9" * 25),
        ("a_word", "some"), ("empty", ""), ("absent", None))
] + [
    Row("chunksize_one", "S33", "ok", on=STAGE, document=DOCUMENT[:50],
        answer=attribute(ChunkSize="1")),
    Row("chunksize_of_64_kib", "S33", "ok", on=STAGE, reads=9,
        answer=attribute(ChunkSize="65536")),
]

SUMS = [
    Row("crc_wrong_always", "S24", "corrupt", answer=crc(wrong)),
    Row("bytes_wrong_always", "S24", "corrupt", answer=lambda c, a: setattr(
        a, "text", base64.b64encode(flip(base64.b64decode(a.text))).decode())),
    Row("crc_absent", "S24", "corrupt", answer=attribute(chunkCRC32=None)),
    Row("crc_empty", "S24", "corrupt", answer=attribute(chunkCRC32="")),
    Row("crc_of_nine_digits", "S24", "corrupt",
        answer=crc(lambda v: f"0{v:08X}")),
    Row("crc_of_nine_digits_wrapping", "S24", "corrupt",
        answer=crc(lambda v: f"1{v:08X}")),
    Row("crc_with_0x", "S24", "corrupt", answer=crc(lambda v: f"0x{v:X}")),
    Row("crc_decimal", "S24", "corrupt",
        answer=crc(lambda v: f"{v | 1 << 31}")),
    Row("crc_not_hexadecimal", "S24", "corrupt",
        answer=crc(lambda v: f"{v:X}G")),
    Row("crc_negative", "S24", "corrupt", answer=crc(lambda v: f"-{v:X}")),
    Row("whole_crc_wrong", "S25", "corrupt", on=STAGE,
        answer=attribute(CRC32=f"{zlib.crc32(DOCUMENT) ^ 1:X}")),
    Row("whole_crc_malformed", "S25", "protocol", on=STAGE,
        answer=attribute(CRC32="no sum")),
    Row("whole_crc_of_nine_digits", "S25", "protocol", on=STAGE,
        answer=attribute(CRC32=f"1{zlib.crc32(DOCUMENT):08X}")),
    Row("chunks_in_each_others_place", "S25", "corrupt",
        answer=carry(swapped)),
    Row("chunk_altered_with_right_crc", "S25", "corrupt",
        when=lambda c: c.offset == CHUNK, answer=carry(flipped)),
    Row("chunk_altered_with_right_crc_once", "S25", "ok", when=nth(2),
        answer=carry(flipped), reads=6),
]

BASE64 = [
    Row(f"base64_{name}", "S27", "corrupt", answer=text(make))
    for name, make in (
        ("bad_character_first", lambda t: "*" + t[1:]),
        ("bad_character_last", lambda t: t[:-3] + "*=="),
        ("bad_character_in_the_middle",
         lambda t: t[:90000] + "." + t[90001:]),
        ("high_character", lambda t: t[:90000] + "\u00e9" + t[90001:]),
        ("url_alphabet", lambda t: re.sub("[+/]", "-", t)),
        ("padding_missing", lambda t: t.rstrip("=")),
        ("padding_short", lambda t: t[:-1]),
        ("padding_long", lambda t: t + "="),
        ("padding_of_four", lambda t: t + "===="),
        ("padding_in_the_middle", lambda t: t[:4] + "QQ==" + t[8:]),
        ("padding_first", lambda t: "=" + t[1:]),
        ("data_after_padding", lambda t: t + "QUJD"),
        ("data_after_padding_and_blank", lambda t: t + " QUJD"),
        ("trailing_bits", trailing_bits),
        ("lone_character", lambda t: t[:-3]),
        ("lone_character_of_all", lambda t: "A"),
        ("empty", lambda t: ""),
        ("one_group_more", lambda t: "AAAA" + t))
] + [
    # Neither good base64 nor good XML.
    Row(f"base64_{name}", "S27", BROKEN, answer=text(make))
    for name, make in (
        ("element_inside", lambda t: f"{t[:8]}<b/>{t[8:]}"),
        ("element_before", lambda t: f"<b>{t[:8]}</b>{t[8:]}"),
        ("reference_to_bad_character", lambda t: "&#42;" + t[1:]),
        ("reference_unknown", lambda t: "&x;" + t[1:]),
        ("reference_open", lambda t: t[:-3] + "&#65"),
        ("cdata_open", lambda t: "<![CDATA[" + t),
        ("comment_open", lambda t: t[:4] + "<!-- " + t[4:]))
]

ROWS = GOOD + LENGTHS + SIZES + SUMS + BASE64
