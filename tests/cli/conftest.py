"""A northbound and a southbound ovsdb-server of the test's own, and the command to be tested."""
from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("MOORING_BIN", ROOT / "build" / "bin"))


class Server:
    """One ovsdb-server on a unix socket in a directory of its own."""

    def __init__(self, directory: pathlib.Path, schema: pathlib.Path):
        directory.mkdir()
        self.socket = directory / "db.sock"
        database = directory / "db"
        subprocess.run(["ovsdb-tool", "create", database, schema], check=True)
        self.process = subprocess.Popen(
            ["ovsdb-server", database, f"--remote=punix:{self.socket}", "--no-chdir",
             f"--unixctl={directory}/ctl", "-vconsole:off", "-vsyslog:off"])
        deadline = time.monotonic() + 30
        while not self.socket.exists():
            assert self.process.poll() is None and time.monotonic() < deadline
            time.sleep(0.01)

    @property
    def remote(self) -> str:
        return f"unix:{self.socket}"

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class Databases:
    """Both servers and the environment that leads programs to them."""

    def __init__(self, directory: pathlib.Path, nb_schema: pathlib.Path):
        self.nb = Server(directory / "nb", nb_schema)
        self.sb = Server(directory / "sb", ROOT / "schema" / "sb.ovsschema")
        self.env = {**os.environ, "OVN_NB_DB": self.nb.remote, "OVN_SB_DB": self.sb.remote,
                    "OVN_RUNDIR": str(directory), "LC_ALL": "C.UTF-8"}
        for name in ("OVN_NBCTL_OPTIONS", "OVN_NB_DAEMON", "NO_COLOR"):
            self.env.pop(name, None)

    def stop(self) -> None:
        self.nb.stop()
        self.sb.stop()

    def run(self, program: str, *arguments: str, **options) -> subprocess.CompletedProcess:
        path = BIN / program if program == "mooring" else program
        return subprocess.run([path, *arguments], env=self.env, capture_output=True, text=True,
                              timeout=60, **options)

    def mooring(self, *arguments: str) -> str:
        """The output of a run that must succeed."""
        done = self.run("mooring", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen([BIN / "mooring", *arguments], env=self.env, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.fixture
def databases(tmp_path):
    found = Databases(tmp_path, ROOT / "schema" / "nb.ovsschema")
    yield found
    found.stop()


@pytest.fixture
def ovn_databases(tmp_path):
    """OVN's own northbound schema, without our tables."""
    schema = pathlib.Path("/usr/share/ovn/ovn-nb.ovsschema")
    if not schema.exists():
        pytest.skip("OVN's schema isn't installed")
    found = Databases(tmp_path, schema)
    yield found
    found.stop()
