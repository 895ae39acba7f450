"""Text for a person: colour and weight on a terminal, plain text anywhere else."""

from __future__ import annotations

import os
import sys
from typing import Iterable, Sequence, TextIO

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34",
          "magenta": "35", "cyan": "36"}


class Terminal:
    """Writes to `stream`; styles have an effect only where they are understood and wanted."""

    def __init__(self, stream: TextIO | None = None):
        self.stream = stream or sys.stdout
        self.coloured = self.stream.isatty() and "NO_COLOR" not in os.environ

    def style(self, text: str, *styles: str) -> str:
        if not self.coloured or not styles:
            return text
        return f"\033[{';'.join(_CODES[style] for style in styles)}m{text}\033[0m"

    def write(self, text: str = "", *styles: str) -> None:
        # Flushed at once: a person watches, and what is piped should be there after a crash.
        print(self.style(text, *styles), file=self.stream, flush=True)

    def title(self, text: str) -> None:
        self.write()
        self.write(text, "bold")

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A table with columns as wide as they need to be."""
        lines = [list(head), *(list(row) for row in rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
        for number, line in enumerate(lines):
            text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
            self.write(text, *(["bold"] if number == 0 else []))
