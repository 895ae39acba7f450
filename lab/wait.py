"""Waiting for conditions: the lab's only way to synchronise. Nothing sleeps and hopes."""

from __future__ import annotations

import os
import time
from typing import Callable, TypeVar

from .errors import LabError

T = TypeVar("T")


def scale() -> float:
    """The factor on every time limit: MOORING_LAB_SLOW, for sanitizer builds and busy machines."""
    return float(os.environ.get("MOORING_LAB_SLOW", "1"))


class WaitTimeout(LabError, AssertionError):
    """A condition did not come true in time; for pytest, a failure and not an error."""


class Deadline:
    """A point in time by which something must have happened."""

    def __init__(self, timeout: float):
        self.timeout = timeout * scale()
        self._end = time.monotonic() + self.timeout

    @property
    def left(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - time.monotonic())

    @property
    def passed(self) -> bool:
        return self.left == 0.0


def wait_until(
    condition: Callable[[], T],
    timeout: float = 10.0,
    what: str | Callable[[], str] = "a condition",
    interval: float = 0.02,
) -> T:
    """Returns the first true value of `condition`, asked again and again until `timeout`.

    A LabError or AssertionError raised by `condition` counts as "not yet". `what` completes the
    sentence "waited 10 s for ..."; a function is called only on failure and may describe the state
    found then. The failure also shows the condition's last value or error.
    """
    deadline = Deadline(timeout)
    pause = min(interval, 0.005)
    while True:
        try:
            value = condition()
            if value:
                return value
            last = f"the last answer was {value!r}"
        except (LabError, AssertionError) as error:
            last = f"the last attempt failed: {error}"
        if deadline.passed:
            described = what() if callable(what) else what
            raise WaitTimeout(f"waited {deadline.timeout:g} s for {described}; {last}")
        time.sleep(min(pause, deadline.left))
        pause = min(pause * 2, interval)
