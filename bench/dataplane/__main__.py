"""`python3 -m bench.dataplane`, as root: measures, and prints the tables."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from . import __doc__ as description
from . import add_arguments, report, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m bench.dataplane", description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    options = parser.parse_args()
    figures = run(options)
    print(report(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
