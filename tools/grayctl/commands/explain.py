"""`grayctl explain`: which lane a viewer is in, and why."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import ClientError
from rich.console import Console

from gray.edge.grants import EdgeKeys
from gray.history.list_files import ListFiles
from gray.publish.store.store import Store
from gray.release.document import Release
from grayctl.actions.edge_keys import new_secret
from grayctl.actions.propose import propose
from grayctl.document.file import read_document
from grayctl.errors import UsageError
from grayctl.options import AsJson, ConfigEnv
from grayctl.output.screen import note, show
from grayctl.reading.address import is_api, read_address
from grayctl.reading.explain import Explanation, See, Viewer, compiled, published
from grayctl.reading.explain import explain as ask_edge_function
from grayctl.reading.release import document_of, read_current, read_revision, revisions_of
from grayctl.reading.signing import read_keys
from grayctl.stack.target import Target, discover

_DEVICES = ("mobile", "tablet", "desktop")


@dataclass(frozen=True)
class _Source:
    """The edge configuration to use, and its name in the output."""

    name: str
    see: See


def explain(
    path: Annotated[
        str,
        typer.Option("--path", help="The requested path, as in the address bar."),
    ] = "/",
    identity: Annotated[
        str, typer.Option("--id", help="The viewer's identity; sent and signed as the release requires.")
    ] = "",
    cookie: Annotated[list[str] | None, typer.Option("--cookie", help="NAME=VALUE; repeat for more.")] = None,
    header: Annotated[list[str] | None, typer.Option("--header", help="NAME=VALUE; repeat for more.")] = None,
    query: Annotated[list[str] | None, typer.Option("--query", help="NAME=VALUE; repeat for more.")] = None,
    country: Annotated[str, typer.Option("--country", help="Two letters, as CloudFront reports it.")] = "",
    device: Annotated[str, typer.Option("--device", help="mobile, tablet or desktop.")] = "",
    ip: Annotated[str, typer.Option("--ip", help="The viewer's IP address.")] = "192.0.2.1",
    moment: Annotated[str, typer.Option("--time", help="When: 2026-12-01T08:00Z; default: now.")] = "",
    revision: Annotated[
        int | None, typer.Option("--revision", min=1, help="Use this revision; default: the published one.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Use a release that is not saved yet.")] = None,
    config_env: ConfigEnv = "dev",
    as_json: AsJson = False,
) -> None:
    """Show which lane a viewer is in and why, by running the edge's own functions.

    Example: grayctl explain --id ada --country AT --path /news
    """
    if revision is not None and file is not None:
        raise UsageError("give one of --revision and --file", "See: grayctl explain --help")
    if device and device not in _DEVICES:
        raise UsageError(f"unknown device {device!r}", f"Use one of {', '.join(_DEVICES)}.")
    asked = read_address(path, "")
    viewer = Viewer(
        path=asked.path,
        identity=identity,
        cookies=_pairs("--cookie", cookie),
        headers=_pairs("--header", header),
        query=[*asked.fields(), *_pairs("--query", query)],
        country=country,
        device=device,
        ip=ip,
        now=_seconds(moment),
    )
    target = discover(config_env)
    read_address(path, target.site)
    viewer = replace(viewer, is_api=is_api(asked.path, target.api_paths))
    if asked.fragment:
        note(f"no browser sends what stands behind the #: {asked.fragment}")
    source = _source(target, revision, file, viewer.now)
    found = ask_edge_function(viewer, source.see)
    document = {"environment": target.environment, "source": source.name, **found.as_json()}
    show(document, as_json, lambda console: _print(console, source.name, found))


def _source(target: Target, revision: int | None, file: Path | None, now: int) -> _Source:
    revisions = revisions_of(target)
    if file is not None:
        current = read_current(revisions)
        document = read_document(file, note)
        release = propose(current, lambda _before: document).release
        epoch = current.head.epoch if current.head else 1
        return _Source(str(file), _compiled(target, release, current.revision + 1, epoch, now))
    if revision is not None:
        kept = read_revision(revisions, revision)
        release = Release.model_validate(document_of(kept))
        return _Source(f"revision {revision}", _compiled(target, release, revision, kept.epoch, now))
    store = Store(target.clients.key_value_store, target.output("KeyValueStoreArn"))
    return _Source("what is published", published(store))


def _compiled(target: Target, release: Release, revision: int, epoch: int, now: int) -> See:
    def read_ids(digest: str) -> Iterator[str]:
        return ListFiles(target.clients.s3, target.output("EdgeConfigBucket")).ids(digest)

    try:
        keys = read_keys(target)
    except ClientError:
        # Without the keys, only a viewer's own grant is judged differently.
        keys = EdgeKeys((("x", new_secret()),), new_secret())
    return compiled(
        release, revision=revision, epoch=epoch, now=now, region=target.region, keys=keys, read_ids=read_ids
    )


def _pairs(option: str, texts: list[str] | None) -> Sequence[tuple[str, str]]:
    pairs = [text.partition("=") for text in texts or ()]
    for name, sign, value in pairs:
        if not name or not sign:
            raise UsageError(f"{option} {name + value!r} lacks a name or `=`", f"Write {option} name=value.")
    return [(name.strip(), value) for name, _, value in pairs]


def _seconds(text: str) -> int:
    if not text:
        return int(time.time())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a time", "Write it like 2026-12-01T08:00Z.") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _print(console: Console, source: str, found: Explanation) -> None:
    if found.status:
        console.print(f"the edge itself answers: {found.status}")
        return
    # The first line is exactly the edge's answer to a signed debug request.
    console.print(found.text or f"{found.lane}; rule={found.reason}", markup=False)
    console.print(f"by {source}", style="dim", markup=False)
