"""Two releases as an edge location would have them: compiled as sync does, with the preview's own keys."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gray.edge.compile import Compiled, CompileError, EdgeContext, encoded
from gray.edge.config import Stamp
from gray.release.conditions import Condition
from gray.release.document import Release, State
from gray.release.epoch import raises_epoch
from gray.release.origin import Origin
from gray.release.user_lists import ListError, build_shards, shard_key
from grayctl.errors import RefusedError
from grayctl.preview.engine import KEYS, Side

# The ids of a list, by its file's digest.
ReadIds = Callable[[str], Iterable[str]]
_FAR = 4102444800  # 2100: a preview's lease never expires
_REGION = "us-east-1"
# Conditions on a whole field.
_WHOLE = ("path", "country", "device", "ip")
# The viewer field that a condition uses. Headers are unknown, so they are not listed.
FIELD = {"cookie": "cookies", "query": "query", "path": "path", "country": "country", "device": "device", "ip": "ip"}


@dataclass(frozen=True)
class Sides:
    """Before and after, and whether the change revokes earlier grants."""

    before: Side
    after: Side
    epoch_rises: bool


def sides(before: Release, after: Release, *, epoch: int, live: Iterable[str], read_ids: ReadIds) -> Sides:
    """`epoch` is that of `before`; `live` are the lanes that can take viewers.

    Raises RefusedError if a release exceeds the edge's limits, or a list's file is missing.
    """
    rises = raises_epoch(before, after, {})
    shards: dict[str, Mapping[str, str]] = {}
    lanes = frozenset(live)
    return Sides(
        _side(before, epoch, lanes, read_ids, shards),
        _side(after, epoch + int(rises), lanes, read_ids, shards),
        rises,
    )


def dead_lanes(release: Release, live: Iterable[str]) -> list[str]:
    """The lanes in rules that cannot take viewers: sync ignores those rules, or refuses the release."""
    return sorted({rule.lane for rule in release.rules} - set(live))


def _side(
    release: Release, epoch: int, live: frozenset[str], read_ids: ReadIds, shards: dict[str, Mapping[str, str]]
) -> Side:
    left_out = dead_lanes(release, live)
    rules = [rule for rule in release.rules if rule.lane not in left_out]
    compiled = _compiled(release.model_copy(update={"rules": rules}), epoch, live)
    store = {"config": compiled.config} | {f"c.1.{n}": part for n, part in enumerate(compiled.parts, 1)}
    if release.state in (State.ACTIVE, State.PAUSED):
        for name, entry in release.lists.items():
            known = f"{name} {entry.digest} {entry.salt} {entry.shards}"
            if known not in shards:
                shards[known] = _shards(name, entry.digest, entry.salt, entry.shards, read_ids)
            store |= shards[known]
    identity = release.identity
    conditions = [part for rule in rules if rule.when for part in flat(rule.when)]
    sources = [_source(source) for source in identity.sources] if identity else []
    named = {f"c:{part.cookie.name}" for part in conditions if part.cookie}
    named |= {f"h:{part.header.name.lower()}" for part in conditions if part.header}
    asked = {part.user_list for part in conditions if part.user_list}
    return Side(
        store,
        release.salt,
        epoch,
        sources,
        identity.kind if identity else "plain",
        (identity.claim if identity else None) or "",
        lists=[(name, one.shards, one.salt) for name, one in release.lists.items() if name in asked],
        asks=frozenset(_asked_whole(conditions)),
        asks_cookies=frozenset(part.cookie.name for part in conditions if part.cookie),
        asks_query=frozenset(part.query.name for part in conditions if part.query),
        asks_id=bool(named & set(sources)),
    )


def flat(condition: Condition) -> Iterator[Condition]:
    """A condition and all nested ones."""
    yield condition
    for part in condition.parts():
        yield from flat(part)


def _asked_whole(conditions: Sequence[Condition]) -> Iterator[str]:
    """The viewer fields that conditions use as a whole."""
    for part in conditions:
        yield from (FIELD[kind] for kind in _WHOLE if kind in part.model_fields_set)
        if part.header and part.header.name.lower().startswith("cloudfront-"):
            yield from ("country", "device")  # in CloudFront's own headers


def _compiled(release: Release, epoch: int, live: frozenset[str]) -> Compiled:
    lanes = {lane: (Origin("api", "rest-api", "preview", "live"),) for lane in release.lanes if lane in live}
    stamp = Stamp(sequence=1, revision=1, epoch=epoch, until=_FAR)
    try:
        return encoded(release, stamp, EdgeContext(lanes, _REGION, KEYS))
    except CompileError as error:
        raise RefusedError("the release exceeds the edge's limits", findings=error.problems) from error


def _shards(name: str, digest: str, salt: str, shards: int, read_ids: ReadIds) -> dict[str, str]:
    try:
        values = build_shards(read_ids(digest), salt=salt, shards=shards)
    except (FileNotFoundError, ListError) as error:
        raise RefusedError(f"list {name}: {error}", "Upload it again: grayctl list put NAME FILE") from error
    return {shard_key(name, number): value for number, value in enumerate(values)}


def _source(source: str) -> str:
    place, _, name = source.partition(":")
    return f"c:{name}" if place == "cookie" else f"h:{name.lower()}"
