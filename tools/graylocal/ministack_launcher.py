"""Start MiniStack with our patches. Runs in `.tools/ministack`, never in our own environment.

Environment: everything MiniStack reads, plus `LAMBDA_PYTHON` (interpreter of the functions) and `PATCHES_OFF` (names of
patches, separated by commas, that are left out: for the tests of the patches).
"""

import os

import lifeline  # type: ignore[import-not-found]  # neighbours: all run as programs of the emulator's environment
import patches  # type: ignore[import-not-found]
from ministack import app as gateway

if __name__ == "__main__":
    lifeline.hold()
    patches.apply(without=frozenset(os.environ.get("PATCHES_OFF", "").split(",")))
    gateway.main()
