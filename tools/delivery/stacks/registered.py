"""A lane that is to go: refused while viewers may get there, and taken out of the registry before its stack."""

from contextlib import suppress
from typing import TYPE_CHECKING

from delivery.errors import DeliveryError
from delivery.released import leads_to
from gray.history.revisions import Revisions
from lane.registry import CACHE_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ssm import SSMClient

__all__ = ["QUIET_SECONDS", "refuse_while_used", "unregister"]

# Until every producer has noticed that a lane is gone, and what was sent to it last has arrived. Otherwise a producer
# could send messages to a lane without a consumer, and they would be lost.
QUIET_SECONDS = CACHE_SECONDS + 10.0


def refuse_while_used(dynamodb: "DynamoDBClient", environment: str, lane: str) -> None:
    """Raises DeliveryError while the release sends viewers to a gray lane."""
    try:
        revision = Revisions(dynamodb, f"graylane-{environment}-config").current()
    except dynamodb.exceptions.ResourceNotFoundException:
        return  # there is no platform, so no viewer is in gray
    if revision is not None and leads_to(revision.document, revision.state, lane):
        raise DeliveryError(
            f"revision {revision.number} still sends viewers to {lane}: first run "
            f"`grayctl kill` or `grayctl finish --config-env {environment}`"
        )


def unregister(ssm: "SSMClient", environment: str, lane: str) -> None:
    """Take a lane out of the registry; it may be gone already."""
    with suppress(ssm.exceptions.ParameterNotFound):
        ssm.delete_parameter(Name=f"/gray/{environment}/lanes/{lane}")
