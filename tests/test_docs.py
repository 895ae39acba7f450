"""The documents say what the sources do."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent


def test_every_diagnostic_code_has_its_section():
    header = (ROOT / "src/model/diagnostic.h").read_text()
    codes = re.findall(r'std::string_view k\w+ = "([a-z-]+)";', header)
    assert codes
    text = (ROOT / "docs/diagnostics.md").read_text()
    sections = dict(re.findall(r"^## ([a-z-]+)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    assert sorted(sections) == sorted(codes)
    for code, body in sections.items():
        for part in ("**Cause.**", "**Effect.**", "**Cure.**"):
            assert part in body, f"{code} lacks {part}"
