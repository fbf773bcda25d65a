"""The --json output of the commands for an application of one's own: how it comes in, its lanes, its platform."""

from typing import Any

from pydantic import RootModel

from grayctl.onboarding.findings import Finding
from grayctl.output.answer_model import Answer, answer_of
from grayctl.reading.status import LaneView

LaneAnswer, FindingOfDoctor = answer_of(LaneView), answer_of(Finding)


class DoctorAnswer(Answer):
    """`level` is `blocks`, `warning` or `unknown`; those that block come first."""

    template: str
    build: str | None
    findings: list[FindingOfDoctor]  # type: ignore[valid-type]


class InitAnswer(Answer):
    """The text of graylane.toml, written unless `dry_run`; the findings are those of `grayctl doctor`."""

    file: str
    dry_run: bool
    text: str
    findings: list[FindingOfDoctor]  # type: ignore[valid-type]


class AttachAnswer(Answer):
    """The text to add, in `cloudformation`, `terraform` or `cdk`."""

    language: str
    file: str
    text: str


class LanesAnswer(RootModel[list[LaneAnswer]]):  # type: ignore[valid-type]
    """Stable first."""


class RegisteredAnswer(Answer):
    """The parameter and its JSON, as it is or would be; null before a deployment that did not happen."""

    lane: str
    stack: str
    dry_run: bool
    parameter: str
    changed: bool
    registration: dict[str, Any] | None


class LaneRemovedAnswer(Answer):
    """After these seconds nothing is sent to the lane any more, and its stack can go."""

    lane: str
    environment: str
    dry_run: bool
    quiet_seconds: int


class PlatformAnswer(Answer):
    """The stack's parameters, and its outputs once it is deployed."""

    environment: str
    stack: str
    dry_run: bool
    parameters: dict[str, str]
    outputs: dict[str, str]


class PlatformRemovedAnswer(Answer):
    """The stack that was deleted."""

    environment: str
    stack: str
    dry_run: bool
