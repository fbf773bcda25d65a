"""`grayctl lane`: the lanes of an environment, and those of your own application."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gray.lanes.lane_table import LaneTable
from gray.lanes.parameters import read_parameters
from gray.lanes.registration import STABLE
from gray.publish.records.current import Published
from grayctl.actions.lane.application import environment_or, settings_or_none
from grayctl.actions.lane.origins import origins_of, registered_origins
from grayctl.actions.lane.register import Registering, check, prepare, trusted_hosts, write
from grayctl.actions.lane.resources import read_resources
from grayctl.errors import UsageError
from grayctl.onboarding.settings import NAME, Settings, read_settings
from grayctl.options import AsJson, ConfigEnv, DryRun, Environment, Yes
from grayctl.output.screen import show
from grayctl.output.status_screen import lanes_table
from grayctl.reading.status import lane_views
from grayctl.stack.target import Clients, discover, reach

app = typer.Typer(help="Show, register, deploy and remove the lanes of an environment.", no_args_is_help=True)

File = Annotated[Path, typer.Option("--file", help="The application's graylane.toml.")]
Lane = Annotated[str, typer.Option("--lane", help="The lane: v1 is stable, v2 to v99 are gray.")]
Health = Annotated[str, typer.Option("--health", help="A path that answers 200, for origins that name none.")]
Build = Annotated[str, typer.Option("--build", help="What `grayctl finish` compares, a commit for example.")]


@app.command("list")
def list_lanes(config_env: ConfigEnv = "dev", as_json: AsJson = False) -> None:
    """List the lanes and whether each is registered, adopted and live at the edge.

    Example: grayctl lane list --config-env prod
    """
    target = discover(config_env)
    parameters = read_parameters(target.clients.ssm, target.parameter_prefix)
    table = LaneTable(target.clients.dynamodb, target.config_table)
    views = lane_views(parameters, table, Published.parse(parameters.current))
    show([asdict(view) for view in views], as_json, lambda console: console.print(lanes_table(views)))


@app.command()
def register(
    lane: Lane,
    stack: Annotated[str, typer.Option("--stack", help="The lane's stack; by default that of graylane.toml.")] = "",
    health: Health = "",
    build: Build = "",
    file: File = Path(NAME),
    environment: Environment = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Register what a lane's stack has, so that viewers can be sent there: its APIs, HTTP APIs and function URLs.

    Paths, guards and kill switches are those of graylane.toml; a stack with one API needs none. Checked as the control
    plane will: nothing is written that it would refuse. No viewer gets there before a rule says so.

    Example: grayctl lane register --lane v2 --stack shop-v2
    """
    settings = settings_or_none(file)
    name = environment_or(environment, settings)
    _, clients, _ = reach(name)
    made = _registered(clients, name, lane, stack, settings, health=health, build=build, dry_run=dry_run)
    _tell(made, name, dry_run=dry_run, as_json=as_json)


