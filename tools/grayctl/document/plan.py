"""The ramp plan in a release document."""

from gray.release.plan import Plan
from grayctl.document.edits import Document, checked_percent
from grayctl.errors import UsageError


def plan_document(steps: str, every_seconds: int, lane: str) -> Document:
    """A plan as the release document has it, from `1,5,25,50,100`."""
    try:
        numbers = [float(step) for step in steps.split(",")]
    except ValueError:
        raise UsageError(f"{steps!r} is not a list of percentages", "Write it like 1,5,25,50,100.") from None
    shares = [checked_percent(number) for number in numbers]
    return {"lane": lane, "steps": shares, "every_minutes": every_seconds / 60}


def with_plan(document: Document, plan: Document) -> Document:
    """The release with this plan. Raises pydantic's ValidationError for an invalid plan."""
    return {**document, "plan": Plan.model_validate(plan).model_dump(mode="json")}


def without_plan(document: Document) -> Document:
    """The release without its plan; viewers keep their lanes."""
    if not document.get("plan"):
        raise UsageError("the release has no plan", "Set one: grayctl ramp --plan 1,5,25,50,100 --every 30m")
    return {key: value for key, value in document.items() if key != "plan"}
