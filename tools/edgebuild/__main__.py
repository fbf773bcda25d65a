"""`python -m edgebuild`."""

import sys

from edgebuild.cli import main

sys.exit(main(sys.argv[1:]))
