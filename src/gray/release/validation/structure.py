"""pydantic's errors as problems, our own refusals as pydantic's errors, and what can be judged beside a broken part."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from gray.release.validation.problem import Declared, Problem
from gray.release.validation.value_problems import PydanticProblem

__all__ = ["refused", "structure_problems", "without_broken_parts"]

_STEPS = 12  # of a path that are shown; only a document that nests too deep has more


def refused(declared: Declared, **values: object) -> PydanticCustomError:
    """What a validator of the model raises."""
    problem = declared(**values)
    return PydanticCustomError(problem.code, "{what}", {"what": problem.what, "remedy": problem.remedy})


def structure_problems(error: ValidationError) -> list[Problem]:
    """Each of pydantic's errors with its path, what is wrong, and the remedy."""
    return [_problem(entry) for entry in error.errors(include_url=False, include_context=True)]


def _problem(entry: Mapping[str, Any]) -> Problem:
    where, context = _where(entry["loc"]), entry.get("ctx", {})
    if "remedy" in context:
        return Problem(where, context["what"], context["remedy"], entry["type"])
    declared = PydanticProblem.__members__.get(entry["type"].upper(), PydanticProblem.OTHER)
    return replace(declared(**context, msg=entry["msg"]), where=where)


def _where(location: tuple[int | str, ...]) -> str:
    text = ""
    for step in location[:_STEPS]:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return (text or "release") + ("..." if len(location) > _STEPS else "")


def without_broken_parts(document: Any, error: ValidationError) -> dict[str, Any] | None:
    """The document with harmless parts in the place of refused ones, so that the rest can be judged too.

    A broken rule becomes one that reaches nobody. None where too much depends on the broken part: every rule uses
    lanes, identity, lists and reserved ranges.
    """
    if not isinstance(document, Mapping):
        return None
    mended = dict(document)
    for entry in error.errors(include_url=False, include_context=False, include_input=False):
        place = entry["loc"]
        match place:
            case ("rules", int(index), *_) if document.get("lanes"):
                harmless = {"id": f"broken-{index}", "lane": document["lanes"][0], "percent": 0}
                mended["rules"] = [*mended["rules"][:index], harmless, *mended["rules"][index + 1 :]]
            case ("salt",):
                mended["salt"] = "unreadable"
            case ("plan", *_) | ("state" | "note" | "lease_minutes",):
                mended.pop(str(place[0]), None)
            case (str(name),) if entry["type"] == "extra_forbidden":
                del mended[name]
            case _:
                return None
    return mended
