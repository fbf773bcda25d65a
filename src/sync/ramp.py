"""The ramp plan's part of the scheduled sync."""

import time
from typing import TYPE_CHECKING

import boto3

from sync.services import Services
from sync.telemetry import count, logger

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

__all__ = ["take_step"]


def take_step(services: Services) -> str | None:
    """Looks at the plan and takes the step that is due; returns the decision as text, None without a plan.

    A step or a withdrawal moves HEAD, and its stream publishes. A plan that cannot be read stops no sync; the metric
    ValidationFailed counts it.
    """
    revisions = services.control_plane().history.revisions
    revision = revisions.current()
    if revision is None or '"plan"' not in revision.document:
        return None  # most runs; pydantic and CloudWatch are not even imported
    from gray.analysis.plan_store import Plans, Trials
    from gray.analysis.ramp_step import advance, alarms_on

    table = services.settings.table
    try:
        view = advance(
            revisions,
            Plans(services.dynamodb, table),
            Trials(services.dynamodb, table),
            alarms=lambda: alarms_on(_cloudwatch(services), services.settings.environment),
            now=int(time.time()),
        )
    except ValueError:
        logger.exception("the plan cannot be followed")
        count("ValidationFailed")
        return "invalid"
    if view is None:
        return None
    logger.info("plan", extra={"decision": str(view.decision), "percent": str(view.situation.percent)})
    return str(view.decision)


def _cloudwatch(services: Services) -> "CloudWatchClient":
    return boto3.client("cloudwatch", region_name=services.settings.region)
