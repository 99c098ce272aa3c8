#!/usr/bin/python3
# Copyright (c) 2026 the inforouter-client authors.
# SPDX-License-Identifier: MIT
"""The fault rules of the emulator: which are refused, when they fire, that a
seed decides, what the report says, and that every listed fault shows."""

import itertools
import pathlib
import re
import subprocess
import unittest

import harness
from faults import CHUNK, PATH, READ, SEND, STAGE, Faults

GUID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNKNOWN = b"6ba7b810-9dad-41d1-80b4-00c04fd430c8"  # of unknown-handler


class Conditions(Faults):
    def fired(self, condition, calls):
        """Which of these (handler, chunk) pairs met the rule."""
        s = self.emulate(f"{READ} {condition} status code=503")
        handlers = [s.begin_download().handler for _ in range(2)]
        hits = []
        for handler, chunk in calls:
            s.handler = handlers[handler - 1]
            hits.append(s.read(chunk).status == 503)
        return hits

    CALLS = list(itertools.product((1, 2), (0, 3, 7, 3)))

    def check(self, condition, wanted):
        found = [i for i, hit in enumerate(self.fired(condition, self.CALLS))
                 if hit]
        self.assertEqual(found, wanted, condition)

    def test_nth_call_of_the_operation(self):
        self.check("nth=3", [2])
        self.check("nth=3-4 always", [2, 3])
        self.check("nth=7- always", [6, 7])

    def test_repeats(self):
        self.check("once", [0])
        self.check("", [0])
        self.check("times=3", [0, 1, 2])
        self.check("always", list(range(8)))
        self.check("probability=1", list(range(8)))

    def test_places(self):
        self.check("chunk=3 always", [1, 3, 5, 7])
        self.check("chunk=3", [1])
        self.check(f"offset={3 * CHUNK} times=2", [1, 3])
        self.check(f"offset={CHUNK}-{4 * CHUNK} always", [1, 3, 5, 7])
        self.check("chunk=last always", [2, 6])
        self.check("handler=2 chunk=3 always", [5, 7])
        self.check("handler=2", [4])

    def test_any_operation(self):
        s = self.emulate("* nth=2 status code=503")  # the login is the first

        self.assertEqual(s.call("ServerInfo").status, 503)
        self.assertEqual(s.call("ServerInfo").status, 200)

    def test_places_of_an_upload(self):
        s = self.emulate(f"{SEND} offset={CHUNK} status code=503\n"
                         f"{SEND} chunk=last status code=504").begin_upload()

        found = [s.send(b"a" * CHUNK, last).status
                 for last in (False, False, False, True, True)]

        self.assertEqual(found, [200, 503, 200, 504, 200])

    def test_the_first_rule_that_fits_wins(self):
        s = self.emulate("ServerInfo always status code=502\n"
                         "ServerInfo always status code=503")

        self.assertEqual(s.call("ServerInfo").status, 502)
        self.assertEqual(s.emulator.stop()["unmatched_rules"], [2])

    def test_other_bindings_show_faults_too(self):
        s = self.emulate("ServerInfo nth=1 status code=503\n"
                         "ServerInfo nth=2 bad-success\n"
                         "ServerInfo always soap-fault")
        bodies = [subprocess.run(
            ["curl", "-s", "--noproxy", "*", "-w", "%{http_code}",
             f"{s.url}/ServerInfo"], capture_output=True, check=True).stdout
            for _ in range(3)]

        self.assertTrue(bodies[0].endswith(b"503"))
        self.assertIn(b'success="maybe"', bodies[1])
        self.assertIn(b'success="true"', bodies[2])  # soap-fault is SOAP's
        self.assertEqual(s.emulator.stop()["unmatched_rules"], [3])


class Random(Faults):
    def pattern(self, seed, n=60):
        s = self.emulate(f"ServerInfo probability=0.3 {seed} status code=503")
        return [s.call("ServerInfo").status for _ in range(n)]

    def test_a_seed_decides(self):
        first = self.pattern("seed=7")

        self.assertEqual(self.pattern("seed=7"), first)
        self.assertNotEqual(self.pattern("seed=8"), first)
        self.assertEqual(self.pattern(""), self.pattern("seed=0"))
        # 60 draws of 0.3: fewer than 4 or more than 36 do not happen.
        self.assertIn(first.count(503), range(4, 37))

    def test_times_bound_a_random_rule(self):
        self.assertEqual(self.pattern("times=2").count(503), 2)


