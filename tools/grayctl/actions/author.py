"""Author and tool of a change, as recorded in the revision."""

import getpass
import os
import subprocess
from collections.abc import Mapping

from gray.release.annotation import AUTHOR_LIMIT, storable

VIA = "grayctl"


def author(environment: Mapping[str, str] = os.environ) -> str:
    """`GRAYCTL_AUTHOR`, else git's user.email, else the user name on this machine."""
    chosen = storable(environment.get("GRAYCTL_AUTHOR"), AUTHOR_LIMIT)
    return chosen or storable(_git_email(), AUTHOR_LIMIT) or storable(_account_name(), AUTHOR_LIMIT) or "unknown"


def _git_email() -> str:
    try:
        answer = subprocess.run(
            ["git", "config", "user.email"], stdin=subprocess.DEVNULL, capture_output=True, timeout=2, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return os.fsdecode(answer.stdout)


def _account_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
