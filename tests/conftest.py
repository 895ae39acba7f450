"""What all tests have: the lab's fixtures, a time limit, and the choice of tests."""

import os

import pytest

from lab.pytest_fixtures import *  # noqa: F401, F403
from lab.wait import scale


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A busy machine gets more time; under another stack than Mooring, its own ways aren't shown."""
    for item in items:
        item.add_marker(pytest.mark.timeout(float(config.getini("timeout")) * scale()))
    if os.environ.get("MOORING_LAB_STACK", "mooring") == "mooring":
        return
    for item in items:
        if item.get_closest_marker("mooring"):
            item.add_marker(pytest.mark.skip(reason="Mooring's own"))
