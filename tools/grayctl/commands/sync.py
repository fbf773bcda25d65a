"""Commands that talk to the manual sync: kill, sync, rebuild."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from gray.lanes.registration import read_parameters
from gray.publish.records.current import Published as Published
from grayctl import manual
from grayctl.author import author
from grayctl.commands.carrying import print_arrival, print_waits
from grayctl.errors import UsageError
from grayctl.gray_data import Wait, told, waits
from grayctl.kill import Kill, record_direct, require_done, write_store
from grayctl.kill import kill as kill_release
from grayctl.kill_target import discover_for_kill
from grayctl.options import AsJson, ConfigEnv, DryRun, Reason, Yes
from grayctl.propagation import Arrival, await_publication
from grayctl.publications import ended, verified
from grayctl.releases import revisions_of
from grayctl.screen import confirm, show, spinner
from grayctl.target import Target, discover


def kill(
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    direct: Annotated[
        bool, typer.Option("--direct", help="Write the KeyValueStore from here at once, and ask no sync.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send everybody to stable, now. Never asks and is never refused.

    What does not answer within seconds is gone around: the kill is then written straight into the KeyValueStore.
    Cookies stay as they are but count no more: the epoch has risen. `grayctl resume` brings the same people back.

    Example: grayctl kill --config-env prod -m "orders fail in v2"
    """
    target, troubles = discover_for_kill(config_env)
    with spinner("killing", as_json) as tell:
        if direct:
            result = write_store(target, tell)
            record_direct(result, target, author=author(), reason=reason or "kill --direct")
        else:
            result = kill_release(target, author=author(), reason=reason or "kill", tell=tell)
    result.troubles[:0] = troubles
    require_done(result)
    # A direct kill is for when little answers: it asks nobody what waits.
    waiting = [] if result.store_written else waits(target)
    document = {"environment": target.environment, **result.as_json(), "waiting": told(waiting)}
    show(document, as_json, lambda console: _print_kill(console, result, waiting))


def sync(
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    invalidate: Annotated[
        bool, typer.Option("--invalidate/--no-invalidate", help="Also empty CloudFront's caches.")
    ] = True,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Publish the current revision to the edge again, invalidate caches and verify.

    Example: grayctl sync --config-env prod
    """
    target = discover(config_env)
    if dry_run:
        _show_dry_run(target, "publish", as_json)
        return
    with spinner("calling the manual sync", as_json) as tell:
        request = manual.invoke_manual_sync(
            target.clients.functions,
            target.output("ManualSyncFunction"),
            action="publish",
            author=author(),
            reason=reason or "sync",
            invalidate=invalidate,
        )
        arrival = await_publication(
            lambda: manual.record_of_request(target, request),
            over=verified if invalidate else ended,
            tell=tell,
        )
    document = {"environment": target.environment, **asdict(arrival.publication)}
    show(document, as_json, lambda console: _print_sync(console, arrival))


def rebuild(
    source: Annotated[
        str, typer.Option("--from", help="`revisions`: publish HEAD anew. `s3`: the set last published, as it is.")
    ] = "revisions",
    version: Annotated[str, typer.Option("--version", help="An older version of the set in S3 (object version).")] = "",
    config_env: ConfigEnv = "dev",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Fill an emptied KeyValueStore again, or publish after the config table was restored to an earlier time.

    Example: grayctl rebuild --config-env prod -m "store was deleted"
    """
    if source not in ("revisions", "s3"):
        raise UsageError(f"--from {source}: it is `revisions` or `s3`")
    if version and source != "s3":
        raise UsageError("--version goes with --from s3")
    target = discover(config_env)
    if dry_run:
        _show_dry_run(target, f"write the whole store from {source}:", as_json)
        return
    if not target.clients.local:
        confirm(f"Write the whole store of {target.environment} from {source}?", yes)
    with spinner("calling the manual sync", as_json) as tell:
        request = manual.invoke_manual_sync(
            target.clients.functions,
            target.output("ManualSyncFunction"),
            action="rebuild",
            author=author(),
            reason=reason or f"rebuild from {source}",
            invalidate=False,
            source=source,
            version=version,
        )
        arrival = await_publication(lambda: manual.record_of_request(target, request), tell=tell)
    document = {"environment": target.environment, **asdict(arrival.publication)}
    show(document, as_json, lambda console: _print_sync(console, arrival))


def _show_dry_run(target: Target, verb: str, as_json: bool) -> None:
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


def _print_sync(console: Console, arrival: Arrival) -> None:
    record = arrival.publication
    console.print(f"revision {record.revision} ({record.state}): {record.status}")
    print_arrival(console, arrival)
    if record.invalidation:
        console.print(f"invalidation {record.invalidation}")
    if record.verified:
        console.print(f"verified: {record.verified}", markup=False)


def _print_kill(console: Console, result: Kill, waiting: Sequence[Wait]) -> None:
    if result.revision:
        console.print(f"revision {result.revision.number} saved (killed, epoch {result.revision.epoch})")
    if result.resumed:
        console.print(f"! not killed: {result.resumed}. See grayctl status", style="yellow", markup=False)
        return
    if result.arrival:
        print_arrival(console, result.arrival)
    if result.store_written:
        console.print("written straight into the KeyValueStore")
    for trouble in result.troubles:
        console.print(f"! {trouble}", style="yellow", markup=False)
    console.print("everybody gets stable; other edge locations follow within about 70 s")
    if result.left:
        console.print(result.left, markup=False)
    print_waits(console, waiting)
