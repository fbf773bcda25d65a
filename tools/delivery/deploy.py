"""Check, build and deploy the stacks of one environment, upload its lanes' files, and check the result.

The stacks are those of a folder with a samconfig.toml: the repository, or one that `delivery.application` writes.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import boto3
from rich.console import Console

from delivery.afterwards import problems
from delivery.artifacts.build import build
from delivery.artifacts.parameters import build_of, overrides, said_to_sam, stacks_of
from delivery.commands import ROOT, python, sam, validate
from delivery.edge_gate import pass_gate
from delivery.errors import DeliveryError
from delivery.stacks.leftovers import names, refuse_leftovers
from delivery.stacks.origin_keys import keys_of, refuse_leap
from delivery.stacks.stable import stable_values
from delivery.stacks.states import described, refuse_deployment
from edge.build import functions as built_functions
from gray.lanes.lane_table import LaneTable
from gray.lanes.registration import STABLE
from grayctl.stack.project import stack_name
from grayctl.stack.target import discover

__all__ = ["deploy", "deploy_stacks", "protect", "refuse", "values_of"]

type Stacks = Mapping[str, Mapping[str, str]]


def values_of(root: Path, name: str, more: Sequence[str] = ()) -> dict[str, str]:
    """The template parameters of a stack; `more` (`Name=Value`) overrides samconfig.toml.

    With those of an emulator, if AWS_ENDPOINT_URL names one.
    """
    local = bool(os.environ.get("AWS_ENDPOINT_URL"))
    pairs = [item.partition("=") for item in (*overrides(root, name, local=local), *more)]
    unclear = [name for name, equals, _ in pairs if not equals]
    if unclear:
        raise DeliveryError(f"{unclear[0]!r} is not a parameter: write Name=Value")
    return {name: value for name, _, value in pairs}


def deploy(environment: str, console: Console, *, yes: bool = False, more: Sequence[str] = ()) -> None:
    """All steps in order; stops at the first failure (DeliveryError, ArtifactsError), which tells what to do.

    The lanes come before the platform, which stands before stable's API; their files come after it, into its bucket.
    """
    stacks = deploy_stacks(ROOT, environment, console, yes=yes, more=more, check=_check)
    lanes = {name: values["Lane"] for name, values in stacks.items() if "Lane" in values}
    for name, lane in lanes.items():
        _upload(name, lane, console)
    console.rule("check the deployment")
    with console.status("checking the site and the registrations"):
        wrong = [problem for name in stacks for problem in problems(discover(name, ROOT), ROOT)]
    if wrong:
        raise DeliveryError(f"{environment} is deployed, but {'; '.join(wrong)}")
    console.print(_next(environment, stacks[environment]), markup=False)


def deploy_stacks(
    root: Path,
    environment: str,
    console: Console,
    *,
    yes: bool = False,
    more: Sequence[str] = (),
    check: Callable[[Stacks, Console], None] | None = None,
) -> Stacks:
    """Build and deploy the stacks of an environment, after `check`; without their files. Returns their parameters."""
    stacks = {name: values_of(root, name, more) for name in stacks_of(root, environment)}
    session = boto3.Session(region_name=stack_name(root, environment).region)
    for name, values in stacks.items():
        refuse(session, stack_name(root, name).stack, name, values)
    if check:
        check(stacks, console)
    _build(root, stacks, console)
    for name, values in stacks.items():
        _deploy_stack(root, session, name, values, console, yes=yes)
    return stacks


def _check(stacks: Stacks, console: Console) -> None:
    console.rule("checks")
    validate(stacks)
    python("edge", "--check", failed="the edge functions are stale or break CloudFront's rules, see above")


def _build(root: Path, stacks: Stacks, console: Console) -> None:
    console.rule("artifacts")
    with console.status("sam build") as status:
        builds = [build_of(root, name, values) for name, values in stacks.items()]
        made = build(root, builds, progress=status.update)
    console.print("built" if made else "nothing has changed since the last build")
    for values in (each for each in stacks.values() if "Lane" not in each):
        console.rule("edge functions, tested in CloudFront")
        pass_gate(boto3.client("cloudfront", region_name="us-east-1"), values, built_functions(), console)


def _deploy_stack(
    root: Path, session: boto3.Session, name: str, values: Mapping[str, str], console: Console, *, yes: bool
) -> None:
    console.rule(f"sam deploy --config-env {name}")
    stable = {}
    if "Lane" not in values:
        several = values.get("CreateDistribution") == "false"
        stable = stable_values(session.client("ssm"), values["Environment"], session.region_name, several=several)
    # The command line replaces samconfig's whole list, so pass the whole list.
    whole = said_to_sam({**stable, **values})
    arguments = ["--no-confirm-changeset"] if yes else []
    arguments += ["--parameter-overrides", *whole]
    failed = "sam deploy failed, see its last lines"
    sam("deploy", "--config-env", name, *arguments, failed=failed, folder=root, apart=console.stderr)
    protect(session, stack_name(root, name).stack, values, console)


def refuse(session: boto3.Session, stack: str, name: str, values: Mapping[str, str]) -> None:
    """Raises DeliveryError where the stack, or what an earlier one left, is in a deployment's way."""
    there = described(session.client("cloudformation"), stack)
    if there is not None and there["StackStatus"] != "REVIEW_IN_PROGRESS":
        refuse_deployment(stack, there["StackStatus"], f"make destroy ENV={name}")
        has = {one["ParameterKey"]: one.get("ParameterValue", "") for one in there.get("Parameters", [])}
        if keys_of(has) != keys_of(values):
            lanes = LaneTable(session.client("dynamodb"), f"graylane-{values.get('Environment', 'dev')}-config").all()
            refuse_leap(keys_of(has), keys_of(values), lanes.values(), name)
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


def _upload(name: str, lane: str, console: Console) -> None:
    console.rule(f"files of lane {lane}")
    command = ["grayctl", "site", "upload", "--lane", lane, "--config-env", name]
    python(
        *command,
        failed=f"the stack is deployed, the files of {lane} are not: deploy the platform first if it does not exist "
        f"yet, then run `{' '.join(command)}`",
    )


def _next(environment: str, values: Mapping[str, str]) -> str:
    owner = values.get("Environment", environment)
    match values.get("Lane"):
        case None:
            return f"Next: grayctl status --config-env {environment}"
        case lane if lane == STABLE:
            return f"The lane is registered. Next: make deploy ENV={owner}, which puts its API behind the site."
    return (
        f"The lane is registered; {owner}'s next sync (within 5 minutes) adopts it."
        " No viewer gets there before a rule says so.\n"
        f"Next: grayctl status --config-env {owner}, then grayctl ramp 1 --config-env {owner}"
    )
