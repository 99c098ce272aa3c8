#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""What every end-to-end test needs, and nothing of the product.

The programs under test are named by the environment: IR is the client,
IR_EMULATOR the stand-in server.  A run is measured by a small process of its
own, because the peak memory that wait4() reports begins with that of the
process that started the program.  Checksums are made by sha256sum.
"""

import atexit
import contextlib
import dataclasses
import functools
import json
import os
import pathlib
import random
import select
import shutil
import signal
import subprocess
import tempfile
import unittest

CHUNK = 262144  # the smallest chunk that a modern server grants
# Around the edges of a chunk.
SIZES = {"0": 0, "1": 1, "c_less_1": CHUNK - 1, "c": CHUNK,
         "c_plus_1": CHUNK + 1, "2c": 2 * CHUNK, "8c": 8 * CHUNK,
         "8c_plus_1": 8 * CHUNK + 1}
USER = "demo"
PASSWORD = "canary-5-Zq&<xylophone>"
LINE_BYTES = 600  # most that a failure may say
SANITIZED = os.environ.get("IR_SANITIZED") == "1"

# Starts argv[2:], writes seconds, CPU seconds, KiB and the exit code to the
# descriptor argv[1].
SPAWNER = """
import os, sys, time
start = time.monotonic()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ,
    file_actions=[(os.POSIX_SPAWN_CLOSE, int(sys.argv[1]))])
status, use = os.wait4(pid, 0)[1:]
line = "%f %f %d %d" % (time.monotonic() - start, use.ru_utime + use.ru_stime,
    use.ru_maxrss, os.waitstatus_to_exitcode(status))
os.write(int(sys.argv[1]), line.encode())
"""


def program(variable):
    """The absolute path of a program under test."""
    path = os.environ.get(variable)
    if not path:
        raise unittest.SkipTest(f"{variable} does not name a program")
    return os.path.abspath(path)


@functools.cache
def state_dir():
    """Where the clients of this process note what they leave behind."""
    path = tempfile.mkdtemp(prefix="ir-state-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


# Test authors' own proxies must not come between a client and 127.0.0.1.
def environment(**more):
    kept = {k: v for k, v in os.environ.items()
            if not k.startswith("IR_") and "proxy" not in k.lower()}
    return {**kept, "LC_ALL": "C.UTF-8", "IR_STATE_DIR": state_dir(), **more}


@dataclasses.dataclass
class Run:
    """How a program ended.  exit is None if the hard deadline killed it."""
    argv: list
    exit: int
    out: bytes
    err: str
    seconds: float
    cpu_seconds: float
    rss_mib: float

    def records(self):
        """The JSON objects of stdout, one a line."""
        return [json.loads(line) for line in self.out.splitlines()
                if line.startswith(b"{")]

    def record(self, **wanted):
        """The last JSON object that has these values, or an empty one."""
        return next((r for r in reversed(self.records())
                     if wanted.items() <= r.items()), {})

    def __str__(self):
        return (f"{' '.join(map(str, self.argv))}\n exit {self.exit} after "
                f"{self.seconds:.2f} s, {self.cpu_seconds:.2f} s of CPU, "
                f"{self.rss_mib:.1f} MiB\n out {self.out[:600]!r}\n "
                f"err {self.err[:900]!r}")


def run(*argv, deadline=30, env=None, prefix=(), stdin=subprocess.DEVNULL):
    """Run a program to its end, or to the hard deadline in seconds.  It reads
    'stdin', an open file or pipe."""
    argv = [str(a) for a in (*prefix, *argv)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        reader, writer = os.pipe()
        child = subprocess.Popen(
            ["/usr/bin/python3", "-I", "-S", "-c", SPAWNER, str(writer),
             *argv], stdin=stdin, stdout=out, stderr=err,
            pass_fds=[writer], start_new_session=True,
            env=env or environment())
        os.close(writer)
        try:
            child.wait(deadline)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        with os.fdopen(reader) as measured:
            fields = measured.read().split() or [deadline, 0, 0, None]
        out.seek(0)
        err.seek(0)
        return Run(argv, None if fields[3] is None else int(fields[3]),
                   out.read(), err.read().decode("utf-8", "replace"),
                   float(fields[0]), float(fields[1]), int(fields[2]) / 1024)


def ir(verb, *arguments, url=None, folder=None, deadline=30, env=None,
       prefix=(), password=PASSWORD, stdin=subprocess.DEVNULL):
    """Run a verb of the client, logged in as USER where 'folder' is given."""
    options = ["--url", url] if url else []
    if folder is not None:
        options += ["--user", USER, "--password-file",
                    secret_file(folder, password)]
    return run(program("IR"), verb, *arguments, *options, deadline=deadline,
               env=env, prefix=prefix, stdin=stdin)


def on_tmpfs(mount, options):
    """A prefix for run(): in a file system of its own, mounted on the folder
    'mount', of 8 MiB and with "old" in a file "target".  What is there in the
    end, and the file, follow on stderr.  Exit 77: there are no mounts here."""
    script = (f"mount -t tmpfs -o size=8m none {mount} && "
              f"echo old > {mount}/target && "
              f"mount -o remount,{options} {mount} || exit 77; "
              '"$@"; code=$?; ls '
              f"{mount} >&2; cat {mount}/target >&2; exit $code")
    return ("unshare", "-m", "/bin/sh", "-c", script, "sh")


def sample(size, seed=0):
    """Bytes that compress badly and differ everywhere."""
    return random.Random(seed).randbytes(size)


def sha256(path):
    """By the system's tool, which knows nothing of us."""
    return subprocess.run(["sha256sum", "--", path], check=True,
                          capture_output=True).stdout.split()[0].lstrip(b"\\")


