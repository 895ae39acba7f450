"""Completion for bash, asked as the shell would ask it."""
from __future__ import annotations

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("MOORING_BIN", ROOT / "build" / "bin"))

SCRIPT = """
source "$1"; shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_mooring
printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(databases, *words: str) -> list[str]:
    """The candidates for the last of the words."""
    path = ROOT / "packaging" / "completion" / "mooring.bash"
    env = {**databases.env, "PATH": f"{BIN}:{databases.env['PATH']}"}
    done = subprocess.run(["bash", "-c", SCRIPT, "bash", path, *words], env=env,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return done.stdout.split()


@pytest.fixture
def filled(databases):
    databases.mooring("ls-add", "tenant", "--", "ps-add", "web", "physnet1", "101", "--", "lsp-add",
                      "web", "vm1", "--", "lsp-add", "web", "vm2")
    return databases


def test_commands(filled):
    assert complete(filled, "mooring", "ps-") == ["ps-add", "ps-del", "ps-list"]
    assert complete(filled, "mooring", "ls-list", "--", "doc") == ["doctor"]


def test_options(filled):
    assert "--timeout=" in complete(filled, "mooring", "--t")
    assert complete(filled, "mooring", "--may") == ["--may-exist"]
    assert complete(filled, "mooring", "ls-list", "--", "--timeo") == []


def test_names(filled):
    assert sorted(complete(filled, "mooring", "lsp-add", "")) == ["tenant", "web"]
    assert sorted(complete(filled, "mooring", "lsp-del", "vm")) == ["vm1", "vm2"]
    assert complete(filled, "mooring", "--may-exist", "ps-add", "x", "phys") == ["physnet1"]
    assert complete(filled, "mooring", "lsp-set-type", "vm1", "localn") == ["localnet"]


def test_database(filled):
    assert complete(filled, "mooring", "list", "Physical") == ["Physical_Switch"]
    assert complete(filled, "mooring", "get", "Physical_Switch", "we") == ["web"]
    assert complete(filled, "mooring", "get", "Physical_Switch", "web", "phys") == [
        "physical_network"]
    assert complete(filled, "mooring", "get", "Physical_Switch", "web", "tag", "na") == ["name"]


def test_rules(filled):
    filled.mooring("pg-add", "clients", "vm1", "--", "meter-add", "slow", "drop", "1", "kbps")
    assert sorted(complete(filled, "mooring", "acl-add", "")) == ["clients", "tenant", "web"]
    assert complete(filled, "mooring", "acl-list", "cl") == ["clients"]
    assert complete(filled, "mooring", "acl-list", "--st") == ["--stats"]
    assert complete(filled, "mooring", "acl-add", "web", "f") == ["from-lport"]
    assert complete(filled, "mooring", "acl-add", "web", "to-lport", "1", "ip4", "re") == ["reject"]
    assert sorted(complete(filled, "mooring", "pg-set-ports", "clients", "")) == ["vm1", "vm2"]
    assert complete(filled, "mooring", "meter-del", "") == ["slow"]
    assert complete(filled, "mooring", "meter-add", "m", "") == ["drop"]
    assert complete(filled, "mooring", "meter-add", "m", "drop", "1", "p") == ["pktps"]
