"""A ramp plan: the steps that a release takes automatically.

The plan is a part of the release document, so a change of it is a revision like any other:

    plan: {lane: v2, steps: [1, 5, 25, 50, 100], every_minutes: 30}

One place says where the ramp stands: the percent of the plan's rule in the release.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, model_validator

from gray.release.validation.structure import refused
from gray.release.validation.value_problems import ValueProblem

__all__ = ["Plan", "at_percent", "duration", "percent_of"]


def _number(percent: Decimal) -> int | float:
    """As it is written in a document: 5, not "5" or 5.0."""
    return int(percent) if percent == percent.to_integral_value() else float(percent)


Percent = Annotated[
    Decimal,
    Field(gt=0, le=100, decimal_places=2),
    PlainSerializer(_number, return_type=int | float, when_used="json"),
]


class Plan(BaseModel):
    """The plan in the release document. `rule` is the rule whose percent the plan moves; the first step adds it when
    the release has none of that name. `minimum_requests` is what the gray lane must have answered within a step,
    `share_tolerance` how far its share may be off (a proportion), `on_worse` what happens when gray is found worse."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lane: Annotated[str, Field(pattern=r"^v([2-9]|[1-9][0-9])$")]
    steps: Annotated[tuple[Percent, ...], Field(min_length=1, max_length=50)]
    every_minutes: Annotated[float, Field(gt=0, le=10080)] = 30
    rule: Annotated[str, Field(min_length=1, max_length=32)] = "ramp"
    minimum_requests: Annotated[int, Field(ge=0)] = 200
    share_tolerance: Annotated[float, Field(gt=0, lt=1)] = 0.25
    on_worse: Literal["withdraw", "hold"] = "withdraw"

    @model_validator(mode="after")
    def _steps_rise(self) -> Self:
        if any(later <= earlier for earlier, later in zip(self.steps, self.steps[1:], strict=False)):
            raise refused(ValueProblem.STEPS_RISE)
        return self

    def index_of(self, percent: Decimal) -> int:
        """The last step not above `percent`; -1 before the first."""
        return sum(step <= percent for step in self.steps) - 1


def duration(seconds: int) -> str:
    """As a person says it: seconds below two minutes, minutes above."""
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min"


def percent_of(document: Mapping[str, Any], plan: Plan) -> Decimal:
    """The percent the plan's rule has in a release document; 0 without that rule."""
    for rule in document.get("rules") or []:
        if rule.get("id") == plan.rule:
            return Decimal(str(rule.get("percent") or 0))
    return Decimal(0)


def at_percent(document: Mapping[str, Any], plan: Plan, percent: Decimal) -> dict[str, Any]:
    """The document with the plan's rule at `percent`; the rule is appended, last, when there is none: nobody who is
    led by another rule moves."""
    value = _number(percent)
    rules = [dict(rule) for rule in document.get("rules") or []]
    mine = [rule for rule in rules if rule.get("id") == plan.rule]
    if mine:
        mine[0]["percent"] = value
    else:
        rules.append({"id": plan.rule, "lane": plan.lane, "percent": value})
    return {**document, "rules": rules}
