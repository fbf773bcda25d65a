"""Check, build, deploy one environment, and upload the files of its lanes."""

from pathlib import Path

from rich.console import Console

from artifacts import build, parameters
from delivery.commands import ROOT, python, sam

__all__ = ["deploy", "lanes_of"]


def lanes_of(root: Path, environment: str) -> list[str]:
    """The lanes whose code the environment's stack holds: stable's, gray's or both."""
    values = dict(item.split("=", 1) for item in parameters.overrides(root, environment))
    gray = values.get("GrayLane", "v2")
    return {"all": ["v1", gray], "stable": ["v1"], "gray": [gray]}[values.get("Part", "all")]


def deploy(environment: str, console: Console, *, yes: bool = False) -> None:
    """All steps in order; the first that fails ends it with what to do (DeliveryError, ArtifactsError)."""
    values = dict(item.split("=", 1) for item in parameters.overrides(ROOT, environment))
    console.rule("edge functions")
    python("edgebuild", "--check", failed="the built edge functions are stale: run `python -m edgebuild`, look, commit")
    console.rule("artifacts")
    with console.status("sam build") as status:
        made = build.build(ROOT, architecture=values.get("Architecture", "arm64"), progress=status.update)
    console.print("built" if made else "nothing has changed since the last build")
    console.rule(f"sam deploy --config-env {environment}")
    confirm = ["--no-confirm-changeset"] if yes else []
    sam("deploy", "--config-env", environment, *confirm, failed="sam deploy did not finish; its last lines say why")
    for lane in lanes_of(ROOT, environment):
        console.rule(f"files of lane {lane}")
        python(
            "grayctl", "site", "upload", "--lane", lane, "--config-env", environment,
            failed=f"the stack is deployed, the files of {lane} are not: deploy prod first if it is not there yet, "
            f"then run `grayctl site upload --lane {lane} --config-env {environment}`",
        )  # fmt: skip
    console.rule()
    console.print(_next(environment))


def _next(environment: str) -> str:
    if environment == "gray":
        return (
            "The lane is registered; prod's next sync (5 minutes at most) adopts it."
            " No viewer comes before a rule says so.\n"
            "Next: grayctl status --config-env prod, then grayctl ramp 1 --config-env prod"
        )
    return f"Next: grayctl status --config-env {environment}"