class Grammar(Faults):
    WRONG = {
        "Nothing status": "there is no operation 'Nothing'",
        "downloadfilechunk status": "there is no operation",
        "*": "the fault is missing",
        "* nth=2": "the fault is missing",
        "* explode": "'explode' is neither a condition nor a fault",
        "* nth=0 delay": "'nth=0' is no condition",
        "* nth=x delay": "'nth=x' is no condition",
        "* nth=5-3 delay": "'nth=5-3' is no condition",
        "* nth=99999999999999999999 delay": "is no condition",
        "* colour=red delay": "'colour=red' is no condition",
        "* times=0 delay": "'times=0' is no condition",
        "* once always delay": "'always' is one condition too many",
        "* nth=1 nth=2 delay": "'nth=2' is one condition too many",
        "* seed=3 delay": "seed goes with probability",
        "* chunk=0 wrong-size": "no operation can show this",
        "* handler=1 no-ticket": "no operation can show this",
        "ServerInfo handler=1 delay": "ServerInfo is for no handler",
        "* grant bytes=0": "no server can grant that",
        "* probability=0 delay": "is no condition",
        "* probability=1.5 delay": "is no condition",
        "* probability=1e-3 delay": "is no condition",
        "* delay delay": "'delay' has no parameter 'delay'",
        "* delay ms": "'ms' is no value for 'ms' of 'delay'",
        "* delay ms=soon": "'ms=soon' is no value",
        "* delay ms=-1": "'ms=-1' is no value",
        "* delay ms=1 ms=2": "'ms' is given twice",
        "* delay code=3": "'delay' has no parameter 'code'",
        "* cut at=middle": "'at=middle' is no value for 'at' of 'cut'",
        "* drip step=0": "'step=0' is no value",
        "* status applied=yes": "'applied=yes' is no value",
        '* header value="open': "is no value",
        r'* header value="\q"': "is no value",
        "ServerInfo wrong-chunk-crc":
            "'wrong-chunk-crc' cannot show in ServerInfo",
        "DownloadDocument refuse": "'refuse' cannot show in DownloadDocument",
        "ServerInfo chunk=2 delay": "ServerInfo moves no chunks",
        f"{READ} chunk=2 close-unread":
            "comes before handler, offset and chunk are known",
    }

    def refuse(self, rules, line, why, raw=None):
        path = self.file(rules) if raw is None else raw
        run = harness.run(harness.program("IR_EMULATOR"), "--root", self.root,
                          "--faults", path)
        self.assertEqual((run.exit, run.out), (2, b""), run)
        self.assertEqual(run.err.count("\n"), 1, run)
        if line:
            self.assertIn(f"{path}:{line}: ", run.err)
        self.assertIn(why, run.err)

    def test_wrong_rules_are_refused_with_their_line(self):
        for rule, why in self.WRONG.items():
            with self.subTest(rule):
                self.refuse(f"# comment\n\n* delay\n{rule}\n", 4, why)

    def test_zero_byte_is_refused(self):
        self.refuse("* delay\n* cut\0 at=nowhere\n", 2, "a zero byte")

    def test_file_that_cannot_be_read(self):
        self.refuse("", 0, "No such file", f"{self.folder}/none")
        self.refuse("", 0, "directory", self.folder)

    def test_comments_blanks_and_quotes(self):
        s = self.emulate("# nothing\n\n  \t\n"
                         "\tServerInfo\talways header   value=\"X-A: # b\" #c\n"
                         "ServerInfo delay")

        self.assertEqual(s.call("ServerInfo").header("X-A"), ["# b"])
        rules = s.emulator.stop()["fault_rules"]
        self.assertEqual([r["line"] for r in rules], [4, 5])


