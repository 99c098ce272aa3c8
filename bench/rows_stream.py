# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""One long document over loopback, against curl and nginx: P1, P5, P6, P10."""

import pathlib

import peers
from measure import MIB, both, interleaved, rate, ratios

CHUNK = 8 * MIB


def down(place, table, args, row, tls, reach):
    name = place.document(args.size)
    with place.server(tls=tls) as server:
        curl = peers.CurlDown(place, server.url, name, CHUNK)
        runs = interleaved(
            args.runs, lambda: place.get(server.url, name, CHUNK), curl.run)
        place.same(name)
        curl.check()
        scheme = "https, TLS 1.3" if tls else "http"
        table.add(row, f"ir get ÷ curl storing the replies, {scheme}",
                  ratios(*runs), reach,
                  both(args.size, *runs))
        if not tls:
            by_script(place, table, args, server.url, curl)
        curl.drop()


def by_script(place, table, args, url, curl):
    """The same bytes by curl and the shell's own base64."""
    name = place.document(args.size)
    script = place.local / "by-script"
    runs = interleaved(
        args.runs, lambda: place.get(url, name, CHUNK),
        lambda: curl.decode(script))
    place.same(name, script)
    script.unlink()
    table.add("P1", "ir get ÷ curl | base64 -d, nothing verified",
              ratios(*runs),
              beside=f"{rate(args.size, runs[1]):.0f} MB/s by the script")


def p1(place, table, args):
    down(place, table, args, "P1", False, "<= 1.0")


def p6(place, table, args):
    down(place, table, args, "P6", True, "<= 1.05")


def p5(place, table, args):
    name = place.document(args.size)
    with place.server() as server:
        curl = peers.CurlUp(place, server.url, name, CHUNK)
        runs = interleaved(
            args.runs, lambda: place.put(server.url, name, CHUNK), curl.run)
        place.same(name, place.file("/Sent/by-ir.bin"))
        place.file("/Sent/by-ir.bin").unlink()
        curl.drop()
    table.add("P5", "ir put ÷ curl posting ready-made chunks",
              ratios(*runs), "<= 1.1",
              both(args.size, *runs))


def p10(place, table, args):
    name = place.document(args.size)
    with place.server() as server:
        ours = peers.CurlDown(place, server.url, name, CHUNK)
        ours.run()
        ours.check()
        kept = pathlib.Path(place.local, "static")
        kept.mkdir()
        for i, reply in enumerate(ours.replies()):
            reply.rename(kept / str(i))
        with peers.nginx(place, kept) as url:
            theirs = peers.Curl(place, url, "nginx")
            for i in range(len(ours.exchanges)):
                theirs.add(url=f"{url}/{i}")
            stored = interleaved(args.runs, theirs.run, ours.run)
            dropped = interleaved(args.runs,
                                  lambda: theirs.run("/dev/null"),
                                  lambda: ours.run("/dev/null"))
    wire = sum(kept.joinpath(str(i)).stat().st_size
               for i in range(len(ours.exchanges)))
    for what, runs in (("stores", stored), ("drops", dropped)):
        table.add("P10", "rate of ir-emulator ÷ nginx with a static file, to a "
                  f"curl that {what} it", ratios(*runs), ">= 0.7",
                  f"{rate(wire, runs[1]):.0f} and "
                  f"{rate(wire, runs[0]):.0f} MB/s on the wire")
    for curl in (ours, theirs):
        curl.drop()
    for file in kept.iterdir():
        file.unlink()
    kept.rmdir()
