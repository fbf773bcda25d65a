"""`grayctl sync`: publish again, invalidate the caches, and verify."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from gray.lanes.registration import read_parameters
from gray.publish.records.current import Published
from grayctl.actions.follow import Arrival
from grayctl.actions.manual_sync import sync_and_follow
from grayctl.options import AsJson, ConfigEnv, DryRun, Reason
from grayctl.output.changes import print_arrival
from grayctl.output.screen import show, spinner
from grayctl.reading.release import revisions_of
from grayctl.stack.target import Target, discover


def sync(
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    invalidate: Annotated[
        bool, typer.Option("--invalidate/--no-invalidate", help="Also invalidate CloudFront's caches.")
    ] = True,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Publish the current revision to the edge again, invalidate caches and verify.

    Example: grayctl sync --config-env prod
    """
    target = discover(config_env)
    if dry_run:
        show_dry_run(target, "publish", as_json)
        return
    with spinner("calling the manual sync", as_json) as tell:
        arrival = sync_and_follow(target, "publish", reason=reason or "sync", invalidate=invalidate, tell=tell)
    document = {"environment": target.environment, **asdict(arrival.publication)}
    show(document, as_json, lambda console: print_published(console, arrival))


def show_dry_run(target: Target, verb: str, as_json: bool) -> None:
    """Show HEAD's revision and the published one; write nothing."""
    head = revisions_of(target).head()
    published = Published.parse(read_parameters(target.clients.ssm, target.parameter_prefix).current)
    document = {
        "environment": target.environment,
        "dry_run": True,
        "revision": head.revision if head else None,
        "state": head.state if head else None,
        "published": published.revision if published else None,
    }
    wanted = f"revision {head.revision} ({head.state})" if head else "nothing: there is no release"
    there = f"revision {published.revision}" if published else "nothing"
    show(document, as_json, lambda console: console.print(f"would {verb} {wanted}; {there} is published", markup=False))


def print_published(console: Console, arrival: Arrival) -> None:
    """Print the result of a manual sync."""
    record = arrival.publication
    console.print(f"revision {record.revision} ({record.state}): {record.status}")
    print_arrival(console, arrival)
    if record.invalidation:
        console.print(f"invalidation {record.invalidation}")
    if record.verified:
        console.print(f"verified: {record.verified}", markup=False)
