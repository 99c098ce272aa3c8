# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""An emulator with faults, and threads.c as its clients."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))

import harness  # noqa: E402

CHUNK = 4096
# Around the edges of a chunk, and several of them.
SIZES = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK, 8 * CHUNK + 100)
# A report of a sanitizer must not pass for a failure of the program.
SANITIZER_EXIT = 66


class Clients:
    """A context: the emulator runs; start() starts the clients."""

    def __init__(self, rules, *options):
        self.rules = rules
        self.options = options
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        self.folder = pathlib.Path(self.stack.enter_context(harness.folder()))
        self.root = self.stack.enter_context(harness.library(
            {f"/Library/Down/{size}": harness.sample(size, size)
             for size in SIZES}))
        (self.root / "Library/Up").mkdir()
        self.targets = self.folder / "targets"
        self.targets.mkdir()
        rules = self.folder / "rules"
        rules.write_text("\n".join(self.rules) + "\n")
        self.server = self.stack.enter_context(harness.Emulator(
            self.root, "--min-chunk-bytes", CHUNK, "--faults", rules,
            *self.options))
        return self

    def __exit__(self, *_):
        self.stack.close()

    def start(self, **plan):
        plan |= {"url": self.server.url, "user": harness.USER,
                 "root": self.root, "folder": self.targets,
                 "password": harness.secret_file(self.folder,
                                                 harness.PASSWORD)}
        options = os.environ.get("TSAN_OPTIONS", "")
        self.process = subprocess.Popen(
            [harness.program("TORTURE_THREADS"),
             *(f"{k}={v}" for k, v in plan.items())],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env=harness.environment(
                TSAN_OPTIONS=f"{options} exitcode={SANITIZER_EXIT}"))
        return self.process

    def finish(self, deadline):
        """What the clients say of themselves, and what is wrong with it."""
        try:
            out, _ = self.process.communicate(timeout=deadline)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            return {}, [f"the clients did not end in {deadline} s"]
        wrong = []
        if self.process.returncode != 0:
            wrong.append(f"exit {self.process.returncode} of the clients")
        told = json.loads(out) if out else {}
        if told.get("wrong", 1) != 0:
            wrong.append(f"{told.get('wrong')} transfers ended as none may")
        return told, wrong

    def stop(self):
        """The emulator's report, and what is wrong with its end."""
        report = self.server.stop()
        code = self.server.process.returncode
        return report, [] if code == 0 else [
            f"exit {code} of the emulator: {self.server.talk()[-3000:]}"]


def fired(report, kind):
    """How often the rules of a kind of fault were followed."""
    return sum(r["fired"] for r in report["fault_rules"]
               if kind in r["rule"].split())
