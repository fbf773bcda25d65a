"""What calls a function, how often it tries again, and where it leaves what failed."""

import re

import pytest
from tests.support.project.deployment import (
    TEMPLATES,
    of_type,
)
from tests.template.written import FUNCTIONS, RESOURCES, TEXT, each_of, policies_of

# What invokes a function and waits for its answer carries the error back itself: nothing to retry, nothing to keep.
CALLED_AND_AWAITED = {
    "ApiFunction",
    "StockFunction",
    "PricingFunction",
}
# The next run comes by itself; an alarm tells when none succeeds.
SCHEDULED = {"SyncScheduledFunction", "WatchFunction", "TraceCheckFunction"}


def test_each_function_is_called_in_a_way_that_is_thought_of() -> None:
    functions = {name: one for written in TEMPLATES for name, one in FUNCTIONS[written].items()}
    asynchronous = {name for name, one in functions.items() if "EventInvokeConfig" in one}
    polled = {name for name, one in functions.items() if "Events" in one}
    assert asynchronous | polled | CALLED_AND_AWAITED == set(functions)
    assert not (asynchronous | polled) & CALLED_AND_AWAITED
    assert asynchronous >= SCHEDULED


def functions_with(member: str) -> list[tuple[str, str]]:
    return [(written, name) for written in TEMPLATES for name, one in FUNCTIONS[written].items() if member in one]


@pytest.mark.parametrize(("written", "name"), functions_with("EventInvokeConfig"))
def test_what_is_called_without_waiting_is_tried_again_a_few_times_and_then_kept(written: str, name: str) -> None:
    config = FUNCTIONS[written][name]["EventInvokeConfig"]
    if name in SCHEDULED:
        assert config == {"MaximumRetryAttempts": 0}
    else:
        assert config["MaximumRetryAttempts"] == 2
        assert config["DestinationConfig"]["OnFailure"]["Type"] == "SQS"
        assert "sqs:SendMessage" in str(policies_of(written, name))


@pytest.mark.parametrize(("written", "name"), functions_with("Events"))
def test_a_stream_is_not_blocked_for_ever_by_one_record(written: str, name: str) -> None:
    for source in FUNCTIONS[written][name]["Events"].values():
        properties = source["Properties"]
        assert source["Type"] == "DynamoDB"
        assert 1 <= properties["MaximumRetryAttempts"] <= 10
        assert properties["BisectBatchOnFunctionError"] is True
        assert properties["DestinationConfig"]["OnFailure"]["Type"] == "SQS"
    assert "sqs:SendMessage" in str(policies_of(written, name))


def test_what_schedules_or_routes_limits_its_retries() -> None:
    assert each_of("AWS::Scheduler::Schedule")
    for written, name in each_of("AWS::Scheduler::Schedule"):
        schedule = RESOURCES[written][name]["Properties"]
        assert schedule["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 0}, name
    assert each_of("AWS::Events::Rule")
    for written, name in each_of("AWS::Events::Rule"):
        for target in RESOURCES[written][name]["Properties"]["Targets"]:
            if "Queue" not in str(target["Arn"]):  # a queue is where it would go anyway
                assert target["RetryPolicy"]["MaximumRetryAttempts"] <= 2, name
                assert target["DeadLetterConfig"], name


@pytest.mark.parametrize("written", TEMPLATES)
def test_every_queue_keeps_its_messages_and_has_an_alarm(written: str) -> None:
    watched = re.findall(r"Value: !GetAtt (\w+Queue)\.QueueName", TEXT[written])
    queues = of_type(RESOURCES[written], "AWS::SQS::Queue")
    assert queues
    assert set(watched) == set(queues)
    for queue in queues.values():
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert queue["SqsManagedSseEnabled"] is True
