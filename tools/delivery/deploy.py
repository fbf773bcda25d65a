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
from edge.build import functions as built_functions
from grayctl.stack.target import discover

__all__ = ["deploy", "lanes_of", "values_of"]


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
    for lane in lanes_of(values):
        _upload(environment, lane, console)
    console.rule("check the deployment")
    with console.status("checking the site and the registrations"):
        wrong = problems(discover(environment, ROOT), ROOT, lanes_of(values))
    if wrong:
        raise DeliveryError(f"{environment} is deployed, but {'; '.join(wrong)}")
    console.print(_next(environment, values), markup=False)


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
