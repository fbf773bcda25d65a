"""What the commands that change something print with --json."""

from pydantic import Field, RootModel

from gray.publish.records.publication_log import Record
from grayctl.document.difference import Change
from grayctl.output.answer_model import Answer, answer_of

RecordAnswer, ChangeAnswer = answer_of(Record), answer_of(Change)


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


class FinishedAnswer(ChangeOfReleaseAnswer):
    """As every change, and how many items wait in gray's tables, by lane."""

    waiting: dict[str, int] = Field(default_factory=dict)


class BuildsDifferAnswer(Answer):
    """The builds of each lane's site and API, and what speaks against finishing; nothing was changed."""

    environment: str
    builds: dict[str, dict[str, str]]
    differences: list[str]


class FinishAnswer(RootModel[FinishedAnswer | BuildsDifferAnswer]):
    """As every change; where the builds differ, the builds."""


class KillAnswer(Answer):
    """How far the kill has come; `troubles` says which ways did not work, `left` what is still to be done.

    `resumed` says that somebody ended this kill before it was published.
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
    """The publication's record. Times are unix milliseconds."""

    environment: str


class SyncDryRunAnswer(Answer):
    """What would be published, and the revision that is."""

    environment: str
    dry_run: bool
    revision: int | None
    state: str | None
    published: int | None


class SyncAskedAnswer(Answer):
    """What the publication's record will have as its id."""

    environment: str
    request: str


class SyncAnswer(RootModel[SyncedAnswer | SyncDryRunAnswer | SyncAskedAnswer]):
    """The publication's record, its times in unix milliseconds; with --dry-run what would be published.

    With --no-wait the id that the record will have.
    """


class KeyChangeAnswer(Answer):
    """The ids before and after."""

    environment: str
    dry_run: bool
    before: list[str]
    after: list[str]
    identity: bool
    publication: ArrivalAnswer | None


class UploadAnswer(Answer):
    """The objects written, in their order; files that were left out, and files that no path leads to."""

    lane: str
    build: str
    bucket: str
    dry_run: bool
    keys: list[str]
    left_out: list[str]
    unreachable: list[str]
