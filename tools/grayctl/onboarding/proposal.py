"""A graylane.toml for an application, proposed from its template and folder."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grayctl.errors import UsageError
from grayctl.onboarding.application import ANY_METHOD, ANY_PATH, Api, Application, Distribution, mapping, pattern_of
from grayctl.onboarding.settings import PATTERN, STABLE

# Where build tools put a site: Vite, Angular; Create React App; Next.js's export; hand-written sites.
_OUTPUTS = ("dist", "build", "out", "public", "site", "www")
_LANE_ROOM = len("-v99")
_LONGEST_STACK = 128
_NO_HEALTH = '# health = "/"  # fill in a path that answers 200 to anybody'
_STAYS = """\
# The application keeps its distribution, which takes what `grayctl attach` prints; v1's files stay where they are.
[platform.parameters]
CreateDistribution = "false"
StableFolder = ""
"""
_MOVES = """\
# The application keeps its distribution, which takes what `grayctl attach` prints. Its pages come from a custom error
# page, whose answer no function sees. So v1's files move: `grayctl site upload FOLDER --lane v1`, before you attach.
[platform.parameters]
CreateDistribution = "false"
"""
_EXISTING = """\
# ExistingDistribution = "E..."  # its id
# ExistingBucket = "..."  # the bucket of its site
"""


@dataclass(frozen=True)
class Folder:
    """What a folder says besides its template: the stack that it deploys, and the site's output, empty if unknown."""

    stack: str
    site: str
    is_spa: bool = True


def look_at(folder: Path) -> Folder:
    """A folder's stack, and the first usual output of a site with an index.html, here or one folder below.

    Raises UsageError if samconfig.toml cannot be read.
    """
    outputs = (path for name in _OUTPUTS for path in (folder / name, *sorted(folder.glob(f"[!.]*/{name}"))))
    site = next((path for path in outputs if (path / "index.html").is_file()), None)
    if site is None:
        return Folder(_stack(folder), "")
    documents = [path for path in site.rglob("index.html") if path.parent != site]
    return Folder(_stack(folder), site.relative_to(folder).as_posix(), is_spa=not documents)


def _stack(folder: Path) -> str:
    """The stack that samconfig.toml deploys by default, else one named as the folder."""
    path = folder / "samconfig.toml"
    try:
        default = mapping(tomllib.loads(path.read_text(encoding="utf-8")).get("default") if path.exists() else None)
    except ValueError as error:
        raise UsageError(f"{path} is not valid TOML: {error}", "Check it: sam validate.") from error
    for command in ("deploy", "global"):
        if name := mapping(mapping(default.get(command)).get("parameters")).get("stack_name"):
            return str(name)
    return re.sub(r"[^A-Za-z0-9]+", "-", folder.resolve().name).strip("-0123456789") or "application"


def proposal(application: Application, template: str, environment: str, folder: Folder) -> str:
    """The text of graylane.toml. What nobody could read stands as a comment to be filled in."""
    origins = _behaviors(application)
    lines = [
        "# What Graylane has to know of this application. Written by `grayctl init`; change what is wrong.",
        "",
        "# The platform in front of it: its functions are graylane-<environment>-..., 2 to 12 of a-z and 0-9.",
        f"environment = {_text(environment)}",
        f"template = {_text(template)}",
        "",
        "# A stack for each version. v1 is stable: the stack that viewers use today.",
        *_lane(STABLE, folder.stack),
        *_lane("v2", f"{folder.stack[: _LONGEST_STACK - _LANE_ROOM]}-v2"),
        "",
        *_attached(application.distributions),
        *_site(folder, any("*" in patterns for patterns in origins.values())),
        *_origins(application.apis, origins),
    ]
    return "\n".join(lines) + "\n"


def _lane(lane: str, stack: str) -> list[str]:
    return [f"[lanes.{lane}]", f"stack = {_text(stack)}"]


def _attached(distributions: Sequence[Distribution]) -> list[str]:
    if not distributions:
        return []
    moves = any(one.has_error_page for one in distributions)
    return [(_MOVES if moves else _STAYS) + _EXISTING]


def _site(folder: Folder, is_rendered: bool) -> list[str]:
    if is_rendered:
        return ["# No [site]: an origin answers everything, pages too.", ""]
    comment = "# The built site. documents: spa (each path is index.html), or directory (each folder has its own)."
    kind = "spa" if folder.is_spa else "directory"
    if folder.site:
        return [comment, "[site]", f"folder = {_text(folder.site)}", f"documents = {_text(kind)}", ""]
    return [
        comment,
        "# Its folder was not found; fill it in:",
        "# [site]",
        '# folder = "dist"',
        '# documents = "spa"',
        "",
    ]


def _origins(apis: Mapping[str, Api], behaviors: Mapping[str, list[str]]) -> Iterator[str]:
    yield "# The APIs of each lane's stack, by logical id, and the path patterns of the behaviors that lead to them."
    names = names_of_apis(apis)
    for api in apis.values():
        if not behaviors[api.id]:
            yield f"# {api.id} ({api.kind}) was left out: no path in the template leads to it alone."
            continue
        yield "[[origins]]"
        yield f"id = {_text(names[api.id])}"
        yield f"kind = {_text(api.kind)}"
        yield f"resource = {_text(api.id)}"
        yield f"behaviors = [{', '.join(map(_text, behaviors[api.id]))}]"
        asked = next((one.path for one in api.routes if one.method in ("GET", ANY_METHOD) and "{" not in one.path), "")
        yield f"health = {_text(asked)}  # has to answer 200 to anybody" if asked else _NO_HEALTH


def _behaviors(application: Application) -> dict[str, list[str]]:
    """The patterns that lead to each API; where the template has no distribution, those that its paths need."""
    patterns: dict[str, list[str]] = {}
    for api in application.apis.values():
        wanted = [one.pattern for one in application.leading_to(api.id)]
        if not application.distributions:
            wanted = [pattern_of(route.path) for route in api.routes if route.path != ANY_PATH]
        taken = {each for others in patterns.values() for each in others}
        patterns[api.id] = [each for each in dict.fromkeys(wanted) if re.fullmatch(PATTERN, each) and each not in taken]
    return patterns


def names_of_apis(apis: Iterable[str]) -> dict[str, str]:
    """A short id for each API: `CartApi` is cart-api; a number where two would be the same."""
    names: dict[str, str] = {}
    for api in apis:
        words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", api).lower()
        name = re.sub(r"[^a-z0-9-]", "", words)[:28].lstrip("-0123456789") or "api"
        taken = [one for one in names.values() if one == name or one.startswith(f"{name}-")]
        names[api] = f"{name}-{len(taken) + 1}" if name in names.values() else name
    return names


def _text(value: str) -> str:
    """A text as TOML writes it; JSON's escapes are TOML's, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
