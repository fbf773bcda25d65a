"""The --json output of each command, a contract with scripts. docs/reference/cli.md shows it, tests check it.

Within a major version keys may be added, but are never renamed or removed.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field, RootModel

from grayctl.output.answer_model import Answer, answer_of
from grayctl.output.answers_of_applications import (
    AttachAnswer,
    DoctorAnswer,
    InitAnswer,
    LaneRemovedAnswer,
    LanesAnswer,
    PlatformAnswer,
    PlatformRemovedAnswer,
    RegisteredAnswer,
)
from grayctl.output.answers_of_changes import (
    ChangeAnswer,
    ChangeOfReleaseAnswer,
    CleanAnswer,
    FinishAnswer,
    KeyChangeAnswer,
    KillAnswer,
    SyncAnswer,
    UploadAnswer,
)
from grayctl.output.answers_of_data import DataFillAnswer, DataMergeAnswer, DataReportAnswer, ExplainAnswer
from grayctl.reading.status import Status
from grayctl.reading.traffic import LaneTraffic

Json = dict[str, Any]


StatusAnswer = answer_of(Status)


class TrafficAnswer(answer_of(LaneTraffic)):  # type: ignore[misc]
    """One lane's API requests; shares and rates are between 0 and 1."""

    error_rate: float


class WatchAnswer(Answer):
    """One reading per line. Times are unix seconds."""

    at: int
    status: StatusAnswer  # type: ignore[valid-type]
    window_seconds: int
    traffic: list[TrafficAnswer]
    alarms: list[str] | None
    plan: Json | None
    troubles: list[str]


class ConsoleAnswer(Answer):
    """Printed before serving; `url` contains the token."""

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
    """The share is between 0 and 1, of the traces that X-Ray sampled, and not of all requests."""

    checked: int
    sampled: bool
    consistent_share: float
    mixed: list[MixedAnswer]


class MoveAnswer(Answer):
    """How many viewers move from one lane to another, or stay."""

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
    """The viewers that would move."""

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


class PlanViewAnswer(Answer):
    """The ramp plan and the evidence it uses."""

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


class PlanAnswer(RootModel[PlanViewAnswer | ChangeOfReleaseAnswer]):
    """The ramp plan and the evidence it uses; `plan remove` prints the output of a release change."""


class RulesAnswer(Answer):
    """The rules in order, as in the release document."""

    revision: int
    rules: list[Json]


class ListsAnswer(RootModel[dict[str, Json]]):
    """The user lists by name, as in the release document."""


class ListCheckAnswer(Answer):
    """What a file of ids has; `column` is null where no line names one."""

    file: str
    ids: int
    repeated: int
    comments: int
    column: str | None
    notes: list[str]
    first: list[str]


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
    """Newest first."""


class DiffAnswer(Answer):
    """The differences between two revisions."""

    before: int
    after: int
    changes: list[ChangeAnswer]


class ExportAnswer(RootModel[Json]):
    """The release document; with --to, `{"file": ...}`."""


class EstimateAnswer(Answer):
    """Dollars per month."""

    date: str
    region: str
    traffic: Json
    lines: list[Json]
    added_dollars: float
    total_dollars: float


class KeysAnswer(Answer):
    """The key ids, never the keys."""

    newest: str
    ids: list[str]
    identity: bool


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
    "init": InitAnswer,
    "doctor": DoctorAnswer,
    "attach": AttachAnswer,
    "status": StatusAnswer,
    "watch": WatchAnswer,
    "console": ConsoleAnswer,
    "lane list": LanesAnswer,
    "lane register": RegisteredAnswer,
    "lane deploy": RegisteredAnswer,
    "lane remove": LaneRemovedAnswer,
    "platform deploy": PlatformAnswer,
    "platform destroy": PlatformRemovedAnswer,
    "traces": TracesAnswer,
    "explain": ExplainAnswer,
    "preview": PreviewAnswer,
    "plan": PlanAnswer,
    "rule list": RulesAnswer,
    "list check": ListCheckAnswer,
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
    "site clean": CleanAnswer,
    "data report": DataReportAnswer,
    "data merge": DataMergeAnswer,
    "data fill": DataFillAnswer,
    **dict.fromkeys(_CHANGES, ChangeOfReleaseAnswer),
}
