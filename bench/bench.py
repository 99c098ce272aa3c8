#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Runs everything side by side and prints one table of ratios, each the median
of several pairs that were run in turn, with the lowest and the highest.

scripts/bench builds what this needs and says where it is: IR and IR_EMULATOR
name the programs, --build the folder with the rest."""

import argparse
import contextlib
import os
import pathlib
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "tests/e2e"))

import plots
import rows_cost
import rows_link
import rows_many
import rows_peers
import rows_stream
from measure import MIB, Table
from place import Place

ROWS = {
    "P1": rows_stream.p1,
    "P2": rows_cost.p2,
    "P3": rows_peers.p3,
    "P4": rows_cost.p4,
    "P5": rows_stream.p5,
    "P6": rows_stream.p6,
    "link": rows_link.check,
    "P7": rows_link.p7,
    "P8": rows_link.p8,
    "P9": rows_many.p9,
    "P10": rows_stream.p10,
    "scaling": rows_many.connections,
    "processes": rows_many.processes,
    "chunks": rows_many.chunk_sizes,
    "rtt": rows_link.round_trips,
    "many": rows_many.small_documents,
    "calls": rows_cost.system_calls,
    "allocations": rows_cost.allocations,
}


def arguments():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True,
                        help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=5, metavar="N",
                        help="pairs of each comparison (5)")
    parser.add_argument("--size", type=int, default=1024, metavar="MIB",
                        help="of the long document (1024)")
    parser.add_argument("--peer-size", type=int, default=256, metavar="MIB",
                        help="of the document for slow peers (256)")
    parser.add_argument("--large", action="store_true",
                        help="memory with a document of 4 GiB, too")
    parser.add_argument("--long", action="store_true",
                        help="100,000 small documents in place of 5,000")
    parser.add_argument("--only", default=",".join(ROWS), metavar="ROW,...",
                        help=f"some of {', '.join(ROWS)}")
    parser.add_argument("--results", type=pathlib.Path, metavar="DIR",
                        help="for results.csv and the plots (bench/results if "
                        "all rows are measured)")
    args = parser.parse_args()
    args.size *= MIB
    args.peer_size *= MIB
    args.only = args.only.split(",")
    if not set(args.only) <= set(ROWS):
        parser.error(f"--only takes some of {', '.join(ROWS)}")
    if args.results is None and args.only == list(ROWS):
        args.results = FOLDER / "results"
    return args


def main():
    args = arguments()
    tempfile.tempdir = os.environ.get("BENCH_DIR", "/dev/shm")
    table = Table()
    with contextlib.ExitStack() as stack:
        place = Place(stack, args.build.resolve())
        for name in args.only:
            print(name, flush=True)
            ROWS[name](place, table, args)
    print()
    table.print()
    if args.results:
        args.results.mkdir(parents=True, exist_ok=True)
        table.write(args.results / "results.csv")
        plots.draw(args.results, table.points)
    sys.exit(any(row.met == "NO" for row in table.rows))


if __name__ == "__main__":
    main()
