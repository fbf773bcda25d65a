"""The code of docs/lane-library.md does what the page says: its blocks are run as they stand, one after the other.

Those in JavaScript by node/page.test.mjs.
"""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from tests.support.lane.carriers import event_of, own_lane

from lane import LaneContext, carrying, settings
from lane.propagation.inject import send_message, start_execution

PAGE = Path(__file__).parents[3] / "docs" / "lane-library.md"
CONTEXT = SimpleNamespace(client_context=None, function_name="mail")
V2 = LaneContext("v2", "staff", "7")


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What the page's blocks define, in lane v2 of environment dev."""
    for name, value in {
        "GRAY_LANE": "v2",
        "GRAY_ENVIRONMENT": "dev",
        "POWERTOOLS_SERVICE_NAME": "mail",
        "POWERTOOLS_TRACE_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    settings.cache_clear()
    with mock_aws():
        scope: dict[str, Any] = {}
        for block in re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL):
            exec(compile(block, str(PAGE), "exec"), scope)  # noqa: S102 - our own page
        yield scope
    settings.cache_clear()


def test_the_api_answers_in_its_lane_and_logs_it(page: dict[str, Any]) -> None:
    logged = io.StringIO()
    page["logger"].handlers[0].setStream(logged)
    headers = {"x-gray-version": "v2", "x-gray-reason": "staff", "x-api-key": "k"}
    context = {"httpMethod": "GET", "path": "/mails", "stage": "live"}
    event = {"path": "/mails", "httpMethod": "GET", "headers": headers, "requestContext": context}
    answer = page["app"].resolve(event, CONTEXT)
    assert json.loads(answer["body"]) == {"lane": "v2"}
    line = json.loads(logged.getvalue())
    assert (line["gray_lane"], line["gray_served"], line["gray_reason"]) == ("v2", "v2", "staff")


def test_an_event_and_a_batch_are_handled(page: dict[str, Any]) -> None:
    event = event_of(V2)
    event["detail"]["order"] = 7
    assert page["on_event"](event, CONTEXT) == {"order": 7, "lane": "v2"}

    def record(number: int, body: str) -> dict[str, Any]:
        sent = send_message({"QueueUrl": "q", "MessageBody": body}, V2, own_lane)["MessageAttributes"]
        seen = {name: {"stringValue": value["StringValue"]} for name, value in sent.items()}
        return {"eventSource": "aws:sqs", "messageId": str(number), "body": body, "messageAttributes": seen}

    batch = {"Records": [record(1, "a"), record(2, "unreadable"), record(3, "b")]}
    assert page["on_batch"](batch, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "2"}]}


def test_what_is_announced_is_addressed_to_a_consumer(page: dict[str, Any]) -> None:
    client = boto3.client("sqs", "us-east-1")
    url = client.create_queue(QueueName="q")["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events = boto3.client("events", "us-east-1")
    events.put_rule(Name="all", EventPattern='{"source": ["shop.mails"]}')
    events.put_targets(Rule="all", Targets=[{"Id": "q", "Arn": arn}])
    with carrying(V2):
        page["announce"]('{"mail": 1}')
    detail = json.loads(client.receive_message(QueueUrl=url)["Messages"][0]["Body"])["detail"]
    # Nobody registered `statistics`: stable's takes it, and the lane goes on.
    assert (detail["mail"], detail["lane"], detail["to"]) == (1, "v2", "v1")
    with pytest.raises(LookupError, match="pricing"):
        page["price"](b"[]")


def test_a_state_passes_its_lane_on_and_its_threads_have_it(page: dict[str, Any]) -> None:
    result = page["first_state"](json.loads(start_execution({"input": "{}"}, V2)["input"]), CONTEXT)
    assert result["lanes"] == ["v2", "v2"]
    assert result["gray"]["version"] == "v2"
    page["with_httpx"].close()


def test_a_login_answers_with_the_signed_cookie(page: dict[str, Any]) -> None:
    answer = page["logged_in"]("ann", "k")
    assert answer["headers"]["set-cookie"].startswith("sid=ann.")