def secret_file(folder, text):
    """A file that only its owner can read, as the client demands."""
    path = pathlib.Path(folder) / f"secret-{random.getrandbits(64):016x}"
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600),
              "w", encoding="utf-8") as file:
        file.write(text)
    return path


def kept(target, content):
    """What the journal beside 'target' claims is verified in its .part file: all
    of that, None if it is not of 'content'."""
    part = pathlib.Path(f"{target}.part").read_bytes()
    claimed = {}
    for line in pathlib.Path(f"{target}.part.journal").read_text().split("\n"):
        if line.startswith("done "):
            offset, length = map(int, line.split()[1:3])
            claimed[offset] = part[offset:offset + length]
            if claimed[offset] != content[offset:offset + length]:
                return None
    return b"".join(data for _, data in sorted(claimed.items()))


def folder():
    """A temporary folder, as a context."""
    return tempfile.TemporaryDirectory(prefix="ir-e2e-")


class Emulator:
    """An ir-emulator on a free port over the folder 'root'."""

    def __init__(self, root, *options, password=PASSWORD):
        self.folder = folder()
        self.report_file = pathlib.Path(self.folder.name) / "report.json"
        self.state = pathlib.Path(self.folder.name) / "state"
        self.state.mkdir()
        self.log = tempfile.TemporaryFile()
        user = f"{USER}:{secret_file(self.folder.name, password)}"
        self.argv = [program("IR_EMULATOR"), "--root", str(root), "--listen",
                     "127.0.0.1:0", "--state", str(self.state), "--report",
                     str(self.report_file), "--user", user,
                     *map(str, options)]
        self.report = None

    def __enter__(self):
        self.process = subprocess.Popen(
            self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self.log, env=environment())
        try:
            self.url = self.read_url()
        except BaseException:
            self.stop()
            raise
        return self

    def read_url(self):
        ready, _, _ = select.select([self.process.stdout], [], [], 10)
        line = self.process.stdout.readline().decode() if ready else ""
        if not line.startswith("listening on "):
            raise AssertionError(f"emulator said {line!r}, {self.talk()!r}")
        return line.removeprefix("listening on ").strip()

    def talk(self):
        self.log.seek(0)
        return self.log.read().decode("utf-8", "replace")

    def stop(self):
        """End it and read its report; again is fine."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
        if self.report is None and self.report_file.exists():
            self.report = json.loads(self.report_file.read_text())
        return self.report

    def __exit__(self, *_):
        self.stop()
        self.log.close()
        self.folder.cleanup()


def calls(report, operation):
    """How often an emulator was asked for an operation, by each binding that
    was used for it."""
    counts = report["calls"].get(operation, {})
    return {binding: n for binding, n in counts.items() if n > 0}


def count(report, operation):
    """How often an emulator was asked for an operation, by any binding."""
    return sum(calls(report, operation).values())


@contextlib.contextmanager
def library(files):
    """A folder for an emulator's --root that holds {path: bytes}."""
    with folder() as root:
        for path, content in files.items():
            target = pathlib.Path(root, path.lstrip("/"))
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        yield pathlib.Path(root)
