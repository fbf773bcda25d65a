"""Base models of --json output: exactly the listed keys; and the model of a failure."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from types import GenericAlias, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model


class Answer(BaseModel):
    """A document with exactly these keys."""

    model_config = ConfigDict(extra="forbid", strict=True)


def answer_of(kind: Any) -> Any:
    """A model of the JSON that `asdict` makes of a dataclass and its nested ones."""
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        members: dict[str, Any] = {
            one.name: (
                answer_of(hints[one.name]),
                ... if one.default is MISSING and one.default_factory is MISSING else None,
            )
            for one in fields(kind)
        }
        return create_model(kind.__name__, __base__=Answer, **members)
    origin, inside = get_origin(kind), tuple(answer_of(one) for one in get_args(kind))
    if origin in (Union, UnionType):
        return Union[inside]  # noqa: UP007 - built at run time
    if origin in (Mapping, dict):
        return GenericAlias(dict, inside)
    if origin in (list, tuple, Sequence):
        return GenericAlias(list, inside[:1])
    return kind


class FindingAnswer(Answer):
    """One problem."""

    where: str
    what: str
    remedy: str
    code: str


class ErrorAnswer(Answer):
    """Why a command failed."""

    kind: str
    exit_code: int
    message: str
    remedy: str
    findings: list[FindingAnswer]


class FailureAnswer(Answer):
    """What every command prints with --json if it fails."""

    error: ErrorAnswer
