"""Decorator and batch processing for functions without a resolver: invoked, subscribed, started by Step Functions."""

import functools
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from lane import guard, observe
from lane.context import LaneContext, addressed, carrying
from lane.observe import Tracer
from lane.propagation import extract, inject
from lane.settings import Settings, settings

_log = logging.getLogger(__name__)

type Handler = Callable[[Any, Any], Any]


class RecordTracer(Tracer, Protocol):
    """Powertools' Tracer, with the X-Ray recorder behind it."""

    @property
    def provider(self) -> Any: ...


def in_lane(
    *, tracer: Tracer | None = None, pass_on: bool = False, read_settings: Callable[[], Settings] = settings
) -> Callable[[Handler], Handler]:
    """Run a handler in the lane of its event; the event it gets is the one its caller meant (envelope removed).

    Work of another lane raises WrongLaneError, so that Lambda's retries and dead-letter queue deal with it.
    Put it inside `tracer.capture_lambda_handler`, so that the annotations land on that subsegment.

    pass_on: put the lane context into the result as well. For tasks of Step Functions, whose result is the next state's
        input; a result that is not a JSON object is then under `payload` there. One with a member `gray` of its own
        raises TakenError.
    """

    def decorate(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def run(event: Any, context: Any) -> Any:
            own = read_settings()
            found = extract.from_event(event, context) or LaneContext(own.home)
            with _serving(found, own, tracer):
                result = handler(extract.unwrapped(event), context)
            return inject.enveloped(result, found) if pass_on else result

        return run

    return decorate


def each_record(
    handle: Callable[[dict[str, Any]], object],
    event: Mapping[str, Any] | list[dict[str, Any]],
    *,
    tracer: RecordTracer | None = None,
    read_settings: Callable[[], Settings] = settings,
) -> dict[str, list[dict[str, str]]]:
    """Run a function on each record in that record's own lane and answer Lambda's partial batch response.

    The metrics Records and RecordsFailed count those that were tried, by lane: one line a lane and batch.

    For standard queues all records are tried. For streams the first failure ends the batch: Lambda goes on from there
    ("ReportBatchItemFailures", in both developer guides). For FIFO queues it ends the batch too, and the records not
    tried are reported with it, as Lambda would delete them (Lambda guide, "Handling errors for an SQS event source").
    SNS, S3 and others know no partial failures: what a record of theirs raises is raised, and Lambda tries the whole
    event again. `in_lane` is for those, as for all that come one at a time.

    A batch that a function handed on by an asynchronous invocation is of that function's lane. EventBridge Pipes sends
    the records as a list; that is taken as well.
    """
    own = read_settings()
    handed_on = extract.written(event)
    failures: list[dict[str, str]] = []
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    unanswerable: Exception | None = None
    for record in event if isinstance(event, list) else event["Records"]:
        if failures and _is_fifo(record):
            failures.append({"itemIdentifier": _identifier(record)})
            continue
        found = handed_on or extract.from_record(record) or LaneContext(own.home)
        counts[found.lane][0] += 1
        try:
            with _subsegment(tracer), _serving(found, own, tracer):
                handle(record)
        except Exception as error:  # noqa: BLE001 - see below
            # Whatever went wrong with one record must not lose the others; it comes back to us or to the dead letters.
            observe.log_error(_log, "record failed", error)
            counts[found.lane][1] += 1
            identifier = _identifier(record)
            if not identifier:
                unanswerable = error
                break
            failures.append({"itemIdentifier": identifier})
            if "messageId" not in record:
                break
    for lane, (tried, failed) in sorted(counts.items()):
        observe.emit(own, lane, {"Records": tried, "RecordsFailed": failed})
    if unanswerable is not None:
        raise unanswerable
    return {"batchItemFailures": failures}


@contextmanager
def _serving(found: LaneContext, own: Settings, tracer: Tracer | None) -> Iterator[None]:
    # `to` was meant for us: handed on, it would let the next service stand in although nobody chose it.
    with carrying(addressed(found, "")):
        observe.annotate(tracer, found, own)
        try:
            guard.check(found, own.lane)
        except guard.WrongLaneError:
            observe.emit(own, own.lane, {"LaneMismatch": 1}, observe.PER_ENVIRONMENT)
            raise
        yield


@contextmanager
def _subsegment(tracer: RecordTracer | None) -> Iterator[None]:
    if tracer is None:
        yield
    else:
        with tracer.provider.in_subsegment(name="## record"):
            yield


def _is_fifo(record: Mapping[str, Any]) -> bool:
    return "messageId" in record and str(record.get("eventSourceARN", "")).endswith(".fifo")


def _identifier(record: Mapping[str, Any]) -> str:
    """What names a record in a partial batch response; empty for sources that know none."""
    places = (
        (record, "messageId"),
        (record.get("dynamodb"), "SequenceNumber"),
        (record.get("kinesis", record), "sequenceNumber"),  # Pipes puts the members of `kinesis` into the record
    )
    return next((str(part[name]) for part, name in places if isinstance(part, Mapping) and part.get(name)), "")
