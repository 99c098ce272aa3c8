#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Downloads that are killed again and again, each begun in other chunks over
other connections, from a server that makes chunks short or corrupt, fails and
forgets handlers: what a run publishes as verified has the right bytes.

    resumes.py [--runs N] [--seed S]

A download, and what happens to it, is told by its seed, as a failure prints it:
but for what the threads of a run make of it.  IR and IR_EMULATOR name the
programs."""

import argparse
import collections
import pathlib
import random
import sys

from torture import harness

CHUNK = 65536
SIZES = (CHUNK // 2, CHUNK, CHUNK, CHUNK, 2 * CHUNK)
CONNECTIONS = (1, 2, 4, 8)
SIZE = 40 * CHUNK
DOCUMENT = "/Library/Folder/document.bin"
SHORTER = (1000, CHUNK // 2, CHUNK - 1000)
# The same handler is forgotten twice, or a chunk fails too often.
MAY_END = {"server", "corrupt"}


def rules(choice, seed):
    """What happens to chunks."""
    kinds = [(.1, f"short-chunk add=-{n}") for n in SHORTER]
    kinds += [(.3, "corrupt-byte"), (.15, "status code=503"),
              (.02, "handler-expired"), (.8, "delay ms=4")]
    for i, (most, kind) in enumerate(kinds):
        yield ("DownloadFileChunk "
               f"probability={choice.uniform(.001, most):.3f} "
               f"seed={seed * 100 + i} {kind}\n")


class Download:
    """One document on its way into a file."""

    def __init__(self, choice, url, folder):
        self.choice = choice
        self.url = url
        self.folder = folder
        self.target = folder / "target"
        self.ticket = ("--ticket-file", folder / "ticket")
        harness.ir("login", *self.ticket, url=url, folder=folder)

    def get(self, prefix=()):
        return harness.ir(
            "get", DOCUMENT, "-o", self.target, *self.ticket, "--state-dir",
            self.folder / "state", "--chunk-size", self.choice.choice(SIZES),
            "--parallel", self.choice.choice(CONNECTIONS), "--retries", 12,
            "--retry-delay", "20ms", "--json", url=self.url, prefix=prefix,
            deadline=60)

    def kill(self):
        """A run that is killed as it writes bytes, or its journal."""
        call = self.choice.choice(("pwrite64", "write"))
        n = self.choice.randrange(1, 60)
        self.get(("strace", "-f", "-o", "/dev/null", "-e",
                  f"inject={call}:signal=KILL:when={n}"))


def run(seed):
    """How the last run ended, and what is wrong."""
    choice = random.Random(seed)
    content = harness.sample(SIZE - choice.randrange(CHUNK), seed)
    with harness.library({DOCUMENT: content}) as root, \
            harness.folder() as folder:
        folder = pathlib.Path(folder)
        (folder / "rules").write_text("".join(rules(choice, seed)))
        with harness.Emulator(root, "--faults", folder / "rules",
                              "--min-chunk-bytes", 4096) as emulator:
            download = Download(choice, emulator.url, folder)
            for _ in range(choice.randrange(5)):
                download.kill()
            done = download.get()
        if done.exit == 0:
            end = "ok"
        elif done.exit is None:
            end = "no end"
        else:
            end = done.record(event="error")["status"]
        if end != "ok" and end not in MAY_END:
            return end, f"seed {seed}: {done}"
        if download.target.exists() \
                and download.target.read_bytes() != content:
            return end, f"seed {seed}: the file has other bytes"
        return end, None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    ends = collections.Counter()
    n_wrong = 0
    for seed in range(options.seed, options.seed + options.runs):
        end, wrong = run(seed)
        ends[end] += 1
        if wrong:
            n_wrong += 1
            print(wrong)
    if ends["ok"] < 0.8 * options.runs:
        n_wrong += 1
        print("few went well")
    print(f"resumes: {options.runs} downloads, ended {dict(ends)}, "
          f"{n_wrong} wrong")
    return 1 if n_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
