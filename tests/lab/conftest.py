"""Makes the lab's package importable from wherever pytest is started."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from lab.pytest_fixtures import *  # noqa: E402, F401, F403
