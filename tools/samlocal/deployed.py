"""The functions of a deployed local stack: their handler and their variables, as CloudFormation resolved them.

SAM CLI resolves neither `!Ref` nor `{{resolve:...}}` to what was deployed, so both ways of running take it from here.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graylocal.aws import emulator
from graylocal.stack import LocalStack
from graylocal.system.places import Ports
from samlocal.cases import EVENTS

__all__ = ["Function", "endpoints", "functions", "warm"]


@dataclass(frozen=True)
class Function:
    """One function as deployed. `timeout` in seconds, `memory` in MB."""

    logical_id: str
    name: str
    handler: str
    timeout: int
    memory: int
    variables: Mapping[str, str]


def functions(stack: LocalStack) -> dict[str, Function]:
    """All functions of the stack by logical id."""
    resources = stack.client("cloudformation").describe_stack_resources(StackName=f"graylane-{stack.environment}")
    lambda_ = stack.client("lambda")
    found = {}
    for resource in resources["StackResources"]:
        if resource["ResourceType"] == "AWS::Lambda::Function":
            known = lambda_.get_function_configuration(FunctionName=resource["PhysicalResourceId"])
            found[resource["LogicalResourceId"]] = Function(
                logical_id=resource["LogicalResourceId"],
                name=known["FunctionName"],
                handler=known["Handler"],
                timeout=known["Timeout"],
                memory=known["MemorySize"],
                variables=known["Environment"]["Variables"],
            )
    return found


def endpoints(ports: Ports, host: str = "localhost") -> dict[str, str]:
    """Variables that lead a function on this machine, or in a container of it, to the stack and nowhere else."""
    seen = emulator.client_environment(ports)
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_EC2_METADATA_DISABLED")
    return {
        **{name: seen[name] for name in names},
        "AWS_REGION": seen["AWS_DEFAULT_REGION"],
        "AWS_ENDPOINT_URL": f"http://{host}:{ports.gateway}",
        "AWS_ENDPOINT_URL_XRAY": f"http://{host}:{ports.traces}",
        "GRAY_API_URL_TEMPLATE": f"http://{host}:{ports.gateway}/restapis/{{api_id}}/{{stage}}/_user_request_",
    }


def warm(stack: LocalStack, lanes: Iterable[str] = ("v1", "v2")) -> None:
    """Start what the APIs call. A viewer is told after three seconds that prices are not available, and a busy machine
    may need longer for the first start of two functions."""
    event = json.loads((EVENTS / "pricing.json").read_text(encoding="utf-8"))
    for lane in lanes:
        event["gray"]["baggage"] = f"gray.version={lane}"
        name = f"graylane-{stack.environment}-pricing"
        stack.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
