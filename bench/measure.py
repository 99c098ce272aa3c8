# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Measurements side by side, and the table that they make."""

import csv
import dataclasses
import statistics
import sys

import harness

MIB = 1 << 20
HEADER = ("row", "what", "median", "spread", "reach", "met?", "beside")


@dataclasses.dataclass
class Row:
    """One line of the table: what was measured, several times, and the bound
    that design wants, such as "<= 1.0", or none."""
    row: str
    what: str
    values: list
    reach: str = ""
    beside: str = ""

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def met(self):
        if not self.reach:
            return ""
        how, bound = self.reach.split()
        good = {"<=": self.median <= float(bound),
                ">=": self.median >= float(bound),
                "=": self.median == float(bound)}[how]
        return "yes" if good else "NO"

    def cells(self):
        low, high = min(self.values), max(self.values)
        spread = f"{short(low)}..{short(high)}" if len(self.values) > 1 else ""
        return (self.row, self.what, short(self.median), spread, self.reach,
                self.met, self.beside)


def short(value):
    """Three digits, or all of a whole number."""
    if value == int(value) or value >= 1000:
        return str(round(value))
    return f"{value:.3g}" if value < 100 else f"{value:.1f}"


class Table:
    """Rows as they come, to be printed and kept."""

    def __init__(self):
        self.rows = []
        self.points = {}

    def add(self, *arguments, **named):
        row = Row(*arguments, **named)
        self.rows.append(row)
        print("  " + " | ".join(c for c in row.cells() if c), flush=True)

    def point(self, plot, line, x, y):
        """A point of a plot that is drawn at the end."""
        self.points.setdefault(plot, {}).setdefault(line, []).append((x, y))

    def skip(self, row, why):
        print(f"  {row} | left out: {why}", flush=True)

    def print(self):
        lines = [HEADER, *(row.cells() for row in self.rows)]
        widths = [max(len(line[i]) for line in lines)
                  for i in range(len(HEADER))]
        for line in lines:
            print(" | ".join(cell.ljust(width) for cell, width
                             in zip(line, widths)).rstrip())

    def write(self, path):
        with path.open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(("row or plot", "what", "median", "lowest", "highest",
                          "runs", "reach", "met", "beside"))
            for r in self.rows:
                out.writerow((r.row, r.what, short(r.median),
                              short(min(r.values)), short(max(r.values)),
                              len(r.values), r.reach, r.met, r.beside))
            for plot, lines in self.points.items():
                for line, points in lines.items():
                    for x, y in points:
                        out.writerow((plot, f"{line}: {x}", short(y),
                                      *[""] * 6))


def good(run):
    """A run that ended well; anything else ends the benchmark."""
    if run.exit != 0:
        sys.exit(f"bench: {run}")
    return run


def interleaved(n, *what):
    """The runs of each, n times in turn after one time that does not count:
    [[a, a, ...], [b, b, ...]]."""
    for one in what:
        one()
    rounds = [[one() for one in what] for _ in range(n)]
    return [list(column) for column in zip(*rounds)]


def ratios(above, below):
    """Of the wall time, pair by pair."""
    return [a.seconds / b.seconds for a, b in zip(above, below)]


def rate(size, runs):
    """MB/s of the middle run."""
    return size / 1e6 / statistics.median(run.seconds for run in runs)


def both(size, ours, theirs):
    """Two rates, and what the processor worked for them."""
    cpu = [statistics.median(run.cpu_seconds for run in runs)
           for runs in (ours, theirs)]
    return (f"{rate(size, ours):.0f} and {rate(size, theirs):.0f} MB/s; "
            f"{cpu[0]:.2f} and {cpu[1]:.2f} s of CPU")


def run(*argv, **named):
    named.setdefault("deadline", 900)
    return good(harness.run(*argv, **named))
