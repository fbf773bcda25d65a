"""Start MiniStack with our patches. Runs in `.tools/ministack`, never in our own environment.

Environment: everything MiniStack reads, plus `LAMBDA_PYTHON` (interpreter of the functions) and `PATCHES_OFF` (names of
patches to skip, separated by commas: for the tests of the patches).
"""

import os
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[2])  # tools/, instead of this folder

from ministack import app as gateway  # noqa: E402

from graylocal.aws import patches  # noqa: E402
from graylocal.system import lifeline  # noqa: E402

if __name__ == "__main__":
    lifeline.hold()
    patches.apply(without=frozenset(os.environ.get("PATCHES_OFF", "").split(",")))
    gateway.main()
