"""What all tests have: the lab's fixtures, and the choice of tests."""

import os

import pytest

from lab.pytest_fixtures import *  # noqa: F401, F403


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Under another stack than Mooring, its own ways aren't shown."""
    if os.environ.get("MOORING_LAB_STACK", "mooring") == "mooring":
        return
    for item in items:
        if item.get_closest_marker("mooring"):
            item.add_marker(pytest.mark.skip(reason="Mooring's own"))
