"""What each command prints with --json: the promise to scripts. docs/reference/cli.md prints it, the tests check it.

Keys are never renamed or removed within a major version; new ones may come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from types import GenericAlias, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, RootModel, create_model

from gray.records import Record
from grayctl.difference import Change
from grayctl.status import LaneView, Status
from grayctl.traffic import LaneTraffic

Json = dict[str, Any]


class Answer(BaseModel):
    """A document with exactly these keys."""

    model_config = ConfigDict(extra="forbid", strict=True)


def _of(kind: Any) -> Any:
    """A dataclass, and those inside it, as a model of the JSON that `asdict` makes of it."""
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        members: dict[str, Any] = {
            one.name: (_of(hints[one.name]), ... if one.default is MISSING and one.default_factory is MISSING else None)
            for one in fields(kind)
        }
        return create_model(kind.__name__, __base__=Answer, **members)
    origin, inside = get_origin(kind), tuple(_of(one) for one in get_args(kind))
    if origin in (Union, UnionType):
        return Union[inside]  # noqa: UP007 - made at run time
    if origin in (Mapping, dict):
        return GenericAlias(dict, inside)
    if origin in (list, tuple, Sequence):
        return GenericAlias(list, inside[:1])
    return kind


LaneAnswer, RecordAnswer, StatusAnswer, ChangeAnswer = _of(LaneView), _of(Record), _of(Status), _of(Change)


class TrafficAnswer(_of(LaneTraffic)):  # type: ignore[misc]
    """One lane's API requests; shares and rates are between 0 and 1."""

    error_rate: float


class WatchAnswer(Answer):
    """One look; a line each. Times are unix seconds."""

    at: int
    status: StatusAnswer  # type: ignore[valid-type]
    window_seconds: int
    traffic: list[TrafficAnswer]
    alarms: list[str] | None
    plan: Json | None
    troubles: list[str]


class ConsoleAnswer(Answer):
    """Printed before it serves; `url` carries the token."""

    url: str
    environment: str
    actions: bool


class MixedAnswer(Answer):
    """A trace that did not stay in one lane."""

    trace_id: str
    lanes: list[str]
    started: float
    hops: list[Json]


class TracesAnswer(Answer):
    """The share is between 0 and 1."""

    checked: int
    consistent_share: float
    mixed: list[MixedAnswer]


class ArrivalAnswer(Answer):
    """How a publication ended; seconds count from the save."""

    sequence: int
    status: str
    trigger: str
    keys: int
    calls: int
    published_seconds: float
    edge_seconds: float | None
    edge_lane: str | None
    edge_revision: int | None


class ChangeOfReleaseAnswer(Answer):
    """What changed, the revision that keeps it, and how it was published; the last are null where nothing was saved."""

    environment: str
    dry_run: bool
    changes: list[ChangeAnswer]  # type: ignore[valid-type]
    revision: int | None
    epoch: int | None
    state: str | None
    publication: ArrivalAnswer | None


class FinishAnswer(ChangeOfReleaseAnswer):
    """As every change."""

    waiting: dict[str, int] = Field(default_factory=dict)


class MoveAnswer(Answer):
    """How many viewers go from one lane to another, or stay."""

    from_: str = Field(alias="from")
    to: str
    viewers: int
    percent: float
    examples: list[str]


class GroupAnswer(Answer):
    """The same for one rule, country or device."""

    name: str
    from_: str = Field(alias="from")
    to: str
    viewers: int


class PreviewAnswer(Answer):
    """Who would move."""

    environment: str
    revision: int
    change: str
    source: str
    epoch_rises: bool
    viewers: int
    moving: int
    moves: list[MoveAnswer]
    by_rule: list[GroupAnswer]
    by_country: list[GroupAnswer]
    by_device: list[GroupAnswer]
    notes: list[str]
    seconds: float


class PlanAnswer(Answer):
    """The ramp plan and what it decides from."""

    revision: int
    plan: Json
    percent: float
    since: int
    paused: bool
    skip: bool
    decision: str
    holds: bool
    alarms: list[str]
    findings: Json | None
    requests: dict[str, int] | None


