"""The lab's parts that need no lab."""

import os
import subprocess
import sys

import pytest

from lab import Frame, LabError, WaitTimeout, wait_until
from lab.netns import interface_name
from lab.pcap import PcapReader, write_pcap
from lab.process import Identity, run
from lab.stack import Stack


def test_wait_until_says_what_was_waited_for() -> None:
    with pytest.raises(WaitTimeout, match=r"^waited [0-9.]+ s for the moon; the last answer was 0$"):
        wait_until(lambda: 0, 0.05, "the moon")

    def never() -> bool:
        raise LabError("no sky")

    with pytest.raises(WaitTimeout, match="the moon; the last attempt failed: no sky"):
        wait_until(never, 0.05, lambda: "the moon")
    assert wait_until(lambda: "here") == "here"


def test_identity_is_more_than_a_pid() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        identity = Identity.of(child.pid)
        assert identity and identity.alive
        impostor = Identity(identity.pid, identity.start + 1, identity.boot)
        assert not impostor.alive and not impostor.signal(9) and impostor.wait_gone(0)
        assert child.poll() is None
        assert identity.signal(9) and identity.wait_gone(10)
    finally:
        child.kill()
        child.communicate()
    assert not identity.alive and Identity.of(os.getpid()).alive


def test_run_says_what_failed() -> None:
    with pytest.raises(LabError, match="`sh -c 'echo no >&2; exit 3'` failed with status 3: no"):
        run(["sh", "-c", "echo no >&2; exit 3"])
    with pytest.raises(LabError, match="no program nowhere-to-be-found"):
        run(["nowhere-to-be-found"])


def test_interface_names_fit_and_differ() -> None:
    assert interface_name("vm1") == "vm1"
    long = [interface_name(f"a-machine-with-a-long-name-{number}") for number in range(100)]
    assert len(set(long)) == 100 and all(len(name) < 16 for name in long)


def test_pcap_grows_under_the_reader(tmp_path) -> None:
    path = tmp_path / "x.pcap"
    reader = PcapReader(path)
    assert reader.read_new() == []
    frames = [Frame(bytes([number]) * 60, outgoing=True, time=1.5) for number in range(3)]
    write_pcap(path, frames)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert reader.read_new() == frames[:2]
    path.write_bytes(whole)
    assert reader.read_new() == frames[2:]


def test_missing_programs_are_named(tmp_path) -> None:
    with pytest.raises(LabError, match="./dev build"):
        Stack.mooring(tmp_path).check()
    with pytest.raises(LabError, match="no stack 'x'"):
        Stack.named("x")
