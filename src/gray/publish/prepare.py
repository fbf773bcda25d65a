"""From a revision to what the store has to hold: validated, its lanes asked, compiled.

This is where pydantic comes in, so it is imported by runs that publish a release only.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from gray.edge.config import Stamp, files_text, origins_text, part_keys
from gray.history.revision import FINISHED, Revision
from gray.lanes.parameters import Parameters
from gray.publish.control_plane import ControlPlane
from gray.publish.lane_watch import FoundLanes, readmit
from gray.publish.records.current import Published
from gray.publish.records.list_ledger import ListUse
from gray.publish.store.write_plan import Target
from gray.release.site_files import SiteFiles

if TYPE_CHECKING:
    from gray.release.document import Release

__all__ = ["Prepared", "Refused", "compile_target"]


class Refused(Exception):
    """When a release must not be published: what is wrong, all at once. The edge keeps what it has."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass(frozen=True)
class Prepared:
    """A publication ready to be written, but for the shards of its `lists`."""

    target: Target
    digest: str
    current: Published
    lists: Mapping[str, ListUse] = field(default_factory=dict)


def files_of(parameters: Parameters, current: Published | None) -> SiteFiles:
    """What the sites are to the edge: as published last while a site's registration cannot be read, since a lane's
    files would become documents without it."""
    if parameters.unreadable_sites and current and current.files:
        return SiteFiles.parse(current.files)
    return parameters.files


def compile_target(
    plane: ControlPlane, revision: Revision, lanes: FoundLanes, *, files: SiteFiles, sequence: int, fresh: bool
) -> Prepared:
    """Everything that `revision` needs at the edge. Raises Refused with all that is wrong.

    `fresh` when it is not published yet, or a person asks for it: each lane that its rules lead to must answer.
    """
    from gray.edge.compile import CompileError, EdgeContext, compile_release

    release = _release(revision)
    led_to = {rule.lane for rule in release.rules}
    needed = sorted(led_to) if revision.state != FINISHED else []
    lanes, problems = readmit(plane.lanes, lanes, needed, list(release.lanes)) if fresh else (lanes, [])
    problems += _invalid(plane, release)
    if problems:
        raise Refused(problems)
    live = {name: lane for name, lane in lanes.live.items() if name in release.lanes}
    lease = release.lease_minutes * 60
    now = int(plane.clock.now())
    try:
        compiled = compile_release(
            _without(release, led_to - set(live)),
            Stamp(sequence, revision.number, revision.epoch, until=now + lease),
            EdgeContext(live, plane.edge.region, plane.edge.keys(), files),
        )
    except CompileError as error:
        raise Refused([str(problem) for problem in error.problems]) from error
    lists = {name: ListUse(entry.digest, entry.shards, entry.salt) for name, entry in release.lists.items()}
    digest = _digest(compiled.digest, lists)
    parts = part_keys(sequence, len(compiled.parts))
    return Prepared(
        target=Target(compiled.config, dict(zip(parts, compiled.parts, strict=True))),
        digest=digest,
        current=Published(
            *(sequence, revision.number, revision.epoch, revision.state, digest),
            until=now + lease,
            published_at=now,
            lease=lease,
            lanes={name: origins_text(origins) for name, origins in live.items()},
            wants=tuple(release.lanes),
            files=files_text(files),
        ),
        lists=lists,
    )


def _release(revision: Revision) -> "Release":
    from pydantic import ValidationError

    from gray.release.validation.structure import structure_problems

    try:
        return revision.release()
    except ValueError as error:
        found = structure_problems(error) if isinstance(error, ValidationError) else [error]
        raise Refused([f"revision {revision.number} is not a release", *map(str, found)]) from error


def _invalid(plane: ControlPlane, release: "Release") -> list[str]:
    from gray.release.validation.whole import problems

    files = plane.history.lists() if release.lists else None
    there = [entry.digest for entry in release.lists.values() if files and files.exists(entry.digest)]
    return [str(problem) for problem in problems(release, lists=there)]


def _without(release: "Release", withdrawn: set[str]) -> "Release":
    """The release without the rules that lead to a withdrawn lane; the other lanes keep their ranges."""
    if not withdrawn:
        return release
    return release.model_copy(update={"rules": [rule for rule in release.rules if rule.lane not in withdrawn]})


def _digest(compiled: str, lists: Mapping[str, ListUse]) -> str:
    """Changes with everything a viewer or a grant could notice; not with the sequence, nor the lease's end."""
    parts = [compiled, {name: use.digest for name, use in sorted(lists.items())}]
    return sha256(json.dumps(parts).encode()).hexdigest()[:32]
