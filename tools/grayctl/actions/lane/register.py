"""The registration of a lane, checked as the control plane will check it, before it is written.

Parameter Store keeps the stack's name as the parameter's description, so that a lane is not given to another stack by
mistake.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gray.lanes.ownership import NotOwnedError, Ownership
from gray.lanes.parameters import read_parameters
from gray.lanes.registration import STABLE, Registration, RegistrationError
from grayctl.errors import ConflictError, UsageError, aws_errors
from grayctl.stack.target import Clients

__all__ = ["Registering", "check", "prepare", "trusted_hosts", "write"]

# Of a standard parameter (Systems Manager, quotas).
_MOST_BYTES = 4096


@dataclass(frozen=True)
class Registering:
    """A registration to be written: the parameter, its JSON, and whether it differs from what is there."""

    parameter: str
    stack: str
    document: dict[str, Any]
    changed: bool

    @property
    def text(self) -> str:
        return json.dumps(self.document, separators=(",", ":"))


def prepare(
    clients: Clients, environment: str, lane: str, stack: str, origins: Sequence[dict[str, Any]], build: str = ""
) -> Registering:
    """The registration of a lane. Raises UsageError if it is none, ConflictError if another stack has the lane."""
    document = {"schema": 1, "lane": lane, **({"build": build} if build else {}), "origins": list(origins)}
    parameter = f"/gray/{environment}/lanes/{lane}"
    there = _there(clients, parameter)
    made = Registering(parameter, stack, document, changed=True)
    try:
        Registration.parse(lane, made.text)
    except RegistrationError as error:
        raise UsageError(f"the registration of {lane} is not valid: {error}", "Mend graylane.toml.") from None
    if len(made.text.encode()) > _MOST_BYTES:
        raise UsageError(
            f"the registration of {lane} has {len(made.text.encode()):,} bytes, and a parameter {_MOST_BYTES:,}",
            "Use shorter ids and paths.",
        )
    if there is None:
        return made
    value, description = there
    if description != _description(lane, stack):
        raise ConflictError(
            f"lane {lane} is registered already, not from stack {stack} ({description or 'without description'})",
            f"Take it out first: grayctl lane remove --lane {lane}",
        )
    return Registering(parameter, stack, document, changed=value != made.text)


def check(clients: Clients, environment: str, made: Registering, hosts: tuple[str, ...]) -> None:
    """What the control plane would refuse. Raises UsageError."""
    lane = made.document["lane"]
    registration = Registration.parse(lane, made.text)
    guarded = [one for one in registration.origins if one.guard == "api-key"]
    if lane == STABLE and len(guarded) > 1:
        raise UsageError(
            f"{len(guarded)} origins of stable have the guard api-key, and the platform puts its key on one usage plan",
            "Leave usage_plan out at the others.",
        )
    others = read_parameters(clients.ssm, f"/gray/{environment}").registrations
    ownership = Ownership(clients.rest_apis, clients.http_apis, clients.functions, hosts)
    for origin in registration.origins:
        for name, other in others.items():
            if name != lane and any(origin.place == one.place for one in other.origins):
                raise UsageError(
                    f"origin {origin.id} ({origin.kind} {origin.address}) belongs to lane {name}",
                    "Deploy one of its own: another stack for each lane.",
                )
        try:
            ownership.check(origin)
        except NotOwnedError as refused:
            what, _, remedy = str(refused).partition("; ")
            raise UsageError(f"origin {origin.id}: {what}", f"{remedy[:1].upper()}{remedy[1:]}.") from None


def trusted_hosts(clients: Clients, platform: str, otherwise: str) -> tuple[str, ...]:
    """The hosts that the platform's stack trusts; `otherwise`, separated by commas, before there is one."""
    try:
        there = clients.cloudformation.describe_stacks(StackName=platform)["Stacks"][0]
        given = {one["ParameterKey"]: one.get("ParameterValue", "") for one in there.get("Parameters", [])}
        otherwise = given.get("TrustedHosts", "")
    except aws_errors() as error:
        # CloudFormation's way to say that there is no such stack
        if getattr(error, "response", {}).get("Error", {}).get("Code") != "ValidationError":
            raise
    return tuple(host.strip() for host in otherwise.split(",") if host.strip())


def write(clients: Clients, made: Registering) -> None:
    """Write the parameter. Sync adopts the lane by what is in it."""
    clients.ssm.put_parameter(
        Name=made.parameter,
        Description=_description(made.document["lane"], made.stack),
        Value=made.text,
        Type="String",
        Overwrite=True,
    )


def _description(lane: str, stack: str) -> str:
    return f"Registration of lane {lane}, from stack {stack}"


def _there(clients: Clients, parameter: str) -> tuple[str, str] | None:
    """The value and description of a parameter, if there is one."""
    try:
        value = clients.ssm.get_parameter(Name=parameter)["Parameter"]["Value"]
    except clients.ssm.exceptions.ParameterNotFound:
        return None
    by_name: Any = [{"Key": "Name", "Option": "Equals", "Values": [parameter]}]
    described = clients.ssm.describe_parameters(ParameterFilters=by_name)["Parameters"]
    return value, next((one.get("Description", "") for one in described), "")
