"""What is wrong with a plan in its release: before the first step, not at the third."""

from gray.release.document import Release
from gray.release.plan import Plan, at_percent
from gray.release.validation.problem import Problem
from gray.release.validation.ranges import range_problems
from gray.release.validation.release_problems import ReleaseProblem

__all__ = ["plan_problems"]


def plan_problems(release: Release) -> list[Problem]:
    """What is wrong with its plan; empty without one."""
    plan = release.plan
    if plan is None:
        return []
    if plan.lane not in release.lanes:
        return [ReleaseProblem.PLAN_LANE(lane=plan.lane)]
    return _rule_problems(release, plan) or _last_step_problems(release, plan)


def _rule_problems(release: Release, plan: Plan) -> list[Problem]:
    found: list[Problem] = []
    for index, rule in enumerate(release.rules):
        if rule.id != plan.rule:
            continue
        if rule.lane != plan.lane:
            found.append(ReleaseProblem.PLAN_RULE_LANE(index=index, id=rule.id, lane=rule.lane, planned=plan.lane))
        if rule.percent is None:
            found.append(ReleaseProblem.PLAN_RULE_PERCENT(index=index, id=rule.id))
    return found


def _last_step_problems(release: Release, plan: Plan) -> list[Problem]:
    """What would be wrong after the plan's last step, beyond what is wrong already."""
    document = release.model_dump(mode="json", exclude_none=True, by_alias=True)
    last = Release.model_validate(at_percent(document, plan, plan.steps[-1]))
    already = set(range_problems(release))
    return [
        ReleaseProblem.PLAN_LAST_STEP(percent=plan.steps[-1], what=problem.what, remedy=problem.remedy)
        for problem in range_problems(last)
        if problem not in already
    ]
