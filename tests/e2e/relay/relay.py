"""A service that takes an order by one kind of carrier and hands it on by the next; each hop notes the lane it saw.

Deployed by tests/e2e/test_carriers.py, with src/lane beside it and nothing else. EventBridge -> asynchronous invoke ->
SQS -> SNS -> Step Functions, two states -> HTTP -> DynamoDB stream.
"""

import base64
import json
import os
from typing import Any
from urllib.parse import urlsplit

import boto3
import urllib3

from lane import current
from lane.aws import instrument
from lane.handlers import each_record, in_lane
from lane.http import urllib3_request
from lane.propagation.inject import enveloped
from lane.registry import Known

session = instrument(boto3.Session(), environment=os.environ["GRAY_ENVIRONMENT"], known=Known)
dynamodb = session.client("dynamodb")


def handler(event: dict[str, Any], context: Any) -> Any:
    """Whatever calls it."""
    source = event["Records"][0].get("eventSource") if "Records" in event else None
    return each_record(of_record, event) if source else of_event(event, context)


def of_record(record: dict[str, Any]) -> None:
    """SQS, and at the end the stream."""
    if record["eventSource"] == "aws:sqs":
        order = record["body"]
        note(order, "sqs")
        session.client("sns").publish(TopicArn=os.environ["TOPIC"], Message=order)
    else:
        note(record["dynamodb"]["NewImage"]["pk"]["S"], "stream")


@in_lane(pass_on=True)
def of_event(event: dict[str, Any], context: Any) -> Any:
    """All others, told apart by their shape."""
    if "detail-type" in event:
        order = event["detail"]["order"]["id"]
        note(order, "eventbridge")
        payload = json.dumps({"asynchronous": order}).encode()
        session.client("lambda").invoke(FunctionName=context.function_name, InvocationType="Event", Payload=payload)
    elif "asynchronous" in event:
        note(event["asynchronous"], "asynchronous")
        session.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=event["asynchronous"])
    elif "Records" in event:
        order = event["Records"][0]["Sns"]["Message"]
        note(order, "sns")
        document = json.dumps({"order": order, "state": 1})
        session.client("stepfunctions").start_execution(stateMachineArn=os.environ["MACHINE"], input=document)
    elif "state" in event:
        return of_state(event["order"], event["state"])
    else:
        order = base64.b64decode(event["body"]).decode() if event["isBase64Encoded"] else event["body"]
        note(order, "http")
        found = current()
        assert found is not None
        carried = enveloped({}, found)["gray"]["baggage"]
        item = {"pk": {"S": order}, "gray": {"S": carried}}
        dynamodb.put_item(TableName=os.environ["WORK"], Item=item)
    return None


def of_state(order: str, state: int) -> Any:
    """The second state has the result of the first one for its input."""
    note(order, f"state-{state}")
    if state == 2:
        address = os.environ["ADDRESS"]
        named = {str(urlsplit(address).hostname)}
        answer = urllib3_request(urllib3.PoolManager(), named, "POST", address, body=order.encode())
        assert answer.status == 200, answer.data
    return {"order": order, "state": state + 1}


def note(order: str, hop: str) -> None:
    """Write down the lane of now for this hop of the order."""
    found = current()
    dynamodb.update_item(
        TableName=os.environ["SEEN"],
        Key={"pk": {"S": order}},
        UpdateExpression="SET #hop = :lane",
        ExpressionAttributeNames={"#hop": hop},
        ExpressionAttributeValues={":lane": {"S": found.lane if found else "none"}},
    )