@app.command()
def deploy(
    lane: Lane,
    health: Health = "",
    build: Build = "",
    file: File = Path(NAME),
    environment: Environment = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Build and deploy the application's template as a lane's stack, as graylane.toml names it; then register the lane.

    SAM CLI does both, with the samconfig.toml beside the template. A lane's `parameters` go in the place of those of
    samconfig.toml.

    Example: grayctl lane deploy --lane v2
    """
    from delivery.application.lane import deploy_lane

    settings = read_settings(file)
    name = environment_or(environment, settings)
    _, clients, _ = reach(name)
    stack = _stack(lane, "", settings)
    deploy_lane(clients, file.parent, settings, lane, yes=yes, dry_run=dry_run, apart=as_json)
    if dry_run:
        document = {
            "lane": lane,
            "stack": stack,
            "dry_run": True,
            "parameter": "",
            "changed": False,
            "registration": None,
        }
        text = f"would deploy {settings.template} as {stack}, and register it as lane {lane} of {name}"
        show(document, as_json, lambda console: console.print(text, markup=False))
        return
    made = _registered(clients, name, lane, stack, settings, health=health, build=build, dry_run=False)
    _tell(made, name, dry_run=False, as_json=as_json)


@app.command()
def remove(
    lane: Lane,
    file: File = Path(NAME),
    environment: Environment = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take a gray lane out of the registry. Refused while the release sends viewers there; its stack stays.

    Example: grayctl lane remove --lane v2
    """
    from delivery.stacks.registered import QUIET_SECONDS, refuse_while_used, unregister

    settings = settings_or_none(file)
    name = environment_or(environment, settings)
    if lane == STABLE:
        raise UsageError("v1 is stable, which the platform stands before", "It goes with it: grayctl platform destroy")
    _, clients, _ = reach(name)
    found = read_parameters(clients.ssm, f"/gray/{name}")
    if lane not in {*found.registrations, *found.unreadable}:
        raise UsageError(f"lane {lane} is not registered in {name}", "See: grayctl lane list")
    refuse_while_used(clients.dynamodb, name, lane)
    if not dry_run:
        unregister(clients.ssm, name, lane)
    stack = settings.lanes[lane].stack if settings and lane in settings.lanes else "STACK"
    document = {"lane": lane, "environment": name, "dry_run": dry_run, "quiet_seconds": int(QUIET_SECONDS)}

    def text(console: Console) -> None:
        console.print(f"{'would take' if dry_run else 'took'} lane {lane} out of {name}", style="bold", markup=False)
        console.print(
            f"Its stack stays. Once {QUIET_SECONDS:.0f} s have passed, nothing is sent to it any more: "
            f"sam delete --stack-name {stack}",
            markup=False,
            soft_wrap=True,
        )

    show(document, as_json, text)


def _registered(
    clients: Clients,
    environment: str,
    lane: str,
    stack: str,
    settings: Settings | None,
    *,
    health: str,
    build: str,
    dry_run: bool,
) -> Registering:
    resources = read_resources(clients, _stack(lane, stack, settings))
    origins = settings.origins if settings else origins_of(resources)
    if not origins:
        raise UsageError("graylane.toml has no [[origins]]", "Write them; `grayctl init --dry-run` shows how.")
    named = [one if one.health or not health else one.model_copy(update={"health": health}) for one in origins]
    told = registered_origins(clients, resources, named)
    made = prepare(clients, environment, lane, resources.stack, told, build)
    trusted = settings.platform.parameters.get("TrustedHosts", "") if settings else ""
    check(clients, environment, made, trusted_hosts(clients, f"graylane-{environment}", trusted))
    if not dry_run:
        write(clients, made)
    return made


def _stack(lane: str, stack: str, settings: Settings | None) -> str:
    if stack:
        return stack
    if settings is None:
        raise UsageError("no stack is named, and there is no graylane.toml", "Give --stack, or write it: grayctl init")
    if lane not in settings.lanes:
        raise UsageError(
            f"graylane.toml has no lane {lane}: it has {', '.join(settings.lanes)}",
            f'Add [lanes.{lane}] with stack = "...".',
        )
    return settings.lanes[lane].stack


def _tell(made: Registering, environment: str, *, dry_run: bool, as_json: bool) -> None:
    lane = made.document["lane"]
    document = {
        "lane": lane,
        "stack": made.stack,
        "dry_run": dry_run,
        "parameter": made.parameter,
        "changed": made.changed,
        "registration": made.document,
    }

    def text(console: Console) -> None:
        did = "would register" if dry_run else "registered" if made.changed else "is registered already:"
        console.print(f"{did} lane {lane} of {environment}, from stack {made.stack}", style="bold", markup=False)
        for one in made.document["origins"]:
            where = one.get("url") or f"{one['api']}/{one['stage']}"
            paths = " ".join(one.get("paths", ["every path"]))
            console.print(f"  {one['id']}: {one['kind']} {where}, {paths}, guard {one['guard']}", markup=False)
        if lane == STABLE:
            console.print("Next: grayctl platform deploy, which reads it.", markup=False)
        else:
            console.print(
                f"The next sync (within 5 minutes, or grayctl sync --config-env {environment}) adopts it. "
                "No viewer gets there before a rule says so.",
                markup=False,
                soft_wrap=True,
            )

    show(document, as_json, text)
