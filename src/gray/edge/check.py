"""Whether a document is a release that fits the edge: its structure, the release as a whole, and its compiled size."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from gray.edge.compile import CompileError, EdgeContext, encoded
from gray.edge.config import Stamp
from gray.edge.grants import EdgeKeys
from gray.release.document import Release, State
from gray.release.origin import Origin, Origins
from gray.release.site_files import FILES_BYTES, SiteFiles
from gray.release.validation import whole
from gray.release.validation.problem import Problem
from gray.release.validation.structure import structure_problems, without_broken_parts

__all__ = ["InvalidRelease", "check", "problems", "read_release"]

_WIDEST = Stamp(10**9, 10**9, 10**9, until=10**10)
_MOST_FILES = SiteFiles(("f" * (FILES_BYTES - 2),))


class InvalidRelease(ValueError):
    """When a document is not a valid release."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def read_release(document: Any, *, lanes: Mapping[str, Origins] | None = None) -> Release:
    """The document as a model, fully checked. Raises InvalidRelease."""
    try:
        release = Release.model_validate(document)
    except ValidationError as error:
        raise InvalidRelease([*structure_problems(error), *_of_the_rest(document, error, lanes)]) from error
    found = problems(release, lanes=lanes)
    if found:
        raise InvalidRelease(found)
    return release


def _of_the_rest(document: Any, error: ValidationError, lanes: Mapping[str, Origins] | None) -> list[Problem]:
    """What else is wrong beside a broken part, so that all problems appear at once."""
    try:
        release = Release.model_validate(without_broken_parts(document, error))
    except (ValidationError, TypeError):
        return []
    return problems(release, lanes=lanes)


def check(document: Any, *, lanes: Mapping[str, Origins] | None = None) -> list[Problem]:
    """What is wrong with a document; empty when it is a valid release."""
    try:
        read_release(document, lanes=lanes)
    except InvalidRelease as error:
        return error.problems
    return []


def problems(release: Release, *, lanes: Mapping[str, Origins] | None = None) -> list[Problem]:
    """What is wrong with a release as a whole. Its size counts only when nothing else is wrong.

    `lanes` are the origins of the lanes that exist; None: not known, then each lane has one API.
    """
    return whole.problems(release, lanes=lanes) or _size_problems(release, lanes or {})


def _size_problems(release: Release, lanes: Mapping[str, Origins]) -> list[Problem]:
    """Whether the release, compiled, fits at the edge: by the longest numbers, keys and files that it may have."""
    if release.state == State.KILLED:
        return []
    api = Origin("api", "rest-api", "a" * 10, "live")
    secret = "s" * 43
    try:
        encoded(
            release,
            _WIDEST,
            EdgeContext(
                {lane: lanes.get(lane) or (api,) for lane in release.lanes},
                "ap-southeast-2",
                EdgeKeys((("a", secret), ("b", secret)), identity=secret),
                _MOST_FILES,
            ),
        )
    except CompileError as error:
        return list(error.problems)
    return []
