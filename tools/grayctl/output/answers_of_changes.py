"""The --json output of commands that make changes."""

from pydantic import Field, RootModel

from gray.lanes.sites import SiteRegistration
from gray.publish.records.publication_log import Record
from grayctl.document.difference import Change
from grayctl.output.answer_model import Answer, answer_of

RecordAnswer, ChangeAnswer = answer_of(Record), answer_of(Change)


class ArrivalAnswer(Answer):
    """Result of a publication; seconds count from the save."""

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
    """The changes, the new revision, and its publication; the last two are null if nothing was saved."""

    environment: str
    dry_run: bool
    changes: list[ChangeAnswer]  # type: ignore[valid-type]
    revision: int | None
    epoch: int | None
    state: str | None
    publication: ArrivalAnswer | None


class FinishedAnswer(ChangeOfReleaseAnswer):
    """As for every change, plus the number of items waiting in gray's tables, by lane."""

    waiting: dict[str, int] = Field(default_factory=dict)


class BuildsDifferAnswer(Answer):
    """The builds of each lane's site and API, and why the release cannot be finished; nothing was changed."""

    environment: str
    builds: dict[str, dict[str, str]]
    differences: list[str]


class FinishAnswer(RootModel[FinishedAnswer | BuildsDifferAnswer]):
    """As for every change; if the builds differ, the builds."""


class KillAnswer(Answer):
    """Progress of the kill; `troubles` lists the paths that failed, `left` what remains to do.

    `resumed` is set if somebody ended this kill before it was published.
    """

    environment: str
    dry_run: bool
    revision: int | None
    epoch: int | None
    state: str | None
    store_written: bool
    publication: ArrivalAnswer | None
    resumed: str
    troubles: list[str]
    left: str
    waiting: dict[str, int]


class SyncedAnswer(RecordAnswer):  # type: ignore[misc, valid-type]
    """The publication record. Times are unix milliseconds."""

    environment: str


class SyncDryRunAnswer(Answer):
    """What would be published, and the revision published now."""

    environment: str
    dry_run: bool
    revision: int | None
    state: str | None
    published: int | None


class SyncAskedAnswer(Answer):
    """The id that the publication record will have."""

    environment: str
    request: str


class SyncAnswer(RootModel[SyncedAnswer | SyncDryRunAnswer | SyncAskedAnswer]):
    """The publication record, times in unix milliseconds; with --dry-run what would be published.

    With --no-wait the id that the record will have.
    """


class KeyChangeAnswer(Answer):
    """The key ids before and after."""

    environment: str
    dry_run: bool
    before: list[str]
    after: list[str]
    identity: bool
    publication: ArrivalAnswer | None


SiteAnswer = answer_of(SiteRegistration)


class UploadAnswer(Answer):
    """The objects written, in order, and how many were there already; what is registered, and whether the edge has to
    learn of it; files that were left out, and files that no path leads to.
    """

    lane: str
    build: str
    bucket: str
    dry_run: bool
    keys: list[str]
    unchanged: int
    site: SiteAnswer  # type: ignore[valid-type]
    tells_edge: bool
    left_out: list[str]
    unreachable: list[str]


class CleanAnswer(Answer):
    """The objects deleted, and their bytes."""

    lane: str
    bucket: str
    dry_run: bool
    keys: list[str]
    size: int
