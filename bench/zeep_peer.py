#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""The whole of a chunked transfer by zeep, verified as ir verifies it.

    zeep_peer.py get URL REMOTE FILE CHUNK    or    put URL FILE REMOTE CHUNK

The password comes from the environment, BENCH_PASSWORD."""

import os
import sys
import zlib

import zeep


def check(result):
    """The one answer element that is there."""
    answer = result.response or result.root or result.Response
    if answer.success.lower() != "true":
        sys.exit(f"zeep: {answer.error}")
    return answer


def get(service, ticket, remote, local, chunk):
    staged = check(service.GetDownloadHandler(ticket, remote, chunk))
    handler, size = staged.downloadhandler, int(staged.Size)
    crc = done = 0
    with open(local, "wb") as out:
        while done < size:
            part = check(service.DownloadFileChunk(
                ticket, handler, done, chunk))
            data = part._value_1
            if zlib.crc32(data) != int(part.chunkCRC32, 16):
                sys.exit("zeep: wrong CRC of a chunk")
            crc = zlib.crc32(data, crc)
            out.write(data)
            done += len(data)
        out.flush()
        os.fsync(out.fileno())
    if crc != int(staged.CRC32, 16):
        sys.exit("zeep: wrong CRC of the document")
    service.DeleteDownloadHandler(ticket, handler)


def put(service, ticket, local, remote, chunk):
    made = check(service.CreateUploadHandler(ticket, chunk))
    handler, chunk = made.UploadHandler, int(made.ChunkSize)
    left = os.path.getsize(local)
    with open(local, "rb") as source:
        while left > 0:
            data = source.read(chunk)
            left -= len(data)
            check(service.UploadFileChunk(
                ticket, handler, data, f"{zlib.crc32(data):X}",
                left == 0))
    check(service.UploadDocumentWithHandler(ticket, remote, handler))
    service.DeleteUploadHandler(ticket, handler)


def main():
    verb, url, source, target, chunk = sys.argv[1:]
    service = zeep.Client(f"{url}?WSDL").bind("srv", "srvSoap")
    login = check(service.AuthenticateUser(
        "demo", os.environ["BENCH_PASSWORD"]))
    {"get": get, "put": put}[verb](service, login.ticket, source, target,
                                   int(chunk))
    service.LogOut(login.ticket)


if __name__ == "__main__":
    main()
