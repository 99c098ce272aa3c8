#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""Help, manual page and completion say the same."""

import pathlib
import re
import subprocess
import unittest

import harness

MANUAL = pathlib.Path(__file__).parents[2] / "docs/man/ir.1"


def ask(*words):
    run = harness.run(harness.program("IR"), *words)
    assert run.exit == 0, run
    return run.out.decode()


def verbs():
    """By the help: {verb: its options}."""
    return {verb: re.findall(r"(?m)^  (?:-.,|   ) --([a-z-]+)",
                             ask("help", verb))
            for verb in re.findall(r"(?m)^  (\w+)", ask("help"))}


class Help(unittest.TestCase):
    def test_every_verb_and_option_is_in_the_manual_page(self):
        items = "\n".join(
            line for line in MANUAL.read_text(encoding="utf-8").splitlines()
            if line.startswith(".It "))

        self.assertIn("queue", verbs()["zip"])
        for verb, options in verbs().items():
            self.assertRegex(items, rf"Cm {verb}\b")
            for option in options:
                self.assertRegex(items, rf"Fl -{option}\b", verb)

    def complete(self, *words):
        """What bash offers for the last of the words."""
        script = (ask("completion", "bash") + 'COMP_WORDS=(ir "$@"); '
                  'COMP_CWORD=$#; _ir; printf "%s\\n" "${COMPREPLY[@]}"')
        return subprocess.run(["bash", "-c", script, "bash", *words],
                              check=True, capture_output=True, text=True
                              ).stdout.split()

    def test_bash_completes_every_verb_and_its_options(self):
        self.assertEqual(set(verbs()),
                         {w for w in self.complete("") if w[0] != "-"})
        for verb, options in verbs().items():
            self.assertEqual({f"--{o}" for o in options},
                             set(self.complete(verb, "--")), verb)


if __name__ == "__main__":
    unittest.main()
