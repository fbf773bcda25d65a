"""From a release to what the edge reads: the key `config`, and parts of it where it is too long.

docs/reference/edge-config.md describes the format; src/edge/decide.js reads it.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gray.edge.config import (
    Stamp,
    config_text,
    entries,
    files_text,
    identity_secret,
    killed_config,
    lane_entries,
    origins_text,
    pin_seals,
)
from gray.edge.grants import EdgeKeys, release_key
from gray.edge.rules import rules_text
from gray.release.document import Release, State
from gray.release.origin import Origins, valid
from gray.release.site_files import DEFAULT_FILES, SiteFiles
from gray.release.validation.problem import Problem
from gray.release.validation.release_problems import ReleaseProblem

__all__ = [
    "MAX_PARTS",
    "VALUE_BYTES",
    "CompileError",
    "Compiled",
    "EdgeContext",
    "compile_release",
    "encoded",
]

VALUE_BYTES = 1000  # our own limit below the store's 1,024 bytes a value (DG:cloudfront-limits)
MAX_PARTS = 3
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


class CompileError(ValueError):
    """When a release cannot become a config: `problems` lists everything that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in problems))


@dataclass(frozen=True)
class Compiled:
    """`config`, and the values of `c.<sequence>.1` and so on. `digest` stays with another sequence or lease."""

    config: str
    parts: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class EdgeContext:
    """What a release is compiled with: the origins of its live gray lanes, the region of their APIs, the keys, and the
    files of all sites."""

    lanes: Mapping[str, Origins]
    region: str
    keys: EdgeKeys
    files: SiteFiles = DEFAULT_FILES


def compile_release(release: Release, stamp: Stamp, context: EdgeContext) -> Compiled:
    """Compiles a validated release for the edge.

    Raises CompileError where a lane or the region is not valid, or the release is too long.
    """
    found = _input_problems(release, context)
    if found:
        raise CompileError(found)
    return encoded(release, stamp, context)


def encoded(release: Release, stamp: Stamp, context: EdgeContext) -> Compiled:
    """The config of a validated release. Raises CompileError when it is too long."""
    stamp = replace(stamp, state=str(release.state))
    if release.state == State.KILLED:
        config = killed_config(stamp.sequence, stamp.revision, stamp.epoch)
        return Compiled(config, (), _digest(killed_config(0, stamp.revision, stamp.epoch)))
    rules = rules_text(release)
    live = {lane: origins_text(context.lanes[lane]) for lane in release.lanes if lane in context.lanes}
    keys = context.keys
    names = [name for name, _ in keys.keys]
    newest, *old = [release_key(secret, release.salt) for _, secret in keys.keys]
    rest = {
        "identity": _identity(release),
        "key_id": names[0],
        "secret": newest,
        "region": context.region,
        "old_keys": entries(dict(zip(names[1:], old, strict=True))),
        "salt": release.salt,
        "identity_key": identity_secret(keys) if release.identity and release.identity.kind != "plain" else "",
        "files": files_text(context.files),
    }

    def text(stamp: Stamp, rules: str) -> str:
        seals = pin_seals(live, epoch=stamp.epoch, until=stamp.until, key=(names[0], newest))
        return config_text(stamp, rules, lanes=lane_entries(live, seals), **rest)

    whole = text(stamp, rules)
    digest = _digest(text(replace(stamp, sequence=0, until=0), rules))
    if len(whole.encode()) <= VALUE_BYTES:
        return Compiled(whole, (), digest)
    parts = _parts(rules, f"{stamp.sequence}|")
    config = text(replace(stamp, parts=len(parts)), "")
    if len(parts) > MAX_PARTS or len(config.encode()) > VALUE_BYTES:
        raise CompileError(_too_long(rules, config, len(parts)))
    return Compiled(config, tuple(parts), digest)


def _identity(release: Release) -> str:
    identity = release.identity
    if identity is None:
        return ""
    kind = {"plain": "p", "signed": "s", "jwt": f"j:{identity.claim}"}[identity.kind]
    sources = [
        f"c,{name}" if place == "cookie" else f"h,{name.lower()}"
        for place, name in (source.split(":", 1) for source in identity.sources)
    ]
    return ",".join([kind, *sources])


def _parts(text: str, start: str) -> list[str]:
    """The text cut into values of at most VALUE_BYTES, each beginning with `start`; never inside a character."""
    parts: list[str] = []
    current, size = start, len(start)
    for character in text:
        width = len(character.encode())
        if size + width > VALUE_BYTES:
            parts.append(current)
            current, size = start, len(start)
        current += character
        size += width
    return [*parts, current]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _input_problems(release: Release, context: EdgeContext) -> list[Problem]:
    lanes, region = context.lanes, context.region
    found = [ReleaseProblem.LANE_ORIGINS(lane=name) for name, origins in lanes.items() if not valid(origins)]
    if release.state != State.KILLED:
        rules = enumerate(release.rules)
        found += [
            ReleaseProblem.LANE_NOT_LIVE(index=index, lane=rule.lane) for index, rule in rules if rule.lane not in lanes
        ]
    return found if _REGION.fullmatch(region) else [*found, ReleaseProblem.REGION_FORM(region=region)]


def _too_long(rules: str, config: str, parts: int) -> list[Problem]:
    if parts > MAX_PARTS:
        room = MAX_PARTS * (VALUE_BYTES - 8)
        return [ReleaseProblem.RULES_LARGE(size=len(rules.encode()), parts=parts, limit=MAX_PARTS, room=room)]
    return [ReleaseProblem.HEAD_LARGE(size=len(config.encode()), room=VALUE_BYTES)]
