"""`acl-list --stats`, with the test in the place of northd and of the chassis' controllers."""
from __future__ import annotations

import json
import subprocess
import time

import pytest


def until(condition):
    """What the condition gives once it gives something."""
    deadline = time.monotonic() + 30
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


class Southbound:
    """Writes what northd and the controllers would."""

    def __init__(self, databases):
        self.databases = databases

    def transact(self, *operations: dict) -> None:
        done = subprocess.run(
            ["ovsdb-client", "transact", self.databases.sb.remote,
             json.dumps(["OVN_Southbound", *operations])],
            check=True, capture_output=True, text=True)
        assert "error" not in done.stdout, done.stdout

    def add_chassis(self, *names: str) -> None:
        for number, name in enumerate(names, 1):
            encap = {"op": "insert", "table": "Encap", "uuid-name": "encap",
                     "row": {"type": "geneve", "ip": f"192.0.2.{number}", "chassis_name": name}}
            chassis = {"op": "insert", "table": "Chassis", "uuid-name": "chassis",
                       "row": {"name": name, "encaps": ["named-uuid", "encap"]}}
            private = {"op": "insert", "table": "Chassis_Private",
                       "row": {"name": name, "chassis": ["named-uuid", "chassis"]}}
            self.transact(encap, chassis, private)

    def pass_on(self, word: str) -> None:
        self.transact({"op": "delete", "table": "SB_Global", "where": []},
                      {"op": "insert", "table": "SB_Global",
                       "row": {"options": ["map", [["acl-stats", word]]]}})

    def answer(self, chassis: str, word: str, counts: dict) -> None:
        rows = [{"op": "insert", "table": "ACL_Stats",
                 "row": {"chassis_name": chassis, "acl": ["uuid", acl], "packets": packets,
                         "bytes": 100 * packets}} for acl, packets in counts.items()]
        self.transact({"op": "delete", "table": "ACL_Stats",
                       "where": [["chassis_name", "==", chassis]]}, *rows,
                      {"op": "update", "table": "Chassis_Private",
                       "where": [["name", "==", chassis]],
                       "row": {"external_ids": ["map", [["acl-stats", word]]]}})


@pytest.fixture
def southbound(databases):
    databases.mooring("ls-add", "sw0", "--", "acl-add", "sw0", "from-lport", "2", "ip4", "allow",
                      "--", "acl-add", "sw0", "to-lport", "1", "ip6", "drop")
    return Southbound(databases)


def asked(databases) -> str:
    """The word of the question, "" before there is one."""
    done = databases.mooring("--if-exists", "get", "NB_Global", ".", "options:acl-stats")
    return done.strip().strip('"')


def acl(databases, match: str) -> str:
    return databases.mooring("--bare", "--columns=_uuid", "find", "ACL", f"match={match}").strip()


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_counts_are_summed_over_the_chassis(databases, southbound):
    southbound.add_chassis("hv1", "hv2")
    ip4, ip6 = acl(databases, "ip4"), acl(databases, "ip6")
    southbound.answer("gone", "w0", {ip4: 1000})  # a chassis that is no more
    run = databases.start("acl-list", "--stats", "sw0")
    word = until(lambda: asked(databases))
    southbound.pass_on(word)
    southbound.answer("hv1", word, {ip4: 3})
    assert run.poll() is None
    southbound.answer("hv2", word, {ip4: 4, ip6: 5})
    out, err = run.communicate(timeout=30)
    assert lines(out) == ["from-lport     2 (ip4) allow packets=7 bytes=700",
                          "  to-lport     1 (ip6) drop packets=5 bytes=500"]
    assert (err, run.returncode) == ("", 0)


def test_who_does_not_answer_is_named(databases, southbound):
    southbound.add_chassis("hv1", "hv2", "hv3")
    run = databases.start("--timeout=3", "--stats", "acl-list", "sw0")
    word = until(lambda: asked(databases))
    southbound.pass_on(word)
    southbound.answer("hv2", word, {acl(databases, "ip4"): 3})
    out, err = run.communicate(timeout=30)
    assert lines(out) == ["from-lport     2 (ip4) allow packets=3 bytes=300",
                          "  to-lport     1 (ip6) drop packets=0 bytes=0"]
    assert err == ("mooring: warning: counts are missing of hv1, hv3: no answer from there in "
                   "time\n")
    assert run.returncode == 1


def test_a_northd_that_does_not_pass_it_on_is_named(databases, southbound):
    southbound.add_chassis("hv1")
    southbound.pass_on("an older word")
    done = databases.run("mooring", "--timeout=1", "--stats", "acl-list", "sw0")
    assert "northd didn't pass the question on" in done.stderr and "hv1" in done.stderr
    assert done.returncode == 1


def test_a_later_question_s_answer_will_do(databases, southbound):
    southbound.add_chassis("hv1")
    first = databases.start("--timeout=30", "--stats", "acl-list", "sw0")
    word = until(lambda: asked(databases))
    second = databases.start("--timeout=30", "--stats", "acl-list", "sw0")
    later = until(lambda: (now := asked(databases)) != word and now)
    southbound.pass_on(later)
    southbound.answer("hv1", later, {acl(databases, "ip6"): 1})
    for run in (first, second):
        out, _ = run.communicate(timeout=60)
        assert run.returncode == 0
        assert lines(out)[1].endswith("packets=1 bytes=100")


def test_without_chassis_there_is_nothing_to_wait_for(databases, southbound):
    done = databases.run("mooring", "--stats", "acl-list", "sw0")
    assert done.stderr == "mooring: warning: there is no chassis, so nothing is counted\n"
    assert lines(done.stdout)[0].endswith("(ip4) allow packets=0 bytes=0")
    assert done.returncode == 0


def test_it_needs_the_southbound_database(databases, southbound):
    done = databases.run("mooring", "--sb-db=unix:/nowhere", "--stats", "acl-list", "sw0")
    assert done.returncode == 1
    assert done.stderr == "mooring: southbound database: unix:/nowhere: No such file or directory\n"
    # Without --stats nobody looks there.
    done = databases.run("mooring", "--sb-db=unix:/nowhere", "acl-list", "sw0")
    assert (done.returncode, done.stderr) == (0, "")
    env = databases.env.pop("OVN_SB_DB")
    done = databases.run("mooring", "--stats", "acl-list", "sw0")
    databases.env["OVN_SB_DB"] = env
    assert done.returncode == 1
    assert "--stats needs the southbound database (--sb-db): southbound database: " in done.stderr
    assert asked(databases) == ""


def test_a_dry_run_asks_nobody(databases, southbound):
    done = databases.run("mooring", "--dry-run", "--stats", "acl-list", "sw0")
    assert lines(done.stdout)[0].endswith("(ip4) allow")
    assert "--dry-run" in done.stderr and done.returncode == 0
    assert asked(databases) == ""


def test_writers_do_not_add_a_rule_twice(databases):
    """Of many that add the same rule one succeeds; with --may-exist all do, and there is one."""
    databases.mooring("ls-add", "sw0")
    rule = ("sw0", "to-lport", "1", "ip4", "drop")
    runs = [databases.start("acl-add", *rule) for _ in range(8)]
    assert [run.wait(60) for run in runs].count(0) == 1
    runs = [databases.start("--may-exist", "acl-add", *rule[:2], "2", *rule[3:]) for _ in range(8)]
    assert [run.wait(60) for run in runs] == [0] * 8
    assert len(databases.mooring("acl-list", "sw0").splitlines()) == 2
