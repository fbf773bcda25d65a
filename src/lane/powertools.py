"""Middleware for the resolvers of Powertools for AWS Lambda (REST API, HTTP API, function URL)."""

import logging
import time
from collections.abc import Callable, Collection
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.exceptions import ServiceError

from lane import guard, observe
from lane.context import SHARED, STABLE, LaneContext, addressed, carrying
from lane.observe import Tracer
from lane.propagation import extract
from lane.registry import Known
from lane.settings import Settings, settings

_JSON = "application/json"
# Here a page that is in another lane than its API is what was asked for: it is told to load again.
_STOPPED = ("killed", "finished", "expired", "out", "behind")
_log = logging.getLogger(__name__)

type Next = Callable[[Any], Response[Any]]


class LaneMiddleware:
    """Reads the lane of a request, guards it, and puts `x-gray-version` on every answer, also on errors.

    Give it to the resolver first: `app.use([LaneMiddleware(tracer=tracer)])`. It answers 403 to a request without API
    key, 421 to one of another lane (with the metric LaneMismatch), 421 with `x-gray-reload: 1` when the gray lane was
    killed, and turns an unhandled exception into a 500, as API Gateway's own 502 would lack the header.

    known: the registry (`lane.registry.Registry.known`), for the kill; without it only the edge's decision counts.
    open_paths: paths that are answered whatever the lane, key or state, such as health checks.
    origin_keys: the keys that count; two while they rotate. REST APIs compare the key themselves; for other kinds this
        does it, and without it any key counts.
    """

    def __init__(
        self,
        *,
        tracer: Tracer | None = None,
        known: Callable[[], Known] | None = None,
        open_paths: tuple[str, ...] = (),
        require_key: bool = True,
        origin_keys: Callable[[], Collection[str]] | None = None,
        read_settings: Callable[[], Settings] = settings,
    ) -> None:
        self._tracer = tracer
        self._known = known
        self._open = open_paths
        self._require_key = require_key
        self._origin_keys = origin_keys
        self._settings = read_settings
        # Powertools prints its stack of middlewares by this attribute when it debugs.
        self.__name__ = type(self).__name__

    def __call__(self, app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
        """Serve one request."""
        started = time.perf_counter()
        own = self._settings()
        event = app.current_event.raw_event
        headers = extract.headers_of(event)
        # A request that another function handed on by invoking this one is of that function's lane.
        invoked = extract.written(event, app.lambda_context)
        found = invoked or extract.from_headers(headers) or LaneContext(own.home)
        # `to` was meant for us: handed on, it would let the next service stand in although nobody chose it.
        with carrying(addressed(found, "")):
            serve_as = (event.get("stageVariables") or {}).get("serve_as", "")
            page = "" if invoked or found.reason in _STOPPED else headers.get("x-gray-reload", "")
            observe.annotate(self._tracer, found, own, serve_as, page)
            response = self._refusal(event, headers, found, own, serve_as) or _answer(app, next_middleware)
        response.headers["x-gray-version"] = _named(own)
        observe.emit(own, found.lane, _measured(response.status_code, started), reason=found.reason)
        return response

    def _refusal(
        self, event: dict[str, Any], headers: dict[str, str], found: LaneContext, own: Settings, serve_as: str
    ) -> Response[Any] | None:
        if event.get("path", event.get("rawPath")) in self._open:
            return None
        keys = self._origin_keys and self._origin_keys()
        if self._require_key and not guard.came_by_key(event, headers, keys):
            return _json(403, {"error": "forbidden"})
        if not guard.serves(found, own.lane, serve_as):
            _log.warning("request for lane %s reached lane %s", found.lane, own.lane)
            observe.emit(own, own.lane, {"LaneMismatch": 1}, observe.PER_ENVIRONMENT)
            return _json(421, {"error": "wrong-lane", "lane": own.lane, "asked": found.lane})
        if own.lane not in (STABLE, SHARED) and self._known is not None and self._known().state == "killed":
            return _json(421, {"error": "lane-killed", "lane": own.lane}, {"x-gray-reload": "1"})
        return None


def _answer(app: ApiGatewayResolver, next_middleware: Next) -> Response[Any]:
    """The answer of the rest of the chain; what it raises is answered as Powertools would, but as a Response."""
    try:
        return next_middleware(app)
    except Exception as error:  # noqa: BLE001 - what nobody handles is answered, with the header, and logged
        return _error_answer(app, error)


def _error_answer(app: ApiGatewayResolver, error: Exception) -> Response[Any]:
    handler = app.exception_handler_manager.lookup_exception_handler(type(error))
    if handler is not None:
        try:
            answered: Response[Any] = handler(error)
            return answered
        except Exception as raised:  # noqa: BLE001 - a handler may raise a ServiceError, or be wrong itself
            error = raised
    if isinstance(error, ServiceError):
        return _json(error.status_code, {"statusCode": error.status_code, "message": error.msg})
    observe.log_error(_log, "unhandled error", error)
    return _json(500, {"statusCode": 500, "message": "Internal server error"})


def answer_invalid(app: ApiGatewayResolver, *, read_settings: Callable[[], Settings] = settings) -> None:
    """For resolvers with `enable_validation`: put `x-gray-version` on the 422 of an invalid request as well.

    Powertools validates a request before any middleware sees it, so the middleware cannot do this.
    """
    # Costs pydantic, which a resolver with validation has imported already.
    from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

    def invalid(error: RequestValidationError) -> Response[Any]:
        # As Powertools answers it: without messages, which would name types and files.
        detail = [{"loc": found["loc"], "type": found["type"]} for found in error.errors()]
        return _json(422, {"statusCode": 422, "detail": detail}, {"x-gray-version": _named(read_settings())})

    app.exception_handler(RequestValidationError)(invalid)


def _named(own: Settings) -> str:
    """The lane as answers say it: a viewer knows no `shared`."""
    return own.home if own.lane == SHARED else own.lane


def _measured(status: int, started: float) -> dict[str, float]:
    latency = round((time.perf_counter() - started) * 1000, 3)
    return {"Requests": 1, "Errors": int(status >= 500), "Latency": latency}


def _json(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response[Any]:
    return Response(status_code=status, content_type=_JSON, body=body, headers=dict(headers or {}))
