"""What is wrong with a plan in its release: before the first step, not at the third."""

from gray.release.buckets import range_problems
from gray.release.document import Release
from gray.release.plan import Plan, at_percent

__all__ = ["plan_problems"]


def plan_problems(release: Release) -> list[tuple[str, str, str]]:
    """Where, what, remedy; empty without a plan."""
    plan = release.plan
    if plan is None:
        return []
    if plan.lane not in release.lanes:
        return [("plan.lane", f"{plan.lane} is not one of the release's lanes", f"Add it: `lanes: [{plan.lane}]`.")]
    return _rule_problems(release, plan) or _last_step_problems(release, plan)


def _rule_problems(release: Release, plan: Plan) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for index, rule in enumerate(release.rules):
        if rule.id != plan.rule:
            continue
        where = f"rules[{index}]"
        if rule.lane != plan.lane:
            what = f"the plan moves {rule.id!r}, which leads to {rule.lane} and not to {plan.lane}"
            found.append((where, what, "Give the plan another `rule`, or the rule the plan's lane."))
        if rule.percent is None:
            what = f"the plan moves the percent of {rule.id!r}, which has none"
            found.append((where, what, "Write `percent: 0` to begin with."))
    return found


def _last_step_problems(release: Release, plan: Plan) -> list[tuple[str, str, str]]:
    """What would be wrong once the plan has taken its last step; what is wrong already is told by others."""
    document = release.model_dump(mode="json", exclude_none=True, by_alias=True)
    last = Release.model_validate(at_percent(document, plan, plan.steps[-1]))
    already = set(range_problems(release))
    return [
        ("plan.steps", f"at the last step, {plan.steps[-1]} %, {what}", remedy)
        for where, what, remedy in range_problems(last)
        if (where, what, remedy) not in already
    ]
