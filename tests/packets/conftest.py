"""Fixtures of the packet tests: each runs on a Physical_Switch and on a Logical_Switch."""

from typing import Iterator

import pytest

from lab import Lab
from support import health, oracle
from support.scene import Scene


@pytest.fixture(scope="module")
def dummy_lab(dummy_lab: Lab, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """The module's lab, whose logs must be silent in the end but for the module's EXPECTED_LOG."""
    yield dummy_lab
    health.assert_silent(dummy_lab, getattr(request.module, "EXPECTED_LOG", ()))


@pytest.fixture(scope="module",
                params=[pytest.param("physical", marks=pytest.mark.mooring), "localnet"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which kind of switch the test's networks are."""
    return request.param


@pytest.fixture
def scene(dummy_lab: Lab, kind: str) -> Iterator[Scene]:
    """A scene of the test's own. Afterwards nothing is left of it, and no daemon's state differs
    from what it would compute from scratch."""
    with Scene(dummy_lab, kind) as scene:
        yield scene
        oracle.check_all(dummy_lab)
    oracle.check_all(dummy_lab)
