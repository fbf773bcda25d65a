"""The address of a lane's API: what a lane registers, a release is compiled with, and the edge sends viewers to."""

import re
from dataclasses import dataclass

__all__ = ["LaneApi"]

# An id is ten characters today; a stage's name is at most 128 (API Gateway's API reference, CreateStage).
_API_ID = re.compile(r"[a-z0-9]{1,32}")
_STAGE = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True)
class LaneApi:
    """A lane's API in API Gateway: its id and stage."""

    api_id: str
    stage: str

    @property
    def valid(self) -> bool:
        """Whether both can be names of an API and of its stage."""
        return bool(_API_ID.fullmatch(self.api_id) and _STAGE.fullmatch(self.stage))
