#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Archives of another maker, for test_zip.c, and another reader's word on
those that it took.

archives.py make     writes stream.zip, whose sizes stand behind the bytes, and
                     zip64.zip into the current folder
archives.py compare  reads damaged copies of good.zip, one after the other, from
                     standard input: each holds the same bytes, or has something
                     that zipfile does not read at all"""

import io
import struct
import sys
import zipfile

DATE = (2030, 11, 2, 7, 41, 8)
STORED = "first.txt", zipfile.ZIP_STORED, b"the first one"
DEFLATED = "second.txt", zipfile.ZIP_DEFLATED, b"the second one " * 3


class Stream(io.RawIOBase):
    """What cannot go back."""

    def __init__(self):
        self.data = b""

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        return len(data)


def pack(to, force_zip64):
    with zipfile.ZipFile(to, "w") as archive:
        for name, method, content in (STORED, DEFLATED):
            info = zipfile.ZipInfo(name, DATE)
            info.compress_type = method
            with archive.open(info, "w", force_zip64=force_zip64) as member:
                member.write(content)


def with_end_of_zip64(packed):
    """The same with its end in the form for more than 65535 files."""
    at = packed.rindex(b"PK\5\6")
    n, size, offset = struct.unpack_from("<HLL", packed, at + 10)
    return (packed[:at]
            + struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, n, n,
                          size, offset)
            + struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)
            + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF,
                          0xFFFFFFFF, 0xFFFFFFFF, 0))


def make():
    stream, seekable = Stream(), io.BytesIO()
    pack(stream, False)
    pack(seekable, True)
    for name, data in (("stream.zip", stream.data),
                       ("zip64.zip", with_end_of_zip64(seekable.getvalue()))):
        with open(name, "wb") as file:
            file.write(data)


def contents(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return sorted(archive.read(info) for info in archive.infolist())


def compare():
    with open("good.zip", "rb") as file:
        good = file.read()
    n_compared = 0
    while damaged := sys.stdin.buffer.read(len(good)):
        try:
            if contents(damaged) != contents(good):
                sys.exit(f"other bytes in {damaged!r}")
            n_compared += 1
        except NotImplementedError:
            pass
        except zipfile.BadZipFile as e:
            if "span multiple disks" not in str(e):
                sys.exit(f"{e} in {damaged!r}")
    if n_compared == 0:
        sys.exit("nothing was compared")


if __name__ == "__main__":
    {"make": make, "compare": compare}[sys.argv[1]]()
