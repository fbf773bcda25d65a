"""The lane library: what its middleware and each carrier cost per call, what it adds to a cold start, and sizes.

CPU time of this process in microseconds, the best of ROUNDS rounds: other work on the machine does not count, and the
best round has the fewest cache misses. Beside the middleware stands Powertools' own one that does nothing. Metric
lines go to /dev/null. Sizes are those of `.aws-sam` (`make build`), zipped as SAM does.
Run: `.venv/bin/python bench/lane.py [--write]`
"""

import argparse
import base64
import io
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

REPOSITORY = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "lane.md"
BUILD = REPOSITORY / ".aws-sam"
ROUNDS = 15
FUNCTIONS = (
    "v1/ApiFunction",
    "v2/ApiFunction",
    "v1/PricingFunction",
    "v1/StockFunction",
    "v1/FulfilmentFunction",
)

# This file has the library's name: its own folder must not be looked into first.
sys.path = [path for path in sys.path if Path(path or ".").resolve() != Path(__file__).parent.resolve()]

os.environ |= {
    "GRAY_LANE": "v2",
    "GRAY_ENVIRONMENT": "bench",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
}

import boto3  # noqa: E402 - the variables come first
from aws_lambda_powertools.event_handler import APIGatewayRestResolver  # noqa: E402
from aws_lambda_powertools.utilities.typing import LambdaContext  # noqa: E402
from botocore.awsrequest import AWSResponse  # noqa: E402
from botocore.compat import HTTPHeaders  # noqa: E402

from lane import LaneContext, carrying  # noqa: E402
from lane.aws import instrument  # noqa: E402
from lane.handlers import each_record, in_lane  # noqa: E402
from lane.http import outgoing  # noqa: E402
from lane.powertools import LaneMiddleware  # noqa: E402
from lane.propagation import extract, inject  # noqa: E402
from lane.registry import Known  # noqa: E402

V2 = LaneContext("v2", "ramp", "7", members=("userId=alice",))
HEADERS = {"x-gray-version": "v2", "x-gray-reason": "ramp", "x-gray-revision": "7", "baggage": "gray.version=v2,a=b"}
type Row = tuple[str, float]


def microseconds(call: Callable[[], object]) -> float:
    """CPU time of one call: best of the rounds, each long enough for the clock."""
    repeats = 1
    while _seconds(call, repeats) < 0.02:
        repeats *= 2
    return min(_seconds(call, repeats) for _ in range(ROUNDS)) / repeats * 1e6


def _seconds(call: Callable[[], object], repeats: int) -> float:
    began = time.process_time()
    for _ in range(repeats):
        call()
    return time.process_time() - began


@contextmanager
def metrics_to_nowhere() -> Iterator[None]:
    """What the library prints is written, to a file that keeps nothing."""
    shown, sys.stdout = sys.stdout, Path(os.devnull).open("w")  # noqa: SIM115 - closed below
    try:
        yield
    finally:
        sys.stdout.close()
        sys.stdout = shown


def rest_event() -> dict[str, Any]:
    event: dict[str, Any] = json.loads((REPOSITORY / "events" / "api-v2-list.json").read_text())
    return event | {"path": "/x", "resource": "/x"}


def middlewares() -> Iterator[Row]:
    """A request through Powertools' resolver."""

    def nothing(app: Any, next_middleware: Callable[[Any], Any]) -> Any:
        return next_middleware(app)

    def resolver(*middleware: Any) -> Callable[[], object]:
        app, event, context = APIGatewayRestResolver(), rest_event(), LambdaContext()
        app.use(list(middleware))

        @app.get("/x")
        def x() -> dict[str, int]:
            return {"a": 1}

        return lambda: app.resolve(event, context)

    for title, call in (
        ("resolver, no middleware", resolver()),
        ("resolver, a middleware that does nothing", resolver(nothing)),
        ("resolver, LaneMiddleware (with its metric line)", resolver(LaneMiddleware())),
    ):
        with metrics_to_nowhere():
            found = microseconds(call)
        yield title, found


def readers() -> Iterator[Row]:
    """Reading the lane from an event."""
    stamped = inject.send_message({"QueueUrl": "q", "MessageBody": "b"}, V2, lambda _, lane: lane)
    seen = {name: {"stringValue": value["StringValue"]} for name, value in stamped["MessageAttributes"].items()}
    record = {"eventSource": "aws:sqs", "messageId": "1", "body": "b", "messageAttributes": seen}
    rest, document = rest_event(), inject.enveloped({"a": 1}, V2)
    sent = inject.lambda_invoke({"FunctionName": "f"}, V2)
    context = SimpleNamespace(client_context=SimpleNamespace(**json.loads(base64.b64decode(sent["ClientContext"]))))
    detail = {"detail-type": "Sold", "detail": document}
    item = {"gray": {"S": document["gray"]["baggage"]}}
    change = {"eventSource": "aws:dynamodb", "dynamodb": {"NewImage": item}}
    plain = in_lane()(lambda event, context: None)
    batch = {"Records": [record] * 10}
    yield "read: REST API headers", microseconds(lambda: extract.from_event(rest))
    yield "read: client context", microseconds(lambda: extract.from_event({}, context))
    yield "read: payload, Step Functions input", microseconds(lambda: extract.from_event(document))
    yield "read: EventBridge", microseconds(lambda: extract.from_event(detail))
    yield "read: SQS record", microseconds(lambda: extract.from_record(record))
    yield "read: DynamoDB stream record", microseconds(lambda: extract.from_record(change))
    yield "`in_lane`, whole, payload", microseconds(lambda: plain(document, None))
    with metrics_to_nowhere():
        found = microseconds(lambda: each_record(lambda _: None, batch)) / 10
    yield "`each_record`, whole, for each of 10", found