class RulesAnswer(Answer):
    """The rules in their order, as in the release document."""

    revision: int
    rules: list[Json]


class ListsAnswer(RootModel[dict[str, Json]]):
    """The user lists by name, as in the release document."""


class LinkAnswer(Answer):
    """`until` is an ISO time; null for a link that clears."""

    url: str
    lane: str | None
    until: str | None


class RevisionAnswer(Answer):
    """A revision without its release."""

    number: int
    epoch: int
    state: str
    author: str
    reason: str
    via: str
    created_at: int
    parent: int


class ShowAnswer(RevisionAnswer):
    """A revision with its release."""

    release: Json


class HistoryAnswer(RootModel[list[RevisionAnswer]]):
    """The newest first."""


class DiffAnswer(Answer):
    """What differs between two revisions."""

    before: int
    after: int
    changes: list[ChangeAnswer]  # type: ignore[valid-type]


class ExportAnswer(RootModel[Json]):
    """The release document; with --to, `{"file": ...}`."""


class KillAnswer(Answer):
    """How far the kill has come; `troubles` says which ways did not work."""

    environment: str
    revision: int | None
    epoch: int | None
    state: str | None
    store_written: bool
    publication: ArrivalAnswer | None
    troubles: list[str]
    waiting: dict[str, int]


class SyncAnswer(RecordAnswer):  # type: ignore[misc, valid-type]
    """The publication's record. Times are unix milliseconds."""

    environment: str


class EstimateAnswer(Answer):
    """Dollars a month."""

    date: str
    region: str
    traffic: Json
    lines: list[Json]
    added_dollars: float
    total_dollars: float


class KeysAnswer(Answer):
    """The ids of the keys, never the keys."""

    newest: str
    ids: list[str]
    identity: bool


class KeyChangeAnswer(Answer):
    """The ids before and after."""

    environment: str
    dry_run: bool
    before: list[str]
    after: list[str]
    identity: bool
    publication: ArrivalAnswer | None


class UploadAnswer(Answer):
    """The objects written, in their order."""

    lane: str
    build: str
    bucket: str
    dry_run: bool
    keys: list[str]


class LanesAnswer(RootModel[list[LaneAnswer]]):  # type: ignore[valid-type]
    """Stable first."""


class FindingAnswer(Answer):
    """One thing that is wrong."""

    where: str
    what: str
    remedy: str


class ErrorAnswer(Answer):
    """Why a command failed."""

    kind: str
    exit_code: int
    message: str
    remedy: str
    findings: list[FindingAnswer]


class FailureAnswer(Answer):
    """What every command prints instead, with --json, when it fails."""

    error: ErrorAnswer


_CHANGES = (
    "ramp",
    "rule add",
    "rule remove",
    "rule move",
    "list put",
    "list remove",
    "apply",
    "undo",
    "pause",
    "resume",
)

# By the command's name.
ANSWERS: Mapping[str, type[BaseModel]] = {
    "status": StatusAnswer,
    "watch": WatchAnswer,
    "console": ConsoleAnswer,
    "lanes": LanesAnswer,
    "traces": TracesAnswer,
    "preview": PreviewAnswer,
    "plan": PlanAnswer,
    "rule list": RulesAnswer,
    "list show": ListsAnswer,
    "link": LinkAnswer,
    "show": ShowAnswer,
    "history": HistoryAnswer,
    "diff": DiffAnswer,
    "export": ExportAnswer,
    "finish": FinishAnswer,
    "kill": KillAnswer,
    "sync": SyncAnswer,
    "rebuild": SyncAnswer,
    "estimate": EstimateAnswer,
    "keys show": KeysAnswer,
    "keys rotate": KeyChangeAnswer,
    "keys retire": KeyChangeAnswer,
    "keys identity": KeyChangeAnswer,
    "site upload": UploadAnswer,
    **dict.fromkeys(_CHANGES, ChangeOfReleaseAnswer),
}
