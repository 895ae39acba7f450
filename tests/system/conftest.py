"""Fixtures of the system tests: labs whose logs are silent, on both kinds of switch."""

from typing import Any, Callable, Iterator

import pytest

from lab import Lab
from support import health
from support.campus import Campus


def _expected(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return getattr(request.module, "EXPECTED_LOG", ())


@pytest.fixture(scope="module")
def lab(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """The module's lab, whose logs must be silent in the end but for the module's EXPECTED_LOG."""
    yield lab
    health.assert_silent(lab, _expected(request))


@pytest.fixture(scope="module")
def dummy_lab(dummy_lab: Lab, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """The same with dummy devices."""
    yield dummy_lab
    health.assert_silent(dummy_lab, _expected(request))


@pytest.fixture
def make_lab(make_lab: Callable[..., Lab], request: pytest.FixtureRequest
             ) -> Iterator[Callable[..., Lab]]:
    """Labs of the test's own, with silent logs."""
    made: list[Lab] = []

    def make(**arguments: Any) -> Lab:
        made.append(make_lab(**arguments))
        return made[-1]

    yield make
    for one in made:
        health.assert_silent(one, _expected(request))


@pytest.fixture(scope="module",
                params=[pytest.param("physical", marks=pytest.mark.mooring), "localnet"])
def kind(request: pytest.FixtureRequest) -> str:
    """Which kind of switch the test's networks are."""
    return request.param


@pytest.fixture
def campus(lab: Lab, kind: str) -> Iterator[Campus]:
    """Networks of the test's own, of which nothing is left afterwards."""
    made = Campus(lab, kind)
    yield made
    made.close()
