#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Takes the power away during uploads: 'ir put' is killed at a call to the
server, its notes are put back to what the disk may have kept of them, and the
same command is run again.

    power_put.py [--sample SEED K] [--only GROUP] [--replay GROUP PLACE]
                 [--record]

What may be lost is what power.py says, of the folder of the notes; besides, a
file may end within what was added last.  Whatever was kept, the next run ends
with the right bytes, and all runs together make one version; or, where the
commit was sent, it says that it cannot know (exit code 12).  IR and IR_EMULATOR
name the programs, unless those of the dev preset are meant."""

import collections
import pathlib
import random

import power
import torture
from torture import Upload, check

OLD = b"what was there before"
CHUNKS = 3
CALLS = ("sendto", "write", "renameat", "unlinkat")  # where it is killed
AMBIGUOUS = 12
COMMIT = "UploadDocumentWithHandler"
BOOT = pathlib.Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
OTHER_BOOT = b"00000000-0000-4000-8000-000000000000"


def losses(ops):
    """What may become of those changes that no fsync covers; each once, the
    same ones every time.  They may end anywhere, within one too: of that a
    number of bytes is kept."""
    left = power.pending(ops)
    found = [{j: "lost" for j in left[i:]} for i in range(len(left) + 1)]
    found += power.losses(ops, random.Random(0))
    for i, later in zip(left, (left[k + 1:] for k in range(len(left)))):
        if ops[i].kind == "write":
            size = len(ops[i].b)
            found += [{i: n, **dict.fromkeys(later, "lost")}
                      for n in (1, size // 2, size - 1)]
    seen = {}
    for fates in found:
        disk = build(ops, fates)
        seen.setdefault(tuple(sorted(disk.items())), fates)
    return list(seen.values())


def build(ops, fates):
    """{name: (bytes, mode)} that is left of an empty folder."""
    cut = {i: n for i, n in fates.items() if isinstance(n, int)}
    short = [op._replace(b=op.b[:cut[i]]) if i in cut else op
             for i, op in enumerate(ops)]
    return power.build({}, short, {i: fate for i, fate in fates.items()
                                   if i not in cut})


class Recorder(power.Recorder):
    """Knows besides that a descriptor may be a copy of another."""

    def on_fcntl(self, a, fd):
        if a[1].startswith("F_DUPFD") and self.inode(a[0]) is not None:
            self.files[fd] = self.inode(a[0])
            self.at[fd] = 0


class Group(torture.Bench):
    """Uploads to one kind of server.  A series is of the runs killed at one
    call, a place in it is what was lost."""

    def __init__(self, *more, server=(), old=OLD):
        super().__init__(*server, n_chunks=CHUNKS)
        self.more = more
        self.old = old

    def record(self, here, *inject):
        """A run that makes its notes in an empty folder, and its system calls as
        power.py reads them."""
        here.state.mkdir()
        run = here.transfer(*self.more, prefix=torture.strace(
            None, "-y", "-xx", "-s", "1000", *inject))
        return run, [line.split(maxsplit=1)[1] for line in run.trace]

    def series(self):
        """For each call, as many as there are ways to lose what was noted
        before."""
        found = {}
        n_calls = collections.Counter()
        with Upload(self, old=self.old) as here:
            run, lines = self.record(here)
            recorder = Recorder(here.state, {})
        check(run.exit == 0, f"without a fault: {run}")
        for line in lines:
            name = line.partition("(")[0]
            n_calls[name] += 1
            n_possible = len(losses(recorder.ops)) if name in CALLS else 0
            if n_possible > 1:
                found[f"{name}-{n_calls[name]}"] = range(n_possible)
            recorder.read([line])
        return found

    def killed(self, here, call):
        """A run that was killed there: before that call, and when those before
        were served.  And what it did to its notes."""
        name, _, n = call.partition("-")
        run, lines = self.record(
            here, "-e", f"inject={name}:signal=KILL:when={n}")
        ops = Recorder(here.state, {}).read(lines)
        kept = {file.name: (file.read_bytes(), file.stat().st_mode & 0o7777)
                for file in here.state.iterdir()}
        check(build(ops, {}) == kept, "the record is not what happened")
        return run, ops

    def case(self, call, n):
        with Upload(self, old=self.old) as here:
            run, ops = self.killed(here, call)
            possible = losses(ops)
            if n >= len(possible):
                return False
            disk = build(ops, possible[n])
            self.restore(here.state, disk)
            if here.is_complete() and not self.is_noted(here, ops):
                here.n_most = 2
            again = here.transfer(*self.more)
            lost = f"{possible[n]}, {disk}"
            try:
                self.check_again(here, run, again)
            except torture.Wrong as wrong:
                raise torture.Wrong(f"{wrong}; lost {lost}") from None
        return True

    def is_noted(self, here, ops):
        """Not if all was done, and the run had removed its note itself."""
        return here.path in self.locked() or not any(
            op.kind == "unlink" and op.of.startswith("upload-") for op in ops)

    @staticmethod
    def restore(folder, disk):
        """The disk as the next boot finds it: the notes tell another."""
        for file in folder.iterdir():
            file.unlink()
        for name, (data, mode) in disk.items():
            (folder / name).write_bytes(data.replace(BOOT, OTHER_BOOT))
            (folder / name).chmod(mode)

    @staticmethod
    def check_again(here, run, again):
        if again.exit == AMBIGUOUS:
            check(run.asked[COMMIT], f"nothing was ambiguous: {again}")
            here.is_complete()
            return
        here.check_done(again)


CLASSIC = ("--generation", "classic")
GROUPS = {
    "new": lambda: Group(old=None),
    "lock": lambda: Group("--lock"),
    "classic": lambda: Group(server=CLASSIC),
    # It does not tell the checksum of what is staged.
    "classic-silent": lambda: Group(server=(*CLASSIC, "--no-filehexcrc")),
}

if __name__ == "__main__":
    torture.main("power_put", GROUPS)
