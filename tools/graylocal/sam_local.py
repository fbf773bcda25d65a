"""What `sam local invoke` needs to run a built function against a local stack.

SAM CLI resolves neither `!Ref` nor `{{resolve:...}}` to what was deployed, and hands a container only variables that
its template declares; ours name no endpoint, and must not. So `graylocal up` writes a template of the functions of each
stack, with their variables as deployed. samconfig.toml names the files for each stack of `dev`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from delivery.artifacts.parameters import build_of, stack_name, stacks_of
from graylocal.aws import emulator
from graylocal.stack import LocalStack
from graylocal.system.places import REPOSITORY, Ports

__all__ = ["Function", "artifact", "endpoints", "functions", "write"]

_HOST = "host.docker.internal"  # this machine, for a container
# SAM CLI counts a start as part of a run, AWS does not: a function that may run for 5 s would end before it began.
_SECONDS = 60


@dataclass(frozen=True)
class Function:
    """One function as deployed. `timeout` in seconds, `memory` in MB."""

    logical_id: str
    name: str
    handler: str
    architectures: tuple[str, ...]
    timeout: int
    memory: int
    variables: Mapping[str, str]


def artifact(name: str) -> Path:
    """The folder with the built functions of a stack of samconfig.toml."""
    return REPOSITORY / build_of(REPOSITORY, name, {}).folder


def functions(stack: LocalStack, name: str) -> dict[str, Function]:
    """The functions of a stack of samconfig.toml by logical id, with their variables as they are deployed."""
    resources = stack.client("cloudformation").describe_stack_resources(StackName=stack_name(REPOSITORY, name))
    lambda_ = stack.client("lambda")
    found = {}
    for resource in resources["StackResources"]:
        if resource["ResourceType"] == "AWS::Lambda::Function":
            known = lambda_.get_function_configuration(FunctionName=resource["PhysicalResourceId"])
            found[resource["LogicalResourceId"]] = Function(
                logical_id=resource["LogicalResourceId"],
                name=known["FunctionName"],
                handler=known["Handler"],
                architectures=tuple(known["Architectures"]),
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
        "AWS_SESSION_TOKEN": "",  # over one of somebody's own, which SAM CLI would pass on
        "AWS_REGION": seen["AWS_DEFAULT_REGION"],
        "AWS_ENDPOINT_URL": f"http://{host}:{ports.gateway}",
        "AWS_ENDPOINT_URL_XRAY": f"http://{host}:{ports.traces}",
        "GRAY_ORIGIN_URL_TEMPLATE": f"http://{host}:{ports.gateway}/_origins/{{host}}{{path}}",
    }


def write(stack: LocalStack) -> None:
    """Write the templates and the variables for `sam local invoke`; they go when the stack is closed."""
    variables, folder = endpoints(stack.ports, _HOST), stack.places.sam
    folder.mkdir(exist_ok=True)
    for name in stacks_of(REPOSITORY, stack.environment):
        there, built = functions(stack, name), artifact(name)
        resources = {each: _resource(function, built, variables) for each, function in there.items()}
        template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}
        (folder / f"{name}.json").write_text(json.dumps(template, indent=2))
    # A variable of the caller's shell counts more than the template's, and this file more than both.
    (folder / "variables.json").write_text(json.dumps({"Parameters": variables}, indent=2))


def _resource(function: Function, built: Path, variables: Mapping[str, str]) -> dict[str, object]:
    properties = {
        "FunctionName": function.name,
        "Runtime": "python3.13",
        "Handler": function.handler,
        "CodeUri": str(built / f"{function.logical_id}.zip"),
        "Architectures": list(function.architectures),
        "Timeout": max(function.timeout, _SECONDS),
        "MemorySize": function.memory,
        "Environment": {"Variables": {**function.variables, **variables}},
    }
    return {"Type": "AWS::Serverless::Function", "Properties": properties}
