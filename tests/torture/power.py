#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Takes the power away during downloads: what 'ir get' does to its folder is
recorded, and from each prefix of the record the disks are built that may be
left of it.

    power.py                         all disks, 1800 of them with another run
    power.py --sample SEED K         K of them, a tenth with another run
    power.py --replay SCENARIO NUMBER
    power.py --record                all, and write down the counts

What may be lost is what no fsync covered: data wholly, in pages of 4 KiB, or to
zeros; the length; the mode; each change of a name that does not need another to
have come first.  On every disk the target must be what it was or complete, and
complete once the run had said so; another run must then make it complete.

IR and IR_EMULATOR name the programs; else those of build/dev are taken."""

import argparse
import collections
import contextlib
import hashlib
import json
import os
import pathlib
import random
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import harness

COUNTS = HERE / "counts-malloc.json"
SRC = HERE.parent.parent / "build/dev/src"
os.environ.setdefault("IR", str(SRC / "cli/ir"))
os.environ.setdefault("IR_EMULATOR", str(SRC / "emulator/ir-emulator"))
PAGE = 4096
CHUNK = 5 * PAGE
REMOTE = "/Library/Folder/document.bin"
DOCUMENT = harness.sample(12 * CHUNK + 777, seed=7)
EARLIER = harness.sample(14 * CHUNK + 777, seed=8)
OLD = b"what was there before\n"
MARK = 0o1000  # of a file that grows, and perhaps still when it has its name
LEAST = 2000
RERUNS = 1800
CALLS = ("openat,close,write,pwrite64,lseek,ftruncate,fsync,fdatasync,fchmod,"
         "rename,renameat,renameat2,link,linkat,unlink,unlinkat")

# Of the record.  'of' is an inode, or the name for changes of names.
Op = collections.namedtuple("Op", "kind of a b", defaults=(None, None))
NAMES = ("create", "rename", "link", "unlink")
DATA = ("write", "size", "mode")


class Violation(Exception):
    pass


# ---- Recording --------------------------------------------------------------

def unhex(text):
    """A string as strace -xx writes it."""
    return bytes.fromhex(text.strip('"').replace("\\x", ""))


class Recorder:
    """Turns the output of strace into a record about one folder."""

    def __init__(self, folder, files):
        self.folder = os.fsencode(folder)
        self.names = {name: i for i, name in enumerate(sorted(files))}
        self.first = len(files)
        self.files = {}  # by descriptor: inode, or "folder"
        self.at = collections.Counter()
        self.ops = []

    def name(self, directory, text):
        """The name in our folder; None if it is elsewhere."""
        path = unhex(text)
        if not path.startswith(b"/"):
            base = re.search(r"<(.*)>", directory)
            path = os.path.join(unhex(base[1]) if base else b"/", path)
        parent, name = os.path.split(os.path.normpath(path))
        return name.decode() if parent == self.folder else None

    def read(self, lines):
        for line in lines:
            call = re.match(r"(\w+)\((.*)\)\s+= (\d+)", line)
            if call:
                getattr(self, "on_" + call[1], lambda *_: None)(
                    call[2].split(", "), int(call[3]))
        return self.ops

    def inode(self, argument):
        return self.files.get(int(re.match(r"\d+", argument)[0]))

    def on_openat(self, a, fd):
        self.files.pop(fd, None)
        path = unhex(a[1])
        if os.path.normpath(path) == self.folder:
            self.files[fd] = "folder"
        name = self.name(a[0], a[1])
        if name is None:
            return
        if name not in self.names:
            self.names[name] = self.first + len(self.ops)
            self.ops.append(Op("create", name, self.names[name],
                               int(a[3], 8)))
        self.files[fd] = self.names[name]
        self.at[fd] = 0

    def on_close(self, a, _):
        self.files.pop(int(re.match(r"\d+", a[0])[0]), None)

    def on_lseek(self, a, where):
        self.at[int(re.match(r"\d+", a[0])[0])] = where

    def on_write(self, a, n):
        fd = int(re.match(r"\d+", a[0])[0])
        if isinstance(self.inode(a[0]), int):
            self.ops.append(Op("write", self.inode(a[0]), self.at[fd],
                               unhex(a[1])[:n]))
            self.at[fd] += n

    def on_pwrite64(self, a, n):
        if isinstance(self.inode(a[0]), int):
            self.ops.append(Op("write", self.inode(a[0]), int(a[3]),
                               unhex(a[1])[:n]))

    def on_ftruncate(self, a, _):
        if isinstance(self.inode(a[0]), int):
            self.ops.append(Op("size", self.inode(a[0]), int(a[1])))

    def on_fchmod(self, a, _):
        if isinstance(self.inode(a[0]), int):
            self.ops.append(Op("mode", self.inode(a[0]), int(a[1], 8)))

    def on_fsync(self, a, _):
        if self.inode(a[0]) is not None:
            self.ops.append(Op("sync", self.inode(a[0])))

    on_fdatasync = on_fsync

    def on_renameat(self, a, _):
        old, new = self.name(a[0], a[1]), self.name(a[2], a[3])
        if old is not None:
            self.names[new] = self.names.pop(old)
            self.ops.append(Op("rename", old, new))

    on_renameat2 = on_renameat

    def on_linkat(self, a, _):
        old, new = self.name(a[0], a[1]), self.name(a[2], a[3])
        if old is not None:
            self.names[new] = self.names[old]
            self.ops.append(Op("link", old, new))

    def on_unlinkat(self, a, _):
        name = self.name(a[0], a[1])
        if name is not None:
            self.names.pop(name)
            self.ops.append(Op("unlink", name))

    def on_rename(self, a, _):
        raise AssertionError("rename() without a directory")

    on_link = on_unlink = on_rename


# ---- Disks ------------------------------------------------------------------

def pending(ops):
    """Which of them no fsync covers."""
    left = []
    for i, op in enumerate(ops):
        if op.kind == "sync" and op.of == "folder":
            left = [j for j in left if ops[j].kind not in NAMES]
        elif op.kind == "sync":
            left = [j for j in left
                    if ops[j].kind not in DATA or ops[j].of != op.of]
        else:
            left.append(i)
    return left


def write(data, at, new, fate):
    """Into the bytearray 'data', as far as 'fate' lets it."""
    if len(data) < at + len(new):
        data.extend(bytes(at + len(new) - len(data)))
    if fate == "zero":
        return
    for start in range(at - at % PAGE, at + len(new), PAGE):
        page = start // PAGE
        if fate == "even" and page % 2 or fate == "odd" and page % 2 == 0 \
                or fate == "head" and start > at or \
                fate == "tail" and start <= at:
            continue
        low, high = max(start, at), min(start + PAGE, at + len(new))
        data[low:high] = new[low - at:high - at]


def build(files, ops, fates):
    """{name: (bytes, mode)} after 'ops'; fates[i] says what became of number
    i."""
    names = {name: i for i, name in enumerate(sorted(files))}
    inodes = {names[n]: [bytearray(d), m] for n, (d, m) in files.items()}
    for i, op in enumerate(ops):
        fate = fates.get(i)
        if op.kind == "create":
            inodes[op.a] = [bytearray(), op.b]
        if fate == "lost":
            continue
        if op.kind == "create":
            names.setdefault(op.of, op.a)
        elif op.kind == "write":
            write(inodes[op.of][0], op.a, op.b, fate)
        elif op.kind == "size":
            data = inodes[op.of][0]
            data.extend(bytes(max(0, op.a - len(data))))
            del data[op.a:]
        elif op.kind == "mode":
            inodes[op.of][1] = op.a
        elif op.kind == "rename" and op.of in names:
            names[op.a] = names.pop(op.of)
        elif op.kind == "link" and op.of in names:
            names.setdefault(op.a, names[op.of])
        elif op.kind == "unlink":
            names.pop(op.of, None)
    return {n: (bytes(inodes[i][0]), inodes[i][1]) for n, i in names.items()}


TORN = ("zero", "even", "odd", "head", "tail")


def losses(ops, rng):
    """What may become of those of 'ops' that nothing covers."""
    left = pending(ops)
    yield {}
    yield dict.fromkeys(left, "lost")
    for i in left:
        yield {i: "lost"}
        yield {j: "lost" for j in left if j != i}
        if ops[i].kind == "write":
            for fate in TORN:
                yield {i: fate}
    for _ in range(12):
        yield {i: rng.choice((None, "lost", *TORN)
                             if ops[i].kind == "write" else (None, "lost"))
               for i in left}


def disks(files, ops):
    """Each once: (length of the prefix, disk).  The same ones every time."""
    rng = random.Random(0)
    seen = set()
    for n in range(len(ops) + 1):
        for fates in losses(ops[:n], rng):
            disk = build(files, ops[:n], fates)
            key = hashlib.sha256()
            for name, (data, mode) in sorted(disk.items()):
                key.update(f"{name}\0{mode}\0{len(data)}\0".encode() + data)
            if n == len(ops):
                key.update(b"done")
            if key.digest() not in seen:
                seen.add(key.digest())
                yield n, disk


# ---- Scenarios --------------------------------------------------------------

class Scenario:
    """A recorded run."""

    def __init__(self, name, bench):
        self.name = name
        self.bench = bench
        self.options = ["--no-overwrite"] if name == "no-overwrite" else []
        self.files = {}
        if name in ("replace", "interrupted", "changed"):
            self.files["target"] = (OLD, 0o640)
        if name == "changed":
            bench.serve(EARLIER)
        if name in ("resumed", "changed"):
            self.files.update(bench.interrupted(8 if name == "resumed" else 27))
        if name == "changed":
            assert len(self.files["target.part"][0]) > len(DOCUMENT)
        bench.serve(DOCUMENT)
        self.old = self.files.get("target")
        self.ops, self.is_done = bench.record(self)

    def check(self, n, disk, ops=None):
        """The promise about the target."""
        target = disk.get("target")
        complete = (DOCUMENT, self.old[1] if self.old else 0o644)
        if target is not None:
            target = (target[0], target[1] & ~MARK)
        if self.is_done and n == len(ops or self.ops):
            if target != complete:
                raise Violation("the run was done, and the target is not")
        elif target not in (self.old, complete):
            raise Violation(
                "no target" if target is None else
                f"a target of {len(target[0])} bytes, mode {target[1]:o}, "
                f"{'right' if target[0] == DOCUMENT else 'wrong'}")

    def rerun(self, disk):
        """Another run must end with the right bytes."""
        with self.bench.folder(disk) as folder:
            run = self.bench.get(folder, self.options)
            target = pathlib.Path(folder, "target")
            left = sorted(p.name for p in pathlib.Path(folder).iterdir())
            wanted = ["target"]
            if (run.exit != 0 and self.options and "target" in disk
                    and disk["target"][0] == DOCUMENT):
                wanted = left  # it is there, and may not be replaced
            elif run.exit != 0:
                raise Violation(f"another run failed: {run}")
            if harness.sha256(target).decode() != \
                    hashlib.sha256(DOCUMENT).hexdigest():
                raise Violation("another run left other bytes")
            if left != wanted:
                raise Violation(f"another run left {left}")


class Bench:
    NAMES = ("fresh", "replace", "no-overwrite", "resumed", "interrupted",
             "changed")

    def __init__(self, stack):
        self.root = stack.enter_context(harness.library({REMOTE: DOCUMENT}))
        self.place = "/dev/shm" if os.path.isdir("/dev/shm") else None
        self.work = pathlib.Path(stack.enter_context(harness.folder()))
        self.emulator = stack.enter_context(harness.Emulator(
            self.root, "--min-chunk-bytes", PAGE))
        self.ticket = self.work / "ticket"
        run = harness.ir("login", "--ticket-file", self.ticket,
                         url=self.emulator.url, folder=self.work)
        assert run.exit == 0, run

    def serve(self, data):
        path = self.root / REMOTE.lstrip("/")
        if path.read_bytes() != data:
            path.write_bytes(data)

    def folder(self, disk):
        """With these files in it."""
        made = tempfile.TemporaryDirectory(prefix="ir-power-", dir=self.place)
        for name, (data, mode) in disk.items():
            path = pathlib.Path(made.name, name)
            path.write_bytes(data)
            path.chmod(mode)
        return made

    def get(self, folder, options=(), prefix=()):
        with tempfile.TemporaryDirectory(dir=self.place) as state:
            return harness.ir(
                "get", REMOTE, "-o", pathlib.Path(folder, "target"),
                "--chunk-size", CHUNK, "--ticket-file", self.ticket,
                "--state-dir", state, "--quiet", *options,
                url=self.emulator.url, prefix=("sh", "-c",
                                               'umask 022; exec "$@"', "sh",
                                               *prefix))

    @staticmethod
    def read(folder):
        return {p.name: (p.read_bytes(), p.stat().st_mode & 0o7777)
                for p in pathlib.Path(folder).iterdir()}

    def interrupted(self, when):
        """The .part file and journal of a run that was killed as it wrote."""
        with self.folder({}) as folder:
            run = self.get(folder, prefix=(
                "strace", "-o", "/dev/null", "-e",
                f"inject=pwrite64:signal=KILL:when={when}"))
            assert run.exit != 0, run
            files = self.read(folder)
        assert set(files) == {"target.part", "target.part.journal"}, files
        return files

    def record(self, scenario):
        """What a run does, and whether it came to its end.  One that is told to
        end may be done before it hears of it: then it is told once more."""
        stop = (("-e", "inject=pwrite64:signal=INT:when=7")
                if scenario.name == "interrupted" else ())
        for _ in range(10):
            ops, is_done = self.record_once(scenario, stop)
            if is_done == (not stop):
                return ops, is_done
        raise AssertionError(f"{scenario.name} never ends so")

    def record_once(self, scenario, stop):
        log = self.work / "log"
        with self.folder(scenario.files) as folder:
            run = self.get(folder, scenario.options, prefix=(
                "strace", "-o", log, "-y", "-xx", "-s", "1000000", "-e",
                f"trace={CALLS}", *stop))
            ops = Recorder(folder, scenario.files).read(
                log.read_text().splitlines())
            assert build(scenario.files, ops, {}) == self.read(folder), \
                "the record is not what happened"
        return ops, run.exit == 0


# ---- Running ----------------------------------------------------------------

def prove_checks(scenario):
    """A disk is found to be wrong if an fsync had been left out."""
    for what in ("folder", None):
        ops = [op for op in scenario.ops if op.kind != "sync"
               or (op.of == "folder") != (what == "folder")]
        for n, disk in disks(scenario.files, ops):
            try:
                scenario.check(n, disk, ops)
            except Violation:
                break
        else:
            sys.exit(f"power: nothing shows that fsync of {what or 'the file'}"
                     " is missing")


class Runner:
    def __init__(self):
        self.n_violations = 0

    def judge(self, scenario, number, n, disk, again):
        try:
            scenario.check(n, disk)
            if again:
                scenario.rerun(disk)
        except Violation as violation:
            self.n_violations += 1
            last = scenario.ops[n - 1] if n else None
            print(f"FAILED {scenario.name} {number}: {violation}\n"
                  f"  after {n} of {len(scenario.ops)}, "
                  f"{last.kind + ' ' + str(last.of) if last else 'nothing'}\n"
                  f"  disk: " + ", ".join(
                      f"{k} {len(d)} bytes {m:o}"
                      for k, (d, m) in sorted(disk.items())) +
                  f"\n  replay: {HERE.name}/power.py --replay "
                  f"{scenario.name} {number}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", nargs=2, type=int)
    parser.add_argument("--replay", nargs=2)
    parser.add_argument("--record", action="store_true")
    args = parser.parse_args()
    rng = random.Random(args.sample[0] if args.sample else 0)
    runner = Runner()
    counts = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    found = {}
    n_again = n_judged = 0
    with contextlib.ExitStack() as stack:
        bench = Bench(stack)
        if args.replay:
            scenario = Scenario(args.replay[0], bench)
            every = disks(scenario.files, scenario.ops)
            for i, (n, disk) in enumerate(every):
                if i == int(args.replay[1]):
                    runner.judge(scenario, i, n, disk, True)
            sys.exit(runner.n_violations > 0)
        for name in bench.NAMES:
            scenario = Scenario(name, bench)
            if name == "replace" and not args.sample:
                prove_checks(scenario)
            every = list(disks(scenario.files, scenario.ops))
            found[name] = len(every)
            chosen = range(len(every))
            share = RERUNS // len(bench.NAMES)
            if args.sample:
                k = args.sample[1] // len(bench.NAMES)
                chosen = rng.sample(chosen, min(k, len(every)))
                share = k // 10
            again = set(rng.sample(list(chosen), min(share, len(chosen))))
            for i in chosen:
                runner.judge(scenario, i, *every[i], i in again)
            n_judged += len(chosen)
            n_again += len(again)
            print(f"{name:13} {len(scenario.ops):3} changes, {len(every):5} "
                  f"disks, {len(chosen):5} judged, {len(again):4} with "
                  "another run", flush=True)
    print(f"{n_judged} disks of {sum(found.values())} judged, {n_again} with "
          f"another run, {runner.n_violations} violations")
    few = [n for n in found if found[n] < counts.get("power", {}).get(n, 0)]
    for name in few:
        print(f"{name}: {found[name]} disks, {counts['power'][name]} were "
              "recorded")
    if args.record and not runner.n_violations:
        COUNTS.write_text(json.dumps({**counts, "power": found}, indent=1)
                          + "\n")
        few = []
    sys.exit(bool(runner.n_violations or few
                  or sum(found.values()) < LEAST))


if __name__ == "__main__":
    main()