class Report(Faults):
    def test_counts_by_rule(self):
        s = self.emulate("# first\nServerInfo times=2 delay ms=1\n"
                         "LogOut lose-reply # never\n"
                         "ServerInfo nth=3 soap-fault\n")
        for _ in range(4):
            s.call("ServerInfo")

        report = s.emulator.stop()

        self.assertEqual(report["fault_rules"], [
            {"line": 2, "rule": "ServerInfo times=2 delay ms=1", "fired": 2},
            {"line": 3, "rule": "LogOut lose-reply", "fired": 0},
            {"line": 4, "rule": "ServerInfo nth=3 soap-fault", "fired": 1}])
        self.assertEqual(report["unmatched_rules"], [3])

    def test_without_rules_there_are_none(self):
        with harness.Emulator(self.root) as emulator:
            report = emulator.stop()

        self.assertEqual((report["fault_rules"], report["unmatched_rules"]),
                         ([], []))


class Catalogue(Faults):
    """Each line of --list-faults, in one emulator: it shows once, and the
    next call of the kind is right again."""

    # Faults that would take long, and how they do not.
    SHORTER = {"stall": "ms=60", "stall-unread": "ms=60", "delay": "ms=60",
               "drip": "ms=60 step=1000", "many-headers": "n=2000",
               "long-header": "bytes=65536", "continue-storm": "n=100",
               "gzip-bomb": "bytes=1000000"}

    def listed(self):
        done = subprocess.run([harness.program("IR_EMULATOR"),
                               "--list-faults"], check=True,
                              capture_output=True, text=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def operation(self, fits):
        for name in (READ, STAGE, SEND, "AuthenticateUser",
                     "DocumentExists"):
            if fits == "*" or name in fits.split(" "):
                return name
        raise AssertionError(fits)

    @staticmethod
    def without_tokens(raw):
        """Tickets and handlers differ from call to call."""
        return GUID.sub(lambda m: m[0] if m[0] == UNKNOWN else b"", raw)

    def once(self, s, operation):
        """A call of its own session, so that faults cannot meet."""
        s.login()
        if operation == READ:
            return s.begin_download().read(7)
        if operation == SEND:
            return s.begin_upload().send(b"0123456789", True)
        if operation == STAGE:
            return s.stage()
        if operation == "AuthenticateUser":
            return s.call(operation, UID=harness.USER, PWD=harness.PASSWORD)
        return s.call(operation, authenticationTicket=s.ticket, path=PATH)

    def test_every_listed_fault_shows_once(self):
        counts = {}
        plan = []
        for fault, fits in self.listed():
            kind = fault.split(" ")[0]
            operation = self.operation(fits)
            counts[operation] = counts.get(operation, 0) + 2
            more = self.SHORTER.get(kind, "")
            plan.append((operation, kind, fault,
                         f"{operation} nth={counts[operation]} {fault} "
                         f"{more}"))
        s = self.emulate("\n".join(rule for *_, rule in plan))
        self.assertGreater(len(plan), 200)

        for operation, kind, fault, _ in plan:
            with self.subTest(fault):
                right = self.once(s, operation)
                self.assertEqual(right.attributes()["success"], "true")
                got = self.once(s, operation)
                if kind in ("stall", "stall-unread", "delay", "drip"):
                    self.assertGreaterEqual(got.seconds, 0.05)
                elif fault != "cut at=end":
                    self.assertNotEqual(
                        (self.without_tokens(got.raw), got.end),
                        (self.without_tokens(right.raw), right.end))
        report = s.emulator.stop()
        self.assertEqual(s.emulator.process.returncode, 0, s.emulator.talk())
        self.assertEqual(report["unmatched_rules"], [])
        self.assertEqual({r["fired"] for r in report["fault_rules"]}, {1})

    def test_every_kind_is_in_the_manual(self):
        here = pathlib.Path(__file__).resolve().parents[2]
        page = (here / "docs/man/ir-emulator-faults.5").read_text()
        manual = set(re.findall(r"^\.It Cm ([a-z0-9-]+)", page, re.M))

        kinds = {fault.split(" ")[0] for fault, _ in self.listed()}

        self.assertEqual(kinds - manual, set())
        self.assertGreaterEqual(len(kinds), 50)


if __name__ == "__main__":
    unittest.main()
