# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""A link with a round trip and a rate: that it is one, P7 and P8."""

import socket
import statistics
import threading
import time

import place as places
from measure import MIB

RTT_MS = 40
MBIT = 500
SIZE = 256 * MIB
CHUNK = MIB
SLOW_MBIT = 20
SLOW_SIZE = 16 * MIB


class Source:
    """Sends 'size' bytes to whoever sends one, or one for each if 'size' is
    1."""

    def __init__(self, size):
        self.size = size
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        near, _ = self.listener.accept()
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with near:
            while near.recv(1):
                near.sendall(bytes(self.size))


def reach(url):
    near = socket.create_connection(
        ("127.0.0.1", int(url.rpartition(":")[2].strip("/"))))
    near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return near


def check(place, table, args):
    """A raw stream and single bytes through the link."""
    source = Source(1)
    with places.link(place, RTT_MS, MBIT, source.url) as url, \
            reach(url) as near:
        trips = []
        for _ in range(12):
            start = time.monotonic()
            near.sendall(b"x")
            near.recv(1)
            trips.append(1000 * (time.monotonic() - start))
    table.add("link", "round trip of the link ÷ the one that was asked for",
              [t / RTT_MS for t in trips[1:]], "<= 1.03")
    table.add("link", "the same, as a lower bound",
              [t / RTT_MS for t in trips[1:]], ">= 1.0")
    shares = []
    for _ in range(3):
        source = Source(64 * MIB)
        with places.link(place, RTT_MS, MBIT, source.url) as url, \
                reach(url) as near:
            near.sendall(b"x")
            shares.append(stream_share(near, source.size))
    table.add("link", "rate of a raw stream ÷ the one that was asked for",
              shares, ">= 0.97")
    table.add("link", "the same, as an upper bound", shares, "<= 1.01")


def stream_share(near, size):
    """From the first byte to the last."""
    near.recv(1)
    start = time.monotonic()
    left = size - 1
    while left > 0:
        left -= len(near.recv(1 << 20))
    return size * 8 / (time.monotonic() - start) / (MBIT * 1e6)


def share(place, url, parallel, wire, size=SIZE):
    """Of the link, that a download fills from start to exit."""
    done = place.get(url, place.document(size), CHUNK, parallel)
    return wire * 8 / done.seconds / (MBIT * 1e6)


def wire_bytes(place, size):
    """What the server sends for such a download."""
    with place.server() as server:
        place.get(server.url, place.document(size), CHUNK)
        return server.stop()["bytes"]["sent"]


def p7(place, table, args):
    wire = wire_bytes(place, SIZE)
    runs = min(args.runs, 3)
    with place.server() as server, \
            places.link(place, RTT_MS, MBIT, server.url) as url:
        shares = {n: [share(place, url, n, wire) for _ in range(runs)]
                  for n in ("auto", 1, 2, 4, 8, 16)}
        place.same(place.document(SIZE))
    what = f"share of a link of {RTT_MS} ms, {MBIT} Mbit/s, chunks of 1 MiB, "
    for n, values in shares.items():
        table.add("P7", f"{what}--parallel {n}", values,
                  ">= 0.9" if n == "auto" else "")
        if n != "auto":
            table.point("scaling", "over the link", n,
                        statistics.median(values) * MBIT / 8 * SIZE / wire)


def on_slow_link(place, way, *options):
    """Bytes on the wire, both ways and with all calls, for each byte of the
    document; and the seconds that it took."""
    with place.server(packs=True) as server:
        with places.link(place, RTT_MS, SLOW_MBIT, server.url) as url:
            done = way(url, *options)
        moved = server.stop()["bytes"]
    return (moved["sent"] + moved["received"]) / SLOW_SIZE, done.seconds


def p8(place, table, args):
    name = place.document(SLOW_SIZE)

    def down(url, *options):
        done = place.get(url, name, CHUNK, 1, *options)
        place.same(name)
        return done

    def up(url, *options):
        done = place.put(url, name, CHUNK, *options)
        place.same(name, place.file("/Sent/by-ir.bin"))
        return done

    for word, way in (("down", down), ("up", up)):
        packed, seconds = on_slow_link(place, way, "--compressed")
        plain, plain_seconds = on_slow_link(place, way)
        table.add("P8", f"{word}, bytes on a link of {SLOW_MBIT} Mbit/s ÷ bytes "
                  "of random payload, --compressed", [packed], "<= 1.05",
                  beside=f"{seconds:.1f} s; plain {plain:.3f}, "
                  f"{plain_seconds:.1f} s")


def round_trips(place, table, args):
    """Throughput over the round trip."""
    size = SIZE // 4
    wire = wire_bytes(place, size)
    with place.server() as server:
        for rtt in (1, 3, 10, 30, 100):
            with places.link(place, rtt, MBIT, server.url) as url:
                for n in (1, 4, 16):
                    got = share(place, url, n, wire, size)
                    table.point("rtt", f"{n} connections" if n > 1 else
                                "1 connection", rtt,
                                got * MBIT / 8 * size / wire)
