"""A plan that its release cannot carry is refused before its first step."""

from typing import Any

import pytest

from gray.release.document import Release
from gray.release.validation.plan_steps import plan_problems

PLAN = {"lane": "v2", "steps": [1, 60]}


def problems(**changes: Any) -> list[str]:
    document: dict[str, Any] = {"salt": "saltsalt", "lanes": ["v2"], "plan": PLAN} | changes
    return [f"{one.where}: {one.what}" for one in plan_problems(Release.model_validate(document))]


def ramp(**changes: Any) -> dict[str, Any]:
    return {"id": "ramp", "lane": "v2", "percent": 0} | changes


@pytest.mark.parametrize("rules", [[], [ramp()], [ramp(when={"country": ["DE"]})]])
def test_a_plan_that_fits(rules: list[dict[str, Any]]) -> None:
    assert problems(rules=rules) == []


def test_no_plan_no_problem() -> None:
    assert problems(plan=None) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"lanes": []}, "plan.lane: v2 is not one of the release's lanes"),
        (
            {"lanes": ["v2", "v3"], "rules": [ramp(lane="v3")]},
            "rules[0]: the plan moves 'ramp', which leads to v3 and not to v2",
        ),
        (
            {"rules": [ramp(percent=None, when={"country": ["DE"]})]},
            "rules[0]: the plan moves the percent of 'ramp', which has none",
        ),
        (
            {"lanes": ["v2", "v3"], "rules": [{"id": "other", "lane": "v3", "percent": 50}]},
            "plan.steps: at the last step, 60 %, the shares of v2 (0 to 60 %) and v3 (50 to 100 %) meet: "
            "together over 100 %",
        ),
    ],
)
def test_a_plan_that_does_not(changes: dict[str, Any], problem: str) -> None:
    assert problems(**changes) == [problem]
