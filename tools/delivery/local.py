"""Whether an environment's name means the stack on this machine."""

import os
from collections.abc import Mapping
from pathlib import Path

from delivery.errors import DeliveryError
from grayctl.stack.project import LOCAL_NOTE, local_stack

__all__ = ["refuse_while_local"]


def refuse_while_local(root: Path, environment: str, variables: Mapping[str, str] = os.environ) -> None:
    """Raises DeliveryError if `sam` would use AWS, but grayctl the local stack.

    If environment variables select an endpoint or account (AWS_ENDPOINT_URL, AWS_PROFILE, ...), both use the same.
    """
    if local_stack(root, environment, variables):
        raise DeliveryError(
            f"{environment} is the local stack running here ({LOCAL_NOTE}): stop it with `.venv/bin/graylocal down`, "
            "use another ENV, or select the account with AWS_PROFILE"
        )
