"""`grayctl site`: the static files of a lane."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grayctl.actions.site import Site, build_site, unreachable, upload_order, upload_site
from grayctl.errors import UsageError
from grayctl.options import AsJson, ConfigEnv, DryRun
from grayctl.output.screen import bar, show
from grayctl.stack.project import project_root
from grayctl.stack.target import discover

app = typer.Typer(help="Upload the static files of a lane.", no_args_is_help=True)


@app.command()
def upload(
    lane: Annotated[str, typer.Option("--lane", help="The lane; only its directory is written.")],
    folder: Annotated[
        Path | None, typer.Option("--from", help="Source folder; default: web/<lane> of the project.")
    ] = None,
    config_env: ConfigEnv = "dev",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Upload a lane's static files: assets first, documents next, the manifest last.

    Every file of the folder, those that begin with a dot too; left out are .DS_Store, .git, and links that lead to no
    file. What no path of a browser leads to is named: the edge takes a path for a file by its ending.

    Example: grayctl site upload --lane v2 --config-env gray
    """
    site = build_site(folder or project_root() / "web" / lane, lane)
    target = discover(config_env)
    if target.part == "gray" and lane == "v1":
        raise UsageError(f"{target.stack} is a gray stack; v1 is stable", f"Use --config-env {target.environment}.")
    result = {"lane": lane, "build": site.build, "bucket": target.site_bucket, "dry_run": dry_run}
    lost = unreachable(site)
    if dry_run:
        keys = [f"{lane}/{name}" for name in upload_order(site)]
    else:
        with bar(f"uploading {lane}", len(site.files) + 1, as_json) as advance:
            keys = upload_site(site, target.clients.s3, target.site_bucket, lambda _path: advance(1))
    told = {**result, "keys": keys, "left_out": list(site.left_out), "unreachable": lost}

    def text(console: Console) -> None:
        _print_upload(console, site, target.site_bucket, dry_run)
        _print_rest(console, site, lost)

    show(told, as_json, text)


def _print_upload(console: Console, site: Site, bucket: str, dry_run: bool) -> None:
    size = sum(len(content) for content in site.files.values())
    verb = "would upload" if dry_run else "uploaded"
    console.print(
        f"{verb} {len(site.files)} files ({size:,} bytes) to s3://{bucket}/{site.lane}/, build {site.build}",
        markup=False,
    )


def _print_rest(console: Console, site: Site, lost: list[str]) -> None:
    if site.left_out:
        console.print(f"left out: {', '.join(site.left_out)}", markup=False)
    if lost:
        console.print("! no path leads to these; give each a name with an ending, and no folder `api` or `v1`:")
        for name in lost:
            console.print(f"    {name}", markup=False)
