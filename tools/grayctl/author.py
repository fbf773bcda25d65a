"""Who makes a change, for the revision that keeps it."""

import getpass
import os
import subprocess
from collections.abc import Mapping


def author(environment: Mapping[str, str] = os.environ) -> str:
    """`GRAYCTL_AUTHOR`, else the e-mail git knows here, else the name of the account on this machine."""
    chosen = environment.get("GRAYCTL_AUTHOR", "").strip()
    return chosen or _git_email() or _account_name()


def _git_email() -> str:
    try:
        answer = subprocess.run(["git", "config", "user.email"], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()


def _account_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
