"""Fixtures for tests on a lab.

In a conftest.py: `from lab.pytest_fixtures import *`. A test module may say what lab it wants:

    LAB = {"hypervisors": 3, "physical_networks": ["physnet1", "physnet2"]}   # Lab.up()'s arguments

    def test_something(lab): ...          # one lab for the module, in network namespaces
    def test_other(dummy_lab): ...        # one lab for the module, with dummy devices
    def test_third(make_lab): ...         # labs of the test's own: make_lab(hypervisors=1)

Each is taken down whatever happens. When a test fails, the state and logs of its labs' nodes are
part of the report. A daemon that dies without being told to, or a sanitizer's report, fails the
test in which it happens. Environment: MOORING_LAB_STACK=mooring|ovn selects the stack where LAB
doesn't; MOORING_LAB_KEEP=1 leaves labs running in which a test failed, and says where.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any, Callable, Iterator, Sequence

import pytest

from .stack import Stack
from .topology import Lab

__all__ = ["lab", "dummy_lab", "make_lab", "lab_health", "pytest_runtest_makereport"]

_numbers = itertools.count(1)
# The labs that run, and whether a test that used one has failed.
_running: dict[Lab, bool] = {}


def _up(**arguments: Any) -> Lab:
    """A lab with a name that no other process's labs have."""
    arguments.setdefault("stack", Stack.named(os.environ.get("MOORING_LAB_STACK", "mooring")))
    if isinstance(arguments["stack"], str):
        arguments["stack"] = Stack.named(arguments["stack"])
    name = f"t{os.getpid()}-{next(_numbers)}"
    # A directory of its own, too: MOORING_LAB_DIR would be the same for all.
    root = Path(os.environ.get("MOORING_LAB_DIR", "/run/mooring-lab"))
    lab = Lab.up(name=name, directory=root / name, **arguments)
    _running[lab] = False
    return lab


def _down(lab: Lab) -> None:
    failed = _running.pop(lab)
    if failed and os.environ.get("MOORING_LAB_KEEP"):
        print(f"\nthe lab goes on running: lab/lab --name {lab.name} --dir {lab.dir} status")
    else:
        lab.down()


def _module_lab(request: pytest.FixtureRequest, mode: str) -> Iterator[Lab]:
    arguments = {**getattr(request.module, "LAB", {}), "mode": mode}
    lab = _up(**arguments)
    yield lab
    _down(lab)


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """The module's lab, in network namespaces."""
    yield from _module_lab(request, "netns")


@pytest.fixture(scope="module")
def dummy_lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """The module's lab with dummy devices."""
    yield from _module_lab(request, "dummy")


@pytest.fixture
def make_lab() -> Iterator[Callable[..., Lab]]:
    """A function that starts a lab for this test alone; it takes Lab.up()'s arguments."""
    made: list[Lab] = []

    def make(**arguments: Any) -> Lab:
        made.append(_up(**arguments))
        return made[-1]

    yield make
    try:
        _check_health(made)
    finally:
        for one in made:
            _down(one)


@pytest.fixture(autouse=True)
def lab_health() -> Iterator[None]:
    """Every test leaves its labs' daemons alive."""
    yield
    _check_health(list(_running))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """Adds the labs' state to the report of a failure."""
    outcome = yield
    report = outcome.get_result()
    if not report.failed:
        return
    for one in _labs_of(item):
        _running[one] = True
        report.sections.append((f"lab {one.name}", one.dump()))


def _check_health(labs: Sequence[Lab]) -> None:
    """Fails the test if a daemon died or a sanitizer reported something; says so only once."""
    found: list[str] = []
    for one in labs:
        problems = one.problems()
        if problems:
            _running[one] = True
            found += [f"in lab {one.name}:", *problems, one.dump()]
            for daemon in one.daemons:
                daemon.acknowledge()
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def _labs_of(item: pytest.Item) -> list[Lab]:
    wanted = {"lab", "dummy_lab", "make_lab"} & set(getattr(item, "fixturenames", ()))
    return list(_running) if wanted else []
