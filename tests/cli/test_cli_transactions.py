"""Many writers at once, following a change to the end, and databases that aren't ours."""
from __future__ import annotations

import time


def test_writers_do_not_undo_each_other(databases):
    """Each adds a port and a key of one map; all of them must be there."""
    databases.mooring("ls-add", "sw0")
    count = 20
    runs = [databases.start("lsp-add", "sw0", f"p{i}", "--", "set", "Logical_Switch", "sw0",
                            f"external_ids:k{i}={i}") for i in range(count)]
    for run in runs:
        assert run.wait(60) == 0, run.stderr.read()
    ports = {line.split()[1] for line in databases.mooring("lsp-list", "sw0").splitlines()}
    assert ports == {f"(p{i})" for i in range(count)}
    for i in range(count):
        assert databases.mooring("get", "Logical_Switch", "sw0", f"external_ids:k{i}") == f'"{i}"\n'


def test_one_name_is_taken_once(databases):
    """Of many that add the same switch one succeeds; with --may-exist all do, by one row."""
    runs = [databases.start("ls-add", "sw0") for _ in range(10)]
    statuses = [run.wait(60) for run in runs]
    assert statuses.count(0) == 1
    assert all("exists already" in run.stderr.read() for run in runs if run.returncode)
    runs = [databases.start("--may-exist", "ls-add", "sw1", "--", "--may-exist", "lsp-add", "sw1",
                            "p1") for _ in range(10)]
    assert [run.wait(60) for run in runs] == [0] * 10
    assert len(databases.mooring("ls-list").splitlines()) == 2
    assert len(databases.mooring("lsp-list", "sw1").splitlines()) == 1


def test_whole_values_are_what_was_asked_for(databases):
    """Setting a whole set replaces it, whoever writes meanwhile."""
    databases.mooring("ls-add", "sw0", "--", "lsp-add", "sw0", "p")
    addresses = [f"02:00:00:00:00:{i:02x}" for i in range(10)]
    runs = [databases.start("lsp-set-addresses", "p", address) for address in addresses]
    for run in runs:
        assert run.wait(60) == 0, run.stderr.read()
    found = databases.mooring("lsp-get-addresses", "p").splitlines()
    assert len(found) == 1 and found[0] in addresses


def global_value(databases, column: str) -> int:
    return int(databases.mooring("get", "NB_Global", ".", column))


def until(condition) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_wait_follows_the_change(databases):
    databases.mooring("init")
    run = databases.start("--wait=sb", "ls-add", "sw0")
    until(lambda: global_value(databases, "nb_cfg") == 1)
    assert run.poll() is None
    databases.mooring("set", "NB_Global", ".", "sb_cfg=1")
    assert run.wait(30) == 0

    run = databases.start("--wait=hv", "--print-wait-time", "sync")
    until(lambda: global_value(databases, "nb_cfg") == 2)
    databases.mooring("set", "NB_Global", ".", "sb_cfg=2")
    assert run.poll() is None
    databases.mooring("set", "NB_Global", ".", "hv_cfg=2")
    assert run.wait(30) == 0
    assert run.stdout.read().startswith("Time spent on processing nb_cfg 2:\n")


def test_wait_without_a_change_is_none(databases):
    databases.mooring("ls-add", "sw0")
    databases.mooring("--wait=hv", "--may-exist", "ls-add", "sw0")
    databases.mooring("--wait=hv", "ls-list")
    assert global_value(databases, "nb_cfg") == 0


def test_timeout_says_how_far_it_came(databases):
    done = databases.run("mooring", "--wait=sb", "--timeout=1", "ls-add", "sw0")
    assert done.returncode == -14
    assert "reach configuration 1 (southbound 0, hypervisors 0)" in done.stderr
    assert "sw0" in databases.mooring("ls-list")


def test_wait_until_sees_what_others_write(databases):
    run = databases.start("wait-until", "Logical_Switch", "sw0", "external_ids:ready=yes", "--",
                          "get", "Logical_Switch", "sw0", "name")
    databases.mooring("ls-add", "sw0")
    assert run.poll() is None
    databases.mooring("set", "Logical_Switch", "sw0", "external_ids:ready=yes")
    assert run.wait(30) == 0
    assert run.stdout.read() == "sw0\n"


def test_server_that_goes_away_ends_the_wait(databases):
    run = databases.start("wait-until", "Logical_Switch", "sw0")
    run2 = databases.start("-vdbg", "ls-list")
    assert run2.wait(30) == 0
    databases.nb.stop()
    assert run.wait(30) == 1
    assert run.stderr.read().startswith("mooring: northbound database: ")


def test_database_of_ovn(ovn_databases):
    """OVN's own schema has no physical switches: what needs one says so, all else works."""
    ovn_databases.mooring("ls-add", "sw0", "--", "lsp-add", "sw0", "p1")
    assert "p1  down" in ovn_databases.mooring("show")
    assert ovn_databases.mooring("ps-list") == ""
    done = ovn_databases.run("mooring", "ps-add", "net")
    assert done.returncode == 1 and "no table Physical_Switch" in done.stderr
    done = ovn_databases.run("mooring", "doctor")
    assert done.returncode == 1 and "no table Diagnostic" in done.stderr


def test_long_and_odd_names(databases):
    """Names are any strings; what isn't UTF-8 can't be stored and must not crash."""
    long = "x" * 65536
    databases.mooring("ls-add", long, "--", "lsp-add", long, "a b\t\"c\"\\")
    assert long in databases.mooring("ls-list")
    assert "a b\t\"c\"\\" in databases.mooring("lsp-list", long)
    databases.mooring("show")
    done = databases.run("mooring", "ls-del", "y" * 65536)
    assert done.returncode == 1
    done = databases.run("mooring", b"ls-add", b"\xff\xfe")
    assert done.returncode == 1 and "UTF-8" in done.stderr
    databases.mooring("show")


def test_colour_only_when_wanted(databases):
    databases.mooring("ls-add", "sw0")
    assert "\x1b" not in databases.mooring("show")
    assert "\x1b[1msw0\x1b[0m" in databases.mooring("--color=always", "show")
