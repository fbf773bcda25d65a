"""Somebody's own application: the platform in front of it, and its template as the stack of a lane."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3
from rich.console import Console

from delivery.artifacts.parameters import said_to_sam
from delivery.commands import sam
from delivery.deploy import deploy, refuse, values_of
from delivery.destroy import destroy
from delivery.errors import DeliveryError
from delivery.local import refuse_while_local
from delivery.platform import parameters, write_platform
from delivery.stacks.stable import stable_values
from delivery.stacks.states import described, refuse_deployment, refuse_removal
from gray.lanes.registration import STABLE
from grayctl.onboarding.settings import Settings
from grayctl.stack.project import project_root
from grayctl.stack.target import Clients, discover, reach

__all__ = ["deploy_lane", "deploy_platform", "destroy_platform"]

_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")


def deploy_platform(
    folder: Path,
    environment: str,
    settings: Settings | None,
    more: Sequence[str],
    console: Console,
    *,
    yes: bool,
    dry_run: bool,
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The parameters and outputs of the platform's stack, which this deploys unless `dry_run`. Raises DeliveryError."""
    refuse_while_local(project_root(folder), environment)
    _, clients, _ = reach(environment, folder)
    own = parameters(settings) if settings else {"Environment": environment}
    if not dry_run:
        place = write_platform(folder, environment, own, clients.region)
        deploy(environment, console, root=place, yes=yes, more=more)
        return own, discover(environment, place).outputs
    with TemporaryDirectory() as apart:
        values = values_of(write_platform(Path(apart), environment, own, clients.region), environment, more)
    several = values.get("CreateDistribution") == "false"
    stable = stable_values(clients.ssm, environment, clients.region, several=several)
    refuse(boto3.Session(region_name=clients.region), f"graylane-{environment}", environment, values)
    return {**stable, **values}, {}


def destroy_platform(environment: str, console: Console, *, yes: bool, dry_run: bool) -> None:
    """Delete the platform's stack. Raises DeliveryError while a gray lane needs it, NotConfirmedError without a yes."""
    refuse_while_local(project_root(), environment)
    target = discover(environment)
    if not dry_run:
        destroy([target], console, yes=yes, stays=[STABLE])
    elif there := described(target.clients.cloudformation, target.stack):
        refuse_removal(target.stack, there["StackStatus"])


def deploy_lane(
    clients: Clients, folder: Path, settings: Settings, lane: str, *, yes: bool, dry_run: bool, apart: bool
) -> None:
    """`sam build` and `sam deploy` of the application's template as a lane's stack. Raises DeliveryError."""
    refuse_while_local(project_root(folder), settings.environment)
    stack, given = settings.lanes[lane].stack, settings.lanes[lane].parameters
    if there := described(clients.cloudformation, stack):
        refuse_deployment(stack, there["StackStatus"], f"sam delete --stack-name {stack}")
    if not (folder / settings.template).is_file():
        raise DeliveryError(f"{folder / settings.template} does not exist: mend `template` in graylane.toml")
    if dry_run:
        return
    built = f".graylane/{lane}"
    overrides = ["--parameter-overrides", *said_to_sam(given)] if given else []
    at = ["--region", clients.region]
    sam(
        "build", "--template-file", settings.template, "--build-dir", built, *overrides, *at,
        failed="sam build failed, see its last lines", folder=folder, apart=apart,
    )  # fmt: skip
    ask = [] if yes else ["--confirm-changeset"]
    sam(
        "deploy", "--template-file", f"{built}/template.yaml", "--stack-name", stack, "--resolve-s3",
        "--no-fail-on-empty-changeset", *(ask or ["--no-confirm-changeset"]), *at, "--capabilities", *_CAPABILITIES,
        *overrides, failed="sam deploy failed, see its last lines", folder=folder, apart=apart,
    )  # fmt: skip
