# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Many documents, many connections, many processes: P9 and what scales."""

import concurrent.futures
import shutil
import statistics
import types

import harness
import place as places
from measure import MIB, interleaved, rate, ratios

RTT_MS, MBIT = 40, 500

AROUND = ("AuthenticateUser", "isValidTicket", "GetFoldersAndDocuments2",
          "LogOut")


def make_folder(place, n, size, folders=1):
    """A library folder with 'n' documents, or with folders that share them."""
    name = f"/Many/{n}"
    content = harness.sample(size)
    for i in range(n):
        below = "" if folders == 1 else f"/{i % folders:03}"
        path = place.file(f"{name}{below}/{i:06}.bin")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(i.to_bytes(4, "big") + content[4:])
    return name


def get_folder(place, url, name, parallel="auto"):
    to = place.local / "folder"
    shutil.rmtree(to, ignore_errors=True)
    return place.ir(url, "get", "-r", name, "-o", to, "--parallel", parallel)


def check_folder(place, name):
    top = place.file(name)
    got = place.local / "folder" / top.name
    for source in top.rglob("*.bin"):
        if (got / source.relative_to(top)).read_bytes() \
                != source.read_bytes():
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
              f"{report['connections']['accepted']} connections, "
              f"{n / done.seconds:.0f} documents/s")
    shutil.rmtree(place.file(name))
    at_a_time(place, table, args)


def at_a_time(place, table, args):
    """Several small documents at a time, over a link."""
    n = 200
    name = make_folder(place, n, 10240)
    counts = (1, 2, 4, 8, 16, "auto")
    with place.server(tls=True) as server, \
            places.link(place, RTT_MS, MBIT, server.url) as url:
        runs = interleaved(min(args.runs, 3), *(
            lambda p=p: get_folder(place, url, name, p) for p in counts))
        check_folder(place, name)
    for parallel, column in zip(counts, runs):
        pace = n / statistics.median(run.seconds for run in column)
        if parallel != "auto":
            table.point("documents", "over the link", parallel, pace)
        if parallel != 1:
            table.add("P9", f"wall of {n} documents over a link of {RTT_MS} "
                      f"ms, one at a time ÷ --parallel {parallel}",
                      ratios(runs[0], column),
                      beside=f"{pace:.0f} documents/s")
    shutil.rmtree(place.file(name))


def small_documents(place, table, args):
    """One folder, and the same number in a hundred."""
    n = 100000 if args.long else 5000
    for folders in (1, 100):
        where = "one folder" if folders == 1 else f"{folders} folders"
        peaks = []
        for some in (n // 100, n // 10, n):
            name = make_folder(place, some, 4096, folders)
            with place.server() as server:
                done = get_folder(place, server.url, name)
            check_folder(place, name)
            peaks.append(done.rss_mib)
            table.point("many", where, some, done.rss_mib)
            shutil.rmtree(place.file(name))
        table.add("many", f"peak MiB with {n} documents in {where} ÷ with a "
                  "tenth", [peaks[2] / peaks[1]], "<= 1.2",
                  f"{peaks[2]:.1f} MiB, {n / done.seconds:.0f} documents/s")
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
    """Several at once; and the most of them in turn."""
    counts = (1, 2, 4, 8, 16)
    size = 64 * MIB
    name = place.document(size)
    targets = [place.local / f"got-{i}" for i in range(counts[-1])]

    def get(target):
        return place.get(server.url, name, 8 * MIB, to=target)

    def in_turn():
        done = [get(target) for target in targets]
        return types.SimpleNamespace(seconds=sum(d.seconds for d in done))

    def at_once(n):
        with concurrent.futures.ThreadPoolExecutor(n) as pool:
            done = list(pool.map(get, targets[:n]))
        return types.SimpleNamespace(seconds=max(d.seconds for d in done))

    with place.server() as server:
        *runs, turns = interleaved(
            args.runs, *(lambda n=n: at_once(n) for n in counts), in_turn)
    for target in targets:
        place.same(name, target)
        target.unlink()
    for n, column in zip(counts, runs):
        table.point("processes", "in all", n, rate(n * size, column))
    table.add("scaling", f"{counts[-1]} processes at once ÷ in turn",
              ratios(runs[-1], turns),
              beside=f"{rate(counts[-1] * size, runs[-1]):.0f} MB/s in all")


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
