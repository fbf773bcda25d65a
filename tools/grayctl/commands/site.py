"""`grayctl site`: the static files of a lane."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from gray.lanes.sites import SPA
from grayctl.actions.site.clean import delete_leftovers, find_leftovers
from grayctl.actions.site.place import SitePlace
from grayctl.actions.site.source import build_site
from grayctl.actions.site.unreachable import unreachable
from grayctl.actions.site.upload import Plan, plan_upload, upload_site
from grayctl.errors import UsageError
from grayctl.options import AsJson, ConfigEnv, DryRun
from grayctl.output.screen import bar, show
from grayctl.stack.project import project_root
from grayctl.stack.target import discover

app = typer.Typer(help="Upload the static files of a lane, and delete old ones.", no_args_is_help=True)

Lane = Annotated[str, typer.Option("--lane", help="The lane; only its directory and the shared paths are written.")]


@app.command()
def upload(
    folder: Annotated[
        Path | None, typer.Argument(help="The folder that the site's build wrote; default: web/<lane> of the project.")
    ] = None,
    *,
    lane: Lane,
    shared: Annotated[
        list[str] | None,
        typer.Option("--shared", help="A path whose files all lanes share, /assets/ for example; may be repeated."),
    ] = None,
    documents: Annotated[
        str,
        typer.Option("--documents", help="spa: index.html is each page; directory: /about/ is about/index.html."),
    ] = SPA,
    no_script: Annotated[
        bool, typer.Option("--no-script", help="Leave the documents as they are: without the page's script.")
    ] = False,
    config_env: ConfigEnv = "dev",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Upload a lane's static files: assets first, documents next; then register the site for the edge.

    Every file of the folder, those that begin with a dot too; left out are .DS_Store, .git, and links that lead to no
    file. What is there already is not uploaded again, so an interrupted upload goes on where it stopped; nothing is
    deleted. What no path of a browser leads to is named: the edge takes a path for a file by its ending.

    Example: grayctl site upload dist --lane v2 --shared /assets/ --config-env gray
    """
    source = folder or project_root() / "web" / lane
    site = build_site(source, lane, shared=shared or (), documents=documents, has_script=not no_script)
    target = discover(config_env)
    if target.lane and lane != target.lane:
        raise UsageError(
            f"{target.stack} is the stack of lane {target.lane}, not of {lane}",
            f"Use --config-env {target.environment}.",
        )
    place = SitePlace.of(target)
    plan = plan_upload(site, place)
    lost = unreachable(site, place.api_paths)
    if not dry_run:
        with bar(f"uploading {lane}", len(plan.keys), as_json) as advance:
            upload_site(plan, place, lambda _key: advance(1))
    told = {
        "lane": lane,
        "build": site.build,
        "bucket": place.bucket,
        "dry_run": dry_run,
        "keys": plan.keys,
        "unchanged": plan.unchanged,
        "site": vars(site.registration),
        "tells_edge": plan.tells_edge,
        "left_out": list(site.left_out),
        "unreachable": lost,
    }

    def text(console: Console) -> None:
        _print_upload(console, plan, place.bucket, dry_run)
        _print_rest(console, plan, lost, target.environment)

    show(told, as_json, text)


@app.command()
def clean(
    lane: Annotated[str, typer.Option("--lane", help="The lane; only its directory is looked at.")],
    older_than: Annotated[
        int, typer.Option("--older-than", min=1, max=3650, help="Days since the build that had the file was replaced.")
    ],
    config_env: ConfigEnv = "dev",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Delete files that only former builds of a lane had. Shared files stay.

    Choose more days than a page stays open. Do not run it during an upload of the lane.

    Example: grayctl site clean --lane v2 --older-than 30 --dry-run
    """
    place = SitePlace.of(discover(config_env))
    found = find_leftovers(place, lane, datetime.now(UTC) - timedelta(days=older_than))
    if not dry_run:
        delete_leftovers(place, found)

    def text(console: Console) -> None:
        verb = "would delete" if dry_run else "deleted"
        console.print(
            f"{verb} {len(found.keys)} files ({found.size:,} bytes) of s3://{place.bucket}/{lane}/", markup=False
        )
        if dry_run:
            for key in found.keys:
                console.print(f"    {key}", markup=False)

    told = {"lane": lane, "bucket": place.bucket, "dry_run": dry_run, "keys": list(found.keys), "size": found.size}
    show(told, as_json, text)


def _print_upload(console: Console, plan: Plan, bucket: str, dry_run: bool) -> None:
    verb = "would upload" if dry_run else "uploaded"
    console.print(
        f"{verb} {plan.files} files ({plan.size:,} bytes) to s3://{bucket}/{plan.site.lane}/, "
        f"{plan.unchanged} unchanged, build {plan.site.build}",
        markup=False,
    )


def _print_rest(console: Console, plan: Plan, lost: list[str], environment: str) -> None:
    if plan.site.left_out:
        console.print(f"left out: {', '.join(plan.site.left_out)}", markup=False)
    if plan.tells_edge:
        console.print(
            "the site's endings, shared paths or documents are new to the edge: it learns them within 5 minutes,"
            f" or at once by `grayctl sync --config-env {environment}`",
            markup=False,
        )
    if lost:
        console.print("! no path leads to these; give each a name with an ending, outside of the API's path and `v1`:")
        for name in lost:
            console.print(f"    {name}", markup=False)
