# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""What a transfer costs whatever the machine does besides: instructions (P2),
memory (P4), system calls, allocations."""

import importlib.machinery
import importlib.util
import pathlib
import re

import peers
import rows_peers
from measure import MIB

SCRIPTS = pathlib.Path(__file__).parent.parent / "scripts"
CHUNKS = (MIB // 4, MIB, 4 * MIB, 8 * MIB, 32 * MIB)


def script(name):
    """A script of ours as a module."""
    loader = importlib.machinery.SourceFileLoader(
        name.replace("-", "_"), str(SCRIPTS / name))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def p2(place, table, args):
    counter = script("count-instructions")
    name = place.document(counter.SIZE)
    with place.server() as server:
        for way, arguments in (
                ("down", ("get", name, "-o", place.got, "--parallel", 1)),
                ("up", ("put", place.file(name), "/Sent/counted.bin"))):
            n = counter.count(server, place.local, *arguments)
            table.add("P2", f"instructions for each byte {way}",
                      [n / counter.SIZE], f"<= {counter.BOUND}")
    place.same(name)


def p4(place, table, args):
    sizes = [64 * MIB] + ([4096 * MIB] if args.large else [])
    for tls, bound in ((False, 12), (True, 16)):
        with place.server(tls=tls) as server:
            peaks = {}
            for size in sizes:
                for chunk in CHUNKS:
                    done = place.get(server.url, place.document(size), chunk)
                    peaks[size, chunk] = done.rss_mib
                    if size == sizes[0]:
                        table.point("memory", "ir, https" if tls else
                                    "ir, http", chunk / MIB, done.rss_mib)
                place.same(place.document(size))
        for size in sizes:
            for chunk in (MIB, 32 * MIB):
                table.add("P4", f"peak MiB, {'https' if tls else 'http'}, "
                          f"{size // MIB} MiB in chunks of {chunk // MIB} MiB",
                          [peaks[size, chunk]], f"<= {bound}")
    if args.large:
        place.file(place.document(sizes[1])).unlink()
    others(place, table)


def others(place, table):
    """The same curve for others, who hold a chunk more than once."""
    name = place.document(64 * MIB)
    with place.server() as server:
        commands = peers.clients(place.binaries, table)
        # zeep reads no text of more than 10 MB.
        for label, chunks in (("stock gSOAP", CHUNKS), ("zeep", CHUNKS[:3])):
            peer = rows_peers.Peer(place, server.url, commands[label])
            for chunk in chunks:
                table.point("memory", label, chunk / MIB,
                            peer.get(name, chunk).rss_mib)


def per_piece(small, large, pieces):
    """What each further piece costs."""
    return (large - small) / pieces


def system_calls(place, table, args):
    def count(size, chunk):
        log = place.local / "strace"
        place.get(server.url, place.document(size), chunk,
                  prefix=("strace", "-f", "-c", "-o", log))
        return int(re.search(r"(\d+)(?:\s+\d+)? total", log.read_text())[1])

    with place.server() as server:
        for chunk in (MIB, 8 * MIB, 32 * MIB):
            n = per_piece(count(64 * MIB, chunk), count(256 * MIB, chunk), 192)
            table.add("cost", "system calls for each MiB, chunks of "
                      f"{chunk // MIB} MiB", [n])


def allocations(place, table, args):
    def count(size, chunk):
        done = place.get(server.url, place.document(size), chunk,
                         prefix=("valgrind", "--leak-check=no"))
        said = re.search(r"total heap usage: ([\d,]+) allocs", done.err)
        return int(said[1].replace(",", ""))

    with place.server() as server:
        for chunk in (MIB // 4, MIB, 4 * MIB):
            n = per_piece(count(2 * chunk, chunk), count(10 * chunk, chunk), 8)
            table.add("cost", "allocations for each chunk of "
                      f"{chunk / MIB:g} MiB", [n])
