# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Where everything happens: documents on a tmpfs, servers over them, and ir as
every measurement calls it."""

import contextlib
import functools
import os
import pathlib
import select
import subprocess

import certificates
import harness
from measure import run

SERVER = ("--large-offsets", "--max-document-bytes", 0)


def fill(path, size):
    """Bytes that differ everywhere, made quickly."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        subprocess.run(
            ["sh", "-c", "openssl enc -aes-128-ctr -K 00 -iv 00 "
             f"-in /dev/zero 2>/dev/null | head -c {size}"],
            check=True, stdout=out)


class Place:
    """Documents by size under 'root', results under 'local'."""

    def __init__(self, stack, binaries):
        self.binaries = binaries
        self.root = pathlib.Path(stack.enter_context(harness.folder()))
        self.local = pathlib.Path(stack.enter_context(harness.folder()))
        self.got = self.local / "got"
        self.secret = harness.secret_file(self.local, harness.PASSWORD)
        (self.root / "Sent").mkdir()

    def document(self, size):
        """The server's path of a document of that many bytes."""
        name = f"/Kept/{size}.bin"
        if not self.file(name).exists():
            fill(self.file(name), size)
        return name

    def file(self, name):
        return self.root / name.lstrip("/")

    @functools.cached_property
    def authority(self):
        folder = self.local / "pki"
        folder.mkdir()
        return certificates.Authority(folder)

    @functools.cached_property
    def leaf(self):
        return self.authority.issue("leaf", san="IP:127.0.0.1")

    def server(self, *options, tls=False, packs=False):
        """Clients that would take gzip get it only where 'packs' says so: what
        is measured elsewhere is not how fast it is undone."""
        if not packs:
            options += ("--no-compression",)
        if tls:
            certificate, key = self.leaf
            options += ("--tls-cert", certificate, "--tls-key", key)
        return harness.Emulator(self.root, *SERVER, *options)

    def trust(self, url):
        return ("--cacert", self.authority.ca) if url[:5] == "https" else ()

    def ir(self, url, verb, *arguments, **named):
        return run(harness.program("IR"), verb, *arguments, "--url", url,
                   "--user", harness.USER, "--password-file", self.secret,
                   "--quiet", *self.trust(url), **named)

    def get(self, url, name, chunk, parallel=1, *more, to=None, **named):
        """A new file each time, as for the others: freeing the one before is
        not what is measured."""
        to = to or self.got
        to.unlink(missing_ok=True)
        return self.ir(url, "get", name, "-o", to, "--chunk-size", chunk,
                       "--parallel", parallel, *more, **named)

    def put(self, url, name, chunk, *more, **named):
        """A new document each time: the one before is taken away."""
        target = "/Sent/by-ir.bin"
        self.file(target).unlink(missing_ok=True)
        return self.ir(url, "put", self.file(name), target, "--chunk-size",
                       chunk, "--no-preflight", *more, **named)

    def same(self, name, got=None):
        """The bytes that arrived are those of the document."""
        if harness.sha256(got or self.got) != harness.sha256(self.file(name)):
            raise SystemExit(f"bench: wrong bytes of {name}")


@contextlib.contextmanager
def link(place, rtt_ms, mbit, url):
    """The same URL behind a link of that round trip and rate."""
    port = url.rpartition(":")[2].partition("/")[0]
    process = subprocess.Popen(
        [place.binaries / "bench/bench-link", str(rtt_ms), str(mbit), port],
        stdout=subprocess.PIPE, text=True)
    # A link does not wait for a processor; where that may not be asked for it
    # needs one that is free.
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(process.pid, os.SCHED_RR, os.sched_param(1))
    try:
        select.select([process.stdout], [], [], 10)
        word, near = process.stdout.readline().split()
        assert word == "port"
        yield url.replace(f":{port}/", f":{near}/")
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
