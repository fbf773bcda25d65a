"""A whole preview: the release before and after, the viewers, the counts and the notes."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from gray.history.list_files import ListFiles
from gray.lanes.lane_table import ADOPTED, LaneTable
from gray.lanes.parameters import read_parameters
from gray.release.document import Release
from grayctl.preview.access_logs import Reading
from grayctl.preview.moves import Moves, summed_up
from grayctl.preview.notes import notes, notes_on_logs, unknown_conditions
from grayctl.preview.pool import count
from grayctl.preview.sides import dead_lanes, sides
from grayctl.preview.viewers import Viewers
from grayctl.reading.release import Current
from grayctl.stack.target import Target


@dataclass(frozen=True)
class Question:
    """The input of a preview. `reading` describes the access logs, if the viewers come from logs."""

    current: Current
    after: Release
    viewers: Viewers
    reading: Reading | None = None


@dataclass(frozen=True)
class Preview:
    """The result of a preview. `seconds` is its duration."""

    moves: Moves
    epoch_rises: bool
    seconds: float
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values for --json."""
        told = {"notes": self.notes, "seconds": round(self.seconds, 3)}
        return {"epoch_rises": self.epoch_rises, **self.moves.as_json(), **told}


def list_ids(target: Target, digest: str) -> Iterator[str]:
    """The ids of a user list's file."""
    return ListFiles(target.clients.s3, target.output("EdgeConfigBucket")).ids(digest)


def live_lanes(target: Target) -> frozenset[str]:
    """The registered lanes that the control plane did not reject."""
    known = LaneTable(target.clients.dynamodb, target.config_table).all()
    registered = read_parameters(target.clients.ssm, target.parameter_prefix).registrations
    return frozenset(name for name in registered if name not in known or known[name].status == ADOPTED)


def _of_file(question: Question) -> list[str]:
    """What is to be said of the file that the viewers come from; known when all of it was read."""
    found, identity = question.viewers.found, question.after.identity
    if found is None:
        return []
    if identity is None:
        return found.notes()
    return found.notes() + found.carriage(identity.kind, frozenset(one.partition(":")[0] for one in identity.sources))


def ask(target: Target, question: Question, advance: Callable[[int], object]) -> Preview:
    """Run the edge function for every viewer; `advance` gets the number of further viewers done."""
    started = time.monotonic()
    current, after, live = question.current, question.after, live_lanes(target)
    before = Release.model_validate(current.document)
    epoch = current.head.epoch if current.head else 1
    both = sides(before, after, epoch=epoch, live=live, read_ids=lambda digest: list_ids(target, digest))
    counted = count(both, question.viewers.lines(), advance)
    known, said = question.viewers.known, _of_file(question)
    if question.reading:
        said += notes_on_logs(question.reading)
        known = question.reading.known(known)
    said += notes(
        after,
        counted,
        epoch_rises=both.epoch_rises,
        dead=dead_lanes(after, live),
        unknown=unknown_conditions((before, after), known),
    )
    return Preview(summed_up(counted), both.epoch_rises, time.monotonic() - started, said)