def writers() -> Iterator[Row]:
    """Putting the lane into what is sent."""

    def same(_: str, lane: str) -> str:
        return lane

    payload = json.dumps({"lines": [{"sku": "kettle", "quantity": 1}] * 5})
    event = {"Source": "shop", "DetailType": "Sold", "Detail": payload}
    invoke = {"FunctionName": "f", "Payload": payload.encode()}
    later = invoke | {"InvocationType": "Event"}
    batch = {"QueueUrl": "q", "Entries": [{"Id": str(number), "MessageBody": payload} for number in range(10)]}
    message = {"QueueUrl": "q", "MessageBody": payload}
    yield "write: HTTP headers", microseconds(lambda: outgoing({"accept": "*/*"}, V2))
    yield "write: Lambda, synchronous", microseconds(lambda: inject.lambda_invoke(invoke, V2))
    yield "write: Lambda, asynchronous", microseconds(lambda: inject.lambda_invoke(later, V2))
    yield "write: SQS message", microseconds(lambda: inject.send_message(message, V2, same))
    yield "write: SQS batch of 10", microseconds(lambda: inject.send_message_batch(batch, V2, same))
    yield "write: SNS message", microseconds(lambda: inject.publish({"TopicArn": "t", "Message": payload}, V2, same))
    yield "write: EventBridge entry", microseconds(lambda: inject.put_events({"Entries": [event]}, V2, "dev", same))
    yield "write: Step Functions input", microseconds(lambda: inject.start_execution({"input": payload}, V2))


def calls() -> Iterator[Row]:
    """A whole boto3 call up to the socket, with and without the library."""
    for title, instrumented in (("as it comes", False), ("instrumented", True)):
        session = boto3.Session(region_name="us-east-1")
        if instrumented:
            instrument(session, environment="bench", known=Known)
        sqs: Any = session.client("sqs")
        sqs.meta.events.register("before-send.sqs", _answer)
        with carrying(V2):
            found = microseconds(lambda sqs=sqs: sqs.send_message(QueueUrl="https://sqs/1/q", MessageBody="b"))  # type: ignore[misc]
        yield f"boto3 `send_message` without the network, {title}", found


def _answer(request: Any, **_: Any) -> AWSResponse:
    headers = HTTPHeaders()
    headers["x-amzn-requestid"] = "1"
    answer = {"MD5OfMessageBody": "92eb5ffee6ae2fec3ad71c777531578f", "MessageId": "1"}
    raw = SimpleNamespace(stream=lambda: iter([json.dumps(answer).encode()]))
    return AWSResponse(request.url, 200, headers, raw)


def cold_starts() -> Iterator[Row]:
    """Milliseconds of CPU that importing the library adds in a fresh process, beside what it is used with."""
    powertools = "import boto3, aws_lambda_powertools, aws_lambda_powertools.event_handler"
    for title, before, after in (
        ("Powertools' resolver and boto3", "", powertools),
        (
            "and the library: middleware, carriers, registry",
            powertools,
            "import lane.powertools, lane.aws, lane.registry",
        ),
        ("the library alone: `in_lane`, settings", "import json, logging", "import lane.handlers"),
    ):
        code = f"{before}\nimport time\nt = time.process_time()\n{after}\nprint((time.process_time() - t) * 1000)"
        yield title, statistics.median(_fresh(code) for _ in range(9))


def _fresh(code: str) -> float:
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def sizes() -> Iterator[tuple[str, float, float, float]]:
    """Each artifact: zipped, unpacked, and the library's part of it unpacked; KB."""
    for name in FUNCTIONS:
        folder = BUILD / name
        files = [path for path in folder.rglob("*") if path.is_file()]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(folder))
        own = sum(path.stat().st_size for path in files if path.is_relative_to(folder / "lane"))
        yield name, len(buffer.getvalue()) / 1024, sum(path.stat().st_size for path in files) / 1024, own / 1024


def report() -> Iterator[str]:
    yield "# Lane library\n"
    yield f"`.venv/bin/python bench/lane.py`, Python {platform.python_version()}, {_processor()}.\n"
    yield f"CPU time per call, best of {ROUNDS} rounds.\n\n| step | microseconds |\n|---|---|"
    for rows in (middlewares, readers, writers, calls):
        yield from (f"| {title} | {value:,.1f} |" for title, value in rows())
    yield "\n| cold start: imports | ms of CPU, median of 9 |\n|---|---|"
    yield from (f"| {title} | {value:,.0f} |" for title, value in cold_starts())
    if not BUILD.exists():
        yield "\nNo artifacts: `make build` first."
        return
    yield "\n| artifact | zipped KB | unpacked KB | of it the library, KB |\n|---|---|---|---|"
    for name, zipped, unpacked, own in sizes():
        yield f"| {name} | {zipped:,.0f} | {unpacked:,.0f} | {own:,.0f} |"


def _processor() -> str:
    found = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return f"{found[0].split(':')[1].strip()}, {os.cpu_count()} cores" if found else platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="to bench/results/lane.md as well")
    options = parser.parse_args()
    text = "\n".join(report())
    print(text)
    if options.write:
        RESULTS.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
