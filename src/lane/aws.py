"""Carrying the lane through boto3: a session is instrumented once, its clients need no change.

botocore's event `provide-client-params` puts the lane context in, before parameters are checked, so a mistake of ours
shows as the usual ParamValidationError. Calls outside of any lane context go out unchanged.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from lane import observe
from lane.context import STABLE, LaneContext, addressed, carrying, current
from lane.observe import trace_header
from lane.propagation import inject
from lane.registry import Known
from lane.settings import SettingsError, settings

type Carrier = Callable[[inject.Parameters, LaneContext], inject.Parameters]

_HOOK = "provide-client-params"


def instrument[Session](
    session: Session, *, environment: str, known: Callable[[], Known], consumers: Mapping[str, str] | None = None
) -> Session:
    """Make every client of this boto3 or botocore session carry the lane. Doing it twice does nothing more.

    What a caller sends arrives byte for byte, plus what carries the lane. A call raises TakenError if it has something
    of its own in that place, and NoRoomError if there is none. Calls that carry it and fail count in DownstreamErrors.

    known: the registry, asked when a consumer's lane has to be chosen.
    consumers: name of the consuming service by EventBridge source, topic ARN, queue URL, function or state machine,
        as the call names it. Work is addressed to that service's lane if it is registered there, else to stable's. Not
        named here: to the lane carried.

    Example: `instrument(boto3.DEFAULT_SESSION, environment="dev", known=registry.known, consumers={"shop": "mail"})`
    """
    services = dict(consumers or {})

    def choose(destination: str, lane: str) -> str:
        service = services.get(destination)
        return known().lane_for(service, lane) if service else lane

    carriers: dict[str, Carrier] = {
        "lambda.Invoke": partial(inject.lambda_invoke, choose=choose),
        "lambda.InvokeWithResponseStream": partial(inject.lambda_invoke, choose=choose),
        "lambda.InvokeAsync": partial(inject.invoke_async, choose=choose),
        "sfn.StartExecution": partial(inject.start_execution, choose=choose),
        "sfn.StartSyncExecution": partial(inject.start_execution, choose=choose),
        "eventbridge.PutEvents": partial(_put_events, environment=environment, choose=choose),
        "sqs.SendMessage": partial(inject.send_message, choose=choose),
        "sqs.SendMessageBatch": partial(inject.send_message_batch, choose=choose),
        "sns.Publish": partial(inject.publish, choose=choose),
        "sns.PublishBatch": partial(inject.publish_batch, choose=choose),
    }
    emitter = _emitter(session)
    for operation, carrier in carriers.items():
        emitter.register(f"{_HOOK}.{operation}", _hook(carrier), unique_id=f"gray-lane-{operation}")
        emitter.register(f"after-call.{operation}", _count_failed, unique_id=f"gray-lane-failed-{operation}")
        emitter.register(f"after-call-error.{operation}", _count_error, unique_id=f"gray-lane-error-{operation}")
    return session


def _emitter(session: Any) -> Any:
    """`events` of a boto3 session; a botocore session has the same by get_component."""
    return session.events if hasattr(session, "events") else session.get_component("event_emitter")


def _hook(carrier: Carrier) -> Callable[..., inject.Parameters | None]:
    def provide(params: inject.Parameters, **_: Any) -> inject.Parameters | None:
        found = current()
        return None if found is None else carrier(params, found)

    return provide


def _count_failed(parsed: Mapping[str, Any], **_: Any) -> None:
    """A call that was answered: by an error, by a function that raised, or by a batch with entries refused."""
    status = int(parsed.get("ResponseMetadata", {}).get("HTTPStatusCode", 200))
    if status >= 400 or parsed.get("FunctionError") or parsed.get("FailedEntryCount") or parsed.get("Failed"):
        _count_error()


def _count_error(**_: Any) -> None:
    """The metric DownstreamErrors, by the lane carried."""
    with suppress(SettingsError):  # a metric must not fail a call
        own, found = settings(), current()
        observe.emit(own, found.lane if found else own.home, {"DownstreamErrors": 1}, observe.PER_LANE)


def _put_events(
    parameters: inject.Parameters, found: LaneContext, *, environment: str, choose: inject.ChooseLane
) -> inject.Parameters:
    return inject.put_events(parameters, found, environment, choose, trace_header())


def invoke(client: Any, known: Known, service: str, payload: bytes, *, fallback: str = "") -> Any:
    """Call a service synchronously, in the lane of now where that lane has it, else stable's. Returns boto3's answer.

    fallback: function name when no lane registered the service. Raises LookupError when there is neither.
    """
    found = current()
    lane = found.lane if found else STABLE
    name, to = known.function(service, lane) or (fallback, STABLE)
    if not name:
        raise LookupError(f"no lane has registered the service {service!r} and no function was named for it")
    with carrying(addressed(found, to) if found else None):
        return client.invoke(FunctionName=name, Payload=payload)
