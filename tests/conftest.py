"""What all tests have: the lab's fixtures, and the choice of tests."""

import os
import pathlib

import pytest

from lab.pytest_fixtures import *  # noqa: F401, F403


UNSETTLED = pathlib.Path(__file__).parent / "unsettled.txt"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--unsettled", action="store_true", help=f"run what {UNSETTLED.name} lists too")


def leave_unsettled_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--unsettled"):
        return
    lines = UNSETTLED.read_text().splitlines()
    prefixes = tuple(line for line in lines if line and not line.startswith("#"))
    for item in items:
        if item.nodeid.startswith(prefixes):
            item.add_marker(pytest.mark.skip(reason=f"listed in tests/{UNSETTLED.name}"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Under another stack than Mooring, its own ways aren't shown."""
    leave_unsettled_out(config, items)
    if os.environ.get("MOORING_LAB_STACK", "mooring") == "mooring":
        return
    for item in items:
        if item.get_closest_marker("mooring"):
            item.add_marker(pytest.mark.skip(reason="Mooring's own"))
