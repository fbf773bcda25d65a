"""The platform in front of somebody's own application."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3
from rich.console import Console

from delivery.application.folder import parameters, write_platform
from delivery.deploy import deploy_stacks, refuse, values_of
from delivery.destroy import destroy
from delivery.local import refuse_while_local
from delivery.stacks.stable import stable_values
from delivery.stacks.states import described, refuse_removal
from gray.lanes.registration import STABLE
from grayctl.onboarding.settings import Settings
from grayctl.stack.project import project_root
from grayctl.stack.target import discover, reach

__all__ = ["deploy_platform", "destroy_platform"]


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
        deploy_stacks(place, environment, console, yes=yes, more=more)
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
