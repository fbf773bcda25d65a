"""The three sync functions: by the schedule, by HEAD's stream, by hand or by alarm. They bring HEAD to the edge."""

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from sync.requests import Request, requests_of
from sync.runs import by_hand, by_schedule, by_stream
from sync.services import Services
from sync.settings import Settings
from sync.telemetry import count, logger, metrics, tracer

__all__ = ["manual", "scheduled", "stream"]


@cache
def _services() -> Services:
    metrics.set_default_dimensions(environment=os.environ["GRAY_ENVIRONMENT"])
    return Services(Settings.read())


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def scheduled(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Every five minutes: reconciles, renews the lease, checks lanes and, every hour, drift; removes what is old."""
    return by_schedule(_services())


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def stream(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """HEAD has moved. The records only wake this function; HEAD is read consistently."""
    return by_stream(_services())


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def manual(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A request by hand, or alarms by SNS. What cannot be read is logged and left: repeating would not help."""
    services = _services()
    count("ManualRuns")
    answers: list[dict[str, Any]] = []
    for request in requests_of(event, context.aws_request_id, services):
        if isinstance(request, Request):
            answers.append(by_hand(services, request))
        else:
            logger.info("nothing to do", extra={"why": request})
            answers.append({"status": "ignored", "why": request})
    return {"answers": answers}
