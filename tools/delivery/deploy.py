"""Check, build and deploy one environment, upload its lanes' files, and check the result."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import boto3
from rich.console import Console

from delivery.afterwards import problems
from delivery.artifacts import build, parameters
from delivery.commands import ROOT, python, sam
from delivery.edge_gate import pass_gate
from delivery.errors import DeliveryError
from delivery.stacks.leftovers import names, refuse_leftovers
from delivery.stacks.origin_keys import keys_of, refuse_leap
from delivery.stacks.states import described, refuse_deployment
from edge.build import functions as built_functions
from gray.lanes.lane_table import LaneTable
from grayctl.stack.project import stack_name
from grayctl.stack.target import discover

__all__ = ["deploy", "lanes_of", "protect", "refuse", "values_of"]


def values_of(root: Path, environment: str, more: Sequence[str] = ()) -> dict[str, str]:
    """The environment's template parameters; `more` (`Name=Value`) overrides samconfig.toml."""
    pairs = [item.partition("=") for item in (*parameters.overrides(root, environment), *more)]
    unclear = [name for name, equals, _ in pairs if not equals]
    if unclear:
        raise DeliveryError(f"{unclear[0]!r} is not a parameter: write Name=Value")
    return {name: value for name, _, value in pairs}


def lanes_of(values: Mapping[str, str]) -> list[str]:
    """The stack's lanes: stable, gray or both."""
    gray = values.get("GrayLane", "v2")
    return {"all": ["v1", gray], "stable": ["v1"], "gray": [gray]}[values.get("Part", "all")]


def deploy(environment: str, console: Console, *, yes: bool = False, more: Sequence[str] = ()) -> None:
    """All steps in order; stops at the first failure (DeliveryError, ArtifactsError), which tells what to do."""
    values = values_of(ROOT, environment, more)
    named = stack_name(ROOT, environment)
    session = boto3.Session(region_name=named.region)
    refuse(session, named.stack, environment, values)
    console.rule("checks")
    sam("validate", "--lint", "--region", "us-east-1", failed="the template has errors, see above")
    python("edge", "--check", failed="the edge functions are stale or break CloudFront's rules, see above")
    console.rule("artifacts")
    with console.status("sam build") as status:
        made = build.build(ROOT, architecture=values.get("Architecture", "arm64"), progress=status.update)
    console.print("built" if made else "nothing has changed since the last build")
    console.rule("edge functions, tested in CloudFront")
    pass_gate(boto3.client("cloudfront", region_name="us-east-1"), values, built_functions(), console)
    console.rule(f"sam deploy --config-env {environment}")
    confirm = ["--no-confirm-changeset"] if yes else []
    # The command line replaces samconfig's whole list, so pass the whole list.
    given = ["--parameter-overrides", *(f"{name}={value}" for name, value in values.items())] if more else []
    sam("deploy", "--config-env", environment, *confirm, *given, failed="sam deploy failed, see its last lines")
    protect(session, named.stack, values, console)
    for lane in lanes_of(values):
        _upload(environment, lane, console)
    console.rule("check the deployment")
    with console.status("checking the site and the registrations"):
        wrong = problems(discover(environment, ROOT), ROOT, lanes_of(values))
    if wrong:
        raise DeliveryError(f"{environment} is deployed, but {'; '.join(wrong)}")
    console.print(_next(environment, values), markup=False)


def refuse(session: boto3.Session, stack: str, environment: str, values: Mapping[str, str]) -> None:
    """Raises DeliveryError where the stack, or what an earlier one left, is in a deployment's way."""
    there = described(session.client("cloudformation"), stack)
    if there is not None and there["StackStatus"] != "REVIEW_IN_PROGRESS":
        refuse_deployment(stack, there["StackStatus"], environment)
        has = {one["ParameterKey"]: one.get("ParameterValue", "") for one in there.get("Parameters", [])}
        if keys_of(has) != keys_of(values):
            lanes = LaneTable(session.client("dynamodb"), f"graylane-{values.get('Environment', 'dev')}-config").all()
            refuse_leap(keys_of(has), keys_of(values), lanes.values(), environment)
        return
    account = session.client("sts").get_caller_identity()["Account"]
    refuse_leftovers(session, stack, names(values, account, session.region_name))


def protect(session: boto3.Session, stack: str, values: Mapping[str, str], console: Console) -> None:
    """Protect the stack from deletion where its data is protected.

    The tables' own protection comes late: by then a deletion has taken distribution, APIs and functions away.
    """
    if values.get("ProtectData") != "on":
        return
    client = session.client("cloudformation")
    client.update_termination_protection(StackName=stack, EnableTerminationProtection=True)
    console.print(f"{stack} is protected from deletion; make destroy asks, and lifts that")


def _upload(environment: str, lane: str, console: Console) -> None:
    console.rule(f"files of lane {lane}")
    command = ["grayctl", "site", "upload", "--lane", lane, "--config-env", environment]
    python(
        *command,
        failed=f"the stack is deployed, the files of {lane} are not: deploy prod first if it does not exist yet, "
        f"then run `{' '.join(command)}`",
    )


def _next(environment: str, values: Mapping[str, str]) -> str:
    if values.get("Part") == "gray":
        owner = values.get("Environment", environment)
        return (
            f"The lane is registered; {owner}'s next sync (within 5 minutes) adopts it."
            " No viewer gets there before a rule says so.\n"
            f"Next: grayctl status --config-env {owner}, then grayctl ramp 1 --config-env {owner}"
        )
    return f"Next: grayctl status --config-env {environment}"
