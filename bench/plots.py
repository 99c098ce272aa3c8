# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""The curves of a run as SVG files, by gnuplot."""

import subprocess

CURVES = {
    "chunks": ("Throughput over the size of chunks, loopback",
               "MiB in a chunk", "MB/s", "set logscale x 2"),
    "rtt": ("Throughput over the round trip, 500 Mbit/s, chunks of 1 MiB",
            "ms of round trip", "MB/s", "set logscale x"),
    "memory": ("Peak memory over the size of chunks, 64 MiB document",
               "MiB in a chunk", "MiB",
               "set logscale x 2; set logscale y 2"),
    "documents": ("Documents of 10 KiB over a link of 40 ms, 500 Mbit/s",
                  "documents at a time", "documents/s", "set logscale x 2"),
    "many": ("Peak memory of one ir get -r over the number of documents",
             "documents", "MiB", "set logscale x"),
    "processes": ("Throughput of several ir get at once, loopback",
                  "processes", "MB/s in all", "set logscale x 2"),
    "scaling": ("Throughput over the number of connections", "connections",
                "MB/s", "set logscale x 2; set logscale y"),
}
LOOK = ("set terminal svg size 720,400 font 'sans-serif,13' background "
        "'white'; set grid ytics lc '#dddddd'; set border 3; "
        "set tics nomirror; set key outside right top; ")


def gnuplot(script):
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def block(name, points):
    lines = "\n".join(f'"{x}" {y:.2f}' if isinstance(x, str) else
                      f"{x:g} {y:.2f}" for x, y in points)
    return f"${name} << EOD\n{lines}\nEOD\n"


def curve(folder, name, lines):
    title, x, y, more = CURVES[name]
    data = "".join(block(f"line{i}", sorted(points))
                   for i, points in enumerate(lines.values()))
    plotted = ", ".join(
        f"$line{i} with linespoints lw 2 pt 7 ps 0.6 title '{label}'"
        for i, label in enumerate(lines))
    low = "" if "logscale y" in more else "set yrange [0:*]; "
    gnuplot(f"{data}{LOOK}set output '{folder / name}.svg'; set title "
            f"'{title}'; set xlabel '{x}'; set ylabel '{y}'; {low}{more}; "
            f"plot {plotted}\n")


def bars(folder, down, up):
    """The peers beside each other, the fastest first."""
    fast = sorted(down, key=lambda label: -down[label][0][1])
    text = "\n".join(
        f'"{label}" {down[label][0][1]:.1f} '
        f'{up[label][0][1] if label in up else "NaN"}' for label in fast)
    gnuplot(f"$bars << EOD\n{text}\nEOD\n{LOOK}"
            f"set output '{folder / 'peers'}.svg'; "
            "set title 'The same transfer, loopback, chunks of 4 MiB'; "
            "set style data histogram; set style fill solid 0.8 noborder; "
            "set ylabel 'MB/s'; set yrange [0:*]; "
            "plot $bars using 2:xtic(1) title 'down', '' using 3 title 'up'\n")


def draw(folder, points):
    for name in CURVES:
        if name in points:
            curve(folder, name, points[name])
    if "peers-down" in points:
        bars(folder, points["peers-down"], points.get("peers-up", {}))
