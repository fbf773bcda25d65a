"""`grayctl platform`: the edge and the control plane in front of your own application."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grayctl.actions.lane.application import environment_or, settings_or_none
from grayctl.onboarding.settings import NAME
from grayctl.options import AsJson, DryRun, Environment, Yes
from grayctl.output.screen import show

app = typer.Typer(help="Deploy and destroy the platform of your own application.", no_args_is_help=True)

File = Annotated[Path, typer.Option("--file", help="The application's graylane.toml.")]


@app.command()
def deploy(
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", help="NAME=VALUE of the template, over graylane.toml; may be repeated."),
    ] = None,
    file: File = Path(NAME),
    environment: Environment = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Build and deploy the platform, the stack graylane-ENVIRONMENT, with what lane v1 has registered.

    SAM CLI does it, from .graylane/platform. The parameters are `platform.parameters` of graylane.toml; the paths of
    its origins are the behaviors of a distribution that the platform makes.

    Example: grayctl platform deploy --env prod
    """
    from delivery.application.platform import deploy_platform

    settings = settings_or_none(file)
    name = environment_or(environment, settings)
    console = Console(stderr=as_json, soft_wrap=True)
    values, outputs = deploy_platform(file.parent, name, settings, parameter or (), console, yes=yes, dry_run=dry_run)
    document = {
        "environment": name,
        "stack": f"graylane-{name}",
        "dry_run": dry_run,
        "parameters": values,
        "outputs": outputs,
    }

    def text(console: Console) -> None:
        console.print(f"{'would deploy' if dry_run else 'deployed'} graylane-{name}", style="bold", markup=False)
        for key, value in (values if dry_run else outputs).items():
            console.print(f"  {key}={value}", markup=False, soft_wrap=True)

    show(document, as_json, text)


@app.command()
def destroy(
    file: File = Path(NAME),
    environment: Environment = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Delete the platform with its data. Asks for the stack's name; refused while a gray lane is registered.

    The lanes' stacks stay, v1's registration goes. An existing distribution must not have the functions any more.

    Example: grayctl platform destroy --env prod
    """
    from delivery.application.platform import destroy_platform

    name = environment_or(environment, settings_or_none(file))
    destroy_platform(name, Console(stderr=as_json, soft_wrap=True), yes=yes, dry_run=dry_run)
    document = {"environment": name, "stack": f"graylane-{name}", "dry_run": dry_run}
    did = "would delete" if dry_run else "deleted"
    show(document, as_json, lambda console: console.print(f"{did} graylane-{name}", style="bold", markup=False))
