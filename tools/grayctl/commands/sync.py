"""`grayctl sync`: publish again, invalidate the caches, and verify."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from gray.lanes.parameters import read_parameters
from gray.publish.records.current import Published
from grayctl.actions.author import author
from grayctl.actions.follow import Arrival
from grayctl.actions.manual_sync import invoke_manual_sync, sync_and_follow
from grayctl.options import Manner, changing
from grayctl.output.changes import print_arrival
from grayctl.output.screen import show, spinner
from grayctl.reading.release import revisions_of
from grayctl.stack.target import Target, discover


@changing
def sync(
    *,
    invalidate: Annotated[
        bool, typer.Option("--invalidate/--no-invalidate", help="Also invalidate CloudFront's caches.")
    ] = True,
    manner: Manner,
) -> None:
    """Publish the current revision to the edge again, invalidate caches and verify.

    Nobody is moved by it, so nobody is asked.

    Example: grayctl sync --config-env prod
    """
    target = discover(manner.config_env)
    if manner.dry_run:
        show_dry_run(target, "publish", manner.as_json)
        return
    call_manual_sync(target, "publish", manner.reason or "sync", manner, invalidate=invalidate)


def call_manual_sync(
    target: Target, action: str, reason: str, manner: Manner, *, invalidate: bool = False, **more: str
) -> None:
    """Have it done, followed unless the manner says not to, and told."""
    if manner.no_wait:
        request = invoke_manual_sync(target, action, author=author(), reason=reason, invalidate=invalidate, **more)
        asked = {"environment": target.environment, "request": request}
        text = "asked for, and not followed; look with: grayctl status"
        show(asked, manner.as_json, lambda console: console.print(text))
        return
    with spinner("calling the manual sync", manner.as_json) as tell:
        arrival = sync_and_follow(target, action, reason=reason, invalidate=invalidate, tell=tell, **more)
    document = {"environment": target.environment, **asdict(arrival.publication)}
    show(document, manner.as_json, lambda console: print_published(console, arrival))


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
