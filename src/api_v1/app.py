"""HTTP in, HTTP out: GET, HEAD and POST /api/orders, GET and HEAD /api/health; OPTIONS of both."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.metrics import MetricUnit

from api_v1.clients import desk, registry
from api_v1.desk import OrderDesk, UnknownItemsError
from api_v1.services import PricingError
from api_v1.table import StorageError
from lane import settings
from lane.build import build_of
from lane.hops import hop
from lane.observe import LaneFilter
from lane.powertools import LaneMiddleware
from lane.registry import Known

logger = Logger()
tracer = Tracer(patch_modules=["botocore"])
metrics = Metrics()

HEALTH = "/api/health"
# The body of an answer to HEAD is left out on the way, by HTTP.
_GET = ["GET", "HEAD"]


class BadRequestError(Exception):
    """When the body is not an order. problems: (field, what is wrong with it) each."""

    def __init__(self, status: int, problems: list[tuple[str, str]]) -> None:
        super().__init__(problems)
        self.status = status
        self.problems = problems


def build(open_desk: Callable[[], OrderDesk], known: Callable[[], Known] | None) -> APIGatewayRestResolver:
    """The routes over a desk. known: the lanes' registry, for the kill."""
    app = APIGatewayRestResolver()
    app.use([LaneMiddleware(tracer=tracer, known=known, open_paths=(HEALTH,))])

    @app.route("/api/orders", method=_GET)
    def list_orders() -> dict[str, Any]:
        return {"lane": settings().lane, "orders": open_desk().newest(), "hops": [hop()]}

    @app.post("/api/orders")
    def create_order() -> Response[dict[str, Any]]:
        order = open_desk().place(_order(app.current_event.body))
        metrics.add_metric(name="OrdersPlaced", unit=MetricUnit.Count, value=1)
        return _json(201, {"lane": settings().lane, "order": order, "hops": order["hops"]})

    @app.route("/api/orders", method=["OPTIONS"])
    def order_methods() -> Response[str]:
        return _methods(*_GET, "POST", "OPTIONS")

    @app.route(HEALTH, method=_GET)
    def health() -> dict[str, str]:
        return {"lane": settings().lane, "build": build_of(str(Path(__file__).parent))}

    @app.route(HEALTH, method=["OPTIONS"])
    def health_methods() -> Response[str]:
        return _methods(*_GET, "OPTIONS")

    def bad_request(error: BadRequestError) -> Response[dict[str, Any]]:
        return _refused(error.status, error.problems)

    def unknown_items(error: UnknownItemsError) -> Response[dict[str, Any]]:
        return _refused(422, [(f"items.{index}.sku", "is not in the catalogue") for index in error.indices])

    def unavailable(error: Exception) -> Response[dict[str, Any]]:
        logger.error("dependency failed", exc_info=error)
        return _json(503, {"error": type(error).__name__, "message": str(error)}, {"retry-after": "1"})

    app.exception_handler(BadRequestError)(bad_request)
    app.exception_handler(UnknownItemsError)(unknown_items)
    app.exception_handler([PricingError, StorageError])(unavailable)
    return app


def _order(body: str | None) -> Any:
    """The order in a body. Raises BadRequestError."""
    from pydantic import ValidationError

    # Imported on the first order only: pydantic is a third of a cold start, which a list does not need.
    from api_v1.order import NewOrder

    try:
        document = json.loads(body or "")
    except ValueError as error:
        raise BadRequestError(400, [("body", f"is not JSON: {error}")]) from error
    try:
        return NewOrder.model_validate(document)
    except ValidationError as error:
        found = [(".".join(map(str, e["loc"])) or "body", e["msg"]) for e in error.errors(include_url=False)]
        raise BadRequestError(422, found) from error


def _refused(status: int, problems: list[tuple[str, str]]) -> Response[dict[str, Any]]:
    errors = [{"field": field, "message": message} for field, message in problems]
    return _json(status, {"error": "invalid-order", "errors": errors})


def _methods(*names: str) -> Response[str]:
    return Response(status_code=204, body="", headers={"allow": ", ".join(names)})


def _json(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response[dict[str, Any]]:
    return Response(status_code=status, content_type="application/json", body=body, headers=dict(headers or {}))


@cache
def _app() -> APIGatewayRestResolver:
    # Not at import: the settings are read here, and a function that lacks them then says so in an answer's log.
    logger.addFilter(LaneFilter(served=settings().lane))
    metrics.set_default_dimensions(environment=settings().environment, lane=settings().lane)
    return build(desk, registry().known)


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry, behind the lane's REST API."""
    return _app().resolve(event, context)
