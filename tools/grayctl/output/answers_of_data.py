"""The --json output of `data` and `explain`."""

from grayctl.output.answer_model import Answer


class WaitingAnswer(Answer):
    """An item of a gray table. `fate` is what a merge would do with it; `changed_at` is in unix milliseconds."""

    pk: str
    sk: str
    fate: str
    changed_at: int


class DataReportAnswer(Answer):
    """What waits, by lane."""

    environment: str
    lanes: dict[str, list[WaitingAnswer]]


class MergedAnswer(Answer):
    """Items of one lane by fate, and those skipped because both lanes changed them."""

    lane: str
    fates: dict[str, int]
    conflicts: list[WaitingAnswer]


class DataMergeAnswer(Answer):
    """Number of items that waited, by lane, and what happened to them (nothing in a dry run)."""

    environment: str
    dry_run: bool
    waiting: dict[str, int]
    lanes: list[MergedAnswer]


class FilledAnswer(Answer):
    """Items copied, and left unchanged."""

    copied: int
    kept: int


class DataFillAnswer(Answer):
    """By lane; a dry run fills none."""

    environment: str
    dry_run: bool
    lanes: dict[str, FilledAnswer]


class ExplainAnswer(Answer):
    """`x_gray` is the edge's own answer to a signed debug request; null, like its numbers, if the edge gives none.

    `status` is set if the edge itself answers; then `lane` and `rule` are null.
    """

    environment: str
    source: str
    x_gray: str | None
    lane: str | None
    rule: str | None
    bucket: int | None
    revision: int | None
    epoch: int | None
    status: int | None
