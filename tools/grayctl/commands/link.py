"""`grayctl link`: links into and out of a lane."""

import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from grayctl.actions.links import clear_link, gray_link, opt_out_link
from grayctl.errors import UsageError
from grayctl.options import AsJson, ConfigEnv
from grayctl.output.screen import show
from grayctl.periods import parse_period
from grayctl.reading.release import document_of, revisions_of
from grayctl.reading.signing import read_keys
from grayctl.stack.target import Target, discover

_LONGEST = 30 * 86400
# Browsers keep cookies for at most 400 days.
_LONGEST_OUT = 400 * 86400


def link(
    lane: Annotated[str | None, typer.Option("--lane", help="Into this gray lane.")] = None,
    out: Annotated[bool, typer.Option("--out", help="Out of every gray lane; needs no signature.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Back to the rules: remove a grant or an opt-out.")] = False,
    for_: Annotated[str, typer.Option("--for", help="How long the link is valid: 30m, 1h, 7d.")] = "1h",
    path: Annotated[
        str,
        typer.Option("--path", help="The page to open, as in the address bar; also a full URL of the site."),
    ] = "/",
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> None:
    """Create a link that puts a browser into a gray lane, or takes it out.

    A link into a lane is signed for one lane and the current epoch: a kill invalidates it.

    Example: grayctl link --lane v2 --for 2h
    """
    if sum((lane is not None, out, clear)) != 1:
        raise UsageError("give one of --lane, --out and --clear", "See: grayctl link --help")
    target = discover(config_env)
    if not target.site:
        target.output("SiteUrl")
    expiry = int(time.time()) + parse_period(for_, longest=_LONGEST if lane else _LONGEST_OUT)
    if lane:
        url = _into(target, lane, path, expiry)
    else:
        api = target.api_paths
        url = (
            opt_out_link(target.site, path, expiry, api_paths=api)
            if out
            else clear_link(target.site, path, api_paths=api)
        )
    until = None if clear else datetime.fromtimestamp(expiry, UTC).isoformat()
    show({"url": url, "lane": lane, "until": until}, as_json, lambda console: console.print(url, markup=False))


def _into(target: Target, lane: str, path: str, expiry: int) -> str:
    revision = revisions_of(target).current()
    if revision is None or revision.state not in ("active", "paused"):
        state = revision.state if revision else "missing"
        raise UsageError(f"the release is {state}: links into gray do not work", "See: grayctl status")
    release = document_of(revision)
    if lane not in release.get("lanes", []):
        raise UsageError(f"{lane} is not a lane of the release", f"It has: {', '.join(release.get('lanes', []))}.")
    salt = str(release["salt"])
    keys, api_paths = read_keys(target), target.api_paths
    return gray_link(
        target.site, path, keys, salt=salt, lane=lane, epoch=revision.epoch, expiry=expiry, api_paths=api_paths
    )
