"""Whether an environment's name means the stack on this machine."""

import os
from collections.abc import Mapping
from pathlib import Path

from delivery.errors import DeliveryError
from grayctl.stack.project import LOCAL_NOTE, local_stack

__all__ = ["refuse_while_local"]


def refuse_while_local(root: Path, environment: str, variables: Mapping[str, str] = os.environ) -> None:
    """Raises DeliveryError when `sam` would go to AWS and grayctl, which follows the local stack's note, would not.

    An emulator or account that the variables name (AWS_ENDPOINT_URL, AWS_PROFILE, ...) is the same for both.
    """
    if local_stack(root, environment, variables):
        raise DeliveryError(
            f"{environment} is the local stack that runs here ({LOCAL_NOTE}): end it with `.venv/bin/graylocal down`, "
            "take another ENV, or name the account with AWS_PROFILE"
        )
