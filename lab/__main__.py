"""`python3 -m lab`, the same as the command `lab`."""

import sys

from .cli import main

sys.exit(main())
