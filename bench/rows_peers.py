# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Clients that are made of the WSDL do the same transfer: P3."""

import harness
import peers
from measure import MIB, interleaved, rate, ratios, run

CHUNK = 4 * MIB
BOUND = {"zeep", "node-soap"}


class Peer:
    def __init__(self, place, url, command):
        self.place = place
        self.url = url
        self.command = command
        self.environment = harness.environment(
            BENCH_PASSWORD=harness.PASSWORD)
        self.got = place.local / "by-peer"

    def get(self, name, chunk=CHUNK):
        self.got.unlink(missing_ok=True)
        return run(*self.command, "get", self.url, name, self.got, chunk,
                   env=self.environment)

    def put(self, name):
        target = "/Sent/by-peer.bin"
        self.place.file(target).unlink(missing_ok=True)
        return run(*self.command, "put", self.url, self.place.file(name),
                   target, CHUNK, env=self.environment)


def down(table, args, peer, name, label):
    """Against 'ir get' as it is when nothing else is asked for, and over the
    one connection that the others have."""
    place = peer.place
    runs = interleaved(
        args.runs, lambda: peer.get(name),
        lambda: place.get(peer.url, name, CHUNK, "auto"),
        lambda: place.get(peer.url, name, CHUNK))
    place.same(name, peer.got)
    peer.got.unlink()
    table.add("P3", f"{label} ÷ ir get", ratios(*runs[:2]),
              ">= 8" if label in BOUND else "",
              f"{rate(args.peer_size, runs[0]):.0f} MB/s")
    table.add("P3", f"{label} ÷ ir get --parallel 1",
              ratios(runs[0], runs[2]))
    table.point("peers-down", label, label, rate(args.peer_size, runs[0]))
    return rate(args.peer_size, runs[1])


def up(table, args, peer, name, label):
    place = peer.place
    runs = interleaved(
        args.runs, lambda: peer.put(name),
        lambda: place.put(peer.url, name, CHUNK))
    place.same(name, place.file("/Sent/by-peer.bin"))
    table.add("P3", f"{label} ÷ ir put", ratios(*runs),
              beside=f"{rate(args.peer_size, runs[0]):.0f} MB/s")
    table.point("peers-up", label, label, rate(args.peer_size, runs[0]))
    return rate(args.peer_size, runs[1])


def p3(place, table, args):
    name = place.document(args.peer_size)
    with place.server() as server:
        commands = peers.clients(place.binaries, table)
        ours = [down(table, args, Peer(place, server.url, command), name, label)
                for label, command in commands.items()]
        table.point("peers-down", "ir", "ir", max(ours))
        ours = [up(table, args, Peer(place, server.url, command), name, label)
                for label, command in commands.items()
                if label != "stock gSOAP"]
        table.point("peers-up", "ir", "ir", max(ours))
    for sent in place.file("/Sent").iterdir():
        sent.unlink()
