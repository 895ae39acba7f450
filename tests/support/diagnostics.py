"""Findings in the northbound database."""

from __future__ import annotations

from typing import Any

from lab import Lab, wait_until


def find(lab: Lab, code: str, **equal: Any) -> list[dict[str, Any]]:
    """The Diagnostic rows of a code whose columns equal the given values."""
    return [row for row in lab.central.diagnostics()
            if row["code"] == code and all(row[key] == value for key, value in equal.items())]


def wait_for(lab: Lab, code: str, timeout: float = 15.0, **equal: Any) -> dict[str, Any]:
    """The first such row, as soon as there is one."""
    rows = wait_until(lambda: find(lab, code, **equal), timeout,
                      lambda: f"a diagnostic {code} {equal or ''}; there are {texts(lab)}")
    assert rows[0]["message"] and rows[0]["since"] > 0
    return rows[0]


def wait_gone(lab: Lab, code: str, timeout: float = 15.0, **equal: Any) -> None:
    """Returns when there is no such row any more."""
    wait_until(lambda: not find(lab, code, **equal), timeout,
               lambda: f"the diagnostic {code} {equal or ''} to go; there are {texts(lab)}")


def texts(lab: Lab) -> list[str]:
    """All findings, a line each, for a message."""
    return sorted(f"{row['severity']} {row['code']} {row['table_name']} {row['name']} "
                  f"{row['chassis'] or ''}: {row['message'][:200]}"
                  for row in lab.central.diagnostics())
