# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Many documents, many connections, many processes: P9 and what scales."""

import concurrent.futures
import shutil
import types

import harness
from measure import MIB, interleaved, rate, ratios

AROUND = ("AuthenticateUser", "isValidTicket", "GetFoldersAndDocuments2",
          "LogOut")


def make_folder(place, n, size):
    """A library folder with 'n' documents."""
    name = f"/Many/{n}"
    place.file(name).mkdir(parents=True)
    content = harness.sample(size)
    for i in range(n):
        place.file(f"{name}/{i:06}.bin").write_bytes(
            i.to_bytes(4, "big") + content[4:])
    return name


def get_folder(place, url, name):
    to = place.local / "folder"
    shutil.rmtree(to, ignore_errors=True)
    return place.ir(url, "get", "-r", name, "-o", to)


def check_folder(place, name):
    for source in place.file(name).iterdir():
        got = place.local / "folder" / source.parent.name / source.name
        if got.read_bytes() != source.read_bytes():
            raise SystemExit(f"bench: wrong bytes of {source.name}")


def p9(place, table, args):
    n = 1000
    name = make_folder(place, n, 10240)
    with place.server(tls=True) as server:
        done = get_folder(place, server.url, name)
        check_folder(place, name)
        report = server.stop()
    others = sum(harness.count(report, operation) for operation in AROUND)
    table.add("P9", f"round trips for each of {n} documents of 10 KiB",
              [(report["requests"] - others) / n], "<= 3",
              f"and {others} around them")
    table.add("P9", "TLS handshakes for each connection",
              [report["handshakes"]["completed"]
               / report["connections"]["accepted"]], "<= 1",
              f"{report['connections']['accepted']} connection, "
              f"{n / done.seconds:.0f} documents/s")
    shutil.rmtree(place.file(name))


def small_documents(place, table, args):
    n = 100000 if args.long else 5000
    peaks = []
    for some in (n // 10, n):
        name = make_folder(place, some, 4096)
        with place.server() as server:
            done = get_folder(place, server.url, name)
        check_folder(place, name)
        peaks.append(done.rss_mib)
        shutil.rmtree(place.file(name))
    table.add("many", f"peak MiB with {n} documents ÷ with a tenth",
              [peaks[1] / peaks[0]],
              beside=f"{peaks[1]:.1f} MiB, {n / done.seconds:.0f} documents/s")
    shutil.rmtree(place.local / "folder")


def connections(place, table, args):
    """More connections over loopback, where one is as fast as the machine."""
    name = place.document(args.size)
    counts = (1, 2, 4, 8, 16)
    with place.server() as server:
        runs = interleaved(args.runs, *(
            lambda n=n: place.get(server.url, name, 8 * MIB, n)
            for n in counts))
        place.same(name)
    for n, column in zip(counts, runs):
        table.point("scaling", "over loopback", n, rate(args.size, column))
        if n > 1:
            table.add("scaling", f"rate over {n} connections ÷ over one, "
                      "loopback", ratios(runs[0], column),
                      beside=f"{rate(args.size, column):.0f} MB/s")


def processes(place, table, args):
    """Several at once, against the same number in turn."""
    n = 16
    name = place.document(64 * MIB)
    targets = [place.local / f"got-{i}" for i in range(n)]

    def get(target):
        return place.get(server.url, name, 8 * MIB, to=target)

    def in_turn():
        done = [get(target) for target in targets]
        return types.SimpleNamespace(seconds=sum(d.seconds for d in done))

    def at_once():
        with concurrent.futures.ThreadPoolExecutor(n) as pool:
            done = list(pool.map(get, targets))
        return types.SimpleNamespace(seconds=max(d.seconds for d in done))

    with place.server() as server:
        runs = interleaved(args.runs, at_once, in_turn)
    for target in targets:
        place.same(name, target)
        target.unlink()
    table.add("scaling", f"{n} processes at once ÷ in turn", ratios(*runs),
              beside=f"{rate(n * 64 * MIB, runs[0]):.0f} MB/s in all")


def chunk_sizes(place, table, args):
    """Throughput over the size of chunks, down and up."""
    size = min(args.size, 256 * MIB)
    name = place.document(size)
    chunks = [MIB // 4 << i for i in range(8)]
    with place.server() as server:
        for way, one in (("down", place.get), ("up", place.put)):
            runs = interleaved(args.runs, *(
                lambda c=c: one(server.url, name, c) for c in chunks))
            for chunk, column in zip(chunks, runs):
                table.point("chunks", way, chunk / MIB, rate(size, column))
            table.add("chunks", f"wall with chunks of 256 KiB ÷ 8 MiB, {way}",
                      ratios(runs[0], runs[5]),
                      beside=f"{rate(size, runs[0]):.0f} and "
                      f"{rate(size, runs[5]):.0f} MB/s")
    place.file("/Sent/by-ir.bin").unlink()
